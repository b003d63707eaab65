"""A FHIR Bundle read as far as what was decided of it goes, and the form that asks for that."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from access import progress
from patients.models import Patient
from titration import importing, wording
from titration.forms.imports import Listed
from titration.forms.reading_in import MOST_NAMES, NAMING, Reading, ReadingIn
from titration.importing import FileRead, Mark, Place
from titration.wording.fhir import DECISIONS

DECIDING = "deciding"


class DecidingForm(forms.Form):
    """What holds of each resource that says two things, or leaves one out.

    `questions` are the codes of its marks by resource.
    """

    use_required_attribute = False

    def __init__(self, *args: Any, questions: Mapping[str, set[str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.questions = list(questions)
        for n, (part, codes) in enumerate(questions.items()):
            choices = [(choice, DECISIONS[choice]) for choice in importing.choices_for(codes)]
            self.fields[f"decision_{n}"] = Listed(
                label=part,
                help_text=" ".join(map(wording.import_words, sorted(codes))),
                choices=[("", _("Choose what holds")), *choices],
            )

    def decided(self) -> dict[str, frozenset[str]]:
        """What was said by resource, once the form is valid."""
        said = {part: self.cleaned_data[f"decision_{n}"] for n, part in enumerate(self.questions)}
        return {part: frozenset(choice.split("+")) for part, choice in said.items() if choice}


class ReadingBundle(Reading):
    """A Bundle of a patient's doses, and the answers given of it. Raises FileProblem."""

    def __init__(self, patient: Patient, content: bytes, said: Mapping[str, Any]) -> None:
        super().__init__(patient)
        zone = patient.clinic.zone
        self.read = importing.read_bundle(content, zone, tell=progress.tell)
        self.deciding = DecidingForm(said.get(DECIDING), questions=questions_of(self.read))
        if self.deciding.is_bound and self.deciding.is_valid() and self.deciding.decided():
            decided = self.deciding.decided()
            self.read = importing.read_bundle(content, zone, decided, progress.tell)
        self.name(said.get(NAMING))
        person, born = self.read.person, patient.card.birth_date
        if person and person.born and born and person.born != born.isoformat():
            self.marks.append(Mark(Place(), "fhir_other_person", person.born))

    @property
    def headings(self) -> list[str]:
        return bundle_headings()

    @property
    def facts(self) -> dict[str, str]:
        person = self.read.person if self.read else None
        said = filter(None, [person.name, person.born]) if person else ()
        return {"person": ", ".join(said)}


def bundle_headings() -> list[str]:
    """What the cells of a row are, which is a resource or one of its dosages."""
    return [_("Status"), _("Holds"), _("Words"), _("Stated by")]


def questions_of(read: FileRead) -> dict[str, set[str]]:
    """By resource the codes of its marks, in the order of the file; none where it has too many to
    be asked about one by one."""
    found: dict[str, set[str]] = {}
    for mark in read.all_marks:
        found.setdefault(mark.place.part.partition(" ")[0], set()).add(mark.code)
    return found if len(found) <= MOST_NAMES else {}


def read_in(patient: Patient, content: bytes, said: Mapping[str, Any]) -> Reading:
    """A file of either kind, by what it holds. Raises FileProblem."""
    if importing.format_of(content) == importing.FHIR:
        return ReadingBundle(patient, content, said)
    return ReadingIn(patient, content, said)
