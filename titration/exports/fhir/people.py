"""The clinic and the patient."""

from collections.abc import Iterator

from patients.context import Status
from patients.models import PatientStatus
from titration.exports.fhir.around import Around, Made
from titration.exports.fhir.terms import (
    MASKED,
    Json,
    extension,
    filled,
    identifier,
    typed,
)
from titration.fhir import NHS_NUMBER


def people(around: Around) -> Iterator[Made]:
    yield Made(organization(around))
    version = around.record.version
    yield Made(patient(around), version.entry.number, around.record.patient.pk)


def organization(around: Around) -> Json:
    clinic = around.clinic
    return filled(
        {
            "resourceType": "Organization",
            "id": str(clinic.uuid),
            "meta": around.meta,
            "extension": extension("time-zone", clinic.time_zone),
            "name": clinic.name,
            "telecom": _telephone(clinic.telephone),
        }
    )


def patient(around: Around) -> Json:
    """Who the patient is; of somebody who was erased, that it is masked."""
    record, version = around.record, around.record.version
    is_here, has_died = (version.status == s for s in (PatientStatus.HERE, PatientStatus.DIED))
    return filled(
        {
            "resourceType": "Patient",
            "id": str(record.patient.pk),
            "meta": around.meta,
            "extension": extension("left-on", None if has_died else version.status_on),
            "identifier": _identifiers(around),
            "active": is_here,
            "name": [_name(around)],
            "telecom": _telephone(record.telephone),
            **typed("gender", version.gender),
            **typed("birthDate", version.birth_date),
            "deceasedDateTime": version.status_on if has_died else None,
            "communication": _languages(around),
            "managingOrganization": around.organization,
            "link": [
                {"other": {"identifier": identifier("patient", each.patient)}, "type": "seealso"}
                for each in record.linked
            ],
        }
    )


def _name(around: Around) -> Json:
    version = around.record.version
    return filled(
        {
            **typed("family", version.family_name),
            "given": [version.given_names] if version.given_names else [],
            "prefix": [version.title] if version.title else [],
        }
    )


def _identifiers(around: Around) -> list[Json]:
    version = around.record.version
    found = []
    if version.nhs_number:
        found.append({"system": NHS_NUMBER, "value": version.nhs_number})
    if version.record_number:
        found.append(identifier(f"record-number/{around.clinic.uuid}", version.record_number))
    return found


def _telephone(number: str | None) -> list[Json]:
    if number == "":
        return []
    return [{"system": "phone", **typed("value", number)}]


def _languages(around: Around) -> list[Json]:
    """The language that is spoken with the patient, by the newest text of that topic."""
    known = next((each for each in around.record.context if each.topic.code == "language"), None)
    version = known.version if known else None
    if version is None or version.status != Status.STATED:
        return []
    if version.is_erased:
        return [{"language": {"_text": MASKED}}]
    return [{"language": {"text": line["language"]}} for line in version.text.lines]
