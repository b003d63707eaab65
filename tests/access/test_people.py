"""Administering people and clinics on their own pages, with every act on record."""

from uuid import uuid4

import pytest
from allauth.mfa.models import Authenticator
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from access import actions
from access.actions import clinics, people
from access.models import Act, Clinic, Membership, Role, Session, User
from access.policies import RuleBroken
from tests.factories import ClinicFactory, MembershipFactory, PatientFactory, UserFactory, member
from tests.pages import Page, typed_over
from tests.signed_in import app_of
from tests.titration.factories import draft_of, regimen_of
from titration import projection

pytestmark = pytest.mark.django_db

LONG = "Wolfeschlegelsteinhausenbergerdorff-Vandermeer-Okonkwo " * 2


@pytest.fixture
def clinic() -> Clinic:
    return ClinicFactory.create(name="Riverside", telephone="020 7946 0123")


@pytest.fixture
def by(clinic, client) -> User:
    person = member(clinic, Role.ADMINISTRATOR, name="H. Moreau")
    client.force_login(person)
    return person


@pytest.fixture
def person(clinic) -> User:
    return member(clinic, Role.VIEWER, name="J. Lind", profession="nurse")


def send(client, address: str, **typed):
    """The form of a page as it is there, with this typed over."""
    form = Page(client.get(address)).form
    return client.post(address, typed_over(form.values, typed))


def facts() -> tuple:
    return (
        list(User.objects.order_by("pk").values()),
        list(Clinic.objects.order_by("pk").values()),
        list(Membership.objects.order_by("pk").values()),
        Act.objects.count(),
    )


def test_the_page_lists_who_belongs_who_left_and_until_when(client, clinic, by, person):
    MembershipFactory(
        user=person,
        clinic=clinic,
        role=Role.PRESCRIBER,
        until=timezone.now() + timezone.timedelta(hours=8),
        reason="Flu on the ward",
    )
    left = member(clinic, Role.VIEWER, name="G. One")
    left.memberships.update(ended_at=timezone.now())
    member(ClinicFactory(), name="S. Tranger")
    text = Page(client.get(reverse("person-list"))).text
    for words in ("H. Moreau", "J. Lind", "nurse", "Flu on the ward", "prescriber ends", "G. One"):
        assert words in text
    assert "S. Tranger" not in text


def test_the_list_asks_as_much_for_many_as_for_one(
    client, clinic, by, person, django_assert_max_num_queries
):
    client.get(reverse("person-list"))
    with django_assert_max_num_queries(8) as few:
        client.get(reverse("person-list"))
    for number in range(12):
        member(clinic, name=f"Dr {number}")
        actions.invite(
            clinic=clinic, email=f"n{number}@example.org", name="N", role="viewer", by=by
        )
    with django_assert_max_num_queries(len(few)) as many:
        client.get(reverse("person-list"))
    assert len(many) == len(few)


def test_a_person_page_asks_as_much_for_many_acts_as_for_one(
    client, clinic, by, person, django_assert_max_num_queries
):
    address = reverse("person", args=[person.pk])
    actions.sign_out(person=person, by=by)
    with django_assert_max_num_queries(12) as few:
        client.get(address)
    for _each in range(5):
        actions.sign_out(person=person, by=by)
        actions.change_role(
            membership=person.memberships.open().get(),
            role={Role.VIEWER: Role.RECORDER}.get(
                person.memberships.open().get().role, Role.VIEWER
            ),
            by=by,
        )
    with django_assert_max_num_queries(len(few)) as many:
        client.get(address)
    assert len(many) == len(few)


def test_a_role_is_given_changed_and_ended_on_pages(client, clinic, by, person):
    back = reverse("person", args=[person.pk])
    answer = send(client, reverse("person-grant", args=[person.pk]), role="recorder")
    assert answer.url == back
    [recorder] = person.memberships.filter(role=Role.RECORDER)
    change = reverse("membership-change", args=[recorder.pk])
    assert send(client, change, role="prescriber", hours="8", reason="Flu").url == back
    [prescriber] = person.memberships.filter(role=Role.PRESCRIBER)
    assert prescriber.until is not None
    assert send(client, reverse("membership-end", args=[prescriber.pk]), reason="Back").url == back
    assert person.memberships.open().get().role == Role.VIEWER
    text = Page(client.get(back)).text
    for words in ("gave the role", "from recorder to prescriber until", "ended the role", "Flu"):
        assert words in text


