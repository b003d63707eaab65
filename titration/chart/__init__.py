"""The timeline picture: recorded steps as an SVG of finished strings.

    picture = chart(live, title="By mouth: baclofen", route="By mouth", now=now)
    svg(picture)

One string serves the page under a strict Content-Security-Policy and, as an image, the PDF.
Heights compare within one written basis and unit only, each of which has a panel of its own.
Figures on it are stored amounts, or totals that their axis calls totals; nothing is converted,
averaged or filled in.
"""

from collections.abc import Sequence
from datetime import datetime

from django.template.loader import get_template
from django.utils.safestring import SafeString

from titration.chart.drawing import draw
from titration.chart.picture import Chart
from titration.timeline import StepRecord

# In pixels of the picture: for a page, for a telephone, and for the text width of A4 paper.
WIDE, NARROW, PAPER = 1060, 360, 720

__all__ = ["NARROW", "PAPER", "WIDE", "Chart", "chart", "svg"]


def chart(
    live: Sequence[StepRecord],
    *,
    title: str,
    route: str,
    now: datetime,
    width: int = WIDE,
    prefix: str = "timeline",
) -> Chart | None:
    """Lay out the live steps (as `timeline.live_steps` orders them); none when there are none.

    `title` names the regimen for screen readers, `route` begins every axis, `now` is the present
    in the clinic's zone. `prefix` begins every id, so that one page can hold several charts.
    """
    if not live:
        return None
    return draw(live, title=title, route=route, now=now, width=width, prefix=prefix)


def svg(chart: Chart) -> SafeString:
    """The chart as an SVG element."""
    return get_template("titration/_chart.svg").render({"chart": chart})
