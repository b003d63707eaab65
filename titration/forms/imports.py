"""The forms of an import: the file, what its columns hold, whom and what its words mean."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.models import User
from titration import dosing, importing, wording
from titration.actions import Naming
from titration.forms.steps import OUTSIDE, prescribers_of
from titration.forms.submission import SubmissionForm
from titration.importing import DAY_FIRST, MONTH_FIRST, Line, Matching, Opened, Sheet
from titration.models import ReceivedHow, Regimen
from titration.wording.imports import ENCODINGS, ROLES, SEPARATORS

ENCODED = tuple(ENCODINGS)
PARTED = {"comma": ",", "semicolon": ";", "tab": "\t"}
"""Separators by the names that a command takes."""


FILE_ERRORS = {
    "required": gettext_lazy("Choose a file of at most 5 MB."),
    "empty": gettext_lazy("The file is empty."),
    "max_length": gettext_lazy("The name of the file is longer than 255 characters."),
}


class FileForm(forms.Form):
    """The file to be brought in. Its size is bounded before it gets here (settings)."""

    use_required_attribute = False

    file = forms.FileField(
        label=gettext_lazy("File"),
        max_length=255,
        help_text=gettext_lazy(
            "A spreadsheet (XLSX) or a table (CSV) with a row of headings: one row for each dose "
            "step, 5,000 at most. Or a FHIR R4 Bundle (JSON) of one patient. Or the tables (ZIP) "
            "of a whole record, exported from Dose Ledger. At most 5 MB."
        ),
        error_messages=FILE_ERRORS,
    )


class Listed(forms.ChoiceField):
    """One of a list, or nothing."""

    default_error_messages = {"invalid_choice": gettext_lazy("Choose one of the list.")}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, **kwargs)


class OpeningForm(forms.Form):
    """How a file is opened: its encoding and separator, its sheet, its row of headings."""

    use_required_attribute = False

    encoding = Listed(label=gettext_lazy("Encoding"))
    separator = Listed(label=gettext_lazy("Cells are parted by"), choices=SEPARATORS.items())
    sheet = Listed(label=gettext_lazy("Sheet"))
    header = Listed(label=gettext_lazy("Row of headings"))

    def __init__(self, *args: Any, opened: Opened, sheet: Sheet | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        codes = [code for code, _samples in opened.encodings]
        if codes:
            first = [] if opened.encoding else [("", _("Choose the encoding"))]
            self.fields["encoding"].choices = [*first, *((c, ENCODINGS[c]) for c in codes)]
        else:
            del self.fields["encoding"]
        if not opened.separator:
            del self.fields["separator"]
        if len(opened.sheets) > 1:
            self.fields["sheet"].choices = [
                (place, _named(each)) for place, each in enumerate(opened.sheets)
            ]
        else:
            del self.fields["sheet"]
        rows = importing.header_rows(sheet)
        if len(rows) > 1:
            self.fields["header"].choices = [
                (line.row, f"{line.row}: {_short([cell.text for cell in line.cells])}")
                for line in rows
            ]
        else:
            del self.fields["header"]


def _named(sheet: Sheet) -> str:
    return _hidden(sheet.name) if sheet.is_hidden else sheet.name


def _hidden(name: str) -> str:
    return _("%(name)s (hidden)") % {"name": name}


def _short(cells: Sequence[str]) -> str:
    return wording.cell_words(", ".join(cell for cell in cells if cell))


class ColumnsForm(forms.Form):
    """What each column holds, and what the file leaves open of days and units.

    `column_0` and so on are in the order of the columns.
    """

    use_required_attribute = False

    order = Listed(
        label=gettext_lazy("Days in figures are written"),
        choices=[
            ("", gettext_lazy("Choose how this file writes them")),
            (DAY_FIRST, gettext_lazy("day first: 03/04/2026 is 3 April")),
            (MONTH_FIRST, gettext_lazy("month first: 03/04/2026 is 4 March")),
        ],
    )
    unit = Listed(
        label=gettext_lazy("Unit of figures without a unit"),
        help_text=gettext_lazy("Left open, a figure without a unit is not read."),
    )

    def __init__(self, *args: Any, sheet: Sheet, header: Line, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sheet, self.header = sheet, header
        self.fields["unit"].choices = [
            ("", _("Every figure has its unit")),
            *((unit, wording.unit_words(unit)) for unit in dosing.UNITS),
        ]
        self.columns = [f"column_{n}" for n in range(len(header.cells))]
        for n, (name, cell) in enumerate(zip(self.columns, header.cells, strict=True)):
            label = cell.text or _("Without a heading")
            if n in sheet.hidden:
                label = _hidden(label)
            choices = [("", _("Leave out")), *ROLES.items()]
            self.fields[name] = Listed(label=label, choices=choices)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        matching = self.matching
        for mark in importing.unmatched(self.sheet, matching):
            self.add_error(None, wording.import_words(mark.code))
        days = importing.asks_for_order(self.sheet, matching)
        if days and not matching.order:
            words = _("The file has days with two readings, such as %(days)s. Say which is meant.")
            self.add_error("order", words % {"days": ", ".join(f"“{day}”" for day in days)})
        return cleaned

    @property
    def matching(self) -> Matching:
        """What was said, once the fields are cleaned."""
        said = self.cleaned_data
        return Matching(self.header.row, self.roles, said["order"], said["unit"])

    @property
    def roles(self) -> tuple[str, ...]:
        return tuple(self.cleaned_data[name] for name in self.columns)


class NamingForm(forms.Form):
    """Which regimen each medicine of the file is, who decided, how that was received."""

    use_required_attribute = False

    received_how = Listed(
        label=gettext_lazy("How the decisions were received"),
        help_text=gettext_lazy("Of rows that do not say so themselves."),
    )
    outside = forms.CharField(
        label=gettext_lazy("Name of the prescriber from outside"),
        required=False,
        max_length=150,
        help_text=gettext_lazy("With title and place of work. Of rows that name nobody."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(
        self,
        *args: Any,
        words: Mapping[str, Sequence[str]],
        regimens: Mapping[str, tuple[Regimen, str]],
        clinic: int,
        **kwargs: Any,
    ) -> None:
        """`regimens` are those of the patient that stand, by their ids, with their titles."""
        super().__init__(*args, **kwargs)
        self.regimens = regimens
        self.prescribers: dict[str, User] = {str(p.pk): p for p in prescribers_of(clinic)}
        self.words = words
        self.fields["received_how"].choices = [
            ("", _("Choose how")),
            *(c for c in ReceivedHow.choices if c[0] != ReceivedHow.SIGNED_PLAN),
        ]
        for n, medicine in enumerate(words["medicine"]):
            label = _("“%(medicine)s” is") % {"medicine": medicine} if medicine else _("Regimen")
            self.fields[f"medicine_{n}"] = Listed(
                label=label,
                choices=[
                    ("", _("Choose a regimen")),
                    *((key, title) for key, (_regimen, title) in regimens.items()),
                ],
            )
        for n, name in enumerate(words["decided_by"]):
            label = _("“%(name)s” is") % {"name": name} if name else _("Decided by")
            self.fields[f"decider_{n}"] = Listed(
                label=label,
                choices=[
                    ("", _("Choose who decided")),
                    *((key, person.name) for key, person in self.prescribers.items()),
                    (OUTSIDE, _("A prescriber from outside this clinic")),
                ],
            )
        if "" not in words["decided_by"]:
            del self.fields["outside"]
        asked = [name for name in self.fields if name[-1].isdigit()]
        self.order_fields([*asked, "outside", "received_how"])

    def naming(self) -> Naming:
        """What was said, once the form is valid."""
        said = self.cleaned_data
        regimens = {
            medicine: self.regimens[key][0]
            for n, medicine in enumerate(self.words["medicine"])
            if (key := said[f"medicine_{n}"])
        }
        deciders = {
            name: self.prescribers.get(key)
            for n, name in enumerate(self.words["decided_by"])
            if (key := said[f"decider_{n}"])
        }
        return Naming(regimens, deciders, said.get("outside", "").strip(), said["received_how"])


class ConfirmForm(SubmissionForm):
    """That what was read back is brought in; `seen` is the newest entry it was read against, `read`
    the digest of the file and of what was said of it (`waiting.read_as`).
    """

    read = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)
