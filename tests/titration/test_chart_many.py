"""Several regimens and lanes on one time axis: panels, ranges, what would overlap."""

import re
from datetime import date, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from tests.titration.doses import rate, times
from titration.chart import NARROW, WIDE, svg
from titration.chart.labels import Text
from titration.chart.lanes import (
    DIFFERENT,
    MISSED,
    MOST_ROWS,
    OTHER_BAR,
    TAKEN,
    Bar,
    Lane,
    Mark,
    Series,
)
from titration.chart.many import course_of, draw_many
from titration.timeline import Effective, StepRecord

NOW = datetime(2026, 6, 30, 12, tzinfo=ZoneInfo("Europe/London"))


def step(on: date, *components, kind: str = "dose", number: int = 1) -> StepRecord:
    return StepRecord(uuid4(), number, uuid4(), kind, Effective(on), components)


MOUTH = course_of(
    "By mouth: baclofen",
    (
        step(date(2026, 1, 5), times(3, "17")),
        step(date(2026, 4, 6), times(3, "11")),
        step(date(2026, 6, 1), times(3, "7")),
    ),
    NOW,
)
PUMP = course_of(
    "Into the spinal fluid: baclofen",
    (
        step(date(2026, 3, 9), rate("101", "24 hours", "microgram")),
        step(date(2026, 5, 4), rate("113", "24 hours", "microgram")),
    ),
    NOW,
)


def draw(courses=(MOUTH, PUMP), lanes=(), width=WIDE, **more):
    return draw_many(courses, lanes, title="All", now=NOW, width=width, prefix="t", **more)


def texts(chart) -> list[tuple[str, int, int, str]]:
    """(class, x, y, words) of every text, as the template writes them."""
    return [(group.css, x, y, words) for group in chart.words for x, y, words in group.texts]


def said(chart) -> list[str]:
    return [words.replace("\u00a0", " ") for _css, _x, _y, words in texts(chart)]


def scores(*marks: tuple[date, str], name: str = "Stiffness") -> Lane:
    return Lane("Scores", (), [Series(name, [Mark(Effective(on), w) for on, w in marks])])


def test_each_regimen_has_its_own_panel_with_its_route_first():
    words = said(draw())
    assert "By mouth: baclofen: total per day" in words
    assert "Into the spinal fluid: baclofen: rate per 24 hours" in words
    assert {"51 mg", "33 mg", "113 micrograms"} <= set(words)


def test_they_share_one_time_axis_and_one_today():
    words = said(draw())
    assert words.count("Today 30-Jun-2026") == 1
    assert words.count("Apr 2026") == 1


def test_a_range_shows_what_holds_in_it_and_nothing_of_before_or_after():
    lanes = [scores((date(2026, 1, 9), "9"), (date(2026, 5, 6), "3"))]
    words = said(draw(lanes=lanes, since=date(2026, 4, 20), until=date(2026, 5, 20)))
    assert "33 mg" in words
    assert {"51 mg", "21 mg", "9"}.isdisjoint(words)
    assert "3" in words
    assert "Today 30-Jun-2026" not in words


def test_nothing_is_drawn_outside_the_range():
    chart = draw(lanes=[bars(("Drowsiness", 60))], since=date(2026, 5, 1), until=date(2026, 5, 9))
    numbers = [int(x) for mark in chart.marks for x in re.findall(r"[MH](-?\d+)", mark.data)]
    assert min(numbers) >= 0
    assert max(numbers) <= WIDE


def test_a_dose_that_began_before_the_range_has_no_dot_at_its_edge():
    chart = draw([MOUTH], since=date(2026, 2, 1), until=date(2026, 3, 1))
    assert "small dot" not in {mark.css for mark in chart.marks}


def test_an_empty_range_draws_nothing():
    assert draw(since=date(2020, 1, 1), until=date(2020, 2, 1)) is None


def bars(*items: tuple[str, int], css: str = OTHER_BAR) -> Lane:
    """Bars that began so many days ago and go on."""
    began = [
        Bar(Effective(NOW.date() - timedelta(days=days)), words, is_open=True, css=css)
        for words, days in items
    ]
    return Lane("Side effects", began)


def test_a_side_effect_that_goes_on_has_an_open_end():
    chart = draw(lanes=[bars(("Drowsiness", 60))])
    [mark] = [mark for mark in chart.marks if mark.css == "sign"]
    assert "l5-" in mark.data
    assert "Goes on" in said(chart)


def test_an_end_that_is_not_stated_is_drawn_as_its_start_alone():
    lane = Lane("Side effects", [Bar(Effective(date(2026, 3, 2)), "Headache")])
    chart = draw(lanes=[lane])
    [mark] = [mark for mark in chart.marks if mark.css == "effect"]
    assert "l5-" not in mark.data
    assert "Goes on" not in said(chart)


