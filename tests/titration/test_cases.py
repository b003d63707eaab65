"""Published schedules go in by hand as written, read back in the same words, come out unchanged.

Cases 1 to 6 are those that the design names; the rest are schedules in common use. Each is what a
person types, row by row, and the literal words and total that every page and export then has.
"""

import csv
import io
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from access.models import Role
from patients.models import Patient
from tests.factories import ClinicFactory, member
from tests.pages import Page
from tests.titration.fhir import check, extension, resources
from tests.titration.recording import Recording, address, day
from tests.titration.tables import assert_same_logs, logs_in, tables_of
from titration import dosing, wording
from titration.importing.fhir import read_bundle

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Part:
    """One row of the form as typed, its words in full, and its line: when, how much, what else."""

    typed: dict[str, Any]
    words: str
    line: str


@dataclass(frozen=True)
class Step:
    """One step as typed. `total` is what stands as the total per day, where there is one."""

    on: dict[str, Any]
    parts: tuple[Part, ...] = ()
    total: str | None = None
    kind: str = "dose"
    heading: str = ""
    more: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Course:
    """A medicine as it is put on the list, the regimen opened with it, and its steps."""

    medicine: str
    route: str
    unit: str
    form: str
    steps: tuple[Step, ...]
    strengths: str = ""


def times(figure: str, count: int, often: str) -> Part:
    words = {1: "once", 2: "twice", 3: "three times", 4: "four times"}[count]
    assert often == f"{words} a day"
    typed = {"amount": figure, "when": "times", "times": str(count)}
    amount = shown(figure, "mg")
    if count == 1:
        return Part(typed, f"{amount} once a day", f"Once a day {amount}")
    return Part(
        typed,
        f"{amount} {often} ({amount} each time)",
        f"{often[0].upper()}{often[1:]} {amount} each time",
    )


SLOTS = {
    "morning": ("in the morning", "Morning"),
    "midday": ("at midday", "Midday"),
    "breakfast": ("at breakfast", "Breakfast"),
    "lunch": ("at lunch", "Lunch"),
    "dinner": ("at dinner", "Dinner"),
    "evening": ("in the evening", "Evening"),
    "bedtime": ("at bedtime", "Bedtime"),
    "night": ("at night", "Night"),
}


def at(slot: str, figure: str, unit: str = "mg", **beside: str) -> Part:
    words, label = SLOTS[slot]
    strengths = f", strengths used “{beside['strengths']}”" if "strengths" in beside else ""
    amount = shown(figure, unit)
    return Part(
        {"amount": figure, "when": slot, **beside},
        f"{amount} {words}{strengths}",
        f"{label} {amount}{strengths.removeprefix(',')}",
    )


def shown(figure: str, unit: str) -> str:
    return f"{'1,000' if figure == '1000' else figure} {unit}"


def pack(*line: str) -> tuple[Part, ...]:
    slots = ("breakfast", "lunch", "dinner", "bedtime")
    return tuple(at(slot, figure) for slot, figure in zip(slots, line, strict=True))


def in_words(text: str) -> Part:
    said = f"in words, not totalled “{text}”"
    return Part({"when": "words", "instruction": text}, said, said[0].upper() + said[1:])


def noted(part: Part, text: str) -> Part:
    """The part with an instruction typed beside it."""
    beside = f"instruction “{text}”"
    typed = {**part.typed, "instruction": text}
    return Part(typed, f"{part.words}, {beside}", f"{part.line} {beside}")


def given(figure: str, unit: str) -> Part:
    """A dose given once."""
    amount = shown(figure, unit)
    typed = {"amount": figure, "unit": unit.removesuffix("s"), "when": "once"}
    return Part(typed, f"{amount} once only", f"Once only {amount}")


def counted(figure: str, every: str, unit: str, first: str, words: str) -> Part:
    """A dose on one day in so many, counted from a day of March 2026."""
    typed = {
        "amount": figure,
        "when": "times",
        "times": "1",
        "days": "period",
        "every": every,
        "every_unit": unit,
        "anchor_day": first,
        "anchor_month": "3",
        "anchor_year": "2026",
    }
    amount, anchor = shown(figure, "mg"), f"counted from {int(first):02d}-Mar-2026"
    line = f"{words[0].upper()}{words[1:]} {amount} {anchor}"
    return Part(typed, f"{amount} {words}, {anchor}", line)


