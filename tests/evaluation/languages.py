"""Language identification on sentences of SIB-200 (CC BY-SA 4.0), where they are at hand: first 20 characters, and whole."""

from __future__ import annotations

from pathlib import Path

from bot.nlu.language import identify
from bot.settings import ROOT

FOLDER = ROOT.parent / "shared" / "data" / "testsets" / "sib200"
# File names are ISO 639-3; dialects count as the language that answers them.
_LOCALES = {
    **{"eng": "en", "fra": "fr", "spa": "es", "por": "pt", "pes": "fa", "prs": "fa", "pbt": "ps", "urd": "ur", "tur": "tr"},
    **{"rus": "ru", "ukr": "uk", "som": "so", "amh": "am", "tir": "ti", "swh": "sw", "hat": "ht", "ben": "bn"},
    **dict.fromkeys(("arb", "arz", "apc", "ary", "acm", "aeb", "ajp"), "ar"),
}


def table(folder: Path = FOLDER) -> list[list[str]]:
    """A line a language: share right at 20 characters and on the sentence. Empty where the set is not at hand."""
    right: dict[str, list[tuple[bool, bool]]] = {}
    for path in sorted(folder.glob("*.tsv")):
        locale = _LOCALES.get(path.name[:3])
        if locale is None:
            continue
        for line in path.read_text(encoding="utf-8").splitlines()[1:]:
            text = line.split("\t")[-1].strip()
            if text:
                judged = (identify(text[:20])[0] == locale, identify(text)[0] == locale)
                right.setdefault(locale, []).append(judged)
    if not right:
        return []
    every = [pair for pairs in right.values() for pair in pairs]
    lines = [[locale, *_shares(pairs)] for locale, pairs in sorted(right.items())]
    return [["", "at 20 characters", "sentence"], *lines, ["all", *_shares(every)]]


def _shares(pairs: list[tuple[bool, bool]]) -> list[str]:
    return [f"{100.0 * sum(pair[at] for pair in pairs) / len(pairs):.1f}" for at in (0, 1)]
