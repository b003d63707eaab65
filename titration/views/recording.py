"""The two screens that every recording goes through: write it, read it back, confirm."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID, uuid4

from django.contrib import messages
from django.forms import Form
from django.forms.utils import ErrorDict, ErrorList
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from access.signed_in import SignedInRequest
from ledger.models import Record
from ledger.writing import AlreadySuperseded, SubmissionConflict
from patients.presenters import banner
from titration import actions, dosing
from titration.actions import FromRow, Instruction
from titration.forms.dosage import BaseDosageFormSet
from titration.forms.steps import StepForm
from titration.forms.submission import SubmissionForm
from titration.models import DoseStep, Regimen, RegimenVersion, StepKind
from titration.policies import ChangedMeanwhile, RuleBroken
from titration.presenters import recording
from titration.presenters.following import Following, outside_words, row_card
from titration.presenters.log import log_rows
from titration.presenters.regimen import title_of
from titration.reading import logged, planned
from titration.reading.planned import PlanLog
from titration.timeline import StepRecord

NOT_CARRIED = {"csrfmiddlewaretoken", "stage", "seen", "version", "add_row"}


@dataclass
class Screen:
    """What the two screens of one recording share.

    `row` is the planned row that the step is recorded from, or that the corrected one was.
    """

    request: SignedInRequest
    regimen: Regimen
    kind: str
    history: logged.History
    form: StepForm
    rows: BaseDosageFormSet | None
    corrected: StepRecord | None = None
    source: DoseStep | None = None
    row: Following | None = None

    @property
    def now(self):
        return self.regimen.clinic.local(timezone.now())

    @cached_property
    def plans(self) -> Sequence[PlanLog]:
        """The signed plans of the regimen: one query where there are none."""
        return planned.plan_logs([self.regimen.pk])[self.regimen.pk]

    @property
    def from_row(self) -> FromRow | None:
        """The row that is about to be recorded, of the version that the person had read."""
        version = self.form.cleaned_data["version"]
        if self.row is None or self.corrected is not None or version is None:
            return None
        return FromRow(version, self.row.row.row)

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
            effective = form.effective
            starts = effective.on if effective and effective.precision == "day" else None
            components = rows.components(starts)
            if not components and rows.is_clean:
                rows.want_one()
            is_valid = is_valid and rows.is_clean
        if not is_valid:
            return None
        instruction = form.instruction(components)
        if not asks_rules:
            return instruction
        try:
            self.check_row()
            actions.check_instruction(
                self.regimen,
                instruction,
                self.history.live,
                actions.life_of(self.regimen.patient_id),
                self.now.date(),
                self.source,
                self.row.version.signed_by if self.row else None,
            )
        except RuleBroken as rule:
            form.break_rule(rule)
            return None
        return instruction

    def check_row(self) -> None:
        """The row can be recorded now, where the step is from one: raises RuleBroken."""
        if self.row is not None and self.corrected is None:
            as_it_is = FromRow(self.row.plan.newest.entry, self.row.row.row)
            ended = planned.ended(self.regimen.patient_id)
            actions.check_row(self.plans, as_it_is, self.history, ended)

    def row_refusal(self) -> str:
        """Why the row cannot be recorded now; "" when it can."""
        try:
            self.check_row()
        except RuleBroken as rule:
            return rule.message
        return ""

    def context(self, **more) -> dict:
        return {
            "regimen": self.regimen,
            "title": title_of(newest_version(self.regimen)),
            "banner": banner(self.regimen.patient),
            "form": self.form,
            "rows": self.rows,
            "is_correction": self.corrected is not None,
            "version": self.row.plan.newest.entry if self.row else None,
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
                other_kinds=recording.other_kinds(self.kind) if self.corrected else [],
                row=row_card(self.row, asks=self.corrected is None) if self.row else None,
            ),
            status=422 if is_refused and self.request.method == "POST" else 200,
        )

    def read_back_page(self, instruction: Instruction) -> HttpResponse:
        seen = self.form.cleaned_data["seen"]
        last = logged.newest_number(self.regimen, self.history)
        newer = [] if seen is None else self.changed_since(seen)
        text = newest_version(self.regimen)
        return render(
            self.request,
            "titration/step_read_back.html",
            self.context(
                read_back=recording.read_back(
                    instruction,
                    self.history,
                    self.now,
                    self.corrected,
                    self.form.cleaned_data.get("correction_reason", ""),
                    self.row,
                    self.outside(instruction),
                ),
                is_text_newer=seen is not None and text.entry.number > seen,
                is_gone=self.is_gone,
                is_plan_newer=self.is_plan_newer,
                carried=carried_of(self.request),
                seen=last,
                confirm_text=recording.confirm_text(banner(self.regimen.patient).name),
                newer=log_rows(self.history, self.regimen.clinic, self.now, newer),
            ),
        )

    def outside(self, instruction: Instruction) -> str:
        """What a step from no row does to a signed plan."""
        if self.row is not None:
            return ""
        prescriber = newest_version(self.regimen).responsible_name
        return outside_words(self.plans, instruction, self.history, prescriber, self.corrected)

    @property
    def is_gone(self) -> bool:
        """Whether it was recorded since the person read that the patient died or left."""
        seen = self.form.cleaned_data["seen"]
        ended = planned.ended(self.regimen.patient_id) if seen is not None else None
        return ended is not None and ended.number > seen

    @property
    def is_plan_newer(self) -> bool:
        """Whether a newer version of the plan was signed than the person had read."""
        if self.row is None or self.corrected is not None:
            return False
        return self.form.cleaned_data["version"] not in (None, self.row.plan.newest.entry)

    def changed_since(self, seen: int) -> list[StepRecord]:
        """The newest text of every line that was recorded, corrected or withdrawn after `seen`."""
        newest = {r.step: r for r in sorted(self.history.records, key=lambda r: r.number)}
        withdrawn = {w.step for w in self.history.withdrawals if w.number > seen}
        return [r for r in newest.values() if r.number > seen or r.step in withdrawn]

    def answer(self, act: Callable[[Instruction, UUID, int], Record]) -> HttpResponse:
        """The page for this request: write, read back, or done."""
        posted = self.request.POST
        if self.request.method != "POST" or posted.get("stage") == "write":
            return self.write_page()
        if "add_row" in posted:
            withhold_errors(self.form, self.rows)
            return self.write_page()
        is_confirmed = posted.get("stage") == "confirm"
        instruction = self.read(asks_rules=not is_confirmed)
        if instruction is None:
            return self.write_page()
        cleaned = self.form.cleaned_data
        is_row_unread = self.row is not None and cleaned["version"] is None
        if not is_confirmed or cleaned["seen"] is None or is_row_unread:
            return self.read_back_page(instruction)
        try:
            act(instruction, cleaned["submission"], cleaned["seen"])
        except RuleBroken as rule:
            self.form.break_rule(rule)
            return self.write_page()
        except ChangedMeanwhile:
            self.regimen = Regimen.objects.select_related(
                "clinic", "patient", "card__version__entry"
            ).get(pk=self.regimen.pk)
            self.history = logged.history(self.regimen)
            # A moment that they took is refused now, with the reason, not after another reading.
            if self.read(asks_rules=True) is None:
                return self.write_page()
            return self.read_back_page(instruction)
        except (AlreadySuperseded, SubmissionConflict) as conflict:
            return conflict_page(self, conflict, instruction)
        messages.success(self.request, _("Recorded."))
        return redirect("regimen", self.regimen.pk)


def conflict_page(
    screen: Screen, conflict: AlreadySuperseded | SubmissionConflict, instruction: Instruction
) -> HttpResponse:
    """Both texts side by side; nothing was written and what was typed is kept."""
    history = logged.history(screen.regimen)
    lines = {screen.corrected.step} if screen.corrected else {conflict.entry.subject}
    theirs = [r for r in history.records if r.step in lines]
    context = screen.context(
        theirs=log_rows(history, screen.regimen.clinic, screen.now, theirs),
        entry=conflict.entry,
        is_repeat=isinstance(conflict, SubmissionConflict),
        read_back=recording.read_back(instruction, history, screen.now),
        carried=carried_of(screen.request, but={"submission", "entry"}),
        back=reverse("regimen", args=[screen.regimen.pk]),
        submission=uuid4(),
        seen=logged.newest_number(screen.regimen, history),
        newest=max((r for r in theirs), key=lambda r: r.number).entry if theirs else "",
        can_go_on=any(r in history.live for r in theirs) or screen.corrected is None,
    )
    return render(screen.request, "titration/step_conflict.html", context, status=409)


def carried_of(
    request: SignedInRequest, but: Collection[str] = frozenset()
) -> list[tuple[str, str]]:
    """What was typed, on its way through a page that shows it in words: (name, value) pairs."""
    return [
        (name, value)
        for name, values in request.POST.lists()
        if name not in NOT_CARRIED and name not in but
        for value in values
    ]


def newest_version(regimen: Regimen) -> RegimenVersion:
    """What the regimen's text is now."""
    return regimen.card.version


def with_another_row(posted: QueryDict) -> QueryDict:
    """The form's data with one more blank row: what the button does where no script runs."""
    data = posted.copy()
    count = f"{posted.get('add_row', 'components')}-TOTAL_FORMS"
    total = data.get(count, "")
    data[count] = (
        str(int(total) + 1) if len(total) < 9 and total.isascii() and total.isdigit() else "1"
    )
    return data


def withhold_errors(form: SubmissionForm, rows: BaseDosageFormSet | None) -> None:
    """Nobody has finished typing yet: errors are for the next button."""
    withhold(form)
    if rows is not None:
        rows._errors, rows._non_form_errors = [], ErrorList()  # type: ignore[attr-defined]
        withhold(*rows.forms)


def withhold(*forms: Form) -> None:
    """Say nothing yet of what is wrong in these forms."""
    for form in forms:
        form._errors = ErrorDict()  # type: ignore[attr-defined]
