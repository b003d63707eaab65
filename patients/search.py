"""Finding patients by words of the name, birth date, NHS number or record number.

Every query is bounded: a page has PAGE patients, and a search looks at MOST + 1 of them, however
many there are.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from access.models import Clinic
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
    if wanted.is_number and (patients := with_number(wanted.text, clinics)):
        return Found(wanted, patients, count=len(patients), by_number=True)
    cards = PatientCard.objects.filter(clinic_id__in=clinics)
    if not wanted.text:
        return _page(wanted, cards, before, after)
    if not (wanted.words or wanted.born):
        return Found(wanted, [], count=0)
    matches = _matches(wanted, clinics)[: MOST + 1]
    found = _page(wanted, cards.filter(pk__in=matches), before, after)
    is_whole = not (found.before or found.after)
    count = len(found.patients) if is_whole else matches.count()
    return Found(wanted, found.patients, found.before, found.after, count)


def with_number(text: str, clinics: Collection[int]) -> list[UUID]:
    """Patients whose NHS number or record number this is."""
    number = numbers.fold_record_number(text)
    same = Q(nhs_number=number) | Q(record_number_folded=number)
    cards = PatientCard.objects.filter(same, clinic_id__in=clinics).order_by("sort_name", "pk")
    return list(cards.values_list("pk", flat=True)[:PAGE]) if number else []


def alike(clinic: Clinic, identity: Identity) -> list[UUID]:
    """Patients of the clinic who may be this person: same birth date and family name, or number."""
    same = Q(birth_date=identity.birth_date, family_folded=folding.key(identity.family_name))
    if identity.nhs_number:
        same |= Q(nhs_number=identity.nhs_number)
    if number := numbers.fold_record_number(identity.record_number):
        same |= Q(record_number_folded=number)
    cards = PatientCard.objects.filter(same, clinic=clinic).order_by("sort_name", "pk")
    return list(cards.values_list("pk", flat=True)[:PAGE])


def _matches(wanted: Wanted, clinics: Collection[int]) -> QuerySet:
    """Keys of the patients who match, starting from what narrows most: birth date, longest word."""
    words = sorted(wanted.words, key=len, reverse=True)
    if wanted.born:
        cards = PatientCard.objects.filter(clinic_id__in=clinics, birth_date=wanted.born)
        return _with_words(cards, words).order_by("patient").values("patient")
    first = PatientWord.objects.filter(clinic_id__in=clinics, word__begins=words[0])
    return _with_words(first, words[1:]).order_by("word", "patient").values("patient")


def _with_words(rows: QuerySet, words: list[str]) -> QuerySet:
    for word in words:
        others = PatientWord.objects.filter(patient=OuterRef("patient"), word__begins=word)
        rows = rows.filter(Exists(others))
    return rows


def _page(wanted: Wanted, cards: QuerySet, before: UUID | None, after: UUID | None) -> Found:
    """One page of cards in order of name, from a patient on; addresses carry keys, never names."""
    cursor = before or after
    backwards = before is not None
    start = cards.filter(pk=cursor).values_list("sort_name", "pk").first() if cursor else None
    ordered = (
        cards.order_by("-sort_name", "-pk") if backwards else cards.order_by("sort_name", "pk")
    )
    if start:
        ordered = ordered.filter(_beyond(*start, backwards=backwards))
    rows = list(ordered.values_list("pk", flat=True)[: PAGE + 1])
    patients, has_more = rows[:PAGE], len(rows) > PAGE
    if backwards:
        patients.reverse()
    if not patients:
        return Found(wanted, [])
    has_before = has_more if backwards else start is not None
    has_after = has_more or (backwards and start is not None)
    return Found(
        wanted,
        patients,
        before=patients[0] if has_before else None,
        after=patients[-1] if has_after else None,
    )


def _beyond(name: str, patient: UUID, *, backwards: bool) -> Q:
    """Cards past this one. The first condition says nothing new, but an index can start from it."""
    if backwards:
        return Q(sort_name__lte=name) & (Q(sort_name__lt=name) | Q(pk__lt=patient))
    return Q(sort_name__gte=name) & (Q(sort_name__gt=name) | Q(pk__gt=patient))
