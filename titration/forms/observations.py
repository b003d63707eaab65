"""How the patient was, as it is typed: a sheet of measures, one value again, a side effect."""

from collections.abc import Sequence
from datetime import datetime

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from access.forms.written import WrittenForm
from access.models import Clinic
from ledger.models import RetractionReason
from titration import actions, dosing
from titration.forms import moments
from titration.forms.fields import GONE, FigureField, text_field
from titration.forms.steps import RetractionForm
from titration.forms.submission import SubmissionForm
from titration.forms.when import WhenForm, effective_initial
from titration.models import (
    Course,
    MeasureKind,
    MeasureVersion,
    Observation,
    Regimen,
    Severity,
    Side,
    SideEffect,
    Symptom,
    WrittenAs,
)
from titration.policies import RuleBroken
from titration.timeline import Effective

PLACES, MOST_PLACES = 4, 40
"""Rows of a sheet for a measure that has places, such as muscle groups; and of any, at most."""

YES_NO = [
    ("", gettext_lazy("Not asked")),
    ("yes", pgettext_lazy("answer", "yes")),
    ("no", pgettext_lazy("answer", "no")),
]
VALUES = ("figure", "second_figure", "choice", "yes", "words")
# The fields of a value by the kind of its measure.
OF_KIND = {
    MeasureKind.NUMBER: {"figure", "second_figure"},
    MeasureKind.CHOICE: {"choice"},
    MeasureKind.YES_NO: {"yes"},
    MeasureKind.TEXT: {"words"},
}


class ValueForm(WrittenForm):
    """One value of one measure, and where it was measured. Nothing typed: nothing recorded.

    `asks_to_check` says that a figure lies beyond the entry bounds, which asks for a tick.
    """

    use_required_attribute = False

    figure = FigureField()
    second_figure = FigureField()
    choice = forms.ChoiceField(required=False)
    yes = forms.ChoiceField(choices=YES_NO, required=False)
    words = forms.CharField(required=False, max_length=2000, widget=forms.Textarea({"rows": 2}))
    site = forms.ChoiceField(label=gettext_lazy("Where"), required=False)
    side = forms.ChoiceField(label=gettext_lazy("Side"), required=False)
    note = text_field(gettext_lazy("Note"), 500)
    is_checked = forms.BooleanField(
        label=gettext_lazy("Checked: this is what was measured"), required=False
    )

    def __init__(
        self,
        *args,
        catalogue: MeasureVersion,
        words: MeasureVersion | Observation | None = None,
        **kwargs,
    ) -> None:
        """`words` are those of the observation that is corrected, else of the `catalogue`."""
        super().__init__(*args, **kwargs)
        self.catalogue = catalogue
        self.measure = words or catalogue
        self.asks_to_check = False
        kept = self.measure if isinstance(self.measure, Observation) else None
        for name in set(VALUES) - OF_KIND[MeasureKind(self.measure.kind)]:
            del self.fields[name]
        if not self.measure.labels:
            self.fields.pop("second_figure", None)
        self._name_values()
        self._offer("site", [*catalogue.sites, *([kept.site] if kept and kept.site else [])])
        has_side = catalogue.has_side or bool(kept and kept.side)
        self._offer("side", Side.choices if has_side else [])

    def _name_values(self) -> None:
        """Each box is called as the measure calls it."""
        name, labels = self.measure.name, self.measure.labels
        if "choice" in self.fields:
            choices = [(choice, choice) for choice in self.measure.choices]
            self.fields["choice"].choices = [("", _("Not rated")), *choices]
        for field in ("figure", "choice", "yes", "words"):
            if field in self.fields:
                self.fields[field].label = name
        if labels:
            both = _("%(measure)s, %(figure)s")
            for field, label in zip(("figure", "second_figure"), labels, strict=True):
                self.fields[field].label = both % {"measure": name, "figure": label}

    def _offer(self, field: str, choices: Sequence) -> None:
        if not choices:
            del self.fields[field]
            return
        pairs = [each if isinstance(each, tuple) else (each, each) for each in choices]
        self.fields[field].choices = [("", _("Choose")), *dict.fromkeys(pairs)]

    @property
    def unit(self) -> str:
        return self.measure.unit

    def clean(self) -> dict:
        cleaned = super().clean() or {}
        is_typed = any(cleaned.get(name) for name in VALUES)
        besides = [name for name in ("site", "side", "note") if cleaned.get(name)]
        if besides and not is_typed and not self.errors:
            field = next(name for name in VALUES if name in self.fields)
            self.add_error(field, _("Write the value, or leave the whole row empty."))
        return cleaned

    @property
    def is_empty(self) -> bool:
        """Whether nothing is to be recorded, once the form is valid."""
        return not any(self.cleaned_data.get(name) for name in VALUES)

    def text(
        self, effective: Effective, measured_by: str, *, is_new: bool
    ) -> actions.ObservationText:
        """What the action is asked to record, once the form is valid."""
        cleaned = self.cleaned_data
        figure, second = cleaned.get("figure"), cleaned.get("second_figure")
        yes = cleaned.get("yes")
        return actions.ObservationText(
            effective=effective,
            version=self.catalogue if is_new else None,
            figure=figure[0] if figure else None,
            second_figure=second[0] if second else None,
            choice=cleaned.get("choice", ""),
            yes=yes == "yes" if yes else None,
            words=cleaned.get("words", ""),
            site=cleaned.get("site", ""),
            side=cleaned.get("side", ""),
            is_checked=cleaned["is_checked"],
            measured_by=measured_by,
            note=cleaned["note"],
        )

    def break_rule(self, rule: RuleBroken) -> None:
        """Say a broken rule beside its box; one of the entry bounds asks for a tick."""
        self.asks_to_check = isinstance(rule, actions.BeyondBounds) or getattr(
            rule, "is_beyond_bounds", False
        )
        self.add_error(rule.field if rule.field in self.fields else None, rule.message)

    @property
    def shows_check(self) -> bool:
        return self.asks_to_check or bool(self.data.get(self.add_prefix("is_checked")))


