"""What is said of a patient who is offered to another clinic, went to one, or came from one."""

from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from access.wording import date_words
from ledger.models import Entry
from patients.models import Arrival, Transfer, TransferEvent


def on_words(entry: Entry) -> str:
    """The day of an entry, on the clock of its clinic."""
    return date_words(entry.recorded_at.astimezone(ZoneInfo(entry.time_zone)).date())


def transfer_words(transfer: Transfer, *, is_here: bool) -> str:
    """Who is responsible, by the newest offer that stands, or by its answer.

    `is_here`: the patient is with the clinic, to which who was transferred may have come back. Who
    answered an offer is named with their clinic.
    """
    said = {
        "clinic": transfer.to_name,
        "on": on_words(transfer.entry),
        "name": transfer.responsible_name,
        "by": transfer.entry.recorded_by_name,
    }
    match transfer.event:
        case TransferEvent.OFFERED:
            words = _(
                "Offered to %(clinic)s on %(on)s, not yet accepted: this clinic remains "
                "responsible, and %(name)s answers for the patient"
            )
        case TransferEvent.DECLINED:
            words = _(
                "Offered to another clinic, declined by %(by)s on %(on)s: this clinic remains "
                "responsible"
            )
        case _ if is_here:
            words = _("Transferred on %(on)s, accepted by %(by)s; with this clinic again since")
        case _ if transfer.responsible_name:
            words = _(
                "Transferred on %(on)s, accepted by %(by)s: that clinic is responsible, and "
                "%(name)s is named there"
            )
        case _:
            words = _("Transferred on %(on)s, accepted by %(by)s: that clinic is responsible")
    return words % said


def arrival_words(arrival: Arrival) -> str:
    """Where the record came from, and by whom."""
    return _("Came from %(clinic)s on %(on)s: offered by %(offered_by)s, accepted by %(by)s") % {
        "clinic": arrival.sender_name,
        "on": on_words(arrival.entry),
        "offered_by": arrival.offered_by_name,
        "by": arrival.entry.recorded_by_name,
    }
