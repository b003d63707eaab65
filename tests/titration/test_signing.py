"""Signing: what is read before it, who may, the password at that moment, and what comes between."""

import re
from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from access import presence
from access.models import AccessEvent, AccessKind, Role
from ledger import erasing
from ledger.models import Entry, ErasureReason
from ledger.writing import PatientErased
from patients import actions as people
from patients.identity import Standing
from tests.factories import PASSWORD, ClinicFactory, PatientFactory, member
from tests.pages import Page
from tests.titration.doses import at, times
from tests.titration.factories import (
    draft_of,
    medicine_of,
    plan_of,
    plan_text,
    planned_row,
    regimen_of,
    step_of,
)
from tests.titration.issuing import newest
from titration import actions
from titration.actions.drafts import revision_of, save_draft
from titration.models import PlanDraft, PlanVersion, Regimen
from titration.planning import PlanText
from titration.reading import planned

pytestmark = pytest.mark.django_db

TEXT = plan_text(
    planned_row(date(2026, 3, 2), times(3, "7")),
    planned_row("2 weeks", at("morning", "11"), at("bedtime", "13")),
    purpose="taper",
    if_missed="Ring the ward",
)


def drafted(regimen: Regimen, text: PlanText = TEXT, by=None, revises=None) -> PlanDraft:
    """A draft into which a plan was typed."""
    return draft_of(regimen, by=by, revises=revises, document=revision_of(text, "mg"))


def address(draft: PlanDraft) -> str:
    return reverse("plan-sign", args=[draft.pk])


def signed_in(person) -> Client:
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture
def clinic():
    return ClinicFactory()


@pytest.fixture
def osei(clinic):
    return member(clinic, name="Dr A. Osei")


@pytest.fixture
def version(clinic, osei):
    patient = PatientFactory(clinic=clinic, by=osei, family_name="Novak", given_names="Irena")
    return regimen_of(patient, by=osei)


@pytest.fixture
def draft(version, osei):
    return drafted(version.regimen, by=osei)


def sign(client: Client, draft: PlanDraft, page: Page | None = None, **typed) -> Page:
    """Open the page unless one is open, type the password, press the button."""
    page = page or Page(client.get(address(draft)))
    form = {**page.values, "password": PASSWORD, **typed}
    return Page(client.post(address(draft), form))


def text_of(version: PlanVersion) -> PlanText:
    log = planned.plan_log(version.plan_id, version.plan.regimen_id)
    return next(each.text for each in log.versions if each.entry == version.pk)


# What is read


def test_the_page_says_every_row_in_full_words_with_its_date(draft, osei):
    page = Page(signed_in(osei).get(address(draft)))

    assert "Taper: By mouth: baclofen, tablet" in page.text
    assert "Monday 02-Mar-2026 Three times a day 7 mg each time" in page.text
    assert "Monday 16-Mar-2026 2 weeks after the row before Morning 11 mg" in page.text
    assert "If doses are missed Ring the ward" in page.text


def test_the_page_says_by_how_much_the_totals_of_rows_differ(draft, osei):
    page = Page(signed_in(osei).get(address(draft)))
    assert "Difference of the totals from the row before: +3 mg" in page.text


def test_the_button_names_the_patient(draft, osei):
    page = Page(signed_in(osei).get(address(draft)))

    assert "Sign this plan for NOVAK, Irena (Ms)" in page.text
    assert "password" in page.form.typed


def test_the_page_says_what_is_recorded_now(draft, osei, version):
    client = signed_in(osei)
    assert "No instruction is recorded." in Page(client.get(address(draft))).text

    step_of(version, components=(times(2, "17"),))

    text = Page(client.get(address(draft))).text
    assert "Recorded now Twice a day 17 mg each time" in text


def test_the_page_says_which_rows_have_no_date_and_what_is_counted_from_none(version, osei):
    text = plan_text(
        planned_row(date(2026, 3, 2), times(1, "7")),
        planned_row("review", times(1, "11", period=2)),
        planned_row("2 weeks", times(1, "13")),
    )
    draft = drafted(version.regimen, text, by=osei)

    page = Page(signed_in(osei).get(address(draft)))

    assert "Row 2 waits for a review, and has no date until it is recorded." in page.text
    assert "The days of row 2 are counted from the day on which it starts." in page.text
    assert "Row 3 has no date until the row before it has one." in page.text


