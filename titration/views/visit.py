"""One visit on one screen: contact, steps, reports, how the patient was, recorded in one write."""

from functools import cached_property
from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from access import kept
from access.policies import RECORD
from access.signed_in import SignedInRequest
from ledger.writing import newest_number_of
from patients.models import Patient
from patients.presenters import banner
from titration import actions
from titration.actions import OneRefused, VisitReport, VisitStep
from titration.forms.contacts import ContactForm
from titration.forms.dosage import dosage_formset
from titration.forms.intake import IntakeForm
from titration.forms.observations import ValueForm
from titration.forms.steps import StepForm
from titration.forms.submission import SubmissionForm
from titration.forms.visit import PartsForm
from titration.models import KINDS_WITH_DOSE, Regimen
from titration.policies import ChangedMeanwhile, RuleBroken
from titration.presenters import recording
from titration.presenters.following import following
from titration.presenters.log import log_rows
from titration.presenters.regimen import title_of
from titration.presenters.texts import TextCard
from titration.presenters.visit import Part, contact_part, report_part
from titration.reading import logged, planned
from titration.views.attempts import attempt
from titration.views.contacts import asks_of as asks_of_contact
from titration.views.contacts import newer_cards as newer_contacts
from titration.views.contacts import page_of
from titration.views.intake import asks_of as asks_of_intake
from titration.views.intake import newer_cards as newer_reports
from titration.views.observations import newer_of as newer_observed
from titration.views.observations import patient_for
from titration.views.recording import Screen, with_another_row, withhold, withhold_errors
from titration.views.steps import row_initial, row_signer, rows_initial
from titration.views.visit_observed import VisitObserved, measures_offered
from titration.views.visit_parts import ReportPart, StepPart, rows_offered

NOT_CARRIED = {"csrfmiddlewaretoken", "stage", "seen", "add_row"}
SHOWN_ANEW = ("-seen", "-version")
"""What a read-back shows is as it is now: these hidden fields name that, not what they named."""


@require_http_methods(["GET", "HEAD", "POST"])
def visit(request: SignedInRequest, patient: UUID) -> HttpResponse:
    """Write the whole visit, read it back, record it. The address may say what it is of.

    `?step=` and `?report=` name medicines, `?version=` measures, `?effects=` how many side effects.
    """
    return Visit(request, patient_for(request, patient, RECORD)).answer()


