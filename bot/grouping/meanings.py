"""What is compared when questions are grouped: vectors of first rows, centred by language."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from bot.masking import mask, without
from bot.nlu import encoder
from bot.nlu.encoder import DIMENSIONS, Vectors
from bot.tables import Question, Unanswered

_SURE_OF_MEAN = 20.0  # texts of a language that weigh as much as the mean of all languages
_FEW = 50  # texts; a mean of fewer would take away what the texts say


def nothing() -> Vectors:
    return np.zeros((0, DIMENSIONS), np.float32)


@dataclass(slots=True)
class Heads:
    """The first rows of groups: ids, locales, float32[n, 384] as the encoder gives them."""

    ids: list[int] = field(default_factory=list)
    locales: list[str] = field(default_factory=list)
    vectors: Vectors = field(default_factory=nothing)

    def only(self, ids: Iterable[int]) -> Heads:
        wanted = set(ids)
        rows = [place for place, head in enumerate(self.ids) if head in wanted]
        return Heads([self.ids[row] for row in rows], [self.locales[row] for row in rows], self.vectors[rows])

    def plus(self, others: Heads) -> Heads:
        return Heads(self.ids + others.ids, self.locales + others.locales, np.concatenate([self.vectors, others.vectors]))


def meanings(texts: Sequence[str]) -> Vectors:
    """float32[n, 384] of what the texts mean without their personal details: a name says nothing about a question."""
    return encoder.embed([without(mask(text)) for text in texts])


def heads(session: Session, ids: Sequence[int] | None = None) -> Heads:
    """All first rows that still have their meaning, or those of `ids`. A meaning of another encoder is computed anew."""
    query = select(Unanswered.id, Unanswered.locale, Unanswered.vector).where(has_meaning()).order_by(Unanswered.id)
    rows = session.execute(query if ids is None else query.where(Unanswered.id.in_(ids))).all()
    vectors = np.zeros((len(rows), DIMENSIONS), np.float32)
    foreign: list[int] = []
    for place, row in enumerate(rows):
        known = unpack(row.vector or "")
        if known is None:
            foreign.append(place)
        else:
            vectors[place] = known
    if foreign:
        numbers = [rows[place].id for place in foreign]
        texts = {
            row.id: row.text for row in session.execute(select(Unanswered.id, Unanswered.text).where(Unanswered.id.in_(numbers)))
        }
        vectors[foreign] = meanings([texts.get(number, "") for number in numbers])
    return Heads([row.id for row in rows], [row.locale for row in rows], vectors)


def has_meaning() -> ColumnElement[bool]:
    """The condition on Unanswered for the first row of a group with a vector."""
    return and_(Unanswered.group_id == Unanswered.id, Unanswered.vector.is_not(None))


@dataclass(frozen=True, slots=True)
class Means:
    """What all texts of a language share, and so says nothing about what one of them asks."""

    by_locale: Mapping[str, Vectors]
    mean: Vectors
    texts: int

    @property
    def enough(self) -> bool:
        return self.texts >= _FEW

    def centre(self, vectors: Vectors, locales: Sequence[str]) -> Vectors:
        """float32[n, 384] of unit length; unchanged while too few texts are known."""
        if not len(vectors):
            return vectors
        moved = vectors
        if self.enough:
            moved = vectors - np.stack([self.by_locale.get(locale, self.mean) for locale in locales])
        result: Vectors = (moved / np.maximum(np.linalg.norm(moved, axis=1, keepdims=True), 1e-9)).astype(np.float32)
        return result


NO_MEANS = Means({}, np.zeros(DIMENSIONS, np.float32), 0)


def means(session: Session, known: Heads) -> Means:
    """Over the example questions and the first rows: a language without examples has a mean as soon as people write in it."""
    query = select(Question.locale, Question.embedding).where(Question.encoder == encoder.NAME, Question.kind == "example")
    rows = [(locale, data) for locale, data in session.execute(query) if len(data) == 4 * DIMENSIONS]
    locales = [locale for locale, _ in rows] + known.locales
    if not locales:
        return NO_MEANS
    examples = np.frombuffer(b"".join(data for _, data in rows), "<f4").reshape(-1, DIMENSIONS)
    vectors = np.concatenate([examples, known.vectors])
    mean = vectors.mean(axis=0)
    places: dict[str, list[int]] = {}
    for place, locale in enumerate(locales):
        places.setdefault(locale, []).append(place)
    by_locale = {
        locale: (vectors[mine].sum(axis=0) + _SURE_OF_MEAN * mean) / (len(mine) + _SURE_OF_MEAN)
        for locale, mine in places.items()
    }
    return Means(by_locale, mean, len(locales))


def pack(vector: Vectors) -> str:
    """A vector as it is stored: which encoder made it, and its numbers."""
    return f"{encoder.NAME} {base64.b64encode(vector.astype('<f4').tobytes()).decode()}"


def unpack(stored: str) -> Vectors | None:
    """float32[384], or None where another encoder made it."""
    name, _, numbers = stored.partition(" ")
    data = base64.b64decode(numbers) if name == encoder.NAME else b""
    return np.frombuffer(data, "<f4") if len(data) == 4 * DIMENSIONS else None
