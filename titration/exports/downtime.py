"""The pack for the day the server is down as PDFs: tagged (PDF/UA-1), on A4, text as inert data.

The typesetter holds a document whole, some half a megabyte for each person: so a large clinic's
pack is in several parts, one after the other in memory.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any
from uuid import UUID

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from titration.downtime import UpTo, read
from titration.exports.fonts import FAMILIES
from titration.exports.history import RECORD_ONLY
from titration.exports.legible import Legible
from titration.exports.letter import in_eights
from titration.exports.pdf import missing_words, typeset
from titration.presenters.downtime import (
    PersonPart,
    PlanPart,
    RegimenPart,
    people_parts,
    up_to_words,
)
from titration.presenters.log import moment_words
from titration.presenters.patient import Instruction
from titration.presenters.planned import PlannedRow

# What is longer may break over pages; what is shorter stays together.
LONG_REGIMEN = 1200  # characters
LONG_DOSE = 8  # parts


PEOPLE = 200
"""People in a part, at most."""

BATCH = 50
"""People who are read at a time."""


@dataclass(frozen=True)
class Part:
    """Some of the people, in their order: the part `number` of `count`, from 1."""

    number: int
    count: int
    people: Sequence[PersonPart]


def parts_of(known: UpTo, patients: Sequence[UUID]) -> Iterator[Part]:
    """The pack of these patients, who are in order, in parts of much the same size."""
    count = max(1, ceil(len(patients) / PEOPLE))
    size = ceil(len(patients) / count)
    for number in range(count):
        share = patients[number * size : (number + 1) * size]
        people: list[PersonPart] = []
        for start in range(0, len(share), BATCH):
            people += people_parts(known, read(known, share[start : start + BATCH]))
        yield Part(number + 1, count, people)


def pdf_file(known: UpTo, part: Part) -> bytes:
    """The PDF of a part, not yet encrypted."""
    return typeset(document(known, part), known.now, "house.typ", "downtime.typ")


def document(known: UpTo, part: Part) -> dict[str, Any]:
    """What downtime.typ prints: finished strings, each of them legible."""
    legible = Legible()
    language, _dash, region = (get_language() or "en-gb").partition("-")
    people = [_person(person, legible) for person in part.people]
    return {
        "language": language,
        "region": region,
        "fonts": FAMILIES,
        "head": legible.tree(_head(known, part), _("At the head of this pack")),
        "foot": legible.tree(_foot(known, part), _("At the foot of the pages")),
        "columns": [_("Planned for"), _("Planned, as written"), _("Recorded")],
        "index": [_("Name"), _("Born"), _("Number"), _("Page")],
        "words": {"index": _("Index"), "allergies": _("Allergies")},
        "people": people,
        "nothing": _("No regimen is open at this clinic."),
        "missing": missing_words(legible),
    }


def _head(known: UpTo, part: Part) -> dict[str, Any]:
    clinic, people = known.clinic, part.people
    regimens = sum(len(person.regimens) for person in people)
    said = {
        "patients": ngettext("%(count)s patient", "%(count)s patients", len(people))
        % {"count": f"{len(people):,}"},
        "regimens": ngettext("%(count)s open regimen", "%(count)s open regimens", regimens)
        % {"count": f"{regimens:,}"},
    }
    facts = [
        (_("Clinic"), f"{clinic.name}, {clinic.time_zone}"),
        (_("Telephone"), clinic.telephone or _("not recorded")),
        *([(_("Part"), _part_words(part))] if part.count > 1 else []),
        (_("Holds"), _("%(regimens)s of %(patients)s") % said),
        (
            _("Leaves out"),
            _(
                "regimens that are stopped or were entered in error, and people who died or left; "
                "whoever is not in the index may still have one that was opened later"
            ),
        ),
        (
            _("Up to"),
            _("entry %(number)s of the clinic’s ledger") % {"number": f"{known.number:,}"},
        ),
        (_("Digest of that entry"), " ".join(known.digest[at : at + 8] for at in range(0, 64, 8))),
        (_("Made"), moment_words(known.now, clinic)),
    ]
    return {
        "heading": _("For the day the server is down: %(clinic)s") % {"clinic": clinic.name},
        "facts": facts,
        "stale": up_to_words(known),
        "meanwhile": _(
            "What is decided meanwhile is written on paper, with the time and the name of who "
            "decided, and recorded once the service is back."
        ),
        "demo": _("Demonstration: invented people") if clinic.is_demo else "",
    }


def _part_words(part: Part) -> str:
    if not part.people:
        return _("%(part)s of %(parts)s") % {"part": part.number, "parts": part.count}
    return _("%(part)s of %(parts)s, from %(first)s to %(last)s") % {
        "part": part.number,
        "parts": part.count,
        "first": part.people[0].name,
        "last": part.people[-1].name,
    }


def _foot(known: UpTo, part: Part) -> dict[str, str]:
    # The braces are filled in when the pages are laid out.
    page = _("Page {page} of {pages}")
    if part.count > 1:
        page = _("Part %(part)s of %(parts)s, page {page} of {pages}") % {
            "part": part.number,
            "parts": part.count,
        }
    return {
        "record_only": str(RECORD_ONLY),
        "up_to": up_to_words(known),
        "chain": _("%(clinic)s. Digest of that entry: %(digest)s")
        % {"clinic": known.clinic.name, "digest": in_eights(known.digest)},
        "page": page,
    }


def _person(person: PersonPart, legible: Legible) -> dict[str, Any]:
    told = {
        "name": person.name,
        "born": person.born,
        "number": person.number,
        "continued": _("Continued: %(name)s, born %(born)s")
        % {"name": person.name, "born": person.born},
        "facts": [(_("Born"), person.born), *person.facts],
        "allergies": person.allergies,
        "linked": person.linked,
        "regimens": [_regimen(regimen, person.name) for regimen in person.regimens],
    }
    return legible.tree(told, _("Of %(name)s") % {"name": person.name})


def _regimen(regimen: RegimenPart, name: str) -> dict[str, Any]:
    told = {
        "title": regimen.title,
        "whose": name,
        "words": regimen.words,
        "now": _instruction(regimen.now) if regimen.now else None,
        "ahead": _ahead(regimen.ahead) if regimen.ahead else "",
        "plan": _plan(regimen.plan) if regimen.plan else None,
        "copies": (_("With the patient"), "\n".join(regimen.copies) or _("No copy of a plan")),
        "facts": [
            (_("Reviews"), "\n".join(regimen.reviews) or _("No review written")),
            (_("Responsible prescriber"), regimen.responsible),
            (_("For"), regimen.indication),
            *([(_("Supplied by"), regimen.supplied_by)] if regimen.supplied_by else []),
        ],
    }
    parts = len(regimen.now.lines) if regimen.now else 0
    is_long = parts > LONG_DOSE or _length(told) > LONG_REGIMEN
    return {**told, "is_outdated": regimen.has_outdated, "is_long": is_long}


def _length(told: Any) -> int:
    """How many characters there are in it."""
    if isinstance(told, str):
        return len(told)
    if isinstance(told, dict):
        return sum(map(_length, told.values()))
    return sum(map(_length, told)) if isinstance(told, list | tuple) else 0


def _instruction(step: Instruction) -> dict[str, Any]:
    return {
        "heading": step.heading,
        "lines": [tuple(line) for line in step.lines],
        "total_label": step.total_label,
        "total": step.total,
        "note": step.note,
        "since": _("Since %(moment)s. Decided by %(decided)s, %(received)s.") % vars(step),
        "confirmation": step.confirmation,
        "is_open": bool(step.unconfirmed),
    }


def _ahead(step: Instruction) -> str:
    """What is recorded from a later moment on, in a line."""
    dose = "; ".join(", ".join(filter(None, line)) for line in step.lines)
    said = {"moment": step.moment, "what": ". ".join(filter(None, [step.heading, dose]))}
    said["confirmation"] = step.confirmation
    return _("Recorded, not yet begun, from %(moment)s: %(what)s. %(confirmation)s.") % said


def _plan(plan: PlanPart) -> dict[str, Any]:
    return {
        "name": plan.name,
        "standing": plan.standing,
        "waits": plan.waits,
        "rows": [_row(row) for row in plan.rows],
        "after": plan.after,
    }


def _row(row: PlannedRow) -> list[str]:
    """A cell for each of the columns."""
    dose = "\n".join(filter(None, [row.dose, row.dose_total, row.typed]))
    recorded = "\n".join(filter(None, [row.words, row.given, row.entry]))
    return [row.planned, dose, recorded]
