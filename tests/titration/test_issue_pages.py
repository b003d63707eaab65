"""The pages of giving a plan out, of one copy, and of telling that it no longer holds."""

import re
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from access.models import AccessEvent, AccessKind, Role
from ledger.models import Entry, Retraction
from tests.factories import ClinicFactory, PatientFactory, member
from tests.pages import counted
from tests.titration.doses import times
from tests.titration.exports import text_of
from tests.titration.factories import (
    medicine_of,
    plan_of,
    planned_row,
    regimen_of,
    review_of,
)
from tests.titration.issuing import (
    TODAY,
    copies,
    event,
    issue_of,
    newest,
    opened,
    recorded,
    revised,
    told,
    words_in,
)
from titration import actions
from titration.models import IssueTold, PlanIssue, RegimenVersion
from titration.policies import RuleBroken
from titration.reading import issued
from titration.reading.issued import Written

pytestmark = pytest.mark.django_db


@pytest.fixture
def clinic():
    return ClinicFactory(name="Spasticity Clinic", telephone="01632 960100")


@pytest.fixture
def prescriber(clinic, client):
    person = member(clinic, name="Dr A. Osei")
    client.force_login(person)
    return person


@pytest.fixture
def version(clinic, prescriber):
    patient = PatientFactory(clinic=clinic, by=prescriber, family_name="Novak")
    return plan_of(regimen_of(patient, medicine_of(clinic, "Baclofen"), prescriber))


def address(version) -> str:
    return reverse("plan-issue", args=[version.plan_id])


def typed(version, **fields):
    return {
        "submission": str(uuid4()),
        "seen": newest(version.plan),
        "entry": version.pk,
        "issued_as": "calendar",
        "rows": "steps",
        "on_day": TODAY.day,
        "on_month": TODAY.month,
        "on_year": TODAY.year,
        "how": "handed",
        "to_whom": "",
        **fields,
    }


def test_what_is_given_out_is_recorded_and_its_file_offered(client, version):
    response = client.post(address(version), typed(version, to_whom="Her daughter"))
    issue = PlanIssue.objects.get()
    assert response.url == f"/issues/{issue.entry.subject}/"
    page = client.get(response.url).text
    assert "handed over, to “Her daughter”" in page
    file = f"calendar.pdf?rows=steps&amp;issue={issue.entry.subject}"
    assert file in page
    pdf = client.get(
        reverse("plan-calendar", args=[version.plan_id]), {"issue": issue.entry.subject}
    )
    assert f"Given out on {TODAY:%d-%b-%Y}" in text_of(pdf.content)


def test_sending_the_form_twice_records_once(client, version):
    once = typed(version)
    assert client.post(address(version), once).status_code == 302
    assert client.post(address(version), once).status_code == 302
    assert PlanIssue.objects.count() == 1


def test_looking_first_records_nothing_and_keeps_what_was_typed(client, version):
    first = {"from_day": "30", "from_month": "11", "from_year": "2026"}
    fields = typed(version, rows="days", to_whom="Her daughter", look="", **first)
    page = client.post(address(version), fields).text
    assert f"/plans/{version.plan_id}/calendar.pdf?rows=days&amp;from=2026-11-30" in page
    assert "Nothing is recorded yet." in page
    assert 'value="Her daughter"' in page
    assert not PlanIssue.objects.exists()


def test_a_calendar_file_keeps_what_was_asked_of_it(client, version):
    response = client.post(address(version), typed(version, issued_as="ical", names="on"))
    page = client.get(response.url).text
    assert "calendar.ics?names=1" in page
    assert "Titles name the medicine and the person" in page
    issue = PlanIssue.objects.get()
    plain = reverse("plan-ical", args=[version.plan_id])
    file = client.get(plain, {"issue": issue.entry.subject}).content.decode()
    assert "SUMMARY:Dose change: Baclofen" in file


