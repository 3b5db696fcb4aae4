"""What is measured, and how it is counted. A row is a message with its labels, and under `found` what was understood of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

Row = dict[str, Any]
Score = Callable[[list[Row]], float | None]

BEST = ("en", "fr", "es", "ar", "pt", "ru", "uk", "tr", "fa", "ur")  # whose goals are higher
AT_20 = 20  # characters


def _share(rows: Iterable[Row], right: Callable[[Row], bool]) -> float | None:
    judged = [bool(right(row)) for row in rows]
    return 100.0 * sum(judged) / len(judged) if judged else None


def topic_first(rows: list[Row]) -> float | None:
    return _share([r for r in rows if r["topic"]], lambda r: r["found"]["topic"] == r["topic"])


def topic_offered(rows: list[Row]) -> float | None:
    asked = [r for r in rows if r["topic"]]
    return _share(asked, lambda r: r["topic"] in [a["topic"] for a in r["found"]["alternatives"]])


def act(rows: list[Row]) -> float | None:
    return _share(rows, lambda r: r["found"]["act"] == r["act"])


def crisis_found(rows: list[Row]) -> float | None:
    return _share([r for r in rows if r["crisis"]], lambda r: bool(r["found"]["crisis"]))


def crisis_kind(rows: list[Row]) -> float | None:
    return _share([r for r in rows if r["crisis"]], lambda r: r["found"]["crisis"] == r["crisis"])


def false_alarms(rows: list[Row]) -> float | None:
    return _share([r for r in rows if not r["crisis"]], lambda r: bool(r["found"]["crisis"]))


def refused(rows: list[Row]) -> float | None:
    return _share([r for r in rows if r["act"] == "out_of_scope"], lambda r: not r["found"]["topic"])


def wrongly_refused(rows: list[Row]) -> float | None:
    """Questions that got neither an answer nor the right act: a question taken for danger is counted there, not here."""
    asked = [r for r in rows if r["act"] == "ask"]
    return _share(asked, lambda r: not r["found"]["topic"] and not r["found"]["crisis"])


def language(rows: list[Row]) -> float | None:
    worded = [r for r in rows if r["act"] != "inform_place" and len(r["text"]) >= 15]
    return _share(worded, lambda r: r["found"]["locale"] == r["locale"].split("-")[0])


def place(rows: list[Row]) -> float | None:
    return _share([r for r in rows if r["place"]], _right_place)


def _right_place(row: Row) -> bool:
    return any(p["country"] == row["place"]["country"] for p in row["found"]["places"])


SCORES: dict[str, Score] = {
    "topic first": topic_first,
    "topic among 3": topic_offered,
    "act": act,
    "danger found": crisis_found,
    "its kind": crisis_kind,
    "false alarm": false_alarms,
    "out of scope refused": refused,
    "question refused": wrongly_refused,
    "language": language,
    "place (country)": place,
}
STOCK = ("topic first", "topic among 3", "act", "danger found", "false alarm", "out of scope refused")


def table(rows: list[Row], names: Iterable[str] = tuple(SCORES)) -> list[list[str]]:
    """A head, a line a language, Latin spellings after the rest, and all together."""
    names = list(names)
    tags = list(dict.fromkeys(row["locale"] for row in rows))
    tags.sort(key=lambda tag: ("-" in tag, tag))
    lines = [["", *names]]
    for tag in tags:
        lines.append([tag, *(shown(SCORES[name]([r for r in rows if r["locale"] == tag])) for name in names)])
    own = [r for r in rows if "-" not in r["locale"]]
    lines.append(["all", *(shown(SCORES[name](own)) for name in names)])
    if len(own) < len(rows):
        latin = [r for r in rows if "-" in r["locale"]]
        lines.append(["all romanised", *(shown(SCORES[name](latin)) for name in names)])
    return lines


def shown(score: float | None) -> str:
    return "-" if score is None else f"{score:.1f}"


def markdown(lines: list[list[str]]) -> str:
    head, *body = lines
    rule = "|" + "---|" * len(head)
    return "\n".join(["| " + " | ".join(head) + " |", rule, *("| " + " | ".join(line) + " |" for line in body)])
