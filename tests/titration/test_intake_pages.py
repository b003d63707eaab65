"""The pages of reported intake: one report, the grid of days, correcting and withdrawing."""

import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from access.models import Role
from tests.factories import member
from tests.pages import Page, typed_over
from tests.titration.doses import at, times
from tests.titration.exports import text_of
from tests.titration.factories import (
    contact_of,
    plan_of,
    planned_row,
    regimen_of,
    report_of,
    step_of,
)
from tests.titration.issuing import issue_of
from titration import actions, intake, wording
from titration.exports.history import read
from titration.exports.pdf import pdf_file
from titration.models import DoseStep, IntakeReport
from titration.reading import logged, reported

pytestmark = pytest.mark.django_db


@pytest.fixture
def regimen():
    version = regimen_of()
    step_of(version, components=(at("morning", "5"), at("bedtime", "7")))
    return version


@pytest.fixture
def nurse(client, regimen):
    person = member(regimen.regimen.clinic, Role.RECORDER)
    client.force_login(person)
    return person


def today_of(regimen) -> date:
    return regimen.regimen.clinic.local(timezone.now()).date()


def url(name: str, regimen) -> str:
    return reverse(name, args=[regimen.regimen_id])


def boxes(prefix: str, day: date) -> dict[str, str]:
    parts = {"day": day.day, "month": day.month, "year": day.year}
    return {f"{prefix}_{part}": str(value) for part, value in parts.items()}


def send(client, address: str, **typed) -> Page:
    page = Page(client.get(address))
    return Page(client.post(address, typed_over(page.values, typed)))


def standing(regimen):
    return intake.standing(reported.reports([regimen.regimen_id])[regimen.regimen_id])


def test_a_report_is_recorded_and_shown_as_reported(client, regimen, nurse) -> None:
    today = today_of(regimen)
    day = today - timedelta(days=2)
    page = send(
        client,
        url("intake-new", regimen),
        what="missed",
        slots=["morning"],
        reporter="carer",
        reporter_name="Ines",
        which_day=today.isoformat(),
        **boxes("from", day),
        **boxes("until", today),
    )
    assert page.response.status_code == 302
    [report] = standing(regimen)
    assert (report.what, report.slots, report.from_on) == ("missed", ("morning",), day)
    shown = Page(client.get(url("regimen", regimen)))
    words = f"missed in the morning from {wording.date_words(day)} to {wording.date_words(today)}"
    assert f"Reported by a carer: {words}" in shown.text


@pytest.mark.parametrize("name", ["intake-new", "intake-grid"])
def test_of_two_who_report_the_same_days_the_second_reads_the_first(client, regimen, nurse, name):
    today = today_of(regimen)
    page = Page(client.get(url(name, regimen)))
    report_of(regimen, from_on=today - timedelta(days=40), until_on=today - timedelta(days=30),
              note="Long before")  # fmt: skip
    report_of(regimen, from_on=today - timedelta(days=3), until_on=today, note="The first of them")
    day = today - timedelta(days=2)
    typed = {"reporter": "patient", "which_day": today.isoformat(), **boxes("from", day)}
    typed |= {"what": "missed", **boxes("until", day)} if name == "intake-new" else {}
    typed |= {} if name == "intake-new" else {f"none-{day}": "on"}
    told = Page(client.post(url(name, regimen), typed_over(page.values, typed)))
    assert told.status == 409
    assert "Recorded of the same day while you were writing." in told.text
    assert "“The first of them”" in told.text
    assert "Long before" not in told.text
    assert IntakeReport.objects.count() == 2
    for _time in range(2):
        assert client.post(url(name, regimen), told.values).status_code == 302
    assert IntakeReport.objects.count() == 3


def test_no_dose_is_filled_into_the_forms(client, regimen, nurse) -> None:
    for name in ("intake-new", "intake-grid"):
        typed = Page(client.get(url(name, regimen))).form.typed
        assert not any(typed.values()), name


def test_errors_stand_beside_their_boxes_and_what_was_typed_is_kept(client, regimen, nurse) -> None:
    page = send(client, url("intake-new", regimen), what="different", note="by letter")
    assert {"taken", "from_day", "which_day", "reporter"} <= set(page.errors)
    assert page.values["note"] == "by letter"
    assert not IntakeReport.objects.exists()


@pytest.mark.parametrize("typed", [boxes("told", date(2026, 3, 2)), {"told_name": "Dr Außen"}])
def test_that_somebody_was_told_is_not_lost_for_want_of_a_choice(
    client, regimen, nurse, typed
) -> None:
    page = send(client, url("intake-new", regimen), what="missed", **typed)
    assert page.errors["told"] == ["Choose which prescriber was told, or empty name and date."]


