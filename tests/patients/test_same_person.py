"""Two records of one person: linked, shown on both, withdrawn, and never made into one."""

import random
from copy import deepcopy
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from access.models import AccessEvent, Role
from access.policies import RuleBroken
from ledger import erasing, writing
from ledger.models import Entry, ErasureReason, Head, Retraction
from ledger.verification import Damage
from patients import actions, linked
from patients.identity import Standing
from patients.models import Patient, SamePerson
from tests.factories import ClinicFactory, IdentityFactory, PatientFactory, linked_to, member
from tests.ledger.damage import damages, unguarded
from tests.pages import Page, counted, typed_over
from tests.titration.factories import medicine_of, regimen_of, step_of
from tests.titration.tables import package_of

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def made_pair(module_db):
    """Jan twice, with two regimens in the second record; and somebody else."""
    clinic = ClinicFactory()
    nurse = member(clinic, Role.RECORDER, name="J. Lind")
    doctor = member(clinic, name="Dr A. Hall")
    one = PatientFactory(
        clinic=clinic, by=nurse, family_name="Novak", given_names="Jan", title="Mr",
        gender="male", record_number="122",
    )  # fmt: skip
    two = PatientFactory(
        clinic=clinic, by=nurse, family_name="Nowak", given_names="Jan", title="Mr",
        gender="male", record_number="123",
    )  # fmt: skip
    three = PatientFactory(clinic=clinic, by=nurse, family_name="Third")
    medicine = medicine_of(clinic)
    here = regimen_of(one, medicine, doctor, route="intrathecal")
    step_of(here, by=doctor)
    for _each in range(2):
        regimen_of(two, medicine, doctor)
    return SimpleNamespace(
        clinic=clinic,
        nurse=nurse,
        doctor=doctor,
        one=one,
        two=two,
        three=three,
        regimen=here,
        medicine=medicine,
    )


@pytest.fixture
def pair(made_pair, db):
    return deepcopy(made_pair)


@pytest.fixture
def browser(client, pair):
    client.force_login(pair.nurse)
    return client


def compare_url(patient, other) -> str:
    return f"{reverse('same-person-new', args=[patient.pk])}?other={other.pk}"


def compared(browser, patient, other) -> Page:
    return Page(browser.get(compare_url(patient, other)))


def sent(browser, page, patient, other, **typed) -> Page:
    said = {"reason": "said", **typed}
    return Page(browser.post(compare_url(patient, other), typed_over(page.values, said)))


def test_the_two_are_read_side_by_side_and_linked(browser, pair):
    found = Page(browser.get(reverse("same-person-new", args=[pair.one.pk])))
    assert "No other record of this clinic is alike" in found.text
    answer = browser.post(reverse("same-person-new", args=[pair.one.pk]), {"q": "nowak"})
    assert "nowak" not in answer.url
    found = Page(browser.get(answer.url))
    address = compare_url(pair.one, pair.two)
    assert address in found.links

    page = Page(browser.get(address))
    assert "Family name differs Novak Nowak" in page.text
    assert "Birth date" not in page.text or "Birth date differs" not in page.text
    assert "Record number differs 122 123" in page.text
    assert "Regimens 1 2" in page.text
    assert not SamePerson.objects.exists()

    answer = sent(browser, page, pair.one, pair.two)
    assert answer.response.url == reverse("same-person-list", args=[pair.one.pk])
    mine, theirs = SamePerson.objects.order_by("entry__number")
    assert (mine.patient, mine.other, mine.twin) == (pair.one, pair.two, theirs.line)
    assert (theirs.patient, theirs.other, theirs.twin) == (pair.two, pair.one, mine.line)
    assert [entry.patient for entry in (mine.entry, theirs.entry)] == [pair.one.pk, pair.two.pk]
    assert pair.one.versions.count() == pair.two.versions.count() == 1


SAYS = "Same person as NOWAK, Jan (Mr), record 123: 2 regimens there"
SAYS_OF_ONE = "Same person as NOVAK, Jan (Mr), record 122: 1 regimen there"


