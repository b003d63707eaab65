"""What is planned in the timeline picture: on the axis of what was recorded, and apart from it."""

import re
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import combinations, pairwise
from pathlib import Path
from uuid import UUID, uuid4
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.titration.doses import at, rate, times
from tests.titration.factories import planned_row
from tests.titration.histories import Told, histories
from tests.titration.test_chart import (
    DOSES,
    NOW,
    doses,
    lines,
    live_of,
    path,
    said,
    step,
    stored,
    texts,
    widths,
)
from titration import timeline
from titration.chart import NARROW, PAPER, WIDE, Chart, Copy, Plans, Track, chart, look, svg
from titration.chart.plans import laid
from titration.dosing import Component
from titration.planning import Row, laid_dates
from titration.timeline import StepRecord

TODAY = NOW.date()
BEGUN = date(2026, 10, 5)


def track(*rows: Row, version: int = 1, is_present: bool = True, opened=None) -> Track:
    days = laid_dates(rows, opened)
    return Track(version, tuple(zip(rows, days, strict=True)), is_present)


def drawn(*live: StepRecord, width: int = WIDE, plans: Plans | None = None, rows=()) -> Chart:
    picture = chart(
        timeline.live_steps(live),
        title="By mouth: baclofen",
        route="By mouth",
        now=NOW,
        width=width,
        plans=plans or Plans([track(*rows)]),
    )
    assert picture is not None
    return picture


def taper(begun: date = BEGUN) -> list[Row]:
    """Down from 40 to 5 mg a day, every two weeks, then stop."""
    return [
        planned_row(begun, at("morning", "20"), at("bedtime", "20")),
        planned_row("2 weeks", at("morning", "15"), at("bedtime", "20")),
        planned_row("2 weeks", at("morning", "10"), at("bedtime", "20")),
        planned_row("2 weeks", at("morning", "5"), at("bedtime", "20")),
        planned_row("2 weeks", at("bedtime", "5")),
        planned_row("2 weeks", kind="stop"),
    ]


RECORDED = step(1, BEGUN, at("morning", "20"), at("bedtime", "20"))


def strokes(picture: Chart, css: str) -> str:
    """The path of a class without its sample in the key, which is drawn last."""
    data = path(picture, css)
    return data[: data.rindex("M")] if data else ""


def xs(data: str) -> list[int]:
    return [x for line in lines(data) for x in (line[0], line[2])]


def heights(data: str) -> set[int]:
    """Where the flat pieces of a path stand."""
    return {y0 for _x0, y0, _x1, y1 in lines(data) if y0 == y1}


def today_of(picture: Chart) -> int:
    return next(lines(path(picture, "today")))[0]


# The planned line


@pytest.mark.parametrize("width", [WIDE, NARROW, PAPER])
def test_planned_line_goes_on_beyond_today(width: int):
    picture = drawn(RECORDED, rows=taper(), width=width)

    planned = strokes(picture, "planned")

    assert min(xs(planned)) < today_of(picture) < max(xs(planned))
    assert len(heights(planned)) == 5
    assert "Planned, signed v1" in said(picture)


def test_planned_and_recorded_of_one_figure_stand_on_one_height():
    picture = drawn(RECORDED, rows=taper())

    recorded = heights(strokes(picture, "recorded"))

    assert recorded < heights(strokes(picture, "planned"))
    assert min(xs(strokes(picture, "recorded"))) == min(xs(strokes(picture, "planned")))


def test_plan_alone_is_drawn_on_axes_of_its_own():
    picture = drawn(rows=taper(TODAY + timedelta(days=2)))

    assert strokes(picture, "recorded") == ""
    assert min(xs(strokes(picture, "planned"))) > today_of(picture)


def test_without_steps_and_plan_there_is_no_picture():
    older = Plans([track(*taper(), is_present=False)])

    assert chart([], title="", route="", now=NOW, plans=Plans()) is None
    assert chart([], title="", route="", now=NOW, plans=older) is None


