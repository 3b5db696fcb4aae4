"""`make evaluate`: scores per language on questions that are never used as examples; with --stock, stock Rasa beside ours.

Reads tests/evaluation/<locale>.jsonl (`ar-Latn.jsonl` for Arabic in Latin letters). Data sets that may not ship are used where
they are at hand.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from bot import content, crypto, logs, migrate, settings
from bot.db import Database
from bot.settings import ROOT
from tests.evaluation import languages, omos, stock
from tests.evaluation.scores import STOCK, Row, markdown, table

FOLDER = Path(__file__).parent
RESULTS = ROOT / "results"


def main() -> int:
    options = _options()
    logs.set_up("ERROR")
    logs.quiet_rasa()
    RESULTS.mkdir(exist_ok=True)
    rows = [row for path in sorted(options.folder.glob("*.jsonl")) for row in _read(path)]
    parser = _parser()
    for row in rows:
        row["found"] = parser.parse(row["text"])
    _say(f"Waymark: {len(rows):,} messages", markdown(table(rows)))
    if options.errors:
        _print_errors(rows)
    _say("Language by SIB-200", markdown(languages.table()) if languages.FOLDER.exists() else "The set is not at hand.")
    _say("Pages without example questions (OMoS-QA)", omos.report(RESULTS))
    if options.stock:
        _stock(rows, options.epochs)
    return 0


def _stock(rows: list[Row], epochs: int) -> None:
    found = stock.said([row["text"] for row in rows], RESULTS, epochs)
    theirs = [{**row, "found": said} for row, said in zip(rows, found, strict=True)]
    _say(f"Stock Rasa 3.6.21, default pipeline, {epochs} epochs, same examples", markdown(table(theirs, STOCK)))


def _say(title: str, text: str) -> None:
    print(f"\n## {title}\n\n{text}", flush=True)


def _read(path: Path) -> list[Row]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return [{"locale": path.stem, **json.loads(line)} for line in lines if line.strip()]


def _parser() -> Any:
    from bot.parsing import Parser

    config = settings.load()
    crypto.use(config.secret_keys)
    config = dataclasses.replace(config, database_url=f"sqlite:///{RESULTS / 'evaluation.db'}")
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
    parser.add_argument("--stock", action="store_true", help="also train stock Rasa on the same examples (hours) and ask it")
    parser.add_argument("--epochs", type=int, default=stock.EPOCHS, help="of stock Rasa's classifier; its own default is 100")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
