"""Print the link of an invitation: for the first administrator, and where no mail goes out."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.urls import reverse
from django.utils.translation import gettext as _

from access import actions
from access.management.told import add_who_and_why, clinic_of, refused, who_and_why
from access.models import Clinic, Invitation, Role
from access.policies import RuleBroken


class Command(BaseCommand):
    help = (
        "Print the link of an invitation, to be handed to the invited person: of a new one, or of "
        "the one that waits for the address. Whoever runs it, and why, goes on record."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--email", required=True, help="their own address")
        parser.add_argument("--name", help="as records show it; for a new invitation")
        parser.add_argument("--profession", default="")
        parser.add_argument("--role", choices=Role.values, help="for a new invitation")
        parser.add_argument("--clinic", help="its name or its uuid; needed where there are several")
        parser.add_argument("--address", help="of the service; else https:// and ALLOWED_HOSTS")
        add_who_and_why(parser)

    def handle(
        self,
        *args: Any,
        email: str,
        name: str | None,
        profession: str,
        role: str | None,
        clinic: str | None,
        address: str | None,
        by: str,
        why: str,
        **options: Any,
    ) -> None:
        runner, reason = who_and_why(by, why)
        email, there = email.lower(), clinic_of(clinic)
        waiting = Invitation.objects.filter(
            clinic=there, email=email, taken_at=None, withdrawn_at=None
        ).first()
        try:
            if waiting and not (name or role):
                made = actions.invite_again(invitation=waiting, by=runner, reason=reason)
            else:
                made = self.invite(there, email, name, profession, role, runner, reason)
        except RuleBroken as error:
            raise refused(error) from error
        if made is None:  # pragma: no cover - only a form is sent twice
            return
        _invitation, secret = made
        self.stdout.write((address or own_address()) + reverse("invited-link", args=[secret]))

    def invite(
        self,
        clinic: Clinic,
        email: str,
        name: str | None,
        profession: str,
        role: str | None,
        by: actions.OnTheServer,
        reason: str,
    ) -> tuple[Invitation, str] | None:
        if not name or not role:
            raise CommandError(_("No invitation waits for this address: give --name and --role."))
        if len(name) > 150 or len(profession) > 80:
            raise CommandError(_("Give --name in 150 characters, --profession in 80."))
        try:
            validate_email(email)
        except ValidationError as error:
            raise refused(error) from error
        return actions.invite(
            clinic=clinic,
            email=email,
            name=name,
            profession=profession,
            role=role,
            reason=reason,
            by=by,
        )


def own_address() -> str:
    """How browsers reach the service, as far as its settings tell."""
    host = settings.ALLOWED_HOSTS[0].lstrip(".")
    return f"http://{host}:8000" if settings.LOCAL else f"https://{host}"