def test_stop_is_a_bar_with_its_date_and_never_a_dose_of_nothing():
    picture = drawn(RECORDED, rows=taper())
    base = max(y for _x, y, _x1, _y1 in lines(path(picture, "base")))

    assert "Stops 14-Dec-2026 (planned)" in said(picture, "plannedt")
    assert path(picture, "planned end")
    assert all(y < base for line in lines(strokes(picture, "planned")) for y in (line[1], line[3]))
    assert not any(words.startswith("0\u00a0") for words in said(picture))


def test_last_dose_that_continues_is_drawn_to_the_end():
    picture = drawn(RECORDED, rows=taper()[:3])
    end = max(xs(path(picture, "base")))

    assert max(xs(strokes(picture, "planned"))) == end
    assert "planned end" not in {mark.css for mark in picture.marks}


def test_ticks_stand_at_planned_figures_too_and_at_nothing_else():
    picture = drawn(RECORDED, rows=taper())
    ticks = {words for words in said(picture, "ax") if words.endswith("\u00a0mg")}

    assert ticks <= {f"{figure}\u00a0mg" for figure in (40, 35, 30, 25, 5)}
    assert {"40\u00a0mg", "5\u00a0mg"} <= ticks


def test_dose_in_another_basis_has_a_panel_of_its_own():
    rows = [planned_row(BEGUN, times(1, "40")), planned_row("4 weeks", times(1, "40", period=2))]
    picture = drawn(RECORDED, rows=rows)

    labels = [words for words in said(picture, "ax") if words.startswith("By mouth")]

    assert labels == ["By mouth: total per day", "By mouth: each dose, on alternate days"]
    assert len(heights(strokes(picture, "planned"))) == 2
    assert "20\u00a0mg" not in said(picture)


def test_planned_range_is_two_lines():
    rows = [planned_row(BEGUN, times(1, "25 to 50"))]

    picture = drawn(RECORDED, rows=rows)

    assert len(heights(strokes(picture, "planned"))) == 2
    assert path(picture, "planned range")


# What has no figure, or no date


def test_the_planned_line_ends_at_a_row_of_words():
    rows = [*taper()[:2], planned_row(TODAY + timedelta(days=9), kind="words", words="As able")]
    [found] = laid(Plans([track(*rows)]), NOW.tzinfo)
    last = found.stretches[-1]
    assert last.end == found.moments[-1]
    assert not last.stops


def test_a_dose_after_a_row_of_words_begins_a_line_of_its_own():
    words = planned_row(BEGUN + timedelta(days=20), kind="words", words="As able")
    rows = [*taper()[:1], words, planned_row("2 weeks", *taper()[0].components)]
    [found] = laid(Plans([track(*rows)]), NOW.tzinfo)
    begun, paused, again = found.moments
    assert [(each.start, each.end) for each in found.stretches] == [(begun, paused), (again, None)]


def test_row_of_words_is_a_marker_that_keeps_its_words_to_the_table():
    rows = [*taper()[:2], planned_row(TODAY, kind="words", words="Ring the almoner")]

    picture = drawn(RECORDED, rows=rows)

    assert "Row 3, in words" in said(picture, "plannedt")
    assert "almoner" not in svg(picture)
    assert path(picture, "planned row")


def test_dose_without_a_figure_is_a_marker_with_its_row():
    rows = [*taper()[:1], planned_row("2 weeks", *DOSES["words"])]

    picture = drawn(RECORDED, rows=rows)

    assert "Row 2" in said(picture, "plannedt")


def test_planned_single_dose_is_a_marker_with_its_amount():
    once = times(1, "50", "microgram")
    once = Component(once.amount, once.timing.__class__("once"))
    rows = [*taper()[:1], planned_row(TODAY, once, kind="single")]

    picture = drawn(RECORDED, rows=rows)

    assert "50\u00a0micrograms" in said(picture, "plannedt")
    assert path(picture, "single") == ""


