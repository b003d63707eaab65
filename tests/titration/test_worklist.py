"""The worklist: what comes and goes in each section, whose it is, and other roles' page."""

from copy import deepcopy
from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from access.models import AccessEvent, Role
from ledger import erasing
from ledger.models import ErasureReason, RetractionReason
from patients import actions as patient_actions
from patients.identity import Standing
from tests.databases import queries
from tests.factories import ClinicFactory, MembershipFactory, PatientFactory, UserFactory, member
from tests.pages import counted
from tests.titration.doses import at, times
from tests.titration.factories import (
    draft_of,
    medicine_of,
    plan_of,
    plan_text,
    planned_row,
    regimen_of,
    report_of,
    review_of,
    step_of,
)
from titration import actions, listed, projection
from titration.models import RegimenCard, WorklistRow
from titration.presenters import worklist
from titration.reading import planned
from titration.timeline import Effective
from titration.worklist import TOPICS

pytestmark = pytest.mark.django_db

URL = "/"


@pytest.fixture(scope="module")
def made_regimen(module_db):
    clinic = ClinicFactory()
    prescriber = member(clinic, name="Dr A. Osei")
    patient = PatientFactory(
        clinic=clinic,
        family_name="Novak",
        given_names="Irena",
        title="Ms",
        record_number="XK 4471",
        telephone="01632 960 997",
    )
    return regimen_of(patient, medicine_of(clinic, "baclofen"), by=prescriber)


@pytest.fixture(scope="module")
def made_recorder(made_regimen):
    return member(made_regimen.regimen.clinic, Role.RECORDER, name="J. Lind")


@pytest.fixture
def regimen(made_regimen, client, db):
    regimen = deepcopy(made_regimen)
    client.force_login(regimen.responsible)
    return regimen


@pytest.fixture
def clinic(regimen):
    return regimen.regimen.clinic


@pytest.fixture
def today(clinic):
    return clinic.local(timezone.now()).date()


@pytest.fixture
def prescriber(regimen):
    """Whose list the client shows."""
    return regimen.responsible


@pytest.fixture
def recorder(made_recorder, regimen):
    return deepcopy(made_recorder)


def topics(page) -> list[str]:
    """The sections that are shown with something in them."""
    return [section.topic for section in page.context["sections"]]


def cells(client, topic: str, query: str = "") -> list[str]:
    """The rows of one section's own page."""
    page = client.get(f"{URL}?topic={topic}{query}")
    return [row.cells for section in page.context["sections"] for row in section.rows]


def test_a_step_typed_by_somebody_else_waits(client, regimen, recorder):
    step_of(regimen, components=(at("morning", "7"),), by=recorder)
    page = client.get(URL)
    assert "confirm" in topics(page)
    [row] = cells(client, "confirm")
    assert "NOVAK, Irena (Ms)" in row
    assert "XK 4471" in row
    assert 'href="tel:01632960997"' in row
    assert "By mouth: baclofen, tablet" in row
    assert reverse("regimen", args=[regimen.regimen_id]) in row
    assert "7\xa0mg in the morning" in row
    assert "From 02-Mar-2026. Recorded by J. Lind, decided by Dr A. Osei." in row


def test_a_confirmed_step_waits_no_longer(client, regimen, recorder, prescriber):
    actions.confirm_step(step=step_of(regimen, by=recorder), by=prescriber)
    assert "confirm" not in topics(client.get(URL))
    assert "No step waits for a confirmation." in client.get(URL).text


def test_only_the_prescriber_who_is_named_has_the_button(client, clinic, regimen, recorder):
    step = step_of(regimen, by=recorder, decided_by=member(clinic))
    assert len(cells(client, "confirm")) == 1
    assert reverse("step-confirm", args=[step.step]) not in client.get(URL).text
    client.force_login(step.decided_by)
    page = client.get(URL).text
    assert reverse("step-confirm", args=[step.step]) in page
    assert str(step.pk) in page


