"""Words that introduce a person's name in the product's languages, and words that are no name. Pieces of patterns."""

# ruff: noqa: E501  # a line holds the words of one language, or one pattern

from __future__ import annotations

_BE_LATIN = r"(?:\s*(?:is|are|was|isn't|es|era|est|c'est|é|è|ni|waa|se|li|are|ist|:|=))?"

# What follows is a name whatever it looks like.
INTRODUCTIONS = (
    # English, as written in haste too
    rf"(?:my|his|her|their|our|your|the) (?:full |first |last |family |sur|real )?names?(?:['’]s)?{_BE_LATIN}(?: is)?",
    r"(?:my|his|her|their) (?:\w+'s|\w+s) (?:full )?name(?: is|:)?", r"(?:my|his|her) \w+ name is", r"\w+'s name is", r"name (?:of|for) (?:my|the|his|her) \w+(?: is|:)", r"(?:full |first |last |sur|family )names? ?[:=]",
    r"name ?[:=]", "names are", r"(?:i am|i'm|im|is|was|he is|she is|are|who is|man|woman|boy|girl|child|person|someone|somebody|guy|lady|smuggler|boss|officer|lawyer|doctor) (?:called|named)", "named", "call me", "they call me", "people call me", "known as", "goes by", "myself",
    # French
    rf"(?:mon|son|leur|votre|ton|le) (?:nom|pr[eé]nom)(?: complet| de famille)?(?: (?:est|c'est|cest|c est))?{_BE_LATIN}", r"(?:je|il|elle|tu) (?:m|s|t)['’ ]?ap+el+es?(?: bien)?", r"(?:m|s)['’ ]ap+el+ent?", r"nom(?: et pr[eé]nom)? ?[:=]", r"pr[eé]nom ?[:=]",
    r"nomm[eé]e?s?", r"surnomm[eé]e?", r"(?:on m|on l)['’]appelle", r"(?:qui s['’ ]?appelle|du nom de|au nom de|dénommée?)",
    # Spanish
    r"(?:mi|su|el|tu) nombre(?: completo)?(?: (?:es|era|seria))?", r"(?:me|se) (?:l|y)lama(?:o|n|ba|mos)?", "me llamo", "llamad[oa]", r"(?:mi|su) apellidos?(?: es| son)?", r"mis nombres(?: son)?", r"nombres?(?: y apellidos?)? ?[:=]", r"a nombre de", "conocid[oa] como",
    # Portuguese
    r"(?:meu|o meu|seu|o nome dele|o nome dela|o nome) nome(?: completo)?(?: é| eh| e)?", r"o nome (?:dele|dela|do \w+|da \w+) (?:é|eh|e)", r"(?:me|se) cham(?:o|a|am|ava)", r"cham(?:o|a)-(?:me|se)", r"nome(?: completo)? ?[:=]", r"meu apelido(?: é)?", "chamad[oa]", "em nome de",
    # Arabic, also in Latin letters
    r"[وفب]?(?:ا|إ|أ)سم(?:ي|ى|ه|ها|و|هم|نا|ك)(?: الكامل| بالكامل| الكريم)?(?: (?:هو|هي|هوا|يكون))?", r"(?:ا|إ|أ)سم (?:اخي|أخي|اختي|أختي|ابني|ابنتي|بنتي|زوجي|زوجتي|ابي|أبي|امي|أمي|والدي|والدتي|امه|ابوه|الشخص|الولد|المهرب|المحامي|الطبيب|الطفل)(?: هو| هي)?",
    r"(?:ا|إ|أ)لاسم(?: الكامل)? ?[:=]?", r"الاسم(?: الكامل)?(?: هو)?", r"(?:أ|ا|ي|ت)دعى", r"(?:ب|م)?(?:ي|ت)سم(?:ى|وه|وها|وني|يوني)", r"بيقولول[يوه]ا?", r"بينادون[يه]ا?", r"[ei]smi", r"[ei]smo", r"[ei]sm(?:ha|ou)", r"ana [ei]smi",
    # Persian and Dari
    r"(?:اسم|نام)(?: من| او| ایشان| کامل| پدرم| پدر| مادرم| برادرم| خواهرم| پسرم| دخترم| شوهرم| همسرم| خانمم| فامیلی من| خانوادگی من)(?: هم)?", r"(?:اسم|نام)(?:\u200c)?(?:م|ش|شان|مان|شون)", r"نام(?: و نام خانوادگی| خانوادگی(?:‌ام)?| فامیلی)?(?: من)? ?[:=]?(?= )", r"(?:فامیل|فامیلی|تخلص)(?:\u200c)?(?:م|ش| من)", r"به (?:نام|اسم)", "[ei]sme? man", "n[aā]me? man",
    # Pashto
    r"(?:زما|د هغه|د هغې|زمونږ|د دې|د ده|زما د (?:ورور|خور|زوی|لور|پلار|مور|میړه|ښځې)) (?:نوم|نامه|تخلص)", r"په نوم", r"نوم (?:مې|یې|ئې)", r"نوم ?[:=]",
    # Urdu, also in Latin letters
    r"(?:میرا|میرے|اس کا|اسکا|ان کا|انکا|آپ کا|ہمارا|(?:بھائی|بیٹے|بیٹی|بہن|شوہر|بیوی|والد|والدہ|ماں|باپ|بچے) کا) (?:پورا )?نام", r"نام ?[:=]", r"(?:mera|uska|us ka|mere \w+ ka) na+m",
    # Turkish
    r"(?:benim |onun |kardeşimin |oğlumun |kızımın |eşimin |babamın |annemin |abimin )?(?:ad|isim|ism|soyad|adsoyad)(?:ı|i|ım|im|imiz|ımız)?(?: soyad(?:ı|ım))?(?: (?:ise|da|de))?(?= ?[:=]| \p{L})(?<=ım|im|ı|[:=])", r"(?:benim )?(?:adım|adim|ismim|soyadım|soyadim|adı|ismi|soyadı)", r"bana \w+ derler", r"(?:ad|isim)(?: soyad)? ?[:=]",
    # Russian
    r"(?:меня|мене|его|ее|её|нас|их|брата|сестру|сына|дочь|мужа|жену|маму|папу|отца|мать) з(?:овут|вать)", r"зовут (?:меня|его|ее|её)", r"(?:мо[её]|его|е[её]|полное) (?:полное )?имя(?: -| —)?", r"(?:моя|его|е[её]) фамилия(?: -| —)?", r"(?:имя|фамилия|фио|ф\.и\.о\.) ?[:=—-]?(?= )", r"по имени", r"menya zovut",
    # Ukrainian
    r"(?:мене|його|її|їх|брата|сестру|сина|доньку|дочку|чоловіка|дружину|маму|тата) зв(?:ати|уть)", r"зв(?:ати|уть) (?:мене|його|її)", r"(?:моє|його|її|повне) ім['’ʼ]?я(?: -| —)?", r"(?:моє|його|її) прізвище(?: -| —)?", r"(?:ім['’ʼ]я|прізвище|піб) ?[:=—-]?(?= )", r"на ім['’ʼ]я",
    # Somali
    r"mag(?:a)?c(?:ay|ey)?g(?:a|e|u|ayg|eyg)\w*(?: buuxa)?(?: (?:waa|waxaa|la yiraahdo|la yidhaahdo))?", r"mag(?:a)?c(?:iis|eed|ood|een|aaga|a)\w*(?: (?:waa|waxaa))?", r"(?:waxaa|waxa) (?:la )?(?:i|lay|la) (?:yiraahdaa|yidhaahdaa|yiraahdo|dhahaa)", r"la (?:yiraahdo|yidhaahdo|dhaho|yiraahdaa)", r"lay(?:i)? (?:yiraahdaa|dhahaa)", r"magac ?[:=]",
    # Amharic, Tigrinya
    r"(?:የእኔ |የኔ )?(?:ሙሉ )?ስሜ", r"ስም(?:ዋ|ዎ|ሽ|ህ|አቸው)", r"ስሙ", r"ስሟ", r"(?:የ\p{L}+ )ስም", r"ስም ?[:=፡]", r"(?:ናተይ )?(?:ምሉእ )?[ስሽ]መይ", r"[ስሽ]ሙ", r"[ስሽ]ማ", r"(?:ናይ \p{L}+ )[ስሽ]ም",
    # Swahili
    r"(?:majina?|jina) (?:langu|yangu|lake|yake|lao|kamili|la \w+ (?:yangu|wangu))(?: kamili)?(?: (?:ni|naitwa))?", r"(?:ni|na|nina|ana|wana|a|mimi ni)itwa(?:ye)?", r"jina ?[:=]", "anayeitwa", "aitwaye",
    # Haitian Creole
    r"(?:non|siyati) (?:mwen|m|li|konplè mwen|pa m|pitit mwen|frè m|sè m|manman m|papa m|mari m|madanm mwen)(?: (?:se|c'est|ce))?", r"(?:mwen|m|li|yo) rele(?: (?:m|mwen|li))?", r"ki rele", r"non ?[:=]",
    # Bengali, also in Latin letters
    r"(?:আমার|তার|তাঁর|ওর|আমাদের|আমার \p{L}[\p{L}\p{M}]*) (?:পুরো |আসল |ডাক )?নাম(?: হলো| হল| হচ্ছে)?", r"নাম ?[:=]", r"নামে[রে]?(?= )", r"amar na+m",
    # German and Italian, since many are there
    r"(?:ich|er|sie) hei(?:ß|ss)(?:e|t)", r"mein name(?: ist)?", r"mi chiamo", r"si chiama", r"il mio nome(?: è)?", r"με λένε", r"λέγομαι", r"το όνομά μου(?: είναι)?", r"ονομάζομαι",
)  # fmt: skip