def bolus(figure: str, volume: str) -> tuple[Part]:
    beside = f"as {volume} mL of 50 micrograms per mL"
    typed = {
        "amount": figure,
        "when": "once",
        "volume": volume,
        "concentration": "50",
        "concentration_unit": "microgram",
    }
    return (
        Part(
            typed,
            f"{figure} micrograms once only, {beside}",
            f"Once only {figure} micrograms {beside}",
        ),
    )


def per_24_hours(figure: str) -> tuple[Part]:
    typed = {"amount": figure, "when": "continuous", "rate_per": "24 hours"}
    amount = f"{figure} micrograms per 24 hours"
    return (Part(typed, f"{amount}, continuously", f"Continuously {amount}"),)


def window(start: str, end: str, figure: str, until: str) -> Part:
    typed = {
        "amount": figure,
        "when": "continuous",
        "rate_per": "hour",
        "window_from": start,
        "window_to": end,
    }
    amount = f"{figure} micrograms per hour"
    return Part(
        typed, f"{amount}, each day from {start} to {until}", f"from {start} to {until} {amount}"
    )


STOPPED = {"kind": "stop", "heading": "Stopped"}

CASES: dict[str, tuple[Course, ...]] = {
    "1 baclofen by mouth, up and down": (
        Course(
            "Baclofen",
            "oral",
            "mg",
            "tablet",
            strengths="10 mg\n20 mg",
            steps=(
                Step(day("2", "3", "2026"), (times("5", 3, "three times a day"),), "15 mg"),
                Step(day("5", "3", "2026"), (times("10", 3, "three times a day"),), "30 mg"),
                Step(day("8", "3", "2026"), (times("15", 3, "three times a day"),), "45 mg"),
                Step(day("11", "3", "2026"), (times("20", 3, "three times a day"),), "60 mg"),
                Step(day("25", "3", "2026"), (times("20", 4, "four times a day"),), "80 mg"),
                Step(day("1", "6", "2026"), (times("15", 4, "four times a day"),), "60 mg"),
                Step(day("4", "6", "2026"), (times("10", 4, "four times a day"),), "40 mg"),
                Step(day("8", "6", "2026"), (times("5", 4, "four times a day"),), "20 mg"),
                Step(day("12", "6", "2026"), (times("5", 2, "twice a day"),), "10 mg"),
                Step(day("15", "6", "2026"), more={"reason": "tapered"}, **STOPPED),
            ),
        ),
    ),
    "2 baclofen, an uneven day": (
        Course(
            "Baclofen",
            "oral",
            "mg",
            "tablet",
            (
                Step(
                    day("2", "3", "2026"),
                    (at("morning", "5"), at("midday", "5"), at("bedtime", "10")),
                    "20 mg",
                ),
            ),
        ),
    ),
    "3 baclofen into the spinal fluid, the mouth dose coming down beside it": (
        Course(
            "Baclofen",
            "intrathecal",
            "microgram",
            "solution for infusion",
            strengths="50 micrograms per mL\n500 micrograms per mL",
            steps=(
                Step(day("2", "3", "2026", on_time="09:30"), bolus("50", "1"), None, kind="single"),
                Step(
                    day("3", "3", "2026", on_time="09:30"), bolus("75", "1.5"), None, kind="single"
                ),
                Step(
                    day("4", "3", "2026", on_time="09:30"), bolus("100", "2"), None, kind="single"
                ),
                Step(day("9", "3", "2026"), per_24_hours("200")),
                Step(day("16", "3", "2026"), per_24_hours("220")),
                Step(day("23", "3", "2026"), per_24_hours("240")),
                Step(
                    day("30", "3", "2026"),
                    (
                        window("06:00", "18:00", "8", "18:00"),
                        window("18:00", "22:00", "10.5", "22:00"),
                        window("22:00", "06:00", "14", "06:00 the next day"),
                    ),
                ),
            ),
        ),
        Course(
            "Baclofen tablets",
            "oral",
            "mg",
            "tablet",
            (
                Step(day("", "1", "2026"), (times("20", 4, "four times a day"),), "80 mg"),
                Step(day("16", "3", "2026"), (times("15", 4, "four times a day"),), "60 mg"),
                Step(day("23", "3", "2026"), (times("10", 3, "three times a day"),), "30 mg"),
                Step(day("30", "3", "2026"), more={"reason": "switch"}, **STOPPED),
            ),
        ),
    ),
    "4 methylprednisolone, the pack of 21 tablets": (
        Course(
            "Methylprednisolone",
            "oral",
            "mg",
            "tablet",
            strengths="4 mg",
            steps=(
                Step(day("2", "3", "2026"), pack("8", "4", "4", "8"), "24 mg"),
                Step(day("3", "3", "2026"), pack("4", "4", "4", "8"), "20 mg"),
                Step(day("4", "3", "2026"), pack("4", "4", "4", "4"), "16 mg"),
                Step(day("5", "3", "2026"), pack("4", "4", "0", "4"), "12 mg"),
                Step(day("6", "3", "2026"), pack("4", "0", "0", "4"), "8 mg"),
                Step(day("7", "3", "2026"), pack("4", "0", "0", "0"), "4 mg"),
                Step(day("8", "3", "2026"), more={"reason": "complete"}, **STOPPED),
            ),
        ),
    ),
    "5 lamotrigine beside valproate": (
        Course(
            "Lamotrigine",
            "oral",
            "mg",
            "tablet",
            (
                Step(
                    day("2", "3", "2026"),
                    (
                        Part(
                            {
                                "amount": "25",
                                "when": "times",
                                "times": "1",
                                "days": "period",
                                "every": "2",
                                "every_unit": "day",
                            },
                            "25 mg on alternate days, counted from 02-Mar-2026",
                            "On alternate days 25 mg counted from 02-Mar-2026",
                        ),
                    ),
                ),
                Step(day("16", "3", "2026"), (times("25", 1, "once a day"),), "25 mg"),
                Step(day("30", "3", "2026"), (times("25 to 50", 1, "once a day"),), "25 to 50 mg"),
                Step(day("13", "4", "2026"), (times("50", 2, "twice a day"),), "100 mg"),
                Step(
                    day("27", "4", "2026"), (times("100 to 200", 1, "once a day"),), "100 to 200 mg"
                ),
            ),
        ),
        Course(
            "Valproate",
            "oral",
            "mg",
            "tablet",
            (Step(day("", "", "2019"), (times("1000", 2, "twice a day"),), "2,000 mg"),),
        ),
    ),
    "6 gabapentin": (
        Course(
            "Gabapentin",
            "oral",
            "mg",
            "capsule",
            (
                Step(day("2", "3", "2026"), (times("300", 1, "once a day"),), "300 mg"),
                Step(day("3", "3", "2026"), (times("300", 2, "twice a day"),), "600 mg"),
                Step(day("4", "3", "2026"), (times("300", 3, "three times a day"),), "900 mg"),
                Step(day("1", "4", "2026"), (times("600", 3, "three times a day"),), "1,800 mg"),
            ),
        ),
    ),
    "warfarin by weekday": (
        Course(
            "Warfarin",
            "oral",
            "mg",
            "tablet",
            (
                Step(
                    day("2", "3", "2026"),
                    (
                        Part(
                            {
                                "amount": "3",
                                "when": "evening",
                                "days": "weekdays",
                                "weekdays": ["1", "3", "5"],
                            },
                            "3 mg in the evening on MONDAY, WEDNESDAY and FRIDAY",
                            "Evening, on MONDAY, WEDNESDAY and FRIDAY 3 mg",
                        ),
                        Part(
                            {
                                "amount": "4.5",
                                "when": "evening",
                                "days": "weekdays",
                                "weekdays": ["2", "4", "6", "7"],
                            },
                            "4.5 mg in the evening on TUESDAY, THURSDAY, SATURDAY and SUNDAY",
                            "Evening, on TUESDAY, THURSDAY, SATURDAY and SUNDAY 4.5 mg",
                        ),
                    ),
                ),
            ),
        ),
    ),
    "prednisolone on alternate mornings": (
        Course(
            "Prednisolone",
            "oral",
            "mg",
            "tablet",
            (
                Step(
                    day("2", "3", "2026"),
                    tuple(
                        Part(
                            {
                                "amount": figure,
                                "when": "morning",
                                "days": "period",
                                "every": "2",
                                "every_unit": "day",
                                "anchor_day": first,
                                "anchor_month": "3",
                                "anchor_year": "2026",
                            },
                            f"{figure} mg in the morning on alternate days, "
                            f"counted from 0{first}-Mar-2026",
                            f"Morning, on alternate days {figure} mg "
                            f"counted from 0{first}-Mar-2026",
                        )
                        for figure, first in (("20", "2"), ("5", "3"))
                    ),
                ),
            ),
        ),
    ),
    "temozolomide on five days of each 28": (
        Course(
            "Temozolomide",
            "oral",
            "mg",
            "capsule",
            tuple(
                Step(
                    day("2", month, "2026"),
                    (
                        Part(
                            {
                                "amount": figure,
                                "when": "times",
                                "times": "1",
                                "days": "cycle",
                                "days_on": "5",
                                "days_off": "23",
                            },
                            f"{figure} mg once a day on the first 5 days of every 28 days, "
                            f"counted from 02-{name}-2026",
                            f"Once a day on the first 5 days of every 28 days {figure} mg "
                            f"counted from 02-{name}-2026",
                        ),
                    ),
                )
                for figure, month, name in (("260", "2", "Feb"), ("345", "3", "Mar"))
            ),
        ),
    ),
    "oxycodone every 4 to 6 hours as needed, botulinum toxin every 12 to 16 weeks": (
        Course(
            "Oxycodone",
            "oral",
            "mg",
            "tablet",
            (
                Step(
                    day("2", "3", "2026"),
                    (
                        Part(
                            {
                                "amount": "5 to 10",
                                "when": "hours",
                                "hours": "4 to 6",
                                "as_needed": "on",
                            },
                            "5 to 10 mg every 4 to 6 hours, as needed",
                            "Every 4 to 6 hours, as needed 5 to 10 mg",
                        ),
                    ),
                ),
                Step(
                    day("9", "3", "2026"),
                    (
                        Part(
                            {"amount": "5", "when": "times", "times": "2 to 3"},
                            "5 mg two to three times a day (5 mg each time)",
                            "Two to three times a day 5 mg each time",
                        ),
                    ),
                    "10 to 15 mg",
                ),
            ),
        ),
        Course(
            "Botulinum toxin type A",
            "intramuscular",
            "unit",
            "powder for injection",
            (
                Step(
                    day("2", "3", "2026"),
                    (
                        Part(
                            {
                                "amount": "200",
                                "when": "times",
                                "times": "1",
                                "days": "period",
                                "every": "12 to 16",
                                "every_unit": "week",
                            },
                            "200 units once every 12 to 16 weeks",
                            "Once every 12 to 16 weeks 200 units",
                        ),
                    ),
                ),
            ),
        ),
    ),
    "glyceryl trinitrate by the minute": (
        Course(
            "Glyceryl trinitrate",
            "intravenous",
            "microgram",
            "solution for infusion",
            (
                Step(
                    day("2", "3", "2026"),
                    (
                        Part(
                            {
                                "amount": "5",
                                "unit": "microgram",
                                "when": "continuous",
                                "rate_per": "minute",
                            },
                            "5 micrograms per minute, continuously",
                            "Continuously 5 micrograms per minute",
                        ),
                    ),
                ),
            ),
        ),
    ),
    "levodopa at five clock times": (
        Course(
            "Levodopa with carbidopa",
            "oral",
            "mg",
            "tablet",
            (
                Step(
                    day("2", "3", "2026"),
                    tuple(
                        Part(
                            {"amount": figure, "when": "clock", "clock": clock},
                            f"{figure} mg at {clock}",
                            f"{clock} {figure} mg",
                        )
                        for clock, figure in (
                            ("07:00", "150"),
                            ("10:00", "100"),
                            ("13:00", "50"),
                            ("16:00", "100"),
                            ("19:30", "62.5"),
                        )
                    ),
                    "462.5 mg",
                ),
            ),
        ),
    ),
    "methotrexate once a week": (
        Course(
            "Methotrexate",
            "oral",
            "mg",
            "tablet",
            strengths="2.5 mg",
            steps=(
                Step(
                    day("2", "3", "2026"),
                    (
                        Part(
                            {
                                "amount": "15",
                                "when": "times",
                                "times": "1",
                                "days": "weekdays",
                                "weekdays": ["1"],
                                "strengths": "6 × 2.5 mg",
                            },
                            "15 mg once a week on MONDAY, strengths used “6 × 2.5 mg”",
                            "Once a week on MONDAY 15 mg strengths used “6 × 2.5 mg”",
                        ),
                    ),
                ),
            ),
        ),
    ),
    "fentanyl by patch": (
        Course(
            "Fentanyl",
            "transdermal",
            "microgram",
            "patch",
            (
                Step(
                    day("2", "3", "2026"),
                    (
                        Part(
                            {
                                "amount": "12.5",
                                "when": "continuous",
                                "rate_per": "hour",
                                "changed_every_hours": "72",
                                "product": "Matrifen patch",
                            },
                            "12.5 micrograms per hour, continuously, changed every 72 hours, "
                            "product “Matrifen patch”",
                            "Continuously 12.5 micrograms per hour changed every 72 hours, "
                            "product “Matrifen patch”",
                        ),
                    ),
                ),
            ),
        ),
    ),
    "morphine as needed with a maximum": (
        Course(
            "Morphine",
            "oral",
            "mg",
            "oral solution",
            (
                Step(
                    day("2", "3", "2026"),
                    (
                        Part(
                            {"amount": "10", "when": "hours", "hours": "12", "times": "1"},
                            "10 mg every 12 hours",
                            "Every 12 hours 10 mg",
                        ),
                        Part(
                            {
                                "amount": "2.5 to 5",
                                "when": "needed",
                                "as_needed_for": "pain at night",
                                "maximum": "20",
                                "maximum_times": "6",
                                "maximum_hours": "24",
                            },
                            "2.5 to 5 mg as needed for “pain at night” (2.5 to 5 mg each time), "
                            "at most 20 mg and at most six times in 24 hours",
                            "As needed for “pain at night” 2.5 to 5 mg each time "
                            "at most 20 mg and at most six times in 24 hours",
                        ),
                    ),
                    "20 mg",
                ),
            ),
        ),
    ),
    "half tablets": (
        Course(
            "Sertraline",
            "oral",
            "mg",
            "tablet",
            strengths="25 mg\n50 mg",
            steps=(
                Step(
                    day("2", "3", "2026"),
                    (
                        at("morning", "37.5", strengths="1 × 25 mg + half × 25 mg"),
                        at("evening", "12.5", strengths="half × 25 mg"),
                    ),
                    "50 mg",
                ),
            ),
        ),
    ),
}

