"""Everything a topic can be found by, in memory: what a question would get, and which examples lie too near to another topic.

Read once for each revision of the content. Vectors are centred and compared exactly as the index that answers does it.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

import numpy as np
import numpy.typing as npt
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import answers
from bot.content.drafts import CRISIS
from bot.nlu import encoder
from bot.nlu.encoder import DIMENSIONS, Vectors
from bot.nlu.heads import Heads
from bot.nlu.topics import TopicIndex
from bot.tables import Question, Topic

CLEAR = 0.05  # half of the shipped examples that lie nearer to another topic do so by less
_KEPT = 2  # boards of a process: one database in production, several in tests


@dataclass(frozen=True, slots=True)
class Example:
    """A question, title or passage by which a topic is found."""

    id: int
    topic: str
    locale: str
    kind: str  # example title passage
    text: str


@dataclass(frozen=True, slots=True)
class Neighbour:
    """An example and how near it lies: cosine after centring, -1 to 1."""

    example: Example
    nearness: float


@dataclass(frozen=True, slots=True)
class Conflict:
    """An example that lies nearer to one of another topic than to any of its own. `own` is None where it is alone."""

    example: Example
    own: Neighbour | None
    other: Neighbour

    @property
    def gap(self) -> float:
        """How much nearer the other topic is; above 0."""
        return self.other.nearness - (self.own.nearness if self.own else -1.0)

    @property
    def is_clear(self) -> bool:
        """Not a matter of chance: worth an editor's look."""
        return self.gap >= CLEAR


@dataclass(slots=True)
class Board:
    """All examples, of topics without a published answer too. Replaced as a whole when the content changes."""

    revision: int
    index: TopicIndex  # what decides: topics with a published answer
    topics: list[str]
    examples: list[Example]  # in the order of `topics`
    starts: npt.NDArray[np.int64]  # examples of topic i: starts[i] to starts[i + 1]
    vectors: Vectors  # float32[n, 384], centred
    _conflicts: dict[int, list[Conflict]] = field(default_factory=dict)

    def is_answered(self, topic: str) -> bool:
        """Whether the topic has a published answer, so that a question can find it."""
        return topic in set(self.index.topics)

    def nearness(self, vector: Vectors, locale: str | None) -> Vectors:
        """float32[n]: how near each example lies to a text. `vector` is float32[384] as `encoder.embed` gives it."""
        if not len(self.examples) or not vector.any():
            return np.full(len(self.examples), -1.0, np.float32)
        found: Vectors = self.vectors @ self.index.centre(vector[None, :], [locale])[0]
        return found

    def nearest(
        self, similarities: Vectors, most: int, *, topic: str | None = None, without: str | None = None
    ) -> list[Neighbour]:
        """The nearest examples, of one topic or of all but one."""
        rows = np.arange(len(self.examples))
        if topic is not None:
            rows = rows[self._slice(topic)]
        elif without is not None:
            away = self._slice(without)
            rows = np.concatenate([rows[: away.start], rows[away.stop :]])
        best = rows[np.argsort(-similarities[rows], kind="stable")[:most]]
        return [Neighbour(self.examples[row], round(float(similarities[row]), 4)) for row in best.tolist()]

    def conflicts(self, topic: str) -> list[Conflict]:
        """The topic's example questions that lie nearer to another topic, the worst first."""
        if topic not in self.topics:
            return []
        place = self.topics.index(topic)
        if place not in self._conflicts:
            self._conflicts[place] = self._find_conflicts(place)
        return self._conflicts[place]

    def all_conflicts(self) -> dict[str, int]:
        """How many clear conflicts each topic has, where it has any. Takes seconds for tens of thousands of examples."""
        counts = {topic: sum(conflict.is_clear for conflict in self.conflicts(topic)) for topic in self.topics}
        return {topic: count for topic, count in counts.items() if count}

    def _slice(self, topic: str) -> slice:
        if topic not in self.topics:
            return slice(0, 0)
        place = self.topics.index(topic)
        return slice(int(self.starts[place]), int(self.starts[place + 1]))

    def _find_conflicts(self, place: int) -> list[Conflict]:
        start, end = int(self.starts[place]), int(self.starts[place + 1])
        if len(self.topics) < 2:
            return []
        similarities = self.vectors[start:end] @ self.vectors.T
        own = similarities[:, start:end].copy()
        np.fill_diagonal(own, -2.0)
        similarities[:, start:end] = -2.0
        own_best, other_best = own.argmax(axis=1), similarities.argmax(axis=1)
        found = []
        for row in range(end - start):
            near, far = float(own[row, own_best[row]]), float(similarities[row, other_best[row]])
            example = self.examples[start + row]
            if far > near and example.kind == "example":
                mine = Neighbour(self.examples[start + int(own_best[row])], round(near, 4)) if near > -2.0 else None
                found.append(Conflict(example, mine, Neighbour(self.examples[int(other_best[row])], round(far, 4))))
        return sorted(found, key=lambda conflict: -conflict.gap)


_boards: OrderedDict[str, Board] = OrderedDict()
_heads: dict[Path, Heads] = {}
_lock = Lock()


def current(session: Session, models_dir: Path) -> Board:
    """The board of the content as it is now. Built when the revision has changed: half a second for ten thousand examples.

    What the workers have learnt of the topics lies in `models_dir`; it is used as soon as it is there.
    """
    name = str(session.get_bind().engine.url)
    number = answers.revision(session)
    with _lock:
        known = _boards.get(name)
        if known is None or known.revision != number:
            known = _boards[name] = load(session)
        _heads.setdefault(models_dir, Heads(models_dir)).attach(known.index)
        _boards.move_to_end(name)
        while len(_boards) > _KEPT:
            _boards.popitem(last=False)
        return known


def load(session: Session) -> Board:
    """Read all examples anew."""
    number = answers.revision(session)
    index = answers.load_index(session)
    query = (
        select(
            Question.id, Question.topic_id, Question.locale, Question.kind, Question.text, Question.embedding, Question.encoder
        )
        .join(Topic, Topic.id == Question.topic_id)
        .where(Topic.category != CRISIS)
        .order_by(Topic.position, Topic.id, Question.id)
    )
    rows = session.execute(query).all()
    topics = list(dict.fromkeys(row.topic_id for row in rows))
    places = {topic: place for place, topic in enumerate(topics)}
    vectors = np.zeros((len(rows), DIMENSIONS), np.float32)
    foreign = [place for place, row in enumerate(rows) if row.encoder != encoder.NAME or len(row.embedding) != 4 * DIMENSIONS]
    skip = set(foreign)
    for place, row in enumerate(rows):
        if place not in skip:
            vectors[place] = np.frombuffer(row.embedding, "<f4")
    if foreign:
        vectors[foreign] = encoder.embed([rows[place].text for place in foreign])
    if len(rows):
        vectors = index.centre(vectors, [row.locale for row in rows])
    counts = np.bincount([places[row.topic_id] for row in rows], minlength=len(topics)) if rows else np.zeros(0, np.int64)
    return Board(
        revision=number,
        index=index,
        topics=topics,
        examples=[Example(row.id, row.topic_id, row.locale, row.kind, row.text) for row in rows],
        starts=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        vectors=vectors,
    )
