"""The second screen of recording: what was typed, in full words beside what it follows."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from titration import dosing, timeline, wording
from titration.actions import Instruction
from titration.models import ReceivedHow, StepKind, reasons_for
from titration.presenters.following import (
    Following,
    RowCard,
    row_card,
    verdict_notices,
    verdict_words,
)
from titration.presenters.log import disagreement_words, heading_words
from titration.presenters.sides import Side, side_of_dose
from titration.reading.logged import History
from titration.timeline import Effective, StepRecord


@dataclass(frozen=True)
class ReadBack:
    """Everything that the person confirms, in words. `facts` are (term, description) pairs.

    `row` is the planned row that it is recorded from.
    """

    title: str
    before: Side | None
    now: Side
    facts: Sequence[tuple[str, str]]
    notices: Sequence[str]
    row: RowCard | None = None


TITLES = {
    StepKind.DOSE: lambda: _("Read back: dose step"),
    StepKind.SINGLE: lambda: _("Read back: single dose"),
    StepKind.WITHHOLD: lambda: _("Read back: withhold"),
    StepKind.RESUME: lambda: _("Read back: resume"),
    StepKind.STOP: lambda: _("Read back: stop"),
}


WRITE_TITLES = {
    StepKind.DOSE: lambda: _("Record dose step"),
    StepKind.SINGLE: lambda: _("Record single dose"),
    StepKind.WITHHOLD: lambda: _("Withhold"),
    StepKind.RESUME: lambda: _("Resume"),
    StepKind.STOP: lambda: _("Stop"),
}


def write_title(kind: str, *, is_correction: bool) -> str:
    """The heading of the first screen."""
    return _("Correct a recorded step") if is_correction else str(WRITE_TITLES[StepKind(kind)]())


def other_kinds(kind: str) -> list[tuple[str, str]]:
    """As which kinds of step what was recorded as one may be corrected: (words, query)."""
    words = {
        StepKind.DOSE: _("Dose step"),
        StepKind.SINGLE: _("Single dose"),
        StepKind.WITHHOLD: _("Withhold"),
        StepKind.RESUME: _("Resume"),
        StepKind.STOP: _("Stop"),
    }
    return [(words[each], f"?kind={each.value}") for each in StepKind if each != kind]


def confirm_text(name: str) -> str:
    """The button that records names the patient."""
    return _("Record for %(name)s") % {"name": name}


def read_back(
    instruction: Instruction,
    history: History,
    now: datetime,
    corrected: StepRecord | None = None,
    correction_reason: str = "",
    row: Following | None = None,
    outside: str = "",
) -> ReadBack:
    """What will be recorded, beside the instruction before it, or the text that it corrects.

    And beside the planned row that it is recorded from; or, where a plan is signed and it is from
    no row, with what that does to the plan (`outside`).
    """
    line = corrected.step if corrected else None
    told_before = timeline.before(history.live, instruction.effective, line)
    before = corrected or told_before
    heading = _("As recorded") if corrected else _("Instruction before")
    return ReadBack(
        title=str(TITLES[StepKind(instruction.kind)]()),
        before=side_of(before, heading) if before else None,
        now=_side(
            _("Will be recorded"),
            instruction.kind,
            instruction.components,
            _moment_words(instruction),
        ),
        facts=[
            *_facts(instruction, told_before),
            *([(_("The plan"), verdict_words(row, instruction))] if row else []),
            *([(_("Why the entry is corrected"), correction_reason)] if correction_reason else []),
        ],
        notices=[
            *_row_notices(instruction, row, corrected),
            *([outside] if outside else []),
            *_notices(instruction, history, now, corrected),
        ],
        row=row_card(row, asks=False) if row else None,
    )


def _row_notices(
    instruction: Instruction, row: Following | None, corrected: StepRecord | None
) -> list[str]:
    if row is None:
        return []
    around = [] if corrected else row_card(row, asks=True).notices
    return [*verdict_notices(row, instruction), *around]


def _moment_words(instruction: Instruction) -> str:
    words = {"moment": wording.effective_words(instruction.effective)}
    if instruction.kind == StepKind.SINGLE:
        return _("On %(moment)s") % words
    return _("From %(moment)s") % words


def side_of(record: StepRecord, heading: str) -> Side:
    """A recorded step as one side of a comparison."""
    since = _("Since %(moment)s") % {"moment": wording.effective_words(record.effective)}
    return _side(heading, record.kind, record.components, since)


def _side(heading: str, kind: str, components: Sequence[dosing.Component], meta: str) -> Side:
    return side_of_dose(
        heading=heading,
        components=components,
        words=heading_words(kind),
        meta=meta,
        has_total=kind != StepKind.SINGLE,
    )


def _facts(instruction: Instruction, before: StepRecord | None) -> list[tuple[str, str]]:
    received = str(ReceivedHow(instruction.received_how).label)
    if instruction.document_on:
        received = _("%(how)s of %(date)s") % {
            "how": received,
            "date": wording.date_words(instruction.document_on),
        }
    facts = [
        (
            _("On") if instruction.kind == StepKind.SINGLE else _("From"),
            wording.effective_words(instruction.effective),
        ),
        (_("In full"), wording.dosage_words(instruction.components)),
        (_("Change in the total per day"), _change(instruction, before)),
        (_("Decided by"), _decided(instruction)),
        (_("Received"), received),
        (_("Reason"), _reason(instruction)),
        (_("Instruction as given"), instruction.note),
    ]
    return [(term, words) for term, words in facts if words]


def _change(instruction: Instruction, before: StepRecord | None) -> str:
    if before is None or instruction.kind == StepKind.SINGLE:
        return ""
    total = dosing.total_per_day(instruction.components)
    difference = dosing.difference(total, dosing.total_per_day(before.components))
    if difference is None or total is None:
        return ""
    return wording.difference_words(difference, total.unit)


def _decided(instruction: Instruction) -> str:
    if instruction.decided_by is not None:
        return instruction.decided_by_name
    return _("%(name)s, from outside the clinic") % {"name": instruction.decided_by_name}


def _reason(instruction: Instruction) -> str:
    label = str(reasons_for(instruction.kind)(instruction.reason).label)
    if not instruction.reason_text:
        return label
    return _("%(reason)s, “%(text)s”") % {"reason": label, "text": instruction.reason_text}


def _notices(
    instruction: Instruction, history: History, now: datetime, corrected: StepRecord | None
) -> list[str]:
    """What the person may want to look at twice; none of it judges the dose."""
    notices = list(disagreement_words(instruction.components))
    effective = instruction.effective
    if not effective.has_come(now):
        notices.append(_("This holds from a day to come."))
    elif effective.precision == "day" and effective.on < now.date():
        days = (now.date() - effective.on).days
        notices.append(_backdated(days))
    others = [
        step
        for step in timeline.instructions(history.live)
        if corrected is None or step.step != corrected.step
    ]
    if corrected and StepKind.SINGLE not in (corrected.kind, instruction.kind):
        notices += _passed_words(corrected.effective, effective, others)
    later = [step for step in others if step.effective.order > effective.order]
    if later and instruction.kind != StepKind.SINGLE:
        notices.append(
            _("A later instruction is recorded from %(moment)s: this one holds until then.")
            % {"moment": wording.effective_words(later[0].effective)}
        )
    return notices


def _passed_words(
    before: Effective, after: Effective, others: Iterable[StepRecord]
) -> Iterator[str]:
    """That a correction moves a step behind instructions that came after it: it ends the last."""
    passed = [step for step in others if before.order < step.effective.order < after.order]
    for step in passed[-1:]:
        what = heading_words(step.kind) or wording.dosage_words(step.components)
        yield _(
            "Entry %(number)s came after this one and now comes before it: this one ends it. It "
            "says from %(moment)s: %(what)s"
        ) % {
            "number": f"{step.number:,}",
            "moment": wording.effective_words(step.effective),
            "what": what,
        }


def _backdated(days: int) -> str:
    return ngettext(
        "This holds from %(days)s day ago.", "This holds from %(days)s days ago.", days
    ) % {"days": f"{days:,}"}
