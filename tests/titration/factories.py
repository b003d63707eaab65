"""Medicines, regimens and dose steps for tests, made through the actions."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

from django.utils import timezone

from access.models import Clinic, Role, User
from patients.models import Patient
from tests.factories import PatientFactory, member
from tests.titration.doses import times
from titration import actions
from titration.models import (
    KINDS_WITH_DOSE,
    Contact,
    DoseStep,
    IntakeReport,
    MeasureVersion,
    MedicineVersion,
    Observation,
    PlanDraft,
    PlanVersion,
    PumpEvent,
    Regimen,
    RegimenVersion,
    Review,
    SideEffect,
)
from titration.planning import PlanText, Row
from titration.pump import PumpText
from titration.reading import logged, planned
from titration.timeline import Effective

STARTED = date(2026, 3, 2)


def medicine_of(clinic: Clinic, name: str = "baclofen", by: User | None = None, **text):
    """A medicine on the clinic's list: the MedicineVersion. Its `medicine` is the identity."""
    text = {
        "forms": ("tablet", "oral solution"),
        "routes": ("oral", "intrathecal"),
        "units": ("mg", "microgram"),
        "strengths": ("10 mg", "5 mg per 5 mL"),
        **text,
    }
    return actions.add_medicine(
        clinic=clinic,
        text=actions.MedicineText(name=name, **text),
        by=by or member(clinic, Role.ADMINISTRATOR),
    )


def regimen_of(
    patient: Patient | None = None,
    medicine: MedicineVersion | None = None,
    by: User | None = None,
    **text,
) -> RegimenVersion:
    """A regimen opened for the patient: the RegimenVersion. Its `regimen` is the identity.

    Without `by`, a new prescriber of the clinic opens it; they are responsible unless `text` says.
    """
    patient = patient or PatientFactory()
    by = by or member(patient.clinic)
    text = {
        "medicine": medicine or medicine_of(patient.clinic),
        "route": "oral",
        "unit": "mg",
        "form": "tablet",
        "indication": "spasticity",
        "indication_text": "",
        "responsible": by,
        **text,
    }
    return actions.open_regimen(patient=patient, text=actions.RegimenText(**text), by=by)


def step_of(
    regimen: RegimenVersion | None = None,
    on: date | Effective = STARTED,
    kind: str = "dose",
    components=None,
    by: User | None = None,
    **instruction,
) -> DoseStep:
    """A step of the regimen: 5 mg three times a day unless `components` or `kind` says otherwise.

    Without `by`, the responsible prescriber records it, who also decided unless `instruction` says.
    """
    regimen = regimen or regimen_of()
    by = by or regimen.responsible
    decided_by = instruction.pop("decided_by", regimen.responsible)
    has_dose = kind in KINDS_WITH_DOSE
    instruction = {
        "decided_by_name": decided_by.name if decided_by else "Dr Out Side",
        "received_how": "in-person",
        "reason": "start" if has_dose else "side-effect",
        "components": components or ((times(3, "5"),) if has_dose else ()),
        **instruction,
    }
    return actions.record_step(
        regimen=regimen.regimen,
        instruction=actions.Instruction(
            kind=kind,
            effective=on if isinstance(on, Effective) else Effective(on),
            decided_by=decided_by,
            **instruction,
        ),
        by=by,
    )


def draft_of(regimen: Regimen, by: User | None = None, revises=None, **columns) -> PlanDraft:
    """A draft of a plan for the regimen, as nobody has typed anything into it yet."""
    by = by or member(regimen.clinic)
    now = timezone.now()
    return PlanDraft.objects.create(
        clinic=regimen.clinic,
        regimen=regimen,
        revises=revises,
        begun_by=by,
        begun_at=now,
        saved_by=by,
        saved_at=now,
        **columns,
    )


def planned_row(on: date | str = STARTED, *components, kind: str = "dose", **row) -> Row:
    """A planned row: on a date, or "2 weeks" after the row before, or after a "review"."""
    if isinstance(on, date):
        start: dict = {"start": "on", "on": on}
    elif on == "review":
        start = {"start": "review"}
    else:
        count, unit = on.split()
        start = {"start": "after", "count": int(count), "unit": unit.removesuffix("s")}
    return Row(row=row.pop("row", uuid4()), kind=kind, components=components, **start, **row)


def plan_text(*rows: Row, **text) -> PlanText:
    """What a plan says: these rows, a titration whose last dose continues unless `text` says."""
    return PlanText(**{"purpose": "titration", "end": "continue", "rows": rows, **text})


def signed_plan(draft: PlanDraft, text: PlanText, by: User | None = None) -> PlanVersion:
    """The draft signed with this text by its writer, or by `by`."""
    regimen = draft.regimen
    logs = planned.plan_logs([regimen.pk])[regimen.pk]
    return actions.sign_plan(
        draft=draft.pk,
        regimen=regimen,
        revision=draft.revision,
        revises=draft.revises.entry if draft.revises else None,
        text=text,
        seen=actions.newest_number(regimen, logged.history(regimen), logs),
        by=by or draft.begun_by,
    )


