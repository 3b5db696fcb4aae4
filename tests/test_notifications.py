"""Word to staff: who is told what and how often, and that it arrives once: a real mail server, a real receiver of webhooks."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import json
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, cast

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from sqlalchemy import event, select, update
from sqlalchemy.orm import Session

from bot import contacts, notifications, options, referrals
from bot.db import Database, utcnow
from bot.housekeeping import delivery, mail, webhook
from bot.notifications import Event, notify
from bot.settings import Settings
from bot.tables import Notification, Reading, Referral, Staff, Team, TeamMember
from tests.e2e.product import free_port

Make = Callable[..., Settings]
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
SECRETS = ("+306900000001", "my husband beats me", "Patras", "SMS after 18:00")
HOOK_SECRET = "between us"


def with_staff(session: Session) -> None:
    """Anna and Ben serve Greece, Cleo serves Libya; Dora edits texts."""
    people = {}
    for name, roles in (("anna", "caseworker"), ("ben", "caseworker"), ("cleo", "caseworker"), ("dora", "editor")):
        people[name] = Staff(email=f"{name}@example.org", name=name.title(), roles=[roles], locales=[])
    for country, members in (("GR", ("anna", "ben", "dora")), ("LY", ("cleo",))):
        team = Team(name=country, countries=[country], offices=[], holidays=[])
        team.members += [TeamMember(staff=people[name]) for name in members]
        session.add(team)
    session.flush()


def staff(session: Session, name: str) -> Staff:
    return session.scalars(select(Staff).where(Staff.email == f"{name}@example.org")).one()


def new_case(session: Session, urgency: str = "normal", country: str = "GR") -> Referral:
    address, need, place, safe = SECRETS
    contact = contacts.find_or_create(session, "sms", address)
    where = {"name": place, "country": country}
    new = referrals.NewReferral(need=need, place=where, safe_contact=safe, urgency=urgency, consent_at=utcnow())
    return referrals.open_case(session, contact, new, None, "fr")


def take(session: Session, case: Referral, name: str) -> None:
    case.state, case.assignee_id = "taken", staff(session, name).id
    session.flush()


def rows(session: Session) -> list[Notification]:
    return list(session.scalars(select(Notification).order_by(Notification.id)))


def told(session: Session) -> list[str]:
    """Whom, by their first names."""
    return sorted(row.target.split("@")[0] for row in rows(session) if row.way == "email")


@pytest.fixture
def by_mail(make_settings: Make) -> Settings:
    return make_settings(SMTP_HOST="127.0.0.1", MAIL_FROM="waymark@example.org", SMTP_SECURITY="none")


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.write() as opened:
        with_staff(opened)
        yield opened


# Who is told


def test_those_who_may_take_a_case_are_told_that_it_waits(session: Session, by_mail: Settings) -> None:
    case = new_case(session)
    assert notify(session, Event.OPENED, case, by_mail) == 2
    assert told(session) == ["anna", "ben"]
    assert {row.event for row in rows(session)} == {f"case.opened:{case.number}"}


def test_a_case_that_no_team_serves_is_told_to_every_caseworker(session: Session, by_mail: Settings) -> None:
    notify(session, "case.opened", new_case(session, country="TR"), by_mail)
    assert told(session) == ["anna", "ben", "cleo"]


def test_nobody_is_told_twice_of_what_happens_once(session: Session, by_mail: Settings) -> None:
    case = new_case(session)
    notify(session, Event.OPENED, case, by_mail)
    assert notify(session, Event.OPENED, case, by_mail) == 0
    assert len(rows(session)) == 2


def test_what_may_happen_again_is_told_again(session: Session, by_mail: Settings) -> None:
    case = new_case(session)
    for minute in (0, 0, 5):
        notify(session, Event.ESCALATED, case, by_mail, now=NOW + timedelta(minutes=minute))
    assert told(session) == ["anna", "anna", "ben", "ben"]


def test_who_did_it_is_not_told_of_it(session: Session, by_mail: Settings) -> None:
    notify(session, Event.ESCALATED, new_case(session), by_mail, but=staff(session, "ben").id)
    assert told(session) == ["anna"]


def test_new_messages_concern_who_has_the_case_and_nobody_else(session: Session, by_mail: Settings) -> None:
    case = new_case(session)
    assert notify(session, Event.MESSAGE, case, by_mail) == 0  # nobody has it
    take(session, case, "ben")
    notify(session, Event.MESSAGE, case, by_mail)
    assert told(session) == ["ben"]


def test_a_case_handed_over_concerns_who_got_it(session: Session, by_mail: Settings) -> None:
    case = new_case(session)
    take(session, case, "ben")
    notify(session, Event.HANDED_OVER, case, by_mail, but=staff(session, "anna").id)
    assert told(session) == ["ben"]


def test_new_messages_are_told_at_most_once_in_a_quarter_of_an_hour(session: Session, by_mail: Settings) -> None:
    first, second = new_case(session), new_case(session)
    take(session, first, "anna"), take(session, second, "anna")
    minutes = [minute for minute in range(0, 40) if notify(session, Event.MESSAGE, first, by_mail, now=NOW + minute * MINUTE)]
    assert minutes == [0, 15, 30]
    assert notify(session, Event.MESSAGE, second, by_mail, now=NOW + MINUTE) == 1


MINUTE = timedelta(minutes=1)


def test_danger_in_a_taken_case_is_told_to_all_who_could_step_in(session: Session, by_mail: Settings) -> None:
    case = new_case(session)
    take(session, case, "cleo")  # of another team
    notify(session, Event.DANGER, case, by_mail)
    assert told(session) == ["anna", "ben", "cleo"]


def test_a_partners_answer_goes_to_who_has_the_case_or_to_all_where_they_are_gone(session: Session, by_mail: Settings) -> None:
    case = new_case(session)
    take(session, case, "anna")
    notify(session, Event.PARTNER, case, by_mail, now=NOW)
    assert told(session) == ["anna"]
    staff(session, "anna").active = False
    session.flush()
    notify(session, Event.PARTNER, case, by_mail, now=NOW + MINUTE)
    assert told(session) == ["anna", "ben"]


def test_no_mail_is_kept_where_mail_is_off(session: Session, make_settings: Make, by_mail: Settings) -> None:
    case = new_case(session)
    assert notify(session, Event.OPENED, case, make_settings()) == 0
    options.put(session, "notify_email", "no", "admin@example.org")
    assert notify(session, Event.OPENED, case, by_mail) == 0


def test_a_webhook_gets_each_event_once_whoever_is_told(session: Session, make_settings: Make) -> None:
    config = make_settings(NOTIFY_WEBHOOK="http://127.0.0.1:9/x", NOTIFY_WEBHOOK_SECRET=HOOK_SECRET)
    case = new_case(session)
    take(session, case, "anna")
    assert notify(session, Event.MESSAGE, case, config, now=NOW) == 1
    assert notify(session, Event.MESSAGE, case, config, now=NOW + MINUTE) == 0
    assert [(row.way, row.target) for row in rows(session)] == [("webhook", "http://127.0.0.1:9/x")]


def test_an_unknown_event_is_an_error_of_ours(session: Session, by_mail: Settings) -> None:
    with pytest.raises(ValueError, match=r"case\.openend"):
        notify(session, "case.openend", new_case(session), by_mail)


def test_telling_many_takes_no_more_queries_than_telling_few(session: Session, by_mail: Settings) -> None:
    team = session.scalars(select(Team).where(Team.name == "GR")).one()
    for number in range(40):
        member = Staff(email=f"p{number}@example.org", name="P", roles=["caseworker"], locales=[])
        team.members.append(TeamMember(staff=member))
    case = new_case(session)
    said: list[str] = []
    event.listen(session.get_bind(), "before_cursor_execute", lambda *a: said.append(a[2]))
    assert notify(session, Event.OPENED, case, by_mail) == 42
    assert len(said) <= 5


@pytest.mark.parametrize("kind", list(Event))
@pytest.mark.parametrize("locale", ["en", "fr", "ar"])
def test_nothing_about_the_person_leaves_the_house(session: Session, make_settings: Make, kind: Event, locale: str) -> None:
    config = make_settings(
        SMTP_HOST="127.0.0.1", MAIL_FROM="w@example.org", NOTIFY_WEBHOOK="http://127.0.0.1:9/", NOTIFY_WEBHOOK_SECRET="x"
    )
    case = new_case(session, urgency="now")
    take(session, case, "anna")
    notify(session, kind, case, config)
    assert {row.way for row in rows(session)} == {"email", "webhook"}
    words = [notifications.word_of(row) for row in rows(session)]
    said = [str([row.detail, row.event]) for row in rows(session)]
    said += [notifications.subject(words, locale), notifications.text(words, locale, config)]
    said += [json.dumps(notifications.payload(word, config)) for word in words]
    for text in said:
        assert not any(secret in text for secret in (*SECRETS, "Greece", "French", "beats")), text
    assert case.number in said[-1] and notifications.link(words[0], config) in said[-1]


# Mail that arrives


@dataclass
class Post:
    """What the mail server took, and what it says to the next ones."""

    mails: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    refuse_recipient: str = ""
    refuse_data: str = ""
    drop_goodbye: bool = False

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if self.refuse_recipient:
            return self.refuse_recipient
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.refuse_data:
            return self.refuse_data
        self.mails.append(cast(EmailMessage, message_from_bytes(envelope.content, policy=policy.default)))
        self.recipients += envelope.rcpt_tos
        return "250 taken"

    async def handle_QUIT(self, server: Any, session: Any, envelope: Any) -> str:
        return "500 no goodbye" if self.drop_goodbye else "221 Bye"


@pytest.fixture
def post() -> Iterator[tuple[Post, int]]:
    with running(Post()) as (handler, port):
        yield handler, port


class running:
    """A mail server on loopback while the block lasts."""

    def __init__(self, handler: Post, **options: Any) -> None:
        self.handler, self.port = handler, free_port()
        self._controller = Controller(handler, hostname="127.0.0.1", port=self.port, **options)

    def __enter__(self) -> tuple[Post, int]:
        self._controller.start()
        return self.handler, self.port

    def __exit__(self, *_: object) -> None:
        self._controller.stop()


def config_for(make_settings: Make, port: int, **more: str) -> Settings:
    base = {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(port), "SMTP_SECURITY": "none", "MAIL_FROM": "Waymark <w@example.org>"}
    return make_settings(**(base | more))


def send_all(database: Database, config: Settings) -> None:
    for _ in delivery.send_waiting(database, config):
        pass


def state_of(database: Database) -> list[tuple[str, str | None]]:
    with database.read() as session:
        return [(row.state, row.error) for row in rows(session)]


def due_again(database: Database) -> None:
    """Let the time pass until the next try."""
    with database.write() as session:
        session.execute(update(Notification).values(next_try=utcnow() - MINUTE))


def prepare(database: Database, config: Settings, *events: Event, urgency: str = "normal", cases: int = 1) -> list[str]:
    with database.write() as session:
        with_staff(session)
        made = [new_case(session, urgency=urgency) for _ in range(cases)]
        for kind in events:
            for case in made:
                notify(session, kind, case, config)
        return [case.number for case in made]


def test_a_mail_says_which_case_and_where_to_find_it(sqlite: Database, make_settings: Make, post: tuple[Post, int]) -> None:
    config = config_for(make_settings, post[1], PUBLIC_URL="https://help.example.org", ORGANIZATION="Harbour")
    (number,) = prepare(sqlite, config, Event.OPENED, urgency="soon")
    send_all(sqlite, config)
    assert sorted(post[0].recipients) == ["anna@example.org", "ben@example.org"]
    sent = post[0].mails[0]
    text = sent.get_content().replace("\r\n", "\n")
    assert sent["Subject"] == f"Case {number} waits for a caseworker." and sent["From"] == "Waymark <w@example.org>"
    assert (
        f"https://help.example.org{notifications.CASE_PATH.format(number=number)}\n" in text
        and "Urgency: soon" in text
        and "Harbour" in text
    )
    assert sent["Auto-Submitted"] == "auto-generated" and sent["Message-ID"].endswith("@example.org>")
    assert state_of(sqlite) == [("sent", None), ("sent", None)]
    send_all(sqlite, config)
    assert len(post[0].mails) == 2


def test_several_pieces_of_news_for_one_person_are_one_mail(
    sqlite: Database, make_settings: Make, post: tuple[Post, int]
) -> None:
    config = config_for(make_settings, post[1])
    numbers = prepare(sqlite, config, Event.OPENED, cases=3)
    send_all(sqlite, config)
    assert [mail["To"] for mail in post[0].mails] == ["anna@example.org", "ben@example.org"]
    assert post[0].mails[0]["Subject"] == "3 pieces of news about cases"
    assert all(number in post[0].mails[0].get_content() for number in numbers)


def test_what_is_urgent_comes_first_and_gives_its_name_to_the_mail(
    sqlite: Database, make_settings: Make, post: tuple[Post, int]
) -> None:
    config = config_for(make_settings, post[1])
    (number,) = prepare(sqlite, config, Event.OPENED, Event.DANGER)
    send_all(sqlite, config)
    assert post[0].mails[0]["Subject"].startswith(f"URGENT: look at case {number} at once")
    text = post[0].mails[0].get_content()
    assert text.index("URGENT") < text.index("waits for")


def test_an_urgent_case_overtakes_those_that_wait_to_be_told(sqlite: Database, by_mail: Settings) -> None:
    prepare(sqlite, by_mail, Event.OPENED)
    with sqlite.write() as session:
        urgent = new_case(session, urgency="now", country="LY")
        notify(session, Event.URGENT, urgent, by_mail)
        batch = delivery.claim(session, by_mail)
        assert batch is not None and batch.target == "cleo@example.org"


def test_staff_are_written_to_in_their_own_language(
    sqlite: Database, make_settings: Make, post: tuple[Post, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []

    def translate(locale: str, message: str, /, **values: object) -> str:
        said.append(locale)
        return f"[{locale}] {message}"

    monkeypatch.setattr(notifications, "translate_for_staff", translate)
    config = config_for(make_settings, post[1])
    prepare(sqlite, config, Event.OPENED)
    with sqlite.write() as session:
        staff(session, "anna").locale = "ar"
    send_all(sqlite, config)
    assert [str(mail["Subject"])[:4] for mail in post[0].mails] == ["[ar]", "[en]"]


def test_old_news_is_not_sent(sqlite: Database, make_settings: Make, post: tuple[Post, int]) -> None:
    config = config_for(make_settings, post[1])
    prepare(sqlite, config, Event.OPENED)
    with sqlite.write() as session:
        take(session, session.scalars(select(Referral)).one(), "anna")
    send_all(sqlite, config)
    assert post[0].mails == [] and {state for state, _ in state_of(sqlite)} == {"skipped"}


def test_a_message_that_was_read_meanwhile_is_not_mailed(sqlite: Database, make_settings: Make, post: tuple[Post, int]) -> None:
    config = config_for(make_settings, post[1])
    for read in (True, False):
        with sqlite.write() as session:
            if read:
                with_staff(session)
            case = new_case(session)
            take(session, case, "anna")
            notify(session, Event.MESSAGE, case, config)
            if read:
                session.add(Reading(staff_id=staff(session, "anna").id, referral_id=case.id, at=utcnow() + MINUTE))
    send_all(sqlite, config)
    assert post[0].mails == []  # a moment to read it in the console first
    due_again(sqlite)
    send_all(sqlite, config)
    assert len(post[0].mails) == 1 and sorted(s for s, _ in state_of(sqlite)) == ["sent", "skipped"]


def test_whoever_has_left_gets_no_mail_any_more(sqlite: Database, make_settings: Make, post: tuple[Post, int]) -> None:
    config = config_for(make_settings, post[1])
    prepare(sqlite, config, Event.OPENED)
    with sqlite.write() as session:
        staff(session, "anna").active = False
        session.delete(staff(session, "ben"))
    send_all(sqlite, config)
    assert post[0].mails == []


# Mail that does not arrive


@pytest.mark.parametrize(
    ("answers", "state", "error"),
    [
        ({"refuse_recipient": "550 no such mailbox"}, "failed", "recipient 550"),
        ({"refuse_recipient": "450 try later"}, "queued", "recipient 450"),
        ({"refuse_data": "554 spam"}, "failed", "data 554"),
        ({"refuse_data": "451 busy"}, "queued", "data 451"),
    ],
)
def test_a_refusal_for_ever_is_not_tried_again_and_one_for_now_is(
    sqlite: Database, make_settings: Make, answers: dict[str, str], state: str, error: str
) -> None:
    with running(Post(**answers)) as (handler, port):  # type: ignore[arg-type]  # texts only
        config = config_for(make_settings, port)
        prepare(sqlite, config, Event.OPENED)
        send_all(sqlite, config)
        assert state_of(sqlite) == [(state, error)] * 2
        handler.refuse_recipient = handler.refuse_data = ""
        due_again(sqlite)
        send_all(sqlite, config)
        assert len(handler.mails) == (2 if state == "queued" else 0)


def test_a_server_that_is_away_is_tried_later_and_later_and_given_up_after_a_day(sqlite: Database, make_settings: Make) -> None:
    config = config_for(make_settings, free_port())
    prepare(sqlite, config, Event.OPENED)
    waits = []
    for _ in range(3):
        send_all(sqlite, config)
        with sqlite.read() as session:
            row = rows(session)[0]
            assert row.state == "queued" and row.error == "ConnectionRefusedError" and row.next_try is not None
            waits.append(row.next_try - utcnow())
        due_again(sqlite)
    assert waits[0] < waits[1] < waits[2]
    with sqlite.write() as session:
        session.execute(update(Notification).values(created_at=utcnow() - timedelta(hours=25)))
    send_all(sqlite, config)
    assert {state for state, _ in state_of(sqlite)} == {"failed"}


def test_the_next_try_is_an_hour_away_at_most() -> None:
    assert 20 <= delivery.backoff(1) <= 40
    assert max(delivery.backoff(attempts) for attempts in range(1, 2000)) <= 4500


def test_what_goes_wrong_after_the_server_took_it_sends_nothing_twice(sqlite: Database, make_settings: Make) -> None:
    with running(Post(drop_goodbye=True)) as (handler, port):
        config = config_for(make_settings, port)
        prepare(sqlite, config, Event.OPENED)
        send_all(sqlite, config)
        assert state_of(sqlite) == [("sent", None)] * 2 and len(handler.mails) == 2


def test_a_line_break_in_an_address_makes_no_header(sqlite: Database, make_settings: Make, post: tuple[Post, int]) -> None:
    config = config_for(make_settings, post[1])
    with pytest.raises(mail.Undelivered) as caught:
        mail.compose(config, "anna@example.org\nBcc: eve@example.org", "x", "x", "1")
    assert caught.value.permanent


# Encrypted lines


@pytest.fixture
def certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """A server's side of TLS for 127.0.0.1, signed by a name that this test makes trusted."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    begins = datetime.now(UTC) - timedelta(days=1)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(begins + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    public, private = tmp_path / "cert.pem", tmp_path / "key.pem"
    public.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    private.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain))
    monkeypatch.setenv("SSL_CERT_FILE", str(public))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(public, private)
    return context


