"""Signing a draft: read it in full words, prove who you are, sign. What keeps it from being so."""

import json
from dataclasses import dataclass
from functools import cached_property
from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from access import audit, presence
from access.models import AccessKind, User
from access.policies import SIGN, check
from access.signed_in import SignedInRequest
from ledger import moments
from ledger.models import Entry, Submission
from ledger.writing import AlreadySuperseded, SubmissionConflict, check_not_erased
from patients.presenters import banner
from titration import actions, document
from titration.forms.signing import SignForm
from titration.models import Plan, PlanDraft, PlanVersion
from titration.planning import PlanText
from titration.policies import ChangedMeanwhile, RuleBroken
from titration.presenters.plan import version_name
from titration.presenters.plan_differences import PlanDifferences, plan_differences
from titration.presenters.plan_sign import recorded_now, side_by_side, standing_now, to_sign
from titration.presenters.regimen import title_of
from titration.reading import logged, planned
from titration.reading.planned import PlanLog
from titration.views.attempts import attempt, read_anew, status_of
from titration.views.regimens import kind_of


@sensitive_post_parameters("password", "passkey")
@require_http_methods(["GET", "HEAD", "POST"])
def plan_sign(request: SignedInRequest, draft: UUID) -> HttpResponse:
    """The draft in full words, and the password or passkey that signs it; `stage=rebase` lays it
    over a newer version of its plan."""
    found = drafts_of(request.user).filter(pk=draft).first()
    if found is None:
        return gone(request, draft)
    check(request.user, found.clinic, SIGN)
    check_not_erased(found.regimen.patient_id)
    moments.refuse(request.GET.get("known"))
    if request.method != "POST":
        audit.saw(request, AccessKind.VIEW, [found.regimen.patient_id], found.clinic)
        return Screen(request, found).page()
    if request.POST.get("stage") == "rebase":
        audit.saw(request, AccessKind.WRITE, [found.regimen.patient_id], found.clinic)
        return rebased(request, found)
    form = SignForm(request.POST)
    refusal = refusal_of(request, form) if form.is_valid() else None
    kind = AccessKind.REFUSED if refusal else kind_of(request)
    audit.saw(request, kind, [found.regimen.patient_id], found.clinic)
    screen = Screen(request, found)
    if refusal:
        form.add_error(refusal.field, str(refusal))
        return screen.page(form, refusal.status)
    return screen.sign(form) if form.is_valid() else screen.page(form)


def drafts_of(user: User):
    """The drafts that a person may know of, with all that the page asks of them."""
    return PlanDraft.objects.visible_to(user).select_related(
        "clinic",
        "saved_by",
        "revises__entry",
        "regimen__clinic",
        "regimen__patient",
        "regimen__card__version",
    )


def refusal_of(request: SignedInRequest, form: SignForm) -> presence.NotProved | None:
    """Why it is not shown that the person is here; none once their password or passkey is right."""
    try:
        presence.prove(request, form.cleaned_data["password"], form.cleaned_data["passkey"])
    except presence.NotProved as refusal:
        return refusal
    return None


