"""Finding patients by words of the name, birth date, NHS number or record number.

Every query is bounded: a page has PAGE patients, and a search looks at MOST + 1 of them, however
many there are.
"""

import re
from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils import timezone

from access.composed import Composed
from access.models import Clinic
from ledger import reread
from ledger.reread import Made
from patients import birthdates, folding, numbers
from patients.identity import Identity
from patients.models import PatientCard, PatientWord

PAGE = 50
MOST = 500
LONGEST_TEXT = 200
MOST_WORDS = 6


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a typed text asks for; nothing at all when it is empty."""

    text: str = ""
    words: tuple[str, ...] = ()
    born: date | None = None

    @property
    def is_number(self) -> bool:
        """Whether the text can be a number that somebody gave the patient."""
        return bool(re.search("[0-9]", self.text))


@dataclass(frozen=True, slots=True)
class Found:
    """A page of patients, by name. `before` and `after`: from which patients the next pages count.

    `count` is how many match in all, as far as it was counted: at most MOST + 1; None for a list
    that nobody searched. `by_number`: the text is the number of just these patients.
    """

    wanted: Wanted
    patients: list[UUID]
    before: UUID | None = None
    after: UUID | None = None
    count: int | None = None
    by_number: bool = False

    @property
    def key(self) -> tuple[Hashable, ...]:
        """Everything that was found, to be compared."""
        among = self.before, self.after, self.count, self.by_number
        return self.wanted, tuple(self.patients), *among


def read(text: str, *, today: date) -> Wanted:
    """Take a typed text apart: a birth date somewhere in it, and words of the name."""
    text = " ".join(text[:LONGEST_TEXT].split())
    tokens = text.split()
    for length in (3, 2, 1):
        for start in range(len(tokens) - length + 1):
            typed = tokens[start : start + length]
            if born := birthdates.parse(" ".join(typed), today=today):
                rest = [*tokens[:start], *tokens[start + length :]]
                return Wanted(text, folding.typed_words(" ".join(rest))[:MOST_WORDS], born)
    return Wanted(text, folding.typed_words(text)[:MOST_WORDS])


def find(
    text: str,
    *,
    clinics: Collection[int],
    today: date,
    before: UUID | None = None,
    after: UUID | None = None,
) -> Found:
    """The patients of these clinics that a text finds, one page of them; all when it is empty."""
    wanted = read(text, today=today)
    if not wanted.text:
        return _page_of_all(clinics, before, after)
    if wanted.is_number and (patients := with_number(wanted.text, clinics)):
        return Found(wanted, patients, count=len(patients), by_number=True)
    now = timezone.now()
    matches = reread.remembered(
        ("matches", wanted, tuple(clinics)),
        now,
        lambda: Made(_matches(wanted, clinics), reread.hold(now)),
    )
    return _page_of_found(wanted, matches.words, before, after)


# Composed anew by Django, the two halves cost three times what PostgreSQL takes to answer them.
WITH_NUMBER = """
    SELECT patient_id FROM patients_patientcard WHERE clinic_id IN ({among}) AND {column} = %s