def test_the_page_says_what_a_revision_changes_row_by_row(version, osei):
    signed = plan_of(version, *TEXT.rows, purpose="taper", if_missed="Ring the ward")
    longer = replace(TEXT.rows[1], count=3)
    changed = replace(TEXT, rows=(TEXT.rows[0], longer), if_missed="Ring Dr Osei")
    draft = drafted(version.regimen, changed, by=osei, revises=signed)

    page = Page(signed_in(osei).get(address(draft)))

    assert "From Version 1 to This draft" in page.text
    assert "Start changed" in page.text
    assert "If doses are missed Ring the ward Ring Dr Osei" in page.text
    assert "1 row is the same." in page.text


def test_a_half_typed_draft_cannot_be_signed_and_the_page_leads_to_it(version, osei):
    draft = draft_of(version.regimen, by=osei, document=revision_of(TEXT, "mg") | {"purpose": ""})

    page = Page(signed_in(osei).get(address(draft)))

    assert "This draft cannot be signed yet" in page.text
    assert "Sign this plan" not in page.text
    assert reverse("plan-edit", args=[draft.pk]) in page.links


# Signing


def test_a_signed_plan_says_exactly_what_the_draft_said(draft, osei):
    page = sign(signed_in(osei), draft)

    [signed] = PlanVersion.objects.all()
    assert page.status == 302
    assert page.response["Location"] == reverse("plan", args=[draft.pk])
    assert text_of(signed) == TEXT
    assert (signed.plan_id, signed.version) == (draft.pk, 1)
    assert signed.entry.recorded_by == osei
    assert not PlanDraft.objects.exists()


def test_a_revision_signed_is_the_next_version_and_rows_keep_their_ids(version, osei):
    first = plan_of(version, *TEXT.rows, purpose="taper")
    draft = drafted(version.regimen, TEXT, by=osei, revises=first)

    sign(signed_in(osei), draft)

    second = PlanVersion.objects.get(version=2)
    assert second.plan_id == first.plan_id
    assert second.entry.supersedes == first.entry
    assert [row.row for row in second.rows] == [row.row for row in first.rows]


@pytest.mark.parametrize("role", [Role.RECORDER, Role.VIEWER, Role.AUDITOR, Role.ADMINISTRATOR])
def test_a_forged_post_of_anybody_else_is_403_and_changes_nothing(draft, osei, clinic, role):
    page = Page(signed_in(osei).get(address(draft)))
    count = Entry.objects.count()

    answer = sign(signed_in(member(clinic, role)), draft, page)

    assert answer.status == 403
    assert Entry.objects.count() == count
    assert PlanDraft.objects.get() == draft
    refused = AccessEvent.objects.order_by("pk").last()
    assert refused.kind == AccessKind.REFUSED
    assert [each.patient for each in refused.patients.all()] == [draft.regimen.patient_id]


def test_a_draft_of_another_clinic_is_not_there(draft):
    stranger = signed_in(member(ClinicFactory()))

    assert stranger.get(address(draft)).status_code == 404
    assert stranger.post(address(draft), {"password": PASSWORD}).status_code == 404
    assert PlanDraft.objects.exists()


# The password


def test_a_wrong_password_keeps_the_page_and_signs_nothing(draft, osei):
    client, count = signed_in(osei), Entry.objects.count()

    page = sign(client, draft, password="a good guess, but no more")

    assert page.status == 422
    assert page.errors["password"] == ["This is not your password. Nothing is signed."]
    assert "a good guess" not in page.html
    assert Entry.objects.count() == count
    assert sign(client, draft, page).status == 302


def test_a_wrong_password_leaves_an_access_event_as_a_refusal(draft, osei):
    sign(signed_in(osei), draft, password="a good guess, but no more")

    event = AccessEvent.objects.order_by("pk").last()
    assert (event.kind, event.route) == (AccessKind.REFUSED, "plan-sign")
    assert [each.patient for each in event.patients.all()] == [draft.regimen.patient_id]


def test_after_five_wrong_passwords_the_right_one_waits_too(draft, osei):
    client, count = signed_in(osei), Entry.objects.count()
    page = Page(client.get(address(draft)))
    for _guess in range(5):
        assert sign(client, draft, page, password="a good guess, but no more").status == 422

    refused = sign(client, draft, page)

    assert refused.status == 429
    assert "Too many wrong passwords." in refused.text
    assert Entry.objects.count() == count


