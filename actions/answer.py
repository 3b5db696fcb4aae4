"""A question: find its topic and say its answer; ask back when unsure; say so, and remember it, when nothing is near."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.answering import FIND_OFFICE, PERSON, WHAT_CAN_I_ASK, say_answer
from actions.context import act_of, payload, picked, say, text_of, turn_of, was_picked
from bot import answers
from bot.i18n import N_
from bot.nlu import encoder
from bot.nlu.topics import Ranked
from bot.tables import Topic
from bot.turn import Turn
from bot.understanding import Outcome, judge

DID_YOU_MEAN = N_("Did you mean:")
ALSO_ASKED = N_("You also asked about:")
NONE_OF_THESE = N_("None of these")
NO_ANSWER = N_("Sorry, I have no checked answer to that. I can connect you with a person.")
NOT_MY_FIELD = N_(
    "I can only help with questions about rights, papers, health, work, safe travel and help near you. "
    "Write your question in your own words."
)
WITHHELD = N_("The answer to this is being checked again and may be out of date. Please ask a person.")
OFFERED = 3


class ActionAnswer(Action):
    """`ask`, and what was taken for small talk: both are looked up, since new topics need no retraining."""

    def name(self) -> str:
        return "action_answer"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> list[dict[str, Any]]:
        with turn_of(tracker) as turn:
            chosen = picked(tracker, "topic")
            if chosen:
                return self._say(dispatcher, turn, str(chosen), keep_choices=True)
            topics, outcome = self._retrieve(tracker, turn)
            if act_of(tracker) == "out_of_scope" and not was_picked(tracker):
                turn.outcome = turn.outcome or "out_of_scope"
                say(dispatcher, turn, NOT_MY_FIELD, buttons=ways_on())
                return []
            if outcome is Outcome.SURE:
                events = self._say(dispatcher, turn, topics[0].topic)
                self._offer_second(dispatcher, turn)
                return events
            if outcome is Outcome.UNSURE:
                return self._ask_back(dispatcher, turn, topics, text_of(tracker))
            return self._nothing(dispatcher, turn, topics, text_of(tracker))

    def _retrieve(self, tracker: Tracker, turn: Turn) -> tuple[tuple[Ranked, ...], Outcome]:
        if turn.understanding is not None:
            return turn.understanding.topics, turn.understanding.outcome
        vector = encoder.embed([text_of(tracker)])[0]
        topics = tuple(turn.index.rank(vector, turn.locale, text=text_of(tracker)))
        return topics, judge(topics, turn.index.nearest(vector, turn.locale))

    def _say(
        self, dispatcher: CollectingDispatcher, turn: Turn, topic: str, *, keep_choices: bool = False
    ) -> list[dict[str, Any]]:
        turn.outcome = turn.outcome or f"answered:{topic}"
        if not say_answer(dispatcher, turn, topic, keep_choices=keep_choices):
            turn.outcome = f"withheld:{topic}"
            say(dispatcher, turn, WITHHELD, buttons=ways_on())
        return [SlotSet("last_topic", topic), SlotSet("last_question", turn.incoming.text[:300] or None)]

    def _offer_second(self, dispatcher: CollectingDispatcher, turn: Turn) -> None:
        """Two needs in one message: the other one is a tap or a digit away."""
        also = turn.understanding.also if turn.understanding else None
        topic = turn.session.get(Topic, also) if also else None
        if topic is not None:
            say(dispatcher, turn, ALSO_ASKED, buttons=[(answers.title(topic, turn.locale), payload("ask", topic=topic.id))])

    def _ask_back(
        self, dispatcher: CollectingDispatcher, turn: Turn, topics: tuple[Ranked, ...], text: str
    ) -> list[dict[str, Any]]:
        turn.outcome = turn.outcome or "unsure"
        known = [t for t in (turn.session.get(Topic, ranked.topic) for ranked in topics[:OFFERED]) if t is not None]
        buttons = [(answers.title(topic, turn.locale), payload("ask", topic=topic.id)) for topic in known]
        buttons.append((NONE_OF_THESE, payload("not_helpful", topic="none")))
        say(dispatcher, turn, DID_YOU_MEAN, buttons=buttons)
        return [SlotSet("last_question", text[:300]), SlotSet("last_topic", None)]

    def _nothing(
        self, dispatcher: CollectingDispatcher, turn: Turn, topics: tuple[Ranked, ...], text: str
    ) -> list[dict[str, Any]]:
        turn.outcome = turn.outcome or "unanswered"
        nearest = topics[0] if topics else Ranked("", 0.0)
        answers.record_unanswered(
            turn.session,
            turn.contact.id,
            turn.locale,
            turn.contact.country,
            text,
            "nothing_near",
            nearest.topic or None,
            nearest.confidence,
        )
        say(dispatcher, turn, NO_ANSWER, buttons=ways_on())
        return [SlotSet("last_question", text[:300]), SlotSet("last_topic", None)]


def ways_on() -> list[tuple[str, str]]:
    """The three ways on that are always open."""
    return [
        (PERSON, payload("talk_to_person")),
        (FIND_OFFICE, payload("find_office")),
        (WHAT_CAN_I_ASK, payload("menu")),
    ]
