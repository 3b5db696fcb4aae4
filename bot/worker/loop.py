"""The loop: claims one message, has it decided, and commits everything the turn changed at once."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable
from concurrent.futures import Future
from threading import Event, Thread

from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from bot import answers, contacts, i18n, inbox, notifications, offices, outbox, referrals
from bot.agent import Assistant, parse_of, parse_of_payload
from bot.db import Database
from bot.i18n import N_, translate
from bot.messages import Kind, Reply
from bot.nlu import topics
from bot.nlu.heads import Heads
from bot.settings import Settings
from bot.tables import Contact, Inbox, TrackerRow
from bot.triage import Decision, Do, Offered, Snapshot, triage
from bot.turn import Turn
from bot.understanding import Understanding
from bot.worker import cases, outcomes, remembering
from bot.worker.claimed import Claimed
from bot.worker.replying import put_in_outbox

log = logging.getLogger(__name__)

FAILED = N_("Sorry, something went wrong on our side and I could not answer. A person has been told. In danger call {emergency}.")


class TakenOver(Exception):
    """The lease ran out and another worker has the message: what was decided here must not be kept."""


class Worker:
    """One process's loop. `assistant` is made on first need, so that STOP and danger work while a model loads or is broken."""

    def __init__(self, database: Database, settings: Settings, assistant: Callable[[], Assistant]) -> None:
        self._database = database
        self._settings = settings
        self._make_assistant = assistant
        self._assistant: Assistant | None = None
        self._loading: Future[Assistant] | None = None
        self._index = topics.empty()
        self._heads = Heads(settings.models_dir)

    def run(self, stop: Event, idle: float = 0.15) -> None:
        """Handle messages until `stop` is set; the message at hand is finished first."""
        # The model loads beside us: STOP and danger are answered meanwhile, and the first question waits less.
        self._load()
        while not stop.is_set():
            try:
                busy = self.step()
            except OperationalError:
                log.warning("the database does not answer; trying again")
                stop.wait(1.0 + random.random())  # noqa: S311  # jitter, not a secret
                continue
            if not busy:
                stop.wait(idle)

    def step(self) -> bool:
        """Handle one message; False when none was ready."""
        claimed = self._claim()
        if claimed is None:
            return False
        try:
            self._handle(claimed)
        except TakenOver:
            log.warning("message %s was taken over by another worker", claimed.row_id)
        except OperationalError:
            raise
        except Exception as error:
            # Only the class: an exception's text may hold what the person wrote.
            log.exception("message %s failed: %s", claimed.row_id, type(error).__name__, exc_info=_without_values(error))
            self._failed(claimed, type(error).__name__)
        return True

    def _claim(self) -> Claimed | None:
        with self._database.write() as session:
            row = inbox.claim_next(session, self._settings.lease_seconds)
            if row is None:
                return None
            contact = session.get_one(Contact, row.contact_id)
            offered = tuple(Offered(c.position, c.title, c.payload) for c in outbox.current_choices(session, contact))
            snapshot = Snapshot(
                opted_out=contact.opted_out_at is not None,
                form=contact.form,
                choices=offered,
                group_told=contact.group_told_at is not None,
            )
            incoming = inbox.incoming_of(row, contact)
            tapped = outbox.choice_by_token(session, contact, incoming.token) if incoming.token else None
            return Claimed(
                row_id=row.id,
                lease=row.lease or "",
                attempts=row.attempts,
                incoming=incoming,
                snapshot=snapshot,
                locale=contact.locale,
                locale_chosen=contact.locale_chosen,
                country=contact.country,
                silent=referrals.with_caseworker(session, contact),
                tapped=tapped.payload if tapped is not None else "",
            )

    def _handle(self, claimed: Claimed) -> None:
        decision = triage(claimed.incoming, claimed.snapshot)
        understanding = None
        consent = cases.partner_consent(claimed, decision)
        if consent is None and claimed.silent and not cases.breaks_silence(claimed, decision):
            decision = Decision(Do.SILENT)
        if decision.do is Do.TEXT:
            # Outside the transaction: this takes most of the time, and SQLite has one writer.
            understanding = self._understand(claimed)
            if understanding.crisis:
                decision = Decision(Do.DANGER, understanding.crisis)
        elif decision.do is Do.DANGER and self._is_loaded():
            decision, understanding = self._second_look(claimed, decision)
        locale, confidence = remembering.locale_of(claimed, decision, understanding)
        with self._database.write() as session:
            row = inbox.still_ours(session, claimed.row_id, claimed.lease)
            if row is None:
                raise TakenOver
            contact = session.get_one(Contact, row.contact_id)
            remembering.remember(contact, claimed, locale, confidence)
            turn = self._turn(session, contact, claimed, understanding)
            if consent is not None:
                decision = Decision(Do.SILENT)
                cases.answer_partner(turn, consent)
            elif decision.do is Do.TEXT and cases.reopen(turn):
                decision = Decision(Do.SILENT)
            else:
                self._decide(turn, decision, claimed)
            if decision.do in (Do.TEXT, Do.PAYLOAD, Do.MEDIA):
                referrals.heard(session, contact)
            self._finish(turn, row, decision)

    def _second_look(self, claimed: Claimed, decision: Decision) -> tuple[Decision, Understanding | None]:
        """A calm question may hold words of danger. If the model is nearly certain of that, it is answered as a question.

        Danger never waits for the model: while it loads, or when it fails, the words alone suffice.
        """
        try:
            understanding = self._understand(claimed)
        except Exception as error:
            log.error("message %s: danger by its words alone, the model failed: %s", claimed.row_id, type(error).__name__)
            return decision, None
        if understanding.crisis:
            return Decision(Do.DANGER, understanding.crisis), understanding
        return Decision(Do.TEXT), understanding

    def _understand(self, claimed: Claimed) -> Understanding:
        with self._database.read() as session:
            self._refresh_index(session)
        return self.assistant.understand(claimed.incoming.text, self._index, claimed.locale, claimed.country)

    def _refresh_index(self, session: Session) -> None:
        if answers.revision(session) != self._index.revision:
            known, self._index = self._index, answers.load_index(session)
            self._index.head = known.head
        self._heads.keep_up(self._index)

    @property
    def assistant(self) -> Assistant:
        if self._assistant is None:
            loading, self._loading = self._loading or self._load(), None
            self._assistant = loading.result()  # raises what loading raised; the next message tries again
        return self._assistant

    def _is_loaded(self) -> bool:
        return self._assistant is not None or (self._loading is not None and self._loading.done())

    def _load(self) -> Future[Assistant]:
        loading: Future[Assistant] = Future()

        def load() -> None:
            try:
                loading.set_result(self._make_assistant())
            except Exception as error:  # handed to whoever asks for the assistant
                loading.set_exception(error)

        # A daemon: a process that is told to stop does not wait for its model.
        Thread(target=load, daemon=True).start()
        self._loading = loading
        return loading

    def _turn(self, session: Session, contact: Contact, claimed: Claimed, understanding: Understanding | None) -> Turn:
        return Turn(
            session=session,
            settings=self._settings,
            contact=contact,
            incoming=claimed.incoming,
            inbox_id=claimed.row_id,
            index=self._index,
            locale=i18n.negotiate(contact.locale) or i18n.DEFAULT,
            plain=contacts.speaks_plainly(contact),
            understanding=understanding,
        )

    def _decide(self, turn: Turn, decision: Decision, claimed: Claimed) -> None:
        """Everything a decision can lead to. What Rasa decides is one line among them."""
        match decision.do:
            case Do.STOP:
                outcomes.stop(turn)
            case Do.START:
                outcomes.start(turn)
            case Do.SILENT:
                cases.silent(turn)
            case Do.DANGER:
                outcomes.danger(turn, decision.value)
            case Do.LANGUAGE:
                outcomes.language(turn, decision.value)
            case Do.PAYLOAD:
                self._payload(turn, decision.value, claimed)
            case Do.LOCATION:
                self._payload(turn, outcomes.location_payload(claimed.incoming), claimed)
            case Do.TEXT:
                self.assistant.answer(turn, parse_of(turn.understanding)) if turn.understanding else None
            case _:
                outcomes.say_fixed(turn, decision.do)

    def _payload(self, turn: Turn, payload: str, claimed: Claimed) -> None:
        if claimed.incoming.kind is Kind.CHOICE:
            choice = outbox.choice_by_token(turn.session, turn.contact, claimed.incoming.token)
            if choice is None:
                outcomes.say_fixed(turn, Do.NO_CHOICE)
                return
            payload = choice.payload
        self.assistant.answer(turn, parse_of_payload(payload))

    def _finish(self, turn: Turn, row: Inbox, decision: Decision) -> None:
        session, contact = turn.session, turn.contact
        if turn.outcome == "erased":
            session.flush()
            session.query(TrackerRow).where(TrackerRow.conversation_id == contact.conversation_id).delete()
            row.body = "{}"
        elif turn.failure is None and decision.do in (Do.TEXT, Do.PAYLOAD, Do.LOCATION):
            contact.form = self.assistant.open_form
            if not turn.replies:
                raise RuntimeError("the turn had nothing to say")
        put_in_outbox(turn)
        if decision.do is Do.LOCATION:
            row.body = "{}"  # a shared position is used for the search and not kept
        inbox.handled(row, turn.outcome or decision.do.value)

    def _failed(self, claimed: Claimed, error: str) -> None:
        """Give the message back, later and later; after the last try apologise and tell staff."""
        with self._database.write() as session:
            row = inbox.still_ours(session, claimed.row_id, claimed.lease)
            if row is None:
                return
            if claimed.attempts < self._settings.max_attempts:
                inbox.try_later(session, row.id, claimed.lease, error, delay=min(60.0, 2.0 ** (claimed.attempts - 1)))
                return
            contact = session.get_one(Contact, row.contact_id)
            turn = self._turn(session, contact, claimed, None)
            case = referrals.open_after_failure(session, contact, row.id, error, turn.locale)
            notifications.notify(session, "case.opened", case, self._settings)
            if contact.opted_out_at is None:
                country = contact.country or self._settings.country or None
                emergency = offices.emergency_phrase(session, country, turn.locale)
                turn.replies.append(Reply(translate(turn.locale, FAILED, emergency=emergency)))
                put_in_outbox(turn)
            inbox.failed(row, error)


def _without_values(error: Exception) -> Exception | None:
    """The traceback is worth logging; SQLAlchemy's errors print their parameters, which are people's words."""
    return None if hasattr(error, "params") else error
