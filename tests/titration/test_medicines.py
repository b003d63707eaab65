"""A clinic's medicine list: who reads and changes it, what it takes, and its versions."""

from uuid import uuid4

import pytest
from django.urls import reverse

from access.models import Role
from ledger.models import Entry
from tests.factories import ClinicFactory, MembershipFactory, member
from tests.titration.factories import medicine_of
from titration import policies
from titration.models import MedicineVersion

pytestmark = pytest.mark.django_db

LIST = "/medicines/"
NEW = "/medicines/new/"


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
        "name": "Baclofen",
        "routes": ["oral", "intrathecal"],
        "units": ["mg", "microgram"],
        "form_names": "tablet\n oral  solution \n\ntablet",
        "strengths": "10 mg\n50 micrograms per mL",
        "products": "Lioresal",
        "in_use": "on",
        **fields,
    }


def test_a_medicine_is_added_as_typed(client, clinic, administrator):
    response = client.post(NEW, typed())
    version = MedicineVersion.objects.get()
    assert response.url == reverse("medicine", args=[version.medicine_id])
    assert version.medicine.clinic == clinic
    assert version.name == "Baclofen"
    assert version.routes == ["oral", "intrathecal"]
    assert version.units == ["mg", "microgram"]
    assert version.forms == ["tablet", "oral solution"]
    assert version.strengths == ["10 mg", "50 micrograms per mL"]
    assert version.products == ["Lioresal"]
    assert version.in_use


def test_sending_the_form_twice_adds_once(client, administrator):
    once = typed()
    assert client.post(NEW, once).status_code == client.post(NEW, once).status_code == 302
    assert MedicineVersion.objects.count() == 1


def test_a_form_sent_before_with_other_content_says_so(client, administrator):
    once = typed()
    client.post(NEW, once)
    response = client.post(NEW, {**once, "name": "Tizanidine"})
    assert "which entry 1 holds" in response.text
    assert MedicineVersion.objects.count() == 1


@pytest.mark.parametrize("name", ["baclofen", "  BACLOFEN ", "Bacłofen"])
def test_a_name_that_is_on_the_list_is_refused_with_a_link(client, clinic, administrator, name):
    there = medicine_of(clinic, "Baclofen")
    response = client.post(NEW, typed(name=name))
    assert reverse("medicine", args=[there.medicine_id]) in response.text
    assert "on the clinic&#x27;s list already" in response.text
    assert MedicineVersion.objects.count() == 1


def test_another_clinic_may_have_the_same_name(client, administrator):
    medicine_of(ClinicFactory(), "Baclofen")
    assert client.post(NEW, typed()).status_code == 302


@pytest.mark.parametrize(
    "strength",
    [
        "10 mg",
        "5 mg per 5 mL",
        "50 micrograms per mL",
        "2,000 micrograms per mL",
        "25 micrograms per hour",
        "1.5 mg per 72 hours",
        "100 micrograms per dose",
        "10 mg/100 mg",
        "25 mg + 100 mg",
        "1 million units per mL",
    ],
)
def test_a_strength_is_a_figure_and_a_unit(strength):
    policies.check_strength(strength)


@pytest.mark.parametrize(
    "strength",
    [
        "10",
        "mg",
        "10mg",
        "10 mcg",
        "10.0 mg",
        "1,5 mg",
        "5 mg/5 mL",
        "1 mg per day",
        "ten mg",
        "٥ mg",
    ],
)
def test_another_strength_is_refused(strength):
    with pytest.raises(policies.RuleBroken) as refused:
        policies.check_strength(strength)
    assert refused.value.field == "strengths"


def test_a_refused_strength_keeps_what_was_typed(client, administrator):
    response = client.post(NEW, typed(strengths="10 mg\n10 mcg"))
    assert "“10 mcg” is not written as a strength." in response.text
    assert "10 mg\n10 mcg</textarea>" in response.text
    assert not Entry.objects.exists()


def test_a_line_that_is_too_long_is_refused(client, administrator):
    assert "is too long" in client.post(NEW, typed(form_names="x" * 81)).text
    assert not Entry.objects.exists()


@pytest.mark.parametrize("field", ["name", "routes", "units"])
def test_what_a_regimen_needs_is_asked_for(client, administrator, field):
    fields = typed()
    del fields[field]
    assert client.post(NEW, fields).status_code == 200
    assert not Entry.objects.exists()