def test_what_waits_for_a_prescriber_who_left_waits_for_who_is_responsible(
    client, clinic, regimen, recorder, prescriber
):
    gone = member(clinic, name="Dr B. Roe")
    step = step_of(regimen, by=recorder, decided_by=gone)
    gone.memberships.update(ended_at=timezone.now())
    other = member(clinic, name="Dr C. Lee")
    for person, is_responsible in ((prescriber, True), (other, False)):
        client.force_login(person)
        assert len(cells(client, "confirm", "&mine=1")) == is_responsible
        page = client.get(URL).text
        assert (reverse("step-confirm", args=[step.step]) in page) is is_responsible
        regimen_page = client.get(reverse("regimen", args=[regimen.regimen_id])).text
        assert (reverse("step-confirm", args=[step.step]) in regimen_page) is is_responsible
    actions.confirm_step(step=step, by=prescriber)
    client.force_login(prescriber)
    assert "confirm" not in topics(client.get(URL))


@pytest.mark.parametrize("role", [Role.RECORDER, Role.VIEWER])
def test_who_does_not_confirm_sees_the_list_without_buttons(client, clinic, regimen, role):
    step = step_of(regimen, by=member(clinic, Role.RECORDER))
    client.force_login(member(clinic, role))
    page = client.get(URL)
    assert "confirm" in topics(page)
    assert "NOVAK, Irena" in page.text
    assert reverse("step-confirm", args=[step.step]) not in page.text


def test_a_disputed_step_differs_until_it_is_corrected_or_withdrawn(
    client, regimen, recorder, prescriber
):
    step = step_of(regimen, by=recorder)
    actions.dispute_step(step=step, says="Never with treacle", by=prescriber)
    page = client.get(URL)
    assert "confirm" not in topics(page)
    [row] = cells(client, "differs")
    assert "Recorded by J. Lind, disputed by Dr A. Osei." in row
    actions.retract_step(step=step, reason="never-instructed", reason_text="", by=recorder)
    assert "differs" not in topics(client.get(URL))


def test_a_disputed_step_of_a_later_day_is_not_the_last_recorded_instruction(
    client, regimen, recorder, prescriber, today
):
    step_of(regimen, today - timedelta(days=7), components=(at("morning", "7"),))
    ahead = step_of(
        regimen, today + timedelta(days=7), components=(at("morning", "11"),), by=recorder
    )
    actions.dispute_step(step=ahead, says="Never with treacle", by=prescriber)
    [row] = cells(client, "differs")
    assert '<td class="lines">7\xa0mg in the morning<span' in row
    assert "Not in force now: 11\xa0mg in the morning\nFrom" in row


def test_the_answer_leads_back_to_the_list(client, regimen, recorder):
    step = step_of(regimen, by=recorder)
    page = client.get("/?topic=confirm").text
    assert '<input type="hidden" name="back" value="/?topic=confirm">' in page
    answer = client.post(
        reverse("step-confirm", args=[step.step]), {"entry": step.pk, "back": "/?topic=confirm"}
    )
    assert answer["Location"] == "/?topic=confirm"


def test_what_is_planned_is_said_beside_the_last_instruction(client, regimen, today):
    step_of(regimen, today - timedelta(days=9), components=(at("morning", "7"),))
    version = plan_of(regimen, planned_row(today, at("morning", "11")))
    [row] = cells(client, "ahead")
    assert "7\xa0mg in the morning" in row
    assert "Planned: 11\xa0mg in the morning" in row
    assert reverse("plan", args=[version.plan_id]) in row


def test_withheld_until_the_next_instruction(client, regimen, today):
    step_of(regimen, today - timedelta(days=30))
    assert "withheld" not in topics(client.get(URL))
    step_of(regimen, today - timedelta(days=20), kind="withhold")
    [row] = cells(client, "withheld")
    assert "Withheld: the patient takes none" in row
    step_of(regimen, today, kind="resume", components=(times(3, "5"),))
    assert "withheld" not in topics(client.get(URL))


@pytest.mark.parametrize(("ago", "is_shown"), [(0, True), (13, True), (14, False)])
def test_stopped_is_shown_for_two_weeks(client, regimen, today, ago, is_shown):
    step_of(regimen, today - timedelta(days=30))
    step_of(regimen, today - timedelta(days=ago), kind="stop")
    assert ("withheld" in topics(client.get(URL))) is is_shown


def planned_for(regimen, *days: date):
    """A plan with a row on each of these days."""
    rows = [planned_row(day, times(3, str(place + 5))) for place, day in enumerate(days)]
    return plan_of(regimen, *rows)


