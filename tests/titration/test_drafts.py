"""Writing a draft on its pages: everything typed is kept, nobody's save is overwritten."""

import json
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.http import QueryDict
from django.test import Client
from django.utils import timezone

from access.models import AccessEvent, AccessKind, Role
from ledger import erasing
from ledger.models import Entry, ErasureReason
from ledger.writing import PatientErased
from tests.factories import ClinicFactory, PatientFactory, member
from tests.pages import Page, typed_over
from tests.titration.doses import at
from tests.titration.factories import (
    draft_of,
    medicine_of,
    plan_of,
    plan_text,
    planned_row,
    regimen_of,
    signed_plan,
    step_of,
)
from titration import actions, document, projection
from titration.forms.plans import document_sent
from titration.models import PlanDraft, RegimenVersion, WorklistRow

pytestmark = pytest.mark.django_db

SCRIPT = {"Accept": "application/json"}


class Desk:
    """A regimen of baclofen by mouth, its prescriber and its recorder, and the pages of a draft."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.clinic = ClinicFactory.create(name="Riverside Clinic")
        self.prescriber = member(self.clinic, name="Dr A. Osei")
        self.recorder = member(self.clinic, Role.RECORDER, name="J. Lind")
        patient = PatientFactory.create(clinic=self.clinic, by=self.prescriber)
        medicine = medicine_of(self.clinic)
        self.regimen: RegimenVersion = regimen_of(patient, medicine, self.prescriber)
        self.new_url = f"/regimens/{self.regimen.regimen_id}/plans/new/"
        client.force_login(self.prescriber)

    def begin(self, *rows: dict, **head) -> PlanDraft:
        """A draft with these rows, in mg, with columns for morning and bedtime."""
        found = document.tidy(
            {
                "purpose": "titration",
                "unit": "mg",
                "slots": ["morning", "bedtime"],
                "end": "continue",
                "rows": list(rows),
                **head,
            }
        )
        return actions.begin_draft(
            regimen=self.regimen.regimen, document=found, by=self.prescriber, submission=uuid4()
        )

    def url(self, draft: PlanDraft, page: str = "edit") -> str:
        return f"/plans/{draft.pk}/{page}/"

    def get(self, url: str) -> Page:
        return Page(self.client.get(url))

    def send(self, draft: PlanDraft, page: Page | None = None, script: bool = False, **typed):
        """Send the page's form, typed over; as the script does or as a button does."""
        page = page or self.get(self.url(draft))
        form = next(form for form in page.forms if "data-plan" in form.attributes)
        data = typed_over(form.values, typed)
        return self.client.post(self.url(draft), data, headers=SCRIPT if script else None)


@pytest.fixture
def desk(client) -> Desk:
    return Desk(client)


def row(when: str = "", dose: str = "", words: str = "", **amounts: str) -> dict:
    return {"row": str(uuid4()), "when": when, "dose": dose, "words": words, "amounts": amounts}


FULL = [row("16 Nov 2026", morning="5", bedtime="5"), row("2 weeks", morning="7", bedtime="11")]


# Beginning


def test_a_draft_is_begun_with_what_was_chosen(desk):
    page = desk.get(desk.new_url)
    typed = {"purpose": "taper", "slots": ["morning", "evening"]}
    response = desk.client.post(desk.new_url, typed_over(page.values, typed))
    draft = PlanDraft.objects.get()
    assert response.url == desk.url(draft)
    assert draft.document["purpose"] == "taper"
    assert draft.document["slots"] == ["morning", "evening"]
    assert draft.document["unit"] == "mg"
    assert all(document.is_blank(each) for each in draft.document["rows"])


def test_the_columns_offered_are_the_times_of_the_instruction_that_holds(desk):
    assert "slots" not in desk.get(desk.new_url).values
    step_of(desk.regimen, components=(at("morning", "7"), at("bedtime", "11")))
    later = desk.clinic.local(timezone.now()).date() + timedelta(days=30)
    step_of(desk.regimen, later, components=(at("midday", "13"),))
    page = desk.get(desk.new_url)
    assert page.values["slots"] == ["morning", "bedtime"]
    assert "7 mg" not in page.text


def test_a_form_that_is_sent_twice_begins_one_draft(desk):
    values = desk.get(desk.new_url).values
    for _time in range(2):
        desk.client.post(desk.new_url, values)
    assert PlanDraft.objects.count() == 1


