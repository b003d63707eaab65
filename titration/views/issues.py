"""Giving a plan out: its calendar as a PDF or a calendar file, what is recorded of it, telling."""

from collections.abc import Mapping, Sequence
from datetime import date
from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from access import audit, kept
from access.models import AccessKind
from access.policies import EXPORT_CHARTS, RECORD, VIEW_CHARTS, allows, check
from access.signed_in import SignedInRequest
from ledger import moments
from ledger.writing import AlreadySuperseded, check_not_erased
from patients.presenters import banner
from titration import actions
from titration.exports import calendar, ical, plan_copy
from titration.exports.plan_copy import DAYS, STEPS, Options, PlanCopy
from titration.forms.issues import (
    MOST_DAYS_HINT,
    CopyRetractionForm,
    IssueForm,
    ToldForm,
    day_initial,
)
from titration.models import CalendarTextVersion, IssuedAs, Plan, PlanIssue
from titration.policies import ChangedMeanwhile
from titration.presenters.copies import CopyLine, copies, copy_line, copy_words
from titration.presenters.regimen import title_of
from titration.reading import issued
from titration.reading.issued import Issued
from titration.views.attempts import attempt, read_anew
from titration.views.regimens import kind_of
from titration.wording.languages import is_english, language_words


class NotGivenOut(Exception):
    """The plan, as it stands or as it was asked for, is not given out; the message says why."""


@require_safe
@never_cache
def plan_calendar(request: SignedInRequest, plan: UUID) -> HttpResponse:
    """The dose calendar: `?rows=steps|days&from=<day>&language=<tag>&issue=<uuid>`."""
    found = plan_for(request, plan, EXPORT_CHARTS, AccessKind.EXPORT)
    try:
        copy = copy_of(request, found)
        options = options_of(request, copy)
        file = calendar.calendar_file(copy, options)
    except NotGivenOut as refused:
        return not_given_out(request, found, str(refused))
    except calendar.NothingToLay:
        return not_given_out(request, found, nothing_to_lay())
    return as_file(file, copy, "application/pdf", "pdf")


@require_safe
@never_cache
def plan_ical(request: SignedInRequest, plan: UUID) -> HttpResponse:
    """The calendar file: `?names=1&alarm=1&issue=<uuid>`."""
    found = plan_for(request, plan, EXPORT_CHARTS, AccessKind.EXPORT)
    try:
        copy = copy_of(request, found)
        issue = issue_of(request, copy, IssuedAs.ICAL)
    except NotGivenOut as refused:
        return not_given_out(request, found, str(refused))
    asked = {name: request.GET.get(name) == "1" for name in ("names", "alarm")}
    if issue is not None:
        asked = {"names": issue.written.names, "alarm": issue.written.alarm}
    file = ical.ical_file(copy, is_given_out=issue is not None, **asked)
    return as_file(file, copy, "text/calendar; charset=utf-8", "ics")


@require_http_methods(["GET", "HEAD", "POST"])
def plan_issue(request: SignedInRequest, plan: UUID) -> HttpResponse:
    """Choose what is given out and how; look at it first, then record that it is."""
    found = plan_for(request, plan, RECORD, kind_of(request))
    try:
        copy = copy_of(request, found)
    except NotGivenOut as refused:
        return not_given_out(request, found, str(refused))
    texts = issued.calendar_texts(found.clinic_id)
    typed = request.POST or kept.give_back(request)
    form = IssueForm(typed, texts=texts, initial=issue_initial(copy, texts))
    look_url = ""
    if request.method == "POST" and form.is_valid():
        if "look" in request.POST:
            look_url = file_address(copy, form.cleaned_data["issued_as"], form.written.query)
        elif issue := give_out(request, copy, form):
            messages.success(request, _("Recorded as given out."))
            return redirect("issue", issue.entry.subject)
    return issue_page(request, copy, form, look_url)