@pytest.mark.parametrize(
    ("days", "topic"), [(-1, "passed"), (0, "ahead"), (7, "ahead"), (8, ""), (-400, "passed")]
)
def test_a_planned_row_moves_with_the_days(client, regimen, today, days, topic):
    planned_for(regimen, today + timedelta(days=days))
    shown = {"passed", "ahead"} & set(topics(client.get(URL)))
    assert shown == ({topic} if topic else set())


def test_of_many_rows_the_first_that_passed_and_the_first_to_come(client, regimen, today):
    days = [today + timedelta(days=n) for n in range(-3, 5)]
    planned_for(regimen, *days)
    for topic, day in (("passed", days[0]), ("ahead", today)):
        [row] = client.get(f"/?topic={topic}").context["section"].found
        assert row.day == day


def test_a_row_before_one_that_is_recorded_ahead_stays_until_that_one_holds(
    client, regimen, today, prescriber
):
    days = [today + timedelta(days=n) for n in (-2, 3, 6)]
    version = planned_for(regimen, *days)
    log = planned.plan_log(version.plan_id, regimen.regimen_id)
    actions.record_step(
        regimen=regimen.regimen,
        instruction=actions.Instruction(
            kind="dose",
            effective=Effective(days[2]),
            decided_by=prescriber,
            decided_by_name=prescriber.name,
            received_how="signed-plan",
            reason="step-up",
            components=log.rows[2].components,
        ),
        from_row=actions.FromRow(version.pk, log.rows[2].row),
        by=prescriber,
    )
    for topic, day in (("passed", days[0]), ("ahead", days[1])):
        [row] = client.get(f"/?topic={topic}").context["section"].found
        assert row.day == day
        assert (row.shown_until or days[2]) <= days[2]


def test_nothing_is_planned_while_a_plan_is_paused(client, regimen, today, prescriber):
    version = planned_for(regimen, today - timedelta(days=1), today + timedelta(days=1))
    actions.record_plan_event(
        plan=version.plan,
        kind="paused",
        reason_text="Unwell",
        seen=version.entry.number,
        by=prescriber,
    )
    assert not {"passed", "ahead"} & set(topics(client.get(URL)))


def test_an_instruction_from_outside_leaves_the_plan_to_its_prescriber(client, regimen, today):
    planned_for(regimen, today - timedelta(days=7), today + timedelta(days=1))
    step_of(regimen, today)
    page = client.get(URL)
    assert "differs" in topics(page)
    assert "The plan waits for its prescriber." in page.text
    assert not {"passed", "ahead"} & set(topics(page))


def test_a_draft_waits_once_somebody_asked_for_a_signature(client, regimen, recorder, today):
    text = plan_text(planned_row(today, times(3, "5")))
    written = actions.revision_of(text, "mg")
    draft = draft_of(regimen.regimen, by=recorder, document=written)
    assert "sign" not in topics(client.get(URL))
    actions.ask_to_sign(draft=draft, seen=draft.revision, by=recorder)
    [row] = cells(client, "sign")
    assert reverse("plan-sign", args=[draft.pk]) in row
    client.force_login(recorder)
    [row] = cells(client, "sign")
    assert reverse("plan-edit", args=[draft.pk]) in row
    actions.discard_draft(draft=draft, seen=draft.revision, by=recorder)
    assert "sign" not in topics(client.get(URL))


def booked(regimen, day, by, status="booked"):
    text = actions.ReviewText(status=status, review_on=day, what_for="Grip", whose=by)
    return actions.book_review(regimen=regimen.regimen, text=text, by=by)


@pytest.mark.parametrize(("days", "is_shown"), [(0, True), (7, True), (8, False)])
def test_a_review_is_shown_from_a_week_before(client, regimen, today, prescriber, days, is_shown):
    step_of(regimen)
    assert "no-review" in topics(client.get(URL))
    booked(regimen, today + timedelta(days=days), prescriber)
    shown = topics(client.get(URL))
    assert ("review" in shown) is is_shown
    assert "no-review" not in shown


def test_a_review_that_was_done_leaves_none_written(client, regimen, today, prescriber):
    step_of(regimen)
    review = booked(regimen, today, prescriber)
    text = actions.ReviewText(status="done", review_on=today, what_for="Grip", whose=prescriber)
    actions.update_review(review=review, text=text, by=prescriber)
    shown = topics(client.get(URL))
    assert "review" not in shown
    assert "no-review" in shown


