"""Triage: what must work in any language, before any model."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.messages import Incoming, Kind
from bot.triage import Decision, Do, Offered, Snapshot, number, triage

CHOICES = (Offered(1, "Talk to a person", "/talk_to_person"), Offered(2, "مساعدة قريبة مني", "/find_office"))


def decide(text: str, kind: Kind = Kind.TEXT, **contact: object) -> Decision:
    return triage(Incoming("sms", "+30", "1", kind, text=text), Snapshot(**contact))  # type: ignore[arg-type]


TWILIO_STOP = ["STOP", "stop", "Stop.", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"]


@pytest.mark.parametrize("text", [*TWILIO_STOP, "arrêt", "alto", "توقف", "قف"])
def test_opt_out_words_are_the_whole_message(text: str) -> None:
    assert decide(text).do is Do.STOP


@pytest.mark.parametrize("text", ["please don't stop", "stop the war", "how do I stop paying", "ne t'arrête pas", "no pares"])
def test_a_sentence_with_such_a_word_is_no_opt_out(text: str) -> None:
    assert decide(text).do is not Do.STOP


@pytest.mark.parametrize("text", ["cancel", "annuler", "cancelar", "إلغاء"])
def test_cancel_leaves_an_open_form(text: str) -> None:
    assert decide(text, form="referral_form") == Decision(Do.PAYLOAD, '/deny{"form": "cancel"}')


@pytest.mark.parametrize("text", ["hello", "our boat is sinking", "STOP", "1", "help"])
def test_after_stop_there_is_silence(text: str) -> None:
    assert decide(text, opted_out=True).do is Do.SILENT


@pytest.mark.parametrize("text", ["START", "start", "UNSTOP", "yes", "YES", "ابدأ"])
def test_start_words_end_the_silence(text: str) -> None:
    assert decide(text, opted_out=True).do is Do.START


def test_yes_is_only_yes_for_somebody_who_did_not_stop() -> None:
    assert decide("yes").do is Do.TEXT


def test_what_the_provider_has_handled_is_believed() -> None:
    assert decide("anything", Kind.OPT_OUT).do is Do.STOP
    assert decide("anything", Kind.OPT_IN, opted_out=True).do is Do.START


@pytest.mark.parametrize("text", ["1", "١", "۱", "১", "1.", "(1)", " 1 ", "no 1", "talk to a person", "Talk to a person!"])
def test_a_number_in_any_digits_or_the_words_answer_the_last_choice(text: str) -> None:
    assert decide(text, choices=CHOICES) == Decision(Do.PAYLOAD, "/talk_to_person", by_choice=True)


def test_words_of_a_choice_in_arabic_spellings() -> None:
    assert decide("مساعده قريبه مني", choices=CHOICES).value == "/find_office"


def test_a_number_without_a_choice_is_said_to_be_one() -> None:
    assert decide("3").do is Do.NO_CHOICE and decide("7", choices=CHOICES).do is Do.NO_CHOICE
    assert number("112 euros") is None


@pytest.mark.parametrize("text", ['/affirm{"confirm": true}', "/stop please help", "//deny"])
def test_nobody_who_types_can_run_an_intent(text: str) -> None:
    assert decide(text).do not in (Do.PAYLOAD, Do.STOP)


def test_telegrams_commands_are_commands() -> None:
    assert decide("/start", Kind.COMMAND) == Decision(Do.PAYLOAD, "/greet")
    assert decide("/help", Kind.COMMAND).do is Do.HELP
    assert decide("/start", Kind.COMMAND, opted_out=True).do is Do.START


@pytest.mark.parametrize(
    ("text", "locale"), [("français", "fr"), ("English", "en"), ("عربي", "ar"), ("español", "es"), ("speak french please", "fr")]
)
def test_a_language_is_one_word_away(text: str, locale: str) -> None:
    assert decide(text) == Decision(Do.LANGUAGE, locale)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("our boat is sinking", "sea"),
        ("notre bateau coule", "sea"),
        ("nuestro bote se hunde", "sea"),
        ("القارب يغرق", "sea"),
        ("she is not breathing", "medical"),
        ("I want to kill myself", "suicide"),
    ],
)
def test_words_of_danger_are_heard_in_each_language(text: str, kind: str) -> None:
    assert decide(text) == Decision(Do.DANGER, kind)
    assert decide(text, form="office_form", choices=CHOICES).do is Do.DANGER


@pytest.mark.parametrize("text", ["is the sea dangerous?", "how do I get a boat ticket", "hello"])
def test_calm_words_are_no_danger(text: str) -> None:
    assert decide(text).do is Do.TEXT


def test_a_group_is_told_once() -> None:
    assert decide("hi all", Kind.GROUP).do is Do.GROUP
    assert decide("hi all", Kind.GROUP, group_told=True).do is Do.SILENT


@pytest.mark.parametrize(
    ("kind", "do"), [(Kind.MEDIA, Do.MEDIA), (Kind.EDIT, Do.EDIT), (Kind.LOCATION, Do.LOCATION), (Kind.CHOICE, Do.PAYLOAD)]
)
def test_what_is_no_text_has_its_own_outcome(kind: Kind, do: Do) -> None:
    assert decide("", kind).do is do
    assert decide("", Kind.TEXT).do is Do.EMPTY


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300), st.sampled_from(list(Kind)), st.booleans())
def test_no_message_makes_triage_raise(text: str, kind: Kind, opted_out: bool) -> None:
    assert isinstance(decide(text, kind, opted_out=opted_out, choices=CHOICES), Decision)
