"""Recording: write the step, read it back, confirm. Correcting and withdrawing go the same way."""

from contextlib import suppress
from http import HTTPStatus
from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.db.models import Exists, OuterRef
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from access import audit, kept
from access.composed import Joined
from access.models import User
from access.policies import CONFIRM, RECORD, check, clinics_of
from access.signed_in import SignedInRequest
from ledger import moments
from ledger.models import Erasure, Record
from ledger.writing import AlreadySuperseded, check_not_erased
from patients.presenters import banner
from titration import actions, carry, policies, timeline
from titration.actions import Instruction
from titration.forms.dosage import dosage_formset
from titration.forms.steps import (
    CorrectionForm,
    RetractionForm,
    StepForm,
    step_initial,
)
from titration.forms.written_rows import row_of
from titration.models import KINDS_WITH_DOSE, DoseStep, ReceivedHow, Regimen, StepKind
from titration.presenters.following import Following, followed_from, following, undone_words
from titration.presenters.log import log_rows
from titration.presenters.regimen import title_of
from titration.reading import logged, planned
from titration.views.attempts import attempt, read_anew
from titration.views.recording import Screen, newest_version, with_another_row
from titration.views.regimens import CARRIED, kind_of

KINDS = set(StepKind.values)


_regimen = Joined(
    Regimen,
    *("clinic", "patient", "card", "card__version", "card__version__entry"),
    is_erased=Exists(Erasure.objects.filter(entry__subject=OuterRef("patient"))),
)


def _in_reach(pk: UUID, user: User) -> Any:
    """The regimen with its text, and whether its patient `is_erased`. Raises Http404."""
    with suppress(Regimen.DoesNotExist):
        regimen = _regimen(pk)
        if regimen.clinic_id in user.roles_by_clinic:
            return regimen
    raise Http404


def regimen_to_record(request: SignedInRequest, pk: UUID) -> tuple[Regimen, DoseStep | None]:
    """The regimen when the person may record on it, and the step to copy, if one is asked for.

    The access event is written and names the patients of both.
    """
    regimen = _in_reach(pk, request.user)
    check(request.user, regimen.clinic, RECORD)
    if regimen.is_erased:
        check_not_erased(regimen.patient_id)
    copied = copied_step(request)
    shown = [regimen.patient_id, *([copied.regimen.patient_id] if copied else [])]
    spans_clinics = copied is not None and copied.regimen.clinic_id != regimen.clinic_id
    audit.saw(request, kind_of(request), shown, None if spans_clinics else regimen.clinic)
    moments.refuse(request.GET.get("known"))
    return regimen, copied


def log_when_asked(regimen: Regimen) -> logged.History:
    """The log, read once something of it is shown: the action that records reads it for itself."""
    return cast(logged.History, SimpleLazyObject(lambda: logged.history(regimen)))


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
    ).select_related(
        "entry",
        "decided_by",
        "regimen__clinic",
        "regimen__patient",
        "regimen__card__version__entry",
    )
    opened_on = request.POST.get("entry", "")
    by_age = steps.order_by("-entry__number")
    found = next((s for s in by_age if str(s.pk) == opened_on), None) or by_age.first()
    if found is None:
        raise Http404
    check(request.user, found.regimen.clinic, CONFIRM if confirms else RECORD)
    if confirms:
        policies.check_can_confirm(request.user, found)
    check_not_erased(found.regimen.patient_id)
    audit.saw(request, kind_of(request), [found.regimen.patient_id], found.regimen.clinic)
    moments.refuse(request.GET.get("known"))
    return found


