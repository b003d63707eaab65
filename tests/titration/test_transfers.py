"""A patient is handed to another clinic: offered, taken back, declined, accepted, never lost."""

from copy import deepcopy
from datetime import date
from types import SimpleNamespace

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from access.models import AccessEvent, Role
from access.policies import RuleBroken
from ledger import erasing, verification
from ledger.models import Entry, ErasureReason, Head, ImportedFile, Origin
from ledger.writing import newest_number_of
from patients import actions as patient_actions
from patients import linked, transferred
from patients.identity import Standing
from patients.models import Arrival, Patient, Transfer
from tests.everything import everything
from tests.factories import ClinicFactory, PatientFactory, member
from tests.ledger.damage import findings
from tests.pages import Page, typed_over
from tests.titration.factories import medicine_of, regimen_of, step_of
from tests.titration.tables import package_of, tables_of, timelines_in
from tests.titration.test_tables_in import brought_of, exported, told
from titration import actions, projection
from titration.exports import history, pdf
from titration.exports.fhir import fhir_file
from titration.models import RegimenVersion, Review, WorklistRow
from titration.reading.contacted import contacts, open_calls, standing

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def made(module_db):
    """Dame Wilhelmina, of whom everything is recorded at Westgate; Northfield, and a third."""
    west = ClinicFactory(name="Westgate")
    dame = everything(west)
    osei = member(west, name="Dr A. Osei")
    version = dame.versions.newest().get()
    patient_actions.revise_patient(
        patient=dame, seen=version.entry, identity=version.identity, by=osei
    )
    for offer in transferred.standing().filter(patient=dame, event="offered"):
        actions.take_back_offer(offer=offer, reason_text="Told already", by=osei)
    north, third = ClinicFactory(name="Northfield"), ClinicFactory(name="Third")
    people = SimpleNamespace(
        west=west,
        north=north,
        third=third,
        dame=dame,
        osei=osei,
        lind=member(west, Role.RECORDER, name="J. Lind"),
        hall=member(north, name="Dr B. Hall"),
        okafor=member(north, Role.RECORDER, name="M. Okafor"),
        viewer=member(north, Role.VIEWER),
        stranger=member(third, name="Dr S. Stranger"),
    )
    connection.check_constraints()
    return people


@pytest.fixture
def case(made, db):
    return deepcopy(made)


def offered(case, **said) -> Transfer:
    asked = {
        "patient": case.dame, "to": case.north, "responsible": case.osei,
        "says": "Moves to her nephew", "by": case.lind,
    }  # fmt: skip
    return actions.offer_patient(**{**asked, **said})


def accepted(case, offer, **said) -> ImportedFile:
    seen = newest_number_of(offer.patient_id)
    asked = {"responsible": case.hall, "seen": seen, "by": case.okafor}
    return actions.accept_patient(offer=offer, **{**asked, **said})


def page_of(person, name: str, *key, query: str = "", **data) -> Page:
    client = Client()
    client.force_login(person)
    address = reverse(name, args=key) + query
    return Page(client.post(address, data) if data else client.get(address))


def sent(person, page: Page, name: str, *key, **typed) -> Page:
    return page_of(person, name, *key, **typed_over(page.values, typed))


def banner(patient) -> list[str]:
    from patients.presenters import banner

    return [each.words for each in banner(patient).moved]


# From the offer to the answer, by the pages


