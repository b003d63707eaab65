"""The shape of what was read: places, marks, rows."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from titration.dosing import Component
from titration.timeline import Effective

Tell = Callable[[int, int], None]
"""Is told how many rows or resources were read, and of how many."""


def silent(_done: int, _total: int) -> None:
    """Nobody wants to know."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in a file: a sheet, table or resource; a row, as the file counts
    them; the heading of a column. What a format does not have is left out.
    """

    part: str = ""
    row: int | None = None
    column: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that was not understood: where, what it is (wording.import_words), what stands
    there.
    """

    place: Place
    code: str
    cell: str = ""


@dataclass(frozen=True, slots=True)
class First:
    """How a record was recorded first, as far as the file tells.

    Of another Dose Ledger: the number and the digest of the entry there, and the clinic's name.
    """

    number: int | None = None
    digest: str = ""
    clinic: str = ""
    recorded_by: str = ""
    recorded_at: datetime | None = None
    time_zone: str = ""


@dataclass(frozen=True)
class StepSaid:
    """A dose step as a file says it; the codes are those of the log.

    `medicine` and `decided_by` are as the file writes them: which regimen and which prescriber they
    name is for a person to say. "" where the file has none.
    """

    kind: str
    effective: Effective
    components: tuple[Component, ...] = ()
    medicine: str = ""
    decided_by: str = ""
    received_how: str = ""
    document_on: date | None = None
    reason: str = ""
    reason_text: str = ""
    note: str = ""


@dataclass(frozen=True)
class ReadRow:
    """One row of the file, or one resource: its cells as they stand, what it says or its marks.

    `said` is set where nothing of the row was marked. `structure` is the dose that stands beside
    words which may say another one.
    """

    place: Place
    cells: tuple[str, ...] = ()
    said: StepSaid | None = None
    marks: tuple[Mark, ...] = ()
    first: First | None = None
    structure: tuple[Component, ...] = ()


@dataclass(frozen=True, slots=True)
class PersonSaid:
    """Of whom a file is, as it is written there; "" for what it does not say.

    `name` is the name in one line. `identity` is what the file knows them by, `numbers` what others
    know them by, each with the address of its system.
    """

    identity: str = ""
    name: str = ""
    family_name: str = ""
    given_names: str = ""
    title: str = ""
    born: str = ""
    gender: str = ""
    nhs_number: str = ""
    telephone: str = ""
    died: str = ""
    numbers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class FileRead:
    """What was read of a file; `marks` are of the file as a whole, those of rows are theirs.

    `left_out` says what of it is no dose step and does not come in, and how often it is there;
    `columns_left_out` are the headings of the columns that hold something and are not read,
    `columns_hidden` those of read ones that the sheet does not show, `rows_above` the numbers and
    the texts of the rows above the headings, `sheets_left_out` the names of the other sheets;
    `person` is None where the format or the file does not say of whom it is.
    """

    rows: tuple[ReadRow, ...] = ()
    marks: tuple[Mark, ...] = ()
    left_out: tuple[tuple[str, int], ...] = ()
    columns_left_out: tuple[str, ...] = ()
    columns_hidden: tuple[str, ...] = ()
    rows_above: tuple[tuple[int, str], ...] = ()
    sheets_left_out: tuple[str, ...] = ()
    person: PersonSaid | None = None

    @property
    def is_understood(self) -> bool:
        return bool(self.rows) and not self.all_marks

    @property
    def all_marks(self) -> tuple[Mark, ...]:
        return (*self.marks, *_marks(self.rows))


def _marks(rows: Iterable[ReadRow]) -> Iterable[Mark]:
    for row in rows:
        yield from row.marks
