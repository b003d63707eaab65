"""The work: a clinic's medicines, regimens, dose steps with their components, confirmations.

Records carry names, units and labels as written, so that no later edit of a catalogue or a person
changes what the past says.
"""

from titration.models.catalogue import Medicine, MedicineVersion, Route
from titration.models.components import COMPONENT_FIELDS, Component, written_component
from titration.models.projection import AwaitingConfirmation, RegimenCard
from titration.models.reasons import (
    KINDS_WITH_DOSE,
    ChangeReason,
    ReceivedHow,
    StepKind,
    StopReason,
    reasons_for,
)
from titration.models.regimens import Indication, Regimen, RegimenVersion
from titration.models.steps import Confirmation, DoseStep

__all__ = [
    "COMPONENT_FIELDS",
    "KINDS_WITH_DOSE",
    "AwaitingConfirmation",
    "ChangeReason",
    "Component",
    "Confirmation",
    "DoseStep",
    "Indication",
    "Medicine",
    "MedicineVersion",
    "ReceivedHow",
    "Regimen",
    "RegimenCard",
    "RegimenVersion",
    "Route",
    "StepKind",
    "StopReason",
    "reasons_for",
    "written_component",
]