def test_offered_read_and_accepted_by_the_pages(case):
    page = page_of(case.lind, "transfer-new", case.dame.pk)
    assert "this one remains responsible" in page.text
    answer = sent(
        case.lind, page, "transfer-new", case.dame.pk,
        to=str(case.north.uuid), says="Moves to her nephew", responsible=str(case.osei.pk),
    )  # fmt: skip
    assert answer.status == 302
    offer = Transfer.objects.get(to=case.north)
    today = f"{case.west.local(timezone.now()).date():%d-%b-%Y}"
    waits = (
        f"Offered to Northfield on {today}, not yet accepted: this clinic remains responsible, and "
        "Dr A. Osei answers for the patient"
    )
    assert waits in page_of(case.osei, "patient", case.dame.pk).text
    assert waits in page_of(case.osei, "worklist").text
    front = page_of(case.okafor, "worklist")
    assert "1 patient is offered to your clinic" in front.text
    assert "QUILLFEATHER" not in front.text

    listed = page_of(case.okafor, "offer-list")
    assert "QUILLFEATHER-ASHGROVE, Wilhelmina" in listed.text
    read = page_of(case.okafor, "offer", offer.transfer)
    for words in (
        "QUILLFEATHER-ASHGROVE, Wilhelmina", "19-Jul-1953", "Westgate remains responsible",
        "Moves to her nephew", "J. Lind", "Dr A. Osei", "baclofen", "Open: call back",
    ):  # fmt: skip
        assert words in read.text
    assert not any(str(case.dame.pk) in link or "/plans/" in link for link in read.links)

    answer = sent(case.okafor, read, "offer", offer.transfer, responsible=str(case.hall.pk))
    arrived = Arrival.objects.get(transfer=offer.transfer).patient
    assert answer.response.url == reverse("patient", args=[arrived.pk])
    assert answer.status == 302
    assert banner(case.dame) == [
        f"Transferred on {today}, accepted by M. Okafor, Northfield: that clinic is responsible, "
        "and Dr B. Hall is named there",
        *banner(case.dame)[1:],
    ]
    came = f"Came from Westgate on {today}: offered by J. Lind, accepted by M. Okafor"
    assert came in page_of(case.hall, "patient", arrived.pk).text
    assert "Left the clinic" in page_of(case.osei, "patient", case.dame.pk).text
    # Each opens their own; who is of both has a link to the other.
    for person, patient, other in (
        (case.osei, case.dame, arrived), (case.hall, arrived, case.dame),
    ):  # fmt: skip
        told_there = page_of(person, "transfer-list", patient.pk)
        assert not any(str(other.pk) in link for link in told_there.links)
        assert page_of(person, "patient", other.pk).status == 404
    both = member(case.west)
    both.memberships.create(clinic=case.north, role=Role.VIEWER)
    for patient, other in ((case.dame, arrived), (arrived, case.dame)):
        assert (
            reverse("patient", args=[other.pk]) in page_of(both, "transfer-list", patient.pk).links
        )


def test_the_whole_record_comes_as_it_was_and_the_sender_is_left(case):
    offer = offered(case)
    before = exported(case.dame)
    head = Head.objects.get(clinic=case.west)
    done = accepted(case, offer, responsible=None)

    arrived = Patient.objects.select_related("clinic").get(pk=done.entry.patient)
    after = exported(arrived)
    assert arrived.clinic == case.north
    assert told(after) == told(before)
    assert timelines_in(tables_of(after)) == timelines_in(tables_of(before))
    assert Origin.objects.filter(file=done).count() == len(brought_of(tables_of(before)))
    assert (done.file_format, done.name) == ("transfer", "Westgate")
    arrival = Arrival.objects.get(patient=arrived)
    assert (arrival.last_number, arrival.last_digest) == (head.number, head.digest)
    assert (arrival.left, arrival.sender) == (case.dame, case.west)
    answer = Transfer.objects.get(transfer=offer.transfer, event="accepted")
    assert (answer.arrived, answer.responsible) == (arrived, None)
    assert answer.entry.recorded_by_name == "M. Okafor, Northfield"
    assert answer.entry.clinic == case.west
    left = case.dame.versions.newest().get()
    assert left.standing == Standing("left", case.west.local(answer.entry.recorded_at).date())
    assert not WorklistRow.objects.filter(patient=case.dame, topic="offer").exists()
    assert not case.hall.memberships.exclude(clinic=case.north).exists()
    assert findings() == []
    assert list(verification.clinic(case.north)) == list(verification.clinic(case.west)) == []


def test_who_is_named_answers_for_each_regimen_review_and_call_back_by_name(case):
    """What was written there stays, and nobody reads the name of who answered for it there."""
    text = actions.ReviewText("booked", date(2027, 1, 11), "Strength", whose=case.osei)
    actions.book_review(regimen=case.dame.regimens.get(), text=text, by=case.osei)
    done = accepted(case, offered(case))

    arrived = done.entry.patient
    texts = RegimenVersion.objects.filter(regimen__patient=arrived)
    assert set(texts.newest().values_list("responsible", "responsible_name")) == {
        (case.hall.pk, "Dr B. Hall")
    }
    before = set(case.dame.regimens.get().versions.values_list("responsible_name", flat=True))
    assert before < set(texts.values_list("responsible_name", flat=True))
    reviews = Review.objects.newest().filter(regimen__patient=arrived, status="booked")
    assert set(reviews.values_list("whose_name", flat=True)) == {"Dr B. Hall"}
    handed = Entry.objects.filter(patient=arrived, came_from=None, kind__in=["regimen", "review"])
    assert set(handed.values_list("recorded_by_name", flat=True)) == {"M. Okafor"}
    [call] = open_calls(standing(contacts([arrived])))
    assert (call.call_back_by, call.call_back_name) == (case.hall.pk, "Dr B. Hall")
    assert call.call_back_for == "Whether the gramophone helped"
    assert "by Dr B. Hall, for “Whether the gramophone" in page_of(case.hall, "worklist").text
    regimen = texts.newest().first().regimen_id
    assert "Responsible prescriber Dr B. Hall" in page_of(case.hall, "regimen", regimen).text
    assert findings() == []