# A name may follow, where it is written large or well known: "I am Ahmed", but "I am sick".
SELVES = (
    "i am", "i'm", "i’m", "im", "iam", "this is", "here is", "je suis", "j'suis", "c'est", "chui", "moi c'est", "ici", "soy", "yo soy", "habla", "le habla", "sou", "eu sou", "aqui é",
    "أنا", "انا", "معك", "معكم", "من", "زه", "میں", "ben", "я", "это", "це", "waxaan ahay", "anigu waxaan", "mimi", "mimi ni", "mwen se", "እኔ", "ኣነ", "አነ", "আমি", "ich bin", "sono", "είμαι", "ana", "man",
    "hi", "hello", "dear", "salam", "bonjour", "hola", "olá", "مرحبا", "سلام", "السلام عليكم", "привет", "merhaba",
    "lawyer", "doctor", "smuggler", "avocat", "abogad[oa]", "advogad[oa]", "المحامي", "المحامية", "المهرب", "الدكتور", "الدكتورة", "دكتور", "دكتورة", "استاذ", "ام", "أم", "وکیل", "دکتر", "خانم", "ډاکټر", "ڈاکٹر", "مېرمن", "ዶክተር", "ডাক্তার",
)  # fmt: skip

KIN = (
    r"(?:my|his|her|our|their|the) (?:(?:little|older|younger|big|small|elder|twin|best|dear) )?(?:brother|sister|son|daughter|wife|husband|mother|father|mom|mum|dad|uncle|aunt|cousin|nephew|niece|friend|baby|child|kid|boy|girl|grandmother|grandfather|fianc[eé]e?|partner|neighbou?r|boss|employer|landlord)s?",
    r"(?:mon|ma|son|sa|notre|leur|mes|ses) (?:(?:petite?|grande?|jeune) )?(?:fr[eè]re|s[oœ]+e?ur|fils|fille|femme|mari|épouse?|m[eè]re|p[eè]re|maman|papa|oncle|tante|cousine?|neveu|nièce|amie?|bébé|enfant|patron|copine|copain|voisine?)s?",
    r"(?:mi|su|mis|nuestr[oa]) (?:herman[oa]|hij[oa]|espos[oa]|mam[aá]|pap[aá]|madre|padre|t[ií][oa]|prim[oa]|sobrin[oa]|amig[oa]|beb[eé]|niñ[oa]|novi[oa]|abuel[oa]|jefe|jefa|patr[oó]n|suegr[oa]|vecin[oa]|pareja)s?",
    r"(?:meu|minha|seu|sua|meus|o|a) (?:irm[aãâ]o?|filh[oa]|espos[oa]|marido|mulher|m[aã]e|pai|ti[oa]|prim[oa]|sobrinh[oa]|amig[oa]|beb[eê]|namorad[oa]|av[oóô]|patr[aã]o)s?",
    "[وفبل]?(?:ا|أ)خ(?:ي|وي|ويا|تي|تو)", "[وفبل]?(?:ا|إ)بن(?:ي|تي)", "[وفبل]?بنتي", "[وفبل]?زوج(?:ي|تي|ها)", "[وفبل]?جوز(?:ي|ها)", "[وفبل]?مراتي", "[وفبل]?مرتي", "[وفبل]?والد(?:ي|تي)", "[وفبل]?(?:ا|أ)(?:بي|بوي|مي)", "[وفبل]?عم(?:ي|تي)", "[وفبل]?خال(?:ي|تي)", "[وفبل]?صديق(?:ي|تي)", "[وفبل]?صاحبي", "[وفبل]?ولدي", "[وفبل]?طفلي", "[وفبل]?طفلتي", "ولد عمي", "ابن عمي", "بنت عمي",
    "برادرم", "برادر من", "خواهرم", "پسرم", "دخترم", "شوهرم", "همسرم", "خانمم", "زنم", "مادرم", "پدرم", "عمویم", "دوستم", "بچه‌ام", "کاکایم", "مامایم",
    "زما (?:ورور|خور|زوی|لور|پلار|مور|میړه|ښځه|ملګری|تره|ماما|ماشوم)", "میر(?:ا|ے|ی) (?:بھائی|بیٹا|بیٹے|بیٹی|بہن|شوہر|بیوی|والد|والدہ|ماں|باپ|دوست|چچا|بچہ|بچے|بچی)",
    "kardeşim", "abim", "ablam", "oğlum", "kızım", "eşim", "kocam", "karım", "annem", "babam", "amcam", "dayım", "teyzem", "halam", "kuzenim", "arkadaşım", "bebeğim",
    "(?:мой|моя|моего|мою|моему|моей|мо[ийї]|мого) (?:брат\\p{L}?|сестр\\p{L}+|сын\\p{L}?|син\\p{L}?|доч\\p{L}*|дон\\p{L}+|муж\\p{L}?|чоловік\\p{L}?|жен\\p{L}+|дружин\\p{L}+|мам\\p{L}+|пап\\p{L}+|тат\\p{L}+|отец|отца|мать|дяд\\p{L}+|т[её]т\\p{L}+|друг\\p{L}*|подруг\\p{L}+|реб[её]н\\p{L}+|дитин\\p{L}+|внук\\p{L}?)",
    "(?:walaal|wiil|gabadh|gabar|hooya|aabah|aabe|xaas|ninka|saygay|adeer|abti|eeddo|saaxiib|ilmah)(?:kay|kayga|tay|tayda|day|dayda|gay|gayga|ay|ayga|aygii|eeda)",
    "(?:kaka|dada|mama|baba|mke|mume|mtoto|mwana|binti|rafiki|mjomba|shangazi|ndugu|binamu)(?: (?:yangu|wangu)|ngu)", "(?:frè|sè|pitit|manman|papa|mari|madanm|tonton|matant|kouzen|kouzin|zanmi|fanmi|ti bebe|gason|fi)(?: mwen| m| pa m)",
    "ወንድሜ", "እህቴ", "ልጄ", "ባሌ", "ባለቤቴ", "ሚስቴ", "እናቴ", "አባቴ", "አጎቴ", "አክስቴ", "ጓደኛዬ", "ሓወይ", "ሓውተይ", "ሓብተይ", "ወደይ", "ጓለይ", "ውላደይ", "ሰብኣየይ", "ሰበይተይ", "ኣደይ", "ኣቦይ", "ኣኮይ", "ዓርከይ",
    "আমার (?:ভাই|বোন|ছেলে|মেয়ে|স্বামী|স্ত্রী|বউ|মা|বাবা|চাচা|মামা|খালা|বন্ধু|বাচ্চা|ভাতিজা)",
)  # fmt: skip

