"""A signed plan as a document, to be revised."""

from collections.abc import Callable, Sequence
from datetime import date

from titration import dosing, typed
from titration.document.reading import part_of
from titration.document.shape import Document, new_row, tidy
from titration.dosing import Amount, Component
from titration.planning import PlanText, Row


def document_of(
    text: PlanText,
    *,
    unit: str,
    dose_words: Callable[[Sequence[Component]], str],
    date_words: Callable[[date], str],
) -> Document:
    """A signed plan as a document: it reads back as exactly the same plan, row by row.

    `dose_words` and `date_words` write them as pages do, in English.
    """
    rows = []
    for row in text.rows:
        plain = _leading_slots(row, text.slots, unit)
        rest = row.components[len(plain) :]
        if rest and plain and typed.read_dose(dose_words(rest)).components != rest:
            plain, rest = {}, row.components
        dose = "Stop" if row.kind == "stop" else dose_words(rest) if rest else ""
        when = _start_text(row, date_words)
        cells = {"when": when, "dose": dose, "words": row.words}
        rows.append({**new_row(str(row.row)), **cells, "amounts": plain})
    document = {
        "purpose": text.purpose,
        "unit": unit,
        "slots": list(text.slots),
        "rows": rows,
        "end": text.end,
        "review": date_words(text.review_on) if text.review_on else "",
        "if_missed": text.if_missed,
        "if_unwell": text.if_unwell,
        "note": text.note,
    }
    return tidy(document)


def _start_text(row: Row, date_words: Callable[[date], str]) -> str:
    if row.start == "review":
        return "after review"
    if row.on is not None:
        return date_words(row.on)
    return f"{row.count} {row.unit}{'s' if row.count != 1 else ''}"


def _leading_slots(row: Row, slots: Sequence[str], unit: str) -> dict[str, str]:
    """The first parts of a dose that stand in the columns, as figures in the columns' unit."""
    columns = iter(slots)
    found: dict[str, str] = {}
    for part in row.components:
        slot = part.timing.slot
        if part.amount is None:
            break
        amount = Amount(part.amount.low, part.amount.high, unit)
        if part != part_of(slot, amount) or slot not in columns:
            break
        low = dosing.plain(amount.low)
        found[slot] = low if amount.high is None else f"{low} to {dosing.plain(amount.high)}"
    return found