def test_an_administrator_of_two_clinics_chooses_one(client, clinic, administrator):
    other = MembershipFactory(user=administrator, role=Role.ADMINISTRATOR).clinic
    readable = MembershipFactory(user=administrator, role=Role.VIEWER).clinic
    assert client.post(NEW, typed()).status_code == 200
    assert client.post(NEW, typed(clinic=readable.pk)).status_code == 200
    assert client.post(NEW, typed(clinic=other.pk)).status_code == 302
    assert MedicineVersion.objects.get().medicine.clinic == other


def test_a_change_is_a_new_version_and_the_old_one_stays(client, clinic, administrator):
    version = medicine_of(clinic, "Baclofen")
    url = reverse("medicine-edit", args=[version.medicine_id])
    page = client.get(url)
    assert 'value="Baclofen"' in page.text
    assert "10 mg\n5 mg per 5 mL</textarea>" in page.text
    response = client.post(url, typed(entry=version.pk, strengths="10 mg\n20 mg"))
    page = client.get(response.url).text
    assert "10 mg; 20 mg" in page
    assert "10 mg; 5 mg per 5 mL" in page
    assert f"Entry 2, recorded by <bdi>{administrator}</bdi>" in page
    assert MedicineVersion.objects.newest().get().strengths == ["10 mg", "20 mg"]


def test_the_second_of_two_changes_gets_both_texts_and_keeps_what_was_typed(
    client, clinic, administrator
):
    version = medicine_of(clinic, "Baclofen")
    url = reverse("medicine-edit", args=[version.medicine_id])
    client.post(url, typed(entry=version.pk, products="Theirs"))
    mine = typed(entry=version.pk, products="Mine")
    page = client.post(url, mine).text
    assert "recorded a change while you were typing" in page
    assert "What you had read, entry 1" in page
    assert "Theirs" in page
    assert "Mine</textarea>" in page
    assert MedicineVersion.objects.count() == 2
    assert (
        client.post(url, {**mine, "entry": MedicineVersion.objects.newest().get().pk}).status_code
        == 302
    )
    assert MedicineVersion.objects.newest().get().products == ["Mine"]


def test_a_change_may_keep_its_own_name(client, clinic, administrator):
    version = medicine_of(clinic, "Baclofen")
    url = reverse("medicine-edit", args=[version.medicine_id])
    assert client.post(url, typed(entry=version.pk, name="baclofen")).status_code == 302


@pytest.mark.parametrize("role", [Role.PRESCRIBER, Role.RECORDER, Role.VIEWER])
def test_others_read_the_list_and_do_not_change_it(client, clinic, role):
    version = medicine_of(clinic, "Baclofen")
    client.force_login(member(clinic, role))
    assert "Baclofen" in client.get(LIST).text
    assert "Add a medicine" not in client.get(LIST).text
    page = client.get(reverse("medicine", args=[version.medicine_id]))
    assert "/edit/" not in page.text
    assert client.post(NEW, typed()).status_code == 403
    assert client.get(reverse("medicine-edit", args=[version.medicine_id])).status_code == 403
    assert Entry.objects.count() == 1


def test_an_auditor_does_not_read_the_list(client, clinic):
    version = medicine_of(clinic)
    client.force_login(member(clinic, Role.AUDITOR))
    assert client.get(LIST).status_code == 403
    assert client.get(reverse("medicine", args=[version.medicine_id])).status_code == 403


def test_a_medicine_of_another_clinic_is_not_found(client, administrator):
    version = medicine_of(ClinicFactory(), "Elsewhere")
    for name in ("medicine", "medicine-edit"):
        assert client.get(reverse(name, args=[version.medicine_id])).status_code == 404
    assert "Elsewhere" not in client.get(LIST).text


def test_an_empty_list_says_what_to_do(client, administrator):
    assert "No medicine is on the list yet." in client.get(LIST).text


@pytest.mark.parametrize("count", [2, 12])
def test_the_list_takes_the_same_queries_at_any_length(
    client, clinic, administrator, count, django_assert_num_queries
):
    for number in range(count):
        medicine_of(clinic, f"Medicine {chr(97 + number)}", by=administrator)
    client.get(LIST)
    with django_assert_num_queries(7):
        client.get(LIST)
