"""Patients as pages show them: rows and banners of finished strings."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from itertools import zip_longest
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from access import veiled
from access.addresses import url_of
from access.composed import Composed
from ledger.moments import Moment, NoSuchMoment
from patients import linked, numbers, search, transferred, wording
from patients.context import ALLERGIES
from patients.finished import NOTHING, html, placed
from patients.models import ContextVersion, Patient, PatientCard, PatientStatus, PatientVersion
from patients.presenters.erased import erasures
from patients.presenters.linked import LinkedRecord, linked_records
from patients.presenters.moved import Moved, moved
from patients.search import Found


@dataclass(frozen=True, slots=True)
class Banner:
    """Whose page this is, for `_components/banner.html`; "" where something is not known.

    Of somebody who was erased, `name` says when. `allergies` are as many as fit, or that there are
    none or that nobody asked; `context_url` leads to all of them and the rest of the context.
    `devices` says what is in place, `linked` which other records are of the same person, `moved`
    to which clinic they are offered or went and from which they came; only the banner of a page
    has them, a row of a list has none and `is_linked` and `has_moved` alone.
    """

    name: str
    url: str
    born: str
    gender: str
    nhs_number: str
    record_number: str
    telephone: str
    ended: str
    is_erased: bool
    allergies: str
    has_allergies: bool
    context_url: str
    devices: str
    is_linked: bool
    linked: Sequence[LinkedRecord]
    has_moved: bool
    moved: Sequence[Moved]

    @property
    def telephone_url(self) -> str:
        """What a link has a telephone dial; "" without one."""
        return numbers.telephone_url(self.telephone)


@dataclass(frozen=True, slots=True)
class Row(Banner):
    """One patient of a list; `clinic` is for lists that span several."""

    is_here: bool
    patient: UUID
    clinic: str


Device = Callable[[UUID, int | None], str]
_devices: list[Device] = []


def register_device(device: Device) -> None:
    """Have the banner say what `device` says of a patient, as known at an entry number."""
    if device not in _devices:
        _devices.append(device)


def _of_page(row: "Row", moment: Moment | None) -> "Row":
    """The row with what is known elsewhere, and what is in place: nothing in who was erased."""
    known, query = (moment.number, moment.query) if moment else (None, "")
    if row.is_linked:
        row = replace(row, linked=linked_records(row.patient, known, query))
    if row.has_moved:
        row = replace(row, moved=moved(row.patient, is_here=row.is_here, known=known, query=query))
    if row.is_erased:
        return row
    said = (device(row.patient, known) for device in _devices)
    return replace(row, devices=", ".join(filter(None, said)))


ROW = """<tr>
<th scope="row"><a href="{url}"><bdi>{name}</bdi></a>{ended}{linked}</th>
<td class="date" data-label="{born_label}">{born}</td>
<td data-label="{gender_label}">{gender}</td>
<td class="date" data-label="{nhs_label}">{nhs}</td>
<td data-label="{record_label}">{record}</td>"""
CLINIC = """
<td data-label="{clinic_label}"><bdi>{clinic}</bdi></td>"""
END = """
</tr>
"""


@cache
def _pattern(_language: str | None, *, spans_clinics: bool) -> str:
    """A row of the table; its labels, for a narrow screen, say what the table's head says."""
    return placed(
        f"{ROW}{CLINIC if spans_clinics else ''}{END}",
        born_label=_("Born"),
        gender_label=_("Gender"),
        nhs_label=_("NHS No."),
        record_label=_("Record No."),
        clinic_label=_("Clinic"),
    )


def table_body(rows: Sequence[Row], *, spans_clinics: bool = False) -> SafeString:
    """The rows of the table of patients; `spans_clinics` shows whose each is."""
    pattern = _pattern(get_language(), spans_clinics=spans_clinics)
    return SafeString(
        "".join(
            html(
                pattern,
                url=row.url,
                name=row.name,
                ended=html(' <span class="chip rust">{words}</span>', words=row.ended)
                if row.ended
                else NOTHING,
                linked=linked_chip(row),
                born=row.born,
                gender=row.gender,
                nhs=row.nhs_number,
                record=row.record_number,
                clinic=row.clinic,
            )
            for row in rows
        )
    )


def linked_chip(row: Banner) -> SafeString:
    """In a row of a list: that another record is of the same person, if one is."""
    if not row.is_linked:
        return NOTHING
    return html(' <span class="chip amber">{words}</span>', words=wording.has_other_record_words())


# Stands for a patient in an address that is looked up once for a page.
_SOMEBODY = UUID(int=0)

