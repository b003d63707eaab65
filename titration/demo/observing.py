"""How the patients of the demonstration were: scores, measurements, side effects as told.

What happened beside a dose is told beside it and nothing more: no cause is inferred.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from titration.demo.people import BANERJEE
from titration.demo.story import (
    FRIDAY,
    MONDAY,
    THURSDAY,
    TUESDAY,
    WEDNESDAY,
    Calendar,
    Felt,
    Seen,
)
from titration.timeline import Effective

PHYSIO = "S. Whitfield, physiotherapist"
NURSE = "J. Lind, nurse"
LABORATORY = "Riverside laboratory"


def _tone(place: str, left: str, right: str) -> list[tuple[str, dict[str, Any]]]:
    """Muscle tone at a place, on both sides."""
    return [
        ("Modified Ashworth Scale", {"choice": grade, "site": place, "side": side})
        for side, grade in (("left", left), ("right", right))
    ]


def _rated(name: str, choice: str) -> tuple[str, dict[str, Any]]:
    return name, {"choice": choice}


def _number(name: str, figure: str, second: str = "", **beside: Any) -> tuple[str, dict[str, Any]]:
    figures: dict[str, Any] = {"figure": Decimal(figure)}
    if second:
        figures["second_figure"] = Decimal(second)
    return name, figures | beside


def baclofen_up_and_down(on: Calendar) -> Sequence[Seen]:
    """Tone, spasms and walking from visit to visit, with drowsiness in the first two weeks."""

    def visit(
        week: int,
        calf: tuple[str, str],
        adductors: tuple[str, str],
        *,
        spasms: str,
        stiffness: str,
        walking: str,
    ) -> Seen:
        return Seen(
            on.at(week, MONDAY, "16:20"),
            on.day(week, MONDAY),
            [
                *_tone("ankle plantar flexors (calf)", *calf),
                *_tone("hip adductors", *adductors),
                _rated("Penn Spasm Frequency", spasms),
                _rated("Stiffness, 0 to 10", stiffness),
                _number("Walking time, 10 metres", walking),
            ],
            measured_by=PHYSIO,
        )

    drowsy = Felt(
        "drowsiness",
        on.day(-16, THURSDAY),
        words="Falls asleep after the midday tablet",
        severity="moderate",
        course=0,
        said_by="The patient",
        ended=(on.at(-14, MONDAY, "11:02"), Effective(on.day(-15, FRIDAY))),
    )
    dizzy = Felt(
        "dizziness",
        on.day(-13, TUESDAY),
        words="On standing up",
        severity="mild",
        course=0,
        said_by="The patient",
        ended=(on.at(-11, MONDAY, "11:26"), Effective(on.day(-12, MONDAY))),
    )
    return [
        visit(-16, ("3", "2"), ("2", "2"), spasms="3", stiffness="8", walking="24.5"),
        Seen(
            on.at(-16, MONDAY, "16:31"),
            on.day(-16, MONDAY),
            [
                _number("Blood pressure", "132", "78"),
                _number("Pulse", "74"),
                _number("Weight", "61.4"),
                _number("eGFR", "82", measured_by=LABORATORY),
            ],
            measured_by=NURSE,
        ),
        Seen(on.at(-15, MONDAY, "10:12"), on.day(-15, MONDAY), felt=[drowsy]),
        Seen(
            on.at(-15, MONDAY, "16:08"),
            on.day(-15, MONDAY),
            [_rated("Stiffness, 0 to 10", "7")],
            measured_by="The patient, by telephone",
        ),
        visit(-14, ("2", "2"), ("2", "1+"), spasms="3", stiffness="6", walking="21.2"),
        Seen(on.at(-12, MONDAY, "09:58"), on.day(-12, MONDAY), felt=[dizzy]),
        visit(-11, ("2", "1+"), ("1+", "1+"), spasms="2", stiffness="5", walking="18.7"),
        visit(-7, ("1+", "1"), ("1+", "1"), spasms="1", stiffness="3", walking="16.3"),
        Seen(
            on.at(-7, MONDAY, "16:34"),
            on.day(-7, MONDAY),
            [
                _number("Blood pressure", "118", "72"),
                _number("Weight", "62.1"),
                _number("Alanine aminotransferase (ALT)", "23", measured_by=LABORATORY),
            ],
            measured_by=NURSE,
        ),
        visit(-3, ("1+", "1+"), ("1+", "1"), spasms="2", stiffness="4", walking="17.1"),
    ]


def pump(on: Calendar) -> Sequence[Seen]:
    """Tone before and four hours after each trial, then from rate to rate; an alarm's week."""

    def legs(
        week: int,
        weekday: int,
        clock: str,
        knee: tuple[str, str],
        hip: tuple[str, str],
        *more: tuple[str, dict[str, Any]],
        note: str = "",
    ) -> Seen:
        return Seen(
            on.at(week, weekday, "17:45"),
            on.at(week, weekday, clock),
            [
                *_tone("knee flexors (hamstrings)", *knee),
                *_tone("hip adductors", *hip),
                *more,
            ],
            measured_by=PHYSIO,
            note=note,
            by=BANERJEE,
        )

    return [
        legs(
            -14,
            TUESDAY,
            "10:30",
            ("3", "3"),
            ("4", "3"),
            _rated("Penn Spasm Frequency", "4"),
            _rated("Stiffness, 0 to 10", "9"),
        ),
        legs(-12, MONDAY, "14:00", ("3", "2"), ("3", "3"), note="Four hours after the injection"),
        legs(
            -12, WEDNESDAY, "14:00", ("2", "2"), ("2", "2"), note="Four hours after the injection"
        ),
        legs(
            -9,
            THURSDAY,
            "11:00",
            ("2", "2"),
            ("2", "2"),
            _rated("Penn Spasm Frequency", "2"),
            _rated("Stiffness, 0 to 10", "6"),
        ),
        Seen(
            on.at(-9, THURSDAY, "17:52"),
            on.day(-9, THURSDAY),
            [
                _number("Temperature", "37.9"),
                _number("Pulse", "92"),
                _number("Blood pressure", "146", "84"),
            ],
            [
                Felt(
                    "headache",
                    on.day(-9, WEDNESDAY),
                    words="Worse when sitting up",
                    severity="severe",
                    course=1,
                    said_by="The patient",
                    ended=(on.at(-7, MONDAY, "17:50"), Effective(on.day(-8, TUESDAY))),
                )
            ],
            measured_by=NURSE,
            by=BANERJEE,
        ),
        legs(
            -7,
            MONDAY,
            "11:00",
            ("1+", "1+"),
            ("2", "1+"),
            _rated("Penn Spasm Frequency", "1"),
            _rated("Stiffness, 0 to 10", "4"),
        ),
        Seen(
            on.at(-6, MONDAY, "15:10"),
            on.day(-6, MONDAY),
            felt=[
                Felt("constipation", on.day(-8, MONDAY), severity="mild", said_by="Mrs Hargreaves")
            ],
            by=BANERJEE,
        ),
        legs(
            -5,
            MONDAY,
            "11:00",
            ("1", "1"),
            ("1+", "1"),
            _rated("Penn Spasm Frequency", "1"),
            _rated("Stiffness, 0 to 10", "3"),
        ),
        Seen(
            on.at(-2, WEDNESDAY, "14:20"),
            on.day(-2, WEDNESDAY),
            [
                _rated("Stiffness, 0 to 10", "7"),
                _number("Pulse", "104"),
                _number("Temperature", "38.1"),
            ],
            [
                Felt(
                    "stiffness",
                    on.day(-2, TUESDAY),
                    kind="withdrawal",
                    words="Legs stiff since the alarm",
                    severity="moderate",
                    course=1,
                    said_by="The patient",
                    ended=(on.at(-1, MONDAY, "10:05"), Effective(on.day(-2, FRIDAY))),
                ),
                Felt(
                    "itching",
                    on.day(-2, TUESDAY),
                    kind="withdrawal",
                    severity="mild",
                    said_by="The patient",
                    ended=(on.at(-1, MONDAY, "10:07"), Effective(on.day(-2, THURSDAY))),
                ),
            ],
            measured_by=NURSE,
            by=BANERJEE,
        ),
        legs(
            -1,
            MONDAY,
            "10:30",
            ("1+", "1"),
            ("1+", "1+"),
            _rated("Penn Spasm Frequency", "1"),
            _rated("Stiffness, 0 to 10", "4"),
        ),
    ]


