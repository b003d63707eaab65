"""Take away what a person has lost: authenticator app, passkeys, recovery codes."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from access import account
from access.models import User


class Command(BaseCommand):
    help = "Take away a person's second factors, which they set up anew at their next sign-in."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", help="what the person signs in with")

    def handle(self, *args, email: str, **options) -> None:
        person = User.objects.filter(email__iexact=email).first()
        if person is None:
            raise CommandError(_("Nobody signs in as %(email)s.") % {"email": email})
        count = account.reset_factors(person)
        self.stdout.write(
            _("Taken away: %(count)s. Their sessions are ended, and they are told by e-mail.")
            % {"count": count}
        )
