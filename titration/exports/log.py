"""The dose log in print: its rows, and the last recorded instruction."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from titration.exports.legible import Legible
from titration.presenters.log import LIVE, LogRow

# What is longer may break over pages; what is shorter stays together.
LONG_ROW = 900  # characters typed

ROW_TEXTS = (
    "error",
    "moment",
    "heading",
    "lines",
    "total_label",
    "total",
    "change",
    "reason",
    "reason_text",
    "note",
    "decided",
    "received",
    "confirmation",
    "recorded_by",
    "recorded_at",
    "correction",
    "disagreements",
    "plan",
    "imported",
)


def printed_rows(log: Iterable[LogRow], legible: Legible) -> list[dict[str, Any]]:
    """The rows of the log, each of their texts legible."""
    place, entry = _("In entry %(number)s"), _("entry %(number)s")
    return [
        {
            **_row(row, legible, place % {"number": row.number}),
            "recorded_as": entry % {"number": row.number},
        }
        for row in log
    ]


def _row(row: LogRow, legible: Legible, place: str) -> dict[str, Any]:
    texts = {name: getattr(row, name) for name in ROW_TEXTS}
    if row.correction:
        texts["correction"] = _("Corrects an earlier entry: %(reason)s") % {
            "reason": row.correction
        }
    typed = row.note + row.error + row.reason_text + row.correction + row.confirmation
    typed += row.imported
    return {
        **legible.tree(texts, place),
        "entry": str(row.entry),
        "is_live": row.status == LIVE,
        "is_ahead": row.is_ahead,
        "is_unconfirmed": row.is_unconfirmed,
        "is_disputed": row.is_disputed,
        "is_long": len(typed) > LONG_ROW,
    }


def printed_state(rows: list[dict[str, Any]], entry: str, *, is_empty: bool) -> dict[str, Any]:
    """The row of the last recorded instruction, or words that there is none; and what comes."""
    moments = [row["moment"] for row in reversed(rows) if row["is_ahead"] and row["is_live"]]
    ahead = ""
    if moments:
        ahead = _("Recorded, not yet begun: from %(moments)s.") % {"moments": ", ".join(moments)}
    row = next((row for row in rows if row["entry"] == entry), None)
    if row is not None:
        meta = [
            _("Since %(moment)s. Decided by %(decided)s, %(received)s.") % row,
            _("Recorded by %(recorded_by)s, %(recorded_at)s, %(recorded_as)s.") % row,
            *filter(None, [row["imported"]]),
        ]
        return {"row": row, "meta": meta, "ahead": ahead}
    words = _("No recorded instruction stands.")
    if is_empty:
        words = _("No dose step is recorded yet.")
    if ahead:
        words = _("No recorded instruction has begun yet.")
    return {"row": None, "words": words, "ahead": ahead}