def with_a_note(step):
    """The same instruction, of which only the note is another."""
    said = actions.Instruction(
        kind=step.kind,
        effective=step.effective,
        decided_by=step.decided_by,
        decided_by_name=step.decided_by_name,
        received_how=step.received_how,
        reason=step.reason,
        components=tuple(part.as_written() for part in step.parts),
        note="Read back",
    )
    by = step.entry.recorded_by
    return actions.correct_step(step=step, instruction=said, correction_reason="note", by=by)


def test_a_corrected_note_answers_no_report(client, regimen):
    step = step_of(regimen)
    report_of(regimen)
    with_a_note(step)
    assert "differs" in topics(client.get(URL))


def test_a_corrected_note_of_a_stop_closes_no_review_booked_since(client, regimen):
    step_of(regimen)
    stop = step_of(regimen, date(2026, 5, 4), kind="stop")
    review_of(regimen)
    with_a_note(stop)
    assert "review" in topics(client.get(URL))


def test_a_plan_that_is_withdrawn_leaves_a_medicine_without_one(client, regimen, prescriber):
    step_of(regimen)
    version = plan_of(regimen)
    assert "plan-ended" not in topics(client.get(URL))
    actions.record_plan_event(
        plan=version.plan,
        kind="withdrawn",
        reason_text="Moved away",
        seen=version.entry.number,
        by=prescriber,
    )
    assert "plan-ended" in topics(client.get(URL))
    step_of(regimen, date(2026, 5, 4), kind="stop")
    assert "plan-ended" not in topics(client.get(URL))


def test_nobody_is_responsible_once_the_membership_ended(client, clinic, regimen, recorder):
    other = regimen_of(PatientFactory(clinic=clinic), medicine_of(clinic, "x"))
    assert "nobody" not in topics(client.get(URL))
    other.responsible.memberships.update(ended_at=timezone.now())
    [row] = cells(client, "nobody")
    assert "By mouth: x, tablet" in row
    assert other.responsible.name in row


def test_nobody_is_responsible_once_the_person_may_not_sign_in(client, clinic, regimen):
    other = regimen_of(PatientFactory(clinic=clinic), medicine_of(clinic, "x"))
    type(other.responsible).objects.filter(pk=other.responsible.pk).update(is_active=False)
    assert len(cells(client, "nobody")) == 1


@pytest.mark.parametrize("status", ["died", "left"])
def test_who_died_or_left_waits_for_a_confirmation_alone(
    client, clinic, regimen, recorder, today, status
):
    step_of(regimen, today - timedelta(days=40), by=recorder)
    planned_for(regimen, today)
    assert {"ahead", "no-review", "confirm"} <= set(topics(client.get(URL)))
    patient = regimen.regimen.patient
    before = patient.versions.get()
    patient_actions.revise_patient(
        patient=patient,
        seen=before.entry,
        identity=before.identity,
        standing=Standing(status, today),
        by=recorder,
    )
    page = client.get(URL)
    assert topics(page) == ["confirm"]
    assert {"died": "Died on", "left": "Left the clinic on"}[status] in page.text
    assert not list(projection.differences(clinic))
    patient_actions.revise_patient(
        patient=patient,
        seen=patient.versions.latest("entry__number").entry,
        identity=before.identity,
        by=recorder,
    )
    assert {"differs", "no-review", "confirm"} == set(topics(client.get(URL)))
    assert not list(projection.differences(clinic))


def test_who_was_erased_is_gone(client, clinic, regimen, recorder, today):
    step_of(regimen, by=recorder)
    planned_for(regimen, today)
    erasing.erase(
        clinic=clinic,
        patient=regimen.regimen.patient_id,
        reason=ErasureReason.REQUEST,
        by=member(clinic, Role.ADMINISTRATOR),
    )
    assert topics(client.get(URL)) == []
    projection.refresh([regimen.regimen])
    assert not WorklistRow.objects.exists()


def test_what_was_withdrawn_is_gone(client, regimen, recorder, prescriber):
    step_of(regimen, by=recorder)
    actions.retract_regimen(
        regimen=regimen.regimen, reason=RetractionReason.TWICE, reason_text="", by=prescriber
    )
    page = client.get(URL)
    assert topics(page) == []
    assert "ENTERED IN ERROR" in page.text


