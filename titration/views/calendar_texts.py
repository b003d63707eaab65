"""A clinic's words for its dose calendars: administrators approve them, others read them."""

from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from access import kept, policies
from access.signed_in import SignedInRequest
from ledger.models import Entry
from ledger.writing import AlreadySuperseded
from titration import actions
from titration.forms.calendar_texts import CalendarTextForm, calendar_text_initial
from titration.models import CalendarText, CalendarTextVersion
from titration.presenters.calendar_texts import calendar_text_row, calendar_texts
from titration.views.attempts import attempt, read_anew
from titration.views.medicines import clinics_where
from titration.wording.languages import language_words


@require_safe
def calendar_text_list(request: SignedInRequest) -> HttpResponse:
    """The words of the person's clinics, by language."""
    policies.check_anywhere(request.user, policies.VIEW_CATALOGUE)
    clinics = clinics_where(request.user, policies.VIEW_CATALOGUE)
    versions = CalendarTextVersion.objects.newest().filter(text__clinic__in=clinics)
    context = {
        "lists": calendar_texts(clinics, versions.select_related("entry", "text__clinic")),
        "may_change": policies.allows_anywhere(request.user, policies.MANAGE_CATALOGUE),
    }
    return render(request, "titration/calendar_text_list.html", context)


@require_safe
def calendar_text(request: SignedInRequest, text: UUID) -> HttpResponse:
    """The words of one language, and every earlier version of them."""
    found = visible_text(request, text, policies.VIEW_CATALOGUE)
    context = {
        "text": found,
        "rows": [calendar_text_row(version) for version in versions_of(found)],
        "may_change": policies.allows(request.user, found.clinic, policies.MANAGE_CATALOGUE),
    }
    return render(request, "titration/calendar_text_detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def calendar_text_new(request: SignedInRequest) -> HttpResponse:
    """Approve the words of a language."""
    policies.check_anywhere(request.user, policies.MANAGE_CATALOGUE)
    clinics = clinics_where(request.user, policies.MANAGE_CATALOGUE)
    form = CalendarTextForm(request.POST or kept.give_back(request), clinics=clinics)
    if request.method == "POST" and form.is_valid():
        version = attempt(
            form,
            actions.add_calendar_text,
            clinic=form.chosen_clinic,
            wording=form.wording(),
            by=request.user,
        )
        if version:
            return recorded(request, version)
    return render(request, "titration/calendar_text_form.html", {"form": form}, status=form.status)


@require_http_methods(["GET", "HEAD", "POST"])
def calendar_text_edit(request: SignedInRequest, text: UUID) -> HttpResponse:
    """Change the words of a language: a new version over the one that was read."""
    found = visible_text(request, text, policies.MANAGE_CATALOGUE)
    newest = versions_of(found)[0]
    typed = request.POST or kept.give_back(request)
    form = CalendarTextForm(typed, clinics=[found.clinic], initial=calendar_text_initial(newest))
    context = {"form": form, "text": found, "name": language_words(newest.language)}
    if request.method == "POST" and form.is_valid():
        seen = get_object_or_404(Entry, subject=found.pk, pk=form.cleaned_data["entry"])
        asked = {"text": found, "seen": seen, "wording": form.wording(), "by": request.user}
        try:
            version = attempt(form, actions.revise_calendar_text, **asked)
        except AlreadySuperseded:
            form.status = HTTPStatus.CONFLICT
            read_anew(form, entry=newest.pk)
            read = next(each for each in versions_of(found) if each.pk == seen.pk)
            context |= {"read": calendar_text_row(read), "theirs": calendar_text_row(newest)}
        else:
            if version:
                return recorded(request, version)
    return render(request, "titration/calendar_text_form.html", context, status=form.status)


def visible_text(request: SignedInRequest, text: UUID, action: str) -> CalendarText:
    """The text with its clinic: 404 outside the person's clinics, 403 without the role."""
    visible = CalendarText.objects.visible_to(request.user).select_related("clinic")
    found = get_object_or_404(visible, pk=text)
    policies.check(request.user, found.clinic, action)
    return found


def versions_of(text: CalendarText) -> list[CalendarTextVersion]:
    """Every version, newest first."""
    versions = text.versions.select_related("entry", "text__clinic")
    return list(versions.order_by("-entry__number"))


def recorded(request: SignedInRequest, version: CalendarTextVersion) -> HttpResponse:
    words = _("The words in %(language)s are recorded as entry %(number)s.")
    shown = {
        "language": language_words(version.language),
        "number": f"{version.entry.number:,}",
    }
    messages.success(request, words % shown)
    return redirect("calendar-text", text=version.text_id)
