"""An office for tests, whole and in use."""

from __future__ import annotations

from datetime import UTC, date, datetime

from bot.tables import Office

TODAY = date(2026, 11, 24)  # a Tuesday
NOON = datetime(2026, 11, 24, 10, tzinfo=UTC)  # 12:00 in Athens


def an_office(**values: object) -> Office:
    base: dict[str, object] = {
        "id": "one",
        "organization": "Org",
        "names": {"en": "Office"},
        "kind": "office",
        "needs": ["asylum"],
        "country": "GR",
        "cities": ["Athens"],
        "addresses": {"en": "1 Street"},
        "lat": 38.0,
        "lon": 23.7,
        "precision": "exact",
        "phones": ["+302101234567"],
        "hours": "",
        "schedule": "Mo-Fr 08:00-16:00; PH off",
        "languages": [],
        "url": "",
        "note": "",
        "alert": "",
        "safety": "",
        "status": "active",
        "confidence": "high",
        "source_url": "",
        "source_date": "",
        "holidays": [],
        "verified": True,
        "checked_on": date(2026, 11, 1),
        "review_due": date(2027, 5, 1),
        "closed_until": None,
        "email": "",
        "version": 1,
    }
    return Office(**base | values)
