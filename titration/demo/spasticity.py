"""Stories of the demonstration: baclofen by mouth, and its neighbours."""

from dataclasses import replace
from datetime import date
from typing import Any

from patients.identity import Identity
from titration.demo import observing
from titration.demo.medicines import BACLOFEN, METHYLPREDNISOLONE, TIZANIDINE
from titration.demo.novak import said_by_novak, spoken_with_novak
from titration.demo.people import BANERJEE
from titration.demo.story import (
    FRIDAY,
    MONDAY,
    SUNDAY,
    THURSDAY,
    TUESDAY,
    WEDNESDAY,
    Calendar,
    Copied,
    Corrected,
    Course,
    Happened,
    Planned,
    Reviewed,
    Step,
    Story,
    at_slots,
    planned,
    stopped,
    times_a_day,
    withheld,
)
from titration.models import (
    ChangeReason,
    Indication,
    PlanEnd,
    Purpose,
    ReceivedHow,
    StepKind,
    StopReason,
)


def baclofen_up_and_down(on: Calendar) -> Story:
    """The published rise over twelve days, three days of nothing on a ward, and the way down.

    A taper as its prescriber wrote it, and wrote it anew when a week was added; of its second copy
    the last row that has come was not recorded.
    """

    def down(week: int, row: int, why: str, clock: str, **day: str) -> Step:
        return Step(
            on.at(week, MONDAY, clock),
            on.day(week),
            at_slots(**day),
            reason=ChangeReason.STEP_DOWN,
            reason_text=why,
            received=ReceivedHow.SIGNED_PLAN,
            confirmed=on.at(week, TUESDAY, "17:12"),
            row=row,
        )

    taper = [
        planned(on.day(-8), *at_slots(morning="10", midday="15", bedtime="15")),
        planned("2 weeks", *at_slots(morning="10", midday="10", bedtime="15")),
        planned("2 weeks", *at_slots(morning="10", midday="10", bedtime="10")),
        planned("2 weeks", *at_slots(morning="5", midday="10", bedtime="10")),
        planned("2 weeks", *at_slots(morning="5", midday="5", bedtime="10")),
        planned("2 weeks", *at_slots(morning="5", midday="5", bedtime="5")),
        planned("2 weeks", *at_slots(morning="5", bedtime="5")),
        planned("2 weeks", *at_slots(bedtime="5")),
        planned("2 weeks", kind="stop"),
    ]
    slower = [*taper[:2], replace(taper[2], count=3), *taper[3:]]
    written: dict[str, Any] = {
        "purpose": Purpose.TAPER,
        "end": PlanEnd.STOP,
        "slots": ("morning", "midday", "bedtime"),
        "if_missed": "Take the next dose as written; do not take two.",
        "if_unwell": "Ring the clinic before the next step.",
    }

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
                supplied_by="Weir Street Surgery, by repeat prescription",
                plan=Planned(
                    on.at(-8, MONDAY, "10:34"),
                    taper,
                    **written,
                    copies=[
                        Copied(on.at(-8, MONDAY, "10:46"), told=on.at(-3, MONDAY, "10:21")),
                    ],
                    revised=Planned(
                        on.at(-3, MONDAY, "10:05"),
                        slower,
                        **written,
                        note="A week more before the third step, as asked on the telephone.",
                        copies=[Copied(on.at(-3, MONDAY, "10:18"))],
                    ),
                ),
                reviews=[
                    Reviewed(
                        on.at(-3, MONDAY, "10:25"),
                        on.day(1, MONDAY),
                        "Check strength on transfers.",
                    )
                ],
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
                        0,
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
                        row=1,
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
                        2,
                        "Awake all day; transfers unchanged.",
                        "10:14",
                        morning="10",
                        midday="10",
                        bedtime="10",
                    ),
                ],
                said=said_by_novak(on),
            )
        ],
        telephone="01632 960101",
        spoken=spoken_with_novak(on),
        seen=observing.baclofen_up_and_down(on),
    )


