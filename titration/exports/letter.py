"""What every letter about a patient has: the banner, the foot, who issued it, how it is checked."""

from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from patients import wording as people
from patients.presenters import not_today_words
from patients.presenters.context import allergies_of
from titration.exports.fonts import FAMILIES
from titration.exports.history import RECORD_ONLY, PatientRecord, elsewhere_words
from titration.exports.legible import Legible
from titration.presenters.log import moment_words, or_erased

Facts = list[tuple[str, str]]


def letter(record: PatientRecord, legible: Legible, says: str) -> dict[str, Any]:
    """What the templates of letters share; `says` stands at the foot of each page."""
    language, _dash, region = (get_language() or "en-gb").partition("-")
    return {
        "language": language,
        "region": region,
        "fonts": FAMILIES,
        "paper": record.contents.paper,
        "banner": legible.tree(_banner(record), _("In the banner")),
        "foot": legible.tree(_foot(record, says), _("At the foot of the pages")),
        "closing": legible.tree(_closing(record), _("At the end of the letter")),
    }


def name_of(record: PatientRecord) -> str:
    """The person's name, or that they were erased."""
    version = record.version
    return record.erased or people.name_words(
        version.family_name, version.given_names, version.title
    )


def born_words(record: PatientRecord) -> str:
    """The date of birth; "" where none is recorded or it was erased."""
    born = record.version.birth_date
    return people.date_words(born) if born else ""


def telephone_words(record: PatientRecord) -> str:
    """The clinic's telephone, or that none is recorded."""
    return record.patient.clinic.telephone or _("no telephone number of the clinic is recorded")


def number_words(number: int) -> str:
    """Which entry of the ledger."""
    return _("entry %(number)s of the clinic’s ledger") % {"number": f"{number:,}"}


def in_eights(digest: str) -> str:
    """A digest as it can be read out."""
    return " ".join(digest[at : at + 8] for at in range(0, len(digest), 8))


def exported_words(record: PatientRecord) -> str:
    """Who exported the record, and when on which clock."""
    clinic = record.patient.clinic
    return _("by %(name)s, %(when)s, %(zone)s time") % {
        "name": record.by,
        "when": moment_words(record.at, clinic),
        "zone": clinic.time_zone,
    }


def _banner(record: PatientRecord) -> dict[str, Any]:
    version, clinic = record.version, record.patient.clinic
    facts = [
        (_("Born"), or_erased(born_words(record) if version.birth_date else None)),
        (_("Gender"), or_erased(people.gender_words(version.gender) or None)),
        (_("NHS No."), people.nhs_words(version.nhs_number) or or_erased(version.nhs_number)),
        (_("Record No."), or_erased(version.record_number)),
        (_("Telephone"), or_erased(record.telephone)),
        (_("Status"), people.ended_words(version.status, version.status_on)),
        (_("Allergies"), allergies_of(record.context)),
        (_("Clinic"), clinic.name),
    ]
    return {
        "name": name_of(record),
        "facts": [fact for fact in facts if fact[1]],
        "demo": _("Demonstration: invented person") if clinic.is_demo else "",
        "not_today": not_today_words(record.moment) if record.moment else "",
        "elsewhere": elsewhere_words(record.linked, record.moved),
    }


def _foot(record: PatientRecord, says: str) -> dict[str, str]:
    return {
        "record_only": str(RECORD_ONLY),
        "says": says,
        "exported": _("Exported %(how)s, up to entry %(number)s")
        % {"how": exported_words(record), "number": f"{record.number:,}"},
        # The braces are filled in when the pages are laid out.
        "page": _("Page {page} of {pages}"),
    }


def _closing(record: PatientRecord) -> dict[str, Any]:
    """Who issued the letter, room to sign it, and how whoever receives it checks it."""
    clinic = record.patient.clinic
    number = f"{record.number:,}"
    return {
        "issued_heading": _("Issued"),
        "issued": [
            (_("Exported by"), record.by),
            (_("When"), f"{moment_words(record.at, clinic)} ({clinic.time_zone})"),
            (_("Clinic"), clinic.name),
            (_("Clinic’s telephone"), telephone_words(record)),
        ],
        "sign": [_("Signature"), _("Name and role"), _("Date")],
        "check_heading": _("How to check this letter"),
        "telephone": _(
            "Telephone the clinic, by a number that you have from elsewhere if you can."
        ),
        "read_out": _(
            "Ask for the record of this person as known at entry %(number)s. The clinic makes this "
            "letter again as known at that entry, and reads out each last recorded instruction: "
            "amounts, dates and names are the same as here."
        )
        % {"number": number},
        "compare": _(
            "Compare the digest of entry %(number)s, the 64 characters that the clinic’s own "
            "letter prints too: %(digest)s. It names one state of the clinic’s whole ledger, "
            "which the clinic can verify."
        )
        % {"number": number, "digest": in_eights(record.digest)},
        "since": _("Ask what was recorded after entry %(number)s: this letter does not know of it.")
        % {"number": number},
        "check_note": _(
            "The digest tells from which state of the record the letter was made. That nobody "
            "altered the paper afterwards, only reading it out against the record tells."
        ),
    }
