"""What was learned of a regimen after an entry: steps added, corrected, withdrawn, confirmed,
disputed.

Pure: standard library only. It compares two states of one log; the words are in the presenters.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from titration.timeline import StepRecord, Withdrawal

ADDED, CORRECTED, WITHDRAWN, CONFIRMED = "added", "corrected", "withdrawn", "confirmed"
DISPUTED = "disputed"


@dataclass(frozen=True, slots=True)
class Learned:
    """What one entry, `number`, added to what was known of a log.

    `step` is the text that it is about; `before` the text that a correction replaced.
    """

    what: str
    number: int
    step: StepRecord
    before: StepRecord | None = None


def learned_since(
    known: int,
    records: Iterable[StepRecord],
    withdrawals: Iterable[Withdrawal] = (),
    confirmations: Mapping[UUID, int] | None = None,
    disputes: Mapping[UUID, int] | None = None,
) -> tuple[Learned, ...]:
    """What the entries after `known` added, in their order.

    `records` are all texts of the log, the earlier ones too; `confirmations` the number of the
    entry that confirmed a text, by the entry of the text, and `disputes` of that which disputed it.
    """
    confirmed, disputed = confirmations or {}, disputes or {}
    found: list[Learned] = []
    newest: dict[UUID, StepRecord] = {}
    for record in sorted(records, key=lambda record: record.number):
        before = newest.get(record.step)
        newest[record.step] = record
        if record.number > known:
            found.append(Learned(CORRECTED if before else ADDED, record.number, record, before))
        if confirmed.get(record.entry, 0) > known:
            found.append(Learned(CONFIRMED, confirmed[record.entry], record))
        if disputed.get(record.entry, 0) > known:
            found.append(Learned(DISPUTED, disputed[record.entry], record))
    # A withdrawn line takes no further text, so its newest is the one that was withdrawn.
    found += [
        Learned(WITHDRAWN, withdrawal.number, newest[withdrawal.step])
        for withdrawal in withdrawals
        if withdrawal.number > known
    ]
    return tuple(sorted(found, key=lambda learned: learned.number))
