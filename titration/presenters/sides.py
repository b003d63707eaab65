"""A dose as one side of a comparison, as `_components/read_back_side.html` takes it."""

from collections.abc import Sequence
from dataclasses import dataclass

from titration import dosing, wording


@dataclass(frozen=True)
class Side:
    """One side of a read-back: a heading, the dose line by line, and words about it."""

    heading: str
    lines: Sequence[wording.DoseLine]
    total_label: str
    total: str
    words: str
    meta: str


def side_of_dose(
    *,
    heading: str,
    components: Sequence[dosing.Component],
    words: str,
    meta: str,
    has_total: bool,
) -> Side:
    """A side with these parts of a dose, and their total per day where there is one."""
    total = dosing.total_per_day(components) if has_total else None
    return Side(
        heading=heading,
        lines=wording.dosage_lines(components),
        total_label=wording.total_label(total) if total else "",
        total=wording.total_words(total) if total else "",
        words=words,
        meta=meta,
    )
