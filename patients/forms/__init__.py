"""What is typed about a patient: checked for its shape."""

from patients.forms.context import ContextForm, with_another_row
from patients.forms.people import (
    IdentityForm,
    NewPatientForm,
    RevisionForm,
    day_box,
    month_box,
    year_box,
)

__all__ = [
    "ContextForm",
    "IdentityForm",
    "NewPatientForm",
    "RevisionForm",
    "day_box",
    "month_box",
    "with_another_row",
    "year_box",
]
