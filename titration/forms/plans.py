"""What is typed of a plan: where it begins, the grid as it was sent, a pasted table."""

import json
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from titration import document, dosing, planning, wording
from titration.document import Document, TooLong
from titration.forms.submission import SubmissionForm
from titration.models import PlanEnd, Purpose

NEW, REVISE = "new", "revise"
AMOUNT = "at-"
"""What the names of the boxes of a time of day begin with: "at-morning"."""


def document_sent(sent: QueryDict) -> Document:
    """The grid as it was sent: each name once for every row, in the order of the rows.

    Raises document.TooLong.
    """
    identities = sent.getlist("row")
    if len(identities) > planning.MOST_ROWS:
        raise TooLong("rows")
    names = [name.removeprefix(AMOUNT) for name in sent if name.startswith(AMOUNT)]
    slots = [name for name in names if document.is_slot(name)]
    cells = {cell: sent.getlist(cell) for cell in document.CELLS}
    amounts = {slot: sent.getlist(AMOUNT + slot) for slot in slots}

    def at(texts: list[str], place: int) -> str:
        return texts[place] if place < len(texts) else ""

    rows = [
        {
            "row": identity,
            **{cell: at(texts, place) for cell, texts in cells.items()},
            "amounts": {slot: texts[place] for slot, texts in amounts.items() if texts[place:]},
        }
        for place, identity in enumerate(identities)
    ]
    return document.tidy(
        {
            **{name: sent.get(name, "") for name in document.HEAD},
            "slots": sent.getlist("slots"),
            "rows": rows,
            "undo": _json(sent.get("undo", "")),
        }
    )


def document_carried(sent: QueryDict) -> Document:
    """The text that a conflict page carries along as one piece. Raises document.TooLong.

    What cannot be read is refused too: an empty draft is not what anybody typed.
    """
    carried = _json(sent.get("mine", ""))
    if not isinstance(carried, dict):
        raise TooLong("rows")
    return document.tidy(carried)


def _json(text: str) -> Any:
    try:
        return json.loads(text) if len(text) <= 2 * document.LONGEST else None
    except (ValueError, RecursionError):
        return None


def slot_words(slot: str) -> str:
    """The heading of a column: "Morning", "08:00"."""
    return slot if ":" in slot else wording.slot_label(slot)


def purpose_choices() -> list[tuple[str, Any]]:
    return [("", _("Choose what the plan is for")), *Purpose.choices]


class BeginForm(SubmissionForm):
    """Where a draft begins: an empty one, or the present plan to be revised.

    `unit` is that of figures typed without one, into the columns of the times of day.
    """

    source = forms.ChoiceField(
        label=gettext_lazy("Begin with"), widget=forms.RadioSelect, required=False
    )
    purpose = forms.ChoiceField(
        label=gettext_lazy("What the plan is for"),
        choices=Purpose.choices,
        widget=forms.RadioSelect,
        required=False,
    )
    slots = forms.MultipleChoiceField(
        label=gettext_lazy("Times of day with a column of their own"),
        help_text=gettext_lazy("Any dose can also be written in words. This can be changed later."),
        choices=[(slot, wording.slot_label(slot)) for slot in dosing.SLOTS],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    unit = forms.ChoiceField(
        label=gettext_lazy("Unit of figures written without one"), widget=forms.RadioSelect
    )

    def __init__(self, *args, units: list[str], present: str = "", **kwargs) -> None:
        """`present` says which plan there is to revise; without one, none is."""
        super().__init__(*args, **kwargs)
        self.fields["unit"].choices = [(unit, wording.unit_words(unit)) for unit in units]
        self.initial.setdefault("unit", units[0])
        if present:
            self.fields["source"].choices = [(REVISE, present), (NEW, _("An empty plan"))]
            self.initial.setdefault("source", REVISE)
        else:
            del self.fields["source"]

    @property
    def is_revision(self) -> bool:
        return self.cleaned_data.get("source") == REVISE

    @property
    def document(self) -> Document:
        """The empty draft that was asked for."""
        cleaned = self.cleaned_data
        return document.blank(
            purpose=cleaned["purpose"], unit=cleaned["unit"], slots=cleaned["slots"]
        )


class PasteForm(forms.Form):
    """A table as it was pasted, and where its rows go."""

    use_required_attribute = False

    pasted = forms.CharField(
        label=gettext_lazy("The table"),
        help_text=gettext_lazy(
            "From a spreadsheet, a letter or a list: one line for each step. Headings such as "
            "“Date”, “Morning” or “Dose” are understood."
        ),
        max_length=100_000,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 10, "spellcheck": "false"}),
        error_messages={"required": gettext_lazy("Paste the table here.")},
    )
    in_columns = forms.BooleanField(
        label=gettext_lazy(
            "Figures parted by strokes, without headings, stand for the columns of the grid in "
            "their order"
        ),
        required=False,
    )
    after = forms.CharField(required=False, widget=forms.HiddenInput)
    revision = forms.CharField(required=False, widget=forms.HiddenInput)


class HeadForm(forms.Form):
    """What a plan says beside its rows, as typed."""

    use_required_attribute = False

    end = forms.ChoiceField(
        label=pgettext_lazy("of a plan", "At the end"),
        choices=PlanEnd.choices,
        widget=forms.RadioSelect,
        required=False,
    )
    review = forms.CharField(
        label=gettext_lazy("Date of that review"),
        help_text=gettext_lazy("Day, month by its name, and year. It may be left out."),
        required=False,
        max_length=document.MOST_LENGTH["review"],
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    if_missed = forms.CharField(
        label=gettext_lazy("If doses are missed, in the prescriber's own words"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "maxlength": document.MOST_LENGTH["if_missed"]}),
    )
    if_unwell = forms.CharField(
        label=gettext_lazy("If unwell, in the prescriber's own words"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "maxlength": document.MOST_LENGTH["if_unwell"]}),
    )
    note = forms.CharField(
        label=gettext_lazy("Note"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "maxlength": document.MOST_LENGTH["note"]}),
    )
