"""The mail that brings an office its link. It says that somebody needs help, and nothing else about anybody."""

from __future__ import annotations

import logging

from sqlalchemy.orm import Session

from bot.console.desk import Desk
from bot.console.texts import N_
from bot.housekeeping import mail
from bot.settings import Settings
from bot.tables import Office, PartnerReferral

log = logging.getLogger(__name__)

SUBJECT = N_("{organization} asks for your help for a person")
TEXT = N_(
    "{organization} asks your office to help a person, who has agreed to this.\n\n"
    "Read what they need here, and say whether you can help:\n{link}\n\n"
    "The link is for your office alone and works until {date}."
)


def mail_address(session: Session, settings: Settings, partner: PartnerReferral) -> str:
    """The office's address, where mail can be sent; else empty."""
    office = session.get(Office, partner.office_id) if settings.smtp_host else None
    return office.email if office is not None else ""


def letter(desk: Desk, partner: PartnerReferral, link: str) -> tuple[str, str]:
    """Subject and text, in the caseworker's language."""
    organization = desk.settings.organization
    date = desk.words.day(partner.expires_at.date() if partner.expires_at else None)
    return (
        desk.text(SUBJECT, organization=organization),
        desk.text(TEXT, organization=organization, link=link, date=date),
    )


def send_link(desk: Desk, partner: PartnerReferral, to: str, link: str) -> bool:
    """Hand the mail to the server now: the link is in memory only. False where that failed."""
    subject, text = letter(desk, partner, link)
    try:
        message = mail.compose(desk.settings, to, subject, text, mail.reference_of([partner.id]) + "-partner")
        mail.send(desk.settings, message)
    except mail.Undelivered as error:
        log.warning("the mail to the office of partner referral %s was not taken: %s", partner.id, error.code)
        return False
    return True
