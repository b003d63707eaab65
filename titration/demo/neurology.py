"""Stories of the demonstration: epilepsy, nerve pain, Parkinson's disease; doses from elsewhere."""

from datetime import date, time
from typing import Any

from ledger.models import RetractionReason
from patients.identity import Identity, Standing
from patients.models import PatientStatus
from titration.demo import observing
from titration.demo.medicines import (
    CARBAMAZEPINE,
    CO_CARELDOPA,
    GABAPENTIN,
    LAMOTRIGINE,
    PREGABALIN,
    VALPROATE,
)
from titration.demo.people import BANERJEE
from titration.demo.story import (
    FRIDAY,
    MONDAY,
    THURSDAY,
    TUESDAY,
    WEDNESDAY,
    Calendar,
    Copied,
    Course,
    Planned,
    Reviewed,
    Said,
    Spoken,
    Step,
    Story,
    Typed,
    Withdrawn,
    amount,
    at_slots,
    planned,
    times_a_day,
)
from titration.dosing import Component, Timing
from titration.models import (
    ChangeReason,
    Indication,
    Intake,
    IssuedAs,
    PlanEnd,
    Purpose,
    ReceivedHow,
)

FROM_THE_LETTER = "As in the referral letter."


def lamotrigine_beside_valproate(on: Calendar) -> Story:
    """Alternate days first, then daily, then written steps, with valproate unchanged beside it.

    By a plan whose later rows wait for reviews: one was done, the next is booked.
    """
    alternate_days = Timing("times", times=1, period=2, anchor=on.day(-13, TUESDAY))
    up = [
        planned(
            on.day(-13, TUESDAY),
            Component(amount("25"), Timing("times", times=1, period=2)),
            words="Stop and ring for any rash.",
        ),
        planned("2 weeks", *times_a_day(1, "25")),
        planned("2 weeks", *times_a_day(1, "50")),
        planned("2 weeks", *times_a_day(2, "50")),
        planned("review", *at_slots(morning="50", evening="100")),
        planned("review", *times_a_day(2, "100")),
        planned("1 week", kind="words", words="Further steps by the seizure diary."),
    ]
    return Story(
        on.at(-13, TUESDAY, "10:31"),
        Identity("الخطيب", "عبد الرحمن", date(1984, 9, 23), "male", "", "9990000050", "RS-1005"),
        [
            Course(
                on.at(-13, TUESDAY, "10:40"),
                VALPROATE,
                Indication.EPILEPSY,
                form="prolonged-release tablet",
                steps=[
                    Step(
                        on.at(-13, TUESDAY, "10:44"),
                        on.month(32),
                        times_a_day(2, "500"),
                        reason=ChangeReason.CARE_SETTING,
                        reason_text=FROM_THE_LETTER,
                        decided_by="Dr N. Haddad, Eastgate Hospital",
                        received=ReceivedHow.LETTER,
                        document_on=on.day(-16, FRIDAY),
                    ),
                ],
            ),
            Course(
                on.at(-13, TUESDAY, "10:50"),
                LAMOTRIGINE,
                Indication.EPILEPSY,
                indication_text="Seizures in sleep in spite of valproate",
                plan=Planned(
                    on.at(-13, TUESDAY, "10:52"),
                    up,
                    end=PlanEnd.REVIEW,
                    if_missed="After five days without it, ring before taking it again.",
                    copies=[Copied(on.at(-13, TUESDAY, "11:02"), IssuedAs.WORDS)],
                ),
                reviews=[
                    Reviewed(
                        on.at(-7, WEDNESDAY, "09:20"),
                        on.day(-4, TUESDAY),
                        "Seizure diary, skin.",
                        done=on.at(-4, TUESDAY, "11:12"),
                        outcome="Two short seizures in the diary, none since. No rash.",
                        opens=4,
                        opens_on=on.day(-4, TUESDAY),
                    ),
                    Reviewed(
                        on.at(-4, TUESDAY, "11:20"),
                        on.day(2, TUESDAY),
                        "Seizure diary, skin.",
                    ),
                ],
                steps=[
                    Step(
                        on.at(-13, TUESDAY, "10:55"),
                        on.day(-13, TUESDAY),
                        (Component(amount("25"), alternate_days),),
                        reason=ChangeReason.START,
                        note="One tablet every other day. Stop and ring for any rash.",
                        received=ReceivedHow.SIGNED_PLAN,
                        row=0,
                        confirmed=on.at(-13, TUESDAY, "17:08"),
                    ),
                    Step(
                        on.at(-11, TUESDAY, "09:25"),
                        on.day(-11, TUESDAY),
                        times_a_day(1, "25"),
                        received=ReceivedHow.TELEPHONE,
                        row=1,
                        confirmed=on.at(-11, TUESDAY, "16:57"),
                    ),
                    Step(
                        on.at(-9, TUESDAY, "09:50"),
                        on.day(-9, TUESDAY),
                        times_a_day(1, "50"),
                        received=ReceivedHow.SIGNED_PLAN,
                        row=2,
                        confirmed=on.at(-9, TUESDAY, "17:15"),
                    ),
                    Step(
                        on.at(-7, TUESDAY, "10:02"),
                        on.day(-7, TUESDAY),
                        times_a_day(2, "50"),
                        received=ReceivedHow.TELEPHONE,
                        row=3,
                        confirmed=on.at(-7, WEDNESDAY, "09:10"),
                    ),
                    Step(
                        on.at(-4, TUESDAY, "11:18"),
                        on.day(-4, TUESDAY),
                        at_slots(morning="50", evening="100"),
                        reason=ChangeReason.EFFECT,
                        reason_text="Two short seizures in the diary, none since.",
                        received=ReceivedHow.SIGNED_PLAN,
                        row=4,
                        confirmed=on.at(-4, TUESDAY, "17:22"),
                    ),
                ],
            ),
        ],
        telephone="07700 900105",
        seen=observing.lamotrigine_beside_valproate(on),
    )


