"""Messages written in Latin letters in a language of another script ("ana mehtaj doctor"): their own script again.

Nobody writes the same sound the same way twice, and short vowels are missing on one side or the other. So words are
compared by their consonants, each family of letters one sign, with the words that people of the language write in our own
texts; what is not among them is spelt letter by letter. The encoder and the danger lexicons then read it as any other text.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache

import regex
from rapidfuzz.distance import Levenshtein

LOCALES = ("ar", "fa", "ur", "bn", "ru", "am")
SUFFIX = "-Latn"  # BCP 47 for "in Latin letters"

_WORD = regex.compile(r"[\p{L}\p{M}\p{Nd}]+(?:['’`][\p{L}\p{M}\p{Nd}]+)*")
_LATIN = regex.compile(r"\p{Latin}")
_ARTICLE = regex.compile(r"\b(?:el|al|il)[ -](?=\p{Latin})", regex.IGNORECASE)  # Arabic writes it onto its word
_LONGEST = 24  # letters; longer "words" are left alone
_FARTHEST = 0.5  # of the letters that may differ, vowels included

# What Latin letters stand for, longest first: the sign of the family, and the letter they are spelt with.
_ARABIC_LATIN = {
    "kh": "x", "5": "x", "gh": "g", "sh": "c", "ch": "c", "th": "s", "dh": "z", "zh": "j", "ph": "f",
    "2": "", "3": "", "6": "t", "7": "h", "8": "k", "9": "k", "'": "",
    "b": "b", "p": "p", "t": "t", "j": "j", "h": "h", "d": "d", "r": "r", "z": "z", "s": "s", "f": "f", "q": "k", "k": "k",
    "c": "k", "g": "k", "l": "l", "m": "m", "n": "n", "v": "w", "w": "w", "x": "x", "y": "y",
}  # fmt: skip
_ARABIC_OWN = {
    **dict.fromkeys("بپ", "b"), **dict.fromkeys("تطٹټةۃ", "t"), **dict.fromkeys("ثسص", "s"), **dict.fromkeys("جژ", "j"),
    **dict.fromkeys("حهھہة", "h"), "خ": "x", **dict.fromkeys("دڈډض", "d"), **dict.fromkeys("ذزظ", "z"),
    **dict.fromkeys("رڑړ", "r"), **dict.fromkeys("شچ", "c"), "غ": "g", "ف": "f", **dict.fromkeys("قكکگ", "k"),
    **dict.fromkeys("لڵ", "l"), "م": "m", **dict.fromkeys("نںڼ", "n"), **dict.fromkeys("وؤ", "w"),
    **dict.fromkeys("يیىئےې", "y"),
}  # fmt: skip
_ARABIC_SPELT = {
    "kh": "خ", "5": "خ", "gh": "غ", "sh": "ش", "ch": "چ", "th": "ث", "dh": "ذ", "zh": "ژ", "ph": "ف", "ou": "و", "oo": "و",
    "ee": "ي", "aa": "ا", "2": "ء", "3": "ع", "6": "ط", "7": "ح", "8": "ق", "9": "ق", "'": "", "a": "ا", "b": "ب", "p": "پ",
    "t": "ت", "j": "ج", "h": "ه", "d": "د", "r": "ر", "z": "ز", "s": "س", "f": "ف", "q": "ق", "k": "ك", "c": "ك", "g": "گ",
    "l": "ل", "m": "م", "n": "ن", "o": "و", "u": "و", "v": "و", "w": "و", "y": "ي", "i": "ي", "e": "", "x": "خ",
}  # fmt: skip
_RUSSIAN_SPELT = {
    "shch": "щ", "sch": "щ", "zh": "ж", "kh": "х", "ts": "ц", "ch": "ч", "sh": "ш", "yu": "ю", "ju": "ю", "ya": "я", "ja": "я",
    "yo": "ё", "jo": "ё", "iy": "ий", "yy": "ый", "ey": "ей", "ay": "ай", "oy": "ой", "uy": "уй", "a": "а", "b": "б", "v": "в",
    "w": "в", "g": "г", "d": "д", "e": "е", "z": "з", "i": "и", "j": "й", "k": "к", "l": "л", "m": "м", "n": "н", "o": "о",
    "p": "п", "r": "р", "s": "с", "t": "т", "u": "у", "f": "ф", "h": "х", "c": "ц", "y": "ы", "x": "кс", "q": "к", "'": "ь",
    "4": "ч", "6": "ш",
}  # fmt: skip
_ETHIOPIC_FAMILIES = (
    ("GLOTTAL ", ""), ("PHARYNGEAL ", ""), ("HH", "h"), ("SZ", "s"), ("CCH", "c"), ("SH", "c"), ("CH", "c"), ("TH", "t"),
    ("TZ", "s"), ("TS", "s"), ("PH", "p"), ("NY", "n"), ("ZH", "z"), ("KX", "h"), ("X", "h"), ("Q", "k"), ("G", "g"),
)  # fmt: skip
_LATIN_FAMILIES: dict[str, dict[str, str]] = {
    "ar": {**_ARABIC_LATIN, "p": "b", "g": "j"},
    "fa": {**_ARABIC_LATIN, "p": "b"},
    "ur": {**_ARABIC_LATIN, "p": "b", "bh": "b", "ph": "b", "th": "t", "dh": "d", "jh": "j", "rh": "r"},
    "ru": {},
    "bn": {
        "kh": "k", "gh": "k", "ch": "c", "chh": "c", "jh": "j", "th": "t", "dh": "t", "ph": "f", "bh": "b", "sh": "s", "b": "b",
        "v": "b", "w": "b", "t": "t", "d": "t", "j": "j", "z": "j", "g": "k", "k": "k", "q": "k", "c": "c", "h": "h", "r": "r",
        "s": "s", "f": "f", "p": "f", "l": "l", "m": "m", "n": "n", "x": "k", "y": "",
    },
    "am": {
        "sh": "c", "ch": "c", "gn": "n", "ny": "n", "ts": "s", "tz": "s", "ph": "p", "th": "t", "zh": "z", "b": "b", "p": "p",
        "t": "t", "d": "d", "k": "k", "q": "k", "c": "k", "g": "g", "h": "h", "l": "l", "m": "m", "n": "n", "r": "r", "s": "s",
        "f": "f", "v": "b", "w": "w", "y": "y", "z": "z", "j": "j", "x": "h",
    },
}  # fmt: skip


def of_locale(tag: str) -> str:
    """`ar` of `ar-Latn`; any other tag as it is."""
    return tag.removesuffix(SUFFIX)


def is_latin(text: str) -> bool:
    """Whether most letters are Latin."""
    letters = regex.findall(r"\p{L}", text)
    return bool(letters) and 2 * len(_LATIN.findall(text)) > len(letters)


def restored(text: str, locale: str) -> str:
    """The text in the script of `locale`, as far as its words are recognised. Text in another script stays as it is."""
    if locale not in LOCALES:
        return text
    if locale == "ar":
        text = _ARTICLE.sub("el", text)
    return _WORD.sub(lambda match: _word(match[0], locale), text)


def reading(text: str, locale: str | None) -> str:
    """What the encoder and the lexicons should read of an example of `locale`, which may be a tag such as `ar-Latn`."""
    return restored(text, of_locale(locale)) if locale and locale.endswith(SUFFIX) else text


def wording(text: str, own_script: str) -> str:
    """What counts as the wording: the letters that were typed, and those that were meant."""
    return text if own_script == text else f"{text} {own_script}"


def _word(word: str, locale: str) -> str:
    if not _LATIN.search(word) or len(word) > _LONGEST:
        return word
    typed = _plain(word)
    found = _known(locale).get(_latin_skeleton(typed, locale)) if locale != "ru" else None
    if found:
        rendered, best = min(found, key=lambda pair: Levenshtein.distance(typed, pair[0]))
        if Levenshtein.distance(typed, rendered) <= max(1.0, _FARTHEST * max(len(typed), len(rendered))):
            return best
    return _spelt(typed, locale)


def _plain(word: str) -> str:
    lowered = unicodedata.normalize("NFD", word.casefold())
    return regex.sub(r"(\p{L})\1{2,}", r"\1", regex.sub(r"\p{M}", "", lowered).replace("’", "'").replace("`", "'"))


def _spelt(word: str, locale: str) -> str:
    table = _RUSSIAN_SPELT if locale == "ru" else _ARABIC_SPELT if locale in ("ar", "fa", "ur") else None
    return _mapped(word, table) if table else word


def _mapped(word: str, table: Mapping[str, str], otherwise: str | None = None) -> str:
    out, at, longest = [], 0, max(map(len, table), default=1)
    while at < len(word):
        for length in range(longest, 0, -1):
            piece = word[at : at + length]
            if len(piece) == length and piece in table:
                out.append(table[piece])
                at += length
                break
        else:
            out.append(word[at] if otherwise is None else otherwise)
            at += 1
    return "".join(out)


def _latin_skeleton(word: str, locale: str) -> str:
    return _skeleton(_mapped(word, _LATIN_FAMILIES[locale], ""))


def _skeleton(signs: str) -> str:
    """Without what is now a vowel and now a consonant, except where a word begins with it; doubled signs once."""
    signs = signs[:1] + regex.sub(r"[wy]", "", signs[1:])
    signs = regex.sub(r"(.)\1+", r"\1", signs)
    return signs[:-1] if len(signs) > 2 and signs.endswith("h") else signs


def _own_skeleton(word: str, locale: str) -> str:
    if locale in ("ar", "fa", "ur"):
        families = _ARABIC_OWN if locale == "ar" else {**_ARABIC_OWN, "ض": "z"}
        return _skeleton("".join(families.get(letter, "") for letter in word))
    return _skeleton(_mapped(_rendered(word, locale), _LATIN_FAMILIES[locale], ""))


def _rendered(word: str, locale: str) -> str:
    """About how the word is written in Latin letters, with those vowels that its script writes."""
    if locale in ("ar", "fa", "ur"):
        vowels = {"ا": "a", "آ": "a", "أ": "a", "إ": "i", "و": "o", "ي": "i", "ی": "i", "ى": "a", "ے": "e", "ة": "a", "ع": "a"}
        return "".join(vowels.get(letter) or _ARABIC_OWN.get(letter, "") for letter in word)
    return "".join(_sound(letter) for letter in word)


@lru_cache(maxsize=2048)
def _sound(letter: str) -> str:
    """Unicode names Ethiopic and Bengali letters by their sound."""
    name = unicodedata.name(letter, "")
    if name.startswith("ETHIOPIC SYLLABLE "):
        sound = name.removeprefix("ETHIOPIC SYLLABLE ")
        for family, sign in _ETHIOPIC_FAMILIES:
            if sound.startswith(family):
                sound = sign + sound.removeprefix(family)
                break
        return sound.lower().replace("aa", "a").replace("ee", "e").removesuffix("e") if len(sound) > 1 else sound.lower()
    if name.startswith(("BENGALI LETTER ", "BENGALI VOWEL SIGN ")):
        sound = name.rsplit(" ", 1)[-1].lower()
        return (
            sound.replace("rr", "r")
            .replace("nn", "n")
            .replace("tt", "t")
            .replace("dd", "d")
            .replace("ss", "s")
            .replace("aa", "a")
        )
    return ""


Spellings = tuple[tuple[str, str], ...]  # about how it sounds in Latin letters, and the word


@lru_cache(maxsize=8)
def _known(locale: str) -> Mapping[str, Spellings]:
    from bot.nlu.shipped import texts_of

    return vocabulary(texts_of(locale), locale)


def vocabulary(texts: Iterable[str], locale: str, most: int = 6) -> Mapping[str, Spellings]:
    """Skeleton → the commonest words that have it."""
    counts = Counter(word for text in texts for word in _WORD.findall(text) if not _LATIN.search(word) and len(word) > 1)
    found: dict[str, list[tuple[str, str]]] = {}
    for word, _ in counts.most_common():
        skeleton = _own_skeleton(word, locale)
        if skeleton and len(known := found.setdefault(skeleton, [])) < most:
            known.append((_rendered(word, locale), word))
    return {skeleton: tuple(words) for skeleton, words in found.items()}
