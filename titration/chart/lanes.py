"""Lanes under the panels: side effects and reports as bars, scores and events as marks.

Nothing here is judged: no colour tells good from bad, and a value stands as it was written. What
would overlap is drawn as one mark that says how many it stands for.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from operator import itemgetter

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from titration.chart.labels import Text, text_width
from titration.chart.strokes import Canvas
from titration.chart.time_axis import TimeAxis, end_of_interval, moment
from titration.timeline import Effective

EDGE = 4
ROW = 22
HALF = 7
LABEL = 15
GAP = 6
BESIDE = 6
TIP = 5
MOST_ROWS = 8
MOST_SERIES = 14

BAR, OTHER_BAR, PAPER_BAR = "effect", "sign", "copy"
TAKEN, AS_PLANNED, MISSED = "intake taken", "intake planned", "intake missed"
TIMES_MISSED, DIFFERENT, STOPPED = "intake times", "intake different", "intake stopped"

# What each look of a bar says, in the order of the key; a copy on paper says so itself.
_KEY = {
    BAR: gettext_lazy("Side effect, as written"),
    OTHER_BAR: gettext_lazy("Sign of withdrawal, as written"),
    TAKEN: gettext_lazy("Reported as taken as instructed"),
    AS_PLANNED: gettext_lazy("Reported as taken as the written plan says"),
    MISSED: gettext_lazy("Reported as missed"),
    TIMES_MISSED: gettext_lazy("Reported as missed at some times of the day"),
    DIFFERENT: gettext_lazy("Reported as taken differently"),
    STOPPED: gettext_lazy("Reported as taken no longer"),
}


def values_words(count: int) -> str:
    """How many values a mark stands for."""
    return ngettext("%(count)s value", "%(count)s values", count) % {"count": count}


@dataclass(frozen=True, slots=True)
class Bar:
    """From a moment to another; `is_open` where it goes on, and neither where no end is stated.

    Of one with both nobody says what came after `end`. Without `words` it is told by its look.
    """

    start: Effective
    words: str
    end: Effective | None = None
    is_open: bool = False
    css: str = BAR


@dataclass(frozen=True, slots=True)
class Mark:
    """Something at a moment, in the words that stand beside it."""

    at: Effective
    words: str


@dataclass(frozen=True, slots=True)
class Series:
    """Marks in one row of their own, under its name; `count` words how many one stands for."""

    name: str
    marks: Sequence[Mark]
    count: Callable[[int], str] = values_words


@dataclass(frozen=True, slots=True)
class Lane:
    """What is drawn under one heading: bars, then a row for each series."""

    heading: str
    bars: Sequence[Bar] = ()
    series: Sequence[Series] = ()

    def moments(self, axis_zone) -> list[float]:
        """When it begins and ends, for an axis that is to hold all of it."""
        times = [bar.start for bar in self.bars]
        times += [mark.at for series in self.series for mark in series.marks]
        return [moment(at, axis_zone) for at in times]


@dataclass(slots=True)
class _Placed:
    """A bar in pixels, and where its words go."""

    x0: int
    x1: int
    sure: int
    bar: Bar
    words_x: int
    anchor: str
    left: int
    right: int
    row: int = 0


@dataclass(slots=True)
class _Group:
    """Marks that stand so close that they are one; of a single mark its own words are written."""

    series: Series
    xs: list[int]
    of_first: str
    is_left: bool = False

    @property
    def words(self) -> str:
        return self.of_first if len(self.xs) == 1 else self.series.count(len(self.xs))

    @property
    def right(self) -> int:
        """Where its words end, or those of its first mark if they are longer."""
        first, last = self.xs[0], self.xs[-1]
        return BESIDE + max(first + text_width(self.of_first), last + text_width(self.words))

    def is_met_by(self, x: int) -> bool:
        """Whether a mark there would meet its last one, which is soon seen, or its words."""
        return x - 4 < self.xs[-1] + BESIDE + GAP or x - 4 < self.right + GAP


def within(lane: Lane, axis: TimeAxis) -> Lane:
    """What of a lane lies on the axis."""
    start, end, zone = axis.start, axis.end, axis.zone
    return Lane(
        lane.heading,
        [bar for bar in lane.bars if _touches(bar, axis)],
        [
            replace(series, marks=marks)
            for series in lane.series
            if (marks := [mark for mark in series.marks if start <= moment(mark.at, zone) <= end])
        ],
    )


def _touches(bar: Bar, axis: TimeAxis) -> bool:
    start = moment(bar.start, axis.zone)
    if start > axis.end:
        return False
    if bar.is_open and bar.end is None:
        return True
    end = end_of_interval(bar.end, axis.zone) if bar.end else start
    return max(start, end) >= axis.start


def draw_lane(canvas: Canvas, lane: Lane, top: int, width: int) -> int:
    """Draw what a lane holds below its heading; returns where it ends."""
    foot = _draw_bars(canvas, lane.bars, top, width) if lane.bars else top
    shown = lane.series[:MOST_SERIES]
    for series in shown:
        if series.name:
            foot = canvas.room.write_lines(Text("ax", EDGE, foot + LABEL - 3, series.name)) + 3
        _draw_marks(canvas, _groups(canvas, series, width), foot + ROW // 2)
        foot += ROW
    if hidden := len(lane.series) - len(shown):
        words = ngettext(
            "%(count)s more row, in the table", "%(count)s more rows, in the table", hidden
        ) % {"count": hidden}
        foot = canvas.room.write_lines(Text("ax", EDGE, foot + LABEL, words)) + 4
    return foot + 4


def _draw_bars(canvas: Canvas, bars: Sequence[Bar], top: int, width: int) -> int:
    """The bars in as many rows as they take, the earliest first; what finds none is counted."""
    rows: list[float] = []
    hidden = 0
    for place in sorted((_placed(canvas, bar, width) for bar in bars), key=lambda p: (p.x0, p.x1)):
        row = next((n for n, right in enumerate(rows) if right <= place.left), None)
        if row is None:
            if len(rows) == MOST_ROWS:
                hidden += 1
                continue
            row = len(rows)
            rows.append(0)
        # Bars without words may touch: the days of one report begin where the last one's end.
        rows[row] = place.right + GAP if place.bar.words else place.right - 1
        _draw_bar(canvas, place, top + row * ROW + ROW // 2)
    foot = top + len(rows) * ROW
    if hidden:
        words = ngettext("%(count)s more, in the table", "%(count)s more, in the table", hidden) % {
            "count": hidden
        }
        foot = canvas.room.write_lines(Text("ax", EDGE, foot + LABEL - 3, words)) + 4
    return foot


def _placed(canvas: Canvas, bar: Bar, width: int) -> _Placed:
    axis = canvas.axis
    x0 = max(axis.x(moment(bar.start, axis.zone)), axis.left)
    sure = min(max(axis.x(end_of_interval(bar.start, axis.zone)), x0), axis.right)
    if bar.end is not None:
        x1 = axis.x(end_of_interval(bar.end, axis.zone))
    else:
        x1 = canvas.x_now if bar.is_open else sure
    x1 = min(max(x1, x0 + 3), axis.right)
    if not bar.words:
        tip = TIP if bar.is_open else 0
        return _Placed(x0, x1, sure, bar, x0, "start", x0, x1 + tip)
    room = text_width(bar.words)
    if x0 + 6 + room <= x1 - 4:
        return _Placed(x0, x1, sure, bar, x0 + 6, "start", x0, x1)
    if x1 + 12 + room <= width - EDGE:
        return _Placed(x0, x1, sure, bar, x1 + 10, "start", x0, x1 + 10 + room)
    return _Placed(x0, x1, sure, bar, x0 - 6, "end", max(x0 - 6 - room, 0), x1)


def _draw_bar(canvas: Canvas, place: _Placed, y: int) -> None:
    """A bar; one that goes on has an open end, one of which no end is stated only its start."""
    pens, bar = canvas.pens, place.bar
    if bar.is_open:
        shape = f"M{place.x1} {y - HALF}H{place.x0}V{y + HALF}H{place.x1}l{TIP}-{HALF}z"
        pens[bar.css].shape(shape)
    elif bar.end is not None:
        pens[bar.css].rectangle(place.x0, y - HALF, place.x1, y + HALF)
    else:
        pens[bar.css].rectangle(place.x0, y - HALF, place.x0 + 3, y + HALF)
    canvas.room.draw(place.x0, y, place.x1, y)
    if bar.words:
        canvas.room.write(Text("lanet", place.words_x, y + 4, bar.words, place.anchor))


def _groups(canvas: Canvas, series: Series, width: int) -> list[_Group]:
    """Marks from left to right; one that would meet the words before it joins them."""
    axis = canvas.axis
    found: list[_Group] = []
    placed = [(axis.x(moment(mark.at, axis.zone)), mark.words) for mark in series.marks]
    for x, words in sorted(placed, key=itemgetter(0)):
        if found and found[-1].is_met_by(x):
            found[-1].xs.append(x)
        else:
            found.append(_Group(series, [x], words))
    for group, after in zip(found, [*found[1:], None], strict=True):
        edge = after.xs[0] if after else width - EDGE
        group.is_left = group.right > edge
    return found


def _draw_marks(canvas: Canvas, groups: Sequence[_Group], y: int) -> None:
    pen = canvas.pens["score"]
    for group in groups:
        pen.uprights(dict.fromkeys(group.xs), y - 5, y + 5)
        if group.xs[0] != group.xs[-1]:
            pen.line(group.xs[0], y, group.xs[-1], y)
        if group.is_left:
            canvas.room.write(Text("lanet", group.xs[0] - 4, y + 4, group.words, "end"))
        else:
            canvas.room.write(Text("lanet", group.xs[-1] + 4, y + 4, group.words))


def lane_key(canvas: Canvas) -> list:
    """The entries of the key for what lanes drew."""
    pens = canvas.pens

    def bar(css: str):
        return lambda x, y: pens[css].rectangle(x, y - 6, x + 22, y + 6)

    def open_bar(css: str):
        def drawn(x: int, y: int) -> None:
            pens[css].shape(f"M{x + 17} {y - 6}H{x}V{y + 6}H{x + 17}l{TIP}-6z")

        return drawn

    looks = [css for css in _KEY if css in pens]
    is_open = [css for css in looks if f"l{TIP}-" in pens[css].data]
    entries = [(bar(css), str(_KEY[css])) for css in looks]
    if goes_on := [css for css in is_open if css in (BAR, OTHER_BAR)]:
        entries.append((open_bar(goes_on[0]), _("Goes on")))
    if still_so := [css for css in is_open if css not in (BAR, OTHER_BAR)]:
        entries.append((open_bar(still_so[0]), _("Still so when it was reported")))
    return entries
