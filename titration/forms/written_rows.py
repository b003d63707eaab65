"""A written part of a dose as the initial values of its row in the form."""

from titration import dosing


def row_of(written: dosing.Component, *, with_amount: bool) -> dict:
    """The initial values of a row for a written part: its timing, and all of it when copied.

    Without `with_amount` no figure is filled in: amounts are typed anew.
    """
    timing = written.timing
    row: dict[str, object] = {"days": "every"}
    if written.amount is not None:
        row["unit"] = written.amount.unit
    match timing.kind:
        case "slot":
            row["when"] = timing.slot
        case "clock":
            row |= {"when": "clock", "clock": timing.clock}
        case "once":
            row |= {
                "when": timing.slot or ("clock" if timing.clock else "once"),
                "clock": timing.clock,
            }
        case "words":
            row["when"] = "words"
        case "continuous":
            row |= {
                "when": "continuous",
                "rate_per": timing.rate_per,
                "window_from": timing.window_from,
                "window_to": timing.window_to,
                "changed_every_hours": timing.changed_every_hours,
            }
        case "times" if timing.times is None:
            row["when"] = "needed"
        case "times" if timing.period_unit == "hour":
            times = _times(timing)
            row |= {
                "when": "hours",
                "hours": _periods(timing),
                "times": times if times != "1" else "",
            }
        case "times":
            row |= {"when": "times", "times": _times(timing)}
    row |= _days_row(timing)
    if with_amount and timing.anchor:
        row |= {
            "anchor_day": timing.anchor.day,
            "anchor_month": timing.anchor.month,
            "anchor_year": timing.anchor.year,
        }
    row |= {"as_needed": written.as_needed and row["when"] != "needed"}
    if with_amount:
        row |= _amount_row(written)
    return row


def _days_row(timing: dosing.Timing) -> dict:
    row: dict[str, object] = {}
    if timing.weekdays:
        row |= {"days": "weekdays", "weekdays": [str(day) for day in timing.weekdays]}
        if timing.period > 1:
            row["every"] = timing.period
    elif timing.days_on is not None:
        row |= {
            "days": "cycle",
            "days_on": timing.days_on,
            "days_off": timing.period - timing.days_on,
        }
    elif timing.period_unit != "hour" and not timing.is_every_day:
        row |= {"days": "period", "every": _periods(timing), "every_unit": timing.period_unit}
    return row


def _times(timing: dosing.Timing) -> str:
    return str(timing.times) if timing.times_to is None else f"{timing.times} to {timing.times_to}"


def _periods(timing: dosing.Timing) -> str:
    if timing.period_to is None:
        return str(timing.period)
    return f"{timing.period} to {timing.period_to}"


def _amount_row(written: dosing.Component) -> dict:
    amount, maximum = written.amount, written.maximum
    figures = dosing.plain(amount.low) if amount else ""
    if amount and amount.high is not None:
        figures = f"{figures} to {dosing.plain(amount.high)}"
    return {
        "amount": figures,
        "as_needed_for": written.as_needed_for,
        "maximum": dosing.plain(maximum.low) if maximum else "",
        "maximum_unit": maximum.unit if maximum else "",
        "maximum_times": written.maximum_times,
        "maximum_hours": written.maximum_hours,
        "strengths": written.strengths,
        "volume": dosing.plain(written.volume) if written.volume is not None else "",
        "concentration": dosing.plain(written.concentration)
        if written.concentration is not None
        else "",
        "concentration_unit": written.concentration_unit,
        "product": written.product,
        "calculation": written.calculation,
        "instruction": written.instruction,
    }
