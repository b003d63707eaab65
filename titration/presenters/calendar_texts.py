"""A clinic's words for its dose calendars as finished strings."""

from django.utils.text import Truncator
from django.utils.translation import gettext as _

from titration.models import CalendarTextVersion
from titration.presenters.catalogue import CatalogueRow, Cell, catalogue_row
from titration.wording.calendar import LABELS
from titration.wording.languages import language_words

LONGEST_IN_TABLE = 120  # signs of the standing text


def calendar_text_row(version: CalendarTextVersion) -> CatalogueRow:
    """Needs `entry` and the text's clinic read with the version."""
    words = {code: word for code, word in version.labels.items() if code in LABELS}
    language = language_words(version.language)
    standing_text = Truncator(version.standing_text).chars(LONGEST_IN_TABLE)
    counted = _("%(count)s of %(all)s labels") % {"count": len(words), "all": len(LABELS)}
    return catalogue_row(
        version,
        name=language,
        is_in_use=version.in_use,
        cells=[
            Cell(_("Text of the clinic"), standing_text, version.language),
            Cell(_("Labels"), counted),
        ],
        details=[
            (_("Language"), language),
            (_("Text of the clinic"), version.standing_text or _("none")),
            *[(str(LABELS[code]), words[code]) for code in LABELS if code in words],
            (_("Calendars"), _("offered") if version.in_use else _("not offered")),
        ],
    )