@pytest.mark.parametrize(("answer", "words"), [
    (None, "Came without a confirmation by Dr A. Osei"),
    (actions.confirm_step, "Confirmed by Dr A. Osei, brought in by M. Okafor"),
    (actions.dispute_step, "Disputed by Dr A. Osei, brought in by M. Okafor"),
])  # fmt: skip
def test_what_a_prescriber_said_of_a_step_is_read_where_it_arrives(case, answer, words):
    """A dose that was typed for somebody else never arrives as one that needs no word of theirs."""
    regimen = regimen_of(PatientFactory(clinic=case.west), medicine_of(case.west, "tizanidine"))
    step = step_of(regimen, by=case.lind, decided_by=case.osei)
    if answer:
        answer(
            step=step, by=case.osei, **({"says": "Half"} if answer is actions.dispute_step else {})
        )
    arrived = accepted(case, offered(case, patient=regimen.regimen.patient)).entry.patient

    own = Patient.objects.get(pk=arrived).regimens.get()
    read = page_of(case.hall, "regimen", own.pk).text
    assert words in read
    # Who recorded it there did not import it here.
    assert "Came from “Westgate”, steps.csv, row 2" in read
    assert "Imported by" not in read
    is_open = answer is not actions.confirm_step
    assert (words in page_of(case.hall, "patient", arrived).text) == is_open


def test_what_waited_for_a_word_when_the_record_went_is_no_open_work_there(case):
    """What was typed or disputed since waits on; what its prescriber says there is told so."""
    regimen = regimen_of(PatientFactory(clinic=case.west), medicine_of(case.west, "tizanidine"))
    patient = regimen.regimen.patient
    days = (date(2026, 3, 2), date(2026, 4, 6), date(2026, 5, 4))
    steps = [step_of(regimen, on=on, by=case.lind, decided_by=case.osei) for on in days]
    actions.dispute_step(step=steps[1], says="Half", by=case.osei)
    open_work = WorklistRow.objects.filter(patient=patient, topic__in=["confirm", "differs"])
    assert open_work.count() == 3
    accepted(case, offered(case, patient=patient))
    assert not open_work.exists()

    late = step_of(regimen, on=date(2026, 6, 1), by=case.lind, decided_by=case.osei)
    page = page_of(case.osei, "regimen", regimen.regimen_id)
    assert f"Confirm entry {steps[0].entry.number:,}" in page.text
    page_of(case.osei, "step-dispute", steps[0].step, entry=steps[0].pk, says="")
    assert set(open_work.values_list("topic", "about")) == {
        ("confirm", late.pk), ("differs", steps[0].pk),
    }  # fmt: skip
    page_of(case.osei, "step-confirm", steps[2].step, entry=steps[2].pk)
    assert set(open_work.values_list("about", flat=True)) == {late.pk, steps[0].pk}
    assert list(projection.differences(case.west)) == findings() == []


def test_who_confirms_where_the_patient_was_is_told_that_the_other_clinic_does_not_read_it(case):
    regimen = regimen_of(PatientFactory(clinic=case.west), medicine_of(case.west, "tizanidine"))
    patient = regimen.regimen.patient
    steps = [
        step_of(regimen, on=on, by=case.lind, decided_by=case.osei)
        for on in (date(2026, 3, 2), date(2026, 4, 6), date(2026, 5, 4))
    ]
    client = Client()
    client.force_login(case.osei)

    def said(name: str, step) -> str:
        address = reverse(name, args=[step.step])
        return Page(client.post(address, {"entry": step.pk}, follow=True)).text

    assert "Tell them" not in said("step-confirm", steps[0])
    accepted(case, offered(case, patient=patient))
    today = f"{case.west.local(timezone.now()).date():%d-%b-%Y}"
    words = f"Northfield has the record as it was on {today}, without this. Tell them."
    assert words in said("step-confirm", steps[1])
    assert words in said("step-dispute", steps[2])


