"""What is remembered is what would be made anew: as long as what it was made of reads the same."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from access.models import Clinic
from ledger import reread
from ledger.reread import Hold, Made, Memory, hold
from tests.factories import ClinicFactory

NOW = datetime(2026, 11, 16, 14, 31, 20, tzinfo=UTC)
ALWAYS = Hold(NOW - timedelta(days=1), NOW + timedelta(days=1))


class Names:
    """Words of the names of clinics, which count how often they are made."""

    def __init__(self, holds: Hold = ALWAYS) -> None:
        self.made = 0
        self.holds = holds

    def __call__(self) -> Made[str]:
        self.made += 1
        return Made(
            ", ".join(Clinic.objects.order_by("pk").values_list("name", flat=True)), self.holds
        )


@pytest.fixture
def two_clinics(db) -> list[Clinic]:
    return [ClinicFactory(name="Riverside"), ClinicFactory(name="Hillside")]


@pytest.fixture
def names(two_clinics) -> Names:
    return Names()


def read(names: Names, now: datetime = NOW, key: str = "names") -> str:
    """As pages do, without the comparison that every other test has."""
    return reread.remembered.__wrapped__(key, now, names).words


def test_what_reads_the_same_is_not_made_anew(names):
    assert [read(names), read(names)] == ["Riverside, Hillside"] * 2
    assert names.made == 1


def test_what_is_remembered_is_read_each_time(names):
    read(names)
    with CaptureQueriesContext(connection) as asked:
        read(names)
    assert len(asked) == 1
    assert "access_clinic" in asked[0]["sql"]


def test_what_is_changed_past_every_action_shows_at_once(names, two_clinics):
    read(names)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE access_clinic SET name = 'Lakeside' WHERE name = 'Hillside'")
    assert read(names) == "Riverside, Lakeside"


def test_what_is_added_and_what_is_removed_shows_at_once(names, two_clinics):
    read(names)
    added = ClinicFactory(name="Seaside")
    assert read(names) == "Riverside, Hillside, Seaside"
    added.delete()
    two_clinics[1].delete()
    assert read(names) == "Riverside"


def test_a_text_and_none_are_told_apart(two_clinics):
    """Each row of the answer is compared, not what its texts are run together."""
    one, other = two_clinics
    other.delete()
    columns = Clinic.objects.values_list("name", "telephone")
    make = lambda: Made(repr(list(columns.all())), ALWAYS)  # noqa: E731
    said = set()
    for name, telephone in (("a,b", "c"), ("a", "b,c"), ("(a", "b)"), ('a"', "b"), ("a\nb", "")):
        Clinic.objects.filter(pk=one.pk).update(name=name, telephone=telephone)
        words = reread.remembered.__wrapped__("columns", NOW, make).words
        assert words == repr([(name, telephone)])
        said.add(words)
    assert len(said) == 5


def test_words_are_of_one_language(names, monkeypatch):
    for language in ("en-gb", "pl"):
        monkeypatch.setattr(reread, "get_language", lambda language=language: language)
        read(names)
    assert names.made == 2


def test_words_are_of_one_key(names):
    read(names)
    read(names, key="others")
    assert names.made == 2


@pytest.mark.parametrize("now", [ALWAYS.since - timedelta(seconds=1), ALWAYS.until])
def test_words_hold_for_their_time_only(names, now):
    read(names)
    read(names, now)
    assert names.made == 2


def test_what_fails_is_not_remembered(names):
    def fail():
        raise LookupError

    for _time in range(2):
        with pytest.raises(LookupError):
            reread.remembered.__wrapped__("names", NOW, fail)
    assert read(names) == "Riverside, Hillside"


def test_what_writes_is_refused_before_it_does(names, two_clinics):
    def write():
        with connection.cursor() as cursor:
            cursor.execute("UPDATE access_clinic SET name = 'Nowhere'")

    with pytest.raises(RuntimeError, match="by reading alone"):
        reread.remembered.__wrapped__("names", NOW, write)
    assert read(names) == "Riverside, Hillside"


def test_what_reads_nothing_is_remembered(db):
    made = []
    make = lambda: made.append(1) or Made("words", ALWAYS)  # noqa: E731
    for _time in range(2):
        assert reread.remembered.__wrapped__("nothing", NOW, make).words == "words"
    assert len(made) == 1


@pytest.mark.parametrize(("sql", "values"), [("SELECT 7 % 4", None), ("SELECT 7 %% 4", ())])
def test_a_query_without_values_is_asked_again_as_it_was(db, sql, values):
    def make() -> Made[str]:
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            return Made(str(cursor.fetchone()), ALWAYS)

    assert [reread.remembered.__wrapped__(sql, NOW, make).words for _time in range(2)] == [
        "(3,)"
    ] * 2


def test_words_and_rows_are_of_one_moment(own_database):
    """Somebody else writes between the making and the reading that is kept beside it."""
    ClinicFactory(name="Riverside")
    names = Names()

    def make():
        made = names()
        elsewhere(lambda: Clinic.objects.update(name="Lakeside"))
        return made

    assert reread.remembered.__wrapped__("names", NOW, make).words == "Riverside"
    assert connection.get_autocommit()
    assert [read(names), read(names)] == ["Lakeside"] * 2
    assert names.made == 2


def test_no_transaction_is_left_open_by_what_fails(own_database):
    def fail():
        Clinic.objects.count()
        raise LookupError

    with pytest.raises(LookupError):
        reread.remembered.__wrapped__("names", NOW, fail)
    ClinicFactory(name="Seaside")
    assert elsewhere(lambda: read(Names())) == "Seaside"


def elsewhere(do):
    """Do it on a connection of its own, which is committed and closed."""

    def close_after():
        try:
            return do()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(close_after).result()


# How long words hold


def test_a_day_begins_with_a_quarter_of_an_hour_in_every_time_zone():
    for name in sorted(available_timezones()):
        zone = ZoneInfo(name)
        for month in range(1, 13):
            midnight = datetime(2026, month, 16, tzinfo=zone)
            assert hold(midnight).since == midnight, name


def test_a_hold_begins_at_its_moment_or_before_and_ends_after():
    assert hold(NOW) == (NOW.replace(minute=30, second=0), NOW.replace(minute=45, second=0))
    assert hold(NOW, is_clocked=True) == (
        NOW.replace(minute=31, second=0),
        NOW.replace(minute=32, second=0),
    )


# The memory


def kept(memory: Memory, key: str, size: int, until: datetime = ALWAYS.until) -> int:
    made = Made("x" * size, Hold(ALWAYS.since, until))
    memory.put(key, reread._Kept(made, (), ()), NOW)
    return memory.bytes


def test_a_memory_lets_go_of_what_was_asked_for_longest_ago():
    memory = Memory(3500)
    for key in "abc":
        kept(memory, key, 1000)
    assert memory.get("a", NOW)
    kept(memory, "d", 1000)
    assert [key for key in "abcd" if memory.get(key, NOW)] == ["a", "c", "d"]
    assert memory.bytes <= 3500


def test_a_memory_lets_go_of_what_holds_no_longer():
    memory = Memory(10_000)
    kept(memory, "a", 1000, until=NOW)
    kept(memory, "b", 1000)
    assert len(memory) == 1


def test_what_is_larger_than_a_memory_is_not_kept():
    memory = Memory(3500)
    assert kept(memory, "a", 5000) == 0
    assert len(memory) == 0


def test_what_is_kept_anew_is_counted_once():
    memory = Memory(10_000)
    assert kept(memory, "a", 1000) == kept(memory, "a", 1000)
