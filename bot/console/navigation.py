"""The ways through the console, by role."""

from __future__ import annotations

from dataclasses import dataclass

from bot.i18n import N_


@dataclass(frozen=True, slots=True)
class Way:
    path: str
    title: str
    roles: tuple[str, ...]
    key: str = ""  # pressed after "g"


GROUPS: tuple[tuple[str, tuple[Way, ...]], ...] = (
    (
        N_("Cases"),
        (
            Way("/console/cases", N_("Queue"), ("caseworker",), "q"),
            Way("/console/saved-replies", N_("Saved replies"), ("caseworker",)),
        ),
    ),
    (
        N_("Content"),
        (
            Way("/console/answers", N_("Answers"), ("editor",), "a"),
            Way("/console/translations", N_("Translations"), ("editor",), "t"),
            Way("/console/examples", N_("Example questions"), ("editor",), "e"),
            Way("/console/unanswered", N_("Unanswered"), ("editor",), "u"),
            Way("/console/offices", N_("Offices"), ("editor", "admin"), "o"),
            Way("/console/recall", N_("Corrections sent"), ("editor",)),
        ),
    ),
    (
        N_("Running"),
        (
            Way("/console/overview", N_("Overview"), ("editor", "admin"), "v"),
            Way("/console/staff", N_("Staff"), ("admin",), "s"),
            Way("/console/teams", N_("Teams"), ("admin",)),
            Way("/console/options", N_("Settings"), ("admin",)),
            Way("/console/retention", N_("Data kept"), ("admin",)),
            Way("/console/audit", N_("Audit"), ("admin",)),
        ),
    ),
)


def of(roles: frozenset[str]) -> list[tuple[str, list[Way]]]:
    """The groups and ways that these roles may take."""
    found = [(title, [way for way in ways if roles & set(way.roles)]) for title, ways in GROUPS]
    return [(title, ways) for title, ways in found if ways]


def first(roles: frozenset[str]) -> str:
    """Where somebody begins their day."""
    return next((ways[0].path for _, ways in of(roles)), "/console/account")
