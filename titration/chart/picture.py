"""The finished picture: paths by their class and words by theirs, ready for the template."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape
from typing import NamedTuple

from django.utils.safestring import SafeString

from titration.chart import look
from titration.chart.labels import FONT_SIZE, Text


class Pen:
    """Writes the data of one path; a line that starts where the last one ended stays joined."""

    def __init__(self) -> None:
        self._data: list[str] = []
        self._at: tuple[int, int] | None = None

    def line(self, x0: int, y0: int, x1: int, y1: int) -> None:
        """Draw a horizontal or vertical line."""
        if self._at != (x0, y0):
            self._data.append(f"M{x0} {y0}")
        self._data.append(f"V{y1}" if x0 == x1 else f"H{x1}")
        self._at = (x1, y1)

    def uprights(self, xs: Iterable[int], y0: int, y1: int) -> None:
        """Draw vertical lines side by side."""
        self._data += [f"M{x} {y0}V{y1}" for x in xs]
        self._at = None

    def rectangle(self, x0: int, y0: int, x1: int, y1: int) -> None:
        self._data.append(f"M{x0} {y0}H{x1}V{y1}H{x0}Z")
        self._at = None

    def point(self, x: int, y: int) -> None:
        """A dot as wide as the stroke. Some renderers leave out a line of no length."""
        self._data.append(f"M{x} {y}h.01")
        self._at = None

    def shape(self, data: str) -> None:
        self._data.append(data)
        self._at = None

    @property
    def data(self) -> str:
        return "".join(self._data)


class Mark(NamedTuple):
    """One path; `look` are its presentation attributes."""

    css: str
    look: str
    data: str


class Words(NamedTuple):
    """Texts that look alike and are anchored alike: each its x, its y and its words."""

    css: str
    look: str
    anchor: str
    texts: tuple[tuple[int, int, str], ...]


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
    font_size: str = str(FONT_SIZE)

    @property
    def patterns(self) -> SafeString:
        """The definitions of the patterns that some of its marks are filled with."""
        return SafeString(
            "".join(
                f'<pattern id="{self.prefix}-{name}" width="6" height="6" '
                f'patternUnits="userSpaceOnUse">{path}</pattern>'
                for name, path in look.PATTERNS.items()
                if any(f"#{self.prefix}-{name})" in mark.look for mark in self.marks)
            )
        )

    @property
    def elements(self) -> SafeString:
        """The marks, then the words, as SVG, which a template would take longer to write.

        Only the words are escaped; all else is made here.
        """
        lines = [f'<path class="{css}" {style} d="{data}"/>\n' for css, style, data in self.marks]
        for css, style, anchor, texts in self.words:
            lines.append(f'<g class="{css}" {style} text-anchor="{anchor}">')
            lines += [f'<text x="{x}" y="{y}">{escape(words)}</text>' for x, y, words in texts]
            lines.append("</g>\n")
        return SafeString("".join(lines))


def marks(pens: Mapping[str, Pen], prefix: str) -> tuple[Mark, ...]:
    """What the pens drew, in the order of painting."""
    return tuple(
        Mark(css, attributes.replace("%s", prefix), data)
        for css, attributes in look.MARKS.items()
        if css in pens and (data := pens[css].data)
    )


def words(texts: Iterable[Text]) -> tuple[Words, ...]:
    """The texts by look and anchor, in the order of painting."""
    groups: dict[tuple[str, str], list[Text]] = {}
    for text in texts:
        groups.setdefault((text.css, text.anchor), []).append(text)
    order = {css: position for position, css in enumerate(look.WORDS)}
    return tuple(
        Words(
            css,
            look.WORDS[css],
            anchor,
            tuple((text.x, text.y, text.words) for text in group),
        )
        for (css, anchor), group in sorted(
            groups.items(), key=lambda item: (order[item[0][0]], item[0][1])
        )
    )
