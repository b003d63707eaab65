"""The timeline picture: what it says, where it says it, and that nothing in it is made up."""

import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import combinations
from uuid import UUID
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from tests.titration.doses import amount, at, rate, times
from tests.titration.histories import ZONE, Told, histories, presents
from titration import dosing, timeline, wording
from titration.chart import NARROW, PAPER, WIDE, Chart, chart, look, pictures, svg
from titration.chart.labels import Box, Text, broken, text_width
from titration.chart.time_axis import DAY, HOUR, TimeAxis, moment
from titration.dosing import Component, Timing
from titration.timeline import Effective, StepRecord

NOW = datetime(2026, 11, 21, 14, 30, tzinfo=ZONE)
SVG = "{http://www.w3.org/2000/svg}"


def as_needed(figures: str, why: str = "") -> Component:
    return Component(amount(figures), Timing("times"), as_needed=True, as_needed_for=why)


# Every kind of figure in a chart, each a prime that no other shares.
DOSES: dict[str, tuple[Component, ...]] = {
    "a day": (at("morning", "7"), at("bedtime", "11")),
    "another day": (times(3, "13"),),
    "a range": (times(2, "17 to 19"),),
    "decimals": (at("morning", "0.125"),),
    "another unit": (times(2, "600000", "unit"),),
    "beside as needed": (at("morning", "23"), as_needed("29")),
    "alternate days": (at("morning", "31", period=2, anchor=date(2026, 10, 1)),),
    "weekly": (at("morning", "37", weekdays=(1,)),),
    "a rate": (rate("41", "hour"),),
    "windows": (
        rate("43", "24 hours", window_from=time(8), window_to=time(20)),
        rate("47", "24 hours", window_from=time(20), window_to=time(8)),
    ),
    "as needed": (as_needed("53"),),
    "words": (at("morning", "59"), at("morning", "61", weekdays=(2, 4))),
}
doses = st.sampled_from(list(DOSES.values()))
years = st.builds(
    lambda days: Effective(date(2026, 11, 21) - timedelta(days=days)), st.integers(-400, 6000)
)
widths = st.sampled_from([WIDE, NARROW, PAPER])


def step(number: int, on: date, *components: Component, kind: str = "dose", **more) -> StepRecord:
    effective = Effective(on, **more)
    return StepRecord(UUID(int=number), number, UUID(int=number), kind, effective, components)


def drawn(*steps: StepRecord, now: datetime = NOW, width: int = WIDE) -> Chart:
    picture = chart(
        timeline.live_steps(steps),
        title="By mouth: baclofen",
        route="By mouth",
        now=now,
        width=width,
    )
    assert picture is not None
    return picture


def drawn_live(live, now: datetime, width: int) -> Chart:
    picture = chart(live, title="By mouth: baclofen", route="By mouth", now=now, width=width)
    assert picture is not None
    return picture


def texts(picture: Chart) -> list[Text]:
    return [
        Text(group.css, int(x), int(y), words, group.anchor)
        for group in picture.words
        for x, y, words in group.texts
    ]


def said(picture: Chart, css: str = "") -> list[str]:
    return [text.words for text in texts(picture) if not css or text.css == css]


def path(picture: Chart, css: str) -> str:
    return next((mark.data for mark in picture.marks if mark.css == css), "")


def lines(data: str) -> Iterator[tuple[int, int, int, int]]:
    """The straight pieces of a path of M, H and V."""
    x = y = 0
    for command, first, second in re.findall(r"([MHV])(\d+)(?: (\d+))?", data):
        if command == "M":
            x, y = int(first), int(second)
        elif command == "H":
            yield x, y, int(first), y
            x = int(first)
        else:
            yield x, y, x, int(first)
            y = int(first)


def points(data: str) -> list[tuple[int, int]]:
    return [(int(x), int(y)) for x, y in re.findall(r"M(\d+) (\d+)h.01", data)]


def live_of(told: Told) -> tuple[StepRecord, ...]:
    return timeline.live_steps(told.records, told.withdrawals)


# Nothing is made up


