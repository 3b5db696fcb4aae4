"""Addresses, as far as they can be told from other words: streets with a number or a name, and what follows "my address"."""

# ruff: noqa: E501  # a line holds the words of one language, or one pattern

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import regex

from bot.masking.wording import either

Span = tuple[int, int, str]

_N = r"(?:(?:n[o°º]?\.?|nr\.?|num(?:ber|éro|ero)?|no:|#|№|رقم|شماره|پلاک|نمبر|नं|নং|нomer|дом|д\.|буд\.?|ቁጥር|ቁጽሪ)?\s?[#:]?\s?\p{Nd}{1,4}\p{L}?(?:\s?[-/]\s?\p{Nd}{1,4}\p{L}?)?)(?!\p{Nd})"
_BIG = r"(?:\p{Lu}[\p{L}\p{M}.'’-]*+)"  # a word written large
_ANY = r"(?:\p{L}[\p{L}\p{M}.'’-]*+)"
_SMALL = r"(?:(?:de|del|de la|de los|de las|du|des|d['’]|la|le|les|l['’]|da|do|dos|das|of|the|della|dei|wa|ya|al|el)\s)"

# "Main Street 12", "12 Hauptstrasse": the kind of street comes last.
_LAST = ("street", "st", "road", "rd", "avenue", "ave", "av", "lane", "ln", "drive", "dr", "square", "sq", "boulevard", "blvd", "court", "terrace", "close", "sokak", "sokağı", "sokagi", "sk", "sok", "cadde", "caddesi", "cad", "cd", "mahalle", "mahallesi", "mah", "mh", "bulvarı", "bulvari", "blv", "apt", "apartmanı", "straße", "strasse", "str", "gasse", "platz", "weg", "straat", "রোড", "সড়ক", "লেন", "গলি", "রাস্তা", "روڈ", "سٹریٹ", "سڑک", "گلی", "کوڅه", "سړک")  # fmt: skip
# "rue Victor Hugo", "calle 45", "ул. Ленина": the kind of street comes first.
_FIRST = ("rue", "avenue", "av\\.?", "ave", "boulevard", "bd", "blvd", "impasse", "all[ée]e", "chemin", "quai", "place", "ruelle", "r[ée]sidence", "b[âa]timent", "cit[ée]", "calle", "cl\\.?", "cll\\.?", "c/", "carrera", "cra\\.?", "kra\\.?", "avenida", "avda\\.?", "diagonal", "transversal", "paseo", "callej[óo]n", "pasaje", "manzana", "mz\\.?", "lote", "colonia", "urbanizaci[óo]n", "edificio", "apto\\.?", "apartamento", "piso", "rua", "r\\.", "travessa", "alameda", "pra[çc]a", "rodovia", "quadra", "bloco", "via", "viale", "piazza", "corso", "οδός", "οδο[ύς]", "λεωφόρος", "πλατεία", "odos", "leoforos", "улица", "улице", "ул\\.?", "проспект\\p{L}?", "пр-т", "пр\\.", "переул\\p{L}+", "пер\\.", "площадь", "бульвар\\p{L}?", "вулиц\\p{L}+", "вул\\.?", "провул\\p{L}+", "просп\\.?", "площа", "ri", "ruyèl", "wadada", "jidka", "xaafadda", "barabara ya", "mtaa wa", "ጎዳና", "መንገድ", "ቀበሌ", "ጎደና")  # fmt: skip
# In scripts without capitals: the word itself, bound to a name by standing without an article, or to a number.
_NAMED = ("شارع", "بشارع", "زقاق", "حارة", "زنقة", "نهج")
_NUMBERED = ("طريق", "عمارة", "بناية", "مبنى", "شقة", "الشقة", "بلوك", "خیابان", "خيابان", "کوچه", "كوچه", "بلوار", "پلاک", "بن‌بست", "واحد", "طبقه", "کوڅه", "سړک", "واټ", "گلی", "سڑک", "محلہ", "مکان", "بلاک", "گھر", "বাড়ি", "বাসা", "রোড", "ফ্ল্যাট", "সড়ক", "ጎዳና", "መንገድ", "ቤት", "ቤት ቁጥር", "ቁጽሪ ገዛ", "ገዛ", "ቀበሌ", "guri", "guriga", "nyumba", "nimewo kay", "kay")  # fmt: skip
_PLAIN = r"(?i:(?:the|a|an|this|that|our|my|on|in|to|by|at|from|la|le|el)\s)"
_TIMES = r"(?:yrs?|years?|days?|weeks?|months?|hours?|km|times|ans|jours|kids?|children)\b"
_IS = r"(?:\s?[:=]|\s(?:is|es|est|c'est|é|eh|هو|waa|ni|se|হলো|হল|ده|ہے|است))(?!\p{L})"
_ADDRESS = (
    r"(?:my |home |our |the |full )?address", r"i live at", r"i live in (?:apartment|flat|house|building|room|tent)", r"(?:mon |notre )?adresse", r"(?:j'habite|nous habitons) (?:au|à l'adresse|le)(?=\s\p{Nd})",
    r"(?:mi |nuestra )?direcci[oó]n", r"vivo en (?:la calle|el edificio|el apartamento)", r"(?:meu |o meu )?endere[çc]o", r"moro (?:na rua|na avenida)", "عنوان(?:ي|نا|ه|ها)", "العنوان", "(?:آدرس|ادرس)(?:م| من| ما| خانه)?", "زما (?:پته|ادرس|آدرس)",
    "(?:میرا|ہمارا) (?:پتہ|ایڈریس)", "adresim", "adresimiz", "ev adresim", "adres", "(?:мой |наш )?адрес(?:\\s?[—-])?", "(?:моя |наша )?адреса(?:\\s?[—-])?", r"(?:cinwaan|ciwaan)\w*", "anwani (?:yangu|yetu)",
    "adr[eè]s (?:mwen|m|nou|kay mwen)", "አድራሻ(?:ዬ|ችን|ዬም)?", "ኣድራሻ(?:ይ|ና)?", "(?:আমার|আমাদের) ঠিকানা",
)  # fmt: skip


