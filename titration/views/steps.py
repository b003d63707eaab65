"""Recording: write the step, read it back, confirm. Correcting and withdrawing go the same way."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID, uuid4

from django.contrib import messages
from django.forms.utils import ErrorDict, ErrorList
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from access import audit
from access.policies import CONFIRM, RECORD, check, clinics_of
from access.signed_in import SignedInRequest
from ledger.models import Record, RetractionReason
from ledger.writing import AlreadySuperseded, SubmissionConflict
from patients.presenters import banner
from titration import actions, carry, dosing, policies, reading
from titration.actions import Instruction
from titration.forms.dosage import BaseDosageFormSet, dosage_formset, row_of
from titration.forms.steps import CorrectionForm, RetractionForm, StepForm, step_initial
from titration.models import KINDS_WITH_DOSE, DoseStep, Regimen, RegimenVersion, StepKind
from titration.policies import ChangedMeanwhile, RuleBroken
from titration.presenters import recording
from titration.presenters.log import log_rows
from titration.presenters.regimen import title_of
from titration.timeline import StepRecord
from titration.views.attempts import attempt
from titration.views.regimens import kind_of

KINDS = set(StepKind.values)
NOT_CARRIED = {"csrfmiddlewaretoken", "stage", "seen", "add_row"}


@dataclass
class Screen:
    """What the two screens of one recording share."""

    request: SignedInRequest
    regimen: Regimen
    kind: str
    history: reading.History
    form: StepForm
    rows: BaseDosageFormSet | None
    corrected: StepRecord | None = None

    @property
    def now(self):
        return self.regimen.clinic.local(timezone.now())

    def read(self, *, asks_rules: bool) -> Instruction | None:
        """What was typed, when its shape and the rules of the log allow it; errors on the form.

        The rules are not asked here when the action is about to: it asks them under the lock, and
        a submission that was carried out before must reach it to be answered.
        """
        form, rows = self.form, self.rows
        is_valid = form.is_valid()
        components: tuple[dosing.Component, ...] = ()
        if rows is not None:
            is_valid = rows.is_valid() and is_valid
            starts = form.effective.on if form.effective else None
            components = rows.components(starts)
            is_valid = is_valid and rows.is_clean
        if not is_valid:
            return None
        instruction = form.instruction(components)
        if not asks_rules:
            return instruction
        try:
            actions.check_instruction(
                self.regimen,
                instruction,
                self.history,
                self.now.date(),
                self.corrected.step if self.corrected else None,
            )
        except RuleBroken as rule:
            form.break_rule(rule)
            return None
        return instruction

    def context(self, **more) -> dict:
        return {
            "regimen": self.regimen,
            "title": title_of(newest_version(self.regimen)),
            "banner": banner(self.regimen.patient),
            "form": self.form,
            "rows": self.rows,
            "is_correction": self.corrected is not None,
            **more,
        }

    def write_page(self) -> HttpResponse:
        before = self.corrected or self.history.in_force(self.now)
        row = log_rows(self.history, self.regimen.clinic, self.now, [before]) if before else []
        is_refused = self.form.is_bound and bool(
            self.form.errors or (self.rows and self.rows.total_error_count())
        )
        return render(
            self.request,
            "titration/step_write.html",
            self.context(
                heading=recording.write_title(self.kind, is_correction=self.corrected is not None),
                before=row[0] if row else None,
                before_heading=_("As recorded") if self.corrected else _("Instruction now"),
                is_single=self.kind == StepKind.SINGLE,
            ),
            status=422 if is_refused else 200,
        )

    def read_back_page(self, instruction: Instruction) -> HttpResponse:
        seen = self.form.cleaned_data["seen"]
        last = self.history.last_number
        newer = [] if seen is None else self.changed_since(seen)
        return render(
            self.request,
            "titration/step_read_back.html",
            self.context(
                read_back=recording.read_back(instruction, self.history, self.now, self.corrected),
                carried=[
                    (name, value)
                    for name, values in self.request.POST.lists()
                    if name not in NOT_CARRIED
                    for value in values
                ],
                seen=last,
                confirm_text=recording.confirm_text(banner(self.regimen.patient).name),
                newer=log_rows(self.history, self.regimen.clinic, self.now, newer),
            ),
        )

    def changed_since(self, seen: int) -> list[StepRecord]:
        """The newest text of every line that was recorded, corrected or withdrawn after `seen`."""
        newest = {r.step: r for r in sorted(self.history.records, key=lambda r: r.number)}
        withdrawn = {w.step for w in self.history.withdrawals if w.number > seen}
        return [r for r in newest.values() if r.number > seen or r.step in withdrawn]

    def answer(self, act: Callable[[Instruction, UUID, int], Record]) -> HttpResponse:
        """The page for this request: write, read back, or done."""
        posted = self.request.POST
        if not self.form.is_bound or posted.get("stage") == "write":
            return self.write_page()
        if "add_row" in posted:
            withhold_errors(self.form, self.rows)
            return self.write_page()
        is_confirmed = posted.get("stage") == "confirm"
        instruction = self.read(asks_rules=not is_confirmed)
        if instruction is None:
            return self.write_page()
        cleaned = self.form.cleaned_data
        if not is_confirmed or cleaned["seen"] is None:
            return self.read_back_page(instruction)
        try:
            act(instruction, cleaned["submission"], cleaned["seen"])
        except RuleBroken as rule:
            self.form.break_rule(rule)
            return self.write_page()
        except ChangedMeanwhile:
            self.history = reading.history(self.regimen)
            return self.read_back_page(instruction)
        except (AlreadySuperseded, SubmissionConflict) as conflict:
            return conflict_page(self, conflict, instruction)
        messages.success(self.request, _("Recorded."))
        return redirect("regimen", self.regimen.pk)


def conflict_page(
    screen: Screen, conflict: AlreadySuperseded | SubmissionConflict, instruction: Instruction
) -> HttpResponse:
    """Both texts side by side; nothing was written and what was typed is kept."""
    history = reading.history(screen.regimen)
    lines = {screen.corrected.step} if screen.corrected else {conflict.entry.subject}
    theirs = [r for r in history.records if r.step in lines]
    carried = [
        (name, value)
        for name, values in screen.request.POST.lists()
        if name not in NOT_CARRIED | {"submission", "entry"}
        for value in values
    ]
    context = screen.context(
        theirs=log_rows(history, screen.regimen.clinic, screen.now, theirs),
        entry=conflict.entry,
        is_repeat=isinstance(conflict, SubmissionConflict),
        read_back=recording.read_back(instruction, history, screen.now),
        carried=carried,
        submission=uuid4(),
        seen=history.last_number,
        newest=max((r for r in theirs), key=lambda r: r.number).entry if theirs else "",
        can_go_on=any(r in history.live for r in theirs) or screen.corrected is None,
    )
    return render(screen.request, "titration/step_conflict.html", context, status=409)


def newest_version(regimen: Regimen) -> RegimenVersion:
    """What the regimen's text is now."""
    return regimen.card.version


