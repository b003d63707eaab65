"""Append-only records: the head of each clinic's chain, its entries, and what every record shares.

This app knows no medicine and no patient but by identity (uuid).
"""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Coalesce, NullIf
from django.utils.translation import gettext_lazy as _

from access.models import Clinic, User
from ledger import canonical


class AppendOnly(models.Model):
    """A table whose rows never change: ledger.guards has the database refuse any change.

    `ERASABLE` names the columns that an erasure sets to null, all of them at once; `PARENT` the
    field that leads to the entry or the record that a row belongs to, and nothing is added to one
    that has its entry.
    """

    ERASABLE: ClassVar[tuple[str, ...]] = ()
    PARENT: ClassVar[str | None] = None

    class Meta:
        abstract = True


class Head(models.Model):
    """The newest entry of a clinic: the row that every write locks first. Nothing references it."""

    clinic = models.OneToOneField(
        Clinic, primary_key=True, on_delete=models.PROTECT, related_name="ledger_head"
    )
    number = models.PositiveBigIntegerField(default=0)
    digest = models.CharField(max_length=64, default=canonical.NO_ENTRY)
    recorded_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.clinic}: {self.number}"


class Submission(AppendOnly):
    """One form sent once: lets the same submission answer as the first time.

    `asked` is a salted digest of what was asked, compared when the submission comes again. The salt
    goes with the texts that an erasure takes, so that they cannot be guessed by their digest.
    """

    ERASABLE = ("salt",)

    id = models.BigAutoField(primary_key=True)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    uuid = models.UUIDField()
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    salt = models.CharField(max_length=32, null=True)
    asked = models.CharField(max_length=64)
    first_number = models.PositiveBigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["clinic", "uuid"], name="%(app_label)s_%(class)s_once")
        ]

    def __str__(self) -> str:
        return str(self.uuid)