def test_a_copy_is_written_again_as_it_was_given_out(client, version, clinic):
    text = words_in(clinic, "cy", {"calendar": "Calendr dosau"}, "Ffoniwch y clinig.")
    first = {"from_day": "2", "from_month": "3", "from_year": "2026"}
    response = client.post(address(version), typed(version, rows="days", language="cy", **first))
    issue = PlanIssue.objects.get()
    assert (issue.shape, issue.first_on, issue.language) == ("days", date(2026, 3, 2), "cy")
    assert "A row a day from 02-Mar-2026, in Welsh (cy)" in client.get(response.url).text
    actions.revise_calendar_text(
        text=text.text,
        seen=text.entry,
        wording=actions.CalendarWording("cy", "Gofynnwch y fferyllydd.", {}, in_use=False),
        by=text.entry.recorded_by,
    )
    plain = reverse("plan-calendar", args=[version.plan_id])
    file = client.get(plain, {"issue": issue.entry.subject, "rows": "steps"}).content
    assert "Ffoniwch y clinig." in text_of(file)


def test_a_copy_recorded_by_mistake_is_withdrawn_and_stays_legible(client, version):
    issue = issue_of(version)
    url = reverse("issue-retract", args=[issue.entry.subject])
    said = {"submission": str(uuid4()), "reason": "other", "reason_text": "Never handed over"}
    page = client.get(client.post(url, said).url).text
    assert "ENTERED IN ERROR, withdrawn by Dr A. Osei" in page
    assert "other reason, “Never handed over”" in page
    assert "Take the file" not in page
    assert issued.issues([version.plan_id])[version.plan_id] == ()
    assert "ENTERED IN ERROR" in client.get(reverse("plan", args=[version.plan_id])).text


def test_a_copy_is_withdrawn_once_and_nobody_is_told_of_it(client, version):
    issue = issue_of(version)
    revised(version)
    actions.retract_issue(issue=issue, reason="twice", reason_text="", by=version.entry.recorded_by)
    for name, said in (
        ("issue-retract", {"reason": "twice"}),
        ("issue-told", {"on_day": "1", "on_month": "1", "on_year": "2026", "how": "post"}),
    ):
        url = reverse(name, args=[issue.entry.subject])
        response = client.post(url, {"submission": str(uuid4()), **said}, follow=True)
        assert "This copy was withdrawn meanwhile." in response.text
    assert not IssueTold.objects.exists()
    assert Retraction.objects.count() == 1


def test_why_a_copy_is_withdrawn_is_asked_for(client, version):
    issue = issue_of(version)
    url = reverse("issue-retract", args=[issue.entry.subject])
    response = client.post(url, {"submission": str(uuid4()), "reason": "other"})
    assert "Write the reason in your own words." in response.text
    assert not Retraction.objects.exists()


@pytest.mark.parametrize(
    "written",
    [
        Written(shape="days"),
        Written(shape="steps", language="fr"),
        Written(names=True),
        Written(first_on=date(2026, 3, 2)),
    ],
)
def test_a_writing_that_does_not_fit_is_refused(version, written):
    with pytest.raises(RuleBroken):
        issue_of(version, written=written)
    assert not PlanIssue.objects.exists()


def test_what_was_read_out_has_no_file(client, version):
    response = client.post(address(version), typed(version, issued_as="words", how="read-out"))
    page = client.get(response.url).text
    assert "in words, given out on" in page
    assert "Take the file" not in page


@pytest.mark.parametrize("name", ["issued_as", "how", "on_day"])
def test_what_is_missing_is_asked_for(client, version, name):
    fields = typed(version)
    del fields[name]
    response = client.post(address(version), fields)
    assert response.status_code == 200
    assert "Not yet recorded." in response.text
    assert not PlanIssue.objects.exists()


def test_a_calendar_of_days_asks_for_its_first_day(client, version):
    response = client.post(address(version), typed(version, rows="days"))
    assert "Write the first day of the calendar." in response.text
    assert not PlanIssue.objects.exists()


def test_a_rule_that_is_broken_is_said_beside_its_field(client, version):
    response = client.post(address(version), typed(version, on_year=TODAY.year + 1))
    assert "This day has not come yet." in response.text
    response = client.post(address(version), typed(version, how="read-out"))
    assert "Only words are read out." in response.text
    assert not PlanIssue.objects.exists()


