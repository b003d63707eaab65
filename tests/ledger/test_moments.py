"""What `?known=` names: a day, a time or an entry, as the one entry number where a reader stops."""

from copy import deepcopy
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger import moments
from ledger.models import Entry
from ledger.moments import NoSuchMoment
from patients import actions
from tests.factories import ClinicFactory, IdentityFactory, member

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 16, 12, tzinfo=UTC)
TIMES = [
    datetime(2026, 3, 9, 23, 59, 59, tzinfo=UTC),
    datetime(2026, 3, 10, 0, 0, tzinfo=UTC),
    datetime(2026, 3, 10, 0, 0, tzinfo=UTC),
    datetime(2026, 3, 10, 14, 30, tzinfo=UTC),
    datetime(2026, 3, 28, 23, 30, tzinfo=UTC),  # 23:30 in winter; the clocks go forward at 01:00
    datetime(2026, 3, 29, 0, 30, tzinfo=UTC),
    datetime(2026, 6, 30, 22, 59, 59, 999999, tzinfo=UTC),  # 23:59 in summer
    datetime(2026, 6, 30, 23, 0, tzinfo=UTC),
    datetime(2026, 10, 25, 0, 30, tzinfo=UTC),  # 01:30, the first time
    datetime(2026, 10, 25, 1, 30, tzinfo=UTC),  # 01:30, the second time
    NOW,
]


@pytest.fixture(scope="module")
def made_clinic(module_db):
    """A clinic on London's clock with an entry of each of the times above."""
    clinic = ClinicFactory(is_demo=True, time_zone="Europe/London")
    by = member(clinic)
    for at in TIMES:
        actions.add_patient(clinic=clinic, identity=IdentityFactory(), by=by, recorded_at=at)
    return clinic


@pytest.fixture
def clinic(made_clinic, db):
    return deepcopy(made_clinic)


def number_of(text: str, clinic, now: datetime = NOW) -> int:
    return moments.known(text, clinic, now).number


def test_no_moment_is_today_and_asks_the_database_nothing(clinic):
    with CaptureQueriesContext(connection) as asked:
        assert moments.known(None, clinic, NOW) is None
    assert len(asked) == 0


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("2026-03-09", 1),
        ("2026-03-10", 4),
        ("2026-03-11", 4),
        ("2026-03-28", 5),
        ("2026-06-30", 7),
        ("2026-07-01", 8),
        ("2026-11-15", 10),
        ("2026-11-16", 11),
        ("2026-03-10T00:00", 3),
        ("2026-03-10T14:29", 3),
        ("2026-03-10T14:30", 4),
        ("2026-03-10T14:30:00", 4),
        ("2026-03-10T14:29:59.999999", 3),
        ("2026-07-01T00:00", 8),
        ("2026-06-30T23:59:59.999998", 6),
        ("2026-07-01T00:00+01:00", 8),
        ("2026-07-01T00:00+0100", 8),
        ("2026-06-30T23:00Z", 8),
        ("2026-06-30T23:00+00:00", 8),
        ("2026-06-30T23:00 00:00", 8),
        ("2026-06-30T18:00-05:00", 8),
        ("2026-10-25T01:30+01:00", 9),
        ("2026-10-25T01:30+00:00", 10),
        ("2026-10-25T00:59", 8),
        ("2026-10-25T02:00", 10),
        ("2026-03-29T02:00", 6),
        ("1", 1),
        ("11", 11),
    ],
)
def test_a_moment_is_the_number_of_the_newest_entry_by_then(clinic, text, number):
    with CaptureQueriesContext(connection) as asked:
        assert number_of(text, clinic) == number
    assert len(asked) == 1


def test_a_moment_has_the_digest_of_its_entry_and_the_clinics_clock(clinic):
    day = moments.known("2026-06-30", clinic, NOW)
    entry = moments.known("7", clinic, NOW)
    assert day.digest == entry.digest == Entry.objects.get(clinic=clinic, number=7).digest
    assert (day.at.isoformat(), day.is_day) == ("2026-06-30T23:59:59.999999+01:00", True)
    assert (entry.at.isoformat(), entry.is_day) == ("2026-06-30T23:59:59.999999+01:00", False)


def test_the_address_of_a_moment_names_it_again(clinic):
    for text in ("7", "2026-03-10", "2026-07-01T00:00+01:00"):
        query = moments.known(text, clinic, NOW).query
        assert query == f"?known={text.replace('+', '%2B').replace(':', '%3A')}"


def test_today_holds_what_is_recorded_so_far(clinic):
    assert number_of("2026-11-16", clinic, NOW - timedelta(hours=1)) == 10
    assert moments.known("2026-11-16", clinic, NOW).at == NOW