class Values:
    """The rows of one measure on a sheet: one, some where it has places, and those added since.

    `blank` is the row that the page's script adds; `can_grow` until there are as many as can be.
    """

    def __init__(self, version: MeasureVersion, data: QueryDict | None) -> None:
        self.version = version
        self.prefix = version.pk.hex
        self.total_name = f"{self.prefix}-TOTAL_FORMS"
        self.forms = [
            ValueForm(data, prefix=f"{self.prefix}-{place}", catalogue=version)
            for place in range(self._count(data))
        ]

    def _count(self, data: QueryDict | None) -> int:
        typed = data.get(self.total_name, "") if data is not None else ""
        if typed.isascii() and typed.isdigit() and len(typed) < 9:
            return min(max(int(typed), 1), MOST_PLACES)
        return PLACES if self.version.sites else 1

    @property
    def blank(self) -> ValueForm:
        return ValueForm(prefix=f"{self.prefix}-__prefix__", catalogue=self.version)

    @property
    def can_grow(self) -> bool:
        return len(self.forms) < MOST_PLACES


class Sheet:
    """The rows of each measure; what it says is like a formset."""

    non_form_errors = ()

    def __init__(self, versions: Sequence[MeasureVersion], data: QueryDict | None = None) -> None:
        self.versions = versions
        self.is_bound = data is not None
        self.measures = [Values(version, data) for version in versions]
        self.forms = [form for values in self.measures for form in values.forms]

    def is_valid(self) -> bool:
        return not any(form.errors for form in self.forms) and self.is_bound

    @property
    def total_error_count(self) -> int:
        return sum(len(form.errors) for form in self.forms)

    @property
    def filled(self) -> list[ValueForm]:
        """The rows in which something is written, once the sheet is valid."""
        return [form for form in self.forms if not form.is_empty]


class MeasuredForm(SubmissionForm):
    """Who measured what a sheet says."""

    measured_by = text_field(
        gettext_lazy("Measured by"), 150, gettext_lazy("As in “physiotherapist” or “the patient”.")
    )


