"""Every write to people, memberships, invitations and clinics: each is on record as an act."""

from access.actions.clinics import ClinicText, export_clinic, open_clinic, revise_clinic
from access.actions.invitations import (
    LinkIsDead,
    invite,
    invite_again,
    join,
    join_anew,
    send,
    standing,
    withdraw,
)
from access.actions.people import open_again, reset_factors, revise_person, shut, sign_out
from access.actions.roles import change_role, end_role, grant
from access.actions.shared import OnTheServer

__all__ = [
    "ClinicText",
    "LinkIsDead",
    "OnTheServer",
    "change_role",
    "end_role",
    "export_clinic",
    "grant",
    "invite",
    "invite_again",
    "join",
    "join_anew",
    "open_again",
    "open_clinic",
    "reset_factors",
    "revise_clinic",
    "revise_person",
    "send",
    "shut",
    "sign_out",
    "standing",
    "withdraw",
]