def plan_of(regimen: RegimenVersion | None = None, *rows: Row, **text) -> PlanVersion:
    """A plan signed by the responsible prescriber: 5 then 10 mg three times a day unless given."""
    regimen = regimen or regimen_of()
    rows = rows or (
        planned_row(STARTED, times(3, "5")),
        planned_row("2 weeks", times(3, "10")),
    )
    draft = draft_of(regimen.regimen, by=regimen.responsible)
    return signed_plan(draft, plan_text(*rows, **text))


def review_of(regimen: RegimenVersion, days: int = 7, by: User | None = None, **text) -> Review:
    """A review booked so many days ahead, by the responsible prescriber and theirs unless given."""
    today = regimen.regimen.clinic.local(timezone.now()).date()
    text = {
        "status": "booked",
        "review_on": today + timedelta(days=days),
        "what_for": "Tone and drowsiness",
        "whose": regimen.responsible,
        **text,
    }
    return actions.book_review(
        regimen=regimen.regimen, text=actions.ReviewText(**text), by=by or regimen.responsible
    )


def pump_event_of(
    regimen: RegimenVersion,
    on: date | Effective = STARTED,
    kind: str = "refilled",
    by: User | None = None,
    corrects: PumpEvent | None = None,
    **text,
) -> PumpEvent:
    """An event of the pump that gives the regimen; over `corrects` where that is given."""
    said = PumpText(kind, on if isinstance(on, Effective) else Effective(on), "", **text)
    asked = {"by": by or regimen.responsible}
    fresh = Regimen.objects.select_related("clinic", "card__version").get(pk=regimen.regimen_id)
    if corrects is None:
        return actions.record_pump_event(regimen=fresh, text=said, **asked)
    corrects.regimen = fresh
    said = replace(said, correction_reason="misread")
    return actions.correct_pump_event(event=corrects, text=said, **asked)


def report_of(
    regimen: RegimenVersion, *others: actions.IntakeText, by: User | None = None, **text
) -> IntakeReport:
    """A report recorded by the responsible prescriber: something else taken, unless `text` says."""
    return actions.record_intake(
        regimen=regimen.regimen,
        reports=(report_text(regimen, **text), *others),
        by=by or regimen.responsible,
    )


def report_text(regimen: RegimenVersion, **text) -> actions.IntakeText:
    """Of today, by the patient."""
    today = regimen.regimen.clinic.local(timezone.now()).date()
    what = text.get("what", "different")
    said = {
        "what": what,
        "from_on": today,
        "until_on": today,
        "reporter": "patient",
        "reported_on": today,
        "taken": "half of it" if what == "different" else "",
        **text,
    }
    return actions.IntakeText(**said)


def contact_of(patient: Patient, by: User | None = None, **text) -> Contact:
    """A call that reached the patient today, by a new prescriber unless `by` or `text` says."""
    by = by or member(patient.clinic)
    return actions.record_contact(patient=patient, text=contact_text(patient, by, **text), by=by)


def contact_text(patient: Patient, by: User, **text) -> actions.ContactText:
    """As contact_of records it. `call_back` is the day of a call back by the same person."""
    on = text.pop("on", patient.clinic.local(timezone.now()).date())
    call_back = text.pop("call_back", None)
    if call_back is not None:
        text = {
            "call_back_on": call_back,
            "call_back_by": by,
            "call_back_name": by.name,
            **text,
        }
    said = {
        "how": "telephone",
        "direction": "out",
        "reached": "reached",
        "effective": Effective(on),
        "whose": by,
        "whose_name": by.name,
        "said": "Legs are easier",
        **text,
    }
    return actions.ContactText(**said)


def measure_of(clinic: Clinic, name: str = "Weight", by: User | None = None, **text):
    """A measure on the clinic's list, a number in kg unless given: the MeasureVersion."""
    if "kind" not in text:
        text = {"unit": "kg", "ucum": "kg", **text}
    return actions.add_measure(
        clinic=clinic,
        text=actions.MeasureText(**{"name": name, "kind": "number", **text}),
        by=by or member(clinic, Role.ADMINISTRATOR),
    )


def observation_of(
    patient: Patient | None = None,
    version: MeasureVersion | None = None,
    on: date | Effective = STARTED,
    by: User | None = None,
    **text,
) -> Observation:
    """Something observed of the patient: 61.5 of a weight in kg unless given."""
    patient = patient or PatientFactory()
    version = version or measure_of(patient.clinic)
    if version.kind == "number":
        text = {"figure": Decimal("61.5"), **text}
    effective = on if isinstance(on, Effective) else Effective(on)
    return actions.record_observations(
        patient=patient,
        observations=(actions.ObservationText(effective, version, **text),),
        by=by or member(patient.clinic, Role.RECORDER),
    )


def effect_of(
    patient: Patient | None = None,
    on: date | Effective = STARTED,
    by: User | None = None,
    **text,
) -> SideEffect:
    """A side effect of the patient: drowsiness that goes on, unless given."""
    patient = patient or PatientFactory()
    text = {
        "written_as": "side-effect",
        "symptom": "drowsiness",
        "course": "continuing",
        **text,
    }
    effective = on if isinstance(on, Effective) else Effective(on)
    return actions.record_observations(
        patient=patient,
        effects=(actions.EffectText(effective, **text),),
        by=by or member(patient.clinic, Role.RECORDER),
    )