CASES |= {
    "insulin at night, and by the ward chart": (
        Course(
            "Insulin glargine",
            "subcutaneous",
            "unit",
            "solution for injection",
            (
                Step(
                    day("2", "3", "2026"),
                    (
                        at("night", "18", "units"),
                        in_words("correction doses by the ward chart, signed 1 March"),
                    ),
                ),
                Step(day("9", "3", "2026"), (at("night", "22", "units"),), "22 units"),
            ),
        ),
    ),
    "venlafaxine by counted beads": (
        Course(
            "Venlafaxine",
            "oral",
            "mg",
            "capsule",
            (
                Step(day("2", "3", "2026"), (times("37.5", 1, "once a day"),), "37.5 mg"),
                Step(
                    day("9", "3", "2026"),
                    (in_words("open one capsule a day and leave out ten beads more every week"),),
                ),
                Step(day("4", "5", "2026"), more={"reason": "tapered"}, **STOPPED),
            ),
        ),
    ),
    "clozapine, day by day, with unequal halves": (
        Course(
            "Clozapine",
            "oral",
            "mg",
            "tablet",
            (
                Step(day("2", "3", "2026"), (given("12.5", "mg"),), kind="single"),
                Step(day("3", "3", "2026"), (at("night", "25"),), "25 mg"),
                Step(day("5", "3", "2026"), (at("morning", "25"), at("night", "50")), "75 mg"),
                Step(day("9", "3", "2026"), (at("morning", "37.5"), at("night", "62.5")), "100 mg"),
            ),
        ),
    ),
    "levodopa gel by pump: morning dose, rate by day, extra doses": (
        Course(
            "Levodopa with carbidopa gel",
            "feeding-tube",
            "mL",
            "intestinal gel",
            (
                Step(
                    day("2", "3", "2026"),
                    (
                        at("morning", "7.5", "mL"),
                        Part(
                            {
                                "amount": "3.2",
                                "when": "continuous",
                                "rate_per": "hour",
                                "window_from": "07:00",
                                "window_to": "23:00",
                            },
                            "3.2 mL per hour, each day from 07:00 to 23:00",
                            "Each day from 07:00 to 23:00 3.2 mL per hour",
                        ),
                        Part(
                            {
                                "amount": "2",
                                "when": "needed",
                                "maximum_times": "5",
                                "maximum_hours": "24",
                            },
                            "2 mL as needed (2 mL each time), at most five times in 24 hours",
                            "As needed 2 mL each time at most five times in 24 hours",
                        ),
                    ),
                ),
            ),
        ),
    ),
    "epoetin after dialysis": (
        Course(
            "Epoetin alfa",
            "intravenous",
            "unit",
            "solution for injection",
            (
                Step(
                    day("2", "3", "2026"),
                    (
                        noted(
                            Part(
                                {
                                    "amount": "4000",
                                    "when": "times",
                                    "times": "1",
                                    "days": "weekdays",
                                    "weekdays": ["1", "3", "5"],
                                },
                                "4,000 units on MONDAY, WEDNESDAY and FRIDAY",
                                "On MONDAY, WEDNESDAY and FRIDAY 4,000 units",
                            ),
                            "after dialysis",
                        ),
                    ),
                ),
            ),
        ),
    ),
    "metoclopramide before meals and at bedtime": (
        Course(
            "Metoclopramide",
            "oral",
            "mg",
            "tablet",
            (
                Step(
                    day("2", "3", "2026"),
                    (
                        noted(times("10", 3, "three times a day"), "half an hour before meals"),
                        at("bedtime", "10"),
                    ),
                    "40 mg",
                ),
            ),
        ),
    ),
    "buprenorphine patch of seven days, after days of small doses": (
        Course(
            "Buprenorphine",
            "sublingual",
            "mg",
            "sublingual tablet",
            (
                Step(day("2", "3", "2026"), (times("0.2", 1, "once a day"),), "0.2 mg"),
                Step(day("3", "3", "2026"), (times("0.2", 2, "twice a day"),), "0.4 mg"),
                Step(day("4", "3", "2026"), (at("morning", "0.8"), at("night", "2")), "2.8 mg"),
            ),
        ),
        Course(
            "Buprenorphine patch",
            "transdermal",
            "microgram",
            "patch",
            (
                Step(
                    day("2", "3", "2026"),
                    (
                        Part(
                            {
                                "amount": "10",
                                "when": "continuous",
                                "rate_per": "hour",
                                "changed_every_hours": "168",
                            },
                            "10 micrograms per hour, continuously, changed every 7 days",
                            "Continuously 10 micrograms per hour changed every 7 days",
                        ),
                    ),
                ),
            ),
        ),
    ),
    "co-careldopa by tablets of two strengths": (
        Course(
            "Co-careldopa",
            "oral",
            "tablet",
            "tablet",
            (
                Step(
                    day("2", "3", "2026"),
                    tuple(
                        Part(
                            {
                                "amount": figure,
                                "when": "clock",
                                "clock": clock,
                                "product": "25/100",
                            },
                            f"{figure} {name} at {clock}, product “25/100”",
                            f"{clock} {figure} {name} product “25/100”",
                        )
                        for clock, figure, name in (
                            ("06:30", "1.5", "tablets"),
                            ("11:00", "1", "tablet"),
                            ("15:30", "0.5", "tablets"),
                        )
                    ),
                    "3 tablets",
                ),
            ),
        ),
    ),
    "botulinum toxin by muscle": (
        Course(
            "Botulinum toxin type A",
            "intramuscular",
            "unit",
            "powder for injection",
            (
                Step(
                    day("2", "3", "2026"),
                    (
                        noted(given("75", "units"), "left gastrocnemius"),
                        noted(given("75", "units"), "right gastrocnemius"),
                        noted(given("30", "units"), "left soleus"),
                    ),
                    kind="single",
                ),
            ),
        ),
    ),
    "paclitaxel on days 1, 8 and 15 of 28": (
        Course(
            "Paclitaxel",
            "intravenous",
            "mg",
            "solution for infusion",
            (
                Step(
                    day("2", "3", "2026"),
                    tuple(
                        noted(
                            counted("140", "28", "day", first, "once every 28 days"),
                            "over one hour",
                        )
                        for first in ("2", "9", "16")
                    ),
                ),
            ),
        ),
    ),
    "diazepam down by quarters of a tablet": (
        Course(
            "Diazepam",
            "oral",
            "mg",
            "tablet",
            strengths="2 mg",
            steps=(
                Step(
                    day("2", "3", "2026"),
                    (
                        at("morning", "0.5", strengths="quarter × 2 mg"),
                        at("night", "1.5", strengths="half × 2 mg + quarter × 2 mg"),
                    ),
                    "2 mg",
                ),
                Step(
                    day("16", "3", "2026"),
                    (at("night", "1 to 1.5"),),
                    "1 to 1.5 mg",
                ),
            ),
        ),
    ),
    "cannabidiol by weight, in mL": (
        Course(
            "Cannabidiol",
            "oral",
            "mg",
            "oral solution",
            (
                Step(
                    day("2", "3", "2026"),
                    (
                        Part(
                            {
                                "amount": "105",
                                "when": "times",
                                "times": "2",
                                "volume": "1.05",
                                "concentration": "100",
                                "concentration_unit": "mg",
                                "calculation": "10 mg per kg per day, 21 kg on 27-Feb-2026",
                            },
                            "105 mg twice a day (105 mg each time), as 1.05 mL of 100 mg per mL, "
                            "calculation “10 mg per kg per day, 21 kg on 27-Feb-2026”",
                            "Twice a day 105 mg each time as 1.05 mL of 100 mg per mL, "
                            "calculation “10 mg per kg per day, 21 kg on 27-Feb-2026”",
                        ),
                    ),
                    "210 mg",
                ),
            ),
        ),
    ),
}

