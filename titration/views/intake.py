"""What was reported of a regimen's intake: reading it, recording it, correcting, withdrawing it."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from access import kept
from access.models import User
from access.policies import RECORD, VIEW_CHARTS, allows
from access.signed_in import SignedInRequest
from ledger import moments
from ledger.models import Retraction
from ledger.moments import Moment
from ledger.writing import AlreadySuperseded, newest_number_of
from patients.presenters import not_today
from titration import actions, intake, timeline
from titration.forms.grid import GridForm
from titration.forms.intake import IntakeCorrectionForm, IntakeForm, intake_initial
from titration.forms.steps import RetractionForm
from titration.forms.submission import SubmissionForm
from titration.intake import Report
from titration.models import Intake, IntakeReport, PlanVersion, Regimen, slots_of
from titration.policies import ChangedMeanwhile
from titration.presenters.intake import grid_days, report_cards
from titration.presenters.log import LIVE
from titration.presenters.texts import TextCard
from titration.reading import logged, planned, reported
from titration.reading.together import recorded_together
from titration.views.attempts import attempt, read_anew
from titration.views.regimens import page_of, regimen_for, withdrawn_already

DAYS = 14
FIRST_YEAR = 1900


@require_safe
def intake_list(request: SignedInRequest, regimen: UUID) -> HttpResponse:
    """Every report of the regimen's intake, corrected and withdrawn ones too."""
    found = regimen_for(request, regimen, VIEW_CHARTS)
    moment = moments.known(request.GET.get("known"), found.clinic, timezone.now())
    may_record = moment is None and allows(request.user, found.clinic, RECORD)
    cards = cards_of(found, moment, may_record=may_record)
    context = page_of(found, moment) | {
        "cards": cards,
        "not_today": not_today(moment, reverse("intake", args=[found.pk])),
        "may_record": may_record and not found.card.is_retracted,
    }
    return render(request, "titration/intake_list.html", context)


