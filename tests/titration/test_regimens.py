"""Opening a regimen, changing its text, and withdrawing it with all its steps."""

from datetime import date
from uuid import uuid4

import pytest
from django.urls import reverse

from access.models import AccessEvent, Role
from ledger.models import Entry, Retraction
from tests.factories import PatientFactory, member
from tests.pages import Page
from tests.titration.factories import medicine_of, pump_event_of, regimen_of, step_of
from titration import actions
from titration.models import RegimenCard, RegimenVersion
from titration.policies import RuleBroken
from titration.reading import pumped

pytestmark = pytest.mark.django_db


@pytest.fixture
def patient():
    return PatientFactory()


@pytest.fixture
def medicine(patient):
    return medicine_of(patient.clinic, "baclofen")


@pytest.fixture
def prescriber(patient, client):
    person = member(patient.clinic, name="Dr A. Osei")
    client.force_login(person)
    return person


@pytest.fixture
def new(patient):
    return reverse("regimen-new", args=[patient.pk])


def typed(medicine, responsible, **fields):
    return {
        "submission": str(uuid4()),
        "medicine": str(medicine.medicine_id),
        "route": "oral",
        "form": "tablet",
        "unit": "mg",
        "indication": "spasticity",
        "indication_text": "",
        "responsible": str(responsible.pk),
        **fields,
    }


def test_the_medicine_is_chosen_first(client, new, medicine, prescriber):
    page = client.get(new).text
    assert f'<option value="{medicine.medicine_id}">baclofen</option>' in page
    assert 'name="route"' not in page


def test_the_form_offers_what_the_list_has_for_the_medicine(client, new, medicine, prescriber):
    page = client.get(new, {"medicine": medicine.medicine_id}).text
    assert 'value="oral"' in page
    assert 'value="intrathecal"' in page
    assert 'value="rectal"' not in page
    assert 'value="puff"' not in page
    assert f'<option value="{prescriber.pk}" selected>Dr A. Osei</option>' in page


def test_a_single_route_and_unit_are_chosen(client, new, patient, prescriber):
    only = medicine_of(patient.clinic, "lamotrigine", routes=("oral",), units=("mg",))
    page = client.get(new, {"medicine": only.medicine_id}).context["form"]
    assert page["route"].initial == "oral"
    assert page["unit"].initial == "mg"


def test_a_medicine_out_of_use_is_not_offered(client, new, patient, prescriber):
    gone = medicine_of(patient.clinic, "gone", in_use=False)
    assert "offers no medicine for new regimens" in client.get(new).text
    response = client.post(new, typed(gone, prescriber))
    assert response.status_code == 200
    assert not RegimenVersion.objects.exists()


def test_a_regimen_is_opened_as_typed(client, new, patient, medicine, prescriber):
    response = client.post(new, typed(medicine, prescriber, indication_text="left leg"))
    version = RegimenVersion.objects.get()
    assert response.url == reverse("regimen", args=[version.regimen_id])
    assert version.regimen.patient == patient
    assert version.medicine_name == "baclofen"
    assert (version.route, version.form, version.unit) == ("oral", "tablet", "mg")
    assert version.strengths == medicine.strengths
    assert (version.indication, version.indication_text) == ("spasticity", "left leg")
    assert version.responsible == prescriber


def test_a_form_that_nobody_named_is_said_to_be_so(client, new, medicine, prescriber):
    client.post(new, typed(medicine, prescriber, form="-"))
    version = RegimenVersion.objects.get()
    assert version.form == ""
    edit = client.get(reverse("regimen-edit", args=[version.regimen_id]))
    assert edit.context["form"]["form"].value() == "-"


