"""Which tables there are: one for each kind of record, and one for each kind of its parts.

A kind of record that is in neither TABLES nor LEFT_OUT fails a test.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property

from django.db.models import IntegerField, TextField, UUIDField

from ledger.models import (
    AccessSeal,
    AppendOnly,
    Entry,
    Erasure,
    ImportedFile,
    Origin,
    Record,
    Retraction,
    Submission,
)
from patients.context import TOPICS
from patients.models import (
    Arrival,
    ContextConfirmation,
    ContextVersion,
    Patient,
    PatientVersion,
    SamePerson,
    Transfer,
)
from titration.models import (
    CalendarText,
    CalendarTextVersion,
    Component,
    Confirmation,
    Contact,
    Dispute,
    DoseStep,
    IntakeReport,
    IssueTold,
    Measure,
    MeasureVersion,
    Medicine,
    MedicineVersion,
    Observation,
    Plan,
    PlanEvent,
    PlanIssue,
    PlannedComponent,
    PlannedRow,
    PlanVersion,
    PumpEvent,
    PumpRate,
    Regimen,
    RegimenVersion,
    Review,
    RowRecorded,
    SideEffect,
)
from titration.tables.columns import Column, columns_of


@dataclass(frozen=True)
class Table:
    """A table: its rows are those of a model, of one patient.

    `also` are identities that lie further away, by their columns: the way to each. `spread` is the
    field that holds a list whose items are the rows, each with these `parts`; the table of the
    model itself `counts` them instead.
    """

    name: str
    model: type[AppendOnly]
    also: dict[str, str] = field(default_factory=dict)
    counts: str = ""
    spread: str = ""
    parts: tuple[str, ...] = ()

    @property
    def parent(self) -> type[AppendOnly] | None:
        """The record that a row is a part of; none for a record and for an entry."""
        if self.model is Entry or issubclass(self.model, Record):
            return None
        parent: type[AppendOnly] = getattr(self.model, str(self.model.PARENT)).field.related_model
        return parent

    @property
    def to_entry(self) -> str:
        """What the columns of the entry that recorded a row are reached by."""
        if self.model is Entry:
            return ""
        return f"{self.model.PARENT}__entry__" if self.parent else "entry__"

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """The columns in their order."""
        of_model = [
            replace(column, kind="integer") if column.name == self.counts else column
            for column in columns_of(self.model)
        ]
        if not self.spread:
            lying = [Column(name, path, UUIDField(), "string") for name, path in self.also.items()]
            return *of_model, *lying
        parts = [Column(part, "", TextField(blank=True), "string") for part in self.parts]
        return of_model[0], Column("position", "", IntegerField(), "integer"), *parts

    @property
    def key(self) -> list[str]:
        """The columns that tell a row from every other."""
        first = self.columns[0].name
        return [first, "position"] if self.parent or self.spread else [first]


def _tables(declared: Iterable[Table]) -> dict[str, Table]:
    return {table.name: table for table in declared}


PARTS_OF_CONTEXT = tuple(
    dict.fromkeys(part.name for topic in TOPICS.values() for part in topic.parts)
)

TABLES = _tables(
    (
        Table("patient", PatientVersion),
        Table("context", ContextVersion, counts="lines"),
        Table("context_lines", ContextVersion, spread="lines", parts=PARTS_OF_CONTEXT),
        Table("context_confirmations", ContextConfirmation),
        Table("same_person", SamePerson),
        Table("transfers", Transfer),
        Table("arrivals", Arrival),
        Table("regimens", RegimenVersion),
        Table("steps", DoseStep),
        Table("components", Component),
        Table("confirmations", Confirmation),
        Table("disputes", Dispute),
        Table("plans", PlanVersion, also={"regimen": "plan__regimen"}),
        Table("planned_rows", PlannedRow),
        Table("planned_components", PlannedComponent),
        Table("plan_events", PlanEvent),
        Table("rows_recorded", RowRecorded),
        Table("reviews", Review),
        Table("copies", PlanIssue),
        Table("copies_told", IssueTold),
        Table("intake", IntakeReport),
        Table("contacts", Contact),
        Table("observations", Observation),
        Table("side_effects", SideEffect),
        Table("pump_events", PumpEvent),
        Table("pump_rates", PumpRate),
        Table("withdrawals", Retraction),
        Table("erasures", Erasure),
        Table("imported_files", ImportedFile),
        Table("origins", Origin),
        Table("entries", Entry),
    )
)
"""In the order in which the files stand in the zip."""

_IDENTITY = "It has an identity and no text of its own; its versions name it."
_CATALOGUE = "It is of the clinic and of no patient; records repeat what they took from it."

LEFT_OUT: dict[type[AppendOnly], str] = {
    Patient: _IDENTITY,
    Regimen: _IDENTITY,
    Plan: _IDENTITY,
    Medicine: _CATALOGUE,
    MedicineVersion: _CATALOGUE,
    Measure: _CATALOGUE,
    MeasureVersion: _CATALOGUE,
    CalendarText: _CATALOGUE,
    CalendarTextVersion: _CATALOGUE,
    Submission: "It tells a form that is sent twice from another one; entries say what came of it.",
    AccessSeal: "It seals who saw what, which the audit exports.",
}
"""What has no table, and why."""
