"""The pages of contacts: recording one, answering a call back, correcting, withdrawing."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from access.models import Role
from tests.factories import MembershipFactory, PatientFactory, UserFactory, member
from tests.pages import Page, typed_over
from tests.titration.factories import contact_of, contact_text, regimen_of
from titration import actions
from titration.models import Contact
from titration.policies import ChangedMeanwhile
from titration.reading import contacted

pytestmark = pytest.mark.django_db


@pytest.fixture
def patient():
    return PatientFactory()


@pytest.fixture
def nurse(client, patient):
    person = member(patient.clinic, Role.RECORDER)
    client.force_login(person)
    return person


def today_of(patient) -> date:
    return patient.clinic.local(timezone.now()).date()


def new(patient) -> str:
    return reverse("contact-new", args=[patient.pk])


def send(client, address: str, **typed) -> Page:
    page = Page(client.get(address))
    return Page(client.post(address, typed_over(page.values, typed)))


def said(patient, **more) -> dict:
    return {
        "how": "telephone",
        "direction": "in",
        "reached": "reached",
        "which_day": today_of(patient).isoformat(),
        "said": "Legs are easier",
        **more,
    }


def later(patient, days: int = 2) -> dict[str, str]:
    day = today_of(patient) + timedelta(days=days)
    return {
        "call_back_day": str(day.day),
        "call_back_month": str(day.month),
        "call_back_year": str(day.year),
    }


def test_a_contact_is_recorded_by_who_had_it(client, patient, nurse) -> None:
    page = send(client, new(patient), **said(patient, with_whom="Her son", told_them="Rest"))
    assert page.response.status_code == 302
    [text] = contacted.contacts([patient.pk])
    assert (text.whose_name, text.with_whom, text.told) == (nurse.name, "Her son", "Rest")
    listed = Page(client.get(reverse("contact-list", args=[patient.pk])))
    assert "They telephoned" in listed.text
    assert "“Legs are easier”" in listed.text


def test_errors_stand_beside_their_boxes_and_what_was_typed_is_kept(client, patient, nurse) -> None:
    page = send(client, new(patient), said="Legs are easier", call_back_for="tone")
    assert {"how", "direction", "reached", "which_day", "call_back_day"} <= set(page.errors)
    assert page.values["said"] == "Legs are easier"
    assert not Contact.objects.exists()


def test_a_call_back_is_answered_from_the_list_and_stands_there_no_more(
    client, patient, nurse
) -> None:
    send(client, new(patient), **said(patient, call_back_for="drowsiness", **later(patient)))
    address = reverse("contact-list", args=[patient.pk])
    listed = Page(client.get(address))
    assert "“drowsiness”" in listed.text
    [answer] = [link for link in listed.links if "?answers=" in link]
    front = Page(client.get(reverse("worklist")))
    assert "“drowsiness”" in front.text
    assert answer in front.links
    assert send(client, answer, **said(patient)).response.status_code == 302
    assert "Nobody is to be called back." in Page(client.get(address)).text
    assert "drowsiness" not in Page(client.get(reverse("worklist"))).text


MEANWHILE = "Recorded of the same day while you were writing."


def test_of_two_who_record_a_contact_of_one_day_the_second_reads_the_first(client, patient, nurse):
    pages = [Page(client.get(new(patient))) for _person in range(2)]
    contact_of(patient, nurse, on=today_of(patient) - timedelta(days=1), said="The day before")
    first = typed_over(pages[0].values, said(patient, said="The first of them"))
    assert client.post(new(patient), first).status_code == 302
    told = Page(client.post(new(patient), typed_over(pages[1].values, said(patient))))
    assert told.status == 409
    assert MEANWHILE in told.text
    assert "“The first of them”" in told.text
    assert "The day before" not in told.text
    assert told.values["said"] == "Legs are easier"
    assert Contact.objects.count() == 2
    # Once it was read both stand; and what was sent is answered as the first time.
    for values in (told.values, told.values, first):
        assert client.post(new(patient), values).status_code == 302
    assert Contact.objects.count() == 3


def test_a_contact_recorded_since_is_found_under_the_lock(patient, nurse):
    seen = contact_of(patient, nurse, on=today_of(patient)).entry.number
    newer = contact_of(patient, nurse, on=today_of(patient))
    said = {"patient": patient, "text": contact_text(patient, nurse), "by": nurse, "seen": seen}
    with pytest.raises(ChangedMeanwhile):
        actions.record_contact(**said)
    actions.retract_contact(contact=newer, reason="twice", reason_text="", by=nurse)
    assert actions.record_contact(**said)


def test_of_two_who_answer_a_call_back_the_second_is_told_in_words(client, patient, nurse) -> None:
    call = contact_of(patient, nurse, call_back=today_of(patient))
    address = f"/patients/{patient.pk}/contacts/new/?answers={call.contact}"
    page = Page(client.get(address))
    contact_of(patient, nurse, answers=call.contact)
    count = Contact.objects.count()
    answer = Page(client.post(address, typed_over(page.values, {"said": "Better"})))
    assert answer.errors["answers"][0].startswith("This call back waits no longer")
    assert answer.values["said"] == "Better"
    assert Contact.objects.count() == count


def test_whose_hours_ran_out_is_not_offered(client, patient, nurse) -> None:
    now = timezone.now()
    locum = MembershipFactory(
        clinic=patient.clinic,
        role=Role.RECORDER,
        user=UserFactory(name="L. Ocum"),
        started_at=now - timedelta(hours=9),
        until=now - timedelta(hours=1),
        reason="night",
    )
    assert (
        locum.user.name not in client.get(f"/patients/{patient.pk}/contacts/new/").content.decode()
    )


def test_a_try_in_vain_is_counted_and_needs_another_day(client, patient, nurse) -> None:
    call = contact_of(patient, nurse, call_back=today_of(patient))
    address = f"{new(patient)}?answers={call.contact}"
    refused = send(client, address, **said(patient, reached="no-answer"))
    assert "call_back_day" in refused.errors
    assert Contact.objects.count() == 1
    send(client, address, **said(patient, reached="no-answer", **later(patient)))
    assert "Tried 1 time, nobody was reached." in Page(client.get(reverse("worklist"))).text


def test_a_call_back_of_a_withdrawn_medicine_stays_in_the_worklist(client, patient, nurse) -> None:
    version = regimen_of(patient)
    contact_of(
        patient,
        nurse,
        regimen=version.regimen,
        call_back=today_of(patient),
        call_back_for="the rash",
    )
    actions.retract_regimen(
        regimen=version.regimen, reason="twice", reason_text="", by=version.responsible
    )
    front = Page(client.get(reverse("worklist")))
    assert "“the rash”" in front.text


def test_a_contact_is_corrected_and_both_texts_stay(client, patient, nurse) -> None:
    contact = contact_of(patient, nurse)
    address = reverse("contact-correct", args=[contact.contact])
    page = send(client, address, said="Arms are easier", correction_reason="misheard")
    assert page.response.status_code == 302
    line = Page(client.get(reverse("contact", args=[contact.contact])))
    assert "“Arms are easier”" in line.text
    assert "“Legs are easier”" in line.text
    assert "ENTERED IN ERROR" in line.text


def test_a_conflict_shows_both_texts_and_keeps_what_was_typed(client, patient, nurse) -> None:
    contact = contact_of(patient, nurse)
    address = reverse("contact-correct", args=[contact.contact])
    mine = typed_over(
        Page(client.get(address)).values, {"said": "mine", "correction_reason": "slip"}
    )
    send(client, address, said="theirs", correction_reason="slip")
    page = Page(client.post(address, mine))
    assert page.status == 409
    assert "“theirs”" in page.text
    assert page.values["said"] == "mine"
    assert Page(client.post(address, page.values)).response.status_code == 302
    [text] = contacted.standing(contacted.contacts([patient.pk]))
    assert text.said == "mine"


def test_a_contact_is_withdrawn_and_its_call_back_goes_with_it(client, patient, nurse) -> None:
    contact = contact_of(patient, nurse, call_back=today_of(patient))
    address = reverse("contact-retract", args=[contact.contact])
    assert send(client, address, reason="twice").response.status_code == 302
    listed = Page(client.get(reverse("contact-list", args=[patient.pk])))
    assert "ENTERED IN ERROR" in listed.text
    assert "Nobody is to be called back." in listed.text


def test_the_list_is_as_known_at_a_moment(client, patient, nurse) -> None:
    first = contact_of(patient, nurse)
    contact_of(patient, nurse, said="Later words")
    address = reverse("contact-list", args=[patient.pk])
    page = Page(client.get(f"{address}?known={first.entry.number}"))
    assert "NOT TODAY'S RECORD" in page.text
    assert "Legs are easier" in page.text
    assert "Later words" not in page.text


def test_the_list_takes_the_same_queries_at_any_length(client, patient, nurse) -> None:
    address = reverse("contact-list", args=[patient.pk])

    def count(more: int) -> int:
        for _again in range(more):
            contact_of(patient, nurse)
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        return len(queries)

    assert count(3) == count(6)


def test_the_changes_sheet_tells_of_a_contact_its_correction_and_its_withdrawal(
    client, patient, nurse
) -> None:
    contact = contact_of(patient, nurse)
    send(
        client,
        reverse("contact-correct", args=[contact.contact]),
        said="Arms are easier",
        correction_reason="misheard",
    )
    send(client, reverse("contact-retract", args=[contact.contact]), reason="twice")
    sheet = Page(client.get(f"{reverse('changes')}?patient={patient.pk}"))
    assert "Contact, corrected" in sheet.text
    assert "“Legs are easier”" in sheet.text
    assert "“Arms are easier”" in sheet.text
    assert "Withdrawn as entered in error" in sheet.text
