"""Two texts of a plan, row by row: what was added, removed, changed and moved, as finished HTML."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from patients.finished import NOTHING, html
from titration import planning, wording
from titration.planning import Difference, PlanText
from titration.presenters.plan_rows import dose_cell, starts_cell
from titration.presenters.plan_text import facts

ROW = """
<tr>
<th scope="row" data-label="{row_label}">{number}</th>
<td data-label="{change_label}">{change}</td>
<td data-label="{before_label}">{before}</td>
<td data-label="{after_label}">{after}</td>
</tr>"""


@dataclass(frozen=True)
class PlanDifferences:
    """`facts` are (term, as it was, as it is); `same` says how many rows are as they were."""

    before: str
    after: str
    facts: Sequence[tuple[str, str, str]]
    rows: Sequence[SafeString]
    same: str

    @property
    def are_none(self) -> bool:
        return not self.facts and not self.rows


def plan_differences(
    before: PlanText,
    after: PlanText,
    opened: Mapping[UUID, date],
    names: tuple[str, str],
    *,
    is_whole: bool = False,
) -> PlanDifferences:
    """What differs from one text to the other; rows that are the same too where `is_whole`.

    `names` are those of the two texts, as column heads say them. A row whose own words are the
    same, but whose date is another because a row before it moved, is a change.
    """
    found = planning.differences(before.rows, after.rows)
    sides = _Sides(before, after, opened, names, planning.moved_rows(found))
    changes = [(each, sides.change(each)) for each in found]
    same = sum(not change for _each, change in changes)
    words = ngettext("%(count)s row is the same.", "%(count)s rows are the same.", same)
    return PlanDifferences(
        before=names[0],
        after=names[1],
        facts=_fact_changes(before, after),
        rows=[sides.row(each, change) for each, change in changes if change or is_whole],
        same=words % {"count": same} if same else "",
    )


def difference_sentences(
    before: PlanText, after: PlanText, opened: Mapping[UUID, date]
) -> list[str]:
    """What differs from one text to the other, a sentence for each row and each term."""
    found = planning.differences(before.rows, after.rows)
    sides = _Sides(before, after, opened, ("", ""), planning.moved_rows(found))
    sentences = [sides.sentence(each) for each in found if sides.change(each)]
    for term, was, now in _fact_changes(before, after):
        words = {"term": term, "before": was, "after": now}
        sentences.append(_("%(term)s. Before: %(before)s. Now: %(after)s.") % words)
    return sentences


def _fact_changes(before: PlanText, after: PlanText) -> list[tuple[str, str, str]]:
    was, now = dict(facts(before)), dict(facts(after))
    nothing = _("nothing written")
    return [
        (term, was.get(term, nothing), now.get(term, nothing))
        for term in {**was, **now}
        if was.get(term) != now.get(term)
    ]


class _Sides:
    """The days on which the rows of both texts start, and the words of a row on either side."""

    def __init__(
        self,
        before: PlanText,
        after: PlanText,
        opened: Mapping[UUID, date],
        names: tuple[str, str],
        moved: frozenset[UUID],
    ) -> None:
        self.before = planning.laid_dates(before.rows, opened)
        self.after = planning.laid_dates(after.rows, opened)
        self.moved = moved
        labels = {
            "row_label": _("Row"),
            "change_label": _("What changed"),
            "before_label": names[0],
            "after_label": names[1],
        }
        self.labels = {name: html("{label}", label=label) for name, label in labels.items()}

    def days(self, each: Difference) -> tuple[date | None, date | None]:
        return (
            None if each.place_before is None else self.before[each.place_before],
            None if each.place_after is None else self.after[each.place_after],
        )

    def change(self, each: Difference) -> list[str]:
        """What became of a row, in words; empty for one that is the same."""
        was, now = each.before, each.after
        if was is None:
            return [_("Added")]
        if now is None:
            return [_("Removed: it was row %(row)s") % {"row": (each.place_before or 0) + 1}]
        said = []
        day_before, day_after = self.days(each)
        if (was.start, was.on, was.count, was.unit) != (now.start, now.on, now.count, now.unit):
            said.append(_("Start changed"))
        elif day_before != day_after:
            said.append(_("Date changed with the rows before it"))
        if (was.kind, was.components) != (now.kind, now.components):
            said.append(_("Dose changed"))
        if was.words != now.words:
            said.append(_("Words changed"))
        if now.row in self.moved:
            said.append(_("Moved: it was row %(row)s") % {"row": (each.place_before or 0) + 1})
        return said

    def sentence(self, each: Difference) -> str:
        """What became of a row, as one line of words."""
        day_before, day_after = self.days(each)
        is_dated = _says_the_same(each)
        said = {
            "row": (each.place_after or 0) + 1,
            "change": pgettext("between the items of a list", "; ").join(self.change(each)),
            "before": _side_words(each.before, day_before, is_dated=is_dated),
            "after": _side_words(each.after, day_after, is_dated=is_dated),
        }
        if each.is_added:
            return _("Row %(row)s. %(change)s: %(after)s.") % said
        if each.is_removed:
            return _("%(change)s. Before: %(before)s.") % said
        return _("Row %(row)s. %(change)s. Before: %(before)s. Now: %(after)s.") % said

    def row(self, each: Difference, change: Sequence[str]) -> SafeString:
        day_before, day_after = self.days(each)
        said = [html("{words}<br>", words=words) for words in change or [_("Same")]]
        return html(
            ROW,
            **self.labels,
            number="–" if each.place_after is None else str(each.place_after + 1),
            change=SafeString("".join(said)),
            before=_side(each.before, day_before),
            after=_side(each.after, day_after),
        )


def _side(row: planning.Row | None, day: date | None) -> SafeString:
    if row is None:
        return NOTHING
    return html("{starts}<br>{dose}", starts=starts_cell(row, day), dose=dose_cell(row, day))


def _says_the_same(each: Difference) -> bool:
    """Whether a row of both texts says the same in both, on whichever day."""
    was, now = each.before, each.after
    if was is None or now is None:
        return False
    return (was.kind, was.components, was.words) == (now.kind, now.components, now.words)


def _side_words(row: planning.Row | None, day: date | None, *, is_dated: bool = False) -> str:
    """When a row starts and what it says; its day alone where that is what differs."""
    if row is None:
        return ""
    if is_dated:
        return wording.start_words(row, day)
    return _("%(starts)s, %(words)s") % {
        "starts": wording.start_words(row, day),
        "words": wording.row_words(row, day).replace("\n", "; "),
    }
