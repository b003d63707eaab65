"""Two texts of one draft side by side, for the person who chooses between them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from access.wording import moment_words
from titration import document, dosing, wording
from titration.document import Document, Pair
from titration.models import PlanDraft, PlanEnd, Purpose
from titration.presenters.draft_grid import slot_heading

CHOICE = "choice-"


@dataclass(frozen=True)
class Side:
    """What one of the two has, as (term, text); empty where they do not have the row."""

    lines: Sequence[tuple[str, str]]
    place: int = 0


@dataclass(frozen=True)
class Choice:
    """One row, or one part of the head, that the two have differently."""

    name: str
    title: str
    mine: Side
    theirs: Side
    chosen: str


def conflict_page(
    draft: PlanDraft, mine: Document, chosen: dict[str, str], *, asks_again: bool = False
) -> dict[str, object]:
    """My text beside the draft as it is now, row by row; what was `chosen` already stays so."""
    theirs = draft.document
    pairs = document.compared(mine, theirs)
    apart = [pair for pair in pairs if not pair.is_same]
    return {
        "by": draft.saved_by.name,
        "when": moment_words(draft.saved_at, draft.clinic.zone),
        "revision": draft.revision,
        "mine": mine,
        "groups": [
            [_head(name, mine, theirs, chosen) for name in document.heads_apart(mine, theirs)],
            [_row(pair, (mine["unit"], theirs["unit"]), chosen) for pair in apart],
        ],
        "same": len(pairs) - len(apart),
        "asks_again": asks_again,
    }


def _head(name: str, mine: Document, theirs: Document, chosen: dict[str, str]) -> Choice:
    title = _head_titles()[name]
    ours, others = (
        Side([(title, _head_words(name, text[name]) or _("nothing written"))])
        for text in (mine, theirs)
    )
    return Choice(CHOICE + name, title, ours, others, chosen.get(name, ""))


def _row(pair: Pair, units: tuple[str, str], chosen: dict[str, str]) -> Choice:
    if pair.place:
        title = _("Row %(row)s") % {"row": pair.place}
    else:
        title = _("Row %(row)s of theirs") % {"row": pair.place_theirs}
    return Choice(
        CHOICE + pair.key,
        title,
        Side(row_lines(pair.mine, units[0]), pair.place),
        Side(row_lines(pair.theirs, units[1]), pair.place_theirs),
        chosen.get(pair.key, ""),
    )


def row_lines(row: dict[str, Any] | None, unit: str) -> list[tuple[str, str]]:
    """What is typed into a row, cell by cell as it stands; `unit` is that of bare figures."""
    if row is None:
        return []
    cells = [
        (_("Starts"), row["when"]),
        *((slot_heading(slot, unit), text) for slot, text in row["amounts"].items()),
        (_("Dose in words"), row["dose"]),
        (_("Written beside it"), row["words"]),
    ]
    return [(term, text) for term, text in cells if text.strip()]


def _head_titles() -> dict[str, str]:
    return {
        "purpose": _("What the plan is for"),
        "unit": _("Unit of figures written without one"),
        "end": _("At the end"),
        "review": _("Date of that review"),
        "if_missed": _("If doses are missed"),
        "if_unwell": _("If unwell"),
        "note": _("Note"),
    }


def _head_words(name: str, value: str) -> str:
    if name == "purpose" and value in Purpose.values:
        return str(Purpose(value).label)
    if name == "end" and value in PlanEnd.values:
        return str(PlanEnd(value).label)
    if name == "unit" and value in dosing.UNITS:
        return wording.unit_words(value)
    return value
