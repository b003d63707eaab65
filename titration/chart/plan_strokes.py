"""Draws plans: planned lines under the recorded ones, pauses, rows without a figure, copies."""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import pairwise

from django.utils.translation import gettext as _

from titration import wording
from titration.chart.labels import Text, text_width
from titration.chart.plans import Copy, Laid, PlannedStretch, Plans, undated_words
from titration.chart.plots import Plot
from titration.chart.singles import HALF, Marker, placed
from titration.chart.strokes import Canvas
from titration.chart.time_axis import start_of

ROW = 20
LEAST_GAP = 9
PAUSE_LINES = 7
MOST_COPIES = 4

DIAMOND = f"l{HALF} {HALF}l-{HALF} {HALF}l-{HALF}-{HALF}z"
SQUARE = f"m-{HALF - 1} 1h{2 * HALF - 2}v{2 * HALF - 2}h-{2 * HALF - 2}z"


def draw_planned(canvas: Canvas, plot: Plot) -> None:
    """Draw what versions plan in one panel, older versions first; what they plan has no area."""
    for track, planned in plot.panel.planned:
        css = "planned" if track.track.is_present else "older"
        xs = [canvas.axis.x(stretch.start) for stretch in planned]
        has_dots = css == "planned" and _least_gap(xs) >= LEAST_GAP
        before: PlannedStretch | None = None
        for x, stretch in zip(xs, planned, strict=True):
            end = canvas.axis.right if stretch.end is None else canvas.axis.x(stretch.end)
            low, high = plot.y[stretch.figures[0]], plot.y[stretch.figures[1]]
            if before and before.end == stretch.start:
                ys = [plot.y[figure] for figure in before.figures]
                top, bottom = min(high, *ys), max(low, *ys)
                y0, y1 = (top, bottom) if top == ys[1] else (bottom, top)
                canvas.line(css, x, y0, x, y1)
            canvas.line(css, x, low, end, low)
            if high != low:
                canvas.line(css, x, high, end, high)
                canvas.pens["planned range"].rectangle(x, high, end, low)
            if has_dots and x > canvas.axis.left:
                canvas.pens["planned dot"].rectangle(x - 3, low - 3, x + 3, low + 3)
            before = stretch
        _draw_end(canvas, plot, track, planned)


def _least_gap(xs: Sequence[int]) -> int:
    return min((b - a for a, b in pairwise(xs)), default=LEAST_GAP)


def _draw_end(canvas: Canvas, plot: Plot, track: Laid, planned: Sequence[PlannedStretch]) -> None:
    """The bar where a plan stops the medicine, or the name of an older version beside its line."""
    last = planned[-1]
    low, high = plot.y[last.figures[0]], plot.y[last.figures[1]]
    if not track.track.is_present:
        x = canvas.axis.x(last.start)
        name = track.track.name
        places = ((x + 4, high - 5), (x + 4, low + 15), (x - 4 - text_width(name), high - 5))
        canvas.asides.append([Text("plannedt", x0, y, name) for x0, y in places])
    if not last.stops or last.end is None:
        return
    x, top, bottom = canvas.axis.x(last.end), high - 10, low + 10
    canvas.line("planned end", x, top, x, bottom)
    if track.track.is_present:
        on = next(day for at, day in track.stops if at == last.end)
        canvas.asides.insert(0, list(_stop_places(plot, x, top, bottom, on)))


def room_of_stop(planned: Sequence[Laid], last: float, most: int) -> int:
    """The room for words right of the present plan's stop at `last`; 0 where they are too wide."""
    for track in planned:
        for at, day in track.stops:
            if track.track.is_present and at == last:
                wide, short = (text_width(words) + 20 for words in _stop_words(day))
                return wide if wide <= most else short if short <= most else 0
    return 0


def _stop_words(on: date) -> tuple[str, str]:
    dated = _("Stops %(when)s (planned)") % {"when": wording.date_words(on)}
    return dated, _("Stops (planned)")


