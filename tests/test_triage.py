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


@pytest.mark.parametrize(
    "text",
    [
        *("OPT OUT", "opt-out", "stop all", "don't text me", "Please stop!!", "leave me alone"),
        *("ARRET", "Arrêt !", "désabonner", "plus de messages", "stop svp"),
        *("basta", "no más mensajes", "déjenme en paz", "BAJA"),
        *("إيقاف", "ايقاف", "وقف الرسائل", "لا ترسلوا", "أوقف"),
        *("STOPPP", "ｓｔｏｐ", "/stop", "\u200fstop\u200f", "  stop\n", "«stop»", "Stop 🛑"),
    ],
)
def test_people_opt_out_in_the_words_they_have(text: str) -> None:
    assert decide(text).do is Do.STOP
    assert decide(text, choices=CHOICES).do is Do.STOP


@pytest.mark.parametrize(
    "text",
    ["don't stop", "s'il vous plaît n'arrêtez pas", "por favor no paren", "من فضلك لا تتوقف", "cancel my visit", "bus stop"],
)
def test_who_asks_us_to_go_on_is_not_silenced(text: str) -> None:
    assert decide(text).do is Do.TEXT


@pytest.mark.parametrize("text", ["stop", "arrêt", "alto", "توقف"])
def test_an_open_form_does_not_keep_anybody_from_opting_out(text: str) -> None:
    assert decide(text, form="referral_form").do is Do.STOP


@pytest.mark.parametrize(
    ("text", "locale"),
    [("unsubscribe", "en"), ("arrêt", "fr"), ("وقف الرسائل", "ar"), ("не пишіть мені", "uk"), ("توقف", ""), ("fin", "")],
)
def test_an_opt_out_word_tells_its_language(text: str, locale: str) -> None:
    assert decide(text) == Decision(Do.STOP, locale)
    assert decide(text, Kind.OPT_OUT) == Decision(Do.STOP, locale)


def test_a_word_that_all_languages_list_is_confirmed_in_english() -> None:
    assert decide("STOP") == Decision(Do.STOP, "en")
    assert decide("STOP", Kind.OPT_OUT).value == "en"
    assert decide("START", opted_out=True) == Decision(Do.START, "en")
    assert decide("START", Kind.OPT_IN, opted_out=True).value == "en"


@pytest.mark.parametrize(
    ("text", "locale"),
    [
        *(("START", "en"), ("unstop", "en"), ("resume", "en"), ("YES", "en"), ("/start", "en")),
        *(("reprendre", "fr"), ("réabonner", "fr"), ("Oui", "fr")),
        ("reanudar", "es"),
        *(("ابدأ", "ar"), ("استئناف", "ar"), ("نعم", "ar")),
    ],
)
def test_who_opted_out_comes_back_in_their_language(text: str, locale: str) -> None:
    assert decide(text, opted_out=True) == Decision(Do.START, locale)


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind not in (Kind.OPT_OUT, Kind.OPT_IN, Kind.UNBLOCKED)])
def test_nothing_but_a_start_word_wakes_somebody_who_opted_out(kind: Kind) -> None:
    assert decide("where can I sleep", kind, opted_out=True, choices=CHOICES).do is Do.SILENT
    assert decide("/help", kind, opted_out=True).do is Do.SILENT


@pytest.mark.parametrize("text", ["yes", "oui", "sí", "si", "نعم", "ابدأ", "on", "begin"])
def test_agreeing_is_left_to_the_conversation_of_who_did_not_opt_out(text: str) -> None:
    assert decide(text).do is Do.TEXT
    assert decide(text, form="referral_form").do is Do.TEXT


def test_a_start_word_greets_who_never_left() -> None:
    assert decide("START") == Decision(Do.PAYLOAD, "/greet")
    assert decide("START", Kind.OPT_IN).do is Do.SILENT
    assert decide("", Kind.UNBLOCKED).do is Do.SILENT and decide("", Kind.UNBLOCKED, opted_out=True).do is Do.START
    assert decide("", Kind.BLOCKED).do is Do.SILENT


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        *(("no. 1", 1), ("nº 2", 2), ("n° 2", 2), ("№ 1", 1), ("#1", 1), ("1)", 1), ("Option 2", 2), ("١٢", 12), ("𝟙", 1)),
        *(("1️⃣", 1), ("\u200f٢\u200f", 2), ("1\ufe0f", 1)),
        *(("", None), ("1 2", None), ("1.5", None), ("12345", None), ("1st", None), ("½", None), ("no", None)),
        ("\U00011f51", None),  # a digit of a Unicode newer than this Python's
    ],
)
def test_a_whole_message_is_a_number_or_is_not(text: str, meant: int | None) -> None:
    assert number(text) == meant
    assert isinstance(decide(text), Decision)


