"""Partners: a case handed to an office, with the person's consent to exactly the fields shared.

`asking` → `agreed` | `refused`; `agreed` → `sent` → `seen` → `accepted` | `declined`; `withdrawn` at any time.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import audit, channels, contacts, crypto, i18n, outbox, referrals
from bot.casework.writing import reachable
from bot.channels.base import Part
from bot.db import utcnow
from bot.i18n import N_, translate
from bot.messages import Choice, Outgoing, Reply
from bot.tables import Contact, Office, Outbox, PartnerReferral, Referral, ReferralEvent

FIELDS = ("need", "place", "safe_contact", "language", "address", "note")
WAYS = ("message", "phone", "in_person")
VALID = timedelta(days=14)  # how long an office can open its link
UNDECIDED, LINKED = ("asking", "agreed"), ("sent", "seen", "accepted")
MAX_NOTE, MAX_ANSWER = 2000, 1000

# Priced by the SMS: as short as honesty allows.
ASK = N_(
    "Your caseworker asks: may we give {office} this: {fields}? Nothing else. They would use it to help you. You can say no."
)
YES, NO = N_("Yes"), N_("No")
AGREED = N_("Thank you. {office} may now get this, and nothing else. If you change your mind, write it here.")
REFUSED = N_("All right. {office} gets nothing from us.")
TAKEN_BACK = N_("All right. {office} cannot open it any more. They may have read it already.")
CLOSED = N_("This question is closed. Nothing is passed on. Your caseworker can ask you again.")
FIELD_NAMES = {
    "need": N_("what you need"),
    "place": N_("where you are"),
    "safe_contact": N_("how to reach you safely"),
    "language": N_("your language"),
    "address": N_("your phone number"),
    "note": N_("a note from your caseworker"),
}


class NotNow(Exception):
    """The step does not fit the state; `code` says why: closed asked_already nothing_chosen no_remark state."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def of_case(session: Session, referral: Referral) -> list[PartnerReferral]:
    """Newest first."""
    query = select(PartnerReferral).where(PartnerReferral.referral_id == referral.id)
    return list(session.scalars(query.order_by(PartnerReferral.id.desc())))


def one_of_case(session: Session, referral: Referral, partner_id: int) -> PartnerReferral | None:
    """Locked: two steps at once would each see the state before the other."""
    mine = (PartnerReferral.id == partner_id) & (PartnerReferral.referral_id == referral.id)
    return session.scalars(select(PartnerReferral).where(mine).with_for_update()).one_or_none()


def name_of(office: Office, locale: str) -> str:
    """The office's name in this language, else in English, with its organisation where the name does not say it."""
    name = office.names.get(locale) or office.names.get("en") or next(iter(office.names.values()), "")
    told = office.kind == "national_society" or office.organization.casefold() in name.casefold()
    return (name if told or not office.organization else f"{name} ({office.organization})").strip()[:200]


def ask(
    session: Session, referral: Referral, office: Office, fields: Collection[str], note: str, by: str
) -> tuple[PartnerReferral, list[Outbox]]:
    """Ask the person by message, naming the office and each field. Raises NotNow, or CannotWrite where nothing can be sent."""
    contact = reachable(session, referral)
    if _undecided(session, contact):
        # One question at a time: a digit that answers must have one meaning.
        raise NotNow("asked_already")
    partner = _new(session, referral, office, fields, note, by)
    _happened(session, referral, "partner_asked", by, partner)
    return partner, _put_question(session, referral, contact, partner, office)


def record_consent(
    session: Session, referral: Referral, office: Office, fields: Collection[str], note: str, way: str, remark: str, by: str
) -> PartnerReferral:
    """The person agreed in another way, which the remark describes. Raises NotNow."""
    partner = _new(session, referral, office, fields, note, by)
    agree_for_person(session, referral, partner, way, remark, by)
    return partner


def agree_for_person(session: Session, referral: Referral, partner: PartnerReferral, way: str, remark: str, by: str) -> None:
    """Note that the person agreed by phone, in person, or in their own written words. Raises NotNow."""
    if partner.state != "asking":
        raise NotNow("state")
    if way not in WAYS or not remark.strip():
        raise NotNow("no_remark")
    partner.state, partner.consent_way, partner.consent_at = "agreed", way, utcnow()
    _happened(session, referral, "partner_agreed", by, partner, remark.strip()[:MAX_NOTE])