def test_days_are_those_of_the_clinic(clinic):
    clinic.time_zone = "Pacific/Kiritimati"
    assert number_of("2026-03-10", clinic) == 3


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "“known” is the number of an entry"),
        ("0", "“known” is the number of an entry"),
        ("-1", "“known” is the number of an entry"),
        ("1.5", "“known” is the number of an entry"),
        ("٣", "“known” is the number of an entry"),
        (" 3", "“known” is the number of an entry"),
        ("yesterday", "“known” is the number of an entry"),
        ("10-03-2026", "“known” is the number of an entry"),
        ("2026-02-30", "“known” is the number of an entry"),
        ("2026-03-10T25:00", "“known” is the number of an entry"),
        ("2026-03-10T14", "“known” is the number of an entry"),
        ("2026-03-10T14:30+99:00", "“known” is the number of an entry"),
        ("9999-12-31", "“known” is the number of an entry"),
        ("0001-01-01T00:00+14:00", "“known” is the number of an entry"),
        ("0000-01-01", "“known” is the number of an entry"),
        ("2026-03-10'; DROP TABLE ledger_entry", "“known” is the number of an entry"),
        ("12", "The newest entry of this clinic’s ledger is 11."),
        ("999999999999999999", "The newest entry of this clinic’s ledger is 11."),
        ("2026-03-08", "had no entry yet by then"),
        ("0001-01-01", "had no entry yet by then"),
        ("2026-11-17", "This moment has not come yet."),
        ("2026-11-16T12:01", "This moment has not come yet."),
        ("2026-03-29T01:30", "this time does not exist"),
        ("2026-10-25T01:30", "2026-10-25T01:30+01:00 or 2026-10-25T01:30+00:00."),
    ],
)
def test_what_is_no_moment_says_what_to_type(clinic, text, words):
    with pytest.raises(NoSuchMoment) as refused:
        moments.known(text, clinic, NOW)
    assert words in str(refused.value)


def test_a_clinic_without_entries_has_no_moments():
    clinic = ClinicFactory()
    for text in ("1", "2026-03-10"):
        with pytest.raises(NoSuchMoment):
            moments.known(text, clinic, NOW)


def test_other_clinics_entries_do_not_count(clinic):
    other = ClinicFactory(is_demo=True)
    by = member(other)
    actions.add_patient(clinic=other, identity=IdentityFactory(), by=by, recorded_at=TIMES[-1])
    assert number_of("2026-11-16", other) == 1
    with pytest.raises(NoSuchMoment):
        moments.known("2026-03-10", other, NOW)


@given(
    gaps=st.lists(st.integers(0, 3), min_size=1, max_size=12),
    asked=st.integers(0, 40),
    zone=st.sampled_from(["Europe/London", "Pacific/Kiritimati", "America/St_Johns"]),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_time_is_the_last_entry_not_after_it(gaps, asked, zone):
    clinic = ClinicFactory(is_demo=True, time_zone=zone)
    start = datetime(2026, 3, 10, tzinfo=UTC)
    recorded = [start + timedelta(minutes=sum(gaps[: n + 1])) for n in range(len(gaps))]
    Entry.objects.bulk_create(entry(clinic, n, at) for n, at in enumerate(recorded, start=1))
    at = start + timedelta(minutes=asked - 2)
    expected = [number for number, when in enumerate(recorded, start=1) if when <= at]

    try:
        found = number_of(at.isoformat(), clinic)
    except NoSuchMoment:
        found = None

    assert found == (expected[-1] if expected else None)


def entry(clinic, number: int, at: datetime) -> Entry:
    by = clinic.memberships.first()
    person = by.user if by else member(clinic)
    return Entry(
        clinic=clinic,
        number=number,
        kind="note",
        subject=clinic.uuid,
        form="note/1",
        content_digest="0" * 64,
        previous_digest="0" * 64,
        digest=f"{number:064x}",
        recorded_by=person,
        recorded_by_name=person.name,
        recorded_at=at,
        time_zone=clinic.time_zone,
        submission=clinic.uuid,
        position=0,
    )


def test_the_end_of_a_day_is_where_the_next_begins():
    clinic = ClinicFactory.build(time_zone="Europe/London")
    assert moments.end_of(date(2026, 3, 28), clinic.zone).isoformat() == (
        "2026-03-28T23:59:59.999999+00:00"
    )
    assert moments.end_of(date(2026, 3, 29), clinic.zone).isoformat() == (
        "2026-03-29T23:59:59.999999+01:00"
    )