def lamotrigine_beside_valproate(on: Calendar) -> Sequence[Seen]:
    """What was told by telephone, some of it known only by its month."""
    return [
        Seen(
            on.at(-11, TUESDAY, "12:15"),
            on.day(-11, TUESDAY),
            felt=[
                Felt(
                    "headache",
                    on.month(3),
                    severity="not-stated",
                    ends="not-stated",
                    said_by="The patient",
                ),
                Felt(
                    "sleeplessness",
                    on.day(-12, FRIDAY),
                    severity="mild",
                    said_by="The patient's brother",
                ),
            ],
        ),
        Seen(
            on.at(-7, TUESDAY, "12:31"),
            on.day(-7, TUESDAY),
            [
                _number("Alanine aminotransferase (ALT)", "31", measured_by=LABORATORY),
                _number("Weight", "83.2"),
            ],
            measured_by=NURSE,
        ),
    ]


def gabapentin(on: Calendar) -> Sequence[Seen]:
    """Pain from week to week, kidney function, weight as it went up."""

    def week_of(week: int, pain: str, weight: str) -> Seen:
        return Seen(
            on.at(week, WEDNESDAY, "15:40"),
            on.day(week, WEDNESDAY),
            [_rated("Pain, 0 to 10", pain), _number("Weight", weight)],
            measured_by="The patient, by telephone",
        )

    return [
        Seen(
            on.at(-10, TUESDAY, "17:20"),
            on.day(-10, TUESDAY),
            [
                _rated("Pain, 0 to 10", "9"),
                _number("eGFR", "46", measured_by=LABORATORY),
                _number("Creatinine", "112", measured_by=LABORATORY),
                _number("Weight", "54.6"),
            ],
            measured_by=NURSE,
        ),
        week_of(-9, "8", "54.8"),
        week_of(-8, "6", "55.1"),
        week_of(-6, "5", "55.9"),
        week_of(-4, "5", "56.7"),
        Seen(
            on.at(-4, WEDNESDAY, "15:49"),
            on.day(-4, WEDNESDAY),
            felt=[
                Felt(
                    "other",
                    on.day(-5, MONDAY),
                    words="Ankles swollen in the evening",
                    severity="mild",
                    said_by="The patient",
                )
            ],
        ),
        week_of(-2, "4", "57.3"),
    ]
