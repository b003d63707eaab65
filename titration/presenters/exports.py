"""The page on which a letter of record is chosen, and the other files of a patient."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy

from ledger.moments import Moment
from patients.models import Patient
from patients.presenters import banner, not_today
from titration.exports.contents import LETTER
from titration.forms.letter import LetterForm
from titration.models import RegimenVersion
from titration.presenters.regimen import place_of, title_of

# Every other file that holds a patient's record: its route and what is asked of it, its name, what
# is in it.
FILES = (
    (
        "patient-handover",
        "",
        gettext_lazy("Handover letter, PDF on A4"),
        gettext_lazy("One page: where each regimen stands, what is planned, and whom to call."),
    ),
    (
        "patient-handover",
        f"paper={LETTER}",
        gettext_lazy("Handover letter, PDF on Letter"),
        gettext_lazy("The same, on paper of 8.5 by 11 inches."),
    ),
    (
        "patient-csv",
        "",
        gettext_lazy("Dose log, CSV"),
        gettext_lazy("A row for each part of each dose of every regimen, and nothing else."),
    ),
    (
        "patient-context-csv",
        "",
        gettext_lazy("Context, CSV"),
        gettext_lazy("Allergies and other context, with the earlier texts."),
    ),
    (
        "patient-tables",
        "",
        gettext_lazy("Every table, ZIP"),
        gettext_lazy(
            "The whole record as tables (CSV), with a dictionary of their columns: everything that "
            "was ever recorded of the patient, for another program to read."
        ),
    ),
    (
        "patient-fhir",
        "",
        gettext_lazy("FHIR R4, JSON"),
        gettext_lazy("The whole record for other programs, with who recorded and who decided."),
    ),
)


@dataclass(frozen=True)
class File:
    """A file to hand on, and what is in it."""

    name: str
    holds: str
    url: str


def export_page(
    patient: Patient, form: LetterForm, now: datetime, moment: Moment | None
) -> dict[str, object]:
    """What the page shows at `now`, the clinic's aware local time."""
    known = moment.query[1:] if moment else ""
    return {
        "banner": banner(patient, today=now.date(), moment=moment),
        "not_today": not_today(moment, reverse("patient-export", args=[patient.pk])),
        "patient": patient,
        "known": moment.text if moment else "",
        "form": form,
        "files": [
            File(str(name), str(holds), _address(route, patient, asked, known))
            for route, asked, name, holds in FILES
        ],
    }


def _address(route: str, patient: Patient, *asked: str) -> str:
    query = "&".join(filter(None, asked))
    return reverse(route, args=[patient.pk]) + (f"?{query}" if query else "")


def titles_in_order(patient: Patient, moment: Moment | None) -> dict[UUID, str]:
    """The patient's regimens as known at a moment, as pages order them; one query."""
    known = moment.number if moment else None
    versions = RegimenVersion.objects.newest(known).filter(regimen__patient=patient)
    return {each.regimen_id: title_of(each) for each in sorted(versions, key=place_of)}