class Entry(AppendOnly):
    """One line of a clinic's chain: which record was added, by whom, when, after what.

    `HEADER` is what the digest covers beside the clinic's uuid: its name there, and the column.
    """

    HEADER: ClassVar[dict[str, str]] = {
        "number": "number",
        "kind": "kind",
        "patient": "patient",
        "subject": "subject",
        "supersedes": "supersedes_id",
        "form": "form",
        "content": "content_digest",
        "previous": "previous_digest",
        "recorded_by": "recorded_by_id",
        "recorded_by_name": "recorded_by_name",
        "recorded_at": "recorded_at",
        "time_zone": "time_zone",
        "submission": "submission",
        "position": "position",
    }

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="entries")
    number = models.PositiveBigIntegerField()
    kind = models.CharField(max_length=20)
    patient = models.UUIDField(null=True)
    subject = models.UUIDField()
    supersedes = models.OneToOneField(
        "self", null=True, on_delete=models.PROTECT, related_name="superseded_by"
    )
    form = models.CharField(max_length=30)
    content_digest = models.CharField(max_length=64)
    previous_digest = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_by_name = models.CharField(max_length=150)
    recorded_at = models.DateTimeField()
    time_zone = models.CharField(max_length=64)
    submission = models.UUIDField()
    position = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["clinic", "number"], name="%(app_label)s_%(class)s_number_once"
            ),
            models.UniqueConstraint(
                fields=["subject"],
                condition=Q(kind="retraction"),
                name="%(app_label)s_%(class)s_retracted_once",
            ),
        ]
        indexes = [
            models.Index(fields=["subject", "number"], name="ledger_entry_subject"),
            models.Index(fields=["patient", "number"], name="ledger_entry_patient"),
            models.Index(fields=["clinic", "recorded_at", "number"], name="ledger_entry_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.kind}"

    def header(self) -> dict[str, object]:
        """What the entry's digest covers."""
        columns = {name: getattr(self, column) for name, column in self.HEADER.items()}
        return {"clinic": self.clinic.uuid, **columns}


class RecordQuerySet(models.QuerySet):
    def up_to(self, known: int | None):
        """Every text that was recorded by an entry number, or at all without one."""
        return self if known is None else self.filter(entry__number__lte=known)

    def newest(self, known: int | None = None):
        """The text of each line that no later entry supersedes, as known at an entry number."""
        if known is None:
            return self.filter(entry__superseded_by=None)
        is_newest = Q(entry__superseded_by=None) | Q(entry__superseded_by__number__gt=known)
        return self.up_to(known).filter(is_newest)


class Record(AppendOnly):
    """What an entry added. Each kind of record is a table of its own whose rows never change.

    `plain_content` enters the content digest as it is; `sealed_content` (identity and free text)
    by its own salted digest, so that it can be erased and the chain still verifies.

    `AGREES` says which columns of the entry the row repeats outside its content, and the way to
    them from here; `PARTS` the rows beside the record that its content covers: the attribute that
    holds them in order of `position`, and their relation.
    """

    KIND: ClassVar[str]
    FORM: ClassVar[str]
    SEALED: ClassVar[tuple[str, ...]] = ()
    AGREES: ClassVar[dict[str, str]] = {}
    PARTS: ClassVar[dict[str, str]] = {}
    PARENT = "entry"

    entry = models.OneToOneField(
        Entry, primary_key=True, on_delete=models.PROTECT, related_name="%(class)s"
    )
    salt = models.CharField(max_length=32, null=True, editable=False)
    sealed = models.CharField(max_length=64, null=True, editable=False)

    objects = RecordQuerySet.as_manager()

    class Meta:
        abstract = True

    def __init_subclass__(cls, **kwargs: object) -> None:
        super().__init_subclass__(**kwargs)
        cls.ERASABLE = (*cls.SEALED, "salt")

    def plain_content(self) -> dict[str, object]:
        """What the record says apart from identity and free text."""
        raise NotImplementedError

    def sealed_content(self) -> dict[str, object]:
        """The identity and free text of the record; empty when it has none."""
        return {name: getattr(self, name) for name in self.SEALED}

    def content_digest(self) -> str:
        """The digest of the record's content in its form; needs `sealed` to be set."""
        return canonical.digest(self.FORM, {**self.plain_content(), "sealed": self.sealed})


class RetractionReason(models.TextChoices):
    WRONG_PATIENT = "wrong-patient", _("wrong patient")
    WRONG_MEDICINE = "wrong-medicine", _("wrong medicine or route")
    TWICE = "twice", _("recorded twice")
    NEVER_INSTRUCTED = "never-instructed", _("never instructed")
    OTHER = "other", _("other reason")


class Retraction(Record):
    """Withdraws a whole line of corrections as entered in error. `Entry.subject` names the line."""

    KIND = "retraction"
    FORM = "retraction/1"
    SEALED = ("reason_text",)

    reason = models.CharField(_("reason"), max_length=20, choices=RetractionReason.choices)
    reason_text = models.TextField(_("in your own words"), blank=True, null=True)

    def __str__(self) -> str:
        return f"{self.get_reason_display()}"

    def plain_content(self) -> dict[str, object]:
        return {"reason": self.reason}


class ErasureReason(models.TextChoices):
    REQUEST = "request", _("asked for by the person")
    ORDER = "order", _("ordered by a court or an authority")
    PERIOD = "period", _("the period of keeping it has ended")
    NO_GROUND = "no-ground", _("there was no ground to keep it")


class Erasure(Record):
    """The identity and the free texts of a patient were taken out of every record before it.

    `records` is how many they were taken out of. Dates, amounts and codes stay.
    """

    KIND = "erasure"
    FORM = "erasure/1"

    reason = models.CharField(_("reason"), max_length=20, choices=ErasureReason.choices)
    records = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.get_reason_display()}"

    def plain_content(self) -> dict[str, object]:
        return {"reason": self.reason, "records": self.records}


class FileFormat(models.TextChoices):
    CSV = "csv", _("table (CSV)")
    XLSX = "xlsx", _("spreadsheet (XLSX)")
    LEDGER_CSV = "ledger-csv", _("Dose Ledger tables (CSV)")
    FHIR = "fhir", _("FHIR R4 Bundle")
    TRANSFER = "transfer", _("transfer from another clinic of this server")


class ImportedFile(Record):
    """A file that records of a patient were brought in from: its name as given, its digest.

    `sha256` is over the bytes of the file; `rows` is how many rows, or resources, were read of it.
    Each record that it brought has an Origin.
    """

    KIND = "imported-file"
    FORM = "imported-file/1"
    SEALED = ("name", "sha256")
    AGREES: ClassVar[dict[str, str]] = {"subject": "file"}

    file = models.UUIDField(default=uuid.uuid4, editable=False)
    name = models.CharField(_("file"), max_length=255, null=True)
    sha256 = models.CharField(max_length=64, null=True)
    file_format = models.CharField(_("format"), max_length=20, choices=FileFormat.choices)
    rows = models.PositiveIntegerField(_("rows"))

    def __str__(self) -> str:
        return f"{self.file}"

    def plain_content(self) -> dict[str, object]:
        return {"file": self.file, "file_format": self.file_format, "rows": self.rows}


class Origin(Record):
    """Where the record of the entry `brought` stood in the file that it was imported from.

    `place` is a sheet, a table or a resource, `row` a row of it as the file counts them. The rest
    says how it was recorded first, as far as the file tells: of another Dose Ledger the number and
    the digest of the entry there, which this one stands for and never repeats.
    """

    KIND = "origin"
    FORM = "origin/1"
    SEALED = ("place", "first_clinic", "first_recorded_by")
    AGREES: ClassVar[dict[str, str]] = {
        "subject": "brought__subject",
        "patient": "brought__patient",
        "clinic": "brought__clinic",
    }

    file = models.ForeignKey(ImportedFile, on_delete=models.PROTECT, related_name="origins")
    brought = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="came_from")
    place = models.CharField(max_length=200, blank=True, null=True)
    row = models.PositiveIntegerField(null=True)
    first_number = models.PositiveBigIntegerField(null=True)
    first_digest = models.CharField(max_length=64, blank=True)
    first_clinic = models.CharField(max_length=200, blank=True, null=True)
    first_recorded_by = models.CharField(max_length=150, blank=True, null=True)
    first_recorded_at = models.DateTimeField(null=True)
    first_time_zone = models.CharField(max_length=64, blank=True)

    def __str__(self) -> str:
        return f"{self.place} {self.row}"

    def plain_content(self) -> dict[str, object]:
        return {
            "file": self.file_id,
            "brought": self.brought_id,
            "row": self.row,
            "first_number": self.first_number,
            "first_digest": self.first_digest,
            "first_recorded_at": self.first_recorded_at,
            "first_time_zone": self.first_time_zone,
        }