def test_sending_it_twice_opens_one(client, new, medicine, prescriber):
    once = typed(medicine, prescriber)
    assert client.post(new, once).url == client.post(new, once).url
    assert RegimenVersion.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("route", "rectal"),
        ("form", "patch"),
        ("form", ""),
        ("unit", "puff"),
        ("indication", "nonsense"),
        ("responsible", "0"),
        ("medicine", "6b0f6a52-3c1e-4d0e-9d0b-0d5b7c1e0001"),
        ("indication", "other"),
    ],
)
def test_what_the_list_does_not_have_is_refused(client, new, medicine, prescriber, field, value):
    response = client.post(new, {**typed(medicine, prescriber), field: value})
    assert response.status_code == 200
    assert not RegimenVersion.objects.exists()


def test_only_a_prescriber_of_the_clinic_is_responsible(client, new, patient, medicine, prescriber):
    recorder = member(patient.clinic, Role.RECORDER)
    response = client.post(new, typed(medicine, recorder))
    assert "field-error" in response.text
    assert not RegimenVersion.objects.exists()


def test_a_second_regimen_of_one_medicine_and_route_is_an_explicit_choice(
    client, new, patient, medicine, prescriber
):
    there = regimen_of(patient, medicine, by=prescriber)
    link = reverse("regimen", args=[there.regimen_id])
    page = client.get(new, {"medicine": medicine.medicine_id}).text
    assert link in page
    assert 'name="another"' not in page
    fields = typed(medicine, prescriber)
    page = client.post(new, fields).text
    assert "The patient has this medicine by this route already." in page
    assert 'name="another"' in page
    assert RegimenVersion.objects.count() == 1
    assert client.post(new, {**fields, "another": "on"}).status_code == 302
    assert RegimenVersion.objects.count() == 2


def test_another_route_of_the_same_medicine_needs_no_choice(
    client, new, patient, medicine, prescriber
):
    regimen_of(patient, medicine, by=prescriber)
    assert client.post(new, typed(medicine, prescriber, route="intrathecal")).status_code == 302


def test_a_withdrawn_regimen_does_not_count(client, new, patient, medicine, prescriber):
    there = regimen_of(patient, medicine, by=prescriber)
    actions.retract_regimen(regimen=there.regimen, reason="twice", reason_text="", by=prescriber)
    assert client.post(new, typed(medicine, prescriber)).status_code == 302


@pytest.mark.parametrize("role", [Role.VIEWER, Role.AUDITOR, Role.ADMINISTRATOR])
def test_who_does_not_record_opens_none(client, new, patient, medicine, prescriber, role):
    client.force_login(member(patient.clinic, role))
    assert client.get(new).status_code == 403
    assert client.post(new, typed(medicine, prescriber)).status_code == 403
    assert not RegimenVersion.objects.exists()


@pytest.mark.parametrize("name", ["regimen-edit", "regimen-history", "regimen-retract"])
def test_a_regimen_of_another_clinic_is_not_found(client, prescriber, name):
    elsewhere = regimen_of()
    assert client.get(reverse(name, args=[elsewhere.regimen_id])).status_code == 404


def test_a_patient_of_another_clinic_is_not_found(client, prescriber):
    assert client.get(reverse("regimen-new", args=[PatientFactory().pk])).status_code == 404


def test_opening_a_regimen_is_written_down_as_access(client, new, patient, medicine, prescriber):
    client.post(new, typed(medicine, prescriber))
    event = AccessEvent.objects.get()
    assert (event.kind, event.clinic) == ("write", patient.clinic)
    assert [row.patient for row in event.patients.all()] == [patient.pk]


@pytest.fixture
def regimen(patient, medicine, prescriber):
    return regimen_of(patient, medicine, by=prescriber)


@pytest.fixture
def edit(regimen):
    return reverse("regimen-edit", args=[regimen.regimen_id])


def test_a_change_is_a_new_version(client, edit, regimen, medicine, prescriber):
    page = client.get(edit)
    assert page.context["form"]["indication"].value() == "spasticity"
    change = typed(medicine, prescriber, entry=regimen.pk, indication="pain")
    assert client.post(edit, change).status_code == 302
    assert RegimenVersion.objects.newest().get().indication == "pain"
    history = client.get(reverse("regimen-history", args=[regimen.regimen_id])).text
    assert "Spasticity" in history
    assert "Pain" in history
    assert "Entry 4, recorded by <bdi>Dr A. Osei</bdi>" in history


