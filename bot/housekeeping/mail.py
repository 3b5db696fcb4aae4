"""One mail by SMTP, never over a line that was meant to be encrypted and is not. A failure says whether to try again."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr

from bot.db import utcnow
from bot.settings import Settings

TIMEOUT = 15.0  # seconds, of each answer


@dataclass(slots=True)
class Undelivered(Exception):
    """A delivery that did not end well. `permanent`: trying again changes nothing. `ours`: our own settings are at fault."""

    code: str
    permanent: bool = False
    ours: bool = False
    retry_after: float | None = None  # seconds

    def __str__(self) -> str:
        return self.code


def compose(settings: Settings, to: str, subject: str, text: str, reference: str) -> EmailMessage:
    """`reference` makes the Message-ID: a mail that is sent twice after a crash can be known by it. Raises Undelivered."""
    message = EmailMessage()
    try:
        message["From"], message["To"], message["Subject"] = settings.mail_from, to, subject
    except ValueError:  # a line break in an address would begin another header
        raise Undelivered("address", permanent=True) from None
    message["Date"] = format_datetime(utcnow())
    message["Message-ID"] = f"<{reference}@{parseaddr(settings.mail_from)[1].rpartition('@')[2] or 'localhost'}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no answer from a machine, please
    message["X-Auto-Response-Suppress"] = "All"  # what Exchange listens to instead
    message.set_content(text)
    return message


def send(settings: Settings, message: EmailMessage) -> None:
    """Hand the mail to the server. Raises Undelivered."""
    try:
        with _connection(settings) as server:
            server.send_message(message)
    except smtplib.SMTPRecipientsRefused as error:
        codes = [code for code, _ in error.recipients.values()]
        raise Undelivered(f"recipient {codes[0]}", permanent=all(code >= 500 for code in codes)) from None
    except smtplib.SMTPDataError as error:
        raise Undelivered(f"data {error.smtp_code}", permanent=error.smtp_code >= 500) from None
    except smtplib.SMTPSenderRefused as error:
        raise Undelivered(f"sender {error.smtp_code}", ours=True) from None
    except (smtplib.SMTPNotSupportedError, ssl.SSLError) as error:
        raise Undelivered(type(error).__name__, ours=True) from None
    except (smtplib.SMTPException, OSError, UnicodeError) as error:
        raise Undelivered(type(error).__name__) from None


@contextmanager
def _connection(settings: Settings) -> Iterator[smtplib.SMTP]:
    if settings.smtp_security == "ssl":
        context = ssl.create_default_context()
        server: smtplib.SMTP = smtplib.SMTP_SSL(settings.smtp_host, settings.smtp_port, timeout=TIMEOUT, context=context)
    else:
        server = smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=TIMEOUT)
    try:
        if settings.smtp_security == "starttls":
            server.starttls(context=ssl.create_default_context())
        if settings.smtp_user:
            _log_in(server, settings)
        yield server
        # The server has taken the mail: whatever goes wrong in saying goodbye, it must not be sent once more.
        with suppress(smtplib.SMTPException, OSError):
            server.quit()
    finally:
        server.close()


def _log_in(server: smtplib.SMTP, settings: Settings) -> None:
    try:
        server.login(settings.smtp_user, settings.smtp_password)
    except smtplib.SMTPException as error:  # some servers refuse a password, others hang up on it
        raise Undelivered(f"login {getattr(error, 'smtp_code', 'refused')}", ours=True) from None


def reference_of(ids: Iterable[int]) -> str:
    return "waymark-" + "-".join(str(i) for i in ids)
