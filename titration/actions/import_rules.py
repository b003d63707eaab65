"""What the rules of the log ask of many steps at once, and which of them are recorded already."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import uuid4

from django.utils.translation import gettext as _

from titration import policies, timeline, wording
from titration.actions.carrying import check_received
from titration.actions.shared import life_of
from titration.actions.steps import Instruction
from titration.importing import First, Place
from titration.models import Regimen, StepKind
from titration.policies import RuleBroken
from titration.reading.logged import History
from titration.timeline import SINGLE, STOP, StepRecord


@dataclass(frozen=True)
class Brought:
    """A step of a file: the regimen that it is of, what it says, where it stands in the file."""

    regimen: Regimen
    instruction: Instruction
    place: Place
    first: First | None = None


@dataclass(frozen=True)
class Verdict:
    """What becomes of a step of a file: it is new, unless one of these says why not.

    `there` is the text of the log that says the same, one that stands where there is one; where
    none does, `corrected` or `withdrawn` is the number of the entry by which it does not. `twice`
    is where the file has said it before; `refused` the rule that it breaks, which stops the whole
    file.
    """

    there: StepRecord | None = None
    corrected: int | None = None
    withdrawn: int | None = None
    twice: Place | None = None
    refused: RuleBroken | None = None

    @property
    def is_new(self) -> bool:
        return self.there is None and self.twice is None and self.refused is None


def verdicts(steps: Sequence[Brought], logs: Mapping, today: date) -> list[Verdict]:
    """What becomes of each step, in their order, by every rule that a typed step keeps.

    The steps are of one patient; `logs` are those of their regimens, by key; `today` is the
    clinic's day. A query for the patient, and one for each prescriber who is named.
    """
    if not steps:
        return []
    life = life_of(steps[0].regimen.patient_id)
    rules = {key: _Rules(logs[key]) for key in {step.regimen.pk for step in steps}}
    found = []
    for position, step in enumerate(steps):
        try:
            policies.check_effective(step.instruction.effective, today, life)
            _check_said(step)
            found.append(rules[step.regimen.pk].verdict(step, position))
        except RuleBroken as rule:
            found.append(Verdict(refused=rule))
    for each in rules.values():
        for position, refused in each.out_of_order():
            found[position] = Verdict(refused=refused)
    return found


def _check_said(step: Brought) -> None:
    """What can be asked of a step by itself."""
    said = step.instruction
    policies.check_dosage(said.kind, said.components)
    policies.check_reason(said.kind, said.reason)
    check_received(said.received_how, said.decided_by.pk if said.decided_by else None, None)
    policies.check_prescribes_at(said.decided_by, step.regimen.clinic)


class _Rules:
    """The log of one regimen by what it says and by its moments, and the new steps for it."""

    def __init__(self, log: History) -> None:
        self.live = log.live
        self.recorded = {record.says: record for record in (*log.records, *log.live)}
        self.standing = {record.step: record.number for record in log.live}
        self.withdrawals = {each.step: each.number for each in log.withdrawals}
        self.holders = {_moment(step): step for step in log.live}
        self.number = log.last_number
        self.places: dict[tuple, Place] = {}
        self.moments: dict[tuple, Place] = {}
        self.new: dict[StepRecord, int] = {}

    def verdict(self, step: Brought, position: int) -> Verdict:
        """Whether the step is new, leaving its order aside. Raises RuleBroken."""
        said = step.instruction
        says = said.kind, said.effective, said.components
        if says in self.recorded:
            return self._there(self.recorded[says])
        if says in self.places:
            return Verdict(twice=self.places[says])
        self.number += 1
        record = StepRecord(uuid4(), self.number, uuid4(), *says)
        if record.effective.precision == "day":
            self._check_moment(record)
            self.moments[_moment(record)] = step.place
        self.places[says] = step.place
        self.new[record] = position
        return Verdict()

    def _there(self, record: StepRecord) -> Verdict:
        """What is recorded already, and what became of it since."""
        newest = self.standing.get(record.step, record.number)
        return Verdict(
            there=record,
            corrected=newest if newest != record.number else None,
            withdrawn=self.withdrawals.get(record.step),
        )

    def _check_moment(self, record: StepRecord) -> None:
        """Nothing else holds from the same moment, in the log or earlier in the file."""
        moment = _moment(record)
        words = wording.effective_words(record.effective)
        if holder := self.holders.get(moment):
            raise RuleBroken(
                "effective",
                _(
                    "Entry %(number)s says from %(moment)s: %(said)s. The file says otherwise. "
                    "Which of the two is right is for you to say: correct that entry, or the file."
                )
                % {
                    "number": f"{holder.number:,}",
                    "moment": words,
                    "said": wording.dosage_words(holder.components) or StepKind(holder.kind).label,
                },
            )
        if place := self.moments.get(moment):
            raise RuleBroken(
                "effective",
                _("The file says otherwise from %(moment)s, at %(place)s. Correct the file.")
                % {"place": wording.place_words(place), "moment": words},
            )

    def out_of_order(self) -> Iterator[tuple[int, RuleBroken]]:
        """The new steps that do not fit where they come, by their position."""
        # Sorting keeps the place of those for one month or year: a new one comes last.
        merged = sorted([*self.live, *self.new], key=lambda step: step.effective.order)
        earlier = None
        for step in merged:
            is_new = step in self.new
            if is_new and not timeline.fits(step.kind, timeline.state_of(earlier)):
                yield self.new[step], policies.out_of_place(step.kind)
            earlier = earlier if step.kind == SINGLE else step
        known = {step.step for step in (*timeline.restarts(self.live), *self.new)}
        again = [step for step in timeline.restarts(merged) if step.step not in known]
        if again:
            stop = next(step for step in reversed(merged) if step in self.new and step.kind == STOP)
            yield self.new[stop], policies.restarted(again[0], "effective")


def _moment(step: StepRecord) -> tuple:
    """What two steps cannot share: single doses only collide with single doses."""
    return step.kind == SINGLE, step.effective.order
