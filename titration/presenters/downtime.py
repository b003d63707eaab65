"""The pack for the day the server is down, as finished strings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from access.models import Clinic
from ledger.models import Entry
from patients import linked
from patients import wording as people
from patients.presenters import linked_records, moved_words
from titration import planning
from titration.downtime import OpenRegimen, Person, UpTo
from titration.models import Review
from titration.presenters.axis import Regimens
from titration.presenters.copies import copy_line
from titration.presenters.log import moment_words, quoted
from titration.presenters.patient import Instruction, Standing, standings
from titration.presenters.plan_standing import standing_words
from titration.presenters.plan_text import end_words
from titration.presenters.planned import PlannedRow, planned_rows
from titration.presenters.regimen import place_of
from titration.presenters.regimen_plans import plan_name
from titration.presenters.reviews import heading_words
from titration.reading import issued
from titration.reading.planned import PlanLog

ROWS = 4
"""Rows of a plan that are still to be recorded, of which the pack tells; it counts the others."""


@dataclass(frozen=True)
class PlanPart:
    """The plan that is not over: how it stands, its next rows, and what follows them."""

    name: str
    standing: str
    waits: bool
    rows: Sequence[PlannedRow]
    after: str


@dataclass(frozen=True)
class RegimenPart:
    """An open regimen. `copies` are those with the patient, of which some hold no longer."""

    title: str
    indication: str
    responsible: str
    supplied_by: str
    words: str
    now: Instruction | None
    ahead: Instruction | None
    plan: PlanPart | None
    copies: Sequence[str]
    has_outdated: bool
    reviews: Sequence[str]


@dataclass(frozen=True)
class PersonPart:
    """Somebody, and their open regimens. `allergies` say also that nobody asked.

    `linked` has a sentence for each other record of the same person, and for other clinics.
    """

    name: str
    born: str
    number: str
    facts: Sequence[tuple[str, str]]
    allergies: str
    linked: Sequence[str]
    regimens: Sequence[RegimenPart]


def up_to_words(known: UpTo) -> str:
    """As of which entry the pack is; it stands on every page."""
    if known.recorded_at is None:
        return _("This is the record before its first entry: nothing was recorded yet.")
    return _(
        "This is the record up to entry %(number)s of %(when)s. What came after is not here."
    ) % {
        "number": f"{known.number:,}",
        "when": moment_words(known.recorded_at, known.clinic),
    }


def people_parts(known: UpTo, found: Sequence[Person]) -> list[PersonPart]:
    """What the pack says of these people, in their order.

    Five queries, and some for each whose record is linked with another.
    """
    regimens = list(chain.from_iterable(person.regimens for person in found))
    read = Regimens(
        [regimen.version for regimen in regimens],
        {regimen.version.regimen_id: regimen.history for regimen in regimens},
        {regimen.version.regimen_id: (regimen.plans, regimen.present) for regimen in regimens},
    )
    stands = standings(read, known.clinic, known.now, known.moment)
    by_regimen = dict(zip(read.logs, stands, strict=True))
    others = _others([person.version.patient_id for person in found], known)
    causes = _causes(regimens, known)
    return [_person(person, by_regimen, others, causes, known) for person in found]


def _causes(regimens: Sequence[OpenRegimen], known: UpTo) -> dict[int, Entry]:
    """By their numbers, the entries that left the plans of these regimens as they stand."""
    numbers = {
        regimen.present.standing(regimen.history).number for regimen in regimens if regimen.present
    }
    found = Entry.objects.filter(clinic=known.clinic, number__in=numbers)
    return {entry.number: entry for entry in found} if numbers else {}


def _others(patients: Sequence[UUID], known: UpTo) -> dict[UUID, list[str]]:
    """By patient a sentence for each other record of the same person, and for which clinic they

    are offered to or came from. The pack has only who is with the clinic.
    """
    links = linked.standing(known.number).filter(patient__in=patients)
    others = {
        patient: [record.words for record in linked_records(patient, known.number)]
        for patient in set(links.values_list("patient", flat=True))
    }
    moved = moved_words(dict.fromkeys(patients, True), known.number)
    return {key: [*others.get(key, ()), *moved.get(key, ())] for key in others | moved}


def _person(
    person: Person,
    stands: Mapping[UUID, Standing],
    others: Mapping[UUID, list[str]],
    causes: Mapping[int, Entry],
    known: UpTo,
) -> PersonPart:
    version, today = person.version, known.now.date()
    allergies = person.allergies
    facts = [
        (_("Gender"), people.gender_words(version.gender)),
        (_("NHS No."), people.nhs_words(version.nhs_number)),
        (_("Record No."), version.record_number or ""),
        (_("Telephone"), version.telephone or _("not recorded")),
    ]
    ordered = sorted(person.regimens, key=lambda regimen: place_of(regimen.version))
    return PersonPart(
        name=people.name_words(version.family_name, version.given_names, version.title),
        born=people.born_words(version.birth_date, today),
        number=version.record_number or people.nhs_words(version.nhs_number),
        facts=[fact for fact in facts if fact[1]],
        allergies=people.allergies_words(
            allergies.status if allergies else None, allergies.lines if allergies else None
        ),
        linked=others.get(version.patient_id, ()),
        regimens=[
            _regimen(regimen, stands[regimen.version.regimen_id], causes, known)
            for regimen in ordered
        ],
    )


def _regimen(
    regimen: OpenRegimen, standing: Standing, causes: Mapping[int, Entry], known: UpTo
) -> RegimenPart:
    present = regimen.present
    copies = _copies(regimen, known.clinic)
    return RegimenPart(
        title=standing.title,
        indication=standing.indication,
        responsible=standing.responsible,
        supplied_by=quoted(regimen.version.supplied_by),
        words=standing.words,
        now=standing.now,
        ahead=standing.ahead,
        plan=_plan(standing.plan.name, present, regimen, causes, known)
        if present and standing.plan
        else None,
        copies=[words for words, _is_outdated in copies],
        has_outdated=any(is_outdated for _words, is_outdated in copies),
        reviews=[_review(review, known) for review in regimen.reviews],
    )


def _plan(
    name: str, log: PlanLog, regimen: OpenRegimen, causes: Mapping[int, Entry], known: UpTo
) -> PlanPart:
    today = known.now.date()
    standing = log.standing(regimen.history)
    carried = log.carried(regimen.history.live)
    first = planning.first_open(carried, today)
    last = min(first + ROWS, len(carried))
    more = len(carried) - last
    text = log.newest.text
    after = end_words(text.end, text.review_on)
    if more:
        after = ngettext(
            "%(count)s more row of the plan is not in this pack.",
            "%(count)s more rows of the plan are not in this pack.",
            more,
        ) % {"count": more}
    return PlanPart(
        name=name,
        standing=standing_words(log, standing, known.clinic, causes).sentence,
        waits=standing.state != planning.OPEN,
        rows=planned_rows(carried, today, first, last),
        after=after,
    )


def _copies(regimen: OpenRegimen, clinic: Clinic) -> list[tuple[str, bool]]:
    """The copies that are with the patient, the newest first, and whether each holds no longer."""
    live, found = regimen.history.live, []
    for log in regimen.plans:
        standing = log.standing(regimen.history)
        for copy in regimen.copies[log.plan]:
            if not copy.is_out:
                continue
            is_outdated = issued.is_outdated(copy, log, standing, live, is_retracted=False)
            line = copy_line(copy, standing, clinic, is_outdated=is_outdated, may_record=False)
            words = _("%(plan)s. %(copy)s. %(state)s.") % {
                "plan": plan_name(log),
                "copy": line.words,
                "state": line.state,
            }
            found.append((copy.number, words, line.is_outdated))
    return [(words, is_outdated) for _number, words, is_outdated in sorted(found, reverse=True)]


def _review(review: Review, known: UpTo) -> str:
    heading, what_for = heading_words(review, known.now.date()), quoted(review.what_for)
    if not what_for:
        return heading
    return _("%(review)s: %(what_for)s") % {"review": heading, "what_for": what_for}
