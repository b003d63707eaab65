"""The worklist: what waits for a prescriber, what was recorded of late, and other roles' page."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from access.models import AccessEvent, Role
from tests.factories import ClinicFactory, MembershipFactory, PatientFactory, UserFactory, member
from tests.titration.doses import at
from tests.titration.factories import medicine_of, regimen_of, step_of
from titration import actions
from titration.models import RegimenCard
from titration.presenters import worklist

pytestmark = pytest.mark.django_db

URL = "/"


@pytest.fixture
def clinic():
    return ClinicFactory()


@pytest.fixture
def prescriber(clinic, client):
    person = member(clinic, name="Dr A. Osei")
    client.force_login(person)
    return person


@pytest.fixture
def recorder(clinic):
    return member(clinic, Role.RECORDER, name="J. Lind")


@pytest.fixture
def regimen(clinic, prescriber):
    patient = PatientFactory(clinic=clinic, family_name="Novak", given_names="Irena", title="Ms")
    return regimen_of(patient, medicine_of(clinic, "baclofen"), by=prescriber)


def test_a_step_typed_by_somebody_else_waits(client, regimen, recorder):
    step_of(regimen, components=(at("morning", "7"),), by=recorder)
    page = client.get(URL)
    [row] = page.context["awaiting"]
    assert row.patient == "NOVAK, Irena (Ms)"
    assert row.regimen == "By mouth: baclofen, tablet"
    assert row.url == reverse("regimen", args=[regimen.regimen_id])
    assert row.words == "7\xa0mg in the morning"
    assert row.moment == "02-Mar-2026"
    assert row.recorded_by == "J. Lind"
    assert "1 dose step" in page.text


def test_a_confirmed_step_waits_no_longer(client, regimen, recorder, prescriber):
    actions.confirm_step(step=step_of(regimen, by=recorder), by=prescriber)
    assert "Nothing waits for your confirmation." in client.get(URL).text


def test_a_step_of_another_prescriber_does_not_wait(client, clinic, regimen, recorder):
    step_of(regimen, by=recorder, decided_by=member(clinic))
    assert client.get(URL).context["awaiting"] == []


def test_a_recorder_has_nothing_to_confirm(client, regimen, recorder):
    step_of(regimen, by=recorder)
    client.force_login(recorder)
    page = client.get(URL).text
    assert "Waiting for your confirmation" not in page
    assert "NOVAK, Irena" in page


def test_what_waits_is_paged_from_the_longest_waiting(client, regimen, recorder, monkeypatch):
    monkeypatch.setattr(worklist, "PAGE", 2)
    days = [date(2026, 3, 2) + timedelta(days=n) for n in range(5)]
    for day in days:
        step_of(regimen, day, by=recorder)

    def shown(query):
        page = client.get(URL + query).context
        return [row.moment[:2] for row in page["awaiting"]], page["waiting"]

    first, page = shown("")
    assert (first, page.earlier) == (["02", "03"], "")
    second, page = shown(page.later)
    assert second == ["04", "05"]
    third, last = shown(page.later)
    assert (third, last.later) == (["06"], "")
    assert shown(last.earlier)[0] == second
    back, page = shown(page.earlier)
    assert (back, page.earlier) == (first, "")


@pytest.mark.parametrize("mark", ["x", "1-", "-", "1-2-3", "9" * 40, "٣-٣"])
def test_what_is_no_mark_shows_the_first_page(client, regimen, recorder, mark):
    step_of(regimen, by=recorder)
    page = client.get(URL, {"after": mark})
    assert len(page.context["awaiting"]) == 1


def test_the_count_stops(client, regimen, recorder, monkeypatch):
    monkeypatch.setattr(worklist, "MOST_COUNTED", 2)
    for day in range(1, 4):
        step_of(regimen, date(2026, 3, day), by=recorder)
    assert "more than 2 dose steps" in client.get(URL).text


def test_what_was_recorded_last_comes_first(client, clinic, regimen, prescriber):
    other = regimen_of(PatientFactory(clinic=clinic), medicine_of(clinic, "x"), by=prescriber)
    step_of(regimen)
    rows = client.get(URL).context["recorded"]
    assert [row.url for row in rows] == [
        reverse("regimen", args=[one.regimen_id]) for one in (regimen, other)
    ]
    assert rows[1].words == "No recorded instruction stands."


def test_withheld_stopped_and_withdrawn_are_said(client, regimen, prescriber):
    step_of(regimen)
    step_of(regimen, date(2026, 4, 6), kind="withhold")
    assert "Withheld: the patient takes none" in client.get(URL).text
    actions.retract_regimen(regimen=regimen.regimen, reason="twice", reason_text="", by=prescriber)
    page = client.get(URL)
    assert page.context["recorded"][0].is_error
    assert "ENTERED IN ERROR" in page.text


def test_a_step_that_came_since_the_row_was_made_holds(client, clinic, regimen):
    today = clinic.local(timezone.now()).date()
    step_of(regimen, today - timedelta(days=40), components=(at("morning", "5"),))
    first = RegimenCard.objects.get().step_id
    step_of(regimen, today, components=(at("morning", "11"),))
    RegimenCard.objects.update(step=first, next_on=today)
    [row] = client.get(URL).context["recorded"]
    assert row.words == "11\xa0mg in the morning"


def test_another_clinic_is_not_shown(client, prescriber):
    step_of(regimen_of())
    page = client.get(URL)
    assert page.context["recorded"] == []
    assert "No regimen is recorded in your clinics yet." in page.text


def test_two_clinics_are_mixed_by_time(client, clinic, regimen, prescriber):
    other = ClinicFactory()
    MembershipFactory(user=prescriber, clinic=other, role=Role.VIEWER)
    theirs = regimen_of(PatientFactory(clinic=other))
    step_of(regimen)
    urls = [row.url for row in client.get(URL).context["recorded"]]
    assert urls == [reverse("regimen", args=[r.regimen_id]) for r in (regimen, theirs)]
    assert AccessEvent.objects.get().clinic is None


def test_the_patients_shown_are_written_down_as_access(client, clinic, regimen):
    client.get(URL)
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
    page = client.get(URL).text
    assert words in page
    assert "NOVAK" not in page


def test_who_belongs_to_no_clinic_is_told_so(client):
    client.force_login(UserFactory())
    assert "You belong to no clinic yet." in client.get(URL).text


@pytest.mark.parametrize("count", [2, 12])
def test_the_page_takes_the_same_queries_at_any_length(
    client, clinic, prescriber, recorder, count, django_assert_num_queries
):
    medicine = medicine_of(clinic)
    for _number in range(count):
        regimen = regimen_of(PatientFactory(clinic=clinic, by=prescriber), medicine, by=prescriber)
        step_of(regimen, by=recorder)
    client.get(URL)
    with django_assert_num_queries(15):
        client.get(URL)
