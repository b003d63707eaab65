"""The pump of a regimen: how it stands, its events, and recording one in two screens."""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from access import kept
from access.policies import RECORD, VIEW_CHARTS, allows
from access.signed_in import SignedInRequest
from ledger import moments
from ledger.models import Record
from ledger.writing import AlreadySuperseded, SubmissionConflict
from titration import actions
from titration.forms.dosage import BaseDosageFormSet, dosage_formset
from titration.forms.pumps import PumpCorrectionForm, PumpEventForm, pump_initial
from titration.forms.steps import RetractionForm
from titration.forms.written_rows import row_of
from titration.models import PUMP_ROUTES, PumpEvent, Regimen, StepKind
from titration.policies import ChangedMeanwhile, RuleBroken
from titration.presenters import pumps as presenter
from titration.presenters import recording
from titration.pump import PumpText
from titration.reading import logged, pumped
from titration.reading.pumped import PumpLog
from titration.views.attempts import attempt, read_anew
from titration.views.recording import carried_of, with_another_row, withhold_errors
from titration.views.regimens import page_of, regimen_for


@require_safe
def pump(request: SignedInRequest, regimen: UUID) -> HttpResponse:
    """How the pump stands by its events, and every event."""
    found = regimen_for(request, regimen, VIEW_CHARTS)
    now = timezone.now()
    moment = moments.known(request.GET.get("known"), found.clinic, now)
    known = moment.number if moment else None
    log = pumped.pump_log(found.pk, known)
    page = page_of(found, moment)
    text, is_retracted = logged.text_of(found, known)
    if text.route not in PUMP_ROUTES:
        raise Http404
    is_open = moment is None and not is_retracted and not page["banner"].is_erased
    may_record = is_open and allows(request.user, found.clinic, RECORD)
    step = logged.history(found, known).in_force(moment.at if moment else found.clinic.local(now))
    context = page | {
        "now": presenter.pump_now(log, step.components if step else None),
        "instructed": recording.side_of(step, _("Last recorded instruction")) if step else None,
        "rows": presenter.pump_rows(log, found.clinic, may_record=may_record),
        "may_record": may_record,
    }
    return render(request, "titration/pump.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def pump_event_new(request: SignedInRequest, regimen: UUID) -> HttpResponse:
    """Record an event: typed from the print-out, read back, confirmed."""
    found = regimen_for(request, regimen, RECORD)
    if found.card.version.route not in PUMP_ROUTES:
        raise Http404
    screen = screen_of(request, found, PumpEventForm)

    def act(text: PumpText, submission: UUID) -> Record:
        return actions.record_pump_event(
            regimen=found,
            text=text,
            by=request.user,
            submission=submission,
            seen=screen.form.cleaned_data["seen"],
        )

    return screen.answer(act)


@require_http_methods(["GET", "HEAD", "POST"])
def pump_event_correct(request: SignedInRequest, event: UUID) -> HttpResponse:
    """Type a recorded event again; the old text stays, entered in error."""
    found = event_for(request, event)
    screen = screen_of(request, found.regimen, PumpCorrectionForm, found)

    def act(text: PumpText, submission: UUID) -> Record:
        return actions.correct_pump_event(
            event=found, text=text, by=request.user, submission=submission
        )

    return screen.answer(act)


@require_http_methods(["GET", "HEAD", "POST"])
def pump_event_retract(request: SignedInRequest, event: UUID) -> HttpResponse:
    """Withdraw an event as entered in error."""
    found = event_for(request, event)
    typed = request.POST or kept.give_back(request)
    form = RetractionForm(typed, initial={"entry": found.pk})
    log = pumped.pump_log(found.regimen_id)
    shown = [e for e in log.entries if e.record.entry == found.pk]
    if request.method == "POST" and form.is_valid():
        said = {name: form.cleaned_data[name] for name in ("reason", "reason_text")}
        try:
            if attempt(form, actions.retract_pump_event, event=found, by=request.user, **said):
                messages.success(request, _("Withdrawn as entered in error. It stays legible."))
                return redirect("pump", found.regimen_id)
        except AlreadySuperseded:
            form.status = HTTPStatus.CONFLICT
            shown = [e for e in log.entries if e.record.event == found.event]
            newest = max(shown, key=lambda e: e.record.number)
            read_anew(form, entry=newest.record.entry)
            form.add_error(None, overtaken_words(shown))
    context = page_of(found.regimen) | {
        "form": form,
        "rows": presenter.pump_rows(PumpLog(tuple(shown)), found.regimen.clinic),
        "can_go_on": any(e.is_live for e in shown),
        "correct_url": reverse("pump-event-correct", args=[found.event]),
        "back": reverse("pump", args=[found.regimen_id]),
    }
    return render(request, "titration/pump_event_retract.html", context, status=form.status)


def overtaken_words(texts: list[pumped.PumpEntry]) -> str:
    """What somebody else made of the event meanwhile, and how it can be gone on from there."""
    if any(text.is_live for text in texts):
        return _(
            "This event was corrected while your page was open. Its texts stand above; send the "
            "form again to withdraw the event with its correction."
        )
    return _("This event is withdrawn already. Nothing of yours is recorded.")


def event_for(request: SignedInRequest, line: UUID) -> PumpEvent:
    """A text of an event when the person may record on its regimen; the access event is written.

    The text that the person's form was opened on, when it names one; else the newest.
    """
    texts = PumpEvent.objects.filter(
        event=line, regimen__in=Regimen.objects.visible_to(request.user)
    )
    by_age = list(texts.select_related("entry").order_by("-entry__number"))
    opened_on = request.POST.get("entry", "")
    found = next((text for text in by_age if str(text.pk) == opened_on), None)
    found = found or next(iter(by_age), None)
    if found is None:
        raise Http404
    found.regimen = regimen_for(request, found.regimen_id, RECORD)
    return found


def screen_of(
    request: SignedInRequest,
    regimen: Regimen,
    form_class: type[PumpEventForm],
    corrected: PumpEvent | None = None,
) -> "PumpScreen":
    """The forms of an event: typed, or blank; those of a correction hold what is recorded."""
    data = request.POST if request.method == "POST" else kept.give_back(request)
    if data is not None and "add_row" in data:
        data = with_another_row(data)
    rates = [part.as_written() for part in corrected.parts] if corrected else []
    initial: dict[str, object] = {"seen": pumped.pump_log(regimen.pk).last_number}
    if corrected:
        text = pumped.text_of(corrected, rates)
        initial = pump_initial(text, regimen) | {"entry": corrected.pk}
    form = form_class(
        data,
        initial=initial,
        regimen=regimen,
        today=regimen.clinic.local(timezone.now()).date(),
    )
    rows = dosage_formset(
        data=data,
        kind=StepKind.DOSE,
        units=[regimen.card.version.unit],
        initial=[row_of(rate, with_amount=True) for rate in rates],
    )
    return PumpScreen(request, regimen, form, rows, corrected)


@dataclass
class PumpScreen:
    """The two screens of one event."""

    request: SignedInRequest
    regimen: Regimen
    form: PumpEventForm
    rows: BaseDosageFormSet
    corrected: PumpEvent | None = None

    def read(self) -> PumpText | None:
        """What was typed, when its shape allows it; errors on the form."""
        is_valid = self.form.is_valid()
        is_valid = self.rows.is_valid() and is_valid
        rates = self.rows.components(None)
        return self.form.text(rates) if is_valid and self.rows.is_clean else None

    def answer(self, act: Callable[[PumpText, UUID], Record]) -> HttpResponse:
        """The page for this request: write, read back, or done."""
        posted = self.request.POST
        if self.request.method != "POST" or posted.get("stage") == "write":
            return self.write_page()
        if "add_row" in posted:
            withhold_errors(self.form, self.rows)
            return self.write_page()
        text = self.read()
        if text is None:
            return self.write_page()
        is_unread = self.corrected is None and self.form.cleaned_data["seen"] is None
        try:
            if posted.get("stage") == "confirm" and not is_unread:
                act(text, self.form.cleaned_data["submission"])
                messages.success(self.request, _("Recorded."))
                return redirect("pump", self.regimen.pk)
            actions.check_pump_text(self.regimen, text, timezone.now())
        except RuleBroken as rule:
            self.break_rule(rule)
            return self.write_page()
        except ChangedMeanwhile:
            return self.read_back_page(text)
        except (AlreadySuperseded, SubmissionConflict) as conflict:
            return self.conflict_page(conflict, text)
        return self.read_back_page(text)

    def break_rule(self, rule: RuleBroken) -> None:
        """Say a broken rule on the first rate, where it is of the rates, else on the form."""
        rates = [row for row in self.rows.forms if row.written is not None]
        if rule.field == "components" and rates:
            rates[0].add_error("amount", rule.message)
        else:
            self.form.break_rule(rule)

    def context(self, **more) -> dict:
        heading = _("Correct an event of the pump") if self.corrected else _("Record a pump event")
        back = reverse("pump", args=[self.regimen.pk])
        return page_of(self.regimen) | {
            "heading": heading,
            "form": self.form,
            "rows": self.rows,
            "back": back,
            **more,
        }

    def texts(self, line: UUID | None) -> list[presenter.PumpRow]:
        """The recorded texts of one event, or of every event."""
        entries = pumped.pump_log(self.regimen.pk).entries
        if line is not None:
            entries = tuple(e for e in entries if e.record.event == line)
        return presenter.pump_rows(PumpLog(entries), self.regimen.clinic)

    def write_page(self) -> HttpResponse:
        is_refused = bool(self.form.errors or self.rows.total_error_count())
        is_refused = is_refused and self.request.method == "POST"
        status = HTTPStatus.UNPROCESSABLE_ENTITY if is_refused else HTTPStatus.OK
        recorded = self.texts(self.corrected.event)[:1] if self.corrected else []
        context = self.context(recorded=recorded)
        return render(self.request, "titration/pump_event_write.html", context, status=status)

    def read_back_page(self, text: PumpText) -> HttpResponse:
        page = page_of(self.regimen)
        line = self.corrected.event if self.corrected else None
        seen, log = self.form.cleaned_data["seen"], pumped.pump_log(self.regimen.pk)
        newer = [e for e in log.entries if seen is not None and e.last_number > seen]
        context = self.context(
            seen=log.last_number,
            newer=presenter.pump_rows(PumpLog(tuple(newer)), self.regimen.clinic),
            read=presenter.read_back(text, self.medicine_name),
            before=[row for row in self.texts(line) if row.is_live][:1],
            carried=carried_of(self.request),
            confirm_text=recording.confirm_text(page["banner"].name),
        )
        return render(self.request, "titration/pump_event_read_back.html", context)

    @property
    def medicine_name(self) -> str:
        if self.corrected:
            return self.corrected.medicine_name
        return self.regimen.card.version.medicine_name

    def conflict_page(
        self, conflict: AlreadySuperseded | SubmissionConflict, text: PumpText
    ) -> HttpResponse:
        """Both texts side by side; nothing was written and what was typed is kept."""
        theirs = PumpEvent.objects.newest().filter(event=conflict.entry.subject).first()
        texts = self.texts(conflict.entry.subject)
        is_repeat = isinstance(conflict, SubmissionConflict)
        context = self.context(
            entry=conflict.entry,
            is_repeat=is_repeat,
            theirs=[row for row in texts if self.corrected or row.is_live],
            read=presenter.read_back(text, self.medicine_name),
            carried=carried_of(self.request, but={"submission", "entry"}),
            submission=uuid4(),
            newest=theirs.pk if theirs else "",
            can_go_on=self.corrected is None or any(row.is_live for row in texts),
        )
        page = "titration/pump_event_conflict.html"
        return render(self.request, page, context, status=HTTPStatus.CONFLICT)
