"""A row of the demonstration's plans is recorded in a browser, and a step disputed in the list."""

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from access.models import User
from tests.e2e.browser import problems, sign_in
from titration import planning
from titration.models import Plan, Regimen, WorklistRow
from titration.reading import logged, planned


@pytest.fixture
def desk(page, demonstration):
    """A browser at the demonstration, and what signs somebody in to it."""

    def signed_in(name: str):
        sign_in(page, demonstration, User.objects.get(name=name))
        return page

    return signed_in


def open_row() -> tuple[Regimen, int, str]:
    """A regimen whose plan is open, the place of its next row, dated, and the row's identity."""
    for plan in Plan.objects.select_related("regimen__clinic"):
        history = logged.history(plan.regimen)
        log = planned.plan_log(plan.pk, plan.regimen_id)
        today = plan.regimen.clinic.local(timezone.now()).date()
        rows = planning.open_rows(log.carried(history.live), today)
        is_open = log.standing(history).state == planning.OPEN
        if is_open and len(rows) > 2 and rows[0].planned_on and rows[0].row.kind == "dose":
            return plan.regimen, len(log.rows) - len(rows) + 1, str(rows[0].row.row)
    raise AssertionError("the demonstration has no plan with a row to record")


def test_a_row_is_recorded_on_its_planned_day(desk, live_server) -> None:
    regimen, place, row = open_row()
    page = desk("Dr A. Osei")
    page.goto(f"{live_server.url}{reverse('step-new', args=[regimen.pk])}?row={row}")
    assert problems(page) == []
    expect(
        page.get_by_text("The form is filled in from this row as it was signed.")
    ).to_be_visible()
    assert page.locator("input[name=which_day]:checked").count() == 0
    page.get_by_label("As planned").check()
    page.locator("select[name=reason]").select_option("step-down")
    page.get_by_role("button", name="Read it back").click()
    assert problems(page) == []
    expect(page.get_by_text(f"Row {place} of plan version", exact=False).first).to_contain_text(
        "on its date"
    )
    page.get_by_role("button", name="Record for").click()
    expect(page.get_by_text("Recorded.", exact=True)).to_be_visible()
    expect(page.locator("#log")).to_contain_text(f"Row {place} of plan version")
    assert planned.plan_logs([regimen.pk])[regimen.pk][-1].links[-1].row.hex == row.replace("-", "")


def test_a_row_that_fills_nothing_is_accessible(desk, live_server) -> None:
    regimen, place, _row = open_row()
    later = planned.plan_logs([regimen.pk])[regimen.pk][-1].rows[place + 1]
    page = desk("Dr A. Osei")
    page.goto(f"{live_server.url}{reverse('step-new', args=[regimen.pk])}?row={later.row}")
    expect(page.get_by_text("The form is blank", exact=False)).to_be_visible()
    assert problems(page) == []


def test_a_step_is_disputed_in_the_list(desk, live_server) -> None:
    waiting = WorklistRow.objects.filter(topic="confirm").first()
    page = desk(waiting.whose.name)
    page.goto(live_server.url + reverse("worklist"))
    answers = page.locator(".answer")
    count = answers.count()
    assert count
    answers.first.get_by_role("textbox").fill("I said half of that")
    answers.first.get_by_role("button", name="Dispute").click()
    expect(page.get_by_text("Disputed. The entry stands as it is", exact=False)).to_be_visible()
    assert page.url.removeprefix(live_server.url) == reverse("worklist")
    assert page.locator(".answer").count() == count - 1
    assert problems(page) == []
