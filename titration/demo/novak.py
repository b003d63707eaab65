"""What the first patient of the demonstration reported, and who spoke to her."""

from titration.demo.story import (
    FRIDAY,
    MONDAY,
    SATURDAY,
    SUNDAY,
    THURSDAY,
    TUESDAY,
    Calendar,
    Said,
    Spoken,
)
from titration.models import Direction, Intake, Reached, Reporter


def said_by_novak(on: Calendar) -> list[Said]:
    return [
        Said(
            on.at(-6, MONDAY, "11:20"),
            Intake.AS_INSTRUCTED,
            on.day(-8, MONDAY),
            on.day(-7, SUNDAY),
        ),
        Said(
            on.at(-3, MONDAY, "10:08"),
            Intake.MISSED,
            on.day(-4, FRIDAY),
            on.day(-4, SATURDAY),
            slots="bedtime",
            reporter=Reporter.CARER,
            reporter_name="Her husband",
            note="Away for the weekend without the box.",
        ),
    ]


def spoken_with_novak(on: Calendar) -> list[Spoken]:
    return [
        Spoken(
            on.at(-6, MONDAY, "11:15"),
            said="Drowsy until noon since the last step; legs loose.",
            told="Stay as it is until the nurse rings back.",
            course=0,
            call_back=on.day(-6, TUESDAY),
            call_back_for="what Dr Osei says of the midday dose",
        ),
        Spoken(
            on.at(-6, TUESDAY, "09:12"),
            direction=Direction.OUT,
            said="Has it written down and read it back.",
            told="Less at midday, from the sheet.",
            course=0,
            answers=0,
        ),
        Spoken(
            on.at(-1, THURSDAY, "15:40"),
            direction=Direction.OUT,
            reached=Reached.NO_ANSWER,
            course=0,
            call_back=on.day(0, TUESDAY),
            call_back_for="whether she took the step of this week from the sheet",
        ),
    ]
