"""Boxes of a dose form: figures by the strict grammar, counts, and lists to choose from."""

import re
from collections.abc import Callable, Collection, Iterable
from copy import deepcopy
from decimal import Decimal
from typing import Any, TypeVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from titration import dosing, wording

GONE = gettext_lazy(
    "This medicine was withdrawn as entered in error meanwhile. Look at the list as it is now, and "
    "choose again."
)

SLOT_CHOICES = [
    ("morning", gettext_lazy("In the morning")),
    ("breakfast", gettext_lazy("At breakfast")),
    ("midday", gettext_lazy("At midday")),
    ("lunch", gettext_lazy("At lunch")),
    ("afternoon", gettext_lazy("In the afternoon")),
    ("dinner", gettext_lazy("At dinner")),
    ("evening", gettext_lazy("In the evening")),
    ("bedtime", gettext_lazy("At bedtime")),
    ("night", gettext_lazy("At night")),
]
WHEN_CHOICES = [
    ("", gettext_lazy("Choose when")),
    (gettext_lazy("Time of day"), SLOT_CHOICES),
    (
        gettext_lazy("Other"),
        [
            ("times", gettext_lazy("A number of times")),
            ("clock", gettext_lazy("At a clock time")),
            ("hours", gettext_lazy("Every so many hours")),
            ("continuous", gettext_lazy("Continuously, at a rate")),
            ("needed", gettext_lazy("Only when needed")),
            ("words", gettext_lazy("In words only")),
        ],
    ),
]
SINGLE_WHEN_CHOICES = [
    ("once", gettext_lazy("Once")),
    (gettext_lazy("Once, at a time of day"), SLOT_CHOICES),
    (gettext_lazy("Other"), [("clock", gettext_lazy("Once, at a clock time"))]),
]
DAYS_CHOICES = [
    ("every", gettext_lazy("Every day")),
    ("period", gettext_lazy("Every so many days, weeks …")),
    ("cycle", gettext_lazy("Days on, days off")),
    ("weekdays", gettext_lazy("On named weekdays")),
]
PERIOD_CHOICES = [
    ("day", pgettext_lazy("period", "days")),
    ("week", pgettext_lazy("period", "weeks")),
    ("month", pgettext_lazy("period", "months")),
]
WEEKDAY_CHOICES = [
    ("1", gettext_lazy("Monday")),
    ("2", gettext_lazy("Tuesday")),
    ("3", gettext_lazy("Wednesday")),
    ("4", gettext_lazy("Thursday")),
    ("5", gettext_lazy("Friday")),
    ("6", gettext_lazy("Saturday")),
    ("7", gettext_lazy("Sunday")),
]
_COUNTS = re.compile(
    r"(?P<low>[0-9]{1,3})(?: +(?P<joined>to|or) +(?P<high>[0-9]{1,3}))?", re.IGNORECASE
)
RATE_CHOICES = [
    ("", gettext_lazy("Choose")),
    ("minute", gettext_lazy("per minute")),
    ("hour", gettext_lazy("per hour")),
    ("24 hours", gettext_lazy("per 24 hours")),
]


class PersonField(forms.TypedChoiceField):
    """Who of the clinic; their role may have ended while the page was open."""

    default_error_messages = {
        "invalid_choice": gettext_lazy(
            "Who was chosen has no longer the role in this clinic that this needs. Choose somebody "
            "of the list as it is now."
        )
    }


Form = TypeVar("Form", bound=forms.BaseForm)


def sharing_fields(*, but: Collection[str] = ()) -> Callable[[type[Form]], type[Form]]:
    """Forms of this class share its fields, none of which they alter `but` these.

    Django copies every field with its widget and its choices for every form, in case that one
    alters it. A form may have another field in the place of one of these.
    """

    def sharing(form: type[Form]) -> type[Form]:
        form.base_fields = _Shared(form.base_fields)
        form.base_fields.copied = frozenset(but)
        return form

    return sharing


class _Shared(dict[str, forms.Field]):
    copied: frozenset[str]

    def __deepcopy__(self, memo: dict[int, Any]) -> dict[str, forms.Field]:
        return {
            name: deepcopy(field, memo) if name in self.copied else field
            for name, field in self.items()
        }


def unit_choices(first: Iterable[str] = ()) -> list[tuple[str, str]]:
    """Every unit, written out; those that the regimen uses come first."""
    codes = list(dict.fromkeys([*first, *dosing.UNITS]))
    return [(code, wording.unit_words(code)) for code in codes]


class FigureField(forms.CharField):
    """An amount typed by the strict grammar of a figure; cleans to (low, high or None)."""

    widget = forms.TextInput(
        attrs={"inputmode": "decimal", "autocomplete": "off", "class": "short", "maxlength": 40}
    )

    def __init__(self, *, is_range_allowed: bool = False, **kwargs) -> None:
        super().__init__(required=False, **kwargs)
        self.is_range_allowed = is_range_allowed

    def to_python(self, value) -> tuple[Decimal, Decimal | None] | None:
        if not (value or "").strip():
            return None
        try:
            low, high = dosing.parse_figures(value)
        except dosing.AmountError as error:
            raise ValidationError(wording.problem_words(error.code)) from None
        if high is not None and not self.is_range_allowed:
            raise ValidationError(_("Write one figure here, not a range."))
        return low, high


class CountField(forms.IntegerField):
    """A whole number in a plain text box: a mouse wheel changes nothing."""

    widget = forms.TextInput(
        attrs={"inputmode": "numeric", "autocomplete": "off", "class": "short", "maxlength": 3}
    )

    def __init__(self, label, **kwargs) -> None:
        super().__init__(
            label=label,
            required=False,
            min_value=1,
            max_value=999,
            error_messages={"invalid": gettext_lazy("Write a whole number.")},
            **kwargs,
        )


class CountRangeField(forms.CharField):
    """A whole number, or a range of two; cleans to (low, high or None), or None.

    As typed text has it: "4 to 6", and "2 or 3" of neighbours.
    """

    widget = forms.TextInput(
        attrs={"inputmode": "text", "autocomplete": "off", "class": "short", "maxlength": 12}
    )

    def __init__(self, label, **kwargs) -> None:
        super().__init__(label=label, required=False, **kwargs)

    def to_python(self, value) -> tuple[int, int | None] | None:
        typed = (value or "").strip()
        if not typed:
            return None
        found = _COUNTS.fullmatch(typed)
        if not found:
            raise ValidationError(_("Write a whole number, or two with “to” between them."))
        low, high = int(found["low"]), int(found["high"]) if found["high"] else None
        if not low or (high is not None and high <= low):
            raise ValidationError(_("Write numbers above zero, the lower one first."))
        if high and found["joined"].lower() == "or" and high > low + 1:
            raise ValidationError(wording.typed_problem_words("or_unclear"))
        return low, high


def text_field(label, length: int, help_text="") -> forms.CharField:
    return forms.CharField(
        label=label,
        required=False,
        max_length=length,
        help_text=help_text,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
