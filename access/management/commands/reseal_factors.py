"""Write the secrets of second factors anew with the first of FACTOR_KEYS."""

from allauth.mfa.models import Authenticator
from cryptography.fernet import InvalidToken
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils.translation import gettext as _

from access import secret

SEALED = ("secret", "seed")


class Command(BaseCommand):
    help = "Encrypt the secrets of second factors with the first of FACTOR_KEYS, all or none."

    @transaction.atomic
    def handle(self, *args, **options) -> None:
        count = 0
        for factor in Authenticator.objects.select_for_update().order_by("pk"):
            for name in SEALED:
                if name not in factor.data:
                    continue
                try:
                    factor.data[name] = secret.reseal(factor.data[name])
                except InvalidToken:
                    words = _(
                        "FACTOR_KEYS: none opens what person %(person)s has. Nothing is changed."
                    )
                    raise CommandError(words % {"person": factor.user_id}) from None
                factor.save(update_fields=["data"])
                count += 1
        words = _("%(count)s secrets are encrypted with the first key.")
        self.stdout.write(words % {"count": count})
