"""The zip of tables as another program reads it, and the dose logs built again from it alone."""

import csv
import io
import json
from collections.abc import Iterable
from datetime import date, time
from decimal import Decimal
from itertools import groupby
from typing import Any
from uuid import UUID
from zipfile import ZipFile

from patients.models import Patient
from tests.titration.exports import typed
from titration import timeline
from titration.dosing import Component
from titration.models import COMPONENT_FIELDS, written_component
from titration.reading import logged
from titration.timeline import Effective, StepRecord, Withdrawal

Row = dict[str, str]
Tables = dict[str, list[Row]]


def tables_of(file: bytes) -> Tables:
    """The rows of every table by its name."""
    with ZipFile(io.BytesIO(file)) as archive:
        assert archive.testzip() is None
        return {
            name.removesuffix(".csv"): list(
                csv.DictReader(io.StringIO(archive.read(name).decode("utf-8-sig"), newline=""))
            )
            for name in archive.namelist()
            if name.endswith(".csv")
        }


def package_of(file: bytes) -> dict[str, Any]:
    with ZipFile(io.BytesIO(file)) as archive:
        return json.loads(archive.read("datapackage.json"))


def whole(cell: str) -> int | None:
    return int(cell) if cell else None


WAYS = {
    **dict.fromkeys(
        ("low", "high", "maximum_low", "maximum_high", "volume", "concentration"),
        lambda cell: Decimal(cell) if cell else None,
    ),
    **dict.fromkeys(
        (
            "times",
            "times_to",
            "period",
            "period_to",
            "days_on",
            "changed_every_hours",
            "maximum_times",
            "maximum_hours",
        ),
        whole,
    ),
    **dict.fromkeys(
        ("clock", "window_from", "window_to"),
        lambda cell: time.fromisoformat(cell) if cell else None,
    ),
    "anchor": lambda cell: date.fromisoformat(cell) if cell else None,
    "as_needed": lambda cell: cell == "true",
}


def component_in(row: Row) -> Component:
    return written_component([WAYS.get(name, typed)(row[name]) for name in COMPONENT_FIELDS])


def effective_in(row: Row) -> Effective:
    clock = row["effective_time"]
    return Effective(
        date.fromisoformat(row["effective_on"]),
        row["effective_precision"],
        time.fromisoformat(clock) if clock else None,
        whole(row["effective_offset"]),
    )


def logs_in(tables: Tables) -> dict[UUID, tuple[list[StepRecord], list[Withdrawal]]]:
    """Records and withdrawals by regimen (without the identities of entries)."""
    parts = {
        step: tuple(map(component_in, rows))
        for step, rows in groupby(tables["components"], lambda row: row["step"])
    }
    lines = {row["number"]: UUID(row["subject"]) for row in tables["entries"]}
    gone = {lines[row["entry"]]: int(row["entry"]) for row in tables["withdrawals"]}
    logs: dict[UUID, tuple[list[StepRecord], list[Withdrawal]]] = {
        UUID(row["regimen"]): ([], []) for row in tables["regimens"]
    }
    for row in tables["steps"]:
        step, number = UUID(row["step"]), int(row["entry"])
        assert lines[row["entry"]] == step
        records, withdrawals = logs[UUID(row["regimen"])]
        records.append(
            StepRecord(
                step, number, step, row["kind"], effective_in(row), parts.get(row["entry"], ())
            )
        )
        if step in gone and gone[step] not in {w.number for w in withdrawals}:
            withdrawals.append(Withdrawal(step, gone[step]))
    return logs


def timelines_in(tables: Tables) -> list[list[tuple]]:
    """The stretches of every regimen, without what is of the place: by their moments and doses."""
    return [
        [(s.start, s.end, s.state, s.step.components) for s in timeline.segments(live)]
        for records, withdrawals in logs_in(tables).values()
        for live in [timeline.live_steps(records, withdrawals)]
    ]


def assert_same_logs(
    logs: dict[UUID, tuple[list[StepRecord], list[Withdrawal]]],
    patient: Patient,
    known: int | None = None,
) -> None:
    """The logs say what the pages read: every text, what stands, its stretches and states."""
    kept = logged.histories(patient.regimens.values_list("pk", flat=True), known)
    assert logs.keys() == kept.keys()
    for regimen, (records, withdrawals) in logs.items():
        live = timeline.live_steps(records, withdrawals)
        log = kept[regimen]
        assert sorted(without_entries(records)) == sorted(without_entries(log.records))
        assert without_entries(live) == without_entries(log.live)
        assert [(s.start, s.end, s.state) for s in timeline.segments(live)] == [
            (s.start, s.end, s.state) for s in timeline.segments(log.live)
        ]


def without_entries(records: Iterable[StepRecord]) -> list[tuple]:
    """What a file can tell of the records: all but the identity of their entries."""
    return [(r.number, r.step, r.kind, r.effective, r.components) for r in records]
