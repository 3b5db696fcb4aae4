"""Pages of a document: fonts of the languages we serve, lines drawn glyph by glyph as HarfBuzz shapes them."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any, Self

from fontTools.ttLib import TTFont
from fpdf import FPDF
from fpdf.enums import TextDirection
from fpdf.fonts import TTFFont
from fpdf.line_break import Fragment

from bot.dossier.layout import Coverage, Line, Run, lines

FOLDER = Path(__file__).parent / "fonts"
# Tried in this order. NotoSans has the Latin, Greek and Cyrillic letters.
FONTS = ("NotoSans", "NotoSansArabic", "NotoSansEthiopic", "NotoSansBengali")
MARGIN = 54.0  # points
LEADING = 1.55  # marks above and below Arabic, Ethiopic and Bengali letters need room
Colour = tuple[int, int, int]
INK: Colour = (23, 38, 42)
SOFT: Colour = (77, 96, 102)
LINE: Colour = (200, 210, 209)


@lru_cache(maxsize=1)
def coverage() -> Coverage:
    """The characters that each font has."""
    found = {}
    for name in FONTS:
        with TTFont(FOLDER / f"{name}-Regular.ttf", lazy=True) as font:
            found[name] = frozenset(font.getBestCmap())
    return found


class Sheet(FPDF):
    """A4 pages measured in points. Fonts are read when a letter needs them, and closed at the end of a `with` block."""

    def __init__(self, language: str) -> None:
        super().__init__(unit="pt", format="A4")
        self.set_margin(MARGIN)
        self.set_auto_page_break(False)
        # "{nb}" in what somebody wrote is text, not the number of pages.
        self.alias_nb_pages(None)  # type: ignore[arg-type]  # None switches it off
        self.set_lang(language)
        self._widths: dict[tuple[str, str, bool, float], float] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for font in self.fonts.values():
            if isinstance(font, TTFFont):
                font.close()

    def broken(self, text: str, size: float, width: float, rtl: bool) -> list[Line]:
        """The text in lines for this width, in points."""
        return lines(text, width, coverage(), lambda part, font, turned: self._measured(part, font, turned, size), rtl)

    def _measured(self, text: str, font: str, rtl: bool, size: float) -> float:
        key = (text, font, rtl, size)
        if key not in self._widths:
            self._widths[key] = float(self._font(font).get_text_width(text, size, _shaping(rtl))[1])
        return self._widths[key]

    def _font(self, name: str) -> TTFFont:
        if name.lower() not in self.fonts:
            self.add_font(name, fname=FOLDER / f"{name}-Regular.ttf")
        font = self.fonts[name.lower()]
        if not isinstance(font, TTFFont):
            raise TypeError(f"{name} is no TrueType font")
        return font

    def draw(self, line: Line, left: float, width: float, base: float, size: float, colour: Colour = INK) -> None:
        """One line between `left` and `left + width`, at the edge where its paragraph begins. `base` from the top."""
        x = left + width - line.width if line.rtl else left
        for run in line.runs:
            self._draw_run(run, x, base, size, colour)
            x += self._measured(run.text, run.font, run.rtl, size)

    def _draw_run(self, run: Run, x: float, base: float, size: float, colour: Colour) -> None:
        font = self._font(run.font)
        self.set_font(run.font, size=size)
        self.set_text_color(*colour)
        self.text_shaping = _shaping(run.rtl)
        state = self._get_current_graphics_state()
        glyphs = Fragment(run.text, state, self.k).render_pdf_text(0, 0, 0, x, base, self.h)
        fill = "" if self.text_color is None else self.text_color.serialize().lower()
        chosen = self._set_font_for_page(font, size, wrap_in_text_object=False)
        self._out(f"q {fill} BT {chosen} 1 0 0 1 {x:.2f} {self.h - base:.2f} Tm {glyphs} ET Q")

    def rule(self, y: float) -> None:
        self.set_draw_color(*LINE)
        self.set_line_width(0.6)
        self.line(MARGIN, y, self.w - MARGIN, y)


def _shaping(rtl: bool) -> dict[str, Any]:
    direction = TextDirection.RTL if rtl else TextDirection.LTR
    return {
        "use_shaping_engine": True,
        "features": {},
        "direction": direction,
        "script": None,
        "language": None,
        "fragment_direction": direction,
        "paragraph_direction": direction,
    }
