"""How an office reads to a contact, while it is being edited: by SMS and in a chat, in each language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from bot import i18n, offices, options
from bot.channels import sms_text
from bot.console.desk import Desk
from bot.console.texts import N_
from bot.nlu.places import Place, distance_km, nearest
from bot.offices import Match, editing
from bot.offices.describing import local_time
from bot.offices.searching import CONSULAR
from bot.tables import Office

SAMPLE_KM = 1.2  # the distance at which an office with a door is shown
FAR_KM = 40.0


@dataclass(frozen=True, slots=True)
class Text:
    """One language: what is sent, and what it costs. `named`: the office has a name in this language."""

    locale: str
    sms: str
    chat: str
    segments: int
    plain: bool  # GSM-7: twice the room
    named: bool


@dataclass(frozen=True, slots=True)
class Seen:
    """What is shown beside the form."""

    texts: Sequence[Text]
    shown: Text
    open_now: bool | None
    closed: bool
    local: datetime | None
    offered: bool
    place: str  # where the point is, in words
    price: str
    warnings: Sequence[str]


def see(session: Session, desk: Desk, office: Office, locale: str) -> Seen:
    """The office as it would be, to readers of every language; `locale` is the one whose texts are shown."""
    texts = [_text(office, one, desk.now) for one in i18n.available()]
    shown = next((text for text in texts if text.locale == locale), texts[0])
    near = _near(office)
    return Seen(
        texts=texts,
        shown=shown,
        open_now=editing.is_open_now(office, desk.now),
        closed=offices.is_closed(office, desk.now.date()),
        local=local_time(office, desk.now),
        offered=office.status == "active" or office.status == "temporarily closed",
        place=f"{near.name}, {desk.words.country(near.country)}" if near else "",
        price=_price(session, desk, shown.segments),
        warnings=_warnings(desk, office, near),
    )


def _text(office: Office, locale: str, now: datetime) -> Text:
    match = Match(office, SAMPLE_KM if office.lat is not None and office.precision == "exact" else None, "near")
    sms = sms_text.economical(offices.describe(match, locale, True, now.date(), now=now))
    counted = sms_text.count(sms)
    chat = offices.describe(match, locale, False, now.date(), now=now)
    return Text(locale, sms, chat, counted.segments, counted.encoding == "gsm7", bool(office.names.get(locale)))


def _price(session: Session, desk: Desk, segments: int) -> str:
    price = float(options.get(session, "segment_price"))
    return desk.words.money(price * segments, str(options.get(session, "currency"))) if price else ""


def _near(office: Office) -> Place | None:
    if office.lat is None or office.lon is None:
        return None
    try:
        return nearest(office.lat, office.lon)
    except ValueError:
        return None


def _warnings(desk: Desk, office: Office, near: Place | None) -> list[str]:
    """What is allowed and still looks wrong."""
    said = []
    if near and office.country not in (None, "EU", near.country):
        said.append(desk.text(N_("The point on the map is in another country: near {place}."), place=near.name))
    elif (
        near
        and office.lat is not None
        and office.lon is not None
        and distance_km(office.lat, office.lon, near.lat, near.lon) > FAR_KM
    ):
        said.append(desk.text(N_("The point on the map is far from any town. Are latitude and longitude in the right order?")))
    if office.kind in CONSULAR:
        said.append(desk.text(N_("Consulates and embassies are never offered: people may have fled from their government.")))
    if not office.needs:
        said.append(desk.text(N_("It serves no need that people can choose, so nobody is ever sent there.")))
    if not (office.phones or office.addresses or office.url or office.email):
        said.append(desk.text(N_("It has no phone, address or web page: nobody can reach it.")))
    past = [day for day in office.holidays or () if day < desk.now.date().isoformat()]
    if office.holidays and len(past) == len(office.holidays):
        said.append(desk.text(N_("All its holidays are in the past. Add those of the coming months.")))
    return said
