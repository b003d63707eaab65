"""The line in the grid: beside a row stands what was typed, or a total that says it is one."""

import re
from decimal import Decimal
from fractions import Fraction
from html.parser import HTMLParser

from hypothesis import given

from tests.titration.test_document import documents, row, typed_plan
from titration import document
from titration.document import Document
from titration.dosing import Component
from titration.presenters.draft_grid import read_backs

FIGURE = r"[0-9][0-9,]*(?:\.[0-9]+)?"
AMOUNT = re.compile(rf"([+\u2212]?)({FIGURE})(?: to ({FIGURE}))?\u00a0")
TOTAL = "Total per day"
APART = "Difference of the totals from the row before: "


class Lines(HTMLParser):
    """The text of each paragraph and item."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag in ("p", "li"):
            self.found.append("")

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.found[-1] += data


def figures_in(text: str) -> set[Decimal]:
    return {Decimal(found.replace(",", "")) for found in re.findall(FIGURE, text)}


def total_of(components: tuple[Component, ...]) -> tuple[Fraction, Fraction]:
    """Lowest and highest of a day, counted hour by hour; of doses that have a total."""
    low = high = Fraction(0)
    for part in components:
        timing = part.timing
        if part.as_needed:
            continue
        fewest, most = timing.times or 1, timing.times_to or timing.times or 1
        if timing.period_unit == "hour":
            fewest *= len(range(0, 24, timing.period_to or timing.period))
            most *= len(range(0, 24, timing.period))
        low += fewest * Fraction(part.amount.low)
        high += most * Fraction(part.amount.high or part.amount.low)
    return low, high


def amounts_of(line: str) -> list[tuple[Fraction, Fraction]]:
    return [
        (Fraction(low.replace(",", "")), Fraction((high or low).replace(",", "")))
        for _sign, low, high in AMOUNT.findall(line)
    ]


@given(documents)
def test_every_figure_beside_a_row_is_typed_in_it_or_is_its_labelled_total(found: Document) -> None:
    read = document.read_rows(found)
    for typed, each, html in zip(found["rows"], read, read_backs(read), strict=True):
        written = figures_in(" ".join([typed["dose"], *typed["amounts"].values()]))
        for line in Lines(html).found:
            if line.startswith(TOTAL):
                assert amounts_of(line) == [total_of(each.row.components)]
            elif not line.startswith(APART):
                assert {figure for pair in amounts_of(line) for figure in pair} <= written


def test_a_difference_is_that_of_two_totals_and_says_so():
    found = typed_plan(
        row("16 Nov 2026", "17 mg three times a day"),
        row("1 week", "13 mg twice a day"),
        row("1 week", "100 mg once only"),
        row("1 week", "13 mg on alternate days"),
        row("1 week", "19 mg once a day"),
    )
    backs = [Lines(html).found for html in read_backs(document.read_rows(found))]
    apart = [[line for line in lines if line.startswith(APART)] for lines in backs]
    assert apart == [[], [f"{APART}\u221225\u00a0mg"], [], [], []]
    assert not any(line.startswith(TOTAL) for line in backs[2] + backs[3])
