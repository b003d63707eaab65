"""What was done to a record behind its guards, by raw SQL: the verification names it."""

import datetime as dt
import re
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from itertools import cycle, zip_longest
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, models, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from access.models import AccessedPatient, AccessEvent, Clinic, Role
from ledger import canonical, erasing, verification
from ledger.guards import append_only_models
from ledger.models import AccessSeal, AppendOnly, Entry, Head, Record, Submission
from ledger.verification import Damage, Finding, chain, contents
from ledger.writing import record_of
from patients.models import Patient, PatientVersion
from tests.everything import everything
from tests.factories import PatientFactory, member
from tests.ledger.damage import (
    checkpoint,
    damages,
    delete,
    execute,
    findings,
    parts,
    put_head_right,
    renumber,
    seal,
    undone,
    unguarded,
    walk,
    write_anew,
    write_chain_anew,
)
from tests.titration.factories import step_of
from titration.models import Component, DoseStep, RegimenVersion
from titration.timeline import Effective

pytestmark = pytest.mark.django_db

ON_SQLITE = connection.vendor == "sqlite"


@pytest.fixture(scope="module")
def record(module_db):
    """A clinic with everything in it, another beside it, and no guards: made once, kept open."""
    patient = everything()
    step_of(RegimenVersion.objects.get(regimen__patient=patient), on=dt.date(2026, 5, 1))
    PatientFactory()
    seal()
    with unguarded():
        yield patient


@pytest.fixture
def clinic(record, db):
    """The clinic of the record; what a test does to it is undone."""
    with undone():
        yield Clinic.objects.get(pk=record.clinic_id)


def entry_of(clinic: Clinic, number: int) -> Entry:
    return Entry.objects.select_related("clinic").get(clinic=clinic, number=number)


def last_number(clinic: Clinic) -> int:
    return Head.objects.get(clinic=clinic).number


def step_entry(clinic: Clinic) -> Entry:
    """The entry of the first step, whose component has texts."""
    step = DoseStep.objects.filter(regimen__clinic=clinic).order_by("entry__number")[0]
    return entry_of(clinic, step.entry.number)


# What was not touched.


def test_nothing_is_found_in_a_record_as_it_was_written(clinic):
    assert findings(checkpoint()) == []


def test_every_entry_is_read_and_counted(clinic):
    read = []
    assert list(verification.clinic(clinic, tell=read.append)) == []
    assert sum(read) == last_number(clinic)


def test_batches_of_any_size_find_nothing_more(clinic, monkeypatch):
    for size in (1, 2, 3):
        monkeypatch.setattr(chain, "AT_ONCE", size)
        assert findings() == []


def test_what_is_written_during_the_walk_is_read_too(clinic, monkeypatch):
    monkeypatch.setattr(chain, "AT_ONCE", 4)
    by, read = member(clinic), []

    def write_on(count):
        if not read:
            PatientFactory(clinic=clinic, by=by)
        read.append(count)

    before = last_number(clinic)
    assert list(verification.clinic(clinic, tell=write_on)) == []
    assert sum(read) == before + 1


def test_queries_do_not_grow_with_the_chain(clinic):
    def exactly() -> int:
        with CaptureQueriesContext(connection) as taken:
            list(verification.clinic(clinic))
        return len(taken)

    before = exactly()
    by = member(clinic)
    for _n in range(5):
        PatientFactory(clinic=clinic, by=by)
    assert exactly() == before


# Every column of every table.

OF_NO_MEANING = {
    (Component, "id"),
    (AccessedPatient, "id"),
    (AccessSeal, "id"),
    (Submission, "id"),
    (Submission, "salt"),
    (Submission, "asked"),
}
"""Numbers that nothing refers to, and what only compares a form that is sent twice."""


