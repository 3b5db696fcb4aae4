"""Which of our languages a message is in: script, letters, two detectors, the words people use, and what they wrote before.

Scripts that one of our languages owns decide alone; the rest is a product of independent evidence. Measured in
docs/evaluation.md. A posterior under 0.8 is for the caller to doubt.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache

import pycld2
import regex
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from bot.i18n import LANGUAGES
from bot.nlu import romanised, shipped

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
# Languages of other scripts that people also write in Latin letters; their tags are those of the shipped examples.
ROMANISED = tuple(locale + romanised.SUFFIX for locale in romanised.LOCALES)
_CANDIDATES = {"latin": (*LATIN, *ROMANISED), "arabic": _ARABIC, "cyrillic": _CYRILLIC, "ethiopic": _ETHIOPIC, "bengali": ("bn",)}

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
_ACCENTED = regex.compile(r"[\p{Latin}--a-zA-Z]", regex.V1)
_SHARED = {"fa": {"ps", "ur"}}  # پ چ ژ گ are Persian, Pashto and Urdu against Arabic
_WORD_WEIGHT = 0.8
_PIECE_WEIGHT = 0.5
_ENOUGH_PIECES = 12
_ONE_WORD = 1.5
_UNSEEN, _PIECES = 0.3, 3000.0  # how often an unseen piece counts as seen; about how many there are
_NO_DETECTOR = 1.5  # nats by which detectors are taken to doubt a language they have never seen
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


class Letters:
    """How likely three letters in a row are in each language, for texts whose words nobody has written before."""

    def __init__(self, counts: Mapping[str, Mapping[str, int]]) -> None:
        self._logs = {
            locale: {
                piece: math.log((number + _UNSEEN) / (sum(pieces.values()) + _UNSEEN * _PIECES))
                for piece, number in pieces.items()
            }
            for locale, pieces in counts.items()
        }
        self._floors = {locale: math.log(_UNSEEN / (sum(p.values()) + _UNSEEN * _PIECES)) for locale, p in counts.items()}

    @classmethod
    def learn(cls, texts: Iterable[tuple[str, str]]) -> Letters:
        """From (locale, text) pairs."""
        counts: dict[str, Counter[str]] = {}
        for locale, text in texts:
            counts.setdefault(locale, Counter()).update(_pieces(text))
        return cls(counts)

    def evidence(self, text: str, candidates: Iterable[str]) -> dict[str, float]:
        """Nats for each candidate, the best 0; 0 for all where nothing can be said."""
        known = [locale for locale in candidates if locale in self._logs]
        pieces = _pieces(text)[:120]
        scores = {loc: sum(self._logs[loc].get(piece, self._floors[loc]) for piece in pieces) for loc in known}
        best = max(scores.values(), default=0.0)
        # Neighbouring pieces are not independent: a long text would otherwise be too sure. One short word says little.
        weight = _PIECE_WEIGHT * min(1.0, len(pieces) / _ENOUGH_PIECES)
        return {loc: max(-8.0, (score - best) * weight) for loc, score in scores.items()}


def _pieces(text: str) -> list[str]:
    return [f" {word} "[at : at + 3] for word in words_of(text) for at in range(len(word))]


@lru_cache(maxsize=1)
def shipped_words() -> Words:
    """Learnt from what ships with the product. Read once a process."""
    return Words.learn(shipped.spoken())


@lru_cache(maxsize=1)
def shipped_letters() -> Letters:
    """The same, for languages in Latin letters only: other scripts are told apart by their letters."""
    return Letters.learn((locale, text) for locale, text in shipped.spoken() if locale in _CANDIDATES["latin"])


@lru_cache(maxsize=1)
def _detector() -> LanguageIdentifier:
    detector = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    detector.set_languages([code for code in LANGUAGES if code != "ti"])  # it has no Tigrinya
    return detector


def identify(text: str, prior: str | None = None, prior_weight: float = 2.5) -> tuple[str | None, float]:
    """Locale and posterior, 0 to 1. `prior` is the conversation's locale so far. (prior, 0) when there is no letter."""
    tag, share = identify_tag(text, prior, prior_weight)
    return (romanised.of_locale(tag) if tag else tag), share


def identify_tag(text: str, prior: str | None = None, prior_weight: float = 2.5) -> tuple[str | None, float]:
    """As `identify`, but `ar-Latn` and the like where a language of another script is written in Latin letters."""
    text = text[:600]
    script = _script(text)
    if script is None:
        return prior, 0.0
    candidates = _CANDIDATES[script]
    if len(candidates) == 1:
        return candidates[0], 0.99
    scores = dict.fromkeys(candidates, 0.0)
    latin = script == "latin"
    for evidence in (_model(text), _cld2(text)):
        worst = max((evidence.get(locale, 0.0) for locale in LATIN), default=0.0) - _NO_DETECTOR if latin else 0.0
        for locale in scores:
            scores[locale] += evidence.get(locale, worst if locale in ROMANISED else 0.0)
    own = [_letters(text), shipped_words().evidence(text, candidates)]
    if latin:
        own.append(shipped_letters().evidence(text, candidates))
        # Who writes another script in Latin letters has no accents.
        accented = min(len(_ACCENTED.findall(text)), 4)
        own.append(dict.fromkeys(ROMANISED, -_LETTER_WEIGHT * accented))
    for evidence in own:
        for locale in scores:
            scores[locale] += evidence.get(locale, 0.0)
    # One word is written alike in many languages: what they wrote before says more than it does.
    weight = prior_weight * (_ONE_WORD if len(words_of(text)) == 1 else 1.0)
    for known in (prior, f"{prior}{romanised.SUFFIX}"):
        if known in scores:
            scores[known] += weight
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
