"""The page of a draft: what is typed, what was read, what is still to be written, who saved it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from access.models import User
from access.policies import SIGN, allows
from access.wording import moment_words
from patients.presenters import banner
from titration import document, dosing, planning, typed, wording
from titration.document import CellProblem, Document, Reading, ReadRow
from titration.forms.plans import HeadForm, purpose_choices, slot_words
from titration.models import PlanDraft
from titration.presenters.draft_conflict import row_lines
from titration.presenters.draft_grid import (
    bad_cells,
    columns,
    grid,
    place_words,
    problem_words,
    read_backs,
)
from titration.presenters.regimen import title_of

# Where a problem of the whole is put right, by its cell.
ANCHORS = {
    "purpose": "purpose",
    "rows": "add-row",
    "end": "id_end_0",
    "review": "id_review",
    "note": "id_note",
}


@dataclass(frozen=True)
class Line:
    """A problem, and the cell that it leads to."""

    text: str
    url: str


def draft_page(draft: PlanDraft, user: User, found: Document | None = None) -> dict[str, object]:
    """What the page shows: the draft as saved, or `found`, which is typed and not saved."""
    found = draft.document if found is None else found
    read = document.reading_of(found)
    head = HeadForm(found)
    head.is_valid()
    for problem in read.problems:
        if problem.row is None and problem.cell == "review" and problem.text:
            head.add_error("review", problem_words(problem))
    return {
        **page_of(draft),
        "document": found,
        "grid": grid(found, read.rows),
        "head": head,
        "purposes": purpose_choices(),
        "units": _units(draft, found),
        "slots": [(slot, slot_words(slot), slot in found["slots"]) for slot in _slots(found)],
        "undo": len(found["undo"]),
        "undo_text": json.dumps(found["undo"]),
        "keys": keys(),
        "most_rows": planning.MOST_ROWS,
        **state(draft, user, found, read),
    }


def keys() -> list[tuple[str, str]]:
    """What each key does in the grid, for who wants to know; each has a button too."""
    return [
        (_("Enter, Down"), _("the same column of the next row; after the last row, a new one")),
        (_("Up"), _("the same column of the row before")),
        (_("Left and Right at the ends of a cell"), _("the cell before or after")),
        (_("Tab"), _("the next cell, then the menu of the row")),
        (_("Shift+Enter"), _("a new line within the cell, in words")),
        (_("Ctrl+Enter"), _("a new row below")),
        (_("Alt+Insert"), _("a new row above")),
        (_("Alt+Delete"), _("remove the row; Undo brings it back")),
        (_("Alt+Up, Alt+Down"), _("move the row")),
        (_("Ctrl+D"), _("copy the row below, as it is typed")),
        (_("Paste"), _("a table opens the page that shows how it is read")),
    ]


def page_of(draft: PlanDraft) -> dict[str, object]:
    """What every page of a draft shows above its own content."""
    return {
        "draft": draft,
        "regimen": draft.regimen,
        "banner": banner(draft.regimen.patient),
        "title": title_of(draft.regimen.card.version),
        "is_revision": draft.revises_id is not None,
        "version": draft.revises.version if draft.revises else 0,
        "back": reverse("regimen", args=[draft.regimen_id]),
    }


def state(draft: PlanDraft, user: User, found: Document, read: Reading) -> dict[str, object]:
    """Whether it can be signed, and what is still to be written; who saved it when."""
    version = draft.regimen.card.version
    is_responsible = version.responsible_id == user.pk
    return {
        "draft": draft,
        "saved": saved_words(draft),
        "problems": _lines(read, found),
        "is_ready": read.is_ready,
        "may_sign": allows(user, draft.clinic, SIGN),
        "sign_url": reverse("plan-sign", args=[draft.pk]),
        "ask": "" if is_responsible else _ask_words(draft) % {"name": version.responsible_name},
        "asked": _asked_words(draft),
    }


def _ask_words(draft: PlanDraft) -> str:
    if draft.asked_by and not draft.asked_at:
        return _("Ask %(name)s again to sign")
    return _("Ask %(name)s to sign")


def _asked_words(draft: PlanDraft) -> str:
    """Who asked for a signature when, or that a change has ended what they asked."""
    if draft.asked_by is None:
        return ""
    if draft.asked_at is None:
        says = _(
            "%(name)s asked for a signature. The draft was changed since, which ended the request."
        )
        return says % {"name": draft.asked_by.name}
    when = moment_words(draft.asked_at, draft.clinic.zone)
    says = _("%(name)s asked for a signature on %(when)s.")
    return says % {"name": draft.asked_by.name, "when": when}


def saved_words(draft: PlanDraft) -> str:
    """Who saved the draft, when: "Saved 16-Nov-2026 14:03 by J. Lind"."""
    return _("Saved %(when)s by %(name)s") % {
        "when": moment_words(draft.saved_at, draft.clinic.zone),
        "name": draft.saved_by.name,
    }


def saved_answer(draft: PlanDraft, read: Reading) -> dict[str, object]:
    """What the script is told of the rows after a save: numbers, read-backs, marked cells."""
    rows = {
        str(each.row.row): {
            "place": place_words(each),
            "read": said,
            "bad": sorted(bad_cells(each)),
        }
        for each, said in zip(read.rows, read_backs(read.rows), strict=True)
    }
    local = draft.clinic.local(draft.saved_at)
    return {
        "revision": draft.revision,
        "saved": _("Saved %(time)s") % {"time": f"{local:%H:%M}"},
        "rows": rows,
    }


def _lines(read: Reading, found: Document) -> list[Line]:
    headings = {column.cell: column.heading for column in columns(found)}
    numbers = {each.row.row: place_words(each) for each in read.rows}
    lines = []
    for problem in read.problems:
        says = problem_words(problem)
        if problem.row is None:
            lines.append(Line(says, f"#{ANCHORS[problem.cell]}"))
            continue
        cell = problem.cell.replace(":", "")
        words = {"row": numbers[problem.row], "cell": headings[cell], "problem": says}
        said = _("Row %(row)s, %(cell)s: %(problem)s") % words
        lines.append(Line(said, f"#{cell}-{problem.row}"))
    return lines


def _units(draft: PlanDraft, found: Document) -> list[tuple[str, str, bool]]:
    units = dict.fromkeys([draft.regimen.card.version.unit, found["unit"], *dosing.UNITS])
    return [
        (unit, wording.unit_words(unit), unit == found["unit"])
        for unit in units
        if unit in dosing.UNITS
    ]


def _slots(found: Document) -> Sequence[str]:
    return [*dosing.SLOTS, *(slot for slot in found["slots"] if slot not in dosing.SLOTS)]


def pasted_table(table: typed.Table, read: Sequence[ReadRow]) -> dict[str, object]:
    """What was read of pasted rows, for the page that asks whether they go in."""
    rows = [
        {
            "source": row.source,
            "read": said,
            "marks": [mark_words(mark) for mark in row.marks if not _is_said(mark, each)],
            "is_marked": bool(row.marks or each.problems),
        }
        for row, each, said in zip(table.rows, read, read_backs(read), strict=True)
    ]
    return {
        "rows": rows,
        "count": len(rows),
        "marked": sum(1 for row in rows if row["is_marked"]),
        "marks": [mark_words(mark) for mark in table.marks],
    }


def _is_said(mark: typed.Mark, read: ReadRow) -> bool:
    """Whether the read-back of the row says the same of the same text."""
    return any((p.code, p.text) == (mark.problem, mark.text.strip()) for p in read.problems)


def mark_words(mark: typed.Mark) -> str:
    """What was not understood of a pasted table, with the text that it is about."""
    return problem_words(CellProblem(None, "rows", mark.problem, mark.text))


def place_of(found: Document, row: str) -> str:
    """After which row pasted rows go: its number among the rows that are not empty."""
    rows = [each["row"] for each in found["rows"] if not document.is_blank(each)]
    return str(rows.index(row) + 1) if row in rows else ""


def plain_text(found: Document) -> str:
    """All that is typed, a line for each row, cells parted by tabs: to be copied elsewhere."""
    lines = ["\t".join(text for _term, text in row_lines(row, "")) for row in found["rows"]]
    beside = [found[name] for name in ("review", "if_missed", "if_unwell", "note")]
    return "\n".join([*lines, *beside]).strip()