def issue_page(
    request: SignedInRequest, copy: PlanCopy, form: IssueForm, look_url: str
) -> HttpResponse:
    """The form with what it is about; `look_url` leads to what was chosen, for checking."""
    context = page_of(copy) | {
        "form": form,
        "look_url": look_url,
        "in_english": in_english(copy, form.texts),
        "days_hint": MOST_DAYS_HINT,
        "replaces": copy_words(copy.replaces) if copy.replaces else "",
    }
    return render(request, "titration/plan_issue.html", context, status=form.status)


def give_out(request: SignedInRequest, copy: PlanCopy, form: IssueForm) -> PlanIssue | None:
    """Record it; none where a rule refuses it, or the plan is no longer as it was read."""
    cleaned = form.cleaned_data
    try:
        return attempt(
            form,
            actions.issue_plan,
            plan=copy.plan,
            version=cleaned["entry"] or copy.version.entry,
            issued_on=cleaned["on"],
            issued_as=cleaned["issued_as"],
            how=cleaned["how"],
            to_whom=cleaned["to_whom"],
            written=form.written,
            seen=cleaned["seen"] or 0,
            by=request.user,
        )
    except ChangedMeanwhile:
        form.status = HTTPStatus.CONFLICT
        read_anew(form, seen=copy.seen, entry=copy.version.entry)
        form.add_error(
            None,
            _("Something was recorded meanwhile. Look at the plan as it is now, then send again."),
        )
        return None


