"""Texts made ready for print: what no font can show stands as its code point, and that is told.

Nothing is dropped: a character without a shape is printed as [U+E000] and noted with its place.
"""

import re
import unicodedata
from functools import cache
from typing import Any

from django.utils.functional import Promise

from titration.exports import fonts

# Shapeless on purpose, and needed: soft breaks, joiners, marks of direction, variant selectors.
SHAPELESS = frozenset("\u00ad\u061c\u200b\u200c\u200d\u200e\u200f\u2060") | {
    chr(code) for code in (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))
}
# Controls, other format characters (some turn the text around), halves, private, unassigned.
UNPRINTABLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
RIGHT_TO_LEFT = frozenset({"R", "AL"})

_FIRST_STRONG_ISOLATE, _END_ISOLATE, _BREAK = "\u2068", "\u2069", "\u200b"
# No word of a narrow column's width; scripts whose letters join are left alone.
_LONG_WORD = re.compile(r"[^\s\-\[\u0590-\U0010ffff]{17,}")
_SYLLABLE = re.compile(r".{8}(?=\w)")
_RIGHT_TO_LEFT_STRETCH = re.compile("R(?:[^L]*R)?M*")


class Legible:
    """Prepares the texts of one document, and keeps by place what could not be shown."""

    def __init__(self) -> None:
        self.missing: dict[str, list[str]] = {}
        self._plain: dict[str, str] = {}

    def tree(self, value: Any, place: str) -> Any:
        """The same dicts and lists with every string made legible; all else as it is."""
        if isinstance(value, str):
            return self.text(value, place)
        if isinstance(value, dict):
            return {key: self.tree(item, place) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self.tree(item, place) for item in value]
        return self.text(str(value), place) if isinstance(value, Promise) else value

    def text(self, text: str, place: str) -> str:
        """`text` as it is to be printed: whole, breakable, and each part its own way round."""
        if text in self._plain:
            return self._plain[text]
        if _plain_characters().issuperset(text):
            return self._plain.setdefault(text, _breakable(text))
        lines = self.shown(text, place).split("\n")
        return "\n".join(_isolated(_breakable(line)) for line in lines)

    def shown(self, text: str, place: str) -> str:
        """`text` with its code point instead of each character that no font can show."""
        return "\n".join(
            line
            if _plain_characters().issuperset(line)
            else "".join(self._cluster(cluster, place) for cluster in _clusters(line))
            for line in text.replace("\t", " ").splitlines()
        )

    def _cluster(self, cluster: str, place: str) -> str:
        """A letter with its marks, when one font has them all; else the marks by code point."""
        if _is_shown(cluster):
            return cluster
        letter, marks = cluster[0], cluster[1:]
        shown = letter if _is_shown(letter) and not _is_mark(letter) else self._code(letter, place)
        return shown + "".join(self._code(mark, place) for mark in marks)

    def _code(self, character: str, place: str) -> str:
        code = f"U+{ord(character):04X}"
        self.missing.setdefault(place, []).append(code)
        return f"[{code}]"


@cache
def _plain_characters() -> frozenset[str]:
    """The characters that can only come out right: shown each by itself, from left to right."""
    shown = map(chr, fonts.covered_by(fonts.FAMILIES[0]))
    return frozenset(
        character
        for character in shown
        if unicodedata.category(character)[0] not in "CM"
        and unicodedata.bidirectional(character) not in RIGHT_TO_LEFT
    )


def _clusters(text: str) -> list[str]:
    """`text` in pieces that one font must show whole: a character with the marks after it."""
    clusters: list[str] = []
    for character in text:
        if clusters and _is_mark(character):
            clusters[-1] += character
        else:
            clusters.append(character)
    return clusters


def _is_mark(character: str) -> bool:
    return unicodedata.category(character).startswith("M")


def _is_shown(cluster: str) -> bool:
    shapes = "".join(character for character in cluster if character not in SHAPELESS)
    if any(unicodedata.category(character) in UNPRINTABLE for character in shapes):
        return False
    return fonts.covers(shapes)


def _breakable(line: str) -> str:
    """`line` with zero-width spaces in its over-long words, so that they stay in their column."""
    return _LONG_WORD.sub(lambda word: _SYLLABLE.sub(rf"\g<0>{_BREAK}", word[0]), line)


def _isolated(line: str) -> str:
    """`line` with its right-to-left parts set apart, so that they do not reorder their neighbours.

    A line that begins right to left is set so as a whole; in any other each stretch from a first
    to a last such letter is set apart (isolates of the Unicode Bidirectional Algorithm).
    """
    kinds = "".join(_direction(character) for character in line)
    if "R" not in kinds:
        return line
    if kinds.lstrip("MN").startswith("R"):
        return f"{_FIRST_STRONG_ISOLATE}{line}{_END_ISOLATE}"
    pieces, end = [], 0
    for stretch in _RIGHT_TO_LEFT_STRETCH.finditer(kinds):
        isolate = f"{_FIRST_STRONG_ISOLATE}{line[stretch.start() : stretch.end()]}{_END_ISOLATE}"
        pieces += [line[end : stretch.start()], isolate]
        end = stretch.end()
    return "".join([*pieces, line[end:]])


def _direction(character: str) -> str:
    """R or L for a letter that has a direction, M for a mark, N for the rest."""
    bidirectional = unicodedata.bidirectional(character)
    if bidirectional in RIGHT_TO_LEFT:
        return "R"
    return {"L": "L", "NSM": "M"}.get(bidirectional, "N")