def authenticator(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
    return AuthResult(success=(data.login, data.password) == (b"waymark", b"pass"), handled=False)


def test_starttls_and_a_password_are_used(sqlite: Database, make_settings: Make, certificate: ssl.SSLContext) -> None:
    options: dict[str, Any] = {"tls_context": certificate, "require_starttls": True, "authenticator": authenticator}
    with running(Post(), auth_required=True, **options) as (handler, port):
        config = config_for(make_settings, port, SMTP_SECURITY="starttls", SMTP_USER="waymark", SMTP_PASSWORD="pass")
        prepare(sqlite, config, Event.OPENED)
        send_all(sqlite, config)
        assert len(handler.mails) == 2


def test_a_line_encrypted_from_the_start_is_used(sqlite: Database, make_settings: Make, certificate: ssl.SSLContext) -> None:
    with running(Post(), ssl_context=certificate) as (handler, port):
        config = config_for(make_settings, port, SMTP_SECURITY="ssl")
        prepare(sqlite, config, Event.OPENED)
        send_all(sqlite, config)
        assert len(handler.mails) == 2


def test_a_wrong_password_is_our_fault_and_is_tried_again(
    sqlite: Database, make_settings: Make, certificate: ssl.SSLContext
) -> None:
    options: dict[str, Any] = {"tls_context": certificate, "require_starttls": True, "authenticator": authenticator}
    with running(Post(), auth_required=True, **options) as (_, port):
        config = config_for(make_settings, port, SMTP_SECURITY="starttls", SMTP_USER="waymark", SMTP_PASSWORD="wrong")
        prepare(sqlite, config, Event.OPENED)
        send_all(sqlite, config)
        assert state_of(sqlite) == [("queued", "login 535")] * 2


def test_nothing_is_sent_in_the_clear_to_a_server_that_offers_no_encryption(
    sqlite: Database, make_settings: Make, post: tuple[Post, int]
) -> None:
    config = config_for(make_settings, post[1], SMTP_SECURITY="starttls")
    prepare(sqlite, config, Event.OPENED)
    send_all(sqlite, config)
    assert post[0].mails == [] and state_of(sqlite) == [("queued", "SMTPNotSupportedError")] * 2


def test_nothing_is_sent_to_a_server_that_nobody_vouches_for(
    sqlite: Database, make_settings: Make, certificate: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    with running(Post(), tls_context=certificate) as (handler, port):
        config = config_for(make_settings, port, SMTP_SECURITY="starttls")
        prepare(sqlite, config, Event.OPENED)
        send_all(sqlite, config)
        assert handler.mails == [] and state_of(sqlite) == [("queued", "SSLCertVerificationError")] * 2


# Webhooks


@dataclass
class Received:
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """What came in, and what is answered: a status and headers."""

    port: int = 0
    got: list[Received] = field(default_factory=list)
    status: int = 204
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook?room=1"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    here = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            here.got.append(Received(self.path, dict(self.headers), body))
            self.send_response(here.status)
            for name, value in here.headers.items():
                self.send_header(name, value)
            self.end_headers()

        do_GET = do_POST

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    here.port = server.server_address[1]
    thread = Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield here
    server.shutdown()
    thread.join()
    server.server_close()


def hooked(make_settings: Make, receiver: Receiver) -> Settings:
    return make_settings(NOTIFY_WEBHOOK=receiver.url, NOTIFY_WEBHOOK_SECRET=HOOK_SECRET)


def test_a_webhook_is_signed_and_holds_what_a_mail_holds(sqlite: Database, make_settings: Make, receiver: Receiver) -> None:
    config = hooked(make_settings, receiver)
    (number,) = prepare(sqlite, config, Event.URGENT, urgency="now")
    send_all(sqlite, config)
    (got,) = receiver.got
    signature = "sha256=" + hmac.new(HOOK_SECRET.encode(), got.body, hashlib.sha256).hexdigest()
    assert got.path == "/hook?room=1" and got.headers["X-Waymark-Signature"] == signature
    said = json.loads(got.body)
    assert {"event": "case.urgent", "case": number, "urgency": "now"}.items() <= said.items()
    assert said.keys() == {"id", "event", "case", "urgency", "at", "link", "text"}
    assert state_of(sqlite) == [("sent", None)]


@pytest.mark.parametrize(
    ("status", "state"), [(500, "queued"), (503, "queued"), (429, "queued"), (404, "queued"), (400, "failed"), (410, "failed")]
)
def test_what_the_receiver_refuses_for_now_is_tried_again(
    sqlite: Database, make_settings: Make, receiver: Receiver, status: int, state: str
) -> None:
    config, receiver.status = hooked(make_settings, receiver), status
    prepare(sqlite, config, Event.OPENED)
    send_all(sqlite, config)
    assert state_of(sqlite) == [(state, f"HTTP {status}")]
    receiver.status = 200
    due_again(sqlite)
    send_all(sqlite, config)
    assert len(receiver.got) == (2 if state == "queued" else 1)
    assert len({got.body for got in receiver.got}) == 1  # the same id: it can be known as a copy


def test_a_receiver_is_left_alone_as_long_as_it_asks(sqlite: Database, make_settings: Make, receiver: Receiver) -> None:
    config, receiver.status, receiver.headers = hooked(make_settings, receiver), 429, {"Retry-After": "1800"}
    prepare(sqlite, config, Event.OPENED)
    send_all(sqlite, config)
    with sqlite.read() as session:
        next_try = rows(session)[0].next_try
        assert next_try is not None and timedelta(minutes=29) < next_try - utcnow() <= timedelta(minutes=30)


def test_only_the_configured_address_is_called(sqlite: Database, make_settings: Make, receiver: Receiver) -> None:
    config = hooked(make_settings, receiver)
    prepare(sqlite, config, Event.OPENED)
    receiver.status, receiver.headers = 307, {"Location": f"http://127.0.0.1:{receiver.port}/elsewhere"}
    send_all(sqlite, config)
    assert [got.path for got in receiver.got] == ["/hook?room=1"] and state_of(sqlite) == [("queued", "HTTP 307")]
    with sqlite.write() as session:
        session.execute(update(Notification).values(target=f"http://127.0.0.1:{receiver.port}/planted"))
    due_again(sqlite)
    send_all(sqlite, config)
    assert len(receiver.got) == 1 and state_of(sqlite) == [("skipped", "not configured")]


def test_a_receiver_that_is_away_is_tried_again(sqlite: Database, make_settings: Make) -> None:
    config = make_settings(NOTIFY_WEBHOOK=f"http://127.0.0.1:{free_port()}/", NOTIFY_WEBHOOK_SECRET=HOOK_SECRET)
    prepare(sqlite, config, Event.OPENED)
    send_all(sqlite, config)
    assert state_of(sqlite) == [("queued", "ConnectError")]


def test_the_signature_depends_on_every_byte_and_on_the_secret() -> None:
    assert len({webhook.sign(b"a", "x"), webhook.sign(b"b", "x"), webhook.sign(b"a", "y")}) == 3


# Once


def test_two_keepers_never_claim_the_same(database: Database, by_mail: Settings) -> None:
    prepare(database, by_mail, Event.OPENED)
    with database.write() as one:
        first = delivery.claim(one, by_mail)
        if not database.is_sqlite:  # which has one writer at a time
            with database.write() as two:
                second = delivery.claim(two, by_mail)
                assert first and second and first.target != second.target
                assert delivery.claim(two, by_mail) is None
    with database.write() as three:
        third = delivery.claim(three, by_mail)
        assert (third is None) is not database.is_sqlite
        assert third is None or first is None or third.target != first.target


def test_what_a_keeper_that_died_had_claimed_is_claimed_again_later(database: Database, by_mail: Settings) -> None:
    prepare(database, by_mail, Event.OPENED)
    with database.write() as session:
        dead = [delivery.claim(session, by_mail) for _ in range(2)]
        assert all(dead) and delivery.claim(session, by_mail) is None
        later = utcnow() + delivery.LEASE + MINUTE
        again = delivery.claim(session, by_mail, now=later)
        assert again is not None and dead[0] is not None and again.words == dead[0].words
        # The first one was only slow: what it says of its try is no longer asked for.
        delivery.settle(session, dead[0].tries, mail.Undelivered("late", permanent=True))
        session.flush()
        assert {row.state for row in rows(session)} == {"queued"}
        delivery.settle(session, again.tries, None)
        session.flush()
        assert sorted(row.state for row in rows(session)) == ["queued", "sent"]