def _stop_places(plot: Plot, x: int, top: int, bottom: int, on: date) -> Iterator[Text]:
    y = (top + bottom) // 2 + 4
    for label in _stop_words(on):
        yield Text("plannedt", x + 8, y, label)
        yield Text("plannedt", x, top - 6, label, "middle")
        yield Text("plannedt", x + 2, top - 6, label, "end")
        if bottom + 14 <= plot.base:
            yield Text("plannedt", x + 2, bottom + 14, label, "end")
        yield Text("plannedt", x - 8, y, label, "end")


def draw_pauses(canvas: Canvas, plans: Plans, top: int, bottom: int) -> None:
    """Upright hairlines for as long as a plan is paused, with words above; never a dose."""
    label = _("Plan paused, stays on this dose")
    for begun, ended in plans.pauses:
        zone = canvas.axis.zone
        start = canvas.axis.x(start_of(begun, zone))
        end = canvas.x_now if ended is None else canvas.axis.x(start_of(ended, zone))
        end = max(end, start + 2)
        pen = canvas.pens["paused"]
        for x in range(start, end, PAUSE_LINES):
            pen.line(x, top, x, bottom)
        pen.line(end, top, end, bottom)
        pen.line(start, top, end, top)
        middle = (start + end) // 2
        canvas.labels.append(
            [
                Text("pausedt", x, y, words, anchor)
                for words in (label, _("Plan paused"))
                for y in (top - 5, top + 12)
                for x, anchor in ((middle, "middle"), (start, "start"), (end, "end"))
            ]
        )


def beside_line(canvas: Canvas, track: Laid, edge: float) -> list[tuple[Marker, str]]:
    """The markers of a track's rows that no panel draws, each with its outline."""
    items = [(row.at, row.at, row.words) for row in track.beside]
    outlines = [DIAMOND if row.is_single else SQUARE for row in track.beside]
    return list(zip(placed(items, canvas.axis, edge), outlines, strict=True))


def draw_beside(
    canvas: Canvas, track: Laid, rows: Sequence[tuple[Marker, str]], top: int, left: int
) -> int:
    """Draw those markers, and say which rows have no date; returns where their lane ends."""
    foot = top
    for marker, outline in rows:
        y = top + marker.row * ROW + ROW // 2
        canvas.pens["planned row"].shape(f"M{marker.x} {y - HALF}{outline}")
        foot = max(foot, top + (marker.row + 1) * ROW + 4)
        if marker.words:
            canvas.room.write(Text("plannedt", marker.words_x, y + 4, marker.words, marker.anchor))
    words = undated_words(track.undated)
    if words:
        foot = canvas.room.write_lines(Text("ax", left, foot + 13, words)) + 9
    return foot


def shown_copies(plans: Plans) -> list[Copy]:
    """The newest copies, oldest first: as many as there is room for."""
    return sorted(plans.copies, key=lambda copy: (copy.given_on, copy.version))[-MOST_COPIES:]


def draw_copies(canvas: Canvas, copies: Sequence[Copy], top: int) -> int:
    """Draw from when to when each copy is with the patient; returns where their lane ends."""
    pen, zone = canvas.pens["paper"], canvas.axis.zone
    for place, copy in enumerate(copies):
        y = top + place * ROW + 16
        start = canvas.axis.x(start_of(copy.given_on, zone))
        end = canvas.x_now if copy.until is None else canvas.axis.x(start_of(copy.until, zone))
        pen.line(start, y - 5, start, y + 3)
        pen.line(start, y, max(end, start + 2), y)
        if copy.until is not None:
            pen.line(end, y - 5, end, y + 3)
        label = _("v%(version)s given %(date)s") % {
            "version": copy.version,
            "date": wording.date_words(copy.given_on),
        }
        if start + 5 + text_width(label) <= canvas.axis.right:
            canvas.room.write(Text("ax", start + 5, y - 4, label))
        else:
            canvas.room.write(Text("ax", canvas.axis.right, y - 4, label, "end"))
    return top + len(copies) * ROW + 4
