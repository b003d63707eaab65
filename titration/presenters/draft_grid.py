"""The grid of a draft as finished HTML: what is typed, and beside it what was read of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from patients.finished import NOTHING, html
from titration import document, dosing, planning, wording
from titration.document import CellProblem, Document, ReadRow
from titration.dosing import Total
from titration.forms.plans import AMOUNT, slot_words
from titration.planning import Problem
from titration.presenters.plan_rows import difference_from
from titration.presenters.plan_rows import total_of as planned_total

ROW = """
<tr id="row-{row}" data-plan-row="{row}"{tone}>
<th scope="row" class="place"><span id="n-{row}" data-place>{place}</span>
<input type="hidden" name="row" value="{row}"></th>
{cells}
<td class="read" data-read>{read}</td>
<td class="do"><details><summary aria-describedby="n-{row}"><span aria-hidden="true">⋯</span>
<span class="visually-hidden">{menu}</span></summary><div>{buttons}</div></details></td>
</tr>"""
LINE = """
<td class="{kind}" data-label="{heading}"><input type="text" id="{cell}-{row}" name="{name}"
 value="{value}" maxlength="{most}" autocomplete="off" aria-labelledby="h-{cell} n-{row}"
{bad}{mode}></td>"""
TEXT = """
<td class="{kind}" data-label="{heading}"><textarea id="{cell}-{row}" name="{name}" rows="1"
 maxlength="{most}" aria-labelledby="h-{cell} n-{row}"{bad}>
{value}</textarea></td>"""
BUTTON = '<button class="btn" name="do" value="{do}:{row}" formnovalidate>{text}</button>'
NO_ROW = "__row__"
DECIMAL = SafeString(' inputmode="decimal"')


@dataclass(frozen=True)
class Column:
    """A column of the grid: `cell` names it in ids, `name` in what is sent."""

    cell: str
    name: str
    heading: str
    kind: str
    most: int


@dataclass(frozen=True)
class Menu:
    """What stands in the menu of every row; NO_ROW in it stands for the row."""

    heading: SafeString
    buttons: str


@dataclass(frozen=True)
class Grid:
    """The columns and the finished rows; `empty` is a row for the script to begin new ones with."""

    columns: Sequence[Column]
    rows: Sequence[SafeString]
    empty: SafeString


def columns(found: Document) -> list[Column]:
    """Every column into which something is typed, in the order in which it is read."""
    most = document.MOST_LENGTH
    return [
        Column("when", "when", pgettext("heading of a column", "Starts"), "line", most["when"]),
        *(
            Column(
                slot.replace(":", ""),
                AMOUNT + slot,
                slot_heading(slot, found["unit"]),
                "amount",
                most["amount"],
            )
            for slot in found["slots"]
        ),
        Column("dose", "dose", _("Dose in words"), "text", most["dose"]),
        Column("words", "words", _("Written beside it"), "text", most["words"]),
    ]


def slot_heading(slot: str, unit: str) -> str:
    """A time of day, and the unit of the figures that are written there without one."""
    if unit not in dosing.UNITS:
        return slot_words(slot)
    said = {"time": slot_words(slot), "unit": wording.unit_words(unit)}
    return _("%(time)s (%(unit)s)") % said


def grid(found: Document, read: Sequence[ReadRow]) -> Grid:
    """The whole grid as typed and read."""
    across = columns(found)
    empty = {"row": NO_ROW, "when": "", "amounts": {}, "dose": "", "words": ""}
    menu = Menu(
        html("{words}", words=_("Insert, copy, move or remove this row")),
        "".join(html(BUTTON, do=do, row=NO_ROW, text=text) for do, text in _deeds()),
    )
    return Grid(
        across,
        [
            _row(row, across, each, said, menu)
            for row, each, said in zip(found["rows"], read, read_backs(read), strict=True)
        ],
        _row(empty, across, None, NOTHING, menu),
    )


def _row(
    row: dict, across: Sequence[Column], read: ReadRow | None, said: SafeString, menu: Menu
) -> SafeString:
    bad = bad_cells(read) if read else set()
    identity = row["row"]
    return html(
        ROW,
        row=identity,
        place=place_words(read),
        tone=SafeString(' class="marked"') if bad else NOTHING,
        cells=SafeString("".join(_cell(column, row, column.cell in bad) for column in across)),
        read=said,
        menu=menu.heading,
        buttons=SafeString(menu.buttons.replace(NO_ROW, identity)),
    )


def _deeds() -> list[tuple[str, str]]:
    return [
        ("insert", _("Insert a row above")),
        ("copy", _("Copy this row below")),
        ("up", _("Move up")),
        ("down", _("Move down")),
        ("delete", _("Remove this row")),
    ]


def _cell(column: Column, row: dict, is_bad: bool) -> SafeString:
    is_amount = column.kind == "amount"
    slot = column.name.removeprefix(AMOUNT)
    bad = NOTHING
    if is_bad:
        bad = html(' aria-invalid="true" aria-describedby="e-{row}"', row=row["row"])
    return html(
        TEXT if column.kind == "text" else LINE,
        kind=column.kind,
        heading=column.heading,
        cell=column.cell,
        name=column.name,
        row=row["row"],
        value=row["amounts"].get(slot, "") if is_amount else row[column.name],
        most=str(column.most),
        bad=bad,
        mode=DECIMAL if is_amount else NOTHING,
    )


def place_words(read: ReadRow | None) -> str:
    """The number of a row in the plan; a row with nothing in it has none."""
    return str(read.number) if read and read.number else _("empty")


def bad_cells(read: ReadRow) -> set[str]:
    """The cells with a problem, as they are named in ids."""
    return {problem.cell.replace(":", "") for problem in read.problems}


def read_backs(read: Sequence[ReadRow]) -> list[SafeString]:
    """What was read of each row: its day, its dose in full words, its total, or what is wrong."""
    found = []
    before: Total | None = None
    for each in read:
        found.append(_read_back(each, before) if each.number else NOTHING)
        if each.number:
            before = total_of(each)
    return found


def total_of(read: ReadRow) -> Total | None:
    """The total per day of a row that is a dose which goes on, where dosing gives one."""
    if any(problem.cell != "when" for problem in read.problems):
        return None
    return planned_total(read.row)


def _read_back(read: ReadRow, before: Total | None) -> SafeString:
    row, cells = read.row, {problem.cell for problem in read.problems}
    said = []
    if row.start:
        day = wording.weekday_words(read.day) if read.day else wording.start_words(row, None)
        said.append(html('<p class="day">{day}</p>', day=day))
    if row.kind == "words" and cells <= {"when"}:
        said.append(_meta(_("Words only: this row has no dose.")))
    elif row.kind and cells <= {"when"}:
        words = wording.row_words(row, read.day)
        said.append(html('<p class="lines">{words}</p>', words=words))
        if (total := total_of(read)) is not None:
            totals = [wording.total_sentence(total), difference_from(total, before)]
            said += [_meta(words) for words in totals if words]
        said += [html('<p class="amber">{words}</p>', words=w) for w in _disagreeing(row)]
    if read.problems:
        lines = [html("<li>{words}</li>", words=problem_words(p)) for p in read.problems]
        said.append(
            html(
                '<ul class="wrong" id="e-{row}">{lines}</ul>',
                row=str(row.row),
                lines=SafeString("".join(lines)),
            )
        )
    return SafeString("".join(said))


def _disagreeing(row: planning.Row) -> list[str]:
    codes = [code for part in row.components for code in dosing.disagreements(part)]
    return [wording.problem_words(code) for code in dict.fromkeys(codes)]


def _meta(words: str) -> SafeString:
    return html('<p class="meta">{words}</p>', words=words)


def problem_words(problem: CellProblem) -> str:
    """What is wrong, with the piece of the typed text that it is about."""
    if problem.code in planning.PROBLEMS:
        says = wording.plan_problem_words(Problem(None, problem.code))
    else:
        says = wording.typed_problem_words(problem.code)
    if not problem.text:
        return says
    piece = problem.text if len(problem.text) <= 60 else problem.text[:60] + "…"
    return _("“%(piece)s”: %(problem)s") % {"piece": piece, "problem": says}
