"""Every sentence about a person: names, days, ages, numbers, and what is wrong with them.

Finished strings: templates only place them.
"""

from datetime import date
from functools import cache

from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from access.wording import date_words as date_words
from access.wording import moment_words as moment_words
from access.wording import short_month as short_month
from patients.birthdates import months_of_age
from patients.models import Gender, PatientStatus


@cache
def _genders(_language: str | None) -> dict[str, str]:
    return {value: str(label) for value, label in Gender.choices}


def name_words(family_name: str | None, given_names: str | None, title: str | None) -> str:
    """Write a name as banners do (NHS Common User Interface): "NOVAK, Irena (Ms)"."""
    capitals = family_name and family_name.replace("ß", "ẞ").upper()
    return written_name(capitals, given_names, title)


def erased_words(on: date) -> str:
    """What stands where the name of a patient was, who was erased: "Erased on 16-Nov-2026"."""
    return _("Erased on %(date)s") % {"date": date_words(on)}


def written_name(family_name: str | None, given_names: str | None, title: str | None) -> str:
    """Write a name in the letters in which it was typed: "Novak, Irena (Ms)"."""
    if family_name is None:
        return _("Name erased")
    name = f"{family_name}, {given_names}" if given_names else family_name
    return f"{name} ({title})" if title else name


def born_words(born: date | None, on: date) -> str:
    """Write a birth date with the age on a day: "12-Mar-1961 (65y)", months below two years."""
    if born is None:
        return ""
    months = months_of_age(born, on)
    figures = {"born": date_words(born), "years": months // 12, "months": months}
    if months < 24:
        return _("%(born)s (%(months)dm)") % figures
    return _("%(born)s (%(years)dy)") % figures


def gender_words(gender: str | None) -> str:
    """Write a gender: "Female"."""
    return _genders(get_language())[gender] if gender else ""


def nhs_words(digits: str | None) -> str:
    """Write an NHS number as it is read out: "943 476 5919"."""
    return f"{digits[:3]} {digits[3:6]} {digits[6:]}" if digits else ""


def ended_words(status: str, on: date | None) -> str:
    """Write that a patient died or left, and when; "" for one who is here."""
    if on is None:
        return ""
    if status == PatientStatus.DIED:
        return _("Died on %(date)s") % {"date": date_words(on)}
    return _("Left the clinic on %(date)s") % {"date": date_words(on)}


def standing_words(status: str, on: date | None) -> str:
    """Write whether the patient is here, and else since when not."""
    return ended_words(status, on) or str(PatientStatus.HERE.label)


def somebody_else_words(name: str, born: str) -> str:
    """The words to tick that a patient who is alike is another person."""
    return _("%(name)s, born %(born)s, is somebody else") % {"name": name, "born": born}


def same_record_words(name: str, born: str) -> str:
    """The words that lead on to linking two records of one person."""
    return _("%(name)s, born %(born)s, is the same person: compare and link the two records") % {
        "name": name,
        "born": born,
    }


def found_words(count: int, most: int) -> str:
    """Write how many patients match, counted to `most` and not beyond."""
    if count > most:
        return _(
            "More than %(most)d patients match, and only so many are listed. "
            "Write more of the name, or the birth date."
        ) % {"most": most}
    return ngettext("%(count)d patient matches.", "%(count)d patients match.", count) % {
        "count": count
    }


def problem_words(field: str, code: str) -> str:
    """Say what is wrong with a field; patients.identity, numbers and birthdates give the codes."""
    return str(_PROBLEMS[field, code])


_PROBLEMS = {
    ("family_name", "no_letters"): gettext_lazy("Write the family name in letters."),
    ("birth_date", "missing"): gettext_lazy("Write day, month and year of birth."),
    ("birth_date", "none"): gettext_lazy(
        "There is no such day. Write day, month and year, as in 12 3 1961."
    ),
    ("birth_date", "year"): gettext_lazy("Write the year of birth with four digits."),
    ("birth_date", "future"): gettext_lazy("This birth date has not come yet. Check the year."),
    ("birth_date", "too_long_ago"): gettext_lazy(
        "This birth date is more than 130 years ago. Check the year."
    ),
    ("nhs_number", "digits"): gettext_lazy(
        "An NHS number has digits only; spaces between them do no harm."
    ),
    ("nhs_number", "length"): gettext_lazy(
        "An NHS number has ten digits. Count them, or leave it empty."
    ),
    ("nhs_number", "repeated"): gettext_lazy(
        "One digit ten times is nobody’s NHS number. Leave it empty when there is none."
    ),
    ("nhs_number", "check"): gettext_lazy(
        "This is no NHS number: its last digit does not fit the nine before it. "
        "Two digits may be swapped, or one mistyped."
    ),
    ("telephone", "signs"): gettext_lazy(
        "A telephone number has digits, spaces, brackets and hyphens, a plus before them, "
        "and “ext” before an extension, as in 01632 960001 ext 12. Write one number only."
    ),
    ("telephone", "length"): gettext_lazy(
        "A telephone number has three digits or more. Count them, or leave it empty."
    ),
    ("status_on", "missing"): gettext_lazy("Write on which day."),
    ("status_on", "none"): gettext_lazy(
        "There is no such day. Write day, month and year, as in 12 3 2026."
    ),
    ("status_on", "year"): gettext_lazy("Write the year with four digits."),
    ("status_on", "future"): gettext_lazy("This day has not come yet. Check the date."),
    ("status_on", "before_birth"): gettext_lazy("This day is before the birth date."),
}
