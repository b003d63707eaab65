"""The dose calendar of a signed plan as a PDF for the patient: large type, boxes to tick.

As the history (pdf.py): tagged PDF/UA-1 on A4, every text inert data, what no font can show named.
Labels are the clinic's approved words where it has them; doses are always in the words of this
service, as pages show them.
"""

from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from patients import wording as people
from titration.exports.calendar_rows import CalendarRow, Laid, Line, Table, in_full_words, laid
from titration.exports.fonts import FAMILIES
from titration.exports.legible import Legible
from titration.exports.pdf import missing_words, typeset
from titration.exports.plan_copy import DAYS, Options, PlanCopy
from titration.presenters.log import or_erased
from titration.wording.calendar import GROUPS, CalendarWords
from titration.wording.languages import is_english, is_right_to_left

_FIRST_STRONG_ISOLATE, _END_ISOLATE = "\u2068", "\u2069"

# A row is cut in two only where it would not go on a page.
LONG_ROW = 1500  # characters

Said = dict[str, Any]


def calendar_file(copy: PlanCopy, options: Options) -> bytes:
    """The PDF of a plan's newest version. Raises NothingToLay."""
    return typeset(document(copy, options), options.at, "calendar.typ")


class NothingToLay(Exception):
    """From the day that was asked for, no day of the plan can be laid out."""


class Writer:
    """Writes the texts of one calendar: in the clinic's words or ours, each of them legible."""

    def __init__(self, words: CalendarWords) -> None:
        self.words = words
        self.legible = Legible()
        self.is_right_to_left = is_right_to_left(words.language)

    def text(self, text: str, place: str = "") -> str:
        return self.legible.text(text, place or _("On the calendar"))

    def ours(self, text: str) -> Said:
        """Words of this service."""
        return {"text": self.text(text), "own": not self.words.language}

    def value(self, text: str, place: str = "") -> str:
        """A text that keeps its own order where all around it runs from right to left."""
        lines = self.text(text, place).split("\n")
        if self.is_right_to_left:
            lines = [f"{_FIRST_STRONG_ISOLATE}{line}{_END_ISOLATE}" for line in lines]
        return "\n".join(lines)

    def typed(self, text: str) -> Said:
        """What a person typed, in whatever language, and names, numbers and dates."""
        return {"text": self.value(text), "own": True}

    def label(self, code: str, **values: str) -> Said:
        """A label, with what stands in its braces; `page` and `pages` are left to the layout."""
        text = self.text(self.words.label(code))
        for name, value in values.items():
            text = text.replace(f"{{{name}}}", self.value(value))
        return {"text": text, "own": self.words.is_own(code) or not self.words.language}


def document(copy: PlanCopy, options: Options) -> dict[str, Any]:
    """What calendar.typ prints: finished strings."""
    write = Writer(options.words)
    found = laid(copy, options)
    if found.is_empty:
        raise NothingToLay
    language = options.words.language or get_language() or "en-GB"
    return {
        "language": language.split("-")[0].lower(),
        "region": _region(language),
        "ours": (get_language() or "en").split("-")[0],
        "rtl": write.is_right_to_left,
        "fonts": FAMILIES,
        "title": _title(copy, write),
        "banner": _banner(copy, options, write),
        "head": _head(copy, options, write),
        "tables": [_table(table, place, write) for place, table in enumerate(found.tables)],
        "foot": _foot(copy, write),
        "texts": _texts(copy, options, found, write),
        "missing": missing_words(write.legible),
    }


def _region(language: str) -> str:
    parts = [part for part in language.split("-")[1:] if len(part) == 2]
    return parts[0].upper() if parts else ""


def _title(copy: PlanCopy, write: Writer) -> str:
    return f"{write.text(copy.name)}: {write.label('calendar')['text']}"


def _banner(copy: PlanCopy, options: Options, write: Writer) -> dict[str, Any]:
    person, clinic = copy.person, copy.plan.clinic
    facts = [
        ("born", write.words.day(person.birth_date) if person.birth_date else ""),
        ("nhs", people.nhs_words(person.nhs_number)),
        ("record", person.record_number or ""),
    ]
    checked = _("For checking only. This copy is not recorded as given out: do not hand it over.")
    return {
        "name": write.value(copy.name, _("In the banner")),
        "facts": [(write.label(code), write.typed(text)) for code, text in facts if text],
        "medicine": write.typed(copy.medicine),
        "route": write.ours(str(copy.regimen.get_route_display())),
        "checking": "" if options.issue else write.value(checked),
        "demo": _("Demonstration: invented person") if clinic.is_demo else "",
    }


