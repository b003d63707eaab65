"""Which rows of the worklist a person is shown today; nothing yet of what they say.

A page of the list is read in one statement and counted in another, whatever its sections and
clinics: each part of them reads no more of an index than it shows.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from access.composed import Composed
from access.models import Clinic, Membership, Role, User
from access.prepared import Statement
from patients import transferred
from titration.models import RegimenCard, RegimenVersion, WorklistRow
from titration.worklist import DAYS_AHEAD, TOPICS

MOST_COUNTED = 500
NEWEST_FIRST = frozenset({"withheld"})

_TABLE = WorklistRow._meta.db_table
_MARK = re.compile("([0-9]{4}-[0-9]{2}-[0-9]{2})-([0-9]{1,15})-([0-9a-f]{32})", re.ASCII)
_ORDER = ("day", "number", "about")


class Person(NamedTuple):
    """Somebody who prescribes in a clinic, or did."""

    user: int
    name: str


@dataclass(frozen=True)
class Scope:
    """What is asked for: in each clinic its day, and there whose rows and of which medicine.

    `former` are by clinic the people who prescribe there no longer; `named` those of them, in
    whichever clinic, who are still named as responsible.
    """

    days: Mapping[int, date]
    whose: int | None = None
    medicine: UUID | None = None
    former: Mapping[int, Sequence[Person]] = field(default_factory=dict)
    named: Collection[int] = ()


class Mark(NamedTuple):
    """The place of a row in its section."""

    day: date
    number: int
    about: UUID

    def __str__(self) -> str:
        return f"{self.day}-{self.number}-{self.about.hex}"


@dataclass(frozen=True)
class Page:
    """Some rows of a section, in its order, and whether there are others around them."""

    rows: Sequence[WorklistRow]
    has_earlier: bool
    has_later: bool


def mark_of(row: WorklistRow) -> Mark:
    return Mark(row.day, row.number, row.about)


def read_mark(text: str) -> Mark | None:
    """The mark that an address names; none for what is no mark."""
    match = _MARK.fullmatch(text)
    try:
        return Mark(date.fromisoformat(match[1]), int(match[2]), UUID(match[3])) if match else None
    except ValueError:
        return None


def days_of(clinics: Iterable[Clinic], now: datetime) -> dict[int, date]:
    """The day that it is in each clinic."""
    return {clinic.pk: clinic.local(now).date() for clinic in clinics}


def prescribers(
    clinics: Iterable[int],
) -> tuple[dict[int, list[Person]], dict[int, list[Person]]]:
    """By clinic: who prescribes there, and who belonged to it and does not, or signs in no more.

    Who is named in a record that came from another clinic belongs to it as far as that goes.
    """
    present: dict[int, list[Person]] = {}
    everybody: dict[int, set[Person]] = {}
    memberships = Membership.objects.filter(clinic__in=list(clinics)).order_by("user__name", "user")
    now = timezone.now()
    for held in memberships.select_related("user"):
        person = Person(held.user_id, held.user.name)
        everybody.setdefault(held.clinic_id, set()).add(person)
        if held.role == Role.PRESCRIBER and held.is_open(now) and held.user.is_active:
            present.setdefault(held.clinic_id, []).append(person)
    for clinic, *named in transferred.people_named(clinics):
        everybody.setdefault(clinic, set()).add(Person(*named))
    former = {
        clinic: sorted(people - set(present.get(clinic, ())))
        for clinic, people in everybody.items()
    }
    return present, former


def still_named(former: Mapping[int, Iterable[Person]]) -> frozenset[int]:
    """Those of these people who are named as responsible in one of these clinics."""
    people = {person.user for found in former.values() for person in found}
    return frozenset(user for (user,) in _still_named(list(former), list(people)))


@Composed
def _still_named(clinics: Sequence[int], people: Sequence[int]) -> QuerySet:
    rows = WorklistRow.objects.filter(clinic__in=clinics, whose=OuterRef("pk"), topic="nobody")
    return User.objects.filter(Exists(rows), pk__in=people).values_list("pk")


def has_roles_for_hours(clinics: Iterable[int], now: datetime) -> bool:
    """Whether somebody's role in one of these clinics will run out by itself, at some minute."""
    return Membership.objects.filter(clinic__in=list(clinics), until__gt=now).exists()


def first_rows(
    scope: Scope, most: int, topics: Sequence[str] = TOPICS
) -> dict[str, list[WorklistRow]]:
    """By topic the first rows of each section, one more than `most` where there are more."""
    parts = [part for topic in topics for part in _parts(scope, topic)]
    found = _read(parts, most + 1)
    return {topic: _sorted(topic, found.get(topic, ()))[: most + 1] for topic in topics}


def counts(scope: Scope, topics: Iterable[str]) -> dict[str, int]:
    """By topic how many rows there are; what is more than MOST_COUNTED is not counted out."""
    parts = [part for topic in topics for part in _parts(scope, topic)]
    if not parts:
        return {}
    statement = " UNION ALL ".join(
        f"SELECT {place}, count(*) FROM (SELECT 1 FROM {_TABLE} WHERE {part.where}"  # noqa: S608
        f" ORDER BY {_direction(part.topic, is_backwards=False)}"  # for the index: else all is read
        f" LIMIT {MOST_COUNTED + 1}) AS part"
        for place, part in enumerate(parts)
    )
    values = [value for part in parts for value in part.values]
    found: dict[str, int] = {}
    with connection.cursor() as cursor:
        cursor.execute(Statement(statement), values)
        for place, count in cursor.fetchall():
            topic = parts[place].topic
            found[topic] = found.get(topic, 0) + count
    return found