@require_safe
def intake_report(request: SignedInRequest, report: UUID) -> HttpResponse:
    """Every text of one report, the newest first."""
    texts = texts_of(request, report)
    found = regimen_for(request, texts[-1].regimen_id, VIEW_CHARTS)
    moment = moments.known(request.GET.get("known"), found.clinic, timezone.now())
    may_record = moment is None and allows(request.user, found.clinic, RECORD)
    cards = [c for c in cards_of(found, moment, may_record=may_record) if c.line == report]
    if not cards:
        raise Http404
    context = page_of(found, moment) | {
        "cards": cards,
        "not_today": not_today(moment, reverse("intake-report", args=[report])),
        "is_line": True,
    }
    return render(request, "titration/intake_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def intake_new(request: SignedInRequest, regimen: UUID) -> HttpResponse:
    """Record one report. `?what=` chooses what is reported; nothing of a dose is filled in."""
    found = regimen_for(request, regimen, RECORD)
    if found.card.is_retracted and request.method != "POST":
        return withdrawn_already(request, found)
    typed = request.POST or kept.give_back(request)
    asked = request.GET.get("what", "")
    form = IntakeForm(
        typed,
        **asks_of(found),
        initial={"seen": newest_number_of(found.patient_id)}
        | ({"what": asked} if asked in Intake.values else {}),
    )
    newer: list[TextCard] = []
    if request.method == "POST" and form.is_valid():
        try:
            if _recorded(form, found, (form.text,), request.user):
                messages.success(request, _("The report is recorded. It changes no dose."))
                return redirect("regimen", found.pk)
        except ChangedMeanwhile:
            newer = _meanwhile(form, found, (form.text,))
    context = _form_page(found, form) | {"newer": newer}
    return render(request, "titration/intake_form.html", context, status=form.status)


@require_http_methods(["GET", "HEAD", "POST"])
def intake_grid(request: SignedInRequest, regimen: UUID) -> HttpResponse:
    """Fourteen days in which only what was different is ticked or typed; one write.

    They end with `?until=`, a day that has come, or with the clinic's day.
    """
    found = regimen_for(request, regimen, RECORD)
    if found.card.is_retracted and request.method != "POST":
        return withdrawn_already(request, found)
    today = found.clinic.local(timezone.now()).date()
    until = min(_day_asked(request) or today, today)
    days = grid_days(logged.history(found).live, until, DAYS)
    form = GridForm(
        request.POST or kept.give_back(request),
        regimen=found,
        today=today,
        days=days,
        initial={"seen": newest_number_of(found.patient_id)},
    )
    newer: list[TextCard] = []
    if request.method == "POST" and form.is_valid():
        try:
            if _recorded(form, found, form.texts, request.user):
                messages.success(request, _("The reports are recorded. They change no dose."))
                return redirect("intake", found.pk)
        except ChangedMeanwhile:
            newer = _meanwhile(form, found, form.texts)
    context = page_of(found) | {
        "form": form,
        "newer": newer,
        "earlier": (until - timedelta(days=DAYS)).isoformat(),
        "until": until.isoformat(),
    }
    return render(request, "titration/intake_grid.html", context, status=form.status)


@require_http_methods(["GET", "HEAD", "POST"])
def intake_correct(request: SignedInRequest, report: UUID) -> HttpResponse:
    """Type a report again; the old text stays, entered in error."""
    texts = texts_of(request, report)
    read = _read(request, texts)
    found = regimen_for(request, read.regimen_id, RECORD)
    asks = asks_of(found)
    if read.version is not None:
        asks["version"] = read.version
    slots = tuple(dict.fromkeys([*asks["slots"], *slots_of(read.slots)]))
    form = IntakeCorrectionForm(
        request.POST or kept.give_back(request),
        **asks | {"slots": slots, "named": read.told},
        initial=intake_initial(read),
    )
    theirs: TextCard | None = None
    if request.method == "POST" and form.is_valid():
        said = {
            "report": read,
            "text": form.text,
            "correction_reason": form.cleaned_data["correction_reason"],
            "by": request.user,
        }
        try:
            if attempt(form, actions.correct_intake, **said):
                messages.success(request, _("The report is corrected. It changes no dose."))
                return redirect("intake-report", report)
        except AlreadySuperseded:
            theirs = _overtaken(form, found, report)
    context = _form_page(found, form, read=_card_of(found, read), theirs=theirs)
    return render(request, "titration/intake_form.html", context, status=form.status)


@require_http_methods(["GET", "HEAD", "POST"])
def intake_retract(request: SignedInRequest, report: UUID) -> HttpResponse:
    """Withdraw a report as entered in error."""
    texts = texts_of(request, report)
    read = _read(request, texts)
    found = regimen_for(request, read.regimen_id, RECORD)
    form = RetractionForm(request.POST or kept.give_back(request), initial={"entry": read.pk})
    theirs: TextCard | None = None
    if request.method == "POST" and form.is_valid():
        said = {name: form.cleaned_data[name] for name in ("reason", "reason_text")}
        try:
            if attempt(form, actions.retract_intake, report=read, by=request.user, **said):
                messages.success(
                    request, _("Withdrawn as entered in error. The entry stays legible.")
                )
                return redirect("intake", found.pk)
        except AlreadySuperseded:
            theirs = _overtaken(form, found, report)
    context = page_of(found) | {
        "form": form,
        "read": _card_of(found, read),
        "theirs": theirs,
        "can_go_on": theirs is None or theirs.status == LIVE,
        "back": reverse("intake", args=[found.pk]),
    }
    return render(request, "titration/text_retract.html", context, status=form.status)


def _day_asked(request: SignedInRequest) -> date | None:
    """The day that the address names, if it names one."""
    try:
        asked = date.fromisoformat(request.GET.get("until", ""))
    except ValueError:
        return None
    return asked if asked.year > FIRST_YEAR else None


def texts_of(request: SignedInRequest, report: UUID) -> list[IntakeReport]:
    """Every text of a line of a clinic that the person sees, oldest first."""
    reports = IntakeReport.objects.filter(
        report=report, regimen__in=Regimen.objects.visible_to(request.user)
    )
    related = reports.select_related("entry", "told", "version__plan")
    found = list(related.order_by("entry__number"))
    if not found:
        raise Http404
    return found


def _read(request: SignedInRequest, texts: list[IntakeReport]) -> IntakeReport:
    """The text that the person's form was opened on, when it names one; else the newest."""
    opened_on = request.POST.get("entry", "")
    return next((text for text in texts if str(text.pk) == opened_on), texts[-1])


def _recorded(
    form: SubmissionForm, regimen: Regimen, reports: tuple[actions.IntakeText, ...], by: User
) -> IntakeReport | None:
    said = {"regimen": regimen, "reports": reports, "by": by}
    return attempt(form, actions.record_intake, seen=form.cleaned_data["seen"], **said)


def _meanwhile(
    form: SubmissionForm, regimen: Regimen, reports: tuple[actions.IntakeText, ...]
) -> list[TextCard]:
    """What was reported of the days while the page was open; sent again, the form adds to it."""
    form.status, seen = HTTPStatus.CONFLICT, form.cleaned_data["seen"]
    read_anew(form, seen=newest_number_of(regimen.patient_id))
    return newer_cards(regimen, reports, seen)


def newer_cards(
    regimen: Regimen, reports: Iterable[actions.IntakeText], seen: int | None
) -> list[TextCard]:
    """The reports of the same days that were recorded after the entry `seen`, if one is known."""
    if seen is None:
        return []
    found = reported.newer_of_days(regimen.pk, (text.days for text in reports), seen)
    newer = {report.entry for report in found}
    return [card for card in cards_of(regimen) if card.entry in newer] if newer else []


def asks_of(regimen: Regimen) -> dict:
    """What the form of a report needs of a regimen: its day, its times of day, its signed plan."""
    history = logged.history(regimen)
    logs = planned.plan_logs([regimen.pk])[regimen.pk]
    version = None
    if logs:
        related = PlanVersion.objects.select_related("plan")
        version = related.get(pk=logs[-1].newest.entry)
    parts = [part for step in timeline.instructions(history.live) for part in step.components]
    return {
        "regimen": regimen,
        "today": regimen.clinic.local(timezone.now()).date(),
        "slots": intake.slots_of_dose(parts),
        "version": version,
    }


def cards_of(
    regimen: Regimen, moment: Moment | None = None, *, may_record: bool = False
) -> list[TextCard]:
    """Every report of the regimen, the latest days first."""
    texts = reported.reports([regimen.pk], moment.number if moment else None)[regimen.pk]
    shown = sorted(texts, key=lambda text: (text.last_on, text.number), reverse=True)
    return report_cards(
        texts,
        shown,
        regimen.clinic,
        _withdrawals(texts),
        together=recorded_together(
            regimen.patient_id,
            (text.submission for text in texts),
            moment.number if moment else None,
        ),
        may_record=may_record,
        query=moment.query if moment else "",
    )


def _withdrawals(texts: tuple[Report, ...]) -> dict[UUID, Retraction]:
    lines = {text.report for text in texts if text.withdrawn is not None}
    if not lines:
        return {}
    found = Retraction.objects.filter(entry__subject__in=lines).select_related("entry")
    return {retraction.entry.subject: retraction for retraction in found}


def _card_of(regimen: Regimen, text: IntakeReport) -> TextCard:
    return next(card for card in cards_of(regimen) if card.entry == text.pk)


def _overtaken(
    form: IntakeCorrectionForm | RetractionForm, regimen: Regimen, report: UUID
) -> TextCard:
    """Somebody was first: the form, as typed, can be sent again over what they recorded."""
    form.status = HTTPStatus.CONFLICT
    lines = [card for card in cards_of(regimen) if card.line == report]
    newest = max(lines, key=lambda card: int(card.number.replace(",", "")))
    read_anew(form, entry=newest.entry)
    return newest


def _form_page(
    regimen: Regimen,
    form: IntakeForm,
    read: TextCard | None = None,
    theirs: TextCard | None = None,
) -> dict:
    found = {"form": form, "read": _in_full(read) if theirs else read, "theirs": _in_full(theirs)}
    return page_of(regimen) | found


def _in_full(card: TextCard | None) -> TextCard | None:
    """With the report itself among the details, where only these are compared."""
    if card is None:
        return None
    return replace(card, details=[(_("Report"), card.heading), *card.details])