class ObservedForm(MeasuredForm, WhenForm):
    """When it was measured, and who measured it."""

    def __init__(self, *args, clinic: Clinic, now: datetime, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.offer_days(clinic.zone, now.date())
        self.fields["which_day"].label = _("When it was")

    def day_missing(self) -> str:
        return _("Say when this was.")


class ObservationCorrectionForm(ObservedForm):
    """An observation typed again, with the reason why; its value is a ValueForm."""

    correction_reason = text_field(gettext_lazy("Why the entry is corrected"), 300)


class SideEffectForm(WhenForm):
    """A side effect or a sign of withdrawal, as the person says it."""

    field_order = ("written_as", "symptom", "words")
    written_as = forms.ChoiceField(
        label=gettext_lazy("Written as"),
        choices=WrittenAs.choices,
        widget=forms.RadioSelect,
        help_text=gettext_lazy("As it was told. No cause is inferred from it."),
        error_messages={"required": gettext_lazy("Choose what it is written as.")},
    )
    symptom = forms.ChoiceField(
        label=gettext_lazy("What it was"),
        choices=[("", gettext_lazy("Choose")), *Symptom.choices],
        error_messages={"required": gettext_lazy("Choose from the list, or other.")},
    )
    words = forms.CharField(
        label=gettext_lazy("In words"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    severity = forms.ChoiceField(
        label=gettext_lazy("How severe, as told"),
        choices=Severity.choices,
        widget=forms.RadioSelect,
        initial=Severity.NOT_STATED,
    )
    course = forms.ChoiceField(
        label=gettext_lazy("Its end"),
        choices=Course.choices,
        widget=forms.RadioSelect,
        initial=Course.NOT_STATED,
    )
    ended_day = moments.day_box(gettext_lazy("When it ended"))
    ended_month = moments.month_box()
    ended_year = moments.year_box()
    regimen = forms.ChoiceField(
        label=gettext_lazy("Written beside the regimen"),
        required=False,
        help_text=gettext_lazy("None where it was not told of one."),
        error_messages={"invalid_choice": GONE},
    )
    reported_by = text_field(
        gettext_lazy("Said by"), 150, gettext_lazy("As in “the patient” or “her daughter”.")
    )

    def __init__(
        self, *args, clinic: Clinic, now: datetime, regimens: dict[str, tuple[str, Regimen]], **kw
    ) -> None:
        """`regimens`: by key, the title and the regimen, of those that it can stand beside."""
        super().__init__(*args, **kw)
        self.offer_days(clinic.zone, now.date())
        self.fields["which_day"].label = _("When it began")
        self.regimens = regimens
        offered = [(key, title) for key, (title, _regimen) in regimens.items()]
        self.fields["regimen"].choices = [("", _("None")), *offered]

    def day_missing(self) -> str:
        return _("Say when it began, or the month or year.")

    def clean(self) -> dict:
        cleaned = super().clean()
        cleaned["ended"] = ended_of(self) if cleaned.get("course") == Course.ENDED else None
        boxes = ("ended_day", "ended_month", "ended_year")
        if cleaned.get("course") != Course.ENDED and any(cleaned.get(name) for name in boxes):
            self.add_error("course", _("An end is written. Say that it ended, or empty the date."))
        return cleaned

    def break_rule(self, rule: RuleBroken) -> None:
        if rule.field == "ended":
            rule.field = "ended_day"
        super().break_rule(rule)

    def text(self) -> actions.EffectText:
        """What the action is asked to record, once the form is valid."""
        cleaned = self.cleaned_data
        chosen = self.regimens.get(cleaned["regimen"])
        assert self.effective is not None  # noqa: S101 - a valid form has one
        return actions.EffectText(
            effective=self.effective,
            written_as=cleaned["written_as"],
            symptom=cleaned["symptom"],
            words=cleaned["words"],
            severity=cleaned["severity"],
            course=cleaned["course"],
            ended=cleaned["ended"],
            regimen=chosen[1] if chosen else None,
            reported_by=cleaned["reported_by"],
        )


class SideEffectCorrectionForm(SideEffectForm):
    """A side effect typed again, with the reason why."""

    correction_reason = text_field(gettext_lazy("Why the entry is corrected"), 300)


class EndForm(WhenForm):
    """When a side effect ended: a day, a month or a year."""

    def __init__(self, *args, clinic: Clinic, now: datetime, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.offer_days(clinic.zone, now.date())
        self.fields["which_day"].label = _("When it ended")
        del self.fields["on_time"]

    def day_missing(self) -> str:
        return _("Say when it ended.")

    def break_rule(self, rule: RuleBroken) -> None:
        if rule.field == "ended":
            rule.field = "effective"
        super().break_rule(rule)


class ObservedRetractionForm(RetractionForm):
    """Why something observed is withdrawn as entered in error."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        reasons = (RetractionReason.WRONG_PATIENT, RetractionReason.TWICE, RetractionReason.OTHER)
        self.fields["reason"].choices = [(reason.value, reason.label) for reason in reasons]


def ended_of(form: forms.Form) -> Effective | None:
    """The day, month or year that is typed as the end; none, with an error, when it is none."""
    boxes = [form.cleaned_data.get(f"ended_{part}") or "" for part in ("day", "month", "year")]
    try:
        typed = moments.typed_date(*boxes)
    except moments.NoDate as error:
        form.add_error("ended_day", str(error))
        return None
    if typed is None:
        form.add_error("ended_day", _("Write when it ended, or say that it goes on."))
        return None
    return Effective(*typed)


def value_initial(observation: Observation) -> dict[str, object]:
    """The value of an observation as the form's initial values."""
    yes = observation.yes
    return {
        "figure": "" if observation.figure is None else dosing.plain(observation.figure),
        "second_figure": (
            "" if observation.second_figure is None else dosing.plain(observation.second_figure)
        ),
        "choice": observation.choice,
        "yes": "" if yes is None else "yes" if yes else "no",
        "words": observation.words or "",
        "site": observation.site,
        "side": observation.side,
        "note": observation.note or "",
        "is_checked": observation.is_checked,
    }


def effect_initial(effect: SideEffect, clinic: Clinic) -> dict[str, object]:
    """What a side effect says, as the form's initial values."""
    ended = effect.ended
    return {
        **effective_initial(effect.effective, clinic.zone),
        "written_as": effect.written_as,
        "symptom": effect.symptom,
        "words": effect.words or "",
        "severity": effect.severity,
        "course": effect.course,
        "ended_day": ended.on.day if ended and ended.precision == "day" else "",
        "ended_month": ended.on.month if ended and ended.precision != "year" else "",
        "ended_year": ended.on.year if ended else "",
        "regimen": str(effect.regimen_id or ""),
        "reported_by": effect.reported_by or "",
    }
