"""Stories of the demonstration: baclofen by mouth and into the spinal fluid, and its neighbours."""

from datetime import date
from typing import Any

from patients.identity import Identity
from titration.demo.medicines import BACLOFEN, METHYLPREDNISOLONE, TIZANIDINE
from titration.demo.people import BANERJEE
from titration.demo.story import (
    FRIDAY,
    MONDAY,
    SUNDAY,
    THURSDAY,
    TUESDAY,
    WEDNESDAY,
    Calendar,
    Corrected,
    Course,
    Step,
    Story,
    at_slots,
    injected,
    per_24_hours,
    rate_window,
    stopped,
    times_a_day,
    withheld,
)
from titration.models import (
    ChangeReason,
    Indication,
    ReceivedHow,
    Route,
    StepKind,
    StopReason,
)


def baclofen_up_and_down(on: Calendar) -> Story:
    """The published rise over twelve days, three days of nothing on a ward, and the way down."""

    def down(week: int, why: str, clock: str, **day: str) -> Step:
        return Step(
            on.at(week, MONDAY, clock),
            on.day(week),
            at_slots(**day),
            reason=ChangeReason.STEP_DOWN,
            reason_text=why,
            confirmed=on.at(week, TUESDAY, "17:12"),
        )

    first_visit: dict[str, Any] = {
        "reason_text": "Leg spasms wake her most nights.",
        "confirmed": on.at(-16, MONDAY, "17:05"),
    }
    return Story(
        on.at(-16, MONDAY, "09:52"),
        Identity("Novak", "Irena", date(1961, 3, 12), "female", "Ms", "9990000018", "RS-1001"),
        [
            Course(
                on.at(-16, MONDAY, "10:08"),
                BACLOFEN,
                Indication.SPASTICITY,
                indication_text="Multiple sclerosis",
                steps=[
                    Step(
                        on.at(-16, MONDAY, "10:14"),
                        on.day(-16, MONDAY),
                        times_a_day(3, "5", strengths="half × 10 mg"),
                        reason=ChangeReason.START,
                        **first_visit,
                    ),
                    Step(
                        on.at(-16, MONDAY, "10:16"),
                        on.day(-16, THURSDAY),
                        times_a_day(3, "10", strengths="1 × 10 mg"),
                        **first_visit,
                    ),
                    Step(
                        on.at(-16, MONDAY, "10:17"),
                        on.day(-16, SUNDAY),
                        times_a_day(3, "15", strengths="1 × 10 mg + half × 10 mg"),
                        **first_visit,
                    ),
                    Step(
                        on.at(-16, MONDAY, "10:19"),
                        on.day(-15, WEDNESDAY),
                        times_a_day(3, "20", strengths="2 × 10 mg"),
                        **first_visit,
                    ),
                    withheld(
                        on.at(-11, TUESDAY, "14:20"),
                        on.at(-11, TUESDAY, "13:00"),
                        StopReason.CARE_SETTING,
                        reason_text="Admitted last night, vomiting; nothing by mouth.",
                        decided_by="Dr K. Lindqvist, St Brigid's Hospital",
                        received=ReceivedHow.TELEPHONE,
                    ),
                    Step(
                        on.at(-11, FRIDAY, "11:42"),
                        on.at(-11, FRIDAY, "11:30"),
                        times_a_day(3, "10", strengths="1 × 10 mg"),
                        StepKind.RESUME,
                        ChangeReason.RESTART,
                        "Drinks and keeps it down since yesterday.",
                        received=ReceivedHow.TELEPHONE,
                        confirmed=on.at(-11, FRIDAY, "16:48"),
                    ),
                    Step(
                        on.at(-10, WEDNESDAY, "09:31"),
                        on.day(-10, WEDNESDAY),
                        times_a_day(3, "15", strengths="1 × 10 mg + half × 10 mg"),
                        reason=ChangeReason.EFFECT,
                        reason_text="Home again; stiffer than before.",
                        received=ReceivedHow.TELEPHONE,
                        confirmed=on.at(-10, WEDNESDAY, "17:20"),
                    ),
                    down(
                        -8,
                        "Drowsy at work, legs loose enough.",
                        "10:40",
                        morning="10",
                        midday="15",
                        bedtime="15",
                    ),
                    Step(
                        on.at(-6, TUESDAY, "09:15"),
                        on.day(-5, MONDAY),
                        at_slots(morning="10", midday="10", bedtime="15"),
                        reason=ChangeReason.STEP_DOWN,
                        reason_text="Still drowsy until noon.",
                        received=ReceivedHow.TELEPHONE,
                        corrected=Corrected(
                            "The wrong week was picked.",
                            Step(
                                on.at(-6, TUESDAY, "16:03"),
                                on.day(-6, MONDAY),
                                at_slots(morning="10", midday="10", bedtime="15"),
                                reason=ChangeReason.STEP_DOWN,
                                reason_text="Still drowsy until noon.",
                                received=ReceivedHow.TELEPHONE,
                                confirmed=on.at(-6, TUESDAY, "17:33"),
                            ),
                        ),
                    ),
                    down(
                        -3,
                        "Awake all day; transfers unchanged.",
                        "10:14",
                        morning="10",
                        midday="10",
                        bedtime="10",
                    ),
                    Step(
                        on.at(-1, WEDNESDAY, "09:40"),
                        on.day(1, MONDAY),
                        at_slots(morning="5", midday="10", bedtime="10"),
                        reason=ChangeReason.STEP_DOWN,
                        note="Less in the morning from Monday week. Ring if the spasms return.",
                        received=ReceivedHow.TELEPHONE,
                    ),
                ],
            )
        ],
        telephone="01632 960101",
    )