def test_what_goes_and_comes_back_is_a_record_of_its_own(case):
    there = accepted(case, offered(case)).entry.patient
    back = offered(
        case, patient=Patient.objects.get(pk=there), to=case.west, responsible=case.hall,
        by=case.okafor,
    )  # fmt: skip
    done = accepted(case, back, responsible=case.osei, by=case.lind, others=(case.dame.pk,))
    assert done.entry.patient not in (case.dame.pk, there)
    assert case.dame.versions.newest().get().status == "left"
    # Nothing is merged: the link says that they are one person.
    again = Patient.objects.get(pk=done.entry.patient)
    seen = [each.versions.newest().get().entry for each in (again, case.dame)]
    patient_actions.link_records(
        patient=again, other=case.dame, seen=seen, reason="records", by=case.osei
    )
    assert linked.others(again.pk)[0] == case.dame.pk
    assert findings() == []


# Who is shown what


def test_nobody_sees_anything_before_the_offer_nor_anything_else(case):
    other = PatientFactory(clinic=case.west, family_name="Unoffered")
    assert page_of(case.okafor, "offer-list").text.count("QUILLFEATHER") == 0
    offer = offered(case)
    assert "Unoffered" not in page_of(case.okafor, "offer-list").text
    for name in ("patient", "transfer-list", "patient-tables", "patient-history"):
        for patient in (case.dame, other):
            assert page_of(case.okafor, name, patient.pk).status == 404
    assert page_of(case.viewer, "offer-list").status == 403
    assert page_of(case.viewer, "offer", offer.transfer).status == 403
    assert "QUILLFEATHER" not in page_of(case.stranger, "offer-list").text
    for person in (case.stranger, case.osei):  # nor does who offers accept for the other
        assert page_of(person, "offer", offer.transfer).status == 404
        forged = page_of(
            person, "offer", offer.transfer, seen=newest_number_of(case.dame.pk),
            responsible=case.hall.pk, submission=str(offer.transfer),
        )  # fmt: skip
        assert forged.status == 404
    assert page_of(case.okafor, "transfer-retract", offer.transfer).status == 404
    for person in (case.viewer, case.osei, case.stranger):
        with pytest.raises(Exception, match="Only a prescriber or a recorder"):
            accepted(case, offer, by=person)
    assert not Arrival.objects.filter(sender=case.west).exists()


def test_who_looks_at_an_offer_is_on_record_where_it_was_made(case):
    offer = offered(case)
    page_of(case.okafor, "offer-list")
    page_of(case.okafor, "offer", offer.transfer)
    seen = AccessEvent.objects.filter(user=case.okafor, patients__patient=case.dame.pk)
    assert list(seen.order_by("pk").values_list("route", "kind", "clinic")) == [
        ("offer-list", "list", case.west.pk),
        ("offer", "view", case.west.pk),
    ]
    assert "M. Okafor" in page_of(case.osei, "patient-access", case.dame.pk).text


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"to": "west"}, "Choose a clinic from the list."),
        ({"to": "demo"}, "Choose a clinic from the list."),
        ({"to": "empty"}, "Choose a clinic from the list."),
        ({"responsible": "hall"}, "Dr B. Hall is not a prescriber of this clinic."),
        ({"says": " "}, "Write why the patient is offered."),
    ],
)
def test_an_offer_is_refused_with_the_reason(case, change, words):
    case.demo = ClinicFactory(is_demo=True)
    member(case.demo)
    case.empty = ClinicFactory()
    member(case.empty, Role.VIEWER)
    count = Entry.objects.count()
    with pytest.raises(RuleBroken, match=words):
        offered(case, **{name: getattr(case, value, value) for name, value in change.items()})
    assert Entry.objects.count() == count


def test_who_left_or_is_offered_already_is_not_offered(case):
    offered(case)
    with pytest.raises(RuleBroken, match="An offer to Northfield waits"):
        offered(case, to=case.third)
    version = case.dame.versions.newest().get()
    patient_actions.revise_patient(
        patient=case.dame, seen=version.entry, identity=version.identity,
        standing=Standing("died", timezone.localdate()), by=case.osei,
    )  # fmt: skip
    with pytest.raises(RuleBroken, match="died or left"):
        accepted(case, Transfer.objects.get(to=case.north))
    assert not Arrival.objects.filter(sender=case.west).exists()


