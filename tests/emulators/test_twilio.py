"""The emulated Twilio account, driven by Twilio's own library."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
import requests
from twilio.base.exceptions import (  # type: ignore[import-untyped]  # no py.typed in 9.13
    TwilioException,
    TwilioRestException,
)
from twilio.http.http_client import TwilioHttpClient  # type: ignore[import-untyped]  # no py.typed in 9.13
from twilio.http.response import Response  # type: ignore[import-untyped]  # no py.typed in 9.13
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]  # no py.typed in 9.13
from twilio.rest import Client  # type: ignore[import-untyped]  # no py.typed in 9.13

from .provider import Request, rebased
from .receiver import Receiver
from .sms_length import segments
from .twilio import TwilioEmulator

TO = "+306900000001"
PUBLIC = "https://waymark.example/sms/status"
SERVICE = "MG" + "a" * 32


class LoopbackHttpClient(TwilioHttpClient):  # type: ignore[misc]  # the base is untyped
    """Twilio's HTTP client with another scheme and host, the only way to reach an arbitrary address."""

    def __init__(self, base: str, timeout: float) -> None:
        super().__init__(timeout=timeout)
        self._base = base

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Response:
        return super().request(method, rebased(url, self._base), *args, **kwargs)


@pytest.fixture
def twilio() -> Iterator[TwilioEmulator]:
    with TwilioEmulator() as emulator:
        yield emulator


@pytest.fixture(scope="module")
def _listening() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver


@pytest.fixture
def hook(_listening: Receiver) -> Receiver:
    _listening.requests.clear()
    _listening.next_statuses.clear()
    return _listening


def client(twilio: TwilioEmulator, timeout: float = 5.0, token: str | None = None) -> Any:
    http = LoopbackHttpClient(twilio.url, timeout)
    return Client(twilio.account_sid, token or twilio.auth_token, http_client=http)


def send(twilio: TwilioEmulator, body: str = "Hello", to: str = TO, **more: Any) -> Any:
    sender = {} if "messaging_service_sid" in more else {"from_": twilio.number}
    return client(twilio, more.pop("timeout", 5.0)).messages.create(to=to, body=body, **sender, **more)


def post(twilio: TwilioEmulator, fields: dict[str, str] | str) -> httpx.Response:
    url = f"{twilio.url}/2010-04-01/Accounts/{twilio.account_sid}/Messages.json"
    content = fields if isinstance(fields, str) else str(httpx.QueryParams(fields))
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    return httpx.post(url, content=content, headers=headers, auth=(twilio.account_sid, twilio.auth_token))


def refused(call: Callable[[], object]) -> TwilioRestException:
    with pytest.raises(TwilioRestException) as caught:
        call()
    return caught.value


