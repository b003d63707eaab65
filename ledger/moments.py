"""What was known then: `?known=` of an address, as one entry number for the whole request.

It is an entry's number, a day, or a day with a clock time, with its UTC offset or on the clinic's
own clock: "1234", "2026-03-10", "2026-03-10T14:30", "2026-03-10T14:30+01:00", "…Z". A day means
all of it. Everything that the request reads is at or below the number.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import quote
from zoneinfo import ZoneInfo

from django.core.exceptions import BadRequest
from django.utils.translation import gettext as _

from access.models import Clinic
from ledger.models import Entry, Head


class NoSuchMoment(BadRequest):
    """What the address names is no moment of the ledger; the message says what to type."""


@dataclass(frozen=True)
class Moment:
    """What a clinic's ledger held once: every entry up to `number`, whose digest is `digest`.

    `at` is the time that was asked for, or that of the entry, on the clinic's clock; the end of
    the day where `is_day`. `text` names it in an address.
    """

    number: int
    digest: str
    at: datetime
    text: str
    is_day: bool = False

    @property
    def query(self) -> str:
        """The end of an address that shows its page as known at this moment."""
        return f"?known={quote(self.text)}"


_NUMBER = re.compile(r"[1-9][0-9]{0,17}", re.ASCII)
# A plus sign that somebody typed into an address arrives as a space.
_TIME = re.compile(
    r"(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})"
    r"(?:T(?P<clock>[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?)"
    r"(?P<offset>Z|[+\- ][0-9]{2}:?[0-9]{2})?)?",
    re.ASCII,
)


def known(text: str | None, clinic: Clinic, now: datetime) -> Moment | None:
    """The moment that `text` names in the clinic's ledger; None without one: the record of today.

    `now` is aware. One query. Raises NoSuchMoment, which is answered with 400.
    """
    if text is None:
        return None
    if _NUMBER.fullmatch(text):
        return _of_number(clinic, int(text))
    at, is_day = _read(text, clinic.zone)
    if is_day and at.date() == clinic.local(now).date():
        at = clinic.local(now)
    if at > now:
        raise NoSuchMoment(
            _("This moment has not come yet. Type a day or a time that is past, or today.")
        )
    entries = Entry.objects.filter(clinic=clinic, recorded_at__lte=at)
    newest = entries.order_by("-recorded_at", "-number").values_list("number", "digest").first()
    if newest is None:
        raise NoSuchMoment(_("This clinic’s ledger had no entry yet by then. Type a later day."))
    return Moment(*newest, clinic.local(at), text, is_day)


def refuse(text: str | None) -> None:
    """Refuse a moment in the address of a page that records. Raises NoSuchMoment."""
    if text is not None:
        raise NoSuchMoment(
            _("This page writes in today’s record. As it was known earlier, it is only read.")
        )


def _of_number(clinic: Clinic, number: int) -> Moment:
    found = Entry.objects.filter(clinic=clinic, number=number).values_list("recorded_at", "digest")
    for recorded_at, digest in found:
        return Moment(number, digest, clinic.local(recorded_at), str(number))
    newest = Head.objects.filter(clinic=clinic).values_list("number", flat=True).first() or 0
    raise NoSuchMoment(
        _("The newest entry of this clinic’s ledger is %(number)s. Type its number or a lower one.")
        % {"number": f"{newest:,}"}
    )


def _read(text: str, zone: ZoneInfo) -> tuple[datetime, bool]:
    """The time that is written, aware, and whether it is the end of a day that stands alone."""
    match = _TIME.fullmatch(text)
    if match is None:
        raise _unreadable()
    try:
        on = date.fromisoformat(match["day"])
        if match["clock"] is None:
            return end_of(on, zone), True
        clock = time.fromisoformat(match["clock"])
        offset = (match["offset"] or "").replace(" ", "+")
        if offset:
            return datetime.fromisoformat(f"{on}T{clock}{offset}").astimezone(UTC), False
        return _on_the_clock(datetime.combine(on, clock), zone).astimezone(UTC), False
    except (ValueError, OverflowError):
        raise _unreadable() from None


def _unreadable() -> NoSuchMoment:
    return NoSuchMoment(
        _(
            "“known” is the number of an entry, as in 1234, a day, as in 2026-03-10, or a day "
            "with a clock time, as in 2026-03-10T14:30 or 2026-03-10T14:30+01:00."
        )
    )


def end_of(on: date, zone: ZoneInfo) -> datetime:
    """The last moment of a day in a time zone."""
    midnight = datetime.combine(on + timedelta(days=1), time.min, tzinfo=zone)
    return (midnight.astimezone(UTC) - timedelta(microseconds=1)).astimezone(zone)


def _on_the_clock(wall: datetime, zone: ZoneInfo) -> datetime:
    """What a clock of the zone shows as a moment, if it shows it once."""
    first, second = (wall.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    if first.utcoffset() == second.utcoffset():
        return first
    if first.astimezone(UTC).astimezone(zone).replace(tzinfo=None, fold=0) != wall:
        raise NoSuchMoment(
            _("The clocks went forward that night and this time does not exist. Type another time.")
        )
    raise NoSuchMoment(
        _(
            "The clocks went back that night and this time came twice. Type it with its offset: "
            "%(first)s or %(second)s."
        )
        % {"first": first.isoformat("T", "minutes"), "second": second.isoformat("T", "minutes")}
    )