def test_more_side_effects_than_rows_are_counted():
    many = bars(*((f"Symptom {n}", 100) for n in range(MOST_ROWS + 5)))
    words = said(draw(lanes=[many]))
    assert sum(text.startswith("Symptom") for text in words) == MOST_ROWS
    assert "5 more, in the table" in words


def reports(*items: tuple[str, date, date], is_open: bool = False) -> Lane:
    """Reports from a day up to another, which is the first that they do not tell of."""
    return Lane(
        "Intake",
        [
            Bar(Effective(start), "", end=Effective(end), is_open=is_open, css=css)
            for css, start, end in items
        ],
    )


def path_of(chart, css: str) -> str:
    [mark] = [mark for mark in chart.marks if mark.css == css]
    return mark.data


def heights(data: str) -> list[str]:
    return re.findall(r"M\d+ (\d+)", data)


def test_reports_of_days_on_end_stand_in_one_row():
    lane = reports(
        (TAKEN, date(2026, 3, 2), date(2026, 4, 5)),
        (MISSED, date(2026, 4, 5), date(2026, 5, 7)),
    )
    chart = draw(lanes=[lane])
    assert heights(path_of(chart, TAKEN))[0] == heights(path_of(chart, MISSED))[0]


def test_two_reports_of_the_same_days_stand_in_two_rows():
    lane = reports(
        (TAKEN, date(2026, 3, 2), date(2026, 4, 5)),
        (MISSED, date(2026, 3, 9), date(2026, 3, 30)),
    )
    chart = draw(lanes=[lane])
    assert heights(path_of(chart, TAKEN))[0] != heights(path_of(chart, MISSED))[0]


def test_what_was_reported_is_told_by_a_pattern_that_the_key_explains():
    chart = draw(lanes=[reports((DIFFERENT, date(2026, 3, 2), date(2026, 4, 5)))])
    assert "Reported as taken differently" in said(chart)
    assert "Reported as missed" not in said(chart)
    picture = svg(chart)
    assert 'fill="url(#t-slant)"' in picture
    assert 'id="t-slant"' in picture
    assert 'id="t-dots"' not in picture


def test_a_report_without_an_end_is_drawn_up_to_the_day_of_the_report_alone():
    lane = reports((MISSED, date(2026, 3, 2), date(2026, 4, 6)), is_open=True)
    data = path_of(draw(lanes=[lane]), MISSED)
    closed = reports((MISSED, date(2026, 3, 2), date(2026, 4, 6)))
    edge = re.search(r"H(\d+)", path_of(draw(lanes=[closed]), MISSED)).group(1)
    assert data.startswith(f"M{edge} ")
    assert "l5-" in data


def test_a_report_that_ended_before_the_range_is_not_drawn():
    lane = reports((MISSED, date(2026, 3, 2), date(2026, 4, 6)), is_open=True)
    chart = draw(lanes=[lane], since=date(2026, 5, 1), until=date(2026, 5, 9))
    assert MISSED not in {mark.css for mark in chart.marks}


def test_marks_that_would_overlap_are_one_that_says_how_many():
    days = [(date(2026, 3, 2) + timedelta(days=n), str(n)) for n in range(9)]
    words = said(draw(lanes=[scores(*days, (date(2026, 6, 1), "4"))]))
    assert "9 values" in words
    assert "4" in words


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_three_hundred_observations_stay_apart(width):
    lanes = [
        Lane(
            "Scores",
            (),
            [
                Series(
                    f"Measure {row}",
                    [
                        Mark(Effective(date(2016, 1, 1) + timedelta(days=37 * n + row)), "1+")
                        for n in range(30)
                    ],
                )
                for row in range(10)
            ],
        )
    ]
    courses = [course_of(f"Regimen {n}", MOUTH.live, NOW) for n in range(10)]
    chart = draw(courses, lanes, width)

    boxes = [
        Text(css, x, y, words, group.anchor).box
        for group in chart.words
        for css, (x, y, words) in ((group.css, text) for text in group.texts)
        if css == "lanet"
    ]
    assert boxes
    assert not any(box.meets(boxes[:place]) for place, box in enumerate(boxes))
    assert (
        sum(int(w.split()[0]) for w in said(chart) if w.endswith("values"))
        + said(chart).count("1+")
        == 300
    )


def test_no_amount_is_written_that_was_not_typed_or_added_up():
    words = " ".join(said(draw(lanes=[bars(("Drowsiness", 60))])))
    found = set(re.findall(r"([\d.,]+) (?:mg|micrograms)", words))
    assert found <= {"51", "33", "21", "101", "113"}


def test_the_picture_is_one_svg_whose_words_are_escaped():
    lane = bars(("“<b>dizzy</b>”", 40))
    picture = svg(draw(lanes=[lane]))
    assert "<b>" not in picture
    assert "&lt;b&gt;dizzy" in picture
