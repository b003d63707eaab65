"""The dose history as a PDF: tagged (PDF/UA-1), on A4, every text in it inert data.

PDF/UA refuses a character that no font can show, so none can go missing unseen: legible.py says
what is printed instead.
"""

import json
from collections.abc import Iterable
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import typst
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from patients import wording as people
from patients.presenters import not_today_words
from patients.presenters.context import allergies_of
from titration.chart import PAPER, chart, svg
from titration.exports.context import context_listings
from titration.exports.fonts import FAMILIES, fonts
from titration.exports.history import RECORD_ONLY, PatientRecord, RegimenRecord
from titration.exports.legible import Legible
from titration.exports.listing import listings_part
from titration.exports.observed import observed_listings
from titration.exports.plans import plan_words, plans_part
from titration.exports.pumps import pump_listing
from titration.exports.told import contact_listing, report_listing
from titration.planned import present_plan
from titration.presenters.log import (
    LIVE,
    LogRow,
    log_rows,
    moment_words,
    or_erased,
    ordered,
    quoted,
    withdrawal_words,
)
from titration.presenters.picture import plans_picture
from titration.presenters.regimen import indication_of, title_of

Facts = list[tuple[str, str]]

# What is longer may break over pages; what is shorter stays together.
LONG_ROW = 900  # characters typed
LONG_DOSE = 8  # parts

# For so many documents typst keeps what it laid out of an earlier one: some 30 MB of each long log.
KEPT_FOR = 10


def pdf_file(record: PatientRecord) -> bytes:
    """The PDF of a patient's record. Needs the clinic read with the patient."""
    return typeset(document(record), record.at)


def typeset(document: dict[str, Any], at: datetime, template: str = "history.typ") -> bytes:
    """Lay out what `document` gave, as made `at` a moment; the same data gives the same bytes.

    Other documents have templates of their own.
    """
    compiler = typst.Compiler(font_paths=fonts(), ignore_system_fonts=True)
    try:
        return compiler.compile(  # type: ignore[return-value]  # one PDF: there is no output file
            _template(template),
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
    legible = Legible()
    language, _dash, region = (get_language() or "en-gb").partition("-")
    regimens = [_regimen(regimen, record, legible) for regimen in record.regimens]
    contacts = listings_part([contact_listing(record)], legible, _("Contacts"))
    return {
        "language": language,
        "region": region,
        "fonts": FAMILIES,
        "banner": legible.tree(_banner(record), _("In the banner")),
        "head": legible.tree(_head(record), _("At the head of this export")),
        "foot": legible.tree(_foot(record), _("At the foot of the pages")),
        "missing": missing_words(legible),
        "words": _words(),
        "regimens": regimens,
        "context": listings_part(context_listings(record.context), legible, _("In the context")),
        "contacts": contacts,
        "observed": _observed(record, legible),
    }


def _observed(record: PatientRecord, legible: Legible) -> dict[str, Any]:
    """How the patient was; of one that is chosen, beside that regimen."""
    heading = _("How the patient was")
    titles = {each.version.regimen_id: title_of(each.version) for each in record.regimens}
    listings = observed_listings(record.observed, record.withdrawn, titles, record.patient.clinic)
    return {"heading": heading, "listings": listings_part(listings, legible, heading)}


def _words() -> dict[str, Any]:
    """The words that are the same for every patient."""
    return {
        "error": _("ENTERED IN ERROR"),
        "ahead": _("Not yet begun"),
        "state": _("Last recorded instruction"),
        "about": _("About this regimen"),
        "chart": _("Timeline"),
        "plan_columns": plan_words(),
        "log": _("Dose log, newest first"),
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
        "context": _("Allergies and other context"),
    }


def _name(record: PatientRecord) -> str:
    version = record.version
    return record.erased or people.name_words(
        version.family_name, version.given_names, version.title
    )


def _banner(record: PatientRecord) -> dict[str, Any]:
    version, clinic = record.version, record.patient.clinic
    born = people.date_words(version.birth_date) if version.birth_date else None
    facts = [
        (_("Born"), or_erased(born)),
        (_("Gender"), or_erased(people.gender_words(version.gender) or None)),
        (_("NHS No."), people.nhs_words(version.nhs_number) or or_erased(version.nhs_number)),
        (_("Record No."), or_erased(version.record_number)),
        (_("Telephone"), or_erased(record.telephone)),
        (_("Status"), people.ended_words(version.status, version.status_on)),
        (_("Allergies"), allergies_of(record.context)),
        (_("Clinic"), clinic.name),
    ]
    return {
        "name": _name(record),
        "facts": [fact for fact in facts if fact[1]],
        "demo": _("Demonstration: invented person") if clinic.is_demo else "",
        "not_today": not_today_words(record.moment) if record.moment else "",
    }


def _head(record: PatientRecord) -> dict[str, Any]:
    heading = _("Dose history of %(name)s") % {"name": _name(record)}
    if record.erased:
        heading = _("Dose history. %(erased)s.") % {"erased": record.erased}
    elif record.version.birth_date:
        heading = _("Dose history of %(name)s, born %(date)s") % {
            "name": _name(record),
            "date": people.date_words(record.version.birth_date),
        }
    holds = _("Every regimen of this person at this clinic")
    if record.is_part:
        holds = _("One regimen of this person, chosen for this export; there may be others")
    return {
        "heading": heading,
        "author": record.by,
        "facts": [
            (_("Exported"), _exported(record)),
            (_("Up to"), _("entry %(number)s of the clinic’s ledger") % _number(record.number)),
            (_("Digest of that entry"), _in_eights(record.digest)),
            (_("Holds"), holds),
        ],
    }


def _number(number: int) -> dict[str, str]:
    return {"number": f"{number:,}"}


def _in_eights(digest: str) -> str:
    """A digest as it can be read out."""
    return " ".join(digest[at : at + 8] for at in range(0, len(digest), 8))


def _exported(record: PatientRecord) -> str:
    """Who exported the record, and when on which clock."""
    clinic = record.patient.clinic
    return _("by %(name)s, %(when)s, %(zone)s time") % {
        "name": record.by,
        "when": moment_words(record.at, clinic),
        "zone": clinic.time_zone,
    }


def _foot(record: PatientRecord) -> dict[str, str]:
    return {
        "record_only": str(RECORD_ONLY),
        "exported": _("Exported %(how)s, up to entry %(number)s")
        % {"how": _exported(record), **_number(record.number)},
        # The braces are filled in when the pages are laid out.
        "page": _("Page {page} of {pages}"),
    }


def _regimen(regimen: RegimenRecord, record: PatientRecord, legible: Legible) -> dict[str, Any]:
    """One regimen: where it stands, its timeline, its whole log."""
    version, history = regimen.version, regimen.history
    title = title_of(version)
    step = history.in_force(record.now)
    clinic, plans = record.patient.clinic, regimen.plans
    log = log_rows(history, clinic, record.now, ordered(history), plans)
    rows = _rows(log, legible)
    ended = record.ended
    present = present_plan(plans, history.live, ended)
    drawn = chart(
        history.live,
        title=title,
        route=str(version.get_route_display()),
        now=record.now,
        is_today=record.moment is None,
        width=PAPER,
        plans=plans_picture(plans, present, regimen.copies),
    )
    about = {
        "title": title,
        "withdrawn": _withdrawn(regimen, record),
        "about": _about(regimen, record),
    }
    return {
        **legible.tree(about, title),
        "state": _state(rows, str(step.entry) if step else ""),
        "chart": legible.shown(svg(drawn), title) if drawn else "",
        "chart_alt": f"{drawn.title}. {drawn.description}" if drawn else "",
        "plans": plans_part(
            plans, history, ended, regimen.copies, clinic, record.now, legible, title
        ),
        "rows": rows,
        "listings": listings_part(
            [pump_listing(regimen.pump, clinic), report_listing(regimen, clinic)], legible, title
        ),
    }


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
        **_number(version.entry.number),
    }
    return [
        (_("For"), indication_of(version)),
        (_("Responsible prescriber"), version.responsible_name),
        *([(_("Supplied by"), quoted(version.supplied_by))] if version.supplied_by != "" else []),
        (_("Entered by"), entered),
    ]


