"""A clinic's measures: what the list takes, its versions, the starting list, its pages."""

from decimal import Decimal
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext

from access.models import Role
from ledger.models import Entry
from ledger.writing import AlreadySuperseded
from tests.factories import ClinicFactory, member
from tests.titration.factories import measure_of
from titration import actions
from titration.models import CodeSystem, MeasureVersion
from titration.policies import RuleBroken

pytestmark = pytest.mark.django_db

LIST = "/measures/"
NEW = "/measures/new/"


@pytest.fixture
def clinic():
    return ClinicFactory()


@pytest.fixture
def administrator(clinic, client):
    person = member(clinic, Role.ADMINISTRATOR)
    client.force_login(person)
    return person


def typed(**fields):
    return {
        "submission": str(uuid4()),
        "name": "Grip strength",
        "kind": "number",
        "unit": "kg",
        "lowest": "1",
        "highest": "90",
        "sites": "hand\nthumb",
        "has_side": "on",
        "code_system": "",
        "in_use": "on",
        **fields,
    }


def test_a_measure_is_recorded_as_typed(client, clinic, administrator):
    client.post(NEW, typed())
    version = MeasureVersion.objects.get()
    assert version.measure.clinic == clinic
    assert (version.name, version.kind, version.unit) == ("Grip strength", "number", "kg")
    assert (version.lowest, version.highest) == (Decimal(1), Decimal(90))
    assert (version.sites, version.has_side, version.code) == (["hand", "thumb"], True, "")


def test_sending_the_form_twice_records_once(client, administrator):
    once = typed()
    assert client.post(NEW, once).status_code == client.post(NEW, once).status_code == 302
    assert MeasureVersion.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"name": ""}, "Write the name of the measure."),
        ({"kind": "choice", "choices": "0\n1"}, "Only a number has a unit"),
        ({"labels": "upper"}, "Write two different names"),
        ({"lowest": "91"}, "The highest figure is below the lowest one."),
        ({"lowest": "1.50"}, "Write no nought after the last figure"),
        ({"code_system": "loinc"}, "A code and whose code it is belong together."),
        ({"part_codes": "8480-6"}, "Write one code for each of the two figures."),
    ],
)
def test_what_cannot_be_written_down_by_is_refused_beside_its_field(
    client, administrator, fields, says
):
    page = client.post(NEW, typed(**fields))
    assert "Not yet recorded" in page.text
    if says.startswith("Write no nought"):
        assert "field-error" in page.text
    else:
        assert says in page.text
    assert not Entry.objects.exists()


def test_a_list_to_choose_from_has_two_choices(clinic, administrator):
    text = actions.MeasureText("Gait", "choice", choices=("alone",))
    with pytest.raises(RuleBroken, match="at least two choices"):
        actions.add_measure(clinic=clinic, text=text, by=administrator)
    assert not Entry.objects.exists()


def test_a_name_comes_once_in_a_clinic(client, clinic, administrator):
    twin = measure_of(clinic, "GRIP  strength")
    page = client.post(NEW, typed())
    assert f'href="/measures/{twin.measure_id}/"' in page.text
    assert MeasureVersion.objects.count() == 1


def test_a_change_is_a_new_version_and_the_old_one_is_read(client, clinic, administrator):
    version = measure_of(clinic, "Weight")
    url = f"/measures/{version.measure_id}/"
    client.post(f"{url}edit/", typed(name="Body weight", entry=str(version.pk)))
    page = client.get(url).text
    assert "Earlier versions" in page
    assert "Body weight" in page


def test_of_two_changes_at_once_the_second_sees_both(client, clinic, administrator):
    version = measure_of(clinic, "Weight")
    text = actions.MeasureText("Weight, dressed", "number", unit="kg")
    actions.revise_measure(measure=version.measure, seen=version.entry, text=text, by=administrator)
    url = f"/measures/{version.measure_id}/edit/"
    page = client.post(url, typed(name="Weight, bare", entry=str(version.pk)))
    assert page.status_code == 409
    assert "Weight, dressed" in page.text
    assert "Weight, bare" in page.text
    assert MeasureVersion.objects.count() == 2
    with pytest.raises(AlreadySuperseded):
        actions.revise_measure(
            measure=version.measure, seen=version.entry, text=text, by=administrator
        )


def test_only_an_administrator_changes_the_list(clinic):
    by = member(clinic, Role.PRESCRIBER)
    with pytest.raises(PermissionDenied):
        actions.add_measures(clinic=clinic, texts=actions.STARTING_LIST, by=by)
    assert not Entry.objects.exists()


def test_the_starting_list_is_put_on_in_one_click(client, clinic, administrator):
    page = client.post(f"{LIST}starting-list/", {"clinic": clinic.pk}, follow=True)
    assert "Modified Ashworth Scale" in page.text
    assert MeasureVersion.objects.count() == len(actions.STARTING_LIST)
    assert Entry.objects.values("submission").distinct().count() == 1


def test_the_starting_list_leaves_names_that_are_there(client, clinic, administrator):
    mine = measure_of(clinic, "Weight", unit="stone")
    client.post(f"{LIST}starting-list/", {"clinic": clinic.pk})
    assert MeasureVersion.objects.count() == len(actions.STARTING_LIST)
    assert MeasureVersion.objects.get(name="Weight") == mine
    page = client.post(f"{LIST}starting-list/", {"clinic": clinic.pk}, follow=True)
    assert "has all of these measures already" in page.text
    assert MeasureVersion.objects.count() == len(actions.STARTING_LIST)


def test_every_code_of_the_starting_list_has_its_check_digit():
    """LOINC's are by the Luhn algorithm: a slip in one of their digits is found."""
    for text in actions.STARTING_LIST:
        assert text.code_system in ("", CodeSystem.LOINC)
        for code in filter(None, (text.code, *text.part_codes)):
            digits, _dash, check = code.partition("-")
            doubled = [int(d) * (2 - n % 2) for n, d in enumerate(reversed(digits))]
            total = sum(d - 9 if d > 9 else d for d in doubled)
            assert int(check) == -total % 10, text.name


def queries(client, url: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def test_the_list_asks_as_much_however_long_it_is(client, clinic, administrator):
    measure_of(clinic, by=administrator)
    few = queries(client, LIST)
    actions.add_measures(clinic=clinic, texts=actions.STARTING_LIST, by=administrator)
    assert queries(client, LIST) == few
