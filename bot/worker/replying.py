"""What a turn says, put into the outbox: parts as a channel takes them, and the choices that digits will answer."""

from __future__ import annotations

from bot import channels, outbox
from bot.i18n import N_, translate
from bot.messages import Choice, Outgoing, Reply
from bot.turn import Turn

SHARE_LOCATION = N_("Share my location")


def put_in_outbox(turn: Turn) -> None:
    """The turn's replies as parts, in order, with their choices stored for the digits that will answer them."""
    replies = _merged(turn.replies) if turn.plain else turn.replies
    position = 0
    if turn.incoming.callback_id:
        ack = Outgoing(turn.contact.channel, turn.contact.address, "", callback_id=turn.incoming.callback_id)
        outbox.add(turn.session, turn.contact, ack, inbox_id=turn.inbox_id, position=position, segments=0)
        position += 1
    if replies and turn.outcome != "erased":
        _replace_choices(turn, replies)
    for reply in replies:
        for part in channels.shape(_with_tokens(turn, reply), turn.plain):
            outgoing = Outgoing(
                channel=turn.contact.channel,
                address=turn.contact.address,
                text=part.text,
                choices=() if turn.plain else part.choices,
                ask_location=part.ask_location,
                location_label=translate(turn.locale, SHARE_LOCATION) if part.ask_location else "",
                pin=part.pin,
            )
            outbox.add(
                turn.session,
                turn.contact,
                outgoing,
                inbox_id=turn.inbox_id,
                position=position,
                segments=part.segments,
                answer_id=reply.answer_id,
            )
            position += 1


def _replace_choices(turn: Turn, replies: list[Reply]) -> None:
    if any(reply.choices for reply in replies) or not any(reply.keep_choices for reply in replies):
        turn.contact.choice_set = None


def _with_tokens(turn: Turn, reply: Reply) -> Reply:
    if not reply.choices:
        return reply
    offered = outbox.offer(turn.session, turn.contact, turn.inbox_id, reply.choices)
    return Reply(reply.text, offered, reply.ask_location, reply.pin, reply.answer_id, reply.keep_choices)


def _merged(replies: list[Reply]) -> list[Reply]:
    """One SMS instead of several: each part is billed on its own, and they may arrive out of order."""
    if not replies:
        return []
    choices: tuple[Choice, ...] = next((r.choices for r in reversed(replies) if r.choices), ())
    return [
        Reply(
            text="\n".join(r.text for r in replies if r.text),
            choices=choices,
            ask_location=any(r.ask_location for r in replies),
            answer_id=next((r.answer_id for r in replies if r.answer_id), None),
            keep_choices=any(r.keep_choices for r in replies),
        )
    ]
