"""The disposable rows that find patients: written by actions, rebuilt from the versions.

Apps above register what makes their own rows of a patient anew, from AppConfig.ready.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from access.models import Clinic
from ledger.models import Head
from ledger.verification import Damage, Finding, differing, values
from patients import folding, numbers
from patients.context import ALLERGIES
from patients.models import ContextVersion, Patient, PatientCard, PatientVersion, PatientWord

BATCH = 2000

Renew = Callable[[UUID], None]
_renewing: list[Renew] = []


def register(renew: Renew) -> None:
    """Have `renew` make rows anew when a patient dies, leaves or is here again, in that write."""
    if renew not in _renewing:
        _renewing.append(renew)


def standing_changed(patient: UUID) -> None:
    """Have the apps above make their rows of the patient anew. Inside the write."""
    for renew in _renewing:
        renew(patient)


def refresh(
    versions: Sequence[PatientVersion], allergies: Mapping[UUID, ContextVersion] | None = None
) -> None:
    """Make the rows of these patients say what these versions of them say. Inside their write.

    A patient who was erased has none: there is nothing left to find them by. `allergies` are for
    new rows; those of a row that is there stay as they are.
    """
    versions = [version for version in versions if not version.is_erased]
    allergies = allergies or {}
    PatientCard.objects.bulk_create(
        [_card(version, allergies.get(version.patient_id)) for version in versions],
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["patient"],
        update_fields=[
            "version",
            "sort_name",
            "family_folded",
            "birth_date",
            "nhs_number",
            "record_number_folded",
        ],
    )
    PatientWord.objects.filter(patient__in=[v.patient_id for v in versions]).delete()
    PatientWord.objects.bulk_create(
        [word for version in versions for word in _words(version)], batch_size=BATCH
    )


def refresh_allergies(version: ContextVersion) -> None:
    """Have the patient's card hold this text of their allergies. Inside its write."""
    PatientCard.objects.filter(patient=version.patient_id).update(allergies=version)


def _allergies(patients: Collection[UUID]) -> dict[UUID, ContextVersion]:
    """By patient: the newest text of their allergies, where there is one."""
    newest = ContextVersion.objects.newest().filter(patient__in=patients, topic=ALLERGIES)
    return {version.patient_id: version for version in newest}


def _card(version: PatientVersion, allergies: ContextVersion | None) -> PatientCard:
    return PatientCard(
        patient_id=version.patient_id,
        clinic_id=version.patient.clinic_id,
        version=version,
        allergies=allergies,
        sort_name=folding.sort_name(version.family_name or "", version.given_names or ""),
        family_folded=folding.key(version.family_name or ""),
        birth_date=version.birth_date,
        nhs_number=version.nhs_number or "",
        record_number_folded=numbers.fold_record_number(version.record_number or ""),
    )


def _words(version: PatientVersion) -> list[PatientWord]:
    words = folding.name_words(version.family_name or "", version.given_names or "")
    return [
        PatientWord(clinic_id=version.patient.clinic_id, patient_id=version.patient_id, word=word)
        for word in sorted(words)
    ]


def forget(patient: UUID) -> None:
    """Drop the rows of a patient who is erased, inside that write."""
    PatientCard.objects.filter(patient=patient).delete()
    PatientWord.objects.filter(patient=patient).delete()


def rebuild() -> int:
    """Write every row anew from the newest versions; returns how many patients there are.

    One clinic at a time, with its head locked as for a write, so that nothing changes meanwhile.
    """
    return sum(_rebuild_clinic(clinic) for clinic in Clinic.objects.order_by("pk"))


@transaction.atomic
def _rebuild_clinic(clinic: Clinic) -> int:
    Head.objects.select_for_update().filter(clinic=clinic).first()
    PatientCard.objects.filter(clinic=clinic).delete()
    PatientWord.objects.filter(clinic=clinic).delete()
    newest = list(
        PatientVersion.objects.filter(patient__clinic=clinic, entry__superseded_by=None)
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    for start in range(0, len(newest), BATCH):
        batch = PatientVersion.objects.filter(pk__in=newest[start : start + BATCH])
        versions = list(batch.select_related("patient"))
        refresh(versions, _allergies([version.patient_id for version in versions]))
    return len(newest)


def differences(clinic: Clinic) -> Iterator[Finding]:
    """A finding for each patient whose rows are not what the record says. For `verify`."""
    patients = Patient.objects.filter(clinic=clinic)
    for patient in differing(clinic, patients, _differing, BATCH):
        says = _(
            "the rows that find patient %(patient)s are not what the record says: "
            "rebuild_projection makes them anew."
        )
        yield Finding(Damage.PROJECTION, says % {"patient": patient.pk}, clinic)


def _differing(patients: Sequence[Patient]) -> list[Patient]:
    """Those of these patients whose rows differ from what `refresh` would write."""
    versions = PatientVersion.objects.newest().filter(patient__in=patients)
    allergies = _allergies([patient.pk for patient in patients])
    wanted: dict[UUID, set] = {patient.pk: set() for patient in patients}
    for version in versions.filter(family_name__isnull=False).select_related("patient"):
        card = _card(version, allergies.get(version.patient_id))
        wanted[version.patient_id].update(map(values, (card, *_words(version))))
    found: dict[UUID, set] = {patient.pk: set() for patient in patients}
    for card in PatientCard.objects.filter(patient__in=patients):
        found[card.patient_id].add(values(card))
    for word in PatientWord.objects.filter(patient__in=patients):
        found[word.patient_id].add(values(word))
    return [patient for patient in patients if found[patient.pk] != wanted[patient.pk]]