def answer_consent(session: Session, contact: Contact, partner_id: int, agree: bool, *, tapped: bool = False) -> str:
    """Apply the person's answer and return what to say to them.

    Empty where this may answer something else: a caseworker has written since, and the answer was not tapped but typed.
    """
    query = select(PartnerReferral).where(PartnerReferral.id == partner_id).with_for_update()
    partner = session.scalars(query).one_or_none()
    referral = session.get(Referral, partner.referral_id) if partner is not None else None
    locale = i18n.negotiate(contact.locale) or i18n.DEFAULT
    if partner is None or referral is None or referral.contact_id != contact.id:
        return translate(locale, CLOSED)
    if not tapped and _written_since(session, contact, partner):
        return ""
    office = session.get(Office, partner.office_id)
    name = name_of(office, locale) if office is not None else partner.office_name
    return translate(locale, _agreed(session, referral, partner) if agree else _said_no(session, referral, partner), office=name)


def _agreed(session: Session, referral: Referral, partner: PartnerReferral) -> str:
    if partner.state in ("agreed", *LINKED):
        return AGREED
    if partner.state not in ("asking", "refused"):
        return CLOSED
    partner.state, partner.consent_way, partner.consent_at = "agreed", "message", utcnow()
    _happened(session, referral, "partner_agreed", "contact", partner)
    return AGREED


def _said_no(session: Session, referral: Referral, partner: PartnerReferral) -> str:
    """No is heard at any time, also after a yes."""
    was_seen = partner.seen_at is not None
    if partner.state == "asking":
        partner.state = "refused"
        _happened(session, referral, "partner_refused", "contact", partner)
    elif partner.state in ("agreed", *LINKED):
        _withdraw(partner)
        _happened(session, referral, "partner_withdrawn", "contact", partner)
    return TAKEN_BACK if was_seen else REFUSED


def send(session: Session, referral: Referral, partner: PartnerReferral, content: str, by: str) -> str:
    """Fix what is shared and return the token of the office's link. Again: a new link to the same content, the old one is dead.

    `content` is JSON of exactly `partner.fields`. Raises NotNow.
    """
    now = utcnow()
    if partner.consent_at is None or partner.state not in ("agreed", *LINKED):
        raise NotNow("state")
    token = crypto.token(32)
    partner.token_hash, partner.expires_at = _digest(token), now + VALID
    partner.content = partner.content or content
    if partner.state == "agreed":
        partner.state, partner.sent_at = "sent", now
    _happened(session, referral, "partner_sent", by, partner)
    return token


def withdraw(session: Session, referral: Referral, partner: PartnerReferral, by: str, reason: str = "") -> None:
    """The link opens nothing from here on. Raises NotNow where there is nothing to withdraw."""
    if partner.state not in (*UNDECIDED, *LINKED):
        raise NotNow("state")
    _withdraw(partner)
    _happened(session, referral, "partner_withdrawn", by, partner, reason.strip()[:MAX_NOTE])


def _withdraw(partner: PartnerReferral) -> None:
    partner.state = "withdrawn"
    _close_link(partner)


def _close_link(partner: PartnerReferral) -> None:
    partner.token_hash = partner.content = partner.note = None


def find(session: Session, token: str, *, lock: bool = False) -> PartnerReferral | None:
    """What a link opens; None for one that is unknown, has run out or was withdrawn."""
    if not 20 < len(token) < 100:
        return None
    query = select(PartnerReferral).where(PartnerReferral.token_hash == _digest(token), PartnerReferral.expires_at > utcnow())
    partner = session.scalars(query.with_for_update() if lock else query).one_or_none()
    return partner if partner is not None and partner.state in LINKED else None


def open_content(session: Session, partner: PartnerReferral) -> str:
    """The shared content; the first time it is noted as seen."""
    if partner.state == "sent":
        partner.state, partner.seen_at = "seen", utcnow()
        referral = session.get_one(Referral, partner.referral_id)
        _happened(session, referral, "partner_seen", "partner", partner)
    return partner.content or "{}"


def decide(session: Session, partner: PartnerReferral, accept: bool, word: str) -> Referral:
    """The office's answer; the caseworker finds it unread. Who declines can read it no longer. Raises NotNow."""
    if partner.state != "seen":
        raise NotNow("state")
    referral = session.get_one(Referral, partner.referral_id)
    partner.state, partner.answered_at = "accepted" if accept else "declined", utcnow()
    partner.answer = word.strip()[:MAX_ANSWER] or None
    if not accept:
        _close_link(partner)
    _happened(session, referral, f"partner_{partner.state}", "partner", partner, partner.answer or "")
    return referral