def streets(text: str) -> Iterator[Span]:
    """Where an address stands, kind "address"."""
    for pattern in _patterns():
        for found in pattern.finditer(text):
            start, end = found.span("address")
            if text[start:end].strip():
                yield start, end, "address"


@lru_cache(maxsize=1)
def _patterns() -> tuple[regex.Pattern[str], ...]:
    start, end = r"(?<![\p{L}\p{M}\p{Nd}])", r"(?![\p{L}\p{M}])"
    first, last, named, numbered = either(_FIRST), either(_LAST), either(_NAMED), either(_NUMBERED)
    hidden = r"[\ue000-\ue0ff]"  # what other rules have hidden already
    number = rf"(?:{_N}|{hidden})"
    return (
        # 12 Baker Street; 12 rue de la Paix; Baker Street 12
        regex.compile(rf"{start}(?P<address>{number},?\s(?:{_ANY}\s){{0,3}}?(?i:{last}){end}\.?(?:,?\s{_BIG}){{0,2}})"),
        regex.compile(rf"{start}(?P<address>{number},?\s(?:bis\s|ter\s)?(?i:{first}){end}\.?\s{_SMALL}{{0,2}}(?:{_BIG}(?:\s{_SMALL}{{0,2}}{_BIG}){{0,3}}|{_ANY}(?:\s{_ANY})?))"),
        regex.compile(rf"{start}(?P<address>(?:{_BIG}\s){{1,3}}(?i:{last}){end}\.?(?:,?\s{number})?)"),
        regex.compile(rf"{start}(?P<address>(?:{_ANY}\s){{0,1}}(?!{_PLAIN})(?:{_ANY}\s)(?i:{last}){end}\.?,?\s?{number}(?!\s?{_TIMES}))"),
        regex.compile(rf"{start}(?P<address>\p{{L}}{{3,}}(?:straße|strasse|str\.|gasse|platz|weg|straat)\s{number})", regex.I),
        # rue Victor Hugo; calle 45 # 23-10; ул. Ленина 5
        regex.compile(rf"{start}(?P<address>(?i:{first}){end}\.?\s?{_SMALL}{{0,2}}(?:{_BIG}|{number})(?:[\s,]{{1,2}}(?:{_SMALL}{{0,2}}{_BIG}|{number}|con|entre|y|esquina)){{0,6}})"),
        regex.compile(rf"{start}(?P<address>(?i:{first}){end}\.?\s{_SMALL}{{0,2}}{_ANY}(?:\s{_ANY}){{0,2}}[\s,]{{1,2}}{number})"),
        # شارع الحمرا 5
        regex.compile(rf"{start}(?P<address>(?:{named})\s{_ANY}(?:\s?[،,]?\s?{number}|\s(?:ال{_ANY}|{number})){{0,3}})"),
        regex.compile(rf"{start}(?P<address>(?:{numbered}){end}\s?[:]?\s?(?:{_ANY}\s){{0,2}}{number}(?:[،,]?\s(?:(?:{numbered})\s)?{number}){{0,3}})", regex.I),
        regex.compile(rf"{start}(?P<address>{number}\s?(?:{numbered}){end})", regex.I),
        # my address is …; my address Paris 5
        regex.compile(rf"{start}(?:{either(_ADDRESS)}){_IS}\s*(?P<address>[^\n.;!?؟।።]{{2,90}})", regex.I),
        regex.compile(rf"{start}(?:{either(_ADDRESS)}){end}\s*(?P<address>[^\n.;!?؟।።]{{0,40}}?(?:\p{{Nd}}|{hidden})[^\n.;!?؟।።]{{0,50}})", regex.I),
    )  # fmt: skip