ROW_TEXTS = (
    "error",
    "moment",
    "heading",
    "lines",
    "total_label",
    "total",
    "change",
    "reason",
    "reason_text",
    "note",
    "decided",
    "received",
    "confirmation",
    "recorded_by",
    "recorded_at",
    "correction",
    "disagreements",
    "plan",
    "imported",
)


def _rows(log: Iterable[LogRow], legible: Legible) -> list[dict[str, Any]]:
    """The rows of the log, each of their texts legible."""
    place, entry = _("In entry %(number)s"), _("entry %(number)s")
    return [
        {
            **_row(row, legible, place % {"number": row.number}),
            "recorded_as": entry % {"number": row.number},
        }
        for row in log
    ]


def _row(row: LogRow, legible: Legible, place: str) -> dict[str, Any]:
    texts = {name: getattr(row, name) for name in ROW_TEXTS}
    if row.correction:
        texts["correction"] = _("Corrects an earlier entry: %(reason)s") % {
            "reason": row.correction
        }
    typed = row.note + row.error + row.reason_text + row.correction + row.confirmation
    typed += row.imported
    return {
        **legible.tree(texts, place),
        "entry": str(row.entry),
        "is_live": row.status == LIVE,
        "is_ahead": row.is_ahead,
        "is_unconfirmed": row.is_unconfirmed,
        "is_disputed": row.is_disputed,
        "is_long": len(typed) > LONG_ROW,
    }


def _state(rows: list[dict[str, Any]], entry: str) -> dict[str, Any]:
    """The row of the last recorded instruction, or words that there is none; and what comes."""
    moments = [row["moment"] for row in reversed(rows) if row["is_ahead"] and row["is_live"]]
    ahead = ""
    if moments:
        ahead = _("Recorded, not yet begun: from %(moments)s.") % {"moments": ", ".join(moments)}
    row = next((row for row in rows if row["entry"] == entry), None)
    if row is not None:
        meta = [
            _("Since %(moment)s. Decided by %(decided)s, %(received)s.") % row,
            _("Recorded by %(recorded_by)s, %(recorded_at)s, %(recorded_as)s.") % row,
            *filter(None, [row["imported"]]),
        ]
        is_long = row["is_long"] or len(row["lines"]) > LONG_DOSE
        return {"row": row, "meta": meta, "ahead": ahead, "is_long": is_long}
    words = _("No recorded instruction stands.") if rows else _("No dose step is recorded yet.")
    if ahead:
        words = _("No recorded instruction has begun yet.")
    return {"row": None, "words": words, "ahead": ahead, "is_long": False}


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
