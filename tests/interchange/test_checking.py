"""What a file's lines would do, before anything is done."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.interchange.checking import ERROR, OK, UNCHANGED, UNFINISHED, Result, check, counts
from bot.interchange.units import DRAFT, MISSING, PUBLISHED, REVIEW, STALE, Document, Line, Unit

SMS = Unit("t/fr//sms", "Call 112 now.", "", MISSING, source_version=3)
CHAT = Unit(
    "t/fr//chat", "Call 112 now. Then wait for help.", "Appelez le 112. Puis attendez de l'aide.", PUBLISHED, source_version=3
)
GOOD = "Appelez le 112 maintenant."


def result(given: Unit, *known: Unit, take_unfinished: bool = False, format: str = "po", locale: str | None = "fr") -> Result:
    lines = [Line(7, given)]
    return check(
        Document(format, locale, lines), {u.key: u for u in known or (SMS, CHAT)}, lambda name: name == "fr", take_unfinished
    )[0]


def said(found: Result) -> tuple[str, list[str]]:
    return found.outcome, [finding.code for finding in found.findings]


def sms(**fields: object) -> Unit:
    return replace(SMS, **({"target": GOOD, "state": DRAFT} | fields))  # type: ignore[arg-type]


def test_a_new_translation_would_be_saved() -> None:
    found = result(sms())
    assert said(found) == (OK, [])
    assert found.unit is not None and found.unit.target == GOOD and found.known == SMS and found.line.number == 7


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (sms(key="nothing"), "unknown_key"),
        (sms(key=""), "unknown_key"),
        (sms(key="t/fr/GR/sms"), "unknown_key"),
        (sms(key="t/fr//voice"), "unknown_key"),
        (sms(key="t/es//sms"), "other_language"),
        (sms(source="Call 113 now."), "source_changed"),
        (sms(source=""), "no_source"),
        (sms(target="Call 112 now."), "copy"),
        (sms(target="Appelez maintenant."), "number_missing"),
    ],
)
def test_what_cannot_be_saved_says_why(given: Unit, code: str) -> None:
    assert said(result(given)) == (ERROR, [code])


def test_a_language_of_somebody_else_is_refused_even_where_the_text_is_unknown() -> None:
    given = sms(key="t/es//sms")
    assert said(result(given, replace(SMS, key="t/es//sms"), locale=None)) == (ERROR, ["not_yours"])
    assert said(result(sms(key="no/es//sms"), locale=None)) == (ERROR, ["not_yours"])


def test_a_line_as_it_is_now_changes_nothing() -> None:
    assert said(result(replace(CHAT, state=DRAFT))) == (UNCHANGED, [])
    assert said(result(sms(target="", state=MISSING))) == (UNCHANGED, [])
    old = replace(CHAT, source="An older English text.")
    assert said(result(old)) == (UNCHANGED, []), "nothing is saved, so nothing can be wrong"


def test_line_ends_and_space_at_the_ends_are_no_change() -> None:
    many = replace(CHAT, source="One.\nTwo.", target="Un.\nDeux.")
    assert said(result(replace(many, source="One.\r\nTwo.\n", target="Un.\r\nDeux. "), many)) == (UNCHANGED, [])


def test_an_emptied_translation_is_not_deleted() -> None:
    assert said(result(replace(CHAT, target=" "))) == (ERROR, ["empty"])


def test_a_stale_translation_sent_back_as_finished_still_holds() -> None:
    stale = replace(CHAT, state=STALE)
    assert said(result(replace(CHAT, state=DRAFT), stale)) == (OK, ["confirms"])
    assert said(result(stale, stale)) == (UNCHANGED, []), "the mark of unfinished work is still on it"
    assert said(result(replace(CHAT, state=DRAFT, source="Older."), stale)) == (UNCHANGED, [])


def test_work_that_the_file_calls_unfinished_waits_unless_it_is_wanted() -> None:
    given = sms(state=STALE)
    assert said(result(given)) == (UNFINISHED, [])
    assert said(result(given, take_unfinished=True)) == (OK, [])
    # A spreadsheet takes no mark away by itself.
    assert said(result(given, format="csv")) == (OK, [])


def test_a_draft_of_somebody_is_replaced_with_a_word_about_it() -> None:
    for state in (DRAFT, REVIEW):
        known = sms(target="Appelez le 112 !", state=state)
        assert said(result(sms(), known, CHAT)) == (OK, ["replaces_draft"])


def test_the_same_text_twice_in_a_file_is_saved_once() -> None:
    lines = [Line(1, sms()), Line(5, sms(target="Le 112, appelez-le.")), Line(9, sms())]
    found = check(Document("po", "fr", lines), {SMS.key: SMS, CHAT.key: CHAT}, lambda name: True)
    assert [said(one) for one in found] == [(OK, []), (ERROR, ["repeated"]), (ERROR, ["repeated"])]
    assert found[1].findings[0].values == {"line": "1"}
    assert counts(found) == {ERROR: 2, OK: 1, UNFINISHED: 0, UNCHANGED: 0}


def test_a_first_sms_text_needs_its_chat_text() -> None:
    chat = replace(CHAT, target="", state=MISSING)
    known = {SMS.key: SMS, chat.key: chat}
    alone = check(Document("po", "fr", [Line(1, sms())]), known, lambda name: True)
    assert said(alone[0]) == (ERROR, ["no_other_half"])
    wrong = check(
        Document("po", "fr", [Line(1, sms()), Line(2, replace(chat, target="Attendez.", state=DRAFT))]), known, lambda name: True
    )
    assert [said(one) for one in wrong] == [(ERROR, ["no_other_half"]), (ERROR, ["number_missing"])]
    both = check(Document("po", "fr", [Line(1, sms()), Line(2, replace(CHAT, state=DRAFT))]), known, lambda name: True)
    assert [one.outcome for one in both] == [OK, OK]


def test_half_of_a_stale_answer_is_saved_and_stays_stale() -> None:
    known = sms(target="Appelez le 113.", state=STALE)
    assert said(result(sms(), known, replace(CHAT, state=STALE))) == (OK, ["half_stays_stale"])
    assert said(result(sms(), known, CHAT)) == (OK, []), "the other half did not change"


def test_a_problem_of_the_line_itself_comes_first() -> None:
    lines = [Line(1, sms(), "plural"), Line(2, sms(key="t/es//sms"), "inline_codes")]
    found = check(Document("po", "fr", lines), {SMS.key: SMS, CHAT.key: CHAT}, lambda name: True)
    assert [said(one) for one in found] == [(ERROR, ["plural"]), (ERROR, ["inline_codes"])]


def test_a_locale_written_in_the_other_way_is_the_same() -> None:
    known = replace(SMS, key="t/pt-BR//sms"), replace(CHAT, key="t/pt-BR//chat")
    document = Document("po", "pt_BR", [Line(1, sms(key="t/pt-BR//sms", target="Ligue agora para o 112."))])
    (found,) = check(document, {u.key: u for u in known}, lambda name: True)
    assert found.outcome == OK