def baclofen_uneven_day(on: Calendar) -> Story:
    """Two small doses by day and a larger one for the night, after tizanidine was given up."""
    return Story(
        on.at(-30, WEDNESDAY, "14:02"),
        Identity("Okonkwo", "Chidi", date(1978, 11, 30), "male", "Mr", "9990000026", "RS-1002"),
        [
            Course(
                on.at(-30, WEDNESDAY, "14:10"),
                TIZANIDINE,
                Indication.SPASTICITY,
                indication_text="After a stroke",
                responsible=BANERJEE,
                steps=[
                    Step(
                        on.at(-30, WEDNESDAY, "14:16"),
                        on.day(-30, WEDNESDAY),
                        at_slots(bedtime="2"),
                        reason=ChangeReason.START,
                        decided_by=BANERJEE,
                        confirmed=on.at(-30, WEDNESDAY, "16:30"),
                    ),
                    Step(
                        on.at(-29, FRIDAY, "10:05"),
                        on.day(-29, FRIDAY),
                        at_slots(morning="2", bedtime="2"),
                        decided_by=BANERJEE,
                        received=ReceivedHow.TELEPHONE,
                        confirmed=on.at(-29, FRIDAY, "15:44"),
                    ),
                    stopped(
                        on.at(-26, TUESDAY, "11:20"),
                        on.day(-26, TUESDAY),
                        StopReason.SIDE_EFFECT,
                        reason_text="Dry mouth, light-headed on standing.",
                        decided_by=BANERJEE,
                        by=BANERJEE,
                    ),
                ],
            ),
            Course(
                on.at(-25, TUESDAY, "09:38"),
                BACLOFEN,
                Indication.SPASTICITY,
                indication_text="After a stroke",
                responsible=BANERJEE,
                steps=[
                    Step(
                        on.at(-25, TUESDAY, "09:44"),
                        on.day(-25, TUESDAY),
                        at_slots(bedtime="5", strengths="half × 10 mg"),
                        reason=ChangeReason.START,
                        decided_by=BANERJEE,
                        confirmed=on.at(-25, TUESDAY, "17:02"),
                    ),
                    Step(
                        on.at(-23, THURSDAY, "10:52"),
                        on.day(-23, THURSDAY),
                        at_slots(morning="5", bedtime="5", strengths="half × 10 mg"),
                        decided_by=BANERJEE,
                        received=ReceivedHow.TELEPHONE,
                        confirmed=on.at(-23, FRIDAY, "09:21"),
                    ),
                    Step(
                        on.at(-20, MONDAY, "11:30"),
                        on.day(-20, MONDAY),
                        at_slots(morning="5", midday="5", bedtime="10"),
                        decided_by=BANERJEE,
                        reason=ChangeReason.EFFECT,
                        reason_text="The hand opens better; nights still stiff.",
                        by=BANERJEE,
                    ),
                ],
            ),
        ],
        telephone="07700 900102",
    )