def test_the_present_plan_is_revised_word_for_word(desk):
    text = plan_text(
        planned_row(date(2026, 3, 2), at("morning", "5"), at("bedtime", "25 to 50")),
        planned_row("1 month", at("morning", "7"), words="with food"),
        slots=("morning", "bedtime"),
        if_missed="Leave it out.",
    )
    signed_plan(draft_of(desk.regimen.regimen, by=desk.prescriber), text)
    page = desk.get(desk.new_url)
    assert "Version 1 of the present plan" in page.text
    desk.client.post(desk.new_url, page.values)
    draft = PlanDraft.objects.get()
    read, problems = document.read(draft.document)
    assert problems == ()
    assert read == text
    assert draft.revises is not None
    assert draft.revises.version == 1


def test_a_draft_that_is_begun_is_offered_again(desk):
    draft = desk.begin()
    assert f"/plans/{draft.pk}/edit/" in desk.get(desk.new_url).links


def test_no_draft_is_begun_for_a_withdrawn_regimen(desk):
    values = desk.get(desk.new_url).values
    actions.retract_regimen(
        regimen=desk.regimen.regimen, reason="twice", reason_text="", by=desk.prescriber
    )
    response = desk.client.post(desk.new_url, values)
    assert response.status_code == 422
    assert not PlanDraft.objects.exists()


# Saving


def test_what_is_typed_is_saved_as_it_stands(desk):
    draft = desk.begin(row())
    response = desk.send(draft, when=" soon", dose="5 mg b", words="x\r\ny", **{"at-morning": "5."})
    assert response.status_code == 302
    draft.refresh_from_db()
    (only,) = draft.document["rows"]
    assert (only["when"], only["dose"], only["words"]) == (" soon", "5 mg b", "x\ny")
    assert only["amounts"] == {"morning": "5."}
    assert (draft.revision, draft.saved_by) == (2, desk.prescriber)


def test_a_page_shows_what_was_read_and_what_was_not(desk):
    draft = desk.begin(*FULL, row("soon", "7 mg bd"))
    page = desk.get(desk.url(draft))
    assert "Monday 16-Nov-2026" in page.text
    assert "Total per day: 10\u00a0mg".replace("\u00a0", " ") in page.text
    assert "Difference of the totals from the row before: +8 mg" in page.text
    assert "Row 3, Starts: “soon”: Write the date as day" in page.text
    assert "“bd”: Write this out in words" in page.text
    assert "This draft counts for nothing until a prescriber signs it." in page.text
    assert f"/plans/{draft.pk}/sign/" not in page.links


def test_a_draft_without_open_points_leads_to_its_signature(desk):
    draft = desk.begin(*FULL)
    assert f"/plans/{draft.pk}/sign/" in desk.get(desk.url(draft)).links


def test_a_recorder_asks_the_prescriber_to_sign(desk):
    draft = desk.begin(*FULL)
    desk.client.force_login(desk.recorder)
    page = desk.get(desk.url(draft))
    assert "Ask Dr A. Osei to sign" in page.text
    assert f"/plans/{draft.pk}/sign/" not in page.links
    desk.send(draft, page, do="ask")
    draft.refresh_from_db()
    assert draft.asked_by == desk.recorder
    assert "J. Lind asked for a signature" in desk.get(desk.url(draft)).text


def to_sign() -> list:
    return list(WorklistRow.objects.filter(topic="sign").values_list("about", flat=True))


@pytest.mark.parametrize("editor", ["prescriber", "recorder"])
def test_a_change_ends_the_request_for_a_signature(desk, editor):
    draft = desk.begin(*FULL)
    desk.client.force_login(desk.recorder)
    desk.send(draft, do="ask")
    assert to_sign() == [draft.pk]
    desk.client.force_login(getattr(desk, editor))
    told = desk.send(draft, script=True, **{"at-morning": ["5", "99"]}).json()
    ended = "J. Lind asked for a signature. The draft was changed since, which ended the request."
    assert ended in told["state"]
    assert to_sign() == []
    assert not list(projection.differences(desk.clinic))
    desk.client.force_login(desk.recorder)
    page = desk.get(desk.url(draft))
    assert ended in page.text
    assert "Ask Dr A. Osei again to sign" in page.text
    desk.send(draft, page, do="ask")
    assert to_sign() == [draft.pk]
    assert ended not in desk.get(desk.url(draft)).text


