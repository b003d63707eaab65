"""Give somebody a role from the server: where no second administrator is there to do it."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from access import actions
from access.management.told import add_who_and_why, clinic_of, refused, who_and_why
from access.models import Role, User
from access.policies import RuleBroken


class Command(BaseCommand):
    help = "Give a role to somebody who has an account. Whoever runs it, and why, goes on record."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--email", required=True, help="the address that they sign in with")
        parser.add_argument("--role", required=True, choices=Role.values)
        parser.add_argument("--clinic", help="its name or its uuid; needed where there are several")
        parser.add_argument("--hours", type=int, help="for so many hours; else until it is ended")
        add_who_and_why(parser)

    def handle(
        self,
        *args: Any,
        email: str,
        role: str,
        clinic: str | None,
        hours: int | None,
        by: str,
        why: str,
        **options: Any,
    ) -> None:
        runner, reason = who_and_why(by, why)
        person = User.objects.filter(email=email.lower()).first()
        if person is None:
            raise CommandError(_("Nobody signs in with this address. Use manage.py invite."))
        try:
            given = actions.grant(
                person=person,
                clinic=clinic_of(clinic),
                role=role,
                until=None if hours is None else timezone.now() + timedelta(hours=hours),
                reason=reason,
                by=runner,
            )
        except RuleBroken as error:
            raise refused(error) from error
        self.stdout.write(str(given))
