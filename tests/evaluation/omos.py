"""`python -m tests.evaluation.omos`: pages without example questions, found by questions in four languages.

OMoS-QA (Digitalfabrik, CC BY 4.0, https://aclanthology.org/2024.konvens-main.25/) asks questions of newcomers about pages of
three German cities and districts, and says of each whether its page answers it. The English pages are loaded as an organisation
would load its own; each question is asked as the worker asks it. Nothing is learnt from the set, and it does not ship with the
project: where it is not at hand this says so and does nothing.

Percentages of the `dev` questions:
- first, three: its page comes first, or is among the three that "Did you mean" offers, of the questions that it answers. The
  cities have pages alike, so 100 cannot be reached: another city's page on the same matter counts as wrong;
- BM25: first by words on the same pages; "own": on the same pages translated into the language of the question;
- sure, right: how many are answered at once, and how many of those with the right page;
- page: balanced accuracy of offering the page that was judged: offered when it answers, not offered when it does not;
- subject: balanced accuracy of answering with the half of the pages that holds the right one, and refusing with the other;
- label: any answer to a question that its own page does not answer is wrong, though other pages may answer it.
"""

from __future__ import annotations

import json
import math
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import regex
import yaml

from bot import answers, content, logs, migrate
from bot.db import Database
from bot.nlu import encoder, language
from bot.nlu.spelling import fold
from bot.nlu.topics import TopicIndex
from bot.settings import ROOT
from bot.understanding import Outcome, judge

FOLDER = ROOT.parent / "shared" / "data" / "testsets" / "omos_qa"
LOCALES = ("en", "fr", "ar", "uk")
ABSENT = "OMoS-QA is not at hand: nothing was measured on pages without example questions."
_WORD = regex.compile(r"[\p{L}\p{M}\p{N}]+")
_ARTICLE = regex.compile(r"^(?:[وفبك]?ال|لل)(?=\p{L}{3})")
_OFFERED = 3
_ALIKE = 0.35  # of their words shared: pages of two cities on one matter

Pages = dict[str, str]  # id → text whose first line is the title


@dataclass(frozen=True, slots=True)
class Asked:
    """One question and what became of it."""

    locale: str
    page: str
    answerable: bool
    ranked: tuple[str, ...]
    outcome: Outcome
    by_words: str | None  # the page that BM25 finds among the English ones
    by_own_words: str | None  # and among those in the question's language
    halves: tuple[Outcome, Outcome]  # with the half of the pages that holds its own, and with the other

    @property
    def offered(self) -> tuple[str, ...]:
        """The pages that the contact would see."""
        return self.ranked[: {Outcome.SURE: 1, Outcome.UNSURE: _OFFERED}.get(self.outcome, 0)]


def report(results: Path) -> str:
    """The table, or a sentence where the set is absent. The content and the vectors are kept in `results`."""
    if not FOLDER.is_dir():
        return ABSENT
    results.mkdir(exist_ok=True)
    return table(ask("dev", results))


def ask(part: str, results: Path) -> list[Asked]:
    """All questions of `dev` or `train` in all languages."""
    pages = {locale: _pages(locale) for locale in LOCALES}
    sides = _sides(pages["en"])
    index = load(pages["en"], results / "omos.db")
    halves = [
        load({n: text for n, text in pages["en"].items() if sides[n] == side}, results / f"omos{side}.db") for side in (0, 1)
    ]
    embed, english = Embedded(results / "omos.npz"), BM25(pages["en"])
    asked = []
    for locale in LOCALES:
        own = BM25(pages[locale])
        for row in rows_of(part, locale):
            text, page = str(row["question"]), str(row["pageId"])
            said = (text, embed(text), language.identify(text, locale)[0])
            ranked, outcome = _understood(index, *said)
            mine, other = (_understood(halves[side], *said)[1] for side in (sides[page], 1 - sides[page]))
            words = english.first(text), own.first(text)
            asked.append(Asked(locale, page, bool(row["answers"]), ranked, outcome, *words, (mine, other)))
    embed.keep()
    return asked


def _understood(index: TopicIndex, text: str, vector: encoder.Vectors, locale: str | None) -> tuple[tuple[str, ...], Outcome]:
    ranked = tuple(index.rank(vector, locale, text=text))
    return tuple(found.topic for found in ranked), judge(ranked, index.nearest(vector, locale))


def load(pages: Pages, path: Path) -> TopicIndex:
    """The pages by the product's own loader. What the database holds from an earlier run is not embedded again."""
    database = Database(f"sqlite:///{path}")
    migrate.migrate(database)
    with tempfile.TemporaryDirectory() as folder:
        _write(pages, Path(folder))
        with database.write() as session:
            content.load(session, Path(folder), progress=lambda line: print(line, file=sys.stderr))
    with database.read() as session:
        index = answers.load_index(session)
    database.close()
    return index


def _write(pages: Pages, folder: Path) -> None:
    topics = []
    for name, text in pages.items():
        title, _, body = text.partition("\n")
        topics.append({"topic": name, "titles": {"en": title}, "answers": {"en": {"chat": body or title}}})
    (folder / "pages.yml").write_text(yaml.safe_dump({"topics": topics}, allow_unicode=True), encoding="utf-8")


