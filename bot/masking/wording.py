"""Words around numbers that lead to a person, in the product's languages. Each is a piece of a pattern."""

# ruff: noqa: E501  # a line holds the words of one language, or one pattern

from __future__ import annotations

from collections.abc import Iterable


def either(words: Iterable[str]) -> str:
    """A pattern for any of the words; a space in one stands for any space."""
    return "|".join(word.replace(" ", r"\s+") for word in words)


# After or before an amount: "1 500 000 toman" is no telephone.
MONEY = (
    "euros?", "eur", "usd", "dollars?", "dol[aá]r(?:es)?", "d[oó]lares", "pesos?", "soles", "reais", "lempiras?", "quetzales", "bol[ií]vares",
    "francs?", "fcfa", "cfa", "xof", "xaf", "dinars?", "dirhams?", "pounds?", "liras?", "livres?", "tl", "try", "rupees?", "taka", "afghanis?",
    "birr", "nakfa", "shillings?", "shilingi", "gourdes?", "goud", "tomans?", "rials?", "руб(?:л\\p{L}+)?", "грн", "грив\\p{L}+", "евро", "євро",
    "دولار(?:ات)?", "يورو", "ليرة", "ليرات", "دينار", "درهم", "جنيه", "ريال", "فرنك", "دلار", "یورو", "تومان", "تومن", "ریال", "لیر", "افغانی", "افغانۍ",
    "روپے", "روپیہ", "ڈالر", "یورو", "টাকা", "ডলার", "ইউরো", "ብር", "ዶላር", "ናቕፋ", "ዩሮ",
)  # fmt: skip

# Written onto a number: "500km" names nobody.
UNITS = (
    "km",
    "m",
    "kg",
    "g",
    "mg",
    "ml",
    "l",
    "k",
    "am",
    "pm",
    "days?",
    "hours?",
    "hrs?",
    "mins?",
    "h",
    "j",
    "x",
    "tl",
    "eme",
    "ème",
    "th",
    "st",
    "nd",
    "rd",
)

# Papers and files that carry a number. What follows is hidden from three digits on.
PAPERS = (
    # Latin letters
    "passports?", "passeport", "pasaporte", "passaporte", "pasaport", "baasaboor\\p{L}*", "pasipoti", "paspò", "case", "file", "dossier", "dosye",
    "expediente", "caso", "processo", "dosya", "kiis\\p{L}*", "kesi", "faili", "fayil\\p{L}*", "unhcr", "acnur", "hcr", "registration", "reg",
    "enregistrement", "registro", "kayıt", "ref(?:erence)?", "référence", "referencia", "referência", "id", "i\\.d", "identity", "identité",
    "identidad", "identidade", "c[eé]dula", "dni", "nie", "curp", "cpf", "rg", "rnm", "kimlik", "permit", "permis", "permiso", "visa", "visto", "vize",
    "ticket", "r[eé]c[eé]piss[eé]", "aqoonsi\\p{L}*", "kitambulisho", "kat idantite", "afm", "amka", "dca", "iban", "account", "compte", "cuenta",
    "conta", "hesap", "pin", "code", "code?igo", "c[oó]digo", "tent", "tente", "tienda", "carpa", "container", "caravan", "room", "chambre", "block", "zone",
    # Arabic letters
    "جواز(?:ي|ات)?(?: السفر| سفر)?(?:ي)?", "پاسپورت\\p{L}*", "پاسپورٹ", "ملف\\p{L}*", "قضي\\p{L}+", "رقم", "هوي\\p{L}+", "بطاق\\p{L}+", "تسجيل\\p{L}*", "المفوضية", "پرونده\\p{L}*", "دوسی\\p{L}+",
    "شماره", "شناسنامه\\p{L}*", "تذکره\\p{L}*", "تذکرې", "کارت", "کیس", "نمبر", "شناختی کارڈ", "شمېره", "خيم\\p{L}+", "كرفان\\p{L}*", "کانکس", "کانتینر", "چادر", "غرفة", "بلوك",
    # Cyrillic, Ethiopic, Bengali
    "паспорт\\p{L}*", "дел[оуа]", "справ\\p{L}+", "номер\\p{L}*", "инн", "снилс", "анкет\\p{L}*", "ፓስፖርት\\p{L}*", "መታወቂያ\\p{L}*", "ፋይል\\p{L}*", "ቁጥር", "ቁጽሪ", "ጉዳይ", "መንነት",
    "পাসপোর্ট\\p{L}*", "পরিচয়পত্র\\p{L}*", "মামলা\\p{L}*", "কেস", "নম্বর", "নাম্বার", "আইডি",
)  # fmt: skip