def test_before_any_step_the_medicine_may_change(client, edit, patient, regimen, prescriber):
    other = medicine_of(patient.clinic, "tizanidine")
    assert "Choose another medicine" in client.get(edit).text
    change = typed(other, prescriber, entry=regimen.pk)
    assert client.post(edit, change).status_code == 302
    assert RegimenVersion.objects.newest().get().medicine_name == "tizanidine"


def test_with_steps_medicine_and_route_stay(client, edit, patient, regimen, prescriber):
    step_of(regimen)
    page = client.get(edit).text
    assert "medicine and route stay as they are" in page
    assert "Choose another medicine" not in page
    other = medicine_of(patient.clinic, "tizanidine")
    change = typed(other, prescriber, entry=regimen.pk, route="intrathecal", indication="pain")
    assert client.post(edit, change).status_code == 302
    newest = RegimenVersion.objects.newest().get()
    assert (newest.medicine_name, newest.route) == ("baclofen", "oral")
    assert newest.indication == "pain"


def test_the_action_keeps_medicine_and_route_too(regimen, medicine, prescriber):
    step = step_of(regimen)
    actions.retract_step(step=step, reason="twice", reason_text="", by=prescriber)
    text = actions.RegimenText(
        medicine, "intrathecal", "mg", "tablet", "spasticity", "", prescriber
    )
    with pytest.raises(RuleBroken):
        actions.revise_regimen(
            regimen=regimen.regimen, seen=regimen.entry, text=text, by=prescriber
        )
    assert RegimenVersion.objects.count() == 1


def test_what_left_the_list_later_stays_valid(client, edit, regimen, medicine, prescriber):
    actions.revise_medicine(
        medicine=medicine.medicine,
        seen=medicine.entry,
        text=actions.MedicineText("baclofenum", routes=("intrathecal",), units=("microgram",)),
        by=member(medicine.medicine.clinic, Role.ADMINISTRATOR),
    )
    change = typed(medicine, prescriber, entry=regimen.pk, indication="pain")
    assert client.post(edit, change).status_code == 302
    newest = RegimenVersion.objects.newest().get()
    assert (newest.route, newest.unit, newest.form) == ("oral", "mg", "tablet")
    assert newest.medicine_name == "baclofen"
    assert newest.strengths == medicine.strengths


def test_the_second_of_two_changes_gets_both_texts_and_keeps_what_was_typed(
    client, edit, regimen, medicine, prescriber
):
    client.post(edit, typed(medicine, prescriber, entry=regimen.pk, indication="pain"))
    mine = typed(medicine, prescriber, entry=regimen.pk, indication_text="my own words")
    page = client.post(edit, mine).text
    assert "recorded a change while you were typing" in page
    assert "What you had read, entry" in page
    assert 'value="my own words"' in page
    assert RegimenVersion.objects.count() == 2
    theirs = RegimenVersion.objects.newest().get()
    assert f'name="entry" value="{theirs.pk}"' in page
    assert client.post(edit, {**mine, "entry": theirs.pk}).status_code == 302
    assert RegimenVersion.objects.newest().get().indication_text == "my own words"


@pytest.fixture
def retract(regimen):
    return reverse("regimen-retract", args=[regimen.regimen_id])


def withdrawing(seen, **fields):
    return {
        "submission": str(uuid4()),
        "seen": seen,
        "reason": "twice",
        "reason_text": "",
        **fields,
    }


def test_what_will_be_withdrawn_is_read_back(client, retract, regimen):
    step_of(regimen, date(2026, 3, 2))
    step_of(regimen, date(2026, 4, 6), kind="withhold")
    page = client.get(retract).text
    assert "By mouth: baclofen" in page
    assert "with its 2 dose steps:" in page
    assert "From 02-Mar-2026." in page
    assert "Withheld: the patient takes none" in page
    assert not Retraction.objects.exists()


