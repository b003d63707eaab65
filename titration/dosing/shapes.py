"""The closed lists and the shapes of a dose: unit, amount, timing, component.

Sources: FHIR R4 Dosage and Timing, UCUM for unit codes.
"""

from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of the closed list. `ucum` is its UCUM code; braces mark a counted thing."""

    code: str
    ucum: str


UNITS: dict[str, Unit] = {
    code: Unit(code, ucum)
    for code, ucum in (
        ("mg", "mg"),
        ("microgram", "ug"),
        ("nanogram", "ng"),
        ("g", "g"),
        ("mL", "mL"),
        ("L", "L"),
        ("mmol", "mmol"),
        ("mEq", "meq"),
        # Biological units differ from medicine to medicine: an annotation claims no more.
        ("unit", "{unit}"),
        ("million-unit", "10*6.{unit}"),
        ("tablet", "{tablet}"),
        ("capsule", "{capsule}"),
        ("drop", "[drp]"),
        ("puff", "{puff}"),
        ("inhalation", "{inhalation}"),
        ("spray", "{spray}"),
        ("patch", "{patch}"),
        ("sachet", "{sachet}"),
        ("lozenge", "{lozenge}"),
        ("suppository", "{suppository}"),
        ("pessary", "{pessary}"),
        ("application", "{application}"),
        ("actuation", "{actuation}"),
        ("ampoule", "{ampoule}"),
        ("film", "{film}"),
        ("piece", "{piece}"),
        ("vial", "{vial}"),
    )
}

_MARKS_WITHIN = str.maketrans("“”", "‘’")

# In the order of the day.
SLOTS = (
    *("morning", "breakfast", "midday", "lunch", "afternoon", "dinner", "evening", "bedtime"),
    "night",
)
KINDS = ("once", "slot", "clock", "times", "continuous", "words")
PERIOD_UNITS = ("hour", "day", "week", "month")
RATES = ("minute", "hour", "24 hours")


@dataclass(frozen=True, slots=True)
class Amount:
    """A figure, or a written range of two, in a unit of UNITS."""

    low: Decimal
    high: Decimal | None
    unit: str


@dataclass(frozen=True, slots=True)
class Timing:
    """When one part of a dose is taken.

    kind        once | slot | clock | times | continuous | words (the part has no amount, and its
                instruction says all)
    slot        one of SLOTS (kind slot; may go with once)
    clock       whole minutes (kind clock; may go with once)
    times       how many times (kind times); none only for a bare "as needed"
    times_to    the higher end of a written range of them ("two to three times a day")
    period, period_unit
                with slot, clock, and times counted in days: on one day of every `period`
                days, or once every `period` weeks or months; with times counted in hours,
                weeks or months: `times` in every `period` of them ("every 6 hours" is
                1 time in 6 hours, "3 times a week" is 3 times in 1 week)
    period_to   the higher end of a written range of periods ("every 4 to 6 hours"), which are
                then counted from no day
    days_on     on the first so many days of every `period` days, 2 or more; none for one day
    anchor      the day from which days, weeks or months are counted
    weekdays    ISO 1 (Monday) to 7, ascending: on these days of each week; with a period of
                2 or more weeks, on these days in one week of so many
    window_from, window_to
                a part of the day for a continuous rate; may cross midnight
    rate_per    one of RATES (kind continuous)
    changed_every_hours
                how often a patch, syringe or bag is changed (kind continuous)
    """

    kind: str
    slot: str = ""
    clock: time | None = None
    times: int | None = None
    times_to: int | None = None
    period: int = 1
    period_to: int | None = None
    period_unit: str = "day"
    days_on: int | None = None
    anchor: date | None = None
    weekdays: tuple[int, ...] = ()
    window_from: time | None = None
    window_to: time | None = None
    rate_per: str = ""
    changed_every_hours: int | None = None

    @property
    def is_every_day(self) -> bool:
        """Whether its moment, or its number of times, is of every single day."""
        is_daily = (self.period, self.period_to, self.period_unit) == (1, None, "day")
        return is_daily and not self.weekdays

    @property
    def is_counted(self) -> bool:
        """Whether its days, weeks or months are counted from a day, which `anchor` is to be."""
        return self.period > 1 and self.period_to is None and self.period_unit != "hour"


@dataclass(frozen=True, slots=True)
class Component:
    """One part of a dose: amount and timing, and what was typed beside them.

    `amount` is the amount of each time (or the rate, when continuous), never of the day.
    `maximum` and `maximum_times` hold within `maximum_hours`. `volume` is in mL,
    `concentration` in `concentration_unit` per mL. `instruction` is what was typed of how it is
    taken ("before meals"). Without an amount it is all that the part says: such a part is in no
    total, and on no axis.
    """

    amount: Amount | None
    timing: Timing
    as_needed: bool = False
    as_needed_for: str = ""
    maximum: Amount | None = None
    maximum_times: int | None = None
    maximum_hours: int | None = None
    strengths: str = ""
    volume: Decimal | None = None
    concentration: Decimal | None = None
    concentration_unit: str = ""
    product: str = ""
    calculation: str = ""
    instruction: str = ""

    @property
    def is_words(self) -> bool:
        """Whether it is in words alone, with no amount and no timing that could be counted."""
        return self.timing.kind == "words"

    @property
    def texts(self) -> tuple[str, ...]:
        """What was typed beside its figures; "" where nothing was."""
        return tuple(getattr(self, name) for name in TEXTS)


IN_WORDS = Timing("words")
TEXTS = ("as_needed_for", "strengths", "product", "calculation", "instruction")
"""What a person typed of a part, beside its figures."""


def within_marks(text: str) -> str:
    """Typed text as it stands within quotation marks: its own are single ones.

    Else what follows the first of its own would stand outside, and could be read as another part.
    """
    return text.translate(_MARKS_WITHIN)
