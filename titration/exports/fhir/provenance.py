"""Provenance of every entry: who typed it when, who decided, what it replaced, and why."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from ledger.models import Entry, Retraction
from patients.models import ContextConfirmation
from titration.exports.fhir.around import Around, Made
from titration.exports.fhir.terms import (
    Json,
    coded,
    extension,
    extensions,
    filled,
    group,
    standard,
    typed,
)
from titration.fhir import TERMINOLOGY
from titration.models import Confirmation, Dispute, PlanEventKind

PATIENT_KINDS = frozenset({"patient", "erasure"})
ANSWERS = frozenset({Confirmation.KIND, ContextConfirmation.KIND, Dispute.KIND})
AGENTS = f"{TERMINOLOGY}/provenance-participant-type"
ACTIVITIES = f"{TERMINOLOGY}/v3-DataOperation"


@dataclass
class Trail:
    """By entry number: what it made or is about, who decided, why. By line: all that it made."""

    targets: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    lines: dict[UUID, list[str]] = field(default_factory=lambda: defaultdict(list))
    authors: dict[int, Json] = field(default_factory=dict)
    reasons: dict[int, Json] = field(default_factory=dict)

    def add(self, made: Made) -> None:
        if made.line is not None:
            self.lines[made.line].append(made.reference)
        if made.number is None:
            return
        self.targets[made.number].append(made.reference)
        if made.author is not None:
            self.authors[made.number] = made.author
        if reason := typed("text", made.why):
            self.reasons[made.number] = reason


def provenance(around: Around, trail: Trail) -> Iterator[Json]:
    """One for each entry whose record is in the export, in the order of the ledger."""
    _complete(around, trail)
    by_entry = {entry.pk: entry.number for entry in around.entries.values()}
    for entry in around.entries.values():
        targets = trail.targets.get(entry.number) or trail.lines.get(entry.subject, [])
        if not targets and (entry.kind in PATIENT_KINDS or not around.record.contents.is_part):
            targets = [around.patient["reference"]]
        if targets:
            before = by_entry.get(entry.supersedes_id) if entry.supersedes_id else None
            yield _provenance(around, trail, entry, targets, before)


def _complete(around: Around, trail: Trail) -> None:
    """What made no resource of its own: answers of prescribers, links to rows, plan events."""
    for text in around.texts.values():
        for number in (text.confirmed_number, text.disputed_number):
            if number is not None:
                trail.targets[number] = list(trail.targets[text.number])
        if text.disputed_number is not None and text.dispute_says != "":
            trail.reasons[text.disputed_number] = typed("text", text.dispute_says)
    for regimen in around.record.regimens:
        for plan in regimen.plans:
            for event in plan.events:
                label = PlanEventKind(event.kind).label
                said = coded("plan-event", event.kind, label, event.reason_text)
                trail.reasons[event.number] = said
    for withdrawal in around.withdrawals.values():
        trail.reasons[withdrawal.entry.number] = _withdrawn(withdrawal)
    for known in around.record.context:
        if known.confirmation is not None and known.version is not None:
            made = list(trail.targets[known.version.entry.number])
            trail.targets[known.confirmation.entry.number] = made


def _withdrawn(withdrawal: Retraction) -> Json:
    label = withdrawal.get_reason_display()
    return coded("withdrawal-reason", withdrawal.reason, label, withdrawal.reason_text)


def _provenance(
    around: Around, trail: Trail, entry: Entry, targets: Iterable[str], before: int | None
) -> Json:
    recorder = around.people.person(entry.recorded_by_id, entry.recorded_by_name)
    replaced = trail.targets.get(before, []) if before is not None else []
    return filled(
        {
            "resourceType": "Provenance",
            "id": str(entry.pk),
            "meta": around.meta,
            "extension": extensions(
                extension("entry", entry.number),
                extension("entry-kind", entry.kind, "Code"),
                extension("entry-digest", entry.digest),
                extension("time-zone", entry.time_zone),
                _origin(entry),
                _transfer(entry),
                _arrival(entry),
            ),
            "target": [{"reference": target} for target in dict.fromkeys(targets)],
            "recorded": around.local(entry.recorded_at),
            "reason": [trail.reasons[entry.number]] if entry.number in trail.reasons else [],
            "activity": standard(ACTIVITIES, _activity(entry)),
            "agent": [
                {"type": standard(AGENTS, _part_of(entry)), "who": recorder},
                *_author(trail.authors, entry),
            ],
            "entity": [
                {"role": "revision", "what": {"reference": what}}
                for what in dict.fromkeys(replaced)
            ],
        }
    )


def _author(authors: Mapping[int, Json], entry: Entry) -> list[Json]:
    decided = authors.get(entry.number)
    return [{"type": standard(AGENTS, "author"), "who": decided}] if decided else []


def _origin(entry: Entry) -> list[Json]:
    """Where what was imported stood in its file, and how it was recorded first."""
    origin = getattr(entry, "came_from", None)
    if origin is None:
        return []
    return group(
        "origin",
        extension("file", origin.file.name, "String"),
        extension("sha256", origin.file.sha256, "String"),
        extension("place", origin.place, "String"),
        extension("row", origin.row),
        extension("first-entry", origin.first_number),
        extension("first-digest", origin.first_digest),
        extension("first-clinic", origin.first_clinic, "String"),
        extension("first-recorded-by", origin.first_recorded_by, "String"),
        extension("first-recorded-at", origin.first_recorded_at),
        extension("first-time-zone", origin.first_time_zone),
    )


def _transfer(entry: Entry) -> list[Json]:
    """An offer of the patient to another clinic, or how that clinic answered it."""
    transfer = getattr(entry, "transfer", None)
    if transfer is None:
        return []
    return group(
        "transfer",
        extension("event", transfer.event, "Code"),
        extension("to", transfer.to_name),
        extension("responsible", transfer.responsible_name),
        extension("says", transfer.says, "String"),
        extension("arrived", str(transfer.arrived_id) if transfer.arrived_id else None),
    )


def _arrival(entry: Entry) -> list[Json]:
    """Which other clinic the record came from."""
    arrival = getattr(entry, "arrival", None)
    if arrival is None:
        return []
    return group(
        "arrival",
        extension("from", arrival.sender_name),
        extension("left", str(arrival.left_id)),
        extension("offered-by", arrival.offered_by_name),
        extension("last-entry", arrival.last_number),
        extension("last-digest", arrival.last_digest),
    )


def _part_of(entry: Entry) -> str:
    """What who recorded an entry had to do with it."""
    return "verifier" if entry.kind in ANSWERS else "enterer"


def _activity(entry: Entry) -> str:
    if entry.kind == Retraction.KIND:
        return "NULLIFY"
    return "UPDATE" if entry.supersedes_id else "CREATE"
