"""Every page, crowded and with errors shown: axe-core finds nothing wrong, light and dark."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from access import actions
from access.models import Role, User
from ledger import erasing
from ledger.models import ErasureReason, Retraction
from patients import transferred
from patients.models import ContextVersion, Patient
from tests.e2e.browser import problems, sign_in
from titration.models import (
    Contact,
    DoseStep,
    IntakeReport,
    MeasureVersion,
    Medicine,
    Observation,
    Plan,
    PlanDraft,
    PlanVersion,
    Regimen,
    Review,
    SideEffect,
)
from titration.planning import EVENTS

# What their charts hold: several bases, a range, a patch, windows of the day, withheld until today.
DRAWN = ["Lamotrigine", "Pregabalin", "Fentanyl", "Baclofen", "Methotrexate"]


@pytest.fixture
def demo(page, demonstration):
    """A browser signed in to the demonstration as its first prescriber."""
    sign_in(page, demonstration, User.objects.get(name="Dr A. Osei"))
    return page


def addresses() -> list[str]:
    """One address of every kind of page that a prescriber opens, on crowded data."""
    step = DoseStep.objects.filter(regimen__card__is_retracted=False).latest("entry__number")
    regimen, patient = step.regimen_id, step.regimen.patient_id
    clinic = step.regimen.clinic
    medicine = Medicine.objects.filter(clinic=clinic).first()
    [offer] = transferred.waiting().filter(to=clinic)
    pages = [
        reverse("worklist"),
        f"{reverse('worklist')}?topic=no-review",
        f"{reverse('worklist')}?mine=1",
        reverse("patient-list"),
        f"{reverse('patient-list')}?q=nobody",
        reverse("patient-new"),
        reverse("patient", args=[patient]),
        reverse("patient-edit", args=[patient]),
        reverse("patient-history", args=[patient]),
        *context_addresses(),
        f"{reverse('patient', args=[patient])}?known={step.entry.number - 1}",
        f"{reverse('regimen', args=[regimen])}?known={step.entry.number}",
        f"{reverse('patient-known', args=[patient])}?known={step.entry.number - 20}",
        reverse("patient-known", args=[patient]),
        reverse("patient-access", args=[patient]),
        reverse("offer-list"),
        reverse("offer", args=[offer.transfer]),
        reverse("transfer-new", args=[patient]),
        reverse("medicine-list"),
        reverse("medicine", args=[medicine.pk]),
        reverse("regimen-new", args=[patient]),
        reverse("regimen-edit", args=[regimen]),
        reverse("regimen-history", args=[regimen]),
        reverse("regimen-retract", args=[regimen]),
        reverse("step-correct", args=[step.step]),
        reverse("step-retract", args=[step.step]),
    ]
    pages += plan_addresses()
    pages += observed_addresses()
    pages += [
        changes_address(),
        f"{reverse('changes')}?day=31&month=2",
        reverse("handover"),
        reverse("review-new", args=[regimen]),
        *(reverse("review", args=[pk]) for pk in {each.review for each in Review.objects.all()}),
    ]
    pages += told_addresses()
    drawn = Regimen.objects.filter(clinic=clinic, card__version__medicine_name__in=DRAWN)
    pages += [reverse("regimen", args=[pk]) for pk in drawn.values_list("pk", flat=True)]
    kinds = ("dose", "single", "withhold", "resume", "stop")
    return pages + [f"{reverse('step-new', args=[regimen])}?kind={kind}" for kind in kinds]


def changes_address() -> str:
    """Since the day of the newest withdrawal: every kind of matter that the sheet tells of.

    axe-core takes more than twice as long over a sheet that is twice as long, and finds no more in
    it: it is the same mark-up again.
    """
    since = Retraction.objects.latest("entry__number").entry.recorded_at
    return f"{reverse('changes')}?day={since.day}&month={since.month}&year={since.year}"


def context_addresses() -> list[str]:
    """The context where much is told, as it was before, its history; its form, full and empty."""
    told = ContextVersion.objects.latest("entry__number")
    page = reverse("patient-context", args=[told.patient_id])
    lacking = Patient.objects.filter(clinic=told.patient.clinic, context=None).first()
    return [
        page,
        f"{page}?known={told.entry.number - 1}",
        reverse("patient-context-history", args=[told.patient_id]),
        reverse("patient-context-edit", args=[told.patient_id]),
        reverse("patient-context", args=[lacking.pk]),
        reverse("patient-context-edit", args=[lacking.pk]),
    ]


def observed_addresses() -> list[str]:
    """How the patient with the most of it was: on the axis, in tables, and what is done with it."""
    observation = Observation.objects.latest("entry__number")
    effect = SideEffect.objects.filter(course="continuing").latest("entry__number")
    patient, line = observation.patient_id, observation.observation
    chart, listed = reverse("patient", args=[patient]), reverse("observation-list", args=[patient])
    return [
        reverse("measure-list"),
        reverse("measure", args=[observation.measure_id]),
        f"{chart}?from=2020-01-01&to=2020-02-01",
        f"{chart}?from_day=31&from_month=2&from_year=2026",
        f"{chart}?table=all",
        listed,
        f"{listed}?known={observation.entry.number}",
        reverse("observation-new", args=[patient]),
        reverse("observation", args=[line]),
        reverse("observation-correct", args=[line]),
        reverse("observation-retract", args=[line]),
        reverse("side-effect-new", args=[patient]),
        reverse("side-effect", args=[effect.effect]),
        reverse("side-effect-correct", args=[effect.effect]),
        reverse("side-effect-ended", args=[effect.effect]),
        reverse("side-effect-retract", args=[effect.effect]),
    ]


def told_addresses() -> list[str]:
    """What was reported and whom one spoke to, of one patient, and a visit laid out."""
    contact = Contact.objects.filter(regimen__intake_reports__isnull=False).first()
    patient, regimen = contact.patient_id, contact.regimen_id
    report = IntakeReport.objects.filter(regimen=regimen).first().report
    listed = MeasureVersion.objects.newest().filter(measure__clinic=contact.patient.clinic_id)
    measures = listed.filter(in_use=True).order_by("entry__number")[:5]
    return [
        *(reverse(name, args=[regimen]) for name in ("intake", "intake-new", "intake-grid")),
        *(
            reverse(name, args=[report])
            for name in ("intake-report", "intake-correct", "intake-retract")
        ),
        *(reverse(name, args=[patient]) for name in ("contact-list", "contact-new")),
        *(
            reverse(name, args=[contact.contact])
            for name in ("contact", "contact-correct", "contact-retract")
        ),
        f"{reverse('visit', args=[patient])}?step={regimen}&report={regimen}&effects=1"
        + "".join(f"&version={each.pk}" for each in measures),
    ]


def plan_addresses() -> list[str]:
    """Every signed plan; a revised one as it was and compared; what can be done with them."""
    plans = list(Plan.objects.values_list("pk", flat=True))
    pages = [reverse("plan", args=[pk]) for pk in plans]
    revised = PlanVersion.objects.filter(version=2).first()
    if revised:
        address = reverse("plan", args=[revised.plan_id])
        pages += [f"{address}?version=1", f"{address}?version=2&compare=1"]
        pages.append(f"{address}?known={revised.entry.number - 1}")
    drafts = PlanDraft.objects.values_list("pk", flat=True)
    return pages + [reverse("plan-sign", args=[pk]) for pk in drafts]


def test_every_event_of_a_plan_is_accessible_with_its_errors(demo, live_server) -> None:
    found, opened = {}, set()
    for pk in Plan.objects.values_list("pk", flat=True):
        for kind in EVENTS:
            address = reverse(f"plan-{kind}", args=[pk])
            demo.goto(live_server.url + address)
            if "/event/" not in demo.url or kind in opened:
                continue
            opened.add(kind)
            if wrong := problems(demo):
                found[kind] = wrong
            if kind in ("paused", "withdrawn"):
                demo.locator("form[data-entry] button.go").click()
                if wrong := problems(demo):
                    found[f"{kind} without a reason"] = wrong
    assert found == {}
    assert {"paused", "withdrawn", "completed"} <= opened


def test_every_page_is_accessible(demo, live_server) -> None:
    found = {}
    for address in addresses():
        answer = demo.goto(live_server.url + address)
        assert answer.status == 200, address
        if wrong := problems(demo):
            found[address] = wrong
    assert found == {}


def test_the_audit_is_accessible(demo, live_server) -> None:
    patient = DoseStep.objects.latest("entry__number").regimen.patient_id
    demo.goto(live_server.url + reverse("patient", args=[patient]))
    demo.goto(live_server.url + reverse("patient-list"))
    demo.context.clear_cookies()
    sign_in(demo, live_server.url, User.objects.get(name="R. Castellan"))
    found = {}
    for query in ("", f"?patient={patient}", "?kind=export", "?from_day=31&from_month=2"):
        demo.goto(f"{live_server.url}{reverse('audit')}{query}")
        if wrong := problems(demo):
            found[query] = wrong
    assert found == {}


def test_administration_is_accessible(demo, live_server) -> None:
    by = User.objects.get(name="H. Moreau")
    clinic = by.memberships.get().clinic
    person = User.objects.get(name="J. Lind")
    held = actions.grant(
        person=person,
        clinic=clinic,
        role=Role.PRESCRIBER,
        until=timezone.now() + timedelta(hours=9),
        reason="Influenza on the ward and nobody else prescribes tonight",
        by=by,
    )
    _invitation, secret = actions.invite(
        clinic=clinic, email=f"{'long' * 12}@example.org", name="Dr N. Ewe", role="viewer", by=by
    )
    actions.shut(person=User.objects.get(name="R. Castellan"), reason="Stolen telephone", by=by)
    demo.context.clear_cookies()
    sign_in(demo, live_server.url, by)
    found = {}
    for address in (
        reverse("person-list"),
        reverse("person", args=[person.pk]),
        reverse("person", args=[by.pk]),
        reverse("acts"),
    ):
        demo.goto(live_server.url + address)
        if wrong := problems(demo):
            found[address] = wrong
    for address in (
        reverse("person-invite"),
        reverse("person-edit", args=[person.pk]),
        reverse("person-shut", args=[person.pk]),
        reverse("person-factors", args=[person.pk]),
        reverse("membership-change", args=[held.pk]),
        reverse("membership-end", args=[held.pk]),
        reverse("clinic", args=[clinic.uuid]),
    ):
        demo.goto(live_server.url + address)
        boxes = demo.locator("main input[type=text], main input[type=email]")
        for number in range(boxes.count()):
            boxes.nth(number).fill(" ")
        demo.locator("form[data-entry] button.go").click()
        if wrong := problems(demo):
            found[address] = wrong
    demo.context.clear_cookies()
    demo.goto(live_server.url + reverse("invited-link", args=[secret]))
    demo.locator("main button.go").click()
    demo.wait_for_selector(".errors")
    if wrong := problems(demo):
        found["invited"] = wrong
    demo.goto(live_server.url + reverse("invited-link", args=["x"]))
    if wrong := problems(demo):
        found["a dead link"] = wrong
    assert found == {}


def test_what_stays_of_an_erased_person_is_accessible(demo, live_server) -> None:
    step = DoseStep.objects.filter(regimen__card__is_retracted=False).latest("entry__number")
    regimen, patient = step.regimen_id, step.regimen.patient
    administrator = User.objects.get(name="H. Moreau")
    reason = ErasureReason.REQUEST
    erasing.erase(clinic=patient.clinic, patient=patient.pk, reason=reason, by=administrator)
    found = {}
    for address, status in (
        (reverse("patient", args=[patient.pk]), 200),
        (reverse("patient-history", args=[patient.pk]), 200),
        (reverse("regimen", args=[regimen]), 200),
        (reverse("step-new", args=[regimen]), 403),
    ):
        assert demo.goto(live_server.url + address).status == status
        if wrong := problems(demo):
            found[address] = wrong
    assert found == {}


def test_every_form_with_its_errors_is_accessible(demo, live_server) -> None:
    step = DoseStep.objects.filter(regimen__card__is_retracted=False).latest("entry__number")
    found = {}
    for address in (
        reverse("patient-new"),
        f"{reverse('patient-context-edit', args=[step.regimen.patient_id])}?topic=kidney",
        reverse("step-new", args=[step.regimen_id]),
        reverse("step-retract", args=[step.step]),
        reverse("review-new", args=[step.regimen_id]),
        reverse("handover"),
    ):
        demo.goto(live_server.url + address)
        demo.locator("main form[data-entry] button:not([name=add_row])").first.click()
        demo.wait_for_selector(".errors")
        if wrong := problems(demo):
            found[address] = wrong
    assert found == {}
