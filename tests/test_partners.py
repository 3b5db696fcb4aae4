"""Referring out: consent to exactly the fields shared, a link that can be taken back, and every state with its clock."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import casework, contacts, erasing, outbox, partners, referrals, staff
from bot.channels import sms_text
from bot.db import Database, utcnow
from bot.messages import Incoming, Kind
from bot.tables import (
    AuditEvent,
    Contact,
    Inbox,
    Note,
    Office,
    Outbox,
    PartnerReferral,
    Referral,
    ReferralEvent,
    Staff,
    Unanswered,
)
from bot.triage import Do, Offered, Snapshot, triage

BY = "casey@example.org"
NUMBER = "+306912345678"


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.write() as opened:
        yield opened


@pytest.fixture
def case(session: Session) -> Referral:
    contact = contacts.find_or_create(session, "sms", NUMBER)
    contact.locale = "en"
    session.add(office())
    staff.add(session, BY, "Casey", ["caseworker"], "four quiet green kites")
    new = referrals.NewReferral(
        need="I need a lawyer",
        place={"name": "Athens", "country": "GR"},
        safe_contact="only SMS",
        consent_at=utcnow() - timedelta(minutes=5),
    )
    return referrals.open_case(session, contact, new, None, "en")


def office(office_id: str = "gcr-athens") -> Office:
    names = {"en": "GCR legal office", "fr": "Bureau juridique du GCR"}
    return Office(id=office_id, organization="GCR", names=names, kind="office", needs=["legal"], country="GR")


def person(session: Session) -> Contact:
    return session.scalars(select(Contact)).one()


def legal(session: Session) -> Office:
    return session.get_one(Office, "gcr-athens")


def asked(session: Session, case: Referral, *fields: str, note: str = "") -> PartnerReferral:
    partner, _ = partners.ask(session, case, legal(session), fields or ("need", "language"), note, BY)
    return partner


def agreed(session: Session, case: Referral) -> PartnerReferral:
    partner = asked(session, case)
    partners.answer_consent(session, person(session), partner.id, True)
    return partner


def kinds(session: Session, case: Referral) -> list[str]:
    query = select(ReferralEvent.kind).where(ReferralEvent.referral_id == case.id).order_by(ReferralEvent.id)
    return [kind for kind in session.scalars(query) if kind.startswith("partner")]


def texts(session: Session) -> list[str]:
    return [json.loads(row.body)["text"] for row in session.scalars(select(Outbox).order_by(Outbox.id))]


def decide(session: Session, text: str) -> str:
    """The payload that triage finds for what the person typed."""
    offered = tuple(Offered(c.position, c.title, c.payload) for c in outbox.current_choices(session, person(session)))
    decision = triage(Incoming("sms", NUMBER, "x", Kind.TEXT, text=text), Snapshot(choices=offered))
    return decision.value if decision.do is Do.PAYLOAD else decision.do.value


def test_the_question_names_the_office_and_each_field_and_nothing_else(session: Session, case: Referral) -> None:
    asked(session, case, "need", "place")
    (text,) = texts(session)
    assert "GCR legal office" in text and "what you need, where you are?" in text
    assert "phone number" not in text and "Athens" not in text
    assert text.endswith("1 Yes\n2 No")
    assert sms_text.count(text).encoding == "gsm7" and sms_text.count(text).segments <= 2


def test_the_question_is_in_the_persons_language_with_the_offices_name_in_it(session: Session, case: Referral) -> None:
    person(session).locale = "fr"
    (part,) = partners.question(person(session), case, legal(session), ["need"])
    assert "Bureau juridique du GCR" in part.text


@pytest.mark.parametrize("typed", ["1", "١", "1.", "yes", "Yes!"])
def test_a_digit_or_the_word_yes_is_consent(session: Session, case: Referral, typed: str) -> None:
    partner = asked(session, case)
    assert decide(session, typed) == f'/partner_consent{{"id": {partner.id}, "agree": true}}'


def test_no_is_a_refusal(session: Session, case: Referral) -> None:
    partner = asked(session, case)
    assert decide(session, "2") == decide(session, "no") == f'/partner_consent{{"id": {partner.id}, "agree": false}}'
    said = partners.answer_consent(session, person(session), partner.id, False)
    assert partner.state == "refused" and "nothing" in said
    assert kinds(session, case) == ["partner_asked", "partner_refused"]


def test_the_choices_cannot_be_taken_for_those_of_a_message(session: Session, case: Referral) -> None:
    asked(session, case)
    assert (person(session).choice_set or 0) < 0


def test_consent_is_noted_with_its_time_and_makes_the_case_unread(session: Session, case: Referral) -> None:
    partner = asked(session, case)
    case.changed_at = before = utcnow() - timedelta(hours=1)
    said = partners.answer_consent(session, person(session), partner.id, True)
    assert (partner.state, partner.consent_way) == ("agreed", "message") and partner.consent_at is not None
    assert "GCR legal office" in said and case.changed_at > before
    assert partners.answer_consent(session, person(session), partner.id, True) == said
    assert kinds(session, case) == ["partner_asked", "partner_agreed"]


def test_a_word_that_may_answer_a_later_message_of_the_caseworker_is_no_consent(session: Session, case: Referral) -> None:
    by = session.scalars(select(Staff)).one()
    casework.take(session, case, by, case.version)
    partner = asked(session, case)
    casework.write(session, case, by, "Do you have a passport?")
    assert partners.answer_consent(session, person(session), partner.id, True) == ""
    assert partner.state == "asking"
    assert partners.answer_consent(session, person(session), partner.id, True, tapped=True)
    assert partner.state == "agreed"


def test_somebody_else_cannot_answer(session: Session, case: Referral) -> None:
    partner = asked(session, case)
    other = contacts.find_or_create(session, "sms", "+306900000000")
    partners.answer_consent(session, other, partner.id, True)
    partners.answer_consent(session, other, 4711, True)
    assert partner.state == "asking"


def test_one_question_at_a_time(session: Session, case: Referral) -> None:
    asked(session, case)
    with pytest.raises(partners.NotNow, match="asked_already"):
        asked(session, case, "place")


def test_who_said_stop_is_not_asked(session: Session, case: Referral) -> None:
    contacts.opt_out(session, person(session), utcnow())
    with pytest.raises(casework.CannotWrite, match="opted_out"):
        asked(session, case)


@pytest.mark.parametrize(("fields", "note"), [((), ""), (("note",), ""), (("need",), "a note that was not chosen")])
def test_what_is_shared_must_be_chosen(session: Session, case: Referral, fields: tuple[str, ...], note: str) -> None:
    with pytest.raises(partners.NotNow, match="nothing_chosen"):
        partners.ask(session, case, legal(session), fields, note, BY)


def test_a_closed_case_is_not_referred(session: Session, case: Referral) -> None:
    case.state = "closed"
    with pytest.raises(partners.NotNow, match="closed"):
        asked(session, case)


def test_consent_given_on_the_phone_needs_a_remark(session: Session, case: Referral) -> None:
    with pytest.raises(partners.NotNow, match="no_remark"):
        partners.record_consent(session, case, legal(session), ["need"], "", "phone", "  ", BY)
    partner = partners.record_consent(session, case, legal(session), ["need"], "", "phone", "called at 10, said yes", BY)
    assert (partner.state, partner.consent_way) == ("agreed", "phone")
    detail = session.scalars(select(ReferralEvent.detail).where(ReferralEvent.kind == "partner_agreed")).one()
    assert detail == "GCR legal office: called at 10, said yes"


@pytest.mark.parametrize("state", ["asking", "refused", "withdrawn", "declined"])
def test_nothing_is_sent_without_consent(session: Session, case: Referral, state: str) -> None:
    partner = asked(session, case)
    partner.state = state
    with pytest.raises(partners.NotNow):
        partners.send(session, case, partner, "{}", BY)
    assert partner.token_hash is None and partner.content is None


def test_the_link_is_kept_as_a_digest_and_runs_out(session: Session, case: Referral) -> None:
    partner = agreed(session, case)
    token = partners.send(session, case, partner, '{"a": 1}', BY)
    assert len(token) >= 43 and token not in str(partner.token_hash)
    assert partners.find(session, token) is partner and partner.state == "sent"
    assert partners.find(session, token[:-1] + "x") is None and partners.find(session, "") is None
    partner.expires_at = utcnow() - timedelta(seconds=1)
    session.flush()
    assert partners.find(session, token) is None and partners.has_run_out(partner, utcnow())


def test_a_new_link_leads_to_the_same_content_and_the_old_one_nowhere(session: Session, case: Referral) -> None:
    partner = agreed(session, case)
    first = partners.send(session, case, partner, '{"a": 1}', BY)
    second = partners.send(session, case, partner, '{"a": 2}', BY)
    assert partners.find(session, first) is None
    assert partners.open_content(session, partners.find(session, second) or partner) == '{"a": 1}'


def test_it_is_seen_once_and_then_answered(session: Session, case: Referral) -> None:
    partner = agreed(session, case)
    token = partners.send(session, case, partner, "{}", BY)
    with pytest.raises(partners.NotNow):
        partners.decide(session, partner, True, "")
    partners.open_content(session, partner)
    first = partner.seen_at
    partners.open_content(session, partner)
    assert partner.seen_at == first and partner.state == "seen"
    assert partners.decide(session, partner, True, " Monday at 9 ") is case
    assert (partner.state, partner.answer) == ("accepted", "Monday at 9") and partner.answered_at is not None
    assert partners.find(session, token) is partner
    assert kinds(session, case) == ["partner_asked", "partner_agreed", "partner_sent", "partner_seen", "partner_accepted"]


def test_who_declines_can_read_it_no_longer(session: Session, case: Referral) -> None:
    partner = agreed(session, case)
    token = partners.send(session, case, partner, "{}", BY)
    partners.open_content(session, partner)
    partners.decide(session, partner, False, "We are full")
    assert partner.state == "declined" and partner.content is None and partners.find(session, token) is None


def test_taking_consent_back_takes_the_link_back(session: Session, case: Referral) -> None:
    partner = agreed(session, case)
    token = partners.send(session, case, partner, "{}", BY)
    assert "already" not in partners.answer_consent(session, person(session), partner.id, False)
    assert partner.state == "withdrawn" and partners.find(session, token) is None and partner.content is None
    assert "closed" in partners.answer_consent(session, person(session), partner.id, True)
    assert partner.state == "withdrawn"


def test_the_person_is_told_that_it_may_have_been_read(session: Session, case: Referral) -> None:
    partner = agreed(session, case)
    partners.send(session, case, partner, "{}", BY)
    partners.open_content(session, partner)
    assert "already" in partners.answer_consent(session, person(session), partner.id, False)


def test_the_caseworker_withdraws_it(session: Session, case: Referral) -> None:
    partner = agreed(session, case)
    token = partners.send(session, case, partner, "{}", BY)
    partners.withdraw(session, case, partner, BY, "wrong office")
    assert partners.find(session, token) is None and kinds(session, case)[-1] == "partner_withdrawn"
    with pytest.raises(partners.NotNow):
        partners.withdraw(session, case, partner, BY)


def test_the_audit_never_holds_what_was_written(session: Session, case: Referral) -> None:
    partner = partners.record_consent(session, case, legal(session), ["need", "note"], "secret note", "phone", "secret word", BY)
    partners.send(session, case, partner, '{"need": "secret need"}', BY)
    partners.open_content(session, partner)
    partners.decide(session, partner, True, "secret answer")
    rows = session.scalars(select(AuditEvent).where(AuditEvent.action.startswith("partner."))).all()
    assert [row.action for row in rows] == ["partner.agreed", "partner.sent", "partner.seen", "partner.accepted"]
    assert "secret" not in json.dumps([[row.actor, row.detail] for row in rows])


# Deleting


def heard(session: Session, text: str, outcome: str = "silent") -> Inbox:
    row = Inbox(contact_id=person(session).id, channel="sms", provider_id=text, kind="text", body=json.dumps({"text": text}))
    row.state, row.outcome, row.handled_at = "handled", outcome, utcnow()
    session.add(row)
    session.flush()
    return row


def test_single_messages_and_notes_are_deleted_and_the_others_stay(session: Session, case: Referral) -> None:
    one, two = heard(session, "my secret"), heard(session, "my question")
    note = Note(referral_id=case.id, author=BY, text="secret")
    session.add_all([note, Note(referral_id=case.id, author=BY, text="kept")])
    session.flush()
    done = erasing.erase_parts(session, case, BY, messages=[f"in-{one.id}"], notes=[note.id], facts=["safe_contact"])
    assert (done.messages, done.notes, done.facts) == (1, 1, 1)
    assert one.body == "{}" and "question" in two.body and case.safe_contact is None and case.need == "I need a lawyer"
    assert [row.text for row in case.notes] == ["kept"] and case.events[-1].kind == "erased"


def test_a_deleted_question_is_gone_among_the_unanswered_too(session: Session, case: Referral) -> None:
    row = heard(session, "my secret question", "unanswered")
    asked_in_vain = Unanswered(contact_id=person(session).id, locale="en", text="my secret question", reason="unsure")
    other = Unanswered(contact_id=person(session).id, locale="en", text="another", reason="unsure")
    other.created_at = utcnow() - timedelta(days=1)
    session.add_all([asked_in_vain, other])
    session.flush()
    erasing.erase_parts(session, case, BY, messages=[f"in-{row.id}"])
    assert (asked_in_vain.text, other.text) == ("", "another")


def test_a_deleted_answer_is_no_longer_open_to_an_office(session: Session, case: Referral) -> None:
    partner = agreed(session, case)  # need and language
    token = partners.send(session, case, partner, '{"need": "secret"}', BY)
    erasing.erase_parts(session, case, BY, facts=["place"])
    assert partners.find(session, token) is partner
    erasing.erase_parts(session, case, BY, facts=["need"])
    assert partners.find(session, token) is None and (partner.state, partner.content) == ("withdrawn", None)


def test_what_waits_to_be_sent_is_not_sent_and_what_is_on_its_way_is_left(session: Session, case: Referral) -> None:
    rows = casework.writing.tell(session, case, person(session), "first", None)
    rows += casework.writing.tell(session, case, person(session), "second", None)
    rows[1].state = "sending"
    done = erasing.erase_parts(session, case, BY, messages=[f"out-{row.id}" for row in rows])
    assert (rows[0].state, rows[0].body) == ("cancelled", "{}") and rows[1].body != "{}"
    assert (done.messages, done.on_their_way) == (1, 1)


def test_messages_of_another_person_are_not_reached(session: Session, case: Referral) -> None:
    other = contacts.find_or_create(session, "sms", "+306900000000")
    row = Inbox(contact_id=other.id, channel="sms", provider_id="o", kind="text", body='{"text": "theirs"}', state="handled")
    session.add(row)
    session.flush()
    assert erasing.erase_parts(session, case, BY, messages=[f"in-{row.id}", "in-x", "out-1"]).messages == 0
    assert "theirs" in row.body


def test_a_deleted_case_keeps_no_word_of_the_person_and_no_open_link(session: Session, case: Referral) -> None:
    partner = agreed(session, case)
    token = partners.send(session, case, partner, '{"need": "secret"}', BY)
    row = heard(session, "my secret")
    session.add(Note(referral_id=case.id, author=BY, text="secret"))
    session.flush()
    erasing.erase_case(session, case, BY, [f"in-{row.id}"])
    session.expire_all()
    assert (case.need, case.place, case.safe_contact, case.state, case.outcome) == ("(erased)", None, None, "closed", "withdrawn")
    assert row.body == "{}" and not case.notes and partners.find(session, token) is None
    assert (partner.state, partner.content) == ("withdrawn", None)
    assert [event.detail for event in case.events if event.detail] == [] and case.events[-1].kind == "erased"


def test_everything_about_a_person_goes_and_they_are_told(session: Session, case: Referral) -> None:
    partner = agreed(session, case)
    row = heard(session, "my secret")
    waiting = casework.writing.tell(session, case, person(session), "still queued", None)
    assert erasing.erase_contact(session, person(session), BY, tell=True) == 1
    session.expire_all()
    last = session.scalars(select(Outbox).order_by(Outbox.id.desc())).first()
    assert last is not None and "deleted" in last.body and last.state == "queued"
    assert waiting[0].state == "cancelled" and row.body == "{}" and partner.content is None
    assert person(session).erase_at is not None and case.need == "(erased)"
    assert session.scalars(select(AuditEvent).where(AuditEvent.action == "contact.erased")).one().actor == BY
