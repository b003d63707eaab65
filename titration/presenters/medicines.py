"""The medicines of a clinic's list as finished strings."""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from titration import wording
from titration.models import MedicineVersion, Route
from titration.presenters.catalogue import CatalogueRow, Cell, catalogue_row


def medicine_row(version: MedicineVersion) -> CatalogueRow:
    """Needs `entry` and the medicine's clinic read with the version."""
    between = pgettext("between the items of a list", "; ")
    routes = between.join(str(Route(route).label) for route in version.routes)
    forms, strengths = between.join(version.forms), between.join(version.strengths)
    nothing = _("none on the list")
    return catalogue_row(
        version,
        name=version.name,
        is_in_use=version.in_use,
        cells=[
            Cell(_("Routes"), routes),
            Cell(_("Forms"), forms),
            Cell(_("Strengths"), strengths),
        ],
        details=[
            (_("Name"), version.name),
            (_("Routes"), routes),
            (_("Units"), between.join(wording.unit_words(unit) for unit in version.units)),
            (_("Forms"), forms or nothing),
            (_("Strengths"), strengths or nothing),
            (_("Products"), between.join(version.products) or nothing),
            (_("New regimens"), _("offered") if version.in_use else _("not offered")),
        ],
    )
