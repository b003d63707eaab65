"""The person: an unchanging identity, versioned text, what finds them, and transfers."""

from patients.models.people import (
    ContextConfirmation,
    ContextVersion,
    Gender,
    Patient,
    PatientCard,
    PatientStatus,
    PatientVersion,
    PatientWord,
    SamePerson,
    SameReason,
)
from patients.models.transfers import Arrival, Transfer, TransferEvent

__all__ = [
    "Arrival",
    "ContextConfirmation",
    "ContextVersion",
    "Gender",
    "Patient",
    "PatientCard",
    "PatientStatus",
    "PatientVersion",
    "PatientWord",
    "SamePerson",
    "SameReason",
    "Transfer",
    "TransferEvent",
]