def others(value: Any, field: models.Field) -> list[Any]:
    """Other values that the column could hold."""
    changed: list[Any] = []
    if isinstance(value, bool):
        changed = [not value]
    elif isinstance(value, int | Decimal):
        changed = [value + 1]
    elif isinstance(value, str):
        changed = [f"x{value}"[: field.max_length]]
        changed += [one for one in dict(field.choices or {}) if one != value][:1]
    elif isinstance(value, uuid.UUID):
        changed = [uuid.uuid4()]
    elif isinstance(value, dt.datetime):
        changed = [value + dt.timedelta(microseconds=1)]
    elif isinstance(value, dt.date):
        changed = [value.replace(year=value.year - 1)]
    elif isinstance(value, list):
        changed = [[*value, "x"]]
    elif value is None:
        changed = {
            "BooleanField": [True, False],
            "UUIDField": [uuid.uuid4()],
            "DecimalField": [Decimal(99)],
            "TimeField": [dt.time(3, 4)],
            "DateField": [dt.date(2020, 2, 3)],
            "DateTimeField": [dt.datetime(2020, 2, 3, tzinfo=dt.UTC)],
            "ForeignKey": [1, uuid.uuid4()],
            "OneToOneField": [uuid.uuid4()],
        }.get(field.get_internal_type(), ["x", 1])
    return [one for one in changed if one != value] + [None] * (value is not None)


class Change(NamedTuple):
    """A value that somebody writes into one column of a row."""

    model: type[models.Model]
    key: Any
    column: str
    value: Any


def test_a_change_of_any_column_is_found(clinic):
    alone, by_entry = [], defaultdict(list)
    for model in append_only_models():
        row = max(model._base_manager.all(), key=filled)
        changes = [
            Change(model, row.pk, field.attname, value)
            for field in model._meta.concrete_fields
            if (model, field.attname) not in OF_NO_MEANING
            for value in others(getattr(row, field.attname), field)
        ]
        entry = entry_that_tells_of(row)
        (by_entry[entry] if entry else alone).extend(changes)
    missed = missed_together(by_entry, is_made, chains)
    assert [change for change in alone + missed if not is_found(change)] == []


def chains() -> Iterator[Finding]:
    """What is found along the chains alone, without what stands beside them."""
    for clinic in Clinic.objects.all():
        yield from chain.Chain(clinic).findings()


def missed_together(
    by_entry: dict[tuple[Clinic, int], list[Any]],
    is_done: Callable[[Any], bool],
    read: Callable[[], Iterator[Finding]],
) -> list[Any]:
    """Of what is done to rows of many entries at a time, all that a walk may have missed.

    Each has to be named by its own entry. A walk takes the time of reading every record, however
    many are damaged. An entry that is named when nothing was done to it was named for another's
    damage: all that is done to it has to be tried alone.
    """
    missed, strangers = [], set()
    for turn in zip_longest(*by_entry.values()):
        done = {entry: what for entry, what in zip(by_entry, turn, strict=True) if what}
        with undone():
            refused = {entry for entry, what in done.items() if not is_done(what)}
            named = {(found.clinic, found.number) for found in read()}
        missed += [what for entry, what in done.items() if entry not in named | refused]
        strangers |= named - done.keys()
    return missed + [what for entry in strangers & by_entry.keys() for what in by_entry[entry]]


def entry_that_tells_of(row: models.Model) -> tuple[Clinic, int] | None:
    """The clinic and the number of the entry whose record the row is, or a part of it."""
    while not isinstance(row, Record):
        parent = getattr(row, "PARENT", None)
        if not parent:
            return None
        row = getattr(row, parent)
    return row.entry.clinic, row.entry.number


def filled(row: models.Model) -> int:
    """How many columns of the row hold something."""
    values = (getattr(row, field.attname) for field in row._meta.concrete_fields)
    return sum(value not in (None, "", []) for value in values)


def is_made(change: Change) -> bool:
    """Make the change: whether neither the database nor the column's type refuses it."""
    try:
        with transaction.atomic():
            rows = change.model._base_manager.filter(pk=change.key)
            rows.update(**{change.column: change.value})
    except (DatabaseError, ValueError, TypeError, OverflowError):
        return False
    return True


