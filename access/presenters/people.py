"""People, their roles, invitations and acts, as finished strings."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from access.models import Act, ActKind, Clinic, Invitation, Membership, Role, User
from access.wording import moment_words

ROLE_KINDS = frozenset(
    {
        ActKind.INVITED,
        ActKind.INVITED_AGAIN,
        ActKind.UNINVITED,
        ActKind.JOINED,
        ActKind.GRANTED,
        ActKind.CHANGED,
        ActKind.ENDED,
    }
)
INVITING = frozenset({ActKind.INVITED, ActKind.INVITED_AGAIN, ActKind.UNINVITED})


@dataclass(frozen=True, slots=True)
class RoleRow:
    """A role that somebody has or had; the addresses are empty where nothing can be done."""

    clinic: str
    role: str
    since: str
    over: str
    reason: str
    is_open: bool
    is_for_hours: bool
    change_url: str
    end_url: str


@dataclass(frozen=True, slots=True)
class PersonRow:
    name: str
    profession: str
    email: str
    url: str
    is_shut: bool
    roles: Sequence[RoleRow]


@dataclass(frozen=True, slots=True)
class InvitationRow:
    name: str
    profession: str
    email: str
    role: str
    state: str
    is_over: bool
    again_url: str
    withdraw_url: str


@dataclass(frozen=True, slots=True)
class ActLine:
    at: str
    by: str
    what: str
    whom: str
    whom_url: str
    detail: str
    reason: str


@dataclass(frozen=True, slots=True)
class ClinicPeople:
    """A clinic's people: those who belong to it, those who are invited, those who once did."""

    name: str
    details: Sequence[tuple[str, str]]
    url: str
    invite_url: str
    present: Sequence[PersonRow] = field(default_factory=list)
    invited: Sequence[InvitationRow] = field(default_factory=list)
    former: Sequence[PersonRow] = field(default_factory=list)


def people_of(
    clinics: Iterable[Clinic],
    memberships: Sequence[Membership],
    invitations: Sequence[Invitation],
    now: datetime,
) -> list[ClinicPeople]:
    """`memberships` by clinic and person, with user and clinic read; `invitations` that wait."""
    rows: dict[int, list[PersonRow]] = {}
    for (clinic, _name, _user), held in groupby(
        memberships, key=lambda each: (each.clinic_id, each.user.name, each.user_id)
    ):
        rows.setdefault(clinic, []).append(_person(list(held), now))
    found = []
    for clinic in clinics:
        of_clinic = rows.get(clinic.pk, [])
        found.append(
            ClinicPeople(
                name=clinic.name,
                details=clinic_details(clinic),
                url=reverse("clinic", args=[clinic.uuid]),
                invite_url=f"{reverse('person-invite')}?clinic={clinic.pk}",
                present=[row for row in of_clinic if row.roles],
                invited=[_invitation(i, now) for i in invitations if i.clinic_id == clinic.pk],
                former=[row for row in of_clinic if not row.roles],
            )
        )
    return found


def clinic_details(clinic: Clinic) -> list[tuple[str, str]]:
    return [
        (_("Telephone"), clinic.telephone or _("not recorded")),
        (_("Time zone"), clinic.time_zone),
    ]


def _person(held: list[Membership], now: datetime) -> PersonRow:
    """Somebody with the roles that are open; none for somebody who left."""
    person = held[0].user
    roles = [role_row(each, now) for each in held if each.is_open(now)]
    return PersonRow(
        name=person.name,
        profession=person.profession,
        email=person.email,
        url=reverse("person", args=[person.pk]),
        is_shut=not person.is_active,
        roles=roles,
    )


def role_row(held: Membership, now: datetime, by: User | None = None) -> RoleRow:
    """One role; what `by` may do with it, when given: nothing but end it when it is their own."""
    zone = held.clinic.zone
    is_open, over = held.is_open(now), held.over_at
    words = ""
    if over:
        ends = _("ends %(when)s") if is_open else _("ended %(when)s")
        words = ends % {"when": moment_words(over, zone)}
    may_act = by is not None and is_open
    return RoleRow(
        clinic=held.clinic.name,
        role=str(Role(held.role).label),
        since=moment_words(held.started_at, zone),
        over=words,
        reason=held.reason,
        is_open=is_open,
        is_for_hours=is_open and over is not None,
        change_url=reverse("membership-change", args=[held.pk])
        if may_act and by != held.user
        else "",
        end_url=reverse("membership-end", args=[held.pk]) if may_act else "",
    )


def _invitation(invitation: Invitation, now: datetime) -> InvitationRow:
    zone = invitation.clinic.zone
    is_over = invitation.expires_at <= now
    said = {
        "until": moment_words(invitation.expires_at, zone),
        "sent": moment_words(invitation.sent_at, zone) if invitation.sent_at else "",
    }
    if is_over:
        state = _("The link ran out on %(until)s.")
    elif invitation.sent_at:
        state = _("Sent %(sent)s; the link works until %(until)s.")
    else:
        state = _("Not sent; the link works until %(until)s.")
    return InvitationRow(
        name=invitation.name,
        profession=invitation.profession,
        email=invitation.email,
        role=str(Role(invitation.role).label),
        state=state % said,
        is_over=is_over,
        again_url=reverse("invitation-again", args=[invitation.pk]),
        withdraw_url=reverse("invitation-withdraw", args=[invitation.pk]),
    )


def act_lines(acts: Iterable[Act], *, with_links: bool) -> list[ActLine]:
    """Acts with their clinic read, by its clock; links to people for those who manage them."""
    return [
        ActLine(
            at=moment_words(act.at, act.clinic.zone),
            by=act.by_name if act.by_id else _("%(name)s, on the server") % {"name": act.by_name},
            what=str(ActKind(act.kind).label),
            whom=act.person_name,
            whom_url=reverse("person", args=[act.person_id])
            if with_links and act.person_id
            else "",
            detail=_detail(act),
            reason=act.reason,
        )
        for act in acts
    ]


def _detail(act: Act) -> str:
    """What it was before and is now: "viewer, now prescriber until 16-Nov-2026 18:00"."""
    is_role = act.kind in ROLE_KINDS
    was = _role_words(act.was) if is_role and act.kind not in INVITING else act.was
    now = _role_words(act.now) if is_role else act.now
    if act.until:
        now = _("%(role)s until %(when)s") % {
            "role": now,
            "when": moment_words(act.until, act.clinic.zone),
        }
    if act.kind in INVITING:
        return _("%(role)s, by a link to %(email)s") % {"role": now, "email": was}
    if act.was and act.now:
        return _("from %(was)s to %(now)s") % {"was": was, "now": now}
    if act.was and act.kind != ActKind.ENDED:
        return _("from %(was)s to nothing") % {"was": was}
    return now or was


def _role_words(code: str) -> str:
    return str(Role(code).label) if code else ""


def invited(invitation: Invitation) -> list[tuple[str, str]]:
    """What somebody is invited to, for themselves."""
    sender = invitation.invited_by
    rows = [
        (_("Clinic"), invitation.clinic.name),
        (_("Role"), str(Role(invitation.role).label)),
        (_("Your name in records"), invitation.name),
        (_("Your address"), invitation.email),
        (_("Invited by"), sender.name if sender else _("whoever runs the service")),
    ]
    if invitation.hours:
        words = ngettext(
            "%(count)s hour from when you join",
            "%(count)s hours from when you join",
            invitation.hours,
        )
        return [*rows, (_("For"), words % {"count": f"{invitation.hours:,}"})]
    return [*rows, (_("For"), _("as long as it is not ended"))]