@require_safe
def issue(request: SignedInRequest, issue: UUID) -> HttpResponse:
    """A copy that was given out, with its file as long as it holds."""
    found = issue_for(request, issue, VIEW_CHARTS, AccessKind.VIEW)
    copy = plan_copy.read(found.version.plan)
    told = recorded(found, copy)
    may_record = allows(request.user, found.version.plan.clinic, RECORD)
    line = line_of(told, copy, may_record=may_record)
    context = page_of(copy) | {"line": line, "file_url": "", "may_record": may_record}
    may_export = allows(request.user, copy.plan.clinic, EXPORT_CHARTS)
    if may_export and not stale(told, copy) and told.issued_as != IssuedAs.WORDS:
        asked = told.written.query | {"issue": str(told.issue)}
        context["file_url"] = file_address(copy, told.issued_as, asked)
    return render(request, "titration/issue.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def issue_retract(request: SignedInRequest, issue: UUID) -> HttpResponse:
    """Withdraw a copy as recorded in error: nobody has it."""
    found = issue_for(request, issue, RECORD, kind_of(request))
    copy = plan_copy.read(found.version.plan)
    form = CopyRetractionForm(request.POST or kept.give_back(request))
    if request.method == "POST" and form.is_valid():
        said = {name: form.cleaned_data[name] for name in ("reason", "reason_text")}
        try:
            if attempt(form, actions.retract_issue, issue=found, by=request.user, **said):
                messages.success(request, _("Withdrawn. It stays legible as recorded in error."))
                return redirect("issue", issue)
        except AlreadySuperseded:
            return withdrawn_already(request, issue)
    line = line_of(recorded(found, copy), copy, may_record=False)
    context = page_of(copy) | {"form": form, "line": line}
    return render(request, "titration/issue_retract.html", context, status=form.status)


def withdrawn_already(request: SignedInRequest, issue: UUID) -> HttpResponse:
    messages.error(
        request,
        _("This copy was withdrawn meanwhile. Nothing of what you typed is recorded."),
    )
    return redirect("issue", issue)


def recorded(issue: PlanIssue, copy: PlanCopy) -> Issued:
    """The copy as the record of its plan has it, withdrawn or not."""
    return next(each for each in copy.recorded if each.entry == issue.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def issue_told(request: SignedInRequest, issue: UUID) -> HttpResponse:
    """Record that who has a copy was told that it no longer holds."""
    found = issue_for(request, issue, RECORD, kind_of(request))
    copy = plan_copy.read(found.version.plan)
    told = recorded(found, copy)
    typed = request.POST or kept.give_back(request)
    today = copy.plan.clinic.local(timezone.now()).date()
    form = ToldForm(typed, initial=day_initial("on", today))
    if request.method == "POST" and form.is_valid():
        said = {"told_on": form.cleaned_data["on"], "how": form.cleaned_data["how"]}
        said["to_whom"] = form.cleaned_data["to_whom"]
        try:
            if attempt(form, actions.tell_issue, issue=found, by=request.user, **said):
                messages.success(request, _("Recorded as told."))
                return redirect("plan", found.version.plan_id)
        except AlreadySuperseded:
            return withdrawn_already(request, issue)
    line = line_of(told, copy, may_record=False)
    context = page_of(copy) | {"form": form, "line": line}
    return render(request, "titration/issue_told.html", context, status=form.status)


def plan_for(request: SignedInRequest, pk: UUID, action: str, kind: AccessKind) -> Plan:
    """The signed plan when the person may do this with it; the access event is written."""
    plans = Plan.objects.visible_to(request.user).select_related(
        "clinic", "regimen__clinic", "regimen__patient", "regimen__card__version"
    )
    found = get_object_or_404(plans, pk=pk)
    check(request.user, found.clinic, action)
    audit.saw(request, kind, [found.regimen.patient_id], found.clinic)
    check_not_erased(found.regimen.patient_id)
    if action == RECORD:
        moments.refuse(request.GET.get("known"))
    return found


def issue_for(request: SignedInRequest, issue: UUID, action: str, kind: AccessKind) -> PlanIssue:
    """The copy, by its identity, as plan_for."""
    plans = Plan.objects.visible_to(request.user)
    rows = PlanIssue.objects.filter(version__plan__in=plans, entry__subject=issue)
    found = get_object_or_404(rows.select_related("entry", "version"))
    found.version.plan = plan_for(request, found.version.plan_id, action, kind)
    return found


def copy_of(request: SignedInRequest, plan: Plan) -> PlanCopy:
    """The plan as it is given out. Raises NotGivenOut, also for a view of the past."""
    if "known" in request.GET:
        raise NotGivenOut(
            _("What was known earlier is not given out. Only the plan as it stands now is.")
        )
    copy = plan_copy.read(plan)
    if copy.refusal:
        raise NotGivenOut(copy.refusal)
    return copy


def options_of(request: SignedInRequest, copy: PlanCopy) -> Options:
    """How the address asks for the calendar to be written; a copy is written as it was."""
    now = timezone.now()
    given = issue_of(request, copy, IssuedAs.CALENDAR)
    asked: Mapping[str, str] = request.GET.dict()
    known = None
    if given is not None and given.written.shape:
        asked, known = given.written.query, given.number
    rows = asked.get("rows", STEPS)
    if rows not in (STEPS, DAYS):
        raise BadRequest(rows)
    try:
        first = date.fromisoformat(asked["from"]) if asked.get("from") else None
    except ValueError as error:
        raise BadRequest("from") from error
    return Options(
        rows=rows,
        first=first or first_day(copy, copy.plan.clinic.local(now).date()),
        text=text_of(asked.get("language", ""), copy, known),
        issue=given,
        by=request.user.name,
        at=now,
    )


def first_day(copy: PlanCopy, today: date) -> date:
    """Today, or the day on which the plan begins where that is later."""
    return max([today, *[day for day in copy.dates[:1] if day]])


def text_of(language: str, copy: PlanCopy, known: int | None) -> CalendarTextVersion | None:
    """The clinic's words in a language; without one its English ones. 404 where it has none.

    Those of then, where a copy is written that was given out as the entry `known`.
    """
    texts = issued.calendar_texts(copy.plan.clinic_id, known)
    if not language:
        return next((text for text in texts if is_english(text.language)), None)
    found = next((text for text in texts if text.language.lower() == language.lower()), None)
    if found is None:
        raise Http404
    return found


def issue_of(request: SignedInRequest, copy: PlanCopy, issued_as: str) -> Issued | None:
    """The copy that the address names; none where it names none. Raises NotGivenOut."""
    named = request.GET.get("issue")
    if not named:
        return None
    own = [each for each in copy.recorded if each.plan == copy.log.plan]
    found = next((each for each in own if str(each.issue) == named), None)
    if found is None or found.issued_as != issued_as:
        raise Http404
    if stale(found, copy):
        raise NotGivenOut(
            _("This copy no longer holds. Give out the plan as it stands now instead.")
        )
    return found


def stale(copy: Issued, of: PlanCopy) -> bool:
    """Whether the file of a copy is no longer handed over."""
    return of.is_outdated(copy) or not copy.is_out or bool(of.refusal)


def line_of(issue: Issued, copy: PlanCopy, *, may_record: bool) -> CopyLine:
    """One copy as its own page and that of telling show it."""
    return copy_line(
        issue,
        copy.standing,
        copy.plan.clinic,
        is_outdated=copy.is_outdated(issue),
        may_record=may_record,
    )


def in_english(copy: PlanCopy, texts: Sequence[CalendarTextVersion]) -> list[tuple[str, list[str]]]:
    """By language: what of the calendar stands in English, where anything does."""
    found = [
        (language_words(text.language), calendar.in_english(copy, Options(text=text)))
        for text in texts
    ]
    return [(name, words) for name, words in found if words]


def issue_initial(copy: PlanCopy, texts: list[CalendarTextVersion]) -> dict[str, object]:
    today = copy.plan.clinic.local(timezone.now()).date()
    return {
        "seen": copy.seen,
        "entry": copy.version.entry,
        "language": next((text.language for text in texts if is_english(text.language)), ""),
        **day_initial("on", today),
        **day_initial("from", first_day(copy, today)),
    }


def page_of(copy: PlanCopy) -> dict[str, object]:
    """What every page about copies shows above its own content."""
    clinic = copy.plan.clinic
    own = [each for each in copy.recorded if each.plan == copy.log.plan]
    return {
        "banner": banner(copy.plan.regimen.patient),
        "plan": copy.plan,
        "title": title_of(copy.regimen),
        "version": copy.version.version,
        "copies": copies(
            copy.log,
            copy.standing,
            own,
            clinic,
            live=copy.live,
            is_retracted=copy.is_retracted,
        ),
    }


def not_given_out(request: SignedInRequest, plan: Plan, words: str) -> HttpResponse:
    """The page that says why, and where to go on."""
    context = {
        "banner": banner(plan.regimen.patient),
        "plan": plan,
        "title": title_of(plan.regimen.card.version),
        "words": words,
    }
    return render(request, "titration/plan_not_given_out.html", context, status=HTTPStatus.CONFLICT)


def nothing_to_lay() -> str:
    return _(
        "From that day on, the plan does not say for each day what is taken: it waits, stops, is "
        "in words only, or its days are not named. Choose a row a step, or another first day."
    )


def file_address(copy: PlanCopy, issued_as: str, asked: dict[str, str]) -> str:
    """Where a file is; for what is told in words, the plan's page."""
    if issued_as == IssuedAs.WORDS:
        return reverse("plan", args=[copy.plan.pk])
    name = "plan-ical" if issued_as == IssuedAs.ICAL else "plan-calendar"
    return f"{reverse(name, args=[copy.plan.pk])}?{urlencode(asked)}"


def as_file(file: bytes, copy: PlanCopy, content_type: str, ending: str) -> HttpResponse:
    """A file to take away. Its name is seen on desks and in mails: it names nobody."""
    today = copy.plan.clinic.local(timezone.now()).date()
    name = f"calendar-{str(copy.plan.pk)[:8]}-version-{copy.version.version}-{today:%Y-%m-%d}"
    return HttpResponse(
        file,
        content_type=content_type,
        headers={"Content-Disposition": f'attachment; filename="{name}.{ending}"'},
    )
