"""A contact as it is typed: who, what was said and told, and the call back."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.models import Membership, Role, User
from titration.actions import ContactText
from titration.forms import moments
from titration.forms.fields import GONE, PersonField
from titration.forms.when import WhenForm, effective_initial
from titration.models import Contact, ContactHow, Direction, Reached, Regimen
from titration.presenters.contacts import call_words
from titration.presenters.regimen import title_of
from titration.reading.contacted import Contacted

ELSE = "else"
BOXES = {"on": "on_day", "call_back_on": "call_back_day"}


def recorders_of(clinic_id: int) -> list[User]:
    """Who records at a clinic, by name."""
    held = Membership.objects.open().filter(
        clinic=clinic_id, role__in=[Role.PRESCRIBER, Role.RECORDER]
    )
    people = User.objects.filter(memberships__in=held, is_active=True)
    return list(people.distinct().order_by("name"))


class ContactForm(WhenForm):
    """A contact with a patient or about them."""

    field_order = ("how", "direction")
    how = forms.ChoiceField(
        label=gettext_lazy("How"),
        choices=ContactHow.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose how the contact was had.")},
    )
    direction = forms.ChoiceField(
        label=gettext_lazy("Who began it"),
        choices=Direction.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose who began it.")},
    )
    reached = forms.ChoiceField(
        label=gettext_lazy("What came of it"),
        choices=Reached.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose what came of it.")},
    )
    with_whom = forms.CharField(
        label=gettext_lazy("With whom"),
        required=False,
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    regimen = forms.ChoiceField(
        label=gettext_lazy("About which medicine"),
        required=False,
        error_messages={"invalid_choice": GONE},
    )
    said = forms.CharField(
        label=gettext_lazy("What was said"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    told_them = forms.CharField(
        label=gettext_lazy("What they were told"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    whose = PersonField(
        label=gettext_lazy("Who had the contact"),
        error_messages={"required": gettext_lazy("Say who had the contact.")},
    )
    whose_name = forms.CharField(
        label=gettext_lazy("Their name"),
        required=False,
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    answers = forms.ChoiceField(
        label=gettext_lazy("Answers the call back"),
        required=False,
        error_messages={
            "invalid_choice": gettext_lazy(
                "This call back waits no longer: it was answered or withdrawn meanwhile. Look at "
                "the contacts as they are now, and choose again."
            )
        },
    )
    call_back_day = moments.day_box(gettext_lazy("Call back on"))
    call_back_month = moments.month_box()
    call_back_year = moments.year_box()
    call_back_time = moments.clock_field(gettext_lazy("Clock time"))
    call_back_for = forms.CharField(
        label=gettext_lazy("Call back for"),
        required=False,
        max_length=300,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    call_back_by = PersonField(
        label=gettext_lazy("Who calls back"),
        required=False,
    )
    is_last_try = forms.BooleanField(
        label=gettext_lazy("Nobody was reached, and nobody tries again"), required=False
    )

    def __init__(
        self,
        *args,
        clinic,
        by: User,
        today: date,
        regimens: Sequence[Regimen] = (),
        calls: Sequence[Contacted] = (),
        named: Sequence[User] = (),
        **kwargs,
    ) -> None:
        """`calls` are the patient's open call backs; `named` stay named in a correction."""
        super().__init__(*args, **kwargs)
        self.offer_days(clinic.zone, today)
        self.fields["which_day"].label = _("On")
        self.fields["which_day"].choices[-1] = ("other", _("Another day"))
        self.regimens = {str(regimen.pk): regimen for regimen in regimens}
        self.people = {str(p.pk): p for p in (*named, *recorders_of(clinic.pk))}
        people = [(key, person.name) for key, person in self.people.items()]
        self.fields["whose"].choices = [
            ("", _("Choose who")),
            *people,
            (ELSE, _("Somebody else")),
        ]
        self.fields["call_back_by"].choices = [("", _("Choose who")), *people]
        self.fields["regimen"].choices = [
            ("", _("None in particular")),
            *((key, title_of(each.card.version)) for key, each in self.regimens.items()),
        ]
        self.fields["answers"].choices = [
            ("", _("None")),
            *((str(call.contact), call_words(call)) for call in calls),
        ]
        self.has_calls = bool(calls) or bool(self.data.get(self.add_prefix("answers")))
        if str(by.pk) in self.people:
            self.initial.setdefault("whose", str(by.pk))
            self.initial.setdefault("call_back_by", str(by.pk))

    def day_missing(self) -> str:
        return _("Say on which day it was.")

    def clean(self) -> dict:
        cleaned = super().clean()
        if self.effective is not None and self.effective.precision != "day":
            self.add_error("on_day", _("Write day, month and year."))
        cleaned["call_back_on"] = moments.day_of(self, "call_back_")
        if cleaned.get("whose") == ELSE and not (cleaned.get("whose_name") or "").strip():
            self.add_error("whose_name", _("Write who had the contact."))
        said_of_call = cleaned.get("call_back_time") or (cleaned.get("call_back_for") or "").strip()
        if said_of_call and cleaned["call_back_on"] is None and "call_back_day" not in self.errors:
            self.add_error("call_back_day", _("Write the day of the call back."))
        return cleaned

    def break_rule(self, rule) -> None:
        rule.field = BOXES.get(rule.field or "", rule.field)
        super().break_rule(rule)

    @property
    def text(self) -> ContactText:
        """What the action is asked to record, when the form is valid."""
        cleaned = self.cleaned_data
        assert self.effective is not None  # noqa: S101 - a valid form has one
        whose = self.people.get(cleaned["whose"])
        on = cleaned["call_back_on"]
        caller = self.people.get(cleaned["call_back_by"]) if on else None
        return ContactText(
            how=cleaned["how"],
            direction=cleaned["direction"],
            reached=cleaned["reached"],
            effective=self.effective,
            whose=whose,
            whose_name=whose.name if whose else cleaned["whose_name"].strip(),
            regimen=self.regimens.get(cleaned["regimen"]),
            with_whom=cleaned["with_whom"],
            said=cleaned["said"],
            told=cleaned["told_them"],
            answers=UUID(cleaned["answers"]) if cleaned["answers"] else None,
            call_back_on=on,
            call_back_time=cleaned["call_back_time"] if on else None,
            call_back_for=cleaned["call_back_for"] if on else "",
            call_back_by=caller,
            call_back_name=caller.name if caller else "",
            is_last_try=cleaned["is_last_try"],
        )


class ContactCorrectionForm(ContactForm):
    """A contact typed again, with the reason why."""

    correction_reason = forms.CharField(
        label=gettext_lazy("Why the entry is corrected"),
        max_length=300,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


def contact_initial(contact: Contact, zone) -> dict[str, object]:
    """What a contact says, as the initial values of the form: for a correction."""
    on = contact.call_back_on
    return {
        **effective_initial(contact.effective, zone),
        "how": contact.how,
        "direction": contact.direction,
        "reached": contact.reached,
        "with_whom": contact.with_whom or "",
        "regimen": str(contact.regimen_id or ""),
        "said": contact.said or "",
        "told_them": contact.told or "",
        "whose": str(contact.whose_id) if contact.whose_id else ELSE,
        "whose_name": "" if contact.whose_id else contact.whose_name,
        "answers": str(contact.answers or ""),
        "call_back_day": on.day if on else "",
        "call_back_month": on.month if on else "",
        "call_back_year": on.year if on else "",
        "call_back_time": contact.call_back_time,
        "call_back_for": contact.call_back_for or "",
        "call_back_by": str(contact.call_back_by_id or ""),
        "is_last_try": contact.is_last_try,
        "entry": contact.pk,
    }