def test_right_passwords_count_for_no_guess(version, osei, rf):
    request = rf.post("/")
    request.user = osei

    for _time in range(12):
        presence.prove(request, PASSWORD)


def test_guesses_of_one_person_do_not_lock_out_another(draft, osei, clinic):
    page = Page(signed_in(osei).get(address(draft)))
    for _guess in range(6):
        sign(signed_in(osei), draft, page, password="a good guess, but no more")

    assert sign(signed_in(member(clinic)), draft).status == 302


def test_no_password_is_needed_to_read_and_an_empty_one_is_no_guess(draft, osei):
    client = signed_in(osei)
    page = Page(client.get(address(draft)))
    for _time in range(6):
        assert sign(client, draft, page, password="").status == 422

    assert sign(client, draft, page).status == 302


def test_a_password_is_never_kept_for_after_the_sign_in(draft, osei):
    client = signed_in(osei)
    page = Page(client.get(address(draft)))
    client.session.flush()

    client.post(address(draft), {**page.values, "password": PASSWORD})

    assert "kept-form" not in client.session


# What comes between reading and signing


def test_a_draft_that_was_changed_between_is_refused_and_the_page_shows_what(draft, osei, clinic):
    client, count = signed_in(osei), Entry.objects.count()
    page = Page(client.get(address(draft)))
    other = replace(TEXT, rows=(replace(TEXT.rows[0], components=(times(3, "17"),)), TEXT.rows[1]))
    save_draft(draft=draft, document=revision_of(other, "mg"), seen=1, by=member(clinic))

    refused = sign(client, draft, page)

    assert refused.status == 409
    assert "the draft was changed after you had opened this page" in refused.text
    assert "From As you read it to As it is now" in refused.text
    assert "Dose changed" in refused.text
    assert Entry.objects.count() == count
    assert sign(client, draft, refused).status == 302
    assert text_of(PlanVersion.objects.get()) == other


def test_a_digest_of_another_text_is_refused(draft, osei):
    client, count = signed_in(osei), Entry.objects.count()

    refused = sign(client, draft, digest="0" * 64)

    assert refused.status == 409
    assert Entry.objects.count() == count


def test_a_draft_that_was_discarded_between_signs_nothing(draft, osei, version):
    signed = plan_of(version, *TEXT.rows)
    revision = drafted(version.regimen, by=osei, revises=signed)
    client = signed_in(osei)
    page = Page(client.get(address(revision)))
    PlanDraft.objects.all().delete()
    count = Entry.objects.count()

    answer = Page(
        client.post(address(revision), {**page.values, "password": PASSWORD}, follow=True)
    )

    assert "The draft is not there any more" in answer.text
    assert Entry.objects.count() == count


def test_a_first_draft_that_was_discarded_is_not_there(draft, osei):
    client = signed_in(osei)
    page = Page(client.get(address(draft)))
    PlanDraft.objects.all().delete()

    assert sign(client, draft, page).status == 404


def test_what_is_recorded_meanwhile_is_shown_before_it_is_signed(draft, osei, version):
    client = signed_in(osei)
    page = Page(client.get(address(draft)))
    step_of(version, components=(times(2, "17"),))
    count = Entry.objects.count()

    refused = sign(client, draft, page)

    assert refused.status == 409
    assert "something was recorded after you had opened this page" in refused.text
    assert "Recorded now Twice a day 17 mg each time" in refused.text
    assert Entry.objects.count() == count
    assert sign(client, draft, refused).status == 302


def test_of_two_revisions_of_one_version_the_second_gets_both_and_keeps_its_draft(
    version, osei, clinic
):
    first = plan_of(version, *TEXT.rows, purpose="taper")
    mine = replace(TEXT, rows=(TEXT.rows[0], replace(TEXT.rows[1], count=3)))
    theirs = replace(TEXT, rows=(TEXT.rows[0], replace(TEXT.rows[1], count=4)))
    my_draft = drafted(version.regimen, mine, by=osei, revises=first)
    their_draft = drafted(version.regimen, theirs, revises=first)
    client = signed_in(osei)
    page = Page(client.get(address(my_draft)))
    sign(signed_in(member(clinic, name="Dr B. Ray")), their_draft)
    count = Entry.objects.count()

    refused = sign(client, my_draft, page)

    assert refused.status == 409
    assert "Dr B. Ray signed Version 2" in refused.text
    assert "4 weeks after the row before" in refused.text
    assert "3 weeks after the row before" in refused.text
    assert PlanDraft.objects.get() == my_draft
    assert Entry.objects.count() == count


