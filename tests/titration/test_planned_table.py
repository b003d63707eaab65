"""Planned and recorded side by side in words, and plans at a first glance on a regimen's page."""

from datetime import date, timedelta
from time import perf_counter
from uuid import UUID, uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from access.models import Role
from ledger.models import Entry
from ledger.writing import Asking, writing
from patients.models import Patient
from tests.factories import ClinicFactory, PatientFactory, member
from tests.pages import Page, counted
from tests.titration.doses import at, times
from tests.titration.factories import (
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
from tests.titration.test_chart_plans import CASES
from titration import actions
from titration.models import IssueTold, PlanIssue, PlanVersion, RegimenVersion
from titration.planning import Link, PlanText, Row, laid_dates
from titration.presenters.planned import PlannedTable, changed_words, nothing_words, planned_table
from titration.reading import planned
from titration.reading.planned import PlanLog, SignedVersion
from titration.timeline import Effective, StepRecord
from titration.wording import row_words

DAY = date(2026, 11, 2)  # a Monday
TODAY = date(2026, 11, 21)
NOW = timezone.now()


def log_of(*rows: Row, links=(), **text) -> PlanLog:
    written = plan_text(*rows, **text)
    version = SignedVersion(uuid4(), 1, 1, written, 1, "Dr A. Osei", NOW, DAY)
    return PlanLog(uuid4(), uuid4(), (version,), links=tuple(links))


def step(number: int, on: date, *components, kind: str = "dose", **effective) -> StepRecord:
    key = UUID(int=number)
    return StepRecord(key, number, key, kind, Effective(on, **effective), components)


def told(table: PlannedTable) -> list[str]:
    """Each row of a table as it is read."""

    class Response:
        status_code = 200

        def __init__(self, html: str) -> None:
            self.content = html.encode()

    return [Page(Response(row)).text for row in table.rows]


def table_of(log: PlanLog, *live: StepRecord, **more) -> PlannedTable:
    return planned_table(log, log.carried(live), TODAY, **more)


def linked(row: Row, recorded: StepRecord) -> Link:
    return Link(row.row, recorded.step, recorded.number + 1)


# The table


def test_row_recorded_on_its_date_as_planned():
    row, done = planned_row(DAY, times(3, "5")), step(10, DAY, times(3, "5"))

    (words,) = told(table_of(log_of(row, links=[linked(row, done)]), done))

    said = "5 mg three times a day (5 mg each time) Total per day: 15 mg"
    assert words.startswith(f"1 Monday 02-Nov-2026 {said} Monday 02-Nov-2026 {said} entry 10")
    assert words.endswith("on the planned date as planned")


@pytest.mark.parametrize(
    ("days", "says"),
    [
        (1, "1 day after the planned date"),
        (3, "3 days after the planned date"),
        (-1, "1 day before the planned date"),
    ],
)
def test_row_recorded_on_another_day(days: int, says: str):
    row = planned_row(DAY, times(3, "5"))
    done = step(10, DAY + timedelta(days=days), times(3, "5"))

    (words,) = told(table_of(log_of(row, links=[linked(row, done)]), done))

    assert f"{says} as planned" in words


@pytest.mark.parametrize(
    ("recorded", "says"),
    [
        ((times(3, "7"),), "changed: total per day +6\u00a0mg"),
        ((at("morning", "2"),), "changed: total per day \u221213\u00a0mg"),
        ((at("morning", "15"),), "changed: total per day the same"),
        ((at("morning", "15", period=2, anchor=DAY),), "changed"),
        ((times(3, "5 to 7"),), "changed"),
        ((times(3, "5", "tablet"),), "changed"),
    ],
)
def test_changed_dose_has_a_difference_only_of_two_totals_of_one_kind(recorded, says: str):
    row, done = planned_row(DAY, times(3, "5")), step(10, DAY, *recorded)
    (carried,) = log_of(row, links=[linked(row, done)]).carried([done])

    assert changed_words(carried) == says


def test_stop_recorded_in_place_of_a_dose_is_changed():
    row, done = planned_row(DAY, times(3, "5")), step(10, DAY, kind="stop")

    (words,) = told(table_of(log_of(row, links=[linked(row, done)]), done))

    assert "Stopped" in words
    assert words.endswith("on the planned date changed")


def test_moment_known_to_the_month_has_no_days_between():
    row = planned_row(DAY, times(3, "5"))
    done = step(10, date(2026, 11, 1), times(3, "5"), precision="month")

    (words,) = told(table_of(log_of(row, links=[linked(row, done)]), done))

    assert "November 2026 5 mg three times" in words
    assert "planned date" not in words


def test_open_row_whose_day_has_come_says_that_nothing_is_recorded():
    (carried,) = log_of(planned_row(date(2026, 11, 16), times(3, "5"))).carried(())

    assert nothing_words(carried, TODAY) == "Planned for 16-Nov-2026, nothing recorded"
    assert nothing_words(carried, date(2026, 11, 15)) == "Nothing recorded yet"


def test_row_that_was_passed_over_says_so_and_is_not_open():
    rows = [planned_row(DAY, times(3, "5")), planned_row("1 week", times(3, "7"))]
    done = step(10, date(2026, 11, 9), times(3, "7"))

    first, second = told(
        table_of(log_of(*rows, links=[linked(rows[1], done)]), done, record_url="/there/?row=x")
    )

    assert "Passed over: a later row was recorded." in first
    assert "Record this row" not in first + second


def test_undated_rows_say_what_they_wait_for():
    rows = [
        planned_row(DAY, times(1, "5")),
        planned_row("review", times(1, "7")),
        planned_row("2 weeks", times(1, "11")),
    ]

    _first, second, third = told(table_of(log_of(*rows)))

    assert "after a review; no date until the review is recorded" in second
    assert "2 weeks after the row before" in third
    assert "Nothing recorded yet" in second


def test_row_of_words_shows_them_in_quotation_marks_and_judges_nothing():
    row = planned_row(DAY, kind="words", words="Ring <the> clinic")
    done = step(10, DAY, times(1, "5"))

    (words,) = told(table_of(log_of(row, links=[linked(row, done)]), done))

    assert "“Ring <the> clinic”" in words
    assert words.endswith("on the planned date")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ({"end": "continue"}, "The last dose continues"),
        ({"end": "review"}, "The last dose continues until a review; no date is written for it"),
        (
            {"end": "review", "review_on": date(2026, 12, 14)},
            "The last dose continues until a review on Monday 14-Dec-2026",
        ),
    ],
)
def test_end_of_the_plan_is_said(text, says: str):
    assert table_of(log_of(planned_row(DAY, times(1, "5")), **text)).end == says