def is_found(change: Change) -> bool:
    """Whether the change is found; also when the database or the column's type refuses it."""
    with undone():
        return not is_made(change) or any(walk())


def test_there_is_a_row_in_every_table_that_is_attacked(clinic):
    assert [m for m in append_only_models() if not m._base_manager.exists()] == []


def test_parts_are_named_by_the_record_they_belong_to():
    """A table of parts that no record names would be left out of every verification."""
    for model in append_only_models():
        if issubclass(model, AppendOnly) and not issubclass(model, Record) and model.PARENT:
            parent = model._meta.get_field(model.PARENT)
            assert parent.remote_field.related_name in parent.related_model.PARTS.values()


# What was edited, and which part of it.


def test_an_edited_header_is_named(clinic):
    entry = entry_of(clinic, 3)
    Entry.objects.filter(pk=entry.pk).update(recorded_by_name="Somebody else")
    [finding] = findings()
    assert (finding.damage, finding.number, finding.kind) == (Damage.EDITED_HEADER, 3, entry.kind)
    assert str(finding).startswith(f"edited-header: {clinic.name}, entry 3 ({entry.kind}): its hea")


def test_edited_plain_content_is_named(clinic):
    entry = step_entry(clinic)
    DoseStep.objects.filter(pk=entry.pk).update(effective_on=dt.date(2026, 1, 1))
    assert (Damage.EDITED_CONTENT, entry.number) in damages()


def test_an_edited_amount_is_named_by_its_step(clinic):
    entry = step_entry(clinic)
    Component.objects.filter(step=entry.pk).update(low=Decimal(12))
    assert damages() == [(Damage.EDITED_CONTENT, entry.number)]


def test_a_clock_time_moved_by_seconds_is_named(clinic):
    regimen = RegimenVersion.objects.filter(regimen__clinic=clinic)[0]
    at = Effective(dt.date(2026, 5, 2), "day", dt.time(8, 30), 60)
    step = step_of(regimen, on=at)
    assert findings() == []
    DoseStep.objects.filter(pk=step.pk).update(effective_time=dt.time(8, 30, 59))
    assert damages() == [(Damage.UNREADABLE, step.entry.number)]


def test_edited_text_is_named(clinic):
    entry = step_entry(clinic)
    DoseStep.objects.filter(pk=entry.pk).update(note="Jam first")
    assert damages() == [(Damage.EDITED_TEXT, entry.number)]


def test_edited_text_of_a_component_is_named(clinic):
    entry = step_entry(clinic)
    Component.objects.filter(step=entry.pk).update(calculation="50 kg on 1 March")
    assert damages() == [(Damage.EDITED_TEXT, entry.number)]


def test_a_text_with_a_new_salt_and_digest_is_named(clinic):
    entry = step_entry(clinic)
    step = DoseStep.objects.get(pk=entry.pk)
    step.note = "Jam first"
    step.sealed = canonical.sealed_digest(step.salt, step.sealed_content())
    step.save()
    assert damages() == [(Damage.EDITED_CONTENT, entry.number)]


def test_a_record_written_anew_with_its_digest_is_named_by_its_header(clinic):
    entry = step_entry(clinic)
    DoseStep.objects.filter(pk=entry.pk).update(received_how="message")
    digest = DoseStep.objects.get(pk=entry.pk).content_digest()
    Entry.objects.filter(pk=entry.pk).update(content_digest=digest)
    assert damages() == [(Damage.EDITED_HEADER, entry.number)]


def test_a_version_put_under_another_patient_is_named(clinic):
    version = PatientVersion.objects.filter(patient__clinic=clinic)[0]
    stranger = PatientFactory(clinic=clinic)
    PatientVersion.objects.filter(pk=version.pk).update(patient=stranger)
    assert (Damage.MISFILED, version.entry.number) in damages()


