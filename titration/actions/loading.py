"""Whole courses at once: for demonstrations and loads."""

from collections.abc import Iterable

from ledger.writing import Log
from patients.models import Patient
from titration import projection
from titration.actions.regimens import RegimenText, regimen_version
from titration.actions.steps import Instruction, add_step, dose_step
from titration.models import Regimen

Course = tuple[Patient, RegimenText, Iterable[Instruction]]
"""A regimen as a load brings it: for whom, what, and the steps of its log."""


def enter(log: Log, courses: Iterable[Course]) -> None:
    """New regimens with their logs in an open write, many at once, unchecked: for loading.

    What was added to the log before is inserted too.
    """
    regimens = []
    for patient, text, instructions in courses:
        regimen = Regimen(clinic=log.clinic, patient=patient)
        log.create(regimen)
        log.add(regimen_version(regimen, text), subject=regimen.pk, patient=patient.pk)
        for instruction in instructions:
            add_step(log, dose_step(regimen, instruction))
        regimens.append(regimen)
    log.flush()
    projection.refresh(regimens)
