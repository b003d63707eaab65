"""What was read of a file, row by row beside its cells, in full words."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from django.forms import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ledger.models import ImportedFile
from titration import importing, wording
from titration.actions import Brought, Verdict
from titration.forms.imports import ColumnsForm
from titration.importing import FileProblem, FileRead, Mark, Place, ReadRow, StepSaid
from titration.models import ReceivedHow, reasons_for
from titration.policies import RuleBroken
from titration.presenters.log import heading_words
from titration.presenters.regimen import title_of
from titration.timeline import StepRecord
from titration.wording.imports import ENCODINGS, SEPARATORS

ROWS_ON_A_PAGE = 100
MOST_PROBLEMS = 50
SAMPLES = 3


class Outcome(NamedTuple):
    """What becomes of a row, in words; and how it looks: new, known or wrong."""

    words: str
    tone: str


@dataclass(frozen=True)
class RowShown:
    """A row of the file: its number, or its resource; its place in words; its cells with their
    headings, what was read, what becomes of it. `wrong` is what was not understood or breaks a
    rule.
    """

    row: str
    place: str
    cells: Sequence[tuple[str, str]]
    read: Sequence[str]
    outcome: Outcome
    wrong: Sequence[str] = ()


@dataclass(frozen=True)
class ReadBack:
    """A file as read: its rows from one on, how many there are of each outcome, what is wrong.

    `new` counts the steps that would be recorded; `problems` are the first, `more` says how many
    follow. The addresses are those of the pages of rows around this one, where there are any.
    """

    rows: Sequence[RowShown]
    counts: Sequence[str]
    new: int
    problems: Sequence[str]
    more: str
    earlier_url: str
    later_url: str

    @property
    def is_ready(self) -> bool:
        return bool(self.new) and not self.problems


def read_back(
    headings: Sequence[str],
    read: FileRead,
    marks: Sequence[Mark],
    steps: Sequence[Brought],
    found: Sequence[Verdict],
    *,
    first: int = 0,
) -> ReadBack:
    """The page of rows from place `first` on; `marks` are those of naming, `found` the verdicts."""
    by_place = {step.place: (step, verdict) for step, verdict in zip(steps, found, strict=True)}
    of_rows: dict[Place, list[Mark]] = {}
    for mark in marks:
        of_rows.setdefault(mark.place, []).append(mark)
    shown = [
        _row(row, headings, of_rows.get(row.place, ()), by_place.get(row.place))
        for row in read.rows[first : first + ROWS_ON_A_PAGE]
    ]
    # What nobody has said yet of a word is asked once, not at each row that has it.
    asked = {(mark.code, mark.cell): mark for mark in reversed(marks)}
    problems = [
        *map(wording.mark_words, (*read.all_marks, *reversed(asked.values()))),
        *(_refused(step, verdict) for step, verdict in by_place.values() if verdict.refused),
    ]
    after = first + ROWS_ON_A_PAGE
    return ReadBack(
        rows=shown,
        counts=_counts(read, len(marks), found),
        new=sum(verdict.is_new for verdict in found),
        problems=list(dict.fromkeys(problems))[:MOST_PROBLEMS],
        more=_more(len(set(problems))),
        earlier_url=f"?first={max(0, first - ROWS_ON_A_PAGE)}" if first else "",
        later_url=f"?first={after}" if after < len(read.rows) else "",
    )


def _more(count: int) -> str:
    left = count - MOST_PROBLEMS
    if left <= 0:
        return ""
    words = ngettext("%(count)s more follows.", "%(count)s more follow.", left)
    return words % {"count": f"{left:,}"}


def _refused(step: Brought, verdict: Verdict) -> str:
    assert verdict.refused is not None  # noqa: S101 - asked before
    said = {"place": wording.place_words(step.place), "problem": verdict.refused.message}
    return _("%(place)s: %(problem)s") % said


def _counts(read: FileRead, unsaid: int, found: Sequence[Verdict]) -> list[str]:
    """How many rows there are, and of each outcome; what is none is left out."""
    rows = len(read.rows)
    new = sum(verdict.is_new for verdict in found)
    known = sum(verdict.there is not None for verdict in found)
    gone = sum(bool(verdict.corrected or verdict.withdrawn) for verdict in found)
    twice = sum(verdict.twice is not None for verdict in found)
    wrong = rows - new - known - twice
    words = (
        (rows, ngettext("%(count)s row was read.", "%(count)s rows were read.", rows)),
        (new, ngettext("%(count)s is new.", "%(count)s are new.", new)),
        (
            known,
            ngettext(
                "%(count)s is recorded already and does not come in again.",
                "%(count)s are recorded already and do not come in again.",
                known,
            ),
        ),
        (
            gone,
            ngettext(
                "%(count)s of these was corrected or withdrawn since and stays so.",
                "%(count)s of these were corrected or withdrawn since and stay so.",
                gone,
            ),
        ),
        (
            twice,
            ngettext(
                "%(count)s says what an earlier row says and comes in once.",
                "%(count)s say what an earlier row says and come in once.",
                twice,
            ),
        ),
        (
            wrong,
            ngettext(
                "%(count)s holds something that is still to be cleared up.",
                "%(count)s hold something that is still to be cleared up.",
                wrong,
            ),
        ),
    )
    counts = [text % {"count": f"{count:,}"} for count, text in words if count]
    return [*counts, *_passed_over(read)]


def _passed_over(read: FileRead) -> list[str]:
    """What of the file is not read, or is read and not seen in its sheet: nothing in silence."""
    unnamed = _("one without a heading")

    def quoted(names: Sequence[str]) -> str:
        return ", ".join(f"“{name}”" if name else unnamed for name in names)

    rows = "; ".join(
        _("row %(row)s, “%(text)s”") % {"row": row, "text": wording.cell_words(text)}
        for row, text in read.rows_above
    )
    said = (
        (_("Columns that are not read and not recorded: %(list)s."), quoted(read.columns_left_out)),
        (
            _("Columns that are read and that are hidden: %(list)s."),
            quoted(read.columns_hidden),
        ),
        (_("Rows above the headings, which are not read: %(list)s."), rows),
        (_("Sheets that are not read: %(list)s."), quoted(read.sheets_left_out)),
    )
    counts = [words % {"list": names} for words, names in said if names]
    left_out = ", ".join(f"{what} ({count:,})" for what, count in read.left_out)
    if left_out:
        counts.append(_("Left out, since they are no dose steps: %(list)s.") % {"list": left_out})
    return counts


def _row(
    row: ReadRow,
    headings: Sequence[str],
    marks: Sequence[Mark],
    judged: tuple[Brought, Verdict] | None,
) -> RowShown:
    cells = [
        (headings[n] if n < len(headings) else "", text) for n, text in enumerate(row.cells) if text
    ]
    wrong = [wording.mark_words_beside(mark) for mark in (*row.marks, *marks)]
    read, outcome = [], Outcome(_("not understood"), "wrong")
    if judged:
        step, verdict = judged
        read = step_lines(step)
        outcome = _outcome(verdict)
        if verdict.refused:
            wrong.append(verdict.refused.message)
    elif row.said:
        read = said_lines(row.said)
        outcome = Outcome(_("still to be said"), "wrong")
    else:
        read = [wording.component_words(part) for part in row.structure]
        if len(importing.choices_for({mark.code for mark in row.marks})) > 1:
            outcome = Outcome(_("to be decided"), "wrong")
    return RowShown(
        str(row.place.row or row.place.part),
        wording.place_words(row.place),
        cells,
        read,
        outcome,
        wrong,
    )


def _outcome(verdict: Verdict) -> Outcome:
    if verdict.refused:
        return Outcome(_("refused"), "wrong")
    if verdict.there:
        return Outcome(_there_words(verdict.there, verdict), "known")
    if verdict.twice:
        place = wording.place_words(verdict.twice)
        return Outcome(_("the same as %(place)s") % {"place": place}, "known")
    return Outcome(_("new"), "new")


def _there_words(there: StepRecord, verdict: Verdict) -> str:
    """Which entry says the same, and by which one it no longer stands."""
    later = verdict.withdrawn or verdict.corrected
    said = {"number": f"{there.number:,}", "later": f"{later or 0:,}"}
    if verdict.withdrawn:
        words = _(
            "recorded already: entry %(number)s, withdrawn since by entry %(later)s. It does not "
            "come back"
        )
    elif verdict.corrected:
        words = _(
            "recorded already: entry %(number)s, corrected since by entry %(later)s. It does not "
            "come back"
        )
    else:
        words = _("recorded already: entry %(number)s")
    return words % said


def step_lines(step: Brought) -> list[str]:
    """A step as it would read back, line by line."""
    said = step.instruction
    version = step.regimen.card.version
    decided = _("Decided by %(name)s, %(received)s.") % {
        "name": said.decided_by_name,
        "received": _received(step),
    }
    reason = str(reasons_for(said.kind)(said.reason).label)
    if said.reason_text:
        reason = _("%(reason)s, %(text)s") % {"reason": reason, "text": f"“{said.reason_text}”"}
    lines = [
        _("%(title)s, from %(moment)s")
        % {"title": title_of(version), "moment": wording.effective_words(said.effective)},
        heading_words(said.kind),
        *map(wording.component_words, said.components),
        decided,
        reason,
        f"“{said.note}”" if said.note else "",
    ]
    return [line for line in lines if line]


def said_lines(said: StepSaid) -> list[str]:
    """What a row says by itself, before its words are said to mean somebody or something."""
    lines = [
        _("from %(moment)s") % {"moment": wording.effective_words(said.effective)},
        heading_words(said.kind),
        *map(wording.component_words, said.components),
    ]
    return [line for line in lines if line]


def _received(step: Brought) -> str:
    how = str(ReceivedHow(step.instruction.received_how).label)
    on = step.instruction.document_on
    if on is None:
        return how
    return _("%(how)s of %(date)s") % {"how": how, "date": wording.date_words(on)}


def column_rows(form: ColumnsForm) -> list[tuple[BoundField, list[str]]]:
    """For each column its field, and what its first cells below the heading hold."""
    below = [line for line in form.sheet.lines if line.row > form.header.row][:SAMPLES]
    return [
        (form[name], [line.cells[n].text for line in below if n < len(line.cells)])
        for n, name in enumerate(form.columns)
    ]


def file_facts(
    *,
    name: str,
    kind: str,
    digest: str,
    encoding: str = "",
    separator: str = "",
    sheet: str = "",
    person: str = "",
) -> list[tuple[str, str]]:
    """What is known of a file: (term, description)."""
    facts = [
        (_("File"), name),
        (_("Format"), kind),
        (_("Patient in the file"), person),
        (_("Encoding"), str(ENCODINGS.get(encoding, ""))),
        (_("Cells are parted by"), str(SEPARATORS.get(separator, ""))),
        (_("Sheet"), sheet),
        (_("Digest (SHA-256)"), " ".join(digest[at : at + 8] for at in range(0, len(digest), 8))),
    ]
    return [fact for fact in facts if fact[1]]


def done_words(done: ImportedFile, submission: UUID) -> str:
    """What was recorded; or, of a file that was brought in before, what was done then."""
    count = done.origins.count()
    clinic = done.entry.clinic
    said = {
        "count": f"{count:,}",
        "number": f"{done.entry.number:,}",
        "name": done.entry.recorded_by_name,
        "when": wording.date_words(clinic.local(done.entry.recorded_at).date()),
    }
    if done.entry.submission == submission:
        words = ngettext(
            "%(count)s step is recorded. Entry %(number)s names the file.",
            "%(count)s steps are recorded. Entry %(number)s names the file.",
            count,
        )
    else:
        words = ngettext(
            "Nothing was added: %(name)s imported this file on %(when)s, entry %(number)s, with "
            "%(count)s step.",
            "Nothing was added: %(name)s imported this file on %(when)s, entry %(number)s, with "
            "%(count)s steps.",
            count,
        )
    return words % said


def problem_words(problem: FileProblem) -> str:
    """Why a file cannot be read, with the row where there is one."""
    words = wording.import_words(problem.code)
    if problem.about.isdigit():
        return _("Row %(row)s: %(problem)s") % {"row": problem.about, "problem": words}
    return words


def refusal_words(refusals: Sequence[tuple[Place, RuleBroken]]) -> str:
    """What the rules refuse of a file, a line for each."""
    lines = (
        _("%(place)s: %(problem)s") % {"place": wording.place_words(place), "problem": rule.message}
        for place, rule in refusals[:MOST_PROBLEMS]
    )
    return "\n".join(lines)
