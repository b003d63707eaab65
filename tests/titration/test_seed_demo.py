"""`manage.py seed_demo`: once, all or nothing, never over real data, and it says how to sign in."""

import pytest
from django.core.management import CommandError, call_command

from access.models import Clinic, User
from ledger.models import Entry
from titration.demo import building, others
from titration.demo.people import PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def one_story(monkeypatch: pytest.MonkeyPatch) -> None:
    """The shortest story is enough to see what the command does."""
    monkeypatch.setattr(building, "STORIES", [others.nothing_yet])


def seed(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    call_command("seed_demo", *arguments)
    return capsys.readouterr().out


def test_it_prints_every_sign_in_and_the_password(capsys) -> None:
    out = seed(capsys)
    assert PASSWORD in out
    assert all(email in out for email in User.objects.values_list("email", flat=True))


def test_people_sign_in_with_the_password_printed(client, capsys) -> None:
    seed(capsys)
    assert client.login(email="lind@riverside.example", password=PASSWORD)


def test_it_adds_nothing_when_the_demonstration_is_there(capsys) -> None:
    first = seed(capsys)
    before = Entry.objects.count(), User.objects.count(), Clinic.objects.count()
    assert seed(capsys) == first
    assert (Entry.objects.count(), User.objects.count(), Clinic.objects.count()) == before


def test_it_refuses_when_a_real_clinic_exists(capsys) -> None:
    Clinic.objects.create(name="Real")
    with pytest.raises(CommandError, match="real clinic"):
        seed(capsys)
    assert not Entry.objects.exists()
    assert not User.objects.exists()


def test_it_wants_a_password_of_its_own_without_local(settings, capsys) -> None:
    settings.LOCAL = False
    with pytest.raises(CommandError, match="--password"):
        seed(capsys)
    assert not Clinic.objects.exists()


def test_it_keeps_a_password_of_its_own_to_itself(client, settings, capsys) -> None:
    settings.LOCAL = False
    out = seed(capsys, "--password", "seven herons over mud")
    assert "herons" not in out
    assert PASSWORD not in out
    assert client.login(email="osei@riverside.example", password="seven herons over mud")


def test_it_refuses_a_short_password(capsys) -> None:
    with pytest.raises(CommandError, match="12"):
        seed(capsys, "--password", "short")
    assert not Clinic.objects.exists()


def test_it_keeps_nothing_when_a_story_cannot_be_played(monkeypatch, capsys) -> None:
    monkeypatch.setattr(building, "STORIES", [others.nothing_yet, lambda on: 1 / 0])
    with pytest.raises(ZeroDivisionError):
        seed(capsys)
    assert not Clinic.objects.exists()
    assert not User.objects.exists()
