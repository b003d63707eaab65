"""Asking somebody to join a clinic: by a link that works once, for three days, and for nobody else.

The administrator sees neither the link nor a password: whoever holds the link sets the password,
so it goes to the invited person's mailbox, or is printed on the server (ADR 0021).
"""

import logging
import secrets
from datetime import timedelta
from hashlib import sha256
from smtplib import SMTPException
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.core.mail import send_mail
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _

from access import policies
from access.actions.roles import insert
from access.actions.shared import (
    Actor,
    acting,
    check_for_hours,
    check_may_manage,
    verb,
)
from access.models import ActKind, Clinic, Invitation, Membership, User
from access.policies import RuleBroken

log = logging.getLogger(__name__)

LASTS = timedelta(days=3)


class LinkIsDead(Exception):
    """The link was used, withdrawn, has run out, or never was one."""


@verb
def invite(
    *,
    clinic: Clinic,
    email: str,
    name: str,
    profession: str = "",
    role: str,
    hours: int | None = None,
    reason: str = "",
    by: Actor,
    submission: UUID | None = None,
) -> tuple[Invitation, str]:
    """Ask somebody to join. Returns the invitation and the secret of its link, kept nowhere."""
    email = email.lower()
    check_may_manage(by, clinic)
    if isinstance(by, User) and by.email == email:
        policies.check_not_oneself(by, by)
    now = timezone.now()
    check_for_hours(now + timedelta(hours=hours) if hours is not None else None, reason)
    with acting([clinic], by, submission) as acts:
        if Membership.objects.open(now).filter(clinic=clinic, user__email=email).exists():
            raise RuleBroken(
                "email", _("They belong to the clinic already. Give them the role on their page.")
            )
        waiting = Invitation.objects.filter(
            clinic=clinic, email=email, taken_at=None, withdrawn_at=None
        )
        if waiting.filter(expires_at__gt=now).exists():
            raise RuleBroken("email", _("They are invited already. Send that invitation again."))
        waiting.update(withdrawn_at=now)
        secret, digest = _new_secret()
        invitation = Invitation.objects.create(
            clinic=clinic,
            email=email,
            name=name,
            profession=profession,
            role=role,
            hours=hours,
            reason=reason,
            invited_by=by if isinstance(by, User) else None,
            invited_at=now,
            secret_digest=digest,
            expires_at=now + LASTS,
        )
        acts.add(ActKind.INVITED, person_name=name, was=email, now=role, reason=reason)
        return invitation, secret


@verb
def invite_again(
    *, invitation: Invitation, by: Actor, reason: str = "", submission: UUID | None = None
) -> tuple[Invitation, str]:
    """A new link, for three days more; the one before is dead. Whoever asks for it invites.

    Raises LinkIsDead for an invitation that was taken or withdrawn.
    """
    check_may_manage(by, invitation.clinic)
    if isinstance(by, User) and by.email == invitation.email:
        policies.check_not_oneself(by, by)
    with acting([invitation.clinic], by, submission) as acts:
        found = _waiting(invitation)
        secret, found.secret_digest = _new_secret()
        found.expires_at, found.sent_at = acts.at + LASTS, None
        found.invited_by = by if isinstance(by, User) else None
        found.save(update_fields=["secret_digest", "expires_at", "sent_at", "invited_by"])
        acts.add(
            ActKind.INVITED_AGAIN,
            person_name=found.name,
            was=found.email,
            now=found.role,
            reason=reason,
        )
        return found, secret


def send(*, invitation: Invitation, link: str) -> bool:
    """Post the link to the invited address; whether the mail server took it."""
    context = {"invitation": invitation, "link": link, "clinic": invitation.clinic}
    subject = render_to_string("access/email/invitation_subject.txt", context)
    try:
        send_mail(
            subject=" ".join(subject.split()),  # the name of a clinic ends no header
            message=render_to_string("access/email/invitation_message.txt", context),
            from_email=None,
            recipient_list=[invitation.email],
        )
    except (SMTPException, OSError):
        log.exception("An invitation was not sent.")
        return False
    Invitation.objects.filter(pk=invitation.pk).update(sent_at=timezone.now())
    return True