def test_a_regimen_is_withdrawn_with_all_its_steps(client, retract, patient, regimen):
    first, second = step_of(regimen), step_of(regimen, date(2026, 4, 6), kind="stop")
    response = client.post(retract, withdrawing(second.entry.number, reason_text="typed twice"))
    assert response.url == reverse("patient", args=[patient.pk])
    subjects = set(Retraction.objects.values_list("entry__subject", flat=True))
    assert subjects == {regimen.regimen_id, first.step, second.step}
    assert RegimenCard.objects.get().is_retracted
    assert "carry" not in client.session


@pytest.mark.parametrize("has_step", [False, True])
def test_a_regimen_whose_text_is_its_newest_entry_is_withdrawn(
    client, retract, regimen, medicine, prescriber, has_step
):
    if has_step:
        step_of(regimen)
        text = actions.RegimenText(medicine, "oral", "mg", "tablet", "pain", "", prescriber)
        asked = {"seen": regimen.entry, "text": text, "by": prescriber}
        actions.revise_regimen(regimen=regimen.regimen, **asked)
    page = Page(client.get(retract))
    client.post(retract, {**page.values, "reason": "wrong-patient"})
    assert RegimenCard.objects.get().is_retracted


@pytest.mark.parametrize("reason", ["wrong-patient", "wrong-medicine"])
def test_steps_of_the_wrong_patient_or_medicine_are_carried(client, retract, regimen, reason):
    second, first = step_of(regimen, date(2026, 4, 6)), step_of(regimen, date(2026, 3, 2))
    client.post(retract, withdrawing(first.entry.number, reason=reason))
    assert client.session["carry"] == [str(first.pk), str(second.pk)]


def test_events_of_a_pump_fix_the_route_and_go_with_the_regimen(client, patient, prescriber):
    medicine = medicine_of(patient.clinic, "morphine")
    regimen = regimen_of(patient, medicine, prescriber, route="intrathecal", form="")
    event = pump_event_of(regimen, model="Pump of 40 mL")
    text = actions.RegimenText(medicine, "oral", "mg", "tablet", "pain", "", prescriber)
    with pytest.raises(RuleBroken):
        actions.revise_regimen(
            regimen=regimen.regimen, seen=regimen.entry, text=text, by=prescriber
        )
    retract = reverse("regimen-retract", args=[regimen.regimen_id])
    assert "Pump of 40 mL" in client.get(retract).text
    client.post(retract, withdrawing(event.entry.number - 1))
    assert not Retraction.objects.exists()
    client.post(retract, withdrawing(event.entry.number))
    subjects = set(Retraction.objects.values_list("entry__subject", flat=True))
    assert subjects == {regimen.regimen_id, event.event}
    assert pumped.medicines_in_pumps(patient.pk) == ()


def test_another_reason_needs_words(client, retract, regimen):
    assert client.post(retract, withdrawing(0, reason="other")).status_code == 200
    assert not Retraction.objects.exists()


def test_what_was_recorded_meanwhile_is_read_back_first(client, retract, regimen):
    seen = step_of(regimen).entry.number
    step_of(regimen, date(2026, 4, 6))
    response = client.post(retract, withdrawing(seen, reason="never-instructed"))
    assert "Something was recorded meanwhile." in response.text
    assert "with its 2 dose steps:" in response.text
    assert f'name="seen" value="{seen + 1}"' in response.text
    assert not Retraction.objects.exists()


def test_a_regimen_is_not_withdrawn_by_what_was_read_of_another(client, retract, regimen):
    later = step_of(regimen).entry.number + 1
    assert client.post(retract, withdrawing(later)).status_code == 409
    assert not Retraction.objects.exists()


