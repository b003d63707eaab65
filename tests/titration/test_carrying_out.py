"""Recording a step from a row of a signed plan, and what the log says of it."""

import re
from copy import deepcopy
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from access.models import Role
from ledger.models import Entry
from patients import actions as patient_actions
from patients.identity import Standing
from tests.access.test_kept import end_session, sign_in_again
from tests.factories import ClinicFactory, IdentityFactory, PatientFactory, member
from tests.pages import Page, counted, typed_over
from tests.titration.doses import at, times
from tests.titration.exports import rows_of
from tests.titration.factories import (
    STARTED,
    draft_of,
    medicine_of,
    plan_of,
    plan_text,
    planned_row,
    regimen_of,
    signed_plan,
    step_of,
)
from tests.titration.recording import Recording, day, rows_over
from tests.titration.test_cases import CASES, Clinic, record
from tests.titration.test_line import Boxes
from titration import actions, planning
from titration.actions import FromRow
from titration.exports import csv as export
from titration.exports import history, pdf
from titration.models import DoseStep, PlanVersion, Regimen, RowRecorded
from titration.policies import RuleBroken
from titration.reading import logged, planned
from titration.timeline import Effective

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def made_version(module_db):
    clinic = ClinicFactory()
    prescriber = member(clinic, name="Dr A. Osei")
    return regimen_of(PatientFactory(clinic=clinic, by=prescriber), by=prescriber)


@pytest.fixture
def version(made_version, client, db):
    version = deepcopy(made_version)
    client.force_login(version.responsible)
    return version


@pytest.fixture
def clinic(version):
    return version.regimen.clinic


@pytest.fixture
def prescriber(version):
    return version.responsible


@pytest.fixture
def plan(version):
    """5, 11 and 17 mg three times a day, two weeks apart from the 2nd of March on."""
    return plan_of(
        version,
        planned_row(STARTED, times(3, "5")),
        planned_row("2 weeks", times(3, "11")),
        planned_row("2 weeks", times(3, "17")),
    )


def row_of(plan: PlanVersion, place: int) -> UUID:
    return plan.rows[place - 1].row


def address(plan: PlanVersion, place: int) -> str:
    regimen = plan.plan.regimen_id
    return f"{reverse('step-new', args=[regimen])}?row={row_of(plan, place)}"


def carried(plan: PlanVersion, place: int, on: date, *components, **instruction) -> DoseStep:
    """The row recorded through the action, as it is planned unless `components` say otherwise."""
    row = planned.plan_log(plan.plan_id, plan.plan.regimen_id).newest.text.rows[place - 1]
    signer = plan.entry.recorded_by
    said = {
        "kind": planning.carried.KIND_OF_STEP[row.kind],
        "effective": Effective(on),
        "decided_by": signer,
        "decided_by_name": signer.name,
        "received_how": "signed-plan",
        "reason": "tapered" if row.kind == "stop" else "step-up",
        "components": components or planning.anchored(row.components, on),
        **instruction,
    }
    return actions.record_step(
        regimen=plan.plan.regimen,
        instruction=actions.Instruction(**said),
        by=instruction.get("by", signer),
        from_row=FromRow(plan.pk, row.row),
    )


def log_of(client, plan: PlanVersion, known: str = "") -> str:
    url = reverse("regimen", args=[plan.plan.regimen_id])
    return Page(client.get(url, {"known": known} if known else {})).text


def refused(plan: PlanVersion, place: int, on: date = STARTED, **more) -> str:
    """Why the row is refused; nothing was written."""
    count = Entry.objects.count()
    with pytest.raises(RuleBroken) as rule:
        carried(plan, place, on, **more)
    assert Entry.objects.count() == count
    return rule.value.message


# Filling the form


def test_the_first_row_fills_the_form_but_not_the_day(client, plan):
    page = Page(client.get(address(plan, 1)))
    assert page.status == 200
    values = page.values
    assert (values["components-0-amount"], values["components-0-times"]) == ("5", "3")
    assert values["received_how"] == "signed-plan"
    assert values["decided_by"] == str(plan.entry.recorded_by_id)
    assert [values.get(name, "") for name in ("which_day", "on_day", "on_month", "on_year")] == [
        *("", "", "", "")
    ]
    assert values.get("reason", "") == ""
    assert "Row 1 of the signed plan" in page.text
    assert "Planned for 02-Mar-2026." in page.text
    assert "Plan version 1, signed by Dr A. Osei" in page.text


