"""Take away what a person has lost: authenticator app, passkeys, recovery codes."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from access import actions
from access.management.told import add_who_and_why, refused, who_and_why
from access.models import User
from access.policies import RuleBroken


class Command(BaseCommand):
    help = (
        "Take away a person's second factors, which they set up anew at their next sign-in. "
        "Whoever runs it, and why, goes on record."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--email", required=True, help="what the person signs in with")
        add_who_and_why(parser)

    def handle(self, *args: Any, email: str, by: str, why: str, **options: Any) -> None:
        runner, reason = who_and_why(by, why)
        person = User.objects.filter(email=email.lower()).first()
        if person is None:
            raise CommandError(_("Nobody signs in as %(email)s.") % {"email": email})
        try:
            actions.reset_factors(person=person, reason=reason, by=runner)
        except RuleBroken as error:
            raise refused(error) from error
        self.stdout.write(
            _("They are taken away. The person's sessions are ended, and they are told by e-mail.")
        )