def test_a_grid_of_an_instruction_that_was_changed_meanwhile_loses_no_tick(
    client, regimen, nurse
) -> None:
    today = today_of(regimen)
    page = Page(client.get(url("intake-grid", regimen)))
    said = {"reporter": "patient", "which_day": today.isoformat()}
    missed = {f"missed-{today}-bedtime": "on", f"none-{today - timedelta(days=1)}": "on"}
    [step] = DoseStep.objects.filter(regimen=regimen.regimen_id)
    corrected = actions.Instruction(
        kind="dose",
        effective=step.effective,
        decided_by=step.decided_by,
        decided_by_name=step.decided_by_name,
        received_how="in-person",
        reason="start",
        components=(at("morning", "5"),),
    )
    actions.correct_step(
        step=step, instruction=corrected, correction_reason="misread", by=regimen.responsible
    )
    answer = Page(
        client.post(url("intake-grid", regimen), typed_over(page.values, {**said, **missed}))
    )
    assert "The instruction of these days was changed" in answer.text
    assert not IntakeReport.objects.exists()


def test_a_rule_of_the_record_stands_beside_its_box(client, regimen, nurse) -> None:
    today = today_of(regimen)
    page = send(
        client,
        url("intake-new", regimen),
        what="stopped",
        reporter="patient",
        which_day=today.isoformat(),
        **boxes("from", today + timedelta(days=3)),
    )
    assert "from_day" in page.errors
    assert not IntakeReport.objects.exists()


def test_the_same_form_sent_twice_records_once(client, regimen, nurse) -> None:
    today = today_of(regimen)
    address = url("intake-new", regimen)
    said = {"what": "stopped", "reporter": "patient", "which_day": today.isoformat()}
    data = typed_over(Page(client.get(address)).values, said | boxes("from", today))
    assert [client.post(address, data).status_code for _again in range(2)] == [302, 302]
    assert IntakeReport.objects.count() == 1


def test_the_grid_makes_one_report_of_equal_days(client, regimen, nurse) -> None:
    today = today_of(regimen)
    back = [today - timedelta(days=n) for n in range(4)]
    page = send(
        client,
        url("intake-grid", regimen),
        reporter="patient",
        which_day=today.isoformat(),
        **{
            f"none-{back[3]}": "on",
            f"none-{back[2]}": "on",
            f"missed-{back[0]}-bedtime": "on",
            f"taken-{back[1]}": "half at night",
        },
    )
    assert page.response.status_code == 302
    said = [(r.what, r.from_on, r.until_on, r.slots) for r in standing(regimen)]
    assert said == [
        ("missed", back[3], back[2], ()),
        ("different", back[1], back[1], ()),
        ("missed", back[0], back[0], ("bedtime",)),
    ]
    assert len({r.submission for r in standing(regimen)}) == 1


def test_the_grid_says_nothing_of_blank_days_unless_asked(client, regimen, nurse) -> None:
    today = today_of(regimen)
    said = {"reporter": "patient", "which_day": today.isoformat()}
    blank = send(client, url("intake-grid", regimen), **said)
    assert "Every day is blank" in blank.text
    assert not IntakeReport.objects.exists()
    send(client, url("intake-grid", regimen), **said, others="on")
    [report] = standing(regimen)
    assert (report.what, report.from_on) == ("as-instructed", today - timedelta(days=13))


def test_the_grid_asks_of_a_day_off_only_what_was_taken(client, regimen, nurse) -> None:
    today = today_of(regimen)
    off, on = today, today - timedelta(days=1)
    dose = (
        at("morning", "5", period=7, days_on=6, anchor=today - timedelta(days=6)),
        at("bedtime", "7", weekdays=(on.isoweekday(),)),
    )
    step_of(regimen, on=today - timedelta(days=13), components=dose)

    page = Page(client.get(url("intake-grid", regimen)))

    names = re.findall(r'name="(\w+-\d[^"]+)"', page.response.content.decode())
    assert [name for name in names if str(off) in name] == [f"taken-{off}"]
    assert [name for name in names if str(on) in name] == [
        f"missed-{on}-morning",
        f"missed-{on}-bedtime",
        f"none-{on}",
        f"taken-{on}",
    ]
    assert f"{wording.weekday_words(off)} No dose on this day" in page.text
    assert f"{wording.weekday_words(on)} No dose" not in page.text


def test_the_grid_refuses_a_day_that_was_missed_and_not(client, regimen, nurse) -> None:
    today = today_of(regimen)
    page = send(
        client,
        url("intake-grid", regimen),
        reporter="patient",
        which_day=today.isoformat(),
        **{f"none-{today}": "on", f"taken-{today}": "half"},
    )
    assert page.status == 200
    assert "nothing was taken, or something was" in page.text
    assert page.values[f"taken-{today}"] == "half"
    assert not IntakeReport.objects.exists()