def test_mine_and_the_clinics(client, clinic, regimen, prescriber):
    other = regimen_of(PatientFactory(clinic=clinic), medicine_of(clinic, "x"))
    step_of(regimen)
    step_of(other)
    assert len(cells(client, "no-review")) == 2
    [row] = cells(client, "no-review", "&mine=1")
    assert "baclofen" in row
    [row] = cells(client, "no-review", f"&prescriber={other.responsible.pk}")
    assert "By mouth: x, tablet" in row


def test_one_medicine(client, clinic, regimen, prescriber):
    other = regimen_of(PatientFactory(clinic=clinic), medicine_of(clinic, "x"))
    step_of(regimen)
    step_of(other)
    [row] = cells(client, "no-review", f"&medicine={other.medicine_id}")
    assert "By mouth: x, tablet" in row
    page = client.get(URL, {"medicine": other.medicine_id}).text
    assert "Show the whole list" in page
    assert f'value="{other.medicine_id}"' in page


@pytest.mark.parametrize(
    "query",
    [
        {"topic": "x"},
        {"prescriber": "x"},
        {"prescriber": "9" * 40},
        {"medicine": "x"},
        {"after": "2026-02-31-1-" + "0" * 32},
        {"after": "٣-٣"},
        {"topic": "confirm", "after": "x", "before": "1-2-3"},
    ],
)
def test_what_is_no_filter_is_left_out(client, regimen, recorder, query):
    step_of(regimen, by=recorder)
    page = client.get(URL, query)
    assert page.status_code == 200
    if "9" not in query.get("prescriber", ""):
        assert "confirm" in topics(page)


def test_a_section_is_paged_in_its_order(client, regimen, recorder, monkeypatch):
    monkeypatch.setattr(worklist, "PAGE", 2)
    days = [date(2026, 3, 2) + timedelta(days=n) for n in range(5)]
    for day in days:
        step_of(regimen, day, by=recorder)

    def shown(url):
        section = client.get(url).context["section"]
        return [row.cells[row.cells.index("From ") + 5 :][:2] for row in section.rows], section

    first, page = shown("/?topic=confirm")
    assert (first, page.earlier) == (["02", "03"], "")
    second, page = shown(page.later)
    assert second == ["04", "05"]
    third, last = shown(page.later)
    assert (third, last.later) == (["06"], "")
    assert shown(last.earlier)[0] == second
    back, page = shown(page.earlier)
    assert (back, page.earlier) == (first, "")


def test_a_count_stops(client, clinic, regimen, recorder, monkeypatch):
    monkeypatch.setattr(listed, "MOST_COUNTED", 2)
    monkeypatch.setattr(worklist, "GLANCE", 1)
    for day in range(1, 4):
        step_of(regimen, date(2026, 3, day), by=recorder)
    assert "more than 2" in client.get(URL).text
    assert "more than 2" in client.get("/?topic=confirm").text


def test_an_empty_list_says_so(client):
    client.force_login(member(ClinicFactory()))
    page = client.get(URL)
    assert topics(page) == []
    assert [section.topic for section in page.context["empty"]] == list(TOPICS)
    assert "Nothing waits in your clinics" in page.text
    assert "No regimen is recorded in your clinics yet." in page.text
    assert "Nothing is withheld" in client.get("/?topic=withheld").text


def test_an_empty_part_of_the_list_says_nothing_of_the_whole(client, clinic, prescriber):
    step_of(regimen_of(PatientFactory(clinic=clinic), medicine_of(clinic, "x")))
    for url in ("/?mine=1", "/?mine=1&topic=no-review"):
        page = client.get(url).text
        assert "Nothing in this part of the list" in page
        assert "has a review written" not in page


def test_what_was_recorded_last_comes_first(client, clinic, regimen, prescriber):
    other = regimen_of(PatientFactory(clinic=clinic), medicine_of(clinic, "x"), by=prescriber)
    step_of(regimen)
    first, second = client.get(URL).context["recorded"]
    assert reverse("regimen", args=[regimen.regimen_id]) in first.cells
    assert reverse("regimen", args=[other.regimen_id]) in second.cells
    assert "No recorded instruction stands." in second.cells