def test_open_rows_lead_to_recording_them_where_that_may_be():
    rows = [planned_row(DAY, times(3, "5")), planned_row("1 week", times(3, "7"))]
    done = step(10, DAY, times(3, "5"))
    log = log_of(*rows, links=[linked(rows[0], done)])

    table = table_of(log, done, record_url=f"/there/?row={UUID(int=0)}")

    assert "/there/" not in table.rows[0]
    assert f'href="/there/?row={rows[1].row}"' in table.rows[1]
    assert "/there/" not in "".join(table_of(log, done).rows)


def test_long_plan_shows_the_rows_around_the_first_open_one():
    rows = [planned_row(DAY - timedelta(weeks=30), times(1, "40"))]
    rows += [planned_row("1 week", times(1, str(40 - n))) for n in range(1, 40)]
    done = step(10, DAY, times(1, "10"))
    log = log_of(*rows, links=[linked(rows[30], done)])

    part, whole = table_of(log, done, is_whole=False), table_of(log, done)

    assert (len(part.rows), part.hidden, part.length) == (9, 31, 40)
    assert [words.split()[0] for words in told(part)] == [str(n) for n in range(29, 38)]
    assert (len(whole.rows), whole.hidden) == (40, 0)


@pytest.mark.parametrize("length", [100, 200])
def test_long_tables_are_finished_quickly(length: int):
    rows = [planned_row(DAY, at("morning", "5"), at("bedtime", "10"))]
    rows += [planned_row("1 day", at("morning", str(n % 13 + 1))) for n in range(length - 1)]
    log = log_of(*rows)
    carried = log.carried(())
    planned_table(log, carried, TODAY)

    begun = perf_counter()
    table = planned_table(log, carried, TODAY)

    assert len(table.rows) == length
    assert perf_counter() - begun < length * 0.001  # a tenth of this on a quiet machine