def regimen_to_record(request: SignedInRequest, pk: UUID) -> tuple[Regimen, DoseStep | None]:
    """The regimen when the person may record on it, and the step to copy, if one is asked for.

    The access event is written and names the patients of both.
    """
    regimens = Regimen.objects.visible_to(request.user)
    regimen = get_object_or_404(
        regimens.select_related("clinic", "patient", "card__version"), pk=pk
    )
    check(request.user, regimen.clinic, RECORD)
    copied = copied_step(request)
    shown = [regimen.patient_id, *([copied.regimen.patient_id] if copied else [])]
    audit.saw(request, kind_of(request), shown, regimen.clinic)
    return regimen, copied


def copied_step(request: SignedInRequest) -> DoseStep | None:
    """The written step that a person asked to copy: of a clinic where they record.

    It is looked up in the log and not among what is carried, because a form that is sent again
    names a step that was put down when the form was sent first.
    """
    asked = request.GET.get("copy")
    if not asked:
        return None
    steps = DoseStep.objects.filter(regimen__clinic__in=clinics_of(request.user, RECORD))
    try:
        return steps.select_related("entry", "regimen__clinic").get(pk=UUID(asked))
    except (DoseStep.DoesNotExist, ValueError):
        raise Http404 from None


def step_to_record(request: SignedInRequest, line: UUID, *, confirms: bool = False) -> DoseStep:
    """A text of a line when the person may record on it, or confirm it; the event is written.

    The text that the person's form was opened on, when it names one; else the newest.
    """
    steps = DoseStep.objects.filter(
        step=line, regimen__in=Regimen.objects.visible_to(request.user)
    ).select_related("entry", "regimen__clinic", "regimen__patient", "regimen__card__version")
    opened_on = request.POST.get("entry", "")
    by_age = steps.order_by("-entry__number")
    found = next((s for s in by_age if str(s.pk) == opened_on), None) or by_age.first()
    if found is None:
        raise Http404
    check(request.user, found.regimen.clinic, CONFIRM if confirms else RECORD)
    if confirms:
        policies.check_can_confirm(request.user, found)
    audit.saw(request, kind_of(request), [found.regimen.patient_id], found.regimen.clinic)
    return found


