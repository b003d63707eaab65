"""Where the words of a picture go: how wide they are, and whether a place is still free."""

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

FONT_SIZE = 12.5
BOLD = 1.07

_NARROW = frozenset("ijlft.,:;!|'’()[]-/I \u00a0")
_WIDE = frozenset("mwMWNOQHDGU%@&")


@lru_cache(maxsize=4096)
def text_width(words: str) -> float:
    """About how many pixels wide a text in semi-bold Noto Sans is, never much less than it is."""
    ems = 0.0
    for sign in words:
        if sign in _NARROW:
            ems += 0.34
        elif sign in _WIDE:
            ems += 0.84
        else:
            ems += 0.6 if sign < "\u2e80" else 1.0
    return ems * FONT_SIZE * BOLD


class Box(NamedTuple):
    """A rectangle of the picture, in its pixels."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: "Box") -> bool:
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )


class Text(NamedTuple):
    """A finished line of words; `x` is where its anchor (start, middle, end) is."""

    css: str
    x: float
    y: float
    words: str
    anchor: str = "start"

    @property
    def box(self) -> Box:
        width = text_width(self.words)
        left = self.x - {"start": 0, "middle": width / 2, "end": width}[self.anchor]
        return Box(left, self.y - 11, left + width, self.y + 4)


class Room:
    """What of the picture is taken: words, which never overlap, and strokes, best left clear."""

    STRIP = 64

    def __init__(self, whole: Box) -> None:
        self.texts: list[Text] = []
        self._whole = whole
        self._words: list[Box] = []
        self._strokes: dict[int, list[Box]] = {}

    def draw(self, stroke: Box) -> None:
        """Take the place of a stroke; kept by vertical strips, as there may be hundreds."""
        for strip in range(int(stroke.left // self.STRIP), int(stroke.right // self.STRIP) + 1):
            self._strokes.setdefault(strip, []).append(stroke)

    def write(self, text: Text) -> None:
        """Put words where they must stand."""
        self.texts.append(text)
        self._words.append(text.box)

    def place(self, choices: Iterable[Text]) -> bool:
        """Write the first choice that is clear of everything, else the first clear of words.

        False when none is: then nothing is written.
        """
        second_best = None
        for text in choices:
            box = text.box
            if not self._is_inside(box) or any(box.meets(taken) for taken in self._words):
                continue
            if self._is_clear_of_strokes(box):
                self.write(text)
                return True
            second_best = second_best or text
        if second_best is None:
            return False
        self.write(second_best)
        return True

    def _is_inside(self, box: Box) -> bool:
        whole = self._whole
        return whole.left <= box.left and box.right <= whole.right and whole.top <= box.top

    def _is_clear_of_strokes(self, box: Box) -> bool:
        return not any(
            box.meets(stroke)
            for strip in range(int(box.left // self.STRIP), int(box.right // self.STRIP) + 1)
            for stroke in self._strokes.get(strip, ())
        )
