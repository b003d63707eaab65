"""The first of the two screens of recording: the step as it is typed."""

from datetime import date, datetime

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.composed import Rows
from access.forms.written import WrittenForm
from access.models import Membership, Role, User
from ledger.models import RetractionReason
from titration.actions import Instruction
from titration.forms import moments
from titration.forms.fields import PersonField, sharing_fields
from titration.forms.submission import SubmissionForm
from titration.forms.when import WhenForm, effective_initial
from titration.models import (
    ChangeReason,
    DoseStep,
    ReceivedHow,
    Regimen,
    StopReason,
    reasons_for,
)

OUTSIDE = "outside"
WITH_DOCUMENT = frozenset({ReceivedHow.LETTER, ReceivedHow.OTHER_SERVICE})


def prescribers_of(clinic_id: int) -> list[User]:
    """Who may be named as having decided: open prescriber memberships, by name."""
    return list(_prescribers(clinic_id, timezone.now()))


def _prescribing(clinic: int, now: datetime) -> QuerySet[User]:
    held = Membership.objects.open(now).filter(clinic=clinic, role=Role.PRESCRIBER)
    return User.objects.filter(memberships__in=held, is_active=True).order_by("name")


_prescribers = Rows(User, _prescribing)


OF_ONE_STEP = ("which_day", "decided_by", "received_how", "reason")
"""Fields that offer what a step of this regimen may say."""


@sharing_fields(but=OF_ONE_STEP)
class StepForm(WhenForm):
    """A dose step: from when, by whose decision, received how, why. The dose is a formset.

    `version` is the signed version of a plan whose row the person had before their eyes.
    """

    version = forms.UUIDField(widget=forms.HiddenInput, required=False)
    decided_by = PersonField(label=gettext_lazy("Decided by"))
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
    document_day = moments.day_box(gettext_lazy("Date of the document"))
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
        self.offer_days(regimen.clinic.zone, today, planned_on)
        self.signer = signer
        kept = [person for person in (named, signer) if person]
        offered = [*kept, *prescribers_of(regimen.clinic_id)]
        self.prescribers = {str(p.pk): p for p in offered}
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

    def clean(self) -> dict:
        cleaned = super().clean() or {}
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


@sharing_fields(but=OF_ONE_STEP)
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


class DisputeForm(WrittenForm):
    """What the named prescriber decided instead, in their own words or in none."""

    says = forms.CharField(
        label=gettext_lazy("What you decided"),
        required=False,
        max_length=1000,
        error_messages={"max_length": gettext_lazy("Write at most 1,000 characters.")},
    )


def step_initial(step: DoseStep) -> dict[str, object]:
    """What a recorded step says, as the form's initial values: for a correction or a copy."""
    document = step.document_on
    return {
        **effective_initial(step.effective, step.regimen.clinic.zone),
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
