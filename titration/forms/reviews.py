"""A review as it is typed: booked, and later what became of it."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.models import User
from titration import wording
from titration.actions import ReviewText
from titration.forms import moments
from titration.forms.fields import PersonField
from titration.forms.steps import prescribers_of
from titration.forms.submission import SubmissionForm
from titration.models import Regimen, Review, ReviewStatus
from titration.planning import Carried

BECAME = [
    (ReviewStatus.DONE, gettext_lazy("It was done")),
    (ReviewStatus.MISSED, gettext_lazy("It was missed")),
    (ReviewStatus.BOOKED, gettext_lazy("It is booked for another day, or changed")),
    (ReviewStatus.CANCELLED, gettext_lazy("It is cancelled")),
]
BOXES = {"review_on": "day", "opens_on": "opens_day", "status": "became"}


class BookingForm(SubmissionForm):
    """A review that is booked: on which day, what for, whose."""

    day = moments.day_box(gettext_lazy("Day"))
    month = moments.month_box()
    year = moments.year_box()
    what_for = forms.CharField(
        label=gettext_lazy("What for"),
        max_length=300,
        help_text=gettext_lazy("As in “tone, drowsiness, whether the plan goes on”."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": gettext_lazy("Write what the review is for.")},
    )
    whose = PersonField(
        label=gettext_lazy("Whose review"),
        error_messages={"required": gettext_lazy("Choose a prescriber of the clinic.")},
    )

    def __init__(self, *args, regimen: Regimen, by: User, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.people = {str(person.pk): person for person in prescribers_of(regimen.clinic_id)}
        responsible = str(regimen.card.version.responsible_id)
        for preset in (str(by.pk), responsible):
            if preset in self.people:
                self.initial["whose"] = preset
        self._offer_people()

    def _offer_people(self) -> None:
        people = [(key, person.name) for key, person in self.people.items()]
        self.fields["whose"].choices = [("", _("Choose a prescriber")), *people]

    def clean(self) -> dict:
        cleaned = super().clean() or {}
        cleaned["review_on"] = self.day_typed(cleaned)
        if cleaned["review_on"] is None and "day" not in self.errors:
            self.add_error("day", _("Write the day of the review."))
        return cleaned

    def day_typed(self, _cleaned: dict) -> date | None:
        """The day of the review, none where none was written."""
        return moments.day_of(self)

    def break_rule(self, rule) -> None:
        rule.field = BOXES.get(rule.field or "", rule.field)
        super().break_rule(rule)

    @property
    def text(self) -> ReviewText:
        """What the action is asked to record, when the form is valid."""
        cleaned = self.cleaned_data
        return ReviewText(
            status=ReviewStatus.BOOKED,
            review_on=cleaned["review_on"],
            what_for=cleaned["what_for"],
            whose=self.people[cleaned["whose"]],
        )


class OutcomeForm(BookingForm):
    """What became of a booked review: done, missed, rebooked or cancelled.

    `waiting` are the planned rows that wait for a review, and the one that this review opened;
    without any the question is not asked, and an opening stands as it is. One who does not sign
    (`signs`) is not offered to say that a review that opened a row was not done.
    """

    became = forms.ChoiceField(
        label=gettext_lazy("What became of it"),
        choices=BECAME,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose what became of the review.")},
    )
    outcome = forms.CharField(
        label=gettext_lazy("What was found and decided"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    opens_row = forms.ChoiceField(
        label=gettext_lazy("Planned row that may start now"), required=False
    )
    opens_day = moments.day_box(gettext_lazy("The row starts on"))
    opens_month = moments.month_box()
    opens_year = moments.year_box()

    field_order = ("submission", "seen", "entry", "became", "day", "month", "year", "what_for")

    def __init__(
        self, *args, review: Review, waiting: Iterable[Carried] = (), signs: bool, **kwargs
    ) -> None:
        super().__init__(*args, **kwargs)
        self.review = review
        self.people.setdefault(str(review.whose_id), review.whose)
        self._offer_people()
        self.initial.update(
            whose=str(review.whose_id), what_for=review.what_for or "", entry=review.pk
        )
        rows = [
            (str(each.row.row), wording.row_words(each.row).replace("\n", "; ")) for each in waiting
        ]
        self.fields["opens_row"].choices = [("", _("None")), *rows]
        self.has_rows = bool(rows)
        opened = str(review.opens_row)
        is_offered = any(row == opened for row, _words in rows)
        self.keeps_opening = review.opens_row is not None and not is_offered
        self.is_held = review.opens_row is not None and not signs
        if is_offered and review.opens_on:
            on = review.opens_on
            self.initial.update(
                opens_row=opened, opens_day=on.day, opens_month=on.month, opens_year=on.year
            )
        if self.is_held:
            self.fields["became"].choices = [BECAME[0]]
            self.initial["became"] = ReviewStatus.DONE

    def clean(self) -> dict:
        cleaned = super().clean()
        cleaned["opens_on"] = moments.day_of(self, "opens_")
        return cleaned

    def day_typed(self, cleaned: dict) -> date | None:
        """As it was booked for one that is cancelled, which asks for no day."""
        if cleaned.get("became") == ReviewStatus.CANCELLED:
            return self.review.review_on
        return super().day_typed(cleaned)

    @property
    def text(self) -> ReviewText:
        cleaned = self.cleaned_data
        is_done = cleaned["became"] == ReviewStatus.DONE
        opens: UUID | None = None
        opens_on: date | None = None
        if is_done and cleaned.get("opens_row"):
            opens, opens_on = UUID(cleaned["opens_row"]), cleaned["opens_on"]
        elif is_done and self.keeps_opening:
            opens, opens_on = self.review.opens_row, self.review.opens_on
        return ReviewText(
            status=cleaned["became"],
            review_on=cleaned["review_on"],
            what_for=cleaned["what_for"],
            whose=self.people[cleaned["whose"]],
            outcome=cleaned["outcome"],
            opens_row=opens,
            opens_on=opens_on,
        )