_SAID = (
    "title",
    "family_name",
    "given_names",
    "birth_date",
    "gender",
    "nhs_number",
    "record_number",
    "telephone",
    "status",
    "status_on",
)
_ALLERGIES = ("allergies__status", "allergies__lines")
_ELSEWHERE = ("is_linked", "has_moved")
_SHOWN = (
    "patient_id",
    "clinic__name",
    "clinic__time_zone",
    *(f"version__{name}" for name in _SAID),
    *_ALLERGIES,
)
_SHOWN_THEN = ("patient_id", "patient__clinic__name", "patient__clinic__time_zone", *_SAID)


def _versions_then(known: int | None) -> QuerySet:
    """The columns that a version has, and _ELSEWHERE; as known at an entry number."""
    versions = PatientVersion.objects.newest(known)
    versions = versions.annotate(
        is_linked=linked.is_linked("patient", known),
        has_moved=transferred.has_moved("patient", known),
    )
    return versions.values_list(*_SHOWN_THEN, *_ELSEWHERE)


def banner(patient: Patient, *, today: date | None = None, moment: Moment | None = None) -> Banner:
    """The banner of a patient's pages: a query, and one for each device that may be in place.

    A few more where another record is of the same person.

    At a moment the age is of that day, and the links lead to the patient as known then. Raises
    NoSuchMoment when the patient was not recorded yet.
    """
    if moment is None:
        [row] = rows([patient.pk], today=today)
        return _of_page(row, None)
    for *said, is_linked, has_moved in _versions_then(moment.number).filter(patient=patient):
        url = url_of("patient", patient.pk)
        card = (*said, *_allergies_then(patient, moment), is_linked, has_moved)
        return _of_page(_told([_row(card, moment.at.date(), url, moment.query)])[0], moment)
    raise NoSuchMoment(_("This patient was not recorded yet at that moment. Type a later day."))


def rows(patients: Sequence[UUID], *, today: date | None = None) -> list[Row]:
    """These patients, in this order. Without `today`, ages are of the clinic's day.

    One query, and two more when somebody among them was erased, whom no card holds.
    """
    days: dict[str, date] = {}
    page = reverse("patient", args=[_SOMEBODY])

    def row(said: tuple) -> Row:
        patient, _clinic, zone, *_version = said
        if zone not in days:
            days[zone] = today or timezone.localdate(timezone=ZoneInfo(zone))
        return _row(said, days[zone], page.replace(str(_SOMEBODY), str(patient)))

    found = list(map(row, _cards(list(dict.fromkeys(patients)))))
    if others := set(patients) - {one.patient for one in found}:
        versions = _versions_then(None).filter(patient__in=others)
        unknown = (None,) * len(_ALLERGIES)
        found += _told(
            [row((*said, *unknown, linked_, moved_)) for *said, linked_, moved_ in versions]
        )
    by_patient = {one.patient: one for one in found}
    return [by_patient[patient] for patient in patients if patient in by_patient]


def _allergies_then(patient: Patient, moment: Moment) -> tuple:
    """The columns of the allergies as known at a moment."""
    versions = ContextVersion.objects.newest(moment.number).filter(patient=patient, topic=ALLERGIES)
    return versions.values_list("status", "lines").first() or (None, None)


@Composed
def _cards(patients: Collection[UUID]) -> QuerySet:
    """The columns above of these patients' cards, in any order."""
    cards = PatientCard.objects.filter(pk__in=patients)
    cards = cards.annotate(is_linked=linked.is_linked("pk"), has_moved=transferred.has_moved("pk"))
    return cards.values_list(*_SHOWN, *_ELSEWHERE)


def _told(rows: list[Row]) -> list[Row]:
    """These rows, each of somebody who was erased saying when; one query if there are any."""
    erased = {row.patient for row in rows if row.is_erased}
    words = {key: wording.erased_words(on) for key, on in erasures(erased).items()}
    return [replace(row, name=words.get(row.patient, row.name)) for row in rows]


def _row(card: tuple, today: date, url: str, query: str = "") -> Row:
    """A row of the columns above; the age of somebody who died is the one they reached.

    `query` ends the addresses of another moment.
    """
    patient, clinic, _zone, title, family, given, born, gender, *rest = card
    nhs, record, telephone, status, ended, allergies, lines, is_linked, has_moved = rest
    died = ended if status == PatientStatus.DIED else None
    return Row(
        name=wording.name_words(family, given, title),
        url=url + query,
        born=wording.born_words(born, died or today),
        gender=wording.gender_words(gender),
        nhs_number=wording.nhs_words(nhs),
        record_number=record or "",
        telephone=telephone or "",
        ended=wording.ended_words(status, ended),
        is_erased=family is None,
        allergies=wording.allergies_words(allergies, lines),
        has_allergies=bool(lines),
        # As `patient-context` is addressed: looked up for each of many rows it would cost most.
        context_url=f"{url}context/{query}",
        devices="",
        is_linked=is_linked,
        linked=(),
        has_moved=has_moved,
        moved=(),
        is_here=status == PatientStatus.HERE,
        patient=patient,
        clinic=clinic,
    )


