"""What people need an office for, and which offices also fit."""

from __future__ import annotations

from collections.abc import Collection

from bot.i18n import N_, translate

GENERAL = "general"
_LABELS = {
    "asylum": N_("Asylum"),
    "legal": N_("A lawyer"),
    "health": N_("A doctor"),
    "mental_health": N_("Someone to talk to about stress"),
    "child": N_("Help for a child"),
    "protection": N_("Protection from violence"),
    "shelter": N_("A place to sleep"),
    "food_cash": N_("Food or money"),
    "documents": N_("Papers"),
    "return": N_("Going back home"),
    "family_tracing": N_("Finding my family"),
    "work": N_("Problems at work"),
    GENERAL: N_("Other help"),
}
NEEDS = tuple(_LABELS)
# An office for one of these needs can do something about the other too.
_ALSO = {
    "asylum": ("legal",),
    "legal": ("asylum",),
    "documents": ("asylum", "legal"),
    "mental_health": ("health", "protection"),
    "child": ("protection",),
    "shelter": ("food_cash",),
    "food_cash": ("shelter",),
    "work": ("legal", "protection"),
}


def need_label(need: str, locale: str) -> str:
    """How a need is called in menus and headlines; an unknown one is called other help."""
    return translate(locale, _LABELS.get(need, _LABELS[GENERAL]))


def fit(need: str, offered: Collection[str]) -> int:
    """How well an office serves a need: 3 that very need, 2 a related one, 1 general help, 0 not at all."""
    if need in offered:
        return 3
    if any(other in offered for other in _ALSO.get(need, ())):
        return 2
    return int(GENERAL in offered or (need == GENERAL and bool(offered)))