@dataclass
class Screen:
    """A draft beside the record as both are now, and the pages that they make."""

    request: SignedInRequest
    draft: PlanDraft

    def __post_init__(self) -> None:
        regimen = self.draft.regimen
        self.regimen = regimen
        read = document.reading_of(document.tidy(self.draft.document))
        self.text: PlanText | None = read.text if read.is_ready else None
        self.history = logged.history(regimen)
        self.logs = planned.plan_logs([regimen.pk])[regimen.pk]

    @cached_property
    def log(self) -> PlanLog | None:
        """The plan that the draft revises."""
        revised = self.draft.revises
        return next((log for log in self.logs if revised and log.plan == revised.plan_id), None)

    @property
    def is_overtaken(self) -> bool:
        """Whether another revision of the same version was signed first."""
        return self.log is not None and self.log.newest.entry != self.draft.revises_id

    @property
    def now(self):
        return self.regimen.clinic.local(timezone.now())

    @property
    def hidden(self) -> dict[str, object]:
        """What the page shows, as the form says it back."""
        typed = {name: value for name, value in self.draft.document.items() if name != "undo"}
        return {
            "seen": actions.newest_number(self.regimen, self.history, self.logs),
            "entry": self.draft.revises_id,
            "revision": self.draft.revision,
            "digest": actions.text_digest(self.text) if self.text else "",
            "read": json.dumps(typed),
        }

    def anew(self) -> "Screen":
        """The same, read again; DraftChanged where the draft is gone."""
        found = drafts_of(self.request.user).filter(pk=self.draft.pk).first()
        if found is None:
            raise actions.DraftChanged
        return Screen(self.request, found)

    def context(self, **more: object) -> dict[str, object]:
        person = banner(self.regimen.patient, today=self.now.date())
        return {
            "draft": self.draft,
            "regimen": self.regimen,
            "regimen_title": title_of(self.regimen.card.version),
            "banner": person,
            "button": _("Sign this plan for %(name)s") % {"name": person.name},
            "passkey_button": _("Sign it for %(name)s with a passkey") % {"name": person.name},
            "recorded": recorded_now(self.regimen, self.history, self.now),
            **more,
        }

    def page(
        self,
        form: SignForm | None = None,
        status: int = HTTPStatus.OK,
        changed: PlanDifferences | None = None,
        **more: object,
    ) -> HttpResponse:
        """The draft to read, with the form, or with what keeps it from being signed."""
        if self.is_overtaken:
            return self.conflict_page(status)
        if form is not None and status == HTTPStatus.OK and form.errors:
            status = status_of(form)
            if set(form.errors) - {"password", "passkey", "__all__"}:
                read_anew(form, **self.hidden)
        title = title_of(self.regimen.card.version)
        text = self.text
        read = to_sign(self.draft, text, self.log, self.history, self.now, title) if text else None
        context = self.context(
            read=read,
            form=form or SignForm(initial=self.hidden),
            obstacle=self.obstacle,
            has_passkey=presence.has_passkey(self.request.user),
            stands=standing_now(self.log, self.history, self.regimen) if self.log else None,
            changed=changed,
            **more,
        )
        return render(self.request, "titration/plan_sign.html", context, status=status)

    @property
    def obstacle(self) -> str:
        """What keeps any draft of this plan from being signed; "" for nothing."""
        plan = self.log.plan if self.log else self.draft.pk
        try:
            actions.check_can_sign(self.regimen, plan, self.logs, self.history)
        except RuleBroken as rule:
            return rule.message
        return ""

    def conflict_page(self, status: int) -> HttpResponse:
        """The version that was signed meanwhile beside the draft, which is kept."""
        assert self.log is not None  # noqa: S101 - an overtaken draft revises a plan
        newest, base = self.log.newest, self.draft.revises
        words = {"number": base.version if base else ""}
        names = (
            version_name(newest),
            _("This draft, from version %(number)s") % words,
        )
        context = self.context(
            newest=newest,
            newest_plan=self.log.plan,
            newest_name=names[0],
            both=side_by_side(self.log, self.text, names) if self.text else None,
        )
        return render(self.request, "titration/plan_sign_conflict.html", context, status=status)

    def sign(self, form: SignForm) -> HttpResponse:
        """Sign what was read, unless the draft or the record is not what was read any more."""
        cleaned, text = form.cleaned_data, self.text
        if self.is_overtaken:
            return self.conflict_page(HTTPStatus.CONFLICT)
        read = (cleaned["revision"], cleaned["digest"])
        if text is None or read != (self.draft.revision, actions.text_digest(text)):
            return self.changed_page(form)
        try:
            version = self.attempt(form, text)
        except (actions.DraftChanged, AlreadySuperseded, ChangedMeanwhile) as refusal:
            return self.refused(form, refusal)
        if version is None:
            return self.page(form)
        messages.success(self.request, _("Signed. The plan stands as it is written below."))
        return redirect("plan", version.plan_id)

    def attempt(self, form: SignForm, text: PlanText) -> PlanVersion | None:
        return attempt(
            form,
            actions.sign_plan,
            draft=self.draft.pk,
            regimen=self.regimen,
            revision=form.cleaned_data["revision"],
            revises=self.draft.revises.entry if self.draft.revises else None,
            text=text,
            seen=form.cleaned_data["seen"],
            by=self.request.user,
        )

    def refused(self, form: SignForm, refusal: Exception) -> HttpResponse:
        """The page of a refusal under the lock, with everything read again."""
        try:
            screen = self.anew()
        except actions.DraftChanged:
            return gone(self.request, self.draft.pk)
        if isinstance(refusal, ChangedMeanwhile):
            form = SignForm(initial=screen.hidden)
            return screen.page(form, HTTPStatus.CONFLICT, is_record_newer=True)
        if isinstance(refusal, AlreadySuperseded):
            return screen.page(status=HTTPStatus.CONFLICT)
        return screen.changed_page(form)

    def changed_page(self, form: SignForm) -> HttpResponse:
        """The draft as it is now, with what was changed of it since it was read."""
        was = text_read(form)
        changed = None
        if was and self.text:
            names = (_("As you read it"), _("As it is now"))
            opened = self.log.opened if self.log else {}
            changed = plan_differences(was, self.text, opened, names)
        return self.page(status=HTTPStatus.CONFLICT, changed=changed, is_draft_newer=True)


