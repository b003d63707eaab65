"""Where an invitation leads: an own password for somebody new, a button for somebody who is here.

The link's secret goes from the address into the session at once: the page itself has none in its
address, and opening it uses nothing up, as mail scanners open links.
"""

from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from access import actions
from access.actions.invitations import has_account
from access.forms.people import PasswordForm
from access.models import Invitation, User
from access.policies import RuleBroken
from access.presenters import people as presenters

KEY = "invited"


@login_not_required
@never_cache
@require_safe
def invited_link(request: HttpRequest, secret: str) -> HttpResponse:
    """The link itself: keeps its secret for the page, of an invitation that stands."""
    try:
        actions.standing(secret)
    except actions.LinkIsDead:
        return _dead(request)
    request.session[KEY] = secret
    return redirect("invited")


@login_not_required
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def invited(request: HttpRequest) -> HttpResponse:
    """What the invitation is to, and how to take it."""
    secret = request.session.get(KEY, "")
    try:
        invitation = actions.standing(secret)
        if has_account(invitation):
            return _join(request, secret, invitation)
        return _join_anew(request, secret, invitation)
    except actions.LinkIsDead:
        return _dead(request)


def _join_anew(request: HttpRequest, secret: str, invitation: Invitation) -> HttpResponse:
    """Somebody new sets a password, and signs in with it then."""
    if request.user.is_authenticated:
        return _page(request, invitation, is_somebody_else=True)
    form = PasswordForm(request.POST or None, invitation=invitation)
    if request.method == "POST" and form.is_valid():
        actions.join_anew(secret=secret, password=form.cleaned_data["password"])
        del request.session[KEY]
        messages.success(request, _("Your password is set. Sign in with it."))
        return redirect("account_login")
    return _page(request, invitation, form=form)


def _join(request: HttpRequest, secret: str, invitation: Invitation) -> HttpResponse:
    """Somebody who has an account takes the invitation, signed in with it."""
    if not isinstance(request.user, User) or not request.user.is_authenticated:
        return _page(request, invitation, signs_in=True)
    if request.user.email != invitation.email:
        return _page(request, invitation, is_somebody_else=True)
    if request.method == "POST":
        try:
            actions.join(secret=secret, by=request.user)
        except RuleBroken as rule:
            messages.error(request, rule.message)
        else:
            said = {"clinic": invitation.clinic.name}
            messages.success(request, _("You have joined %(clinic)s.") % said)
        del request.session[KEY]
        return redirect("worklist")
    return _page(request, invitation, joins=True)


def _page(request: HttpRequest, invitation: Invitation, **context: object) -> HttpResponse:
    form = context.get("form")
    wrong = isinstance(form, PasswordForm) and form.errors
    status = HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK
    said = {"invitation": presenters.invited(invitation), **context}
    return render(request, "access/invited.html", said, status=status)


def _dead(request: HttpRequest) -> HttpResponse:
    request.session.pop(KEY, None)
    return render(request, "access/invited_dead.html", status=HTTPStatus.NOT_FOUND)