def test_a_regimen_moved_to_another_patient_is_named_by_all_its_entries(clinic):
    entries = RegimenVersion.objects.filter(regimen__clinic=clinic)
    stranger = PatientFactory(clinic=clinic)
    execute(
        "UPDATE titration_regimen SET patient_id = %s",
        stranger.pk.hex if ON_SQLITE else str(stranger.pk),
    )
    found = [number for damage, number in damages() if damage == Damage.MISFILED]
    assert {version.entry.number for version in entries} < set(found)


def test_a_part_added_to_an_old_step_is_named(clinic):
    entry = step_entry(clinic)
    part = Component.objects.get(step=entry.pk)
    part.pk, part.position = None, 1
    part.save()
    assert (Damage.EDITED_CONTENT, entry.number) in damages()


def test_a_part_taken_from_an_old_step_is_named(clinic):
    entry = step_entry(clinic)
    Component.objects.filter(step=entry.pk)._raw_delete("default")
    assert (Damage.EDITED_CONTENT, entry.number) in damages()


@pytest.mark.only_on("sqlite")  # PostgreSQL's columns have types
@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("UPDATE titration_component SET low = 'eleven'", Damage.UNREADABLE),
        ("UPDATE titration_regimenversion SET strengths = '[1,'", Damage.EDITED_CONTENT),
        ("UPDATE titration_dosestep SET effective_on = 'Easter'", Damage.EDITED_CONTENT),
        ("UPDATE titration_dosestep SET step = 'half a uuid'", Damage.UNREADABLE),
        (
            "UPDATE ledger_entry SET subject = 'half a uuid' WHERE kind = 'dose-step'",
            Damage.EDITED_HEADER,
        ),
        ("UPDATE ledger_entry SET recorded_at = 'Easter'", Damage.EDITED_HEADER),
        ("UPDATE access_accessedpatient SET patient = 'half' || id", Damage.ACCESS_EDITED),
    ],
)
def test_values_that_no_column_of_ours_holds_are_named(clinic, statement, expected):
    with connection.constraint_checks_disabled():
        execute("PRAGMA ignore_check_constraints = ON")
        execute(statement)
    try:
        assert expected in {finding.damage for finding in findings()}
    finally:
        execute("PRAGMA ignore_check_constraints = OFF")


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize(
    ("table", "column", "spelling"),
    [
        ("ledger_entry", "subject", "upper(subject)"),
        ("ledger_entry", "submission", "substr(submission, 1, 8) || '-' || substr(submission, 9)"),
        ("ledger_entry", "recorded_at", "recorded_at || '+00:00'"),
        ("ledger_entry", "recorded_at", "replace(recorded_at, ' ', 'T')"),
        ("ledger_entry", "position", "position - 7"),
        ("ledger_entry", "kind", "CAST(kind AS BLOB)"),
        ("ledger_head", "recorded_at", "recorded_at || 'Z'"),
        ("titration_dosestep", "step", "upper(step)"),
        ("titration_component", "step_id", "upper(step_id)"),
        ("titration_component", "as_needed", "-3"),
        ("access_accessedpatient", "patient", "upper(patient)"),
    ],
)
def test_a_value_in_another_spelling_is_named(clinic, table, column, spelling):
    """It reads the same and fits every digest, but SQLite compares the text that is stored."""
    with ruined():
        execute(f"UPDATE {table} SET {column} = {spelling}")
        found = list(verification.misspelt())
    assert {finding.damage for finding in found} == {Damage.UNREADABLE}
    assert all(f"column {column} of row" in f.says and table in f.says for f in found)


@pytest.fixture(scope="module")
def queries(record):
    """What each part of a verification asks of the record as it was written."""
    asked = []
    for part in parts():
        with CaptureQueriesContext(connection) as taken:
            assert list(part()) == []
        asked.append([query["sql"] for query in taken])
    return asked