@verb
def withdraw(*, invitation: Invitation, by: Actor, submission: UUID | None = None) -> Invitation:
    """The link is dead at once. Raises LinkIsDead when it was used or withdrawn before."""
    check_may_manage(by, invitation.clinic)
    with acting([invitation.clinic], by, submission) as acts:
        found = _waiting(invitation)
        found.withdrawn_at = acts.at
        found.save(update_fields=["withdrawn_at"])
        acts.add(ActKind.UNINVITED, person_name=found.name, was=found.email, now=found.role)
        return found


def standing(secret: str) -> Invitation:
    """The invitation that a link leads to. Raises LinkIsDead.

    It stands while whoever sent it may still let people in: what somebody sent whose role ended,
    or whose account was shut, is void.
    """
    asked = Invitation.objects.filter(
        secret_digest=_digest(secret), taken_at=None, withdrawn_at=None
    )
    found = asked.filter(expires_at__gt=timezone.now()).select_related("clinic").first()
    if found is None:
        raise LinkIsDead
    sender = found.invited_by
    if sender and not (
        sender.is_active and policies.allows(sender, found.clinic, policies.MANAGE_PEOPLE)
    ):
        raise LinkIsDead
    return found


def has_account(invitation: Invitation) -> bool:
    """Whether the invited address signs in already, here or in another clinic."""
    return User.objects.filter(email=invitation.email).exists()


def join_anew(*, secret: str, password: str) -> User:
    """Whoever holds the link has an account with this password, and the role. Once.

    Of two who open it at the same moment one gets LinkIsDead, and nothing of theirs is kept.
    """
    try:
        with transaction.atomic():
            invitation = _take(secret)
            person = User.objects.create_user(
                invitation.email,
                password,
                name=invitation.name,
                profession=invitation.profession,
            )
            _join(invitation, person)
            return person
    except IntegrityError as error:  # the address has got an account meanwhile
        raise LinkIsDead from error


def join(*, secret: str, by: User) -> Membership:
    """The person who is signed in takes an invitation that was sent to their own address. Once."""
    with transaction.atomic():
        invitation = _take(secret)
        if invitation.email != by.email:
            raise PermissionDenied(_("This invitation is for somebody else."))
        if invitation.invited_by_id:
            policies.check_not_oneself(by, User(pk=invitation.invited_by_id))
        return _join(invitation, by)


def _take(secret: str) -> Invitation:
    """Use the link up: the row is changed by one of those who try, the others find it changed."""
    invitation = standing(secret)
    unused = Invitation.objects.filter(
        pk=invitation.pk, secret_digest=_digest(secret), taken_at=None, withdrawn_at=None
    )
    if not unused.update(taken_at=timezone.now()):
        raise LinkIsDead
    return invitation


def _join(invitation: Invitation, person: User) -> Membership:
    clinic, role, reason = invitation.clinic, invitation.role, invitation.reason
    with acting([clinic], person) as acts:
        until = None
        if invitation.hours is not None:
            until = acts.at + timedelta(hours=invitation.hours)
        acts.add(ActKind.JOINED, person, now=role, until=until, reason=reason)
        return insert(acts, person, clinic, role, until, reason)


def _waiting(invitation: Invitation) -> Invitation:
    found = Invitation.objects.filter(
        pk=invitation.pk, taken_at=None, withdrawn_at=None
    ).select_related("clinic")
    if not (still := found.first()):
        raise LinkIsDead
    return still


def _new_secret() -> tuple[str, str]:
    secret = secrets.token_urlsafe(32)
    return secret, _digest(secret)


def _digest(secret: str) -> str:
    """Of 256 random bits, so that a plain digest tells nothing."""
    return sha256(secret.encode()).hexdigest()
