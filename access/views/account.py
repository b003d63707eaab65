"""A person's own account: password, second factors, sessions, and what happened to it."""

from allauth.account.utils import get_next_redirect_url
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.views import LoginWebAuthnView, RemoveWebAuthnView
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from access import account, addresses, presence, second_factor
from access.forms.factors import PasskeyRemovalForm
from access.presenters import account as presenter
from access.signed_in import SignedInRequest


@require_safe
def overview(request: SignedInRequest) -> HttpResponse:
    """Everything that a person has to do with their own account, on one page."""
    user, zone = request.user, presenter.zone_of(request.user)
    factors = Authenticator.objects.filter(user=user).order_by("created_at")
    this = account.name_of(request.session.session_key)
    context = {
        "factors": presenter.factors(factors, zone),
        "sessions": presenter.sessions(account.open_sessions(user), this, zone),
        "notices": presenter.notices(account.recent_notices(user), zone),
        "zone": zone.key,
    }
    return render(request, "account/account.html", context)


@require_safe
def to_overview(request: SignedInRequest) -> HttpResponse:
    """Where allauth goes after a change; its own lists are parts of the one page."""
    return redirect("account")


@require_safe
def set_up(request: SignedInRequest) -> HttpResponse:
    """What stands before a clinic's pages: a second factor to set up, or to show."""
    if second_factor.is_proved(request):
        return redirect(_page_after(request))
    if second_factor.has_one(request.user):
        after = urlencode({"next": _page_after(request)})
        return redirect(f"{reverse('mfa_reauthenticate')}?{after}")
    return render(request, "account/second_factor.html")


@require_safe
def go_on(request: SignedInRequest) -> HttpResponse:
    """From the recovery codes to the page that the second factor stood before."""
    return redirect(_page_after(request))


def _page_after(request: SignedInRequest) -> str:
    return addresses.of_ours(request.session.get(second_factor.BACK, "")) or "/"


@require_POST
def end_sessions(request: SignedInRequest) -> HttpResponse:
    """End one session of the person's own by its name on the page, or all others.

    Who they are was proved some minutes ago at most: a screen that somebody left signs nobody out.
    """
    presence.check_lately(request)
    if request.POST.get("which") == "others":
        account.end_sessions(request.user, keep=request.session.session_key)
    elif not account.end_session(request.user, request.POST.get("which", "")):
        messages.info(request, _("That session was over already."))
        return redirect("account")
    messages.success(request, _("Ended. Whoever goes on there has to sign in."))
    return redirect("account")


@require_POST
def notices_seen(request: SignedInRequest) -> HttpResponse:
    """The person has seen what they were told."""
    account.seen(request.user)
    return redirect("account")


@require_POST
def stay(request: SignedInRequest) -> JsonResponse:
    """Somebody is there: as any request, this moves the end of the session on."""
    return JsonResponse({"idle": request.session.idle_left()})  # type: ignore[attr-defined]


@require_POST
@never_cache
def question(request: SignedInRequest) -> JsonResponse:
    """What the person's passkeys are asked to sign, for the form that asks who is there."""
    return JsonResponse(presence.ask(request))


class LoginByPasskey(LoginWebAuthnView):
    """allauth's, going on where the sign-in page would, also after an answer that is not right."""

    def form_invalid(self, form) -> HttpResponse:
        super().form_invalid(form)
        after = get_next_redirect_url(self.request)
        query = f"?{urlencode({'next': after})}" if after else ""
        return HttpResponseRedirect(reverse("account_login") + query)


class RemovePasskey(RemoveWebAuthnView):
    """allauth's, but the last factor stays where one is needed."""

    form_class = PasskeyRemovalForm

    def get_form_kwargs(self) -> dict:
        return {**super().get_form_kwargs(), "authenticator": self.object}


login_by_passkey = login_not_required(LoginByPasskey.as_view())
remove_passkey = RemovePasskey.as_view()