def test_a_report_is_corrected_and_both_texts_stay(client, regimen, nurse) -> None:
    report = report_of(regimen)
    address = reverse("intake-correct", args=[report.report])
    page = send(client, address, taken="a quarter", correction_reason="misheard")
    assert page.response.status_code == 302
    history = Page(client.get(reverse("intake-report", args=[report.report])))
    assert "“a quarter”" in history.text
    assert "“half of it”" in history.text
    assert "ENTERED IN ERROR" in history.text


def test_a_conflict_shows_both_texts_and_keeps_what_was_typed(client, regimen, nurse) -> None:
    report = report_of(regimen)
    address = reverse("intake-correct", args=[report.report])
    mine = typed_over(
        Page(client.get(address)).values, {"taken": "mine", "correction_reason": "slip"}
    )
    send(client, address, taken="theirs", correction_reason="slip")
    page = Page(client.post(address, mine))
    assert page.status == 409
    assert "“theirs”" in page.text
    assert page.values["taken"] == "mine"
    again = Page(client.post(address, page.values))
    assert again.response.status_code == 302
    assert [r.taken for r in standing(regimen)] == ["mine"]


def test_a_report_is_withdrawn_and_stays_legible(client, regimen, nurse) -> None:
    report = report_of(regimen)
    address = reverse("intake-retract", args=[report.report])
    assert send(client, address, reason="twice").response.status_code == 302
    assert standing(regimen) == ()
    listed = Page(client.get(url("intake", regimen)))
    assert "ENTERED IN ERROR" in listed.text
    assert "“half of it”" in listed.text


def test_the_pages_are_as_known_at_a_moment(client, regimen, nurse) -> None:
    report = report_of(regimen)
    before = report.entry.number - 1
    page = Page(client.get(f"{url('intake', regimen)}?known={before}"))
    assert "NOT TODAY'S RECORD" in page.text
    assert "half of it" not in page.text
    line = reverse("intake-report", args=[report.report])
    assert client.get(f"{line}?known={before}").status_code == 404


def test_a_strip_says_that_plan_and_record_differ_with_what_can_be_answered(
    client, regimen, nurse
) -> None:
    day = today_of(regimen) - timedelta(days=2)
    plan = plan_of(regimen, planned_row(day, times(3, "11")))
    issue_of(plan)
    page = Page(client.get(url("regimen", regimen)))
    assert "The issued plan and the record differ." in page.text
    for words in ("Taken as planned", "Took something else", "Not reached"):
        assert words in page.text
    form = Page(client.get(f"{url('intake-new', regimen)}?what=as-planned"))
    assert form.values["what"] == "as-planned"
    today = today_of(regimen)
    sent = send(
        client,
        f"{url('intake-new', regimen)}?what=as-planned",
        reporter="patient",
        which_day=today.isoformat(),
        **boxes("from", day),
    )
    assert sent.response.status_code == 302
    [report] = standing(regimen)
    assert report.version == 1
    assert len(logged.history(regimen.regimen).live) == 1


def test_the_list_takes_the_same_queries_at_any_length(client, regimen, nurse) -> None:
    address = url("intake", regimen)

    def count(more: int) -> int:
        for _again in range(more):
            report = report_of(regimen)
            actions.retract_intake(report=report, reason="twice", reason_text="", by=nurse)
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        return len(queries)

    assert count(3) == count(6)


def test_the_changes_sheet_tells_of_a_report_its_correction_and_its_withdrawal(
    client, regimen, nurse
) -> None:
    report = report_of(regimen)
    address = reverse("intake-correct", args=[report.report])
    send(client, address, taken="a quarter", correction_reason="misheard")
    send(client, reverse("intake-retract", args=[report.report]), reason="twice")
    sheet = Page(client.get(f"{reverse('changes')}?patient={regimen.regimen.patient_id}"))
    assert "Report of the intake, corrected" in sheet.text
    assert "“half of it”" in sheet.text
    assert "“a quarter”" in sheet.text
    assert "Withdrawn as entered in error" in sheet.text


def test_the_pdf_holds_reports_and_contacts_also_those_in_error(regimen, nurse) -> None:
    report = report_of(regimen)
    contact_of(regimen.regimen.patient, nurse, said="Legs are easier")
    actions.retract_intake(report=report, reason="twice", reason_text="", by=nurse)
    record = read(regimen.regimen.patient, by=nurse, now=timezone.now())
    text = text_of(pdf_file(record))
    assert "Reported intake" in text
    assert "“half of it”" in text
    assert "ENTERED IN ERROR" in text
    assert "“Legs are easier”" in text