# Other answers


def test_an_offer_that_was_taken_back_shows_nothing_and_is_not_accepted(case):
    offer = offered(case)
    read = page_of(case.okafor, "offer", offer.transfer)
    page = page_of(case.lind, "transfer-retract", offer.transfer)
    answer = sent(case.lind, page, "transfer-retract", offer.transfer, reason_text="She stays")
    assert answer.status == 302
    assert banner(case.dame) == banner(case.dame)[-1:]  # what came before it alone
    assert not WorklistRow.objects.filter(patient=case.dame, topic="offer").exists()
    assert "Taken back by J. Lind" in page_of(case.osei, "transfer-list", case.dame.pk).text
    for told_there in (
        page_of(case.okafor, "offer", offer.transfer),
        sent(case.okafor, read, "offer", offer.transfer, responsible=str(case.hall.pk)),
    ):
        assert "The offer was taken back by J. Lind" in told_there.text
        assert "QUILLFEATHER" not in told_there.text
    assert told_there.status == 409
    declined = page_of(
        case.okafor, "offer-decline", offer.transfer, says="No beds", submission=str(case.dame.pk)
    )
    assert declined.status == 409
    assert "No beds" in declined.text
    assert not Arrival.objects.filter(sender=case.west).exists()


def test_a_declined_patient_stays_and_the_sender_reads_why(case):
    offer = offered(case)
    page = page_of(case.okafor, "offer-decline", offer.transfer)
    answer = sent(case.okafor, page, "offer-decline", offer.transfer, says="No pump nurse")
    assert answer.status == 302
    assert "declined by M. Okafor, Northfield" in banner(case.dame)[0]
    assert "this clinic remains responsible" in banner(case.dame)[0]
    assert "No pump nurse" in page_of(case.osei, "transfer-list", case.dame.pk).text
    [row] = WorklistRow.objects.filter(patient=case.dame, topic="offer")
    assert row.whose == case.osei
    assert not Entry.objects.filter(clinic=case.north).exists()
    assert case.dame.versions.newest().get().status == "here"
    again = offered(case, to=case.third)  # a new offer stands in place of the declined one
    assert "Offered to Third" in banner(case.dame)[0]
    actions.take_back_offer(offer=again, reason_text="Not there either", by=case.osei)
    actions.take_back_offer(offer=offer, reason_text="Stays for good", by=case.osei)
    assert not WorklistRow.objects.filter(patient=case.dame, topic="offer").exists()


def test_what_was_recorded_meanwhile_is_read_before_it_is_accepted(case):
    offer = offered(case)
    read = page_of(case.okafor, "offer", offer.transfer)
    regimen = RegimenVersion.objects.newest().filter(regimen__patient=case.dame).get()
    step_of(regimen, note="Halved at the door", by=case.osei)
    answer = sent(case.okafor, read, "offer", offer.transfer, responsible=str(case.hall.pk))
    assert answer.status == 409
    assert "the record there has more than your page showed" in answer.text
    assert answer.values["responsible"] == str(case.hall.pk)
    assert not Arrival.objects.filter(sender=case.west).exists()
    done = sent(case.okafor, answer, "offer", offer.transfer)
    assert done.status == 302


def test_who_may_be_here_already_is_compared_and_nothing_is_merged(case):
    offer = offered(case)
    read = page_of(case.okafor, "offer", offer.transfer)
    identity = case.dame.versions.newest().get().identity
    alike = PatientFactory(
        clinic=case.north, family_name=identity.family_name, birth_date=identity.birth_date,
        given_names="Mina",
    )  # fmt: skip
    first = sent(case.okafor, read, "offer", offer.transfer, responsible=str(case.hall.pk))
    assert first.status == 409
    assert "somebody here may be the same person" in first.text
    assert "Mina" in first.text
    second = sent(case.okafor, first, "offer", offer.transfer)
    assert second.errors == {"is_compared": ["Compare them, then tick this."]}
    answer = sent(case.okafor, second, "offer", offer.transfer, is_compared="on")
    arrived = Arrival.objects.get(transfer=offer.transfer).patient
    assert answer.response.url == reverse("same-person-new", args=[arrived.pk])
    assert alike.versions.count() == 1


