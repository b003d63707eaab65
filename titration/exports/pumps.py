"""The events of a pump in the PDF history."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from access.models import Clinic
from titration.exports.listing import ListedRow, Listing
from titration.presenters.pumps import PumpRow, pump_rows
from titration.reading.pumped import PumpEntry, PumpLog


def pump_listing(shown: Iterable[PumpEntry], clinic: Clinic) -> Listing:
    """The events that are shown, the newest first."""
    return Listing(
        heading=_("Pump events, newest first"),
        columns=[_("When"), _("As on the print-out"), _("Recorded")],
        shares=[1, 4, 1.6],
        rows=[_row(row) for row in pump_rows(PumpLog(tuple(shown)), clinic)],
    )


def _row(row: PumpRow) -> ListedRow:
    says = [row.heading]
    says += [_("%(term)s: %(words)s") % {"term": t, "words": words} for t, words in row.facts]
    if row.correction:
        says.append(_("Corrects an earlier entry: %(reason)s") % {"reason": row.correction})
    return ListedRow([row.moment, "\n".join(says), row.recorded], row.error)
