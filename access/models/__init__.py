"""Who may do what, and who saw what: people, clinics, memberships, access events, accounts."""

from access.models.account import AccountNotice, NoticeKind, Session
from access.models.people import (
    AccessedPatient,
    AccessEvent,
    AccessKind,
    Act,
    ActKind,
    Clinic,
    Invitation,
    IsInReach,
    Membership,
    MembershipQuerySet,
    OfClinicQuerySet,
    Role,
    User,
    UserManager,
    check_time_zone,
)

__all__ = [
    "AccessEvent",
    "AccessKind",
    "AccessedPatient",
    "AccountNotice",
    "Act",
    "ActKind",
    "Clinic",
    "Invitation",
    "IsInReach",
    "Membership",
    "MembershipQuerySet",
    "NoticeKind",
    "OfClinicQuerySet",
    "Role",
    "Session",
    "User",
    "UserManager",
    "check_time_zone",
]
