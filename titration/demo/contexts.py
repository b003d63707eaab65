"""What bears on dosing for the patients of the demonstration: told, confirmed, changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from patients.context import Line, Status, TopicText
from titration.demo.people import LIND, OSEI
from titration.demo.story import FRIDAY, MONDAY, THURSDAY, TUESDAY, WEDNESDAY, Calendar


@dataclass(frozen=True)
class Told:
    """What was asked at one visit; the topics in `unchanged` were read out and still hold."""

    recorded: datetime
    texts: Mapping[str, TopicText]
    unchanged: Sequence[str] = ()
    by: str = LIND


NONE = TopicText(str(Status.NONE_KNOWN))


def stated(*lines: Line) -> TopicText:
    """A line for each thing that was told."""
    return TopicText(str(Status.STATED), lines)


def told_of(record_number: str, on: Calendar) -> Sequence[Told]:
    """The visits of a patient at which the context was asked; none where nobody has asked yet."""
    tell = _TOLD.get(record_number)
    return tell(on) if tell else ()


def _egfr(value: str, on: Calendar, week: int) -> Line:
    return {
        "measure": "egfr",
        "value": value,
        "unit": "mL/min/{1.73_m2}",
        "on": on.day(week, TUESDAY).isoformat(),
        "source": "Laboratory report, Weir Street Surgery",
    }


def _novak(on: Calendar) -> Sequence[Told]:
    """Asked at the first visit; a rash since, and what the surgery wrote about her kidneys."""
    spasms = {"condition": "Multiple sclerosis", "since": "2009"}
    mood = {
        "condition": "Low mood",
        "since": "last winter",
        "note": "Sees the counsellor at the surgery",
    }
    return (
        Told(
            on.at(-16, MONDAY, "10:02"),
            {
                "allergies": stated(
                    {"substance": "Penicillin", "reaction": "rash", "severity": "moderate"}
                ),
                "conditions": stated(spasms),
                "medicines": stated(
                    {
                        "medicine": "Sertraline",
                        "dose": "50 mg, one in the morning",
                        "kind": "prescribed",
                        "prescriber": "Weir Street Surgery",
                        "since": "about a year",
                    },
                    {
                        "medicine": "St John’s wort",
                        "dose": "one capsule when she feels low",
                        "kind": "herbal",
                    },
                ),
                "sedatives": stated({"substance": "Wine", "amount": "a glass with dinner"}),
                "pregnancy": NONE,
                "setting": stated({"setting": "home"}),
                "language": stated(
                    {
                        "language": "Czech and English",
                        "interpreter": "not-needed",
                    }
                ),
                "giver": stated({"giver": "patient"}),
            },
        ),
        Told(
            on.at(-8, MONDAY, "10:52"),
            {
                "conditions": stated(spasms, mood),
                "kidney": stated(_egfr("71", on, -9)),
                "medicines": stated(
                    {
                        "medicine": "Sertraline",
                        "dose": "50 mg, one in the morning",
                        "kind": "prescribed",
                        "prescriber": "Weir Street Surgery",
                        "since": "about a year",
                    },
                    {
                        "medicine": "St John’s wort",
                        "dose": "one capsule when she feels low",
                        "kind": "herbal",
                        "until": "stopped in the summer",
                    },
                ),
            },
            unchanged=("allergies", "pregnancy", "giver"),
        ),
        Told(
            on.at(-3, MONDAY, "10:31"),
            {
                "allergies": stated(
                    {"substance": "Penicillin", "reaction": "rash", "severity": "moderate"},
                    {"substance": "Sticking plaster", "reaction": "sore skin"},
                ),
            },
            unchanged=("conditions", "medicines", "kidney"),
        ),
    )


def _okonkwo(on: Calendar) -> Sequence[Told]:
    return (
        Told(
            on.at(-30, WEDNESDAY, "14:41"),
            {
                "allergies": NONE,
                "conditions": stated(
                    {"condition": "Spinal cord injury, T6", "since": "2015"},
                    {"condition": "Epilepsy", "since": "childhood"},
                ),
                "medicines": NONE,
                "sedatives": NONE,
                "giver": stated(
                    {"giver": "professional", "who": "Carers of Harbour Home Care, twice a day"}
                ),
            },
        ),
    )


def _hargreaves(on: Calendar) -> Sequence[Told]:
    """Looked after on a ward for his pump, and home again."""
    ward = {
        "setting": "hospital",
        "place": "Harbour Hospital, ward 7",
        "from": on.day(-13, MONDAY).isoformat(),
    }
    return (
        Told(
            on.at(-14, TUESDAY, "10:05"),
            {
                "allergies": stated({"substance": "Latex", "reaction": "wheeze"}),
                "conditions": stated({"condition": "Traumatic brain injury", "since": "2003"}),
                "medicines": stated(
                    {"medicine": "Ibuprofen", "dose": "now and then", "kind": "over-the-counter"}
                ),
                "setting": stated({"setting": "home"}),
            },
            by=OSEI,
        ),
        Told(on.at(-12, FRIDAY, "16:20"), {"setting": stated(ward)}),
        Told(
            on.at(-11, THURSDAY, "11:45"),
            {
                "setting": stated(
                    {**ward, "to": on.day(-12, FRIDAY).isoformat()},
                    {"setting": "home", "from": on.day(-12, FRIDAY).isoformat()},
                )
            },
            unchanged=("allergies",),
        ),
    )


def _al_khatib(on: Calendar) -> Sequence[Told]:
    return (
        Told(
            on.at(-13, TUESDAY, "11:02"),
            {
                "allergies": NONE,
                "language": stated(
                    {
                        "language": "العربية (Arabic)",
                        "interpreter": "needed",
                        "note": "Book one for each visit; his nephew reads letters to him",
                    }
                ),
                "giver": stated({"giver": "family", "who": "His nephew"}),
            },
        ),
    )


def _abernathy(on: Calendar) -> Sequence[Told]:
    """Many allergies and many medicines, of an old man."""
    return (
        Told(
            on.at(-18, TUESDAY, "11:20"),
            {
                "allergies": stated(
                    {"substance": "Co-trimoxazole", "reaction": "blistering rash in 1998"},
                    {"substance": "Codeine", "reaction": "vomiting", "severity": "moderate"},
                    {"substance": "Iodine contrast", "reaction": "collapse", "severity": "severe"},
                    {"substance": "Strawberries", "reaction": "hives", "severity": "mild"},
                ),
                "conditions": stated(
                    {"condition": "Atrial fibrillation", "since": "2016"},
                    {"condition": "Heart failure", "since": "2019"},
                    {"condition": "Chronic kidney disease", "since": "as long as he remembers"},
                ),
                "medicines": stated(
                    {"medicine": "Bisoprolol", "dose": "2.5 mg mornings", "kind": "prescribed"},
                    {"medicine": "Furosemide", "dose": "40 mg mornings", "kind": "prescribed"},
                    {"medicine": "Ramipril", "dose": "5 mg at night", "kind": "prescribed"},
                    {"medicine": "Paracetamol", "dose": "2 tablets", "kind": "over-the-counter"},
                ),
                "sedatives": stated({"substance": "Whisky", "amount": "a tot at Christmas"}),
                "kidney": stated(_egfr("43", on, -20)),
                "giver": stated({"giver": "family", "who": "His wife Jean, from a weekly box"}),
            },
        ),
    )


def _delacroix(on: Calendar) -> Sequence[Told]:
    return (
        Told(
            on.at(-13, WEDNESDAY, "15:45"),
            {
                "allergies": NONE,
                "conditions": stated({"condition": "Lung cancer", "since": "this spring"}),
                "sedatives": stated(
                    {"substance": "Lorazepam", "amount": "1 mg when breathless at night"}
                ),
                "setting": stated({"setting": "home", "place": "A daughter’s house"}),
                "giver": stated({"giver": "professional", "who": "District nurses"}),
            },
        ),
    )


_TOLD = {
    "RS-1001": _novak,
    "RS-1002": _okonkwo,
    "RS-1003": _hargreaves,
    "RS-1005": _al_khatib,
    "RS-1010": _abernathy,
    "RS-1012": _delacroix,
}