"""


def with_number(text: str, clinics: Collection[int]) -> list[UUID]:
    """Patients whose record number or NHS number this is."""
    number = numbers.fold_record_number(text)
    if not number or not clinics:
        return []
    columns = ["record_number_folded"]
    if numbers.is_ten_digits(number):
        columns.append("nhs_number")
    among = ", ".join(["%s"] * len(clinics))
    statement = " UNION ".join(WITH_NUMBER.format(among=among, column=name) for name in columns)
    with connection.cursor() as cursor:
        cursor.execute(statement, [*clinics, number] * len(columns))
        found = [key if isinstance(key, UUID) else UUID(key) for (key,) in cursor.fetchall()]
    return sorted(found)[:PAGE]


def alike(clinic: Clinic, identity: Identity) -> list[UUID]:
    """Patients of the clinic who may be this person: same birth date and family name, or number."""
    family_name = folding.key(identity.family_name)
    same = [Q(birth_date=identity.birth_date, family_folded=family_name)]
    if identity.nhs_number:
        same.append(Q(nhs_number=identity.nhs_number))
    if number := numbers.fold_record_number(identity.record_number):
        same.append(Q(record_number_folded=number))
    return _any_of(PatientCard.objects.filter(clinic=clinic), *same)


def _any_of(cards: QuerySet, *conditions: Q) -> list[UUID]:
    """Patients who meet a condition, each by its own index: for an OR, SQLite reads every card."""
    first, *others = [
        cards.filter(condition).values_list("pk", flat=True) for condition in conditions
    ]
    return sorted(first.union(*others)[:PAGE])


def _matches(wanted: Wanted, clinics: Collection[int]) -> list[UUID]:
    """Patients who match, by name, MOST + 1 at most."""
    words = PatientWord.objects.filter(clinic_id__in=clinics)
    # Begin with what narrows most: the birth date, else the longest word.
    beginnings = sorted(wanted.words, key=len, reverse=True)
    rows: QuerySet
    if wanted.born:
        cards = PatientCard.objects.filter(clinic_id__in=clinics, birth_date=wanted.born)
        rows = cards.order_by("patient")
    elif beginnings:
        rows = words.filter(word__begins=beginnings.pop(0)).order_by("word", "patient")
    else:
        return []
    for beginning in beginnings:
        rows = rows.filter(patient__in=words.filter(word__begins=beginning).values("patient"))
    matches = rows.values_list("patient", flat=True)[: MOST + 1]
    found = PatientCard.objects.filter(pk__in=matches)
    return [patient for _name, patient in sorted(found.values_list("sort_name", "pk"))]


def _page_of_found(
    wanted: Wanted, matches: list[UUID], before: UUID | None, after: UUID | None
) -> Found:
    listed = matches[:MOST]
    start = 0
    if after in listed:
        start = listed.index(after) + 1
    elif before in listed:
        start = max(0, listed.index(before) - PAGE)
    patients = listed[start : start + PAGE]
    return Found(
        wanted,
        patients,
        before=patients[0] if patients and start else None,
        after=patients[-1] if start + PAGE < len(listed) else None,
        count=len(matches),
    )


@Composed
def _first(clinics: Sequence[int]) -> QuerySet:
    """The first page in order of name, and whether there is another."""
    cards = PatientCard.objects.filter(clinic_id__in=clinics).order_by("sort_name", "pk")
    return cards.values_list("pk")[: PAGE + 1]


def _page_of_all(clinics: Collection[int], before: UUID | None, after: UUID | None) -> Found:
    """One page in order of name, from a patient on; addresses carry keys, never names."""
    cards = PatientCard.objects.filter(clinic_id__in=clinics)
    cursor = before or after
    backwards = before is not None
    start = cards.filter(pk=cursor).values_list("sort_name", "pk").first() if cursor else None
    ordered = (
        cards.order_by("-sort_name", "-pk") if backwards else cards.order_by("sort_name", "pk")
    )
    if start:
        ordered = ordered.filter(_beyond(*start, backwards=backwards))
    if start or backwards:
        rows = list(ordered.values_list("pk", flat=True)[: PAGE + 1])
    else:
        rows = [patient for (patient,) in _first(list(clinics))]
    patients, has_more = rows[:PAGE], len(rows) > PAGE
    if backwards:
        patients.reverse()
    has_before = has_more if backwards else start is not None
    has_after = has_more or (backwards and start is not None)
    return Found(
        Wanted(),
        patients,
        before=patients[0] if patients and has_before else None,
        after=patients[-1] if patients and has_after else None,
    )


def _beyond(name: str, patient: UUID, *, backwards: bool) -> Q:
    """Cards past this one. The first condition says nothing new, but an index can start from it."""
    if backwards:
        return Q(sort_name__lte=name) & (Q(sort_name__lt=name) | Q(pk__lt=patient))
    return Q(sort_name__gte=name) & (Q(sort_name__gt=name) | Q(pk__gt=patient))