def test_the_planned_day_is_offered_and_not_chosen(client, plan):
    page = Page(client.get(address(plan, 2)))
    assert "2026-03-16" in page.form.choices["which_day"]
    assert "As planned, 16-Mar-2026" in page.text
    assert "which_day" not in page.values


def test_a_row_fills_the_form_when_the_dose_before_it_is_recorded(client, plan):
    carried(plan, 1, STARTED)
    page = Page(client.get(address(plan, 2)))
    assert page.values["components-0-amount"] == "11"
    assert "The form is filled in from this row as it was signed." in page.text


@pytest.mark.parametrize("recorded", [None, "7"])
def test_a_row_fills_nothing_when_another_dose_is_recorded(client, plan, recorded):
    if recorded:
        carried(plan, 1, STARTED, times(3, recorded))
    page = Page(client.get(address(plan, 2)))
    assert page.status == 200
    assert page.form.typed["components-0-amount"] == ""
    assert page.values["components-0-when"] == ""
    assert page.values.get("received_how", "") == ""
    assert "what is recorded is not what the plan expected before this row" in page.text
    assert (
        "Expected before this row 5 mg three times a day"
        in page.text.replace(" (5 mg each time)", "")
        or "15 mg" in page.text
    )
    assert "11 mg" in page.text


def test_the_first_row_fills_nothing_once_the_instruction_is_another_than_was_signed(
    client, version
):
    step_of(version, date(2026, 1, 5), components=(times(2, "3"),))
    plan = plan_of(version, planned_row(STARTED, times(3, "5")))
    assert Page(client.get(address(plan, 1))).values["components-0-amount"] == "5"
    first = DoseStep.objects.get()
    actions.correct_step(
        step=first,
        instruction=actions.Instruction(
            kind="dose",
            effective=Effective(date(2026, 1, 5)),
            decided_by=version.responsible,
            decided_by_name=version.responsible.name,
            received_how="letter",
            reason="start",
            components=(times(2, "2"),),
        ),
        correction_reason="misread",
        by=version.responsible,
    )
    actions.record_plan_event(
        plan=plan.plan,
        kind="continued",
        reason_text="",
        seen=Entry.objects.latest("number").number,
        by=version.responsible,
    )
    page = Page(client.get(address(plan, 1)))
    assert page.form.typed["components-0-amount"] == ""
    assert "is not the one that stood when the plan was signed" in page.text
    assert "Stood at the signature" in page.text


def test_a_row_of_words_opens_blank(client, version):
    plan = plan_of(version, planned_row(STARTED, kind="words", words="As the pharmacist rings"))
    page = Page(client.get(address(plan, 1)))
    assert page.form.typed["components-0-amount"] == ""
    assert "this row says in words what is to be done" in page.text
    assert "“As the pharmacist rings”" in page.text


@pytest.mark.parametrize(
    ("row", "title"),
    [
        (planned_row(STARTED, at("morning", "5")), "Record dose step"),
        (planned_row(STARTED, kind="stop"), "Stop"),
    ],
)
def test_the_kind_is_that_of_the_row(client, version, row, title):
    step_of(version, date(2026, 1, 5))
    plan = plan_of(version, row, end="stop" if row.kind == "stop" else "continue")
    page = Page(client.get(address(plan, 1)))
    assert f"<h1>{title}</h1>" in page.html


def test_a_patient_who_withholds_is_not_filled_in(client, version, plan):
    carried(plan, 1, STARTED)
    step_of(version, date(2026, 3, 9), "withhold")
    actions.record_plan_event(
        plan=plan.plan,
        kind="continued",
        reason_text="",
        seen=Entry.objects.latest("number").number,
        by=version.responsible,
    )
    page = Page(client.get(address(plan, 2)))
    assert page.form.typed["components-0-amount"] == ""
    assert "Withheld" in page.text


def test_the_words_beside_the_dose_are_filled_in_as_given(client, version):
    plan = plan_of(version, planned_row(STARTED, at("morning", "5"), words="with porridge"))
    assert Page(client.get(address(plan, 1))).values["note"] == "with porridge"


# Two screens


