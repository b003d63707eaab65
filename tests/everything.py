"""A clinic with at least one row in every guarded table, made through the actions."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from uuid import uuid4

from django.test import RequestFactory
from django.utils import timezone

from access import actions as administration
from access import audit
from access.models import AccessKind, Clinic, Role, User
from ledger import erasing, sealing
from ledger.models import ErasureReason
from ledger.writing import Asking, writing
from patients import actions as patient_actions
from patients.identity import Standing
from patients.models import Arrival, Patient
from tests.factories import (
    ClinicFactory,
    IdentityFactory,
    PatientFactory,
    context_of,
    linked_to,
    member,
    stated,
)
from tests.titration.doses import at, in_words, times
from tests.titration.factories import draft_of, medicine_of, regimen_of, signed_plan, step_of
from titration import actions, patient_rows
from titration.dosing import Component
from titration.importing import First, Place
from titration.models import (
    CalendarText,
    CalendarTextVersion,
    Contact,
    Dispute,
    DoseStep,
    IntakeReport,
    IssueTold,
    Measure,
    MeasureVersion,
    Observation,
    PlanIssue,
    PumpEvent,
    Regimen,
    RegimenVersion,
    Review,
    RowRecorded,
    SideEffect,
)
from titration.planning import PlanText, Row
from titration.pump import PumpText
from titration.timeline import Effective


def everything(clinic: Clinic | None = None, *, is_owner: bool = True) -> Patient:
    """A patient with two versions and a regimen, of whose steps one was confirmed and corrected

    and one withdrawn; texts in every field that can be erased; an access event, sealed. Beside
    them somebody who was erased, which only the owner of the tables can (`is_owner`).
    """
    clinic = clinic or ClinicFactory.create()
    prescriber, recorder = member(clinic), member(clinic, Role.RECORDER)
    administered(clinic, prescriber)
    patient = PatientFactory(
        clinic=clinic,
        by=recorder,
        family_name="Quillfeather",
        given_names="Wilhelmina",
        title="Dame",
        nhs_number="9434765919",
        record_number="XK 4471",
        telephone="01632 960 997 ext 41",
        birth_date=date(1953, 7, 19),
    )
    regimen = regimen_of(
        patient,
        medicine_of(clinic),
        by=prescriber,
        route="intrathecal",
        indication_text="Zygomorphic spasms",
        supplied_by="Apothecary of Wick",
    )
    first = step_of(
        regimen,
        by=recorder,
        reason_text="Perspicacious aunt asked",
        note="Marmalade first",
        components=(_component(),),
    )
    actions.confirm_step(step=first, by=prescriber)
    actions.correct_step(
        step=first,
        instruction=actions.Instruction(
            kind="dose",
            effective=Effective(date(2026, 3, 3)),
            decided_by=prescriber,
            decided_by_name=prescriber.name,
            received_how="letter",
            reason="start",
            components=(times(2, "7"),),
        ),
        correction_reason="Misheard over bagpipes",
        by=prescriber,
    )
    worded = (times(3, "5"), in_words("by the hourglass"))
    withdrawn = step_of(regimen, on=date(2026, 4, 1), components=worded)
    actions.retract_step(
        step=withdrawn, reason="other", reason_text="Belongs to cousin Thaddeus", by=prescriber
    )
    _imported(regimen, recorder)
    _planned(regimen, first, prescriber)
    _told(regimen, prescriber)
    _observed(regimen.regimen, prescriber)
    _pumped(regimen, prescriber)
    _context(patient, recorder)
    other = _linked(patient, recorder)
    _moved(patient, other, recorder)
    patient_actions.revise_patient(
        patient=patient,
        seen=patient.versions.get().entry,
        identity=IdentityFactory(
            family_name="Quillfeather-Ashgrove",
            given_names="Wilhelmina",
            birth_date=date(1953, 7, 19),
        ),
        standing=Standing("left", date(2020, 1, 2)),
        by=recorder,
    )
    _seen(patient)
    if is_owner:
        _erased(other)
    sealing.seal(timezone.now() + timedelta(hours=1))
    return patient


def _moved(patient: Patient, left: Patient, by: User) -> None:
    """It came from another clinic, and was offered to a third, which declined."""
    sender, third = ClinicFactory.create(), ClinicFactory.create()
    with writing(patient.clinic, by=by, submission=Asking(uuid4(), b"")) as log:
        arrival = Arrival(
            patient=patient,
            transfer=uuid4(),
            sender=sender,
            sender_name=sender.name,
            left=left,
            offered_by_name="Dr Ffoulkes",
            responsible=by,
            last_number=41,
            last_digest="4b" * 32,
        )
        log.add(arrival, subject=patient.pk, patient=patient.pk)
    elsewhere = member(third)
    offer = actions.offer_patient(
        patient=patient,
        to=third,
        responsible=member(patient.clinic),
        says="Retires to the lighthouse",
        by=by,
    )
    actions.decline_patient(offer=offer, says="No lift to the lantern room", by=elsewhere)


def _imported(regimen: RegimenVersion, by: User) -> None:
    """A step out of a file of another Dose Ledger."""
    actions.import_steps(
        patient=regimen.regimen.patient,
        file=actions.FileText("Doses of Aunt Hepzibah.xlsx", "5e" * 32, "xlsx", 12),
        steps=(
            actions.Brought(
                regimen.regimen,
                actions.Instruction(
                    kind="dose",
                    effective=Effective(date(2026, 2, 1)),
                    decided_by=None,
                    decided_by_name="Dr Out Side",
                    received_how="letter",
                    reason="other",
                    components=(times(2, "13"),),
                    note="Stirred anticlockwise",
                ),
                Place("Under the bolster", 12),
                First(
                    7,
                    "d1" * 32,
                    "Clinic of Muckle Flugga",
                    "Sister Euphemia",
                    datetime(2026, 2, 1, 9, 30, tzinfo=UTC),
                    "Europe/London",
                ),
            ),
        ),
        by=by,
    )


def _pumped(regimen: RegimenVersion, by: User) -> None:
    """A pump with a corrected event, which has a rate and texts in every field that has any."""
    said = PumpText(
        "refilled",
        Effective(date(2026, 3, 4)),
        "baclofen",
        rates=(_component(),),
        other_contents="Eau de Cologne",
        alarm_words="Like a kettle on Sundays",
        note="Reservoir behind the wallpaper",
    )
    patient, clinic = regimen.regimen.patient_id, regimen.regimen.clinic
    first = PumpEvent.of(regimen.regimen, said)
    said = replace(said, correction_reason="Smudged by marmalade")
    second = PumpEvent.of(regimen.regimen, said, event=first.event)
    with writing(clinic, by=by, submission=Asking(uuid4(), b"")) as log:
        for event, before in ((first, None), (second, first)):
            log.add(
                event,
                subject=event.event,
                patient=patient,
                supersedes=before.entry if before else None,
                children=event.parts,
            )
            log.flush()


def _context(patient: Patient, by: User) -> None:
    """Two texts of one topic, the second confirmed; and one that there is none."""
    context_of(
        patient,
        by,
        allergies=stated({"substance": "Gooseberry fool"}),
        giver=stated({"giver": "family", "who": "Cousin Leopold"}),
    )
    known = context_of(
        patient,
        by,
        allergies=stated({"substance": "Gooseberry fool", "reaction": "Hiccups in church"}),
        conditions=stated(),
    )
    patient_actions.confirm_context(patient=patient, seen=[known["allergies"].entry], by=by)


def _linked(patient: Patient, by: User) -> Patient:
    """A link to another record that was withdrawn, and one that stands. Returns the other."""
    other = PatientFactory(clinic=patient.clinic)
    patient_actions.unlink_records(link=linked_to(patient, other, by), by=by)
    linked_to(patient, other, by)
    return other


def _planned(regimen: RegimenVersion, step: DoseStep, by: User) -> None:
    """A plan with every kind of row, and everything that is recorded of one."""
    draft = draft_of(regimen.regimen, by=by)
    version = signed_plan(
        draft,
        PlanText(
            purpose="taper",
            rows=(
                Row(uuid4(), "dose", "on", on=date(2026, 6, 1), components=(_component(),)),
                Row(uuid4(), "words", "after", count=1, unit="month", words="Ring the almoner"),
                Row(uuid4(), "dose", "review", components=(times(2, "3"), at("bedtime", "5"))),
                Row(uuid4(), "stop", "after", count=2, unit="week"),
            ),
            end="stop",
            if_missed="Count the buttons",
            if_unwell="Consult the barometer",
            note="Kept behind the clock",
            slots=("morning", "bedtime"),
        ),
        by=by,
    )
    actions.record_plan_event(
        plan=version.plan,
        kind="paused",
        reason_text="Snowed in at Kirkwall",
        seen=version.entry.number,
        by=by,
    )
    patient, clinic = regimen.regimen.patient_id, regimen.regimen.clinic
    review, issue = uuid4(), None
    with writing(clinic, by=by, submission=Asking(uuid4(), b"")) as log:
        link = RowRecorded(version=version, row=version.rows[0].row, step=step.step)
        log.add(link, subject=step.step, patient=patient)
        issue = PlanIssue(
            version=version,
            issued_on=date(2026, 6, 1),
            issued_as="calendar",
            how="handed",
            to_whom="Neighbour Philomena",
            shape="days",
            first_on=date(2026, 6, 1),
            language="pl",
        )
        log.add(issue, subject=uuid4(), patient=patient)
        told = IssueTold(
            issue=issue, told_on=date(2026, 6, 2), how="post", to_whom="Verger Ambrose"
        )
        log.add(told, subject=uuid4(), patient=patient)
        dispute = Dispute(disputes=step, says="Never with treacle")
        log.add(dispute, subject=uuid4(), patient=patient)
        for status in ("booked", "done"):
            is_done = status == "done"
            newest = Review.objects.filter(review=review).first()
            log.add(
                Review(
                    review=review,
                    regimen=regimen.regimen,
                    status=status,
                    review_on=clinic.local(timezone.now()).date(),
                    what_for="Grip on the teapot",
                    whose=by,
                    whose_name=by.name,
                    outcome="Pours without a saucer" if is_done else "",
                    opens_row=version.rows[2].row if is_done else None,
                    opens_on=date(2026, 7, 8) if is_done else None,
                ),
                subject=review,
                patient=patient,
                supersedes=newest.entry if newest else None,
            )
            log.flush()
        text = CalendarText(clinic=clinic)
        log.create(text)
        log.add(
            CalendarTextVersion(text=text, language="cy", standing_text="Ffoniwch y clinig"),
            subject=text.pk,
        )


def _told(regimen: RegimenVersion, by: User) -> None:
    """A report of what was taken, and a contact that sets a call back, each corrected."""
    patient, clinic = regimen.regimen.patient_id, regimen.regimen.clinic
    with writing(clinic, by=by, submission=Asking(uuid4(), b"")) as log:
        for model, line, said in (
            (
                IntakeReport,
                "report",
                {
                    "regimen_id": regimen.regimen_id,
                    "what": "different",
                    "from_on": date(2026, 6, 3),
                    "until_on": date(2026, 6, 5),
                    "taken": "Two spoonfuls of rhubarb",
                    "reporter": "carer",
                    "reporter_name": "Auntie Griselda",
                    "reported_on": date(2026, 6, 6),
                    "told_id": by.pk,
                    "told_name": by.name,
                    "told_on": date(2026, 6, 6),
                    "note": "Overheard in the scullery",
                    "correction_reason": "Mistook the decanter",
                },
            ),
            (
                Contact,
                "contact",
                {
                    "patient_id": patient,
                    "regimen_id": regimen.regimen_id,
                    "how": "telephone",
                    "direction": "in",
                    "reached": "reached",
                    "on": date(2026, 6, 6),
                    "time": time(16, 40),
                    "offset": 60,
                    "with_whom": "Great-uncle Barnaby",
                    "said": "Wobbles at the harpsichord",
                    "told": "Rest on the chaise longue",
                    "whose_id": by.pk,
                    "whose_name": by.name,
                    "call_back_on": date(2026, 6, 9),
                    "call_back_time": time(9, 0),
                    "call_back_for": "Whether the gramophone helped",
                    "call_back_by_id": by.pk,
                    "call_back_name": by.name,
                    "correction_reason": "Wrong chaise",
                },
            ),
        ):
            first = model(**said)
            subject = getattr(first, line)
            log.add(first, subject=subject, patient=patient)
            log.flush()
            again = model(**said, **{line: subject})
            log.add(again, subject=subject, patient=patient, supersedes=first.entry)
            log.flush()
        patient_rows.refresh([regimen.regimen.patient])


def _observed(regimen: Regimen, by: User) -> None:
    """A measure, and an observation and a side effect with their corrections."""
    patient, clinic = regimen.patient, regimen.clinic
    words = {"name": "Seat", "kind": "text"}
    with writing(clinic, by=by, submission=Asking(uuid4(), b"")) as log:
        measure = Measure(clinic=clinic)
        log.create(measure)
        log.add(MeasureVersion(measure=measure, **words), subject=measure.pk)
        observed, effect = uuid4(), uuid4()
        for is_corrected in (False, True):
            before = Observation.objects.filter(observation=observed).first()
            log.add(
                Observation(
                    observation=observed,
                    patient=patient,
                    measure=measure,
                    **words,
                    on=date(2026, 3, 5),
                    time=time(9, 30),
                    offset=0,
                    words="Astride the rocking horse",
                    measured_by="Bandmaster Crispin",
                    note="Cuff over tweed",
                    correction_reason="Sphygmomanometer was upside down" if is_corrected else "",
                ),
                subject=observed,
                patient=patient.pk,
                supersedes=before.entry if before else None,
            )
            began = SideEffect.objects.filter(effect=effect).first()
            log.add(
                SideEffect(
                    effect=effect,
                    patient=patient,
                    regimen=regimen,
                    written_as="side-effect",
                    symptom="other",
                    words="Hears the harmonium",
                    severity="mild",
                    course="ended" if is_corrected else "continuing",
                    on=date(2026, 3, 1),
                    precision="month",
                    ended_on=date(2026, 3, 17) if is_corrected else None,
                    ended_precision="day" if is_corrected else "",
                    reported_by="Great-uncle Barnaby",
                    correction_reason="Was the wireless" if is_corrected else "",
                ),
                subject=effect,
                patient=patient.pk,
                supersedes=began.entry if began else None,
            )
            log.flush()


TEXTS = (
    "lighthouse",
    "lantern",
    "Hepzibah",
    "5e5e5e5e",
    "anticlockwise",
    "bolster",
    "Flugga",
    "Euphemia",
    "rhubarb",
    "Griselda",
    "scullery",
    "decanter",
    "Barnaby",
    "harpsichord",
    "longue",
    "gramophone",
    "chaise",
    "rocking horse",
    "Crispin",
    "tweed",
    "Sphygmomanometer",
    "harmonium",
    "Barnaby",
    "wireless",
    "Gooseberry",
    "Hiccups",
    "Leopold",
    "almoner",
    "buttons",
    "barometer",
    "behind the clock",
    "Kirkwall",
    "Philomena",
    "Ambrose",
    "treacle",
    "teapot",
    "saucer",
    "Quillfeather",
    "Wilhelmina",
    "Dame",
    "9434765919",
    "XK 4471",
    "01632 960 997 ext 41",
    "1953-07-19",
    "Ashgrove",
    "Zygomorphic",
    "Apothecary",
    "Perspicacious",
    "Marmalade",
    "bagpipes",
    "Thaddeus",
    "itchy elbows",
    "48 kg",
    "sundial",
    "hourglass",
)
"""What `everything` wrote of the patient that can be erased: a piece of each text."""


def administered(clinic: Clinic, person: User) -> None:
    """An act of administration."""
    administrator = member(clinic, Role.ADMINISTRATOR)
    administration.sign_out(person=person, by=administrator)


def _component() -> Component:
    written = times(3, "11")
    return Component(
        written.amount,
        written.timing,
        as_needed=True,
        as_needed_for="itchy elbows",
        calculation="48 kg on 1 March",
        instruction="by the sundial",
    )


def _erased(patient: Patient) -> None:
    by = member(patient.clinic, Role.ADMINISTRATOR)
    reason = ErasureReason.REQUEST
    erasing.erase(clinic=patient.clinic, patient=patient.pk, reason=reason, by=by)


def _seen(patient: Patient) -> None:
    request = RequestFactory().get("/")
    request.resolver_match = None  # type: ignore[assignment]
    audit.saw(request, AccessKind.VIEW, [patient.pk], patient.clinic)