def pump(on: Calendar) -> Story:
    """Three test injections, the implant, its rates, and the mouth dose coming down beside it."""

    def by_mouth(week: int, weekday: int, clock: str, times: int, text: str, why: str) -> Step:
        return Step(
            on.at(week, weekday, clock),
            on.day(week, weekday),
            times_a_day(times, text),
            reason=ChangeReason.OTHER_MEDICINE,
            reason_text=why,
            decided_by=BANERJEE,
            by=BANERJEE,
        )

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
                    by_mouth(-9, WEDNESDAY, "16:55", 3, "20", "Pump running since this afternoon."),
                    by_mouth(-7, MONDAY, "10:32", 3, "15", "Pump rate raised."),
                    by_mouth(-5, MONDAY, "11:04", 3, "10", "Pump rate raised."),
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
                        (
                            rate_window("06:00", "18:00", "8"),
                            rate_window("18:00", "22:00", "10.5"),
                            rate_window("22:00", "06:00", "14"),
                        ),
                        reason=ChangeReason.EFFECT,
                        reason_text="Spasms only in the evening and at night.",
                    ),
                ],
            ),
        ],
        telephone="01632 960103",
    )


def methylprednisolone_pack(on: Calendar) -> Story:
    """The 21-tablet pack, one line a day, written down when the pack was handed over."""
    lines = ("8 4 4 8", "4 4 4 8", "4 4 4 4", "4 4 0 4", "4 0 0 4", "4 0 0 0")
    confirmed = on.at(-5, FRIDAY, "17:26")
    first, *others = (
        at_slots(
            **dict(zip(("breakfast", "lunch", "dinner", "bedtime"), line.split(), strict=True))
        )
        for line in lines
    )
    return Story(
        on.at(-5, FRIDAY, "14:40"),
        Identity(
            "Szczepańska-Wiśniewska",
            "Małgorzata Władysława",
            date(1990, 2, 17),
            "female",
            "Mrs",
            "9990000042",
            "RS-1004",
        ),
        [
            Course(
                on.at(-5, FRIDAY, "15:02"),
                METHYLPREDNISOLONE,
                Indication.INFLAMMATION,
                indication_text="Relapse of multiple sclerosis",
                steps=[
                    Step(
                        on.at(-5, FRIDAY, "15:10"),
                        on.day(-4, MONDAY),
                        first,
                        reason=ChangeReason.START,
                        reason_text="Blurred left eye since Wednesday.",
                        note="One line of the pack each day, from Monday.",
                        confirmed=confirmed,
                    ),
                    *(
                        Step(
                            on.at(-5, FRIDAY, f"15:{10 + day}"),
                            on.day(-4, MONDAY + day),
                            components,
                            reason=ChangeReason.STEP_DOWN,
                            confirmed=confirmed,
                        )
                        for day, components in enumerate(others, start=1)
                    ),
                    stopped(
                        on.at(-5, FRIDAY, "15:18"),
                        on.day(-4, SUNDAY),
                        StopReason.COMPLETE,
                        reason_text="The pack ends on Saturday.",
                        confirmed=confirmed,
                    ),
                ],
            )
        ],
        telephone="07700 900104",
    )


STORIES = (baclofen_up_and_down, baclofen_uneven_day, pump, methylprednisolone_pack)
