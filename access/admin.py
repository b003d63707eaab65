"""Support's view of people, clinics and what was done to them: to read, and nothing else.

Whatever is changed here would pass by the actions: unrecorded, and by rules that nobody asked.
"""

import allauth.account.admin
import allauth.mfa.admin  # noqa: F401 - the same
import django.contrib.auth.admin  # noqa: F401 - the same
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.contrib.auth.models import Group
from django.http import HttpRequest

from access.models import Act, Clinic, Invitation, Membership, User


class ReadOnly(admin.ModelAdmin):
    """To look at; the last word is that of these three, whatever permissions somebody has."""

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


@admin.register(User)
class PersonAdmin(ReadOnly):
    ordering = ["name"]
    list_display = ["name", "email", "profession", "is_active"]
    list_filter = ["is_active", "is_staff"]
    search_fields = ["name", "email"]
    fields = [
        *("email", "name", "profession", "is_active", "is_staff", "is_superuser"),
        *("last_login", "date_joined"),
    ]


@admin.register(Clinic)
class ClinicAdmin(ReadOnly):
    list_display = ["name", "time_zone", "telephone", "is_demo"]


@admin.register(Membership)
class MembershipAdmin(ReadOnly):
    list_display = ["user", "clinic", "role", "started_at", "until", "ended_at"]
    list_filter = ["clinic", "role"]


@admin.register(Invitation)
class InvitationAdmin(ReadOnly):
    list_display = ["name", "clinic", "role", "invited_at", "taken_at", "withdrawn_at"]
    exclude = ["secret_digest"]


@admin.register(Act)
class ActAdmin(ReadOnly):
    list_display = ["at", "clinic", "by_name", "kind", "person_name"]
    list_filter = ["clinic", "kind"]


# An address put in here would receive somebody's new password, a passkey would sign in as them;
# groups grant nothing.
admin.site.unregister([EmailAddress, Authenticator, Group])