def test_a_draft_can_be_laid_over_the_newer_version_read_again_and_signed(version, osei, clinic):
    first = plan_of(version, *TEXT.rows, purpose="taper")
    mine = replace(TEXT, rows=(TEXT.rows[0], replace(TEXT.rows[1], count=3)))
    draft = drafted(version.regimen, mine, by=osei, revises=first)
    sign(signed_in(member(clinic)), drafted(version.regimen, revises=first))
    client = signed_in(osei)
    conflict = Page(client.get(address(draft)))

    answer = client.post(address(draft), {**conflict.values, "stage": "rebase"})

    assert (answer.status_code, answer["Location"]) == (302, address(draft))
    page = Page(client.get(address(draft)))
    assert "From Version 2 to This draft" in page.text
    assert sign(client, draft, page).status == 302
    assert text_of(PlanVersion.objects.get(version=3)) == mine


def test_the_same_form_sent_again_answers_as_the_first_time(draft, osei):
    client = signed_in(osei)
    page = Page(client.get(address(draft)))
    first = sign(client, draft, page)
    count = Entry.objects.count()

    again = sign(client, draft, page)

    assert (again.status, again.response["Location"]) == (302, first.response["Location"])
    assert Entry.objects.count() == count
    assert "Signed." in Page(client.get(again.response["Location"])).text


def test_the_same_form_with_another_digest_says_that_it_was_sent_before(draft, osei):
    client = signed_in(osei)
    page = Page(client.get(address(draft)))
    sign(client, draft, page)
    client.get("/")

    answer = Page(
        client.post(
            address(draft),
            {**page.values, "password": PASSWORD, "digest": "0" * 64},
            follow=True,
        )
    )

    assert "This form was sent before with other content." in answer.text
    assert PlanVersion.objects.count() == 1


def test_a_draft_that_a_colleague_signed_leads_to_the_plan(draft, osei, clinic):
    client = signed_in(osei)
    page = Page(client.get(address(draft)))
    sign(signed_in(member(clinic)), draft)

    answer = Page(client.post(address(draft), {**page.values, "password": PASSWORD}, follow=True))

    assert "The draft is not there any more" in answer.text
    assert PlanVersion.objects.count() == 1
    assert client.get(address(draft))["Location"] == reverse("plan", args=[draft.pk])


# What cannot be signed


def died(version) -> None:
    patient = version.regimen.patient
    current = patient.versions.get()
    people.revise_patient(
        patient=patient,
        seen=current.entry,
        identity=current.identity,
        standing=Standing("died", date(2026, 4, 1)),
        by=version.responsible,
    )


def test_no_plan_is_signed_for_a_patient_who_died(draft, osei, version):
    client = signed_in(osei)
    page = Page(client.get(address(draft)))
    died(version)
    count = Entry.objects.count()

    refused = sign(client, draft, page)

    assert refused.status == 422
    assert "The record says that the patient died. No plan is signed." in refused.text
    assert Entry.objects.count() == count
    assert PlanDraft.objects.exists()
    assert "Sign this plan" not in Page(client.get(address(draft))).text


def test_a_second_plan_beside_one_that_is_not_over_is_refused(draft, osei, version):
    client = signed_in(osei)
    page = Page(client.get(address(draft)))
    plan_of(version)
    count = Entry.objects.count()

    refused = sign(client, draft, page)

    assert refused.status == 422
    assert "This regimen has a signed plan already." in refused.text
    assert Entry.objects.count() == count
    assert PlanDraft.objects.exists()


def test_a_revision_of_a_plan_that_is_over_is_refused_beside_another_open_one(version, osei):
    first = plan_of(version, *TEXT.rows)
    actions.record_plan_event(
        plan=first.plan, kind="completed", reason_text="", seen=first.entry.number, by=osei
    )
    plan_of(version)
    draft = drafted(version.regimen, by=osei, revises=first)

    form = {**hidden(draft), "password": PASSWORD}
    refused = Page(signed_in(osei).post(address(draft), form))

    assert "This regimen has a signed plan already." in refused.text
    assert PlanVersion.objects.count() == 2


