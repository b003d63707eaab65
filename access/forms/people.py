"""What an administrator types about people and the clinic, and what an invited person types."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import available_timezones

from django import forms
from django.contrib.auth import password_validation
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from access.actions import ClinicText
from access.forms.written import WrittenForm
from access.models import Clinic, Invitation, Membership, Role, User
from access.policies import RuleBroken

LONGEST_PASSWORD = 4096
"""Characters. Nobody types that many, and a digest of megabytes keeps a worker busy."""


ROLES = [
    (Role.PRESCRIBER, _("prescriber: drafts and records, confirms, signs plans")),
    (Role.RECORDER, _("recorder: drafts and records, never signs")),
    (Role.VIEWER, _("viewer: reads charts")),
    (Role.AUDITOR, _("auditor: reads who saw and did what, no charts")),
    (Role.ADMINISTRATOR, _("administrator: keeps people, medicines and the clinic, no charts")),
]


def line(label, length: int, **kwargs) -> forms.CharField:
    """One line of text about somebody, which the browser is not to remember."""
    widget = forms.TextInput({"autocomplete": "off", "dir": "auto"})
    return forms.CharField(label=label, max_length=length, widget=widget, **kwargs)


def reason_line(*, required: bool = False) -> forms.CharField:
    return line(_("Why"), 300, required=required)


class ActForm(WrittenForm):
    """A form of an administrator: sent twice, it does its work once."""

    use_required_attribute = False

    submission = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("submission", uuid4())

    def break_rule(self, rule: RuleBroken) -> None:
        """Say a broken rule beside the field that it names, or above the form."""
        self.add_error(rule.field if rule.field in self.fields else None, rule.message)

    def asked(self) -> dict[str, Any]:
        """What the action is asked to do, when the form is valid."""
        return dict(self.cleaned_data)


class ReasonForm(ActForm):
    """An act that needs no more than why."""

    reason = reason_line(required=True)


SHUT, OPEN = "shut", "open"


class AccountForm(ReasonForm):
    """To shut an account, or to open it again: which of them the page said when it was read.

    What is wanted is sent with the form: of two who shut an account, the second opens nothing.
    """

    wanted = forms.ChoiceField(choices=[(SHUT, SHUT), (OPEN, OPEN)], widget=forms.HiddenInput)

    def asked(self) -> dict[str, Any]:
        return {
            "reason": self.cleaned_data["reason"],
            "submission": self.cleaned_data["submission"],
        }


class EndForm(ActForm):
    """An act that may say why."""

    reason = reason_line()


class RoleForm(ActForm):
    """A role, for good or for some hours. Asks for the clinic those who administer several."""

    clinic = forms.ChoiceField(label=_("Clinic"))
    role = forms.ChoiceField(
        label=_("Role"),
        choices=ROLES,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a role.")},
    )
    hours = forms.IntegerField(
        label=_("Ends by itself after so many hours"),
        required=False,
        min_value=1,
        max_value=744,
        help_text=_(
            "For a locum or an emergency: from 1 to 744 hours. Empty for a role that goes on."
        ),
        error_messages={
            "invalid": _("Write a whole number of hours."),
            "min_value": _("Write a number of hours from 1 to 744, which is 31 days."),
            "max_value": _("Write a number of hours from 1 to 744, which is 31 days."),
        },
        widget=forms.TextInput(
            {"inputmode": "numeric", "autocomplete": "off", "class": "short", "maxlength": 3}
        ),
    )
    reason = line(
        _("Why"),
        300,
        required=False,
        help_text=_("Needed for a role that ends by itself. Other administrators read it."),
    )

    def __init__(self, *args: Any, clinics: Sequence[Clinic], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.clinics = {str(clinic.pk): clinic for clinic in clinics}
        if len(clinics) == 1:
            del self.fields["clinic"]
        else:
            self.fields["clinic"].choices = [(key, c.name) for key, c in self.clinics.items()]

    def clean(self) -> None:
        if self.cleaned_data.get("hours") and not self.cleaned_data.get("reason"):
            self.add_error("reason", _("Write why the role is given for some hours."))

    @property
    def chosen(self) -> Clinic:
        """The clinic that was chosen, or the only one."""
        [first, *others] = self.clinics.values()
        return self.clinics[self.cleaned_data["clinic"]] if others else first

    @property
    def until(self) -> datetime | None:
        hours = self.cleaned_data["hours"]
        return timezone.now() + timedelta(hours=hours) if hours else None


class GrantForm(RoleForm):
    """Another role for somebody who is there."""

    def asked(self) -> dict[str, Any]:
        said = {name: self.cleaned_data[name] for name in ("role", "reason", "submission")}
        return {**said, "clinic": self.chosen, "until": self.until}


class ChangeForm(RoleForm):
    """Another role, or another time, in place of the one that somebody has."""

    def __init__(self, *args: Any, membership: Membership, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"role": membership.role})
        super().__init__(*args, clinics=[membership.clinic], **kwargs)

    def asked(self) -> dict[str, Any]:
        said = {name: self.cleaned_data[name] for name in ("role", "reason", "submission")}
        return {**said, "until": self.until}


class InviteForm(RoleForm):
    """Somebody new: who they are, where the link goes, and the role that waits for them."""

    email = forms.EmailField(
        label=_("E-mail address"),
        help_text=_("Their own: the link goes there, and they sign in with it."),
        widget=forms.EmailInput({"autocomplete": "off"}),
    )
    name = line(_("Name as records show it"), 150)
    profession = line(_("Profession"), 80, required=False)

    field_order = ["clinic", "email", "name", "profession", "role", "hours", "reason"]

    def asked(self) -> dict[str, Any]:
        return {**self.cleaned_data, "clinic": self.chosen}


class PersonForm(ActForm):
    """How records show somebody from now on; `seen` is the newest change that the page had."""

    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    name = line(_("Name as records show it"), 150)
    profession = line(_("Profession"), 80, required=False)
    reason = reason_line()


class ClinicForm(ActForm):
    """A clinic's details."""

    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    name = line(_("Name"), 200)
    telephone = line(
        _("Telephone"), 40, required=False, help_text=_("Stands on dose calendars and exports.")
    )
    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        choices=lambda: [(name, name.replace("_", " ")) for name in sorted(available_timezones())],
        help_text=_(
            "With another one the clinic's day begins at another moment. Dates and clock times "
            "that were written stay as they were written; when something was recorded is shown "
            "by the new clock, on earlier pages too."
        ),
    )
    reason = reason_line()

    def asked(self) -> dict[str, Any]:
        said = dict(self.cleaned_data)
        text = ClinicText(said.pop("name"), said.pop("telephone"), said.pop("time_zone"))
        return {**said, "text": text}


class PasswordForm(forms.Form):
    """The own password of somebody who was invited, typed twice."""

    use_required_attribute = False

    password = forms.CharField(
        label=_("Your password"),
        strip=False,
        max_length=LONGEST_PASSWORD,
        help_text=_("At least 12 characters. Several words are easy to keep in mind."),
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )
    password_again = forms.CharField(
        label=_("Your password again"),
        strip=False,
        max_length=LONGEST_PASSWORD,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, invitation: Invitation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.invited = User(email=invitation.email, name=invitation.name)

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        password_validation.validate_password(password, self.invited)
        return password

    def clean(self) -> None:
        first = self.cleaned_data.get("password")
        again = self.cleaned_data.get("password_again")
        if first and again and first != again:
            self.add_error("password_again", _("The two passwords differ."))
