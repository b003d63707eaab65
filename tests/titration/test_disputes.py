"""The named prescriber confirms or disputes what somebody else typed in their name."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from access.models import Role
from ledger.models import Entry
from ledger.writing import AlreadySuperseded
from tests.factories import ClinicFactory, PatientFactory, member
from tests.pages import Page
from tests.titration.doses import times
from tests.titration.exports import rows_of, text_of
from tests.titration.factories import regimen_of, step_of
from titration import actions
from titration.exports import csv as export
from titration.exports import history, pdf
from titration.models import Confirmation, Dispute, DoseStep
from titration.policies import RuleBroken
from titration.timeline import Effective

pytestmark = pytest.mark.django_db


@pytest.fixture
def clinic():
    return ClinicFactory()


@pytest.fixture
def prescriber(clinic, client):
    person = member(clinic, name="Dr A. Osei")
    client.force_login(person)
    return person


@pytest.fixture
def recorder(clinic):
    return member(clinic, Role.RECORDER, name="J. Lind")


@pytest.fixture
def version(clinic, prescriber):
    return regimen_of(PatientFactory(clinic=clinic, by=prescriber), by=prescriber)


@pytest.fixture
def step(version, recorder) -> DoseStep:
    """Typed by the recorder; it waits for the prescriber who is named in it."""
    return step_of(version, by=recorder)


def disputed(client, step: DoseStep, says: str = "", **more):
    sent = {"entry": str(step.pk), "says": says, **more}
    return client.post(reverse("step-dispute", args=[step.step]), sent, follow=True)


def page_of(client, step: DoseStep, known: str = "") -> Page:
    url = reverse("regimen", args=[step.regimen_id])
    return Page(client.get(url, {"known": known} if known else {}))


def corrected(step: DoseStep, by) -> DoseStep:
    return actions.correct_step(
        step=step,
        instruction=actions.Instruction(
            kind="dose",
            effective=Effective(date(2026, 3, 2)),
            decided_by=step.decided_by,
            decided_by_name=step.decided_by_name,
            received_how="telephone",
            reason="start",
            components=(times(3, "3"),),
        ),
        correction_reason="misheard",
        by=by,
    )


def test_a_step_is_disputed_in_one_click(client, step):
    page = Page(disputed(client, step))
    assert Dispute.objects.get().disputes == step
    assert "The entry stands as it is until it is corrected or withdrawn." in page.text
    assert "Disputed by Dr A. Osei, " in page.text
    assert "Not yet confirmed" not in page.text


def test_what_was_decided_is_said_in_their_own_words(client, step):
    page = Page(disputed(client, step, "I said 3, not 5"))
    assert "“I said 3, not 5”" in page.text


def test_a_disputed_step_offers_neither_answer_again(client, step):
    assert f"/steps/{step.step}/dispute/" in page_of(client, step).html
    disputed(client, step)
    html = page_of(client, step).html
    assert f"/steps/{step.step}/dispute/" not in html
    assert f"/steps/{step.step}/confirm/" not in html


def test_who_is_not_named_is_offered_no_answer(client, clinic, step):
    client.force_login(member(clinic))
    html = page_of(client, step).html
    assert "/dispute/" not in html


@pytest.mark.parametrize("role", [Role.RECORDER, Role.PRESCRIBER, Role.VIEWER])
def test_nobody_else_disputes(client, clinic, step, role):
    count = Entry.objects.count()
    client.force_login(member(clinic, role))
    assert disputed(client, step).status_code == 403
    with pytest.raises(PermissionDenied):
        actions.dispute_step(step=step, says="", by=member(clinic, role))
    assert Entry.objects.count() == count


def test_a_step_that_the_prescriber_typed_is_not_disputed(version, prescriber):
    step = step_of(version)
    with pytest.raises(RuleBroken, match="You recorded this step yourself"):
        actions.dispute_step(step=step, says="", by=prescriber)
    assert not Dispute.objects.exists()


def test_a_confirmed_step_is_not_disputed(step, prescriber):
    actions.confirm_step(step=step, by=prescriber)
    with pytest.raises(RuleBroken, match="already confirmed"):
        actions.dispute_step(step=step, says="", by=prescriber)
    assert not Dispute.objects.exists()


def test_a_disputed_step_is_neither_confirmed_nor_disputed_again(step, prescriber):
    actions.dispute_step(step=step, says="", by=prescriber)
    with pytest.raises(RuleBroken, match="already disputed"):
        actions.confirm_step(step=step, by=prescriber)
    with pytest.raises(RuleBroken, match="already disputed"):
        actions.dispute_step(step=step, says="again", by=prescriber)
    assert (Dispute.objects.count(), Confirmation.objects.count()) == (1, 0)


def test_a_text_that_was_corrected_is_not_disputed_unread(client, step, recorder):
    corrected(step, recorder)
    page = Page(disputed(client, step))
    assert "Somebody changed this entry first." in page.text
    with pytest.raises(AlreadySuperseded):
        actions.dispute_step(step=step, says="", by=step.decided_by)
    assert not Dispute.objects.exists()


def test_a_second_click_disputes_once(client, step):
    disputed(client, step, "no")
    page = Page(disputed(client, step, "no"))
    assert Dispute.objects.count() == 1
    assert "Disputed. The entry stands" in page.text


def test_a_second_answer_in_other_words_says_that_the_first_holds(client, step):
    disputed(client, step, "no")
    page = Page(disputed(client, step, "not at all"))
    assert "You said this of the entry already, in other words." in page.text
    assert Dispute.objects.get().says == "no"


def test_too_many_words_are_refused(client, step):
    page = Page(disputed(client, step, "x" * 1001))
    assert "Write at most 1,000 characters." in page.text
    assert not Dispute.objects.exists()


def test_a_correction_by_somebody_else_waits_anew(client, step, recorder):
    disputed(client, step)
    corrected(step, recorder)
    page = page_of(client, step)
    assert "Not yet confirmed by Dr A. Osei" in page.text
    assert "Disputed by" not in page.text


def test_a_correction_by_the_prescriber_settles_it(client, step, prescriber):
    disputed(client, step)
    corrected(step, prescriber)
    page = page_of(client, step)
    assert "Recorded by the prescriber" in page.text
    assert "Disputed by" not in page.text


@pytest.mark.parametrize("ahead", [-30, 30], ids=["holds", "not yet begun"])
def test_what_waits_is_answered_in_its_card_and_in_the_log(client, version, recorder, ahead):
    on = version.regimen.clinic.local(timezone.now()).date() + timedelta(days=ahead)
    step = step_of(version, on, by=recorder)
    page = page_of(client, step)
    assert page.text.count(f"Confirm entry {step.entry.number}") == 2


@pytest.mark.parametrize("answer", ["step-confirm", "step-dispute"])
def test_an_answer_leads_back_to_the_list_that_it_was_given_in(client, step, answer):
    sent = {"entry": str(step.pk), "back": "/?mine=1"}
    response = client.post(reverse(answer, args=[step.step]), sent)
    assert (response.status_code, response.url) == (302, "/?mine=1")


@pytest.mark.parametrize("back", ["https://elsewhere.example/", "//elsewhere.example/", "nowhere"])
def test_an_answer_leads_to_no_other_site(client, step, back):
    response = client.post(
        reverse("step-dispute", args=[step.step]), {"entry": str(step.pk), "back": back}
    )
    assert response.url == reverse("regimen", args=[step.regimen_id])


def test_who_disputed_later_had_not_disputed_then(client, step):
    disputed(client, step)
    text = page_of(client, step, str(step.entry.number)).text
    assert "Not yet confirmed by Dr A. Osei" in text
    assert "Disputed by" not in text


def test_a_dispute_is_told_among_what_was_learned_since(client, step):
    disputed(client, step, "I said 3")
    url = reverse("patient-known", args=[step.regimen.patient_id])
    text = Page(client.get(url, {"known": str(step.entry.number)})).text
    assert (
        f"Dr A. Osei disputed entry {step.entry.number}, which holds from 02-Mar-2026: “I said 3”."
        in text
    )


def test_the_patients_page_says_that_it_is_disputed(client, step):
    disputed(client, step)
    url = reverse("patient", args=[step.regimen.patient_id])
    assert "Disputed by Dr A. Osei, " in Page(client.get(url)).text


def test_the_csv_tells_who_disputed_it(client, step, prescriber):
    disputed(client, step, "I said 3")
    now = datetime(2026, 11, 21, 10, 14, tzinfo=UTC)
    (row,) = rows_of(export.csv_file(history.read(step.regimen.patient, by=prescriber, now=now)))
    dispute = Dispute.objects.get()
    assert row["confirmation"] == "disputed"
    assert row["disputed_entry"] == str(dispute.entry.number)
    assert (row["disputed_by"], row["dispute_says"]) == ("Dr A. Osei", "I said 3")


def test_the_pdf_prints_who_disputed_it(client, step, prescriber):
    disputed(client, step, "I said 3")
    now = datetime(2026, 11, 21, 10, 14, tzinfo=UTC)
    told = pdf.document(history.read(step.regimen.patient, by=prescriber, now=now))
    assert "Disputed by Dr A. Osei, " in str(told)
    assert "“I said 3”" in str(told)


def test_a_long_dispute_loses_nothing_on_paper(client, step, prescriber):
    words = " ".join(f"word{number}" for number in range(135))
    disputed(client, step, words)
    now = datetime(2026, 11, 21, 10, 14, tzinfo=UTC)
    document = pdf.document(history.read(step.regimen.patient, by=prescriber, now=now))
    printed = text_of(pdf.typeset(document, now, "house.typ", "letter.typ", "history.typ"))
    assert all(word in printed for word in words.split())
    assert [row["is_long"] for row in document["regimens"][0]["rows"]] == [True]
