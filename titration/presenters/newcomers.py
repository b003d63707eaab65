"""Whom a Bundle is of, as it says, before anybody is added: as finished strings."""

from django.utils.translation import gettext as _

from patients import wording as person_wording
from patients.models import Gender
from titration import typed, wording
from titration.importing import PersonSaid


def details_of(person: PersonSaid) -> list[tuple[str, str]]:
    """Who the file says that the patient is: (term, description)."""
    others = (f"{number} ({system})" if system else number for system, number in person.numbers)
    said = [
        (_("Name"), person.name),
        (_("Birth date"), _day_words(person.born)),
        (_("Gender"), _gender_words(person.gender)),
        (_("NHS number"), person_wording.nhs_words(person.nhs_number)),
        (_("Telephone"), person.telephone),
        (_("Numbers of others"), "\n".join(others)),
        (_("Died"), _("yes") if person.died == "true" else _day_words(person.died)),
    ]
    return [(term, words) for term, words in said if words]


def _gender_words(written: str) -> str:
    """A gender of the list in words; as it stands where it is none."""
    return person_wording.gender_words(written) if written in Gender.values else written


def _day_words(written: str) -> str:
    """A day in words; as it stands where it is none."""
    try:
        return wording.date_words(typed.read_date(written))
    except typed.NotUnderstood:
        return written
