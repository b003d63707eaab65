"""What is typed about a patient: checked for its shape and turned into an Identity."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, cast
from uuid import UUID, uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from access import policies
from access.forms.written import WrittenForm
from access.models import Clinic, User
from ledger.models import Entry
from patients import birthdates, numbers
from patients.identity import HERE, Identity, Standing, problems
from patients.models import Gender, Patient, PatientStatus, PatientVersion
from patients.wording import nhs_words, problem_words

PARTS = ("day", "month", "year")
BOXES = {"birth_date": "birth_day", "status_on": "status_day"}
"""What is wrong with a whole date is said at the first of its boxes."""

NAMES = (
    "family_name",
    "given_names",
    "title",
    "gender",
    "nhs_number",
    "record_number",
    "telephone",
)
"""The parts of an identity that are one field each, as typed."""


def line(label, length: int, *, required: bool = False, **attributes) -> forms.CharField:
    """One line of a patient's own data, which the browser is not to remember."""
    widget = forms.TextInput({"autocomplete": "off", "dir": "auto", **attributes})
    return forms.CharField(label=label, max_length=length, required=required, widget=widget)


def day_box(whole) -> forms.CharField:
    """`whole` names the date where its errors are listed: "Day" is of any."""
    box = line(_("Day"), 2, inputmode="numeric")
    box.whole = whole
    return box


def month_box() -> forms.CharField:
    return line(_("Month"), 9)


def year_box() -> forms.CharField:
    return line(_("Year"), 4, inputmode="numeric")