def test_a_save_without_a_change_leaves_the_request_for_a_signature(desk):
    draft = desk.begin(*FULL)
    desk.client.force_login(desk.recorder)
    desk.send(draft, do="ask")
    desk.send(draft, script=True)
    draft.refresh_from_db()
    assert (draft.revision, draft.asked_by) == (1, desk.recorder)
    assert draft.asked_at is not None
    assert to_sign() == [draft.pk]


def test_a_text_that_cannot_be_signed_says_too_that_the_request_ended(desk):
    draft = desk.begin(*FULL)
    desk.send(draft, do="ask")
    desk.send(draft, when=["soon", "2 weeks"])
    page = desk.get(desk.url(draft))
    assert "1 point is open" in page.text
    assert "which ended the request" in page.text
    assert to_sign() == []


def test_nobody_is_asked_to_sign_what_cannot_be_signed(desk):
    draft = desk.begin(row("soon"))
    response = desk.send(draft, do="ask")
    assert response.status_code == 422
    assert "cannot be signed yet" in Page(response).text
    draft.refresh_from_db()
    assert draft.asked_by is None


def test_the_script_is_told_what_was_read(desk):
    draft = desk.begin(*FULL)
    response = desk.send(draft, script=True, when=["16 Nov 2026", "2 weks"])
    told = response.json()
    first, second = (told["rows"][each["row"]] for each in FULL)
    assert told["revision"] == 2
    assert told["saved"].startswith("Saved ")
    assert "16-Nov-2026" in first["read"]
    assert (first["place"], first["bad"]) == ("1", [])
    assert (second["place"], second["bad"]) == ("2", ["when"])
    assert "1 point is open" in told["state"]


def test_what_is_typed_is_escaped(desk):
    draft = desk.begin(row("<script>1", "<b>2", "<i>3", morning='"><u>4'))
    html = desk.get(desk.url(draft)).html
    told = desk.send(draft, script=True).content.decode()
    for typed in ("<script>1", "<b>2", "<i>3", "<u>4"):
        assert typed not in html
        assert typed not in told


def test_saving_the_same_again_changes_nothing(desk):
    draft = desk.begin(*FULL)
    page = desk.get(desk.url(draft))
    for _time in range(2):
        assert desk.send(draft, page, script=True).status_code == 200
    draft.refresh_from_db()
    assert draft.revision == 1


# Buttons, without a script


def rows_of(draft: PlanDraft) -> list[str]:
    draft.refresh_from_db()
    return [each["when"] for each in draft.document["rows"]]


@pytest.mark.parametrize(
    ("do", "expected"),
    [
        ("insert", ["a", "", "b", "c"]),
        ("copy", ["a", "b", "b", "c"]),
        ("up", ["b", "a", "c"]),
        ("down", ["a", "c", "b"]),
        ("delete", ["a", "c"]),
    ],
)
def test_a_button_of_a_row_does_what_it_says(desk, do, expected):
    rows = [row("a"), row("b"), row("c")]
    draft = desk.begin(*rows)
    response = desk.send(draft, do=f"{do}:{rows[1]['row']}")
    assert response.status_code == 302
    assert rows_of(draft) == expected


def test_what_was_typed_beside_a_button_is_saved_with_it(desk):
    rows = [row("a"), row("b")]
    draft = desk.begin(*rows)
    desk.send(draft, do=f"delete:{rows[0]['row']}", words=["", "typed just now"])
    draft.refresh_from_db()
    assert draft.document["rows"][0]["words"] == "typed just now"


def test_a_removed_row_comes_back(desk):
    rows = [row("a"), row("b", "5 mg bd")]
    draft = desk.begin(*rows)
    desk.send(draft, do=f"delete:{rows[1]['row']}")
    assert rows_of(draft) == ["a"]
    desk.send(draft, do="undo")
    assert rows_of(draft) == ["a", "b"]
    assert draft.document["rows"] == rows


def test_a_row_is_added_at_the_end(desk):
    draft = desk.begin(row("a"))
    response = desk.send(draft, do="add")
    assert rows_of(draft) == ["a", ""]
    assert response.url.endswith(f"#row-{draft.document['rows'][1]['row']}")