@require_http_methods(["GET", "HEAD", "POST"])
def step_new(request: SignedInRequest, regimen: UUID) -> HttpResponse:
    """Record a step of a kind; `?copy=` fills in a written step that a person asked to copy.

    `?row=` records a row of the signed plan, and fills it in where what is recorded is what the
    plan expected before it.
    """
    found, copied = regimen_to_record(request, regimen)
    history = log_when_asked(found)
    row = None if copied else asked_row(request, found, history)
    kind = copied.kind if copied else row.kind if row and row.kind else _kind(request)
    screen = _screen(request, found, kind, history, StepForm, copied, row)
    if not screen.form.is_bound and (refusal := screen.row_refusal()):
        messages.error(request, refusal)
        return redirect("regimen", found.pk)

    def act(instruction: Instruction, submission: UUID, seen: int) -> Record:
        step = actions.record_step(
            regimen=found,
            instruction=instruction,
            by=request.user,
            submission=submission,
            seen=seen,
            from_row=screen.from_row,
        )
        if copied is not None:
            carry.drop(request, copied)
        return step

    return screen.answer(act)


def _kind(request: SignedInRequest, otherwise: str = StepKind.DOSE) -> str:
    """The kind of step that the address names."""
    asked = request.GET.get("kind", otherwise)
    return asked if asked in KINDS else otherwise


def asked_row(
    request: SignedInRequest, regimen: Regimen, history: logged.History
) -> Following | None:
    """The planned row that the address names, if it names one; 404 when the regimen has it not."""
    asked = request.GET.get("row")
    if not asked:
        return None
    try:
        found = following(planned.plan_logs([regimen.pk])[regimen.pk], UUID(asked), history)
    except ValueError:
        raise Http404 from None
    if found is None:
        raise Http404
    return found


@require_http_methods(["GET", "HEAD", "POST"])
def step_correct(request: SignedInRequest, step: UUID) -> HttpResponse:
    """Type a recorded step again; the old text stays, entered in error."""
    found = step_to_record(request, step)
    history = log_when_asked(found.regimen)
    record = next(r for r in history.records if r.entry == found.pk)
    plans = planned.plan_logs([found.regimen_id])[found.regimen_id]
    row = followed_from(plans, found.step, history)
    kind = _kind(request, found.kind)
    screen = _screen(request, found.regimen, kind, history, CorrectionForm, found, row)
    screen.corrected, screen.source, screen.plans = record, found, plans

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
    history: logged.History,
    form_class: type[StepForm],
    source: DoseStep | None,
    row: Following | None = None,
) -> Screen:
    """The forms of a step: typed, filled from a written step or a row that was asked for, or blank.

    A row fills nothing where what is recorded is not what the plan expected before it.
    """
    clinic = regimen.clinic
    data = request.POST if request.method == "POST" else kept.give_back(request)
    if data is not None and "add_row" in data:
        data = with_another_row(data)
    initial: dict[str, object] = {}
    if data is None:
        initial = step_initial(source) if source else row_initial(row) if row else {}
        initial["seen"] = logged.newest_number(regimen, history)
    form = form_class(
        data,
        initial={**initial, "entry": source.pk if source else None},
        regimen=regimen,
        kind=kind,
        by=request.user,
        today=clinic.local(timezone.now()).date(),
        named=source.decided_by if source and form_class is CorrectionForm else None,
        signer=row_signer(row),
        planned_on=row.planned_on if row else None,
    )
    rows = None
    if kind in KINDS_WITH_DOSE:
        version = newest_version(regimen)
        rows = dosage_formset(
            data=data,
            kind=kind,
            units=[version.unit],
            initial=rows_initial(regimen, kind, history, source, row) if data is None else None,
        )
    return Screen(request, regimen, kind, history, form, rows, row=row)


def row_signer(row: Following | None) -> User | None:
    """Who signed the row that the step is recorded from, if that was somebody here."""
    signer = row.version.signed_by if row else None
    return None if signer is None else User.objects.get(pk=signer)


def row_initial(row: Following) -> dict[str, object]:
    """What a row that may fill the form says beside its dose, and that its signer decided it.

    Who signed it elsewhere is not of the clinic: who decides here is for a person to say.
    """
    if not row.is_filled:
        return {}
    initial: dict[str, object] = {"note": row.row.words}
    if row.version.signed_by is not None:
        initial["decided_by"] = str(row.version.signed_by)
        initial["received_how"] = ReceivedHow.SIGNED_PLAN.value
    return initial