class PatientsField(forms.TypedMultipleChoiceField):
    """Patients ticked off; which ones are asked about is known once the action has looked."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, **kwargs) -> None:
        super().__init__(coerce=UUID, required=False, empty_value=[], **kwargs)

    def valid_value(self, value: str) -> bool:
        return True


class AlikeForm(WrittenForm):
    """A form that adds somebody, and asks of each patient who is alike whether it is them."""

    others = PatientsField(label=_("Perhaps the same person"))

    alike: Sequence[UUID] = ()

    def ask_about(self, alike: Sequence[UUID]) -> None:
        """These patients may be the same person: the form must say of each that it is not."""
        self.alike = alike
        self.fields["others"].required = True
        self.add_error(
            "others", _("Open the patients who are alike, or tick each of them as somebody else.")
        )

    def offer(self, alike: Iterable[tuple[UUID, str]]) -> None:
        """The patients to tick as somebody else, with their words."""
        cast(PatientsField, self.fields["others"]).choices = list(alike)


class IdentityForm(AlikeForm):
    """Who a patient is. Cleans to `identity` and `standing`; subclasses know the clinic."""

    submission = forms.UUIDField(initial=uuid4, widget=forms.HiddenInput)
    family_name = line(_("Family name"), 120, required=True)
    given_names = line(_("Given names"), 160)
    title = line(_("Title"), 40)
    birth_day = day_box(_("Birth date"))
    birth_month = month_box()
    birth_year = year_box()
    gender = forms.ChoiceField(label=_("Gender"), choices=Gender.choices, widget=forms.RadioSelect)
    nhs_number = line(_("NHS number"), 20, inputmode="numeric")
    record_number = line(_("Record number"), 40)
    telephone = line(_("Telephone"), 40, inputmode="tel")

    identity: Identity
    overtaken_by: Entry | None = None

    def clean_nhs_number(self) -> str:
        typed = self.cleaned_data["nhs_number"]
        try:
            return numbers.parse_nhs_number(typed) if typed else ""
        except numbers.NhsNumberError as error:
            raise ValidationError(problem_words("nhs_number", error.code)) from None

    def clean(self) -> None:
        born = self.typed_date("birth_date")
        standing = self.typed_standing()
        clinic = self.clinic
        if self.errors or born is None or clinic is None:
            return
        typed = {name: " ".join(self.cleaned_data[name].split()) for name in NAMES}
        self.identity = Identity(birth_date=born, **typed)
        today = timezone.localdate(timezone=clinic.zone)
        self.tell(problems(self.identity, standing, today=today))

    def asked(self) -> dict[str, Any]:
        """What the action is asked to record, when the form is valid."""
        return {
            "identity": self.identity,
            "others": self.cleaned_data["others"],
            "submission": self.cleaned_data["submission"],
        }

    @property
    def clinic(self) -> Clinic | None:
        """The clinic whose patient this is, as far as it is known."""
        raise NotImplementedError

    def overtaken(self, entry: Entry) -> None:
        """The ledger has this entry since the form was opened."""
        raise NotImplementedError

    def typed_standing(self) -> Standing:
        """Whether the patient is with the clinic."""
        return HERE

    def typed_date(self, name: str) -> date | None:
        """The date of three boxes; None, and an error beside them, when it is none."""
        prefix = BOXES[name].removesuffix("day")
        day, month, year = (self.cleaned_data.get(prefix + part, "") for part in PARTS)
        try:
            return birthdates.from_boxes(day, month, year)
        except birthdates.DateError as error:
            self.tell([(name, error.code)])
            return None

    def tell(self, found: Iterable[tuple[str, str]]) -> None:
        """Say at each field what is wrong with it: (field, code) pairs."""
        for name, code in found:
            self.add_error(BOXES.get(name, name), problem_words(name, code))

    def renew(self, **hidden: object) -> None:
        """Give hidden fields new values, and keep all that was typed."""
        data = cast(QueryDict, self.data).copy()
        for name, value in hidden.items():
            data[name] = str(value)
        self.data = data


class OfClinicForm(forms.Form):
    """A form about somebody new to a clinic, which only those choose who may record in several.

    With `clinic` it is said already, and asked of nobody.
    """

    chosen_clinic = forms.ModelChoiceField(label=_("Clinic"), queryset=Clinic.objects.none())
    field_order = ["chosen_clinic"]

    def __init__(self, *args: Any, by: User, clinic: Clinic | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        clinics = Clinic.objects.filter(pk__in=policies.clinics_of(by, policies.RECORD))
        clinics = clinics.order_by("name", "pk")
        self.only_clinic = clinic or (clinics[0] if len(clinics) == 1 else None)
        if self.only_clinic:
            del self.fields["chosen_clinic"]
        else:
            cast(forms.ModelChoiceField, self.fields["chosen_clinic"]).queryset = clinics

    @property
    def clinic(self) -> Clinic | None:
        """The clinic that is meant, as far as it is known."""
        return self.only_clinic or self.cleaned_data.get("chosen_clinic")


class NewPatientForm(OfClinicForm, IdentityForm):
    """A new patient of a clinic."""

    def asked(self) -> dict[str, Any]:
        return {**super().asked(), "clinic": self.clinic}

    def overtaken(self, entry: Entry) -> None:
        """This form was sent before, with other content, and made this entry."""
        self.overtaken_by = entry
        self.renew(submission=uuid4())
        self.add_error(
            None,
            _(
                "This form was sent before, and added a patient then. "
                "What is typed now differs from that, and is not recorded."
            ),
        )
        self.ask_about([cast(UUID, entry.patient)])


class RevisionForm(IdentityForm):
    """The newest version of a patient, to be changed; `seen` is the entry it was opened on."""

    seen = forms.UUIDField(widget=forms.HiddenInput)
    status = forms.ChoiceField(
        label=_("Status"), choices=PatientStatus.choices, widget=forms.RadioSelect
    )
    status_day = day_box(_("Died or left on"))
    status_month = month_box()
    status_year = year_box()

    def __init__(
        self, data: Any = None, *, patient: Patient, version: PatientVersion | None = None
    ) -> None:
        self.patient = patient
        super().__init__(data, initial=_typed_again(version) if version else None)

    @property
    def clinic(self) -> Clinic:
        return self.patient.clinic

    def clean_seen(self) -> Entry:
        entries = Entry.objects.filter(subject=self.patient.pk, kind=PatientVersion.KIND)
        seen = entries.filter(pk=self.cleaned_data["seen"]).first()
        if seen is None:
            raise ValidationError(_("This form is not of this patient. Open it anew."))
        return seen

    def typed_standing(self) -> Standing:
        status = self.cleaned_data.get("status", PatientStatus.HERE)
        if status == PatientStatus.HERE:
            return HERE
        return Standing(status, self.typed_date("status_on"))

    def asked(self) -> dict[str, Any]:
        return {
            **super().asked(),
            "patient": self.patient,
            "seen": self.cleaned_data["seen"],
            "standing": self.typed_standing(),
        }

    def overtaken(self, entry: Entry) -> None:
        """Somebody recorded this entry since the form was opened."""
        self.overtaken_by = entry

    def typed_version(self) -> PatientVersion:
        """What is typed, as the version that it would make."""
        return PatientVersion.of(self.patient, self.identity, self.typed_standing())


def _typed_again(version: PatientVersion) -> dict[str, object]:
    """A version as somebody would type it."""
    typed: dict[str, object] = {name: getattr(version, name) for name in (*NAMES, "status")}
    typed |= {"seen": version.pk, "nhs_number": nhs_words(version.nhs_number)}
    for prefix, on in (("birth", version.birth_date), ("status", version.status_on)):
        if on is not None:
            boxes = (on.day, on.month, f"{on.year:04d}")
            typed |= {f"{prefix}_{part}": box for part, box in zip(PARTS, boxes, strict=True)}
    return typed
