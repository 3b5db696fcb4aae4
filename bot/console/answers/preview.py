"""What contacts will get and what it costs: the real shaping of each channel, on a text that is not saved yet."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field

import regex
from sqlalchemy.orm import Session

from bot import channels, crisis, editing, i18n, offices, options
from bot.channels import sms_text
from bot.channels.base import Part
from bot.console.live import culprit
from bot.editing import saying
from bot.i18n import N_
from bot.messages import Choice, Reply
from bot.tables import Answer, Topic

MOST_SEGMENTS = {"gsm7": 2, "ucs2": 3}  # what an answer by SMS should cost at most, with its footer
_NAME = regex.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Note:
    """Something that an editor should know. `character` is what a click finds in the text."""

    kind: str  # warn info
    message: str
    values: dict[str, object] = field(default_factory=dict)
    character: str = ""


@dataclass(frozen=True, slots=True)
class Cost:
    """Segments of the first SMS and of what MORE brings; prices are 0 where none is set."""

    encoding: str
    first: int
    more: int
    price: float
    price_more: float


@dataclass(frozen=True, slots=True)
class Preview:
    """The parts as each channel will send them."""

    sms: list[Part]
    more: list[Part]
    chat: list[Part]
    cost: Cost
    notes: list[Note]


def price_of(session: Session) -> tuple[float, str]:
    """What a segment costs, and in which currency; 0 where an admin has set nothing."""
    known = options.everything(session)
    return float(known["segment_price"]), str(known["currency"])


def preview(session: Session, topic: Topic, answer: Answer, price: float) -> Preview:
    """A text as contacts of its language and country will get it."""
    sms, more, chat = _parts(session, topic, answer)
    return Preview(sms, more, chat, _cost(sms, more, price), list(_notes(topic, answer, sms)))


def cost(session: Session, topic: Topic, answer: Answer, price: float) -> Cost:
    sms, more, _ = _parts(session, topic, answer)
    return _cost(sms, more, price)


def _parts(session: Session, topic: Topic, answer: Answer) -> tuple[list[Part], list[Part], list[Part]]:
    if topic.category == editing.CRISIS:
        return _danger(session, topic, answer)
    locale = answer.locale
    has_more = answer.chat.strip() != answer.sms.strip()
    return (
        channels.shape(Reply(saying.plain(locale, answer)), plain=True),
        channels.shape(Reply(saying.details(locale, answer)), plain=True) if has_more else [],
        channels.shape(Reply(saying.chat(locale, answer), saying.choices(locale, topic.need, topic.id)), plain=False),
    )


def _danger(session: Session, topic: Topic, answer: Answer) -> tuple[list[Part], list[Part], list[Part]]:
    """As bot.crisis says it: the numbers of the country put in, a caseworker and an office offered."""
    kind = topic.id.removeprefix("crisis_")
    emergency = offices.emergency_phrase(session, answer.country, answer.locale, kind=kind)
    titles = (crisis.TELL_CASEWORKER, crisis.FIND_HELP)
    choices = tuple(Choice(i18n.translate(answer.locale, title), "/") for title in titles)

    def said(text: str) -> Reply:
        return Reply(i18n.fill(text, {"emergency": emergency}), choices)

    return channels.shape(said(answer.sms), plain=True), [], channels.shape(said(answer.chat), plain=False)


def _cost(sms: list[Part], more: list[Part], price: float) -> Cost:
    first, rest = sum(part.segments for part in sms), sum(part.segments for part in more)
    encoding = "ucs2" if any(sms_text.count(part.text).encoding == "ucs2" for part in sms) else "gsm7"
    return Cost(encoding, first, rest, first * price, rest * price)


def _notes(topic: Topic, answer: Answer, sms: list[Part]) -> list[Note]:
    sent = "\n".join(part.text for part in sms)
    notes = _characters(answer.sms, sms, sent)
    counted = [sms_text.count(part.text) for part in sms]
    segments = sum(one.segments for one in counted)
    most = MOST_SEGMENTS["ucs2" if any(one.encoding == "ucs2" for one in counted) else "gsm7"]
    if segments > most:
        told = N_("This SMS costs {n} segments. An answer should cost {most} at most: many pay for each.")
        notes.append(Note("warn", told, {"n": segments, "most": most}))
    if topic.category != editing.CRISIS:
        if answer.chat.strip() == answer.sms.strip():
            notes.append(Note("info", N_("Both texts are the same, so MORE is not offered.")))
        if not answer.sources:
            notes.append(Note("warn", N_("No source is named: nobody can check this text later.")))
        if answer.checked_on is None:
            notes.append(Note("warn", N_("Contacts are not told when this was checked: there is no date.")))
    return [*notes, *_names(topic, answer)]


def _characters(written: str, sms: list[Part], sent: str) -> list[Note]:
    """The character that doubles the cost, and what is sent plain to avoid that."""
    notes = []
    # The characters come with spaces between them.
    odd = list(next((found for part in sms if (found := culprit(part.text))), "")[::2])
    if odd:
        plainer = "".join(character for character in sent if character not in odd)
        values: dict[str, object] = {
            "character": " ".join(odd),
            "name": ", ".join(unicodedata.name(c, f"U+{ord(c):04X}").lower() for c in odd),
            "n": sum(part.segments for part in sms),
            "less": sms_text.count(plainer).segments,
        }
        told = N_("{character} ({name}) makes this SMS cost {n} segments instead of {less}. Write it differently.")
        notes.append(Note("warn", told, values, odd[0]))
    composed = unicodedata.normalize("NFC", written)
    replaced = [c for c in dict.fromkeys(composed) if c not in sent and sms_text.count(c).encoding == "ucs2" and not c.isspace()]
    if replaced:
        told = N_("To save a segment these are sent in a plainer form: {characters}")
        notes.append(Note("info", told, {"characters": " ".join(replaced[:12])}, replaced[0]))
    return notes


def _names(topic: Topic, answer: Answer) -> list[Note]:
    """Names in braces are filled in danger texts only, and only this one."""
    danger = topic.category == editing.CRISIS
    found = set(_NAME.findall(answer.sms + answer.chat))
    notes = [
        Note("warn", N_("{name} is not filled in: contacts read it as it stands."), {"name": f"{{{name}}}"}, f"{{{name}}}")
        for name in sorted(found - ({"emergency"} if danger else set()))
    ]
    if danger and not ("{emergency}" in answer.sms and "{emergency}" in answer.chat):
        told = N_("{name} is missing in one of the texts: there, no emergency number is given.")
        notes.append(Note("warn", told, {"name": "{emergency}"}))
    return notes
