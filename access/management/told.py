"""What the commands of administration share: who runs them and why, and whom they are about."""

from argparse import ArgumentParser
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from access.actions import OnTheServer
from access.models import Clinic


def add_who_and_why(parser: ArgumentParser) -> None:
    """The server proves nobody's name: it is what whoever runs the command types."""
    parser.add_argument("--by", required=True, help="your own name, which goes on record")
    parser.add_argument("--why", required=True, help="why you do it here, which goes on record")


def who_and_why(by: str, why: str) -> tuple[OnTheServer, str]:
    """CommandError unless both are words that the record holds."""
    by, why = by.strip(), why.strip()
    if not 1 <= len(by) <= 150 or not 1 <= len(why) <= 300:
        raise CommandError(
            _("Give --by in 1 to 150 characters and --why in 1 to 300: both go on record.")
        )
    return OnTheServer(by), why


def clinic_of(text: str | None) -> Clinic:
    """The clinic of a name or a uuid; the only one there is when neither was given."""
    clinics = Clinic.objects.order_by("pk")
    if text is not None:
        try:
            clinics = clinics.filter(uuid=UUID(text))
        except ValueError:
            clinics = clinics.filter(name=text)
    found = list(clinics[:2])
    if len(found) == 1:
        return found[0]
    names = "".join(
        f"\n  {clinic.uuid}  {clinic.name}" for clinic in Clinic.objects.order_by("name")
    )
    raise CommandError(_("Give --clinic with one of these:%(names)s") % {"names": names})


def refused(error: Exception) -> CommandError:
    """What a rule says, for whoever runs the command."""
    words = " ".join(error.messages) if isinstance(error, ValidationError) else str(error)
    return CommandError(words)
