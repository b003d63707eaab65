"""What was observed, in words: exactly what was written, with the unit as it was written."""

from collections.abc import Sequence
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from titration.dosing import figure

NO_BREAK_SPACE = "\u00a0"


def measured_words(value: Decimal, unit: str) -> str:
    """A figure with its unit as written: "61.5 kg"; the figure alone where there is no unit."""
    return f"{figure(value)}{NO_BREAK_SPACE}{unit}" if unit else figure(value)


def pair_words(first: Decimal, second: Decimal, unit: str, labels: Sequence[str]) -> str:
    """Two figures of one measure: "upper 128, lower 83 mmHg"."""
    words = _("%(first_label)s %(first)s, %(second_label)s %(second)s") % {
        "first_label": labels[0] if labels else "",
        "first": figure(first),
        "second_label": labels[1] if len(labels) > 1 else "",
        "second": figure(second),
    }
    return f"{words}{NO_BREAK_SPACE}{unit}" if unit else words


def bounds_words(lowest: Decimal | None, highest: Decimal | None) -> str:
    """Entry bounds: "from 20 to 350", "from 20", "up to 350"; nothing without any."""
    if lowest is not None and highest is not None:
        return _("from %(lowest)s to %(highest)s") % {
            "lowest": figure(lowest),
            "highest": figure(highest),
        }
    if lowest is not None:
        return _("from %(lowest)s") % {"lowest": figure(lowest)}
    return _("up to %(highest)s") % {"highest": figure(highest)} if highest is not None else ""


def yes_words(yes: bool) -> str:
    return pgettext("answer", "yes") if yes else pgettext("answer", "no")