def test_rows_are_laid_on_dates_and_no_dose_is_touched(desk):
    rows = [row("", "5 mg at bedtime"), row("", "1.5 mg at bedtime"), row("", "7 to 9 mg at lunch")]
    draft = desk.begin(*rows)
    desk.send(draft, do="lay", first="31 January 2027", every="1 month")
    assert rows_of(draft) == ["31 January 2027", "1 month", "1 month"]
    assert [each["dose"] for each in draft.document["rows"]] == [each["dose"] for each in rows]
    page = desk.get(desk.url(draft))
    for day in ("Sunday 31-Jan-2027", "Sunday 28-Feb-2027", "Wednesday 31-Mar-2027"):
        assert day in page.text


def test_rows_are_not_laid_on_what_was_not_understood(desk):
    draft = desk.begin(row("as said", "5 mg at bedtime"))
    response = desk.send(draft, do="lay", first="1/2/2027", every="1 week")
    page = Page(response)
    assert response.status_code == 422
    assert "can be read in two ways" in page.text
    assert rows_of(draft) == ["as said"]
    form = next(form for form in page.forms if "data-plan" in form.attributes)
    assert form.values["first"] == "1/2/2027"


def test_no_more_rows_are_added_than_a_plan_holds(desk):
    draft = desk.begin(*[row("a") for _row in range(200)])
    response = desk.send(draft, do="add")
    assert response.status_code == 422
    assert "at most 200 rows" in Page(response).text
    assert len(rows_of(draft)) == 200


# Two people


def test_a_save_over_another_save_is_a_conflict_and_saves_nothing(desk):
    draft = desk.begin(*FULL, note="old")
    mine = desk.get(desk.url(draft))
    actions.save_draft(
        draft=draft,
        document={**draft.document, "note": "theirs"},
        seen=1,
        by=desk.recorder,
    )
    response = desk.send(draft, mine, note="mine")
    page = Page(response)
    assert response.status_code == 409
    assert "J. Lind saved this draft on" in page.text
    assert "theirs" in page.text
    assert "mine" in page.text
    draft.refresh_from_db()
    assert (draft.document["note"], draft.revision) == ("theirs", 2)


def conflicting(desk) -> tuple[PlanDraft, Page]:
    """A draft of two rows: I changed the first, the recorder the second and the note."""
    draft = desk.begin(*FULL)
    mine = desk.get(desk.url(draft))
    first, second = draft.document["rows"]
    theirs = {**draft.document, "note": "theirs", "rows": [first, {**second, "when": "3 weeks"}]}
    actions.save_draft(draft=draft, document=theirs, seen=1, by=desk.recorder)
    return draft, Page(desk.send(draft, mine, words=["mine", ""]))


def settled(desk, draft, page, do: str, **chosen: str):
    form = next(form for form in page.forms if "mine" in form.values)
    return desk.client.post(desk.url(draft), {**form.values, **chosen, "do": do})


def said(draft: PlanDraft) -> tuple:
    draft.refresh_from_db()
    first, second = draft.document["rows"]
    return first["words"], second["when"], draft.document["note"]


@pytest.mark.parametrize(
    ("do", "expected"),
    [("mine", ("mine", "2 weeks", "")), ("theirs", ("", "3 weeks", "theirs"))],
)
def test_one_of_two_texts_is_taken_whole(desk, do, expected):
    draft, page = conflicting(desk)
    assert settled(desk, draft, page, do).status_code == 302
    assert said(draft) == expected


def test_figures_of_a_conflict_stand_under_their_unit(desk):
    _draft, page = conflicting(desk)
    assert "Morning (mg)" in page.text
    assert "Bedtime (mg)" in page.text


def test_two_texts_are_settled_row_by_row(desk):
    draft, page = conflicting(desk)
    first, second = (f"choice-{each['row']}" for each in FULL)
    chosen = {first: "mine", second: "theirs", "choice-note": "theirs"}
    settled(desk, draft, page, "merge", **chosen)
    assert said(draft) == ("mine", "3 weeks", "theirs")