FIRST_AT = Coalesce("entry__came_from__first_recorded_at", "entry__recorded_at")
FIRST_ZONE = Coalesce(NullIf("entry__came_from__first_time_zone", Value("")), "entry__time_zone")
"""Of a record: when it was recorded first, here or where it was brought from, and in which zone."""


class AccessSeal(AppendOnly):
    """A batch of access events as they stood when they were sealed, in a chain of its own.

    Or, of `is_of_acts`, a batch of acts of administration. It covers those after the last one of
    the seal before of its sort, up to `last_event`.
    """

    id = models.BigAutoField(primary_key=True)
    number = models.PositiveBigIntegerField(unique=True)
    is_of_acts = models.BooleanField(default=False)
    first_event = models.BigIntegerField()
    last_event = models.BigIntegerField()
    count = models.PositiveIntegerField()
    events_digest = models.CharField(max_length=64)
    previous_digest = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)
    sealed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.number}: {self.first_event} to {self.last_event}"

    def made_digest(self) -> str:
        """The digest of what the seal says."""
        form = "act-seal/1" if self.is_of_acts else "access-seal/1"
        return canonical.digest(form, self.header())

    def header(self) -> dict[str, object]:
        """What the seal's digest covers."""
        return {
            "number": self.number,
            "first_event": self.first_event,
            "last_event": self.last_event,
            "count": self.count,
            "events": self.events_digest,
            "previous": self.previous_digest,
            "sealed_at": self.sealed_at,
        }
