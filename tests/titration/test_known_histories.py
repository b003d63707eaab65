"""As known at every entry, through the database: equal to a slow obvious model, history by history.

Corrections of corrections, withdrawals of corrected steps, steps that hold from before a later one,
and between them others' entries. Some hundreds here; ten thousand of each, some eleven minutes of a
processor on SQLite (22 ms for a history, which is written and rolled back):
pytest tests/titration/test_known_histories.py --hypothesis-profile=thorough
"""

from collections.abc import Callable
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import transaction
from django.http import QueryDict
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from access.models import Role
from ledger import moments
from ledger.models import Entry, Head, Retraction
from ledger.writing import Asking, Log, writing
from tests.factories import member
from tests.titration.doses import times
from tests.titration.factories import medicine_of, regimen_of
from tests.titration.histories import Told, histories, in_order
from tests.titration.test_projection import Desk, doings
from titration import learned
from titration.exports import csv, history, pdf
from titration.forms.span import SpanForm
from titration.models import (
    KINDS_WITH_DOSE,
    Component,
    Confirmation,
    DoseStep,
    Regimen,
    RegimenVersion,
)
from titration.presenters.log import CORRECTED, LIVE, WITHDRAWN, log_rows
from titration.presenters.patient import everything_of, patient_page
from titration.presenters.regimen import regimen_page
from titration.presenters.regimen_plans import EXISTING
from titration.reading import logged
from titration.timeline import StepRecord, Withdrawal

pytestmark = pytest.mark.django_db

