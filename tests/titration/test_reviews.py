"""Reviews: booked, rebooked, done, missed, cancelled; one that is done may open a planned row."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from access.models import Role
from ledger.writing import AlreadySuperseded
from tests.factories import ClinicFactory, member
from tests.titration.doses import times
from tests.titration.factories import STARTED, plan_of, planned_row, regimen_of
from titration import actions, planned
from titration.actions import ReviewText
from titration.models import Review
from titration.policies import RuleBroken

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
