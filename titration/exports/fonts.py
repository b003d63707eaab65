"""The fonts of the exports, and which characters they can show.

Noto Sans for every script that Noto covers well, from packages, never from the machine: the same
record prints the same everywhere.
"""

import functools
import struct
from collections.abc import Iterator
from importlib.resources import files
from mmap import ACCESS_READ, mmap
from pathlib import Path

import typst

PACKAGES = ("manimgx_fonts", "manimgx_fonts_cjk", "fontpkg_ibm_plex_sans_arabic")

# In the order in which they are tried. Han characters take their mainland shapes.
FAMILIES = (
    "Noto Sans",
    "IBM Plex Sans Arabic",  # its letters can be copied out of a PDF, unlike those of the next
    "Noto Sans Arabic",
    "Noto Sans Hebrew",
    "Noto Sans Devanagari",
    "Noto Sans Bengali",
    "Noto Sans Gujarati",
    "Noto Sans Gurmukhi",
    "Noto Sans Tamil",
    "Noto Sans Telugu",
    "Noto Sans Kannada",
    "Noto Sans Malayalam",
    "Noto Sans Oriya",
    "Noto Sans Sinhala",
    "Noto Sans Thai",
    "Noto Sans Lao",
    "Noto Sans Khmer",
    "Noto Sans Myanmar",
    "Noto Sans Ethiopic",
    "Noto Sans Georgian",
    "Noto Sans Armenian",
    "Noto Sans CJK SC",
    "Noto Sans Symbols",
    "Noto Emoji",
)


@functools.cache
def fonts() -> typst.Fonts:
    """The fonts, found once in each process and read as they are needed."""
    return typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[str(files(package)) for package in PACKAGES],
    )


@functools.cache
def covered_by(family: str) -> frozenset[int]:
    """The code points that the upright face of a family has a shape for."""
    face = next(f for f in fonts().fonts() if f.family == family and f.style == "normal")
    with Path(str(face.path)).open("rb") as file:
        return frozenset(code_points(mmap(file.fileno(), 0, access=ACCESS_READ), face.index))


def covers(characters: str) -> bool:
    """Whether one of the families has a shape for every one of these characters."""
    wanted = {ord(character) for character in characters}
    return any(wanted <= covered_by(family) for family in FAMILIES)


def code_points(font: bytes | mmap, index: int = 0) -> Iterator[int]:
    """The code points of a font's character map (OpenType 1.9: ttc header, `cmap` 4 and 12)."""
    start = struct.unpack_from(">I", font, 12 + 4 * index)[0] if font[:4] == b"ttcf" else 0
    (count,) = struct.unpack_from(">H", font, start + 4)
    tables = struct.iter_unpack(">4s4xI4x", font[start + 12 : start + 12 + 16 * count])
    cmap = dict(tables)[b"cmap"]
    (count,) = struct.unpack_from(">H", font, cmap + 2)
    maps = struct.iter_unpack(">4xI", font[cmap + 4 : cmap + 4 + 8 * count])
    by_form = {struct.unpack_from(">H", font, cmap + at)[0]: cmap + at for (at,) in maps}
    if 12 in by_form:
        return _segmented_coverage(font, by_form[12])
    return _segment_mapping(font, by_form[4])


def _segmented_coverage(font: bytes | mmap, offset: int) -> Iterator[int]:
    """Format 12: groups of a first and a last code point and the glyph of the first."""
    (count,) = struct.unpack_from(">I", font, offset + 12)
    groups = struct.iter_unpack(">II4x", font[offset + 16 : offset + 16 + 12 * count])
    for first, last in groups:
        yield from range(first, last + 1)


def _segment_mapping(font: bytes | mmap, offset: int) -> Iterator[int]:
    """Format 4: segments, whose glyph is computed or looked up; glyph 0 is none."""
    (doubled,) = struct.unpack_from(">H", font, offset + 6)
    lasts, firsts, deltas, ranges = (
        struct.unpack_from(f">{doubled // 2}H", font, offset + at)
        for at in (14, doubled + 16, 2 * doubled + 16, 3 * doubled + 16)
    )
    for segment, (first, last) in enumerate(zip(firsts, lasts, strict=True)):
        for code in range(first, last + 1):
            glyph = code
            if ranges[segment]:
                at = offset + 3 * doubled + 16 + 2 * segment + ranges[segment] + 2 * (code - first)
                (glyph,) = struct.unpack_from(">H", font, at)
            if glyph and (glyph + deltas[segment]) & 0xFFFF:
                yield code