def test_each_page_of_either_names_the_other_and_says_whom_it_showed(browser, pair):
    linked_to(pair.one, pair.two, pair.nurse)
    names = ("patient", "patient-edit", "patient-history", "patient-context", "observation-list")
    for patient, says in ((pair.one, SAYS), (pair.two, SAYS_OF_ONE)):
        for name in names:
            assert says in Page(browser.get(reverse(name, args=[patient.pk]))).text
    event = AccessEvent.objects.latest("pk")
    assert {named.patient for named in event.patients.all()} == {pair.one.pk, pair.two.pk}
    regimen = Page(browser.get(reverse("regimen", args=[pair.regimen.regimen_id])))
    assert regimen.text.count(SAYS) == 2
    assert "Nothing that is recorded there is on this page" in regimen.text


def test_lists_mark_both_in_words(browser, pair):
    linked_to(pair.one, pair.two, pair.nurse)
    mark = "Same person has another record"
    assert Page(browser.get(reverse("patient-list"))).text.count(mark) == 2
    worklist = Page(browser.get("/"))
    assert worklist.text.count(mark) >= 1
    changes = Page(browser.get(reverse("changes") + f"?patient={pair.two.pk}"))
    assert f"Linked {mark}" in changes.text
    assert "Linked to another record Same person as NOVAK, Jan (Mr), record 122" in changes.text


def package_in(browser, patient, query=""):
    """What the zip of a patient says of itself."""
    response = browser.get(reverse("patient-tables", args=[patient.pk]) + query)
    return package_of(response.getvalue())


def test_exports_say_that_they_hold_one_of_two(browser, pair):
    linked_to(pair.one, pair.two, pair.nurse)
    words = (
        "This file holds one of 2 linked records of the same person. "
        "What the others hold is not in it: NOWAK, Jan (Mr), record 123."
    )
    for name in ("patient-csv", "patient-context-csv"):
        assert words in browser.get(reverse(name, args=[pair.one.pk])).content.decode()
    from titration.exports import history, pdf

    record = history.read(pair.one, by=pair.nurse, now=pair.regimen.entry.recorded_at)
    assert pdf.document(record)["banner"]["elsewhere"] == words
    assert package_in(browser, pair.one)["notice"].startswith(words)


def test_tables_as_known_before_the_link_do_not_tell_of_it(browser, pair):
    before = Head.objects.get(clinic=pair.one.clinic).number
    linked_to(pair.one, pair.two, pair.nurse)
    assert "linked" not in package_in(browser, pair.one, f"?known={before}")["notice"]


def test_a_withdrawal_takes_it_from_both_and_stays_legible(browser, pair):
    link = linked_to(pair.one, pair.two, pair.nurse)
    before = Head.objects.get().number
    twin = SamePerson.objects.get(line=link.twin)
    address = reverse("same-person-retract", args=[twin.line])
    page = Page(browser.get(address))
    assert linked.others(pair.one.pk) == [pair.two.pk]

    browser.post(address, page.values)

    assert linked.others(pair.one.pk) == linked.others(pair.two.pk) == []
    lines = Retraction.objects.values_list("entry__subject", flat=True)
    assert set(lines) == {link.line, twin.line}
    for patient in (pair.one, pair.two):
        address = reverse("same-person-list", args=[patient.pk])
        page = Page(browser.get(address))
        assert "Same person as" not in page.text
        assert "ENTERED IN ERROR withdrawn by J. Lind" in page.text
        then = Page(browser.get(f"{address}?known={before}"))
        assert "Same person as" in then.text
        assert "ENTERED IN ERROR" not in then.text
        assert "Link another record" not in then.text
    again = Page(browser.get(reverse("same-person-retract", args=[link.line])))
    assert "This link is withdrawn already." in again.text


def test_a_withdrawal_sent_again_by_somebody_else_is_told_so(browser, pair):
    link = linked_to(pair.one, pair.two, pair.nurse)
    address = reverse("same-person-retract", args=[link.line])
    values = Page(browser.get(address)).values
    browser.post(address, values)
    browser.force_login(pair.doctor)
    answer = Page(browser.post(address, values))
    assert answer.status == 409
    assert "Withdrawn already by J. Lind" in answer.text