@require_http_methods(["GET", "HEAD", "POST"])
def step_new(request: SignedInRequest, regimen: UUID) -> HttpResponse:
    """Record a step of a kind; `?copy=` fills in a written step that a person asked to copy."""
    found, copied = regimen_to_record(request, regimen)
    kind = request.GET.get("kind", StepKind.DOSE)
    kind = kind if kind in KINDS else StepKind.DOSE
    history = reading.history(found)
    if copied is not None:
        kind = copied.kind
    screen = _screen(request, found, kind, history, StepForm, copied)

    def act(instruction: Instruction, submission: UUID, seen: int) -> Record:
        step = actions.record_step(
            regimen=found,
            instruction=instruction,
            by=request.user,
            submission=submission,
            seen=seen,
        )
        if copied is not None:
            carry.drop(request, copied)
        return step

    return screen.answer(act)


@require_http_methods(["GET", "HEAD", "POST"])
def step_correct(request: SignedInRequest, step: UUID) -> HttpResponse:
    """Type a recorded step again; the old text stays, entered in error."""
    found = step_to_record(request, step)
    history = reading.history(found.regimen)
    record = next(r for r in history.records if r.entry == found.pk)
    kind = request.GET.get("kind", found.kind)
    kind = kind if kind in KINDS else found.kind
    screen = _screen(request, found.regimen, kind, history, CorrectionForm, found)
    screen.corrected = record

    def act(instruction: Instruction, submission: UUID, seen: int) -> Record:
        return actions.correct_step(
            step=found,
            instruction=instruction,
            correction_reason=screen.form.cleaned_data["correction_reason"],
            by=request.user,
            submission=submission,
            seen=seen,
        )

    return screen.answer(act)


def _screen(
    request: SignedInRequest,
    regimen: Regimen,
    kind: str,
    history: reading.History,
    form_class: type[StepForm],
    source: DoseStep | None,
) -> Screen:
    """The forms of a step: typed, filled from a written step that was asked for, or blank."""
    clinic = regimen.clinic
    data: QueryDict | None = request.POST if request.method == "POST" else None
    if data is not None and "add_row" in data:
        data = with_another_row(data)
    initial = step_initial(source) if source else {}
    form = form_class(
        data,
        initial={
            **initial,
            "seen": history.last_number,
            "entry": source.pk if source else None,
        },
        regimen=regimen,
        kind=kind,
        by=request.user,
        today=clinic.local(timezone.now()).date(),
    )
    rows = None
    if kind in KINDS_WITH_DOSE:
        version = newest_version(regimen)
        rows = dosage_formset(
            data=data,
            kind=kind,
            units=[version.unit],
            initial=_rows_initial(regimen, kind, history, source),
        )
    return Screen(request, regimen, kind, history, form, rows)