def written(client, plan, place: int, *rows, **typed) -> Recording:
    recording = Recording(client, address(plan, place))
    values = {"which_day": "other", "reason": "step-up", **typed}
    if rows:
        values = rows_over(typed_over(recording.page.values, values), list(rows))
    recording.send(("stage", "review"), values)
    return recording


@pytest.mark.parametrize(
    ("typed", "fact", "notice"),
    [
        (day("2", "3", "2026"), "Row 1 of plan version 1, on its date", ""),
        (
            day("4", "3", "2026"),
            "Row 1 of plan version 1, 2 days after the planned date",
            "This is 2 days after the planned date.",
        ),
        (
            day("1", "3", "2026"),
            "Row 1 of plan version 1, 1 day before the planned date",
            "This is 1 day before the planned date.",
        ),
    ],
)
def test_the_read_back_says_how_it_lies_to_the_row(client, plan, typed, fact, notice):
    page = written(client, plan, 1, **typed).page
    assert page.status == 200
    assert f"The plan {fact}" in page.text
    assert notice in page.text
    assert ("the planned date." in page.text) is bool(notice)
    assert "another dose than planned" not in page.text
    assert "Planned for 02-Mar-2026." in page.text


def test_another_dose_than_planned_is_said_before_it_is_recorded(client, plan):
    row = {"amount": "7", "when": "times", "times": "3"}
    page = written(client, plan, 1, row, **day("2", "3", "2026")).page
    assert "This is another dose than planned." in page.text
    assert "Row 1 of plan version 1, on its date, changed" in page.text


def test_a_row_is_recorded_with_its_step(client, plan):
    recording = written(client, plan, 1, **day("2", "3", "2026"))
    assert recording.confirm().status == 302
    step = DoseStep.objects.get()
    link = RowRecorded.objects.get()
    assert (link.version, link.row, link.step) == (plan, row_of(plan, 1), step.step)
    assert (step.received_how, step.decided_by) == ("signed-plan", plan.entry.recorded_by)
    assert "Row 1 of plan version 1, on its date" in log_of(client, plan)


def test_a_click_on_the_planned_day_records_it(client, plan):
    recording = written(client, plan, 1, which_day="2026-03-02")
    recording.confirm()
    assert DoseStep.objects.get().effective_on == STARTED


def test_a_row_before_others_that_have_nothing_recorded_is_allowed_and_said(client, plan):
    page = Page(client.get(address(plan, 3)))
    assert "Rows 1 to 2 before this one have nothing recorded. From the day from" in page.text
    page = Page(client.get(address(plan, 2)))
    assert "Row 1 before this one has nothing recorded. From the day from" in page.text
    carried(plan, 3, date(2026, 3, 30))
    assert "Row 3, which comes after this one, is recorded already." in (
        Page(client.get(address(plan, 2))).text
    )


def test_a_stop_before_which_rows_have_nothing_recorded_says_that_it_closes_them(client, version):
    step_of(version, date(2026, 1, 5))
    rows = [planned_row(STARTED, times(3, "5")), planned_row("2 weeks", kind="stop")]
    plan = plan_of(version, *rows, end="stop")
    page = Page(client.get(address(plan, 2)))
    assert "Row 1 before this one has nothing recorded. The stop ends the plan" in page.text
    assert "counts as passed over" not in page.text
    carried(plan, 2, STARTED + timedelta(days=14))
    assert "The plan is over: nothing more is recorded from its rows." in refused(plan, 1)


def test_a_row_that_waits_for_a_review_says_so(client, version):
    plan = plan_of(
        version, planned_row(STARTED, times(3, "5")), planned_row("review", times(3, "11"))
    )
    carried(plan, 1, STARTED)
    says = "This row waits for a review, and none is recorded yet."
    assert says in Page(client.get(address(plan, 2))).text
    assert says in written(client, plan, 2, **day("30", "3", "2026")).page.text


def test_sending_the_same_twice_records_one_step_and_one_row(client, plan):
    recording = written(client, plan, 1, **day("2", "3", "2026"))
    data = {**recording.page.values, "stage": "confirm"}
    for _time in range(2):
        assert client.post(recording.url, data).status_code == 302
    assert DoseStep.objects.count() == RowRecorded.objects.count() == 1


def test_a_row_recorded_while_reading_back_is_refused_with_the_reason(client, plan):
    recording = written(client, plan, 1, **day("2", "3", "2026"))
    carried(plan, 1, date(2026, 3, 3))
    page = recording.confirm()
    assert page.status == 422
    assert "Row 1 is recorded already: entry" in page.text
    assert DoseStep.objects.count() == 1