# Words for being born and for the day of it.
BIRTH = (
    "born", "birth", "birthday", "birthdate", "dob", "d\\.o\\.b", "née?", "naissance", "anniversaire", "nac[ií]", "naci[oó]", "nacid[oa]", "nacimiento", "cumplea[ñn]os",
    "nasci", "nasceu", "nascid[oa]", "nascimento", "aniversário", "doğum\\p{L}*", "dogum\\p{L}*", "doğdu\\p{L}*", "dhala\\p{L}*", "dhash\\p{L}*", "zaliwa", "nilizaliwa", "kuzaliwa",
    "alizaliwa", "fèt", "nesans", "roden\\p{L}*", "rozhden\\p{L}*",
    "род\\p{L}{0,4}л[сa]?\\p{L}*", "рожд\\p{L}+", "народ(?:ж|ив)\\p{L}+", "مواليد", "ميلاد\\p{L}*", "الميلاد", "ولد(?:ت|تُ)?", "مولود\\p{L}*", "متولد\\p{L}*", "تولد\\p{L}*", "پیدا", "پیدائش",
    "زیږ\\p{L}+", "زېږ\\p{L}+", "የተወለ\\p{L}+", "ተወለ\\p{L}+", "የልደት", "ልደት\\p{L}*", "ተወሊ\\p{L}+", "ዝተወለ\\p{L}+", "ትውልዲ", "জন্ম\\p{L}*", "জন্মতারিখ",
)  # fmt: skip

# Months of calendars and spellings beside the Gregorian ones of CLDR.
MONTHS = (
    "كانون الثاني", "كانون الأول", "شباط", "آذار", "اذار", "نيسان", "أيار", "ايار", "حزيران", "تموز", "آب", "أيلول", "ايلول", "تشرين الأول", "تشرين الثاني", "جانفي", "فيفري",
    "أفريل", "جوان", "جويلية", "أوت", "محرم", "صفر", "رجب", "شعبان", "رمضان", "شوال", "فروردین", "اردیبهشت", "خرداد", "تیر", "مرداد", "شهریور", "مهر", "آبان", "آذر", "دی", "بهمن",
    "اسفند", "حمل", "ثور", "جوزا", "سرطان", "اسد", "سنبله", "میزان", "عقرب", "قوس", "جدی", "دلو", "حوت", "وری", "غویی", "غبرګولی", "چنګاښ", "زمری", "وږی", "تله", "لړم", "لیندۍ",
    "مرغومی", "سلواغه", "کب", "መስከረም", "ጥቅምት", "ኅዳር", "ህዳር", "ታኅሣሥ", "ታህሳስ", "ጥር", "የካቲት", "መጋቢት", "ሚያዝያ", "ግንቦት", "ሰኔ", "ሐምሌ", "ሀምሌ", "ነሐሴ", "ጳጉሜ", "ጥሪ", "ለካቲት", "ሓምለ",
    "ሰነ", "ነሓሰ", "enero", "setiembre", "janvye", "fevriye", "mas", "avril", "me", "jen", "jiyè", "out", "septanm", "oktòb", "novanm", "desanm",
)  # fmt: skip