class Ruin(NamedTuple):
    """What no field of ours could have written, in a column of a table's newest row."""

    model: type[models.Model]
    column: str
    value: str

    def is_done(self) -> bool:
        table = self.model._meta.db_table
        newest = f"(SELECT max(rowid) FROM {table})"
        execute(f'UPDATE {table} SET "{self.column}" = {self.value} WHERE rowid = {newest}')
        return True

    def is_read(self, queries: list[str]) -> bool:
        table = self.model._meta.db_table
        return any(f'"{table}"' in query and f'"{self.column}"' in query for query in queries)


@pytest.mark.only_on("sqlite")
def test_no_value_ends_the_walk(clinic, queries):
    """Every column of the newest row of every table: each is named, and the rest is read.

    A part whose queries do not name the column cannot tell: those that do are walked.
    """
    alone, by_entry = [], defaultdict(list)
    for model in (Head, *append_only_models()):
        fields = [f for f in model._meta.concrete_fields if (model, f.attname) not in OF_NO_MEANING]
        columns = [f.column for f in fields if f.get_internal_type() != "BigAutoField"]
        values = cycle(("'x'", "X'ff00'", "CAST(X'ff00' AS TEXT)"))
        ruins = [Ruin(model, *written) for written in zip(columns, values, strict=False)]
        table = model._meta.db_table
        [row] = model._base_manager.raw(f"SELECT * FROM {table} ORDER BY rowid DESC LIMIT 1")
        entry = entry_that_tells_of(row)
        (by_entry[entry] if entry else alone).extend(ruins)
    with ruined():
        missed = missed_together(by_entry, Ruin.is_done, walk)
        for ruin in alone + missed:
            read = zip(parts(), queries, strict=True)
            with undone():
                ruin.is_done()
                reading = [part for part, asked in read if ruin.is_read(asked)]
                assert [finding for part in reading for finding in part()], ruin


@pytest.mark.only_on("sqlite")
def test_what_stops_a_walk_is_told_with_the_entry_it_came_to(clinic):
    with ruined():
        execute(
            "UPDATE ledger_entry SET number = 'x' WHERE number = 5 AND clinic_id = %s", clinic.pk
        )
        stopped = [finding for finding in findings() if "the walk stopped" in finding.says]
    last = last_number(clinic)
    assert [finding.says for finding in stopped] == [
        f"the walk stopped after entry {last}: what comes next cannot be read. (TypeError)"
    ]
    assert stopped[0].clinic == clinic


@contextmanager
def ruined():
    """Checks and foreign keys are off: whoever has the file can do the same."""
    execute("PRAGMA ignore_check_constraints = ON")
    execute("PRAGMA defer_foreign_keys = ON")
    try:
        yield
    finally:
        execute("PRAGMA ignore_check_constraints = OFF")


# Texts that are gone.


def erase_step(entry: Entry) -> None:
    DoseStep.objects.filter(pk=entry.pk).update(
        salt=None, reason_text=None, note=None, correction_reason=None
    )
    Component.objects.filter(step=entry.pk).update(**dict.fromkeys(Component.ERASABLE))


def test_a_text_erased_without_an_erasure_is_named(clinic):
    entry = step_entry(clinic)
    erase_step(entry)
    assert damages() == [(Damage.ERASED, entry.number)]


def test_texts_whose_erasure_is_gone_are_named(clinic):
    patient = Patient.objects.filter(clinic=clinic, card__isnull=False).get()
    written = Entry.objects.filter(patient=patient.pk).values_list("number", flat=True)
    texts = {n for n in written if has_text(entry_of(clinic, n))}
    by = member(clinic, Role.ADMINISTRATOR)
    erasure = erasing.erase(clinic=clinic, patient=patient.pk, reason="request", by=by)
    assert findings() == []
    delete(erasure.entry)
    assert {number for damage, number in damages() if damage == Damage.ERASED} == texts


def has_text(entry: Entry) -> bool:
    return record_of(entry).salt is not None


def test_a_text_erased_in_part_is_named(clinic):
    entry = step_entry(clinic)
    DoseStep.objects.filter(pk=entry.pk).update(note=None)
    assert damages() == [(Damage.EDITED_TEXT, entry.number)]