# The regimen's page


def here() -> date:
    return timezone.localdate()


@pytest.fixture
def regimen(db) -> RegimenVersion:
    clinic = ClinicFactory()
    by = member(clinic, name="Dr A. Osei")
    return regimen_of(PatientFactory(clinic=clinic, by=by), by=by)


@pytest.fixture
def patient(regimen) -> Patient:
    return regimen.regimen.patient


@pytest.fixture
def look(client, regimen):
    def get(query: str = "", *, by=None) -> Page:
        client.force_login(by or regimen.responsible)
        return Page(client.get(reverse("regimen", args=[regimen.regimen_id]) + query))

    return get


def recorded(version: PlanVersion, place: int, on: date, *components, kind: str = "dose"):
    """A step recorded from a row of the version."""
    regimen = version.plan.regimen.card.version
    return actions.record_step(
        regimen=version.plan.regimen,
        instruction=actions.Instruction(
            kind=kind,
            effective=Effective(on),
            decided_by=regimen.responsible,
            decided_by_name=regimen.responsible.name,
            received_how="signed-plan",
            reason="start" if kind == "dose" else "complete",
            components=components,
        ),
        from_row=actions.FromRow(version.pk, version.rows[place].row),
        by=regimen.responsible,
    )


def given(version: PlanVersion, on: date, **more) -> PlanIssue:
    with writing(
        version.plan.clinic, by=version.plan.regimen.card.version.responsible, submission=asking()
    ) as log:
        issue = PlanIssue(version=version, issued_on=on, issued_as="calendar", how="handed", **more)
        log.add(issue, subject=uuid4(), patient=version.plan.regimen.patient_id)
        log.flush()
    return issue


def asking() -> Asking:
    return Asking(uuid4(), b"")


def taper(regimen: RegimenVersion, begun: date) -> PlanVersion:
    return plan_of(
        regimen,
        planned_row(begun, times(3, "5")),
        planned_row("2 weeks", times(2, "5")),
        planned_row("2 weeks", kind="stop"),
        purpose="taper",
        end="stop",
    )


def test_page_without_a_plan_offers_one_and_says_that_no_review_is_written(look):
    shown = look()

    assert "Next written row" not in shown.text
    assert "Planned and recorded" not in shown.text
    assert "No review written" in shown.text


def test_page_names_the_plan_and_shows_its_next_row(regimen, look):
    version = taper(regimen, here())
    recorded(version, 0, here(), times(3, "5"))

    text = look().text

    assert "Taper plan v1, signed by Dr A. Osei" in text
    assert "Next written row, plan v1 Twice a day 5 mg each time Total per day 10 mg" in text
    day = f"{here() + timedelta(weeks=2):%d-%b-%Y}"
    assert f"{day}, by calendar." in text
    assert "No copy of version 1 is recorded as given to the patient." in text
    assert "Planned and recorded" in text
    assert "At the end of the plan: The medicine stops." in text


def test_row_whose_day_has_passed_is_said_above_the_cards(regimen, look):
    begun = here() - timedelta(days=3)
    taper(regimen, begun)

    text = look().text

    assert text.count(f"Planned for {begun:%d-%b-%Y}, nothing recorded") == 3
    assert f"Version 1 of the plan says from {begun:%d-%b-%Y}: 5 mg three times a day" in text


def test_issued_plan_and_record_differ_when_a_copy_was_given(regimen, look):
    begun = here() - timedelta(days=3)
    given(taper(regimen, begun), begun, to_whom="Philomena")

    text = look().text

    assert "The issued plan and the record differ." in text
    assert f"Version 1 given to the patient: {begun:%d-%b-%Y}, dose calendar on paper" in text
    assert "to “Philomena”" in text


