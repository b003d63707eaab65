"""A clinic's words for its dose calendars as finished strings."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from access.models import Clinic
from titration.models import CalendarTextVersion
from titration.presenters.log import moment_words
from titration.wording.calendar import LABELS
from titration.wording.languages import language_words


@dataclass(frozen=True)
class CalendarTextRow:
    """What the clinic's calendars say in one language, from one entry on."""

    url: str
    language: str
    tag: str
    is_in_use: bool
    standing_text: str
    labels: str
    details: list[tuple[str, str]]
    number: str
    recorded_by: str
    recorded_at: str


def calendar_texts(
    clinics: Iterable[Clinic], versions: Iterable[CalendarTextVersion]
) -> list[tuple[str, list[CalendarTextRow]]]:
    """(name of the clinic, its words by language), for each clinic."""
    rows: dict[int, list[CalendarTextRow]] = {clinic.pk: [] for clinic in clinics}
    for version in versions:
        rows[version.text.clinic_id].append(calendar_text_row(version))
    for found in rows.values():
        found.sort(key=lambda row: row.language)
    return [(clinic.name, rows[clinic.pk]) for clinic in clinics]


def calendar_text_row(version: CalendarTextVersion) -> CalendarTextRow:
    """Needs `entry` and the text's clinic read with the version."""
    words = {code: word for code, word in version.labels.items() if code in LABELS}
    language = language_words(version.language)
    return CalendarTextRow(
        url=reverse("calendar-text", args=[version.text_id]),
        language=language,
        tag=version.language,
        is_in_use=version.in_use,
        standing_text=version.standing_text,
        labels=_("%(count)s of %(all)s labels") % {"count": len(words), "all": len(LABELS)},
        details=[
            (_("Language"), language),
            (_("Text of the clinic"), version.standing_text or _("none")),
            *[(str(LABELS[code]), words[code]) for code in LABELS if code in words],
            (_("Calendars"), _("offered") if version.in_use else _("not offered")),
        ],
        number=f"{version.entry.number:,}",
        recorded_by=version.entry.recorded_by_name,
        recorded_at=moment_words(version.entry.recorded_at, version.text.clinic),
    )