def test_ones_own_page_offers_no_role(client, by):
    page = client.get(reverse("person", args=[by.pk]))
    assert reverse("person-grant", args=[by.pk]) not in page.content.decode()
    assert client.get(reverse("person-grant", args=[by.pk])).status_code == 403


def test_what_keeps_a_prescriber_is_said_above_the_form(client, clinic, by):
    prescriber = member(clinic, name="Dr A. Osei")
    regimen_of(PatientFactory(clinic=clinic, by=prescriber), by=prescriber)
    before = facts()
    held = prescriber.memberships.get()
    page = Page(send(client, reverse("membership-end", args=[held.pk]), reason="Leaves"))
    assert page.status == 422
    assert "responsible prescriber of 1 regimen" in page.text
    assert page.values["reason"] == "Leaves"
    assert facts() == before


def test_a_name_is_changed_on_record(client, by, person):
    answer = send(
        client, reverse("person-edit", args=[person.pk]), name="J. Lind-Berg", reason="Married"
    )
    assert answer.status_code == 302
    person.refresh_from_db()
    assert (person.name, person.profession) == ("J. Lind-Berg", "nurse")
    act = Act.objects.get()
    assert (act.kind, act.was, act.now, act.reason) == (
        "name",
        "J. Lind",
        "J. Lind-Berg",
        "Married",
    )


def test_a_name_that_somebody_changed_meanwhile_is_not_overwritten(by, person):
    seen = people.seen_of(person)
    actions.revise_person(person=person, name="Theirs", profession="", seen=seen, by=by)
    before = facts()
    with pytest.raises(RuleBroken, match="meanwhile"):
        actions.revise_person(person=person, name="Mine", profession="", seen=seen, by=by)
    assert facts() == before


def test_a_form_changes_no_more_than_it_asks(client, by, person):
    """Mass assignment: what nobody asks for is not taken."""
    address = reverse("person-edit", args=[person.pk])
    send(
        client,
        address,
        name="J. Lind-Berg",
        email="thief@example.org",
        is_superuser="on",
        is_staff="on",
        password="x",
    )
    was = person
    now = User.objects.get(pk=person.pk)
    assert now.name == "J. Lind-Berg"
    assert (now.email, now.is_superuser, now.is_staff, now.password) == (
        was.email,
        False,
        False,
        was.password,
    )


def test_lost_factors_are_taken_away_on_a_page_and_on_record(
    client, clinic, by, person, mailoutbox
):
    app_of(person)
    address = reverse("person-factors", args=[person.pk])
    assert address in client.get(reverse("person", args=[person.pk])).content.decode()

    answer = send(client, address, reason="Lost telephone")

    assert answer.url == reverse("person", args=[person.pk])
    assert not Authenticator.objects.filter(user=person).exists()
    text = Page(client.get(answer.url)).text
    assert "took away the second factors" in text
    assert "Lost telephone" in text
    assert [each.to for each in mailoutbox] == [[person.email]]
    page = Page(send(client, address, reason="Once more"))
    assert page.status == 422
    assert "They have no second factor." in page.text
    assert Act.objects.count() == 1


def test_nobody_takes_away_their_own_factors(client, clinic, by):
    app_of(by)
    address = reverse("person-factors", args=[by.pk])
    assert client.get(address).status_code == 403
    assert client.post(address, {"reason": "x", "submission": str(uuid4())}).status_code == 403
    with pytest.raises(PermissionDenied):
        actions.reset_factors(person=by, reason="x", by=by)
    assert address not in client.get(reverse("person", args=[by.pk])).content.decode()
    assert Authenticator.objects.filter(user=by).exists()
    assert not Act.objects.exists()


def test_an_administrator_of_another_clinic_takes_no_factors_away(clinic, person):
    app_of(person)
    other = member(ClinicFactory(), Role.ADMINISTRATOR)
    with pytest.raises(PermissionDenied):
        actions.reset_factors(person=person, reason="x", by=other)
    assert Authenticator.objects.filter(user=person).exists()


def test_a_shut_account_is_out_at_once_and_its_sessions_are_gone(
    client, by, person, django_user_model
):
    theirs = type(client)()
    theirs.force_login(person)
    assert theirs.get("/patients/").status_code == 200
    answer = send(client, reverse("person-shut", args=[person.pk]), reason="Stolen telephone")
    assert answer.status_code == 302
    assert theirs.get("/patients/").url.startswith("/accounts/login/")
    assert sessions_of(person) == 0
    assert sessions_of(by) == 1
    assert "shut the account" in Page(client.get(reverse("person", args=[person.pk]))).text


