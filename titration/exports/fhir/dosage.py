"""One part of a dose as a FHIR R4 Dosage. Pure.

Text is in the words of pages. What the structure cannot hold goes to extensions, and is then not
told by half: a timing that FHIR would read otherwise has its words alone.
"""

from collections.abc import Callable, Iterable, Sequence

from django.utils.translation import gettext as _

from titration import wording
from titration.dosing import UNITS, Amount, Component, Timing
from titration.exports.fhir.terms import (
    Json,
    coded,
    extension,
    extensions,
    filled,
    group,
    hours,
    per_ml,
    quantity,
    span,
)
from titration.fhir import PERIOD_UNITS, RATE_UNITS, WEEKDAYS, WHEN
from titration.models import Route

_PER: dict[str, Callable[[], str]] = {
    "minute": lambda: _("%(unit)s per minute"),
    "hour": lambda: _("%(unit)s per hour"),
    "24 hours": lambda: _("%(unit)s per 24 hours"),
}


def dosages(
    components: Sequence[Component],
    route: str,
    *,
    sequence: int = 1,
    bounds: Json | None = None,
    said: Iterable[Component] = (),
    more: list[Json] | None = None,
) -> list[Json]:
    """The parts of a dose, which are taken beside one another: they have one place in the order.

    `bounds` is from when they hold, `said` the parts as pages say them where that differs from what
    is written, `more` are extensions that each has.
    """
    return [
        dosage(part, route, wording.component_words(words), sequence, bounds, more)
        for part, words in zip(components, tuple(said) or components, strict=True)
    ]


def dosage(
    part: Component,
    route: str,
    text: str,
    sequence: int = 1,
    bounds: Json | None = None,
    more: list[Json] | None = None,
) -> Json:
    timing = part.timing
    needed: Json = {}
    if part.as_needed_for:
        needed = {"asNeededCodeableConcept": {"text": part.as_needed_for}}
    elif part.as_needed:
        needed = {"asNeededBoolean": True}
    limits = part.maximum_times, part.maximum_hours
    return filled(
        {
            "extension": extensions(
                _window(timing),
                extension("changed-every", timing.changed_every_hours),
                group(
                    "maximum-times",
                    extension("times", limits[0]),
                    extension("hours", limits[1] if limits[0] else None),
                ),
                extension("strengths-used", part.strengths),
                extension("volume", quantity(part.volume, "mL") if part.volume else None),
                extension("concentration", per_ml(part.concentration, part.concentration_unit)),
                extension("product", part.product),
                extension("calculation", part.calculation),
                extension("instruction", part.instruction),
                more or [],
            ),
            "sequence": sequence,
            "text": text,
            "timing": timing_of(timing, bounds),
            **needed,
            "route": routed(route),
            "doseAndRate": [_amount(part, part.amount)] if part.amount else [],
            "maxDosePerPeriod": _maximum(part),
        }
    )


def routed(route: str) -> Json:
    return coded("route", route, Route(route).label)


def timing_of(timing: Timing, bounds: Json | None = None) -> Json:
    """When a part is taken, with the bounds from when it holds (FHIR R4 Timing)."""
    is_held = is_holdable(timing)
    repeat = {**(bounds or {}), **(_repeat(timing) if is_held else {})}
    return filled(
        {
            "extension": extensions(
                extension("counted-from", timing.anchor),
                extension(
                    "counted-from-start", (timing.is_counted and timing.anchor is None) or None
                ),
                [] if is_held else _pattern(timing),
            ),
            "repeat": repeat,
            "code": {} if is_held else {"text": wording.timing_words(timing)},
        }
    )


def is_holdable(timing: Timing) -> bool:
    """Whether Timing.repeat says the same: it has no "twice a day on one day of every three".

    A frequency there is counted over the whole period, and ours over one of its days; and of days
    on and days off it knows nothing.
    """
    if timing.period == 1 or timing.period_unit == "hour":
        return True
    if timing.days_on is not None:
        return False
    is_once = (timing.times or 1, timing.times_to) == (1, None)
    if timing.weekdays:
        return is_once and len(timing.weekdays) == 1
    return timing.period_unit != "day" or is_once


def _repeat(timing: Timing) -> Json:
    if timing.kind in ("continuous", "words") or (timing.kind == "times" and timing.times is None):
        return {}
    repeat = filled(
        {
            "dayOfWeek": [WEEKDAYS[day - 1] for day in timing.weekdays],
            "timeOfDay": [timing.clock] if timing.clock else [],
            "when": [WHEN[timing.slot]] if timing.slot else [],
        }
    )
    if timing.kind == "once":
        return {"count": 1, **repeat}
    often = {
        "frequency": timing.times or 1,
        "frequencyMax": timing.times_to or "",
        "period": timing.period,
        "periodMax": timing.period_to or "",
        "periodUnit": PERIOD_UNITS[timing.period_unit],
    }
    return {**filled(often), **repeat}


def _pattern(timing: Timing) -> list[Json]:
    """Days and times of day that Timing.repeat cannot hold, as they were written."""
    return group(
        "days",
        extension("times", timing.times),
        extension("times-to", timing.times_to),
        extension("slot", timing.slot, "Code"),
        extension("clock", timing.clock),
        extension("period", timing.period),
        extension("period-unit", timing.period_unit, "Code"),
        extension("days-on", timing.days_on),
        *(extension("weekday", WEEKDAYS[day - 1], "Code") for day in timing.weekdays),
    )


def _window(timing: Timing) -> list[Json]:
    return group("window", extension("from", timing.window_from), extension("to", timing.window_to))


def _amount(part: Component, amount: Amount) -> Json:
    """The amount of each time, or the rate; a written range as one."""
    per = part.timing.rate_per
    if not per:
        if amount.high is not None:
            return {"doseRange": span(amount)}
        return {"doseQuantity": quantity(amount.low, amount.unit)}
    if amount.high is None:
        return {"rateQuantity": _rate(quantity(amount.low, amount.unit), amount, per)}
    ends = span(amount)
    return {"rateRange": {end: _rate(value, amount, per) for end, value in ends.items()}}


def _rate(value: Json, amount: Amount, per: str) -> Json:
    code = UNITS[amount.unit].ucum + RATE_UNITS[per]
    return {**value, "unit": _PER[per]() % {"unit": value["unit"]}, "code": code}


def _maximum(part: Component) -> Json:
    if part.maximum is None or part.maximum_hours is None:
        return {}
    return {
        "numerator": quantity(part.maximum.low, part.maximum.unit),
        "denominator": hours(part.maximum_hours),
    }