def gabapentin(on: Calendar) -> Story:
    """One, two, three times a day on three days; a step that belonged to somebody else."""
    first_visit = on.at(-10, TUESDAY, "16:49")

    def first(clock: str, weekday: int, times: int, reason: ChangeReason) -> Step:
        return Step(
            on.at(-10, TUESDAY, clock),
            on.day(-10, weekday),
            times_a_day(times, "300"),
            reason=reason,
            decided_by=BANERJEE,
            confirmed=first_visit,
        )

    return Story(
        on.at(-10, TUESDAY, "13:40"),
        Identity("欧阳", "晓明", date(1956, 5, 8), "female", "", "9990000069", "RS-1006"),
        [
            Course(
                on.at(-10, TUESDAY, "13:52"),
                GABAPENTIN,
                Indication.PAIN,
                form="capsule",
                indication_text="Pain after shingles",
                responsible=BANERJEE,
                draft=Typed(
                    on.at(-1, THURSDAY, "16:05"),
                    Purpose.TAPER,
                    [
                        (f"{on.day(1, TUESDAY):%d-%b-%Y}", "600 mg twice a day", ""),
                        ("2 weeks", "300 mg twice a day", "If the nights stay quiet."),
                        ("2 weeks", "300 mg at be", ""),
                    ],
                ),
                steps=[
                    first("13:58", TUESDAY, 1, ChangeReason.START),
                    first("13:59", WEDNESDAY, 2, ChangeReason.STEP_UP),
                    first("14:00", THURSDAY, 3, ChangeReason.STEP_UP),
                    Step(
                        on.at(-8, WEDNESDAY, "11:31"),
                        on.day(-8, WEDNESDAY),
                        times_a_day(2, "600"),
                        decided_by=BANERJEE,
                        received=ReceivedHow.TELEPHONE,
                        withdrawn=Withdrawn(
                            on.at(-8, WEDNESDAY, "11:54"),
                            RetractionReason.WRONG_PATIENT,
                            "Two calls in a row; this one was about somebody else.",
                        ),
                    ),
                    Step(
                        on.at(-6, THURSDAY, "10:20"),
                        on.day(-6, THURSDAY),
                        times_a_day(3, "600"),
                        reason=ChangeReason.EFFECT,
                        reason_text="Sleeps four hours at a stretch, still wakes with pain.",
                        decided_by=BANERJEE,
                        confirmed=on.at(-6, THURSDAY, "17:40"),
                    ),
                ],
                said=[
                    Said(
                        on.at(-1, THURSDAY, "15:52"),
                        Intake.DIFFERENT,
                        on.day(-2, MONDAY),
                        taken="leaves out the one at noon, it makes her unsteady at work",
                        note="Asks whether she may come off it.",
                    ),
                ],
            )
        ],
        telephone="01632 960106",
        spoken=[
            Spoken(
                on.at(-1, THURSDAY, "15:50"),
                with_whom="Her daughter, who translated",
                said="Nights are quiet now; unsteady at work in the afternoon.",
                told="Dr Banerjee hears of it, and somebody rings.",
                course=0,
                call_back=on.day(0, THURSDAY),
                call_back_for="the way down, once Dr Banerjee has signed it",
            )
        ],
        seen=observing.gabapentin(on),
    )


