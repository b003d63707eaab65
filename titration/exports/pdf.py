"""The dose history as a PDF: tagged (PDF/UA-1), every text in it inert data.

PDF/UA refuses a character that no font can show, so none can go missing unseen: legible.py says
what is printed instead.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import typst
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from titration.chart import svg
from titration.chart.picture import Chart
from titration.exports.contents import (
    CONTACTS,
    CONTEXT,
    INTAKE,
    OBSERVED,
    PLANS,
    PUMP,
    Contents,
    Said,
    said_of,
)
from titration.exports.context import context_listings
from titration.exports.fonts import fonts
from titration.exports.history import PatientRecord, RegimenRecord
from titration.exports.legible import Legible
from titration.exports.letter import (
    Facts,
    born_words,
    exported_words,
    in_eights,
    letter,
    name_of,
    number_words,
    telephone_words,
)
from titration.exports.listing import Listing, listings_part
from titration.exports.log import printed_rows, printed_state
from titration.exports.observed import observed_listings
from titration.exports.pictures import axis_pictures, regimen_picture
from titration.exports.plans import plan_words, plans_part
from titration.exports.pumps import pump_listing
from titration.exports.reviews import review_listing
from titration.exports.shown import (
    count_of,
    shown_contacts,
    shown_observed,
    shown_pump,
    shown_reports,
    shown_steps,
)
from titration.exports.told import contact_listing, report_listing
from titration.presenters.log import (
    LogRow,
    Shown,
    moment_words,
    ordered,
    quoted,
    rows_of_logs,
    withdrawal_words,
)
from titration.presenters.regimen import indication_of, title_of

# For so many documents typst keeps what it laid out of an earlier one: some 30 MB of each long log.
KEPT_FOR = 10


# Of so many texts a letter has some 250 pages, and takes a worker 5 seconds and 630 MB.
MOST_TEXTS = 4000


class TooLong(Exception):
    """A letter has more texts than a server can lay out at once; the message says what to do."""


def pdf_file(record: PatientRecord) -> bytes:
    """The PDF of a patient's record. Needs the clinic read with the patient. Raises TooLong."""
    count = count_of(record)
    if count > MOST_TEXTS:
        raise TooLong(
            _(
                "This letter has %(count)s dose steps, observations and other texts; one holds at "
                "most %(most)s. Choose a range of days, fewer regimens or fewer parts. The tables "
                "have no such limit."
            )
            % {"count": f"{count:,}", "most": f"{MOST_TEXTS:,}"}
        )
    return typeset(document(record), record.at, "house.typ", "letter.typ", "history.typ")


def typeset(document: dict[str, Any], at: datetime, *templates: str) -> bytes:
    """Lay out what `document` gave, as made `at` a moment; the same data gives the same bytes.

    The templates are read one after the other, as one.
    """
    compiler = typst.Compiler(font_paths=fonts(), ignore_system_fonts=True)
    try:
        return compiler.compile(  # type: ignore[return-value]  # one PDF: there is no output file
            b"".join(map(_template, templates)),
            format="pdf",
            pdf_standards="ua-1",
            sys_inputs={"history": json.dumps(document)},
            timestamp=int(at.timestamp()),
        )
    finally:
        _forget(compiler)


def _forget(compiler: typst.Compiler) -> None:
    """Have typst drop what it keeps of the document, which no other one has a use for.

    Empty documents take microseconds; the heap that they free is the next document's.
    """
    for _document in range(KEPT_FOR):
        compiler.compile(b"", format="svg")


@cache
def _template(name: str) -> bytes:
    return Path(__file__).with_name(name).read_bytes()


def document(record: PatientRecord) -> dict[str, Any]:
    """What history.typ prints: finished strings, each of them legible."""
    legible, contents = Legible(), record.contents
    said = said_of(contents, record.recorded)
    read = [_read(regimen, record) for regimen in record.regimens]
    logs = rows_of_logs(read, record.patient.clinic, record.now)
    regimens = [
        _regimen(regimen, log, record, legible)
        for regimen, log in zip(record.regimens, logs, strict=True)
    ]
    contacts = [contact_listing(record, shown_contacts(record))] if contents.has(CONTACTS) else []
    context = context_listings(record.context) if contents.has(CONTEXT) else []
    if not contents.with_corrections:
        context = context[:1]
    return {
        **letter(record, legible, _foot_words(said)),
        "head": legible.tree(_head(record, said), _("At the head of this export")),
        "missing": missing_words(legible),
        "words": _words(contents),
        "regimens": regimens,
        "axis": [_picture(drawn, legible, _("On one axis")) for drawn in axis_pictures(record)],
        "context": listings_part(context, legible, _("In the context")),
        "contacts": listings_part(contacts, legible, _("Contacts")),
        "observed": _observed(record, legible),
    }


def _picture(drawn: Chart, legible: Legible, place: str) -> dict[str, str]:
    alt = f"{drawn.title}. {drawn.description}"
    return {"svg": legible.shown(svg(drawn), place), "alt": legible.shown(alt, place)}


def _observed(record: PatientRecord, legible: Legible) -> dict[str, Any]:
    """How the patient was."""
    heading = _("How the patient was")
    listings = []
    if record.contents.has(OBSERVED):
        listings = observed_listings(
            record.observed,
            shown_observed(record),
            record.withdrawn,
            {each.version.regimen_id: title_of(each.version) for each in record.regimens},
            record.patient.clinic,
        )
    return {"heading": heading, "listings": listings_part(listings, legible, heading)}


