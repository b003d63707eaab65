"""Where the words of a picture go: how wide they are, and whether a place is still free."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from math import ceil
from typing import NamedTuple

FONT_SIZE = 12.5
LEADING = 15

# In hundredths of the font size, as semi-bold Noto Sans has them; all other signs are taken for 66.
_WIDTHS = {
    sign: width
    for width, signs in (
        (31, "ijl.,:;!|'’ \u00a0"),
        (40, "()[]-/fIt"),
        (52, "rszcJ"),
        (58, "0123456789aekvxyELFST"),
        (82, "NHOQDGUw"),
        (99, "mMW%@"),
    )
    for sign in signs
}
_OTHER, _FULL_WIDTH = 66, 100


@lru_cache(maxsize=4096)
def text_width(words: str) -> int:
    """About how many pixels wide a text in semi-bold Noto Sans is, never much less than it is."""
    hundredths = sum(
        _WIDTHS.get(sign) or (_OTHER if sign < "\u2e80" else _FULL_WIDTH) for sign in words
    )
    return ceil(hundredths * FONT_SIZE / 100)


def broken(words: str, room: int) -> list[str]:
    """Break a text into lines of at most `room` pixels; a longer word has a line of its own."""
    lines: list[str] = []
    for word in words.split(" "):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(longer) <= room:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


class Box(NamedTuple):
    """A rectangle of the picture, in its pixels."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, others: Iterable["Box"]) -> bool:
        """Whether it overlaps any of some others."""
        left, top, right, bottom = self
        for x0, y0, x1, y1 in others:  # not any(): asked thousands of times for one picture
            if left < x1 and x0 < right and top < y1 and y0 < bottom:
                return True
        return False


class Text(NamedTuple):
    """A finished line of words; `x` is where its anchor (start, middle, end) is."""

    css: str
    x: int
    y: int
    words: str
    anchor: str = "start"

    @property
    def box(self) -> Box:
        width = text_width(self.words)
        left = self.x - {"start": 0, "middle": width / 2, "end": width}[self.anchor]
        return Box(left, self.y - 11, left + width, self.y + 4)


class Room:
    """What of the picture is taken: words, which never overlap, and strokes, best left clear."""

    def __init__(self, width: int) -> None:
        self.texts: list[Text] = []
        self._width = width
        self._words: list[Box] = []
        self._strokes: list[tuple[int, int, int, int]] = []

    def draw(self, x0: int, y0: int, x1: int, y1: int) -> None:
        """Take the place of a stroke, its ends in any order."""
        self._strokes.append((x0, y0, x1, y1))

    def write(self, text: Text) -> None:
        """Put words where they must stand."""
        self.texts.append(text)
        self._words.append(text.box)

    def write_lines(self, text: Text) -> int:
        """Put words in as many lines as they need; returns where the last of them is."""
        for line in broken(text.words, self._width - text.x):
            self.write(text._replace(words=line))
            text = text._replace(y=text.y + LEADING)
        return text.y - LEADING

    def write_if_free(self, text: Text) -> None:
        """Put words where they must stand or not at all."""
        if self._is_free(text.box):
            self.write(text)

    def place(self, choices: Sequence[Text], *, only_if_clear: bool = False) -> None:
        """Write the first choice that is clear of everything, else the first clear of words.

        Nothing is written when there is none.
        """
        free = [text for text in choices if self._is_free(text.box)]
        strokes = self._near(free) if free else []
        clear = (text for text in free if not text.box.meets(strokes))
        chosen = next(clear, None if only_if_clear or not free else free[0])
        if chosen is not None:
            self.write(chosen)

    def _is_free(self, box: Box) -> bool:
        return box.left >= 0 and box.right <= self._width and not box.meets(self._words)

    def _near(self, texts: Sequence[Text]) -> list[Box]:
        """The strokes around some texts, with a little air: there may be hundreds elsewhere."""
        lefts, tops, rights, bottoms = zip(*(text.box for text in texts), strict=True)
        left, top = min(lefts) - 3, min(tops) - 3
        right, bottom = max(rights) + 3, max(bottoms) + 3
        return [
            Box(min(x0, x1) - 2, min(y0, y1) - 3, max(x0, x1) + 2, max(y0, y1) + 3)
            for x0, y0, x1, y1 in self._strokes
            if x0 < right and x1 > left and (y0 < bottom or y1 < bottom) and (y0 > top or y1 > top)
        ]