def test_a_long_text_in_any_script_is_carried_whole(desk):
    draft = desk.begin(*[row("1 week", words="Ж" * 3000) for _row in range(60)])
    mine = desk.get(desk.url(draft))
    theirs = {**draft.document, "note": "theirs"}
    actions.save_draft(draft=draft, document=theirs, seen=1, by=desk.recorder)
    page = Page(desk.send(draft, mine, note="mine"))
    settled(desk, draft, page, "mine")
    draft.refresh_from_db()
    assert (draft.document["note"], draft.document["rows"]) == ("mine", theirs["rows"])


def test_nothing_is_settled_without_every_choice(desk):
    draft, page = conflicting(desk)
    response = settled(desk, draft, page, "merge", **{f"choice-{FULL[0]['row']}": "mine"})
    assert response.status_code == 409
    assert "Choose one side of every difference" in Page(response).text
    assert said(draft) == ("", "3 weeks", "theirs")


def test_a_third_save_meanwhile_is_a_conflict_again(desk):
    draft, page = conflicting(desk)
    draft.refresh_from_db()
    actions.save_draft(
        draft=draft, document={**draft.document, "note": "third"}, seen=2, by=desk.recorder
    )
    response = settled(desk, draft, page, "mine")
    assert response.status_code == 409
    assert "third" in Page(response).text
    assert said(draft) == ("", "3 weeks", "third")


def test_the_script_is_given_both_texts(desk):
    draft = desk.begin(*FULL)
    mine = desk.get(desk.url(draft))
    actions.save_draft(
        draft=draft, document={**draft.document, "note": "theirs"}, seen=1, by=desk.recorder
    )
    response = desk.send(draft, mine, script=True, note="mine")
    assert response.status_code == 409
    assert "J. Lind" in response.json()["conflict"]


@pytest.mark.parametrize("script", [False, True])
def test_what_was_typed_stays_to_be_copied_when_the_draft_is_gone(desk, script):
    draft = desk.begin(*FULL)
    page = desk.get(desk.url(draft))
    PlanDraft.objects.all().delete()
    response = desk.send(draft, page, script, words=["typed just now", ""])
    assert response.status_code == 410
    if script:
        assert "signed or discarded meanwhile" in response.json()["gone"]
    else:
        assert "typed just now" in Page(response).text


def test_a_draft_that_goes_while_it_is_saved_is_gone(desk, monkeypatch):
    draft = desk.begin(*FULL)
    page = desk.get(desk.url(draft))
    save = actions.save_draft

    def too_late(**asked):
        PlanDraft.objects.all().delete()
        return save(**asked)

    monkeypatch.setattr("titration.actions.drafts.save_draft", too_late)
    response = desk.send(draft, page, words=["typed just now", ""])
    assert response.status_code == 410
    assert "typed just now" in Page(response).text


def test_what_was_sent_signed_out_comes_back_over_the_revision_it_was_typed_on(desk):
    draft = desk.begin(*FULL)
    page = desk.get(desk.url(draft))
    del desk.client.cookies["sessionid"]
    response = desk.send(draft, page, words=["typed signed out", ""])
    assert response.url.startswith("/accounts/login/")
    actions.save_draft(
        draft=draft, document={**draft.document, "note": "theirs"}, seen=1, by=desk.recorder
    )
    desk.client.force_login(desk.prescriber)
    page = desk.get(desk.url(draft))
    assert "What you had typed is back" in page.text
    form = next(form for form in page.forms if "data-plan" in form.attributes)
    assert (form.values["words"], form.values["revision"]) == (["typed signed out", ""], "1")
    assert desk.send(draft, page).status_code == 409


def test_a_table_that_was_pasted_signed_out_comes_back(desk):
    draft = desk.begin(*FULL)
    page = desk.get(desk.url(draft, "paste"))
    del desk.client.cookies["sessionid"]
    desk.client.post(desk.url(draft, "paste"), {**page.values, "pasted": TABLE})
    desk.client.force_login(desk.prescriber)
    page = desk.get(desk.url(draft, "paste"))
    assert page.values["pasted"].replace("\r\n", "\n") == TABLE


def test_what_was_chosen_signed_out_comes_back(desk):
    values = desk.get(desk.new_url).values
    del desk.client.cookies["sessionid"]
    desk.client.post(desk.new_url, {**values, "purpose": "taper"})
    desk.client.force_login(desk.prescriber)
    assert desk.get(desk.new_url).values["purpose"] == "taper"