def has_run_out(partner: PartnerReferral, now: datetime) -> bool:
    return partner.state in LINKED and partner.expires_at is not None and partner.expires_at <= now


def _new(session: Session, referral: Referral, office: Office, fields: Collection[str], note: str, by: str) -> PartnerReferral:
    chosen = [field for field in FIELDS if field in fields]
    if not chosen or ("note" in chosen) != bool(note.strip()):
        raise NotNow("nothing_chosen")
    if referral.state == "closed":
        raise NotNow("closed")
    partner = PartnerReferral(
        referral_id=referral.id,
        office_id=office.id,
        office_name=name_of(office, i18n.DEFAULT),
        fields=chosen,
        note=note.strip()[:MAX_NOTE] or None,
        author=by,
    )
    session.add(partner)
    session.flush()
    return partner


def _undecided(session: Session, contact: Contact) -> bool:
    mine = select(Referral.id).where(Referral.contact_id == contact.id)
    asking = select(PartnerReferral.id).where(PartnerReferral.referral_id.in_(mine), PartnerReferral.state == "asking")
    return session.scalar(asking.limit(1)) is not None


def _written_since(session: Session, contact: Contact, partner: PartnerReferral) -> bool:
    """Staff wrote after the question: "1" or "yes" may answer that."""
    later = (Outbox.contact_id == contact.id) & Outbox.author.is_not(None) & (Outbox.created_at > partner.created_at)
    return session.scalar(select(Outbox.id).where(later).limit(1)) is not None


def _locale(contact: Contact, referral: Referral) -> str:
    return i18n.negotiate(contact.locale) or i18n.negotiate(referral.locale) or i18n.DEFAULT


def question(contact: Contact, referral: Referral, office: Office, fields: Collection[str]) -> list[Part]:
    """The message that asks for consent, in the person's language, as their channel sends it."""
    return _shaped(contact, referral, office, fields, _choices(_locale(contact, referral), 0))


def _shaped(
    contact: Contact, referral: Referral, office: Office, fields: Collection[str], choices: tuple[Choice, ...]
) -> list[Part]:
    locale = _locale(contact, referral)
    comma = "، " if locale in i18n.RIGHT_TO_LEFT else ", "
    named = comma.join(translate(locale, FIELD_NAMES[field]) for field in FIELDS if field in fields)
    text = translate(locale, ASK, office=name_of(office, locale), fields=named)
    return channels.shape(Reply(text, choices), contacts.speaks_plainly(contact))


def _put_question(
    session: Session, referral: Referral, contact: Contact, partner: PartnerReferral, office: Office
) -> list[Outbox]:
    # Sets of choices are named by the message they answer; this one answers none, so its name is negative.
    offered = outbox.offer(session, contact, -partner.id, _choices(_locale(contact, referral), partner.id))
    plain = contacts.speaks_plainly(contact)
    rows = []
    for position, part in enumerate(_shaped(contact, referral, office, partner.fields, offered)):
        outgoing = Outgoing(contact.channel, contact.address, part.text, choices=() if plain else part.choices)
        row = outbox.add(session, contact, outgoing, inbox_id=None, position=position, segments=part.segments)
        row.referral_id = referral.id
        rows.append(row)
    session.flush()
    return rows


def _choices(locale: str, partner_id: int) -> tuple[Choice, ...]:
    def payload(agree: bool) -> str:
        return "/partner_consent" + json.dumps({"id": partner_id, "agree": agree})

    return Choice(translate(locale, YES), payload(True)), Choice(translate(locale, NO), payload(False))


def _happened(session: Session, referral: Referral, kind: str, actor: str, partner: PartnerReferral, words: str = "") -> None:
    """History, audit and news of a step. What somebody wrote goes into the history alone."""
    now = utcnow()
    detail = ": ".join(filter(None, (partner.office_name, words)))
    referral.events.append(ReferralEvent(kind=kind, detail=detail, actor=actor, at=now))
    who = f"office:{partner.office_id}" if actor == "partner" else actor
    audit.add(session, who, kind.replace("_", ".", 1), "case", str(referral.id), office=partner.office_id, fields=partner.fields)
    if actor in ("contact", "partner"):
        referral.changed_at = now  # unread for staff
    session.flush()
    referrals.touch(session)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
