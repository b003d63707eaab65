"""Rows that go in by the hundred are the rows that one by one would have been."""

from datetime import UTC, datetime
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, connection, transaction

from access.models import Clinic, Membership, Role
from ledger import bulk
from ledger.models import Submission
from patients.models import PatientCard
from tests.factories import ClinicFactory, PatientFactory, UserFactory

pytestmark = pytest.mark.django_db

AWKWARD = [
    "tab\there",
    "line\nbreak",
    "return\r",
    "back\\slash",
    r"\N",
    r"\.",
    "",
    "Łódź 欧阳 ",
    "'\"",
]


@pytest.fixture(params=[1, 10**9], ids=["copied", "inserted"])
def either_way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "FEWEST_TO_COPY", request.param)


@pytest.mark.usefixtures("either_way")
def test_awkward_text_comes_back_as_it_was() -> None:
    bulk.insert([Clinic(name=name, is_demo=name == "") for name in AWKWARD])
    assert sorted(Clinic.objects.values_list("name", flat=True)) == sorted(AWKWARD)
    assert Clinic.objects.get(is_demo=True).name == ""


@pytest.mark.usefixtures("either_way")
def test_a_row_takes_the_key_that_its_relation_got_later() -> None:
    clinic, user = Clinic(name="Later"), UserFactory.create()
    row = Submission(clinic=clinic, uuid=uuid4(), user=user, salt="", asked="", first_number=1)
    clinic.save()
    bulk.insert([row])
    assert Submission.objects.get().clinic == clinic


@pytest.mark.usefixtures("either_way")
def test_moments_and_words_of_a_list_come_back_as_they_were() -> None:
    moment = datetime(2026, 3, 29, 0, 30, 0, 1, tzinfo=UTC)
    row = Membership(
        user=UserFactory.create(),
        clinic=ClinicFactory.create(),
        role=Role.PRESCRIBER,
        started_at=moment.astimezone(ZoneInfo("Australia/Sydney")),
    )
    bulk.insert([row])
    found = Membership.objects.get()
    assert (found.role, found.started_at, found.until) == ("prescriber", moment, None)


@pytest.mark.usefixtures("either_way")
def test_constraints_hold() -> None:
    clinic, user, again = ClinicFactory.create(), UserFactory.create(), uuid4()
    rows = [
        Submission(clinic=clinic, uuid=again, user=user, salt="", asked="", first_number=n)
        for n in range(2)
    ]
    with pytest.raises(IntegrityError), transaction.atomic():
        bulk.insert(rows)
    assert not Submission.objects.exists()


def test_no_rows_are_no_work(django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        bulk.insert([])


def test_few_rows_are_never_copied(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "_copy", lambda rows: pytest.fail(f"copied on {connection.vendor}"))
    bulk.insert([Clinic(name="One")])
    assert Clinic.objects.count() == 1


def test_rows_of_several_tables_go_in_in_turn_and_what_comes_then_comes_last(
    django_assert_num_queries,
) -> None:
    clinic, user = ClinicFactory.create(), UserFactory.create()
    row = Submission(clinic=clinic, uuid=uuid4(), user=user, salt="", asked="", first_number=1)
    then = "UPDATE access_clinic SET telephone = %s WHERE name = %s", ["555", "100% new"]
    with django_assert_num_queries(1 if connection.vendor == "postgresql" else 3):
        bulk.insert([row], [], [Clinic(name="100% new")], then=[then])
    assert Submission.objects.get().uuid == row.uuid
    assert Clinic.objects.get(name="100% new").telephone == "555"
    assert not row._state.adding


def test_what_is_refused_of_the_second_table_keeps_the_first_out_too() -> None:
    again = ClinicFactory.create()
    with pytest.raises(IntegrityError), transaction.atomic():
        bulk.insert([Clinic(name="First")], [Clinic(name="Second", uuid=again.uuid)])
    assert Clinic.objects.get() == again


def test_more_rows_go_in_than_a_statement_takes_values() -> None:
    bulk.insert([Clinic(name=str(number)) for number in range(400)])
    assert Clinic.objects.count() == 400


def test_rows_replace_those_of_their_key() -> None:
    one, other = PatientFactory.create(), PatientFactory.create()
    cards = [PatientCard.objects.get(pk=patient.pk) for patient in (one, other)]
    PatientCard.objects.filter(pk=other.pk).delete()
    for card in cards:
        card.sort_name = f"changed {card.pk}"
    bulk.send([*bulk.replacing(cards)])
    assert {c.sort_name for c in PatientCard.objects.all()} == {card.sort_name for card in cards}
    assert PatientCard.objects.get(pk=one.pk).birth_date == cards[0].birth_date
    assert not [*bulk.replacing([])]
