"""Taking a patient's identity and free texts out: the one update that the guards let through.

The digests over what is taken out stay, so that the chain still verifies. Apps above register what
drops their disposable rows of a patient, from AppConfig.ready.
"""

import functools
import operator
from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import OperationalError, connection, models
from django.db.models import Q

from access import kept, policies
from access.models import Clinic, Session, User
from ledger.models import AppendOnly, Entry, Erasure, Record, Submission
from ledger.writing import Asking, verb, writing

Forget = Callable[[UUID], None]
_forgetting: list[Forget] = []


def register(forget: Forget) -> None:
    """Have `forget` drop the disposable rows of each patient who is erased, in the same write."""
    if forget not in _forgetting:
        _forgetting.append(forget)


@verb
def erase(*, clinic: Clinic, patient: UUID, reason: str, by: User, submission: Asking) -> Erasure:
    """Erase a patient of the clinic from every record, and record that. Returns the Erasure.

    Runs as the owner of the tables. Raises PermissionDenied, and PatientErased for a second time.
    """
    policies.check(by, clinic, policies.ERASE)
    with writing(clinic, by=by, submission=submission) as log:
        of_patient = Entry.objects.filter(clinic=clinic, patient=patient)
        submissions = list(of_patient.values_list("submission", flat=True).distinct())
        erasure = Erasure(reason=reason, records=_empty_records(of_patient))
        log.add(erasure, subject=patient, patient=patient)
        log.flush()
        _empty(Submission.objects.filter(clinic=clinic, uuid__in=submissions))
        for forget in _forgetting:
            forget(patient)
        _drop_kept_forms()
    return erasure


def overwrite() -> None:
    """Leave no trace in the unused parts of an SQLite file. Outside any transaction.

    Raises OperationalError when somebody else is using it.
    On PostgreSQL that is for whoever runs it: what it takes locks tables (docs/operations.md).
    """
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            [is_busy, *_pages] = cursor.fetchone()
        if is_busy:
            raise OperationalError("the file is in use")


def _empty_records(of_patient: models.QuerySet[Entry]) -> int:
    """Empty what the records of these entries say in their own words; how many there were."""
    count = 0
    for model in _erasable():
        if issubclass(model, Record):
            count += _empty(model._base_manager.filter(entry__in=of_patient, salt__isnull=False))
        elif model.PARENT is not None:
            rows = model._base_manager.filter(**{f"{model.PARENT}__entry__in": of_patient})
            _empty(rows.filter(_says_something(model)))
    return count


def _says_something(model: type[AppendOnly]) -> Q:
    """Whether any of its own words are written in a row; the others stay as they are."""
    words = (Q(**{f"{column}__gt": ""}) for column in model.ERASABLE)
    return functools.reduce(operator.or_, words)


def _erasable() -> Iterable[type[AppendOnly]]:
    models_ = (model for model in apps.get_models() if issubclass(model, AppendOnly))
    return [model for model in models_ if model.ERASABLE]


def _empty(rows: models.QuerySet[Any]) -> int:
    return rows.update(**dict.fromkeys(rows.model.ERASABLE))


def _drop_kept_forms() -> None:
    """A form that waits in a session for its sign-in may hold what was just taken out.

    A session that does not open, being signed with an earlier key, may hold one too.
    """
    for session in Session.objects.iterator():
        held = session.get_decoded()
        if not held or kept.KEY in held:
            session.delete()
