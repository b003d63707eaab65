"""What is wrong with a form, first thing on its page: in the order of the page, and by name."""

import re

import pytest
from django.urls import reverse

from tests.pages import Page, typed_over
from tests.titration.factories import plan_of, regimen_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("route", "of", "first"),
    [
        ("step-new", "regimen", "Amount: Write at least one amount and when it is taken."),
        ("contact-new", "patient", "How: Choose how the contact was had."),
        ("side-effect-new", "patient", "Written as: Choose what it is written as."),
        ("intake-new", "regimen", "What is reported: Choose what was reported."),
        ("plan-issue", "plan", "What is given out: Choose what is given out."),
    ],
)
def test_errors_are_listed_in_the_order_of_their_boxes(client, route, of, first):
    regimen = regimen_of()
    client.force_login(regimen.responsible)
    keys = {
        "regimen": regimen.regimen_id,
        "patient": regimen.regimen.patient_id,
        "plan": plan_of(regimen).plan_id,
    }

    address = reverse(route, args=[keys[of]])

    blank = typed_over(Page(client.get(address)).values, {"stage": "review"})
    page = client.post(address, blank).text

    listed = re.findall(r'<a href="#(id_[\w-]+)">([^<]+)</a>', page)
    assert listed[0][1] == first
    places = [page.index(f'id="{box}"') for box, _words in listed]
    assert places == sorted(places)
    assert not [words for _box, words in listed if words.startswith("Day:")]