def hidden(draft: PlanDraft) -> dict[str, object]:
    """What the form would say of a draft that the page offers no form for."""
    return {
        "submission": uuid4(),
        "seen": 10**6,
        "revision": draft.revision,
        "digest": actions.text_digest(TEXT),
    }


def test_no_plan_is_signed_for_a_patient_who_was_erased(draft, osei, clinic, version):
    client = signed_in(osei)
    page = Page(client.get(address(draft)))
    administrator = member(clinic, Role.ADMINISTRATOR)
    patient = version.regimen.patient_id
    erasing.erase(clinic=clinic, patient=patient, reason=ErasureReason.REQUEST, by=administrator)
    draft = PlanDraft.objects.filter(pk=draft.pk).first() or drafted(version.regimen, by=osei)

    answer = sign(client, draft, page)

    assert answer.status == 403
    assert not PlanVersion.objects.exists()


def test_no_plan_is_signed_for_a_regimen_that_was_withdrawn(draft, osei, version):
    client = signed_in(osei)
    page = Page(client.get(address(draft)))
    actions.retract_regimen(
        regimen=version.regimen, reason="wrong-patient", reason_text="", seen=None, by=osei
    )

    refused = sign(client, draft, page)

    assert "This regimen was withdrawn as entered in error." in refused.text
    assert not PlanVersion.objects.exists()


# Cost


@pytest.mark.parametrize("rows", [2, 100])
def test_queries_do_not_grow_with_the_rows(version, osei, rows):
    text = plan_text(
        planned_row(date(2026, 3, 2), times(3, "7")),
        *(planned_row("1 week", times(3, "11")) for _row in range(rows - 1)),
    )
    draft, client = drafted(version.regimen, text, by=osei), signed_in(osei)

    with CaptureQueriesContext(
        connection,
    ) as queries:
        page = Page(client.get(address(draft)))

    assert len(re.findall("Three times a day", page.text)) == rows
    assert len(queries) <= 32


def test_what_is_recorded_of_a_plan_ends_with_an_erasure(clinic, osei, version):
    plan = plan_of(version)
    administrator = member(clinic, Role.ADMINISTRATOR)
    patient = version.regimen.patient_id
    erasing.erase(clinic=clinic, patient=patient, reason=ErasureReason.REQUEST, by=administrator)
    with pytest.raises(PatientErased):
        actions.record_plan_event(
            plan=plan.plan, kind="completed", reason_text="", seen=newest(plan.plan), by=osei
        )


# The rows of other plans, and rows that reviews opened


def opened_by_review(version, row, on: date) -> None:
    text = actions.ReviewText(
        status="done",
        review_on=date(2026, 3, 2),
        what_for="Tone",
        whose=version.responsible,
        opens_row=row.row,
        opens_on=on,
    )
    actions.book_review(regimen=version.regimen, text=text, by=version.responsible)


@pytest.mark.parametrize("where", ["same regimen", "other patient"])
def test_a_row_of_another_plan_is_not_signed_and_takes_no_opening_with_it(version, osei, where):
    first = planned_row(date(2026, 3, 2), times(3, "5"))
    gate = planned_row("review", times(3, "7"))
    plan = plan_of(version, first, gate)
    opened_by_review(version, gate, date(2026, 4, 6))
    actions.record_plan_event(
        plan=plan.plan,
        kind="withdrawn",
        reason_text="Swollen lips",
        seen=newest(plan.plan),
        by=osei,
    )
    regimen = version.regimen
    if where == "other patient":
        patient = PatientFactory(clinic=regimen.clinic, by=osei)
        regimen = regimen_of(patient, medicine_of(patient.clinic, "tizanidine"), by=osei).regimen
    text = plan_text(
        planned_row(date(2026, 3, 2), times(3, "5")), replace(gate, components=(times(3, "90"),))
    )
    draft = drafted(regimen, text, by=osei)

    refused = sign(signed_in(osei), draft)

    assert "Row 2 belongs to another plan." in refused.text
    assert PlanVersion.objects.count() == 1
    assert PlanDraft.objects.filter(pk=draft.pk).exists()