def test_a_version_signed_meanwhile_is_told_and_nothing_is_recorded(client, version):
    fields = typed(version, to_whom="Her daughter")
    revised(version)
    response = client.post(address(version), fields)
    assert response.status_code == 409
    assert "Something was recorded meanwhile." in response.text
    assert 'value="Her daughter"' in response.text
    assert not PlanIssue.objects.exists()


def test_a_plan_that_was_paused_meanwhile_is_refused(client, version):
    fields = typed(version)
    event(version, "paused")
    assert client.post(address(version), fields).status_code == 409
    assert not PlanIssue.objects.exists()


def test_languages_are_those_that_the_clinic_offers(client, version, clinic):
    words_in(clinic, "cy")
    words_in(clinic, "ar", in_use=False)
    page = client.get(address(version)).text
    assert "Welsh (cy)" in page
    assert "Arabic" not in page
    client.post(address(version), typed(version, language="cy"))
    assert PlanIssue.objects.get().language == "cy"


def test_the_page_says_which_copy_is_replaced(client, version):
    issue_of(version, to_whom="Her daughter")
    page = client.get(address(revised(version))).text
    assert "It replaces a copy that is out:" in page
    assert "to “Her daughter”" in page


@pytest.mark.parametrize("role", [Role.VIEWER, Role.AUDITOR, Role.ADMINISTRATOR])
def test_who_does_not_record_gives_nothing_out(client, version, clinic, role):
    fields = typed(version)
    client.force_login(member(clinic, role))
    count = Entry.objects.count()
    assert client.post(address(version), fields).status_code == 403
    assert Entry.objects.count() == count


def test_a_forged_version_gives_nothing_out(client, version):
    second = revised(version)
    fields = typed(version, seen=newest(second.plan))
    assert client.post(address(version), fields).status_code == 409
    assert not PlanIssue.objects.exists()


# One copy, and telling.


def told_address(issue) -> str:
    return reverse("issue-told", args=[issue.entry.subject])


def telling(**fields):
    return {
        "submission": str(uuid4()),
        "on_day": TODAY.day,
        "on_month": TODAY.month,
        "on_year": TODAY.year,
        "how": "read-out",
        "to_whom": "",
        **fields,
    }


def test_telling_is_recorded(client, version):
    issue = issue_of(version)
    revised(version)
    assert client.get(told_address(issue)).status_code == 200
    response = client.post(told_address(issue), telling(to_whom="The patient"))
    assert response.url == reverse("plan", args=[version.plan_id])
    assert copies(version)[0].told.to_whom == "The patient"
    page = client.get(reverse("issue", args=[issue.entry.subject])).text
    assert "to “The patient”, that it no longer holds; by Dr A. Osei" in page
    assert "Take the file" not in page


def test_telling_of_a_copy_that_holds_is_refused(client, version):
    issue = issue_of(version)
    response = client.post(told_address(issue), telling())
    assert "This copy says what holds." in response.text
    assert not IssueTold.objects.exists()


def test_a_copy_that_no_longer_holds_offers_telling_and_no_file(client, version, clinic):
    issue = issue_of(version)
    page = reverse("issue", args=[issue.entry.subject])
    assert "Take the file" in client.get(page).text
    revised(version)
    shown = client.get(page).text
    assert "With the patient; it no longer holds" in shown
    assert "Take the file" not in shown
    assert told_address(issue) in shown
    client.force_login(member(clinic, Role.VIEWER))
    assert told_address(issue) not in client.get(page).text


def test_a_copy_of_another_clinic_is_not_found(client, version):
    issue = issue_of(version)
    client.force_login(member(ClinicFactory()))
    assert client.get(reverse("issue", args=[issue.entry.subject])).status_code == 404
    assert client.get(told_address(issue)).status_code == 404


@pytest.mark.parametrize(
    ("name", "method", "kind"),
    [
        ("plan-issue", "get", AccessKind.VIEW),
        ("plan-issue", "post", AccessKind.WRITE),
    ],
)
def test_giving_out_is_written_to_the_audit(client, version, name, method, kind):
    getattr(client, method)(reverse(name, args=[version.plan_id]))
    assert AccessEvent.objects.latest("pk").kind == kind


