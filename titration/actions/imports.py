"""Bringing a file in: all of what it says in one write, or nothing.

What is recorded is recorded by who brings it in, never as if the person whom the file names had
typed it. Each record has an Origin, which says where in the file it stood.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from access import progress
from access.models import User
from access.policies import RECORD, check
from ledger.models import ImportedFile, Origin, Record
from ledger.writing import Answered, Asking, Log, verb, writing
from patients.models import Patient
from titration import projection
from titration.actions.import_rules import Brought, Verdict, verdicts
from titration.actions.shared import check_regimen_stands, check_seen, today_of
from titration.actions.steps import dose_step
from titration.importing import First, Place
from titration.policies import RuleBroken
from titration.reading import logged

MOST_STEPS = 5000


@dataclass(frozen=True)
class FileText:
    """A file as it was given: its name, the SHA-256 of its bytes, ledger's FileFormat, its rows."""

    name: str
    sha256: str
    file_format: str
    rows: int


class ImportRefused(RuleBroken):
    """Rules refuse some of the file: `refusals` are the place and the rule of each."""

    def __init__(self, refusals: Sequence[tuple[Place, RuleBroken]]) -> None:
        super().__init__(None, refusals[0][1].message)
        self.refusals = tuple(refusals)


@verb
def import_steps(
    *,
    patient: Patient,
    file: FileText,
    steps: tuple[Brought, ...],
    by: User,
    submission: Asking,
    seen: int | None = None,
):
    """Record the steps of a file that are not recorded yet. Returns the ImportedFile.

    Of a file whose steps are all recorded already nothing is written: where this very file brought
    them, the answer is its ImportedFile of then; of another file RuleBroken. Raises ImportRefused,
    and ChangedMeanwhile where a regimen has an entry after `seen`.
    """
    check(by, patient.clinic, RECORD)
    with writing(patient.clinic, by=by, submission=submission) as log:
        found = check_import(patient, steps, today_of(log), seen)
        if refusals := [
            (step.place, verdict.refused)
            for step, verdict in zip(steps, found, strict=True)
            if verdict.refused
        ]:
            raise ImportRefused(refusals)
        new = [step for step, verdict in zip(steps, found, strict=True) if verdict.is_new]
        if not new:
            raise nothing_new(patient, file)
        imported = begin_import(log, patient, file)
        for done, step in enumerate(new):
            progress.tell(done, len(new))
            said = dose_step(step.regimen, step.instruction)
            bring(log, imported, said, step.place, step.first, subject=said.step)
        log.flush()
        projection.refresh({step.regimen.pk: step.regimen for step in new}.values())
        return imported


def check_import(
    patient: Patient, steps: Sequence[Brought], today, seen: int | None = None
) -> list[Verdict]:
    """What becomes of each step: asked early by the page, and under the lock."""
    if not steps:
        raise RuleBroken(None, _("No dose step was found in the file."))
    if len(steps) > MOST_STEPS:
        raise RuleBroken(
            None,
            _("The file has more than %(count)s rows. Split it into several files.")
            % {"count": f"{MOST_STEPS:,}"},
        )
    regimens = {step.regimen.pk: step.regimen for step in steps}
    logs = logged.histories(regimens)
    for regimen in regimens.values():
        if regimen.patient_id != patient.pk:
            raise RuleBroken(None, _("A regimen of another patient was chosen."))
        check_regimen_stands(regimen)
    check_seen(max(logged.newest_number(regimens[key], logs[key]) for key in regimens), seen)
    return verdicts(steps, logs, today)


def begin_import(log: Log, patient: Patient, file: FileText) -> ImportedFile:
    """Add the file to an open write; `bring` then adds what it says."""
    imported = ImportedFile(**asdict(file))
    return log.add(imported, subject=imported.file, patient=patient.pk)


def bring(
    log: Log,
    file: ImportedFile,
    record: Record,
    place: Place,
    first: First | None = None,
    *,
    subject: UUID,
    **added,
) -> None:
    """Add a record of the file to an open write, with its Origin; `added` is as `Log.add` has it.

    The parts of a record are its children unless `added` says otherwise.
    """
    patient = file.entry.patient
    added.setdefault("children", [p for name in record.PARTS for p in getattr(record, name)])
    log.add(record, subject=subject, patient=patient, **added)
    first = first or First()
    origin = Origin(
        file=file,
        brought=record.entry,
        place=place.part,
        row=place.row,
        **{f"first_{name}": value for name, value in asdict(first).items()},
    )
    log.add(origin, subject=subject, patient=patient)


def nothing_new(patient: Patient, file: FileText) -> Exception:
    """The answer to a file of which everything is recorded already."""
    files = ImportedFile.objects.filter(entry__patient=patient.pk, sha256=file.sha256)
    earlier = files.select_related("entry").order_by("-entry__number").first()
    if earlier is not None:
        return Answered(earlier)
    return RuleBroken(None, _("Every row of the file is recorded already. Nothing was added."))
