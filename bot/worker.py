"""The worker: claims one message, decides, and commits everything the turn changed at once."""

from __future__ import annotations

import json
import logging
import random
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import timedelta
from threading import Event, Thread

from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from bot import (
    answers,
    channels,
    contacts,
    crisis,
    i18n,
    inbox,
    notifications,
    offices,
    options,
    outbox,
    partners,
    promises,
    referrals,
)
from bot.agent import Assistant, parse_of, parse_of_payload
from bot.db import Database, utcnow
from bot.i18n import N_, translate
from bot.messages import Choice, Incoming, Kind, Outgoing, Reply
from bot.nlu import topics
from bot.nlu.language import identify
from bot.nlu.places import gazetteer
from bot.settings import Settings
from bot.tables import Contact, Inbox, TrackerRow
from bot.triage import Decision, Do, Offered, Snapshot, triage
from bot.turn import Turn
from bot.understanding import Understanding

log = logging.getLogger(__name__)

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
REOPENED = N_("Your case {number} is open again. A caseworker reads what you wrote.")
FAILED = N_("Sorry, something went wrong on our side and I could not answer. A person has been told. In danger call {emergency}.")
SHARE_LOCATION = N_("Share my location")
WAYS_ON = (
    (N_("Find help near me"), "/find_office"),
    (N_("Talk to a person"), "/talk_to_person"),
    (N_("What can I ask?"), "/menu"),
)
UNSURE_LANGUAGE = 0.55
PARTNER_CONSENT = "/partner_consent"  # what bot.partners asks
ERASURE = "/delete_my_data"  # a right that no caseworker stands in the way of


class TakenOver(Exception):
    """The lease ran out and another worker has the message: what was decided here must not be kept."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A claimed message and what was known of its contact then."""

    row_id: int
    lease: str
    attempts: int
    incoming: Incoming
    snapshot: Snapshot
    locale: str | None
    locale_chosen: bool
    country: str | None
    silent: bool  # a caseworker has the conversation
    tapped: str  # the payload of a tapped choice


class Worker:
    """One process's loop. `assistant` is made on first need, so that STOP and danger work while a model loads or is broken."""

    def __init__(self, database: Database, settings: Settings, assistant: Callable[[], Assistant]) -> None:
        self._database = database
        self._settings = settings
        self._make_assistant = assistant
        self._assistant: Assistant | None = None
        self._loading: Future[Assistant] | None = None
        self._index = topics.empty()

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
        consent = _partner_consent(claimed, decision)
        if consent is None and claimed.silent and not _breaks_silence(claimed, decision):
            decision = Decision(Do.SILENT)
        if decision.do is Do.TEXT:
            # Outside the transaction: this takes most of the time, and SQLite has one writer.
            understanding = self._understand(claimed)
            if understanding.crisis:
                decision = Decision(Do.DANGER, understanding.crisis)
        elif decision.do is Do.DANGER and self._is_loaded():
            decision, understanding = self._second_look(claimed, decision)
        locale, confidence = _locale(claimed, decision, understanding)
        with self._database.write() as session:
            row = inbox.still_ours(session, claimed.row_id, claimed.lease)
            if row is None:
                raise TakenOver
            contact = session.get_one(Contact, row.contact_id)
            _remember(contact, claimed, locale, confidence)
            turn = self._turn(session, contact, claimed, understanding)
            if consent is not None:
                decision = Decision(Do.SILENT)
                _answer_partner(turn, consent)
            elif decision.do is Do.TEXT and _reopen(turn):
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
            self._index = answers.load_index(session)

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
                _stop(turn)
            case Do.START:
                _start(turn)
            case Do.SILENT:
                _silent(turn)
            case Do.DANGER:
                _danger(turn, decision.value)
            case Do.LANGUAGE:
                _language(turn, decision.value)
            case Do.PAYLOAD:
                self._payload(turn, decision.value, claimed)
            case Do.LOCATION:
                self._payload(turn, _location_payload(claimed.incoming), claimed)
            case Do.TEXT:
                self.assistant.answer(turn, parse_of(turn.understanding)) if turn.understanding else None
            case _:
                _say_fixed(turn, decision.do)

    def _payload(self, turn: Turn, payload: str, claimed: Claimed) -> None:
        if claimed.incoming.kind is Kind.CHOICE:
            choice = outbox.choice_by_token(turn.session, turn.contact, claimed.incoming.token)
            if choice is None:
                _say_fixed(turn, Do.NO_CHOICE)
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