def test_of_two_who_link_at_once_the_second_is_told_and_keeps_the_words(browser, pair):
    page = compared(browser, pair.two, pair.one)
    link = linked_to(pair.one, pair.two, pair.doctor)
    count = Entry.objects.count()

    answer = sent(browser, page, pair.two, pair.one, reason="records")

    assert answer.status == 409
    assert "Linked already by Dr A. Hall" in answer.text
    assert f"entry {link.entry.number + 1:,}" in answer.text
    assert answer.values["reason"] == "records"
    assert Entry.objects.count() == count


def test_details_changed_while_they_were_compared_are_compared_again(browser, pair):
    page = compared(browser, pair.one, pair.two)
    before = pair.two.versions.get()
    left = Standing("died", before.identity.birth_date.replace(year=2026))
    actions.revise_patient(
        patient=pair.two, seen=before.entry, identity=before.identity, standing=left,
        by=pair.doctor,
    )  # fmt: skip

    answer = sent(browser, page, pair.one, pair.two)
    assert answer.status == 409
    assert "Status differs With this clinic Died on 12-Mar-2026" in answer.text
    assert not SamePerson.objects.exists()

    sent(browser, answer, pair.one, pair.two)
    page = Page(browser.get(reverse("patient", args=[pair.one.pk])))
    assert "Same person as NOWAK, Jan (Mr), record 123, Died on 12-Mar-2026" in page.text


def test_more_than_two_are_all_shown_and_none_is_linked_in_a_ring(browser, pair):
    linked_to(pair.one, pair.two, pair.nurse)
    linked_to(pair.two, pair.three, pair.nurse)
    page = Page(browser.get(reverse("same-person-list", args=[pair.one.pk])))
    assert "THIRD, Irena (Ms)" in page.text
    assert "Linked through another of these records." in page.text
    with pytest.raises(actions.LinkedAlready) as refused:
        linked_to(pair.one, pair.three, pair.nurse)
    assert refused.value.link is None


def test_a_linked_record_is_not_asked_about_as_a_duplicate(pair):
    linked_to(pair.one, pair.two, pair.nurse)
    before = pair.two.versions.get()
    same = IdentityFactory(
        family_name="Novak", given_names="Jan", gender="male", record_number="122"
    )
    actions.revise_patient(patient=pair.two, seen=before.entry, identity=same, by=pair.nurse)


def test_saving_details_that_are_alike_leads_to_the_link(browser, pair):
    page = Page(browser.get(reverse("patient-edit", args=[pair.two.pk])))
    typed = typed_over(page.values, {"family_name": "Novak"})
    answer = Page(browser.post(reverse("patient-edit", args=[pair.two.pk]), typed))
    assert compare_url(pair.two, pair.one) in answer.links


def test_who_was_erased_is_no_longer_linked_but_a_link_can_be_withdrawn(browser, pair):
    link = linked_to(pair.one, pair.two, pair.nurse)
    boss = member(pair.clinic, Role.ADMINISTRATOR)
    reason = ErasureReason.REQUEST
    erasing.erase(clinic=pair.clinic, patient=pair.two.pk, reason=reason, by=boss)

    page = Page(browser.get(reverse("patient", args=[pair.one.pk])))
    assert "Same person as a record that was erased on" in page.text
    erased = Page(browser.get(reverse("same-person-list", args=[pair.two.pk])))
    assert "NOVAK, Jan (Mr), record 122" in erased.text
    assert browser.get(compare_url(pair.three, pair.two)).status_code == 403
    with pytest.raises(writing.PatientErased):
        linked_to(pair.three, pair.two, pair.nurse)

    actions.unlink_records(link=link, by=pair.nurse)
    assert linked.others(pair.one.pk) == linked.others(pair.two.pk) == []
    assert damages() == []


