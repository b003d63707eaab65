"""The person: an unchanging identity, versioned text, and disposable rows for finding them."""

import uuid
from dataclasses import asdict, fields

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Q
from django.db.models.lookups import Lookup
from django.db.models.sql.compiler import SQLCompiler
from django.utils.translation import gettext_lazy as _

from access.models import Clinic, OfClinicQuerySet
from ledger.models import AppendOnly, Record
from patients import folding
from patients.context import TOPICS, Status, TopicText
from patients.identity import Identity, Life, Standing


class Patient(AppendOnly):
    """A person at a clinic. Nothing of theirs changes here: what is known is in the versions."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="patients")

    objects = OfClinicQuerySet.as_manager()

    def __str__(self) -> str:
        return str(self.pk)


class Gender(models.TextChoices):
    """Administrative gender (FHIR R4 value set administrative-gender)."""

    FEMALE = "female", _("Female")
    MALE = "male", _("Male")
    OTHER = "other", _("Other")
    UNKNOWN = "unknown", _("Not known")


class PatientStatus(models.TextChoices):
    HERE = "here", _("With this clinic")
    LEFT = "left", _("Left the clinic")
    DIED = "died", _("Died")


class PatientVersion(Record):
    """What is known of a patient from one entry on. A change is a new version; the old stays."""

    KIND = "patient"
    FORM = "patient/1"
    SEALED = (
        "title",
        "family_name",
        "given_names",
        "birth_date",
        "gender",
        "nhs_number",
        "record_number",
        "telephone",
    )
    AGREES = {"subject": "patient", "patient": "patient", "clinic": "patient__clinic"}

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="versions")
    title = models.CharField(_("title"), max_length=40, blank=True, null=True)
    family_name = models.CharField(_("family name"), max_length=120, null=True)
    given_names = models.CharField(_("given names"), max_length=160, blank=True, null=True)
    birth_date = models.DateField(_("born"), null=True)
    gender = models.CharField(_("gender"), max_length=10, choices=Gender.choices, null=True)
    nhs_number = models.CharField(_("NHS number"), max_length=10, blank=True, null=True)
    record_number = models.CharField(_("record number"), max_length=40, blank=True, null=True)
    # Null as well in records written before there was one.
    telephone = models.CharField(_("telephone"), max_length=40, blank=True, null=True)
    status = models.CharField(
        _("status"), max_length=10, choices=PatientStatus.choices, default=PatientStatus.HERE
    )
    status_on = models.DateField(_("on"), null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=PatientStatus.values),
                name="%(app_label)s_%(class)s_status_known",
            ),
            models.CheckConstraint(
                condition=Q(status=PatientStatus.HERE, status_on=None)
                | (~Q(status=PatientStatus.HERE) & Q(status_on__isnull=False)),
                name="%(app_label)s_%(class)s_status_dated",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.entry_id}"

    def plain_content(self) -> dict[str, object]:
        return {"status": self.status, "status_on": self.status_on}

    def sealed_content(self) -> dict[str, object]:
        """Names no telephone where there is none: the bytes are as before there was a column."""
        said = super().sealed_content()
        if not self.telephone:
            del said["telephone"]
        return said

    @classmethod
    def of(cls, patient: Patient, identity: Identity, standing: Standing) -> "PatientVersion":
        """A version that says this, not yet recorded."""
        return cls(patient=patient, **asdict(identity), **asdict(standing))

    @property
    def is_erased(self) -> bool:
        """Whether the identity was taken out."""
        return self.family_name is None

    @property
    def identity(self) -> Identity:
        """Who the patient is. Not for a version that was erased."""
        said = {part.name: getattr(self, part.name) for part in fields(Identity)}
        return Identity(**{**said, "telephone": self.telephone or ""})

    @property
    def standing(self) -> Standing:
        """Whether the patient is with the clinic."""
        return Standing(self.status, self.status_on)

    @property
    def life(self) -> Life:
        return Life(self.birth_date, self.status_on if self.status == PatientStatus.DIED else None)


class ContextVersion(Record):
    """What is known of one topic of a patient's context from one entry on; the old texts stay.

    `topic` and `status` are as in patients.context, and so are the `lines`, in their order: for
    each, what is written by the name of its part. Of a text that is not stated there are none.
    """

    KIND = "context"
    FORM = "context/1"
    SEALED = ("lines",)
    AGREES = {"subject": "patient", "patient": "patient", "clinic": "patient__clinic"}

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="context")
    topic = models.CharField(_("topic"), max_length=20)
    status = models.CharField(_("status"), max_length=20)
    lines = models.JSONField(_("lines"), null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(topic__in=list(TOPICS)), name="%(app_label)s_%(class)s_topic_known"
            ),
            models.CheckConstraint(
                condition=Q(status__in=[str(status) for status in Status]),
                name="%(app_label)s_%(class)s_status_known",
            ),
        ]
        indexes = [models.Index(fields=["patient", "topic"], name="patients_context_topic")]

    def __str__(self) -> str:
        return f"{self.topic}: {self.status}"

    def plain_content(self) -> dict[str, object]:
        return {"topic": self.topic, "status": self.status}

    @property
    def is_erased(self) -> bool:
        """Whether what was stated was taken out."""
        return self.lines is None

    @property
    def text(self) -> TopicText:
        """What it says. Not of one that was erased."""
        return TopicText(self.status, tuple(self.lines or ()))


class ContextConfirmation(Record):
    """Somebody asked again, and what a text says of a topic is unchanged."""

    KIND = "context-confirmation"
    FORM = "context-confirmation/1"
    AGREES = {
        "subject": "confirms__patient",
        "patient": "confirms__patient",
        "clinic": "confirms__patient__clinic",
    }

    confirms = models.ForeignKey(
        ContextVersion, on_delete=models.PROTECT, related_name="confirmations"
    )

    def __str__(self) -> str:
        return str(self.confirms_id)

    def plain_content(self) -> dict[str, object]:
        return {"confirms": self.confirms_id}


class SameReason(models.TextChoices):
    """How it is known that two records are of one person."""

    SAID = "said", _("the person said so")
    RELATIVE = "relative", _("a relative or carer said so")
    DOCUMENT = "document", _("an identity document or number was compared")
    SERVICE = "service", _("another service or a letter says so")
    RECORDS = "records", _("both records tell the same history")


class SamePerson(Record):
    """That another record of the clinic is of the same person, until that is withdrawn.

    One write makes two of these, each of one of the two and about the `other`; `twin` is the line
    of the other one. Neither patient changes by it, and nothing of theirs is put together.

    It has no words of its own: what was typed of two people could not be erased with one of them.
    """

    KIND = "same-person"
    FORM = "same-person/1"
    AGREES = {"subject": "line", "patient": "patient", "clinic": "patient__clinic"}

    line = models.UUIDField(default=uuid.uuid4, editable=False)
    twin = models.UUIDField(editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="same_people")
    other = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(_("reason"), max_length=10, choices=SameReason.choices)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(patient=models.F("other")), name="%(app_label)s_%(class)s_two_records"
            ),
            models.CheckConstraint(
                condition=Q(reason__in=SameReason.values),
                name="%(app_label)s_%(class)s_reason_known",
            ),
            models.UniqueConstraint(fields=["line"], name="%(app_label)s_%(class)s_line_once"),
        ]

    def __str__(self) -> str:
        return f"{self.patient_id} and {self.other_id}"

    def plain_content(self) -> dict[str, object]:
        return {"twin": self.twin, "other": self.other_id, "reason": self.reason}


class PatientCard(models.Model):
    """Projection: the newest version as lists and look-ups need it. Rebuilt from the versions.

    `allergies` is the newest text of that topic, for banners; none where nobody asked yet.

    `sort_name`, `family_folded` and `record_number_folded` are as patients.folding makes them.
    """

    patient = models.OneToOneField(
        Patient, primary_key=True, on_delete=models.CASCADE, related_name="card"
    )
    clinic = models.ForeignKey(Clinic, on_delete=models.CASCADE, related_name="+")
    version = models.OneToOneField(PatientVersion, on_delete=models.CASCADE, related_name="+")
    allergies = models.OneToOneField(
        ContextVersion, null=True, on_delete=models.CASCADE, related_name="+"
    )
    sort_name = models.CharField(max_length=2 * folding.LONGEST + 1)
    family_folded = models.CharField(max_length=folding.LONGEST)
    birth_date = models.DateField(null=True)
    nhs_number = models.CharField(max_length=10, blank=True)
    record_number_folded = models.CharField(max_length=folding.LONGEST, blank=True)

    objects = OfClinicQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["clinic", "sort_name", "patient"], name="patients_card_by_name"),
            models.Index(
                fields=["clinic", "birth_date", "family_folded"], name="patients_card_by_birth"
            ),
            models.Index(fields=["clinic", "nhs_number"], name="patients_card_by_nhs"),
            models.Index(fields=["clinic", "record_number_folded"], name="patients_card_by_number"),
        ]

    def __str__(self) -> str:
        return self.sort_name


class PatientWord(models.Model):
    """Projection: one folded word of a patient's newest name, found by its beginning."""

    clinic = models.ForeignKey(Clinic, on_delete=models.CASCADE, related_name="+")
    patient = models.ForeignKey(
        Patient, on_delete=models.CASCADE, related_name="words", db_index=False
    )
    word = models.CharField(max_length=folding.LONGEST)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["patient", "word"], name="%(app_label)s_%(class)s_once")
        ]
        indexes = [
            models.Index(
                fields=["clinic", "word", "patient"],
                opclasses=["int8_ops", "varchar_pattern_ops", "uuid_ops"],
                name="patients_word_prefix",
            )
        ]

    def __str__(self) -> str:
        return self.word


class Begins(Lookup):
    """`startswith` by an index on both engines: on SQLite, Django's own reads every row."""

    lookup_name = "begins"

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper):
        column, parameters = self.process_lhs(compiler, connection)
        pattern = connection.ops.prep_for_like_query(self.rhs) + "%"
        return f"{column} LIKE %s", [*parameters, pattern]

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper):
        """As a range: SQLite compares text by its UTF-8 bytes, in the order of code points."""
        column, parameters = self.process_lhs(compiler, connection)
        bounds = [*parameters, self.rhs, *parameters, f"{self.rhs}\U0010ffff"]
        return f"({column} >= %s AND {column} < %s)", bounds


PatientWord._meta.get_field("word").register_lookup(Begins)