@pytest.mark.parametrize("name", ["regimen-edit", "regimen-retract"])
def test_a_withdrawn_regimen_is_neither_changed_nor_withdrawn_again(
    client, regimen, prescriber, name
):
    actions.retract_regimen(regimen=regimen.regimen, reason="twice", reason_text="", by=prescriber)
    count = Entry.objects.count()
    url = reverse(name, args=[regimen.regimen_id])
    assert client.get(url).url == reverse("regimen", args=[regimen.regimen_id])
    client.post(url, withdrawing(0))
    assert Entry.objects.count() == count


def test_a_change_of_a_regimen_withdrawn_meanwhile_is_refused_and_kept(
    client, edit, regimen, prescriber
):
    typed = {**Page(client.get(edit)).values, "indication_text": "spasms at night"}
    actions.retract_regimen(regimen=regimen.regimen, reason="twice", reason_text="", by=prescriber)
    count = Entry.objects.count()
    page = Page(client.post(edit, typed))
    assert page.status == 409
    assert f"{prescriber.name} withdrew this regimen as entered in error" in page.text
    assert page.values["indication_text"] == "spasms at night"
    assert Entry.objects.count() == count


def test_a_second_withdrawal_of_a_regimen_is_refused_and_kept(client, retract, regimen, prescriber):
    typed = {**Page(client.get(retract)).values, "reason": "other", "reason_text": "an old book"}
    actions.retract_regimen(regimen=regimen.regimen, reason="twice", reason_text="", by=prescriber)
    page = Page(client.post(retract, typed))
    assert "This regimen was withdrawn as entered in error." in page.text
    assert page.values["reason_text"] == "an old book"
    assert Retraction.objects.count() == 1


@pytest.mark.parametrize(("reason", "to"), [("twice", "patient"), ("wrong-patient", "list")])
def test_withdrawing_a_regimen_twice_answers_as_the_first_time(
    client, retract, regimen, reason, to
):
    first = step_of(regimen)
    sent = withdrawing(first.entry.number, reason=reason)
    answers = [client.post(retract, sent) for _click in range(2)]
    there = reverse("patient", args=[regimen.regimen.patient_id])
    there = there if to == "patient" else reverse("patient-list")
    assert [(answer.status_code, answer.url) for answer in answers] == [(302, there)] * 2
    assert Retraction.objects.count() == 2


@pytest.mark.parametrize("role", [Role.VIEWER, Role.AUDITOR, Role.ADMINISTRATOR])
def test_who_does_not_record_changes_and_withdraws_none(client, patient, edit, retract, role):
    client.force_login(member(patient.clinic, role))
    count = Entry.objects.count()
    for url in (edit, retract):
        assert client.get(url).status_code == 403
        assert client.post(url, withdrawing(0)).status_code == 403
    assert Entry.objects.count() == count


def test_a_viewer_reads_the_versions(client, patient, regimen):
    client.force_login(member(patient.clinic, Role.VIEWER))
    url = reverse("regimen-history", args=[regimen.regimen_id])
    assert client.get(url).status_code == 200


class TestWhoSupplies:
    def test_it_is_written_shown_and_handed_on(self, client, edit, regimen, medicine, prescriber):
        change = typed(medicine, prescriber, entry=regimen.pk, supplied_by="Quay Pharmacy")
        assert client.post(edit, change).status_code == 302
        assert RegimenVersion.objects.newest().get().supplied_by == "Quay Pharmacy"
        page = client.get(reverse("regimen", args=[regimen.regimen_id])).text
        assert "“Quay Pharmacy”" in page
        step_of(regimen)
        export = client.get(reverse("patient-csv", args=[regimen.regimen.patient_id]))
        assert "Quay Pharmacy" in export.content.decode()

    def test_the_bytes_of_a_text_without_it_are_as_before(self, regimen):
        assert regimen.supplied_by == ""
        assert regimen.sealed_content() == {"indication_text": regimen.indication_text}
