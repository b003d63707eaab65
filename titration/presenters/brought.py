"""What a zip of tables says, before it is brought in: as finished strings."""

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ledger.models import ImportedFile, Retraction
from patients import wording as person_wording
from patients.models import Patient, PatientVersion
from patients.presenters.people import Compared, compared, details
from titration import wording
from titration.models import Route
from titration.tables import ReadTables
from titration.tables.reading import Values


def facts_of(read: ReadTables) -> list[tuple[str, str]]:
    """Whose record it is, where it is from, and what is in it: (term, description)."""
    return [(_("The patient in the file"), person_of(read)), *contents_of(read)]


def contents_of(read: ReadTables) -> list[tuple[str, str]]:
    """Where a record is from and what is in it: (term, description)."""
    said = read.said
    exported = {"name": said["exported_by"], "date": _day_of(said["created"])}
    facts = [
        (_("Recorded at"), said["clinic"]),
        (_("Exported"), _("by %(name)s on %(date)s") % exported),
    ]
    facts += [(_("Regimen"), words) for words in regimens_of(read)]
    return [*facts, (_("Entries"), f"{len(read.tables['entries']):,}")]


def _day_of(written: str) -> str:
    """The day of a moment by ISO 8601, in words; as it stands where it is none."""
    try:
        return wording.date_words(datetime.fromisoformat(written).date())
    except ValueError:
        return written


def person_of(read: ReadTables) -> str:
    """The newest details of the patient in the file, as written there."""
    rows = read.tables["patient"]
    if not rows:
        return _("The file does not say who the patient is.")
    row = rows[-1]
    names = " ".join(filter(None, (row["title"], row["given_names"], row["family_name"])))
    born = row["birth_date"]
    parts = [
        names,
        _("born %(date)s") % {"date": wording.date_words(born)} if born else "",
        _("NHS No. %(number)s") % {"number": person_wording.nhs_words(row["nhs_number"])}
        if row["nhs_number"]
        else "",
        _("record No. %(number)s") % {"number": row["record_number"]}
        if row["record_number"]
        else "",
    ]
    return ", ".join(filter(None, parts))


def details_of(read: ReadTables) -> list[tuple[str, str]]:
    """The newest details of the patient in the file: (term, description)."""
    return details(_newest_text(read))


def beside(patient: Patient, read: ReadTables) -> list[Compared]:
    """The newest details here and in the file; nothing where the file has none."""
    if not read.tables["patient"]:
        return []
    here = PatientVersion.objects.newest().get(patient=patient)
    return compared(here, _newest_text(read))


def _newest_text(read: ReadTables) -> PatientVersion:
    row = read.tables["patient"][-1]
    said = {name: value for name, value in row.items() if name not in ("entry", "patient")}
    return PatientVersion(**said)


def regimens_of(read: ReadTables) -> list[str]:
    """Each regimen by its newest text, how many texts of steps it has, whether it was withdrawn."""
    newest: dict[object, Values] = {row["regimen"]: row for row in read.tables["regimens"]}
    gone = {row["subject"] for row in read.tables["entries"] if row["kind"] == Retraction.KIND}
    steps = [row["regimen"] for row in read.tables["steps"]]
    words = []
    for regimen, row in newest.items():
        count = steps.count(regimen)
        said = {
            "route": Route(row["route"]).label,
            "medicine": row["medicine_name"],
            "steps": ngettext(
                "%(count)s text of dose steps", "%(count)s texts of dose steps", count
            )
            % {"count": f"{count:,}"},
        }
        if regimen in gone:
            words.append(_("%(route)s: %(medicine)s, entered in error, %(steps)s") % said)
        else:
            words.append(_("%(route)s: %(medicine)s, %(steps)s") % said)
    return words


def done_words(done: ImportedFile, *, is_new: bool) -> str:
    """What was recorded; or, of a file that was brought in before, what was done then."""
    count = done.origins.count()
    said = {
        "count": f"{count:,}",
        "number": f"{done.entry.number:,}",
        "name": done.entry.recorded_by_name,
    }
    if not is_new:
        words = _("Nothing was added: %(name)s brought this file in by entry %(number)s.")
    else:
        words = ngettext(
            "%(count)s record was brought in. Entry %(number)s names the file.",
            "%(count)s records were brought in. Entry %(number)s names the file.",
            count,
        )
    return words % said
