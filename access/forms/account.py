"""allauth's forms of the sign-in page and of a forgotten password, in our words."""

from typing import Any

from allauth.account.forms import LoginForm, ResetPasswordForm
from django.utils.translation import gettext_lazy as _

ADDRESS = _("E-mail address")


class SignInForm(LoginForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = ADDRESS
        for field in self.fields.values():  # the label says it, and stays
            field.widget.attrs.pop("placeholder", None)


class ForgottenForm(ResetPasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = ADDRESS
        self.fields["email"].widget.attrs.pop("placeholder", None)