def test_older_copy_that_is_still_with_the_patient_is_said_until_telling(regimen, look):
    version = taper(regimen, here())
    issue = given(version, here())
    draft = draft_of(regimen.regimen, by=regimen.responsible, revises=version)
    signed_plan(draft, PlanText("taper", tuple(rows_of(version)), "stop", note="Slower"))

    assert "A copy that no longer holds is with the patient: version 1" in look().text

    with writing(regimen.regimen.clinic, by=regimen.responsible, submission=asking()) as log:
        told = IssueTold(issue=issue, told_on=here(), how="handed")
        log.add(told, subject=uuid4(), patient=regimen.regimen.patient_id)
        log.flush()
    assert "no longer holds" not in look().text


def rows_of(version: PlanVersion) -> list[Row]:
    return list(planned.plan_log(version.plan_id, version.plan.regimen_id).rows)


def test_instruction_from_outside_leaves_the_plan_waiting_and_nothing_to_record(regimen, look):
    taper(regimen, here())
    step_of(regimen, here(), components=(times(1, "40"),))

    shown = look()

    assert "Awaiting the prescriber" in shown.text
    assert "recorded an instruction from outside the plan" in shown.text
    assert "Record this row" not in shown.text


def test_paused_plan_says_since_when_and_why(regimen, look):
    version = taper(regimen, here())
    actions.record_plan_event(
        plan=version.plan,
        kind="paused",
        reason_text="On holiday",
        seen=version.entry.number,
        by=regimen.responsible,
    )

    shown = look()

    assert "Plan paused. Paused by Dr A. Osei" in shown.text
    assert "“On holiday”" in shown.text
    assert "Record this row" not in shown.text
    assert "Plan paused, stays on this dose" in shown.text


def test_plan_that_is_over_is_named_and_not_drawn(regimen, look):
    version = taper(regimen, here())
    recorded(version, 0, here(), times(3, "5"))
    actions.record_plan_event(
        plan=version.plan,
        kind="completed",
        reason_text="",
        seen=Entry.objects.latest("number").number,
        by=regimen.responsible,
    )

    shown = look()

    assert "Taper plan v1, signed by Dr A. Osei" in shown.text
    assert ": Completed" in shown.text
    assert "Next written row" not in shown.text
    assert 'class="planned"' not in shown.html
    assert 'class="older"' in look("?versions=1").html


def test_only_who_may_record_is_led_to_recording(regimen, look):
    taper(regimen, here())
    viewer = member(regimen.regimen.clinic, Role.VIEWER)

    assert "Record this row" in look().text
    shown = look(by=viewer)
    assert "Record this row" not in shown.text
    assert "Next written row" in shown.text


def test_as_known_before_the_plan_was_signed_there_is_none(regimen, look):
    before = Entry.objects.latest("number").number
    taper(regimen, here())

    shown = look(f"?known={before}")

    assert "Next written row" not in shown.text
    assert 'class="planned"' not in shown.html


def test_as_known_after_the_signature_the_later_events_are_not_known(regimen, look):
    version = taper(regimen, here())
    signed = version.entry.number
    actions.record_plan_event(
        plan=version.plan,
        kind="paused",
        reason_text="On holiday",
        seen=signed,
        by=regimen.responsible,
    )

    shown = look(f"?known={signed}")

    assert "Next written row" in shown.text
    assert "On holiday" not in shown.text
    assert "Record this row" not in shown.text


def test_other_versions_are_drawn_on_demand(regimen, look):
    version = taper(regimen, here())
    draft = draft_of(regimen.regimen, by=regimen.responsible, revises=version)
    signed_plan(draft, PlanText("taper", tuple(rows_of(version)), "stop", note="Again"))

    assert 'class="older"' not in look().html
    shown = look("?versions=1")
    assert 'class="older"' in shown.html
    assert "Draw the present version only" in shown.text


def test_booked_review_and_drafts_are_on_the_page(regimen, look):
    review_of(regimen, 7, what_for="Grip")
    draft_of(regimen.regimen, by=regimen.responsible)

    text = look().text

    assert f"Next review {here() + timedelta(days=7):%d-%b-%Y} Dr A. Osei: “Grip”" in text
    assert "No review written" not in text
    assert "Draft of a plan, last saved by Dr A. Osei" in text


def queries_of(client, regimen: RegimenVersion) -> int:
    """How many queries the page takes, once everything that is kept is read."""
    address = reverse("regimen", args=[regimen.regimen_id]) + "?plan=all"
    client.force_login(regimen.responsible)
    client.get(address)
    with counted() as queries:
        client.get(address)
    return len(queries)


