"""Doses in full words: one part, a whole dose in one line, and a line for each part."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext, pgettext

from titration.dosing import Amount, Basis, Component, Timing, days_of, within_marks
from titration.wording.dates import date_words
from titration.wording.figures import amount_words, range_words
from titration.wording.memory import once_per_language

_SLOT_WORDS = {
    "morning": gettext_noop("in the morning"),
    "breakfast": gettext_noop("at breakfast"),
    "midday": gettext_noop("at midday"),
    "lunch": gettext_noop("at lunch"),
    "afternoon": gettext_noop("in the afternoon"),
    "dinner": gettext_noop("at dinner"),
    "evening": gettext_noop("in the evening"),
    "bedtime": gettext_noop("at bedtime"),
    "night": gettext_noop("at night"),
}
_SLOT_LABELS = {
    "morning": gettext_noop("Morning"),
    "breakfast": gettext_noop("Breakfast"),
    "midday": gettext_noop("Midday"),
    "lunch": gettext_noop("Lunch"),
    "afternoon": gettext_noop("Afternoon"),
    "dinner": gettext_noop("Dinner"),
    "evening": gettext_noop("Evening"),
    "bedtime": gettext_noop("Bedtime"),
    "night": gettext_noop("Night"),
}
_WEEKDAYS = (
    gettext_noop("MONDAY"),
    gettext_noop("TUESDAY"),
    gettext_noop("WEDNESDAY"),
    gettext_noop("THURSDAY"),
    gettext_noop("FRIDAY"),
    gettext_noop("SATURDAY"),
    gettext_noop("SUNDAY"),
)
_RATES = {
    "minute": gettext_noop("%(amount)s per minute"),
    "hour": gettext_noop("%(amount)s per hour"),
    "24 hours": gettext_noop("%(amount)s per 24 hours"),
}
_RATE_LABELS = {
    "minute": gettext_noop("rate per minute"),
    "hour": gettext_noop("rate per hour"),
    "24 hours": gettext_noop("rate per 24 hours"),
}
# In words, so that a count never stands beside the figure of an amount.
_NUMBERS = {
    1: gettext_noop("one"),
    2: gettext_noop("two"),
    3: gettext_noop("three"),
    4: gettext_noop("four"),
    5: gettext_noop("five"),
    6: gettext_noop("six"),
    7: gettext_noop("seven"),
    8: gettext_noop("eight"),
    9: gettext_noop("nine"),
    10: gettext_noop("ten"),
}


# A patch of seven days is written so, and one of three days as 72 hours.
_MOST_IN_HOURS = 72


class DoseLine(NamedTuple):
    """One part of a dose for a list: when, how much each time, and what else was written."""

    label: str
    amount: str
    detail: str


def slot_label(slot: str) -> str:
    """Name a slot of the day: "Morning"."""
    return _(_SLOT_LABELS[slot])


def timing_words(timing: Timing) -> str:
    """Write a timing in full: "in the morning on alternate days, counted from 16-Nov-2026"."""
    return _listed([_when(timing), *_timing_details(timing)])


def component_words(component: Component) -> str:
    """Write one part of a dose in full: "5 mg three times a day (5 mg each time)"."""
    write = _component_words if _has_typed_text(component) else _remembered_words
    return write(component)


def dosage_words(components: Iterable[Component]) -> str:
    """Write a whole dose in one line, its parts in the order they were written."""
    parts = [component_words(component) for component in components]
    return pgettext("between the parts of a dose", "; ").join(parts)


def dosage_lines(components: Iterable[Component]) -> list[DoseLine]:
    """Write a dose as one line for each part, in the order they were written.

    All three fields are needed to read a part; the last is often empty.
    """
    return [
        _dose_line(component) if _has_typed_text(component) else _remembered_line(component)
        for component in components
    ]


def basis_label(basis: Basis) -> str:
    """Say what the figures on an axis are: "total per day", "each dose, on alternate days"."""
    if basis.kind == "day":
        return _("total per day")
    if basis.kind == "as_needed":
        return _("as needed only")
    if basis.timing is None:
        return _("as written, in words")
    if basis.kind == "rate":
        return _(_RATE_LABELS[basis.timing.rate_per])
    if basis.timing.kind == "once":
        return _("single dose")
    return _("each dose, %(when)s") % {"when": _when(days_of(basis.timing))}


def _component_words(component: Component) -> str:
    if component.amount is None:
        words = {"label": _in_words(), "text": _instruction(component)}
        return _("%(label)s %(text)s") % words
    words = {
        "amount": _amount(component, component.amount),
        "when": _with_as_needed(component, _when(component.timing)),
    }
    if component.timing.kind == "continuous":
        dose = _("%(amount)s, %(when)s") % words
    elif _needs_each_time(component.timing):
        dose = _("%(amount)s %(when)s (%(amount)s each time)") % words
    else:
        dose = _("%(amount)s %(when)s") % words
    return _listed([dose, *_details(component)])


def _dose_line(component: Component) -> DoseLine:
    if component.amount is None:
        return DoseLine(_capitalised(_in_words()), _instruction(component), "")
    amount = _line_amount(component, component.amount)
    return DoseLine(_label(component), amount, _listed(_details(component)))


def _in_words() -> str:
    """What stands before words without an amount, wherever they are shown."""
    return _("in words, not totalled")


def _instruction(component: Component) -> str:
    """The words of a part that has no others; they may have been erased."""
    text = within_marks(component.instruction)
    return _("“%(text)s”") % {"text": text} if text else _("erased")


_remembered_words = once_per_language(_component_words)
_remembered_line = once_per_language(_dose_line)


def _has_typed_text(component: Component) -> bool:
    return any(component.texts)


def _listed(parts: list[str]) -> str:
    if len(parts) < 2:
        return "".join(parts)
    return pgettext("between details of one part of a dose", ", ").join(parts)


def _amount(component: Component, written: Amount) -> str:
    amount = amount_words(written)
    if per := component.timing.rate_per:
        return _(_RATES[per]) % {"amount": amount}
    return amount


def _line_amount(component: Component, written: Amount) -> str:
    amount = _amount(component, written)
    if _needs_each_time(component.timing):
        return _("%(amount)s each time") % {"amount": amount}
    return amount


def _needs_each_time(timing: Timing) -> bool:
    """Whether the amount could be taken for the sum of several times."""
    return timing.kind == "times" and (timing.times != 1 or timing.times_to is not None)


def _label(component: Component) -> str:
    timing = component.timing
    if timing.kind in ("slot", "clock"):
        moment = slot_label(timing.slot) if timing.kind == "slot" else _clock(timing)
        when = moment if timing.is_every_day else _listed([moment, _days(timing)])
    else:
        when = _when(timing)
    return _capitalised(_with_as_needed(component, when))


def _capitalised(label: str) -> str:
    return label[:1].upper() + label[1:]


def _when(timing: Timing) -> str:
    """The timing without the day of counting; empty for a bare "as needed"."""
    match timing.kind:
        case "once":
            return _once(timing)
        case "slot":
            return _on_days(_(_SLOT_WORDS[timing.slot]), timing)
        case "clock":
            return _on_days(_at_clock(timing), timing)
        case "continuous":
            return _continuous(timing)
    return "" if timing.times is None else _times(timing)


def _once(timing: Timing) -> str:
    if timing.slot:
        return _("once only %(moment)s") % {"moment": _(_SLOT_WORDS[timing.slot])}
    if timing.clock is not None:
        return _("once only %(moment)s") % {"moment": _at_clock(timing)}
    return _("once only")


def _continuous(timing: Timing) -> str:
    start, end = timing.window_from, timing.window_to
    if start is None or end is None:
        return _("continuously")
    hours = {"start": f"{start:%H:%M}", "end": f"{end:%H:%M}"}
    if end <= start:
        return _("each day from %(start)s to %(end)s the next day") % hours
    return _("each day from %(start)s to %(end)s") % hours


def _clock(timing: Timing) -> str:
    return f"{timing.clock:%H:%M}"


def _at_clock(timing: Timing) -> str:
    return _("at %(time)s") % {"time": _clock(timing)}


def _on_days(moment: str, timing: Timing) -> str:
    """A moment of the day with the days on which it comes; every day goes without saying."""
    if timing.is_every_day:
        return moment
    return _("%(moment)s %(days)s") % {"moment": moment, "days": _days(timing)}


def _times(timing: Timing) -> str:
    is_once = (timing.times, timing.times_to) == (1, None)
    if timing.period_unit == "hour" and is_once:
        words = ngettext("every hour", "every %(period)s hours", _most_periods(timing))
        return words % {"period": _periods(timing)}
    if not timing.weekdays and not (timing.period_unit == "day" and timing.is_counted):
        return _in_each_period(timing)
    if is_once and timing.days_on is None:
        return _days(timing)
    return _("%(times)s a day %(days)s") % {
        "times": _times_words(timing.times or 1, timing.times_to),
        "days": _days(timing, several=True),
    }


def _days(timing: Timing, several: bool = False) -> str:
    """The days of a timing that does not come every day, for one dose or several on each.

    They end in a word, never in a figure: in a list the amount may stand behind them.
    """
    if timing.weekdays:
        return _weekdays(timing, several)
    if timing.days_on is not None:
        return _("on the first %(days)s days of every %(period)s days") % {
            "days": timing.days_on,
            "period": timing.period,
        }
    if timing.is_counted and (timing.period, timing.period_unit) == (2, "day"):
        return _("on alternate days")
    if several:
        words = ngettext(
            "on one day of every %(period)s day",
            "on one day of every %(period)s days",
            timing.period,
        )
        return words % {"period": timing.period}
    return _in_each_period(timing)


def _weekdays(timing: Timing, several: bool) -> str:
    names = [_(_WEEKDAYS[weekday - 1]) for weekday in timing.weekdays]
    if timing.period > 1:
        words = ngettext(
            "on %(weekdays)s in one week of every %(period)s week",
            "on %(weekdays)s in one week of every %(period)s weeks",
            timing.period,
        )
        return words % {"weekdays": _and(names), "period": timing.period}
    if len(names) > 1:
        return _("on %(weekdays)s") % {"weekdays": _and(names)}
    if several:
        return _("on %(weekday)s each week") % {"weekday": names[0]}
    return _("once a week on %(weekday)s") % {"weekday": names[0]}


def _in_each_period(timing: Timing) -> str:
    """A count in every so many hours, days, weeks or months: "three times a week"."""
    period = _most_periods(timing)
    match timing.period_unit:
        case "hour":
            words = ngettext("%(times)s an hour", "%(times)s every %(period)s hours", period)
        case "week":
            words = ngettext("%(times)s a week", "%(times)s every %(period)s weeks", period)
        case "month":
            words = ngettext("%(times)s a month", "%(times)s every %(period)s months", period)
        case _:
            words = ngettext("%(times)s a day", "%(times)s every %(period)s days", period)
    times = _times_words(timing.times or 1, timing.times_to)
    return words % {"times": times, "period": _periods(timing)}


def _most_periods(timing: Timing) -> int:
    return timing.period_to or timing.period


def _periods(timing: Timing) -> str:
    if timing.period_to is None:
        return str(timing.period)
    return _("%(low)s to %(high)s") % {"low": timing.period, "high": timing.period_to}


def _times_words(times: int, to: int | None = None) -> str:
    if (times, to) == (1, 2):
        return _("once or twice")
    if to is not None:
        ends = {"fewest": _number_words(times), "most": _number_words(to)}
        return _("%(fewest)s to %(most)s times") % ends
    if times == 1:
        return _("once")
    if times == 2:
        return _("twice")
    return ngettext("%(count)s time", "%(count)s times", times) % {"count": _number_words(times)}


def _number_words(number: int) -> str:
    return _(_NUMBERS[number]) if number in _NUMBERS else str(number)


def _and(names: list[str]) -> str:
    if len(names) == 1:
        return names[0]
    return _("%(names)s and %(last)s") % {
        "names": pgettext("between names", ", ").join(names[:-1]),
        "last": names[-1],
    }


def _with_as_needed(component: Component, when: str) -> str:
    if not component.as_needed:
        return when
    reason = within_marks(component.as_needed_for)
    needed = _("as needed for “%(reason)s”") % {"reason": reason} if reason else _("as needed")
    return _listed([when, needed]) if when else needed


def _details(component: Component) -> list[str]:
    """What stands beside the amount and its timing, each in the words of its own pattern."""
    return [
        *_timing_details(component.timing),
        *_maximum(component),
        *_as_typed(_("strengths used “%(text)s”"), component.strengths),
        *_volume(component),
        *_as_typed(_("product “%(text)s”"), component.product),
        *_as_typed(_("calculation “%(text)s”"), component.calculation),
        *_as_typed(_("instruction “%(text)s”"), component.instruction),
    ]


def _as_typed(words: str, text: str) -> list[str]:
    """The words around a typed text, where there is one."""
    return [words % {"text": within_marks(text)}] if text else []


def _timing_details(timing: Timing) -> list[str]:
    if timing.anchor is not None:
        return [_counted_from(timing.anchor, timing.period_unit)]
    hours = timing.changed_every_hours
    if hours is None:
        return []
    if hours > _MOST_IN_HOURS and hours % 24 == 0:
        return [_("changed every %(days)s days") % {"days": hours // 24}]
    words = ngettext("changed every %(hours)s hour", "changed every %(hours)s hours", hours)
    return [words % {"hours": hours}]


def _counted_from(anchor: date, period_unit: str) -> str:
    if period_unit == "week":
        return _("counted from %(weekday)s %(date)s") % {
            "weekday": _(_WEEKDAYS[anchor.weekday()]),
            "date": date_words(anchor),
        }
    return _("counted from %(date)s") % {"date": date_words(anchor)}


def _maximum(component: Component) -> list[str]:
    hours = component.maximum_hours
    if hours is None:
        return []
    amount, times = component.maximum, component.maximum_times
    limits = []
    if amount is not None:
        limits.append(_("at most %(limit)s") % {"limit": amount_words(amount)})
    if times is not None:
        limits.append(_("at most %(limit)s") % {"limit": _times_words(times)})
    words = ngettext("%(limits)s in %(hours)s hour", "%(limits)s in %(hours)s hours", hours)
    return [words % {"limits": _and(limits), "hours": hours}]


def _volume(component: Component) -> list[str]:
    volume, concentration = component.volume, component.concentration
    words: dict[str, str] = {}
    if volume is not None:
        words["volume"] = range_words(volume, None, "mL")
    if concentration is not None:
        words["concentration"] = range_words(concentration, None, component.concentration_unit)
    if volume is not None and concentration is not None:
        return [_("as %(volume)s of %(concentration)s per mL") % words]
    if volume is not None:
        return [_("volume %(volume)s") % words]
    if concentration is not None:
        return [_("concentration %(concentration)s per mL") % words]
    return []
