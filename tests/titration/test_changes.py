"""The changes sheet: since when, of whom, each entry told once, and nothing of anybody else."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from access.models import AccessEvent, Role
from ledger.models import Entry, Origin, RetractionReason
from patients import actions as patient_actions
from patients.identity import Standing
from tests.everything import everything
from tests.factories import (
    ClinicFactory,
    IdentityFactory,
    MembershipFactory,
    PatientFactory,
    UserFactory,
    member,
)
from tests.pages import Page
from tests.titration import issuing
from tests.titration.doses import times
from tests.titration.exports import pages_of
from tests.titration.factories import (
    STARTED,
    draft_of,
    medicine_of,
    plan_of,
    plan_text,
    planned_row,
    regimen_of,
    review_of,
    signed_plan,
    step_of,
)
from tests.titration.issuing import issue_of
from titration import actions, changes
from titration.changes import Span
from titration.presenters import changes as presenter

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 16, 8, 0, tzinfo=UTC)


@pytest.fixture
def clinic():
    return ClinicFactory(time_zone="Europe/London")


@pytest.fixture
def doctor(clinic):
    return member(clinic, name="Dr A. Osei")


def saw(user, clinic, at, kind="view") -> None:
    AccessEvent.objects.create(user=user, clinic=clinic, at=at, kind=kind, route="", method="GET")


def hours(count: float) -> datetime:
    return NOW - timedelta(hours=count)


def told(span: Span, **whose) -> dict:
    """By patient: the lines of theirs, as the sheet tells them."""
    found = changes.patients_of(span, **whose)
    sheets = presenter.patient_sheets(changes.changes_of(span, found), timezone.now())
    return {
        sheet.patient: [*sheet.lines, *(line for r in sheet.regimens for line in r.lines)]
        for sheet in sheets
    }


def lines_since(clinic, number: int) -> list:
    """Every line of the entries after a number."""
    high = Entry.objects.filter(clinic=clinic).count()
    return [
        line
        for lines in told(Span(clinic, timezone.now(), number, high)).values()
        for line in lines
    ]


def newest(clinic) -> int:
    return Entry.objects.filter(clinic=clinic).count()


def busy(clinic) -> None:
    """A patient with a record of nearly every kind, made through the actions."""
    doctor, recorder = member(clinic), member(clinic, Role.RECORDER)
    patient = PatientFactory(clinic=clinic, by=recorder)
    regimen = regimen_of(patient, medicine_of(clinic, f"medicine {newest(clinic)}"), by=doctor)
    first = step_of(regimen, by=recorder)
    actions.confirm_step(step=first, by=doctor)
    second = step_of(regimen, on=date(2026, 3, 9), by=recorder)
    actions.dispute_step(step=second, says="Never", by=doctor)
    actions.retract_step(step=second, reason="other", reason_text="Never", by=doctor)
    version = plan_of(regimen)
    copy = issue_of(version)
    actions.retract_issue(issue=copy, reason="twice", reason_text="", by=recorder)
    actions.record_plan_event(
        plan=version.plan,
        kind="withdrawn",
        reason_text="x",
        seen=issuing.newest(version.plan),
        by=doctor,
    )
    review_of(regimen)
    actions.hand_over(
        clinic=clinic, regimens=(regimen.regimen_id,), of=doctor, to=member(clinic), by=doctor
    )


# The last visit


def test_the_last_visit_is_the_last_use_before_a_break_of_six_hours(clinic, doctor):
    for ago in (0.1, 2, 7, 15.5, 16):
        saw(doctor, clinic, hours(ago))
    assert changes.last_visit(doctor, clinic, NOW) == hours(15.5)


def test_a_sitting_over_midnight_is_one_visit(clinic, doctor):
    saw(doctor, clinic, hours(30))
    for ago in (11, 9, 7.8, 4, 1):
        saw(doctor, clinic, hours(ago))
    assert changes.last_visit(doctor, clinic, NOW) == hours(30)


def test_pages_of_nobody_other_clinics_and_other_people_are_no_visit(clinic, doctor):
    saw(doctor, clinic, hours(20), "request")
    saw(doctor, clinic, hours(21), "refused")
    saw(doctor, ClinicFactory(), hours(22))
    saw(member(clinic), clinic, hours(23))
    assert changes.last_visit(doctor, clinic, NOW) is None


def test_a_list_of_several_clinics_is_a_visit(clinic, doctor):
    saw(doctor, None, hours(20), "list")
    assert changes.last_visit(doctor, clinic, NOW) == hours(20)


def test_a_sitting_that_never_pauses_counts_from_the_earliest_event_looked_at(
    clinic, doctor, monkeypatch
):
    monkeypatch.setattr(changes, "_LOOKED_AT", 3)
    for ago in (1, 2, 3, 4):
        saw(doctor, clinic, hours(ago))
    assert changes.last_visit(doctor, clinic, NOW) == hours(3)


# Which entries


def test_every_entry_of_a_patient_is_told_once_whatever_the_stretch(clinic):
    everything(clinic)
    busy(clinic)
    # Where a step came from is told with the step.
    own = Entry.objects.filter(clinic=clinic, patient__isnull=False).exclude(kind=Origin.KIND)
    entries = list(own.values_list("number", "patient"))
    high = newest(clinic)
    for low in range(high):
        found = told(Span(clinic, timezone.now(), low, high))
        pairs = [
            (number, patient)
            for patient, lines in found.items()
            for line in lines
            for number in line.numbers
        ]
        assert sorted(pairs) == sorted(pair for pair in entries if pair[0] > low), low


def test_nothing_after_the_end_of_the_stretch_is_told(clinic):
    everything(clinic)
    high = newest(clinic) - 2
    found = told(Span(clinic, timezone.now(), 0, high))
    numbers = [n for lines in found.values() for line in lines for n in line.numbers]
    assert max(numbers) <= high


def test_only_of_one_patient_where_one_is_asked_for(clinic):
    one = everything(clinic)
    busy(clinic)
    span = Span(clinic, timezone.now(), 0, newest(clinic))
    assert set(told(span, patient=one.pk)) == {one.pk}


def test_mine_are_the_entries_of_my_regimens_and_their_patients(clinic, doctor):
    other = member(clinic)
    medicine = medicine_of(clinic)
    both, theirs = (PatientFactory(clinic=clinic) for _number in range(2))
    mine = regimen_of(both, medicine, by=doctor)
    step_of(mine)
    regimens = [regimen_of(p, medicine, by=other, form="oral solution") for p in (both, theirs)]
    for regimen in regimens:
        review_of(regimen)
        step_of(regimen)
    span = Span(clinic, timezone.now(), 0, newest(clinic))
    found = told(span, mine=doctor)
    numbers = {n for lines in found.values() for line in lines for n in line.numbers}
    strangers = {e.regimen_id for e in regimens}
    ways = changes.regimens_of(k for keys in changes.patients_of(span).values() for k in keys)
    keys = [key for keys in changes.patients_of(span).values() for key in keys]
    assert numbers == {
        key.number
        for key in keys
        if key.patient == both.pk and ways.get(key.entry) not in strangers
    }


def test_what_was_recorded_at_the_moment_itself_is_told_and_nothing_before_it(clinic):
    first, second = (PatientFactory(clinic=clinic) for _number in range(2))
    entry = Entry.objects.get(subject=second.pk)
    span = changes.span_of(clinic, entry.recorded_at)
    assert set(changes.patients_of(span)) == {second.pk}
    assert first.pk not in changes.patients_of(span)


def test_nothing_is_told_when_nothing_was_recorded_since(clinic):
    PatientFactory(clinic=clinic)
    span = changes.span_of(clinic, timezone.now() + timedelta(seconds=1))
    assert span.count == 0
    assert changes.patients_of(span) == {}


def test_patients_stand_by_name(clinic):
    names = ["Zeller", "Ábel", "Marsh"]
    by_name = {name: PatientFactory(clinic=clinic, family_name=name) for name in names}
    found = changes.patients_of(Span(clinic, timezone.now(), 0, newest(clinic)))
    assert list(found) == [by_name[name].pk for name in ("Ábel", "Marsh", "Zeller")]


def test_more_than_a_sheet_holds_leaves_out_the_oldest_and_says_so(
    client, clinic, doctor, monkeypatch
):
    monkeypatch.setattr(changes, "MOST", 2)
    monkeypatch.setattr(presenter, "MOST", 2)
    names = ["Alder", "Birch", "Cedar"]
    for name in names:
        PatientFactory(clinic=clinic, family_name=name)
    client.force_login(doctor)
    page = Page(client.get(reverse("changes")))
    assert "ALDER" not in page.text
    assert "BIRCH" in page.text
    assert "CEDAR" in page.text
    assert "what was recorded before is not on it" in page.text
    assert "newest 2" in " ".join(pages_of(client.get(reverse("changes-pdf")).content))


# What they say


def test_a_step_says_before_and_now_and_who_decided(clinic, doctor):
    regimen = regimen_of(PatientFactory(clinic=clinic), by=doctor)
    step_of(regimen)
    number = newest(clinic)
    step_of(regimen, on=date(2026, 3, 9), components=(times(3, "7"),), received_how="telephone")
    [line] = lines_since(clinic, number)
    assert line.what == "Dose"
    assert line.before.replace("\xa0", " ") == (
        "5 mg three times a day (5 mg each time)\nfrom 02-Mar-2026"
    )
    assert line.now.replace("\xa0", " ") == (
        "7 mg three times a day (7 mg each time)\nfrom 09-Mar-2026"
    )
    assert "Decided by Dr A. Osei, by telephone and read back" in line.decided
    assert line.recorded.startswith("Dr A. Osei\n")
    assert not line.error
    assert not line.open


@pytest.mark.parametrize(
    ("kind", "what"),
    [("withhold", "Withheld: the patient takes none"), ("stop", "Stopped")],
)
def test_withholding_and_stopping_say_so(clinic, doctor, kind, what):
    regimen = regimen_of(PatientFactory(clinic=clinic), by=doctor)
    step_of(regimen)
    number = newest(clinic)
    step_of(regimen, on=date(2026, 3, 9), kind=kind)
    [line] = lines_since(clinic, number)
    assert line.what == what
    assert line.now == f"{what}\nfrom 09-Mar-2026"


def test_a_step_that_waits_says_so_until_its_prescriber_answers(clinic, doctor):
    regimen = regimen_of(PatientFactory(clinic=clinic), by=doctor)
    step = step_of(regimen, by=member(clinic, Role.RECORDER))
    number = newest(clinic)
    [line] = lines_since(clinic, number - 1)
    assert line.open == "Not yet confirmed by Dr A. Osei"
    actions.confirm_step(step=step, by=doctor)
    [line] = lines_since(clinic, number - 1)
    assert not line.open
    assert "Confirmed by Dr A. Osei" in line.decided
    assert line.numbers == (number, number + 1)
    [line] = lines_since(clinic, number)
    assert (line.what, line.numbers) == ("Step confirmed", (number + 1,))


def test_a_dispute_says_what_its_prescriber_said(clinic, doctor):
    regimen = regimen_of(PatientFactory(clinic=clinic), by=doctor)
    step = step_of(regimen, by=member(clinic, Role.RECORDER))
    number = newest(clinic)
    actions.dispute_step(step=step, says="Half of that", by=doctor)
    [line] = lines_since(clinic, number)
    assert line.what == "Step disputed"
    assert "“Half of that”" in line.open


def test_a_correction_says_both_texts_and_the_first_is_marked(clinic, doctor):
    regimen = regimen_of(PatientFactory(clinic=clinic), by=doctor)
    step = step_of(regimen)
    number = newest(clinic)
    actions.correct_step(
        step=step,
        instruction=actions.Instruction(
            kind="dose",
            effective=step.effective,
            decided_by=doctor,
            decided_by_name=doctor.name,
            received_how="letter",
            reason="start",
            components=(times(2, "7"),),
        ),
        correction_reason="Misheard",
        by=doctor,
    )
    first, second = lines_since(clinic, number - 1)
    assert first.error == f"Corrected by entry {number + 1}"
    assert (second.what, second.error) == ("Step corrected", "")
    assert second.before.startswith("5\xa0mg three times")
    assert second.now.startswith("7\xa0mg twice")
    assert "“Misheard”" in second.decided


def test_a_withdrawn_step_and_its_withdrawal_say_so(clinic, doctor):
    regimen = regimen_of(PatientFactory(clinic=clinic), by=doctor)
    step = step_of(regimen)
    number = newest(clinic)
    actions.retract_step(
        step=step, reason=RetractionReason.TWICE, reason_text="Same call", by=doctor
    )
    first, second = lines_since(clinic, number - 1)
    assert first.error == f"Withdrawn by entry {number + 1}"
    assert second.what == "Step withdrawn as entered in error"
    assert second.before.startswith("5\xa0mg three times")
    assert second.decided == "recorded twice, “Same call”"


def test_what_was_said_of_a_step_stays_when_it_is_withdrawn(clinic, doctor):
    recorder = member(clinic, Role.RECORDER)
    regimen = regimen_of(PatientFactory(clinic=clinic), by=doctor)
    number = newest(clinic)
    step = step_of(regimen, by=recorder)
    actions.dispute_step(step=step, says="Half of that", by=doctor)
    actions.retract_step(step=step, reason="twice", reason_text="", by=recorder)
    first, _withdrawal = lines_since(clinic, number)
    assert "“Half of that”" in first.decided
    assert not first.open


def test_a_date_that_moves_with_the_rows_before_is_told_without_the_dose(clinic, doctor):
    regimen = regimen_of(PatientFactory(clinic=clinic), by=doctor)
    first = planned_row(STARTED, times(3, "5"))
    second, third = (planned_row("2 weeks", times(3, dose)) for dose in ("11", "13"))
    version = plan_of(regimen, first, second, third)
    number = newest(clinic)
    moved = planned_row("3 weeks", times(3, "11"), row=second.row)
    draft = draft_of(regimen.regimen, by=doctor, revises=version)
    signed_plan(draft, plan_text(first, moved, third), by=doctor)
    [line] = lines_since(clinic, number)
    assert line.now.splitlines() == [
        "Row 2. Start changed. Before: 16-Mar-2026. Now: 23-Mar-2026.",
        "Row 3. Date changed with the rows before it. Before: 30-Mar-2026. Now: 06-Apr-2026.",
    ]


def test_a_withdrawn_regimen_is_one_line_with_its_steps(clinic, doctor):
    regimen = regimen_of(PatientFactory(clinic=clinic), by=doctor)
    step_of(regimen)
    step_of(regimen, on=date(2026, 4, 1))
    number = newest(clinic)
    actions.retract_regimen(
        regimen=regimen.regimen, reason=RetractionReason.OTHER, reason_text="x", by=doctor
    )
    [line] = lines_since(clinic, number)
    assert line.what == "Regimen withdrawn as entered in error"
    assert line.numbers == (number + 1, number + 2, number + 3)


def test_a_revised_plan_says_row_by_row_what_differs(clinic, doctor):
    regimen = regimen_of(PatientFactory(clinic=clinic), by=doctor)
    first, second = planned_row(STARTED, times(3, "5")), planned_row("2 weeks", times(3, "11"))
    version = plan_of(regimen, first, second)
    number = newest(clinic)
    changed = planned_row("2 weeks", times(3, "13"), row=second.row)
    draft = draft_of(regimen.regimen, by=doctor, revises=version)
    signed_plan(draft, plan_text(first, changed), by=doctor)
    [line] = lines_since(clinic, number)
    assert line.what == "Plan revised: version 2 signed"
    assert line.now.replace("\xa0", " ") == (
        "Row 2. Dose changed. Before: 16-Mar-2026, 11 mg three times a day (11 mg each time). "
        "Now: 16-Mar-2026, 13 mg three times a day (13 mg each time)."
    )
    assert line.decided == "Signed by Dr A. Osei"


def test_a_new_plan_says_its_first_rows_and_how_many_more(clinic, doctor):
    regimen = regimen_of(PatientFactory(clinic=clinic), by=doctor)
    number = newest(clinic)
    rows = [planned_row(STARTED + timedelta(days=n), times(3, "5")) for n in range(9)]
    plan_of(regimen, *rows)
    [line] = lines_since(clinic, number)
    assert line.what == "Plan signed"
    assert "Row 6, 07-Mar-2026: 5\xa0mg three times" in line.now
    assert "Row 7" not in line.now
    assert "and 3 more rows" in line.now


def test_a_review_says_what_became_of_it(clinic, doctor):
    regimen = regimen_of(PatientFactory(clinic=clinic), by=doctor)
    review = review_of(regimen)
    number = newest(clinic)
    today = clinic.local(timezone.now()).date()
    text = actions.ReviewText("missed", today, "Tone", doctor)
    actions.update_review(review=review, text=text, by=doctor)
    [line] = lines_since(clinic, number)
    assert line.what == "Review missed"
    assert line.before.startswith("Booked for ")
    assert line.now.startswith("Missed on ")


def test_another_responsible_prescriber_is_named_beside_the_one_before(clinic, doctor):
    regimen = regimen_of(PatientFactory(clinic=clinic), by=doctor)
    other = member(clinic, name="Dr B. Lind")
    number = newest(clinic)
    actions.hand_over(clinic=clinic, regimens=(regimen.regimen_id,), of=doctor, to=other, by=doctor)
    [line] = lines_since(clinic, number)
    assert line.what == "Responsible prescriber changed"
    assert (line.before, line.now) == (
        "Responsible prescriber: Dr A. Osei",
        "Responsible prescriber: Dr B. Lind",
    )


def test_another_supplier_is_named_beside_the_one_before(clinic, doctor):
    patient, medicine = PatientFactory(clinic=clinic), medicine_of(clinic)
    regimen = regimen_of(patient, medicine, by=doctor, supplied_by="Weir Street Surgery")
    number = newest(clinic)
    text = actions.RegimenText(
        medicine=medicine,
        route=regimen.route,
        unit=regimen.unit,
        form=regimen.form,
        indication=regimen.indication,
        indication_text="",
        responsible=doctor,
        supplied_by="Ward 4",
    )
    actions.revise_regimen(regimen=regimen.regimen, seen=regimen.entry, text=text, by=doctor)
    [line] = lines_since(clinic, number)
    assert line.what == "Text of the regimen changed"
    assert (line.before, line.now) == ("Supplied by: Weir Street Surgery", "Supplied by: Ward 4")


def test_a_patient_who_died_is_told_with_the_day(clinic, doctor):
    identity = IdentityFactory(family_name="Marsh")
    version = patient_actions.add_patient(clinic=clinic, identity=identity, by=doctor)
    number = newest(clinic)
    patient_actions.revise_patient(
        patient=version.patient,
        seen=version.entry,
        identity=identity,
        standing=Standing("died", date(2026, 3, 4)),
        by=doctor,
    )
    [line] = lines_since(clinic, number)
    assert line.what == "Died on 04-Mar-2026"
    assert line.before == "Status: With this clinic"


# The pages


def test_the_page_tells_of_the_readers_clinic_only_and_says_since_when(client, clinic, doctor):
    everything(clinic)
    PatientFactory(clinic=ClinicFactory(), family_name="Elsewhere")
    visit = timezone.now() - timedelta(days=2)
    saw(doctor, clinic, visit)
    client.force_login(doctor)
    page = Page(client.get(reverse("changes")))
    assert "QUILLFEATHER-ASHGROVE" in page.text
    assert "ELSEWHERE" not in page.text
    assert (
        f"{clinic.local(visit):%H:%M}, when you last used the records of this clinic" in page.text
    )
    assert "This is a record. It proposes no dose" in page.text


def test_the_access_event_names_the_patients_shown(client, clinic, doctor):
    shown = PatientFactory(clinic=clinic)
    client.force_login(doctor)
    for name, kind in (("changes", "list"), ("changes-pdf", "export")):
        client.get(reverse(name))
        event = AccessEvent.objects.latest("pk")
        assert (event.kind, event.route, event.clinic) == (kind, name, clinic)
        assert [each.patient for each in event.patients.all()] == [shown.pk]


def test_a_typed_moment_counts_by_the_clinics_clock(client, clinic, doctor):
    PatientFactory(clinic=clinic, family_name="Marsh")
    client.force_login(doctor)
    at = clinic.local(timezone.now())
    asked = {"day": at.day, "month": at.month, "year": at.year}
    page = Page(client.get(reverse("changes"), asked))
    assert "MARSH" in page.text
    assert f"{at:%d-%b-%Y} 00:00, as you chose" in page.text
    late = Page(client.get(reverse("changes"), asked | {"year": at.year + 1}))
    assert late.errors == {"day": ["This moment has not come yet. Write one that is past."]}
    assert "MARSH" not in late.text


def test_an_hour_that_comes_twice_counts_from_the_first(client, clinic, doctor):
    client.force_login(doctor)
    asked = {"day": "25", "month": "10", "year": "2020", "time": "01:30"}
    page = client.get(reverse("changes"), asked)
    assert page.context["form"].since == datetime(2020, 10, 25, 0, 30, tzinfo=UTC)


def test_pages_hold_so_many_patients_and_lead_on(client, clinic, doctor, monkeypatch):
    monkeypatch.setattr("titration.views.changes.PAGE", 2)
    for name in ("Alder", "Birch", "Cedar", "Dogwood", "Elm"):
        PatientFactory(clinic=clinic, family_name=name)
    client.force_login(doctor)
    seen, url, back = [], reverse("changes"), []
    while url:
        page = client.get(url)
        seen.append([each.name.split(",")[0] for each in page.context["sheet"].patients])
        back.append(page.context["earlier_url"])
        url = page.context["later_url"]
    assert seen == [["ALDER", "BIRCH"], ["CEDAR", "DOGWOOD"], ["ELM"]]
    assert back[0] == ""
    assert back[1].startswith(reverse("changes"))
    earlier = client.get(back[2]).context["sheet"].patients
    assert [each.name.split(",")[0] for each in earlier] == ["CEDAR", "DOGWOOD"]


def test_a_file_that_does_not_hold_everybody_says_so(client, clinic, doctor, monkeypatch):
    monkeypatch.setattr("titration.views.changes.PRINTED", 1)
    for name in ("Alder", "Birch"):
        PatientFactory(clinic=clinic, family_name=name)
    client.force_login(doctor)
    text = " ".join(pages_of(client.get(reverse("changes-pdf")).content))
    assert "BIRCH" not in text
    assert "This file does not hold every patient" in text


def test_every_page_of_the_file_says_since_when_and_by_whom(client, clinic, doctor):
    everything(clinic)
    client.force_login(doctor)
    answer = client.get(reverse("changes-pdf"))
    assert answer["Content-Type"] == "application/pdf"
    pages = pages_of(answer.content)
    assert len(pages) > 1
    for page in pages:
        assert "This is a record. It proposes no dose" in page
        assert "Made by Dr A. Osei" in page
        assert "no earlier visit of yours is recorded" in page
        assert "QUILLFEATHER-ASHGROVE" in page or "Erased on" in page
    assert "7 mg twice a day (7 mg each time)" in " ".join(pages)


def test_a_patient_of_another_clinic_is_not_told(client, clinic, doctor):
    stranger = PatientFactory(clinic=ClinicFactory(), family_name="Elsewhere")
    client.force_login(doctor)
    page = Page(client.get(reverse("changes"), {"patient": stranger.pk}))
    assert "The clinic has no such patient." in page.text
    assert "ELSEWHERE" not in page.text


def test_of_several_clinics_one_is_chosen(client, clinic, doctor):
    other = ClinicFactory(name="Zeta")
    MembershipFactory(clinic=other, user=doctor, role=Role.VIEWER)
    PatientFactory(clinic=other, family_name="Zetas")
    client.force_login(doctor)
    assert "ZETAS" not in Page(client.get(reverse("changes"))).text
    assert "ZETAS" in Page(client.get(reverse("changes"), {"clinic": other.pk})).text


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.ADMINISTRATOR])
@pytest.mark.parametrize("name", ["changes", "changes-pdf"])
def test_charts_stay_closed_to_those_who_keep_the_house(client, clinic, role, name):
    client.force_login(member(clinic, role))
    assert client.get(reverse(name)).status_code == 403


def test_somebody_of_no_clinic_is_refused(client):
    client.force_login(UserFactory())
    assert client.get(reverse("changes")).status_code == 403


def test_queries_do_not_grow_with_what_was_recorded(client, clinic, doctor):
    client.force_login(doctor)
    counts = []
    for patients in (1, 3):
        for _patient in range(patients):
            busy(clinic)
        client.get(reverse("changes"))
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse("changes")).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