def test_a_salt_without_which_a_text_cannot_be_checked_is_missed(clinic):
    entry = step_entry(clinic)
    DoseStep.objects.filter(pk=entry.pk).update(salt=None)
    assert (Damage.EDITED_TEXT, entry.number) in damages()


# What is missing.


def test_missing_first_entries_are_named(clinic):
    delete(entry_of(clinic, 1))
    delete(entry_of(clinic, 2))
    [finding] = [f for f in findings() if f.damage == Damage.MISSING]
    assert finding.says == "entries 1 to 2, the first of all, are missing."


def test_a_missing_entry_in_the_middle_is_named(clinic):
    delete(entry_of(clinic, 4))
    [finding] = [f for f in findings() if f.damage == Damage.MISSING]
    assert finding.says == "entry 4 is missing."


def test_a_missing_end_is_named_by_the_head(clinic):
    last = last_number(clinic)
    delete(entry_of(clinic, last))
    [finding] = [f for f in findings() if f.clinic and f.damage == Damage.TRUNCATED]
    assert finding.says == (
        f"the end is missing: {last} entries were counted, the last here is {last - 1}."
    )


def test_a_missing_end_with_its_head_put_right_is_found_by_a_checkpoint_alone(clinic):
    notes, last = checkpoint(), last_number(clinic)
    Submission.objects.filter(clinic=clinic, first_number=last)._raw_delete("default")
    delete(entry_of(clinic, last))
    put_head_right(clinic)
    call_command("rebuild_projection")
    assert findings() == []
    [finding] = findings(notes)
    assert finding.damage == Damage.STALE
    assert f"knew {last} entries, the last here is {last - 1}" in finding.says


