"""The measures of a clinic's list as finished strings."""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from titration import wording
from titration.models import MeasureKind, MeasureVersion
from titration.presenters.catalogue import CatalogueRow, Cell, catalogue_row


def measure_row(version: MeasureVersion) -> CatalogueRow:
    """Needs `entry` and the measure's clinic read with the version."""
    between = pgettext("between the items of a list", "; ")
    nothing = _("none on the list")
    places = between.join(version.sites)
    if version.has_side:
        places = between.join(filter(None, [places, _("with its side")]))
    code = f"{version.get_code_system_display()} {version.code}" if version.code else ""
    bounds = wording.bounds_words(version.lowest, version.highest)
    return catalogue_row(
        version,
        name=version.name,
        is_in_use=version.in_use,
        cells=[
            Cell(_("Written as"), _written(version)),
            Cell(_("Places"), places),
            Cell(_("Code"), code),
        ],
        details=[
            (_("Name"), version.name),
            (_("How it is written"), str(version.get_kind_display())),
            (_("Unit"), version.unit),
            (_("Unit as UCUM writes it"), version.ucum),
            (_("Names of its two figures"), between.join(version.labels)),
            (_("Taken without a question"), bounds),
            (_("Choices, in their order"), between.join(version.choices)),
            (_("Places"), places or nothing),
            (_("Code"), code or _("none")),
            (_("Codes of its two figures"), between.join(version.part_codes)),
            (_("New observations"), _("offered") if version.in_use else _("not offered")),
        ],
    )


def _written(version: MeasureVersion) -> str:
    """How it is written, with what is chosen from or in which unit."""
    if version.kind == MeasureKind.CHOICE:
        return pgettext("between the items of a list", "; ").join(version.choices)
    if version.kind != MeasureKind.NUMBER:
        return str(version.get_kind_display())
    unit = version.unit or _("a figure without a unit")
    if not version.labels:
        return unit
    return _("%(first)s and %(second)s, %(unit)s") % {
        "first": version.labels[0],
        "second": version.labels[1],
        "unit": unit,
    }
