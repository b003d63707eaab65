"""What a clinic is called, how it is reached, and which clock it goes by."""

from dataclasses import dataclass
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from access import zones
from access.actions.shared import Actor, OnTheServer, acting, check_may_manage, newest_act, verb
from access.models import ActKind, Clinic, check_time_zone
from access.policies import RuleBroken

COLUMNS = {
    ActKind.CLINIC_NAME: "name",
    ActKind.CLINIC_TELEPHONE: "telephone",
    ActKind.CLINIC_TIME_ZONE: "time_zone",
}


@dataclass(frozen=True)
class ClinicText:
    """The details of a clinic; `time_zone` by its IANA name."""

    name: str
    telephone: str
    time_zone: str


def seen_of(clinic: Clinic) -> int:
    """What a form that changes a clinic has before it: the newest change so far."""
    return newest_act(clinic=clinic, kind__in=list(COLUMNS))


@verb
def open_clinic(*, text: ClinicText, reason: str, by: OnTheServer) -> Clinic:
    """A new clinic, by a command on the server: nobody administers it before it is there."""
    _check_zone(text.time_zone)
    clinic = Clinic(name=text.name, telephone=text.telephone, time_zone=text.time_zone)
    with acting([], by) as acts:
        clinic.save()
        acts.clinics = [clinic]
        acts.add(ActKind.CLINIC_OPENED, now=text.name[:254], reason=reason)
        return clinic


@verb
def revise_clinic(
    *,
    clinic: Clinic,
    text: ClinicText,
    seen: int,
    reason: str = "",
    by: Actor,
    submission: UUID | None = None,
) -> Clinic:
    """Change a clinic's details. What was recorded keeps the zone that it was recorded in.

    With another time zone, whatever was worked out from the old one is made anew in the same write.
    """
    check_may_manage(by, clinic)
    _check_zone(text.time_zone)
    with acting([clinic], by, submission) as acts:
        now = Clinic.objects.get(pk=clinic.pk)
        if seen_of(now) != seen:
            raise RuleBroken(None, _("Somebody changed the clinic meanwhile. Open it anew."))
        changed = {
            kind: (getattr(now, column), getattr(text, column))
            for kind, column in COLUMNS.items()
            if getattr(now, column) != getattr(text, column)
        }
        if not changed:
            raise RuleBroken(None, _("This is what is there already. Nothing was changed."))
        for kind, (was, to) in changed.items():
            setattr(now, COLUMNS[kind], to)
            acts.add(kind, was=was, now=to, reason=reason)
        now.save(update_fields=[COLUMNS[kind] for kind in changed])
        if ActKind.CLINIC_TIME_ZONE in changed:
            zones.changed(now)
        return now


def _check_zone(name: str) -> None:
    try:
        check_time_zone(name)
    except ValidationError as wrong:
        raise RuleBroken("time_zone", wrong.messages[0]) from None


@verb
def export_clinic(*, clinic: Clinic, up_to: str, reason: str, by: OnTheServer) -> None:
    """Put on record that the whole record of a clinic is exported, before anything of it is read.

    `up_to` says to which entry.
    """
    with acting([clinic], by) as acts:
        acts.add(ActKind.CLINIC_EXPORTED, now=up_to, reason=reason)