def _head(copy: PlanCopy, options: Options, write: Writer) -> dict[str, Any]:
    version, day = copy.version, write.words.day
    lines = [
        write.label(
            "version",
            version=str(version.version),
            date=day(version.signed_on),
            name=version.signed_by_name,
        )
    ]
    if options.issue:
        lines.append(write.label("issued", date=day(options.issue.issued_on)))
    replaces = copy.replaces
    warning = None
    if replaces and replaces.plan == copy.log.plan:
        warning = write.label(
            "replaces", version=str(replaces.version), date=day(replaces.issued_on)
        )
    elif replaces:
        warning = write.label("replaces-plan", date=day(replaces.issued_on))
    return {"heading": write.label("calendar"), "lines": lines, "warning": warning}


def _foot(copy: PlanCopy, write: Writer) -> dict[str, Any]:
    clinic, version = copy.plan.clinic, copy.version
    telephone = write.label("telephone", number=clinic.telephone) if clinic.telephone else None
    return {
        "clinic": write.typed(clinic.name),
        "telephone": telephone,
        "version": write.label(
            "version",
            version=str(version.version),
            date=write.words.day(version.signed_on),
            name=version.signed_by_name,
        ),
        "page": write.label("page"),
        "record": write.label("record-only"),
    }


def _texts(copy: PlanCopy, options: Options, found: Laid, write: Writer) -> dict[str, Any]:
    text = copy.version.text
    end = []
    if found.last:
        end.append(write.label("ends", date=write.words.day(found.last)))
    if text.end == "continue":
        end.append(write.label("end-continue"))
    elif text.end == "review" and text.review_on:
        end.append(write.label("end-review-on", date=write.words.day(text.review_on)))
    elif text.end == "review":
        end.append(write.label("end-review"))
    sections = [
        ("missed", or_erased(text.if_missed)),
        ("unwell", or_erased(text.if_unwell)),
        ("clinic", options.text.standing_text if options.text else ""),
    ]
    return {
        "end": end,
        "sections": [
            {"title": write.label(code), "text": write.typed(typed)}
            for code, typed in sections
            if typed
        ],
    }


def _table(table: Table, place: int, write: Writer) -> dict[str, Any]:
    first = "day" if table.kind == DAYS else "from"
    return {
        "heading": write.label("then") if place else None,
        "kind": table.kind,
        "first": write.label(first),
        "slots": [write.label(slot) for slot in table.slots],
        "dose": write.label("dose"),
        "besides": write.label("besides") if table.has_besides else None,
        "begun": None if table.kind == DAYS else write.label("begun"),
        "none": write.label("none"),
        "rows": [_row(row, table, write) for row in table.rows],
    }


def _row(row: CalendarRow, table: Table, write: Writer) -> dict[str, Any]:
    said = sum(len(line.text) for line in [*row.lines, *row.besides])
    lines = [_line(line, write) for line in row.lines]
    return {
        "when": _when(row, table, write),
        "label": write.label(row.label) if row.label else None,
        "once": write.label("once") if row.is_once else None,
        "cells": [[_line(line, write) for line in row.slots.get(slot, [])] for slot in table.slots]
        if row.slots
        else None,
        "lines": lines,
        "besides": [_line(line, write) for line in row.besides],
        "is_long": said > LONG_ROW,
    }


def _when(row: CalendarRow, table: Table, write: Writer) -> list[Said]:
    """The day, or what a row without a date waits for."""
    if row.on is None:
        return [write.ours(row.start) if row.start else write.label("review")]
    day = write.typed(write.words.day(row.on))
    return [write.label(f"weekday-{row.on.isoweekday()}"), day]


def _line(line: Line, write: Writer) -> dict[str, Any]:
    words = write.typed(line.text) if line.is_typed else write.ours(line.text)
    return {
        "text": words,
        "detail": write.ours(line.detail) if line.detail else None,
        "ticks": line.ticks,
        "is_dose": line.is_dose,
    }


def in_english(copy: PlanCopy, options: Options) -> list[str]:
    """The words of a calendar for which the clinic approved none; empty for one in English.

    And whether doses stand in it that are written out in full, which are in English always.
    """
    words = options.words
    if not words.language or is_english(words.language):
        return []
    missing = [
        str(label) for _title, labels in GROUPS for code, label in labels.items()
        if not words.is_own(code)
    ]  # fmt: skip
    if any(map(in_full_words, laid(copy, options).tables)):
        missing.append(_("every dose that is written out in words"))
    return missing
