"""The page of a plan, its versions, and what is recorded of it beside them."""

from copy import deepcopy
from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from access.models import AccessEvent, AccessKind, Role
from ledger import erasing, verification
from ledger.models import Entry, ErasureReason
from ledger.writing import Asking, writing
from patients import actions as people
from patients.identity import HERE, Standing
from tests.factories import ClinicFactory, PatientFactory, member
from tests.pages import Page, counted
from tests.titration.doses import at, times
from tests.titration.factories import (
    draft_of,
    plan_of,
    plan_text,
    planned_row,
    regimen_of,
    signed_plan,
    step_of,
)
from tests.titration.issuing import newest
from titration import actions, planning, policies
from titration.document import read
from titration.models import (
    DoseStep,
    PlanDraft,
    PlanEvent,
    PlanVersion,
    Review,
    RowRecorded,
    WorklistRow,
)
from titration.planning import PlanText
from titration.reading import logged, planned
from titration.timeline import Effective

pytestmark = pytest.mark.django_db

FIRST = planned_row(date(2026, 3, 2), times(3, "7"))
SECOND = planned_row("2 weeks", at("morning", "11"), at("bedtime", "13"))
THIRD = planned_row("1 month", kind="words", words="Ring the ward, then go on")
ROWS = (FIRST, SECOND, THIRD)


