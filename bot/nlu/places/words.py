"""Small words around a place name: before it, behind it, and in a message that says little else."""

# ruff: noqa: SIM905 - other alphabets are the subject; word lists read best as text

from __future__ import annotations

import functools
from pathlib import Path

from bot.nlu.places.folding import fold_word


def _folded(words: str) -> frozenset[str]:
    return frozenset(fold_word(word) for word in words.split())


# After these a place is expected, even in small letters.
STRONG = _folded(
    "in at near around inside outside reached arrived nearby "  # en
    "en vers près au aux dans environs "  # fr
    "cerca hacia hasta llegué "  # es
    "em perto "  # pt
    "في فى قرب عند نحو مدينه مدينة جزيره جزيرة مخيم الى إلى بمدينة "  # ar
    "در به شهر نزدیک "  # fa
    "په ښار "  # ps
    "شہر قریب "  # ur
    "в во под около возле близ у біля до "  # ru uk
    "ኣብ ናብ ወደ "  # am ti
    "magaalada ku "  # so
    "katika karibu mjini "  # sw
    "nan bò "  # ht
    "fi fil ila ilal mdinat madinat camp kamp campo kampi island isla île city ville ciudad cidade"  # romanised, kinds
)
# These come before places and before everything else.
WEAK = _folded(
    "to from of de du des d da do pour depuis desde para por a na no via through من از из з على le la el les al un une"
)
# A country behind one of these is where somebody comes from, not where the place is.
ORIGIN = _folded("from of de du des d depuis desde من از له سے из з із kutoka ka dal soti laga ካብ ከ min mn min men")
# Behind the name: Urdu, Hindi, Pashto and romanised "in".
BEHIND = _folded("میں مين mein سے کې کی पर में theke")
# What may stand beside a name in a message that is only an answer to "where are you?".
FILLERS = (
    _folded(
        "i im am we are is it its here now the this my city town village camp place location currently ok yes hi hello "
        "je j suis nous sommes ici ville c est bonjour oui "
        "estoy estamos soy aqui ahora ciudad hola si yo "
        "estou estamos aqui cidade "
        "انا أنا احنا نحن هنا الان حاليا هلا مرحبا السلام عليكم نعم موجود من "
        "من هستم الان اینجا هستیم ما سلام بله "
        "ben biz buradayım şimdi evet "
        "я мы ми зараз сейчас здесь тут да так "
        "ana ihna hon hena hina "
        "niko nipo sasa ndiyo waxaan joogaa haa mwen isit wi እኔ ነኝ ነው ኣለኹ আমি আছি এখন میں ہوں hun hoon hai me main "
        "please pls plz svp merci gracias shukran thanks"
    )
    | STRONG
)

# Case and place endings. Only for places people know: the stem must be a listed or large place.
TURKISH_ENDINGS = tuple(
    sorted(
        "da de ta te dan den tan ten dayim deyim tayim teyim dayiz deyiz tayiz teyiz daki deki taki teki ya ye "
        "a e yi nin nun un in dayim".split(),
        key=len,
        reverse=True,
    )
)
BENGALI_ENDINGS = tuple(fold_word(ending) for ending in ("েতে", "তে", "ের", "ে", "য়", "র", "এ"))
# Russian and Ukrainian: ending heard after "in", "to", "from" and what the name may end in.
CYRILLIC_ENDINGS: dict[str, tuple[str, ...]] = {
    "ах": ("ы", "и", "а"),
    "ии": ("ия",),
    "ові": ("", "ів"),
    "ова": ("", "ів", "ов"),
    "єві": ("ів",),
    "єву": ("ів",),
    "єва": ("ів",),
    "еве": ("ев",),
    "ом": ("",),
    "ой": ("а", "ая"),
    "ку": ("ек", "ок", "ка"),
    "е": ("", "а", "ь", "я", "о"),
    "и": ("а", "ь", "я"),
    "і": ("", "а", "я", "ь"),
    "ії": ("ія",),
    "у": ("", "а"),
    "ю": ("я", "ь", "и"),
    "а": ("",),
    "я": ("ь", "и"),
    "ы": ("а",),
}


@functools.cache
def ordinary_words() -> dict[str, str]:
    """Folded everyday words that are also names of places: `often` may still be the place, `never` may not."""
    table: dict[str, str] = {}
    for line in (Path(__file__).parent / "ordinary.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            level, _, words = line.partition(" ")
            table.update(dict.fromkeys((fold_word(word) for word in words.split()), level))
    return table
