"""The timeline picture: recorded steps as an SVG of finished strings.

    pictures(live, title="By mouth: baclofen", route="By mouth", now=now)       # for a page
    svg(chart(live, title=..., route="By mouth", now=now, width=PAPER))         # for the PDF

The same strings serve a page under a strict Content-Security-Policy and, as images, the PDF.
Heights compare within one written basis and unit only, each of which has a panel of its own.
Figures on it are stored amounts, or totals that their axis calls totals; nothing is converted,
averaged or filled in.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from patients.finished import html
from titration.chart import look
from titration.chart.drawing import draw
from titration.chart.lanes import Lane
from titration.chart.panels import stretches
from titration.chart.picture import Chart
from titration.chart.plans import NONE, Copy, Plans, Track, laid
from titration.chart.time_axis import zone_of
from titration.timeline import StepRecord

# In pixels of the picture: for a page, for a telephone, and for the text width of A4 paper.
WIDE, NARROW, PAPER = 1060, 360, 720

__all__ = ["NARROW", "PAPER", "WIDE", "Chart", "Copy", "Plans", "Track", "chart", "pictures", "svg"]


def chart(
    live: Sequence[StepRecord],
    *,
    title: str,
    route: str,
    now: datetime,
    width: int = WIDE,
    prefix: str = "timeline",
    is_today: bool = True,
    plans: Plans = NONE,
) -> Chart | None:
    """Lay out the live steps (as `timeline.live_steps` orders them) and, under them, the plans.

    None where there is nothing to draw.

    `title` names the regimen for screen readers, `route` begins every axis, `now` is the present
    in the clinic's zone, or an earlier moment as known then when it is not `is_today`. `prefix`
    begins every id, so that one page can hold several charts.
    """
    if not live and plans.present is None:
        return None
    zone = zone_of(now)
    return draw(
        live,
        stretches(live, zone),
        plans,
        laid(plans, zone),
        title=title,
        route=route,
        now=now,
        width=width,
        prefix=prefix,
        is_today=is_today,
    )


def pictures(
    live: Sequence[StepRecord],
    *,
    title: str,
    route: str,
    now: datetime,
    prefix: str = "timeline",
    is_today: bool = True,
    plans: Plans = NONE,
    lanes: Sequence[Lane] = (),
) -> SafeString:
    """The chart for a page, drawn for a wide and for a narrow screen; CSS shows the one that fits.

    `lanes` stand under it on the same axis.

    Empty when there is nothing to draw; the arguments are those of `chart`.
    """
    if not live and plans.present is None:
        return SafeString("")
    zone = zone_of(now)
    shown = (live, stretches(live, zone), plans, laid(plans, zone))
    picture = partial(
        draw, *shown, title=title, route=route, now=now, is_today=is_today, lanes=lanes
    )
    drawn = (
        (shape, svg(picture(width=width, prefix=f"{prefix}-{shape}")))
        for shape, width in (("wide", WIDE), ("narrow", NARROW))
    )
    return format_html_join("", '<div class="chart {}">{}</div>', drawn)


def svg(chart: Chart) -> SafeString:
    """The chart as an SVG element."""
    return html(
        look.PICTURE,
        prefix=chart.prefix,
        title=chart.title,
        description=chart.description,
        width=str(chart.width),
        height=str(chart.height),
        font_size=chart.font_size,
        patterns=chart.patterns,
        elements=chart.elements,
    )
