"""What was reported of the intake, as it is typed."""

from collections.abc import Iterable
from datetime import date

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.models import User
from titration import wording
from titration.actions import IntakeText
from titration.forms import moments
from titration.forms.fields import PersonField
from titration.forms.steps import OUTSIDE, prescribers_of
from titration.forms.when import WhenForm
from titration.intake import Slot, slot_code
from titration.models import Intake, IntakeReport, PlanVersion, Regimen, Reporter
from titration.timeline import Effective

# Where a broken rule is said: the box of these forms for the field that the rule names.
BOXES = {
    "from_on": "from_day",
    "until_on": "until_day",
    "told_on": "told_day",
    "reported_on": "which_day",
}


class ReporterForm(WhenForm):
    """Who reported something and when, and which prescriber was told of it."""

    field_order: tuple[str, ...] = ("reporter", "reporter_name")
    reporter = forms.ChoiceField(
        label=gettext_lazy("Who reports it"),
        choices=Reporter.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose who reported it.")},
    )
    reporter_name = forms.CharField(
        label=gettext_lazy("Their name"),
        required=False,
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    told = PersonField(
        label=gettext_lazy("Prescriber told of it"),
        required=False,
    )
    told_name = forms.CharField(
        label=gettext_lazy("Name of the prescriber from outside"),
        required=False,
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    told_day = moments.day_box(gettext_lazy("Told on"))
    told_month = moments.month_box()
    told_year = moments.year_box()
    note = forms.CharField(
        label=gettext_lazy("Note"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(
        self,
        *args,
        regimen: Regimen,
        today: date,
        named: User | None = None,
        at_visit: bool = False,
        visit_on: date | None = None,
        **kwargs,
    ) -> None:
        """`named` was told of the report that is corrected, though they may have left.

        At a visit it is reported on the day of the visit, which `visit_on` is once it is known.
        """
        super().__init__(*args, **kwargs)
        self.regimen = regimen
        self.at_visit, self.visit_on = at_visit, visit_on
        asked = ("which_day", "on_day", "on_month", "on_year") if at_visit else ()
        for name in ("on_time", "which_hour", *asked):
            del self.fields[name]
        if not at_visit:
            self.fields["which_day"].label = _("Reported on")
            self.offer_days(regimen.clinic.zone, today)
        people = [*([named] if named else []), *prescribers_of(regimen.clinic_id)]
        self.people = {str(person.pk): person for person in people}
        self.fields["told"].choices = [
            ("", _("Nobody yet")),
            *((key, person.name) for key, person in self.people.items()),
            (OUTSIDE, _("A prescriber from outside this clinic")),
        ]

    def _effective(self, cleaned: dict) -> Effective | None:
        if self.at_visit:
            return Effective(self.visit_on) if self.visit_on else None
        return super()._effective(cleaned)

    def day_missing(self) -> str:
        return _("Say on which day it was reported.")

    def clean(self) -> dict:
        cleaned = super().clean()
        cleaned["reported_on"] = self._reported_on()
        cleaned["told_on"] = moments.day_of(self, "told_")
        told = cleaned.get("told")
        if told == OUTSIDE and not (cleaned.get("told_name") or "").strip():
            self.add_error("told_name", _("Write the name of the prescriber from outside."))
        if not told:
            if cleaned["told_on"] or (cleaned.get("told_name") or "").strip():
                self.add_error(
                    "told", _("Choose which prescriber was told, or empty name and date.")
                )
        elif cleaned["told_on"] is None and "told_day" not in self.errors:
            self.add_error("told_day", _("Write the day on which the prescriber was told."))
        return cleaned

    def _reported_on(self) -> date | None:
        """The day that was chosen or typed; none with an error beside it."""
        if self.effective is None:
            return None
        if self.effective.precision != "day":
            self.add_error("on_day", _("Write day, month and year."))
            return None
        return self.effective.on

    def break_rule(self, rule) -> None:
        rule.field = BOXES.get(rule.field or "", rule.field)
        super().break_rule(rule)

    def said(self) -> dict:
        """Who reported and who was told, as the fields of an IntakeText."""
        cleaned = self.cleaned_data
        person = self.people.get(cleaned["told"])
        name = person.name if person else (cleaned["told_name"] or "").strip()
        return {
            "reporter": cleaned["reporter"],
            "reporter_name": cleaned["reporter_name"],
            "reported_on": cleaned["reported_on"],
            "told": person,
            "told_name": name if cleaned["told"] else "",
            "told_on": cleaned["told_on"],
            "note": cleaned["note"],
        }


class IntakeForm(ReporterForm):
    """One report: what was taken, from when until when. No dose is filled in."""

    field_order = (
        *("what", "slots", "taken", "from_day", "from_month", "from_year"),
        *("until_day", "until_month", "until_year", *ReporterForm.field_order),
    )
    what = forms.ChoiceField(
        label=gettext_lazy("What is reported"),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose what was reported.")},
    )
    from_day = moments.day_box(gettext_lazy("From"))
    from_month = moments.month_box()
    from_year = moments.year_box()
    until_day = moments.day_box(gettext_lazy("Until"))
    until_month = moments.month_box()
    until_year = moments.year_box()
    slots = forms.MultipleChoiceField(
        label=gettext_lazy("Missed at these times of day"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Tick none where whole days were missed."),
    )
    taken = forms.CharField(
        label=gettext_lazy("What was taken instead, as reported"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(
        self,
        *args,
        slots: Iterable[Slot] = (),
        version: PlanVersion | None = None,
        **kwargs,
    ) -> None:
        """`slots` are those of the instructions; `version` a signed plan that it may be taken by.

        Without a plan nothing can be reported as taken by one.
        """
        super().__init__(*args, **kwargs)
        self.version = version
        self.fields["slots"].choices = [(slot_code(slot), slot_words(slot)) for slot in slots]
        self.has_slots = bool(self.fields["slots"].choices)
        self.fields["what"].choices = [
            (value, label)
            for value, label in Intake.choices
            if value != Intake.AS_PLANNED or version is not None
        ]

    def clean(self) -> dict:
        cleaned = super().clean()
        cleaned["from_on"] = moments.day_of(self, "from_")
        cleaned["until_on"] = moments.day_of(self, "until_")
        if cleaned["from_on"] is None and "from_day" not in self.errors:
            self.add_error("from_day", _("Write the first day that the report tells of."))
        is_different = cleaned.get("what") == Intake.DIFFERENT
        if is_different and not (cleaned.get("taken") or "").strip():
            self.add_error("taken", _("Write what was taken instead, as it was reported."))
        return cleaned

    @property
    def text(self) -> IntakeText:
        """What the action is asked to record, when the form is valid."""
        cleaned = self.cleaned_data
        what = cleaned["what"]
        return IntakeText(
            what=what,
            from_on=cleaned["from_on"],
            until_on=cleaned["until_on"],
            slots=",".join(cleaned["slots"]) if what == Intake.MISSED else "",
            version=self.version if what == Intake.AS_PLANNED else None,
            taken=cleaned["taken"] if what == Intake.DIFFERENT else "",
            **self.said(),
        )


class IntakeCorrectionForm(IntakeForm):
    """A report typed again, with the reason why."""

    correction_reason = forms.CharField(
        label=gettext_lazy("Why the entry is corrected"),
        max_length=300,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


def intake_initial(report: IntakeReport) -> dict[str, object]:
    """What a report says, as the initial values of the form: for a correction."""
    said: dict[str, object] = {
        "which_day": "other",
        "what": report.what,
        "slots": report.slots.split(",") if report.slots else [],
        "taken": report.taken or "",
        "reporter": report.reporter,
        "reporter_name": report.reporter_name or "",
        "told": str(report.told_id) if report.told_id else OUTSIDE if report.told_name else "",
        "told_name": "" if report.told_id else report.told_name,
        "note": report.note or "",
        "entry": report.pk,
    }
    days = {"on": report.reported_on, "from": report.from_on, "until": report.until_on}
    for prefix, day in (days | {"told": report.told_on}).items():
        if day is not None:
            said |= {
                f"{prefix}_day": day.day,
                f"{prefix}_month": day.month,
                f"{prefix}_year": day.year,
            }
    return said


def slot_words(slot: Slot) -> str:
    """A time of day as the label of a box: "Morning", "21:30"."""
    return wording.slot_label(slot) if isinstance(slot, str) else f"{slot:%H:%M}"
