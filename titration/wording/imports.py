"""Where something stands in a file that is brought in."""

from django.utils.translation import gettext as _

from titration.importing import Place


def place_words(place: Place) -> str:
    """A place in a file, as far as its format has parts, rows and columns."""
    said = {"part": place.part, "row": place.row, "column": place.column}
    match bool(place.part), place.row is not None, bool(place.column):
        case True, True, True:
            return _("%(part)s, row %(row)s, column “%(column)s”") % said
        case True, True, False:
            return _("%(part)s, row %(row)s") % said
        case False, True, True:
            return _("row %(row)s, column “%(column)s”") % said
        case False, True, False:
            return _("row %(row)s") % said
        case True, False, True:
            return _("%(part)s, column “%(column)s”") % said
        case False, False, True:
            return _("column “%(column)s”") % said
    return place.part or _("the file as a whole")