def test_stop_after_a_dose_without_a_figure_is_a_marker():
    rows = [planned_row(BEGUN, *DOSES["words"]), planned_row("2 weeks", kind="stop")]

    picture = drawn(rows=rows)

    assert {"Row 1", "Stop"} <= set(said(picture, "plannedt"))


@pytest.mark.parametrize(
    ("starts", "says"),
    [
        (("review",), "Row 2 has no date until a review is recorded."),
        (("review", "2 weeks", "2 weeks"), "Rows 2 to 4 have no date until a review is recorded."),
        (
            ("review", TODAY, "review", "1 day"),
            "Rows 2, 4 to 5 have no date until a review is recorded.",
        ),
    ],
)
def test_rows_without_a_date_are_named_and_not_drawn(starts: Sequence, says: str):
    rows = [planned_row(BEGUN, times(1, "40"))]
    rows += [planned_row(start, times(1, str(7 + n))) for n, start in enumerate(starts)]

    picture = drawn(RECORDED, rows=rows)

    assert says in said(picture)
    dated = sum(day is not None for day in laid_dates(rows))
    assert len(heights(strokes(picture, "planned"))) == dated


def test_plan_whose_rows_all_wait_is_said_in_words():
    picture = drawn(rows=[planned_row("review", times(1, "40"))])

    assert "Row 1 has no date until a review is recorded." in said(picture)
    assert strokes(picture, "planned") == ""


def test_row_opened_by_a_review_is_drawn_from_its_day():
    rows = [planned_row(BEGUN, times(1, "40")), planned_row("review", times(1, "30"))]
    opened = {rows[1].row: date(2026, 11, 9)}

    picture = drawn(RECORDED, plans=Plans([track(*rows, opened=opened)]))

    assert len(heights(strokes(picture, "planned"))) == 2


# Versions, pauses, copies


def test_older_versions_are_faint_named_and_under_the_present_one():
    before = track(*taper(BEGUN - timedelta(weeks=2)), version=1, is_present=False)
    present = track(*taper(), version=2)

    picture = drawn(RECORDED, plans=Plans([present, before]))

    order = [mark.css for mark in picture.marks]
    assert order.index("older") < order.index("planned") < order.index("recorded")
    assert "v1" in said(picture, "plannedt")
    assert {"Planned, signed v2", "Planned in other versions"} <= set(said(picture))


def test_pause_is_hairlines_from_its_day_to_its_end_and_no_dose():
    paused = Plans([track(*taper())], [(date(2026, 11, 2), date(2026, 11, 16))])

    picture = drawn(RECORDED, plans=paused)

    found = [x for x in xs(path(picture, "paused")) if x > 40]
    assert max(found) < today_of(picture)
    assert any("Plan paused" in words for words in said(picture, "pausedt"))
    assert {mark.css for mark in picture.marks}.isdisjoint({"withheld", "withheld ahead"})


def test_pause_without_an_end_goes_on_until_today():
    paused = Plans([track(*taper())], [(date(2026, 11, 2), None)])

    picture = drawn(RECORDED, plans=paused)

    assert max(xs(path(picture, "paused"))) == today_of(picture)


def test_copy_is_with_the_patient_until_telling_or_today():
    copies = [Copy(1, date(2026, 10, 6), date(2026, 11, 2)), Copy(2, date(2026, 11, 2))]

    picture = drawn(RECORDED, plans=Plans([track(*taper(), version=2)], copies=copies))

    (first, until), (second, today) = (
        (x0, x1) for x0, y0, x1, y1 in lines(path(picture, "paper")) if y0 == y1
    )
    assert (until, today) == (second, today_of(picture))
    assert first < until
    assert {"v1 given 06-Oct-2026", "v2 given 02-Nov-2026"} <= set(said(picture))


# Read without colour, by everybody


