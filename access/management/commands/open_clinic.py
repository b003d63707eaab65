"""A new clinic. Its first administrator is invited with `manage.py invite`."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from access import actions
from access.management.told import add_who_and_why, refused, who_and_why
from access.models import Clinic
from access.policies import RuleBroken


class Command(BaseCommand):
    help = "Open a new clinic. Whoever runs it, and why, goes on record."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--name", required=True)
        parser.add_argument("--time-zone", required=True, help="by its IANA name: Europe/London")
        parser.add_argument("--telephone", default="")
        add_who_and_why(parser)

    def handle(
        self,
        *args: Any,
        name: str,
        time_zone: str,
        telephone: str,
        by: str,
        why: str,
        **options: Any,
    ) -> None:
        runner, reason = who_and_why(by, why)
        name, telephone = name.strip(), telephone.strip()
        if not 1 <= len(name) <= 200 or len(telephone) > 40:
            raise CommandError(_("Give --name in 1 to 200 characters, --telephone in 40."))
        if Clinic.objects.filter(name=name).exists():
            raise CommandError(_("A clinic of this name is there already."))
        text = actions.ClinicText(name, telephone, time_zone)
        try:
            clinic = actions.open_clinic(text=text, reason=reason, by=runner)
        except RuleBroken as error:
            raise refused(error) from error
        self.stdout.write(f"{clinic.uuid}  {clinic.name}" if clinic else "")
