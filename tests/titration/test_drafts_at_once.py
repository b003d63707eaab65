"""Several people save one draft at the same instant: one save stands, the others are told."""

from collections import Counter
from uuid import uuid4

import pytest

from tests.factories import member
from tests.pages import Page, typed_over
from tests.titration.factories import regimen_of
from tests.titration.test_at_once import at_once, posts, signed_in
from titration import actions, document
from titration.models import PlanDraft

pytestmark = pytest.mark.django_db(transaction=True)

HANDS = 6


def test_one_of_many_saves_at_once_stands():
    regimen = regimen_of()
    people = [member(regimen.regimen.clinic, name=f"Dr {n}") for n in range(HANDS)]
    draft = actions.begin_draft(
        regimen=regimen.regimen,
        document=document.blank(unit="mg"),
        by=people[0],
        submission=uuid4(),
    )
    url = f"/plans/{draft.pk}/edit/"
    browsers = [signed_in(person) for person in people]
    forms = [
        next(form for form in Page(browser.get(url)).forms if "data-plan" in form.attributes)
        for browser in browsers
    ]
    pages = at_once(
        posts(browser, url, typed_over(form.values, {"note": f"note {n}"}))
        for n, (browser, form) in enumerate(zip(browsers, forms, strict=True))
    )
    assert Counter(page.status for page in pages) == {302: 1, 409: HANDS - 1}
    draft.refresh_from_db()
    (winner,) = (n for n, page in enumerate(pages) if page.status == 302)
    assert (draft.revision, draft.document["note"]) == (2, f"note {winner}")
    for n, page in enumerate(pages):
        if n != winner:
            assert f"Dr {winner} saved this draft" in page.text
            assert f"note {n}" in page.text


def test_one_form_sent_many_times_at_once_begins_one_draft():
    found = regimen_of()
    browser = signed_in(member(found.regimen.clinic))
    url = f"/regimens/{found.regimen_id}/plans/new/"
    values = Page(browser.get(url)).values
    pages = at_once(posts(browser, url, values) for _time in range(HANDS))
    assert {page.status for page in pages} == {302}
    assert PlanDraft.objects.count() == 1
