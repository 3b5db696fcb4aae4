"""Ways to reach a person over the net: mail addresses, links, names on other services."""

# ruff: noqa: E501  # a line holds the words of one language, or one pattern

from __future__ import annotations

from collections.abc import Iterator

import regex

from bot.masking.wording import either

Span = tuple[int, int, str]

_AT = r"(?:@|\(\s?at\s?\)|\[\s?at\s?\]|\{\s?at\s?\})"
_DOT = r"(?:\.|\(dot\)|\[dot\])"
_MAILERS = r"(?:g\s?mail|hot\s?mail|ya\s?hoo|out\s?look|icloud|i\s?cloud|live|msn|proton\s?mail|proton|yandex|mail\.ru|mail|aol|gmx|ukr\.net|جيميل|جي ميل|ياهو|هوتميل|جیمیل)"
_SPOKEN_AT = r"(?:at|arroba|arobase|arobas|chez|et|آت|ات|آت ساین|собака|@)"
_MAIL = regex.compile(
    rf"(?<![\p{{L}}\p{{N}}._%+\-])(?:[\p{{L}}\p{{N}}._%+\-]++\s?{_AT}\s?[\p{{L}}\p{{N}}\-]+(?:\s?{_DOT}\s?[\p{{L}}\p{{N}}\-]+)+"
    rf"|[\p{{L}}\p{{N}}._%+\-]++\s?{_SPOKEN_AT}\s?{_MAILERS}(?!\p{{L}})(?:\s?(?:\.|dot|punto|point|ponto|нокта|نقطة|نقطه|دات|точка|nokta)\s?\p{{L}}{{2,4}}(?!\p{{L}}))?"
    rf"|[\p{{L}}\p{{N}}._%+\-]++@[\p{{L}}\p{{N}}.\-]+)",
    regex.IGNORECASE,
)
_ENDINGS = r"(?:com|org|net|info|int|gov|edu|io|app|biz|online|site|xyz|link|shop|club)"
_LINK = regex.compile(
    r"(?:[a-z][a-z0-9+.\-]{1,12}://|www\.)[^\s<>\"]+"
    rf"|(?<![\p{{L}}\p{{N}}@.\-])(?:[\p{{L}}\p{{N}}\-]++\.)+(?:{_ENDINGS}(?![\p{{L}}\p{{N}}])(?:[/?#][^\s<>\"]*)?|[a-z]{{2,3}}/[^\s<>\"]+)",
    regex.IGNORECASE,
)
_HANDLE = regex.compile(r"(?<![\p{L}\p{N}])@\s?[\p{L}\p{N}_][\p{L}\p{N}_.]{1,}")
_SERVICES = ("telegram", "whats ?app", "wats ?app", "wh?atsap", "insta(?:gram)?", "ig", "facebook", "face ?book", "fb", "messenger", "tik ?tok", "snap(?:chat)?", "imo", "viber", "signal", "skype", "twitter", "youtube", "discord", "wechat", "zalo", "vk", "تليجرام", "تلغرام", "تيليجرام", "تلجرام", "تلگرام", "واتساب", "واتس اب", "واتس", "واتساپ", "انستغرام", "انستجرام", "انستا", "اینستاگرام", "اینستا", "فيسبوك", "فيس بوك", "فيس", "فیسبوک", "فیس بوک", "ایمو", "тел[еэ]грам\\p{L}?", "телег\\p{L}", "вайбер\\p{L}?", "вотсап", "ватсап", "инстаграм\\p{L}?", "инста", "фейсбук\\p{L}?", "ফেসবুক", "টেলিগ্রাম", "হোয়াটসঅ্যাপ", "ኢሞ", "ቴሌግራም", "ፌስቡክ")  # fmt: skip
_OWN = r"(?:user ?name|user|account|id|name|profile|nick(?:name)?|compte|pseudo|profil|usuario|cuenta|conta|usuário|perfil|nom|nombre|حساب\p{L}*|اسمي|ايدي|آیدی|ایدی|аккаунт|ник|нік|hesab\p{L}+|kullanıcı ad\p{L}+)"
_ON_SERVICE = regex.compile(
    rf"(?<!\p{{L}})(?:my\s|mi\s|mon\s)?(?:{either(_SERVICES)})(?!\p{{L}})"
    rf"(?:\s?[:=]\s?|\s(?:{_OWN})(?:\s?(?:is|es|est|é|هو|:|=|-))?\s|\s(?:is|es|est|é|هو|ist)\s(?=\S*[\p{{Nd}}_.]\S))(?P<handle>[\p{{L}}\p{{N}}_.\-]{{3,}}+(?:\s\p{{Lu}}[\p{{L}}]++)?)",
    regex.IGNORECASE,
)
_UNDERSCORED = regex.compile(r"(?<![\p{L}\p{N}_.])[\p{L}\p{N}.]++_[\p{L}\p{N}_.]+")


def mail(text: str) -> Iterator[Span]:
    """Mail addresses, also as they are spoken: "ahmed at gmail dot com"."""
    yield from ((*found.span(), "email") for found in _MAIL.finditer(text))


def links(text: str) -> Iterator[Span]:
    """Web addresses, with or without their scheme."""
    yield from ((*found.span(), "link") for found in _LINK.finditer(text))


def handles(text: str) -> Iterator[Span]:
    """Names on other services: @name, "telegram: name", name_with_underscore."""
    yield from ((*found.span(), "handle") for found in _HANDLE.finditer(text))
    yield from ((*found.span("handle"), "handle") for found in _ON_SERVICE.finditer(text))
    yield from ((*found.span(), "handle") for found in _UNDERSCORED.finditer(text))
