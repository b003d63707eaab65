"""The first of the two screens of recording: the step as it is typed."""

from contextlib import suppress
from datetime import date, datetime, timedelta
from http import HTTPStatus
from uuid import uuid4

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.models import Role, User
from ledger.models import RetractionReason
from titration import policies, wording
from titration.actions import Instruction
from titration.forms import moments
from titration.models import (
    ChangeReason,
    DoseStep,
    ReceivedHow,
    Regimen,
    StopReason,
    reasons_for,
)
from titration.policies import RuleBroken
from titration.timeline import Effective

OUTSIDE = "outside"
WITH_DOCUMENT = frozenset({ReceivedHow.LETTER, ReceivedHow.OTHER_SERVICE})

# Where a broken rule is said: the field of this form for the field that the rule names.
FIELD_OF_RULE = {"effective": "on_day", "time": "on_time", "kind": None}


def prescribers_of(clinic_id: int) -> list[User]:
    """Who may be named as having decided: open prescriber memberships, by name."""
    return list(
        User.objects.filter(
            memberships__clinic=clinic_id,
            memberships__role=Role.PRESCRIBER,
            memberships__ended_at=None,
            is_active=True,
        ).order_by("name")
    )


class SubmissionForm(forms.Form):
    """A form that carries its own number, so that sending it twice records once.

    `seen` is the number of the newest entry of the log when the page was made, `entry` the text
    that is corrected or withdrawn: both as the person had them before their eyes. `status` is that
    of a page that shows the form again: 409 once the ledger has something else.
    """

    use_required_attribute = False
    status = HTTPStatus.OK

    submission = forms.UUIDField(widget=forms.HiddenInput)
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0)
    entry = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("submission", uuid4())

    def break_rule(self, rule: RuleBroken) -> None:
        """Say a broken rule beside the field that it names, or above the form."""
        field = FIELD_OF_RULE.get(rule.field or "", rule.field)
        self.add_error(field if field in self.fields else None, rule.message)


