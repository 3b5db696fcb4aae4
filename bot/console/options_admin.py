"""Settings that are safe to change while the product runs, each with its check; and, to read only, what was set at its start."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from litestar import Response, get, post
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import audit, options
from bot.console import amounts
from bot.console.access import entry
from bot.console.desk import Desk, Form, value
from bot.console.texts import N_
from bot.db import utcnow
from bot.options import OPTIONS, BadOption, Kind
from bot.settings import Settings
from bot.tables import Option

SHORTER = ("retention_days", "case_retention_days")  # a smaller number empties what cannot be had again


@dataclass(frozen=True, slots=True)
class Line:
    """One option with what stands in its field."""

    kind: Kind
    text: str
    was: str  # the text of the stored value
    default: str
    widget: str  # flag number amount text
    changed_by: str
    changed_at: Any
    problem: str = ""
    note: str = ""


class Shortened(Exception):
    """Less would be kept than now: what would be emptied is counted, and nothing changes until that is confirmed."""

    def __init__(self, counts: amounts.Due) -> None:
        super().__init__()
        self.counts = counts


@get("/options", **entry("admin"))
def overview(desk: Desk) -> Response[str]:
    return _page(desk, {}, {})


@post("/options", **entry("admin"))
def save(desk: Desk, data: Form) -> Response[str]:
    """Store what differs from what the form showed at first: two admins at once do not undo each other's changes."""
    sent = {kind.name: value(data, kind.name, 200) for kind in OPTIONS}
    wanted = {name: text for name, text in sent.items() if text != value(data, f"was-{name}", 200)}
    problems = _problems(desk, wanted)
    if problems:
        return _page(desk, sent, problems)
    try:
        with desk.database.write() as session:
            changed = _put(session, desk, wanted, confirmed=value(data, "confirm") == "1")
    except Shortened as shortened:
        return _page(desk, sent, {}, shortened.counts)
    said = N_("Saved. The change is in force.") if changed else N_("Nothing was different.")
    return desk.go("/console/options", desk.text(said))


def _problems(desk: Desk, wanted: dict[str, str]) -> dict[str, str]:
    """What cannot be used, in sentences by name."""
    found: dict[str, str] = {}
    for kind in (kind for kind in OPTIONS if kind.name in wanted):
        try:
            kind.read(wanted[kind.name])
        except BadOption as error:
            message, values = (*error.args, {})[:2]
            found[kind.name] = desk.text(message, **values)
    return found


def _put(session: Session, desk: Desk, wanted: dict[str, str], *, confirmed: bool) -> bool:
    """Store checked texts; True when a value is another now. Raises Shortened."""
    before = options.everything(session)
    for name, text in wanted.items():
        options.put(session, name, text, desk.member.email)
    after = options.everything(session)
    _hold_back(session, before, after, confirmed=confirmed)
    changed = [name for name in after if after[name] != before[name]]
    for name in changed:
        audit.add(session, desk.member.email, "option.changed", "option", name, before=before[name], after=after[name])
    return bool(changed)


def _hold_back(session: Session, before: dict[str, Any], after: dict[str, Any], *, confirmed: bool) -> None:
    if confirmed or all(after[name] >= before[name] for name in SHORTER):
        return
    now = utcnow()
    then, later = (
        amounts.due(session, now - timedelta(days=days["retention_days"]), now - timedelta(days=days["case_retention_days"]))
        for days in (before, after)
    )
    if later.total > then.total:
        raise Shortened(later)


def _page(desk: Desk, sent: dict[str, str], problems: dict[str, str], counts: amounts.Due | None = None) -> Response[str]:
    with desk.database.read() as session:
        stored = {row.name: row for row in session.scalars(select(Option))}
        values = options.everything(session)
    lines = [_line(desk, kind, values[kind.name], stored.get(kind.name), sent, problems) for kind in OPTIONS]
    status = 422 if problems or counts else 200
    return desk.page("options/options.html", status=status, lines=lines, counts=counts, fixed=_fixed(desk), problems=problems)


def _line(desk: Desk, kind: Kind, stored: Any, row: Option | None, sent: dict[str, str], problems: dict[str, str]) -> Line:
    return Line(
        kind=kind,
        text=sent.get(kind.name, _text(stored)),
        was=_text(stored),
        default=_shown(desk, kind.default),
        widget=_widget(kind),
        changed_by=row.author if row else "",
        changed_at=row.changed_at if row else None,
        problem=problems.get(kind.name, ""),
        note=desk.text(_note(desk.settings, kind.name)),
    )


def _text(stored: Any) -> str:
    """The value as its field holds it."""
    if isinstance(stored, bool):
        return "yes" if stored else ""
    return f"{stored:g}" if isinstance(stored, float) else str(stored)


def _shown(desk: Desk, default: Any) -> str:
    if isinstance(default, bool):
        return desk.text(N_("On") if default else N_("Off"))
    return desk.words.number(default) if isinstance(default, (int, float)) else str(default)


def _widget(kind: Kind) -> str:
    for type_, widget in ((bool, "flag"), (int, "number"), (float, "amount")):  # a bool is an int, so it comes first
        if isinstance(kind.default, type_):
            return widget
    return "text"


def _note(settings: Settings, name: str) -> str:
    """Where what was set at the start makes an option idle."""
    if name == "notify_email" and not settings.smtp_host:
        return N_("No mail server is set, so no mail is sent.")
    if name == "totp_for_admins" and settings.admin_totp:
        return N_("Required by the settings of the installation, whatever stands here.")
    return ""


def _fixed(desk: Desk) -> list[tuple[str, str, str]]:
    """What is read from the environment at the start: title, value, variable. Never a secret."""
    settings, on, off = desk.settings, desk.text(N_("On")), desk.text(N_("Off"))

    def flag(is_on: object) -> str:
        return on if is_on else off

    known: tuple[tuple[str, str, str], ...] = (
        (N_("Organisation"), settings.organization, "WAYMARK_ORGANIZATION"),
        (N_("Public address"), settings.public_url, "WAYMARK_PUBLIC_URL"),
        (N_("Country for emergency numbers"), desk.words.country(settings.country), "WAYMARK_CRISIS_COUNTRY"),
        (N_("SMS and WhatsApp by Twilio"), flag(settings.twilio), "WAYMARK_TWILIO_ACCOUNT_SID"),
        (N_("Telegram"), flag(settings.telegram), "WAYMARK_TELEGRAM_TOKEN"),
        (N_("Phones to try it with"), flag(settings.simulator), "WAYMARK_SIMULATOR"),
        (N_("Mail server"), settings.smtp_host or off, "WAYMARK_SMTP_HOST"),
        (N_("Webhook for notifications"), flag(settings.notify_webhook), "WAYMARK_NOTIFY_WEBHOOK"),
        (N_("Sign-in by OpenID Connect"), settings.openid_name if settings.openid else off, "WAYMARK_OPENID_ISSUER"),
        (
            N_("Minutes until an idle session ends"),
            desk.words.number(settings.session_idle_minutes),
            "WAYMARK_SESSION_IDLE_MINUTES",
        ),
        (N_("Second factor required for admins"), flag(settings.admin_totp), "WAYMARK_ADMIN_TOTP"),
        (N_("Map pictures"), flag(settings.map_tiles), "WAYMARK_MAP_TILES"),
    )
    return [(desk.text(title), shown, variable) for title, shown, variable in known]


HANDLERS = [overview, save]