TOTALS = "Total per day"


class Clinic:
    """A clinic with somebody at the medicine list and a prescriber, each at their own browser."""

    def __init__(self) -> None:
        self.clinic = ClinicFactory()
        self.list, self.desk = Client(), Client()
        self.list.force_login(member(self.clinic, Role.ADMINISTRATOR))
        self.desk.force_login(member(self.clinic, name="Dr A. Osei"))

    def fill(self, client: Client, url: str, **typed: Any) -> str:
        """Fill in the form of a page; returns where it led to."""
        form = Page(client.get(url)).form
        values = {name: v for name, v in {**form.values, **typed}.items() if v is not None}
        response = client.post(url, values)
        assert response.status_code == 302, Page(response).errors
        return response.url

    def medicine(self, course: Course) -> UUID:
        there = self.fill(
            self.list,
            reverse("medicine-new"),
            name=course.medicine,
            routes=[course.route],
            units=[course.unit],
            form_names=course.form,
            strengths=course.strengths,
        )
        return there.split("/")[-2]

    def patient(self) -> UUID:
        there = self.fill(
            self.desk,
            reverse("patient-new"),
            family_name="Novak",
            given_names="Irena",
            birth_day="12",
            birth_month="3",
            birth_year="1961",
            gender="female",
        )
        return there.split("/")[-2]

    def regimen(self, patient: UUID, course: Course) -> str:
        url = f"{reverse('regimen-new', args=[patient])}?medicine={self.medicine(course)}"
        return self.fill(
            self.desk,
            url,
            route=course.route,
            form=course.form,
            unit=course.unit,
            indication="other",
            indication_text="as written",
        )


