"""Whether what is recorded is what a plan expected before one of its rows."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from titration.planning.carried import KIND_OF_STEP, Carried, expected_before, same_dose
from titration.planning.shapes import Row
from titration.timeline import DOSE, RESUME, StepRecord, instructions

WORDS_ONLY, GATED = "words-only", "gated"
OTHER_DOSE, CHANGED = "other-dose", "changed"


def unexpected_before(
    carried: Sequence[Carried], row: UUID, live: Iterable[StepRecord], seen: Iterable[StepRecord]
) -> str:
    """Why a form may not be filled from a row; "" when what is recorded is what the plan expected.

    That is the last recorded instruction, begun or not: it is to say the dose that the plan has
    before the row (else OTHER_DOSE). Where the plan has none before it, the instruction is to be
    the one that the signer saw, whose live steps are `seen` (else CHANGED). A row of words has
    nothing to fill (WORDS_ONLY), and one that waits for a review is not to start yet (GATED).
    """
    wanted = next(each for each in carried if each.row.row == row)
    if wanted.row.kind == "words":
        return WORDS_ONLY
    if wanted.row.start == "review" and wanted.planned_on is None:
        return GATED
    last = _last(live)
    expected = expected_before(carried, row)
    if expected is None:
        return "" if _is_same(last, _last(seen)) else CHANGED
    return "" if last is not None and says(last, expected) else OTHER_DOSE


def says(step: StepRecord, row: Row) -> bool:
    """Whether a recorded instruction leaves the patient on what the row says."""
    kind = DOSE if step.kind == RESUME else step.kind
    return kind == KIND_OF_STEP.get(row.kind) and same_dose(step.components, row.components)


def _last(live: Iterable[StepRecord]) -> StepRecord | None:
    told = instructions(live)
    return told[-1] if told else None


def _is_same(one: StepRecord | None, other: StepRecord | None) -> bool:
    if one is None or other is None:
        return one is other
    return (one.step, one.kind, one.components) == (other.step, other.kind, other.components)