class Visit:
    """The forms of one visit, and what is shown of them."""

    def __init__(self, request: SignedInRequest, patient: Patient) -> None:
        self.request = request
        self.patient = patient
        data = request.POST if request.method == "POST" else kept.give_back(request)
        if data is not None and "add_row" in data:
            data = with_another_row(data)
        self.data: QueryDict | None = data
        self.now = patient.clinic.local(timezone.now())
        self.asked = asks_of_contact(request, patient)
        regimens = [r for r in self.asked["regimens"] if not r.card.is_retracted]
        self.plans = planned.plan_logs([regimen.pk for regimen in regimens])
        named = PartsForm.named(request.GET)
        self.parts = PartsForm(
            data,
            regimens=regimens,
            measures=measures_offered(patient, data),
            rows=rows_offered(patient, self.plans, data, named, self.now.date()),
            initial=named,
        )
        self.observed = VisitObserved(patient, self.parts, data, self.now)
        presets = {name: request.GET[name] for name in ("answers",) if name in request.GET}
        self.contact = ContactForm(
            data, **self.asked, initial={"seen": newest_number_of(patient.pk), **presets}
        )

    @cached_property
    def steps(self) -> list[StepPart]:
        """A row that its plan does not let anybody record now is not laid out: it is said why."""
        screens = [screen for chosen in self.parts.steps if (screen := self._screen(*chosen))]
        found = []
        for screen in screens:
            if not screen.form.is_bound and (refusal := screen.row_refusal()):
                messages.error(self.request, refusal)
            else:
                found.append(StepPart(screen))
        return found

    @cached_property
    def reports(self) -> list[ReportPart]:
        """Each is reported on the day of the contact."""
        effective = self.contact.effective if self._is_sent and self.contact.is_valid() else None
        on = effective.on if effective else None
        return [
            ReportPart(
                regimen,
                IntakeForm(
                    self._typed(f"report-{regimen.pk.hex}-submission"),
                    **asks_of_intake(regimen),
                    prefix=f"report-{regimen.pk.hex}",
                    at_visit=True,
                    visit_on=on,
                ),
            )
            for regimen in self.parts.reports
        ]

    @property
    def _is_sent(self) -> bool:
        return self.data is not None

    def _typed(self, name: str) -> QueryDict | None:
        """What was typed of a part; none of one that is only laid out now."""
        return self.data if self.data is not None and name in self.data else None

    def _screen(self, regimen: Regimen, kind: str, planned_row: UUID | None) -> Screen | None:
        """A step as in the two screens of recording; only its timings are laid out, no amount.

        From a planned row it is filled as those are; none where the row is not of the medicine.
        """
        regimen = Regimen.objects.select_related("clinic", "patient", "card__version__entry").get(
            pk=regimen.pk
        )
        history = logged.history(regimen)
        row = following(self.plans[regimen.pk], planned_row, history) if planned_row else None
        if planned_row and row is None:
            return None
        kind = row.kind or kind if row else kind
        prefix = f"step-{regimen.pk.hex}"
        form = StepForm(
            self._typed(f"{prefix}-submission"),
            initial={
                **(row_initial(row) if row else {}),
                "seen": logged.newest_number(regimen, history),
            },
            prefix=prefix,
            regimen=regimen,
            kind=kind,
            by=self.request.user,
            today=self.now.date(),
            signer=row_signer(row),
            planned_on=row.planned_on if row else None,
        )
        rows = None
        if kind in KINDS_WITH_DOSE:
            rows = dosage_formset(
                data=self._typed(f"{prefix}-components-TOTAL_FORMS"),
                kind=kind,
                units=[regimen.card.version.unit],
                initial=rows_initial(regimen, kind, history, None, row),
                prefix=f"{prefix}-components",
            )
        screen = Screen(self.request, regimen, kind, history, form, rows, row=row)
        screen.plans = self.plans[regimen.pk]
        return screen

    @property
    def forms(self) -> list[Form]:
        """Every form of the visit, in the order of the page."""
        return [
            self.contact,
            *(part.screen.form for part in self.steps),
            *(part.form for part in self.reports),
            *self.observed.forms,
        ]

    def read(self, *, asks_rules: bool) -> bool:
        """Whether what was typed has its shape, and keeps the rules where they are asked."""
        is_right = self.contact.is_valid()
        if is_right and asks_rules:
            is_right = self._keeps(
                self.contact,
                lambda: actions.check_contact(self.patient, self.contact.text, self.now.date()),
            )
        for step in self.steps:
            step.instruction = step.screen.read(asks_rules=asks_rules)
            is_right = step.instruction is not None and is_right
        for report in self.reports:
            form = report.form
            is_shaped = form.is_bound and form.is_valid() and form.visit_on is not None
            if is_shaped and asks_rules:
                is_shaped = self._keeps(
                    form,
                    lambda form=form, regimen=report.regimen: actions.check_report(
                        regimen, form.text, self.now.date()
                    ),
                )
            is_right = is_shaped and is_right
        return self.observed.read(self.contact.effective, asks_rules=asks_rules) and is_right

    def _keeps(self, form, check) -> bool:
        try:
            check()
        except RuleBroken as rule:
            form.break_rule(rule)
            return False
        return True

    def answer(self) -> HttpResponse:
        """The page for this request: lay out, write, read back, or done."""
        posted = self.request.POST
        if self.request.method != "POST" or posted.get("stage") == "write":
            return self.write_page()
        if "add_row" in posted or posted.get("stage") == "lay":
            self._withhold()
            return self.write_page()
        is_confirmed = posted.get("stage") == "confirm"
        if not is_confirmed and not all(form.is_bound for form in self.forms):
            self._withhold()
            messages.info(self.request, _("More is laid out below. Nothing is recorded yet."))
            return self.write_page()
        if not self.read(asks_rules=not is_confirmed):
            return self.write_page(status=HTTPStatus.UNPROCESSABLE_ENTITY)
        if not is_confirmed or any(step.is_plan_unread for step in self.steps):
            return self.read_back_page()
        return self.record()

    def record(self) -> HttpResponse:
        try:
            made = attempt(self.contact, self._act)
        except ChangedMeanwhile:
            self.__dict__.pop("steps")
            self.plans = planned.plan_logs(self.plans)
            if not self.read(asks_rules=True):
                return self.write_page(status=HTTPStatus.CONFLICT)
            return self.read_back_page()
        if made is None:
            status = self.contact.status
            refused = status if status != HTTPStatus.OK else HTTPStatus.UNPROCESSABLE_ENTITY
            return self.write_page(status=refused)
        messages.success(self.request, _("The visit is recorded."))
        return redirect("patient", self.patient.pk)

    def _act(self, submission: UUID):
        """Record all of it; what a rule refuses is said on the form of its part."""
        try:
            return actions.record_visit(
                patient=self.patient,
                contact=self.contact.text,
                steps=tuple(
                    VisitStep(
                        step.screen.regimen,
                        step.instruction,
                        step.screen.form.cleaned_data["seen"],
                        step.screen.from_row,
                    )
                    for step in self.steps
                    if step.instruction is not None
                ),
                reports=tuple(VisitReport(r.regimen, r.form.text) for r in self.reports),
                observations=self.observed.observations,
                effects=self.observed.effect_texts,
                by=self.request.user,
                submission=submission,
                seen=self.contact.cleaned_data["seen"],
            )
        except OneRefused as refused:
            self._part(refused).break_rule(refused)
            return None

    def _part(self, refused: OneRefused) -> SubmissionForm | ValueForm:
        """The form of the part that a rule refuses."""
        if refused.what in ("observation", "effect"):
            return self.observed.form_of(refused)
        if refused.what == "step":
            return self.steps[refused.position].screen.form
        if refused.what == "report":
            return self.reports[refused.position].form
        return self.contact

    def _withhold(self) -> None:
        """Nobody has finished typing yet: errors are for the next button."""
        for step in self.steps:
            withhold_errors(step.screen.form, step.screen.rows)
        withhold(self.parts, *self.forms)

    @property
    def _has_errors(self) -> bool:
        rows = [step.screen.rows for step in self.steps if step.screen.rows]
        return any(form.errors for form in self.forms) or any(r.total_error_count() for r in rows)

    def write_page(self, status: int = HTTPStatus.OK) -> HttpResponse:
        context = page_of(self.patient) | {
            "form": self.contact,
            "has_errors": self.data is not None and self._has_errors,
            "parts": self.parts,
            "steps": self.steps,
            "reports": self.reports,
            "observed": self.observed,
            "added": self.request.POST.get("add_row", ""),
            "is_laid_out": self.request.POST.get("stage") == "lay",
            "laid_out_at": self.address,
        }
        return render(self.request, "titration/visit.html", context, status=status)

    @property
    def address(self) -> str:
        """Where the same forms are laid out when the page is opened: for who signs in next."""
        url, query = reverse("visit", args=[self.patient.pk]), self.parts.query
        return f"{url}?{query}" if query else url

    def read_back_page(self) -> HttpResponse:
        carried = [
            (name, value)
            for name, values in self.request.POST.lists()
            if name not in NOT_CARRIED and not name.endswith(SHOWN_ANEW)
            for value in values
        ]
        carried.append(("seen", str(newest_number_of(self.patient.pk))))
        for step in self.steps:
            prefixed = step.screen.form.add_prefix
            last = logged.newest_number(step.screen.regimen, step.screen.history)
            carried.append((prefixed("seen"), str(last)))
            carried += [(prefixed("version"), str(step.version))] if step.version else []
        titles = {r.pk: title_of(r.card.version) for r in self.asked["regimens"]}
        context = page_of(self.patient) | {
            "newer": self._newer(),
            "parts": [
                contact_part(self.contact.text, titles, self.asked["calls"]),
                *map(self._step_part, self.steps),
                *map(self._report_part, self.reports),
                *self.observed.read_back(titles),
            ],
            "carried": carried,
            "confirm_text": recording.confirm_text(banner(self.patient).name),
            "laid_out_at": self.address,
        }
        return render(self.request, "titration/visit_read_back.html", context)

    def _newer(self) -> list[TextCard]:
        """What was recorded while the page was open: contacts and reports of the same days, the

        same measures and signs.
        """
        on, seen = self.contact.text.effective.on, self.contact.cleaned_data["seen"]
        found = newer_contacts(self.patient, on, seen)
        for report in self.reports:
            found += newer_reports(report.regimen, [report.form.text], seen)
        return found + newer_observed(self.patient, self.observed.texts, seen)

    def _step_part(self, step: StepPart) -> Part:
        screen = step.screen
        assert step.instruction is not None  # noqa: S101 - it was read
        outside = screen.outside(step.instruction)
        seen = screen.form.cleaned_data["seen"]
        newer = screen.changed_since(seen) if seen is not None else []
        return Part(
            step.title,
            "",
            step=recording.read_back(
                step.instruction, screen.history, screen.now, row=screen.row, outside=outside
            ),
            is_gone=screen.is_gone,
            is_plan_newer=screen.is_plan_newer,
            newer=log_rows(screen.history, screen.regimen.clinic, screen.now, newer),
        )

    def _report_part(self, report: ReportPart) -> Part:
        plans = self.plans[report.regimen.pk]
        log = logged.history(report.regimen)
        return report_part(report.title, report.form.text, plans, log)