def text_read(form: SignForm) -> PlanText | None:
    """The plan that the page showed, as the form says it back; none where that is not the one."""
    try:
        text = document.read(document.tidy(json.loads(form.cleaned_data["read"])))[0]
    except (ValueError, RecursionError):
        return None
    is_it = text is not None and actions.text_digest(text) == form.cleaned_data["digest"]
    return text if is_it else None


def rebased(request: SignedInRequest, draft: PlanDraft) -> HttpResponse:
    """Lay the draft over the version that the conflict page showed, and read it again."""
    screen = Screen(request, draft)
    chosen = request.POST.get("entry")
    if screen.log is not None and str(screen.log.newest.entry) == chosen:
        onto = PlanVersion.objects.get(pk=screen.log.newest.entry)
        try:
            actions.rebase_draft(draft=draft, onto=onto, by=request.user)
        except actions.DraftChanged:
            messages.error(request, _("The draft was changed meanwhile. Read it again."))
    return redirect("plan-sign", draft.pk)


def gone(request: SignedInRequest, draft: UUID) -> HttpResponse:
    """The answer for a draft that is not there: it was signed, perhaps by this form, or discarded.

    The form names the version that the draft revised; a first version has the draft's own number.
    """
    form = SignForm(request.POST)
    form.is_valid()
    plans = Plan.objects.visible_to(request.user).select_related("clinic", "regimen__clinic")
    entry = signed_by_form(request.user, form.cleaned_data.get("submission"))
    if entry is not None:
        found = get_object_or_404(plans, pk=entry.subject)
        check(request.user, found.clinic, SIGN)
        return answered_again(request, form, draft, found, entry)
    plan = (
        plans.filter(pk=draft).first()
        or plans.filter(versions__pk=form.cleaned_data.get("entry")).first()
    )
    if plan is None:
        raise Http404
    if request.method == "POST":
        check(request.user, plan.clinic, SIGN)
        messages.error(
            request,
            _(
                "The draft is not there any more: somebody signed it or discarded it. "
                "Nothing of yours is signed; the plan stands as it is written below."
            ),
        )
    return redirect("plan", plan.pk)


def signed_by_form(user: User, submission: UUID | None) -> Entry | None:
    """The entry of the version that this person signed by the same form before; none otherwise."""
    sent = Submission.objects.filter(uuid=submission, user=user).first() if submission else None
    if sent is None:
        return None
    entries = Entry.objects.filter(clinic=sent.clinic_id, number=sent.first_number)
    return entries.filter(kind=PlanVersion.KIND).select_related("supersedes").first()


def answered_again(
    request: SignedInRequest, form: SignForm, draft: UUID, plan: Plan, entry: Entry
) -> HttpResponse:
    """As the first time, where the form says the same; nothing is written."""
    log = planned.plan_log(plan.pk, plan.regimen_id)
    signed = next(each for each in log.versions if each.entry == entry.pk) if log else None
    try:
        if signed is None or form.cleaned_data.get("digest") != actions.text_digest(signed.text):
            raise SubmissionConflict(entry)
        actions.sign_plan(
            draft=draft,
            regimen=plan.regimen,
            revision=form.cleaned_data.get("revision"),
            revises=entry.supersedes,
            text=signed.text,
            seen=form.cleaned_data.get("seen"),
            by=request.user,
            submission=form.cleaned_data["submission"],
        )
    except (SubmissionConflict, AlreadySuperseded, actions.DraftChanged):
        messages.error(
            request, _("This form was sent before with other content. Read what is signed below.")
        )
    else:
        messages.success(request, _("Signed. The plan stands as it is written below."))
    return redirect("plan", plan.pk)
