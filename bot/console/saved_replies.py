"""Saved replies per language: own and shared ones, and the list to pick from while writing."""

from __future__ import annotations

from litestar import Response, get, post
from sqlalchemy.orm import Session

from bot import audit, saved_replies
from bot.console.access import entry
from bot.console.desk import Desk, Form, value
from bot.console.texts import N_
from bot.i18n import LANGUAGES, language_name
from bot.saved_replies import MAX_TEXT, MAX_TITLE, Content, SavedReplyError
from bot.tables import SavedReply

PATH = "/console/saved-replies"
PAGE_SIZE = 50
PROBLEMS = {
    "locale": ("locale", N_("Choose a language.")),
    "title": ("title", N_("Give it a title by which you find it.")),
    "text": ("text", N_("Write the text.")),
    "long": ("text", N_("The title has at most 120 characters and the text at most 1,500.")),
}
OVERTAKEN = N_("Somebody changed this reply while you had it open. Nothing was saved. Below is what you wrote; compare it.")


@get("/saved-replies", **entry("caseworker"))
def overview(desk: Desk, locale: str = "", q: str = "", whose: str = "", page: int = 1) -> Response[str]:
    page = min(max(1, page), 1000)
    with desk.database.read() as session:
        rows = saved_replies.visible(session, desk.member.id, locale, q, whose)
    start = (page - 1) * PAGE_SIZE
    return desk.page(
        "saved_replies/list.html",
        rows=rows[start : start + PAGE_SIZE],
        more=len(rows) > start + PAGE_SIZE,
        total=len(rows),
        page=page,
        chosen={"locale": locale, "q": q, "whose": whose},
        languages=_languages(desk),
    )


@get("/saved-replies/choose", **entry("caseworker"))
def choose(desk: Desk, locale: str = "", q: str = "") -> Response[str]:
    """What fits a message in this language, as buttons that insert their text."""
    with desk.database.read() as session:
        rows = saved_replies.choices(session, desk.member.id, locale[:16], q[:200])
    return desk.page("saved_replies/choose.html", rows=rows, wanted=locale, q=q)


@get("/saved-replies/new", **entry("caseworker"))
def new(desk: Desk, locale: str = "", text: str = "") -> Response[str]:
    return _form(desk, None, Content(locale if locale in LANGUAGES else "", "", text[:MAX_TEXT], shared=False))


@post("/saved-replies/new", **entry("caseworker"))
def add(desk: Desk, data: Form) -> Response[str]:
    content = _content(data)
    try:
        with desk.database.write() as session:
            row = saved_replies.add(session, desk.member.id, desk.member.email, content)
            _note(desk, session, "saved_reply.added", row)
    except SavedReplyError as error:
        return _form(desk, None, content, problem=error.code)
    return desk.go(PATH, desk.text(N_("Saved.")))


@get("/saved-replies/{reply_id:int}", **entry("caseworker"))
def edit(desk: Desk, reply_id: int) -> Response[str]:
    with desk.database.read() as session:
        row = _found(desk, session, reply_id)
    return _form(desk, row, Content(row.locale, row.title, row.text, row.staff_id is None))


@post("/saved-replies/{reply_id:int}", **entry("caseworker"))
def change(desk: Desk, reply_id: int, data: Form) -> Response[str]:
    content = _content(data)
    problem = ""
    with desk.database.write() as session:
        row = _found(desk, session, reply_id, lock=True)
        try:
            overtaken = value(data, "edition", 64) != saved_replies.edition(row)
            if not overtaken:
                saved_replies.change(session, row, desk.member.id, desk.member.email, content)
                _note(desk, session, "saved_reply.changed", row)
        except SavedReplyError as error:  # raised before anything was changed
            problem = error.code
    if problem or overtaken:
        return _form(desk, row, content, problem, overtaken)
    return desk.go(PATH, desk.text(N_("Saved.")))


@post("/saved-replies/{reply_id:int}/delete", **entry("caseworker"))
def delete(desk: Desk, reply_id: int) -> Response[str]:
    with desk.database.write() as session:
        row = _found(desk, session, reply_id, lock=True)
        _note(desk, session, "saved_reply.deleted", row)
        saved_replies.remove(session, row)
    return desk.go(PATH, desk.text(N_("Deleted.")))


def _found(desk: Desk, session: Session, reply_id: int, lock: bool = False) -> SavedReply:
    return saved_replies.find(session, desk.member.id, reply_id, lock) or desk.missing()


def _note(desk: Desk, session: Session, action: str, row: SavedReply) -> None:
    audit.add(session, desk.member.email, action, "saved_reply", str(row.id), locale=row.locale, shared=row.staff_id is None)


def _content(data: Form) -> Content:
    locale = value(data, "locale", 16)
    # One character more than is kept: what is too long is refused, never cut in silence.
    return Content(
        locale=locale if locale in LANGUAGES else "",
        title=" ".join(value(data, "title", MAX_TITLE + 1).split()),
        text=value(data, "text", MAX_TEXT + 1),
        shared=value(data, "shared") == "yes",
    )


def _form(desk: Desk, row: SavedReply | None, content: Content, problem: str = "", overtaken: bool = False) -> Response[str]:
    field, sentence = PROBLEMS[problem] if problem else ("", "")
    return desk.page(
        "saved_replies/form.html",
        status=422 if problem else 409 if overtaken else 200,
        row=row,
        edition=saved_replies.edition(row) if row else "",
        content=content,
        errors={field: desk.text(sentence)} if problem else {},
        notice=desk.text(OVERTAKEN) if overtaken else "",
        languages=_languages(desk),
        limits={"title": MAX_TITLE, "text": MAX_TEXT},
    )


def _languages(desk: Desk) -> list[tuple[str, str]]:
    """In the reader's language, with its own name where that is another."""
    named = [(locale, desk.words.language(locale), language_name(locale)) for locale in LANGUAGES]
    return [(locale, here if here == own else f"{here} · {own}") for locale, here, own in sorted(named, key=lambda n: n[1])]


HANDLERS = [overview, choose, new, add, edit, change, delete]