def test_a_version_signed_while_reading_back_is_read_first(client, plan):
    recording = written(client, plan, 1, **day("2", "3", "2026"))
    newer = revised(plan, planned_row(STARTED, times(3, "7"), row=row_of(plan, 1)))
    page = recording.confirm()
    assert page.status == 422
    assert "Dr A. Osei signed version 2 of the plan meanwhile." in page.text
    assert "Plan version 2, signed by Dr A. Osei" in page.text
    page = recording.send(("stage", "review"))
    assert "This is another dose than planned." in page.text
    recording.confirm()
    assert RowRecorded.objects.get().version == newer


def test_a_version_signed_while_writing_is_said_on_the_read_back(client, plan):
    recording = Recording(client, address(plan, 1))
    revised(plan, planned_row(STARTED, times(3, "7"), row=row_of(plan, 1)))
    typed = {**day("2", "3", "2026"), "which_day": "other", "reason": "start"}
    page = recording.send(("stage", "review"), typed)
    assert "A newer version of the plan was signed while your page was open." in page.text


def test_a_confirmation_that_names_no_version_is_read_back_first(client, plan):
    recording = written(client, plan, 1, **day("2", "3", "2026"))
    page = recording.send(("stage", "confirm"), {"version": None})
    assert page.status == 200
    assert "Read back: dose step" in page.text
    assert not DoseStep.objects.exists()


@pytest.mark.parametrize("row", ["nothing", "00000000-0000-4000-8000-000000000000"])
def test_a_row_of_nothing_is_not_found(client, plan, row):
    url = reverse("step-new", args=[plan.plan.regimen_id])
    assert client.get(url, {"row": row}).status_code == 404


def test_a_row_of_another_regimen_is_not_found(client, version, plan):
    other = regimen_of(
        version.regimen.patient, version.medicine.versions.get(), version.responsible
    )
    url = reverse("step-new", args=[other.regimen_id])
    assert client.get(url, {"row": str(row_of(plan, 1))}).status_code == 404


def test_a_row_that_cannot_be_recorded_now_leads_back_with_the_reason(client, version, plan):
    event_of(plan, "paused", "ring first")
    response = client.get(address(plan, 1), follow=True)
    assert "The plan is paused: its rows wait until a prescriber lets it go on." in (
        response.content.decode()
    )


def test_what_was_typed_comes_back_after_signing_in_though_the_row_was_recorded_meanwhile(
    client, prescriber, plan
):
    url = address(plan, 1)
    sent = typed_over(Page(client.get(url)).values, {"note": "rang twice", "stage": "review"})
    end_session(client)
    answer = client.post(url, sent)
    carried(plan, 1, STARTED)
    page = Page(client.get(sign_in_again(client, answer, prescriber)))
    assert page.values["note"] == "rang twice"
    page = Page(client.post(url, {**page.values, "stage": "review", "which_day": "2026-03-02"}))
    assert page.status == 422


PRINTED = re.compile(r"([0-9.]+)\s(?:mg|micrograms?)\b")


def test_both_screens_show_only_what_was_written_or_is_a_labelled_total(client, plan):
    carried(plan, 1, STARTED)
    recording = Recording(client, address(plan, 2))
    typed = {"which_day": "2026-03-16", "reason": "step-up"}
    for page in (recording.page, recording.send(("stage", "review"), typed)):
        shown = [
            (box, figure) for box in Boxes(page.html).found for figure in PRINTED.findall(box[1])
        ]
        assert {figure for _box, figure in shown} - {"18"} == {"5", "11", "15", "33"}
        for (label, words), figure in shown:
            assert figure not in ("15", "33") or "Total per day" in f"{label} {words}"
            assert figure != "18" or "Change" in label


# Under the lock


def event_of(plan: PlanVersion, kind: str, reason: str = "") -> None:
    actions.record_plan_event(
        plan=plan.plan,
        kind=kind,
        reason_text=reason,
        seen=Entry.objects.latest("number").number,
        by=plan.entry.recorded_by,
    )


def revised(plan: PlanVersion, *rows, **text) -> PlanVersion:
    draft = draft_of(plan.plan.regimen, by=plan.entry.recorded_by, revises=plan)
    return signed_plan(draft, plan_text(*rows, **text))


