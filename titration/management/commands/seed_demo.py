"""Load the demonstration clinic, unless it is there, and say how to sign in to it."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from access.models import Clinic
from titration.demo.building import build
from titration.demo.neighbour import CLINIC as NEIGHBOUR
from titration.demo.people import PASSWORD


class Command(BaseCommand):
    help = "Load the demonstration clinic into a database without clinics; run again, do nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--password", help="what its people sign in with; needed without LOCAL")

    def handle(self, *args: Any, password: str | None, **options: Any) -> None:
        clinic = Clinic.objects.filter(is_demo=True).order_by("pk").first()
        if clinic is None:
            if Clinic.objects.exists():
                raise CommandError(_("This database holds a real clinic: nothing was loaded."))
            clinic = build(fit_password(password))
        self.tell(clinic)
        for neighbour in Clinic.objects.filter(is_demo=True, name=NEIGHBOUR["name"]):
            self.tell(neighbour)

    def tell(self, clinic: Clinic) -> None:
        """Print who signs in and, while it is the one that everybody knows, the password."""
        members = list(clinic.memberships.open().select_related("user").order_by("pk"))
        self.stdout.write(_("Sign in to %(clinic)s as:") % {"clinic": clinic.name})
        width = max(len(member.user.email) for member in members)
        for member in members:
            person = f"{member.user.name}, {member.get_role_display()}"
            self.stdout.write(f"  {member.user.email:{width}}  {person}")
        if members[0].user.check_password(PASSWORD):
            self.stdout.write(_("Password of each: %(password)s") % {"password": PASSWORD})


def fit_password(given: str | None) -> str:
    """The password asked for; without LOCAL, where others reach the service, there must be one."""
    if given is None:
        if not settings.LOCAL:
            raise CommandError(_("Without LOCAL, give --password: the usual one is known to all."))
        return PASSWORD
    try:
        validate_password(given)
    except ValidationError as error:
        raise CommandError(" ".join(error.messages)) from error
    return given