def test_nobody_links_across_clinics_or_a_record_to_itself(browser, pair):
    elsewhere = PatientFactory()
    count = Entry.objects.count()
    for other in (elsewhere, pair.one, Patient()):
        for send in (browser.get, browser.post):
            assert send(compare_url(pair.one, other)).status_code == 404
    page = compared(browser, pair.one, pair.two)
    forged = {"theirs": elsewhere.versions.get().entry_id}
    answer = sent(browser, page, pair.one, pair.two, **forged)
    assert "This form is not of these two records" in answer.text
    for other in (elsewhere, pair.one):
        with pytest.raises(RuleBroken):
            linked_to(pair.one, other, pair.nurse)
    assert Entry.objects.count() == count


def test_every_record_of_a_person_is_reached_as_a_slow_model_says(pair):
    """Links and withdrawals in any order: what is reached is what hangs together, at each entry."""
    chance = random.Random(20261130)
    people = [PatientFactory(clinic=pair.clinic, by=pair.nurse) for _each in range(6)]
    keys, standing, model = [p.pk for p in people], [], {}

    def together(key):
        found = {key}
        for _each in keys:
            for link in standing:
                ends = {link.patient_id, link.other_id}
                found |= ends if ends & found else set()
        return found - {key}

    for _turn in range(30):
        one, other = chance.sample(people, 2)
        if other.pk in together(one.pk) or chance.random() < 0.3:
            if standing:
                link = standing.pop(chance.randrange(len(standing)))
                actions.unlink_records(link=link, by=pair.nurse)
        else:
            standing.append(linked_to(one, other, pair.nurse))
        model[Head.objects.get(clinic=pair.clinic).number] = {key: together(key) for key in keys}
    for number, said in model.items():
        assert {key: set(linked.others(key, number)) for key in keys} == said
    assert {key: set(linked.others(key)) for key in keys} == said


def test_lists_ask_no_more_for_many_links_and_a_page_none_for_more_regimens(browser, pair):
    def asked(address):
        with counted() as queries:
            browser.get(address)
        return len(queries)

    listed = asked(reverse("patient-list"))
    linked_to(pair.one, pair.two, pair.nurse)
    shown = asked(reverse("patient", args=[pair.one.pk]))
    assert asked(reverse("patient-list")) == listed
    for _each in range(3):
        linked_to(pair.one, PatientFactory(clinic=pair.clinic, by=pair.nurse), pair.nurse)
        regimen_of(pair.two, pair.medicine, pair.doctor)
    assert asked(reverse("patient-list")) == listed
    assert asked(reverse("patient", args=[pair.one.pk])) == shown


GOLDEN = "f478ea480b537ff25dc4cfbff27d464a7221d138f43ded3ae4470befeb7bd056"


def test_a_link_equals_its_golden_vector():
    zero = "00000000-0000-4000-8000-00000000000"
    link = SamePerson(line=f"{zero}1", twin=f"{zero}2", other_id=f"{zero}3", reason="records")
    assert link.content_digest() == GOLDEN


@pytest.mark.parametrize(
    ("column", "value", "rule"),
    [
        ("other_id", "patient_id", "two_records"),
        ("reason", "'whim'", "reason_known"),
    ],
)
def test_the_database_refuses_what_is_no_link(pair, column, value, rule):
    linked_to(pair.one, pair.two, pair.nurse)
    columns = {name: name for name in ("twin", "patient_id", "other_id", "reason")}
    columns = {"line": f"'{'0' * 31}2'", **columns, column: value}
    statement = (
        f"INSERT INTO patients_sameperson (entry_id, salt, sealed, {', '.join(columns)}) "
        f"SELECT %s, salt, sealed, {', '.join(columns.values())} FROM patients_sameperson LIMIT 1"
    )
    with (
        pytest.raises(IntegrityError, match=rule),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement, ["0" * 31 + "1"])


@pytest.mark.parametrize("change", [{"reason": "service"}, {"twin": uuid4()}])
def test_a_link_that_was_changed_past_the_guards_is_found(pair, change):
    link = linked_to(pair.one, pair.two, pair.nurse)
    connection.check_constraints()
    with unguarded():
        SamePerson.objects.filter(pk=link.pk).update(**change)
        assert damages() == [(Damage.EDITED_CONTENT, link.entry.number)]
