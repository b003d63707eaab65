"""The finished picture: paths by their class and words by theirs, ready for the template."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from django.utils.safestring import SafeString

from titration.chart import look
from titration.chart.labels import FONT_SIZE, Text


class Pen:
    """Writes the data of one path; a line that starts where the last one ended stays joined."""

    def __init__(self) -> None:
        self._data: list[str] = []
        self._at: tuple[float, float] | None = None

    def line(self, x0: float, y0: float, x1: float, y1: float) -> None:
        """Draw a horizontal or vertical line; one without length draws nothing."""
        if (x0, y0) == (x1, y1):
            return
        if self._at != (x0, y0):
            self._data.append(f"M{x0:g} {y0:g}")
        self._data.append(f"V{y1:g}" if x0 == x1 else f"H{x1:g}")
        self._at = (x1, y1)

    def rectangle(self, x0: float, y0: float, x1: float, y1: float) -> None:
        self.shape(f"M{x0:g} {y0:g}H{x1:g}V{y1:g}H{x0:g}Z")

    def point(self, x: float, y: float) -> None:
        """A dot as wide as the stroke. Some renderers leave out a line of no length."""
        self.shape(f"M{x:g} {y:g}h.01")

    def shape(self, data: str) -> None:
        self._data.append(data)
        self._at = None

    @property
    def data(self) -> str:
        return "".join(self._data)


class Pens:
    """A pen for each class of `look.MARKS`, and a second one for the upper edge of ranges."""

    def __init__(self) -> None:
        self._pens: defaultdict[tuple[str, bool], Pen] = defaultdict(Pen)

    def __getitem__(self, css: str) -> Pen:
        return self._pens[css, False]

    def upper(self, css: str) -> Pen:
        return self._pens[css, True]

    def __contains__(self, css: str) -> bool:
        return bool(self.data(css))

    def data(self, css: str) -> str:
        return "".join(
            self._pens[key].data for key in ((css, False), (css, True)) if key in self._pens
        )


class Mark(NamedTuple):
    """One path; `look` are its presentation attributes."""

    css: str
    look: SafeString
    data: str


class Words(NamedTuple):
    """Texts that look alike and are anchored alike."""

    css: str
    look: SafeString
    anchor: str
    texts: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """A timeline in pixels of its own, `width` by `height`.

    `prefix` begins every id in it, so that one page can hold several.
    """

    prefix: str
    title: str
    description: str
    width: int
    height: int
    marks: tuple[Mark, ...]
    words: tuple[Words, ...]
    font_size: float = FONT_SIZE


def marks(pens: Pens, prefix: str) -> tuple[Mark, ...]:
    """What the pens drew, in the order of painting."""
    return tuple(
        Mark(css, SafeString(attributes.replace("%s", prefix)), data)
        for css, attributes in look.MARKS.items()
        if (data := pens.data(css))
    )


def words(texts: Iterable[Text]) -> tuple[Words, ...]:
    """The texts by look and anchor, in the order of painting."""
    groups: dict[tuple[str, str], list[Text]] = {}
    for text in texts:
        groups.setdefault((text.css, text.anchor), []).append(text)
    order = {css: position for position, css in enumerate(look.WORDS)}
    return tuple(
        Words(css, SafeString(look.WORDS[css]), anchor, tuple(group))
        for (css, anchor), group in sorted(
            groups.items(), key=lambda item: (order[item[0][0]], item[0][1])
        )
    )
