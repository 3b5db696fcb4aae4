"""Each line of a translated file against the texts as they are now: what would be saved, and why the rest would not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from bot.interchange.findings import Finding, findings
from bot.interchange.units import CHAT, DRAFT, REVIEW, SMS, STALE, Document, Line, Place, Unit

OK, UNCHANGED, UNFINISHED, ERROR = "ok", "unchanged", "unfinished", "error"
HALVES = {SMS: CHAT, CHAT: SMS}
OUTCOMES = (ERROR, OK, UNFINISHED, UNCHANGED)


@dataclass(frozen=True, slots=True)
class Result:
    """What becomes of a line. `unit` is the text as it would be saved, `known` the present one (None: there is none)."""

    line: Line
    outcome: str
    place: Place | None = None
    unit: Unit | None = None
    known: Unit | None = None
    findings: list[Finding] = field(default_factory=list)


def check(
    document: Document,
    known: Mapping[str, Unit],
    may_edit: Callable[[str], bool],
    take_unfinished: bool = False,
) -> list[Result]:
    """One result a line, in their order. `known`: the present units by key; `may_edit`: tells whose language is whose."""
    seen: dict[str, str] = {}
    results = [_result(line, document, known, may_edit, take_unfinished, seen) for line in document.lines]
    good = {result.place.key for result in results if result.outcome == OK and result.place}
    return [_with_its_half(result, known, good) for result in results]


def _result(
    line: Line,
    document: Document,
    known: Mapping[str, Unit],
    may_edit: Callable[[str], bool],
    take_unfinished: bool,
    seen: dict[str, str],
) -> Result:
    place = Place.of(line.unit.key)
    code = line.problem or _misplaced(place, document, may_edit)
    if code or place is None:
        return Result(line, ERROR, place, findings=[Finding(code or "unknown_key")])
    now = known.get(place.key)
    if now is None:
        return Result(line, ERROR, place, findings=[Finding("unknown_key")])
    given = replace(line.unit, source=tidy(line.unit.source), target=tidy(line.unit.target))
    outcome, found = _compared(given, now, place, document.format == "csv" or take_unfinished)
    if outcome != UNCHANGED and place.key in seen:
        outcome, found = ERROR, [Finding("repeated", values={"line": seen[place.key]})]
    seen.setdefault(place.key, str(line.number))
    return Result(line, outcome, place, replace(now, target=given.target, state=DRAFT), now, found)


def _misplaced(place: Place | None, document: Document, may_edit: Callable[[str], bool]) -> str:
    if place is None:
        return "unknown_key"
    if document.locale and document.locale.replace("_", "-").lower() != place.locale.lower():
        return "other_language"
    return "" if may_edit(place.locale) else "not_yours"


def _compared(given: Unit, now: Unit, place: Place, take_unfinished: bool) -> tuple[str, list[Finding]]:
    is_same = given.target == tidy(now.target)
    # The same text for a changed English one, and not marked as unfinished: the translator says that it still holds.
    confirms = is_same and now.state == STALE and given.is_finished
    if is_same and not confirms:
        return UNCHANGED, []
    if not given.target:
        return ERROR, [Finding("empty")]
    if not given.source:
        return ERROR, [Finding("no_source")]
    if given.source != tidy(now.source):
        return (UNCHANGED, []) if is_same else (ERROR, [Finding("source_changed")])
    if not given.is_finished and not take_unfinished:
        return UNFINISHED, []
    found = findings(given.source, given.target, place.locale, place.part)
    if any(finding.blocks for finding in found):
        return ERROR, found
    if now.state in (DRAFT, REVIEW) and not is_same:
        found.append(Finding("replaces_draft", blocks=False))
    return OK, [Finding("confirms", blocks=False), *found] if confirms else found


def _with_its_half(result: Result, known: Mapping[str, Unit], good: set[str]) -> Result:
    """An answer is saved as a whole: a first SMS text needs its chat text, and the other way round."""
    if result.outcome != OK or result.place is None or result.place.part not in HALVES:
        return result
    half = replace(result.place, part=HALVES[result.place.part]).key
    other = known.get(half)
    if half in good or other is None:
        return result
    if not other.target:
        return replace(result, outcome=ERROR, findings=[Finding("no_other_half", values={"part": HALVES[result.place.part]})])
    if other.state == STALE:
        found = [*result.findings, Finding("half_stays_stale", blocks=False, values={"part": HALVES[result.place.part]})]
        return replace(result, findings=found)
    return result


def tidy(text: str) -> str:
    """As a text is saved: the line ends of Unix, nothing around it. Tools add and drop what stands at the ends."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def counts(results: list[Result]) -> dict[str, int]:
    """How many lines there are of each outcome."""
    return {outcome: sum(result.outcome == outcome for result in results) for outcome in OUTCOMES}
