"""The same story gives the same digests: on both engines, and after a dump and its restore.

golden.xml is the story as `dumpdata` wrote it on SQLite when checkpoints were new. It is never made
anew: what it holds stands for the records of clinics, whose digests no later version changes.
(Dumped as XML: Django's JSON cuts the microseconds of a time, and the digests tell.)
"""

from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection

from access.models import AccessEvent
from ledger.models import AccessSeal, Entry, Head
from tests.ledger.damage import findings, unguarded
from tests.ledger.golden import tell

pytestmark = pytest.mark.django_db

DUMP = Path(__file__).parent / "golden.xml"
APPS = ("access", "ledger", "patients", "titration")
DUMPED = (
    "bea79abd2c7350a128482ef503c7c8de3ea81b74e216f8d0e111ae7613565c56",
    "35df1199dc4ab9da73672cf12e812396e192b5e42fb3c5f7526b6f1424fcfbc7",
)
TOLD = DUMPED
"""What the story gives when it is told now. Other than DUMPED once the actions write otherwise."""


def heads() -> tuple[str, str]:
    """How the chain of the one clinic ends, and that of the seals."""
    return Head.objects.get().digest, AccessSeal.objects.get().digest


def test_the_story_gives_its_digests_on_this_engine():
    tell()
    assert heads() == TOLD
    assert findings() == []


def test_a_dump_from_sqlite_verifies_on_this_engine():
    with unguarded():
        call_command("loaddata", DUMP, verbosity=0)
        assert heads() == DUMPED
        assert findings() == []
        assert (Entry.objects.count(), AccessEvent.objects.count()) == (10, 3)


def test_a_dump_of_this_engine_verifies_when_it_is_restored(tmp_path):
    tell()
    call_command("dumpdata", *APPS, output=tmp_path / "dump.xml", format="xml", verbosity=0)
    with unguarded():
        for table in connection.introspection.django_table_names(only_existing=True):
            if table.split("_")[0] in APPS:
                connection.cursor().execute(f'DELETE FROM "{table}"')
        assert not Entry.objects.exists()
        call_command("loaddata", tmp_path / "dump.xml", verbosity=0)
        assert heads() == TOLD
        assert findings() == []