@dataclass
class Address:
    pk: str


def full(step: Step) -> str:
    return "; ".join(part.words for part in step.parts)


def record(desk: Client, regimen: str, step: Step) -> None:
    recording = Recording(desk, address(Address(regimen), step.kind))
    page = recording.write(*(part.typed for part in step.parts), **step.on, **step.more)
    assert page.status == 200, page.errors
    now = page.text.partition("Will be recorded")[2].partition("Decided by")[0]
    if step.parts:
        assert f"In full {full(step)}" in now
        for part in step.parts:
            assert pressed(part.line) in pressed(now)
    else:
        assert step.heading in now
    sides = now.partition("In full")[0]
    if step.total:
        assert f" {step.total} From" in sides
        assert TOTALS in sides
    else:
        assert TOTALS not in sides
    assert recording.confirm().status == 302


def pressed(text: str) -> str:
    """Text without spaces, commas and capitals: tables, lists and a PDF set lines differently."""
    return "".join(text.split()).replace(",", "").lower()


@pytest.mark.parametrize("case", CASES)
def test_a_schedule_goes_in_reads_back_and_comes_out(case):
    clinic = Clinic()
    patient = clinic.patient()
    pages = []
    for course in CASES[case]:
        page = clinic.regimen(patient, course)
        pages.append(page)
        for step in course.steps:
            record(clinic.desk, page.split("/")[-2], step)

    for page, course in zip(pages, CASES[case], strict=True):
        seen = Page(clinic.desk.get(page)).text
        for step in course.steps:
            for part in step.parts:
                assert pressed(part.line) in pressed(seen)
            assert step.total is None or f" {step.total} " in seen

    bundle = clinic.desk.get(reverse("patient-fhir", args=[patient])).content
    assert read_again(bundle) == sorted(
        (course.medicine, step.kind, [part.words for part in step.parts])
        for course in CASES[case]
        for step in course.steps
    )
    fhir = check(bundle)
    assert doses_in(fhir) == [
        (course.medicine, step.kind, [(part.words, *figures(part)) for part in step.parts])
        for course in CASES[case]
        for step in course.steps
    ]
    rows = exported_rows(clinic.desk, patient)
    pdf = pressed(exported_pdf(clinic.desk, patient))
    expected = []
    for course in CASES[case]:
        for step in course.steps:
            for part in step.parts:
                expected.append(
                    (course.medicine, step.kind, part.words, *figures(part), step.total or "")
                )
                assert pressed(part.line) in pdf
            if not step.parts:
                expected.append((course.medicine, step.kind, "", "", "", ""))
                assert pressed(step.heading) in pdf
            assert step.total is None or pressed(step.total) in pdf
    assert sorted(rows) == sorted(expected)
    tables = clinic.desk.get(reverse("patient-tables", args=[patient])).getvalue()
    assert_same_logs(logs_in(tables_of(tables)), Patient.objects.get(pk=patient))


