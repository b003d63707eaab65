"""A person's account: their name as records show it, whether they may sign in, and with what."""

import logging
from uuid import UUID

from django.utils.translation import gettext as _

from access import account
from access.actions.shared import (
    Actor,
    acting,
    check_somebody_else,
    managed_clinics,
    newest_act,
    verb,
)
from access.models import ActKind, NoticeKind, User
from access.policies import RuleBroken

log = logging.getLogger(__name__)

OF_THE_PERSON = (ActKind.NAME, ActKind.PROFESSION)


def seen_of(person: User) -> int:
    """What a form that changes a person's name has before it: the newest change so far."""
    return newest_act(person=person, kind__in=OF_THE_PERSON)


@verb
def revise_person(
    *,
    person: User,
    name: str,
    profession: str,
    seen: int,
    reason: str = "",
    by: Actor,
    submission: UUID | None = None,
) -> User:
    """Change how records show somebody from now on; those that are there keep what they say.

    The e-mail address stays: with a new one, whoever changed it could take the account.
    """
    with acting(managed_clinics(by, person), by, submission) as acts:
        now = User.objects.get(pk=person.pk)
        if seen_of(now) != seen:
            raise RuleBroken(
                None,
                _("Somebody changed this meanwhile: %(name)s, %(profession)s. Open it anew.")
                % {"name": now.name, "profession": now.profession or _("no profession")},
            )
        was = {ActKind.NAME: now.name, ActKind.PROFESSION: now.profession}
        changed = {
            kind: text
            for kind, text in ((ActKind.NAME, name), (ActKind.PROFESSION, profession))
            if text != was[kind]
        }
        if not changed:
            raise RuleBroken(None, _("This is what is there already. Nothing was changed."))
        now.name, now.profession = name, profession
        now.save(update_fields=["name", "profession"])
        for kind, text in changed.items():
            acts.add(kind, now, was=was[kind], now=text, reason=reason)
        return now


@verb
def shut(*, person: User, reason: str, by: Actor, submission: UUID | None = None) -> User:
    """Take the sign-in from somebody, everywhere and at once, whatever is in their name."""
    check_somebody_else(by, person)
    with acting(managed_clinics(by, person), by, submission) as acts:
        if not _set_active(person, is_active=False):
            raise RuleBroken(None, _("The account is shut already."))
        account.end_sessions(person)
        acts.add(ActKind.SHUT, person, reason=reason)
        return person


@verb
def open_again(*, person: User, reason: str, by: Actor, submission: UUID | None = None) -> User:
    """Let somebody sign in again, with the password and the roles that they have."""
    check_somebody_else(by, person)
    with acting(managed_clinics(by, person), by, submission) as acts:
        if not _set_active(person, is_active=True):
            raise RuleBroken(None, _("The account is open already."))
        acts.add(ActKind.OPENED, person, reason=reason)
        return person


@verb
def sign_out(*, person: User, by: Actor, submission: UUID | None = None) -> User:
    """End every session of somebody: they sign in anew. One's own as well."""
    with acting(managed_clinics(by, person), by, submission) as acts:
        account.end_sessions(person)
        acts.add(ActKind.SIGNED_OUT, person)
        return person


@verb
def reset_factors(*, person: User, reason: str, by: Actor, submission: UUID | None = None) -> User:
    """Take away what somebody has lost: authenticator app, passkeys, recovery codes.

    Their sessions end, and at the next sign-in they set up anew by their password. They are told,
    with who did it. Never one's own: a stolen session would need no second factor from then on.
    """
    check_somebody_else(by, person)
    admin = by if isinstance(by, User) else None
    with acting(managed_clinics(by, person), by, submission) as acts:
        if not account.take_factors(person):
            raise RuleBroken(None, _("They have no second factor. Nothing was taken away."))
        acts.add(ActKind.FACTORS_RESET, person, reason=reason)
        notice = account.put_down(person, NoticeKind.FACTORS_RESET, by=admin)
    log.warning(
        "Second factors of person %s taken away by %s.",
        person.pk,
        f"person {admin.pk}" if admin else "a command on the server",
    )
    account.send(notice)
    return person


def _set_active(person: User, *, is_active: bool) -> bool:
    """Whether that changed anything."""
    others = User.objects.filter(pk=person.pk).exclude(is_active=is_active)
    return bool(others.update(is_active=is_active))