def section_page(
    scope: Scope, topic: str, most: int, after: Mark | None = None, before: Mark | None = None
) -> Page:
    """A page of one section: its first, or the one after a row, or the one before it."""
    mark = before or after
    parts = _parts(scope, topic, mark, is_before=before is not None)
    found = _read(parts, most + 1, is_backwards=before is not None)
    rows = _sorted(topic, found.get(topic, ()), is_backwards=before is not None)
    has_more, rows = len(rows) > most, rows[:most]
    if before is not None:
        return Page(rows[::-1], has_earlier=has_more, has_later=True)
    return Page(rows, has_earlier=after is not None, has_later=has_more)


_Condition = tuple[str, list[Any]]
"""A part of a query's WHERE, with its values."""


class _Part(NamedTuple):
    """The rows of one topic in one clinic, as the condition of a query with its values."""

    topic: str
    where: str
    values: list[Any]


def _parts(
    scope: Scope, topic: str, mark: Mark | None = None, *, is_before: bool = False
) -> list[_Part]:
    return [
        _part(topic, clinic, today, scope, whose, mark, is_before=is_before)
        for clinic, today in scope.days.items()
        for whose in _each_whose(topic, clinic, scope)
    ]


def _each_whose(topic: str, clinic: int, scope: Scope) -> list[list[_Condition]]:
    """Whose rows each part has, as conditions.

    Of those who prescribe no longer each has a part: then it is found by the index, and what all
    the others are responsible for is not looked through for them.
    """
    if topic == "nobody":
        people = [person.user for person in scope.former.get(clinic, ())]
        asked = scope.named if scope.whose is None else {scope.whose} & set(scope.named)
        return [[("whose_id = %s", [user])] for user in people if user in asked]
    return [[] if scope.whose is None else [_whose(topic, clinic, scope, scope.whose)]]


def _part(
    topic: str,
    clinic: int,
    today: date,
    scope: Scope,
    whose: list[_Condition],
    mark: Mark | None,
    *,
    is_before: bool,
) -> _Part:
    conditions: list[_Condition] = [
        ("clinic_id = %s", [clinic]),
        ("topic = %s", [topic]),
        ("day <= %s", [_value("day", today + timedelta(days=DAYS_AHEAD.get(topic, 0)))]),
        ("shown_from <= %s", [_value("day", today)]),
        ("(shown_until IS NULL OR shown_until > %s)", [_value("day", today)]),
        *whose,
    ]
    if scope.medicine is not None:
        conditions.append(("medicine_id = %s", [_value("medicine", scope.medicine)]))
    if mark is not None:
        sign = "<" if is_before != (topic in NEWEST_FIRST) else ">"
        place = [_value(name, value) for name, value in zip(_ORDER, mark, strict=True)]
        conditions.append((f"({', '.join(_ORDER)}) {sign} (%s, %s, %s)", place))
    return _Part(
        topic,
        " AND ".join(words for words, _values in conditions),
        [value for _words, values in conditions for value in values],
    )


def _whose(topic: str, clinic: int, scope: Scope, whose: int) -> _Condition:
    """The rows that wait for a person.

    What waits for the confirmation of somebody who left waits for who is responsible now.
    """
    former = [person.user for person in scope.former.get(clinic, ())]
    if topic != "confirm" or not former:
        return "whose_id = %s", [whose]
    return (
        f"(whose_id = %s OR (whose_id IN ({', '.join(['%s'] * len(former))}) AND regimen_id IN"  # noqa: S608 - all ours
        f" (SELECT card.regimen_id FROM {RegimenCard._meta.db_table} AS card"
        f" JOIN {RegimenVersion._meta.db_table} AS text ON text.entry_id = card.version_id"
        " WHERE card.clinic_id = %s AND text.responsible_id = %s)))",
        [whose, *former, clinic, whose],
    )


def _value(name: str, value: object) -> Any:
    """A value as the database's driver takes it for a column."""
    return WorklistRow._meta.get_field(name).get_db_prep_value(value, connection)  # type: ignore[union-attr]


def _read(
    parts: Sequence[_Part], limit: int, *, is_backwards: bool = False
) -> dict[str, list[WorklistRow]]:
    """By topic, the first so many rows of each part."""
    if not parts:
        return {}
    statement = " UNION ALL ".join(
        f"SELECT * FROM (SELECT * FROM {_TABLE} WHERE {part.where}"  # noqa: S608 - all ours
        f" ORDER BY {_direction(part.topic, is_backwards=is_backwards)} LIMIT {limit}) AS part"
        for part in parts
    )
    values = [value for part in parts for value in part.values]
    found: dict[str, list[WorklistRow]] = {}
    for row in WorklistRow.objects.raw(Statement(statement), values):
        found.setdefault(row.topic, []).append(row)
    return found


def _direction(topic: str, *, is_backwards: bool) -> str:
    is_descending = (topic in NEWEST_FIRST) != is_backwards
    return ", ".join(f"{name} DESC" if is_descending else name for name in _ORDER)


def _sorted(
    topic: str, rows: Iterable[WorklistRow], *, is_backwards: bool = False
) -> list[WorklistRow]:
    """Those of several clinics in one order."""
    return sorted(rows, key=mark_of, reverse=(topic in NEWEST_FIRST) != is_backwards)
