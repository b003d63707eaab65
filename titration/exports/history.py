"""What a history export holds: one patient's record as it stands at one entry of the ledger."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext_lazy

from access.models import User
from ledger.models import Head, Retraction
from patients.models import Patient, PatientVersion
from titration import timeline
from titration.models import RegimenVersion
from titration.reading import History, histories

RECORD_ONLY = gettext_lazy(
    "This is a record. It proposes no dose: every amount and date was written by the person named "
    "beside it."
)


@dataclass(frozen=True)
class RegimenRecord:
    """A regimen with its whole log. `withdrawal` is set when it was entered in error."""

    version: RegimenVersion
    withdrawal: Retraction | None
    history: History


@dataclass(frozen=True)
class PatientRecord:
    """A patient's regimens, those being taken first, as known at entry `number` of the clinic.

    `at` is the moment of the export on the clinic's clock; `is_part` says that one regimen was
    chosen out of the record.
    """

    patient: Patient
    version: PatientVersion
    regimens: tuple[RegimenRecord, ...]
    is_part: bool
    number: int
    digest: str
    by: str
    at: datetime


ORDER_OF_STATES = (timeline.TAKING, timeline.WITHHELD, timeline.NOTHING, timeline.STOPPED)


def read(
    patient: Patient, *, by: User, now: datetime, regimen: UUID | None = None
) -> PatientRecord:
    """The patient's record, or that of one regimen of theirs, up to the newest entry.

    The entry is read first and nothing after it is, so that the export holds one state of the
    record whatever is being written meanwhile.
    """
    head = Head.objects.get(clinic=patient.clinic)
    versions = (
        RegimenVersion.objects.filter(regimen__patient=patient, entry__number__lte=head.number)
        .select_related("entry")
        .order_by("entry__number")
    )
    if regimen is not None:
        versions = versions.filter(regimen=regimen)
    newest = {version.regimen_id: version for version in versions}
    withdrawals = Retraction.objects.filter(
        entry__subject__in=newest, entry__number__lte=head.number
    ).select_related("entry")
    withdrawal_of = {withdrawal.entry.subject: withdrawal for withdrawal in withdrawals}
    logs = histories(newest, head.number)
    at = patient.clinic.local(now)
    records = [
        RegimenRecord(version, withdrawal_of.get(key), logs[key]) for key, version in newest.items()
    ]
    return PatientRecord(
        patient=patient,
        version=PatientVersion.objects.filter(
            patient=patient, entry__number__lte=head.number
        ).latest("entry__number"),
        regimens=tuple(sorted(records, key=lambda record: _place(record, at))),
        is_part=regimen is not None,
        number=head.number,
        digest=head.digest,
        by=by.name,
        at=at,
    )


def _place(record: RegimenRecord, at: datetime) -> tuple[bool, int]:
    state = timeline.state_of(record.history.in_force(at))
    return record.withdrawal is not None, ORDER_OF_STATES.index(state)