def test_a_row_is_recorded_once(plan):
    carried(plan, 1, STARTED)
    assert "Row 1 is recorded already" in refused(plan, 1, date(2026, 3, 9))


def test_a_row_of_an_older_version_is_refused(plan):
    revised(plan, planned_row(STARTED, times(3, "5"), row=row_of(plan, 1)))
    assert "signed version 2 of the plan meanwhile" in refused(plan, 1)


def test_a_row_that_is_not_in_the_plan_is_refused(plan):
    with pytest.raises(RuleBroken, match="no longer has this row"):
        actions.record_step(
            regimen=plan.plan.regimen,
            instruction=instruction_of(plan),
            by=plan.entry.recorded_by,
            from_row=FromRow(plan.pk, uuid4()),
        )
    assert not DoseStep.objects.exists()


def instruction_of(plan, **said) -> actions.Instruction:
    signer = plan.entry.recorded_by
    return actions.Instruction(
        **{
            "kind": "dose",
            "effective": Effective(STARTED),
            "decided_by": signer,
            "decided_by_name": signer.name,
            "received_how": "signed-plan",
            "reason": "start",
            "components": (times(3, "5"),),
            **said,
        }
    )


def test_a_row_of_another_regimens_plan_is_refused(version, plan):
    other = regimen_of(
        version.regimen.patient, version.medicine.versions.get(), version.responsible
    )
    with pytest.raises(RuleBroken, match="of another regimen"):
        actions.record_step(
            regimen=other.regimen,
            instruction=instruction_of(plan),
            by=version.responsible,
            from_row=FromRow(plan.pk, row_of(plan, 1)),
        )
    assert not DoseStep.objects.exists()


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("paused", "The plan is paused"),
        ("withdrawn", "The plan is over"),
        ("completed", "The plan is over"),
    ],
)
def test_a_plan_that_is_not_open_takes_no_step(plan, kind, words):
    event_of(plan, kind, "because")
    assert words in refused(plan, 1)


def test_a_plan_that_waits_for_its_prescriber_takes_no_step(version, plan):
    step_of(version, STARTED, received_how="telephone")
    assert "The remaining rows wait for the prescriber" in refused(plan, 2, date(2026, 3, 16))
    event_of(plan, "continued")
    carried(plan, 2, date(2026, 3, 16))


def test_a_plan_that_a_stop_closed_takes_no_step(version, plan):
    carried(plan, 1, STARTED)
    step_of(version, date(2026, 3, 9), "stop")
    assert "The plan is over" in refused(plan, 2, date(2026, 3, 16))


@pytest.mark.parametrize("status", ["died", "left"])
def test_a_plan_of_somebody_who_died_or_left_takes_no_step(version, plan, status):
    patient = version.regimen.patient
    patient_actions.revise_patient(
        patient=patient,
        seen=patient.versions.get().entry,
        identity=IdentityFactory(),
        standing=Standing(status, date(2026, 3, 20)),
        by=version.responsible,
    )
    assert "The plan is over" in refused(plan, 1)


def test_only_a_row_is_received_from_a_signed_plan(version):
    with pytest.raises(RuleBroken, match="Only a step recorded from a row") as rule:
        step_of(version, received_how="signed-plan")
    assert rule.value.field == "received_how"


def test_what_is_received_from_a_signed_plan_was_decided_by_its_signer(clinic, plan):
    other = member(clinic)
    said = {"decided_by": other, "decided_by_name": other.name}
    assert "was decided by who signed it" in refused(plan, 1, **said)
    carried(plan, 1, STARTED, received_how="telephone", **said)


def test_the_signer_stays_named_after_they_left(client, clinic, plan):
    membership = plan.entry.recorded_by.memberships.get()
    membership.ended_at = membership.started_at
    membership.save()
    recorder = member(clinic, Role.RECORDER)
    client.force_login(recorder)
    recording = written(client, plan, 1, **day("2", "3", "2026"))
    assert recording.confirm().status == 302


def test_another_prescriber_is_said_beside_the_field(client, clinic, plan):
    other = member(clinic, name="Dr B. Roe")
    page = written(client, plan, 1, decided_by=str(other.pk), **day("2", "3", "2026")).page
    assert page.status == 422
    assert "Dr A. Osei signed the plan." in page.errors["decided_by"][0]