def rows_initial(
    regimen: Regimen,
    kind: str,
    history: logged.History,
    source: DoseStep | None,
    row: Following | None = None,
) -> list[dict]:
    """Rows of a written step that was asked for, or of a planned row that may fill the form, or

    only the timings of the last instruction, which a row that may not fill it has not either.

    A resumption is typed anew: nothing of the dose before is laid out for it.
    """
    if source is not None:
        return [row_of(part.as_written(), with_amount=True) for part in source.parts]
    if row is not None:
        parts = row.row.components if row.is_filled else ()
        return [row_of(part, with_amount=True) for part in parts]
    now = regimen.clinic.local(timezone.now())
    before = history.in_force(now)
    if kind != StepKind.DOSE or before is None:
        return []
    return [row_of(part, with_amount=False) for part in before.components]


@require_http_methods(["GET", "HEAD", "POST"])
def step_retract(request: SignedInRequest, step: UUID) -> HttpResponse:
    """Withdraw a step as entered in error; a wrong patient's step can be carried to the right."""
    found = step_to_record(request, step)
    typed = request.POST or kept.give_back(request)
    form = RetractionForm(typed, initial={"entry": found.pk})
    is_overtaken = False
    if request.method == "POST" and form.is_valid():
        said = {name: form.cleaned_data[name] for name in ("reason", "reason_text")}
        try:
            retraction = attempt(form, actions.retract_step, step=found, by=request.user, **said)
        except AlreadySuperseded:
            is_overtaken = True
        else:
            if retraction:
                return _after_retraction(request, found.regimen, said["reason"], [found])
    context = _what_is_withdrawn(found, form, is_overtaken=is_overtaken)
    return render(request, "titration/step_retract.html", context, status=form.status)


def _what_is_withdrawn(step: DoseStep, form: RetractionForm, *, is_overtaken: bool) -> dict:
    """The text that was read; where somebody was quicker, what they made of it beside it; and what
    holds in its place without it.

    A correction can then be withdrawn in its place; what was withdrawn cannot be again.
    """
    regimen = step.regimen
    history = logged.history(regimen)
    line = sorted((r for r in history.records if r.step == step.step), key=lambda r: r.number)
    shown = [next(record for record in line if record.entry == step.pk)]
    if is_overtaken:
        form.status = HTTPStatus.CONFLICT
        read_anew(form, entry=line[-1].entry)
        shown.append(line[-1])
    plans = planned.plan_logs([regimen.pk])[regimen.pk]
    instead = timeline.instead_of(history.live, step.step)
    told = [*shown, *([instead] if instead else [])]
    rows = log_rows(history, regimen.clinic, regimen.clinic.local(timezone.now()), told, plans)
    return {
        "regimen": regimen,
        "title": title_of(newest_version(regimen)),
        "banner": banner(regimen.patient),
        "form": form,
        "row": rows[0],
        "theirs": rows[1] if is_overtaken else None,
        "can_go_on": line[-1] in history.live,
        "correct_url": reverse("step-correct", args=[step.step]),
        "back": reverse("regimen", args=[regimen.pk]),
        "instead": rows[-1] if instead else None,
        "undone": undone_words(plans, step.step, history, newest_version(regimen).responsible_name),
    }


def _after_retraction(
    request: SignedInRequest, regimen: Regimen, reason: str, steps: list[DoseStep]
) -> HttpResponse:
    messages.success(request, _("Withdrawn as entered in error. The entry stays legible."))
    if reason in CARRIED:
        carry.put(request, steps)
        messages.info(
            request,
            _("You are carrying what you withdrew: open the right patient to enter it there."),
        )
    return redirect("regimen", regimen.pk)
