"""Drafts of plans: begin one, write it in the grid, settle two saves, discard it."""

import json
from http import HTTPStatus
from uuid import UUID, uuid4

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from access import audit, kept
from access.models import AccessKind
from access.policies import RECORD, check
from access.signed_in import SignedInRequest
from ledger import moments
from ledger.writing import check_not_erased
from titration import document, intake, wording
from titration.actions import drafts as actions
from titration.actions.drafts import DraftConflict, DraftGone
from titration.document import Document, TooLong
from titration.forms.plans import BeginForm, document_carried, document_sent
from titration.models import Plan, PlanDraft, PlanVersion, Regimen
from titration.policies import RuleBroken
from titration.presenters import drafts as presenters
from titration.presenters.draft_conflict import CHOICE, conflict_page
from titration.reading import logged, planned
from titration.reading.planned import PlanLog
from titration.typed import NotUnderstood
from titration.views.regimens import kind_of, page_of, regimen_for


def draft_for(request: SignedInRequest, pk: UUID) -> PlanDraft:
    """The draft when the person may write it; the access event is written."""
    drafts = PlanDraft.objects.visible_to(request.user).select_related(
        "clinic",
        "regimen__clinic",
        "regimen__patient",
        "regimen__card__version",
        "revises__entry",
        "saved_by",
        "asked_by",
    )
    found = get_object_or_404(drafts, pk=pk)
    check(request.user, found.clinic, RECORD)
    check_not_erased(found.regimen.patient_id)
    kind = kind_of(request)
    if kind == AccessKind.WRITE and is_script(request):
        kind = AccessKind.TYPING
    audit.saw(request, kind, [found.regimen.patient_id], found.clinic)
    moments.refuse(request.GET.get("known"))
    found.document = document.tidy(found.document)
    return found


def is_script(request: SignedInRequest) -> bool:
    """Whether the page's script asks, which takes JSON."""
    return request.headers.get("Accept", "") == "application/json"


# Beginning


@require_http_methods(["GET", "HEAD", "POST"])
def plan_new(request: SignedInRequest, regimen: UUID) -> HttpResponse:
    """Begin a draft: an empty one, or the present plan of the regimen, to be revised."""
    found = regimen_for(request, regimen, RECORD)
    present = present_plan(found)
    units = [found.card.version.unit]
    typed = request.POST or kept.give_back(request)
    form = BeginForm(
        typed, units=units, present=present_words(present), initial={"slots": slots_now(found)}
    )
    if request.method == "POST" and form.is_valid():
        revised = present if form.is_revision else None
        draft = begin(request, found, form, revised)
        if draft is not None:
            return redirect("plan-edit", draft.pk)
    begun = PlanDraft.objects.filter(regimen=found).select_related("saved_by", "clinic")
    context = page_of(found) | {
        "form": form,
        "begun": [
            (draft.pk, presenters.saved_words(draft)) for draft in begun.order_by("begun_at")
        ],
    }
    return render(
        request,
        "titration/plan_new.html",
        context,
        status=422 if request.method == "POST" else 200,
    )


def begin(
    request: SignedInRequest, regimen: Regimen, form: BeginForm, present: PlanLog | None
) -> PlanDraft | None:
    """The draft that was begun; none when a rule refuses, which the form then says."""
    found, revises = form.document, None
    if present is not None:
        found = actions.revision_of(present.newest.text, form.cleaned_data["unit"])
        revises = PlanVersion.objects.get(pk=present.newest.entry)
    try:
        return actions.begin_draft(
            regimen=regimen,
            document=found,
            by=request.user,
            submission=form.cleaned_data["submission"],
            revises=revises,
        )
    except RuleBroken as rule:
        form.break_rule(rule)
        return None


def present_plan(regimen: Regimen) -> PlanLog | None:
    """The plan of a regimen that is not over."""
    logs = planned.plan_logs([regimen.pk])[regimen.pk]
    return planned.present_plan(logs, logged.history(regimen)) if logs else None


def slots_now(regimen: Regimen) -> list[str]:
    """The times of day of the instruction that holds: columns to write in, without an amount."""
    step = logged.history(regimen).in_force(regimen.clinic.local(timezone.now()))
    parts = step.components if step else ()
    return [slot for slot in intake.slots_of_dose(parts) if isinstance(slot, str)]


def present_words(present: PlanLog | None) -> str:
    if present is None:
        return ""
    return _("Version %(version)s of the present plan, to be revised (signed %(date)s)") % {
        "version": present.newest.version,
        "date": wording.date_words(present.newest.signed_on),
    }


# Writing


