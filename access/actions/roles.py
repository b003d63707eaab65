"""Who holds which role in a clinic: given, given for some hours, changed, ended."""

from datetime import datetime
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from access import policies
from access.actions.shared import (
    Actor,
    Acts,
    acting,
    check_for_hours,
    check_may_manage,
    check_somebody_else,
    verb,
)
from access.models import ActKind, Clinic, Membership, Role, User
from access.policies import RuleBroken


@verb
def grant(
    *,
    person: User,
    clinic: Clinic,
    role: str,
    until: datetime | None = None,
    reason: str = "",
    by: Actor,
    submission: UUID | None = None,
) -> Membership:
    """Give somebody a role, until it is ended or for some hours. Counts at their next request.

    The person belongs, or once belonged, to a clinic whose people `by` manages: others are invited.
    Raises PermissionDenied, also for oneself, and RuleBroken.
    """
    check_may_manage(by, clinic)
    check_somebody_else(by, person)
    _check_known(by, person)
    check_for_hours(until, reason)
    with acting([clinic], by, submission) as acts:
        given = insert(acts, person, clinic, role, until, reason)
        acts.add(ActKind.GRANTED, person, now=role, until=until, reason=reason)
        return given


@verb
def change_role(
    *,
    membership: Membership,
    role: str,
    until: datetime | None = None,
    reason: str = "",
    by: Actor,
    submission: UUID | None = None,
) -> Membership:
    """End a role and give another in its place, or the same one for another time."""
    person, clinic = membership.user, membership.clinic
    check_may_manage(by, clinic)
    check_somebody_else(by, person)
    check_for_hours(until, reason)
    with acting([clinic], by, submission) as acts:
        was = _still_open(membership)
        if was.role == role and was.until is None and until is None:
            raise RuleBroken("role", _("This is the role that they have. Nothing was changed."))
        _end(acts, was, stays=was.role == role and (until is None or was.until is not None))
        given = insert(acts, person, clinic, role, until, reason)
        acts.add(ActKind.CHANGED, person, was=was.role, now=role, until=until, reason=reason)
        return given


@verb
def end_role(
    *, membership: Membership, reason: str = "", by: Actor, submission: UUID | None = None
) -> Membership:
    """End a role at once; one's own too, but not that of the last administrator.

    Raises RuleBroken while a regimen names them responsible: see access.leaving.
    """
    check_may_manage(by, membership.clinic)
    with acting([membership.clinic], by, submission) as acts:
        was = _still_open(membership)
        _end(acts, was)
        acts.add(ActKind.ENDED, was.user, was=was.role, reason=reason)
        return was


def _check_known(by: Actor, person: User) -> None:
    if not isinstance(by, User):
        return
    managed = policies.clinics_of(by, policies.MANAGE_PEOPLE)
    if not Membership.objects.filter(user=person, clinic__in=managed).exists():
        raise PermissionDenied(_("Somebody who is new to the clinic is invited."))


def _still_open(membership: Membership) -> Membership:
    """The membership as it is now, under the clinic's lock."""
    found = Membership.objects.select_related("user", "clinic").get(pk=membership.pk)
    if not found.is_open(timezone.now()):
        raise RuleBroken(None, _("This role has ended meanwhile. Nothing was changed."))
    return found


def _end(acts: Acts, was: Membership, *, stays: bool = False) -> None:
    """End it; `stays` says that the person keeps the role for as long, or longer."""
    was.ended_at = acts.at
    if not stays:
        _check_others_administer(was)
        try:
            was.clean()
        except ValidationError as left:
            raise RuleBroken(None, " ".join(left.messages)) from None
    was.save(update_fields=["ended_at"])


def _check_others_administer(was: Membership) -> None:
    """A clinic keeps one administrator who may sign in, and whose role does not run out."""
    if was.role != Role.ADMINISTRATOR:
        return
    others = Membership.objects.open().filter(
        clinic=was.clinic_id, role=Role.ADMINISTRATOR, until=None, user__is_active=True
    )
    if not others.exclude(user=was.user_id).exists():
        raise RuleBroken(
            None,
            _("Nobody else administers the clinic for good. Give somebody else that role first."),
        )


def insert(
    acts: Acts, person: User, clinic: Clinic, role: str, until: datetime | None, reason: str
) -> Membership:
    """Insert the role inside a write that is under way, and that puts it on record."""
    same = Membership.objects.filter(user=person, clinic=clinic, role=role, ended_at=None)
    if same.filter(until=None).exists() or same.filter(until__gt=acts.at).exists():
        raise RuleBroken("role", _("They have this role in the clinic already."))
    same.update(ended_at=F("until"))  # it ran out, and nobody has written that down yet
    return Membership.objects.create(
        user=person, clinic=clinic, role=role, started_at=acts.at, until=until, reason=reason
    )
