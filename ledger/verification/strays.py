"""Rows that belong to nothing: records without their entry, identities, submissions."""

from collections.abc import Iterator

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from access.models import AccessedPatient, AccessEvent, Clinic
from ledger.models import AppendOnly, Entry, Head, Record, Submission
from ledger.verification.findings import Damage, Finding
from ledger.verification.ruins import to_the_end


def strays() -> Iterator[Finding]:
    """A finding for each row that no entry vouches for. One pass of the database for each table."""
    entry = Entry.objects.all()
    for of_clinic in (Entry, Head, Submission):
        yield from _without(of_clinic, Clinic.objects.filter(pk=OuterRef("clinic_id")))
    for model in apps.get_models():
        if not issubclass(model, AppendOnly) or model in (Entry, Submission):
            continue
        if issubclass(model, Record):
            yield from _without(model, entry.filter(pk=OuterRef("pk"), kind=model.KIND))
        elif model.PARENT is not None:
            parent = model._meta.get_field(model.PARENT)
            table = parent.related_model._base_manager  # type: ignore[union-attr]
            yield from _without(model, table.filter(pk=OuterRef(f"{model.PARENT}_id")))
        elif isinstance(model._meta.pk, models.UUIDField):
            yield from _without(model, entry.filter(subject=OuterRef("pk")))
    yield from _without(AccessedPatient, AccessEvent.objects.filter(pk=OuterRef("event_id")))


def _without(model: type[models.Model], owner: models.QuerySet) -> Iterator[Finding]:
    def stopped() -> str:
        says = _("table %(table)s could not be read to the end.")
        return says % {"table": model._meta.db_table}

    return to_the_end(_strays(model, owner), stopped)


def _strays(model: type[models.Model], owner: models.QuerySet) -> Iterator[Finding]:
    rows = model._base_manager.filter(~Exists(owner)).order_by("pk").values_list("pk", flat=True)
    for key in rows.iterator(chunk_size=2000):
        says = _("row %(key)s of table %(table)s belongs to nothing that is here.")
        says %= {"key": key, "table": model._meta.db_table}
        yield Finding(Damage.STRAY, says)


def submissions(clinic: Clinic) -> Iterator[Finding]:
    """Submissions that lead to no entry of theirs, and first entries without their submission."""
    entry = Entry.objects.filter(
        clinic=clinic,
        number=OuterRef("first_number"),
        submission=OuterRef("uuid"),
        recorded_by=OuterRef("user_id"),
        position=0,
    )
    lost = Submission.objects.filter(~Exists(entry), clinic=clinic)
    rows = lost.order_by("pk").values_list("pk", "first_number")
    for key, number in rows.iterator(chunk_size=2000):
        says = _("submission %(key)s names entry %(number)s, which is not of that submission.")
        yield Finding(Damage.SUBMISSION, says % {"key": key, "number": f"{number:,}"}, clinic)
    submission = Submission.objects.filter(clinic=clinic, uuid=OuterRef("submission"))
    first = Entry.objects.filter(~Exists(submission), clinic=clinic, position=0)
    numbers = first.order_by("number").values_list("number", "kind")
    for number, kind in numbers.iterator(chunk_size=2000):
        says = _("the submission that it was written by is not here.")
        yield Finding(Damage.SUBMISSION, says, clinic, number, kind)