def test_a_step_that_came_since_the_row_was_made_holds(client, clinic, regimen, today):
    step_of(regimen, today - timedelta(days=40), components=(at("morning", "5"),))
    first = RegimenCard.objects.get().step_id
    step_of(regimen, today, components=(at("morning", "11"),))
    RegimenCard.objects.update(step=first, next_on=today)
    [row] = client.get(URL).context["recorded"]
    assert "11\xa0mg in the morning" in row.cells
    [row] = cells(client, "no-review")
    assert "11\xa0mg in the morning" in row


def test_a_step_written_by_the_clock_of_a_clinic_further_east_holds_from_its_moment(
    client, regimen, monkeypatch
):
    """Six in the morning in Sydney is seven in the evening of the day before in London."""
    there = Effective(date(2026, 12, 2), "day", time(6), 11 * 60)
    monkeypatch.setattr(timezone, "now", lambda: datetime(2026, 12, 1, 18, 59, tzinfo=UTC))
    step_of(regimen, date(2026, 11, 2), components=(at("morning", "5"),))
    step_of(regimen, there, components=(at("morning", "11"),))
    said = []
    for minute in (59, 60):
        now = datetime(2026, 12, 1, 18, tzinfo=UTC) + timedelta(minutes=minute)
        monkeypatch.setattr(timezone, "now", lambda now=now: now)
        said += cells(client, "no-review")
        assert not list(projection.differences(regimen.regimen.clinic))
    assert ["5\xa0mg in the morning" in said[0], "11\xa0mg in the morning" in said[1]] == [
        True,
        True,
    ]


def test_another_clinic_is_not_shown(client, regimen):
    step_of(regimen)
    client.force_login(member(ClinicFactory()))
    page = client.get(URL)
    assert topics(page) == []
    assert page.context["recorded"] == []
    assert cells(client, "no-review", f"&medicine={regimen.medicine_id}") == []


def test_two_clinics_are_mixed_by_date(client, clinic, regimen, prescriber):
    other = ClinicFactory()
    MembershipFactory(user=prescriber, clinic=other, role=Role.VIEWER)
    theirs = regimen_of(PatientFactory(clinic=other))
    step_of(regimen, date(2026, 3, 3))
    step_of(theirs, date(2026, 3, 2))
    page = client.get("/?topic=no-review")
    assert [row.clinic_id for row in page.context["section"].found] == [other.pk, clinic.pk]
    assert AccessEvent.objects.get().clinic is None
    assert len(client.get(URL).context["recorded"]) == 2


def test_the_patients_shown_are_written_down_as_access(client, clinic, regimen):
    step_of(regimen)
    client.get("/?topic=no-review")
    event = AccessEvent.objects.get()
    assert (event.kind, event.clinic) == ("list", clinic)
    assert [row.patient for row in event.patients.all()] == [regimen.regimen.patient_id]


@pytest.mark.parametrize(
    ("role", "words"),
    [
        (Role.ADMINISTRATOR, "As an administrator you keep the clinic"),
        (Role.AUDITOR, "As an auditor you see who read and recorded what."),
    ],
)
def test_who_reads_no_charts_is_told_what_the_role_is_for(client, clinic, regimen, role, words):
    client.force_login(member(clinic, role))
    for url in (URL, "/?topic=no-review"):
        page = client.get(url).text
        assert words in page
        assert "NOVAK" not in page


def test_who_belongs_to_no_clinic_is_told_so(client):
    client.force_login(UserFactory())
    assert "You belong to no clinic yet." in client.get(URL).text


def test_the_pages_take_the_same_queries_at_any_length(client, clinic, prescriber, recorder, today):
    medicine = medicine_of(clinic, "x")
    for _length in (7, 14):
        for number in range(7):
            patient = PatientFactory(clinic=clinic, by=prescriber)
            regimen = regimen_of(patient, medicine, by=prescriber)
            planned_for(regimen, today + timedelta(days=1))
            step_of(regimen, today - timedelta(days=number), by=recorder)
            step_of(regimen, today - timedelta(days=number + 20), by=recorder)
        for url, expected in ((URL, 20), ("/?topic=no-review", 17)):
            client.get(url)
            with counted() as asked:
                client.get(url)
            assert len(asked) == queries(expected), url