def put_in_outbox(turn: Turn) -> None:
    """The turn's replies as parts, in order, with their choices stored for the digits that will answer them."""
    replies = _merged(turn.replies) if turn.plain else turn.replies
    position = 0
    if turn.incoming.callback_id:
        ack = Outgoing(turn.contact.channel, turn.contact.address, "", callback_id=turn.incoming.callback_id)
        outbox.add(turn.session, turn.contact, ack, inbox_id=turn.inbox_id, position=position, segments=0)
        position += 1
    if replies and turn.outcome != "erased":
        _replace_choices(turn, replies)
    for reply in replies:
        for part in channels.shape(_with_tokens(turn, reply), turn.plain):
            outgoing = Outgoing(
                channel=turn.contact.channel,
                address=turn.contact.address,
                text=part.text,
                choices=() if turn.plain else part.choices,
                ask_location=part.ask_location,
                location_label=translate(turn.locale, SHARE_LOCATION) if part.ask_location else "",
                pin=part.pin,
            )
            outbox.add(
                turn.session,
                turn.contact,
                outgoing,
                inbox_id=turn.inbox_id,
                position=position,
                segments=part.segments,
                answer_id=reply.answer_id,
            )
            position += 1


def _replace_choices(turn: Turn, replies: list[Reply]) -> None:
    if any(reply.choices for reply in replies) or not any(reply.keep_choices for reply in replies):
        turn.contact.choice_set = None


def _with_tokens(turn: Turn, reply: Reply) -> Reply:
    if not reply.choices:
        return reply
    offered = outbox.offer(turn.session, turn.contact, turn.inbox_id, reply.choices)
    return Reply(reply.text, offered, reply.ask_location, reply.pin, reply.answer_id, reply.keep_choices)


def _merged(replies: list[Reply]) -> list[Reply]:
    """One SMS instead of several: each part is billed on its own, and they may arrive out of order."""
    if not replies:
        return []
    choices: tuple[Choice, ...] = next((r.choices for r in reversed(replies) if r.choices), ())
    return [
        Reply(
            text="\n".join(r.text for r in replies if r.text),
            choices=choices,
            ask_location=any(r.ask_location for r in replies),
            answer_id=next((r.answer_id for r in replies if r.answer_id), None),
            keep_choices=any(r.keep_choices for r in replies),
        )
    ]


def _locale(claimed: Claimed, decision: Decision, understanding: Understanding | None) -> tuple[str | None, float]:
    """The locale to answer in, and how sure we are. What the person chose stands; a lexicon word names its language."""
    if claimed.locale_chosen:
        return claimed.locale, 1.0
    if decision.do in (Do.STOP, Do.START) and i18n.negotiate(decision.value):
        # "STOP" is a word in every phone: it says nothing about the language of somebody we know.
        return claimed.locale or decision.value, 0.5
    if understanding is not None:
        locale, confidence = understanding.locale, understanding.locale_confidence
    elif decision.do is Do.DANGER:
        locale, confidence = identify(claimed.incoming.text, claimed.locale)
    else:
        locale, confidence = None, 0.0
    if locale and (confidence >= UNSURE_LANGUAGE or claimed.locale is None):
        return locale, confidence
    return claimed.locale or i18n.negotiate(claimed.incoming.locale_hint), 0.0


def _remember(contact: Contact, claimed: Claimed, locale: str | None, confidence: float) -> None:
    contact.last_seen = utcnow()
    if locale and not contact.locale_chosen:
        contact.locale, contact.locale_confidence = locale, confidence
    if claimed.incoming.country_hint:
        contact.country = claimed.incoming.country_hint[:2].upper()
    if claimed.incoming.kind is Kind.BLOCKED:
        contact.blocked_at = utcnow()
    elif contact.channel != "sms":
        contact.blocked_at = None  # whoever writes to us has not blocked us


