"""The events of a pump in the PDF history."""

from django.utils.translation import gettext as _

from access.models import Clinic
from titration.exports.listing import ListedRow, Listing
from titration.presenters.pumps import PumpRow, pump_rows
from titration.pumped import PumpLog


def pump_listing(log: PumpLog, clinic: Clinic) -> Listing:
    """Every event, the newest first; corrected and withdrawn ones too."""
    return Listing(
        heading=_("Pump events, newest first"),
        columns=[_("When"), _("As on the print-out"), _("Recorded")],
        shares=[1, 4, 1.6],
        rows=[_row(row) for row in pump_rows(log, clinic)],
    )


def _row(row: PumpRow) -> ListedRow:
    says = [row.heading]
    says += [_("%(term)s: %(words)s") % {"term": t, "words": words} for t, words in row.facts]
    if row.correction:
        says.append(_("Corrects an earlier entry: %(reason)s") % {"reason": row.correction})
    return ListedRow([row.moment, "\n".join(says), row.recorded], row.error)
