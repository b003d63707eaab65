"""What is typed about a patient: checked for its shape."""

from patients.forms.context import ContextForm, with_another_row
from patients.forms.people import (
    AlikeForm,
    IdentityForm,
    NewPatientForm,
    OfClinicForm,
    RevisionForm,
    day_box,
    month_box,
    year_box,
)
from patients.forms.same_person import FindForm, SamePersonForm, UnlinkForm

__all__ = [
    "AlikeForm",
    "ContextForm",
    "FindForm",
    "IdentityForm",
    "NewPatientForm",
    "OfClinicForm",
    "RevisionForm",
    "SamePersonForm",
    "UnlinkForm",
    "day_box",
    "month_box",
    "with_another_row",
    "year_box",
]
