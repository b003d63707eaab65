"""Comparing disposable rows with the record, a batch at a time, beside a service that writes."""

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from operator import attrgetter
from typing import TypeVar

from django.db import models, transaction

from access.models import Clinic
from ledger.models import Head
from ledger.verification.ruins import IN_RUINS

M = TypeVar("M", bound=models.Model)


def differing(
    clinic: Clinic,
    subjects: models.QuerySet[M],
    compare: Callable[[Sequence[M]], list[M]],
    at_once: int,
) -> Iterator[M]:
    """Those of the clinic's `subjects` that `compare` returns, batch by batch.

    `compare` gets some of them and returns those whose rows are not what the record says.
    """
    ordered = subjects.order_by("pk")
    batch = list(ordered[:at_once])
    while batch:
        if wrong := _compared(batch, compare):
            with transaction.atomic():  # somebody may have been writing: again, under the lock
                Head.objects.select_for_update().filter(clinic=clinic).first()
                wrong = _compared(wrong, compare)
        yield from wrong
        batch = list(ordered.filter(pk__gt=batch[-1].pk)[:at_once])


def _compared(batch: Sequence[M], compare: Callable[[Sequence[M]], list[M]]) -> list[M]:
    try:
        return compare(batch)
    except IN_RUINS:
        if len(batch) == 1:
            return list(batch)
        return [one for subject in batch for one in _compared([subject], compare)]


def values(row: models.Model) -> tuple:
    """What a row says, to be compared with another; an automatic number is left out."""
    model = type(row)
    return (model, *_columns(model)(row))


@cache
def _columns(model: type[models.Model]) -> Callable[[models.Model], tuple]:
    """What reads the columns of a row but its automatic number."""
    fields = model._meta.concrete_fields
    return attrgetter(*(f.attname for f in fields if not isinstance(f, models.AutoField)))
