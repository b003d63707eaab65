"""Every write of the work: one keyword-only verb each, taking `by`; nothing else inserts records.

Each locks the clinic's head first, checks the rules under the lock, inserts the rows and their
entries, and refreshes the projection, in one transaction. All raise PermissionDenied for a person
who may not, RuleBroken for a rule of the log, and the ledger's own refusals (SubmissionConflict,
AlreadySuperseded). `submission` is the form's UUID: sent twice, it answers as the first time.
"""

from titration.actions.calendar_texts import (
    CalendarWording,
    add_calendar_text,
    revise_calendar_text,
)
from titration.actions.carrying import FromRow, check_row
from titration.actions.contacts import (
    ContactText,
    check_contact,
    correct_contact,
    record_contact,
    retract_contact,
)
from titration.actions.drafts import (
    DraftConflict,
    DraftGone,
    ask_to_sign,
    begin_draft,
    discard_draft,
    revision_of,
    save_draft,
)
from titration.actions.handover import (
    hand_over,
    left_to_hand_over,
    responsible_for,
    reviews_elsewhere,
)
from titration.actions.import_naming import Naming, named
from titration.actions.import_rules import Brought, Verdict
from titration.actions.imports import (
    FileText,
    ImportRefused,
    begin_import,
    bring,
    check_import,
    import_steps,
)
from titration.actions.intake import (
    IntakeText,
    check_report,
    correct_intake,
    record_intake,
    retract_intake,
)
from titration.actions.issues import issue_plan, retract_issue, tell_issue
from titration.actions.loading import Course, enter
from titration.actions.measures import (
    MeasureText,
    add_measure,
    add_measures,
    revise_measure,
)
from titration.actions.medicines import MedicineText, add_medicine, revise_medicine
from titration.actions.observations import (
    correct_effect,
    correct_observation,
    end_effect,
    newer_alike,
    record_observations,
    retract_observed,
)
from titration.actions.observed_rules import (
    BeyondBounds,
    EffectText,
    ObservationText,
    OneRefused,
    check_effects,
    check_observations,
)
from titration.actions.plans import (
    DraftChanged,
    check_can_sign,
    newest_number,
    rebase_draft,
    record_plan_event,
    sign_plan,
    text_digest,
)
from titration.actions.pumps import (
    check_pump_text,
    correct_pump_event,
    record_pump_event,
    retract_pump_event,
)
from titration.actions.record_identity import identity_in, patient_here
from titration.actions.records import import_record
from titration.actions.regimens import RegimenText, open_regimen, retract_regimen, revise_regimen
from titration.actions.reviews import ReviewText, book_review, update_review, waiting_rows
from titration.actions.shared import is_fixed, life_of
from titration.actions.starting_list import STARTING_LIST
from titration.actions.steps import (
    Instruction,
    check_instruction,
    confirm_step,
    correct_step,
    dispute_step,
    record_step,
    retract_step,
)
from titration.actions.transfers import (
    accept_patient,
    decline_patient,
    offer_patient,
    take_back_offer,
)
from titration.actions.visits import VisitReport, VisitStep, record_visit

__all__ = [
    "STARTING_LIST",
    "BeyondBounds",
    "Brought",
    "CalendarWording",
    "ContactText",
    "Course",
    "DraftChanged",
    "DraftConflict",
    "DraftGone",
    "EffectText",
    "FileText",
    "FromRow",
    "ImportRefused",
    "Instruction",
    "IntakeText",
    "MeasureText",
    "MedicineText",
    "Naming",
    "ObservationText",
    "OneRefused",
    "RegimenText",
    "ReviewText",
    "Verdict",
    "VisitReport",
    "VisitStep",
    "accept_patient",
    "add_calendar_text",
    "add_measure",
    "add_measures",
    "add_medicine",
    "ask_to_sign",
    "begin_draft",
    "begin_import",
    "book_review",
    "bring",
    "check_can_sign",
    "check_contact",
    "check_effects",
    "check_import",
    "check_instruction",
    "check_observations",
    "check_pump_text",
    "check_report",
    "check_row",
    "confirm_step",
    "correct_contact",
    "correct_effect",
    "correct_intake",
    "correct_observation",
    "correct_pump_event",
    "correct_step",
    "decline_patient",
    "discard_draft",
    "dispute_step",
    "end_effect",
    "enter",
    "hand_over",
    "identity_in",
    "import_record",
    "import_steps",
    "is_fixed",
    "issue_plan",
    "left_to_hand_over",
    "life_of",
    "named",
    "newer_alike",
    "newest_number",
    "offer_patient",
    "open_regimen",
    "patient_here",
    "rebase_draft",
    "record_contact",
    "record_intake",
    "record_observations",
    "record_plan_event",
    "record_pump_event",
    "record_step",
    "record_visit",
    "responsible_for",
    "retract_contact",
    "retract_intake",
    "retract_issue",
    "retract_observed",
    "retract_pump_event",
    "retract_regimen",
    "retract_step",
    "reviews_elsewhere",
    "revise_calendar_text",
    "revise_measure",
    "revise_medicine",
    "revise_regimen",
    "revision_of",
    "save_draft",
    "sign_plan",
    "take_back_offer",
    "tell_issue",
    "text_digest",
    "update_review",
    "waiting_rows",
]