def queries(client, path) -> int:
    client.get(path)  # what is asked once in a process
    with counted() as asked:
        assert client.get(path).status_code == 200
    return len(asked)


def test_the_page_takes_the_same_queries_however_many_copies_are_out(client, version):
    issue_of(version)
    few = queries(client, address(version))
    for _copy in range(5):
        issue_of(version)
    assert queries(client, address(version)) == few <= 28


def test_a_copy_told_of_stays_listed(client, version):
    issue = issue_of(version)
    second = revised(version)
    told(issue)
    assert "that it no longer holds" in client.get(address(second)).text


def test_the_plan_lists_its_copies_and_where_telling_waits(client, version, clinic):
    plan = reverse("plan", args=[version.plan_id])
    assert "No copy of this plan is recorded as given out." in client.get(plan).text
    issue = issue_of(version, to_whom="Her daughter")
    assert "With the patient; it says what holds" in client.get(plan).text
    revised(version)
    page = client.get(plan).text
    assert "With the patient; it no longer holds" in page
    assert "no telling is recorded" in page
    assert told_address(issue) in page
    told(issue)
    page = client.get(plan).text
    assert "no telling is recorded" not in page
    assert "that it no longer holds; by Dr A. Osei" in page


def test_the_plan_as_known_earlier_lists_the_copies_known_then(client, version):
    issue = issue_of(version)
    plan = reverse("plan", args=[version.plan_id])
    before = client.get(plan, {"known": issue.entry.number - 1}).text
    assert "No copy of this plan is recorded as given out." in before
    then = client.get(plan, {"known": issue.entry.number}).text
    assert "With the patient; it says what holds" in then
    assert address(version) not in then


def test_a_plan_of_which_another_dose_was_recorded_is_not_offered(client, version):
    issue = issue_of(version)
    recorded(version, 0, times(3, "3"))
    plan = client.get(reverse("plan", args=[version.plan_id])).text
    assert "With the patient; it no longer holds" in plan
    assert told_address(issue) in plan
    assert address(version) not in plan
    response = client.get(address(version))
    assert response.status_code == 409
    regimen = client.get(reverse("regimen", args=[version.plan.regimen_id])).text
    assert "A copy that no longer holds is with the patient:" in regimen


def test_copies_of_a_regimen_entered_in_error_are_told_of(client, version):
    issue = issue_of(version)
    actions.retract_regimen(
        regimen=version.plan.regimen,
        reason="twice",
        reason_text="",
        by=version.entry.recorded_by,
    )
    plan = client.get(reverse("plan", args=[version.plan_id])).text
    assert "With the patient; it no longer holds" in plan
    assert told_address(issue) in plan
    assert address(version) not in plan
    regimen = client.get(reverse("regimen", args=[version.plan.regimen_id])).text
    assert "A copy that no longer holds is with the patient:" in regimen
    client.post(told_address(issue), telling())
    assert not copies(version)[0].is_out


def test_a_plan_of_which_a_review_opened_a_row_is_given_out(client, version):
    gate = planned_row("review", times(3, "20"))
    second = revised(version, planned_row(TODAY, times(3, "5")), gate)
    regimen = RegimenVersion.objects.get(regimen=version.plan.regimen_id)
    opened(review_of(regimen), gate, TODAY + timedelta(days=3))
    field = re.search(r'name="seen" value="(\d+)"', client.get(address(version)).text)
    client.post(address(version), typed(second, seen=field[1]))
    assert len(copies(second)) == 1


def test_giving_out_is_offered_for_an_open_plan_to_who_records(client, version, clinic):
    plan = reverse("plan", args=[version.plan_id])
    assert address(version) in client.get(plan).text
    client.force_login(member(clinic, Role.VIEWER))
    assert address(version) not in client.get(plan).text
    client.force_login(version.entry.recorded_by)
    event(version, "paused")
    assert address(version) not in client.get(plan).text