def test_the_address_of_a_signed_draft_leads_to_the_plan(desk):
    plan = plan_of(desk.regimen).plan
    assert desk.client.get(f"/plans/{plan.pk}/edit/").url == f"/plans/{plan.pk}/"


# Discarding


def test_a_draft_is_discarded_after_asking(desk):
    draft = desk.begin(*FULL)
    page = desk.get(desk.url(draft, "discard"))
    assert "16 Nov 2026" in page.text
    response = desk.client.post(desk.url(draft, "discard"), page.values)
    assert response.url == f"/regimens/{desk.regimen.regimen_id}/"
    assert not PlanDraft.objects.exists()


def test_a_draft_that_was_saved_meanwhile_is_not_discarded(desk):
    draft = desk.begin(*FULL)
    page = desk.get(desk.url(draft, "discard"))
    actions.save_draft(
        draft=draft, document={**draft.document, "note": "x"}, seen=1, by=desk.recorder
    )
    desk.client.post(desk.url(draft, "discard"), page.values)
    assert PlanDraft.objects.exists()


# Pasting

TABLE = "Date\tMorning\tBedtime\n16 Nov 2026\t5\t10\n23 Nov 2026\tten\t10\n"


def paste(desk, draft, text: str = TABLE, **more):
    typed = {"pasted": text, "do": "read", "revision": draft.revision, **more}
    return desk.client.post(desk.url(draft, "paste"), typed)


def test_a_pasted_table_is_shown_and_changes_nothing(desk):
    draft = desk.begin(*FULL)
    page = Page(paste(desk, draft))
    assert "2 rows were found" in page.text
    assert "Monday 16-Nov-2026" in page.text
    assert "“ten”" in page.text
    draft.refresh_from_db()
    assert draft.revision == 1


def test_confirmed_rows_go_in_after_the_row_that_was_named(desk):
    draft = desk.begin(*FULL)
    paste(desk, draft, do="insert", after=FULL[0]["row"])
    draft.refresh_from_db()
    assert rows_of(draft) == ["16 Nov 2026", "16-Nov-2026", "23-Nov-2026", "2 weeks"]
    assert draft.document["rows"][2]["amounts"] == {"morning": "ten", "bedtime": "10"}
    assert "“ten”: " in desk.get(desk.url(draft)).text


def test_confirmed_rows_go_in_instead_of_all_and_undo_brings_those_back(desk):
    draft = desk.begin(*FULL)
    paste(desk, draft, do="replace")
    assert rows_of(draft) == ["16-Nov-2026", "23-Nov-2026"]
    desk.send(draft, do="undo")
    assert draft.document["rows"] != FULL
    draft.refresh_from_db()
    assert draft.document["rows"] == FULL


@pytest.mark.parametrize(
    ("more", "amounts", "marked"),
    [
        ({}, {}, True),
        (
            {"in_columns": "on"},
            {"breakfast": "8", "lunch": "4", "dinner": "0", "bedtime": "8"},
            False,
        ),
    ],
)
def test_figures_without_headings_stand_for_the_columns_only_when_that_is_said(
    desk, more, amounts, marked
):
    draft = desk.begin(slots=["breakfast", "lunch", "dinner", "bedtime"])
    paste(desk, draft, "16 Nov 2026: 8/4/0/8\n17 Nov 2026: 4/4/0/8\n", do="replace", **more)
    draft.refresh_from_db()
    assert draft.document["rows"][0]["amounts"] == amounts
    assert any(problem.row for problem in document.read(draft.document)[1]) == marked


def test_pasted_clock_times_have_columns_of_their_own(desk):
    draft = desk.begin()
    paste(desk, draft, "Date\t08:00\t20:30\n16 Nov 2026\t5\t7.5\n", do="replace")
    page = desk.get(desk.url(draft))
    assert "08:00 (mg)" in page.text
    assert "5 mg at 08:00; 7.5 mg at 20:30" in page.text
    desk.send(draft, page, **{"at-20:30": "11"})
    draft.refresh_from_db()
    assert draft.document["rows"][0]["amounts"] == {"08:00": "5", "20:30": "11"}


@pytest.mark.parametrize("text", ["", "Date\tDose\n" + "1 week\tx\n" * 201])
def test_what_cannot_go_in_is_refused_and_kept(desk, text):
    draft = desk.begin(*FULL)
    response = paste(desk, draft, text, do="replace")
    assert response.status_code == 422
    assert rows_of(draft) == ["16 Nov 2026", "2 weeks"]


