"""The work: a clinic's medicines and measures, regimens, dose steps, plans, reviews, reports,
contacts, observations.

Records carry names, units and labels as written, so that no later edit of a catalogue or a person
changes what the past says.
"""

from titration.models.catalogue import Medicine, MedicineVersion, Route
from titration.models.components import COMPONENT_FIELDS, Component, written_component
from titration.models.contacts import Contact, ContactHow, Direction, Reached
from titration.models.imports import ColumnMatching, WaitingFile
from titration.models.intake import Intake, IntakeReport, Reporter, slots_of
from titration.models.issues import (
    CalendarShape,
    CalendarText,
    CalendarTextVersion,
    IssuedAs,
    IssuedHow,
    IssueTold,
    PlanIssue,
)
from titration.models.measures import (
    CodeSystem,
    Measure,
    MeasureKind,
    MeasureVersion,
    MeasureWords,
    Side,
)
from titration.models.moments import Dated
from titration.models.observations import (
    Course,
    Observation,
    Severity,
    SideEffect,
    Symptom,
    WrittenAs,
)
from titration.models.plans import (
    Plan,
    PlanDraft,
    PlanEnd,
    PlanEvent,
    PlanEventKind,
    PlannedComponent,
    PlannedRow,
    PlanVersion,
    Purpose,
    RowRecorded,
    rows_of,
)
from titration.models.projection import RegimenCard, WorklistRow
from titration.models.pumps import (
    PUMP_ROUTES,
    PumpAlarm,
    PumpEvent,
    PumpEventKind,
    PumpMode,
    PumpRate,
)
from titration.models.reasons import (
    KINDS_WITH_DOSE,
    ChangeReason,
    ReceivedHow,
    StepKind,
    StopReason,
    reasons_for,
)
from titration.models.regimens import Indication, Regimen, RegimenVersion
from titration.models.reviews import Review, ReviewStatus
from titration.models.steps import Confirmation, Dispute, DoseStep

__all__ = [
    "COMPONENT_FIELDS",
    "KINDS_WITH_DOSE",
    "PUMP_ROUTES",
    "CalendarShape",
    "CalendarText",
    "CalendarTextVersion",
    "ChangeReason",
    "CodeSystem",
    "ColumnMatching",
    "Component",
    "Confirmation",
    "Contact",
    "ContactHow",
    "Course",
    "Dated",
    "Direction",
    "Dispute",
    "DoseStep",
    "Indication",
    "Intake",
    "IntakeReport",
    "IssueTold",
    "IssuedAs",
    "IssuedHow",
    "Measure",
    "MeasureKind",
    "MeasureVersion",
    "MeasureWords",
    "Medicine",
    "MedicineVersion",
    "Observation",
    "Plan",
    "PlanDraft",
    "PlanEnd",
    "PlanEvent",
    "PlanEventKind",
    "PlanIssue",
    "PlanVersion",
    "PlannedComponent",
    "PlannedRow",
    "PumpAlarm",
    "PumpEvent",
    "PumpEventKind",
    "PumpMode",
    "PumpRate",
    "Purpose",
    "Reached",
    "ReceivedHow",
    "Regimen",
    "RegimenCard",
    "RegimenVersion",
    "Reporter",
    "Review",
    "ReviewStatus",
    "Route",
    "RowRecorded",
    "Severity",
    "Side",
    "SideEffect",
    "StepKind",
    "StopReason",
    "Symptom",
    "WaitingFile",
    "WorklistRow",
    "WrittenAs",
    "reasons_for",
    "rows_of",
    "slots_of",
    "written_component",
]
