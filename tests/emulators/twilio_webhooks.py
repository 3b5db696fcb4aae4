"""The fields Twilio posts: an inbound message, a status callback, and how it reads one-word messages."""

from __future__ import annotations

from collections.abc import Sequence

from .sms_length import segments
from .twilio_messages import API_VERSION, Message

# https://www.twilio.com/docs/messaging/guides/webhook-request, one-word messages only
STOP_WORDS = {"stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout"}
START_WORDS = {"start", "yes", "unstop"}
HELP_WORDS = {"help", "info"}


def word_type(from_: str, body: str) -> str | None:
    """Twilio's own reading of a one-word SMS; other channels have no default opt-out words."""
    word = body.strip().lower()
    if ":" in from_:
        return None
    return "STOP" if word in STOP_WORDS else "START" if word in START_WORDS else "HELP" if word in HELP_WORDS else None


def inbound_fields(sid: str, from_: str, number: str, body: str, files: Sequence[tuple[str, str]]) -> dict[str, str]:
    """An inbound message of a phone number or `whatsapp:` address; `files` are (URL, content type)."""
    channel, _, bare = from_.rpartition(":")
    fields = {
        "MessageSid": sid,
        "SmsSid": sid,
        "SmsMessageSid": sid,
        "From": from_,
        "To": f"{channel}:{number}" if channel else number,
        "Body": body,
        "NumMedia": str(len(files)),
        "NumSegments": str(segments(body)),
        "SmsStatus": "received",
        "ApiVersion": API_VERSION,
    }
    if channel:
        fields |= {"ProfileName": "Amal", "WaId": bare.lstrip("+"), "MessageType": "text"}
    else:
        # Twilio sends the place fields empty when it does not know them.
        fields |= {f"{side}{part}": "" for side in ("From", "To") for part in ("City", "State", "Zip", "Country")}
    for index, (url, content_type) in enumerate(files):
        fields |= {f"MediaUrl{index}": url, f"MediaContentType{index}": content_type}
    return fields


def callback_fields(message: Message, status: str, error_code: int | None, account_sid: str) -> dict[str, str]:
    """One status callback; `status` need not be the message's own, as callbacks come late."""
    fields = {
        "MessageSid": message.sid,
        "MessageStatus": status,
        "SmsSid": message.sid,
        "SmsStatus": status,
        "To": message.to,
        "From": message.from_ or "",
        "AccountSid": account_sid,
        "ApiVersion": API_VERSION,
    }
    if message.messaging_service_sid:
        fields["MessagingServiceSid"] = message.messaging_service_sid
    if error_code is not None:
        fields["ErrorCode"] = str(error_code)
    if status == "delivered":
        fields["RawDlrDoneDate"] = message.updated.strftime("%y%m%d%H%M")
    return fields
