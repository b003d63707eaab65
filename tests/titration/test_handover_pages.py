"""Handing over on the page: whose, which, to whom, read back in words, and what is in the way."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from access.models import AccessEvent, Role
from tests.factories import ClinicFactory, PatientFactory, member
from tests.pages import Page, typed_over
from tests.titration.factories import medicine_of, regimen_of, review_of
from titration import actions
from titration.models import RegimenCard, Review
from titration.presenters import handover as presenter

pytestmark = pytest.mark.django_db

NAMES = ("Alder", "Birch", "Cedar")


@pytest.fixture
def clinic():
    return ClinicFactory(name="Riverside")


@pytest.fixture
def leaver(clinic):
    return member(clinic, name="Dr A. Osei")


@pytest.fixture
def stayer(clinic):
    return member(clinic, name="Dr B. Lind")


@pytest.fixture
def medicine(clinic):
    return medicine_of(clinic)


@pytest.fixture
def regimens(clinic, leaver, medicine):
    return [
        regimen_of(PatientFactory(clinic=clinic, family_name=name), medicine, by=leaver)
        for name in NAMES
    ]


def responsible(regimens) -> list[str]:
    cards = RegimenCard.objects.in_bulk([regimen.regimen_id for regimen in regimens])
    return [cards[regimen.regimen_id].version.responsible_name for regimen in regimens]


def opened(client, user, **query) -> Page:
    client.force_login(user)
    return Page(client.get(reverse("handover"), query))


def sent(client, page: Page, url: str = "", **typed) -> Page:
    return Page(client.post(url or reverse("handover"), typed_over(page.values, typed)))


def keys(*regimens) -> list[str]:
    return [str(regimen.regimen_id) for regimen in regimens]


def test_my_regimens_are_listed_by_patient(client, leaver, regimens):
    page = opened(client, leaver)
    places = [page.text.index(name.upper()) for name in NAMES]
    assert places == sorted(places)
    assert "3 regimens" in page.text
    event = AccessEvent.objects.latest("pk")
    assert event.kind == "list"
    assert event.patients.count() == 3


def test_those_ticked_are_read_back_and_then_recorded(client, leaver, stayer, regimens):
    review_of(regimens[0])
    page = opened(client, leaver)
    typed = {"regimens": keys(*regimens[:2]), "to": stayer.pk, "which": "ticked"}
    read = sent(client, page, **typed)
    assert read.status == 200
    assert (
        "2 regimens of 2 patients at Riverside: the responsible prescriber is Dr A. Osei now, and "
        "Dr B. Lind from then on."
    ) in read.text
    assert "1 review that is booked with Dr A. Osei passes to Dr B. Lind as well." in read.text
    assert "ALDER" in read.text
    assert "CEDAR" not in read.text
    assert responsible(regimens) == ["Dr A. Osei"] * 3
    done = sent(client, read)
    assert done.status == 302
    assert responsible(regimens) == ["Dr B. Lind", "Dr B. Lind", "Dr A. Osei"]
    assert Review.objects.newest().get().whose == stayer
    event = AccessEvent.objects.latest("pk")
    assert event.kind == "write"
    assert event.patients.count() == 2


def test_all_of_them_are_those_of_every_page(client, leaver, stayer, regimens, monkeypatch):
    monkeypatch.setattr(presenter, "PAGE", 2)
    monkeypatch.setattr(presenter, "NAMED", 2)
    page = opened(client, leaver)
    assert "CEDAR" not in page.text
    read = sent(client, page, to=stayer.pk, which="all")
    assert "3 regimens of 3 patients" in read.text
    assert "and 1 regimen more" in read.text
    assert sent(client, read).status == 302
    assert responsible(regimens) == ["Dr B. Lind"] * 3


def test_pages_lead_on_and_back_to_the_beginning(client, leaver, regimens, monkeypatch):
    monkeypatch.setattr(presenter, "PAGE", 2)
    client.force_login(leaver)
    first = client.get(reverse("handover"))
    later = Page(client.get(first.context["later_url"]))
    assert "CEDAR" in later.text
    assert "BIRCH" not in later.text
    assert later.response.context["first_url"].startswith(reverse("handover"))


def test_nothing_is_recorded_of_those_that_are_no_longer_theirs_and_the_rest_stays_ticked(
    client, clinic, leaver, stayer, regimens
):
    read = sent(
        client, opened(client, leaver), to=stayer.pk, which="ticked", regimens=keys(*regimens)
    )
    third = member(clinic, name="Dr C. Novak")
    actions.hand_over(
        clinic=clinic, regimens=(regimens[0].regimen_id,), of=leaver, to=third, by=third
    )
    again = sent(client, read)
    assert again.status == 409
    assert "1 regimen that you ticked is no longer of Dr A. Osei and is left out." in again.text
    assert "ALDER" not in again.text
    assert sorted(again.values["regimens"]) == sorted(keys(*regimens[1:]))
    assert responsible(regimens) == ["Dr C. Novak", "Dr A. Osei", "Dr A. Osei"]
    assert sent(client, again).status == 302
    assert responsible(regimens) == ["Dr C. Novak", "Dr B. Lind", "Dr B. Lind"]


def test_all_is_read_anew_when_there_is_another_one(
    client, clinic, leaver, stayer, regimens, medicine
):
    read = sent(client, opened(client, leaver), to=stayer.pk, which="all")
    new = regimen_of(PatientFactory(clinic=clinic, family_name="Dogwood"), medicine, by=leaver)
    again = sent(client, read)
    assert again.status == 409
    assert "have changed since you read the list" in again.text
    assert "DOGWOOD" in again.text
    assert responsible([*regimens, new]) == ["Dr A. Osei"] * 4
    assert sent(client, again).status == 302
    assert responsible([*regimens, new]) == ["Dr B. Lind"] * 4


def test_nothing_is_left_when_all_went_meanwhile(client, clinic, leaver, stayer, regimens):
    read = sent(
        client, opened(client, leaver), to=stayer.pk, which="ticked", regimens=keys(regimens[0])
    )
    actions.hand_over(
        clinic=clinic, regimens=(regimens[0].regimen_id,), of=leaver, to=stayer, by=stayer
    )
    again = sent(client, read)
    assert again.status == 409
    assert "None of them is left to hand over." in again.text


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"which": "ticked"}, "Tick at least one regimen to hand over."),
        ({"which": "ticked", "regimens": ["x"]}, "One of these is no regimen."),
        ({"which": "all", "to": ""}, "Choose who takes over."),
    ],
)
def test_what_is_missing_is_said_and_nothing_recorded(
    client, leaver, stayer, regimens, typed, words
):
    page = sent(client, opened(client, leaver), **{"to": stayer.pk, **typed})
    assert words in page.text
    assert responsible(regimens) == ["Dr A. Osei"] * 3


def test_what_was_ticked_stays_ticked_beside_an_error(client, leaver, stayer, regimens):
    page = sent(client, opened(client, leaver), which="ticked", to="", regimens=keys(*regimens[:2]))
    assert sorted(page.values["regimens"]) == sorted(keys(*regimens[:2]))


def test_only_other_prescribers_of_the_clinic_take_over(client, clinic, leaver, stayer, regimens):
    others = [
        member(clinic, Role.RECORDER),
        member(clinic, is_active=False),
        member(ClinicFactory()),
        leaver,
    ]
    offered = opened(client, leaver).form.choices["to"]
    assert str(stayer.pk) in offered
    assert not {str(other.pk) for other in others} & set(offered)


def test_one_who_left_is_handed_over_by_somebody_else(client, leaver, stayer, regimens):
    leaver.memberships.update(ended_at=timezone.now())
    page = opened(client, stayer, of=leaver.pk)
    assert "Dr A. Osei prescribes here no longer." in page.text
    url = f"{reverse('handover')}?of={leaver.pk}"
    read = sent(client, page, url, to=stayer.pk, which="all")
    assert sent(client, read, url).status == 302
    assert responsible(regimens) == ["Dr B. Lind"] * 3


def test_somebody_of_another_clinic_is_not_there(client, leaver, regimens):
    stranger = member(ClinicFactory())
    assert opened(client, leaver, of=stranger.pk).status == 404
    assert opened(client, stranger).text.count("responsible prescriber of no regimen") == 1


@pytest.mark.parametrize("of", ["9" * 30, "9" * 5000])
def test_a_number_of_any_length_is_nobody(client, leaver, of):
    assert opened(client, leaver, of=of).status == 404


def test_a_recorder_is_refused_and_changes_nothing(client, clinic, leaver, stayer, regimens):
    page = opened(client, leaver)
    client.force_login(member(clinic, Role.RECORDER))
    forged = sent(client, page, to=stayer.pk, which="ticked", regimens=keys(*regimens), is_read="1")
    assert forged.status == 403
    assert responsible(regimens) == ["Dr A. Osei"] * 3


def test_sent_twice_is_recorded_once(client, leaver, stayer, regimens):
    read = sent(
        client, opened(client, leaver), to=stayer.pk, which="ticked", regimens=keys(regimens[0])
    )
    assert sent(client, read).status == 302
    assert sent(client, read).status in (302, 409)
    assert regimens[0].regimen.versions.count() == 2


def test_reviews_held_for_others_are_listed_and_lead_on(client, clinic, leaver, stayer, medicine):
    regimen = regimen_of(PatientFactory(clinic=clinic, family_name="Elm"), medicine, by=stayer)
    review = review_of(regimen, whose=leaver)
    page = opened(client, leaver)
    assert "Reviews booked with Dr A. Osei for the regimens of others" in page.text
    assert "ELM" in page.text
    assert reverse("review", args=[review.review]) in page.links
    event = AccessEvent.objects.latest("pk")
    assert [each.patient for each in event.patients.all()] == [regimen.regimen.patient_id]


def test_queries_of_the_list_do_not_grow(client, clinic, leaver, medicine):
    counts = []
    for number in (1, 6):
        for _each in range(number):
            regimen_of(PatientFactory(clinic=clinic), medicine, by=leaver)
        opened(client, leaver)
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("handover"))
        counts.append(len(queries))
    assert counts[0] == counts[1]