def sessions_of(person: User) -> int:
    data = [session.get_decoded() for session in Session.objects.all()]
    return len([one for one in data if one.get("_auth_user_id") == str(person.pk)])


def test_a_shut_account_is_opened_again(client, by, person):
    actions.shut(person=person, reason="x", by=by)
    send(client, reverse("person-shut", args=[person.pk]), reason="Found again")
    person.refresh_from_db()
    assert person.is_active
    assert [act.kind for act in Act.objects.order_by("pk")] == ["shut", "opened"]


def test_two_who_shut_an_account_do_not_open_it(client, by, person):
    address = reverse("person-shut", args=[person.pk])
    sent = {**Page(client.get(address)).values, "reason": "Stolen telephone"}
    assert client.post(address, sent).status_code == 302
    assert "The account is shut." in client.post(address, sent, follow=True).text
    theirs = client.post(address, {**sent, "submission": str(uuid4())})
    assert theirs.status_code == 422
    assert "The account is shut already." in theirs.text
    person.refresh_from_db()
    assert not person.is_active
    assert [act.kind for act in Act.objects.order_by("pk")] == ["shut"]


def test_a_form_that_is_sent_again_otherwise_is_not_taken_for_done(client, by, clinic, person):
    """Nor is one whose number was sent before by somebody else, or about somebody else."""
    sent = {"submission": str(uuid4()), "role": Role.AUDITOR}
    address = reverse("person-grant", args=[person.pk])
    for role in (Role.AUDITOR, Role.AUDITOR, Role.ADMINISTRATOR):
        assert client.post(address, {**sent, "role": role}).status_code == 302
    other = member(clinic, Role.RECORDER)
    shut = {**sent, "wanted": "shut", "reason": "Stolen telephone"}
    client.post(reverse("person-shut", args=[other.pk]), shut)
    client.force_login(member(clinic, Role.ADMINISTRATOR))
    client.post(reverse("person-shut", args=[person.pk]), shut)
    assert [act.kind for act in Act.objects.order_by("pk")] == ["granted"] * 2 + ["shut"] * 2
    assert not User.objects.filter(pk__in=[other.pk, person.pk], is_active=True).exists()


def test_shutting_needs_a_reason(client, by, person):
    before = facts()
    page = Page(send(client, reverse("person-shut", args=[person.pk]), reason=" "))
    assert list(page.errors) == ["reason"]
    assert facts() == before


def test_nobody_shuts_their_own_account(client, by):
    before = facts()
    assert client.get(reverse("person-shut", args=[by.pk])).status_code == 403
    with pytest.raises(PermissionDenied):
        actions.shut(person=by, reason="x", by=by)
    assert facts() == before


def test_an_act_on_an_account_is_on_record_in_each_of_its_clinics(by, clinic, person):
    other = MembershipFactory(user=person).clinic
    left = MembershipFactory(user=person, ended_at=timezone.now()).clinic
    actions.shut(person=person, reason="Lost", by=by)
    assert set(Act.objects.values_list("clinic", flat=True)) == {clinic.pk, other.pk}
    assert left.pk not in Act.objects.values_list("clinic", flat=True)


def test_whoever_left_is_nobodys_to_shut(client, by, person):
    person.memberships.update(ended_at=timezone.now())
    MembershipFactory(user=person)
    before = facts()
    assert client.get(reverse("person", args=[person.pk])).status_code == 200
    assert send(client, reverse("person-shut", args=[person.pk]), reason="x").status_code == 403
    assert client.post(reverse("person-sign-out", args=[person.pk])).status_code == 403
    assert facts() == before


def test_sessions_are_ended_on_record(client, by, person):
    theirs = type(client)()
    theirs.force_login(person)
    client.post(reverse("person-sign-out", args=[person.pk]))
    assert theirs.get("/patients/").url.startswith("/accounts/login/")
    assert Act.objects.get().kind == "signed-out"


# The clinic