def stored(live) -> set[str]:
    """Every amount of some steps and every total per day, in words, recomputed here."""
    found = set()
    for record in live:
        for component in record.components:
            low, high, unit = component.amount.low, component.amount.high, component.amount.unit
            found |= {wording.range_words(low, high, unit), wording.range_words(low, None, unit)}
            found |= {wording.range_words(high, None, unit)} if high else set()
        total = dosing.total_per_day(record.components)
        if total:
            found |= {wording.total_words(total), wording.range_words(total.low, None, total.unit)}
            found |= {wording.range_words(total.high, None, total.unit)} if total.high else set()
        rates = [c.amount for c in record.components if c.timing.kind == "continuous"]
        if len(rates) > 1:
            lowest, highest = min(r.low for r in rates), max(r.high or r.low for r in rates)
            found.add(wording.range_words(lowest, highest, rates[0].unit))
    return found


@given(histories(doses), presents, widths)
def test_every_number_with_a_unit_is_stored_or_a_total(told: Told, now: datetime, width: int):
    live = live_of(told)
    if not live:
        return
    shown = set()
    for words in said(drawn_live(live, now, width)):
        figures = r"\d[\d,.]*"
        shown |= set(re.findall(rf"{figures}(?: to {figures})?\u00a0\w+", words))
        rest = re.sub(rf"{figures}(?: to {figures})?\u00a0\w+", "", words)
        assert not re.search(r"\d ?(mg|unit|microgram)", rest)

    assert shown <= stored(live)


@given(histories(kinds=("withhold", "stop")), presents, widths)
def test_withheld_and_stopped_have_no_value(told: Told, now: datetime, width: int):
    live = live_of(told)
    if not live:
        return
    picture = drawn_live(live, now, width)

    assert "\u00a0" not in "".join(said(picture))
    assert {mark.css for mark in picture.marks}.isdisjoint({"grid", "recorded", "area", "range"})


def test_withheld_until_today_is_a_band_to_today():
    picture = drawn(
        step(1, date(2026, 9, 1), at("morning", "7")),
        step(2, date(2026, 11, 2), kind="withhold"),
    )
    today = next(lines(path(picture, "today")))[0]
    line = next(lines(path(picture, "recorded")))
    band = re.match(r"M(\d+) \d+H(\d+)", path(picture, "withheld"))

    assert band is not None
    assert (line[2], today) == (int(band[1]), int(band[2]))
    assert said(picture, "withheldt") == ["Withheld"]
    assert said(picture, "val") == []


def test_title_is_escaped():
    picture = chart(
        [step(1, date(2026, 9, 1), at("morning", "7"))], title="<&>", route="A<b", now=NOW
    )

    root = ElementTree.fromstring(svg(picture))

    assert root.findtext(f"{SVG}title") == "<&>, recorded doses over time"
    assert "A<b: total per day" in "".join(root.itertext())


# What is written stays legible


@given(histories(doses, most=25), presents, widths)
def test_no_two_labels_overlap(told: Told, now: datetime, width: int):
    assert_legible(live_of(told), now, width)


@given(histories(doses, moments=years, most=40), widths)
def test_no_two_labels_overlap_over_the_years(told: Told, width: int):
    assert_legible(live_of(told), NOW, width)


def assert_legible(live, now: datetime, width: int) -> None:
    if not live:
        return
    written = texts(drawn_live(live, now, width))
    for text in written:
        assert text.box.left >= 0
        assert text.box.right <= width
    for one, other in combinations(written, 2):
        assert not one.box.meets([other.box]), (one, other)


@given(histories(doses), presents, widths)
def test_what_stands_before_today_is_clear_of_it(told: Told, now: datetime, width: int):
    live = live_of(told)
    if not live:
        return
    written = texts(drawn_live(live, now, width))
    [today] = [text for text in written if text.css == "todayt"]
    before = [text for text in written if text.y == today.y and text.box.left < today.box.left]
    assert all(text.box.right + 20 <= today.box.left for text in before)


def test_text_is_broken_into_lines_that_fit():
    words = "Into the spinal fluid: each dose, once a week, as-needed doses not counted"

    parts = broken(words, 200)

    assert " ".join(parts) == words
    assert max(map(text_width, parts)) <= 200


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_single_doses_of_one_day_stand_in_rows(width: int):
    picture = drawn(
        *(
            step(
                hour,
                date(2026, 11, 20),
                at("morning", figures),
                kind="single",
                time=time(hour),
                offset=0,
            )
            for hour, figures in ((8, "2"), (9, "3"), (10, "5"))
        ),
        step(1, date(2026, 3, 2), at("morning", "7")),
        width=width,
    )

    rows = [text.y for text in texts(picture) if text.css == "singlet"]

    assert said(picture, "singlet") == ["2\u00a0mg", "3\u00a0mg", "5\u00a0mg"]
    assert rows == sorted(set(rows))


