"""Which rows of the worklist a page reads: every row once, by the index, and none that is over."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone

from tests.factories import ClinicFactory, PatientFactory, member
from tests.titration.factories import medicine_of, regimen_of, step_of
from titration import listed, projection
from titration.listed import Mark, Person, Scope
from titration.models import WorklistRow

pytestmark = pytest.mark.django_db

DAY = date(2026, 11, 16)


@pytest.fixture
def clinic():
    return ClinicFactory()


@pytest.fixture
def regimen(clinic):
    return regimen_of(PatientFactory(clinic=clinic), medicine_of(clinic), by=member(clinic))


def row(regimen, topic: str = "no-review", day: date = DAY, number: int = 1, **columns):
    """A row as it is stored, shown from its day on."""
    return WorklistRow.objects.create(
        clinic=regimen.regimen.clinic,
        patient=regimen.regimen.patient,
        regimen=regimen.regimen,
        medicine=regimen.medicine,
        topic=topic,
        day=day,
        number=number,
        **{"whose": regimen.responsible, "about": uuid4(), "shown_from": day, **columns},
    )


@pytest.mark.parametrize("topic", ["no-review", "withheld"])
def test_pages_show_every_row_once_while_others_are_added(clinic, regimen, topic):
    WorklistRow.objects.all().delete()
    scope = Scope({clinic.pk: DAY + timedelta(days=20)})
    before = {
        row(regimen, topic, DAY + timedelta(days=number % 3), number % 5).pk for number in range(23)
    }
    seen: list[int] = []
    page = listed.section_page(scope, topic, 4)
    while True:
        seen += [found.pk for found in page.rows]
        row(regimen, topic, DAY + timedelta(days=len(seen) % 4), len(seen))
        if not page.has_later:
            break
        page = listed.section_page(scope, topic, 4, after=listed.mark_of(page.rows[-1]))
    assert len(seen) == len(set(seen))
    assert before <= set(seen)


def test_pages_back_show_what_pages_forth_did(clinic, regimen):
    WorklistRow.objects.all().delete()
    for number in range(11):
        row(regimen, day=DAY - timedelta(days=number % 4), number=number)
    scope, pages, mark = Scope({clinic.pk: DAY}), [], None
    while not pages or pages[-1].has_later:
        pages.append(listed.section_page(scope, "no-review", 3, after=mark))
        mark = listed.mark_of(pages[-1].rows[-1])
    for earlier, later in zip(pages[-2::-1], pages[:0:-1], strict=True):
        back = listed.section_page(scope, "no-review", 3, before=listed.mark_of(later.rows[0]))
        assert back.rows == earlier.rows
        assert back.has_later
    assert [page.has_earlier for page in pages] == [False, True, True, True]


def test_a_mark_is_read_as_it_was_written():
    mark = Mark(DAY, 41, uuid4())
    assert listed.read_mark(str(mark)) == mark
    assert listed.read_mark(f"{mark}0") is None


def test_withheld_comes_newest_first_and_everything_else_longest_waiting_first(clinic, regimen):
    WorklistRow.objects.all().delete()
    for days in (2, 0, 1):
        for topic in ("withheld", "no-review"):
            row(regimen, topic, DAY + timedelta(days=days))
    found = listed.first_rows(Scope({clinic.pk: DAY + timedelta(days=9)}), 5)
    days = {topic: [found.day.day for found in rows] for topic, rows in found.items() if rows}
    assert days == {"withheld": [18, 17, 16], "no-review": [16, 17, 18]}


@pytest.mark.parametrize("whose", [False, True])
@pytest.mark.parametrize("is_page", [False, True])
def test_a_page_is_read_by_the_index_in_its_order(clinic, regimen, whose, is_page):
    other = member(clinic)
    for number in range(300):
        row(regimen, number=number, **({} if number % 6 == 0 else {"whose": other}))
    scope = Scope(
        {clinic.pk: DAY},
        whose=regimen.responsible_id if whose else None,
        former={clinic.pk: [Person(regimen.responsible_id, "")]},
    )
    mark = Mark(DAY, 7, uuid4()) if is_page else None
    index = "titration_worklist_mine" if whose else "titration_worklist"
    for part in listed._parts(scope, "no-review", mark):
        order = listed._direction(part.topic, is_backwards=False)
        statement = f"SELECT * FROM {listed._TABLE} WHERE {part.where} ORDER BY {order} LIMIT 6"
        plan = explained(statement, part.values)
        assert index in plan
        assert "Sort" not in plan
        assert "TEMP B-TREE" not in plan


def test_who_is_named_and_prescribes_no_longer_is_found_by_the_index(clinic, regimen):
    """What everybody else is responsible for is not looked through for their rows."""
    WorklistRow.objects.all().delete()
    others, unnamed = [member(clinic) for _number in range(3)], member(clinic)
    for number in range(300):
        row(regimen, "nobody", number=number, whose=others[number % 3])
    former = {clinic.pk: [Person(user.pk, user.name) for user in (*others[:2], unnamed)]}
    scope = Scope({clinic.pk: DAY}, former=former, named=listed.still_named(former))
    parts = listed._parts(scope, "nobody")
    assert len(parts) == 2
    for part in parts:
        order = listed._direction(part.topic, is_backwards=False)
        statement = f"SELECT * FROM {listed._TABLE} WHERE {part.where} ORDER BY {order} LIMIT 6"
        plan = explained(statement, part.values)
        assert "titration_worklist_mine" in plan
        assert "Sort" not in plan
        assert "TEMP B-TREE" not in plan
    found = listed.first_rows(scope, 4, ["nobody"])["nobody"]
    assert [each.number for each in found] == [0, 1, 3, 4, 6]
    assert listed.counts(scope, ["nobody"]) == {"nobody": 200}
    theirs = replace(scope, whose=others[1].pk)
    assert [each.number for each in listed.first_rows(theirs, 1, ["nobody"])["nobody"]] == [1, 4]
    assert listed._parts(replace(scope, whose=others[2].pk), "nobody") == []


def explained(statement: str, values: list) -> str:
    """How the database would read; PostgreSQL as if the table were too long to be read whole."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("ANALYZE titration_worklistrow")
            for way in ("seqscan", "bitmapscan", "sort"):
                cursor.execute(f"SET LOCAL enable_{way} = off")
            cursor.execute(f"EXPLAIN {statement}", values)
        else:
            cursor.execute(f"EXPLAIN QUERY PLAN {statement}", values)
        return "\n".join(str(line) for line in cursor.fetchall())


def test_what_is_over_goes_with_the_next_write_of_the_clinic(clinic, regimen):
    today = clinic.local(timezone.now()).date()
    past = row(regimen, "withheld", today - timedelta(days=30), shown_until=today)
    going = row(regimen, "withheld", today, shown_until=today + timedelta(days=1))
    elsewhere = regimen_of()
    step_of(elsewhere)
    assert WorklistRow.objects.filter(pk=past.pk).exists()
    other = regimen_of(PatientFactory(clinic=clinic), medicine_of(clinic, "x"))
    assert not WorklistRow.objects.filter(pk=past.pk).exists()
    assert WorklistRow.objects.filter(pk=going.pk).exists()
    projection.refresh([other.regimen])


def test_rows_that_stay_as_they_are_are_not_written_anew(regimen):
    step_of(regimen)
    before = set(WorklistRow.objects.values_list("pk", flat=True))
    projection.refresh([regimen.regimen])
    assert set(WorklistRow.objects.values_list("pk", flat=True)) == before