def levodopa_by_the_clock(on: Calendar) -> Story:
    """Years known only as years, letters from elsewhere, and doses at clock times.

    A plan for five doses a day, which waits since the ward changed them first.
    """

    def by_the_clock(*clocks: str) -> tuple[Component, ...]:
        return tuple(
            Component(
                amount("1", "tablet"),
                Timing("clock", clock=time.fromisoformat(clock)),
                product="Sinemet 25 mg/100 mg",
            )
            for clock in clocks
        )

    elsewhere: dict[str, Any] = {
        "decided_by": "Dr F. Lindgren, Harbour Hospital",
        "received": ReceivedHow.LETTER,
    }
    return Story(
        on.at(-40, THURSDAY, "11:05"),
        Identity(
            "MacLeod", "Angus Fionnlagh", date(1947, 1, 9), "male", "Mr", "9990000077", "RS-1007"
        ),
        [
            Course(
                on.at(-40, THURSDAY, "11:14"),
                CO_CARELDOPA,
                Indication.MOVEMENT,
                unit="tablet",
                indication_text="Parkinson's disease",
                plan=Planned(
                    on.at(-4, THURSDAY, "15:20"),
                    [
                        planned(
                            on.day(-1, MONDAY),
                            *by_the_clock("07:00", "11:00", "15:00", "19:00", "22:00"),
                        ),
                        planned(
                            "4 weeks", kind="words", words="Telephone call about the mornings."
                        ),
                    ],
                    end=PlanEnd.REVIEW,
                    review_on=on.day(8, THURSDAY),
                ),
                steps=[
                    Step(
                        on.at(-40, THURSDAY, "11:20"),
                        on.year(7),
                        times_a_day(2, "1", "tablet"),
                        reason=ChangeReason.START,
                        reason_text=FROM_THE_LETTER,
                        document_on=on.day(-42, MONDAY),
                        **elsewhere,
                    ),
                    Step(
                        on.at(-40, THURSDAY, "11:24"),
                        on.month(41),
                        times_a_day(3, "1", "tablet"),
                        reason=ChangeReason.EFFECT,
                        reason_text=FROM_THE_LETTER,
                        document_on=on.day(-42, MONDAY),
                        **elsewhere,
                    ),
                    Step(
                        on.at(-40, THURSDAY, "11:31"),
                        on.day(-40, FRIDAY),
                        by_the_clock("07:00", "11:00", "15:00", "19:00"),
                        reason=ChangeReason.EFFECT,
                        reason_text="Stiff for an hour before each dose.",
                        confirmed=on.at(-40, THURSDAY, "17:03"),
                    ),
                    Step(
                        on.at(-2, THURSDAY, "15:36"),
                        on.day(-3, FRIDAY),
                        by_the_clock("06:30", "09:30", "12:30", "15:30", "18:30"),
                        reason=ChangeReason.CARE_SETTING,
                        reason_text="Changed on the ward; the letter came six days later.",
                        document_on=on.day(-3, FRIDAY),
                        **elsewhere,
                    ),
                ],
            )
        ],
        telephone="01632 960107",
    )


