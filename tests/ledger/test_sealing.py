"""Sealed access events: which are sealed, and what was done to them is found."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from access.models import AccessedPatient, AccessEvent
from ledger import canonical, sealing, verification
from ledger.models import AccessSeal
from ledger.verification import Damage
from tests.factories import ClinicFactory, UserFactory
from tests.ledger.damage import checkpoint, unguarded

pytestmark = pytest.mark.django_db

NOW = timezone.now()


@pytest.fixture
def no_guards(db):
    with unguarded():
        yield


def event(minutes: float = 60, patients: int = 0, **columns) -> AccessEvent:
    """An event of so many minutes ago that showed so many patients."""
    made = AccessEvent.objects.create(at=NOW - timedelta(minutes=minutes), kind="view", **columns)
    AccessedPatient.objects.bulk_create(
        AccessedPatient(event=made, patient=uuid4()) for _n in range(patients)
    )
    return made


def found(notes=()) -> list[Damage]:
    return [finding.damage for finding in verification.access(notes)]


# Which are sealed.


def test_events_are_sealed_in_a_chain_of_batches(monkeypatch):
    monkeypatch.setattr(sealing, "AT_ONCE", 2)
    events = [event(patients=n) for n in range(5)]
    assert sealing.seal(NOW) == 5
    seals = list(AccessSeal.objects.order_by("number"))
    assert [(s.number, s.first_event, s.last_event, s.count) for s in seals] == [
        (1, events[0].pk, events[1].pk, 2),
        (2, events[2].pk, events[3].pk, 2),
        (3, events[4].pk, events[4].pk, 1),
    ]
    assert [s.previous_digest for s in seals] == [canonical.NO_ENTRY, *(s.digest for s in seals)][
        :3
    ]
    assert found() == []


def test_sealing_again_seals_what_is_new():
    event()
    assert sealing.seal(NOW) == 1
    assert sealing.seal(NOW) == 0
    event()
    assert sealing.seal(NOW) == 1
    assert found() == []


def test_young_events_wait():
    event(minutes=6)
    event(minutes=4)
    assert sealing.seal(NOW) == 1
    assert sealing.seal(NOW + timedelta(minutes=2)) == 1


def test_nothing_after_a_young_event_is_sealed():
    """The clocks of two servers differ: the later number may bear the earlier time."""
    event(minutes=4)
    event(minutes=6)
    assert sealing.seal(NOW) == 0


def test_an_event_of_a_time_far_ahead_holds_nothing_up():
    ahead = event(minutes=-60)
    event(minutes=6)
    assert sealing.seal(NOW) == 2
    [finding] = verification.access()
    assert finding.damage == Damage.ACCESS_AHEAD
    assert finding.says == f"access event {ahead.pk:,} bears a time that has not come."


def test_an_event_of_a_time_far_ahead_is_no_old_one():
    event(minutes=-60)
    assert sealing.seal(NOW) == 0
    assert found() == [Damage.ACCESS_AHEAD]


def test_an_event_of_a_clock_that_is_a_little_ahead_waits():
    event(minutes=-4)
    event(minutes=6)
    assert sealing.seal(NOW) == 0
    assert found() == []


def test_events_from_the_spool_wait_for_one_that_was_written_at_once():
    """They bear an old time, so it says nothing of what else is on its way."""
    event(minutes=600, spooled=uuid4())
    assert sealing.seal(NOW) == 0
    event(minutes=6)
    assert sealing.seal(NOW) == 2
    assert found() == []


def test_what_is_not_sealed_yet_may_still_come():
    event(minutes=6)
    sealing.seal(NOW)
    event(minutes=1)
    assert found() == []


def test_two_who_seal_at_once_seal_each_event_once(monkeypatch):
    """The other one comes in between: after what is waiting was read, before it is sealed."""
    monkeypatch.setattr(sealing, "AT_ONCE", 2)
    for _n in range(3):
        event()
    digest, others = sealing.batch_digest, []

    def meanwhile(*stretch):
        if not others:
            others.append(None)
            others.append(sealing.seal(NOW))
        return digest(*stretch)

    monkeypatch.setattr(sealing, "batch_digest", meanwhile)
    assert sealing.seal(NOW) == 0
    assert others == [None, 3]
    assert [seal.count for seal in AccessSeal.objects.order_by("number")] == [2, 1]
    assert found() == []


# What is found.


@pytest.fixture
def sealed(monkeypatch, no_guards) -> list[AccessEvent]:
    monkeypatch.setattr(sealing, "AT_ONCE", 2)
    events = [
        event(patients=2, user=UserFactory(), clinic=ClinicFactory(), route="patient", method="GET")
        for _n in range(6)
    ]
    sealing.seal(NOW)
    assert found() == []
    return events


def test_the_reader_is_told_how_many_events_were_read(sealed):
    read = []
    assert list(verification.access(tell=read.append)) == []
    assert sum(read) == 6


def test_an_edited_event_is_found_by_its_batch(sealed):
    AccessEvent.objects.filter(pk=sealed[3].pk).update(user=UserFactory())
    [finding] = verification.access()
    assert finding.damage == Damage.ACCESS_EDITED
    assert f"access events {sealed[2].pk:,} to {sealed[3].pk:,}: one of them" in finding.says


def test_an_edited_patient_of_an_event_is_found(sealed):
    shown = AccessedPatient.objects.filter(event=sealed[0])[0]
    AccessedPatient.objects.filter(pk=shown.pk).update(patient=uuid4())
    assert found() == [Damage.ACCESS_EDITED]


def test_a_patient_taken_from_an_event_is_found(sealed):
    AccessedPatient.objects.filter(event=sealed[0])[:1].get().delete()
    assert found() == [Damage.ACCESS_EDITED]


@pytest.mark.parametrize("place", [0, 1, 3, 5])
def test_a_deleted_event_is_found(sealed, place):
    AccessedPatient.objects.filter(event=sealed[place])._raw_delete("default")
    AccessEvent.objects.filter(pk=sealed[place].pk)._raw_delete("default")
    [finding] = verification.access()
    assert finding.damage == Damage.ACCESS_MISSING
    assert "2 were sealed, 1 are here" in finding.says


def test_an_event_that_comes_late_is_found_and_said_to_be(sealed):
    """A number given out long ago, committed after its range was sealed."""
    late = sealed[2]
    AccessSeal.objects.all()._raw_delete("default")
    kept = AccessedPatient.objects.filter(event=late)
    patients = list(kept.values_list("patient", flat=True))
    kept._raw_delete("default")
    AccessEvent.objects.filter(pk=late.pk)._raw_delete("default")
    sealing.seal(NOW)
    late.save(force_insert=True)
    AccessedPatient.objects.bulk_create(
        AccessedPatient(event=late, patient=patient) for patient in patients
    )
    [finding] = verification.access()
    assert finding.damage == Damage.ACCESS_ADDED
    assert "came more than five minutes late" in finding.says


def test_an_event_put_before_all_others_is_found(sealed):
    AccessEvent.objects.create(pk=-5, at=NOW, kind="view")
    assert found() == [Damage.ACCESS_ADDED]


def test_an_event_put_between_two_batches_is_found(sealed):
    first, gap = sealed[1].pk, sealed[2].pk
    AccessSeal.objects.all()._raw_delete("default")
    for table, column in ((AccessedPatient, "event"), (AccessEvent, "pk")):
        table.objects.filter(**{f"{column}__gte": gap})._raw_delete("default")
    AccessEvent.objects.create(pk=first + 100, at=NOW - timedelta(hours=1), kind="view")
    AccessEvent.objects.create(pk=first + 101, at=NOW - timedelta(hours=1), kind="view")
    sealing.seal(NOW)
    AccessEvent.objects.create(pk=first + 50, at=NOW, kind="view")
    assert found() == [Damage.ACCESS_ADDED]


def test_an_edited_seal_is_found(sealed):
    AccessSeal.objects.filter(number=2).update(sealed_at=NOW - timedelta(days=1))
    assert found() == [Damage.SEAL]


def test_a_missing_seal_is_found(sealed):
    AccessSeal.objects.filter(number=2)._raw_delete("default")
    assert found() == [Damage.SEAL]


def test_a_seal_written_anew_is_found_by_the_one_after_it(sealed):
    seal = AccessSeal.objects.get(number=2)
    seal.sealed_at -= timedelta(days=1)
    seal.digest = seal.made_digest()
    seal.save()
    assert found() == [Damage.SEAL]


def test_missing_last_seals_are_found_by_a_checkpoint_alone(sealed):
    notes = [note for note in checkpoint() if note.clinic is None]
    assert found(notes) == []
    AccessSeal.objects.filter(number=3)._raw_delete("default")
    assert found() == []
    assert found(notes) == [Damage.STALE]


def test_seals_written_anew_are_found_by_a_checkpoint_alone(sealed):
    notes = [note for note in checkpoint() if note.clinic is None]
    AccessEvent.objects.filter(pk=sealed[0].pk).update(route="elsewhere")
    AccessSeal.objects.all()._raw_delete("default")
    sealing.seal(NOW)
    assert found() == []
    assert found(notes) == [Damage.REWRITTEN]
