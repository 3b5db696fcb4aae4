"""Staff with their teams, and contacts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy.orm import Session

from benchmarks.seeding import COUNTRIES, EMAIL, LOCALES, PASSWORD, Contact, Made, Sizes, put
from bot import contacts, crypto, staff, tables

TEAMS = (("Greece and Italy", ["GR", "IT"]), ("Türkiye", ["TR"]), ("East Africa", ["KE"]), ("Sahel", ["NE", "LY", "TN"]))
CHANNELS = {"sms": 65, "telegram": 25, "webchat": 10}


def add_staff(session: Session, made: Made, sizes: Sizes) -> None:
    """One account that may do everything, by which the benchmark signs in; the others are caseworkers and some editors."""
    everything = staff.add(session, EMAIL, "Bench", ["caseworker", "editor", "admin"], PASSWORD)
    rows: list[dict[str, Any]] = []
    for number in range(2, sizes.staff + 2):
        roles = ["editor"] if number % 5 == 4 else ["admin"] if number % 20 == 0 else ["caseworker"]
        rows.append(
            {
                "id": number,
                "email": f"staff{number}@example.org",
                "name": f"Staff {number}",
                "roles": roles,
                "locales": [["fr"], ["ar", "fa"], []][number % 3] if roles == ["editor"] else [],
                "active": number % 13 != 0,
                "seen_at": made.ago(made.random.random() * 20),
            }
        )
    put(session, tables.Staff, rows)
    made.staff = [(everything.id, EMAIL)] + [(r["id"], r["email"]) for r in rows if r["roles"] == ["caseworker"]]
    _add_teams(session, made, everything.id)


def _add_teams(session: Session, made: Made, everywhere: int) -> None:
    hours = {"schedule": "Mo-Fr 08:00-17:00", "timezone": "Europe/Athens", "holidays": []}
    put(
        session,
        tables.Team,
        [{"id": 1, "name": "Everywhere", "everywhere": True, "countries": [], "offices": [], **hours}]
        + [
            {"id": number, "name": name, "everywhere": False, "countries": countries, "offices": [], **hours}
            for number, (name, countries) in enumerate(TEAMS, start=2)
        ],
    )
    members = [{"team_id": 1, "staff_id": everywhere}]
    members += [{"team_id": 2 + n % len(TEAMS), "staff_id": person} for n, (person, _) in enumerate(made.staff[1:])]
    put(session, tables.TeamMember, members)


def add_contacts(session: Session, made: Made, sizes: Sizes) -> None:
    for number in range(1, sizes.contacts + 1):
        channel, locale, country = made.pick(CHANNELS), made.pick(LOCALES), made.pick(COUNTRIES)
        made.contacts.append(Contact(number, channel, locale, country))
    put(session, tables.Contact, _contact_rows(made))


def _contact_rows(made: Made) -> Iterator[dict[str, Any]]:
    chance = made.random.random
    for contact in made.contacts:
        address = _address(contact)
        created = made.ago(5 + 150 * chance())
        yield {
            "id": contact.id,
            "channel": contact.channel,
            "address": address,
            "address_hash": crypto.keyring().lookup(contact.channel, address),
            "conversation_id": f"{contact.id:032x}",
            "locale": contact.locale,
            "locale_confidence": 0.9,
            "locale_chosen": chance() < 0.3,
            "country": contact.country if contacts.country_of_number(address) is None or chance() < 0.9 else None,
            "opted_out_at": made.ago(2) if chance() < 0.03 else None,
            "blocked_at": made.ago(1) if chance() < 0.02 else None,
            "last_seen": made.ago(5 * chance()),
            "created_at": created,
        }


def _address(contact: Contact) -> str:
    if contact.channel == "sms":
        return f"+30690{contact.id:07}"
    return str(100_000_000 + contact.id) if contact.channel == "telegram" else f"sms:{contact.id:08}"


def add_saved_replies(session: Session, made: Made, sizes: Sizes) -> None:
    rows = []
    for number in range(sizes.saved_replies):
        owner, email = made.staff[number % len(made.staff)]
        locale = made.pick(LOCALES)
        rows.append(
            {
                "staff_id": owner if number % 3 else None,
                "locale": locale,
                "title": f"{made.sentence(locale, 3)} {number}"[:120],
                "text": made.sentence(locale, 25),
                "author": email,
            }
        )
    put(session, tables.SavedReply, rows)