def test_the_details_of_a_clinic_are_changed_on_record(client, clinic, by):
    address = reverse("clinic", args=[clinic.uuid])
    assert send(client, address, telephone="020 7946 0999", name="Hillside").status_code == 302
    clinic.refresh_from_db()
    assert (clinic.name, clinic.telephone) == ("Hillside", "020 7946 0999")
    assert {(act.kind, act.was, act.now) for act in Act.objects.all()} == {
        ("clinic-name", "Riverside", "Hillside"),
        ("clinic-telephone", "020 7946 0123", "020 7946 0999"),
    }


def test_a_clinic_that_somebody_changed_meanwhile_is_not_overwritten(clinic, by):
    seen = clinics.seen_of(clinic)
    theirs = actions.ClinicText("Theirs", "", "Europe/London")
    actions.revise_clinic(clinic=clinic, text=theirs, seen=seen, by=by)
    before = facts()
    mine = actions.ClinicText("Mine", "", "Europe/London")
    with pytest.raises(RuleBroken, match="meanwhile"):
        actions.revise_clinic(clinic=clinic, text=mine, seen=seen, by=by)
    assert facts() == before


def test_a_zone_that_is_none_is_refused(client, clinic, by):
    before = facts()
    address = reverse("clinic", args=[clinic.uuid])
    assert list(Page(send(client, address, time_zone="Mars/North")).errors) == ["time_zone"]
    assert facts() == before


def test_with_another_zone_the_lists_are_those_that_a_rebuild_makes(clinic, by):
    prescriber = member(clinic)
    draft = draft_of(regimen_of(PatientFactory(clinic=clinic, by=prescriber)).regimen, prescriber)
    draft.asked_at = timezone.now().replace(hour=23, minute=30)
    draft.save()
    projection.rebuild_clinic(clinic)
    text = actions.ClinicText(clinic.name, clinic.telephone, "Pacific/Kiritimati")
    actions.revise_clinic(clinic=clinic, text=text, seen=0, by=by)
    clinic.refresh_from_db()
    assert list(projection.differences(clinic)) == []


# The acts


def test_acts_are_listed_in_pages_for_auditors_and_administrators(client, clinic, by, person):
    for _each in range(60):
        actions.sign_out(person=person, by=by)
    auditor = member(clinic, Role.AUDITOR)
    client.force_login(auditor)
    page = Page(client.get(reverse("acts")))
    assert page.text.count("ended the sessions") == 50
    assert reverse("person", args=[person.pk]) not in page.html
    [older] = [link for link in page.links if "before=" in link]
    assert Page(client.get(reverse("acts") + older)).text.count("ended the sessions") == 10


def test_acts_of_another_clinic_are_not_listed(client, clinic, by):
    stranger = member(ClinicFactory(), name="S. Tranger")
    other = member(stranger.memberships.get().clinic, Role.ADMINISTRATOR)
    actions.sign_out(person=stranger, by=other)
    assert "S. Tranger" not in Page(client.get(reverse("acts"))).text
    assert Page(client.get(f"{reverse('acts')}?person={stranger.pk}")).status == 200


@pytest.mark.parametrize("query", ["?before=x", f"?before={'9' * 5000}", "?person=-1", "?before=²"])
def test_an_address_that_names_no_act_lists_them_all(client, by, person, query):
    actions.sign_out(person=person, by=by)
    assert "ended the sessions" in Page(client.get(reverse("acts") + query)).text


def test_long_names_are_shown_whole(client, clinic, by):
    member(clinic, name=LONG.strip(), profession="x" * 80)
    assert LONG.strip() in Page(client.get(reverse("person-list"))).text


# Support


@pytest.mark.parametrize("name", ["user", "clinic", "membership", "invitation", "act"])
def test_support_changes_nothing_in_the_admin(client, clinic, by, person, name):
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    actions.invite(clinic=clinic, email="n@example.org", name="N", role="viewer", by=by)
    row = {
        "user": User,
        "clinic": Clinic,
        "membership": Membership,
        "act": Act,
    }.get(name, type(clinic.invitations.get())).objects.first()
    before = facts()
    page = client.get(reverse(f"admin:access_{name}_change", args=[row.pk]))
    assert page.status_code == 200
    assert "secret" not in page.content.decode()
    for address in (
        reverse(f"admin:access_{name}_add"),
        reverse(f"admin:access_{name}_change", args=[row.pk]),
        reverse(f"admin:access_{name}_delete", args=[row.pk]),
    ):
        assert client.post(address, {"name": "x", "post": "yes"}).status_code == 403
    assert facts() == before