@pytest.mark.parametrize("text", ["Date\tDose", "\n", " ", "|---|---|", "\t\t\t"])
@pytest.mark.parametrize("do", ["read", "insert", "replace"])
def test_a_table_without_rows_is_refused(desk, text, do):
    draft = desk.begin(*FULL)
    page = Page(paste(desk, draft, text, do=do))
    assert page.status == 422
    assert page.errors["pasted"] == ["No row was found: headings alone, or blanks, are no rows."]
    draft.refresh_from_db()
    assert (draft.document["rows"], draft.revision) == (FULL, 1)


@pytest.mark.parametrize("do", ["insert", "replace"])
def test_a_pasted_table_overwrites_no_save_of_somebody_else(desk, do):
    draft = desk.begin(*FULL)
    page = Page(paste(desk, draft))
    theirs = document.tidy({**draft.document, "rows": [*FULL, row("1 week", "9 mg at noon")]})
    actions.save_draft(draft=draft, document=theirs, seen=1, by=desk.recorder)
    again = Page(desk.client.post(desk.url(draft, "paste"), {**page.values, "do": "read"}))
    response = desk.client.post(desk.url(draft, "paste"), {**again.values, "do": do})
    assert response.status_code == 409
    page = Page(response)
    assert "J. Lind saved this draft on" in page.text
    assert ("9 mg at noon" in page.text) is (do == "replace")
    assert "ten" in page.text
    draft.refresh_from_db()
    assert (draft.document, draft.revision) == (theirs, 2)
    form = next(form for form in page.forms if "mine" in form.values)
    assert form.action == desk.url(draft)
    desk.client.post(form.action, {**form.values, "do": "mine"})
    kept = ["16 Nov 2026", "2 weeks", "1 week"] if do == "insert" else []
    assert rows_of(draft) == [*kept, "16-Nov-2026", "23-Nov-2026"]


def test_a_pasted_table_stays_to_be_copied_when_the_draft_is_gone(desk):
    draft = desk.begin(*FULL)
    page = Page(paste(desk, draft))
    PlanDraft.objects.all().delete()
    response = desk.client.post(desk.url(draft, "paste"), {**page.values, "do": "replace"})
    assert response.status_code == 410
    assert "23 Nov 2026" in Page(response).text


# Who may


def test_a_viewer_neither_sees_nor_saves_a_draft(desk):
    draft = desk.begin(*FULL)
    page = desk.get(desk.url(draft))
    desk.client.force_login(member(desk.clinic, Role.VIEWER))
    assert desk.client.get(desk.url(draft)).status_code == 403
    assert desk.send(draft, page, note="forged").status_code == 403
    assert paste(desk, draft, do="replace").status_code == 403
    draft.refresh_from_db()
    assert draft.document["note"] == ""


def test_people_of_another_clinic_find_no_draft(desk):
    draft = desk.begin(*FULL)
    page = desk.get(desk.url(draft))
    desk.client.force_login(member(ClinicFactory.create()))
    for name in ("edit", "paste", "discard"):
        assert desk.client.get(desk.url(draft, name)).status_code == 404
    assert desk.send(draft, page, note="forged").status_code == 404
    draft.refresh_from_db()
    assert draft.revision == 1


def test_the_writes_ask_who_it_is(desk):
    draft = desk.begin(*FULL)
    for person in (member(desk.clinic, Role.VIEWER), member(ClinicFactory.create())):
        for act in (
            lambda by: actions.save_draft(draft=draft, document={}, seen=1, by=by),
            lambda by: actions.discard_draft(draft=draft, seen=1, by=by),
            lambda by: actions.ask_to_sign(draft=draft, seen=1, by=by),
            lambda by: actions.begin_draft(
                regimen=desk.regimen.regimen, document={}, by=by, submission=uuid4()
            ),
        ):
            with pytest.raises(PermissionDenied):
                act(person)
    assert PlanDraft.objects.get().revision == 1


