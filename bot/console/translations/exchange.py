"""Translations as files: exported for a language, imported after a report on every line."""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.enums import RequestEncodingType
from litestar.params import Body
from sqlalchemy.orm import Session

from bot import editing, interchange
from bot.console.access import entry, entry_async
from bot.console.answers import words as answer_words
from bot.console.desk import Desk, Form, value
from bot.console.texts import N_
from bot.console.translations import report, words
from bot.console.translations.worklist import PATH, filters
from bot.editing import Refused
from bot.interchange import Result, Unreadable, present, saving
from bot.interchange.checking import OK
from bot.interchange.units import MAX_BYTES, TITLE

SHOWN = 300  # lines of each outcome on the page; the report as a file has all of them
_MAX_PACKED = 8_000_000
_ROOM = 50_000  # of a request, for what is around the file
_KINDS = {"open": N_("What is to do"), "all": N_("Everything")}
_BROKEN = N_("The file did not arrive whole. Choose it again.")
_OVERTAKEN = N_("Something has changed since the report was made, so nothing was saved. Look at the new report.")
_IMPORTED = N_("Imported. Texts saved as drafts: {drafts}. Titles changed: {titles}.")

Upload = Annotated[dict[str, Any], Body(media_type=RequestEncodingType.MULTI_PART)]


@dataclass(frozen=True, slots=True)
class Given:
    """An uploaded file. It travels in the page of its report, so that no server has to keep it."""

    name: str
    content: bytes
    take_unfinished: bool

    @property
    def packed(self) -> str:
        return base64.urlsafe_b64encode(zlib.compress(self.content)).decode()

    @classmethod
    def of(cls, data: Form) -> Given | None:
        """What the page of a report sends back; None where it is broken."""
        unpacker = zlib.decompressobj()
        try:
            packed = base64.urlsafe_b64decode(value(data, "packed", _MAX_PACKED))
            content = unpacker.decompress(packed, MAX_BYTES + 1)  # never more, whatever it claims to unpack to
        except (binascii.Error, ValueError, zlib.error):
            return None
        return cls(value(data, "name", 200), content, bool(value(data, "unfinished"))) if unpacker.eof else None


@get("/translations/files", **entry("editor"))
def files(desk: Desk, locale: str = "") -> Response[str]:
    return _files(desk, locale)


def _files(desk: Desk, locale: str = "", error: str = "", status: int = 200) -> Response[str]:
    with desk.database.read() as session:
        mine = present.locales(session, desk.member.locales)
    return desk.page(
        "translations/files.html",
        status=status,
        languages=[(name, desk.words.language(name)) for name in mine],
        chosen=locale if locale in mine else (mine[0] if mine else ""),
        formats=[(name, each.title) for name, each in interchange.FORMATS.items()],
        kinds=[(name, desk.text(title)) for name, title in _KINDS.items()],
        errors={"file": error} if error else {},
        path=PATH,
    )