def wait_for(condition: Callable[[], bool], seconds: float = 5.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def is_signed(twilio: TwilioEmulator, request: Request, public_url: str) -> bool:
    validator = RequestValidator(twilio.auth_token)
    return bool(validator.validate(public_url, dict(request.form), request.headers["x-twilio-signature"]))


# Create, fetch, list


def test_a_created_message_is_stored_and_shown_as_the_library_expects(twilio: TwilioEmulator) -> None:
    created = send(twilio, "Where can I sleep?", status_callback=PUBLIC)
    assert re.fullmatch(r"SM[0-9a-f]{32}", created.sid)
    assert (created.status, created.num_segments, created.direction) == ("queued", "1", "outbound-api")
    assert abs(created.date_created - datetime.now(UTC)) < timedelta(seconds=5)
    (stored,) = twilio.messages
    assert (stored.sid, stored.to, stored.from_, stored.body) == (created.sid, TO, twilio.number, "Where can I sleep?")
    assert (stored.segments, stored.status, stored.status_callback) == (1, "queued", PUBLIC)
    assert twilio.violations == []
    assert [request.method for request in twilio.requests] == ["POST"]


def test_a_message_can_be_fetched_and_an_unknown_one_is_not_found(twilio: TwilioEmulator) -> None:
    created = send(twilio)
    twilio.set_status(created.sid, "undelivered", 30003)
    fetched = client(twilio).messages(created.sid).fetch()
    assert (fetched.body, fetched.status, fetched.error_code) == ("Hello", "undelivered", 30003)
    error = refused(lambda: client(twilio).messages("SM" + "0" * 32).fetch())
    assert (error.status, error.code) == (404, 20404)


def test_a_wrong_token_or_account_is_refused(twilio: TwilioEmulator) -> None:
    with pytest.raises(TwilioException, match="20003"):  # the library has no finer error for a list
        client(twilio, token=twilio.auth_token[::-1] + "0").messages.list()
    error = refused(lambda: client(twilio, token=twilio.auth_token[1:]).messages.create(to=TO, from_=twilio.number, body="x"))
    assert (error.status, error.code) == (401, 20003)
    other = f"{twilio.url}/2010-04-01/Accounts/AC{'0' * 32}/Messages.json"
    assert httpx.get(other, auth=(twilio.account_sid, twilio.auth_token)).status_code == 404
    assert httpx.get(other, headers={"Authorization": "Basic not-base64"}).status_code == 401
    assert twilio.messages == []


def test_a_message_of_a_messaging_service_gets_its_sender_later(twilio: TwilioEmulator) -> None:
    created = send(twilio, messaging_service_sid=SERVICE)
    assert (created.status, created.from_, created.messaging_service_sid) == ("accepted", None, SERVICE)
    assert client(twilio).messages.list(from_=twilio.number) == []
    twilio.set_status(created.sid, "sent")
    assert client(twilio).messages(created.sid).fetch().from_ == twilio.number


def test_the_list_is_newest_first_and_filtered(twilio: TwilioEmulator) -> None:
    sids = [send(twilio, str(index), to=to).sid for index, to in enumerate((TO, "+306900000002", TO))]
    messages = client(twilio).messages
    assert [message.sid for message in messages.list()] == sids[::-1]
    assert [message.sid for message in messages.list(to=TO)] == [sids[2], sids[0]]
    assert messages.list(to=TO, from_="+15005550999") == []


def test_the_list_filters_by_the_moment_of_sending(twilio: TwilioEmulator) -> None:
    for age in (0, 2):
        sid = send(twilio).sid
        twilio.message(sid).date_sent = datetime.now(UTC).replace(microsecond=0) - timedelta(days=age)
    now, messages = datetime.now(UTC), client(twilio).messages
    assert len(messages.list(date_sent=now.date())) == 1
    assert len(messages.list(date_sent_after=now - timedelta(minutes=1))) == 1
    assert len(messages.list(date_sent_before=now - timedelta(minutes=1))) == 1
    assert len(messages.list(date_sent_after=now - timedelta(days=3), date_sent_before=now)) == 2
    by_day = {"DateSent>": (now - timedelta(days=2)).date().isoformat(), "DateSent<": now.date().isoformat()}
    listed = f"{twilio.url}/2010-04-01/Accounts/{twilio.account_sid}/Messages.json"
    answer = httpx.get(listed, params=by_day, auth=(twilio.account_sid, twilio.auth_token)).json()
    assert len(answer["messages"]) == 2


def test_a_queued_message_without_a_date_escapes_the_date_filter(twilio: TwilioEmulator) -> None:
    twilio.date_sent_when_queued = False
    created = send(twilio)
    after = datetime.now(UTC) - timedelta(hours=1)
    assert created.date_sent is None
    assert client(twilio).messages.list(date_sent_after=after) == []
    twilio.set_status(created.sid, "sent")
    assert len(client(twilio).messages.list(date_sent_after=after)) == 1


def test_pages_follow_each_other_without_gap_or_repetition_while_messages_arrive(twilio: TwilioEmulator) -> None:
    sids = [send(twilio, str(index)).sid for index in range(5)]
    first = client(twilio).messages.page(to=TO, page_size=2)
    send(twilio, "one more, after the first page was read")
    second = first.next_page()
    third = second.next_page()
    seen = [message.sid for one_page in (first, second, third) for message in one_page]
    assert seen == sids[::-1]
    assert third.next_page() is None
    assert len(client(twilio).messages.list(page_size=2)) == 6


# What the description does not allow


@pytest.mark.parametrize(
    ("case", "fields", "code"),
    [
        ("no To", {"From": "+15005550006", "Body": "x"}, 21604),
        ("no From", {"To": TO, "Body": "x"}, 21603),
        ("no Body", {"To": TO, "From": "+15005550006"}, 21602),
        ("empty Body", {"To": TO, "From": "+15005550006", "Body": ""}, 21602),
        ("unknown field", {"To": TO, "From": "+15005550006", "Body": "x", "Boddy": "x"}, 20001),
        ("wrong boolean", {"To": TO, "From": "+15005550006", "Body": "x", "SmartEncoded": "perhaps"}, 20001),
        ("wrong integer", {"To": TO, "From": "+15005550006", "Body": "x", "ValidityPeriod": "long"}, 20001),
        ("wrong enum", {"To": TO, "From": "+15005550006", "Body": "x", "ContentRetention": "forget"}, 20001),
        ("wrong sid", {"To": TO, "MessagingServiceSid": "MG1", "Body": "x"}, 20001),
        ("wrong URL", {"To": TO, "From": "+15005550006", "Body": "x", "StatusCallback": "waymark"}, 20001),
    ],
)
def test_a_request_outside_the_description_is_refused_and_noted(
    twilio: TwilioEmulator, case: str, fields: dict[str, str], code: int
) -> None:
    answer = post(twilio, fields)
    assert answer.status_code == 400, case
    assert set(answer.json()) == {"code", "message", "more_info", "status"}
    assert (answer.json()["code"], answer.json()["status"]) == (code, 400)
    assert twilio.violations != []
    assert twilio.messages == []


def test_a_field_given_twice_is_refused(twilio: TwilioEmulator) -> None:
    assert post(twilio, "To=%2B306900000001&From=%2B15005550006&Body=a&Body=b").status_code == 400
    assert any("Body" in violation for violation in twilio.violations)


def test_a_list_with_an_unknown_filter_is_refused_and_noted(twilio: TwilioEmulator) -> None:
    url = f"{twilio.url}/2010-04-01/Accounts/{twilio.account_sid}/Messages.json"
    for query in ({"Status": "sent"}, {"PageSize": "0"}, {"DateSent": "yesterday"}):
        assert httpx.get(url, params=query, auth=(twilio.account_sid, twilio.auth_token)).status_code == 400
    assert len(twilio.violations) == 3


def test_a_response_outside_the_description_never_leaves(twilio: TwilioEmulator) -> None:
    created = send(twilio)
    twilio.message(created.sid).status = "vanished"
    assert refused(lambda: client(twilio).messages(created.sid).fetch()).status == 500
    assert any("vanished" in violation for violation in twilio.violations)


def test_the_optional_fields_of_the_library_are_understood(twilio: TwilioEmulator) -> None:
    send(
        twilio,
        smart_encoded=True,
        validity_period=600,
        max_price=0.1,
        media_url=["https://a.example/1", "https://a.example/2"],
    )
    assert twilio.violations == []
    assert twilio.messages[0].media_urls == ("https://a.example/1", "https://a.example/2")
    assert twilio.messages[0].sid.startswith("MM")


# What Twilio refuses although it is well formed


@pytest.mark.parametrize(
    ("to", "body", "code"),
    [("12345", "x", 21211), ("+0306900000001", "x", 21211), ("not a number", "x", 21211), (TO, "x" * 1601, 21617)],
)
def test_an_invalid_number_and_a_body_too_long_have_their_codes(twilio: TwilioEmulator, to: str, body: str, code: int) -> None:
    error = refused(lambda: send(twilio, body, to=to))
    assert (error.status, error.code) == (400, code)
    assert twilio.violations == []
    assert send(twilio, "x" * 1600).num_segments == "11"


def test_an_opted_out_number_is_refused_until_it_opts_in(twilio: TwilioEmulator) -> None:
    twilio.opt_out(TO)
    assert refused(lambda: send(twilio)).code == 21610
    assert send(twilio, to="+306900000002").sid
    twilio.opt_in(TO)
    assert send(twilio).sid


def test_stop_and_start_by_sms_change_the_list_and_carry_their_type(twilio: TwilioEmulator, hook: Receiver) -> None:
    twilio.deliver_inbound(hook.url, TO, " Stop ")
    assert dict(hook.requests[-1].form)["OptOutType"] == "STOP"
    assert refused(lambda: send(twilio)).code == 21610
    twilio.deliver_inbound(hook.url, TO, "START")
    assert dict(hook.requests[-1].form)["OptOutType"] == "START"
    assert send(twilio).sid
    twilio.deliver_inbound(hook.url, TO, "info")
    assert dict(hook.requests[-1].form)["OptOutType"] == "HELP"
    twilio.deliver_inbound(hook.url, TO, "please stop")
    assert "OptOutType" not in dict(hook.requests[-1].form)
    assert not twilio.is_opted_out(TO)


@pytest.mark.parametrize(
    ("body", "count"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("a" * 152 + "€" + "a" * 151, 2),
        ("a" * 152 + "€" + "a" * 152, 3),
        ("ي" * 70, 1),
        ("ي" * 71, 2),
        ("ي" * 134, 2),
        ("ي" * 135, 3),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
        ("😀" * 66, 2),
        ("😀" * 67, 3),
        ("a" * 159 + "\N{RIGHT SINGLE QUOTATION MARK}", 3),
    ],
)
def test_segments_are_counted_as_they_are_billed(body: str, count: int) -> None:
    assert segments(body) == count


# Faults


def test_a_throttled_create_says_when_to_come_back_and_stores_nothing(twilio: TwilioEmulator) -> None:
    twilio.fail(429, retry_after=7, times=2)
    fields = {"To": TO, "From": twilio.number, "Body": "x"}
    answer = post(twilio, fields)
    assert (answer.status_code, answer.json()["code"], answer.headers["Retry-After"]) == (429, 20429, "7")
    assert refused(lambda: send(twilio)).code == 20429
    assert twilio.messages == []
    assert send(twilio).sid


@pytest.mark.parametrize(("status", "code", "expected"), [(500, None, 20500), (503, None, 20503), (400, 21614, 21614)])
def test_a_scripted_status_and_code_reach_the_library(
    twilio: TwilioEmulator, status: int, code: int | None, expected: int
) -> None:
    twilio.fail(status, code)
    error = refused(lambda: send(twilio))
    assert (error.status, error.code) == (status, expected)
    assert twilio.messages == []


def test_a_fault_for_one_number_leaves_the_others_alone(twilio: TwilioEmulator) -> None:
    twilio.fail(503, to=TO)
    assert send(twilio, to="+306900000002").sid
    assert refused(lambda: send(twilio)).status == 503
    assert send(twilio).sid


def test_an_error_after_accepting_leaves_a_message_that_the_list_finds(twilio: TwilioEmulator) -> None:
    twilio.fail(500, accept=True)
    assert refused(lambda: send(twilio, "once")).status == 500
    assert [message.body for message in client(twilio).messages.list(to=TO)] == ["once"]


@pytest.mark.parametrize("accept", [True, False])
def test_a_hanging_create_times_out_and_was_taken_or_not(twilio: TwilioEmulator, accept: bool) -> None:
    twilio.hang(10, times=1, accept=accept)
    before = time.monotonic()
    with pytest.raises(requests.exceptions.ReadTimeout):
        send(twilio, "slow", timeout=0.3)
    assert time.monotonic() - before < 3
    assert [message.body for message in client(twilio).messages.list()] == (["slow"] if accept else [])
    assert send(twilio).sid


def test_a_short_hang_is_answered_in_the_end(twilio: TwilioEmulator) -> None:
    twilio.hang(0.1, accept=True)
    assert send(twilio).sid == twilio.messages[0].sid


@pytest.mark.parametrize("accept", [True, False])
def test_a_dropped_connection_was_taken_or_not(twilio: TwilioEmulator, accept: bool) -> None:
    twilio.drop_connection(accept=accept)
    with pytest.raises(requests.exceptions.ConnectionError):
        send(twilio, "lost")
    assert len(twilio.messages) == (1 if accept else 0)
    assert send(twilio).sid


def test_scripted_faults_can_be_forgotten(twilio: TwilioEmulator) -> None:
    twilio.fail(500, times=9)
    twilio.clear_faults()
    assert send(twilio).sid


def test_a_stopped_emulator_refuses_connections_and_comes_back_at_the_same_address() -> None:
    with TwilioEmulator() as twilio:
        url = twilio.url
        twilio.hang(30)
        pool = ThreadPoolExecutor(1)
        stuck = pool.submit(send, twilio, timeout=20)
        wait_for(lambda: bool(twilio.messages))
        before = time.monotonic()
        twilio.stop()
        assert time.monotonic() - before < 3
        assert isinstance(stuck.exception(3), requests.exceptions.ConnectionError)
        pool.shutdown()
        with pytest.raises(requests.exceptions.ConnectionError):
            send(twilio)
        twilio.start()
        assert twilio.url == url
        assert send(twilio).sid


def test_many_senders_at_once_lose_nothing(twilio: TwilioEmulator) -> None:
    twilio.fail(503, times=5)

    def attempt(index: int) -> str:
        return str(post(twilio, {"To": TO, "From": twilio.number, "Body": str(index)}).json().get("sid", ""))

    with ThreadPoolExecutor(8) as pool:
        sids = [sid for sid in pool.map(attempt, range(40)) if sid]
    assert len(sids) == 35
    assert sorted(sids) == sorted(message.sid for message in twilio.messages)


# Status callbacks


def test_a_status_callback_is_signed_for_the_public_url_and_posted_to_loopback(twilio: TwilioEmulator, hook: Receiver) -> None:
    twilio.callback_base = hook.url
    sid = send(twilio, status_callback=f"{PUBLIC}?part=1").sid
    assert twilio.post_status(sid, "undelivered", 30005).status_code == 200
    (request,) = hook.requests
    fields = dict(request.form)
    assert (request.path, request.query) == ("/sms/status", (("part", "1"),))
    assert is_signed(twilio, request, f"{PUBLIC}?part=1")
    assert not is_signed(twilio, request, PUBLIC)
    assert not is_signed(twilio, request, f"{hook.url}/sms/status?part=1")
    assert (fields["MessageSid"], fields["MessageStatus"], fields["ErrorCode"]) == (sid, "undelivered", "30005")
    assert (fields["To"], fields["From"], fields["AccountSid"]) == (TO, twilio.number, twilio.account_sid)
    assert fields["ApiVersion"] == "2010-04-01"


def test_callbacks_come_late_twice_and_out_of_order_while_the_resource_only_moves_on(
    twilio: TwilioEmulator, hook: Receiver
) -> None:
    twilio.callback_base = hook.url
    sid = send(twilio, status_callback=PUBLIC).sid
    for status in ("delivered", "sent", "delivered", "queued"):
        twilio.post_status(sid, status)
    posted = [dict(request.form) for request in hook.requests]
    assert [fields["MessageStatus"] for fields in posted] == ["delivered", "sent", "delivered", "queued"]
    assert "RawDlrDoneDate" in posted[0]
    assert "ErrorCode" not in posted[0]
    assert client(twilio).messages(sid).fetch().status == "delivered"


def test_a_callback_for_an_unknown_message_needs_an_address(twilio: TwilioEmulator, hook: Receiver) -> None:
    unknown = "SM" + "f" * 32
    with pytest.raises(KeyError):
        twilio.post_status(unknown, "sent")
    assert twilio.post_status(unknown, "sent", url=f"{hook.url}/sms/status").status_code == 200
    assert is_signed(twilio, hook.requests[0], f"{hook.url}/sms/status")


def test_a_callback_without_an_address_or_with_an_unknown_word_is_a_mistake_of_the_test(twilio: TwilioEmulator) -> None:
    sid = send(twilio).sid
    with pytest.raises(ValueError, match="StatusCallback"):
        twilio.post_status(sid, "sent")
    with pytest.raises(ValueError, match="no status"):
        twilio.set_status(sid, "arrived")


def test_automatic_callbacks_walk_through_the_states_in_order(twilio: TwilioEmulator, hook: Receiver) -> None:
    twilio.auto_status, twilio.callback_base = True, hook.url
    sids = [send(twilio, status_callback=PUBLIC).sid for _ in range(2)]
    twilio.settle()
    posted = [dict(request.form) for request in hook.requests]
    for sid in sids:
        assert [f["MessageStatus"] for f in posted if f["MessageSid"] == sid] == ["queued", "sent", "delivered"]
    assert all(is_signed(twilio, request, PUBLIC) for request in hook.requests)
    assert {message.status for message in twilio.messages} == {"delivered"}
    assert [callback.answered for callback in twilio.callbacks] == [200] * 6


def test_automatic_callbacks_survive_a_webhook_that_is_away(twilio: TwilioEmulator, hook: Receiver) -> None:
    twilio.auto_status, twilio.callback_base = True, "http://127.0.0.1:9"
    send(twilio, status_callback=PUBLIC)
    twilio.settle()
    assert [callback.answered for callback in twilio.callbacks] == [None] * 3
    twilio.callback_base = hook.url
    send(twilio, status_callback=PUBLIC)
    twilio.settle()
    assert len(hook.requests) == 3


def test_a_message_taken_before_a_timeout_is_settled_by_its_callbacks(twilio: TwilioEmulator, hook: Receiver) -> None:
    twilio.auto_status, twilio.callback_base = True, hook.url
    twilio.hang(10, accept=True)
    with pytest.raises(requests.exceptions.ReadTimeout):
        send(twilio, status_callback=PUBLIC, timeout=0.2)
    twilio.settle()
    assert dict(hook.requests[-1].form)["MessageStatus"] == "delivered"


def test_nothing_is_ever_posted_beyond_loopback(twilio: TwilioEmulator) -> None:
    sid = send(twilio, status_callback=PUBLIC).sid
    with pytest.raises(ValueError, match="not on loopback"):
        twilio.post_status(sid, "sent")
    with pytest.raises(ValueError, match="not on loopback"):
        twilio.deliver_inbound("https://waymark.example/sms", TO, "x")


# Inbound


def test_an_inbound_message_carries_the_documented_fields_and_a_valid_signature(twilio: TwilioEmulator, hook: Receiver) -> None:
    public = "https://waymark.example/sms/inbound"
    answer = twilio.deliver_inbound(f"{hook.url}/sms/inbound", TO, "ساعدوني من فضلكم", signed_url=public)
    assert answer.status_code == 200
    (request,) = hook.requests
    fields = dict(request.form)
    assert is_signed(twilio, request, public)
    assert not is_signed(twilio, request, f"{hook.url}/sms/inbound")
    assert not RequestValidator("another token").validate(public, fields, request.headers["x-twilio-signature"])
    assert not RequestValidator(twilio.auth_token).validate(public, fields | {"Body": "x"}, request.headers["x-twilio-signature"])
    assert fields["MessageSid"] == fields["SmsSid"] == fields["SmsMessageSid"]
    assert (fields["From"], fields["To"], fields["Body"]) == (TO, twilio.number, "ساعدوني من فضلكم")
    assert (fields["NumMedia"], fields["NumSegments"], fields["SmsStatus"]) == ("0", "1", "received")
    assert fields["FromCountry"] == ""
    assert [message.body for message in twilio.inbound] == ["ساعدوني من فضلكم"]
    assert twilio.messages == []


def test_media_redelivery_and_new_fields_are_posted_as_told(twilio: TwilioEmulator, hook: Receiver) -> None:
    media: list[str | tuple[str, str]] = ["https://media.example/1", ("https://media.example/2", "audio/ogg")]
    sid = "MM" + "1" * 32
    for _ in range(2):
        twilio.deliver_inbound(hook.url, TO, "", sid=sid, media=media, extra={"Novelty": "1"}, opt_out_type="HELP")
    first, second = (dict(request.form) for request in hook.requests)
    assert first == second
    assert (first["NumMedia"], first["MediaUrl1"], first["MediaContentType1"]) == (
        "2",
        "https://media.example/2",
        "audio/ogg",
    )
    assert (first["MessageSid"], first["Novelty"], first["OptOutType"]) == (sid, "1", "HELP")
    assert all(is_signed(twilio, request, hook.url) for request in hook.requests)
    assert len(twilio.inbound) == 1


def test_a_whatsapp_message_looks_like_one_and_knows_no_default_opt_out(twilio: TwilioEmulator, hook: Receiver) -> None:
    twilio.deliver_inbound(hook.url, f"whatsapp:{TO}", "STOP")
    fields = dict(hook.requests[0].form)
    assert (fields["To"], fields["WaId"]) == (f"whatsapp:{twilio.number}", TO.lstrip("+"))
    assert "OptOutType" not in fields
    assert send(twilio, to=f"whatsapp:{TO}").to == f"whatsapp:{TO}"


def test_inbound_messages_are_listed_by_the_api_too(twilio: TwilioEmulator, hook: Receiver) -> None:
    twilio.deliver_inbound(hook.url, TO, "hello")
    (listed,) = client(twilio).messages.list(from_=TO)
    assert (listed.direction, listed.status, listed.body) == ("inbound", "received", "hello")