# Each history is rolled back within the test's own transaction, and PostgreSQL walks past what was
# until that ends: ten thousand in one took it hours.
IN_ONE_TEST = 500
PARTS = max(1, settings.default.max_examples // IN_ONE_TEST)

settled = settings(
    max_examples=max(200, settings.default.max_examples // PARTS),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.fixture(autouse=True, params=range(PARTS))
def part() -> None:
    """Every property is asked of so many histories again, each time in a test of its own."""


@dataclass
class Known:
    """The model: what had been told by one entry, kept as it was told."""

    texts: list[StepRecord] = field(default_factory=list)
    lines: dict[UUID, StepRecord] = field(default_factory=dict)
    gone: dict[UUID, int] = field(default_factory=dict)
    confirmed: dict[UUID, int] = field(default_factory=dict)
    indication: str = "spasticity"

    def tell(self, event: StepRecord | Withdrawal | tuple[str, Any]) -> "Known":
        """What is known after one more entry, this one left as it is."""
        after = Known(
            [*self.texts], {**self.lines}, {**self.gone}, {**self.confirmed}, self.indication
        )
        if isinstance(event, StepRecord):
            after.texts.append(event)
            after.lines[event.step] = event
        elif isinstance(event, Withdrawal):
            del after.lines[event.step]
            after.gone[event.step] = event.number
        elif event[0] == "confirm":
            after.confirmed[event[1]] = event[2]
        elif event[0] == "text":
            after.indication = event[1]
        return after

    @property
    def live(self) -> list[StepRecord]:
        return in_order(self.lines.values())

    def status(self, record: StepRecord) -> str:
        if self.lines.get(record.step) is record:
            return LIVE
        later = [text for text in self.texts if text.step == record.step]
        return WITHDRAWN if later[-1] is record else CORRECTED


@st.composite
def between(draw: Callable[..., Any]) -> tuple[Told, list[str]]:
    """A history, and what follows each of its entries: nothing, a confirmation, others' work."""
    told = draw(histories(most=9))
    what = st.sampled_from(["", "", "confirm", "other", "text"])
    return told, [draw(what) for _entry in told.entries]


class Book:
    """A regimen in the database, on which histories are written as they were told."""

    def __init__(self) -> None:
        self.version = regimen_of()
        self.regimen = self.version.regimen
        self.clinic = self.regimen.clinic
        self.prescriber = self.version.responsible
        self.recorder = member(self.clinic, Role.RECORDER)
        self.other = regimen_of(
            self.regimen.patient, medicine_of(self.clinic, "tizanidine"), self.prescriber
        ).regimen

    def write(self, told: Told, after: list[str]) -> dict[int, Known]:
        """Write it all; returns the model at each entry number, from the one before the first."""
        number = Head.objects.get(clinic=self.clinic).number
        known = {number: Known()}
        entries: dict[UUID, Entry] = {}
        text = self.version
        asking = Asking(uuid4(), b"")
        with writing(self.clinic, by=self.recorder, submission=asking) as log:

            def tell(event: StepRecord | Withdrawal | tuple) -> None:
                known[log.head.number] = known[log.head.number - 1].tell(event)

            for entry, then in zip(told.entries, after, strict=True):
                if isinstance(entry, Withdrawal):
                    log.add(Retraction(reason="twice"), subject=entry.step, patient=self.patient)
                    tell(Withdrawal(entry.step, log.head.number))
                    continue
                record = self.step(log, entry, entries.get(entry.step))
                entries[entry.step] = record.entry
                tell(self.as_read(record, entry))
                if then == "confirm":
                    log.add(Confirmation(confirms=record), subject=uuid4(), patient=self.patient)
                    tell(("confirm", record.pk, log.head.number))
                elif then == "other":
                    self.step(log, entry, None, self.other)
                    tell(("other", None))
                elif then == "text":
                    text = self.revise(log, text)
                    tell(("text", text.indication))
        return known

    @property
    def patient(self) -> UUID:
        return self.regimen.patient_id

    def step(self, log: Log, told: StepRecord, supersedes: Entry | None, regimen=None) -> DoseStep:
        moment = told.effective
        step = DoseStep(
            step=uuid4() if regimen else told.step,
            regimen=regimen or self.regimen,
            kind=told.kind,
            effective_on=moment.on,
            effective_precision=moment.precision,
            effective_time=moment.time,
            effective_offset=moment.offset,
            decided_by=self.prescriber,
            decided_by_name=self.prescriber.name,
            received_how="letter",
            reason="start" if told.kind in KINDS_WITH_DOSE else "side-effect",
            reason_text="",
            note="",
            correction_reason="slip" if supersedes else "",
        )
        step.parts = [Component.of(step, 0, part) for part in self.parts(told)]
        patient = self.patient
        line = step.step
        return log.add(
            step, subject=line, patient=patient, supersedes=supersedes, children=step.parts
        )

    def parts(self, told: StepRecord) -> tuple:
        return (times(3, str(told.number)),) if told.kind in KINDS_WITH_DOSE else ()

    def as_read(self, step: DoseStep, told: StepRecord) -> StepRecord:
        number = step.entry.number
        return StepRecord(step.pk, number, told.step, told.kind, told.effective, self.parts(told))

    def revise(self, log: Log, text: RegimenVersion) -> RegimenVersion:
        names = ("medicine_id", "medicine_name", "form", "route", "unit", "strengths")
        version = RegimenVersion(
            regimen=self.regimen,
            indication="pain" if text.indication == "spasticity" else "spasticity",
            indication_text="",
            responsible=self.prescriber,
            responsible_name=self.prescriber.name,
            **{name: getattr(text, name) for name in names},
        )
        line = self.regimen.pk
        return log.add(version, subject=line, patient=self.patient, supersedes=text.entry)


@pytest.fixture
def book():
    return Book()


@given(between())
@settled
def test_every_entry_number_shows_what_had_been_told_by_then(book, story) -> None:
    with transaction.atomic():
        known = book.write(*story)
        for number, model in known.items():
            read = logged.history(book.regimen, number)
            assert list(read.live) == model.live
            assert sorted(read.records, key=lambda r: r.number) == model.texts
            assert {w.step: w.number for w in read.withdrawals} == model.gone
            text, is_withdrawn = logged.text_of(book.regimen, number)
            assert (text.indication, is_withdrawn) == (model.indication, False)
            said = logged.step_texts([record.entry for record in model.texts], number)
            confirmed = {entry: t.confirmed_number for entry, t in said.items()}
            assert confirmed == {r.entry: model.confirmed.get(r.entry) for r in model.texts}
        newest = logged.history(book.regimen)
        assert list(newest.live) == known[max(known)].live
        transaction.set_rollback(True)


@given(between(), st.integers(0, 30))
@settled
def test_a_row_says_what_had_become_of_its_text_by_then(book, story, place) -> None:
    with transaction.atomic():
        known = book.write(*story)
        number = min(known) + place % len(known)
        model = known[number]
        now = book.clinic.local(Entry.objects.get(clinic=book.clinic, number=number).recorded_at)
        rows = log_rows(logged.history(book.regimen, number), book.clinic, now, model.texts)
        for row, record in zip(rows, model.texts, strict=True):
            assert row.status == model.status(record)
            assert bool(row.error) is (row.status != LIVE)
            assert row.is_unconfirmed is (
                row.status == LIVE and record.entry not in model.confirmed
            )
        transaction.set_rollback(True)


@given(between(), st.integers(0, 30))
@settled
def test_what_was_learned_since_leads_from_then_to_now(book, story, place) -> None:
    with transaction.atomic():
        known = book.write(*story)
        number = min(known) + place % len(known)
        then, now = known[number], known[max(known)]
        log = logged.history(book.regimen)
        since = learned.learned_since(number, log.records, log.withdrawals, now.confirmed)
        lines = {**then.lines}
        for found in since:
            if found.what == learned.WITHDRAWN:
                assert lines.pop(found.step.step) == found.step
            elif found.what != learned.CONFIRMED:
                assert lines.get(found.step.step) == found.before
                lines[found.step.step] = found.step
        assert lines == now.lines
        assert {found.number for found in since} == {
            *(text.number for text in now.texts if text.number > number),
            *(gone for gone in now.gone.values() if gone > number),
            *(entry for entry in now.confirmed.values() if entry > number),
        }
        transaction.set_rollback(True)


# What was shown then is what is shown as known then


OF_ITS_TIME = {
    *("url", "context_url", "more_url", "not_today", "chart", "exported_at", "known_at", "notice")
}
"""What differs: where links lead, what an export says of itself, and the picture's own label."""


def shown(reader, known: int | None = None) -> dict[str, Any]:
    """Everything that pages and exports say of the patient now, or as known at an entry."""
    regimens = Regimen.objects.select_related("card__version", "clinic", "patient__clinic")
    first, *_others = found = list(regimens.annotate(**EXISTING).order_by("pk"))
    clinic, patient = first.clinic, first.patient
    head = Head.objects.get(clinic=clinic)
    moment = moments.known(str(known), clinic, head.recorded_at) if known else None
    now = clinic.local(head.recorded_at)
    read = everything_of(patient, known)
    page = patient_page(patient, read, reader, now, [], moment, span=SpanForm(QueryDict()))
    record = history.read(patient, by=reader, now=now, moment=moment)
    return {
        "number": moment.number if moment else head.number,
        "patient": plain({name: page[name] for name in ("banner", "active", "stopped")}),
        "withdrawn": plain(page["withdrawn"]),
        "regimens": [
            plain(
                regimen_page(
                    regimen,
                    logged.history(regimen, known),
                    reader,
                    now,
                    is_whole_log=True,
                    moment=moment,
                )
            )
            for regimen in found
        ],
        "csv": plain(list(csv.rows(record))),
        "pdf": plain(pdf.document(record)["regimens"]),
    }


def plain(said: Any) -> Any:
    """What is said, in lists and dictionaries of strings, without what is of its time."""
    if is_dataclass(said):
        said = {part.name: getattr(said, part.name) for part in fields(said)}
    if isinstance(said, dict):
        return {str(k): plain(v) for k, v in said.items() if k not in OF_ITS_TIME}
    if isinstance(said, list | tuple):
        return [plain(part) for part in said]
    return str(said)


@given(doings)
@settings(
    max_examples=max(10, settings.default.max_examples // 100),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_what_was_shown_then_is_what_is_shown_as_known_then(db, doings) -> None:
    with transaction.atomic():
        desk = Desk()
        clinic = desk.versions[0].regimen.clinic
        reader = member(clinic, Role.VIEWER)
        then = [shown(reader)]
        for doing in doings:
            desk.do(*doing)
            if Head.objects.get(clinic=clinic).number > then[-1]["number"]:
                then.append(shown(reader))
        for said in then:
            assert shown(reader, said["number"]) == said
        transaction.set_rollback(True)
