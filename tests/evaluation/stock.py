"""Stock Rasa beside us: its default pipeline, trained on the same examples, asked the same messages.

The pipeline is the one that `rasa init` of 3.6.21 proposes. Each topic is an intent (`ask_<topic>`), each kind of danger too.
Training takes long (DIET learns everything anew), so what it said is kept under `results/` by a fingerprint of its data.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from bot import logs
from bot.settings import ROOT

CONFIG = """
recipe: default.v1
assistant_id: stock
language: xx
pipeline:
- name: WhitespaceTokenizer
- name: RegexFeaturizer
- name: LexicalSyntacticFeaturizer
- name: CountVectorsFeaturizer
- name: CountVectorsFeaturizer
  analyzer: char_wb
  min_ngram: 1
  max_ngram: 4
- name: DIETClassifier
  epochs: {epochs}
  constrain_similarities: true
  random_seed: 1
- name: EntitySynonymMapper
- name: ResponseSelector
  epochs: {epochs}
  constrain_similarities: true
- name: FallbackClassifier
  threshold: 0.3
  ambiguity_threshold: 0.1
policies: []
"""
EPOCHS = 100  # of the default pipeline
Found = dict[str, Any]


def said(texts: Sequence[str], results: Path, epochs: int = EPOCHS) -> list[Found]:
    """For each text what stock Rasa says: act, topic (and the next two), crisis. Trained and asked where nothing is kept."""
    examples = _examples()
    name = hashlib.sha256(json.dumps([CONFIG, epochs, examples, list(texts)], ensure_ascii=False).encode()).hexdigest()[:16]
    kept = results / f"stock-{name}.json"
    if not kept.is_file():
        print(f"Training stock Rasa on {sum(map(len, examples.values())):,} examples; this takes long", file=sys.stderr)
        kept.write_text(json.dumps(_ask(_train(examples, epochs), texts), ensure_ascii=False), encoding="utf-8")
    found: list[Found] = json.loads(kept.read_text(encoding="utf-8"))
    return found


def _examples() -> dict[str, list[str]]:
    """Intent → examples: exactly what our own classifiers learn from."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    found: dict[str, list[str]] = {}
    for path in sorted((ROOT / "data" / "nlu").glob("*.yml")):
        for item in yaml.load(path.read_text(encoding="utf-8"), loader)["nlu"]:  # noqa: S506  # a safe loader
            kind = (item.get("metadata") or {}).get("kind")
            # `ask` of the acts has no topic; the questions below have.
            if item["intent"] != "ask":
                name = f"crisis_{kind}" if kind else item["intent"]
                found.setdefault(name, []).extend(line.removeprefix("- ") for line in item["examples"].splitlines())
    for path in sorted((ROOT / "data" / "content" / "answers").glob("*.yml")):
        topic = yaml.load(path.read_text(encoding="utf-8"), loader)  # noqa: S506  # a safe loader
        for questions in (topic.get("questions") or {}).values():
            found.setdefault(f"ask_{topic['topic']}", []).extend(str(question) for question in questions)
    return found


def _train(examples: dict[str, list[str]], epochs: int) -> Path:
    import rasa

    folder = Path(tempfile.mkdtemp(prefix="stock-"))
    nlu = [{"intent": name, "examples": "".join(f"- {_plain(text)}\n" for text in texts)} for name, texts in examples.items()]
    (folder / "nlu.yml").write_text(yaml.safe_dump({"version": "3.1", "nlu": nlu}, allow_unicode=True), encoding="utf-8")
    (folder / "domain.yml").write_text(yaml.safe_dump({"version": "3.1", "intents": list(examples)}), encoding="utf-8")
    (folder / "config.yml").write_text(CONFIG.format(epochs=epochs), encoding="utf-8")
    start = time.monotonic()
    result = rasa.train(
        str(folder / "domain.yml"), str(folder / "config.yml"), [str(folder / "nlu.yml")], str(folder), force_training=True
    )
    print(f"Stock Rasa trained in {time.monotonic() - start:.0f} s", file=sys.stderr)
    if result.model is None:
        raise RuntimeError("stock Rasa could not be trained")
    return Path(result.model)


def _plain(text: str) -> str:
    """Brackets are entities to Rasa."""
    return " ".join(text.translate(str.maketrans("[]{}", "()()")).split())


def _ask(model: Path, texts: Sequence[str]) -> list[Found]:
    from rasa.core.agent import Agent

    agent = Agent.load(str(model))
    loop = asyncio.new_event_loop()
    try:
        return [_found(loop.run_until_complete(agent.parse_message(text.lstrip("/") or "-"))) for text in texts]
    finally:
        loop.close()


def _found(parse: dict[str, Any]) -> Found:
    name = parse["intent"].get("name") or ""
    ranking = [r["name"] for r in parse.get("intent_ranking") or [] if r["name"].startswith("ask_")]
    topic = name.removeprefix("ask_") if name.startswith("ask_") else None
    crisis = name.removeprefix("crisis_") if name.startswith("crisis_") else None
    act = "ask" if topic else "crisis" if crisis else "out_of_scope" if name == "nlu_fallback" else name
    return {
        "act": act,
        "act_confidence": parse["intent"].get("confidence") or 0.0,
        "topic": topic,
        "alternatives": [{"topic": r.removeprefix("ask_"), "confidence": 0.0} for r in ranking[:3]],
        "crisis": crisis,
        "locale": None,
        "places": [],
    }


if __name__ == "__main__":
    logs.quiet_rasa()
    said(["hello"], Path(sys.argv[1]))
