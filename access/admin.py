"""Support's view of people and clinics; records are not edited here."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.utils.translation import gettext_lazy as _

from access.models import Clinic, Membership, User


@admin.register(User)
class PersonAdmin(UserAdmin):
    ordering = ["name"]
    list_display = ["name", "email", "profession", "is_active"]
    list_filter = ["is_active", "is_staff"]
    search_fields = ["name", "email"]
    readonly_fields = ["date_joined", "last_login"]
    fieldsets = [
        (None, {"fields": ["email", "password", "name", "profession"]}),
        (_("Access"), {"fields": ["is_active", "is_staff", "is_superuser"]}),
        (_("Dates"), {"fields": ["last_login", "date_joined"]}),
    ]
    add_fieldsets = [(None, {"fields": ["email", "name", "profession", "password1", "password2"]})]


@admin.register(Clinic)
class ClinicAdmin(admin.ModelAdmin):
    list_display = ["name", "time_zone", "telephone", "is_demo"]


@admin.register(Membership)
class MembershipAdmin(admin.ModelAdmin):
    list_display = ["user", "clinic", "role", "started_at", "ended_at"]
    list_filter = ["clinic", "role"]
    autocomplete_fields = ["user"]

    def has_delete_permission(self, request, obj=None) -> bool:
        """A membership ends; it is never removed, since records name it."""
        return False
