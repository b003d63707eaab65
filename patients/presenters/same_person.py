"""The links between the records of one person: each as finished strings, and the two compared."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from ledger.models import Retraction
from ledger.moments import Moment
from patients import wording
from patients.models import Patient, PatientVersion, SamePerson
from patients.presenters.linked import LinkedRecord, linked_records, regimen_counts
from patients.presenters.people import Compared, compared
from patients.wording import moment_words


@dataclass(frozen=True, slots=True)
class Link:
    """One link: the other record, how it is known, who recorded it, and why it was withdrawn."""

    heading: str
    url: str
    reason: str
    recorded: str
    error: str
    retract_url: str


@dataclass(frozen=True, slots=True)
class Links:
    """Every link of a patient, the newest first; `further` are records reached through another."""

    standing: Sequence[Link]
    further: Sequence[LinkedRecord]
    withdrawn: Sequence[Link]


def links_of(patient: Patient, moment: Moment | None, *, may_record: bool) -> Links:
    """As known at a moment; needs the patient's clinic. Five queries and those of the others."""
    known, query = (moment.number, moment.query) if moment else (None, "")
    found = SamePerson.objects.up_to(known).filter(patient=patient).select_related("entry")
    found = list(found.order_by("-entry__number"))
    withdrawn = _withdrawn(found, known)
    records = linked_records(patient.pk, known, query)
    people = {record.patient: record.who for record in records}
    people |= _who([link.other_id for link in found if link.other_id not in people], known)
    told = [
        Link(
            heading=people[link.other_id],
            url=reverse("patient", args=[link.other_id]) + query,
            reason=str(link.get_reason_display()),
            recorded=_recorded_words(link, patient),
            error=_withdrawal_words(withdrawn[link.line], patient)
            if link.line in withdrawn
            else "",
            retract_url=reverse("same-person-retract", args=[link.line])
            if may_record and link.line not in withdrawn
            else "",
        )
        for link in found
    ]
    direct = {link.other_id for link in found if link.line not in withdrawn}
    return Links(
        standing=[link for link in told if not link.error],
        further=[record for record in records if record.patient not in direct],
        withdrawn=[link for link in told if link.error],
    )


def _withdrawn(links: Sequence[SamePerson], known: int | None) -> dict[UUID, Retraction]:
    """By line: what withdrew it, from this side or from the other."""
    lines = {line: link.line for link in links for line in (link.line, link.twin)}
    found = Retraction.objects.up_to(known).filter(entry__subject__in=lines)
    ordered = found.select_related("entry").order_by("entry__number")
    return {lines[each.entry.subject]: each for each in ordered}


def _who(patients: Sequence[UUID], known: int | None) -> dict[UUID, str]:
    versions = PatientVersion.objects.newest(known).filter(patient__in=patients)
    return {
        version.patient_id: _("a record that was erased")
        if version.is_erased
        else wording.who_words(version)
        for version in versions
    }


def _recorded_words(link: SamePerson, patient: Patient) -> str:
    entry = link.entry
    return _("Recorded by %(name)s, %(when)s, entry %(number)s.") % {
        "name": entry.recorded_by_name,
        "when": moment_words(entry.recorded_at, patient.clinic.zone),
        "number": f"{entry.number:,}",
    }


def _withdrawal_words(retraction: Retraction, patient: Patient) -> str:
    entry = retraction.entry
    return _("withdrawn by %(name)s, %(when)s, entry %(number)s: they are two people") % {
        "name": entry.recorded_by_name,
        "when": moment_words(entry.recorded_at, patient.clinic.zone),
        "number": f"{entry.number:,}",
    }


def side_by_side(mine: PatientVersion, theirs: PatientVersion) -> list[Compared]:
    """(label, words of one, words of the other, whether they differ); how many regimens last."""
    keys = [mine.patient_id, theirs.patient_id]
    counts = [str(regimen_counts(keys, None)[key]) for key in keys]
    return [*compared(mine, theirs), (_("Regimens"), *counts, False)]  # type: ignore[list-item]


def linked_already_words(link: SamePerson | None, patient: Patient) -> str:
    """Why the two cannot be linked once more."""
    if link is None:
        return _("These two are linked already, each to another record of the same person.")
    return _("Linked already by %(name)s, %(when)s, entry %(number)s: %(reason)s.") % {
        "name": link.entry.recorded_by_name,
        "when": moment_words(link.entry.recorded_at, patient.clinic.zone),
        "number": f"{link.entry.number:,}",
        "reason": link.get_reason_display(),
    }
