"""The row of a signed plan beside the step that is recorded from it, on both screens."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID, uuid4

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from titration import dosing, planning, timeline, wording
from titration.actions import Instruction
from titration.planning import Carried, Row
from titration.planning.carried import KIND_OF_STEP
from titration.planning.expected import CHANGED, GATED, OTHER_DOSE, WORDS_ONLY, unexpected_before
from titration.presenters.followed import Followed, days_words, followed_row, row_words
from titration.presenters.log import heading_words
from titration.presenters.sides import Side, side_of_dose
from titration.reading.logged import History
from titration.reading.planned import PlanLog, SignedVersion, present_plan
from titration.timeline import StepRecord, Withdrawal


@dataclass(frozen=True)
class Following:
    """A row of a version, in its `place` from 0, and what was recorded from the plan so far.

    `unexpected` is why a form is not filled from it: see planning.expected.
    """

    plan: PlanLog
    version: SignedVersion
    place: int
    carried: Sequence[Carried]
    unexpected: str
    expected: Row | None = None
    recorded: StepRecord | None = None
    seen: StepRecord | None = None

    @property
    def row(self) -> Row:
        return self.version.text.rows[self.place]

    @property
    def planned_on(self) -> date | None:
        return planning.laid_dates(self.version.text.rows, self.plan.opened)[self.place]

    @property
    def kind(self) -> str:
        """The kind of step that the row asks for; "" for one that says it in words."""
        return KIND_OF_STEP.get(self.row.kind, "")

    @property
    def is_filled(self) -> bool:
        return not self.unexpected


def following(plans: Sequence[PlanLog], row: UUID, history: History) -> Following | None:
    """The row of the newest version that has it; none where no plan of the regimen has."""
    for plan in reversed(plans):
        for version in reversed(plan.versions):
            place = _place(version, row)
            if place is not None:
                return _following(plan, version, place, history)
    return None


def next_row(
    plans: Sequence[PlanLog], history: History, ended: planning.Event | None, today: date
) -> UUID | None:
    """The first row that is still to be recorded of the plan that is open; none where none is."""
    plan = present_plan(plans, history, ended)
    if plan is None or plan.standing(history, ended).state != planning.OPEN:
        return None
    remaining = planning.open_rows(plan.carried(history.live), today)
    return remaining[0].row.row if remaining else None


def choice_words(it: Following) -> str:
    """The row as one of the things that can be recorded."""
    row = {"row": f"{it.place + 1:,}"}
    if it.planned_on is None:
        return _("Row %(row)s of the signed plan") % row
    return _("Row %(row)s of the signed plan, planned for %(date)s") % {
        **row,
        "date": wording.date_words(it.planned_on),
    }


def followed_from(plans: Sequence[PlanLog], line: UUID, history: History) -> Following | None:
    """The row that a line was recorded from, as the version of then says it; none for others."""
    for plan in plans:
        for link in reversed(plan.links):
            if link.step == line:
                then = [v for v in plan.versions if v.number < link.number]
                place = _place(then[-1], link.row) if then else None
                if place is not None:
                    return _following(plan, then[-1], place, history)
    return None


def _place(version: SignedVersion, row: UUID) -> int | None:
    return next((n for n, each in enumerate(version.text.rows) if each.row == row), None)


def _following(plan: PlanLog, version: SignedVersion, place: int, history: History) -> Following:
    rows = version.text.rows
    carried = planning.carried_rows(rows, plan.links, history.live, plan.opened)
    seen = timeline.live_steps(history.records, history.withdrawals, version.number)
    row = rows[place].row
    return Following(
        plan=plan,
        version=version,
        place=place,
        carried=carried,
        unexpected=unexpected_before(carried, row, history.live, seen),
        expected=planning.expected_before(carried, row),
        recorded=_last(history.live),
        seen=_last(seen),
    )


def _last(live: Sequence[StepRecord]) -> StepRecord | None:
    told = timeline.instructions(live)
    return told[-1] if told else None


@dataclass(frozen=True)
class RowCard:
    """A planned row as both screens show it. `says` tells of filling, `facts` what differs."""

    side: Side
    says: str = ""
    facts: Sequence[tuple[str, str]] = ()
    notices: Sequence[str] = field(default_factory=tuple)


def row_card(it: Following, *, asks: bool) -> RowCard:
    """The row; where a step is about to be recorded from it (`asks`), whether the form is filled
    from it, why not, and which rows around it have nothing recorded or have been passed."""
    side = _row_side(it)
    if not asks:
        return RowCard(side)
    return RowCard(side, _filling_words(it), _filling_facts(it), tuple(_order_notices(it)))


def _row_side(it: Following) -> Side:
    row, day = it.row, it.planned_on
    parts = planning.anchored(row.components, day)
    words = [_("Stop")] if row.kind == "stop" else []
    words += [heading_words("single")] if row.kind == "single" else []
    if day is None and any("anchor_missing" in dosing.check_component(part) for part in parts):
        words.append(_("counted from the day on which this row starts"))
    if row.words:
        words.append(f"“{row.words}”")
    said = {
        "version": f"{it.version.version:,}",
        "name": it.version.signed_by_name,
        "date": wording.date_words(it.version.signed_on),
    }
    signed = _("Plan version %(version)s, signed by %(name)s, %(date)s.") % said
    return side_of_dose(
        heading=_("Row %(row)s of the signed plan") % {"row": f"{it.place + 1:,}"},
        components=parts,
        words="\n".join(words),
        meta=f"{_planned_words(row, day)}\n{signed}",
        has_total=row.kind == "dose",
    )


def _planned_words(row: Row, day: date | None) -> str:
    if day is not None:
        return _("Planned for %(date)s.") % {"date": wording.date_words(day)}
    if row.start == "review":
        return _("After a review. It has no date until the review is recorded.")
    return _("It has no date yet: the row that it counts from has none.")


def _filling_words(it: Following) -> str:
    match it.unexpected:
        case "" if it.kind == "stop":
            return _("This row stops the medicine. The day is not filled in: choose it.")
        case "":
            return _(
                "The form is filled in from this row as it was signed. The day is not: choose it."
            )
        case reason if reason == GATED:
            return _("The form is blank: this row waits for a review, and none has opened it.")
        case reason if reason == WORDS_ONLY:
            return _("The form is blank: this row says in words what is to be done.")
        case reason if reason == OTHER_DOSE:
            return _(
                "The form is blank: what is recorded is not what the plan expected before this row."
            )
    return _(
        "The form is blank: the last recorded instruction is not the one that stood when the plan "
        "was signed."
    )


def _filling_facts(it: Following) -> list[tuple[str, str]]:
    recorded = _instruction_words(it.recorded)
    if it.unexpected == OTHER_DOSE and it.expected is not None:
        expected = wording.row_words(it.expected)
        return [(_("Expected before this row"), expected), (_("Recorded"), recorded)]
    if it.unexpected == CHANGED:
        stood = _instruction_words(it.seen)
        return [(_("Stood at the signature"), stood), (_("Recorded"), recorded)]
    return []


def _instruction_words(step: StepRecord | None) -> str:
    if step is None:
        return _("nothing")
    said = "\n".join(
        filter(None, [heading_words(step.kind), wording.dosage_words(step.components)])
    )
    return _("%(dose)s\nfrom %(moment)s, entry %(number)s") % {
        "dose": said,
        "moment": wording.effective_words(step.effective),
        "number": f"{step.number:,}",
    }


def _order_notices(it: Following) -> list[str]:
    """That its review is not recorded, rows before it have nothing, or a later one was recorded."""
    notices = []
    if it.row.start == "review" and it.planned_on is None:
        notices.append(_("This row waits for a review, and none is recorded yet."))
    later = [n for n, row in enumerate(it.carried) if row.step is not None and n > it.place]
    if later:
        words = _("Row %(row)s, which comes after this one, is recorded already.")
        notices.append(words % {"row": f"{later[0] + 1:,}"})
    earlier = [n for n, row in enumerate(it.carried[: it.place]) if row.step is not None]
    first = max(earlier, default=-1) + 1
    if first < it.place:
        places = {"first": f"{first + 1:,}", "last": f"{it.place:,}"}
        notices.append(_without_words(it, it.place - first) % places)
    return notices


def _without_words(it: Following, count: int) -> str:
    """That so many rows before this one have nothing recorded, and what becomes of them."""
    if it.row.kind == "stop":
        return ngettext(
            "Row %(last)s before this one has nothing recorded. The stop ends the plan as soon as "
            "it is recorded, whatever its day, and that row is closed with it.",
            "Rows %(first)s to %(last)s before this one have nothing recorded. The stop ends the "
            "plan as soon as it is recorded, whatever its day, and those rows are closed with it.",
            count,
        )
    return ngettext(
        "Row %(last)s before this one has nothing recorded. From the day from which this one "
        "holds, it counts as passed over.",
        "Rows %(first)s to %(last)s before this one have nothing recorded. From the day from "
        "which this one holds, they count as passed over.",
        count,
    )


def verdict(it: Following, instruction: Instruction) -> Followed:
    """What is about to be recorded, beside the row."""
    return followed_row(it.plan, it.version, it.place, _as_record(instruction))


def verdict_notices(it: Following, instruction: Instruction) -> list[str]:
    """How what is about to be recorded differs from the row; nothing when it does not."""
    found = verdict(it, instruction)
    notices = []
    if found.days:
        notices.append(_("This is %(days)s.") % {"days": days_words(found.days)})
    if found.is_changed:
        notices.append(_changed_words(it, instruction))
    return notices


def _changed_words(it: Following, instruction: Instruction) -> str:
    if it.kind == instruction.kind or {it.kind, instruction.kind} == {"dose", "resume"}:
        return _("This is another dose than planned.")
    return _("This is something else than planned.")


def verdict_words(it: Following, instruction: Instruction) -> str:
    """The row and how what is about to be recorded lies to it, as the log will say it."""
    return row_words(verdict(it, instruction))


def outside_words(
    plans: Sequence[PlanLog],
    instruction: Instruction,
    history: History,
    prescriber: str,
    corrected: StepRecord | None = None,
) -> str:
    """What a step from no row does to the plan that is not over; "" where there is none."""
    before = [(plan, plan.standing(history)) for plan in plans]
    held = next(((plan, standing) for plan, standing in before if not standing.is_over), None)
    if held is None:
        return ""
    plan, standing = held
    number = max(history.last_number, plan.last_number) + 1
    after = plan.standing(_with(history, instruction, number, corrected))
    said = {"name": prescriber}
    if after.is_over:
        return _("This is outside the signed plan, and ends it: its remaining rows are closed.")
    if after.state != planning.AWAITING:
        return "" if corrected else _("This is outside the signed plan.")
    if standing.state == planning.AWAITING:
        return _("This is outside the signed plan: its remaining rows wait for %(name)s.") % said
    return _("This is outside the signed plan: its remaining rows will wait for %(name)s.") % said


def undone_words(plans: Sequence[PlanLog], line: UUID, history: History, prescriber: str) -> str:
    """What the withdrawal of a step does to the plan that is not over; "" where that is nothing."""
    plan = present_plan(plans, history)
    if plan is None or plan.standing(history).state == planning.AWAITING:
        return ""
    withdrawal = Withdrawal(line, max(history.last_number, plan.last_number) + 1)
    after = plan.standing(History(history.records, (*history.withdrawals, withdrawal)))
    if after.state != planning.AWAITING:
        return ""
    return _(
        "The signed plan was signed while this entry stood: once it is withdrawn, the remaining "
        "rows will wait for %(name)s."
    ) % {"name": prescriber}


def _with(
    history: History, instruction: Instruction, number: int, corrected: StepRecord | None
) -> History:
    """The log once this was recorded."""
    record = _as_record(instruction, number, corrected.step if corrected else None)
    return History((*history.records, record), history.withdrawals)


def _as_record(instruction: Instruction, number: int = 0, line: UUID | None = None) -> StepRecord:
    return StepRecord(
        entry=uuid4(),
        number=number,
        step=line or uuid4(),
        kind=instruction.kind,
        effective=instruction.effective,
        components=instruction.components,
    )