def test_the_form_offers_a_signed_plan_only_from_a_row(client, plan):
    url = reverse("step-new", args=[plan.plan.regimen_id])
    assert "signed-plan" not in Page(client.get(url)).form.choices["received_how"]
    assert "signed-plan" in Page(client.get(address(plan, 1))).form.choices["received_how"]


def test_a_recorders_step_from_a_row_waits_for_its_prescriber(client, clinic, plan):
    recorder = member(clinic, Role.RECORDER, name="J. Lind")
    client.force_login(recorder)
    written(client, plan, 1, **day("2", "3", "2026")).confirm()
    assert "Not yet confirmed by Dr A. Osei" in log_of(client, plan)


# The log


def test_the_log_says_how_each_step_lies_to_its_row(client, plan):
    carried(plan, 1, STARTED)
    carried(plan, 2, date(2026, 3, 18))
    carried(plan, 3, date(2026, 3, 29), times(3, "13"))
    text = log_of(client, plan)
    assert "Row 1 of plan version 1, on its date" in text
    assert "Row 2 of plan version 1, 2 days after the planned date" in text
    assert "Row 3 of plan version 1, 1 day before the planned date, changed" in text
    assert "Outside the plan" not in text


def test_a_step_known_by_its_month_names_the_planned_day(client, plan):
    carried(plan, 1, date(2026, 3, 1), effective=Effective(date(2026, 3, 1), "month"))
    assert "Row 1 of plan version 1, planned for 02-Mar-2026" in log_of(client, plan)


def test_a_row_that_waits_for_a_review_had_no_date(client, version):
    plan = plan_of(
        version, planned_row(STARTED, times(3, "5")), planned_row("review", times(3, "11"))
    )
    carried(plan, 2, date(2026, 3, 18))
    assert "Row 2 of plan version 1, which had no date" in log_of(client, plan)


def test_a_step_keeps_the_version_that_it_was_recorded_from(client, plan):
    carried(plan, 1, STARTED)
    rows = [
        planned_row(STARTED, times(3, "5"), row=row_of(plan, 1)),
        planned_row("3 weeks", times(3, "11"), row=row_of(plan, 2)),
    ]
    newer = revised(plan, *rows)
    carried(newer, 2, date(2026, 3, 23))
    text = log_of(client, plan)
    assert "Row 1 of plan version 1, on its date" in text
    assert "Row 2 of plan version 2, on its date" in text


def test_two_plans_are_told_apart_by_their_day(client, plan, version):
    carried(plan, 1, STARTED)
    event_of(plan, "completed")
    second = plan_of(version, planned_row(date(2026, 4, 6), times(3, "19")))
    carried(second, 1, date(2026, 4, 6))
    today = second.entry.recorded_at.strftime("%d-%b-%Y")
    text = log_of(client, plan)
    assert text.count(f"Row 1 of the plan of {today}, version 1, on its date") == 2


@pytest.mark.parametrize("kind", ["dose", "withhold", "single"])
def test_a_step_beside_an_open_plan_is_outside_it(client, version, plan, kind):
    carried(plan, 1, STARTED)
    today = plan.entry.recorded_at.date()
    step_of(version, today, kind, received_how="telephone")
    assert "Outside the plan" in log_of(client, plan)


def test_a_step_before_the_plan_or_after_it_is_not_outside_it(client, version):
    step_of(version, date(2026, 1, 5))
    plan = plan_of(version, planned_row(STARTED, times(3, "5")))
    event_of(plan, "completed")
    step_of(version, plan.entry.recorded_at.date())
    assert "Outside the plan" not in log_of(client, plan)


def test_what_is_entered_late_of_a_time_before_the_plan_is_not_outside_it(client, version):
    step_of(version, date(2026, 1, 5))
    plan = plan_of(version, planned_row(STARTED, times(3, "5")))
    step_of(version, date(2025, 7, 7))
    assert "Outside the plan" not in log_of(client, plan)


def test_a_correction_keeps_its_row_and_is_measured_anew(client, plan):
    step = carried(plan, 1, STARTED)
    url = reverse("step-correct", args=[step.step])
    recording = Recording(client, url)
    assert recording.page.values["received_how"] == "signed-plan"
    typed = {**day("3", "3", "2026"), "correction_reason": "misheard"}
    page = recording.send(("stage", "review"), typed)
    assert "The plan Row 1 of plan version 1, 1 day after the planned date" in page.text
    assert recording.confirm().status == 302
    text = log_of(client, plan)
    assert "Row 1 of plan version 1, 1 day after the planned date" in text
    assert "Row 1 of plan version 1, on its date" in text
    log = planned.plan_log(plan.plan_id, plan.plan.regimen_id)
    live = logged.history(plan.plan.regimen).live
    assert log.carried(live)[0].days == 1


