"""What a page shows of somebody, and whether the access event of the request names them."""

import pytest
from django.test import Client

from access.models import AccessedPatient, AccessEvent, Role
from patients.models import PatientVersion
from tests.access.test_access_matrix import WORK
from tests.access.world import new_world

pytestmark = pytest.mark.django_db

# Told to the browser that waits for its own answer, again and again: how far that is.
WITHOUT_AN_EVENT = {"import-progress"}


def test_whoever_a_page_shows_is_named_in_its_event_and_no_page_is_kept():
    """Their family names are looked for in all that comes, headers of files too."""
    world = new_world()
    names: dict[str, set] = {}
    for version in PatientVersion.objects.all():
        names.setdefault(version.family_name.lower(), set()).add(version.patient_id)
    client = Client()
    client.force_login(world.people[Role.PRESCRIBER])
    wrong = {}
    for name, (path, _by_get, by_post) in WORK.items():
        for send in [client.get, *([] if by_post.startswith("405") else [client.post])]:
            last = AccessEvent.objects.latest("pk").pk if AccessEvent.objects.exists() else 0
            answer = send(world.address(path))
            told = f"{answer.headers} {answer.getvalue().decode(errors='replace')}".lower()
            events = AccessEvent.objects.filter(pk__gt=last)
            seen = AccessedPatient.objects.filter(event__in=events)
            named = set(seen.values_list("patient", flat=True))
            unnamed = [each for each, keys in names.items() if each in told and not keys & named]
            is_written = events.exists() or name in WITHOUT_AN_EVENT or answer.status_code == 405
            if unnamed or not is_written or "no-store" not in answer["Cache-Control"]:
                wrong[name, send.__name__] = answer.status_code, unnamed, is_written
    assert len(names) >= 4
    assert wrong == {}
