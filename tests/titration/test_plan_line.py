"""The line, on the pages of plans: every number with a unit was written, or is a labelled total.

All amounts are primes of their own, so that a figure from anywhere else is found out.
"""

import re
from dataclasses import replace
from datetime import date

import pytest
from django.urls import reverse

from tests.factories import ClinicFactory, PatientFactory, member
from tests.pages import Page
from tests.titration.doses import amount, at, rate, times
from tests.titration.factories import plan_of, plan_text, planned_row, regimen_of
from tests.titration.test_line import NUMBER, QUOTED
from tests.titration.test_plan_pages import recorded_from, revised
from tests.titration.test_signing import drafted
from titration import planning

pytestmark = pytest.mark.django_db

NEEDED = replace(times(None, "43"), as_needed=True, maximum=amount("211"), maximum_hours=24)
ROWS = (
    planned_row(date(2026, 3, 2), times(3, "17")),
    planned_row("1 week", at("morning", "19"), at("bedtime", "23")),
    planned_row("2 weeks", times(2, "37 to 41")),
    planned_row("1 month", times(2, "47"), NEEDED),
    planned_row("review", times(1, "67", period=2)),
    planned_row("10 days", at("evening", "71", weekdays=(1,)), words="Never 73 mg at once"),
    planned_row("3 days", rate("97", "24 hours")),
)
WRITTEN = {"17", "19", "23", "37", "41", "47", "43", "211", "67", "71", "97", "29", "31"}
# By hand: 3 × 17, 19 + 23, 2 × 37 and 2 × 41, 2 × 47; 29 and 31 once a day; 97 in a day.
TOTALS = {"51", "42", "74", "82", "94", "29", "31", "97"}
# 42 less than 51, with its sign: the second row beside the first, where a signature is asked for.
DIFFERENCES = {("\u2212", "9")}
TOTAL = re.compile(r"Total per day(?:, as-needed doses not counted)?:? (\S+(?: to \S+)?)\smg\b")


def check(text: str) -> int:
    """How many figures the text holds, each of them written, or a total under its label."""
    words = QUOTED.sub(" ", text)
    for total in TOTAL.findall(words):
        assert set(total.split(" to ")) <= TOTALS, total
    numbers = NUMBER.findall(TOTAL.sub(" ", words))
    assert {(sign, low) for sign, low, _high in numbers if sign} <= DIFFERENCES
    found = [n for sign, *pair in numbers if not sign for n in pair if n]
    assert set(found) <= WRITTEN, set(found) - WRITTEN
    return len(found)


def test_every_figure_on_the_pages_of_plans_was_written_or_is_a_labelled_total(client):
    clinic = ClinicFactory()
    osei = member(clinic)
    version = regimen_of(PatientFactory(clinic=clinic, by=osei), by=osei)
    changed = (ROWS[0], replace(ROWS[1], components=(at("morning", "29"),)), *ROWS[3:])
    plan = plan_of(version, *ROWS, purpose="taper")
    recorded_from(plan, ROWS[0], date(2026, 3, 5))
    recorded_from(plan, ROWS[1], date(2026, 3, 9), (at("morning", "31"),))
    second = revised(plan, plan_text(*changed, purpose="titration"))
    drafts = [
        drafted(version.regimen, plan_text(*ROWS), by=osei, revises=v) for v in (plan, second)
    ]
    client.force_login(osei)
    address = reverse("plan", args=[plan.plan_id])

    pages = [
        address,
        f"{address}?version=1",
        f"{address}?version=2&compare=1",
        f"{address}?known={plan.entry.number}",
        *(reverse("plan-sign", args=[draft.pk]) for draft in drafts),
        *(reverse(f"plan-{kind}", args=[plan.plan_id]) for kind in ("paused", "withdrawn")),
    ]
    for page in pages:
        response = client.get(page)
        assert response.status_code == 200, page
        assert check(Page(response).text) >= 5, page


def test_forms_of_a_plan_hold_no_figure_that_nobody_typed(client):
    clinic = ClinicFactory()
    osei = member(clinic)
    plan = plan_of(regimen_of(PatientFactory(clinic=clinic, by=osei), by=osei), *ROWS)
    client.force_login(osei)

    for kind in planning.EVENTS:
        response = client.get(reverse(f"plan-{kind}", args=[plan.plan_id]))
        if response.status_code == 200:
            assert set(Page(response).form.typed.values()) == {""}
