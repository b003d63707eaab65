"""What each role may do, as one table, and the checks that every view and action asks."""

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext_lazy as _

from access.models import Clinic, Role, User

VIEW_CHARTS = "view charts"
EXPORT_CHARTS = "export charts"
RECORD = "record"
CONFIRM = "confirm"
SIGN = "sign"
VIEW_CATALOGUE = "view catalogue"
MANAGE_CATALOGUE = "manage catalogue"
ERASE = "erase"
VIEW_AUDIT = "view audit"
VIEW_ACCESS = "view access"
MANAGE_PEOPLE = "manage people"

GRANTS: dict[str, frozenset[str]] = {
    VIEW_CHARTS: frozenset({Role.PRESCRIBER, Role.RECORDER, Role.VIEWER}),
    EXPORT_CHARTS: frozenset({Role.PRESCRIBER, Role.RECORDER, Role.VIEWER}),
    RECORD: frozenset({Role.PRESCRIBER, Role.RECORDER}),
    CONFIRM: frozenset({Role.PRESCRIBER}),
    SIGN: frozenset({Role.PRESCRIBER}),
    VIEW_CATALOGUE: frozenset({Role.PRESCRIBER, Role.RECORDER, Role.VIEWER, Role.ADMINISTRATOR}),
    MANAGE_CATALOGUE: frozenset({Role.ADMINISTRATOR}),
    ERASE: frozenset({Role.ADMINISTRATOR}),
    # Who lets people in has to see what they do; charts stay closed to both (ADR 0010).
    VIEW_AUDIT: frozenset({Role.AUDITOR, Role.ADMINISTRATOR}),
    # Who saw one patient: patients ask their prescriber.
    VIEW_ACCESS: frozenset({Role.PRESCRIBER, Role.AUDITOR, Role.ADMINISTRATOR}),
    MANAGE_PEOPLE: frozenset({Role.ADMINISTRATOR}),
}

REFUSALS = {
    VIEW_CHARTS: _("Charts are open to prescribers, recorders and viewers of the clinic."),
    EXPORT_CHARTS: _("Exports are open to prescribers, recorders and viewers of the clinic."),
    RECORD: _("Only a prescriber or a recorder of the clinic records."),
    CONFIRM: _("Only the prescriber named in a step confirms or disputes it."),
    SIGN: _("Only a prescriber of the clinic signs a plan, pauses it or withdraws it."),
    VIEW_CATALOGUE: _("The medicine list is open to members of the clinic who work with it."),
    MANAGE_CATALOGUE: _("Only an administrator of the clinic changes its medicine list."),
    ERASE: _("Only an administrator of the clinic erases a patient."),
    VIEW_AUDIT: _("The audit is open to auditors and administrators of the clinic."),
    VIEW_ACCESS: _(
        "Who saw a patient is open to prescribers, auditors and administrators of the clinic."
    ),
    MANAGE_PEOPLE: _("Only an administrator of the clinic manages its people and its details."),
}


class RuleBroken(Exception):
    """A rule refuses what was typed; `field` names the form field it belongs to."""

    def __init__(self, field: str | None, message: str) -> None:
        super().__init__(message)
        self.field = field
        self.message = message


def allows(user: User, clinic: Clinic, action: str) -> bool:
    """Whether one of the user's open roles in the clinic grants the action."""
    return clinic_allows(user, clinic.pk, action)


def clinic_allows(user: User, clinic_id: int, action: str) -> bool:
    """As `allows`, by the clinic's id."""
    return bool(user.roles_by_clinic.get(clinic_id, frozenset()) & GRANTS[action])


def check(user: User, clinic: Clinic, action: str) -> None:
    """Raise PermissionDenied, with words for the person, unless the action is granted."""
    if not allows(user, clinic, action):
        raise PermissionDenied(REFUSALS[action])


def clinics_of(user: User, action: str | None = None) -> list[int]:
    """Ids of the clinics the user belongs to, or where a role grants the action."""
    return [
        clinic_id
        for clinic_id, roles in user.roles_by_clinic.items()
        if action is None or roles & GRANTS[action]
    ]


def allows_anywhere(user: User, action: str) -> bool:
    """Whether the action is granted in at least one clinic."""
    return bool(clinics_of(user, action))


def check_anywhere(user: User, action: str) -> None:
    """Raise PermissionDenied unless at least one clinic grants the action."""
    if not allows_anywhere(user, action):
        raise PermissionDenied(REFUSALS[action])


def check_not_oneself(by: User, person: User) -> None:
    """Raise PermissionDenied for somebody who acts on their own role or their own account."""
    if by.pk == person.pk:
        raise PermissionDenied(
            _(
                "Nobody gives themselves a role, shuts or opens their own account, or takes away "
                "their own second factors here: another administrator of the clinic does, or a "
                "command on the server."
            )
        )
