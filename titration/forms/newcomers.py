"""A file that says who somebody new to the clinic is, and the forms that bring them in by it."""

from io import BytesIO
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy

from access import progress
from access.models import Clinic
from patients import numbers
from patients.forms import AlikeForm, OfClinicForm
from patients.identity import Identity
from patients.models import Gender, Patient
from patients.wording import nhs_words
from titration import actions, importing, typed
from titration.forms.imports import FILE_ERRORS, FileForm
from titration.forms.records import RecordForm
from titration.importing import FileProblem, FileRead, PersonSaid
from titration.tables import ReadTables, is_tables, read_tables


class NewcomerFileForm(OfClinicForm, FileForm):
    """The file that somebody new comes in by."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        max_length=255,
        help_text=gettext_lazy(
            "The tables (ZIP) of a whole record, exported from Dose Ledger, or a FHIR R4 Bundle "
            "(JSON) of one patient. At most 5 MB."
        ),
        error_messages=FILE_ERRORS,
    )


class NewcomerRecordForm(AlikeForm, RecordForm):
    """A whole record of somebody new: who answers for it here, and that nobody alike is them."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, is_another=False, **kwargs)


def newcomer_in(content: bytes, clinic: Clinic) -> ReadTables | FileRead:
    """A file that says whose it is. Raises FileProblem, TablesRefused."""
    if is_tables(content):
        read = read_tables(BytesIO(content))
        actions.identity_in(read)
        return read
    if importing.format_of(content) != importing.FHIR:
        raise FileProblem("names_nobody")
    bundle = importing.read_bundle(content, clinic.zone, tell=progress.tell)
    if bundle.person is None:
        raise FileProblem("fhir_names_nobody")
    return bundle


def known_in(clinic: Clinic, read: ReadTables | FileRead) -> UUID | None:
    """The patient of the clinic who has the identity that the file knows the person by."""
    if isinstance(read, ReadTables):
        identity: UUID | str = actions.patient_here(clinic, read)
    else:
        identity = read.person.identity if read.person else ""
    try:
        key = UUID(str(identity))
    except ValueError:
        return None
    return Patient.objects.filter(clinic=clinic, pk=key).values_list("pk", flat=True).first()


def typed_again(person: PersonSaid) -> dict[str, object]:
    """What a file says of a person as somebody would type it; what is no such thing is left out.

    The numbers of others are none of this clinic's.
    """
    identity = identity_said(person)
    born = identity.birth_date if identity else None
    return {
        "family_name": person.family_name,
        "given_names": person.given_names,
        "title": person.title,
        "telephone": person.telephone,
        "nhs_number": nhs_words(person.nhs_number)
        if numbers.is_ten_digits(person.nhs_number)
        else person.nhs_number,
        "gender": person.gender if person.gender in Gender.values else "",
        "birth_day": born.day if born else "",
        "birth_month": born.month if born else "",
        "birth_year": f"{born.year:04d}" if born else "",
    }


def identity_said(person: PersonSaid) -> Identity | None:
    """Who a file says that somebody is; None without a whole birth date."""
    try:
        born = typed.read_date(person.born)
    except typed.NotUnderstood:
        return None
    return Identity(
        family_name=person.family_name,
        given_names=person.given_names,
        birth_date=born,
        gender=person.gender,
        title=person.title,
        nhs_number=person.nhs_number,
        telephone=person.telephone,
    )
