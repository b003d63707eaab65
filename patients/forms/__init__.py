"""What is typed about a patient: checked for its shape."""

from patients.forms.people import (
    IdentityForm,
    NewPatientForm,
    RevisionForm,
    day_box,
    month_box,
    year_box,
)

__all__ = [
    "IdentityForm",
    "NewPatientForm",
    "RevisionForm",
    "day_box",
    "month_box",
    "year_box",
]