def figures(part: Part) -> tuple[str, str]:
    low, _to, high = part.typed.get("amount", "").partition(" to ")
    return low, high


def doses_in(bundle: dict[str, Any]) -> list[tuple[str, str, list[tuple[str, str, str]]]]:
    """The steps of a Bundle, each with its parts: words, and the figures as digits."""
    return [
        (
            request["medicationReference"]["display"],
            extension(request, "kind")["coding"][0]["code"],
            [
                (" ".join(part["text"].split()), *figures_in(part.get("doseAndRate", [])))
                for part in request["dosageInstruction"]
                if "doseAndRate" in part or extension(part, "instruction")
            ],
        )
        for request in sorted(
            resources(bundle, "MedicationRequest"),
            key=lambda each: (order_of(bundle, each), each["authoredOn"]),
        )
    ]


def order_of(bundle: dict[str, Any], request: dict[str, Any]) -> int:
    """The place of its medicine, by when its regimen was entered."""
    address = request["medicationReference"]["reference"]
    entries = [
        extension(each, "entry")
        for each in resources(bundle, "Provenance")
        if each["target"] == [{"reference": address}]
    ]
    return min(entries)


def figures_in(given: list[dict[str, Any]]) -> tuple[str, str]:
    if not given:
        return "", ""
    [(kind, value)] = given[0].items()
    if kind in ("doseRange", "rateRange"):
        return str(value["low"]["value"]), str(value["high"]["value"])
    return str(value["value"]), ""