def test_colour_is_never_the_only_sign():
    dashes = [
        re.findall('stroke-dasharray="([^"]*)"', look.MARKS[css])
        for css in ("recorded", "planned", "older", "ahead", "soft")
    ]

    assert all(one != other for one, other in combinations(dashes, 2))


def test_every_mark_and_word_of_plans_has_its_colours_on_the_screen():
    css = (Path(__file__).parents[2] / "static/chart.css").read_text()
    named = set(re.findall(r'\[class="([^"]+)"\]', css))

    assert set(look.MARKS) | set(look.WORDS) <= named | {"area", "range"}


def test_title_says_that_it_is_of_both():
    picture = drawn(RECORDED, rows=taper())

    assert picture.title == "By mouth: baclofen, planned and recorded doses over time"
    assert "table of both" in picture.description


def planned_text(*, with_words: bool = True) -> st.SearchStrategy[list[Row]]:
    """Plans of any rows: dated, counted, or after a review; doses of every basis."""
    first = st.dates(date(2026, 8, 1), date(2027, 2, 1))
    starts = st.sampled_from(["1 day", "3 days", "1 week", "2 weeks", "1 month", "review"])
    content = st.builds(lambda parts: ("dose", parts), doses)
    if with_words:
        content |= st.just(("words", ()))

    def row(start, said) -> Row:
        kind, parts = said
        return planned_row(start, *parts, kind=kind, words="w" if kind == "words" else "")

    later = st.lists(st.builds(row, starts, content), max_size=8)
    stop = st.booleans().map(lambda stops: [planned_row("1 week", kind="stop")] if stops else [])
    return st.builds(lambda a, b, c: [a, *b, *c], st.builds(row, first, content), later, stop)


def of_plans(live, rows: Sequence[Row], older: Sequence[Row], width: int) -> Chart:
    plans = Plans(
        [track(*rows, version=2), track(*older, version=1, is_present=False)],
        [(date(2026, 11, 2), date(2026, 11, 9)), (date(2026, 11, 18), None)],
        [Copy(1, date(2026, 10, 6)), Copy(2, date(2026, 11, 20))],
    )
    picture = chart(live, title="x", route="By mouth", now=NOW, width=width, plans=plans)
    assert picture is not None
    return picture


@given(histories(doses), planned_text(), planned_text(), widths)
def test_every_number_with_a_unit_is_stored_or_a_total(told: Told, rows, older, width: int):
    live = live_of(told)
    known = stored([*live, *(step(1, TODAY, *row.components) for row in (*rows, *older))])

    for words in said(of_plans(live, rows, older, width)):
        figures = r"\d[\d,.]*"
        assert set(re.findall(rf"{figures}(?: to {figures})?\u00a0\w+", words)) <= known


@given(histories(doses), planned_text(), planned_text(), widths)
def test_no_two_labels_overlap_and_all_stay_inside(told: Told, rows, older, width: int):
    written = texts(of_plans(live_of(told), rows, older, width))

    for text in written:
        assert text.box.left >= 0, text
        assert text.box.right <= width, text
    for one, other in combinations(written, 2):
        assert not one.box.meets([other.box]), (one, other)


@given(histories(doses), planned_text(), widths)
def test_recorded_steps_are_drawn_the_same_with_a_plan_of_their_own_time(told, rows, width: int):
    live = live_of(told)
    picture = of_plans(live, rows, rows, width)

    root = ElementTree.fromstring(svg(picture))

    assert root.get("role") == "img"
    for mark in picture.marks:
        assert mark.css in look.MARKS
        if live and mark.css == "recorded":
            assert max(xs(strokes(picture, "recorded"))) <= today_of(picture)


# Published schedules, and long ones


def case(*rows: tuple[date | str, tuple[Component, ...]], stops: str = "") -> list[Row]:
    found = [planned_row(start, *parts) for start, parts in rows]
    return [*found, *([planned_row(stops, kind="stop")] if stops else [])]