@dataclass(frozen=True, slots=True)
class Listing:
    """The list of patients, searched or not. `notes` are sentences about the search.

    `body` is the rows finished, "" without any.
    """

    rows: list[Row]
    body: SafeString
    spans_clinics: bool
    text: str
    notes: list[str]
    before_url: str
    after_url: str


def listing(found: Found, *, spans_clinics: bool) -> Listing:
    """What the list page shows of what was found; one query."""
    shown = rows(found.patients)
    return Listing(
        rows=shown,
        body=table_body(shown, spans_clinics=spans_clinics),
        spans_clinics=spans_clinics,
        text=found.wanted.text,
        notes=_notes(found),
        before_url=_page_url(found.wanted.text, "before", found.before),
        after_url=_page_url(found.wanted.text, "after", found.after),
    )


def _page_url(text: str, which: str, patient: UUID | None) -> str:
    if patient is None:
        return ""
    query = {"find": veiled.veil(text)} if text else {}
    return "?" + urlencode({**query, which: str(patient)})


def search_url(typed: str) -> str:
    """Where a search leads: its text is in the address, and nobody reads it there."""
    text = " ".join(typed[: search.LONGEST_TEXT].split())
    page = reverse("patient-list")
    return f"{page}?{urlencode({'find': veiled.veil(text)})}" if text else page


def _notes(found: Found) -> list[str]:
    """How many match, how a birth date was read, why a number is none."""
    notes = []
    if found.by_number:
        notes.append(_("These patients have this number."))
    elif found.count:
        notes.append(wording.found_words(found.count, search.MOST))
    if found.wanted.born:
        born = wording.date_words(found.wanted.born)
        notes.append(_("The birth date was read as %(date)s.") % {"date": born})
    if not found.patients and (code := numbers.nhs_number_error(found.wanted.text)):
        notes.append(wording.problem_words("nhs_number", code))
    return notes


@dataclass(frozen=True, slots=True)
class Version:
    """One version on the history page; `changed` names the fields that say other than before."""

    entry: str
    recorded_by: str
    recorded_at: str
    name: str
    born: str
    gender: str
    nhs_number: str
    record_number: str
    telephone: str
    standing: str
    changed: str


def versions(newest_first: Sequence[PatientVersion]) -> list[Version]:
    """The versions of a patient, the first of all coming last; needs `entry` selected."""
    erased = erasures({version.patient_id for version in newest_first if version.is_erased})
    words = {patient: wording.erased_words(on) for patient, on in erased.items()}
    return [
        _version(version, before, words.get(version.patient_id, ""))
        for version, before in zip_longest(newest_first, newest_first[1:])
    ]


def _version(version: PatientVersion, before: PatientVersion | None, erased: str) -> Version:
    entry = version.entry
    return Version(
        entry=_("Entry %(number)d") % {"number": entry.number},
        recorded_by=entry.recorded_by_name,
        recorded_at=wording.moment_words(entry.recorded_at, ZoneInfo(entry.time_zone)),
        name=erased
        or wording.written_name(version.family_name, version.given_names, version.title),
        born=wording.date_words(version.birth_date) if version.birth_date else "",
        gender=wording.gender_words(version.gender),
        nhs_number=wording.nhs_words(version.nhs_number),
        record_number=version.record_number or "",
        telephone=version.telephone or "",
        standing=wording.standing_words(version.status, version.status_on),
        changed=", ".join(label for label, *said, differs in compared(before, version) if differs)
        if before
        else _("First recorded"),
    )


Compared = tuple[str, str, str, bool]


def compared(one: PatientVersion, other: PatientVersion) -> list[Compared]:
    """(label, words of one, words of the other, whether they differ) for everything they say."""
    return [
        (label, said, other_said, said != other_said)
        for (label, said), (_same, other_said) in zip(_lines(one), _lines(other), strict=True)
    ]


def details(version: PatientVersion) -> list[tuple[str, str]]:
    """(label, words) for everything that a version says."""
    return [(label, words) for label, words in _lines(version) if words]


def _lines(version: PatientVersion) -> list[tuple[str, str]]:
    said = {
        "title": version.title,
        "family_name": version.family_name,
        "given_names": version.given_names,
        "birth_date": wording.date_words(version.birth_date) if version.birth_date else "",
        "gender": wording.gender_words(version.gender),
        "nhs_number": wording.nhs_words(version.nhs_number),
        "record_number": version.record_number,
        "telephone": version.telephone,
        "status": wording.standing_words(version.status, version.status_on),
    }
    labels = {
        field.name: capfirst(str(field.verbose_name)) for field in PatientVersion._meta.fields
    }
    return [(labels[name], words or "") for name, words in said.items()]
