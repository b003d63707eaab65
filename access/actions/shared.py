"""What every act of administration does: ask who may, take its turn in the clinic, go on record."""

import functools
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ParamSpec, TypeVar
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from access import policies
from access.models import Act, ActKind, Clinic, Membership, User
from access.policies import RuleBroken

P = ParamSpec("P")
R = TypeVar("R")

LONGEST_FOR_HOURS = timedelta(days=31)


@dataclass(frozen=True)
class OnTheServer:
    """Whoever runs a command on the server: the name that they typed, which nothing proves."""

    name: str


Actor = User | OnTheServer


class Done(Exception):
    """Internal: the same form was sent before, and did its work then."""


def verb(action: Callable[P, R]) -> Callable[P, R | None]:
    """An action that may be sent twice: the same submission does nothing again, and returns None.

    Takes keyword arguments only, among them `by`, and `submission` where a form sends it.
    """

    @functools.wraps(action)
    def call(*args: P.args, **kwargs: P.kwargs) -> R | None:
        try:
            return action(*args, **kwargs)
        except Done:
            return None

    return call


def check_may_manage(by: Actor, clinic: Clinic) -> None:
    """Raise PermissionDenied unless they manage the clinic's people; the server's account does."""
    if isinstance(by, User):
        policies.check(by, clinic, policies.MANAGE_PEOPLE)


def check_somebody_else(by: Actor, person: User) -> None:
    """Raise PermissionDenied for somebody who acts on themselves."""
    if isinstance(by, User):
        policies.check_not_oneself(by, person)


def check_for_hours(until: datetime | None, reason: str) -> None:
    """A role for some hours ends in the time to come, within a month, and has a reason."""
    if until is None:
        return
    now = timezone.now()
    if not now < until <= now + LONGEST_FOR_HOURS:
        raise RuleBroken("hours", _("Write a number of hours from 1 to 744, which is 31 days."))
    if not reason:
        raise RuleBroken("reason", _("Write why the role is given for some hours."))


def managed_clinics(by: Actor, person: User) -> list[Clinic]:
    """The clinics that the person belongs to, when `by` manages the people of one of them.

    Raises PermissionDenied otherwise. An act on an account is on record in all of them.
    """
    held = Membership.objects.open().filter(user=person)
    clinics = list(Clinic.objects.filter(memberships__in=held).distinct().order_by("pk"))
    if isinstance(by, User) and not any(
        policies.allows(by, clinic, policies.MANAGE_PEOPLE) for clinic in clinics
    ):
        raise PermissionDenied(policies.REFUSALS[policies.MANAGE_PEOPLE])
    return clinics


class Acts:
    """The acts of one write, in each of its clinics."""

    def __init__(self, clinics: list[Clinic], by: Actor, submission: UUID | None) -> None:
        self.clinics = clinics
        self.by = by
        self.submission = submission
        self.at = timezone.now()

    def add(self, kind: ActKind, person: User | None = None, **said: Any) -> None:
        """Put an act on record; `said` are fields of Act."""
        by = self.by if isinstance(self.by, User) else None
        said.setdefault("person_name", person.name if person else "")
        for clinic in self.clinics:
            Act.objects.create(
                clinic=clinic,
                at=self.at,
                by=by,
                by_name=self.by.name,
                kind=kind,
                person=person,
                submission=self.submission,
                **said,
            )


@contextmanager
def acting(clinics: Iterable[Clinic], by: Actor, submission: UUID | None = None) -> Iterator[Acts]:
    """One act of administration: all of it or nothing, and one at a time in a clinic.

    The lock leaves inserts alone that reference the clinic (FOR NO KEY UPDATE); on SQLite the
    transaction itself is the only one that writes. A form that was sent before does nothing.
    """
    clinics = list(clinics)
    keys = [clinic.pk for clinic in clinics]
    with transaction.atomic():
        list(Clinic.objects.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk"))
        if submission and Act.objects.filter(submission=submission).exists():
            raise Done
        yield Acts(clinics, by, submission)


def newest_act(**about: Any) -> int:
    """The number of the newest act about something: what a page that was read had before it."""
    return Act.objects.filter(**about).order_by("-pk").values_list("pk", flat=True).first() or 0
