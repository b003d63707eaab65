"""A clinic's words for its dose calendars as they are typed: one language, label by label."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from titration import policies
from titration.actions import CalendarWording
from titration.forms.catalogue import CatalogueForm
from titration.models import CalendarTextVersion
from titration.wording.calendar import GROUPS, LABELS, LONGEST_LABEL, label_problem
from titration.wording.languages import LANGUAGES, language_tag

OTHER = "other"


def language_choices() -> list[tuple[str, str]]:
    names = [(tag, f"{name} ({tag})") for tag, name in LANGUAGES.items()]
    return [("", _("Choose a language")), *names, (OTHER, _("Another language, by its tag"))]


class CalendarTextForm(CatalogueForm):
    """The clinic's standing text and its words for the labels, in one language."""

    language = forms.ChoiceField(
        label=gettext_lazy("Language"),
        choices=language_choices,
        error_messages={"required": gettext_lazy("Choose a language.")},
    )
    other = forms.CharField(
        label=gettext_lazy("Tag of the language"),
        required=False,
        max_length=35,
        help_text=gettext_lazy("As in cy, pt-BR or zh-Hant (BCP 47)."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    standing_text = forms.CharField(
        label=gettext_lazy("Text of the clinic on every calendar in this language"),
        required=False,
        max_length=4000,
        help_text=gettext_lazy("Stands below the doses. Nothing stands there until you write it."),
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    in_use = forms.BooleanField(
        label=gettext_lazy("Offered for calendars"), required=False, initial=True
    )

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        approved = self.initial.get("labels", {})
        for code, label in LABELS.items():
            self.fields[f"label-{code}"] = forms.CharField(
                label=str(label),
                required=False,
                max_length=LONGEST_LABEL,
                initial=approved.get(code, ""),
                widget=forms.TextInput(attrs={"autocomplete": "off", "dir": "auto"}),
            )

    @property
    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """(heading, its labels as fields), in the order of the calendar."""
        return [
            (str(title), [self[f"label-{code}"] for code in labels]) for title, labels in GROUPS
        ]

    def clean(self) -> dict:
        cleaned = super().clean() or {}
        if cleaned.get("language") == OTHER and language_tag(cleaned.get("other") or "") is None:
            self.add_error(
                "other", _("Write the tag of the language, such as cy, pt-BR or zh-Hant.")
            )
        for code in LABELS:
            word = cleaned.get(f"label-{code}") or ""
            if word and (problem := label_problem(code, word)):
                self.add_error(f"label-{code}", ValidationError(problem))
        return cleaned

    def break_rule(self, rule: policies.RuleBroken) -> None:
        """As any form; a language of the list that is refused is said beside the list."""
        is_listed = rule.field == "other" and self.cleaned_data.get("language") != OTHER
        super().break_rule(policies.RuleBroken("language", rule.message) if is_listed else rule)

    def asked(self) -> dict[str, object]:
        cleaned = self.cleaned_data
        tag = cleaned["other"] if cleaned["language"] == OTHER else cleaned["language"]
        words = {code: cleaned[f"label-{code}"] for code in LABELS}
        wording = CalendarWording(
            language=language_tag(tag) or tag,
            standing_text=cleaned["standing_text"],
            labels={code: word for code, word in words.items() if word},
            in_use=cleaned["in_use"],
        )
        return {"wording": wording}


def calendar_text_initial(version: CalendarTextVersion) -> dict[str, object]:
    """What a version says, as the form's initial values, and by which entry."""
    is_listed = version.language in LANGUAGES
    return {
        "entry": version.pk,
        "language": version.language if is_listed else OTHER,
        "other": "" if is_listed else version.language,
        "standing_text": version.standing_text,
        "labels": version.labels,
        "in_use": version.in_use,
    }
