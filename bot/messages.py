"""The words of the path: what comes in, what a turn decides, what goes out. Imports nothing of ours."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    """What an inbound message is, whatever the provider calls it."""

    TEXT = "text"
    LOCATION = "location"
    CHOICE = "choice"  # a tapped button: `token` names a stored choice
    MEDIA = "media"  # picture, voice, sticker, contact card: nothing we can read
    EDIT = "edit"  # the person changed a message they had sent
    GROUP = "group"  # somebody spoke to us where others can read
    COMMAND = "command"  # Telegram's /start and /help
    OPT_OUT = "opt_out"  # the provider itself has handled STOP
    OPT_IN = "opt_in"
    BLOCKED = "blocked"  # the person blocked us
    UNBLOCKED = "unblocked"


class State(StrEnum):
    """Delivery state of one sent part. Ordered by `rank`: a late callback never takes a part back."""

    QUEUED = "queued"
    SENDING = "sending"
    UNKNOWN = "unknown"  # the provider may or may not have it
    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"
    CANCELLED = "cancelled"  # the person opted out or blocked us before it left

    @property
    def rank(self) -> int:
        return {"queued": 0, "sending": 1, "unknown": 2, "sent": 3}.get(self.value, 4)


class Failure(StrEnum):
    """What a failed send means for what happens next."""

    CONTACT = "contact"  # this address will never accept: mark the contact
    CONTENT = "content"  # this text will never be accepted: tell the operator
    OPERATOR = "operator"  # our account or number is wrong: keep the message, tell the operator
    THROTTLED = "throttled"  # try again at a known time
    TRANSIENT = "transient"  # try again, surely not processed
    UNKNOWN = "unknown"  # may have been processed: look it up first


@dataclass(frozen=True, slots=True)
class Incoming:
    """One message from a contact, as stored before anything thinks about it."""

    channel: str
    address: str
    provider_id: str
    kind: Kind
    text: str = ""
    token: str = ""
    lat: float | None = None
    lon: float | None = None
    callback_id: str = ""
    locale_hint: str = ""
    country_hint: str = ""
    sent_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing a person may pick. `payload` is ours alone: people see `title`, providers see an opaque token."""

    title: str
    payload: str
    token: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """What a turn says, before any channel shapes it."""

    text: str
    choices: tuple[Choice, ...] = ()
    ask_location: bool = False
    pin: tuple[float, float] | None = None  # a point to show on a map: latitude, longitude
    answer_id: int | None = None  # the answer version said, so that a correction can follow it
    keep_choices: bool = False  # the numbers offered before stay valid


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One part as the channel sends it: everything a provider call needs, and nothing to decide."""

    channel: str
    address: str
    text: str
    choices: tuple[Choice, ...] = ()
    ask_location: bool = False
    location_label: str = ""  # the words on the button that shares the position
    remove_keyboard: bool = False
    pin: tuple[float, float] | None = None
    callback_id: str = ""  # not a message: acknowledges a tapped button
    reference: str = ""  # our own opaque name of this part, for status callbacks


@dataclass(frozen=True, slots=True)
class StatusUpdate:
    """What a provider says about a part we sent."""

    channel: str
    provider_id: str
    state: State
    error: str = ""
    reference: str = ""


@dataclass(slots=True)
class SendError(Exception):
    """A send that did not end well; carries its own policy. `retry_after` in seconds."""

    reason: Failure
    code: str = ""
    retry_after: float | None = None
    detail: str = field(default="", repr=False)

    def __str__(self) -> str:
        return f"{self.reason.value} {self.code}".strip()
