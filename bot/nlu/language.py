"""Which of our languages a message is in: script, letters, two detectors, the words people use, and what they wrote before.

Scripts that one of our languages owns decide alone; the rest is a product of independent evidence. Measured in
docs/evaluation.md. A posterior under 0.8 is for the caller to doubt.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path

import pycld2
import regex
import yaml
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from bot.i18n import LANGUAGES
from bot.settings import ROOT

LATIN = ("en", "fr", "es", "pt", "tr", "so", "sw", "ht")
_ARABIC = ("ar", "fa", "ps", "ur")
_CYRILLIC = ("ru", "uk")
_ETHIOPIC = ("am", "ti")

# Letters only: numbers in Arabic or Bengali digits say nothing about a language.
_SCRIPTS = {
    "latin": regex.compile(r"[\p{Latin}&&\p{L}]", regex.V1),
    "arabic": regex.compile(r"[\p{Arabic}&&\p{L}]", regex.V1),
    "cyrillic": regex.compile(r"[\p{Cyrillic}&&\p{L}]", regex.V1),
    "ethiopic": regex.compile(r"[\p{Ethiopic}&&\p{L}]", regex.V1),
    "bengali": regex.compile(r"[\p{Bengali}&&\p{L}]", regex.V1),
}
_CANDIDATES = {"latin": LATIN, "arabic": _ARABIC, "cyrillic": _CYRILLIC, "ethiopic": _ETHIOPIC, "bengali": ("bn",)}

# Letters that one language of a script has and its neighbours do not; each is worth this many nats a letter.
_LETTERS: dict[str, str] = {
    "ps": "ټځڅډړږښڼۍېګ",
    "ur": "ٹڈڑںےھہۂ",
    "fa": "پچژگک",
    "ar": "ةىيكإأؤئ",
    "uk": "іїєґ",
    "ru": "ыэёъ",
    "ti": "ኣኸኹኺኻኼኽኾቐቑቒቓቔቕቖ",
    "tr": "ğışİ",
    "fr": "çêèœàùû",
    "es": "ñ¿¡",
    "pt": "ãõ",
    "ht": "òè",
}
_LETTER_WEIGHT = 1.5
_SHARED = {"fa": {"ps", "ur"}}  # پ چ ژ گ are Persian, Pashto and Urdu against Arabic
_WORD_WEIGHT = 0.8
_WORD = regex.compile(r"\p{L}[\p{L}\p{M}'’]*")


class Words:
    """How often each language's texts use a word: what a detector trained on the web's prose does not know."""

    def __init__(self, counts: Mapping[str, Mapping[str, float]]) -> None:
        self.counts = counts  # word → locale → share of that locale's words
        self._known = {locale for shares in counts.values() for locale in shares}

    @classmethod
    def learn(cls, texts: Iterable[tuple[str, str]]) -> Words:
        """From (locale, text) pairs."""
        by_locale: dict[str, Counter[str]] = {}
        for locale, text in texts:
            by_locale.setdefault(locale, Counter()).update(words_of(text))
        counts: dict[str, dict[str, float]] = {}
        for locale, counter in by_locale.items():
            total = sum(counter.values())
            for word, number in counter.items():
                counts.setdefault(word, {})[locale] = number / total
        return cls(counts)

    def evidence(self, text: str, candidates: Iterable[str]) -> dict[str, float]:
        """Nats for each candidate, 0 where its texts are unknown."""
        scores = dict.fromkeys(candidates, 0.0)
        for word in words_of(text)[:40]:
            shares = self.counts.get(word)
            if shares is None:
                continue
            for locale in scores:
                if locale in self._known:
                    scores[locale] += max(-3.0, math.log(shares.get(locale, 1e-6) / 1e-4)) * _WORD_WEIGHT
        return scores


def words_of(text: str) -> list[str]:
    return [word.casefold().replace("’", "'") for word in _WORD.findall(text)]


@lru_cache(maxsize=1)
def shipped_words() -> Words:
    """Learnt from the training data and content that ship with the product. Read once a process."""
    return Words.learn(_shipped_texts(ROOT / "data"))


def _shipped_texts(data: Path) -> Iterable[tuple[str, str]]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    for path in sorted(data.glob("nlu/*.yml")):
        for item in yaml.load(path.read_text(encoding="utf-8"), loader)["nlu"]:  # noqa: S506  # a safe loader
            if item["intent"] not in ("inform_place", "change_language"):
                yield from ((path.stem, line.lstrip("- ")) for line in item["examples"].splitlines())
    for path in sorted(data.glob("content/answers/*.yml")):
        topic = yaml.load(path.read_text(encoding="utf-8"), loader)  # noqa: S506  # a safe loader
        for locale, questions in (topic.get("questions") or {}).items():
            yield from ((locale, question) for question in questions)


@lru_cache(maxsize=1)
def _detector() -> LanguageIdentifier:
    detector = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    detector.set_languages([code for code in LANGUAGES if code != "ti"])  # it has no Tigrinya
    return detector


def identify(text: str, prior: str | None = None, prior_weight: float = 2.5) -> tuple[str | None, float]:
    """Locale and posterior, 0 to 1. `prior` is the conversation's locale so far. (prior, 0) when there is no letter."""
    text = text[:600]
    script = _script(text)
    if script is None:
        return prior, 0.0
    candidates = _CANDIDATES[script]
    if len(candidates) == 1:
        return candidates[0], 0.99
    scores = dict.fromkeys(candidates, 0.0)
    for evidence in (_letters(text), _model(text), _cld2(text), shipped_words().evidence(text, candidates)):
        for locale in scores:
            scores[locale] += evidence.get(locale, 0.0)
    if prior in scores:
        scores[prior] += prior_weight
    best = max(scores, key=lambda locale: scores[locale])
    total = sum(math.exp(score - scores[best]) for score in scores.values())
    return best, 1.0 / total


def _script(text: str) -> str | None:
    counts = {name: len(pattern.findall(text)) for name, pattern in _SCRIPTS.items()}
    name = max(counts, key=lambda script: counts[script])
    return name if counts[name] else None


def _letters(text: str) -> dict[str, float]:
    lowered = text.casefold()
    scores: dict[str, float] = {}
    for locale, letters in _LETTERS.items():
        found = sum(lowered.count(letter) for letter in letters)
        if found:
            for also in {locale} | _SHARED.get(locale, set()):
                scores[also] = scores.get(also, 0.0) + _LETTER_WEIGHT * min(found, 4)
    return scores


def _model(text: str) -> dict[str, float]:
    ranked = _detector().rank(text.lower())
    return {locale: max(-6.0, math.log(max(float(share), 1e-9))) for locale, share in ranked}


def _cld2(text: str) -> dict[str, float]:
    try:
        _, _, details = pycld2.detect(text.encode("utf-8", "ignore"), bestEffort=True)
    except (pycld2.error, ValueError):
        return {}
    code = str(details[0][1])
    return {code: 1.5} if code in LANGUAGES else {}
