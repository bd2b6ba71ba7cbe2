"""Fonts of the system, by style and script, with Pillow's built-in one as the last resort.

Screens use whatever of a fixed list of well-known free fonts is installed; on a machine
with none of them everything is set in Pillow's own font and only Latin is available. The
same set of fonts gives the same pictures. On Debian the list is covered by fonts-dejavu,
fonts-liberation, fonts-noto-core, fonts-noto-cjk, fonts-roboto-unhinted, fonts-open-sans,
fonts-lato, fonts-inconsolata, and for bitmaps xfonts-base, xfonts-75dpi, xfonts-terminus.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont, features

Style = Literal["sans", "bold", "condensed", "mono", "serif", "bitmap"]
Script = Literal["latin", "cyrillic", "greek", "arabic", "devanagari", "cjk"]
PillowFont = ImageFont.FreeTypeFont | ImageFont.ImageFont

FONT_FOLDERS = (
    Path("/usr/share/fonts"),
    Path("/usr/local/share/fonts"),
    Path("/System/Library/Fonts"),
    Path("/Library/Fonts"),
    Path("C:/Windows/Fonts"),
)
SCRIPT_PROBES: dict[Script, str] = {
    "latin": "Aéßł",
    "cyrillic": "Жяії",
    "greek": "Ωλή",
    "arabic": "عمي",
    "devanagari": "मशि",
    "cjk": "中田김",
}
# Stems only: where they lie differs between systems.
FACES: dict[Style, tuple[str, ...]] = {
    "sans": (
        "DejaVuSans",
        "LiberationSans-Regular",
        "NotoSans-Regular",
        "Roboto-Regular",
        "Roboto-Medium",
        "OpenSans-Regular",
        "Lato-Regular",
        "Lato-Medium",
        "NotoSansDisplay-Regular",
    ),
    "bold": (
        "DejaVuSans-Bold",
        "LiberationSans-Bold",
        "NotoSans-Bold",
        "Roboto-Bold",
        "OpenSans-Semibold",
        "Lato-Bold",
    ),
    "condensed": (
        "DejaVuSansCondensed",
        "DejaVuSansCondensed-Bold",
        "LiberationSansNarrow-Regular",
        "LiberationSansNarrow-Bold",
        "RobotoCondensed-Regular",
        "OpenSans-CondBold",
    ),
    "mono": (
        "DejaVuSansMono",
        "DejaVuSansMono-Bold",
        "LiberationMono-Regular",
        "LiberationMono-Bold",
        "NotoSansMono-Regular",
        "Inconsolata",
    ),
    "serif": ("LiberationSerif-Regular", "DejaVuSerif", "LiberationSerif-Bold", "NotoSerif-Bold"),
    "bitmap": (),
}
# Fonts of fixed pixel height: family → (stem, height in pixels).
BITMAP_FAMILIES: dict[str, tuple[tuple[str, int], ...]] = {
    "terminus": tuple((f"ter-u{n}n_unicode.pcf", n) for n in (12, 14, 16, 18, 20, 22, 24, 28, 32)),
    "terminus_bold": tuple(
        (f"ter-u{n}b_unicode.pcf", n) for n in (12, 14, 16, 18, 20, 22, 24, 28, 32)
    ),
    "fixed": (
        ("4x6.pcf", 6),
        ("5x7.pcf", 7),
        ("5x8.pcf", 8),
        ("6x10.pcf", 10),
        ("6x12.pcf", 12),
        ("7x13.pcf", 13),
        ("7x14.pcf", 14),
        ("9x15.pcf", 15),
        ("9x18.pcf", 18),
        ("10x20.pcf", 20),
        ("12x24.pcf", 24),
    ),
    "helvetica": tuple((f"helvR{n:02d}.pcf", n) for n in (8, 10, 12, 14, 18, 24)),
    "helvetica_bold": tuple((f"helvB{n:02d}.pcf", n) for n in (8, 10, 12, 14, 18, 24)),
}
FALLBACKS: tuple[str, ...] = (
    "DejaVuSans",
    "NotoSans-Regular",
    "LiberationSans-Regular",
    "NotoSansArabic-Regular",
    "NotoNaskhArabic-Regular",
    "NotoSansDevanagari-Regular",
    "NotoSansCJK-Regular",
)
SCRIPT_FACES: dict[Script, tuple[str, ...]] = {
    "arabic": (
        "NotoSansArabic-Regular",
        "NotoNaskhArabic-Regular",
        "NotoSansArabic-Bold",
        "DejaVuSans",
        "NotoKufiArabic-Regular",
    ),
    "devanagari": (
        "NotoSansDevanagari-Regular",
        "NotoSerifDevanagari-Regular",
        "NotoSansDevanagari-Bold",
    ),
    "cjk": ("NotoSansCJK-Regular", "NotoSansCJK-Bold", "NotoSerifCJK-Regular"),
}


@dataclass(frozen=True, slots=True)
class Face:
    """A typeface to set text in.

    Attributes:
        stem: File stem of the outline font, name of the bitmap family, or ``""`` for
            Pillow's own.
        style: How it looks; ``"bitmap"`` faces have fixed heights and hard edges.
        hard_edges: Set outlines without antialiasing, as old displays did.
        variant: Which of a script's faces stands in where the stem lacks a letter.
    """

    stem: str
    style: Style
    hard_edges: bool = False
    variant: int = 0


@lru_cache(maxsize=1)
def _installed() -> dict[str, Path]:
    """Return the known fonts that are installed, by stem."""
    wanted = {stem for stems in FACES.values() for stem in stems}
    wanted.update(stem for sizes in BITMAP_FAMILIES.values() for stem, _ in sizes)
    wanted.update(FALLBACKS)
    wanted.update(stem for stems in SCRIPT_FACES.values() for stem in stems)
    found: dict[str, Path] = {}
    for folder in FONT_FOLDERS:
        if not folder.is_dir():
            continue
        for path in sorted(folder.rglob("*")):
            if path.suffix.lower() in {".ttf", ".otf", ".ttc", ".gz"} and path.stem in wanted:
                found.setdefault(path.stem, path)
    return found


@lru_cache(maxsize=1)
def _shapes_text() -> bool:
    """Whether complex scripts are joined and ordered as they should be."""
    return bool(features.check("raqm")) and bool(features.check("fribidi"))


@lru_cache(maxsize=512)
def _open(stem: str, size_px: int) -> PillowFont:
    path = _installed().get(stem)
    if path is None:
        return ImageFont.load_default(size=max(size_px, 6))
    return ImageFont.truetype(str(path), size_px)


@lru_cache(maxsize=16384)
def _has(stem: str, letter: str) -> bool:
    """Whether the font of ``stem`` draws ``letter`` rather than its box for unknown ones."""
    size_px = next(
        (size for sizes in BITMAP_FAMILIES.values() for name, size in sizes if name == stem), 20
    )
    font = _open(stem, size_px)
    if letter.isspace():
        return True
    if not isinstance(font, ImageFont.FreeTypeFont) or stem not in _installed():
        return ord(letter) < 0x180  # Pillow's own font is a Latin one
    seen = font.getmask(letter)
    missing = font.getmask("\uffff")
    return seen.size[0] > 0 and (seen.size != missing.size or bytes(seen) != bytes(missing))


def _covers(stem: str, text: str) -> bool:
    return all(_has(stem, letter) for letter in set(text))


def _script_of(text: str) -> Script | None:
    for letter in text:
        code = ord(letter)
        if 0x0590 <= code <= 0x06FF:
            return "arabic"
        if 0x0900 <= code <= 0x097F:
            return "devanagari"
        if code >= 0x2E80:
            return "cjk"
    return None


@lru_cache(maxsize=1)
def available_scripts() -> frozenset[Script]:
    """Scripts that the installed fonts can set, Latin always among them."""
    usable: set[Script] = {"latin"}
    stems = [*FALLBACKS, *(stem for stems in SCRIPT_FACES.values() for stem in stems)]
    for script, probe in SCRIPT_PROBES.items():
        if script in {"arabic", "devanagari"} and not _shapes_text():
            continue
        if any(stem in _installed() and _covers(stem, probe) for stem in stems):
            usable.add(script)
    return frozenset(usable)


@lru_cache(maxsize=1)
def _choices() -> dict[Style, tuple[str, ...]]:
    have = _installed()
    choices = {style: tuple(s for s in stems if s in have) for style, stems in FACES.items()}
    choices["bitmap"] = tuple(
        name for name, sizes in BITMAP_FAMILIES.items() if any(stem in have for stem, _ in sizes)
    )
    return choices


def draw_face(rng: np.random.Generator, style: Style) -> Face:
    """Choose a face of ``style``; where none is installed, the nearest that is."""
    bitmap = style == "bitmap"
    stems = _choices()[style] or _choices()["mono" if bitmap else "sans"] or ("",)
    pick, variant = int(rng.integers(1 << 30)), int(rng.integers(1 << 16))
    return Face(stems[pick % len(stems)], style, hard_edges=bitmap, variant=variant)


def _bitmap_stem(family: str, size_px: int) -> tuple[str, int] | None:
    have = _installed()
    sizes = [entry for entry in BITMAP_FAMILIES.get(family, ()) if entry[0] in have]
    return min(sizes, key=lambda entry: abs(entry[1] - size_px)) if sizes else None


@lru_cache(maxsize=4096)
def _resolve(face: Face, size_px: int, text: str) -> tuple[str, int]:
    """Return (stem, size) of a font that has every letter of ``text`` where one does."""
    if face.style == "bitmap":
        bitmap = _bitmap_stem(face.stem, size_px)
        if bitmap is not None and _covers(bitmap[0], text):
            return bitmap
    elif _covers(face.stem, text):
        return face.stem, size_px
    script = _script_of(text)
    stems: list[str] = []
    if script is not None and script in SCRIPT_FACES:
        choices = SCRIPT_FACES[script]
        turn = face.variant % len(choices)
        stems = [*choices[turn:], *choices[:turn]]
    for stem in (*stems, *FALLBACKS):
        if stem in _installed() and _covers(stem, text):
            return stem, size_px
    return FALLBACKS[0], size_px


def can_set(text: str) -> bool:
    """Whether one of the fonts at hand has every letter of ``text``."""
    stem, _ = _resolve(Face("", "sans"), 20, text)
    return _covers(stem, text)


def render_text(face: Face, size_px: int, text: str) -> tuple[NDArray[np.uint8], int]:
    """Set one line of text.

    Args:
        face: The typeface.
        size_px: Height of the em square in pixels; a bitmap face takes its nearest.
        text: The string, in reading order.

    Returns:
        Coverage of the glyphs, (h, w) uint8 cropped to the line's advance, and the
        baseline's row in it.
    """
    stem, size_px = _resolve(face, size_px, text)
    font = _open(stem, size_px)
    if isinstance(font, ImageFont.FreeTypeFont):
        ascent, descent = font.getmetrics()
    else:
        ascent, descent = size_px, size_px // 4
    left, top, right, bottom = font.getbbox(text)
    x0, y0 = min(0, int(np.floor(left))), min(0, int(np.floor(top)))
    width = int(np.ceil(right)) - x0
    height = max(ascent + descent, int(np.ceil(bottom))) - y0
    page = Image.new("L", (max(width, 1), max(height, 1)), 0)
    pen = ImageDraw.Draw(page)
    pen.fontmode = "1" if face.hard_edges else "L"
    pen.text((-x0, -y0), text, fill=255, font=font)
    return np.asarray(page, dtype=np.uint8), ascent - y0