@pytest.mark.parametrize(
    "forged",
    [
        {"revision": None},
        {"revision": "x"},
        {"revision": "9" * 30},
        {"note": "x" * 5000},
        {"row": [str(uuid4())] * 300},
        {"do": "explode:7"},
        {"undo": "[" * 10_000},
        {"undo": json.dumps([{"place": -1, "row": 3}, {"when": {"x": 3}}, {"rows": [7]}, 8])},
        {"undo": json.dumps([{"when": {"\x00": "x", "\ud800": "x"}}])},
        {"mine": "{}", "do": "mine", "revision": "7"},
        {"mine": json.dumps({"note": "\ud800\x00", "\ud800": "\x00"}), "do": "mine"},
        {"mine": "[" * 10_000, "do": "mine"},
        {f"at-{number}": "x" for number in range(1000)},
    ],
)
def test_a_forged_form_breaks_nothing(desk, forged):
    draft = desk.begin(*FULL)
    response = desk.send(draft, **forged)
    assert response.status_code in (200, 302, 400, 409)
    draft.refresh_from_db()
    assert len(json.dumps(draft.document)) < 5000
    assert desk.client.get(desk.url(draft)).status_code == 200


def test_drafts_write_nothing_into_the_ledger_and_every_page_is_accounted_for(desk):
    count = Entry.objects.count()
    draft = desk.begin(*FULL)
    events = AccessEvent.objects.count()
    desk.send(draft, note="x")
    paste(desk, draft)
    assert Entry.objects.count() == count
    assert AccessEvent.objects.count() == events + 3
    patient = desk.regimen.regimen.patient_id
    for event in AccessEvent.objects.order_by("-pk")[:3]:
        assert [seen.patient for seen in event.patients.all()] == [patient]


def test_what_the_script_saves_is_an_event_of_its_own_kind(desk):
    draft = desk.begin(*FULL)
    desk.send(draft, script=True, note="x")
    assert AccessEvent.objects.latest("pk").kind == AccessKind.TYPING
    desk.send(draft, note="y")
    assert AccessEvent.objects.latest("pk").kind == AccessKind.WRITE


def test_rows_beyond_those_of_a_plan_are_refused_unread():
    sent = QueryDict(mutable=True)
    sent.setlist("row", [""] * 201)
    sent.setlistdefault("at-08:00", ["5"])
    with pytest.raises(document.TooLong):
        document_sent(sent)


def test_only_times_of_day_are_columns():
    sent = QueryDict("row=&row=&at-08:00=5&at-7=9&at-morning=&at-morning=7")
    found = document_sent(sent)
    assert [each["amounts"] for each in found["rows"]] == [{"08:00": "5"}, {"morning": "7"}]


def test_a_revision_of_thousands_of_digits_that_comes_back_is_none(desk):
    draft = desk.begin(*FULL)
    page = desk.get(desk.url(draft))
    del desk.client.cookies["sessionid"]
    desk.send(draft, page, revision="9" * 5000)
    desk.client.force_login(desk.prescriber)
    page = desk.get(desk.url(draft))
    form = next(form for form in page.forms if "data-plan" in form.attributes)
    assert form.values["revision"] == "1"


def test_a_draft_goes_with_its_patients_erasure(desk):
    draft = desk.begin(*FULL)
    administrator = member(desk.clinic, Role.ADMINISTRATOR)
    erasing.erase(
        clinic=desk.clinic,
        patient=desk.regimen.regimen.patient_id,
        reason=ErasureReason.REQUEST,
        by=administrator,
    )
    assert not PlanDraft.objects.exists()
    with pytest.raises(actions.DraftGone):
        actions.save_draft(draft=draft, document=document.blank(), seen=1, by=desk.prescriber)
    with pytest.raises(PatientErased):
        desk.begin()


# Cost


def test_a_grid_of_many_rows_asks_no_more_of_the_database(desk, django_assert_max_num_queries):
    one, many = desk.begin(*FULL), desk.begin(*FULL, *[row("1 week", morning="5")] * 198)
    assert len(many.document["rows"]) == 200
    counts = []
    for draft in (one, many):
        with django_assert_max_num_queries(40) as asked:
            assert desk.client.get(desk.url(draft)).status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_a_save_of_many_rows_asks_no_more_of_the_database(desk, django_assert_max_num_queries):
    one, many = desk.begin(*FULL), desk.begin(*FULL, *[row("1 week", morning="5")] * 198)
    counts = []
    for draft in (one, many):
        page = desk.get(desk.url(draft))
        with django_assert_max_num_queries(40) as asked:
            assert desk.send(draft, page, script=True, note="x").status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1]