def rows_of(part: str, locale: str) -> list[dict[str, Any]]:
    lines = (FOLDER / f"{part}_{locale}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def _pages(locale: str) -> Pages:
    found: Pages = {}
    for part in ("dev", "train"):
        for row in rows_of(part, locale):
            found.setdefault(str(row["pageId"]), row["context"])
    return found


def _sides(pages: Pages) -> dict[str, int]:
    """A half for each page; pages alike, of different cities, are in the same."""
    sides: dict[str, int] = {}
    bags = {name: set(words_of(text)) for name, text in pages.items()}
    titles = {name: fold(text.partition("\n")[0]) for name, text in pages.items()}
    for number, (name, bag) in enumerate(bags.items()):
        twins = (n for n in sides if titles[n] == titles[name] or len(bag & bags[n]) > _ALIKE * len(bag | bags[n]))
        twin = next(twins, None)
        sides[name] = number % 2 if twin is None else sides[twin]
    return sides


class Embedded:
    """Vectors of questions, kept in a file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: dict[str, encoder.Vectors] = {}
        if path.exists():
            with np.load(path, allow_pickle=False) as stored:
                if str(stored["encoder"]) == encoder.NAME:
                    self._known = dict(zip(stored["texts"].tolist(), stored["vectors"], strict=True))

    def __call__(self, text: str) -> encoder.Vectors:
        if text not in self._known:
            self._known[text] = encoder.embed([text])[0]
        return self._known[text]

    def keep(self) -> None:
        vectors = np.stack(list(self._known.values()))
        np.savez(self._path, encoder=np.array(encoder.NAME), texts=np.array(list(self._known)), vectors=vectors)


class BM25:
    """Okapi BM25 with the usual constants; the words of Arabic without their article."""

    def __init__(self, pages: Pages, k: float = 1.2, b: float = 0.75) -> None:
        self._names = list(pages)
        counts = [Counter(words_of(text)) for text in pages.values()]
        lengths = [sum(count.values()) for count in counts]
        usual = sum(lengths) / max(len(lengths), 1)
        self._postings: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for number, (count, length) in enumerate(zip(counts, lengths, strict=True)):
            for word, often in count.items():
                self._postings[word].append((number, often * (k + 1) / (often + k * (1 - b + b * length / usual))))

    def first(self, question: str) -> str | None:
        """The best page; None where no word of the question is on any."""
        scores: dict[int, float] = defaultdict(float)
        for word in set(words_of(question)):
            found = self._postings.get(word, [])
            rarity = math.log(1 + (len(self._names) - len(found) + 0.5) / (len(found) + 0.5))
            for number, weight in found:
                scores[number] += rarity * weight
        return self._names[max(scores, key=lambda n: (scores[n], -n))] if scores else None


def words_of(text: str) -> list[str]:
    return [_ARTICLE.sub("", word) for word in _WORD.findall(fold(text))]


def _share(rows: list[Asked], right: Callable[[Asked], bool]) -> float:
    return 100.0 * sum(map(right, rows)) / max(len(rows), 1)


def _answered(rows: list[Asked]) -> list[Asked]:
    """Questions that their page answers."""
    return [row for row in rows if row.answerable]


def _balanced(rows: list[Asked], said: Callable[[Asked], bool]) -> float:
    """The mean of what is said where there is an answer and of what is not said where there is none."""
    without = [row for row in rows if not row.answerable]
    return (_share(_answered(rows), said) + _share(without, lambda row: not said(row))) / 2


def _by_subject(rows: list[Asked]) -> float:
    answered = _share(_answered(rows), lambda row: row.halves[0] is not Outcome.NOTHING)
    return (answered + _share(_answered(rows), lambda row: row.halves[1] is Outcome.NOTHING)) / 2


def _sure(rows: list[Asked]) -> list[Asked]:
    return [row for row in _answered(rows) if row.outcome is Outcome.SURE]


SCORES: dict[str, Callable[[list[Asked]], float]] = {
    "first": lambda rows: _share(_answered(rows), lambda row: row.ranked[:1] == (row.page,)),
    "BM25": lambda rows: _share(_answered(rows), lambda row: row.by_words == row.page),
    "BM25 own": lambda rows: _share(_answered(rows), lambda row: row.by_own_words == row.page),
    "three": lambda rows: _share(_answered(rows), lambda row: row.page in row.ranked[:_OFFERED]),
    "sure": lambda rows: 100.0 * len(_sure(rows)) / max(len(_answered(rows)), 1),
    "right": lambda rows: _share(_sure(rows), lambda row: row.ranked[:1] == (row.page,)),
    "page": lambda rows: _balanced(rows, lambda row: row.page in row.offered),
    "subject": _by_subject,
    "label": lambda rows: _balanced(rows, lambda row: bool(row.offered)),
}


def table(rows: list[Asked]) -> str:
    """One line a language, then all together."""
    lines = ["Pages without example questions (OMoS-QA)", f"{'':6}" + "".join(f"{name:>10}" for name in SCORES)]
    for locale in (*LOCALES, "all"):
        group = [row for row in rows if locale in ("all", row.locale)]
        lines.append(f"{locale:6}" + "".join(f"{score(group):10.1f}" for score in SCORES.values()))
    return "\n".join(lines)


def main() -> int:
    logs.set_up("ERROR")
    print(report(ROOT / "results"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
