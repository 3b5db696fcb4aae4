"""Topics with answers in every language and their versions, example questions, offices, and what was asked in vain."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy.orm import Session

from benchmarks.seeding import COUNTRIES, EMAIL, LOCALES, Made, Sizes, put
from bot import tables
from bot.nlu import encoder
from bot.offices import NEEDS

CATEGORIES = ("rights", "work", "children", "protection", "health", "routes", "daily_life")
SAID_SINCE = (170.0, 60.0, 6.0)  # days ago at which the first, second and third version were published
CITIES = {"GR": "Athens", "TR": "Istanbul", "KE": "Nairobi", "LY": "Tripoli", "MX": "Tapachula", "CO": "Cúcuta", "TN": "Tunis"}
REASONS = {"nothing_near": 5, "unsure": 4, "not_helpful": 1}

Vector = npt.NDArray[np.float32]


def add_topics(session: Session, made: Made, sizes: Sizes) -> None:
    made.topics = [f"bench_topic_{number:03}" for number in range(1, sizes.topics + 1)]
    rows = []
    for position, topic_id in enumerate(made.topics):
        rows.append(
            {
                "id": topic_id,
                "category": CATEGORIES[position % len(CATEGORIES)],
                "need": NEEDS[position % len(NEEDS)],
                "sensitive": position % 10 == 9,
                "position": position,
                "titles": {locale: f"{made.sentence(locale, 4)} {position}" for locale in LOCALES},
            }
        )
    put(session, tables.Topic, rows)
    put(session, tables.Answer, _answers(made))
    put(session, tables.Question, _questions(made))
    put(session, tables.Revision, [{"name": "content", "value": 1, "detail": {}}])


def _answers(made: Made) -> Iterator[dict[str, Any]]:
    number = 0
    for topic_id in made.topics:
        english = _versions(made)
        for locale in LOCALES:
            if locale != "en" and made.random.random() < 0.08:
                continue
            versions = english if locale == "en" else min(english, _versions(made))
            for version in range(1, versions + 1):
                number += 1
                status = "published" if version == versions else "replaced"
                yield _answer(made, number, topic_id, locale, version, status, english)
                said = made.ago(SAID_SINCE[version - 1] + 3 * made.random.random())
                made.answers.setdefault((topic_id, locale), []).append((said, number))
            if made.random.random() < 0.06:
                number += 1
                yield _answer(made, number, topic_id, locale, versions + 1, made.pick({"draft": 2, "review": 1}), english)


def _versions(made: Made) -> int:
    return made.random.choices((1, 2, 3), (3, 4, 3))[0]


def _answer(made: Made, number: int, topic_id: str, locale: str, version: int, status: str, english: int) -> dict[str, Any]:
    chance, today = made.random.random, made.now.date()
    said = made.ago(SAID_SINCE[min(version, len(SAID_SINCE)) - 1])
    source = english if chance() < 0.85 else max(1, english - 1)
    return {
        "id": number,
        "topic_id": topic_id,
        "locale": locale,
        "country": None,
        "version": version,
        "status": status,
        "review": "reviewed" if chance() < 0.6 else "drafted",
        "sms": made.sentence(locale, 22),
        "chat": made.sentence(locale, 90),
        "sources": ["https://help.unhcr.org"],
        "facts": [made.sentence("en", 8), made.sentence("en", 8)],
        "checked_on": (said + timedelta(days=1)).date(),
        "review_due": today + timedelta(days=round(-130 + 330 * chance())),
        "translated_from": None if locale == "en" else source,
        "comment": "",
        "author": EMAIL,
        "approver": None,
        "created_at": said - timedelta(days=1),
        "published_at": said if status in ("published", "replaced") else None,
    }


def _questions(made: Made) -> Iterator[dict[str, Any]]:
    generator = np.random.default_rng(made.random.randrange(2**32))
    for topic_id in made.topics:
        centre = _direction(generator)
        for locale in LOCALES:
            for kind in ("title", "example", "example", "example"):
                vector = _direction(generator, centre)
                text = made.sentence(locale, 6)
                yield {
                    "topic_id": topic_id,
                    "locale": locale,
                    "kind": kind,
                    "text": text,
                    "embedding": vector.astype("<f4").tobytes(),
                    "encoder": encoder.NAME,
                }


def _direction(generator: np.random.Generator, near: Vector | None = None) -> Vector:
    """A unit vector; with `near`, one as close to it as questions on one topic are."""
    vector = generator.standard_normal(encoder.DIMENSIONS).astype(np.float32)
    vector /= np.linalg.norm(vector)
    if near is not None:
        vector = near + 0.5 * vector
        vector /= np.linalg.norm(vector)
    return vector


def add_offices(session: Session, made: Made, sizes: Sizes) -> None:
    put(session, tables.Office, (_office(made, number) for number in range(1, sizes.offices + 1)))


def _office(made: Made, number: int) -> dict[str, Any]:
    country, chance = made.pick(COUNTRIES), made.random.random
    office_id = f"bench-{country.lower()}-{number:04}"
    made.offices.append((office_id, country))
    today = made.now.date()
    closed = number % 25 == 0
    return {
        "id": office_id,
        "organization": f"Organisation {number % 60}",
        "names": {"en": f"Office {number}", "fr": f"Bureau {number}", "ar": f"مكتب {number}"},
        "kind": "centre",
        "needs": [NEEDS[number % len(NEEDS)], NEEDS[number * 7 % len(NEEDS)]],
        "country": country,
        "cities": [CITIES.get(country, "Centre")],
        "addresses": {"en": f"{number} Long Street", "ar": f"شارع {number}"},
        "lat": round(20 + 25 * chance(), 5),
        "lon": round(-10 + 45 * chance(), 5),
        "precision": "exact",
        "phones": [f"+302100{number:06}"],
        "hours": "",
        "schedule": "Mo-Fr 08:00-16:30; Sa 09:00-12:00; PH off",
        "languages": ["en", "fr", "ar"],
        "url": "https://help.unhcr.org",
        "note": made.sentence("en", 12),
        "status": "temporarily closed" if closed else "active",
        "closed_until": today + timedelta(days=20) if closed else None,
        "confidence": "medium",
        "source_url": "https://help.unhcr.org",
        "source_date": "2026-10",
        "checked_on": today - timedelta(days=round(200 * chance())),
        "review_due": today + timedelta(days=round(-60 + 300 * chance())),
        "verified": chance() < 0.5,
        "holidays": [date(today.year, 12, 25).isoformat()],
    }


def add_unanswered(session: Session, made: Made, sizes: Sizes) -> None:
    put(session, tables.Unanswered, _unanswered(made, sizes.unanswered))


def _unanswered(made: Made, amount: int) -> Iterator[dict[str, Any]]:
    """In groups that mean the same: a few large ones, many of one."""
    generator = np.random.default_rng(made.random.randrange(2**32))
    number = 0
    while number < amount:
        leader, centre, settled = number + 1, _direction(generator), made.random.random() < 0.5
        for _ in range(min(amount - number, round(made.random.paretovariate(1.1)))):
            number += 1
            contact = made.random.choice(made.contacts)
            vector = base64.b64encode(_direction(generator, centre).astype("<f4").tobytes()).decode()
            yield {
                "id": number,
                "contact_id": contact.id,
                "locale": contact.locale,
                "country": contact.country,
                "text": made.sentence(contact.locale, 9),
                "reason": made.pick(REASONS),
                "topic_id": made.random.choice(made.topics),
                "confidence": round(0.7 + 0.2 * made.random.random(), 3),
                "vector": vector,
                "group_id": leader,
                "settled_at": made.ago(1) if settled else None,
                "settled_by": EMAIL if settled else None,
                "created_at": made.ago(90 * made.random.random()),
            }