@get("/translations/export", **entry("editor"))
def export(desk: Desk, locale: str = "", format: str = "xliff2", what: str = "open", category: str = "") -> Response[bytes]:
    """The texts of a language as a file: what is to do with their present translations, or everything."""
    kind = interchange.FORMATS.get(format)
    with desk.database.read() as session:
        if kind is None or locale not in present.locales(session, desk.member.locales):
            desk.missing()
        wanted = filters(locale, "all" if what == "all" else words.TO_DO, category, "", "")
        found = [item for item in present.items(session, (locale,)) if wanted.fit(item)]
        units = list(present.units(session, found).values())
    name = f"waymark-{locale}-{desk.now.date().isoformat()}.{kind.ending}"
    return Response(
        kind.write(units, locale),
        media_type=kind.media_type,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@post("/translations/import", status_code=200, request_max_body_size=MAX_BYTES + _ROOM, **entry_async("editor"))
async def check(desk: Desk, data: Upload) -> Response[str]:
    """The report on a file. Nothing is saved."""
    upload = data.get("file")
    try:
        # One byte more than is taken, so that what is too large is known as such.
        content = await upload.read(MAX_BYTES + 1) if isinstance(upload, UploadFile) else b""
    finally:
        for each in data.values():
            if isinstance(each, UploadFile):
                await each.close()
    if not isinstance(upload, UploadFile) or not upload.filename:
        return await asyncio.to_thread(_files, desk, "", desk.text(N_("Choose a file.")), 422)
    given = Given(upload.filename[:200], content, bool(value(data, "unfinished")))
    return await asyncio.to_thread(_show, desk, given)


def _show(desk: Desk, given: Given, notice: str = "", status: int = 200) -> Response[str]:
    try:
        with desk.database.read() as session:
            results = _results(desk, session, given)
            titles = {row.id: answer_words.title_of(row, desk.locale) for row in editing.topic_rows(session)}
    except Unreadable as error:
        return _files(desk, error=words.unreadable(desk, error.code, error.line), status=422)
    rows = report.rows(desk, results, titles)
    counts = interchange.counts(results)
    good = [result.place for result in results if result.outcome == OK and result.place]
    return desk.page(
        "translations/report.html",
        status=status,
        given=given,
        counts=[(name, desk.text(title), counts[name]) for name, title in words.OUTCOME.items()],
        good=len(good),
        rows={name: [row for row in rows if row.outcome == name] for name in words.OUTCOME},
        shown=SHOWN,
        drafts=len({(p.topic, p.locale, p.country) for p in good if p.part != TITLE}),
        titles=sum(place.part == TITLE for place in good),
        agreed=_agreed(results),
        notice=notice,
        words_of=words,
        path=PATH,
    )


def _results(desk: Desk, session: Session, given: Given) -> list[Result]:
    document = interchange.read(given.name, given.content)
    places = [interchange.Place.of(line.unit.key) for line in document.lines]
    mine = present.locales(session, desk.member.locales)
    named = [locale for locale in mine if any(place is not None and place.locale == locale for place in places)]
    known = present.units(session, present.items(session, named)) if named else {}
    return interchange.check(document, known, lambda locale: locale in mine, given.take_unfinished)


def _agreed(results: Sequence[Result]) -> str:
    """Stands for exactly what would be saved in place of what."""
    digest = hashlib.sha256()
    for result in results:
        if result.outcome == OK and result.place and result.unit and result.known:
            parts = (result.place.key, result.unit.target, result.known.target, result.known.source, result.known.state)
            digest.update("\0".join(parts).encode("utf-8", "surrogatepass") + b"\1")
    return digest.hexdigest()


class _Changed(Exception):
    """What would be saved is not what was agreed to."""


@post("/translations/import/apply", request_max_body_size=_MAX_PACKED + _ROOM, **entry("editor"))
def apply(desk: Desk, data: Form) -> Response[str]:
    """Save what the report said, in one transaction, if it would still say the same."""
    given = Given.of(data) or desk.refuse(_BROKEN)
    try:
        # Checking takes long and reads only; nobody has to wait for it.
        with desk.database.read() as session:
            results = _results(desk, session, given)
        if _agreed(results) != value(data, "agreed", 64):
            raise _Changed
        report.prepare(results)
        with desk.database.write() as session:
            imported = _apply(desk, session, results, given)
    except Unreadable:
        desk.refuse(_BROKEN)
    except (_Changed, saving.Overtaken):
        return _show(desk, given, desk.text(_OVERTAKEN), 409)
    except Refused as refused:
        return _show(desk, given, answer_words.sentence(desk, refused), 409)
    number = desk.words.number
    return desk.go(PATH, desk.text(_IMPORTED, drafts=number(imported.drafts), titles=number(imported.titles)))


def _apply(desk: Desk, session: Session, results: Sequence[Result], given: Given) -> saving.Imported:
    saving.hold(session, results)
    good = [result for result in results if result.outcome == OK and result.place]
    locales = sorted({result.place.locale for result in good if result.place})
    if not set(locales) <= set(present.locales(session, desk.member.locales)):
        raise _Changed
    now = present.units(session, present.items(session, locales))
    if any(now.get(result.place.key) != result.known for result in good if result.place):
        raise _Changed
    comment = desk.text(N_("Imported from {file}"), file=given.name)[:400]
    return saving.apply(session, results, desk.member.email, comment, given.name.rsplit(".", 1)[-1].lower())


@post("/translations/import/report", status_code=200, request_max_body_size=_MAX_PACKED + _ROOM, **entry("editor"))
def as_file(desk: Desk, data: Form) -> Response[bytes]:
    """The report on every line as CSV, to send back to whoever translated."""
    given = Given.of(data) or desk.refuse(_BROKEN)
    try:
        with desk.database.read() as session:
            results = _results(desk, session, given)
    except Unreadable as error:
        desk.refuse(words.unreadable(desk, error.code, error.line))
    return Response(
        report.as_csv(desk, results),
        media_type="text/csv",
        headers={"Content-Disposition": 'attachment; filename="report.csv"'},
    )


HANDLERS = [files, export, check, apply, as_file]
