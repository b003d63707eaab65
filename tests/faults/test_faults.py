"""Every fault, for the seconds that a run of all tests has for it; by hand they run for long."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from conftest import IN_CI
from tests.faults.faults import BY_HAND, FAULTS, Unfit, load

# SQLite has no connection that could be cut.
MARKS = {"cut_commit": pytest.mark.only_on("postgresql")}


def test_every_fault_is_on_the_list() -> None:
    modules = Path(__file__).parent.glob("*.py")
    assert {path.stem for path in modules if "\ndef run(" in path.read_text()} == {
        *FAULTS,
        *BY_HAND,
    }


@pytest.mark.parametrize("name", [pytest.param(n, marks=MARKS.get(n, ())) for n in FAULTS])
def test_the_record_outlives(name: str, own_database: str) -> None:
    try:
        assert load(name).run(is_long=False)
    except Unfit as unfit:
        (pytest.fail if IN_CI else pytest.skip)(str(unfit))
    call_command("verify", stdout=StringIO())