def test_sent_again_it_answers_as_first_and_another_is_told(case):
    offer = offered(case)
    read = page_of(case.okafor, "offer", offer.transfer)
    other = page_of(case.hall, "offer", offer.transfer)
    answers = [
        sent(case.okafor, read, "offer", offer.transfer, responsible=str(case.hall.pk))
        for _time in range(2)
    ]
    assert {(each.status, each.response.url) for each in answers} == {
        (302, reverse("patient", args=[Arrival.objects.get(transfer=offer.transfer).patient_id]))
    }
    late = sent(case.hall, other, "offer", offer.transfer, responsible=str(case.hall.pk))
    assert late.status == 409
    assert "The offer was accepted by M. Okafor, Northfield" in late.text
    assert Patient.objects.filter(clinic=case.north).count() == 1


def test_nobody_responsible_stands_on_the_worklist_there(case):
    offer = offered(case)
    read = page_of(case.okafor, "offer", offer.transfer)
    sent(case.okafor, read, "offer", offer.transfer, responsible="nobody")
    arrived = Arrival.objects.get(transfer=offer.transfer).patient
    front = page_of(case.hall, "worklist").text
    assert "No responsible prescriber 1" in front
    assert "does not prescribe here" in front
    answer = Transfer.objects.get(transfer=offer.transfer, event="accepted")
    assert (answer.responsible, answer.responsible_name) == (None, "")
    assert RegimenVersion.objects.filter(regimen__patient=arrived).exists()


def test_an_offer_of_who_is_erased_is_gone(case):
    offer = offered(case)
    administrator = member(case.west, Role.ADMINISTRATOR)
    erasing.erase(
        clinic=case.west, patient=case.dame.pk, reason=ErasureReason.REQUEST, by=administrator
    )
    assert not transferred.waiting().exists()
    assert "Moves to her nephew" not in page_of(case.okafor, "offer-list").text
    with pytest.raises(Exception, match="erased"):
        accepted(case, offer)
    assert findings() == []


# Where else it is told


def test_files_and_the_changes_sheet_tell_of_it(case):
    offer = offered(case)
    declined = actions.decline_patient(offer=offer, says="No pump nurse", by=case.okafor)
    arrived = Patient.objects.get(pk=accepted(case, offered(case)).entry.patient)
    now = timezone.now()
    for patient, by, words in (
        (case.dame, case.osei, "that clinic is responsible"),
        (arrived, case.hall, "Came from Westgate"),
    ):
        record = history.read(patient, by=by, now=now)
        assert words in pdf.document(record)["banner"]["elsewhere"]
        assert words in fhir_file(record).decode()
        assert words in page_of(by, "patient-csv", patient.pk).response.content.decode()
        assert words in package_of(exported(patient))["notice"]
    tables = tables_of(exported(case.dame))
    assert [row["event"] for row in tables["transfers"][-3:]] == ["declined", "offered", "accepted"]
    assert tables["transfers"][-3]["says"] == "No pump nurse"
    assert [row["sender_name"] for row in tables_of(exported(arrived))["arrivals"]] == ["Westgate"]
    sheet = page_of(case.osei, "changes")
    for words in ("Offered to another clinic", "The other clinic declined", "No pump nurse",
                  "Transferred to another clinic"):  # fmt: skip
        assert words in sheet.text
    assert "Came from another clinic" in page_of(case.hall, "changes").text
    known = declined.entry.number
    then = page_of(case.osei, "transfer-list", case.dame.pk, query=f"?known={known}")
    assert "Declined by M. Okafor" in then.text
    assert "Accepted by" not in then.text


# In the database


@pytest.mark.parametrize(
    "change",
    [{"event": "accepted"}, {"event": "lost"}, {"event": "offered"}],
)
def test_an_offer_is_made_once_and_answered_once(case, change):
    offer = offered(case)
    actions.decline_patient(offer=offer, says="No pump nurse", by=case.okafor)
    row = {
        "transfer": offer.transfer, "patient": case.dame, "to": case.north, "to_name": "Northfield",
        "entry": Entry.objects.filter(clinic=case.west).first(), "says": "x",
        "arrived": case.dame if change["event"] == "accepted" else None,
    }  # fmt: skip
    with pytest.raises(IntegrityError), transaction.atomic():
        Transfer.objects.create(**{**row, **change})
