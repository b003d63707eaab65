"""Exports as other programs read them: the text of pages, the rows of a file, a log built again."""

import csv
import io
import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import groupby
from unittest.mock import patch
from uuid import UUID

from pypdf import PdfReader
from pypdf.generic import ContentStream

from titration.dosing import Amount, Component, Timing
from titration.exports.csv import WEEKDAYS
from titration.timeline import Effective, StepRecord, Withdrawal


def readable(text: str) -> str:
    """Extracted text without what only lays it out."""
    return re.sub(r"\s+", " ", re.sub("[\u200b\u2068\u2069]", "", text))


_PATHS = re.compile(rb"(?<![\\\w.-])(?:-?[\d.]+ ){2,6}(?:m|l|c|re)\s")
_parse = ContentStream._parse_content_stream


def _parse_without_paths(self: ContentStream, stream: io.BytesIO) -> None:
    _parse(self, io.BytesIO(_PATHS.sub(b"", stream.read())))


def pages_of(file: bytes) -> list[str]:
    """The text of each page. What is drawn is left unread: it is most of a page, and no text."""
    with patch.object(ContentStream, "_parse_content_stream", _parse_without_paths):
        return [readable(page.extract_text()) for page in PdfReader(io.BytesIO(file)).pages]


def text_of(file: bytes) -> str:
    return " ".join(pages_of(file))


def rows_of(file: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(file.decode("utf-8-sig"), newline="")))


def typed(cell: str) -> str:
    """A cell as it was typed, by the rule that docs/exports.md gives."""
    return cell[1:] if re.match(r"'+\s*[=+\-@＝＋－＠]|'+[\t\r\n]", cell) else cell


def component_of(row: dict[str, str]) -> Component:
    """The part of a dose that a row tells of."""

    def figure(name: str) -> Decimal | None:
        return Decimal(row[name]) if row[name] else None

    def count(name: str) -> int | None:
        return int(row[name]) if row[name] else None

    def clock(name: str) -> time | None:
        return time.fromisoformat(row[name]) if row[name] else None

    amount = maximum = None
    if row["amount_low"]:
        amount = Amount(Decimal(row["amount_low"]), figure("amount_high"), row["unit"])
    if row["maximum_low"]:
        most = Decimal(row["maximum_low"])
        maximum = Amount(most, figure("maximum_high"), row["maximum_unit"])
    return Component(
        amount=amount,
        timing=Timing(
            kind=row["timing"],
            slot=row["slot"],
            clock=clock("clock"),
            times=count("times"),
            times_to=count("times_to"),
            period=int(row["period"]),
            period_to=count("period_to"),
            period_unit=row["period_unit"],
            days_on=count("days_on"),
            anchor=date.fromisoformat(row["anchor"]) if row["anchor"] else None,
            weekdays=tuple(WEEKDAYS.index(day) + 1 for day in row["weekdays"].split()),
            window_from=clock("window_from"),
            window_to=clock("window_to"),
            rate_per=row["rate_per"],
            changed_every_hours=count("changed_every_hours"),
        ),
        as_needed=row["as_needed"] == "true",
        as_needed_for=typed(row["as_needed_for"]),
        maximum=maximum,
        maximum_times=count("maximum_times"),
        maximum_hours=count("maximum_hours"),
        strengths=typed(row["strengths"]),
        volume=figure("volume_ml"),
        concentration=figure("concentration_per_ml"),
        concentration_unit=row["concentration_unit"],
        product=typed(row["product"]),
        calculation=typed(row["calculation"]),
        instruction=typed(row["instruction"]),
    )


def effective_of(row: dict[str, str]) -> Effective:
    told, precision = row["effective"], row["effective_precision"]
    if precision == "year":
        return Effective(date(int(told), 1, 1), "year")
    if precision == "month":
        return Effective(date.fromisoformat(f"{told}-01"), "month")
    if precision == "day":
        return Effective(date.fromisoformat(told))
    moment = datetime.fromisoformat(told)
    offset = (moment.utcoffset() or timedelta()) // timedelta(minutes=1)
    return Effective(moment.date(), "day", moment.time(), offset)


def logs_of(rows: list[dict[str, str]]) -> dict[UUID, tuple[list[StepRecord], list[Withdrawal]]]:
    """Records and withdrawals by regimen, built from the rows alone (without entry identities)."""
    logs: dict[UUID, tuple[list[StepRecord], list[Withdrawal]]] = {}
    for (regimen, number), parts in groupby(rows, lambda row: (row["regimen"], row["entry"])):
        records, withdrawals = logs.setdefault(UUID(regimen), ([], []))
        if not number:
            continue
        first, *others = parts
        components = [component_of(row) for row in (first, *others) if row["part"]]
        step = UUID(first["step"])
        records.append(
            StepRecord(
                step, int(number), step, first["kind"], effective_of(first), tuple(components)
            )
        )
        if first["status"] == "withdrawn":
            withdrawals.append(Withdrawal(step, int(first["status_entry"])))
    return logs
