"""Loads answers, questions, offices and emergency numbers from a folder of files. docs/content.md describes the files.

The folder is the first load; the database is the truth after. Loading again changes only what has changed in the files.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot import answers
from bot.content import storing
from bot.content.drafts import Problems, TopicDraft, topics_in
from bot.content.reading import Unreadable, read_csv, read_yaml
from bot.content.texts import folded
from bot.tables import Topic


@dataclass(slots=True)
class Report(storing.Stored):
    """What a load found and did. Files with an error were left out as a whole; warnings are for editors."""

    files: int = 0
    office_rows: int = 0
    emergency_rows: int = 0
    warnings: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        counts = [
            f"{self.files} files, {self.topics} topics",
            f"answers: {self.answers_new} new, {self.answers_changed} changed, {self.answers_same} as before",
            f"questions: {self.questions_new} new, {self.questions_gone} removed",
            f"offices: {self.office_rows} rows, emergency numbers: {self.emergency_rows} rows",
        ]
        problems = [f"Warning  {line}" for line in self.warnings] + [f"ERROR    {line}" for line in self.errors]
        return "\n".join(counts + problems)

    def add(self, problems: Problems) -> None:
        self.errors += problems.errors
        self.warnings += problems.warnings


def is_empty(session: Session) -> bool:
    """True while nobody has loaded or written a topic."""
    return session.scalar(select(Topic.id).limit(1)) is None


def load(session: Session, folder: Path, progress: Callable[[str], None] = lambda message: None) -> Report:
    """Read a folder into the database. Never raises for what a file says; the report tells, by file and line."""
    report = Report()
    drafts = _read_topics(folder, report)
    _warn_of_twins(drafts, report)
    vectors = storing.embedded(session, drafts, progress)
    stored = storing.store(session, drafts, vectors)
    for name, value in asdict(stored).items():
        setattr(report, name, value)
    report.warnings += stored.notes
    report.office_rows = _load_rows(session, folder, "offices", report)
    report.emergency_rows = _load_rows(session, folder, "emergency", report)
    if stored.touched:
        answers.touch(session)
    if not report.files:
        report.errors.append(f"{folder}: There is nothing to load here; topics belong into answers/*.yml.")
    return report


def _files(folder: Path, *endings: str) -> list[Path]:
    return sorted(path for path in folder.glob("*") if path.suffix.lower() in endings and path.is_file())


def _read_topics(folder: Path, report: Report) -> list[TopicDraft]:
    drafts: dict[str, TopicDraft] = {}
    for part in ("", "answers", "crisis"):
        for path in _files(folder / part, ".yml", ".yaml"):
            report.files += 1
            problems = Problems(str(path.relative_to(folder)))
            found = _read_file(path, problems, in_crisis_folder=part == "crisis")
            _check_ids(found, drafts, problems)
            if not problems.errors:
                drafts |= {draft.id: draft for draft in found}
            report.add(problems)
    return list(drafts.values())


def _read_file(path: Path, problems: Problems, in_crisis_folder: bool) -> list[TopicDraft]:
    try:
        return topics_in(read_yaml(path), problems, in_crisis_folder)
    except Unreadable as error:
        problems.error(str(error), error.line)
        return []


def _check_ids(found: list[TopicDraft], known: dict[str, TopicDraft], problems: Problems) -> None:
    here: dict[str, TopicDraft] = {}
    for draft in found:
        other = known.get(draft.id) or here.get(draft.id)
        if other and draft.id:
            problems.error(f"The topic {draft.id!r} is already in {other.file}, line {other.line}.", draft.line)
        here[draft.id] = draft


def _warn_of_twins(drafts: list[TopicDraft], report: Report) -> None:
    """The same question in two topics: whoever asks it gets one of them by chance."""
    owners: dict[tuple[str, str], set[str]] = defaultdict(set)
    for draft in drafts:
        for example in draft.examples:
            owner = owners[example.locale, folded(example.text)]
            if owner and draft.id not in owner:
                first = min(owner)
                report.warnings.append(
                    f"{draft.file}:{example.line}: The question {example.text[:60]!r} is also one of the topic {first}."
                )
            owner.add(draft.id)


def _load_rows(session: Session, folder: Path, part: str, report: Report) -> int:
    count = 0
    for path in _files(folder / part, ".csv"):
        report.files += 1
        name = f"{part}/{path.name}"
        try:
            rows, problems = read_csv(path)
            # A file that fails half-way leaves nothing behind.
            with session.begin_nested():
                problems += _hand_over(session, part, rows, path.name)
        except Unreadable as error:
            report.errors.append(f"{name}:{error.line}: {error}" if error.line else f"{name}: {error}")
        except (ValueError, KeyError, TypeError, SQLAlchemyError) as error:
            report.errors.append(f"{name}: The rows could not be stored ({type(error).__name__}).")
        else:
            count += len(rows)
            report.warnings += [f"{name}: {problem}" for problem in problems]
    return count


def _hand_over(session: Session, part: str, rows: list[dict[str, str]], source_name: str) -> list[str]:
    from bot import offices

    if part == "offices":
        return offices.load_rows(session, rows, source_name)
    return offices.load_emergency(session, rows) or []