def _words(contents: Contents) -> dict[str, Any]:
    """The words that are the same for every patient."""
    log = _("Dose log, newest first")
    if not contents.is_of_all_days:
        log = _("Dose log of the chosen days, newest first")
    return {
        "error": _("ENTERED IN ERROR"),
        "ahead": _("Not yet begun"),
        "state": _("Last recorded instruction"),
        "about": _("About this regimen"),
        "chart": _("Timeline"),
        "axis": _("On one time axis"),
        "plan_columns": plan_words(),
        "log": log,
        "columns": [
            _("From"),
            _("Dose as written"),
            _("Total per day"),
            _("Change"),
            _("Reason"),
            _("Decided"),
            _("Recorded"),
        ],
        "no_regimen": _("No regimen is recorded for this person."),
        "none_in_range": _("No dose step of the chosen days is recorded."),
        "context": _("Allergies and other context"),
    }


def _head(record: PatientRecord, said: Said) -> dict[str, Any]:
    heading = _("Dose history of %(name)s") % {"name": name_of(record)}
    if record.erased:
        heading = _("Dose history. %(erased)s.") % {"erased": record.erased}
    elif born := born_words(record):
        heading = _("Dose history of %(name)s, born %(date)s") % {
            "name": name_of(record),
            "date": born,
        }
    contains = [
        (_("Contains"), capfirst(said.contains)),
        (_("Leaves out"), capfirst(said.leaves_out)),
    ]
    return {
        "heading": heading,
        "author": record.by,
        "facts": [
            (_("Exported"), exported_words(record)),
            (_("Clinic’s telephone"), telephone_words(record)),
            (_("Up to"), number_words(record.number)),
            (_("Digest of that entry"), in_eights(record.digest)),
            *(contains[:1] if said.is_whole else []),
        ],
        "part": []
        if said.is_whole
        else [_("This is a part of the record, chosen for this letter."), contains],
    }


def _foot_words(said: Said) -> str:
    if said.is_whole:
        return _("Contains the whole record of this person at this clinic.")
    return _("A part of the record. Contains: %(contains)s. Leaves out: %(leaves_out)s.") % {
        "contains": said.contains,
        "leaves_out": said.leaves_out,
    }


def _read(regimen: RegimenRecord, record: PatientRecord) -> Shown:
    """What is shown of the log of a regimen, and what stands now or is to come, in one order."""
    history = regimen.history
    step = history.in_force(record.now)
    read = {each.entry for each in shown_steps(history, record)}
    read |= {each.entry for each in (*history.upcoming(record.now), *([step] if step else []))}
    log = [each for each in ordered(history) if each.entry in read]
    return Shown(history, log, regimen.plans if record.contents.has(PLANS) else ())


def _regimen(
    regimen: RegimenRecord, log: Sequence[LogRow], record: PatientRecord, legible: Legible
) -> dict[str, Any]:
    """One regimen: where it stands, its timeline, its log and what stands beside it."""
    version, history, contents = regimen.version, regimen.history, record.contents
    title, has = title_of(version), contents.has
    step = history.in_force(record.now)
    shown = shown_steps(history, record)
    rows = printed_rows(log, legible)
    in_log = {str(each.entry) for each in shown}
    drawn = regimen_picture(regimen, record)
    about = {
        "title": title,
        "withdrawn": _withdrawn(regimen, record),
        "about": _about(regimen, record),
    }
    return {
        **legible.tree(about, title),
        "state": printed_state(rows, str(step.entry) if step else "", is_empty=not history.records),
        "chart": _picture(drawn, legible, title) if drawn else None,
        "plans": plans_part(regimen, record, legible, title) if has(PLANS) else [],
        "rows": [row for row in rows if row["entry"] in in_log],
        "is_cut": bool(history.records) and not shown,
        "listings": listings_part(_listings(regimen, record), legible, title),
    }


def _listings(regimen: RegimenRecord, record: PatientRecord) -> list[Listing]:
    """What stands beside the doses of a regimen, of the parts that were chosen."""
    clinic, contents = record.patient.clinic, record.contents
    found = {
        PLANS: lambda: review_listing(regimen.reviews, clinic, record.now.date()),
        PUMP: lambda: pump_listing(shown_pump(regimen, contents), clinic),
        INTAKE: lambda: report_listing(regimen, shown_reports(regimen, contents), clinic),
    }
    return [listing() for part, listing in found.items() if contents.has(part)]


def _withdrawn(regimen: RegimenRecord, record: PatientRecord) -> str:
    """By whom, when and why the whole regimen was withdrawn; "" when it stands."""
    if regimen.withdrawal is None:
        return ""
    return withdrawal_words(regimen.withdrawal, record.patient.clinic)


def _about(regimen: RegimenRecord, record: PatientRecord) -> Facts:
    version = regimen.version
    entered = _("%(name)s, %(when)s, entry %(number)s") % {
        "name": version.entry.recorded_by_name,
        "when": moment_words(version.entry.recorded_at, record.patient.clinic),
        "number": f"{version.entry.number:,}",
    }
    return [
        (_("For"), indication_of(version)),
        (_("Responsible prescriber"), version.responsible_name),
        *([(_("Supplied by"), quoted(version.supplied_by))] if version.supplied_by != "" else []),
        (_("Entered by"), entered),
    ]


def missing_words(legible: Legible) -> dict[str, Any]:
    """What could not be shown, place by place; no lines when all could."""
    return {
        "heading": _(
            "Some characters have no shape in the fonts of this export. "
            "Each is printed as its code point in square brackets."
        ),
        "lines": [
            ngettext(
                "%(place)s: %(count)s character cannot be shown: %(codes)s",
                "%(place)s: %(count)s characters cannot be shown: %(codes)s",
                len(codes),
            )
            % {"place": place, "count": f"{len(codes):,}", "codes": ", ".join(dict.fromkeys(codes))}
            for place, codes in legible.missing.items()
        ],
    }