def _stop(turn: Turn) -> None:
    provider_confirms = turn.incoming.kind is Kind.OPT_OUT
    already = turn.contact.opted_out_at is not None
    contacts.opt_out(turn.session, turn.contact, turn.now)
    turn.outcome = "stop"
    if not provider_confirms and not already:
        turn.replies.append(Reply(translate(turn.locale, STOPPED, name=turn.settings.organization)))


def _start(turn: Turn) -> None:
    contacts.opt_in(turn.contact)
    turn.outcome = "start"
    turn.replies.append(Reply(translate(turn.locale, STARTED)))


def _silent(turn: Turn) -> None:
    """A caseworker has the conversation: they see what was written, and are told."""
    turn.outcome = "silent"
    for case in referrals.add_message(turn.session, turn.contact):
        notifications.notify(turn.session, "case.message", case, turn.settings)


def _breaks_silence(claimed: Claimed, decision: Decision) -> bool:
    """What is answered also while a caseworker has the conversation."""
    erasure = ERASURE in (decision.value.partition("{")[0], claimed.tapped.partition("{")[0])
    return decision.do in (Do.STOP, Do.START, Do.DANGER) or (decision.do is Do.PAYLOAD and erasure)


def _partner_consent(claimed: Claimed, decision: Decision) -> tuple[int, bool] | None:
    """What a tapped or numbered choice answers to "may we share this with …?"; None for anything else.

    Answered without Rasa, also while a caseworker has the conversation: it is their question.
    """
    payload = decision.value if decision.do is Do.PAYLOAD else ""
    if claimed.incoming.kind is Kind.CHOICE:
        payload = claimed.tapped
    if not payload.startswith(PARTNER_CONSENT):
        return None
    try:
        fields = json.loads(payload.removeprefix(PARTNER_CONSENT))
        return int(fields["id"]), fields["agree"] is True
    except (ValueError, KeyError, TypeError):
        return None


def _answer_partner(turn: Turn, consent: tuple[int, bool]) -> None:
    turn.outcome = "partner_consent"
    tapped = turn.incoming.kind is Kind.CHOICE
    said = partners.answer_consent(turn.session, turn.contact, *consent, tapped=tapped)
    if said:
        turn.replies.append(Reply(said))
    for case in referrals.add_message(turn.session, turn.contact):
        notifications.notify(turn.session, "case.message", case, turn.settings)


def _reopen(turn: Turn) -> bool:
    """Somebody who writes the number of their closed case means that case: it is open again, and a person reads this."""
    since = turn.now - timedelta(days=options.number(turn.session, "reopen_days"))
    case = referrals.named_in(turn.session, turn.contact, turn.incoming.text, since)
    if case is None or turn.contact.form:
        return False
    referrals.reopen(turn.session, case, "contact")
    if case.state == "open":
        promises.make(turn.session, case, turn.now)
    notifications.notify(turn.session, "case.reopened", case, turn.settings)
    turn.outcome = "reopened"
    turn.replies.append(Reply(translate(turn.locale, REOPENED, number=case.number), keep_choices=True))
    return True


def _danger(turn: Turn, kind: str) -> None:
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


def _language(turn: Turn, locale: str) -> None:
    wanted = i18n.negotiate(locale) or turn.locale
    turn.contact.locale, turn.contact.locale_confidence, turn.contact.locale_chosen = wanted, 1.0, True
    turn.locale, turn.outcome = wanted, "language"
    turn.replies.append(Reply(translate(wanted, LANGUAGE), keep_choices=True))


def _say_fixed(turn: Turn, do: Do) -> None:
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


def _location_payload(incoming: Incoming) -> str:
    """A shared position as the choice of a place: used for this search and not kept beyond it."""
    try:
        near = gazetteer().nearest(incoming.lat or 0.0, incoming.lon or 0.0)
    except ValueError:
        return "/find_office"
    place = {"name": near.name, "country": near.country, "lat": incoming.lat, "lon": incoming.lon, "position": True}
    return "/inform_place" + json.dumps({"place_id": place})


def _without_values(error: Exception) -> Exception | None:
    """The traceback is worth logging; SQLAlchemy's errors print their parameters, which are people's words."""
    return None if hasattr(error, "params") else error