def test_a_withdrawn_step_frees_its_row(client, plan):
    step = carried(plan, 1, STARTED)
    page = Page(client.get(reverse("step-retract", args=[step.step])))
    assert "Row 1 of plan version 1, on its date" in page.text
    actions.retract_step(
        step=step, reason="never-instructed", reason_text="", by=plan.entry.recorded_by
    )
    again = carried(plan, 1, date(2026, 3, 3))
    log = planned.plan_log(plan.plan_id, plan.plan.regimen_id)
    live = logged.history(plan.plan.regimen).live
    assert log.carried(live)[0].step.entry == again.pk
    text = log_of(client, plan)
    assert "ENTERED IN ERROR" in text
    assert "Row 1 of plan version 1, 1 day after the planned date" in text


def test_as_known_then_tells_of_the_row_from_the_step_on(client, plan):
    step = carried(plan, 1, STARTED)
    assert "Row 1" not in log_of(client, plan, str(plan.entry.number))
    text = log_of(client, plan, str(step.entry.number))
    assert "Row 1 of plan version 1, on its date" in text
    assert "Outside the plan" not in text


def test_a_row_carried_to_the_right_patient_is_of_no_plan_there(client, clinic, plan, prescriber):
    step = carried(plan, 1, STARTED)
    actions.retract_step(step=step, reason="wrong-patient", reason_text="", by=prescriber)
    there = PatientFactory(clinic=clinic, by=prescriber)
    right = regimen_of(there, medicine_of(clinic, "tizanidine"), by=prescriber)
    recording = Recording(client, f"{reverse('step-new', args=[right.regimen_id])}?copy={step.pk}")
    assert recording.page.values["components-0-amount"] == "5"
    assert "received_how" not in recording.page.values
    recording.send(("stage", "review"), {"received_how": "in-person"})
    assert recording.confirm().status == 302
    assert RowRecorded.objects.count() == 1


# Outside the plan


def outside(client, plan, *rows, kind: str = "dose", **typed) -> Page:
    url = f"{reverse('step-new', args=[plan.plan.regimen_id])}?kind={kind}"
    recording = Recording(client, url)
    today = plan.entry.recorded_at.date()
    boxes = day(str(today.day), str(today.month), str(today.year))
    return recording.write(*rows, **{**boxes, **typed})


ONE = {"amount": "7", "when": "morning"}


def test_a_step_outside_the_plan_says_what_it_does(client, plan):
    page = outside(client, plan, ONE)
    assert (
        "This is outside the signed plan: its remaining rows will wait for Dr A. Osei." in page.text
    )


def test_a_stop_outside_the_plan_says_that_it_ends_it(client, plan):
    carried(plan, 1, STARTED)
    page = outside(client, plan, kind="stop")
    assert "This is outside the signed plan, and ends it" in page.text


def test_a_single_dose_outside_the_plan_leaves_it_as_it_is(client, plan):
    page = outside(client, plan, {"amount": "7", "when": "once"}, kind="single")
    assert "This is outside the signed plan." in page.text
    assert "will wait" not in page.text


def test_without_a_plan_nothing_is_said_of_one(client, version):
    url = reverse("step-new", args=[version.regimen_id])
    page = Recording(client, url).write(ONE)
    assert "plan" not in page.text.lower().replace("planned", "")


def test_a_step_outside_the_plan_leaves_its_rows_to_wait(client, version, plan):
    carried(plan, 1, STARTED)
    step_of(version, plan.entry.recorded_at.date(), received_how="telephone")
    log = planned.plan_log(plan.plan_id, plan.plan.regimen_id)
    assert log.standing(logged.history(version.regimen)).state == planning.AWAITING


# Queries


def queries(client, url: str) -> int:
    client.get(url)
    with counted() as asked:
        assert client.get(url).status_code == 200
    return len(asked)


