"""A clinic's people, as its administrators see and manage them."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from access import actions, kept, policies
from access.actions.people import seen_of
from access.forms.people import (
    OPEN,
    SHUT,
    AccountForm,
    ChangeForm,
    EndForm,
    GrantForm,
    InviteForm,
    PersonForm,
    ReasonForm,
)
from access.models import Act, Clinic, Invitation, Membership, User
from access.presenters import people as presenters
from access.signed_in import SignedInRequest
from access.views.acting import Page, carried_out

ON_A_PAGE = 50


@require_safe
def person_list(request: SignedInRequest) -> HttpResponse:
    """The people of the clinics that the person administers, and those who are invited."""
    clinics = managed(request)
    held = Membership.objects.filter(clinic__in=clinics).select_related("user", "clinic")
    waiting = Invitation.objects.filter(clinic__in=clinics, taken_at=None, withdrawn_at=None)
    context = {
        "clinics": presenters.people_of(
            clinics,
            list(held.order_by("clinic__name", "clinic", "user__name", "user", "pk")),
            list(waiting.select_related("clinic").order_by("name", "pk")),
            timezone.now(),
        ),
    }
    return render(request, "access/people.html", context)


@require_safe
def person(request: SignedInRequest, person: int) -> HttpResponse:
    """One person: their roles in the administered clinics, and what was done about them there."""
    found = reach(request, person)
    clinics = managed(request)
    now = timezone.now()
    held = Membership.objects.filter(clinic__in=clinics, user=found)
    held = held.select_related("user", "clinic").order_by("-started_at", "-pk")
    rows = [presenters.role_row(each, now, request.user) for each in held]
    acts = Act.objects.filter(clinic__in=clinics, person=found).select_related("clinic")
    context = {
        "person": found,
        "is_oneself": found == request.user,
        "belongs": any(row.is_open for row in rows),
        "roles": [row for row in rows if row.is_open],
        "ended": [row for row in rows if not row.is_open],
        "acts": presenters.act_lines(acts.order_by("-pk")[:ON_A_PAGE], with_links=False),
        "acts_url": f"{reverse('acts')}?person={found.pk}",
    }
    return render(request, "access/person.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def person_invite(request: SignedInRequest) -> HttpResponse:
    """Ask somebody new to join a clinic: the link goes to their own mailbox."""
    clinics = managed(request)
    initial = {"clinic": request.GET.get("clinic", "")}
    form = InviteForm(request.POST or kept.give_back(request), clinics=clinics, initial=initial)
    page = Page(_("Invite somebody"), _("Send the invitation"), reverse("person-list"))
    page.lines = [
        _(
            "They get a link that works once, for three days, and set a password of their own. "
            "You see neither. They are in the clinic once they have used it."
        )
    ]

    def invite(**asked):
        _post(request, actions.invite(**asked))

    return carried_out(request, form, invite, page)


@require_http_methods(["GET", "HEAD", "POST"])
def person_edit(request: SignedInRequest, person: int) -> HttpResponse:
    """How records show somebody from now on."""
    found = reach(request, person)
    initial = {"seen": seen_of(found), "name": found.name, "profession": found.profession}
    form = PersonForm(request.POST or kept.give_back(request), initial=initial)
    page = Page(
        _("Change the name of %(name)s") % {"name": found.name},
        _("Change it"),
        reverse("person", args=[found.pk]),
        _("Changed."),
    )
    page.lines = [
        _(
            "Records show the new name from now on; those that are there keep what they say. The "
            "e-mail address is not changed here: end the account, and invite the new address."
        )
    ]
    return carried_out(request, form, actions.revise_person, page, person=found)


@require_http_methods(["GET", "HEAD", "POST"])
def person_grant(request: SignedInRequest, person: int) -> HttpResponse:
    """Give somebody another role, for good or for some hours."""
    found = reach(request, person)
    policies.check_not_oneself(request.user, found)
    form = GrantForm(request.POST or kept.give_back(request), clinics=managed(request))
    page = Page(
        _("Give %(name)s a role") % {"name": found.name},
        _("Give the role"),
        reverse("person", args=[found.pk]),
        _("The role counts from now on."),
    )
    return carried_out(request, form, actions.grant, page, person=found)


@require_http_methods(["GET", "HEAD", "POST"])
def person_shut(request: SignedInRequest, person: int) -> HttpResponse:
    """Take the sign-in from somebody at once, or give it back."""
    found = reach(request, person)
    policies.check_not_oneself(request.user, found)
    initial = {"wanted": SHUT if found.is_active else OPEN}
    form = AccountForm(request.POST or kept.give_back(request), initial=initial)
    back = reverse("person", args=[found.pk])
    said = {"name": found.name}
    if form["wanted"].value() == OPEN:
        page = Page(_("Open the account of %(name)s again") % said, _("Open it again"), back)
        page.done = _("The account is open again.")
        page.lines = [_("They sign in with the password that they have, and have their roles.")]
        return carried_out(request, form, actions.open_again, page, person=found)
    page = Page(_("Shut the account of %(name)s") % said, _("Shut it now"), back)
    page.done = _("The account is shut.")
    page.lines = [
        _("They are out at their next request, in every clinic, and cannot sign in."),
        _("Their roles stay. Regimens in their name wait on the worklist for another prescriber."),
    ]
    return carried_out(request, form, actions.shut, page, person=found)


@require_http_methods(["GET", "HEAD", "POST"])
def person_factors(request: SignedInRequest, person: int) -> HttpResponse:
    """Take away the second factors that somebody has lost."""
    found = reach(request, person)
    policies.check_not_oneself(request.user, found)
    form = ReasonForm(request.POST or kept.give_back(request))
    page = Page(
        _("Take away the second factors of %(name)s") % {"name": found.name},
        _("Take them away"),
        reverse("person", args=[found.pk]),
        _("They are taken away. They set up new ones at their next sign-in."),
    )
    page.lines = [
        _("Their authenticator app, passkeys and recovery codes open nothing from now on."),
        _(
            "From now until they have set up new ones their password alone opens their account, "
            "to whoever has it. Speak to them first, and by a number that you knew before."
        ),
    ]
    return carried_out(request, form, actions.reset_factors, page, person=found)


@require_POST
def person_sign_out(request: SignedInRequest, person: int) -> HttpResponse:
    """End every session of somebody."""
    found = reach(request, person)
    actions.sign_out(person=found, by=request.user)
    messages.success(request, _("Every session is ended. They sign in anew."))
    return redirect("person", found.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def membership_change(request: SignedInRequest, membership: int) -> HttpResponse:
    """Another role, or another time, in place of the one that somebody has."""
    held = _membership(request, membership)
    policies.check_not_oneself(request.user, held.user)
    form = ChangeForm(request.POST or kept.give_back(request), membership=held)
    page = _role_page(_("Change the role of %(name)s"), _("Change the role"), held)
    page.done = _("The new role counts from now on.")
    return carried_out(request, form, actions.change_role, page, membership=held)


@require_http_methods(["GET", "HEAD", "POST"])
def membership_end(request: SignedInRequest, membership: int) -> HttpResponse:
    """End a role at once."""
    held = _membership(request, membership)
    form = EndForm(request.POST or kept.give_back(request))
    page = _role_page(_("End the role of %(name)s"), _("End the role now"), held)
    page.done = _("The role is ended.")
    return carried_out(request, form, actions.end_role, page, membership=held)


@require_POST
def invitation_again(request: SignedInRequest, invitation: UUID) -> HttpResponse:
    """Send a new link; the one before is dead."""
    found = _invitation(request, invitation)
    try:
        _post(request, actions.invite_again(invitation=found, by=request.user))
    except actions.LinkIsDead:
        messages.error(request, _("The invitation was taken or withdrawn meanwhile."))
    return redirect("person-list")


@require_POST
def invitation_withdraw(request: SignedInRequest, invitation: UUID) -> HttpResponse:
    """The link is dead at once."""
    found = _invitation(request, invitation)
    try:
        actions.withdraw(invitation=found, by=request.user)
    except actions.LinkIsDead:
        messages.error(request, _("The invitation was taken or withdrawn meanwhile."))
    else:
        messages.success(request, _("The invitation is withdrawn: its link is dead."))
    return redirect("person-list")


def managed(request: SignedInRequest) -> list[Clinic]:
    """The clinics whose people the person manages, by name; PermissionDenied for none."""
    policies.check_anywhere(request.user, policies.MANAGE_PEOPLE)
    keys = policies.clinics_of(request.user, policies.MANAGE_PEOPLE)
    return list(Clinic.objects.filter(pk__in=keys).order_by("name", "pk"))


def reach(request: SignedInRequest, person: int) -> User:
    """Somebody who belongs, or once belonged, to a clinic: 404 outside it, 403 inside."""
    held = Membership.objects.filter(clinic__in=list(request.user.roles_by_clinic))
    found = get_object_or_404(User.objects.filter(memberships__in=held).distinct(), pk=person)
    managed_by = policies.clinics_of(request.user, policies.MANAGE_PEOPLE)
    if not held.filter(user=found, clinic__in=managed_by).exists():
        raise PermissionDenied(policies.REFUSALS[policies.MANAGE_PEOPLE])
    return found


def _membership(request: SignedInRequest, membership: int) -> Membership:
    visible = Membership.objects.filter(clinic__in=list(request.user.roles_by_clinic))
    found = get_object_or_404(visible.select_related("user", "clinic"), pk=membership)
    policies.check(request.user, found.clinic, policies.MANAGE_PEOPLE)
    return found


def _invitation(request: SignedInRequest, invitation: UUID) -> Invitation:
    visible = Invitation.objects.filter(clinic__in=list(request.user.roles_by_clinic))
    found = get_object_or_404(visible.select_related("clinic"), pk=invitation)
    policies.check(request.user, found.clinic, policies.MANAGE_PEOPLE)
    return found


def _role_page(heading: str, submit: str, held: Membership) -> Page:
    page = Page(heading % {"name": held.user.name}, submit, reverse("person", args=[held.user_id]))
    row = presenters.role_row(held, timezone.now())
    page.rows = [
        (_("Clinic"), row.clinic),
        (_("Role"), row.role),
        (_("Since"), row.since),
        *([(_("Until"), row.over)] if row.over else []),
        *([(_("Why"), row.reason)] if row.reason else []),
    ]
    return page


def _post(request: SignedInRequest, made: tuple[Invitation, str] | None) -> None:
    """Send the link, and say whether the mail server took it. Sent twice, the form sends once."""
    if made is None:
        return
    invitation, secret = made
    link = request.build_absolute_uri(reverse("invited-link", args=[secret]))
    said = {"email": invitation.email}
    if actions.send(invitation=invitation, link=link):
        messages.success(request, _("The invitation is on its way to %(email)s.") % said)
        return
    messages.error(
        request,
        _(
            "The invitation is made, but the mail server did not take it. Send it again later, or "
            "whoever runs the server prints a link: manage.py invite --email %(email)s"
        )
        % said,
    )
