"""Several people, or one form several times, at the same instant: what becomes of a signature."""

from collections import Counter
from dataclasses import replace

import pytest
from django.contrib.messages import get_messages
from django.core.cache import cache
from django.urls import reverse

from ledger.models import Entry
from tests.factories import PASSWORD, ClinicFactory, PatientFactory, member
from tests.pages import Page
from tests.titration.factories import plan_of, regimen_of
from tests.titration.test_at_once import at_once, posts, signed_in
from tests.titration.test_signing import TEXT, address, drafted, text_of
from titration.models import PlanDraft, PlanEvent, PlanVersion

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def guesses_start_anew(transactional_db):
    """These tests commit, and the flush between them leaves the counted passwords behind."""
    cache.clear()


@pytest.fixture
def clinic():
    return ClinicFactory()


@pytest.fixture
def osei(clinic):
    return member(clinic, name="Dr A. Osei")


@pytest.fixture
def version(clinic, osei):
    return regimen_of(PatientFactory(clinic=clinic, by=osei), by=osei)


def signs(person, draft: PlanDraft):
    """The request that signs a draft which this person has read."""
    client = signed_in(person)
    page = Page(client.get(address(draft)))
    return posts(client, address(draft), {**page.values, "password": PASSWORD})


def test_one_signature_sent_four_times_makes_one_version_and_one_answer(version, osei):
    draft = drafted(version.regimen, by=osei)
    client = signed_in(osei)
    form = {**Page(client.get(address(draft))).values, "password": PASSWORD}
    count = Entry.objects.count()

    answers = at_once(posts(client, address(draft), form) for _time in range(4))

    plan = reverse("plan", args=[draft.pk])
    assert {(page.status, page.response["Location"]) for page in answers} == {(302, plan)}
    assert Entry.objects.count() == count + 1
    assert text_of(PlanVersion.objects.get()) == TEXT
    assert not PlanDraft.objects.exists()


def test_of_two_who_sign_two_revisions_one_gets_both_and_keeps_the_draft(clinic, version, osei):
    first = plan_of(version, *TEXT.rows)
    people = [osei, member(clinic, name="Dr B. Ray")]
    texts = [replace(TEXT, note=f"By {person.name}") for person in people]
    drafts = [
        drafted(version.regimen, text, by=person, revises=first)
        for person, text in zip(people, texts, strict=True)
    ]

    answers = at_once(map(signs, people, drafts))

    assert sorted(page.status for page in answers) == [302, 409]
    lost = [page.status for page in answers].index(409)
    assert "Not signed: another version was signed first" in answers[lost].text
    assert all(f"By {person.name}" in answers[lost].text for person in people)
    assert PlanDraft.objects.get() == drafts[lost]
    assert text_of(PlanVersion.objects.get(version=2)) == texts[1 - lost]


def test_of_two_who_sign_one_draft_one_signs_and_the_other_is_told(clinic, version, osei):
    draft = drafted(version.regimen, by=osei)

    answers = at_once([signs(osei, draft), signs(member(clinic), draft)])

    assert {page.status for page in answers} == {302}
    assert PlanVersion.objects.count() == 1
    said = Counter(
        str(message).split(".")[0]
        for page in answers
        for message in get_messages(page.response.wsgi_request)
    )
    assert sorted(said.values()) == [1, 1]


def test_of_two_plans_signed_at_once_for_one_regimen_one_is_refused(clinic, version, osei):
    people = [osei, member(clinic)]
    drafts = [drafted(version.regimen, by=person) for person in people]

    answers = at_once(map(signs, people, drafts))

    assert Counter(page.status for page in answers) in ({302: 1, 409: 1}, {302: 1, 422: 1})
    assert PlanVersion.objects.count() == 1
    assert PlanDraft.objects.count() == 1


def test_of_two_who_record_what_becomes_of_a_plan_one_reads_it_first(clinic, version, osei):
    plan = plan_of(version, *TEXT.rows)
    requests = []
    for person, kind in ((osei, "paused"), (member(clinic), "withdrawn")):
        client, url = signed_in(person), reverse(f"plan-{kind}", args=[plan.plan_id])
        values = Page(client.get(url)).values
        requests.append(posts(client, url, {**values, "reason_text": "Said at the visit"}))

    answers = at_once(requests)

    assert sorted(page.status for page in answers) == [302, 409]
    refused = next(page for page in answers if page.status == 409)
    assert "Something was recorded meanwhile." in refused.text
    assert refused.values["reason_text"] == "Said at the visit"
    assert PlanEvent.objects.count() == 1
