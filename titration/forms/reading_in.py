"""A file read as far as what was said of it goes: for the pages of an import and for the command.

What was said are the answers of three forms, as they were sent. A form that has no answers yet, or
one that does not do, is the question that comes next.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from access import progress
from patients.models import Patient
from titration import actions, importing, waiting
from titration.actions import Brought, FileText, Verdict
from titration.forms.imports import ColumnsForm, NamingForm, OpeningForm
from titration.importing import FileRead, Mark, Place
from titration.models import RegimenCard
from titration.presenters.regimen import place_of, title_of
from titration.reading import logged

MOST_NAMES = 50
OPENING, COLUMNS, NAMING = "opening", "columns", "naming"


class Reading:
    """What was read of a file for a patient: its rows, and the steps of which everything is said.

    `read` is there once the file can be read, and then `naming`; `marks` are what is not said yet.
    """

    def __init__(self, patient: Patient) -> None:
        self.patient = patient
        self.read: FileRead | None = None
        self.naming: NamingForm | None = None
        self.steps: list[Brought] = []
        self.marks: list[Mark] = []

    def name(self, answers: Mapping[str, Any] | None) -> None:
        """Ask what the words of the rows mean, and read the steps by what was answered."""
        assert self.read is not None  # noqa: S101 - who calls has read it
        words = importing.by_name(self.read)
        if too_many := [name for name, said in words.items() if len(said) > MOST_NAMES]:
            mark = Mark(Place(), f"too_many_{too_many[0]}")
            self.read = replace(self.read, marks=(*self.read.marks, mark))
            return
        self.naming = NamingForm(
            answers or None,
            words=words,
            regimens=regimens_of(self.patient),
            clinic=self.patient.clinic_id,
        )
        naming = actions.Naming()
        if self.naming.is_bound and self.naming.is_valid():
            naming = self.naming.naming()
        self.steps, self.marks = actions.named(self.read, naming)

    @property
    def headings(self) -> list[str]:
        """What the cells of a row are."""
        raise NotImplementedError

    @property
    def facts(self) -> dict[str, str]:
        """How the file was opened, for presenters.imports.file_facts."""
        raise NotImplementedError

    def remember(self) -> None:
        """Keep for the next file like it what was said of this one."""

    @property
    def is_said(self) -> bool:
        """Whether every row was understood, and everything is said of its words."""
        return self.read is not None and self.read.is_understood and not self.marks

    def judged(self, today: date) -> list[Verdict]:
        """What becomes of the steps by the rules of the log. Raises RuleBroken."""
        return actions.check_import(self.patient, self.steps, today) if self.steps else []

    def file_text(self, name: str, content: bytes) -> FileText:
        """The file as the record names it."""
        rows = len(self.read.rows) if self.read else 0
        kind = importing.format_of(content)
        return FileText(name, waiting.digest_of(content), kind, rows)

    @property
    def seen(self) -> int:
        """The newest entry of the regimens that the file was read against."""
        regimens = {step.regimen.pk: step.regimen for step in self.steps}
        logs = logged.histories(regimens, with_doses=False)
        newest = (logged.newest_number(regimens[key], logs[key]) for key in regimens)
        return max(newest, default=0)


class ReadingIn(Reading):
    """A table of a patient's doses, and the answers given of it. Raises FileProblem.

    `columns` is there once the sheet has headings, `read` once the columns are matched.
    """

    def __init__(
        self,
        patient: Patient,
        content: bytes,
        said: Mapping[str, Any],
    ) -> None:
        super().__init__(patient)
        answers = said.get(OPENING) or {}
        self.opened = importing.open_file(
            content, answers.get("encoding", ""), answers.get("separator", "")
        )
        self.sheet = importing.sheet_of(self.opened, _whole(answers.get("sheet")))
        self.header = importing.header_of(self.sheet, _whole(answers.get("header")))
        self.opening = OpeningForm(initial=self._opened_as(), opened=self.opened, sheet=self.sheet)
        self.columns = self._columns(said.get(COLUMNS))
        if self.columns and self.columns.is_bound and self.columns.is_valid():
            self._read()
            self.name(said.get(NAMING))

    def _opened_as(self) -> dict[str, object]:
        return {
            "encoding": self.opened.encoding,
            "separator": self.opened.separator,
            "sheet": self.opened.sheets.index(self.sheet) if self.sheet else "",
            "header": self.header.row if self.header else "",
        }

    def _columns(self, answers: Mapping[str, Any] | None) -> ColumnsForm | None:
        """The form of the columns: as answered, or as it was for these headings in the clinic."""
        if self.sheet is None or self.header is None:
            return None
        if answers:
            return ColumnsForm(answers, sheet=self.sheet, header=self.header)
        kept = waiting.matched(self.patient.clinic, importing.header_key(self.header))
        roles = importing.remembered(kept) or importing.roles_of(self.header)
        initial = {f"column_{n}": role for n, role in enumerate(roles)}
        return ColumnsForm(initial=initial, sheet=self.sheet, header=self.header)

    def _read(self) -> None:
        assert self.columns is not None and self.sheet is not None  # noqa: S101, PT018
        zone = self.patient.clinic.zone
        read = importing.read_sheet(self.sheet, self.columns.matching, zone, progress.tell)
        others = importing.other_sheets(self.opened, self.sheet)
        self.read = replace(read, sheets_left_out=others)

    @property
    def headings(self) -> list[str]:
        return [cell.text for cell in self.header.cells] if self.header else []

    @property
    def facts(self) -> dict[str, str]:
        return {
            "encoding": self.opened.encoding,
            "separator": self.opened.separator,
            "sheet": self.sheet.name if self.sheet else "",
        }

    def remember(self) -> None:
        if self.header and self.columns:
            key = importing.header_key(self.header)
            waiting.remember(self.patient.clinic, key, self.columns.roles)


def regimens_of(patient: Patient) -> dict[str, tuple]:
    """The regimens of a patient that stand, with their titles, by id as text."""
    cards = RegimenCard.objects.filter(patient=patient.pk, is_retracted=False)
    cards = cards.select_related("version", "regimen__clinic", "regimen__patient")
    found = {}
    for card in sorted(cards, key=lambda card: place_of(card.version)):
        card.regimen.card = card
        found[str(card.pk)] = (card.regimen, title_of(card.version))
    return found


def _whole(text: Any) -> int | None:
    written = str(text or "") if text != 0 else "0"
    return int(written) if written.isascii() and written.isdigit() and len(written) < 9 else None
