"""Stories of the demonstration: doses by weekday, by the week, by the hour, and as needed."""

from datetime import date
from typing import Any

from patients.identity import Identity, Standing
from patients.models import PatientStatus
from titration.demo.medicines import FENTANYL, FOLIC_ACID, METHOTREXATE, MORPHINE, WARFARIN
from titration.demo.people import BANERJEE, OSEI
from titration.demo.story import (
    FRIDAY,
    MONDAY,
    SATURDAY,
    SUNDAY,
    THURSDAY,
    TUESDAY,
    WEDNESDAY,
    Calendar,
    Course,
    Step,
    Story,
    amount,
    at_slots,
    each_weekday,
    stopped,
    withheld,
)
from titration.dosing import Component, Timing
from titration.models import ChangeReason, Indication, ReceivedHow, Route, StopReason


def warfarin_by_weekday(on: Calendar) -> Story:
    """Different amounts on named days of the week, changed by test results."""

    def after_result(week: int, clock: str, result: str, *components: Component) -> Step:
        return Step(
            on.at(week, TUESDAY, clock),
            on.day(week, TUESDAY),
            components,
            reason=ChangeReason.RESULT,
            reason_text=result,
            received=ReceivedHow.TELEPHONE,
            confirmed=on.at(week, TUESDAY, "17:18"),
        )

    return Story(
        on.at(-18, TUESDAY, "10:48"),
        Identity("Abernathy", "George", date(1941, 4, 27), "male", "Mr", "9990000107", "RS-1010"),
        [
            Course(
                on.at(-18, TUESDAY, "10:57"),
                WARFARIN,
                Indication.CLOTTING,
                indication_text="Atrial fibrillation, after a stroke",
                steps=[
                    Step(
                        on.at(-18, TUESDAY, "11:02"),
                        on.day(-18, TUESDAY),
                        at_slots(evening="3"),
                        reason=ChangeReason.START,
                        confirmed=on.at(-18, TUESDAY, "17:18"),
                    ),
                    after_result(-17, "14:06", "INR 1.6", *at_slots(evening="4")),
                    after_result(
                        -15,
                        "13:51",
                        "INR 3.4",
                        each_weekday("evening", "3", MONDAY, WEDNESDAY, FRIDAY),
                        each_weekday("evening", "4", TUESDAY, THURSDAY, SATURDAY, SUNDAY),
                    ),
                    after_result(
                        -11,
                        "14:22",
                        "INR 3.1",
                        each_weekday("evening", "4", MONDAY, FRIDAY),
                        each_weekday(
                            "evening", "3", TUESDAY, WEDNESDAY, THURSDAY, SATURDAY, SUNDAY
                        ),
                    ),
                    after_result(
                        -5,
                        "13:44",
                        "INR 2.1",
                        each_weekday("evening", "3.5", SATURDAY, SUNDAY),
                        each_weekday("evening", "3", MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY),
                    ),
                ],
            )
        ],
        telephone="(01632) 960110",
    )


def methotrexate_on_mondays(on: Calendar) -> Story:
    """Once a week, on MONDAY, with folic acid on Fridays; withheld for an infection until now."""

    def weekly(week: int, clock: str, text: str, strengths: str, why: str) -> Step:
        once_a_week = Timing("slot", slot="morning", weekdays=(1,))
        return Step(
            on.at(week, MONDAY, clock),
            on.day(week, MONDAY),
            (Component(amount(text), once_a_week, strengths=strengths),),
            reason=ChangeReason.RESULT if why else ChangeReason.START,
            reason_text=why,
            by=OSEI,
        )

    return Story(
        on.at(-24, MONDAY, "09:05"),
        Identity("Fairbanks", "Lucy", date(1967, 10, 5), "female", "Mrs", "9990000115", "RS-1011"),
        [
            Course(
                on.at(-24, MONDAY, "09:12"),
                METHOTREXATE,
                Indication.INFLAMMATION,
                indication_text="Myasthenia, to spare steroids",
                by=OSEI,
                steps=[
                    weekly(-24, "09:18", "7.5", "3 × 2.5 mg", ""),
                    weekly(-20, "09:41", "10", "4 × 2.5 mg", "Blood count and liver unchanged."),
                    weekly(-14, "10:03", "12.5", "5 × 2.5 mg", "Blood count and liver unchanged."),
                    withheld(
                        on.at(-2, THURSDAY, "12:15"),
                        on.day(-2, THURSDAY),
                        StopReason.UNWELL,
                        reason_text="Pneumonia, on antibiotics from her general practitioner.",
                        received=ReceivedHow.TELEPHONE,
                        confirmed=on.at(-2, THURSDAY, "17:44"),
                    ),
                ],
            ),
            Course(
                on.at(-24, MONDAY, "09:22"),
                FOLIC_ACID,
                Indication.OTHER,
                indication_text="Beside methotrexate",
                by=OSEI,
                steps=[
                    Step(
                        on.at(-24, MONDAY, "09:25"),
                        on.day(-24, MONDAY),
                        (each_weekday("morning", "5", FRIDAY),),
                        reason=ChangeReason.START,
                        by=OSEI,
                    )
                ],
            ),
        ],
        telephone="07700 900111",
    )