def test_ticks_are_plotted_values_and_those_that_hold_today_come_first():
    figures = [str(10 + n) for n in range(40)]
    steps = [
        step(n + 1, date(2026, 3, 1) + timedelta(days=5 * n), at("morning", f))
        for n, f in enumerate([*figures, "23.5"])
    ]
    picture = drawn(*steps)

    ticks = [t.words for t in texts(picture) if t.css == "ax" and "\u00a0" in t.words]

    assert "23.5\u00a0mg" in ticks
    assert set(ticks) < {f"{f}\u00a0mg" for f in [*figures, "23.5"]}


# Heights and lines


@given(
    histories(
        st.sampled_from([DOSES["a day"], DOSES["another day"], DOSES["a range"]]), kinds=["dose"]
    ),
    presents,
    widths,
)
def test_lines_of_one_basis_join_without_a_gap(told: Told, now: datetime, width: int):
    live = live_of(told)
    if not live:
        return
    picture = drawn_live(live, now, width)
    foot = next(lines(path(picture, "today")))[3]
    pieces = [
        piece
        for css in ("recorded", "soft", "ahead")
        for piece in lines(path(picture, css))
        if piece[1] < foot  # below is the key
    ]
    starts = points(path(picture, "dot") + path(picture, "small dot"))

    reached = [piece for piece in pieces if touch(piece, (*starts[0], *starts[0]))]
    for piece in reached:  # grows while it is walked
        reached += [other for other in pieces if other not in reached and touch(piece, other)]

    assert set(reached) == set(pieces)
    assert all(any(touch(piece, (x, y, x, y)) for piece in pieces) for x, y in starts if y < foot)


