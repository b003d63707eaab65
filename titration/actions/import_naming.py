"""From the words of a file to instructions: by what a person said they mean, never by likeness."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from access.models import User
from titration.actions.import_rules import Brought
from titration.actions.steps import Instruction
from titration.importing import FileRead, Mark, ReadRow, StepSaid
from titration.models import ReceivedHow, Regimen, reasons_for

LONGEST = {"reason_text": 1000, "note": 4000, "decided_by": 150}
OTHER = "other"


@dataclass(frozen=True)
class Naming:
    """What a person said of the words of a file, each as it is written; "" where it says nothing.

    `deciders` has a prescriber of the clinic, or none for one from outside, who is recorded by the
    name of the file, or by `outside` where the file names nobody.
    """

    regimens: Mapping[str, Regimen] = field(default_factory=dict)
    deciders: Mapping[str, User | None] = field(default_factory=dict)
    outside: str = ""
    received_how: str = ""


def named(read: FileRead, naming: Naming) -> tuple[list[Brought], list[Mark]]:
    """The steps of the rows that were understood, and what of their words nobody has said yet."""
    steps: list[Brought] = []
    marks: list[Mark] = []
    for row in read.rows:
        if row.said is None:
            continue
        found = list(_unsaid(row, row.said, naming))
        marks += found
        if not found:
            regimen = naming.regimens[row.said.medicine]
            steps.append(Brought(regimen, _instruction(row.said, naming), row.place, row.first))
    return steps, marks


def _unsaid(row: ReadRow, said: StepSaid, naming: Naming):
    if said.medicine not in naming.regimens:
        yield Mark(row.place, "medicine_unknown", said.medicine)
    if said.decided_by not in naming.deciders:
        code = "decider_unknown" if said.decided_by else "decider_missing"
        yield Mark(row.place, code, said.decided_by)
    elif naming.deciders[said.decided_by] is None and not (said.decided_by or naming.outside):
        yield Mark(row.place, "decider_missing")
    if not _received(said, naming):
        yield Mark(row.place, "received_unknown", said.received_how)
    for name, text in (
        ("reason_text", said.reason_text or said.reason),
        ("note", said.note),
        ("decided_by", said.decided_by),
    ):
        if len(text) > LONGEST[name]:
            yield Mark(row.place, "cell_too_long", text)


def _instruction(said: StepSaid, naming: Naming) -> Instruction:
    decided_by = naming.deciders[said.decided_by]
    reason, text = _reason(said)
    return Instruction(
        kind=said.kind,
        effective=said.effective,
        decided_by=decided_by,
        decided_by_name=decided_by.name if decided_by else said.decided_by or naming.outside,
        received_how=_received(said, naming),
        reason=reason,
        components=said.components,
        document_on=said.document_on,
        reason_text=text,
        note=said.note,
    )


def _reason(said: StepSaid) -> tuple[str, str]:
    """The reason of the list that is written, by its code or its label; else "other", verbatim."""
    for code, label in reasons_for(said.kind).choices:
        if said.reason.strip().lower() in (code, str(label).lower()):
            return code, said.reason_text
    return OTHER, said.reason_text or said.reason


def _received(said: StepSaid, naming: Naming) -> str:
    """How the decision was received, by its code or its label; "" for what is none of the list."""
    written = said.received_how.strip().lower()
    if not written:
        return naming.received_how
    known = {word: code for code, label in ReceivedHow.choices for word in (code, label.lower())}
    return known.get(written, "")