@pytest.mark.parametrize(("on", "is_signed"), [(date(2026, 4, 5), True), (date(2026, 4, 6), False)])
def test_a_version_whose_dates_do_not_rise_with_those_of_reviews_is_not_signed(
    version, osei, on, is_signed
):
    first = planned_row(date(2026, 3, 2), times(3, "5"))
    gate = planned_row("review", times(3, "7"))
    plan = plan_of(version, first, gate)
    opened_by_review(version, gate, date(2026, 4, 6))
    text = plan_text(first, planned_row(on, times(3, "6")), gate)
    draft = drafted(version.regimen, text, by=osei, revises=plan)

    answer = sign(signed_in(osei), draft)

    assert PlanVersion.objects.count() == (2 if is_signed else 1)
    assert ("Row 3: This row does not start after" in answer.text) is not is_signed


# How the plan stands that a draft revises


def recorded(plan: PlanVersion, kind: str, reason: str, by) -> None:
    actions.record_plan_event(
        plan=plan.plan, kind=kind, reason_text=reason, seen=newest(plan.plan), by=by
    )


@pytest.mark.parametrize("kind", ["withdrawn", "completed"])
def test_a_plan_that_a_prescriber_ended_takes_no_further_version(version, osei, kind):
    plan = plan_of(version)
    draft = drafted(version.regimen, by=osei, revises=plan)
    client = signed_in(osei)
    open_before = Page(client.get(address(draft)))
    recorded(plan, kind, "Swollen lips", osei)

    page = Page(client.get(address(draft)))
    raced = sign(client, draft, open_before)

    assert f"{kind.capitalize()} by Dr A. Osei" in page.text
    assert "“Swollen lips”" in page.text
    assert f"The plan was {kind} and takes no further version. Begin a new plan." in page.text
    assert "Signing this version" not in page.text
    assert "Begin a new plan." in raced.text
    assert PlanVersion.objects.count() == 1
    assert PlanDraft.objects.filter(pk=draft.pk).exists()


def test_the_page_says_that_signing_ends_a_pause_and_who_paused_why(version, osei):
    plan = plan_of(version)
    draft = drafted(version.regimen, by=osei, revises=plan)
    client = signed_in(osei)
    assert "Signing this version" not in Page(client.get(address(draft))).text
    recorded(plan, "paused", "Swollen lips", osei)

    page = Page(client.get(address(draft)))

    assert "Paused by Dr A. Osei" in page.text
    assert "“Swollen lips”" in page.text
    assert "Signing this version ends the pause: the rows below count from then on." in page.text
    sign(client, draft, page)
    assert PlanVersion.objects.count() == 2


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        ("stop", "Signing this version opens the plan again."),
        ("dose", "Signing this version ends the waiting: the rows below count from then on."),
    ],
)
def test_the_page_says_what_signing_makes_of_a_plan_that_waits_or_is_closed(
    version, osei, kind, says
):
    step_of(version, date(2026, 2, 1))
    plan = plan_of(version)
    draft = drafted(version.regimen, by=osei, revises=plan)
    step_of(version, date(2026, 2, 20), kind=kind)

    page = Page(signed_in(osei).get(address(draft)))

    assert says in page.text
    assert "Dr A. Osei recorded" in page.text


@pytest.mark.parametrize("year", ["0001", "0206", "9999"])
def test_a_plan_of_another_age_is_not_signed(version, osei, year):
    document = {
        "purpose": "taper",
        "end": "continue",
        "unit": "mg",
        "rows": [{"row": str(uuid4()), "when": f"3 March {year}", "dose": "5 mg at bedtime"}],
    }
    draft = draft_of(version.regimen, by=osei, document=document)
    client = signed_in(osei)

    page = Page(client.get(address(draft)))

    assert "This draft cannot be signed yet" in page.text
    assert "password" not in page.text.casefold()
    edit = Page(client.get(reverse("plan-edit", args=[draft.pk])))
    assert "This date lies before 1900 or after 2999. Check the year." in edit.text


def test_hidden_signs_in_the_words_of_a_plan_are_not_signed(version, osei):
    draft = drafted(version.regimen, replace(TEXT, note="Take \u202e01 mg"), by=osei)
    client = signed_in(osei)

    assert "This draft cannot be signed yet" in Page(client.get(address(draft))).text
    edit = client.get(reverse("plan-edit", args=[draft.pk]))
    assert "holds hidden signs" in Page(edit).text
    assert 'href="#id_note"' in edit.content.decode()