def patch_and_rescue(on: Calendar) -> Story:
    """A rate per hour from a patch, with doses as needed up to a written maximum; he died."""
    patch = Timing("continuous", rate_per="hour", changed_every_hours=72)
    as_needed: dict[str, Any] = {
        "as_needed": True,
        "as_needed_for": "pain between patches",
        "maximum_times": 6,
        "maximum_hours": 24,
    }
    died = on.day(-6, SATURDAY)
    return Story(
        on.at(-13, WEDNESDAY, "15:12"),
        Identity("Delacroix", "Étienne", date(1938, 3, 21), "male", "Mr", "9990000123", "RS-1012"),
        [
            Course(
                on.at(-13, WEDNESDAY, "15:20"),
                FENTANYL,
                Indication.PAIN,
                route=Route.TRANSDERMAL,
                unit="microgram",
                form="transdermal patch",
                indication_text="Cancer in the spine",
                responsible=BANERJEE,
                by=BANERJEE,
                steps=[
                    Step(
                        on.at(-13, WEDNESDAY, "15:26"),
                        on.at(-13, WEDNESDAY, "15:15"),
                        (Component(amount("12", "microgram"), patch, product="Matrifen 12"),),
                        reason=ChangeReason.START,
                        decided_by=BANERJEE,
                        by=BANERJEE,
                    ),
                    Step(
                        on.at(-11, MONDAY, "10:36"),
                        on.at(-11, MONDAY, "10:30"),
                        (Component(amount("25", "microgram"), patch, product="Matrifen 25"),),
                        reason=ChangeReason.EFFECT,
                        reason_text="Needs the rescue dose five times a day.",
                        decided_by=BANERJEE,
                        by=BANERJEE,
                    ),
                    stopped(
                        on.at(-5, MONDAY, "09:14"),
                        died,
                        StopReason.DIED,
                        decided_by=BANERJEE,
                        by=BANERJEE,
                    ),
                ],
            ),
            Course(
                on.at(-13, WEDNESDAY, "15:30"),
                MORPHINE,
                Indication.PAIN,
                form="oral solution",
                indication_text="Cancer in the spine",
                responsible=BANERJEE,
                by=BANERJEE,
                steps=[
                    Step(
                        on.at(-13, WEDNESDAY, "15:34"),
                        on.day(-13, WEDNESDAY),
                        (Component(amount("5"), Timing("times"), **as_needed),),
                        reason=ChangeReason.START,
                        decided_by=BANERJEE,
                        by=BANERJEE,
                    ),
                    Step(
                        on.at(-9, THURSDAY, "16:20"),
                        on.day(-9, THURSDAY),
                        (Component(amount("5 to 10"), Timing("times"), **as_needed),),
                        reason=ChangeReason.EFFECT,
                        decided_by=BANERJEE,
                        received=ReceivedHow.TELEPHONE,
                        confirmed=on.at(-9, FRIDAY, "09:02"),
                    ),
                    stopped(
                        on.at(-5, MONDAY, "09:16"),
                        died,
                        StopReason.DIED,
                        decided_by=BANERJEE,
                        by=BANERJEE,
                    ),
                ],
            ),
        ],
        telephone="+44 1632 960112",
        ended=(on.at(-5, MONDAY, "09:18"), Standing(PatientStatus.DIED, died)),
    )


def nothing_yet(on: Calendar) -> Story:
    """A patient for whom no regimen was opened."""
    return Story(
        on.at(-1, WEDNESDAY, "15:50"),
        Identity("Björnsdóttir", "Guðrún", date(2001, 6, 17), "female", "", "", "RS-1013"),
    )


STORIES = (warfarin_by_weekday, methotrexate_on_mondays, patch_and_rescue, nothing_yet)
