"""Bring a patient's dose log, or whole record, in from a file: what the pages of an import do."""

from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from django.core.exceptions import PermissionDenied
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from access.management.bar import on_terminal
from access.management.told import clinic_of
from access.models import Clinic, User
from access.policies import RECORD, check
from ledger.writing import LedgerError, PatientErased, check_not_erased
from patients.models import Patient
from titration import actions, importing
from titration.actions import ImportRefused
from titration.forms.imports import ENCODED, PARTED
from titration.forms.reading_bundle import DECIDING, ReadingBundle, read_in
from titration.forms.reading_in import COLUMNS, NAMING, OPENING, Reading, ReadingIn
from titration.forms.steps import OUTSIDE
from titration.importing import DAY_FIRST, MONTH_FIRST, FileProblem
from titration.management.records import bring_record
from titration.models import ReceivedHow
from titration.policies import RuleBroken
from titration.presenters import imports as presenter
from titration.tables import is_tables

Answers = dict[str, Any]
"""The answers of the forms of an import, by form."""


class Command(BaseCommand):
    help = (
        "Import the dose steps of a spreadsheet (XLSX), a table (CSV) or a FHIR R4 Bundle for one "
        "patient: all of them, or none and what is wrong. Or bring in the tables (ZIP) of a whole "
        "record. docs/import.md says what is read."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--clinic", help="its name or uuid")
        parser.add_argument("--by", required=True, metavar="EMAIL", help="who imports")
        parser.add_argument(
            "--patient",
            type=UUID,
            help="as in their address; of a whole record, whose patient is new, left out",
        )
        parser.add_argument(
            "--responsible",
            default="",
            metavar="EMAIL",
            help="of a whole record: the prescriber of the clinic who answers for it",
        )
        parser.add_argument(
            "--somebody-else",
            type=UUID,
            action="append",
            default=[],
            metavar="UUID",
            help="of a whole record: a patient who is alike and another person",
        )
        parser.add_argument("--dry-run", action="store_true", help="only show what was read")
        parser.add_argument("--sheet", default="", help="the name of the sheet")
        parser.add_argument("--headings", default="", metavar="ROW", help="the row of headings")
        parser.add_argument("--encoding", default="", choices=ENCODED)
        parser.add_argument("--separator", default="", choices=PARTED)
        parser.add_argument(
            "--columns",
            default="",
            metavar="ROLE=HEADING,…",
            help="such as from=Date,dose=Dose; those of the last file like it where left out",
        )
        parser.add_argument("--days", default="", choices=(DAY_FIRST, MONTH_FIRST))
        parser.add_argument("--unit", default="", help="of figures that have none")
        parser.add_argument(
            "--received", default="", choices=ReceivedHow.values, help="of rows that do not say so"
        )
        parser.add_argument(
            "--regimen",
            action="append",
            default=[],
            metavar="MEDICINE=UUID",
            help="which regimen a medicine of the file is; =UUID where it names none",
        )
        parser.add_argument(
            "--decided-by",
            action="append",
            default=[],
            metavar="NAME=EMAIL",
            help="who a name of the file is, or NAME=outside; =EMAIL where it names nobody",
        )

        parser.add_argument(
            "--decide",
            action="append",
            default=[],
            metavar="RESOURCE=WHAT",
            help="of a FHIR resource that is unclear: structure, authored, instructed, held, "
            "several joined by +, or out",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        by, clinic = person_of(options["by"]), clinic_of(options["clinic"])
        given = options["patient"]
        patient = patient_of(given, clinic, by) if given else None
        content = content_of(options["file"])
        try:
            if is_tables(content):
                where: dict[str, Any] = {"clinic": clinic, "by": by, "into": patient}
                bring_record(content, options, **where, out=self.stdout, err=self.stderr)
                return
            is_bundle = importing.format_of(content) == importing.FHIR
            if patient is None and is_bundle:
                raise CommandError(
                    _("Give --patient: regimens are opened first, which the doses come into.")
                )
            if patient is None:
                raise CommandError(_("Give --patient: a dose log does not say whose it is."))
            said = self.of_bundle if is_bundle else self.of_table
            with on_terminal(self.stderr):
                answers = said(patient, content, options)
                answers[NAMING] = naming_of(read_in(patient, content, answers), options)
                read = read_in(patient, content, answers)
            check_form(read.naming)
            self.tell(read)
            if not options["dry_run"]:
                self.bring(read, options["file"].name, content, by)
        except FileProblem as problem:
            raise CommandError(presenter.problem_words(problem)) from problem
        except ImportRefused as refused:
            raise CommandError(presenter.refusal_words(refused.refusals)) from refused
        except (RuleBroken, PermissionDenied, LedgerError) as refusal:
            raise CommandError(str(refusal)) from refusal

    def of_table(self, patient: Patient, content: bytes, options: dict[str, Any]) -> Answers:
        """How a table is opened, and what its columns hold."""
        said: Answers = {OPENING: opening_of(content, options)}
        read = ReadingIn(patient, content, said)
        said[COLUMNS] = columns_of(read, options)
        check_form(ReadingIn(patient, content, said).columns)
        return said

    def of_bundle(self, patient: Patient, content: bytes, options: dict[str, Any]) -> Answers:
        """What was decided of the resources of a Bundle."""
        form = ReadingBundle(patient, content, {}).deciding
        decided = dict(pairs(options["decide"]))
        if unknown := [part for part in decided if part not in form.questions]:
            words = _("There is nothing to decide of “%(resource)s” in the file.")
            raise CommandError(words % {"resource": unknown[0]})
        places = enumerate(form.questions)
        said = {DECIDING: {f"decision_{n}": decided.get(part, "") for n, part in places}}
        check_form(ReadingBundle(patient, content, said).deciding)
        return said

    def tell(self, read: Reading) -> None:
        """Each row as it would read back; ends with an error if any is not to be recorded so."""
        assert read.read is not None  # noqa: S101 - the columns were checked
        today = read.patient.clinic.local(timezone.now()).date()
        found = read.judged(today)
        asked = (read.headings, read.read, read.marks, read.steps, found)
        for first in range(0, len(read.read.rows), presenter.ROWS_ON_A_PAGE):
            for row in presenter.read_back(*asked, first=first).rows:
                line = [
                    _("%(place)s, %(outcome)s:") % {"place": row.place, "outcome": row.outcome[0]}
                ]
                self.stdout.write(" ".join([*line, "; ".join(row.read)]))
        back = presenter.read_back(*asked)
        self.stdout.write(" ".join(back.counts))
        if back.problems:
            more = [back.more] if back.more else []
            raise CommandError("\n".join([_("Nothing is recorded."), *back.problems, *more]))

    def bring(self, read: Reading, name: str, content: bytes, by: User) -> None:
        submission = uuid4()
        with on_terminal(self.stderr):
            done = actions.import_steps(
                patient=read.patient,
                file=read.file_text(name, content),
                steps=tuple(read.steps),
                by=by,
                submission=submission,
            )
        read.remember()
        self.stdout.write(presenter.done_words(done, submission))


def person_of(email: str) -> User:
    person = User.objects.filter(email=email.lower(), is_active=True).first()
    if person is None:
        raise CommandError(_("Nobody signs in as %(email)s.") % {"email": email})
    return person


def patient_of(key: UUID, clinic: Clinic, by: User) -> Patient:
    patients = Patient.objects.visible_to(by).select_related("clinic")
    found = patients.filter(pk=key, clinic=clinic).first()
    if found is None:
        raise CommandError(_("No patient of %(clinic)s has this identity.") % {"clinic": clinic})
    try:
        check(by, clinic, RECORD)
        check_not_erased(found.pk)
    except (PermissionDenied, PatientErased) as refusal:
        raise CommandError(str(refusal)) from refusal
    return found


def content_of(path: Path) -> bytes:
    """The bytes of the file, read no further than a file may be long."""
    try:
        with path.open("rb") as file:
            return file.read(importing.MOST_BYTES + 1)
    except OSError as error:
        raise CommandError(
            _("The file cannot be read: %(error)s.") % {"error": error.strerror}
        ) from error


def opening_of(content: bytes, options: dict[str, Any]) -> dict[str, str]:
    said = {
        "encoding": options["encoding"],
        "separator": PARTED.get(options["separator"], ""),
        "header": options["headings"],
    }
    opened = importing.open_file(content, said["encoding"], said["separator"])
    if opened.encodings and not opened.encoding:
        codes = ", ".join(code for code, _lines in opened.encodings)
        raise CommandError(_("Give --encoding with one of these: %(names)s.") % {"names": codes})
    names = [sheet.name for sheet in opened.sheets]
    if options["sheet"]:
        if options["sheet"] not in names:
            words = _("Give --sheet with one of these: %(names)s.")
            raise CommandError(words % {"names": ", ".join(names)})
        said["sheet"] = str(names.index(options["sheet"]))
    return said


def columns_of(read: ReadingIn, options: dict[str, Any]) -> dict[str, str]:
    """The answers of the form of the columns: as given, or as it offers them."""
    form = read.columns
    if form is None:
        raise CommandError(_("No row of headings was found in the file."))
    said = {"order": options["days"], "unit": options["unit"]}
    if not options["columns"]:
        return said | {name: str(form.initial.get(name, "")) for name in form.columns}
    wanted = {
        heading.strip(): role.strip()
        for role, _equals, heading in (
            pair.partition("=") for pair in options["columns"].split(",") if pair.strip()
        )
    }
    if unknown := [heading for heading in wanted if heading not in read.headings]:
        words = _("The file has no column “%(heading)s”. It has: %(headings)s.")
        said_of = {"heading": unknown[0], "headings": ", ".join(filter(None, read.headings))}
        raise CommandError(words % said_of)
    roles = (wanted.get(heading, "") for heading in read.headings)
    return said | dict(zip(form.columns, roles, strict=True))


def naming_of(read: Reading, options: dict[str, Any]) -> dict[str, str]:
    """The answers of the form of what the words of the file mean."""
    form = read.naming
    if form is None:  # what was read says why
        return {}
    said = {"received_how": options["received"]}
    regimens, deciders = dict(pairs(options["regimen"])), dict(pairs(options["decided_by"]))
    for n, medicine in enumerate(form.words["medicine"]):
        said[f"medicine_{n}"] = regimens.get(medicine, "")
    by_email = {person.email: key for key, person in form.prescribers.items()}
    for n, name in enumerate(form.words["decided_by"]):
        given = deciders.get(name, "")
        is_outside = given and given.lower() not in by_email
        if name and is_outside and given.lower() != OUTSIDE:
            raise CommandError(
                _("No prescriber of the clinic signs in as %(email)s.") % {"email": given}
            )
        said[f"decider_{n}"] = OUTSIDE if is_outside else by_email.get(given.lower(), "")
        if is_outside and not name:
            said["outside"] = given
    return said


def pairs(given: Sequence[str]) -> Iterator[tuple[str, str]]:
    for pair in given:
        left, _equals, right = pair.rpartition("=")
        yield left.strip(), right.strip()


def check_form(form: Any) -> None:
    """CommandError with what a form says is wrong, field by field."""
    if form is None or not form.errors:
        return
    lines = [
        f"{form.fields[name].label}: {words}" if name in form.fields else words
        for name, problems in form.errors.items()
        for words in problems
    ]
    raise CommandError("\n".join([_("Nothing is recorded."), *map(str, lines)]))
