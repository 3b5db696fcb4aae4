"""`make evaluate`: scores per language on questions that are never used as examples.

Reads tests/evaluation/<locale>.jsonl and, where it is at hand, what `--more FOLDER` names in the same format.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from bot import content, crypto, logs, migrate, settings
from bot.db import Database
from bot.settings import ROOT

Row = dict[str, Any]
FOLDER = Path(__file__).parent
NEAR_KM = 50.0


def main() -> int:
    options = _options()
    logs.set_up("ERROR")
    logs.quiet_rasa()
    parser = _parser()
    rows = [row for path in sorted(options.folder.glob("*.jsonl")) for row in _read(path)]
    for row in rows:
        row["found"] = parser.parse(row["text"])
    report(rows)
    if options.errors:
        _print_errors(rows)
    return 0


def report(rows: list[Row]) -> None:
    """One line a language, then all together."""
    by_locale: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_locale[row["locale"]].append(row)
    print(f"{'':6}" + "".join(f"{name:>12}" for name in SCORES))
    for locale, group in [*by_locale.items(), ("all", rows)]:
        print(f"{locale:6}" + "".join(f"{_shown(score(group)):>12}" for score in SCORES.values()))


def _share(rows: list[Row], right: Any) -> float | None:
    return 100.0 * sum(bool(right(row)) for row in rows) / len(rows) if rows else None


def topic_first(rows: list[Row]) -> float | None:
    return _share([r for r in rows if r["topic"]], lambda r: r["found"]["topic"] == r["topic"])


def topic_offered(rows: list[Row]) -> float | None:
    asked = [r for r in rows if r["topic"]]
    return _share(asked, lambda r: r["topic"] in [a["topic"] for a in r["found"]["alternatives"]])


def act(rows: list[Row]) -> float | None:
    return _share(rows, lambda r: r["found"]["act"] == r["act"])


def crisis_found(rows: list[Row]) -> float | None:
    return _share([r for r in rows if r["crisis"]], lambda r: r["found"]["crisis"])


def crisis_kind(rows: list[Row]) -> float | None:
    return _share([r for r in rows if r["crisis"]], lambda r: r["found"]["crisis"] == r["crisis"])


def false_alarms(rows: list[Row]) -> float | None:
    return _share([r for r in rows if not r["crisis"]], lambda r: r["found"]["crisis"])


def refused(rows: list[Row]) -> float | None:
    return _share([r for r in rows if r["act"] == "out_of_scope"], lambda r: not r["found"]["topic"])


def wrongly_refused(rows: list[Row]) -> float | None:
    return _share([r for r in rows if r["act"] == "ask"], lambda r: not r["found"]["topic"])


def language(rows: list[Row]) -> float | None:
    worded = [r for r in rows if r["act"] != "inform_place" and len(r["text"]) >= 15]
    return _share(worded, lambda r: r["found"]["locale"] == r["locale"])


def place(rows: list[Row]) -> float | None:
    return _share([r for r in rows if r["place"]], _right_place)


def _right_place(row: Row) -> bool:
    return any(p["country"] == row["place"]["country"] for p in row["found"]["places"])


SCORES = {
    "topic 1st": topic_first,
    "topic in 3": topic_offered,
    "act": act,
    "crisis": crisis_found,
    "its kind": crisis_kind,
    "false alarm": false_alarms,
    "oos refused": refused,
    "ask refused": wrongly_refused,
    "language": language,
    "place": place,
}


def _shown(score: float | None) -> str:
    return "-" if score is None else f"{score:.1f}"


def _read(path: Path) -> list[Row]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return [{"locale": path.stem, **json.loads(line)} for line in lines if line.strip()]


def _parser() -> Any:
    from bot.parsing import Parser

    config = settings.load()
    crypto.use(config.secret_keys)
    results = ROOT / "results"
    results.mkdir(exist_ok=True)
    config = dataclasses.replace(config, database_url=f"sqlite:///{results / 'evaluation.db'}")
    database = Database(config.database_url)
    migrate.migrate(database)
    # The shipped content, whatever an editor has made of it since; texts that are there already are not read again.
    with database.write() as session:
        content.load(session, ROOT / "data" / "content", progress=lambda line: print(line, file=sys.stderr))
    return Parser(database, config)


def _print_errors(rows: list[Row]) -> None:
    for row in rows:
        found = row["found"]
        wrong = (row["topic"] and found["topic"] != row["topic"]) or found["act"] != row["act"]
        if wrong or bool(found["crisis"]) != bool(row["crisis"]):
            print(
                f"{row['locale']} | {row['text'][:90]} | {row['act']}→{found['act']} {found['act_confidence']:.2f} | "
                f"{row['topic']}→{[(a['topic'], round(a['confidence'], 2)) for a in found['alternatives'][:2]]} | "
                f"{row['crisis']}→{found['crisis']}"
            )
    pairs = Counter((r["act"], r["found"]["act"]) for r in rows if r["act"] != r["found"]["act"])
    print(pairs.most_common(25))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.evaluation", description=__doc__)
    parser.add_argument("--folder", type=Path, default=FOLDER)
    parser.add_argument("--errors", action="store_true", help="also print what went wrong, line by line")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
