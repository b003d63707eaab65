"""Who may do what, and who saw what: people, clinics, memberships, access events."""

import uuid
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.core.exceptions import ValidationError
from django.db import connection, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import F, FilteredRelation, Q
from django.db.models.sql.compiler import SQLCompiler
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from access import leaving
from access.composed import Composed


def check_time_zone(name: str) -> None:
    """Refuse a name that the IANA time zone list does not have."""
    if name not in available_timezones():
        raise ValidationError(_("Choose a time zone by its IANA name, such as Europe/London."))


class UserManager(BaseUserManager["User"]):
    def with_memberships(self, pk: int) -> "User | None":
        """A person with `open_memberships` read already; one query, as every request asks it.

        A role that was given for some hours counts no more from that moment on.
        """
        rows = list(_with_memberships(pk, timezone.now()))
        if not rows:
            return None
        user = User.from_db(connection.alias, _NAMES, rows[0][: len(_NAMES)])
        user.open_memberships = [row[len(_NAMES) :] for row in rows if row[-1] is not None]
        return user

    def create_user(self, email: str, password: str | None = None, **fields) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in by e-mail address; `name` is how records show them."""

    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(_("name as shown"), max_length=150)
    profession = models.CharField(_("profession"), max_length=80, blank=True)
    is_active = models.BooleanField(_("may sign in"), default=True)
    is_staff = models.BooleanField(_("support staff"), default=False)
    date_joined = models.DateTimeField(_("added"), default=timezone.now, editable=False)
    has_notices = models.BooleanField(default=False, editable=False)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")

    def __str__(self) -> str:
        return self.name

    @cached_property
    def open_memberships(self) -> list[tuple[int, str, bool]]:
        """(clinic id, role, demo flag), read once for each instance, so once for each request."""
        return list(_memberships(self.pk, timezone.now()))

    @cached_property
    def roles_by_clinic(self) -> dict[int, frozenset[str]]:
        """Open roles by clinic id."""
        roles: dict[int, set[str]] = {}
        for clinic_id, role, _is_demo in self.open_memberships:
            roles.setdefault(clinic_id, set()).add(role)
        return {clinic_id: frozenset(held) for clinic_id, held in roles.items()}

    @property
    def is_in_demo(self) -> bool:
        """Whether a clinic of theirs is a demonstration."""
        return any(is_demo for _clinic_id, _role, is_demo in self.open_memberships)

    @property
    def needs_second_factor(self) -> bool:
        """Everybody does who is more than a person of demonstrations."""
        held = self.open_memberships
        return self.is_staff or not held or not all(is_demo for _clinic, _role, is_demo in held)

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name


class Clinic(models.Model):
    """A clinic: the boundary of what its members see, and of one ledger."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=200)
    time_zone = models.CharField(
        _("time zone"), max_length=64, default="Europe/London", validators=[check_time_zone]
    )
    telephone = models.CharField(_("telephone"), max_length=40, blank=True)
    is_demo = models.BooleanField(_("demonstration clinic"), default=False)

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    def local(self, moment):
        """`moment` (aware) as the clinic's wall clock shows it."""
        return moment.astimezone(self.zone)


class Role(models.TextChoices):
    PRESCRIBER = "prescriber", _("prescriber")
    RECORDER = "recorder", _("recorder")
    VIEWER = "viewer", _("viewer")
    AUDITOR = "auditor", _("auditor")
    ADMINISTRATOR = "administrator", _("administrator")


class MembershipQuerySet(models.QuerySet["Membership"]):
    def open(self, at: datetime | None = None) -> "MembershipQuerySet":
        """Those that count: neither ended nor, at this moment, run out."""
        return self.filter(Q(until=None) | Q(until__gt=at or timezone.now()), ended_at=None)


