"""Reported intake and contacts in the PDF history."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from access.models import Clinic
from titration.exports.history import PatientRecord, RegimenRecord
from titration.exports.listing import ListedRow, Listing
from titration.intake import Report
from titration.presenters.contacts import contact_cards
from titration.presenters.intake import report_cards
from titration.presenters.regimen import title_of
from titration.presenters.texts import TextCard
from titration.reading.contacted import Contacted

SHARES = [4, 1.2]


def report_listing(regimen: RegimenRecord, shown: Sequence[Report], clinic: Clinic) -> Listing:
    """The reports of a regimen's intake that are shown, the latest days first."""
    latest = sorted(shown, key=lambda text: (text.last_on, text.number), reverse=True)
    cards = report_cards(regimen.reports, latest, clinic, regimen.retractions)
    return Listing(
        heading=_("Reported intake, the latest days first: no instruction"),
        columns=[_("Recorded"), _("As reported")],
        shares=SHARES[::-1],
        rows=[_row(card) for card in cards],
    )


def contact_listing(record: PatientRecord, shown: Sequence[Contacted]) -> Listing:
    """The contacts with the patient that are shown, the latest first."""
    titles = {each.version.regimen_id: title_of(each.version) for each in record.regimens}
    latest = sorted(shown, key=lambda text: text.order, reverse=True)
    clinic = record.patient.clinic
    cards = contact_cards(record.contacts, latest, clinic, titles, record.retractions)
    return Listing(
        heading=_("Contacts, the latest first"),
        columns=[_("Recorded"), _("What was said and told")],
        shares=SHARES[::-1],
        rows=[_row(card) for card in cards],
    )


def _row(card: TextCard) -> ListedRow:
    says = [card.heading]
    says += [_("%(term)s: %(words)s") % {"term": t, "words": words} for t, words in card.details]
    number = _("entry %(number)s") % {"number": card.number}
    recorded = "\n".join([card.recorded_by, card.recorded_at, number])
    return ListedRow([recorded, "\n".join(says)], card.error)
