"""Two versions of a plan, row by row. Either version comes back from the other and these."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from titration.planning.shapes import Row


@dataclass(frozen=True, slots=True)
class Difference:
    """One row in two versions: as it was and as it is, and its place in each; none where it is not.

    A row is the same row by its identity, whatever was changed of it.
    """

    before: Row | None
    after: Row | None
    place_before: int | None
    place_after: int | None

    @property
    def is_added(self) -> bool:
        return self.before is None

    @property
    def is_removed(self) -> bool:
        return self.after is None

    @property
    def is_same(self) -> bool:
        """Nothing of the row itself was changed; it may stand in another place."""
        return self.before == self.after


def differences(before: Sequence[Row], after: Sequence[Row]) -> tuple[Difference, ...]:
    """Every row of either version once: in the order of the later one, each removed row at the
    place where it stood."""
    was: dict[UUID, int] = {row.row: place for place, row in enumerate(before)}
    kept = {row.row for row in after}
    found = [
        Difference(before[was[row.row]], row, was[row.row], place)
        if row.row in was
        else Difference(None, row, None, place)
        for place, row in enumerate(after)
    ]
    for place, row in enumerate(before):
        if row.row not in kept:
            following = (
                number
                for number, other in enumerate(found)
                if other.place_before is not None and other.place_before > place
            )
            found.insert(next(following, len(found)), Difference(row, None, place, None))
    return tuple(found)


def before_of(found: Sequence[Difference]) -> tuple[Row, ...]:
    """The rows of the earlier version."""
    rows = [(d.place_before, d.before) for d in found if d.place_before is not None and d.before]
    return tuple(row for _place, row in sorted(rows, key=lambda pair: pair[0]))


def after_of(found: Sequence[Difference]) -> tuple[Row, ...]:
    """The rows of the later version."""
    rows = [(d.place_after, d.after) for d in found if d.place_after is not None and d.after]
    return tuple(row for _place, row in sorted(rows, key=lambda pair: pair[0]))


def moved_rows(found: Sequence[Difference]) -> frozenset[UUID]:
    """The rows of both versions that stand in another order: as few as account for it.

    A row whose place differs only because others were added or removed before it is not moved.
    """
    kept = [d for d in found if d.place_before is not None and d.after is not None]
    places = [d.place_before or 0 for d in kept]
    ends: list[int] = []  # by length: the lowest place that ends a rising run of it
    lengths = []
    for place in places:
        length = bisect_left(ends, place)
        ends[length : length + 1] = [place]
        lengths.append(length)
    in_order, wanted = set(), len(ends) - 1
    for each, length in zip(reversed(kept), reversed(lengths), strict=True):
        if length == wanted:
            in_order.add(each)
            wanted -= 1
    return frozenset(d.after.row for d in kept if d.after and d not in in_order)
