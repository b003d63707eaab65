"""Reviews: booked, rebooked, done, missed, cancelled; one that is done may open a planned row."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from access.models import Role
from ledger.writing import AlreadySuperseded
from patients import actions as people
from patients.identity import Standing
from tests.factories import ClinicFactory, member
from tests.pages import Page
from tests.titration.doses import times
from tests.titration.factories import STARTED, plan_of, planned_row, regimen_of, review_of
from tests.titration.issuing import newest
from titration import actions
from titration.actions import ReviewText
from titration.models import Review
from titration.policies import RuleBroken
from titration.reading import logged, planned

pytestmark = pytest.mark.django_db


@pytest.fixture
def regimen():
    return regimen_of()


def text(regimen, days: int = 7, status: str = "booked", **said) -> ReviewText:
    today = regimen.regimen.clinic.local(timezone.now()).date()
    return ReviewText(
        **{
            "status": status,
            "review_on": today + timedelta(days=days),
            "what_for": "Tone and drowsiness",
            "whose": regimen.responsible,
            **said,
        }
    )


def booked(regimen, by=None, **said) -> Review:
    return actions.book_review(
        regimen=regimen.regimen, text=text(regimen, **said), by=by or regimen.responsible
    )


def updated(review: Review, regimen, by=None, **said) -> Review:
    return actions.update_review(
        review=review, text=text(regimen, **said), by=by or regimen.responsible
    )


def test_a_recorder_books_for_a_prescriber(regimen):
    recorder = member(regimen.regimen.clinic, Role.RECORDER)
    review = booked(regimen, by=recorder)
    assert (review.whose, review.entry.recorded_by) == (regimen.responsible, recorder)


def test_rebooking_is_a_new_text_of_the_same_line(regimen):
    first = booked(regimen)
    second = updated(first, regimen, days=21)
    assert second.review == first.review
    assert list(Review.objects.newest()) == [second]


def test_two_people_on_one_review_get_a_conflict(regimen):
    review = booked(regimen)
    updated(review, regimen, days=0, status="missed")
    with pytest.raises(AlreadySuperseded):
        updated(review, regimen, days=0, status="done")
    assert Review.objects.newest().get().status == "missed"


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"days": -1}, "review_on"),
        ({"days": 1, "status": "done"}, "review_on"),
        ({"days": 1, "status": "missed"}, "review_on"),
        ({"what_for": "  "}, "what_for"),
        ({"status": "dreamt"}, "status"),
    ],
)
def test_what_cannot_be_is_refused(regimen, said, field):
    with pytest.raises(RuleBroken) as refused:
        booked(regimen, **said)
    assert refused.value.field == field
    assert not Review.objects.exists()


def test_whose_is_a_prescriber_of_the_clinic(regimen):
    stranger = member(ClinicFactory())
    with pytest.raises(RuleBroken) as refused:
        booked(regimen, whose=stranger)
    assert refused.value.field == "whose"


def test_a_viewer_books_nothing(regimen):
    with pytest.raises(PermissionDenied):
        booked(regimen, by=member(regimen.regimen.clinic, Role.VIEWER))
    assert not Review.objects.exists()


class TestOpeningARow:
    @pytest.fixture
    def version(self, regimen):
        return plan_of(
            regimen,
            planned_row(STARTED, times(3, "5")),
            planned_row("review", times(3, "7")),
            planned_row("2 weeks", times(3, "11")),
        )

    def rows(self, regimen):
        [log] = planned.plan_logs([regimen.regimen.pk])[regimen.regimen.pk]
        return [each.planned_on for each in log.carried(())]

    def test_the_row_and_those_after_it_get_their_days(self, regimen, version):
        assert self.rows(regimen) == [STARTED, None, None]
        opens = {"opens_row": version.rows[1].row, "opens_on": date(2026, 12, 1)}
        booked(regimen, days=0, status="done", **opens)
        assert self.rows(regimen) == [STARTED, date(2026, 12, 1), date(2026, 12, 15)]

    def test_a_recorder_opens_none(self, regimen, version):
        opens = {"opens_row": version.rows[1].row, "opens_on": date(2026, 12, 1)}
        recorder = member(regimen.regimen.clinic, Role.RECORDER)
        with pytest.raises(PermissionDenied):
            booked(regimen, by=recorder, days=0, status="done", **opens)
        assert self.rows(regimen) == [STARTED, None, None]

    @pytest.mark.parametrize("place", [0, 2])
    def test_only_a_row_that_waits_is_opened(self, regimen, version, place):
        opens = {"opens_row": version.rows[place].row, "opens_on": date(2026, 12, 1)}
        with pytest.raises(RuleBroken):
            booked(regimen, days=0, status="done", **opens)

    def test_a_booked_review_opens_none(self, regimen, version):
        opens = {"opens_row": version.rows[1].row, "opens_on": date(2026, 12, 1)}
        with pytest.raises(RuleBroken):
            booked(regimen, **opens)


class TestPages:
    @pytest.fixture
    def form_page(self, client, regimen):
        client.force_login(regimen.responsible)
        return reverse("review-new", args=[regimen.regimen_id])

    def typed(self, regimen, days: int = 7, **said) -> dict:
        day = regimen.regimen.clinic.local(timezone.now()).date() + timedelta(days=days)
        return {
            "submission": str(uuid4()),
            "day": str(day.day),
            "month": str(day.month),
            "year": str(day.year),
            "what_for": "Whether it holds through the night",
            "whose": str(regimen.responsible.pk),
            **said,
        }

    def test_booking_by_hand(self, client, regimen, form_page):
        assert client.post(form_page, self.typed(regimen)).status_code == 302
        review = Review.objects.get()
        assert (review.status, review.what_for) == ("booked", "Whether it holds through the night")

    def test_what_was_typed_stays_beside_its_message(self, client, regimen, form_page):
        answer = client.post(form_page, self.typed(regimen, days=-1))
        assert "A review is booked for today or a later day." in answer.text
        assert "Whether it holds through the night" in answer.text
        assert not Review.objects.exists()

    def test_of_two_who_book_a_review_the_second_reads_the_first(self, client, regimen, form_page):
        page = Page(client.get(form_page))
        typed = self.typed(regimen, seen=page.values["seen"])
        review_of(regimen, what_for="Bloods")

        answer = Page(client.post(form_page, typed))

        assert answer.status == 409
        assert "a review of this medicine was booked while you were writing" in answer.text
        assert "Bloods" in answer.text
        assert answer.values["what_for"] == typed["what_for"]
        assert Review.objects.count() == 1
        for _again in range(2):
            assert client.post(form_page, answer.values).status_code == 302
        assert Review.objects.count() == 2

    def test_rebooking_by_hand(self, client, regimen, form_page):
        review = review_of(regimen)
        address = reverse("review", args=[review.review])
        said = {"became": "booked", "entry": str(review.pk)}
        assert client.post(address, self.typed(regimen, days=30, **said)).status_code == 302
        assert Review.objects.newest().get().review == review.review
        assert client.get(address).text.count("Booked for") == 2

    def test_who_comes_second_keeps_what_they_typed(self, client, regimen, form_page):
        review = review_of(regimen)
        updated(review, regimen, days=0, status="missed")
        said = {"became": "done", "entry": str(review.pk), "outcome": "Tone is less"}
        address = reverse("review", args=[review.review])
        answer = client.post(address, self.typed(regimen, days=0, **said))
        assert answer.status_code == 409
        assert "Missed on" in answer.text
        assert "Tone is less" in answer.text
        assert Review.objects.newest().get().status == "missed"

    def test_doing_it_opens_the_row_that_waits(self, client, regimen, form_page):
        version = plan_of(
            regimen, planned_row(STARTED, times(3, "5")), planned_row("review", times(3, "7"))
        )
        review = review_of(regimen)
        address = reverse("review", args=[review.review])
        assert "7\xa0mg three times a day" in client.get(address).text
        said = {
            "became": "done",
            "entry": str(review.pk),
            "opens_row": str(version.rows[1].row),
            "opens_day": "1",
            "opens_month": "12",
            "opens_year": "2026",
        }
        assert client.post(address, self.typed(regimen, days=0, **said)).status_code == 302
        assert Review.objects.newest().get().opens_on == date(2026, 12, 1)

    def test_a_recorder_is_not_offered_the_row(self, client, regimen, form_page):
        plan_of(regimen, planned_row(STARTED, times(3, "5")), planned_row("review", times(3, "7")))
        review = review_of(regimen)
        client.force_login(member(regimen.regimen.clinic, Role.RECORDER))
        assert "Planned row" not in client.get(reverse("review", args=[review.review])).text

    def test_another_clinic_sees_nothing(self, client, regimen, form_page):
        review = review_of(regimen)
        client.force_login(member(ClinicFactory()))
        assert client.get(reverse("review", args=[review.review])).status_code == 404

    def test_cancelling_asks_for_no_day(self, client, regimen, form_page):
        review = review_of(regimen, days=9)
        said = {"became": "cancelled", "entry": str(review.pk), "day": "", "month": "", "year": ""}
        address = reverse("review", args=[review.review])
        assert client.post(address, self.typed(regimen, **said)).status_code == 302
        newest = Review.objects.newest().get()
        assert (newest.status, newest.review_on) == ("cancelled", review.review_on)

    def test_one_that_is_booked_already_is_shown_before_another(self, client, regimen, form_page):
        assert "booked already" not in client.get(form_page).text
        review = review_of(regimen)
        page = client.get(form_page).text
        assert "booked already" in page
        assert reverse("review", args=[review.review]) in page


class TestAnOpeningKeepsTheOrderOfTheRows:
    @pytest.fixture
    def version(self, regimen):
        return plan_of(
            regimen,
            planned_row(date(2026, 12, 1), times(3, "5")),
            planned_row("review", times(3, "7")),
            planned_row("2 weeks", times(3, "11")),
            planned_row(date(2027, 1, 4), times(3, "13")),
        )

    @pytest.mark.parametrize(
        "on", [date(2026, 11, 30), date(2026, 12, 1), date(2026, 12, 21), date(2027, 2, 1)]
    )
    def test_a_day_out_of_order_is_refused(self, regimen, version, on):
        with pytest.raises(RuleBroken) as refused:
            booked(regimen, days=0, status="done", opens_row=version.rows[1].row, opens_on=on)
        assert refused.value.field == "opens_on"
        assert not Review.objects.exists()

    @pytest.mark.parametrize("on", [date(2026, 12, 2), date(2026, 12, 20)])
    def test_a_day_between_is_recorded(self, regimen, version, on):
        booked(regimen, days=0, status="done", opens_row=version.rows[1].row, opens_on=on)
        assert Review.objects.get().opens_on == on


class TestWhichRowsWait:
    ON = date(2026, 12, 1)

    @pytest.fixture
    def version(self, regimen):
        return plan_of(
            regimen, planned_row(STARTED, times(3, "5")), planned_row("review", times(3, "7"))
        )

    def refused(self, regimen, version) -> bool:
        opens = {"opens_row": version.rows[1].row, "opens_on": self.ON}
        with pytest.raises(RuleBroken) as refused:
            booked(regimen, days=0, status="done", **opens)
        return refused.value.field == "opens_row"

    def test_a_row_of_a_plan_that_is_over_does_not(self, regimen, version):
        actions.record_plan_event(
            plan=version.plan,
            kind="withdrawn",
            reason_text="Swollen lips",
            seen=newest(version.plan),
            by=regimen.responsible,
        )
        assert self.refused(regimen, version)

    def test_a_row_that_was_opened_already_does_not(self, regimen, version):
        booked(regimen, days=0, status="done", opens_row=version.rows[1].row, opens_on=STARTED.max)
        assert self.refused(regimen, version)

    def test_a_row_of_another_regimen_does_not(self, regimen, version):
        assert self.refused(regimen_of(), version)


class TestARecordedOpening:
    ON = date(2026, 12, 1)

    @pytest.fixture
    def version(self, regimen):
        return plan_of(
            regimen, planned_row(STARTED, times(3, "5")), planned_row("review", times(3, "7"))
        )

    @pytest.fixture
    def opens(self, version) -> dict:
        return {"opens_row": version.rows[1].row, "opens_on": self.ON}

    @pytest.fixture
    def done(self, regimen, opens) -> Review:
        return booked(regimen, days=0, status="done", **opens)

    @pytest.fixture
    def recorder(self, regimen):
        return member(regimen.regimen.clinic, Role.RECORDER)

    def test_a_recorder_corrects_a_typo_beside_it(self, regimen, done, opens, recorder):
        updated(done, regimen, by=recorder, days=0, status="done", what_for="Tone", **opens)
        newest = Review.objects.newest().get()
        assert (newest.what_for, newest.opens_row, newest.opens_on) == ("Tone", *opens.values())

    @pytest.mark.parametrize(
        "said",
        [
            {"status": "done"},
            {"status": "missed"},
            {"status": "cancelled"},
            {"status": "booked"},
        ],
    )
    def test_a_recorder_does_not_take_it_back(self, regimen, done, recorder, said):
        with pytest.raises(PermissionDenied):
            updated(done, regimen, by=recorder, days=0, **said)
        assert Review.objects.newest().get() == done

    def test_a_recorder_does_not_change_its_day(self, regimen, done, opens, recorder):
        opens = {**opens, "opens_on": date(2026, 12, 8)}
        with pytest.raises(PermissionDenied):
            updated(done, regimen, by=recorder, days=0, status="done", **opens)

    def test_a_prescriber_changes_its_day_and_takes_it_back(self, regimen, done, opens):
        opens = {**opens, "opens_on": date(2026, 12, 8)}
        later = updated(done, regimen, days=0, status="done", **opens)
        assert later.opens_on == date(2026, 12, 8)
        assert updated(later, regimen, days=0, status="missed").opens_row is None

    def typed(self, review: Review, **said) -> dict:
        day = review.review_on
        return {
            "submission": str(uuid4()),
            "entry": str(review.pk),
            "became": "done",
            "day": str(day.day),
            "month": str(day.month),
            "year": str(day.year),
            "what_for": "Tone, put right",
            "whose": str(review.whose_id),
            **said,
        }

    def test_the_page_of_a_recorder_keeps_it_and_offers_nothing_else(self, client, done, recorder):
        client.force_login(recorder)
        address = reverse("review", args=[done.review])
        page = client.get(address).text
        assert "only a prescriber changes them" in page
        assert 'value="missed"' not in page
        assert client.post(address, self.typed(done, became="missed")).status_code == 200
        assert Review.objects.newest().get() == done
        assert client.post(address, self.typed(done)).status_code == 302
        newest = Review.objects.newest().get()
        assert (newest.what_for, newest.opens_on) == ("Tone, put right", self.ON)

    def test_the_page_of_a_prescriber_offers_it_as_it_stands(self, client, regimen, done):
        client.force_login(regimen.responsible)
        address = reverse("review", args=[done.review])
        page = client.get(address)
        form = page.context["form"]
        assert 'value="missed"' in page.text
        assert "only a prescriber changes them" not in page.text
        boxes = ("opens_row", "opens_day", "opens_month", "opens_year")
        shown = {name: str(form[name].value()) for name in boxes}
        assert shown["opens_row"] == str(done.opens_row)
        assert client.post(address, self.typed(done, **shown)).status_code == 302
        assert Review.objects.newest().get().opens_on == self.ON
        taken_back = self.typed(Review.objects.newest().get())
        assert client.post(address, taken_back).status_code == 302
        assert Review.objects.newest().get().opens_row is None

    def test_one_of_a_plan_that_is_over_stands_as_it_is(self, client, regimen, version, done):
        actions.record_plan_event(
            plan=version.plan,
            kind="completed",
            reason_text="",
            seen=newest(version.plan),
            by=regimen.responsible,
        )
        client.force_login(regimen.responsible)
        address = reverse("review", args=[done.review])
        assert client.post(address, self.typed(done)).status_code == 302
        assert Review.objects.newest().get().opens_on == self.ON


@pytest.mark.parametrize("status", ["booked", "done"])
def test_of_a_withdrawn_regimen_a_review_is_only_missed_or_cancelled(regimen, status):
    review = booked(regimen, days=0)
    actions.retract_regimen(
        regimen=regimen.regimen,
        reason="wrong-patient",
        reason_text="",
        seen=None,
        by=regimen.responsible,
    )
    with pytest.raises(RuleBroken):
        updated(review, regimen, days=0, status=status)
    missed = updated(review, regimen, days=0, status="missed")
    assert updated(missed, regimen, days=0, status="cancelled").status == "cancelled"


def test_an_opening_that_was_taken_back_is_newer_than_what_was_read(regimen):
    version = plan_of(
        regimen, planned_row(STARTED, times(3, "5")), planned_row("review", times(3, "7"))
    )
    opens = {"opens_row": version.rows[1].row, "opens_on": date(2026, 12, 1)}
    opened = booked(regimen, days=0, status="done", **opens)
    dropped = updated(opened, regimen, days=0, status="done")
    logs = planned.plan_logs([regimen.regimen_id])[regimen.regimen_id]
    newest = actions.newest_number(regimen.regimen, logged.history(regimen.regimen), logs)
    assert newest == dropped.entry.number


@pytest.mark.parametrize("status", ["died", "left"])
def test_death_and_leaving_close_the_reviews(client, regimen, status):
    review_of(regimen, days=3)
    patient = regimen.regimen.patient
    before = patient.versions.get()
    people.revise_patient(
        patient=patient,
        seen=before.entry,
        identity=before.identity,
        standing=Standing(status, regimen.regimen.clinic.local(timezone.now()).date()),
        by=regimen.responsible,
    )
    client.force_login(regimen.responsible)
    page = client.get(reverse("regimen", args=[regimen.regimen_id])).text
    assert "no review is to come" in page
    assert reverse("plan-new", args=[regimen.regimen_id]) not in page
    with pytest.raises(RuleBroken):
        booked(regimen)
    assert Review.objects.count() == 1