def read_again(bundle: bytes) -> list[tuple[str, str, list[str]]]:
    """The steps of our own Bundle as the import reads them, each with the words of its parts."""
    found = read_bundle(bundle, ZoneInfo("Europe/London"))
    assert not [mark for row in found.rows for mark in row.marks]
    steps = [row.said for row in found.rows if row.said]
    return sorted(
        (
            said.medicine.partition(", ")[0],
            said.kind,
            [plain_words(part) for part in said.components],
        )
        for said in steps
    )


def plain_words(part: dosing.Component) -> str:
    return " ".join(wording.component_words(part).split())


def exported_rows(desk: Client, patient: UUID) -> list[tuple[str, ...]]:
    content = desk.get(reverse("patient-csv", args=[patient])).content.decode("utf-8-sig")
    return [
        (
            row["medicine"],
            row["kind"],
            " ".join(row["dose_as_written"].split()),
            row["amount_low"],
            row["amount_high"],
            total_of(row),
        )
        for row in csv.DictReader(io.StringIO(content))
    ]


def total_of(row: dict[str, str]) -> str:
    """The total of a row as pages write it."""
    if not row["total_per_day_low"]:
        return ""
    figures = [row["total_per_day_low"], row["total_per_day_high"]]
    written = " to ".join(f"{float(f):,g}" for f in figures if f)
    return f"{written} {wording.unit_words(row['total_per_day_unit'])}"


def exported_pdf(desk: Client, patient: UUID) -> str:
    response = desk.get(reverse("patient-pdf", args=[patient]))
    assert response.status_code == 200
    reader = PdfReader(io.BytesIO(response.content))
    return "\n".join(page.extract_text() for page in reader.pages)
