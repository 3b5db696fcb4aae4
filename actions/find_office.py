"""Look offices up and say them: nearest first, with distance, address, phone, hours, and when each was checked."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.answering import PERSON
from actions.context import payload, say, say_text, slot_dict, turn_of
from actions.patient_form import go_on
from bot import i18n, offices
from bot.i18n import N_, translate
from bot.turn import Turn

NEAR = N_("Help for: {need}, near {place}:")
IN_COUNTRY = N_("Nothing is listed near {place}. In {country}:")
COUNTRY_ONLY = N_("Help for: {need}, in {country}:")
NOTHING = N_("I know no office for this there yet. A caseworker can look for one.")
CANCELLED = N_("All right, cancelled. Write your question at any time.")


def known(place: dict[str, Any]) -> dict[str, Any] | None:
    """What is remembered of a place: a named one, never a shared position."""
    return None if place.get("position") or not place.get("name") else place


class ActionFindOffice(Action):
    def name(self) -> str:
        return "action_find_office"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> list[dict[str, Any]]:
        events: list[dict[str, Any]] = [SlotSet(slot, None) for slot in ("office_need", "office_place", "form_end")]
        with turn_of(tracker) as turn:
            end = tracker.get_slot("form_end")
            if end == "cancelled":
                turn.outcome = "office_cancelled"
                say(dispatcher, turn, CANCELLED)
            elif end:
                events += go_on(end, dispatcher, tracker, domain)
            else:
                place = dict(slot_dict(tracker, "office_place"))
                self._search(dispatcher, turn, tracker.get_slot("office_need") or "general", place)
                events.append(SlotSet("known_place", known(place)))
        return events

    def _search(self, dispatcher: CollectingDispatcher, turn: Turn, need: str, place: dict[str, Any]) -> None:
        country = place.get("country") or turn.contact.country
        position = (place["lat"], place["lon"]) if place.get("lat") is not None else None
        limit = 2 if turn.plain else 3
        matches = offices.search(turn.session, need, None, country, position, turn.now.date(), limit=limit)
        turn.outcome = turn.outcome or f"office:{matches[0].scope if matches else 'nothing'}"
        if not matches:
            say(dispatcher, turn, NOTHING, buttons=[(PERSON, payload("talk_to_person"))])
            return
        lines = [self._headline(turn, need, place, country, matches)]
        lines += [offices.describe(match, turn.locale, turn.plain, turn.now.date(), now=turn.now) for match in matches]
        nearest = matches[0]
        exact = nearest.office.precision == "exact" and nearest.scope == "near" and not turn.plain
        pin = [nearest.office.lat, nearest.office.lon] if exact else None
        say_text(dispatcher, ("\n" if turn.plain else "\n\n").join(lines), custom={"pin": pin, "keep_choices": False})

    def _headline(self, turn: Turn, need: str, place: dict[str, Any], country: str | None, matches: list[offices.Match]) -> str:
        values = {
            "need": offices.need_label(need, turn.locale),
            "place": place.get("name") or translate(turn.locale, N_("you")),
            "country": i18n.country_name(turn.locale, country),
        }
        if any(match.scope == "near" for match in matches):
            return translate(turn.locale, NEAR, **values)
        return translate(turn.locale, IN_COUNTRY if place.get("lat") is not None else COUNTRY_ONLY, **values)