class StepForm(SubmissionForm):
    """A dose step: from when, by whose decision, received how, why. The dose is a formset.

    `version` is the signed version of a plan whose row the person had before their eyes.
    """

    version = forms.UUIDField(widget=forms.HiddenInput, required=False)
    which_day = forms.ChoiceField(
        label=gettext_lazy("From"),
        widget=forms.RadioSelect,
        required=False,
    )
    on_day = moments.day_box()
    on_month = moments.month_box()
    on_year = moments.year_box()
    on_time = moments.clock_field(gettext_lazy("Clock time"))
    which_hour = forms.ChoiceField(
        label=gettext_lazy("The clocks go back that night and this time comes twice"),
        choices=[
            ("0", gettext_lazy("The first time, before the clocks go back")),
            ("1", gettext_lazy("The second time, after the clocks went back")),
        ],
        widget=forms.RadioSelect,
        required=False,
    )
    decided_by = forms.ChoiceField(label=gettext_lazy("Decided by"))
    decided_by_name = forms.CharField(
        label=gettext_lazy("Name of the prescriber from outside"),
        required=False,
        max_length=150,
        help_text=gettext_lazy("With title and place of work."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    received_how = forms.ChoiceField(
        label=gettext_lazy("How the decision was received"),
        choices=ReceivedHow.choices,
        widget=forms.RadioSelect,
    )
    document_day = moments.day_box()
    document_month = moments.month_box()
    document_year = moments.year_box()
    reason = forms.ChoiceField(label=gettext_lazy("Reason"))
    reason_text = forms.CharField(
        label=gettext_lazy("Reason in words"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    note = forms.CharField(
        label=gettext_lazy("Instruction as given, word for word"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(
        self,
        *args,
        regimen: Regimen,
        kind: str,
        by: User,
        today: date,
        named: User | None = None,
        signer: User | None = None,
        planned_on: date | None = None,
        **kwargs,
    ) -> None:
        """`named`: who decided the step that is corrected, offered although they may have left.

        So is `signer`, who signed the row that the step is recorded from; `planned_on` its day.
        """
        super().__init__(*args, **kwargs)
        self.regimen = regimen
        self.kind = kind
        self.today = today
        self.signer = signer
        kept = [person for person in (named, signer) if person]
        offered = [*kept, *prescribers_of(regimen.clinic_id)]
        self.prescribers = {str(p.pk): p for p in offered}
        self.effective: Effective | None = None
        self.fields["which_day"].choices = [
            *self._offered_days(today, planned_on),
            ("other", _("Another day, month or year")),
        ]
        self.fields["decided_by"].choices = [
            ("", _("Choose who decided")),
            *((key, p.name) for key, p in self.prescribers.items()),
            (OUTSIDE, _("A prescriber from outside this clinic")),
        ]
        if str(by.pk) in self.prescribers:
            self.initial.setdefault("decided_by", str(by.pk))
        if signer is None:
            self.fields["received_how"].choices = [
                choice for choice in ReceivedHow.choices if choice[0] != ReceivedHow.SIGNED_PLAN
            ]
        self.fields["reason"].choices = [("", _("Choose a reason")), *reasons_for(kind).choices]
        self.asks_which_hour = False

    def _offered_days(self, today: date, planned_on: date | None) -> list[tuple[str, str]]:
        """Today by its date, which stays the day that was read when midnight passes, and the day
        that the row is planned for. Neither is chosen."""
        offered = today
        with suppress(ValueError):
            chosen = date.fromisoformat(self.data.get(self.add_prefix("which_day"), ""))
            offered = today if chosen == planned_on else chosen
        if planned_on == offered:
            words = (
                _("Today, %(date)s, as planned") if offered == today else _("%(date)s, as planned")
            )
            return [(offered.isoformat(), words % {"date": wording.date_words(offered)})]
        words = _("Today, %(date)s") if offered == today else "%(date)s"
        days = [(offered.isoformat(), words % {"date": wording.date_words(offered)})]
        if planned_on is not None:
            words = _("As planned, %(date)s") % {"date": wording.date_words(planned_on)}
            days.append((planned_on.isoformat(), words))
        return days

    def clean(self) -> dict:
        cleaned = super().clean() or {}
        self.effective = self._effective(cleaned)
        if cleaned.get("decided_by") == OUTSIDE and not cleaned.get("decided_by_name", "").strip():
            self.add_error("decided_by_name", _("Write the name of the prescriber from outside."))
        is_signers = cleaned.get("received_how") == ReceivedHow.SIGNED_PLAN
        if self.signer and is_signers and cleaned.get("decided_by") != str(self.signer.pk):
            words = _(
                "%(name)s signed the plan. Choose them, or how another decision was received."
            )
            self.add_error("decided_by", words % {"name": self.signer.name})
        cleaned["document_on"] = self._document_on(cleaned)
        needs_words = (ChangeReason.OTHER, StopReason.OTHER)
        if cleaned.get("reason") in needs_words and not cleaned.get("reason_text", "").strip():
            self.add_error("reason_text", _("Write the reason in your own words."))
        return cleaned

    def _effective(self, cleaned: dict) -> Effective | None:
        clock = cleaned.get("on_time")
        boxes = [cleaned.get(name) or "" for name in ("on_day", "on_month", "on_year")]
        which = cleaned.get("which_day") or ("other" if any(boxes) else "")
        if which and which != "other":
            if any(boxes):
                self.add_error("which_day", _("Two days are given. Choose one of them."))
                return None
            on, precision = date.fromisoformat(which), "day"
        else:
            try:
                typed = moments.typed_date(*boxes)
            except moments.NoDate as error:
                self.add_error("on_day", str(error))
                return None
            if typed is None:
                field = "on_day" if which else "which_day"
                self.add_error(field, _("Say from when this holds."))
                return None
            on, precision = typed
        if precision != "day":
            if clock:
                self.add_error("on_time", _("A clock time needs the day. Write the day as well."))
                return None
            return Effective(on, precision)
        return self._at(on, clock, cleaned.get("which_hour") or "")

    def _at(self, on: date, clock, which_hour: str) -> Effective | None:
        zone = self.regimen.clinic.zone
        self.asks_which_hour = clock is not None and policies.comes_twice(zone, on, clock)
        if self.asks_which_hour and not which_hour:
            self.add_error("which_hour", _("Choose which of the two is meant."))
            return None
        try:
            return policies.effective_at(zone, on, clock, int(which_hour or 0))
        except RuleBroken as rule:
            self.break_rule(rule)
            return None

    def _document_on(self, cleaned: dict) -> date | None:
        if cleaned.get("received_how") not in WITH_DOCUMENT:
            return None
        names = ("document_day", "document_month", "document_year")
        try:
            typed = moments.typed_date(*(cleaned.get(name) or "" for name in names))
        except moments.NoDate as error:
            self.add_error("document_day", str(error))
            return None
        if typed is None or typed[1] != "day":
            self.add_error("document_day", _("Write the date that the document bears."))
            return None
        if typed[0] > self.today:
            self.add_error("document_day", _("The document cannot be from a day to come."))
        return typed[0]

    def instruction(self, components) -> Instruction:
        """What was typed, once the form is valid."""
        cleaned = self.cleaned_data
        decided_by = self.prescribers.get(cleaned["decided_by"])
        assert self.effective is not None  # noqa: S101 - a valid form has one
        return Instruction(
            kind=self.kind,
            effective=self.effective,
            decided_by=decided_by,
            decided_by_name=decided_by.name if decided_by else cleaned["decided_by_name"].strip(),
            received_how=cleaned["received_how"],
            document_on=cleaned["document_on"],
            reason=cleaned["reason"],
            reason_text=cleaned["reason_text"],
            note=cleaned["note"],
            components=components,
        )


class CorrectionForm(StepForm):
    """A recorded step typed again, with the reason why."""

    correction_reason = forms.CharField(
        label=gettext_lazy("Why the entry is corrected"),
        max_length=300,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class RetractionForm(SubmissionForm):
    """Why an entry is withdrawn as entered in error."""

    reason = forms.ChoiceField(
        label=gettext_lazy("Why this was entered in error"),
        choices=RetractionReason.choices,
        widget=forms.RadioSelect,
    )
    reason_text = forms.CharField(
        label=gettext_lazy("In your own words"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def clean(self) -> dict:
        cleaned = super().clean() or {}
        is_other = cleaned.get("reason") == RetractionReason.OTHER
        if is_other and not cleaned.get("reason_text", "").strip():
            self.add_error("reason_text", _("Write the reason in your own words."))
        return cleaned


class DisputeForm(forms.Form):
    """What the named prescriber decided instead, in their own words or in none."""

    says = forms.CharField(
        label=gettext_lazy("What you decided"),
        required=False,
        max_length=1000,
        error_messages={"max_length": gettext_lazy("Write at most 1,000 characters.")},
    )


def step_initial(step: DoseStep) -> dict[str, object]:
    """What a recorded step says, as the form's initial values: for a correction or a copy."""
    effective = step.effective
    document = step.document_on
    return {
        "which_day": "other",
        "on_day": effective.on.day if effective.precision == "day" else "",
        "on_month": effective.on.month if effective.precision != "year" else "",
        "on_year": effective.on.year,
        "on_time": effective.time,
        "which_hour": which_hour(step.regimen.clinic.zone, effective),
        "decided_by": str(step.decided_by_id) if step.decided_by_id else OUTSIDE,
        "decided_by_name": "" if step.decided_by_id else step.decided_by_name,
        "received_how": step.received_how,
        "document_day": document.day if document else "",
        "document_month": document.month if document else "",
        "document_year": document.year if document else "",
        "reason": step.reason,
        "reason_text": step.reason_text or "",
        "note": step.note or "",
    }


def which_hour(zone, effective: Effective) -> str:
    """Which of two equal clock times a moment is; empty where there is only one."""
    if effective.time is None or not policies.comes_twice(zone, effective.on, effective.time):
        return ""
    first = datetime.combine(effective.on, effective.time, tzinfo=zone)
    is_first = first.utcoffset() == timedelta(minutes=effective.offset or 0)
    return "0" if is_first else "1"
