"""What every action needs: the turn, the words in the contact's language, the values a picked choice carries."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from bot import answers, contacts, crypto, i18n, settings
from bot import turn as turns
from bot.db import Database
from bot.messages import Incoming, Kind
from bot.nlu.places import Place, PlaceMention, gazetteer, place_name
from bot.turn import Turn

Button = tuple[str, str]  # English title, payload


@contextmanager
def turn_of(tracker: Tracker) -> Iterator[Turn]:
    """The worker's turn; under `rasa run actions`, which has none, a turn of its own for development."""
    now = turns.in_progress()
    if now is not None:
        yield now
        return
    with _development_turn(tracker) as turn, turns.begin(turn):
        yield turn


@contextmanager
def _development_turn(tracker: Tracker) -> Iterator[Turn]:
    config = settings.load()
    crypto.use(config.secret_keys)
    database = Database(config.database_url)
    latest = tracker.latest_message or {}
    locale = i18n.negotiate(latest.get("locale") or (latest.get("metadata") or {}).get("locale")) or i18n.DEFAULT
    with database.write() as session:
        contact = contacts.find_or_create(session, "webchat", f"chat:rasa-shell-{tracker.sender_id}")
        incoming = Incoming("webchat", contact.address, tracker.sender_id, Kind.TEXT, text=text_of(tracker))
        index = answers.load_index(session)
        yield Turn(session, config, contact, incoming, 0, index, locale, plain=False)
    database.close()


def say(
    dispatcher: CollectingDispatcher,
    turn: Turn,
    message: str,
    *,
    buttons: list[Button] | None = None,
    custom: dict[str, Any] | None = None,
    **values: object,
) -> None:
    """Say an English message id, and its buttons, in the contact's language."""
    translated = [{"title": i18n.translate(turn.locale, title), "payload": payload} for title, payload in buttons or []]
    say_text(dispatcher, i18n.translate(turn.locale, message, **values), buttons=translated, custom=custom)


def say_text(
    dispatcher: CollectingDispatcher,
    text: str,
    *,
    buttons: list[dict[str, str]] | None = None,
    custom: dict[str, Any] | None = None,
) -> None:
    """Say a text that is already in the contact's language."""
    dispatcher.utter_message(text=text, buttons=buttons or [], json_message=custom or {})


def payload(act: str, **values: object) -> str:
    """What a choice carries: `/act{"entity": value}`."""
    return f"/{act}{json.dumps(values, ensure_ascii=False)}" if values else f"/{act}"


def picked(tracker: Tracker, entity: str) -> Any:
    """The value a picked choice carries, or None. Typed text can never carry one."""
    for found in (tracker.latest_message or {}).get("entities") or []:
        if found.get("entity") == entity and found.get("extractor") == "choice":
            return found.get("value")
    return None


def was_picked(tracker: Tracker) -> bool:
    return text_of(tracker).startswith("/")


def text_of(tracker: Tracker) -> str:
    return str((tracker.latest_message or {}).get("text") or "")


def act_of(tracker: Tracker) -> str:
    return str(((tracker.latest_message or {}).get("intent") or {}).get("name") or "")


def places_in(tracker: Tracker, turn: Turn) -> tuple[PlaceMention, ...]:
    if was_picked(tracker):
        return ()
    if turn.understanding is not None:
        return turn.understanding.places
    return tuple(gazetteer().find(text_of(tracker)[:2000], turn.contact.country))


def as_slot(place: Place, locale: str) -> dict[str, Any]:
    """A gazetteer place as a slot value, named in the contact's language. The matched words themselves are not kept."""
    return {"name": place_name(place, locale), "country": place.country, "lat": place.lat, "lon": place.lon}


def slot_dict(tracker: Tracker, name: str) -> Mapping[str, Any]:
    value = tracker.get_slot(name)
    return value if isinstance(value, dict) else {}