@require_http_methods(["GET", "HEAD", "POST"])
def plan_edit(request: SignedInRequest, draft: UUID) -> HttpResponse:
    """The grid. A save and every button send all that is typed."""
    try:
        if not PlanDraft.objects.filter(pk=draft).exists():
            return signed_already(request, draft)
        found = draft_for(request, draft)
        if request.method != "POST":
            return given_back(request, found)
        return settle(request, found) if "mine" in request.POST else save(request, found)
    except TooLong as refusal:
        return too_long(request, refusal)
    except DraftGone:
        return gone(request, found)


def signed_already(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """The address of a draft that is signed leads on to the plan; what was typed is given back."""
    if request.method == "POST":
        regimen = regimen_for(request, regimen_sent(request), RECORD)
        return gone(request, PlanDraft(id=pk, clinic=regimen.clinic, regimen=regimen))
    plan = get_object_or_404(Plan.objects.visible_to(request.user), pk=pk)
    return redirect("plan", plan.pk)


def regimen_sent(request: SignedInRequest) -> UUID:
    """The regimen that the form was for: a draft that is gone no longer tells."""
    try:
        return UUID(request.POST.get("regimen", ""))
    except ValueError:
        raise Http404 from None


def given_back(request: SignedInRequest, draft: PlanDraft) -> HttpResponse:
    """The page with what was typed while the session ended, over the revision that it was typed
    on."""
    typed = kept.give_back(request)
    if typed is None:
        return edit_page(request, draft)
    draft.revision = as_revision(typed.get("revision", "")) or draft.revision
    return edit_page(request, draft, document_sent(typed))


def edit_page(
    request: SignedInRequest,
    draft: PlanDraft,
    found: Document | None = None,
    *,
    status: int = 200,
    wrong: dict[str, str] | None = None,
) -> HttpResponse:
    """The grid with the draft as saved, or with `found`, which is typed and not saved.

    `wrong` says why a button did nothing.
    """
    context = presenters.draft_page(draft, request.user, found) | {
        "submission": uuid4(),
        "first": request.POST.get("first", ""),
        "every": request.POST.get("every", ""),
        "wrong": wrong,
    }
    return render(request, "titration/plan_edit.html", context, status=status)


def save(request: SignedInRequest, draft: PlanDraft) -> HttpResponse:
    """Save all that is typed, changed as the button says; the answer is the page or JSON."""
    mine, seen = document_sent(request.POST), revision_seen(request)
    do, _colon, row = request.POST.get("do", "save").partition(":")
    after, wrong = mine, dict[str, str]()
    try:
        after = changed(mine, do, row, request)
    except NotUnderstood as problem:
        wrong = {"lay": wording.typed_problem_words(problem.code)}
    except TooLong:
        wrong = {"rows": _("A plan has at most 200 rows. Begin a second plan after it.")}
    try:
        saved = actions.save_draft(draft=draft, document=after, seen=seen, by=request.user)
        if do == "ask" and not wrong:
            saved = actions.ask_to_sign(draft=saved, seen=saved.revision, by=request.user)
    except DraftConflict as conflict:
        return conflict_answer(request, draft, mine, conflict.draft)
    except RuleBroken as rule:
        wrong = {"rows": rule.message}
    draft = draft_again(draft)
    if wrong:
        return edit_page(request, draft, status=HTTPStatus.UNPROCESSABLE_ENTITY, wrong=wrong)
    if is_script(request):
        return saved_answer(request, draft)
    return leave_to(draft, do, row, mine)


def changed(mine: Document, do: str, row: str, request: SignedInRequest) -> Document:
    """What a button makes of the text. Raises TooLong, and NotUnderstood for dates."""
    places = {each["row"]: place for place, each in enumerate(mine["rows"])}
    place = places.get(row)
    if do == "add":
        return document.inserted(mine, len(mine["rows"]))
    if do == "undo":
        return document.undone(mine)
    if do == "lay":
        return document.laid(mine, request.POST.get("first", ""), request.POST.get("every", ""))
    if place is None:
        return mine
    match do:
        case "insert":
            return document.inserted(mine, place)
        case "copy":
            return document.copied(mine, place)
        case "up":
            return document.moved(mine, place, place - 1)
        case "down":
            return document.moved(mine, place, place + 1)
        case "delete":
            return document.removed(mine, place)
    return mine


def leave_to(draft: PlanDraft, do: str, row: str, mine: Document) -> HttpResponse:
    """To the page of the draft, at the row that the button was about."""
    rows = [each["row"] for each in draft.document["rows"]]
    new = [each for each in rows if each not in {was["row"] for was in mine["rows"]}]
    at = new[0] if new else row if row in rows else ""
    address = reverse("plan-edit", args=[draft.pk])
    if do == "paste":
        address = reverse("plan-paste", args=[draft.pk])
    return redirect(f"{address}#row-{at}" if at else address)


def saved_answer(request: SignedInRequest, draft: PlanDraft) -> HttpResponse:
    read = document.reading_of(draft.document)
    state = presenters.state(draft, request.user, draft.document, read)
    html = render_to_string("titration/_plan_state.html", state, request)
    return JsonResponse({**presenters.saved_answer(draft, read), "state": html})


def draft_again(draft: PlanDraft) -> PlanDraft:
    """The draft as it was saved, with what pages show beside it."""
    saved = PlanDraft.objects.select_related("saved_by", "asked_by", "revises").get(pk=draft.pk)
    saved.clinic, saved.regimen = draft.clinic, draft.regimen
    return saved


def revision_seen(request: SignedInRequest) -> int:
    """The revision that was typed over: without one, a form is not ours."""
    seen = as_revision(request.POST.get("revision", ""))
    if seen is None:
        raise BadRequest
    return seen


def as_revision(sent: str) -> int | None:
    """A revision as forms of ours send it; none for anything else."""
    return int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 10 else None


def too_long(request: SignedInRequest, refusal: TooLong) -> HttpResponse:
    """More than a draft holds: nothing is saved; no page of ours sends it."""
    if is_script(request):
        says = _("This is too long to be saved. Write less, or begin a second plan after it.")
        return JsonResponse({"refused": says, "cell": refusal.cell}, status=413)
    raise BadRequest


def gone(request: SignedInRequest, draft: PlanDraft) -> HttpResponse:
    """The draft was signed or discarded meanwhile: what was typed stands on the page to copy."""
    says = _(
        "This draft was signed or discarded meanwhile, so nothing of yours was saved. What you "
        "typed is still here to be copied."
    )
    if is_script(request):
        return JsonResponse({"gone": says}, status=410)
    found = document_carried(request.POST) if "mine" in request.POST else None
    typed = presenters.plain_text(found or document_sent(request.POST))
    context = presenters.page_of(draft) | {
        "says": says,
        "text": request.POST.get("pasted") or typed,
    }
    return render(request, "titration/plan_gone.html", context, status=410)


# Two saves of one draft


def conflict_answer(
    request: SignedInRequest,
    draft: PlanDraft,
    mine: Document,
    theirs: PlanDraft,
    chosen: dict[str, str] | None = None,
) -> HttpResponse:
    """Both texts side by side; nothing was saved, and what was typed is carried along."""
    theirs.clinic, theirs.regimen = draft.clinic, draft.regimen
    context = presenters.page_of(draft) | conflict_page(
        theirs, mine, chosen or {}, asks_again=chosen is not None
    )
    carried = json.dumps(mine, ensure_ascii=False)  # as long as what was typed, not six times
    context |= {"carried": carried, "address": reverse("plan-edit", args=[draft.pk])}
    if is_script(request):
        html = render_to_string("titration/_plan_conflict.html", context, request)
        return JsonResponse({"conflict": html}, status=409)
    return render(request, "titration/plan_conflict.html", context, status=409)


def settle(request: SignedInRequest, draft: PlanDraft) -> HttpResponse:
    """Save what was chosen of two texts: mine, or each row as chosen. Theirs is saved already."""
    mine, seen = document_carried(request.POST), revision_seen(request)
    do = request.POST.get("do")
    if do == "theirs":
        return redirect("plan-edit", draft.pk)
    chosen = {
        name.removeprefix(CHOICE): value
        for name, value in request.POST.items()
        if name.startswith(CHOICE) and isinstance(value, str)
    }
    try:
        if draft.revision != seen:
            raise DraftConflict(draft)
        text = mine if do == "mine" else document.merged(mine, draft.document, chosen)
        actions.save_draft(draft=draft, document=text, seen=seen, by=request.user)
    except KeyError:
        return conflict_answer(request, draft, mine, draft, chosen)
    except DraftConflict as conflict:
        return conflict_answer(request, draft, mine, conflict.draft, chosen)
    messages.success(request, _("Saved."))
    return redirect("plan-edit", draft.pk)


# Discarding


@require_http_methods(["GET", "HEAD", "POST"])
def plan_discard(request: SignedInRequest, draft: UUID) -> HttpResponse:
    """Throw a draft away, after asking; not when it was saved meanwhile."""
    found = draft_for(request, draft)
    if request.method == "POST":
        try:
            actions.discard_draft(draft=found, seen=revision_seen(request), by=request.user)
        except DraftConflict:
            messages.warning(request, _("Somebody saved this draft meanwhile. Look at it again."))
            return redirect("plan-edit", found.pk)
        messages.success(request, _("The draft is discarded."))
        return redirect("regimen", found.regimen_id)
    context = presenters.page_of(found) | {
        "saved": presenters.saved_words(found),
        "text": presenters.plain_text(found.document),
    }
    return render(request, "titration/plan_discard.html", context)
