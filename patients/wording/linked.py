"""What is said of two records of one person."""

from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from access.wording import date_words
from patients.models import PatientVersion
from patients.wording.people import ended_words, name_words, nhs_words


def who_words(version: PatientVersion) -> str:
    """Name somebody by a number that tells them apart: "NOVAK, Jan (Mr), record 123".

    Without a number, by the birth date; who died or left is said to have.
    """
    name = name_words(version.family_name, version.given_names, version.title)
    said = {"name": name, "ended": ended_words(version.status, version.status_on)}
    if version.record_number:
        said["number"] = version.record_number
        words = _("%(name)s, record %(number)s, %(ended)s")
        return (words if said["ended"] else _("%(name)s, record %(number)s")) % said
    if version.nhs_number:
        said["number"] = nhs_words(version.nhs_number)
        words = _("%(name)s, NHS No. %(number)s, %(ended)s")
        return (words if said["ended"] else _("%(name)s, NHS No. %(number)s")) % said
    said["born"] = date_words(version.birth_date) if version.birth_date else ""
    words = _("%(name)s, born %(born)s, %(ended)s")
    return (words if said["ended"] else _("%(name)s, born %(born)s")) % said


def erased_record_words(on: date) -> str:
    """Name the record of somebody who was erased."""
    return _("a record that was erased on %(date)s") % {"date": date_words(on)}


def same_person_words(who: str, regimens: int) -> str:
    """The sentence of the banner: "Same person as NOVAK, Jan, record 123: 2 regimens there"."""
    said = {"who": who, "count": f"{regimens:,}"}
    if not regimens:
        return _("Same person as %(who)s: no regimen there") % said
    return (
        ngettext(
            "Same person as %(who)s: %(count)s regimen there",
            "Same person as %(who)s: %(count)s regimens there",
            regimens,
        )
        % said
    )


def has_other_record_words() -> str:
    """The mark in a list."""
    return _("Same person has another record")


def one_of_words(others: list[str]) -> str:
    """What a file says of itself that holds one of the records of a person."""
    count = len(others) + 1
    return _(
        "This file holds one of %(count)s linked records of the same person. "
        "What the others hold is not in it: %(others)s."
    ) % {"count": count, "others": "; ".join(others)}