def signed_in(person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def address(plan: PlanVersion, **query) -> str:
    return reverse("plan", args=[plan.plan_id], query=query)


def event_address(plan: PlanVersion, kind: str) -> str:
    return reverse(f"plan-{kind}", args=[plan.plan_id])


@pytest.fixture(scope="module")
def made_version(module_db):
    clinic = ClinicFactory()
    osei = member(clinic, name="Dr A. Osei")
    patient = PatientFactory(clinic=clinic, by=osei, family_name="Novak", given_names="Irena")
    return regimen_of(patient, by=osei)


@pytest.fixture
def version(made_version, db):
    return deepcopy(made_version)


@pytest.fixture
def clinic(version):
    return version.regimen.clinic


@pytest.fixture
def osei(version):
    return version.responsible


@pytest.fixture
def plan(version):
    return plan_of(version, *ROWS, purpose="taper", if_missed="Take the next one", note="By hand")


@pytest.fixture
def client(osei):
    return signed_in(osei)


def open_page(client: Client, plan: PlanVersion, **query) -> Page:
    response = client.get(address(plan, **query))
    assert response.status_code == 200
    return Page(response)


def recorded_from(plan: PlanVersion, row, on: date, components=None, kind: str = "dose", **step):
    """A step recorded from a row of the plan, with its link."""
    regimen = plan.plan.regimen
    text = regimen.card.version
    step = step_of(text, on, kind, components or row.components, **step)
    by = text.responsible
    with writing(regimen.clinic, by=by, submission=Asking(uuid4(), b"")) as log:
        link = RowRecorded(version=plan, row=row.row, step=step.step)
        log.add(link, subject=step.step, patient=regimen.patient_id)
    return step


def revised(plan: PlanVersion, text: PlanText, by=None) -> PlanVersion:
    """The next version of the plan, signed."""
    regimen = plan.plan.regimen
    by = by or regimen.card.version.responsible
    return signed_plan(draft_of(regimen, by=by, revises=plan), text)


def event(plan: PlanVersion, kind: str, reason: str = "", by=None) -> PlanEvent:
    return actions.record_plan_event(
        plan=plan.plan,
        kind=kind,
        reason_text=reason,
        seen=newest(plan.plan),
        by=by or plan.plan.regimen.card.version.responsible,
    )


def state(plan: PlanVersion) -> str:
    log = planned.plan_log(plan.plan_id, plan.plan.regimen_id)
    ended = planned.ended(plan.plan.regimen.patient_id)
    return log.standing(logged.history(plan.plan.regimen), ended).state


# What the page says


def test_every_row_is_said_in_full_words_with_its_weekday_and_date(client, plan):
    text = open_page(client, plan).text

    assert "Taper: By mouth: baclofen, tablet" in text
    assert "1 Monday 02-Mar-2026 Three times a day 7 mg each time Total per day: 21 mg" in text
    assert "2 Monday 16-Mar-2026 2 weeks after the row before Morning 11 mg Bedtime 13 mg" in text
    assert "3 Thursday 16-Apr-2026 1 month after the row before “Ring the ward, then go on”" in text


def test_the_page_says_purpose_end_and_the_prescribers_own_words(client, plan):
    text = open_page(client, plan).text

    assert "Purpose Taper At the end The last dose continues" in text
    assert "If doses are missed Take the next one Note By hand" in text
    assert "Signed by Dr A. Osei" in text


@pytest.mark.parametrize(
    ("review_on", "says"),
    [
        (date(2026, 5, 1), "until a review on Friday 01-May-2026"),
        (None, "until a review; no date is written for it"),
    ],
)
def test_a_review_at_the_end_is_said_with_its_date_or_that_there_is_none(
    client, version, review_on, says
):
    plan = plan_of(version, *ROWS, end="review", review_on=review_on)

    assert says in open_page(client, plan).text


def test_a_row_that_waits_for_a_review_has_no_date_until_one_opens_it(client, version, osei):
    waiting = planned_row("review", times(1, "17", period=2))
    plan = plan_of(version, FIRST, waiting)

    before = open_page(client, plan).text
    with writing(plan.plan.clinic, by=osei, submission=Asking(uuid4(), b"")) as log:
        done = Review(
            regimen=version.regimen,
            status="done",
            review_on=date(2026, 4, 1),
            whose=osei,
            whose_name=osei.name,
            opens_row=waiting.row,
            opens_on=date(2026, 4, 6),
        )
        log.add(done, subject=done.review, patient=version.regimen.patient_id)
    after = open_page(client, plan).text

    assert "After a review; no date until the review is recorded" in before
    assert "counted from the day on which this row starts" in before
    assert "Monday 06-Apr-2026 opened by a review" in after
    assert "counted from 06-Apr-2026" in after


def test_what_was_recorded_stands_beside_its_row(client, plan):
    recorded_from(plan, FIRST, date(2026, 3, 5))

    text = open_page(client, plan).text

    assert "From 05-Mar-2026 3 days after the planned date entry" in text


def test_another_dose_than_the_planned_one_is_said_in_full(client, plan):
    recorded_from(plan, FIRST, date(2026, 3, 2), (times(2, "17"),))

    text = open_page(client, plan).text

    assert "on the planned date Changed; recorded as: Twice a day 17 mg each time" in text


def test_a_row_that_was_passed_over_says_so(client, plan):
    recorded_from(plan, SECOND, date(2026, 3, 16))

    assert "Nothing; a later row was recorded." in open_page(client, plan).text


def test_a_corrected_step_still_stands_beside_its_row(client, plan, osei):
    step = recorded_from(plan, FIRST, date(2026, 3, 2))
    actions.correct_step(
        step=step,
        instruction=actions.Instruction(
            kind="dose",
            effective=step.effective,
            decided_by=osei,
            decided_by_name=osei.name,
            received_how="letter",
            reason="start",
            components=(times(2, "19"),),
        ),
        correction_reason="misread",
        by=osei,
    )

    text = open_page(client, plan).text

    assert "Changed; recorded as: Twice a day 19 mg each time" in text


def test_what_was_recorded_under_one_version_stands_under_the_next(client, plan):
    recorded_from(plan, FIRST, date(2026, 3, 2))
    second = revised(plan, plan_text(FIRST, planned_row("1 week", times(3, "5")), SECOND, THIRD))

    text = open_page(client, second).text

    assert "Version 2" in text
    assert "From 02-Mar-2026 on the planned date" in text


def test_the_address_of_a_draft_leads_to_where_it_is_written(client, version, osei):
    draft = draft_of(version.regimen, by=osei)

    answer = client.get(reverse("plan", args=[draft.pk]))

    assert (answer.status_code, answer["Location"]) == (302, reverse("plan-edit", args=[draft.pk]))


def test_a_plan_of_another_clinic_is_not_there(plan):
    assert signed_in(member(ClinicFactory())).get(address(plan)).status_code == 404


def test_opening_the_page_leaves_an_access_event_that_names_the_patient(client, plan):
    open_page(client, plan)

    seen = AccessEvent.objects.order_by("pk").last()
    assert (seen.kind, seen.route) == (AccessKind.VIEW, "plan")
    assert [each.patient for each in seen.patients.all()] == [plan.plan.regimen.patient_id]


# How it stands


def test_an_open_plan_says_who_signed_it(client, plan):
    assert "Open since Dr A. Osei signed version 1" in open_page(client, plan).text


def test_a_paused_plan_says_since_when_by_whom_and_why(client, plan):
    event(plan, "paused", "Waiting for the scan")

    text = open_page(client, plan).text

    assert "Plan paused" in text
    assert "Paused by Dr A. Osei" in text
    assert "“Waiting for the scan”" in text


def test_an_instruction_from_outside_leaves_the_rows_to_the_prescriber(client, plan, version):
    step_of(version, components=(times(2, "19"),))

    page = open_page(client, plan)

    assert "Awaiting the prescriber" in page.text
    assert "recorded an instruction from outside the plan" in page.text
    for words in ("Goes on as written", "Move the dates that remain", "Withdraw plan"):
        assert words in page.text
    inside = page.html.partition("<main")[2].partition("</main>")[0]
    assert "btn" in inside
    assert "btn go" not in inside  # none of them stands out


@pytest.mark.parametrize(
    ("kind", "says"), [("withdrawn", "Withdrawn by Dr A. Osei"), ("completed", "Completed by Dr")]
)
def test_a_plan_that_is_over_says_by_whom_and_offers_nothing(client, plan, kind, says):
    event(plan, kind, "No longer wanted")

    page = open_page(client, plan)

    assert says in page.text
    assert "Revise" not in page.text
    assert not any("/event/" in link for link in page.links)


def test_a_plan_closed_by_a_stop_says_so(client, plan, version):
    step_of(version)
    step_of(version, on=date(2026, 4, 1), kind="stop")

    assert (
        "Closed by the stop of the medicine that Dr A. Osei recorded"
        in open_page(client, plan).text
    )


@pytest.mark.parametrize(
    ("status", "says"), [("died", "died, as"), ("left", "left the clinic, as")]
)
def test_a_plan_of_a_patient_who_died_or_left_says_so(client, plan, version, status, says):
    patient = version.regimen.patient
    current = patient.versions.get()
    people.revise_patient(
        patient=patient,
        seen=current.entry,
        identity=current.identity,
        standing=Standing(status, date(2026, 4, 1)),
        by=version.responsible,
    )

    page = open_page(client, plan)

    assert f"Closed because the patient {says}" in page.text
    assert not any("/event/" in link for link in page.links)


def leave_and_return(version) -> None:
    """The patient left, and is here again; then their name is written otherwise."""
    patient = version.regimen.patient
    identity = patient.versions.get().identity
    spelt = replace(identity, given_names="Irena Maria")
    for said, standing in (
        (identity, Standing("left", date(2026, 4, 1))),
        (identity, HERE),
        (spelt, HERE),
    ):
        people.revise_patient(
            patient=patient,
            seen=patient.versions.latest("entry__number").entry,
            identity=said,
            standing=standing,
            by=version.responsible,
        )


def test_a_plan_of_a_patient_who_is_here_again_waits_for_its_prescriber(client, plan, version):
    known = Entry.objects.latest("number").number
    leave_and_return(version)

    page = open_page(client, plan)

    assert "wait for the prescriber: the patient is here again, as Dr A. Osei recorded" in page.text
    assert state(plan) == planning.AWAITING
    log = planned.plan_log(plan.plan_id, plan.plan.regimen_id, known)
    assert log.standing(logged.History()).state == planning.OPEN


def test_a_plan_of_a_patient_who_is_here_again_goes_on_once_a_prescriber_says_so(plan, version):
    leave_and_return(version)
    event(plan, "continued")
    assert state(plan) == planning.OPEN


def test_a_plan_signed_after_the_patient_was_here_again_is_open(version):
    leave_and_return(version)
    assert state(plan_of(version)) == planning.OPEN


def test_a_plan_of_a_withdrawn_regimen_says_so_and_offers_nothing(client, plan, version, osei):
    actions.retract_regimen(
        regimen=version.regimen, reason="wrong-patient", reason_text="", seen=None, by=osei
    )

    page = open_page(client, plan)

    assert "The regimen of this plan was withdrawn" in page.text
    assert not any("/event/" in link for link in page.links)


def test_a_plan_of_an_erased_patient_is_legible_without_its_words(client, plan, clinic):
    patient = plan.plan.regimen.patient_id
    administrator = member(clinic, Role.ADMINISTRATOR)
    erasing.erase(clinic=clinic, patient=patient, reason=ErasureReason.REQUEST, by=administrator)

    page = open_page(client, plan)

    assert "Erased on" in page.text
    assert "Three times a day 7 mg each time" in page.text
    assert "Ring the ward" not in page.text
    assert not any("/event/" in link for link in page.links)
    assert client.get(event_address(plan, "paused")).status_code == 403


@pytest.mark.parametrize("role", [Role.RECORDER, Role.VIEWER])
def test_who_does_not_sign_is_offered_no_events(plan, clinic, role):
    page = open_page(signed_in(member(clinic, role)), plan)

    assert not any("/event/" in link for link in page.links)
    assert ("Revise" in page.text) == (role == Role.RECORDER)


def test_rows_that_remain_can_be_recorded_from_the_page(client, plan):
    recorded_from(plan, FIRST, date(2026, 3, 2))
    step_new = reverse("step-new", args=[plan.plan.regimen_id])

    page = open_page(client, plan)

    assert [link for link in page.links if link.startswith(step_new)] == [
        f"{step_new}?row={row.row}" for row in (SECOND, THIRD)
    ]
    assert "Record row 2" in page.text


@pytest.mark.parametrize("kind", ["paused", "completed"])
def test_no_row_is_recorded_from_a_plan_that_is_not_open(client, plan, kind):
    event(plan, kind, "For now")

    assert "Record row" not in open_page(client, plan).text


def test_no_row_is_recorded_from_an_older_version_or_by_who_does_not_record(client, plan, clinic):
    second = revised(plan, plan_text(FIRST, THIRD))

    assert "Record row" not in open_page(client, second, version=1).text
    assert "Record row" not in open_page(signed_in(member(clinic, Role.VIEWER)), second).text


def test_the_page_lists_the_copies_that_were_given_out(client, plan, osei):
    assert "No copy of this plan is recorded as given out." in open_page(client, plan).text
    actions.issue_plan(
        plan=plan.plan,
        version=plan.entry_id,
        issued_on=plan.entry.recorded_at.date(),
        issued_as="words",
        how="read-out",
        to_whom="her daughter",
        seen=newest(plan.plan),
        by=osei,
    )
    revised(plan, plan_text(FIRST, THIRD))

    text = open_page(client, plan).text

    assert "Version 1, in words, given out on" in text
    assert "With the patient; it no longer holds" in text


def test_what_was_recorded_of_a_plan_stays_listed(client, plan):
    event(plan, "paused", "Waiting for the scan")
    event(plan, "resumed", "Scan is clear")

    text = open_page(client, plan).text
    before = open_page(client, plan, known=plan.entry.number).text

    assert "Plan goes on recorded by Dr A. Osei" in text
    assert "Plan paused recorded by Dr A. Osei" in text
    assert text.index("“Scan is clear”") < text.index("“Waiting for the scan”")
    assert "Waiting for the scan" not in before


# Versions


def test_versions_are_listed_and_an_older_one_says_that_it_is_superseded(client, plan):
    second = revised(plan, plan_text(FIRST, THIRD))

    newest = open_page(client, second)
    older = open_page(client, plan, version=1)

    assert "Version 2 signed by Dr A. Osei" in newest.text
    assert "Version 1 signed by Dr A. Osei" in newest.text
    assert "is superseded" not in newest.text
    assert "Version 1 is superseded. Go to Version 2" in older.text
    assert "Morning 11 mg" in older.text
    assert "Morning 11 mg" not in newest.text


def test_what_changed_is_said_row_by_row(client, plan):
    moved = replace(SECOND, count=3)
    added = planned_row(date(2026, 5, 1), times(1, "17"))
    second = revised(plan, plan_text(FIRST, moved, added, purpose="titration"))

    text = open_page(client, second, version=2, compare=1).text

    assert "From Version 1 to Version 2" in text
    assert "Purpose Taper Titration" in text
    assert "2 Start changed Monday 16-Mar-2026 2 weeks after the row before" in text
    assert "Monday 23-Mar-2026 3 weeks after the row before" in text
    assert "3 Added Friday 01-May-2026 Once a day 17 mg" in text.replace("each day", "a day")
    assert "Removed" in text
    assert "1 row is the same." in text


def test_a_date_that_moves_with_the_rows_before_it_is_a_change(client, plan):
    second = revised(plan, plan_text(replace(FIRST, on=date(2026, 3, 9)), SECOND, THIRD))

    text = open_page(client, second, version=2, compare=1).text

    assert text.count("Date changed with the rows before it") == 2


def test_a_row_in_another_place_says_where_it_was(client, plan):
    last = replace(THIRD, start="on", on=date(2026, 3, 1), count=None, unit="")
    second = revised(plan, plan_text(last, FIRST, SECOND))

    text = open_page(client, second, version=2, compare=1).text

    assert text.count("Moved: it was row") == 1
    assert "Moved: it was row 3" in text


@pytest.mark.parametrize("query", [{"version": "9"}, {"version": "x"}, {"compare": "0"}])
def test_a_version_that_is_not_there_is_not_found(client, plan, query):
    assert client.get(address(plan, **query)).status_code == 404


def test_drafts_of_the_next_version_are_listed_with_who_saved_them(client, plan, clinic):
    lind = member(clinic, Role.RECORDER, name="J. Lind")
    draft = draft_of(plan.plan.regimen, by=lind, revises=plan)

    page = open_page(client, plan)

    assert "Draft from version 1, last saved by J. Lind" in page.text
    assert reverse("plan-edit", args=[draft.pk]) in page.links
    assert reverse("plan-sign", args=[draft.pk]) in page.links


# As known then


def test_the_page_as_known_then_says_so_and_offers_nothing(client, plan):
    second = revised(plan, plan_text(FIRST, THIRD))

    page = open_page(client, second, known=plan.entry.number)

    assert "NOT TODAY'S RECORD: as known on" in page.text
    assert "Morning 11 mg" in page.text
    assert "Version 2" not in page.text
    assert "Revise" not in page.text
    assert not any("/event/" in link for link in page.links)


def test_what_was_recorded_later_is_not_on_the_page_as_known_then(client, plan):
    recorded_from(plan, FIRST, date(2026, 3, 5))

    assert "3 days after" not in open_page(client, plan, known=plan.entry.number).text


def test_a_plan_that_was_not_signed_by_then_is_a_moment_that_is_none(client, plan):
    answer = client.get(address(plan, known=plan.entry.number - 1))

    assert answer.status_code == 400
    assert "This plan was not signed yet at that moment." in Page(answer).text


# Events


def send(client: Client, plan: PlanVersion, kind: str, page: Page | None = None, **typed) -> Page:
    page = page or Page(client.get(event_address(plan, kind)))
    return Page(client.post(event_address(plan, kind), {**page.values, **typed}))


def test_a_plan_is_paused_with_a_reason(client, plan, osei):
    answer = send(client, plan, "paused", reason_text="Waiting for the scan")

    assert (answer.status, answer.response["Location"]) == (302, address(plan))
    recorded = PlanEvent.objects.get()
    assert (recorded.kind, recorded.reason_text) == ("paused", "Waiting for the scan")
    assert recorded.entry.recorded_by == osei
    assert state(plan) == planning.PAUSED


def test_a_pause_says_that_it_is_not_to_withhold_and_a_withdrawal_that_it_stops_nothing(
    client, plan
):
    pause = Page(client.get(event_address(plan, "paused"))).text
    withdrawal = Page(client.get(event_address(plan, "withdrawn"))).text

    assert "The patient stays on the last recorded instruction" in pause
    assert "This is not to withhold" in pause
    assert "This stops no medicine" in withdrawal


@pytest.mark.parametrize("kind", ["paused", "withdrawn"])
def test_what_needs_a_reason_is_not_recorded_without_one(client, plan, kind):
    count = Entry.objects.count()

    answer = send(client, plan, kind, reason_text="  ")

    assert answer.status == 422
    assert "reason_text" in answer.errors
    assert Entry.objects.count() == count


def test_a_paused_plan_goes_on(client, plan):
    event(plan, "paused", "Waiting")

    send(client, plan, "resumed")

    assert state(plan) == planning.OPEN


def test_a_plan_that_waits_goes_on_as_written(client, plan, version):
    step_of(version, components=(times(2, "19"),))

    send(client, plan, "continued", reason_text="A single bad week")

    assert state(plan) == planning.OPEN


@pytest.mark.parametrize("kind", ["withdrawn", "completed"])
def test_a_plan_is_over_once_it_is_withdrawn_or_completed(client, plan, kind):
    send(client, plan, kind, reason_text="Said at the visit")

    assert state(plan) == kind


def test_an_event_page_says_how_the_plan_stands_and_what_remains(client, plan):
    recorded_from(plan, FIRST, date(2026, 3, 2))

    page = Page(client.get(event_address(plan, "paused")))

    assert "Open since Dr A. Osei signed version 1" in page.text
    assert "Rows that remain Row Starts Dose as written Recorded 2 Monday 16-Mar-2026" in page.text
    assert "Pause the plan for NOVAK, Irena (Ms)" in page.text


@pytest.mark.parametrize("kind", ["resumed", "continued"])
def test_what_does_not_fit_leads_back_to_the_plan(client, plan, kind):
    answer = client.get(event_address(plan, kind), follow=True)

    assert answer.redirect_chain == [(address(plan), 302)]
    assert "That does not fit how the plan stands now." in Page(answer).text


def test_an_event_sent_twice_is_recorded_once(client, plan):
    page = Page(client.get(event_address(plan, "paused")))
    first = send(client, plan, "paused", page, reason_text="Waiting")

    again = send(client, plan, "paused", page, reason_text="Waiting")

    assert (again.status, again.response["Location"]) == (302, first.response["Location"])
    assert PlanEvent.objects.count() == 1


def test_what_is_recorded_meanwhile_is_read_before_an_event_is(client, plan, version):
    page = Page(client.get(event_address(plan, "paused")))
    step_of(version, components=(times(2, "19"),))
    count = Entry.objects.count()

    refused = send(client, plan, "paused", page, reason_text="Waiting")

    assert refused.status == 409
    assert "Something was recorded meanwhile." in refused.text
    assert "recorded an instruction from outside the plan" in refused.text
    assert refused.values["reason_text"] == "Waiting"
    assert Entry.objects.count() == count
    assert send(client, plan, "paused", refused).status == 302


@pytest.mark.parametrize("role", [Role.RECORDER, Role.VIEWER])
@pytest.mark.parametrize("kind", planning.EVENTS)
def test_only_prescribers_record_events(client, plan, clinic, kind, role):
    page = Page(client.get(event_address(plan, "paused")))
    count = Entry.objects.count()

    answer = send(signed_in(member(clinic, role)), plan, kind, page, reason_text="Forged")

    assert answer.status == 403
    assert Entry.objects.count() == count


# Moving the dates that remain


def typed_into(draft: PlanDraft) -> PlanText:
    text, problems = read(draft.document)
    assert problems == ()
    assert text is not None
    return text


def test_pausing_may_move_the_dates_that_remain_in_a_draft(client, plan):
    recorded_from(plan, FIRST, date(2026, 3, 2))

    answer = send(client, plan, "paused", reason_text="Away", dates="later", days="10")

    [draft] = PlanDraft.objects.all()
    assert answer.response["Location"] == reverse("plan-sign", args=[draft.pk])
    assert draft.revises == plan
    text = typed_into(draft)
    assert planning.laid_dates(text.rows) == (
        date(2026, 3, 2),
        date(2026, 3, 26),
        date(2026, 4, 26),
    )
    assert [row.components for row in text.rows] == [row.components for row in ROWS]
    assert [row.row for row in text.rows] == [row.row for row in ROWS]
    assert state(plan) == planning.PAUSED


def test_a_plan_that_goes_on_with_moved_dates_stays_paused_until_they_are_signed(client, plan):
    event(plan, "paused", "Away")

    send(client, plan, "resumed", dates="later", days="7")

    assert state(plan) == planning.PAUSED
    [draft] = PlanDraft.objects.all()
    text = typed_into(draft)
    assert planning.laid_dates(text.rows)[0] == date(2026, 3, 9)
    assert (text.rows[1].count, text.rows[1].unit) == (2, "week")
    signed = signed_plan(draft, text, by=plan.plan.regimen.card.version.responsible)
    assert signed.version == 2
    assert state(plan) == planning.OPEN


def test_dates_may_move_earlier(client, plan, version):
    step_of(version, components=(times(2, "19"),))
    page = Page(client.get(event_address(plan, "continued") + "?dates=later"))
    assert page.values["dates"] == "later"

    send(client, plan, "continued", page, dates="earlier", days="3")

    assert planning.laid_dates(typed_into(PlanDraft.objects.get()).rows)[0] == date(2026, 2, 27)
    assert state(plan) == planning.AWAITING


def test_moving_sent_twice_drafts_once(client, plan):
    page = Page(client.get(event_address(plan, "paused")))
    sent = {"reason_text": "Away", "dates": "later", "days": "10"}
    first = send(client, plan, "paused", page, **sent)

    again = send(client, plan, "paused", page, **sent)

    assert again.response["Location"] == first.response["Location"]
    assert PlanDraft.objects.count() == 1


def test_a_form_sent_again_after_its_draft_was_signed_drafts_nothing(client, plan, osei):
    page = Page(client.get(event_address(plan, "paused")))
    sent = {"reason_text": "Away", "dates": "later", "days": "10"}
    send(client, plan, "paused", page, **sent)
    draft = PlanDraft.objects.get()
    signed_plan(draft, typed_into(draft), by=osei)

    again = send(client, plan, "paused", page, **sent)

    assert again.response["Location"] == address(plan)
    assert (PlanDraft.objects.count(), PlanEvent.objects.count()) == (0, 1)


def test_where_no_row_that_remains_has_a_date_nothing_is_paused_or_drafted(client, version):
    plan = plan_of(version, FIRST, planned_row("review", times(1, "17")))
    recorded_from(plan, FIRST, date(2026, 3, 2))

    answer = send(client, plan, "paused", reason_text="Away", dates="later", days="10")

    assert answer.errors["dates"] == ["No row that remains has a date that could move."]
    assert (PlanDraft.objects.count(), PlanEvent.objects.count()) == (0, 0)


def test_dates_past_the_calendar_are_refused(client, version, monkeypatch):
    """Of a plan that was signed before the dates of one had bounds."""
    with monkeypatch.context() as before:
        before.setattr(policies, "check_plan", lambda text: None)
        plan = plan_of(version, planned_row(date(9999, 12, 30), times(1, "17")))

    answer = send(client, plan, "paused", reason_text="Away", dates="later", days="10")

    assert answer.errors["days"] == ["The dates would pass the end of the calendar."]
    assert not PlanEvent.objects.exists()


def test_dates_of_a_plan_that_is_over_are_not_moved(client, plan):
    event(plan, "paused", "Away")
    page = Page(client.get(event_address(plan, "resumed")))
    event(plan, "withdrawn", "Gone")
    sent = {"dates": "later", "days": "10"}

    meanwhile = send(client, plan, "resumed", page, **sent)
    after = send(client, plan, "resumed", meanwhile, **sent)

    assert (meanwhile.status, after.status) == (409, 422)
    assert "That does not fit how the plan stands now." in after.text
    assert not PlanDraft.objects.exists()


@pytest.mark.parametrize("days", ["", "0", "1000", "1.5", "-3", "x", "٣"])
def test_days_to_move_are_typed_and_whole(client, plan, days):
    count = Entry.objects.count()

    answer = send(client, plan, "paused", reason_text="Away", dates="later", days=days)

    assert answer.status == 422
    assert "days" in answer.errors
    assert (Entry.objects.count(), PlanDraft.objects.count()) == (count, 0)


def test_days_typed_for_dates_that_stay_are_asked_about(client, plan):
    answer = send(client, plan, "paused", reason_text="Away", dates="stay", days="10")

    assert "Days are typed, but the dates stay." in answer.text
    assert not PlanEvent.objects.exists()


def test_a_reason_that_no_version_would_keep_is_asked_about(client, plan):
    event(plan, "paused", "Away")

    answer = send(client, plan, "resumed", reason_text="Back", dates="later", days="7")

    assert list(answer.errors) == ["reason_text"]
    assert not PlanDraft.objects.exists()


def test_no_number_of_days_is_filled_in(client, plan):
    page = Page(client.get(event_address(plan, "paused")))

    assert page.form.typed["days"] == ""
    assert page.values["dates"] == "stay"


# Cost


@pytest.mark.parametrize("rows", [3, 100])
def test_queries_do_not_grow_with_the_rows_that_were_recorded(client, version, rows):
    start = date(2026, 3, 2)
    text = [planned_row(start, times(3, "7"))]
    text += [planned_row("1 week", times(3, "11")) for _row in range(rows - 1)]
    plan = plan_of(version, *text)
    for place in range(rows // 3):
        recorded_from(plan, text[place], start + timedelta(days=7 * place))
    assert DoseStep.objects.count() == rows // 3

    with counted() as queries:
        page = open_page(client, plan)

    assert page.text.count("mg each time") == rows
    assert len(queries) <= 24


@pytest.mark.parametrize("versions", [2, 6])
def test_queries_do_not_grow_with_the_versions(client, plan, versions):
    newest = plan
    for number in range(1, versions):
        newest = revised(newest, plan_text(*ROWS, note=f"Number {number}"))
        draft_of(plan.plan.regimen, revises=newest)

    with counted() as queries:
        open_page(client, newest, version=versions, compare=versions - 1)

    assert len(queries) <= 24


def test_a_plan_whose_first_instruction_is_withdrawn_waits_for_its_prescriber(client, version):
    """The retraction says so beforehand, the plan and the worklist say so afterwards."""
    base = step_of(version, date(2026, 2, 1))
    plan = plan_of(version, *ROWS)
    known = Entry.objects.latest("number").number
    address = reverse("step-retract", args=[base.step])
    page = Page(client.get(address))
    assert "once it is withdrawn, the remaining rows will wait for Dr A. Osei" in page.text

    client.post(address, {**page.values, "reason": "twice"})

    text = open_page(client, plan).text
    assert "Dr A. Osei withdrew an instruction as entered in error" in text
    assert state(plan) == planning.AWAITING
    assert [row.topic for row in WorklistRow.objects.filter(about=plan.plan_id)] == ["differs"]
    assert [*verification.clinic(version.regimen.clinic)] == []
    assert "Open since" in open_page(client, plan, known=known).text
    event(plan, "continued")
    assert state(plan) == planning.OPEN


def test_a_plan_that_another_followed_stays_over_whatever_becomes_of_the_stop(
    client, plan, version
):
    """Two plans open at once would make the planned dose two."""
    step_of(version, date(2026, 2, 1))
    before = planned.plan_logs([version.regimen.pk])[version.regimen.pk][0].newest.number
    stop = step_of(version, date(2026, 2, 20), kind="stop")
    second = plan_of(version)
    number = second.entry.number

    actions.retract_step(step=stop, reason="wrong-patient", reason_text="", by=version.responsible)

    assert (state(plan), state(second)) == ("closed", "awaiting")
    text = open_page(client, plan).text
    assert "Closed by another plan of this medicine, which Dr A. Osei signed" in text
    assert f"entry {number}." in text
    [known] = planned.plan_logs([version.regimen.pk], number - 1)[version.regimen.pk]
    assert (known.newest.number, known.followed_by) == (before, None)
    assert list(WorklistRow.objects.filter(about=plan.plan_id)) == []


def corrected(step: DoseStep, **changes) -> DoseStep:
    """The step with these changes, as the next text of its line."""
    step = DoseStep.objects.get(pk=step.pk)
    said = {
        "kind": step.kind,
        "effective": step.effective,
        "decided_by": step.decided_by,
        "decided_by_name": step.decided_by_name,
        "received_how": step.received_how,
        "reason": step.reason,
        "components": tuple(part.as_written() for part in step.parts),
    }
    return actions.correct_step(
        step=step,
        instruction=actions.Instruction(**said | changes),
        correction_reason="typo",
        by=step.regimen.card.version.responsible,
    )


@pytest.mark.parametrize("kind", ["dose", "stop"])
def test_a_note_of_an_old_step_put_right_leaves_a_newer_plan_open(client, version, kind):
    step = step_of(version, date(2026, 2, 1))
    if kind == "stop":
        step = step_of(version, date(2026, 2, 20), kind="stop")
    plan = plan_of(version)

    noted = corrected(step, note="Heard by telephone")

    assert state(plan) == "open"
    assert not projected_awaiting(plan)

    later = corrected(noted, effective=Effective(date(2026, 2, 21)))

    assert state(plan) == ("closed" if kind == "stop" else "awaiting")
    assert later.entry.number > noted.entry.number


def test_the_worklist_learns_of_a_dose_of_an_old_step_put_right(version):
    """Only the dose differs: the rows that feed the worklist know of doses as the page does."""
    step = step_of(version, date(2026, 2, 1))
    plan = plan_of(version)

    corrected(step, components=(times(3, "6"),))

    assert state(plan) == "awaiting"
    assert projected_awaiting(plan)


def projected_awaiting(plan: PlanVersion) -> bool:
    return WorklistRow.objects.filter(about=plan.plan_id, topic="differs").exists()
