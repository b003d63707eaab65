"""Who holds which role in a clinic, beside the acts of administration that gave and ended it."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from access.models import Act, ActKind, Clinic, Membership
from ledger.verification.findings import Damage, Finding

GIVING = (ActKind.GRANTED, ActKind.JOINED, ActKind.CHANGED)
ENDING = (ActKind.ENDED, ActKind.CHANGED)

Roles = dict[int, dict[str, datetime | None]]
"""By person: the roles that are not ended, and until when each was given."""


def roles(clinic: Clinic) -> Iterator[Finding]:
    """A finding for each person whose roles are not those that acts gave them.

    In a clinic that was opened before acts were kept, or for demonstration, some roles come from
    no act: there only the roles that an act names are compared.
    """
    if not _differing(clinic):
        return
    with transaction.atomic():  # somebody may have been acting: again, in their turn
        Clinic.objects.select_for_update(no_key=True).get(pk=clinic.pk)
        differing = _differing(clinic)
    for person, (held, told) in differing.items():
        says = _("person %(person)s holds %(held)s; by the acts of the clinic, %(told)s.")
        said = {"person": person, "held": _words(held), "told": _words(told)}
        yield Finding(Damage.ROLES, says % said, clinic)


def _differing(clinic: Clinic) -> dict[int, tuple[dict, dict]]:
    """Of each person of whom they differ: the roles that they hold, and those that acts tell of."""
    told, named, is_whole = _told(clinic)
    held: Roles = {}
    rows = Membership.objects.filter(clinic=clinic, ended_at=None).order_by("user")
    for person, role, until in rows.values_list("user", "role", "until"):
        if is_whole or role in named.get(person, ()):
            held.setdefault(person, {})[role] = until
    pairs = {one: (held.get(one, {}), told.get(one, {})) for one in sorted({*held, *told})}
    return {person: pair for person, pair in pairs.items() if pair[0] != pair[1]}


def _told(clinic: Clinic) -> tuple[Roles, dict[int, set[str]], bool]:
    """What the acts tell of, which roles they name of whom, and whether they tell of every role."""
    told: Roles = {}
    named: dict[int, set[str]] = {}
    is_whole = False
    kinds = {*GIVING, *ENDING, ActKind.CLINIC_OPENED}
    acts = Act.objects.filter(clinic=clinic, kind__in=kinds).order_by("id")
    for kind, person, was, now, until in acts.values_list("kind", "person", "was", "now", "until"):
        if kind == ActKind.CLINIC_OPENED:
            is_whole = True
            continue
        roles, names = told.setdefault(person, {}), named.setdefault(person, set())
        if kind in ENDING:
            roles.pop(was, None)
            names.add(was)
        if kind in GIVING:
            roles[now] = until
            names.add(now)
    return told, named, is_whole


def _words(roles: Iterable[str]) -> str:
    return ", ".join(sorted(roles)) or _("no role")
