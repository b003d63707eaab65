"""A story of the demonstration: baclofen into the spinal fluid, the mouth dose beside it."""

from datetime import date
from decimal import Decimal
from typing import Any

from patients.identity import Identity
from titration.demo import observing
from titration.demo.medicines import BACLOFEN
from titration.demo.people import BANERJEE
from titration.demo.story import (
    MONDAY,
    THURSDAY,
    TUESDAY,
    WEDNESDAY,
    Calendar,
    Copied,
    Course,
    Happened,
    Planned,
    PumpRead,
    Step,
    Story,
    at_slots,
    injected,
    per_24_hours,
    planned,
    rate_window,
    times_a_day,
)
from titration.models import (
    ChangeReason,
    Indication,
    PlanEnd,
    PumpAlarm,
    PumpEventKind,
    PumpMode,
    Purpose,
    ReceivedHow,
    Route,
    StepKind,
)


def pump(on: Calendar) -> Story:
    """Three test injections, the implant, its rates, and the mouth dose coming down beside it.

    By a plan that is paused since the pump gave an alarm, with its copy still in the house.
    """

    def by_mouth(week: int, weekday: int, clock: str, row: int, text: str, why: str) -> Step:
        return Step(
            on.at(week, weekday, clock),
            on.day(week, weekday),
            times_a_day(3, text),
            reason=ChangeReason.OTHER_MEDICINE,
            reason_text=why,
            decided_by=BANERJEE,
            by=BANERJEE,
            row=row,
        )

    down = [
        planned(on.day(-9, WEDNESDAY), *times_a_day(3, "20")),
        planned(on.day(-7, MONDAY), *times_a_day(3, "15")),
        planned("2 weeks", *at_slots(morning="15", midday="10", bedtime="10")),
        planned("2 weeks", *times_a_day(3, "5")),
        planned("2 weeks", *times_a_day(2, "5")),
        planned("2 weeks", *times_a_day(1, "5")),
        planned("2 weeks", kind="stop"),
    ]

    def trial(weekday: int, clock: str, recorded: str, text: str, volume: str, seen: str) -> Step:
        return Step(
            on.at(-12, weekday, recorded),
            on.at(-12, weekday, clock),
            injected(text, volume, "50"),
            StepKind.SINGLE,
            ChangeReason.TRIAL,
            seen,
            decided_by=BANERJEE,
            by=BANERJEE,
        )

    def rate(week: int, weekday: int, recorded: str, clock: str, components, **rest) -> Step:
        return Step(
            on.at(week, weekday, recorded),
            on.at(week, weekday, clock),
            components,
            decided_by=BANERJEE,
            by=BANERJEE,
            **rest,
        )

    def read(week: int, weekday: int, recorded: str, clock: str, kind: str, **said) -> PumpRead:
        at = on.at(week, weekday, clock)
        return PumpRead(on.at(week, weekday, recorded), at, kind, said, by=BANERJEE)

    windows = (
        rate_window("06:00", "18:00", "8"),
        rate_window("18:00", "22:00", "10.5"),
        rate_window("22:00", "06:00", "14"),
    )
    supplied: dict[str, Any] = {"product": "Lioresal Intrathecal 500 micrograms per mL"}
    return Story(
        on.at(-14, TUESDAY, "09:20"),
        Identity(
            "Hargreaves", "Thomas Edward", date(1969, 7, 4), "male", "Mr", "9990000034", "RS-1003"
        ),
        [
            Course(
                on.at(-14, TUESDAY, "09:31"),
                BACLOFEN,
                Indication.SPASTICITY,
                indication_text="Spinal cord injury",
                responsible=BANERJEE,
                plan=Planned(
                    on.at(-9, WEDNESDAY, "16:50"),
                    down,
                    Purpose.SWITCH,
                    PlanEnd.STOP,
                    if_unwell="A pump alarm, fever or new stiffness: ring at once, day or night.",
                    by=BANERJEE,
                    copies=[Copied(on.at(-9, WEDNESDAY, "17:03"), to_whom="Mrs Hargreaves")],
                    happened=[
                        Happened(
                            on.at(-2, WEDNESDAY, "14:02"),
                            "paused",
                            "Alarm last night: no further step until the pump has been read.",
                        )
                    ],
                ),
                steps=[
                    Step(
                        on.at(-14, TUESDAY, "09:36"),
                        on.month(19),
                        times_a_day(4, "20"),
                        reason=ChangeReason.CARE_SETTING,
                        reason_text="Dose on arrival, as in the letter.",
                        decided_by="Dr L. Marchetti, Northgate Surgery",
                        received=ReceivedHow.LETTER,
                        document_on=on.day(-15, THURSDAY),
                    ),
                    by_mouth(-9, WEDNESDAY, "16:55", 0, "20", "Pump running since this afternoon."),
                    by_mouth(-7, MONDAY, "10:32", 1, "15", "Pump rate raised."),
                    by_mouth(-5, MONDAY, "11:04", 2, "10", "Pump rate raised."),
                    by_mouth(-3, THURSDAY, "14:21", 3, "5", "No spasm since the pump was raised."),
                ],
            ),
            Course(
                on.at(-12, TUESDAY, "08:50"),
                BACLOFEN,
                Indication.SPASTICITY,
                indication_text="Spinal cord injury",
                route=Route.INTRATHECAL,
                unit="microgram",
                form="solution for infusion",
                responsible=BANERJEE,
                by=BANERJEE,
                steps=[
                    trial(TUESDAY, "09:30", "11:40", "50", "1", "Ashworth 4 before, 4 after."),
                    trial(WEDNESDAY, "09:30", "11:25", "75", "1.5", "Ashworth 4 before, 3 after."),
                    trial(THURSDAY, "09:30", "11:52", "100", "2", "Ashworth 4 before, 1 after."),
                    rate(
                        -9,
                        WEDNESDAY,
                        "16:40",
                        "15:00",
                        per_24_hours("200", **supplied),
                        reason=ChangeReason.START,
                        reason_text="Pump implanted on Monday.",
                    ),
                    rate(
                        -7,
                        MONDAY,
                        "10:25",
                        "10:15",
                        per_24_hours("220", **supplied),
                        reason=ChangeReason.EFFECT,
                    ),
                    rate(
                        -5,
                        MONDAY,
                        "10:58",
                        "10:45",
                        per_24_hours("240", **supplied),
                        reason=ChangeReason.EFFECT,
                    ),
                    rate(
                        -2,
                        TUESDAY,
                        "09:54",
                        "09:45",
                        windows,
                        reason=ChangeReason.EFFECT,
                        reason_text="Spasms only in the evening and at night.",
                    ),
                ],
                pump=[
                    read(
                        *(-9, MONDAY, "15:35", "11:20", PumpEventKind.IMPLANTED),
                        model="SynchroMed III, 40 mL",
                        concentration=Decimal(500),
                        concentration_unit="microgram",
                        volume_filled=Decimal(39),
                        low_reservoir_on=on.day(6, THURSDAY),
                        refill_on=on.day(2, TUESDAY),
                        replacement_on=on.day(340, MONDAY),
                        done_by_name="Mr K. Adeyemi, neurosurgery",
                        note="Catheter tip at the tenth thoracic vertebra.",
                    ),
                    read(
                        *(-9, WEDNESDAY, "16:46", "15:00", PumpEventKind.PROGRAMMED),
                        mode=PumpMode.CONTINUOUS,
                        rates=per_24_hours("200"),
                    ),
                    read(
                        *(-5, MONDAY, "11:02", "10:45", PumpEventKind.PROGRAMMED),
                        mode=PumpMode.CONTINUOUS,
                        rates=per_24_hours("240"),
                        volume_expected=Decimal("26.1"),
                    ),
                    read(
                        *(-2, TUESDAY, "10:05", "09:45", PumpEventKind.PROGRAMMED),
                        mode=PumpMode.FLEXIBLE,
                        rates=windows,
                        bolus=Decimal(10),
                        bolus_unit="microgram",
                        bolus_times=3,
                        bolus_hours=24,
                        bolus_lockout_minutes=120,
                        alarm=PumpAlarm.NOT_HEARD,
                    ),
                    read(
                        *(-2, WEDNESDAY, "13:55", "02:10", PumpEventKind.ALARM),
                        alarm=PumpAlarm.HEARD,
                        alarm_words="Single tone every few seconds, through the night.",
                    ),
                ],
            ),
        ],
        telephone="01632 960103",
        seen=observing.pump(on),
    )


STORIES = (pump,)
