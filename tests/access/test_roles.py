"""Who holds which role: given, for some hours, changed, ended; counted at the next request."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from access import actions, policies
from access.models import Act, ActKind, Clinic, Membership, Role, User
from access.policies import RuleBroken
from tests.factories import ClinicFactory, MembershipFactory, PatientFactory, UserFactory, member
from tests.titration.factories import medicine_of, regimen_of
from titration.listed import prescribers

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).parents[2]
PAGE = "/patients/"


@pytest.fixture
def clinic() -> Clinic:
    return ClinicFactory.create()


@pytest.fixture
def by(clinic) -> User:
    return member(clinic, Role.ADMINISTRATOR, name="H. Moreau")


@pytest.fixture
def person(clinic) -> User:
    return member(clinic, Role.VIEWER, name="J. Lind")


def in_hours(hours: int):
    return timezone.now() + timedelta(hours=hours)


def anew(person: User) -> User:
    """The person as their next request reads them."""
    found = User.objects.with_memberships(person.pk)
    assert found is not None
    return found


def facts() -> tuple:
    """All that an act could have changed."""
    return (
        list(Membership.objects.order_by("pk").values()),
        list(User.objects.order_by("pk").values()),
        list(Clinic.objects.order_by("pk").values()),
        Act.objects.count(),
    )


def test_the_table_in_the_documentation_is_the_one_in_the_code():
    text = (ROOT / "docs" / "roles.md").read_text()
    rows = re.findall(r"^\| ([a-z ]+?) +\|((?: *(?:yes|no) *\|){5})$", text, re.MULTILINE)
    written = {
        action: {
            role
            for role, cell in zip(Role.values, re.findall("yes|no", cells), strict=True)
            if cell == "yes"
        }
        for action, cells in rows
    }
    assert written == {action: set(roles) for action, roles in policies.GRANTS.items()}
    assert f"| | {' | '.join(Role.values)} |" in text


def test_every_action_has_words_for_its_refusal():
    assert set(policies.REFUSALS) == set(policies.GRANTS)


def test_a_role_counts_at_the_next_request(client, clinic, by, person):
    client.force_login(person)
    assert client.get("/patients/new/").status_code == 403
    actions.grant(person=person, clinic=clinic, role=Role.RECORDER, by=by)
    assert client.get("/patients/new/").status_code == 200


def test_a_role_for_some_hours_runs_out_by_itself_in_one_query(
    client, clinic, by, django_assert_num_queries
):
    locum = member(clinic, Role.AUDITOR)
    until = in_hours(8)
    actions.grant(
        person=locum, clinic=clinic, role=Role.PRESCRIBER, until=until, reason="Flu", by=by
    )
    with django_assert_num_queries(1):
        assert anew(locum).roles_by_clinic == {clinic.pk: {Role.AUDITOR, Role.PRESCRIBER}}
    client.force_login(locum)
    assert client.get(PAGE).status_code == 200
    Membership.objects.filter(until=until).update(
        started_at=in_hours(-9), until=in_hours(0) - timedelta(seconds=1)
    )
    with django_assert_num_queries(1):
        assert anew(locum).roles_by_clinic == {clinic.pk: {Role.AUDITOR}}
    assert client.get(PAGE).status_code == 403


def test_whose_hours_ran_out_prescribes_here_no_longer(clinic, by, person):
    held = MembershipFactory(
        user=person,
        clinic=clinic,
        role=Role.PRESCRIBER,
        started_at=in_hours(-9),
        until=in_hours(1),
        reason="Flu",
    )
    present, former = prescribers([clinic.pk])
    assert [who.name for who in present[clinic.pk]] == ["J. Lind"]
    Membership.objects.filter(pk=held.pk).update(until=in_hours(-1))
    present, former = prescribers([clinic.pk])
    assert clinic.pk not in present
    assert "J. Lind" in [who.name for who in former[clinic.pk]]


def test_an_act_says_who_gave_what_to_whom_until_when_and_why(clinic, by, person):
    until = in_hours(12)
    actions.grant(
        person=person, clinic=clinic, role=Role.PRESCRIBER, until=until, reason="Locum", by=by
    )
    act = Act.objects.get()
    assert (act.by, act.by_name, act.person, act.person_name) == (by, by.name, person, "J. Lind")
    assert (act.kind, act.now, act.until, act.reason) == ("granted", "prescriber", until, "Locum")


@pytest.mark.parametrize("hours", [0, -1, 745])
def test_hours_are_of_the_next_month(clinic, by, person, hours):
    before = facts()
    with pytest.raises(RuleBroken, match="from 1 to 744"):
        actions.grant(
            person=person,
            clinic=clinic,
            role=Role.RECORDER,
            until=in_hours(hours),
            reason="x",
            by=by,
        )
    assert facts() == before


def test_hours_need_a_reason(clinic, by, person):
    before = facts()
    with pytest.raises(RuleBroken, match="why"):
        actions.grant(person=person, clinic=clinic, role=Role.RECORDER, until=in_hours(2), by=by)
    assert facts() == before


def test_the_database_holds_no_hours_without_a_reason_or_before_they_begin(clinic, person):
    for until, reason in ((in_hours(2), ""), (in_hours(-2), "Flu")):
        with pytest.raises(IntegrityError, match="for_hours_with_a_reason"), transaction.atomic():
            MembershipFactory(
                user=person, clinic=clinic, role=Role.RECORDER, until=until, reason=reason
            )


def test_a_role_whose_hours_ran_out_is_given_again(clinic, by, person):
    old = MembershipFactory(
        user=person,
        clinic=clinic,
        role=Role.RECORDER,
        started_at=in_hours(-9),
        until=in_hours(-1),
        reason="Flu",
    )
    actions.grant(person=person, clinic=clinic, role=Role.RECORDER, by=by)
    old.refresh_from_db()
    assert old.ended_at == old.until
    assert anew(person).roles_by_clinic[clinic.pk] == {Role.VIEWER, Role.RECORDER}


def test_a_role_that_somebody_has_is_not_given_twice(clinic, by, person):
    before = facts()
    with pytest.raises(RuleBroken, match="already"):
        actions.grant(person=person, clinic=clinic, role=Role.VIEWER, by=by)
    assert facts() == before


def test_nobody_gives_themselves_a_role(clinic, by):
    before = facts()
    with pytest.raises(PermissionDenied, match="another administrator"):
        actions.grant(person=by, clinic=clinic, role=Role.PRESCRIBER, by=by)
    assert facts() == before


def test_nobody_changes_their_own_role(clinic, by):
    before = facts()
    with pytest.raises(PermissionDenied, match="another administrator"):
        actions.change_role(membership=by.memberships.get(), role=Role.PRESCRIBER, by=by)
    assert facts() == before


@pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMINISTRATOR])
def test_no_other_role_gives_one(clinic, person, role):
    other = member(clinic, role)
    before = facts()
    with pytest.raises(PermissionDenied):
        actions.grant(person=person, clinic=clinic, role=Role.PRESCRIBER, by=other)
    with pytest.raises(PermissionDenied):
        actions.end_role(membership=person.memberships.get(), by=other)
    assert facts() == before


def test_an_administrator_of_another_clinic_gives_none(clinic, person):
    stranger = member(ClinicFactory(), Role.ADMINISTRATOR)
    before = facts()
    with pytest.raises(PermissionDenied):
        actions.grant(person=person, clinic=clinic, role=Role.PRESCRIBER, by=stranger)
    assert facts() == before


def test_somebody_who_never_belonged_is_invited_instead(clinic, by):
    stranger = member(ClinicFactory())
    before = facts()
    with pytest.raises(PermissionDenied, match="invited"):
        actions.grant(person=stranger, clinic=clinic, role=Role.VIEWER, by=by)
    assert facts() == before


def test_a_changed_role_ends_one_and_gives_another(clinic, by, person):
    was = person.memberships.get()
    now = actions.change_role(membership=was, role=Role.RECORDER, reason="Trained", by=by)
    was.refresh_from_db()
    assert was.ended_at == now.started_at
    assert anew(person).roles_by_clinic[clinic.pk] == {Role.RECORDER}
    act = Act.objects.get()
    assert (act.kind, act.was, act.now, act.reason) == (
        "changed",
        "viewer",
        "recorder",
        "Trained",
    )


def test_a_role_that_ended_meanwhile_is_not_changed(clinic, by, person):
    was = person.memberships.get()
    actions.end_role(membership=was, by=by)
    before = facts()
    with pytest.raises(RuleBroken, match="ended meanwhile"):
        actions.change_role(membership=was, role=Role.RECORDER, by=by)
    assert facts() == before


def test_a_role_ends_at_once_and_stays_in_history(client, clinic, by, person):
    client.force_login(person)
    assert client.get(PAGE).status_code == 200
    actions.end_role(membership=person.memberships.get(), reason="Left", by=by)
    assert client.get(PAGE).status_code == 403
    assert person.memberships.get().ended_at is not None
    assert Act.objects.get().kind == ActKind.ENDED


@pytest.fixture
def responsible(clinic) -> User:
    prescriber = member(clinic, name="Dr A. Osei")
    regimen_of(PatientFactory(clinic=clinic), medicine_of(clinic), by=prescriber)
    return prescriber


def test_a_prescriber_hands_over_before_the_role_ends(clinic, by, responsible):
    before = facts()
    with pytest.raises(RuleBroken, match="responsible prescriber of 1 regimen"):
        actions.end_role(membership=responsible.memberships.get(), by=by)
    assert facts() == before


@pytest.mark.parametrize(("role", "hours"), [(Role.VIEWER, None), (Role.PRESCRIBER, 8)])
def test_a_prescriber_hands_over_before_the_role_is_less(clinic, by, responsible, role, hours):
    before = facts()
    until = in_hours(hours) if hours else None
    with pytest.raises(RuleBroken, match="responsible prescriber of 1 regimen"):
        actions.change_role(
            membership=responsible.memberships.get(), role=role, until=until, reason="x", by=by
        )
    assert facts() == before


def test_the_last_administrator_stays(clinic, by):
    member(clinic, Role.ADMINISTRATOR, is_active=False)
    before = facts()
    with pytest.raises(RuleBroken, match="Nobody else administers"):
        actions.end_role(membership=by.memberships.get(), by=by)
    assert facts() == before


def test_an_administrator_gives_up_their_own_role_when_another_is_there(clinic, by):
    member(clinic, Role.ADMINISTRATOR)
    actions.end_role(membership=by.memberships.get(), by=by)
    assert anew(by).roles_by_clinic == {}


@pytest.mark.parametrize("change", ["UPDATE access_act SET reason = 'x'", "DELETE FROM access_act"])
def test_the_database_keeps_every_act_as_it_is(clinic, by, person, change):
    actions.end_role(membership=person.memberships.get(), by=by)
    before = list(Act.objects.values())
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)
    assert list(Act.objects.values()) == before


def command(person: User, **options: object) -> None:
    said = {"email": person.email, "role": "prescriber", "by": "R. Root", "why": "Alone here"}
    call_command("grant_role", **{**said, **options})


def test_the_command_gives_a_role_and_says_who_ran_it_and_why(clinic, by):
    command(by)
    assert anew(by).roles_by_clinic[clinic.pk] == {Role.ADMINISTRATOR, Role.PRESCRIBER}
    act = Act.objects.get()
    assert (act.by, act.by_name, act.reason) == (None, "R. Root", "Alone here")


@pytest.mark.parametrize("options", [{"by": "  "}, {"why": ""}, {"hours": 0}, {"clinic": "None"}])
def test_the_command_refuses_what_is_missing_or_wrong(clinic, by, options):
    before = facts()
    with pytest.raises(CommandError):
        command(by, **options)
    assert facts() == before


def test_the_command_knows_nobody_without_an_account(clinic):
    with pytest.raises(CommandError, match=r"manage\.py invite"):
        command(User(email="nobody@example.org"))


def test_somebody_in_no_clinic_has_a_role_by_the_command(clinic):
    person = UserFactory()
    command(person, clinic=str(clinic.uuid), hours=3)
    assert anew(person).roles_by_clinic == {clinic.pk: {Role.PRESCRIBER}}