def test_pages_ask_as_much_of_forty_rows_as_of_two(client, clinic, prescriber, version):
    other = regimen_of(
        PatientFactory(clinic=clinic, by=prescriber), version_of(version), prescriber
    )
    counted = []
    for regimen, count in ((version, 2), (other, 40)):
        rows = [planned_row(STARTED, times(3, "5"))]
        rows += [planned_row("3 days", times(3, str(5 + n))) for n in range(1, count)]
        plan = plan_of(regimen, *rows)
        for place in range(1, count):
            carried(plan, place, STARTED + timedelta(days=3 * (place - 1)))
        counted.append(
            [
                queries(client, reverse("regimen", args=[regimen.regimen_id])),
                queries(client, address(plan, count)),
            ]
        )
    assert counted[0] == counted[1]


def version_of(version):
    return version.medicine.versions.get()


def test_recording_without_a_plan_asks_nothing_of_plans(version):
    def asked() -> list[str]:
        with CaptureQueriesContext(connection) as found:
            step_of(version, date(2026, 3, 2 + DoseStep.objects.count()))
        return [query["sql"] for query in found]

    asked()
    of_others = ("dosestep", "intakereport")
    of_plans = [
        sql
        for sql in asked()
        if "titration_planversion" in sql and not any(name in sql for name in of_others)
    ]
    assert len(of_plans) <= 1


# The published schedules


def as_planned(steps: list[DoseStep]) -> tuple[list, str]:
    """What was recorded, as the rows and the end of a plan; patterns of days count from each row's
    own day."""
    rows = []
    for step in steps:
        parts = (part.as_written() for part in step.parts)
        written = [replace(p, timing=replace(p.timing, anchor=None)) for p in parts]
        rows.append(planned_row(step.effective_on, *written, kind=step.kind))
    return rows, "stop" if steps[-1].kind == "stop" else "continue"


@pytest.mark.parametrize("case", [name for name in CASES if name[0] in "123456"])
def test_a_published_schedule_is_carried_out_row_by_row(case):
    clinic = Clinic()
    patient = clinic.patient()
    for course in CASES[case]:
        page = clinic.regimen(patient, course)
        for step in course.steps:
            record(clinic.desk, page.split("/")[-2], step)
        steps = list(DoseStep.objects.order_by("entry__number"))
        version = Regimen.objects.get(pk=page.split("/")[-2]).card.version
        rows, end = as_planned([s for s in steps if s.regimen_id == version.regimen_id])
        other = regimen_of(
            version.regimen.patient,
            version.medicine.versions.get(),
            version.responsible,
            **{name: getattr(version, name) for name in ("route", "unit", "form")},
        )
        plan = plan_of(other, *rows, end=end)
        for place, row in enumerate(rows, start=1):
            recording = Recording(clinic.desk, address(plan, place))
            assert "The form is blank" not in recording.page.text
            reasons = recording.page.form.choices["reason"]
            typed = {"which_day": row.on.isoformat(), "reason": reasons[1]}
            page_of_row = recording.send(("stage", "review"), typed)
            said = f"The plan Row {place} of plan version 1, on its date"
            assert f"{said} " in page_of_row.text
            assert "changed" not in page_of_row.text.partition(said)[2][:20]
            assert recording.confirm().status == 302, recording.page.errors
        seen = log_of(clinic.desk, plan)
        for place in range(1, len(rows) + 1):
            assert f"Row {place} of plan version 1, on its date" in seen
        assert "date, changed" not in seen


# Exports


def test_exports_say_how_the_plan_was_followed(version, plan, prescriber):
    carried(plan, 1, date(2026, 3, 4))
    carried(plan, 2, date(2026, 3, 16), times(3, "7"))
    today = plan.entry.recorded_at.date()
    step_of(version, today, received_how="telephone")
    told = history.read(version.regimen.patient, by=prescriber, now=plan.entry.recorded_at)
    names = ("plan", "plan_version", "plan_row", "planned_on", "plan_days", "plan_changed")
    rows = rows_of(export.csv_file(told))
    assert [tuple(row[name] for name in names) for row in rows] == [
        ("row", "1", "1", "2026-03-02", "2", "false"),
        ("row", "1", "2", "2026-03-16", "0", "true"),
        ("outside", "", "", "", "", ""),
    ]
    printed = str(pdf.document(told))
    for words in (
        "Row 1 of plan version 1, 2 days after the planned date",
        "Row 2 of plan version 1, on its date, changed",
        "Outside the plan",
    ):
        assert words in printed