def touch(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    """Whether two horizontal or vertical pieces, or points, have a point in common."""
    return all(
        min(one[axis], one[axis + 2]) <= max(other[axis], other[axis + 2])
        and min(other[axis], other[axis + 2]) <= max(one[axis], one[axis + 2])
        for axis in (0, 1)
    )


@given(histories(st.sampled_from([DOSES["a day"], DOSES["another day"]]), kinds=["dose"]), presents)
def test_equal_figures_stand_equally_high(told: Told, now: datetime):
    live = live_of(told)
    if not live:
        return
    picture = drawn_live(live, now, WIDE)
    ticks = {text.words: text.y - 4 for text in texts(picture) if text.anchor == "end"}
    totals = [dosing.total_per_day(record.components) for record in live]

    starts = points(path(picture, "dot") + path(picture, "small dot"))

    assert {y for _x, y in starts} == {ticks[wording.total_words(t)] for t in totals if t}


def test_alternate_days_never_share_an_axis_with_days():
    picture = drawn(
        step(1, date(2026, 9, 1), *DOSES["alternate days"]),
        step(2, date(2026, 10, 1), at("morning", "31")),
    )

    assert "By mouth: each dose, on alternate days" in said(picture, "ax")
    assert "By mouth: total per day" in said(picture, "ax")
    assert said(picture, "ax").count("31\u00a0mg") == 2
    assert path(picture, "link")


def test_units_have_axes_of_their_own():
    picture = drawn(
        step(1, date(2026, 9, 1), at("morning", "2")),
        step(2, date(2026, 10, 1), at("morning", "3", "microgram")),
    )

    assert {"By mouth: total per day, in mg", "By mouth: total per day, in micrograms"} <= set(
        said(picture, "ax")
    )


def test_dose_without_a_figure_is_a_band_of_words():
    picture = drawn(step(1, date(2026, 3, 1), *DOSES["as needed"]))

    assert " ".join(said(picture, "wordst")) == wording.dosage_words(DOSES["as needed"])
    assert not path(picture, "recorded")


def test_words_too_long_for_one_line_are_broken_and_never_cut():
    dose = (at("evening", "5", weekdays=(6, 7)), at("evening", "3", weekdays=(1, 2, 3, 4, 5)))
    long, short = (
        drawn(step(1, date(2026, 3, 1), *dose), step(2, end, at("morning", "2")))
        for end in (date(2026, 6, 1), date(2026, 3, 2))
    )

    assert len(said(long, "wordst")) > 1
    assert " ".join(said(long, "wordst")) == wording.dosage_words(dose)
    assert said(short, "wordst") == []


def test_words_that_a_person_typed_stay_in_the_log():
    picture = drawn(step(1, date(2026, 3, 1), as_needed("5", "Krämpfe")))

    assert said(picture, "wordst") == ["5\u00a0mg as needed (5\u00a0mg each time)"]


def test_as_needed_beside_a_total_is_said_not_to_be_counted():
    picture = drawn(step(1, date(2026, 3, 1), *DOSES["beside as needed"]))

    assert "By mouth: total per day, as-needed doses not counted" in said(picture)


def test_range_is_a_band_between_two_lines():
    picture = drawn(step(1, date(2026, 3, 1), *DOSES["a range"]))

    lower, upper = points(path(picture, "dot"))

    assert lower[1] > upper[1]
    assert f"V{lower[1]}" in path(picture, "range")
    assert said(picture, "val") == ["34 to 38\u00a0mg"]


def test_a_band_that_today_crosses_has_its_word_beside_the_line():
    picture = drawn(
        step(1, date(2026, 3, 2), at("morning", "2")),
        step(2, NOW.date(), kind="withhold"),
        step(3, NOW.date() + timedelta(days=5), at("morning", "3")),
    )
    x0, y0, x1, y1 = next(lines(path(picture, "today")))
    [word] = [text for text in texts(picture) if text.css == "withheldt"]
    assert not word.box.meets([Box(x0, y0, x1, y1)])


# Today, what is ahead, and what is known only roughly


def test_recorded_steps_ahead_are_drawn_apart_beyond_today():
    picture = drawn(
        step(1, date(2026, 10, 1), at("morning", "2")),
        step(2, date(2026, 12, 1), at("morning", "3")),
        step(3, date(2027, 1, 10), kind="stop"),
    )
    today = next(lines(path(picture, "today")))[0]
    foot = next(lines(path(picture, "today")))[3]

    recorded = [piece for piece in lines(path(picture, "recorded")) if piece[1] < foot]
    ahead = [piece for piece in lines(path(picture, "ahead")) if piece[1] < foot]

    assert max(x1 for _x0, _y0, x1, _y1 in recorded) == today
    assert min(x0 for x0, *_ in ahead) == today
    assert len(points(path(picture, "hole"))) == 1
    assert said(picture, "endt") == ["Stops 10-Jan-2027"]
    assert "Recorded, not yet begun" in said(picture)


@given(histories(doses), presents, widths)
def test_today_is_always_said(told: Told, now: datetime, width: int):
    live = live_of(told)
    if live:
        assert said(drawn_live(live, now, width), "todayt") == [
            f"Today {wording.date_words(now.date())}"
        ]


@pytest.mark.parametrize(
    ("more", "label"), [({"precision": "month"}, "January 2024"), ({"precision": "year"}, "2024")]
)
def test_start_known_to_the_month_or_year_is_soft_and_says_so(more: dict, label: str):
    picture = drawn(
        step(1, date(2024, 1, 1), at("morning", "2"), **more),
        step(2, date(2025, 6, 2), at("morning", "3")),
    )

    assert said(picture, "note") == [label]
    assert path(picture, "soft")
    assert len(points(path(picture, "hole"))) == 1


def test_stop_ends_the_line_and_a_new_start_begins_another():
    picture = drawn(
        step(1, date(2026, 3, 1), at("morning", "2")),
        step(2, date(2026, 5, 1), kind="stop"),
        step(3, date(2026, 8, 1), at("morning", "3")),
    )
    foot = next(lines(path(picture, "today")))[3]
    first, second = (piece for piece in lines(path(picture, "recorded")) if piece[1] < foot)
    end = next(lines(path(picture, "end")))

    assert first[2] == end[0] < second[0]
    assert said(picture, "endt") == ["Stopped 01-May-2026"]


# The time axis


def axis(hours: float, zone=ZONE, start=datetime(2026, 10, 24, 22, tzinfo=ZONE)) -> TimeAxis:
    return TimeAxis(start.timestamp(), 64, 1048, 984 / (hours * HOUR), zone)


@pytest.mark.parametrize(
    ("hours", "labels"),
    [
        (6, ["22:00", "23:00", "00:00", "01:00", "01:00", "02:00", "03:00"]),
        (24 * 5, ["25-Oct-2026", "26-Oct-2026", "27-Oct-2026", "28-Oct-2026", "29-Oct-2026"]),
        (24 * 40, ["26-Oct-2026", "02-Nov-2026", "09-Nov-2026"]),
        (24 * 200, ["Nov 2026", "Dec 2026", "Jan 2027"]),
        (24 * 365 * 15, ["2027", "2028", "2029"]),
    ],
)
def test_ticks_run_from_hours_to_years(hours: float, labels: list[str]):
    ticks = axis(hours).ticks(with_hours=hours < 24)

    assert [tick.label for tick in ticks][: len(labels)] == labels


def test_day_that_ends_summer_time_is_an_hour_longer():
    at_midnight = [moment(Effective(date(2026, 10, day)), ZONE) for day in (24, 25, 26)]

    assert at_midnight[1] - at_midnight[0] == DAY
    assert at_midnight[2] - at_midnight[1] == DAY + HOUR


def test_hours_are_full_ones_in_a_zone_off_by_half_an_hour():
    zone = ZoneInfo("Asia/Kolkata")
    ticks = axis(6, zone, datetime(2026, 11, 20, 22, 10, tzinfo=zone)).ticks(with_hours=True)

    assert [tick.label for tick in ticks] == ["23:00", "00:00", "01:00", "02:00", "03:00", "04:00"]
    assert [tick.second for tick in ticks][:3] == ["20-Nov-2026", "21-Nov-2026", ""]


def test_clock_time_stands_at_its_instant_whatever_the_zone_says_later():
    before, after = (
        moment(Effective(date(2026, 10, 25), "day", time(1, 30), offset), ZONE)
        for offset in (60, 0)
    )

    assert after - before == HOUR


# The SVG


def test_no_steps_no_chart():
    assert chart([], title="", route="", now=NOW) is None
    assert pictures([], title="", route="", now=NOW) == ""


def test_present_without_a_zone_is_refused():
    live = [step(1, date(2026, 3, 1), at("morning", "2"))]

    with pytest.raises(ValueError, match="zone"):
        chart(live, title="", route="", now=NOW.replace(tzinfo=None))


@given(histories(doses), presents, widths)
def test_svg_is_well_formed_and_has_nothing_inline(told: Told, now: datetime, width: int):
    live = live_of(told)
    if not live:
        return
    text = svg(drawn_live(live, now, width))

    root = ElementTree.fromstring(text)

    assert root.get("role") == "img"
    for element in root.iter():
        assert element.tag not in {f"{SVG}style", f"{SVG}script"}
        assert not any(name == "style" or name.startswith("on") for name in element.attrib)


def test_pictures_of_one_page_share_no_id_and_find_their_own():
    live = [
        step(1, date(2026, 3, 1), at("morning", "2")),
        step(2, date(2026, 5, 1), kind="withhold"),
    ]
    page = "".join(
        pictures(live, title="By mouth: x", route="By mouth", now=NOW, prefix=prefix)
        for prefix in ("one", "two")
    )
    ids = re.findall(r' id="([^"]+)"', page)
    wanted = (
        re.findall(r"url\(#([^)]+)\)", page)
        + " ".join(re.findall(r'aria-labelledby="([^"]+)"', page)).split()
    )

    assert len(ids) == len(set(ids)) == 12
    assert set(wanted) == set(ids)


def test_coordinates_are_the_same_in_every_language():
    live = [step(1, date(2026, 3, 1), at("morning", "0.125"))]

    with translation.override("de"):
        german = svg(drawn(*live))

    assert re.findall(r' [xyd]="[^"]*"', german) == re.findall(r' [xyd]="[^"]*"', svg(drawn(*live)))
    assert 'font-size="12.5"' in german


def test_every_class_has_its_look():
    assert {
        mark.css for width in (WIDE, NARROW) for mark in drawn(*every_step(), width=width).marks
    } <= set(look.MARKS)


def every_step() -> list[StepRecord]:
    return [
        step(n + 1, date(2026, 1, 5) + timedelta(days=20 * n), *components)
        for n, components in enumerate(DOSES.values())
    ]


def test_two_hundred_steps_have_small_dots_and_few_labels():
    picture = drawn(
        *(
            step(n + 1, date(2023, 1, 1) + timedelta(days=7 * n), at("morning", str(5 + n % 17)))
            for n in range(200)
        )
    )

    assert len(points(path(picture, "small dot"))) == 200
    assert len(texts(picture)) < 40
    assert Decimal(picture.width) == WIDE