def pregabalin_range(on: Calendar) -> Story:
    """A written range, by telephone, which its prescriber has not yet confirmed."""
    return Story(
        on.at(-3, WEDNESDAY, "09:18"),
        Identity(
            "Venkataraman", "Lakshmi", date(1972, 8, 15), "female", "Dr", "9990000085", "RS-1008"
        ),
        [
            Course(
                on.at(-3, WEDNESDAY, "09:26"),
                PREGABALIN,
                Indication.PAIN,
                form="capsule",
                indication_text="Burning feet, diabetes",
                responsible=BANERJEE,
                steps=[
                    Step(
                        on.at(-3, WEDNESDAY, "09:33"),
                        on.day(-3, WEDNESDAY),
                        at_slots(bedtime="25"),
                        reason=ChangeReason.START,
                        decided_by=BANERJEE,
                        confirmed=on.at(-3, WEDNESDAY, "12:41"),
                    ),
                    Step(
                        on.at(-1, TUESDAY, "16:12"),
                        on.day(-1, TUESDAY),
                        at_slots(bedtime="25 to 50"),
                        note="One or two at bedtime, as the night demands.",
                        decided_by=BANERJEE,
                        received=ReceivedHow.TELEPHONE,
                    ),
                ],
            )
        ],
        telephone="01632 960108 ext 12",
    )


def carbamazepine_moved_away(on: Calendar) -> Story:
    """An old course whose patient left the clinic."""
    return Story(
        on.at(-58, MONDAY, "10:10"),
        Identity("O'Sullivan", "Niamh", date(1995, 12, 2), "female", "Ms", "9990000093", "RS-1009"),
        [
            Course(
                on.at(-58, MONDAY, "10:17"),
                CARBAMAZEPINE,
                Indication.PAIN,
                form="prolonged-release tablet",
                indication_text="Trigeminal neuralgia",
                steps=[
                    Step(
                        on.at(-58, MONDAY, "10:22"),
                        on.day(-58, MONDAY),
                        times_a_day(2, "100"),
                        reason=ChangeReason.START,
                        confirmed=on.at(-58, MONDAY, "17:10"),
                    ),
                    Step(
                        on.at(-55, WEDNESDAY, "14:45"),
                        on.day(-55, WEDNESDAY),
                        times_a_day(2, "200"),
                        received=ReceivedHow.TELEPHONE,
                        confirmed=on.at(-55, WEDNESDAY, "17:34"),
                    ),
                    Step(
                        on.at(-48, FRIDAY, "09:57"),
                        on.day(-48, FRIDAY),
                        at_slots(morning="200", evening="300"),
                        reason=ChangeReason.EFFECT,
                        reason_text="Attacks only on brushing her teeth.",
                        confirmed=on.at(-48, FRIDAY, "15:05"),
                    ),
                ],
            )
        ],
        telephone="07700 900109",
        ended=(on.at(-21, TUESDAY, "11:09"), Standing(PatientStatus.LEFT, on.day(-21, MONDAY))),
    )


STORIES = (
    lamotrigine_beside_valproate,
    gabapentin,
    levodopa_by_the_clock,
    pregabalin_range,
    carbamazepine_moved_away,
)