def pack(line: str) -> tuple[Component, ...]:
    slots = ("breakfast", "lunch", "dinner", "bedtime")
    return tuple(at(slot, figure) for slot, figure in zip(slots, line.split(), strict=True))


CASES: dict[str, tuple[list[Row], int]] = {
    "baclofen up": (
        case(
            (BEGUN, (times(3, "5"),)),
            *(("3 days", (times(3, figure),)) for figure in ("10", "15", "20")),
        ),
        4,
    ),
    "baclofen uneven day": (
        case((BEGUN, (at("morning", "5"), at("midday", "5"), at("bedtime", "10")))),
        1,
    ),
    "baclofen pump": (
        case(
            (BEGUN, (rate("200", "24 hours"),)),
            ("1 week", (rate("220", "24 hours"),)),
            ("1 week", (rate("240", "24 hours"),)),
        ),
        3,
    ),
    "methylprednisolone pack": (
        case(
            (BEGUN, pack("8 4 4 8")),
            *(
                ("1 day", pack(line))
                for line in ("4 4 4 8", "4 4 4 4", "4 4 0 4", "4 0 0 4", "4 0 0 0")
            ),
            stops="1 day",
        ),
        6,
    ),
    "lamotrigine beside valproate": (
        case(
            (BEGUN, (times(1, "25", period=2),)),
            ("2 weeks", (times(1, "25"),)),
            ("2 weeks", (times(1, "25 to 50"),)),
            ("2 weeks", (times(1, "100 to 200"),)),
        ),
        5,
    ),
    "gabapentin": (
        case(
            (BEGUN, (times(1, "300"),)),
            ("1 day", (times(2, "300"),)),
            ("1 day", (times(3, "300"),)),
            ("2 weeks", (times(3, "600"),)),
        ),
        4,
    ),
}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("width", [WIDE, NARROW, PAPER])
def test_published_schedule_is_drawn_row_by_row(name: str, width: int):
    rows, count = CASES[name]
    picture = drawn(rows=rows, width=width)

    assert len(heights(strokes(picture, "planned"))) == count
    assert bool(path(picture, "planned end")) == (rows[-1].kind == "stop")


def test_taper_of_forty_rows_with_alternate_day_doses_is_drawn_whole():
    """Weeks of daily doses and weeks of doses on alternate days, in two panels, one figure each."""
    rows = [planned_row(BEGUN, times(1, "40"))]
    for week in range(1, 40):
        days = {"period": 2} if week % 2 else {}
        rows.append(planned_row("1 week", times(1, str(40 - week), **days)))
    picture = drawn(RECORDED, rows=rows)

    flat = [line for line in lines(strokes(picture, "planned")) if line[1] == line[3]]

    assert len(flat) == 40
    assert len({y for _x, y, _x1, _y1 in flat}) == 40
    starts = sorted(x0 for x0, _y0, _x1, _y1 in flat)
    assert all(before < after for before, after in pairwise(starts))


def test_hundred_rows_keep_the_picture_small():
    rows = [planned_row(BEGUN, times(1, "40"))]
    rows += [planned_row("1 week", times(1, str(40 - n % 30))) for n in range(99)]

    plain, planned = (
        svg(drawn(RECORDED, plans=plans)) for plans in (Plans(), Plans([track(*rows)]))
    )

    assert len(planned) < len(plain) + 6_000


def test_rows_keep_their_identity_out_of_the_picture():
    key = uuid4()
    picture = drawn(RECORDED, rows=[planned_row(BEGUN, times(1, "40"), row=key)])

    assert str(key) not in svg(picture)
    assert UUID(int=0) != key


@pytest.mark.parametrize("on", [date.min, date(1000, 1, 1), date(2526, 1, 1), date.max])
@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_slip_of_the_year_in_a_plan_still_gives_a_picture(on: date, width: int):
    picture = drawn(RECORDED, rows=[planned_row(on, times(1, "40"))], width=width)

    assert "Planned, signed v1" in said(picture)
