"""Bringing a whole record in by the command: what the page does, and for a new patient too."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

from django.core.management.base import CommandError, OutputWrapper
from django.db import transaction
from django.utils.translation import gettext as _

from access.management.bar import on_terminal
from access.models import Clinic, User
from patients.actions import ProbableDuplicate
from patients.models import Patient
from titration import actions
from titration.forms.steps import prescribers_of
from titration.presenters import brought
from titration.tables import read_tables


def bring_record(
    content: bytes,
    options: dict[str, Any],
    *,
    clinic: Clinic,
    by: User,
    into: Patient | None,
    out: OutputWrapper,
    err: OutputWrapper,
) -> None:
    """Say what the file says and record it, unless it is a dry run. Raises RuleBroken."""
    with on_terminal(err):
        read = read_tables(BytesIO(content))
    for term, words in brought.facts_of(read):
        out.write(f"{term}: {words}")
    submission = uuid4()
    try:
        with on_terminal(err), transaction.atomic():
            done = actions.import_record(
                clinic=clinic,
                read=read,
                name=options["file"].name,
                responsible=_responsible(options["responsible"], clinic),
                into=into,
                others=tuple(options["somebody_else"]),
                by=by,
                submission=submission,
            )
            transaction.set_rollback(options["dry_run"])
    except ProbableDuplicate as alike:
        raise CommandError(_alike_words(alike.patients)) from alike
    if not options["dry_run"]:
        out.write(brought.done_words(done, is_new=done.entry.submission == submission))


def _responsible(email: str, clinic: Clinic) -> User:
    for person in prescribers_of(clinic.pk):
        if person.email == email.lower():
            return person
    raise CommandError(
        _("Give --responsible with the address of a prescriber of the clinic, who answers for it.")
    )


def _alike_words(patients: Sequence[UUID]) -> str:
    listed = "".join(f"\n  {patient}" for patient in patients)
    return _(
        "These patients of the clinic may be the same person. Give --patient with the one who "
        "is, or --somebody-else with each who is not:%(patients)s"
    ) % {"patients": listed}