def baclofen_uneven_day(on: Calendar) -> Story:
    """Two small doses by day and a larger one for the night, after tizanidine was given up.

    By a plan whose last row waited for a review; it is completed, and a step of today's is ahead.
    """
    up = [
        planned(on.day(-25, TUESDAY), *at_slots(bedtime="5")),
        planned("2 weeks", *at_slots(bedtime="10")),
        planned("review", *at_slots(morning="5", midday="5", bedtime="10")),
    ]
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
                plan=Planned(
                    on.at(-25, TUESDAY, "09:41"),
                    up,
                    end=PlanEnd.REVIEW,
                    by=BANERJEE,
                    happened=[Happened(on.at(-20, MONDAY, "11:40"), "completed")],
                ),
                reviews=[
                    Reviewed(
                        on.at(-25, TUESDAY, "09:50"),
                        on.day(-20, MONDAY),
                        "Grip and sleep.",
                        whose=BANERJEE,
                        done=on.at(-20, MONDAY, "11:26"),
                        outcome="The hand opens better; nights still stiff.",
                        opens=2,
                        opens_on=on.day(-20, MONDAY),
                    )
                ],
                steps=[
                    Step(
                        on.at(-25, TUESDAY, "09:44"),
                        on.day(-25, TUESDAY),
                        at_slots(bedtime="5"),
                        row=0,
                        reason=ChangeReason.START,
                        decided_by=BANERJEE,
                        confirmed=on.at(-25, TUESDAY, "17:02"),
                    ),
                    Step(
                        on.at(-23, THURSDAY, "10:52"),
                        on.day(-23, THURSDAY),
                        at_slots(morning="5", bedtime="5", strengths="half × 10 mg"),
                        row=1,
                        reason_text="Asked for a part of it by day.",
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
                        received=ReceivedHow.SIGNED_PLAN,
                        row=2,
                        by=BANERJEE,
                    ),
                    Step(
                        on.at(-1, WEDNESDAY, "09:40"),
                        on.day(1, MONDAY),
                        at_slots(morning="5", midday="10", bedtime="10"),
                        decided_by=BANERJEE,
                        note="More at midday from Monday week. Ring if drowsy.",
                        received=ReceivedHow.TELEPHONE,
                    ),
                ],
            ),
        ],
        telephone="07700 900102",
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
                plan=Planned(
                    on.at(-5, FRIDAY, "15:08"),
                    [
                        planned(on.day(-4, MONDAY), *first),
                        *(planned("1 day", *components) for components in others),
                        planned("1 day", kind="stop"),
                    ],
                    Purpose.TAPER,
                    PlanEnd.STOP,
                    slots=("breakfast", "lunch", "dinner", "bedtime"),
                ),
                steps=[
                    Step(
                        on.at(-5, FRIDAY, "15:10"),
                        on.day(-4, MONDAY),
                        first,
                        reason=ChangeReason.START,
                        reason_text="Blurred left eye since Wednesday.",
                        note="One line of the pack each day, from Monday.",
                        received=ReceivedHow.SIGNED_PLAN,
                        row=0,
                        confirmed=confirmed,
                    ),
                    *(
                        Step(
                            on.at(-5, FRIDAY, f"15:{10 + day}"),
                            on.day(-4, MONDAY + day),
                            components,
                            reason=ChangeReason.STEP_DOWN,
                            received=ReceivedHow.SIGNED_PLAN,
                            row=day,
                            confirmed=confirmed,
                        )
                        for day, components in enumerate(others, start=1)
                    ),
                    stopped(
                        on.at(-5, FRIDAY, "15:18"),
                        on.day(-4, SUNDAY),
                        StopReason.COMPLETE,
                        reason_text="The pack ends on Saturday.",
                        received=ReceivedHow.SIGNED_PLAN,
                        row=6,
                        confirmed=confirmed,
                    ),
                ],
            )
        ],
        telephone="07700 900104",
    )


STORIES = (baclofen_up_and_down, baclofen_uneven_day, methylprednisolone_pack)