LINKING = (
    "is",
    "est",
    "es",
    "é",
    "named",
    "called",
    "name is",
    "name",
    "se llama",
    "s'appelle",
    "se chama",
    "هو",
    "هي",
    "اسمه",
    "اسمها",
    "یعنی",
    "-",
    "waa",
    "ni",
    "se",
)

# What comes before these is a name.
AFTERWARDS = (
    "እባላለሁ",
    "እባላለው",
    "ይባላል",
    "ትባላለች",
    "ተባሂለ",
    "ይብሃል",
    "ትብሃል",
    "يبهال",
    "derler bana",
    "adında",
    "adinda",
    "adlı",
    "isimli",
    "নামে একজন",
    "নামের একজন",
    "نامی",
    "نومېږم",
    "نومیږي",
    "نومېږي",
)

TITLES = (
    "mr", "mrs", "ms", "miss", "mister", "sir", "madam", "dr", "prof", "sheikh", "sheik", "imam", "hajji?", "m", "mme", "mlle", "monsieur", "madame", "maître", "maitre", "docteur", "sr", "sra", "srta", "señor", "señora", "don", "doña", "lic", "licenciad[oa]", "doctora?",
    "senhora?", "dona", "doutora?", "bay", "bayan", "sayın", "bwana", "bibi", "mzee", "mesye", "msye", "madanm", "sheekh", "xaaji", "السيد", "السيدة", "الأستاذ", "الاستاذ", "الشيخ", "الحاج", "ابو", "أبو", "آقای", "اقای", "حاجی", "جناب", "ښاغلی", "ښاغلي", "مسٹر", "господин", "госпожа", "доктор", "пан", "пані", "አቶ", "ወይዘሮ", "ወ/ሮ", "ኣይተ", "ወይዘሪት", "জনাব", "মিস্টার",
)  # fmt: skip

CLOSINGS = (
    "(?:best |kind |warm )?regards", "sincerely", "yours (?:truly|faithfully|sincerely)", "thank(?:s| you)(?: so much| very much| in advance)?", "cordialement", "bien à vous", "merci(?: beaucoup| d'avance)?", "atentamente", "saludos(?: cordiales)?", "(?:muchas )?gracias", "atenciosamente", "obrigad[oa]", "abraços?",
    "مع (?:الشكر|التحية|تحياتي|احترامي)", "وشكرا", "شكرا(?:ً)?", "با (?:احترام|تشکر)", "سپاس", "ممنون", "تشکر", "مننه", "شکریہ", "saygılar(?:ımla)?", "teşekkürler", "с уважением", "спасибо", "з повагою", "дякую", "mahadsanid", "asante", "mèsi", "አመሰግናለሁ", "የቐንየለይ", "ধন্যবাদ",
)  # fmt: skip