def _rows_initial(
    regimen: Regimen, kind: str, history: reading.History, source: DoseStep | None
) -> list[dict]:
    """Rows of a written step that was asked for, or only the timings of the last instruction.

    A resumption is typed anew: nothing of the dose before is laid out for it.
    """
    if source is not None:
        return [row_of(part.as_written(), with_amount=True) for part in source.parts]
    now = regimen.clinic.local(timezone.now())
    before = history.in_force(now)
    if kind != StepKind.DOSE or before is None:
        return []
    return [row_of(part, with_amount=False) for part in before.components]


def with_another_row(posted: QueryDict) -> QueryDict:
    """The form's data with one more blank row: what the button does where no script runs."""
    data = posted.copy()
    total = data.get("components-TOTAL_FORMS", "")
    data["components-TOTAL_FORMS"] = (
        str(int(total) + 1) if total.isascii() and total.isdigit() else "1"
    )
    return data


def withhold_errors(form: StepForm, rows: BaseDosageFormSet | None) -> None:
    """Nobody has finished typing yet: errors are for the next button."""
    form._errors = ErrorDict()  # type: ignore[attr-defined]
    if rows is not None:
        rows._errors, rows._non_form_errors = [], ErrorList()  # type: ignore[attr-defined]
        for row in rows.forms:
            row._errors = ErrorDict()


@require_http_methods(["GET", "HEAD", "POST"])
def step_retract(request: SignedInRequest, step: UUID) -> HttpResponse:
    """Withdraw a step as entered in error; a wrong patient's step can be carried to the right."""
    found = step_to_record(request, step)
    regimen = found.regimen
    history = reading.history(regimen)
    form = RetractionForm(request.POST or None, initial={"entry": found.pk})
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        try:
            retraction = attempt(
                form,
                actions.retract_step,
                step=found,
                reason=RetractionReason(reason),
                reason_text=form.cleaned_data["reason_text"],
                by=request.user,
            )
        except AlreadySuperseded:
            messages.error(request, _("Somebody changed this entry first. Read it again below."))
            return redirect("regimen", regimen.pk)
        if retraction:
            return _after_retraction(request, regimen, reason, [found])
    record = [r for r in history.records if r.entry == found.pk]
    now = regimen.clinic.local(timezone.now())
    context = {
        "regimen": regimen,
        "title": title_of(newest_version(regimen)),
        "banner": banner(regimen.patient),
        "form": form,
        "row": log_rows(history, regimen.clinic, now, record)[0],
    }
    return render(request, "titration/step_retract.html", context)


def _after_retraction(
    request: SignedInRequest, regimen: Regimen, reason: str, steps: list[DoseStep]
) -> HttpResponse:
    messages.success(request, _("Withdrawn as entered in error. The entry stays legible."))
    if reason in (RetractionReason.WRONG_PATIENT, RetractionReason.WRONG_MEDICINE):
        carry.put(request, steps)
        messages.info(
            request,
            _("You are carrying what you withdrew: open the right patient to enter it there."),
        )
    return redirect("regimen", regimen.pk)


@require_POST
def step_confirm(request: SignedInRequest, step: UUID) -> HttpResponse:
    """The named prescriber confirms a step that somebody else typed: one click."""
    found = step_to_record(request, step, confirms=True)
    try:
        if str(found.pk) != request.POST.get("entry"):
            raise AlreadySuperseded(found.entry)
        actions.confirm_step(step=found, by=request.user)
    except RuleBroken as rule:
        messages.error(request, rule.message)
    except AlreadySuperseded:
        messages.error(request, _("Somebody changed this entry first. Read it again below."))
    else:
        messages.success(request, _("Confirmed."))
    return redirect("regimen", found.regimen_id)
