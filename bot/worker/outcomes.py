"""What is answered without Rasa: stop, start, danger, a language, and what cannot be read."""

from __future__ import annotations

import json

from bot import contacts, crisis, i18n, notifications, referrals
from bot.i18n import N_, translate
from bot.messages import Choice, Incoming, Kind, Reply
from bot.nlu.places import gazetteer
from bot.triage import Do
from bot.turn import Turn

STOPPED = N_("You will get no more messages from {name}. To come back, reply START.")
STARTED = N_("Welcome back. Write your question in your own words.")
HELP = N_(
    "{name}: free answers on rights, health, work, safe travel and help near you. Write your question. "
    "PERSON: talk to a caseworker. STOP: no more messages. DELETE: delete my data."
)
MEDIA = N_("I can read only text. Please write your question in words.")
EDITED = N_("I cannot follow changes to sent messages. Please send it again as a new message.")
GROUP = N_("For your safety I answer in private chats only. Please write to me directly.")
EMPTY = N_("I got an empty message. Write your question in your own words.")
NO_CHOICE = N_("I do not know what this number answers. Write your question in your own words.")
LANGUAGE = N_("From now on I write in English. Write your question.")
WAYS_ON = (
    (N_("Find help near me"), "/find_office"),
    (N_("Talk to a person"), "/talk_to_person"),
    (N_("What can I ask?"), "/menu"),
)


def stop(turn: Turn) -> None:
    """No more messages. Said once, and not where the provider says it itself."""
    provider_confirms = turn.incoming.kind is Kind.OPT_OUT
    already = turn.contact.opted_out_at is not None
    contacts.opt_out(turn.session, turn.contact, turn.now)
    turn.outcome = "stop"
    if not provider_confirms and not already:
        turn.replies.append(Reply(translate(turn.locale, STOPPED, name=turn.settings.organization)))


def start(turn: Turn) -> None:
    """Messages again, for whoever had stopped them."""
    contacts.opt_in(turn.contact)
    turn.outcome = "start"
    turn.replies.append(Reply(translate(turn.locale, STARTED)))


def danger(turn: Turn, kind: str) -> None:
    """The crisis reply of this kind, for the country that is named or known; caseworkers with a case are told."""
    turn.outcome = f"crisis:{kind}"
    text = turn.incoming.text
    mentions = gazetteer().find(text[:2000], turn.contact.country)
    if mentions and not mentions[-1].ambiguous:
        turn.contact.country = mentions[-1].candidates[0].country
    country = turn.contact.country or turn.settings.country or None
    turn.replies.append(crisis.reply(turn.session, kind, turn.locale, country, turn.plain, text))
    for case in referrals.add_message(turn.session, turn.contact, danger=kind):
        notifications.notify(turn.session, "case.danger", case, turn.settings)
    referrals.heard(turn.session, turn.contact)


def language(turn: Turn, locale: str) -> None:
    """The language that was asked for, from now on and whatever they write in."""
    wanted = i18n.negotiate(locale) or turn.locale
    turn.contact.locale, turn.contact.locale_confidence, turn.contact.locale_chosen = wanted, 1.0, True
    turn.locale, turn.outcome = wanted, "language"
    turn.replies.append(Reply(translate(wanted, LANGUAGE), keep_choices=True))


def say_fixed(turn: Turn, do: Do) -> None:
    """The polite outcomes of what we cannot read."""
    texts = {
        Do.HELP: HELP,
        Do.MEDIA: MEDIA,
        Do.EDIT: EDITED,
        Do.GROUP: GROUP,
        Do.EMPTY: EMPTY,
        Do.NO_CHOICE: NO_CHOICE,
    }
    if do is Do.GROUP:
        turn.contact.group_told_at = turn.now
    turn.outcome = do.value
    choices = tuple(Choice(translate(turn.locale, title), load) for title, load in WAYS_ON) if do is Do.HELP else ()
    said = translate(turn.locale, texts[do], name=turn.settings.organization)
    turn.replies.append(Reply(said, choices=choices, keep_choices=not choices))


def location_payload(incoming: Incoming) -> str:
    """A shared position as the choice of a place: used for this search and not kept beyond it."""
    try:
        near = gazetteer().nearest(incoming.lat or 0.0, incoming.lon or 0.0)
    except ValueError:
        return "/find_office"
    place = {"name": near.name, "country": near.country, "lat": incoming.lat, "lon": incoming.lon, "position": True}
    return "/inform_place" + json.dumps({"place_id": place})
