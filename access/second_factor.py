"""No page of a clinic for somebody who has proved only their password.

Outside demonstrations everybody has a second factor: whoever has none sets it up at the first
sign-in, before anything else is opened. `/admin/` is behind the same door.
"""

from collections.abc import Callable

from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.models import Authenticator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from access.models import User
from access.signed_in import SignedInRequest

OPEN = frozenset(
    {
        "account_login",
        "account_logout",
        "account_reauthenticate",
        "account_second_factor",
        "health",
        "mfa_index",
        "mfa_list_webauthn",
        "mfa_reauthenticate",
        "mfa_reauthenticate_webauthn",
    }
)
"""What is opened by the password alone, on the way to a second factor."""
FIRST = frozenset({"account_change_password", "mfa_activate_totp", "mfa_add_webauthn"})
"""The same, for who has no second factor yet: it would be no factor if a password added another."""
BACK = "after-second-factor"
"""In a session: the page to go on to once there is a second factor."""


def is_proved(request: HttpRequest) -> bool:
    """Whether the person of this session has shown a second factor in it, or a passkey."""
    records = get_authentication_records(request, request.user)
    return any(record.get("method") == "mfa" for record in records)


def has_one(user: User) -> bool:
    """Whether the person has set one up, in whatever session."""
    return Authenticator.objects.filter(user=user).exists()


class SecondFactorMiddleware:
    """The door: sends who lacks the second factor to where they set it up or show it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: SignedInRequest, view_func: object, args: object, kwargs: object
    ) -> HttpResponse | None:
        user, match = request.user, request.resolver_match
        if not user.is_authenticated or not user.needs_second_factor or is_proved(request):
            return None
        name = match.view_name if match is not None else ""
        if name in OPEN or (name in FIRST and not has_one(user)):
            return None
        request.is_turned_away = True  # type: ignore[attr-defined]
        if request.method == "GET":
            request.session[BACK] = request.get_full_path()
        return HttpResponseRedirect(reverse("account_second_factor"))