class Membership(models.Model):
    """A person's role in a clinic, from a moment until it ends; ended ones stay as history.

    `until` is when one that was given for some hours runs out by itself, `reason` why it was given.
    Who gave it, changed it and ended it is in the acts.
    """

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(_("role"), max_length=20, choices=Role.choices)
    started_at = models.DateTimeField(_("from"), default=timezone.now)
    until = models.DateTimeField(_("until"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "clinic", "role"],
                condition=Q(ended_at=None),
                name="%(app_label)s_%(class)s_one_open",
            ),
            models.CheckConstraint(
                condition=Q(role__in=Role.values), name="%(app_label)s_%(class)s_role_known"
            ),
            models.CheckConstraint(
                condition=Q(until=None) | (Q(until__gt=F("started_at")) & ~Q(reason="")),
                name="%(app_label)s_%(class)s_for_hours_with_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.get_role_display()}, {self.clinic}"

    @property
    def over_at(self) -> datetime | None:
        """When it ended or runs out; None for one that goes on."""
        ends = [at for at in (self.ended_at, self.until) if at is not None]
        return min(ends, default=None)

    def is_open(self, at: datetime) -> bool:
        """As `MembershipQuerySet.open`."""
        return self.ended_at is None and (self.until is None or self.until > at)

    def clean(self) -> None:
        """A prescriber's membership ends once nothing holds them to it: see access.leaving."""
        super().clean()
        was = Membership.objects.open().filter(pk=self.pk, role=Role.PRESCRIBER).first()
        if was is None:
            return
        still = (self.user_id, self.clinic_id, self.role, self.ended_at)
        if still != (was.user_id, was.clinic_id, was.role, None):
            leaving.check_may_leave(was.user, [was.clinic])


_NAMES = [field.attname for field in User._meta.concrete_fields]
_HELD = ("clinic_id", "role", "clinic__is_demo")


@Composed
def _memberships(person: int, now: datetime) -> models.QuerySet:
    return Membership.objects.open(now).filter(user=person).values_list(*_HELD)


@Composed
def _with_memberships(person: int, now: datetime) -> models.QuerySet:
    """The columns of a person, and of each open membership; of somebody without one, no more."""
    is_open = Q(memberships__until=None) | Q(memberships__until__gt=now)
    held = FilteredRelation("memberships", condition=is_open & Q(memberships__ended_at=None))
    people = User.objects.filter(pk=person).annotate(held=held)
    return people.values_list(*_NAMES, *(f"held__{name}" for name in _HELD))


class Invitation(models.Model):
    """Somebody is asked to join a clinic, by a link that works once and for three days.

    The link holds a secret of which only the digest is kept here: whoever reads the database
    cannot use it. `reason` is that of the membership that it leads to, and `hours` how long that
    lasts from the moment they join; none for one that goes on.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="invitations")
    email = models.EmailField(_("e-mail address"))
    name = models.CharField(_("name as shown"), max_length=150)
    profession = models.CharField(_("profession"), max_length=80, blank=True)
    role = models.CharField(_("role"), max_length=20, choices=Role.choices)
    hours = models.PositiveSmallIntegerField(_("hours"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    invited_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    invited_at = models.DateTimeField(default=timezone.now)
    secret_digest = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    taken_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["clinic", "email"],
                condition=Q(taken_at=None, withdrawn_at=None),
                name="%(app_label)s_%(class)s_one_waiting",
            ),
            models.CheckConstraint(
                condition=Q(role__in=Role.values), name="%(app_label)s_%(class)s_role_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.get_role_display()}, {self.clinic}"


class ActKind(models.TextChoices):
    INVITED = "invited", _("invited")
    INVITED_AGAIN = "invited-again", _("made a new link for the invitation")
    UNINVITED = "uninvited", _("withdrew the invitation")
    JOINED = "joined", _("took the invitation")
    GRANTED = "granted", _("gave the role")
    CHANGED = "changed", _("changed the role")
    ENDED = "ended", _("ended the role")
    NAME = "name", _("changed the name")
    PROFESSION = "profession", _("changed the profession")
    SHUT = "shut", _("shut the account")
    OPENED = "opened", _("opened the account again")
    SIGNED_OUT = "signed-out", _("ended the sessions")
    FACTORS_RESET = "factors-reset", _("took away the second factors")
    CLINIC_OPENED = "clinic-opened", _("opened the clinic")
    CLINIC_NAME = "clinic-name", _("changed the clinic's name")
    CLINIC_TELEPHONE = "clinic-telephone", _("changed the clinic's telephone number")
    CLINIC_TIME_ZONE = "clinic-time-zone", _("changed the clinic's time zone")
    CLINIC_EXPORTED = "clinic-exported", _("exported the record of the clinic")


class Act(models.Model):
    """One act of administration: who did what to whom, when and why. Rows never change.

    `by` is nobody for a command on the server, and `by_name` then what whoever ran it typed.
    `was` and `now` are codes of roles, or texts, as the kind has them. `submission` is that of the
    form, so that the same one sent again does nothing again.
    """

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="acts")
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    by_name = models.CharField(max_length=150)
    kind = models.CharField(max_length=20, choices=ActKind.choices)
    person = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    person_name = models.CharField(max_length=150, blank=True)
    was = models.CharField(max_length=254, blank=True)
    now = models.CharField(max_length=254, blank=True)
    until = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300, blank=True)
    submission = models.UUIDField(null=True, db_index=True)

    class Meta:
        indexes = [
            models.Index(fields=["clinic", "id"], name="access_act_of_clinic"),
            models.Index(fields=["person", "clinic", "id"], name="access_act_of_person"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.kind}"


class AccessKind(models.TextChoices):
    VIEW = "view", _("viewed")
    LIST = "list", _("listed")
    SEARCH = "search", _("searched")
    WRITE = "write", _("recorded")
    TYPING = "typing", _("saved a draft while typing")
    EXPORT = "export", _("exported")
    REQUEST = "request", _("opened a page without patients' data")
    REFUSED = "refused", _("was refused")


class IsInReach(models.Func):
    """Whether a moment is of the years 2000 to 9998, which Python reads in every time zone.

    SQLite keeps a moment as text: one that is none, and so the year 20000, has no date there.
    """

    arity = 1
    output_field = models.BooleanField()
    FIRST, END = datetime(2000, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)
    template = f"(%(expressions)s >= '{FIRST}' AND %(expressions)s < '{END}')"

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: Any):
        day = "date(%(expressions)s)"
        template = f"({day} IS NOT NULL AND {day} BETWEEN '2000-01-01' AND '9998-12-31')"
        return self.as_sql(compiler, connection, template=template, **extra)


class AccessEvent(models.Model):
    """One signed-in or refused request: who, when, which page, which patients.

    `clinic` is whose patients they are, else the one clinic that the person belongs to; none for a
    list that spans several. `spooled` is the line of the spool that the event was loaded from,
    when the database could not take it at the time; see access.spool.
    """

    at = models.DateTimeField(default=timezone.now)
    user = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    clinic = models.ForeignKey(
        Clinic, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    kind = models.CharField(max_length=10, choices=AccessKind.choices)
    route = models.CharField(max_length=100)
    method = models.CharField(max_length=10)
    spooled = models.UUIDField(null=True, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["spooled"],
                condition=Q(spooled__isnull=False),
                name="%(app_label)s_%(class)s_spooled_once",
            ),
            models.CheckConstraint(
                condition=IsInReach("at"), name="%(app_label)s_%(class)s_at_in_reach"
            ),
        ]
        # Each ends in the order of access.search, so that a page of it reads no more than a page.
        indexes = [
            models.Index(fields=["clinic", "at", "id"], name="access_event_of_clinic"),
            models.Index(fields=["clinic", "kind", "at", "id"], name="access_event_of_kind"),
            models.Index(fields=["user", "clinic", "at", "id"], name="access_event_of_person"),
            models.Index(
                fields=["user", "at", "id"],
                condition=Q(clinic__isnull=True),
                name="access_event_of_no_clinic",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.kind} {self.route}"


class AccessedPatient(models.Model):
    """A patient whose data an access event showed, or was asked to show."""

    event = models.ForeignKey(
        AccessEvent, on_delete=models.PROTECT, related_name="patients", db_index=False
    )
    patient = models.UUIDField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["event", "patient"], name="%(app_label)s_%(class)s_once"
            ),
        ]
        indexes = [models.Index(fields=["patient", "event"], name="access_accessed_by_patient")]

    def __str__(self) -> str:
        return str(self.patient)


class OfClinicQuerySet(models.QuerySet):
    """Rows that belong to a clinic. Everything a person can reach starts from `visible_to`."""

    def visible_to(self, user: User):
        """Rows of the clinics where the person has an open membership; the rest is a 404."""
        return self.filter(clinic_id__in=list(user.roles_by_clinic))
