"""Which trained Rasa model fits the data at hand, and training one when none does."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from bot.nlu import encoder
from bot.settings import ROOT

SOURCES = ("config.yml", "domain.yml", "data/rules.yml", "data/nlu", "data/lexicons", "data/content/answers", "bot/nlu")


def path_for(models_dir: Path) -> Path:
    """Where the model of the present data is, or would be: its name is the fingerprint of all that training reads."""
    return models_dir / f"waymark-{fingerprint()[:16]}.tar.gz"


def fingerprint() -> str:
    digest = hashlib.sha256(encoder.NAME.encode())
    for source in SOURCES:
        for path in _files(ROOT / source):
            digest.update(str(path.relative_to(ROOT)).encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def ensure(models_dir: Path) -> Path:
    """The model for the present data; trains it (about half a minute) when there is none."""
    path = path_for(models_dir)
    return path if path.is_file() else train(models_dir)


def train(models_dir: Path) -> Path:
    """Train and put the model in its place at once: a process that looks meanwhile sees a whole model or none."""
    from functools import partialmethod

    import rasa
    from tqdm import tqdm

    # Rasa shows a bar for each of a hundred steps that take a millisecond.
    tqdm.__init__ = partialmethod(tqdm.__init__, disable=True)
    path = path_for(models_dir)
    models_dir.mkdir(parents=True, exist_ok=True)
    result = rasa.train(
        domain=str(ROOT / "domain.yml"),
        config=str(ROOT / "config.yml"),
        training_files=[str(ROOT / "data" / "rules.yml"), str(ROOT / "data" / "nlu")],
        output=str(models_dir),
        fixed_model_name=f"training-{os.getpid()}",
        force_training=True,
    )
    if result.model is None:
        raise RuntimeError("training gave no model; its messages above say why")
    os.replace(result.model, path)
    return path


def _files(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    return sorted(p for p in path.rglob("*") if p.is_file() and p.suffix in (".py", ".yml", ".txt"))