def test_a_number_that_answers_a_form_reaches_the_form() -> None:
    assert decide("7", form="office_form").do is Do.TEXT
    assert decide("2", form="office_form", choices=CHOICES).value == "/find_office"


def test_the_words_of_a_choice_win_over_what_they_mean_elsewhere() -> None:
    offered = (Offered(1, "Help", "/ask_help"), Offered(2, "Français", "/other"))
    assert decide("help", choices=offered).value == "/ask_help"
    assert decide("francais", choices=offered).value == "/other"


def test_a_choice_without_words_is_not_picked_by_a_message_without_words() -> None:
    assert decide("?!", choices=(Offered(1, "…", "/affirm"),)).do is not Do.PAYLOAD


@pytest.mark.parametrize("text", ['/intent{"a": 1}', "/crisis", '/deny{"form": "cancel"}', "/affirm", "/", "///"])
@pytest.mark.parametrize("form", [None, "referral_form"])
def test_a_leading_slash_is_only_text(text: str, form: str | None) -> None:
    assert decide(text, form=form, choices=CHOICES).do is Do.TEXT


def test_a_slash_before_a_word_is_overlooked() -> None:
    assert decide("/help").do is Do.HELP
    assert decide("/1", choices=CHOICES).value == "/talk_to_person"


@pytest.mark.parametrize(
    ("payload", "texts"),
    [
        ("/delete_my_data", ["delete my data", "supprimer mes données", "borrar mis datos", "احذف بياناتي"]),
        ("/talk_to_person", ["talk to a person", "une personne", "Persona", "شخص", "call me"]),
        ("/more", ["more", "plus", "más", "MAS", "المزيد"]),
    ],
)
def test_words_of_command_mean_the_same_in_each_language(payload: str, texts: list[str]) -> None:
    assert {decide(text) for text in texts} == {Decision(Do.PAYLOAD, payload)}


@pytest.mark.parametrize("text", ["help", "HELP!", "aide", "ayuda", "مساعدة", "menu"])
def test_help_is_there_in_each_language(text: str) -> None:
    assert decide(text).do is Do.HELP


@pytest.mark.parametrize(("text", "field"), [("skip", "skip"), ("je ne sais pas", "skip"), ("atrás", "back"), ("retour", "back")])
def test_a_form_hears_words_that_mean_nothing_outside_it(text: str, field: str) -> None:
    assert decide(text, form="referral_form") == Decision(Do.PAYLOAD, f'/deny{{"form": "{field}"}}')
    assert decide(text).do is Do.TEXT


@pytest.mark.parametrize("text", ["I don't speak French", "where can I learn english", "french or english"])
def test_a_language_in_a_sentence_is_no_request_for_it(text: str) -> None:
    assert decide(text).do is Do.TEXT


def test_the_caption_of_a_picture_is_read_for_danger() -> None:
    assert decide("our boat is sinking", Kind.MEDIA) == Decision(Do.DANGER, "sea")
    assert decide("my passport", Kind.MEDIA).do is Do.MEDIA
    assert decide("   ", Kind.MEDIA).do is Do.MEDIA


def test_a_message_of_spaces_is_empty() -> None:
    assert decide(" \n\t ").do is Do.EMPTY


def test_a_message_of_the_longest_kind_is_decided() -> None:
    assert decide("where can I sleep " * 3000).do is Do.TEXT
    assert decide("1" * 50_000).do is Do.TEXT
    assert decide("/" * 50_000).do is Do.TEXT


@settings(max_examples=200, deadline=None)
@given(
    st.text(st.one_of(st.characters(codec=None), st.sampled_from('/{}":1١\u200f\ufe0f\u20e3\x00\ud800')), max_size=120),
    st.sampled_from([None, "referral_form"]),
)
def test_only_words_of_ours_become_payloads(text: str, form: str | None) -> None:
    decision = decide(text, form=form)
    assert not decision.by_choice
    if decision.do is Do.PAYLOAD:
        answers = [f'/deny{{"form": "{field}"}}' for field in ("cancel", "skip", "back")]
        assert decision.value in ("/greet", "/more", "/talk_to_person", "/delete_my_data", *answers)