def test_page_takes_the_same_queries_with_any_rows_and_none_for_no_plan(client, regimen):
    def planned_and_half_recorded(count: int) -> RegimenVersion:
        of_patient = regimen.regimen.patient
        medicine = medicine_of(of_patient.clinic, f"medicine {count}")
        version = regimen_of(of_patient, medicine, by=regimen.responsible)
        begun = here() - timedelta(days=200)
        rows = [planned_row(begun, times(1, "5"))]
        rows += [planned_row("1 day", times(1, str(n + 1))) for n in range(count - 1)]
        signed = plan_of(version, *rows)
        for place in range(count // 2):
            recorded(signed, place, begun + timedelta(days=place), *rows[place].components)
        return version

    step_of(regimen)
    without = queries_of(client, regimen)
    few, many = (queries_of(client, planned_and_half_recorded(count)) for count in (2, 60))

    assert few == many == without + 8
    assert without <= 18


# All regimens of the patient


def test_patient_page_has_a_line_for_the_plan_of_each_regimen(client, regimen, patient):
    version = taper(regimen, here())
    client.force_login(regimen.responsible)
    address = reverse("patient", args=[patient.pk])

    page = client.get(address).text
    assert "Taper plan v1, signed by Dr A. Osei" in page
    assert f'chip amber">Planned for {here():%d-%b-%Y}, nothing recorded' in page

    recorded(version, 0, here(), times(3, "5"))
    following = here() + timedelta(weeks=2)
    assert f"Next row: {following:%d-%b-%Y}" in Page(client.get(address)).text

    step_of(regimen, here() + timedelta(days=1), components=(times(1, "40"),))
    assert "Awaiting the prescriber" in Page(client.get(address)).text


def test_patient_page_as_known_before_has_no_plan(client, regimen, patient):
    before = Entry.objects.latest("number").number
    taper(regimen, here())
    client.force_login(regimen.responsible)

    address = reverse("patient", args=[patient.pk])
    assert "Taper plan" not in Page(client.get(f"{address}?known={before}")).text


def test_withdrawn_regimen_asks_for_nothing(regimen, look):
    taper(regimen, here() - timedelta(days=3))
    actions.retract_regimen(
        regimen=regimen.regimen, reason="twice", reason_text="", by=regimen.responsible
    )

    text = look().text

    assert "ENTERED IN ERROR" in text
    assert "of the plan says from" not in text
    assert "Record this row" not in text


@pytest.mark.parametrize("place", [0, 1, 2])
def test_every_link_to_recording_a_row_leads_somewhere(client, regimen, look, place: int):
    version = plan_of(
        regimen,
        planned_row(here(), times(3, "5")),
        planned_row("review", times(3, "7")),
        planned_row("1 week", kind="words", words="Ring the almoner"),
    )
    step = f"?row={version.rows[place].row}"

    (link,) = (link for link in set(look().links) if step in link)

    assert client.get(link).status_code == 200


# The published schedules


@pytest.mark.parametrize("name", CASES)
def test_published_schedule_is_told_row_by_row(name: str):
    rows, _heights = CASES[name]
    log = log_of(*rows, end="stop" if rows[-1].kind == "stop" else "continue")

    table = told(table_of(log))

    assert len(table) == len(rows)
    for row, day, words in zip(rows, laid_dates(rows), table, strict=True):
        assert f"{day:%d-%b-%Y}" in words
        assert row_words(row, day).replace("\u00a0", " ") in words


def test_taper_of_forty_rows_is_told_with_the_day_from_which_alternate_days_count():
    rows = [planned_row(DAY, times(1, "40"))]
    for week in range(1, 40):
        days = {"period": 2} if week % 2 else {}
        rows.append(planned_row("1 week", times(1, str(40 - week), **days)))

    table = told(table_of(log_of(*rows)))

    assert "39 mg on alternate days, counted from 09-Nov-2026" in table[1]
    assert "40 Monday 02-Aug-2027 1 mg on alternate days" in table[39]
    assert not any("per day" in words for words in table)