@given(st.data())
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_missing_number_is_named_and_no_other(clinic, data):
    last = last_number(clinic)
    gone = data.draw(st.sets(st.integers(1, last), max_size=last - 1))
    with undone(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(chain, "AT_ONCE", data.draw(st.integers(1, 6)))
        for number in gone:
            delete(entry_of(clinic, number))
        walked = chain.Chain(clinic)
        found = list(walked.findings())
    here = set(range(1, last + 1)) - gone
    assert set(walked.gaps) == {number for number in gone if number < max(here)}
    assert (Damage.TRUNCATED in {f.damage for f in found}) == (last in gone)


def test_a_missing_record_is_named(clinic):
    entry = Entry.objects.filter(clinic=clinic, kind=PatientVersion.KIND).latest("number")
    PatientVersion.objects.filter(pk=entry.pk)._raw_delete("default")
    assert (Damage.NO_RECORD, entry.number) in damages()


def test_the_missing_row_of_the_head_is_named(clinic):
    Head.objects.filter(clinic=clinic)._raw_delete("default")
    assert damages() == [(Damage.HEAD, None)]


@pytest.mark.parametrize(
    "change", [{"number": 1}, {"digest": "f" * 64}, {"recorded_at": None}], ids=str
)
def test_a_changed_head_is_named(clinic, change):
    Head.objects.filter(clinic=clinic).update(**change)
    assert damages() == [(Damage.HEAD, None)]


# What changed places, and what forks.


def test_two_entries_that_changed_places_are_named(clinic):
    third, fifth = entry_of(clinic, 3), entry_of(clinic, 5)
    renumber(third, 1000)
    renumber(fifth, 3)
    renumber(third, 5)
    found = [f for f in findings() if f.number in (3, 5)]
    assert [(f.damage, f.number) for f in found] == [(Damage.SWAPPED, 3), (Damage.SWAPPED, 5)]
    assert found[0].says == "it was written as entry 5: entries changed places."


@given(st.data())
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_entry_out_of_its_place_is_named(clinic, data):
    places = range(1, last_number(clinic) + 1)
    order = data.draw(st.permutations(places))
    with undone():
        entries = [entry_of(clinic, number) for number in places]
        for entry in entries:
            renumber(entry, entry.number + 1000)
        for entry, number in zip(entries, order, strict=True):
            renumber(entry, number)
        found = damages()
    moved = [number for place, number in zip(places, order, strict=True) if place != number]
    assert [n for damage, n in found if damage == Damage.SWAPPED] == sorted(moved)


def test_two_records_that_changed_places_are_named(clinic):
    one, two = DoseStep.objects.filter(regimen__clinic=clinic).order_by("entry__number")[1:3]
    columns = [f.attname for f in DoseStep._meta.concrete_fields if not f.primary_key]
    for row, other in ((one, two), (two, one)):
        DoseStep.objects.filter(pk=row.pk).update(**{c: getattr(other, c) for c in columns})
    Component.objects.filter(step=one.pk).update(position=7)
    Component.objects.filter(step=two.pk).update(step=one.pk)
    Component.objects.filter(step=one.pk, position=7).update(step=two.pk, position=0)
    numbers = {one.entry.number, two.entry.number}
    swapped = [f for f in findings() if f.damage == Damage.SWAPPED]
    assert {f.number for f in swapped} == numbers


def test_an_entry_that_follows_one_followed_already_is_a_fork(clinic):
    fork = entry_of(clinic, last_number(clinic))
    write_anew(fork, previous_digest=entry_of(clinic, 2).digest)
    put_head_right(clinic)
    [finding] = findings()
    assert (finding.damage, finding.number) == (Damage.FORKED, fork.number)
    assert finding.says == "it follows entry 2, as another does: the chain forks there."


def test_an_entry_that_stands_as_the_first_is_a_fork(clinic):
    fork = entry_of(clinic, last_number(clinic))
    write_anew(fork, previous_digest=canonical.NO_ENTRY)
    put_head_right(clinic)
    [finding] = findings()
    assert (finding.damage, finding.number) == (Damage.FORKED, fork.number)
    assert finding.says == "it stands as the first of a chain: the chain forks there."


@pytest.mark.only_on("postgresql")  # SQLite cannot drop the constraint in a transaction
def test_two_entries_of_one_number_are_a_fork(clinic):
    last = entry_of(clinic, last_number(clinic))
    execute("ALTER TABLE ledger_entry DROP CONSTRAINT ledger_entry_number_once")
    write_anew(last, number=last.number - 1, previous_digest=entry_of(clinic, 3).digest)
    for size in (1, 2000):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(chain, "AT_ONCE", size)
            assert (Damage.FORKED, last.number) in damages()


def test_an_entry_written_anew_is_named_by_the_one_after_it(clinic):
    write_anew(entry_of(clinic, 3), recorded_by_name="Somebody else")
    assert damages() == [(Damage.UNLINKED, 4)]


def test_the_last_entry_written_anew_is_named_by_the_head(clinic):
    write_anew(entry_of(clinic, last_number(clinic)), recorded_by_name="Somebody else")
    assert damages() == [(Damage.HEAD, None)]


def test_a_chain_written_anew_is_found_by_a_checkpoint_alone(clinic):
    notes = checkpoint()
    entry = step_entry(clinic)
    Component.objects.filter(step=entry.pk).update(low=Decimal(12))
    write_chain_anew(clinic)
    assert findings() == []
    [finding] = findings(notes)
    assert finding.damage == Damage.REWRITTEN
    assert finding.clinic == clinic


def test_an_older_checkpoint_still_fits_a_chain_that_went_on(clinic):
    notes = checkpoint()
    PatientFactory(clinic=clinic)
    assert findings(notes) == []


# What was never so.


def test_a_time_that_goes_back_is_named(clinic):
    entry = entry_of(clinic, 4)
    earlier = entry.recorded_at - dt.timedelta(days=400)
    Entry.objects.filter(pk=entry.pk).update(recorded_at=earlier)
    write_chain_anew(clinic)
    assert (Damage.TIME, 4) in damages()


def test_superseding_another_kind_is_named(clinic):
    entry = entry_of(clinic, last_number(clinic))
    Entry.objects.filter(pk=entry.pk).update(supersedes=entry_of(clinic, 3))
    Entry.objects.filter(number=2, clinic=clinic).update(supersedes=entry)
    write_chain_anew(clinic)
    found = damages()
    assert (Damage.SUPERSEDES, entry.number) in found
    assert (Damage.SUPERSEDES, 2) in found


def test_a_kind_that_nothing_reads_is_named(clinic):
    entry = entry_of(clinic, 2)
    Entry.objects.filter(pk=entry.pk).update(kind="prophecy")
    assert (Damage.UNREADABLE, 2) in damages()


def test_a_form_that_nothing_reads_is_named(clinic):
    Entry.objects.filter(clinic=clinic, number=2).update(form="patient/99")
    assert (Damage.UNREADABLE, 2) in damages()


# What belongs to nothing.


def test_a_patient_without_an_entry_is_named(clinic):
    stray = Patient.objects.create(clinic=clinic)
    assert [f.damage for f in findings()] == [Damage.STRAY]
    assert str(stray.pk) in findings()[0].says


def test_a_record_without_an_entry_is_named(clinic):
    version = PatientVersion.objects.filter(patient__clinic=clinic)[0]
    version.pk = uuid.uuid4()
    version.save(force_insert=True)
    assert [f.damage for f in findings()] == [Damage.STRAY]


def test_a_record_under_an_entry_of_another_kind_is_named(clinic):
    version = PatientVersion.objects.filter(patient__clinic=clinic)[0]
    version.pk = step_entry(clinic).pk
    version.save(force_insert=True)
    assert [f.damage for f in findings()] == [Damage.STRAY]


def test_entries_of_no_clinic_are_named(clinic):
    other = Clinic.objects.exclude(pk=clinic.pk).get(patients__isnull=False)
    Clinic.objects.filter(pk=other.pk)._raw_delete("default")
    assert [f.damage for f in findings()][:1] == [Damage.STRAY]


@pytest.mark.parametrize("change", [{"first_number": 999}, {"uuid": uuid.UUID(int=9)}], ids=str)
def test_a_submission_that_leads_elsewhere_is_named(clinic, change):
    first = Submission.objects.filter(clinic=clinic)[0]
    Submission.objects.filter(pk=first.pk).update(**change)
    assert {finding.damage for finding in findings()} == {Damage.SUBMISSION}


def test_a_submission_that_is_gone_is_named_by_its_first_entry(clinic):
    first = Submission.objects.filter(clinic=clinic).order_by("first_number")[0]
    Submission.objects.filter(pk=first.pk)._raw_delete("default")
    assert damages() == [(Damage.SUBMISSION, first.first_number)]


# In constant memory.


def test_equal_parts_are_kept_in_bounds(clinic, monkeypatch):
    monkeypatch.setattr(contents, "MOST_KEPT", 1)
    assert findings() == []


def test_damage_that_is_compared_is_held_in_bounds(clinic, monkeypatch):
    monkeypatch.setattr(chain, "MOST_COMPARED", 1)
    Entry.objects.filter(clinic=clinic).update(time_zone="Europe/Paris")
    walked = chain.Chain(clinic)
    found = [f for f in walked.findings() if f.damage == Damage.EDITED_HEADER]
    assert len(found) == last_number(clinic)
    assert len(walked.misnumbered) == 1


def test_accessed_patients_without_their_event_are_named(clinic):
    AccessEvent.objects.all()._raw_delete("default")
    assert {f.damage for f in findings()} == {Damage.ACCESS_MISSING, Damage.STRAY}


def test_every_kind_of_finding_is_told_in_the_documentation():
    text = (Path(__file__).parents[2] / "docs" / "operations.md").read_text()
    [table] = re.findall(r"^\| a line begins with.*?^$", text, re.MULTILINE | re.DOTALL)
    first_cells = "".join(line.split("|")[1] for line in table.splitlines()[2:])
    assert sorted(re.findall("`(.+?)`", first_cells)) == sorted(Damage)
