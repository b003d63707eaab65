"""The dated rows of a plan as a calendar file (RFC 5545), which a newer file of it replaces.

Each row is an event of the whole day. It keeps its UID through every version, and its SEQUENCE is
the number of the entry that gave the rows their days, so a program that takes the newer file moves
the event; what a version dropped comes once more as cancelled. Titles name neither the medicine
nor the person unless that is asked for.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date
from uuid import UUID, uuid5

from django.utils.translation import gettext as _

from access.wording import date_words
from titration import planning
from titration.exports.history import RECORD_ONLY
from titration.exports.plan_copy import PlanCopy
from titration.reading.planned import SignedVersion

LONGEST_LINE = 75  # octets, without the line end (RFC 5545, 3.1)
CONFIRMED, CANCELLED = "CONFIRMED", "CANCELLED"
ALARM = "PT9H"  # at nine in the morning of the day


@dataclass(frozen=True)
class Event:
    """One event of a whole day."""

    uid: UUID
    on: date
    title: str
    sequence: int
    status: str = CONFIRMED


def ical_file(
    copy: PlanCopy, *, names: bool = False, alarm: bool = False, is_given_out: bool = True
) -> bytes:
    """The calendar file of a plan's newest version; one that is not given out says so."""
    lines = _lines(copy, names, alarm, _about(copy, is_given_out))
    return "".join(f"{line}\r\n" for line in lines).encode()


def events_of(copy: PlanCopy, *, names: bool = False) -> list[Event]:
    """An event for each dated row, and for the review that ends the plan where its day is known;
    then what earlier files had and this one has not, as cancelled.
    """
    now = dict(_dated(copy, copy.version, copy.log.opened))
    earlier = {uid: event for had in _had(copy) for uid, event in _dated(copy, *had)}
    sequence = copy.dated.number
    titled = [
        Event(uid, on, _title(copy, kind, names=names), sequence) for uid, (on, kind) in now.items()
    ]
    dropped = [
        Event(uid, on, _title(copy, kind, names=names), sequence, CANCELLED)
        for uid, (on, kind) in earlier.items()
        if uid not in now
    ]
    return [*titled, *dropped]


def _had(copy: PlanCopy) -> Iterator[tuple[SignedVersion, Mapping[UUID, date]]]:
    """What earlier files may have been of: each version, with the days that reviews give to rows
    now, and with those that they gave when a copy of it was given out.
    """
    versions = {version.version: version for version in copy.log.versions}
    yield from ((version, copy.log.opened) for version in versions.values())
    for issue in copy.recorded:
        if issue.plan == copy.log.plan:
            yield versions[issue.version], issue.opened


def _dated(
    copy: PlanCopy, version: SignedVersion, opened: Mapping[UUID, date]
) -> Iterator[tuple[UUID, tuple[date, str]]]:
    """(UID, (day, kind of row or "review")) of what a version has a day for."""
    text = version.text
    days = planning.laid_dates(text.rows, opened)
    for row, day in zip(text.rows, days, strict=True):
        if day is not None:
            yield row.row, (day, row.kind)
    if text.end == "review" and text.review_on is not None:
        yield uuid5(copy.log.plan, "review"), (text.review_on, "review")


def _title(copy: PlanCopy, kind: str, *, names: bool) -> str:
    title = {
        "review": _("Review"),
        "words": _("Step of the plan"),
    }.get(kind, _("Dose change"))
    if not names:
        return title
    return _("%(title)s: %(medicine)s, %(name)s") % {
        "title": title,
        "medicine": copy.medicine,
        "name": copy.name,
    }


def _about(copy: PlanCopy, is_given_out: bool) -> str:
    about = _("Version %(version)s of the plan, signed on %(date)s. %(record)s") % {
        "version": copy.version.version,
        "date": date_words(copy.version.signed_on),
        "record": RECORD_ONLY,
    }
    checking = _("For checking only. This copy is not recorded as given out: do not hand it over.")
    return about if is_given_out else f"{checking} {about}"


def _lines(copy: PlanCopy, names: bool, alarm: bool, about: str) -> Iterator[str]:
    stamp = f"{copy.dated.at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    yield "BEGIN:VCALENDAR"
    yield "VERSION:2.0"
    yield "PRODID:-//Dose Ledger//Dose Ledger//EN"
    yield "CALSCALE:GREGORIAN"
    yield "METHOD:PUBLISH"
    yield from folded("X-WR-CALNAME", _("Dates"))
    for event in events_of(copy, names=names):
        yield "BEGIN:VEVENT"
        yield f"UID:{event.uid}"
        yield f"DTSTAMP:{stamp}"
        yield f"LAST-MODIFIED:{stamp}"
        yield f"SEQUENCE:{event.sequence}"
        yield f"DTSTART;VALUE=DATE:{event.on:%Y%m%d}"
        yield from folded("SUMMARY", event.title)
        yield from folded("DESCRIPTION", about)
        yield f"STATUS:{event.status}"
        yield "CLASS:PRIVATE"
        yield "TRANSP:TRANSPARENT"
        if alarm and event.status == CONFIRMED:
            yield from _alarm(event.title)
        yield "END:VEVENT"
    yield "END:VCALENDAR"


def _alarm(title: str) -> Iterable[str]:
    return ("BEGIN:VALARM", "ACTION:DISPLAY", f"TRIGGER:{ALARM}",
            *folded("DESCRIPTION", title), "END:VALARM")  # fmt: skip


def folded(name: str, text: str) -> Iterator[str]:
    """A property of text, escaped (3.3.11), in lines of at most 75 octets that cut no character."""
    line, size = "", 0
    for character in f"{name}:{escaped(text)}":
        octets = len(character.encode())
        if size + octets > LONGEST_LINE:
            yield line
            line, size = " ", 1
        line += character
        size += octets
    yield line


def escaped(text: str) -> str:
    """Text with backslashes before what means something else, and without other controls."""
    lines = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").splitlines()
    return "\\n".join(
        "".join(sign for sign in line if sign == "\t" or sign.isprintable() or ord(sign) > 0x9F)
        for line in lines
    )
