"""The changes sheet as a PDF: tagged (PDF/UA-1), on A4 across, every text in it inert data."""

from datetime import datetime
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from access.models import Clinic
from titration.exports.fonts import FAMILIES
from titration.exports.history import RECORD_ONLY
from titration.exports.legible import Legible
from titration.exports.pdf import missing_words, typeset
from titration.presenters.changed import Line
from titration.presenters.changes import PatientSheet, RegimenSheet, Sheet, labels

# What is longer may break over pages; what is shorter stays together.
LONG_ROW = 900  # characters


def pdf_file(sheet: Sheet, clinic: Clinic, at: datetime) -> bytes:
    """The PDF of a sheet, made `at` a moment by the clinic's clock."""
    return typeset(document(sheet, clinic), at, "house.typ", "changes.typ")


def document(sheet: Sheet, clinic: Clinic) -> dict[str, Any]:
    """What changes.typ prints: finished strings, each of them legible."""
    legible = Legible()
    language, _dash, region = (get_language() or "en-gb").partition("-")
    patients = [_patient(patient, legible) for patient in sheet.patients]
    notices = list(sheet.notices)
    if sheet.later is not None or sheet.has_earlier:
        notices.append(
            _(
                "This file does not hold every patient of whom something was recorded. "
                "Choose a later moment, or the regimens of one prescriber, for one that does."
            )
        )
    head = {
        "heading": _("What was recorded since %(moment)s") % {"moment": sheet.moment},
        "author": sheet.by,
        "facts": sheet.facts,
        "notices": notices,
        "demo": _("Demonstration: invented people") if clinic.is_demo else "",
    }
    foot = {
        "record_only": str(RECORD_ONLY),
        "made": _("Since %(since)s. %(whose)s. Made by %(name)s, up to %(up_to)s")
        % {
            "since": sheet.since,
            "whose": sheet.whose,
            "name": sheet.by,
            "up_to": sheet.up_to,
        },
        # The braces are filled in when the pages are laid out.
        "page": _("Page {page} of {pages}"),
    }
    return {
        "language": language,
        "region": region,
        "fonts": FAMILIES,
        "head": legible.tree(head, _("At the head of this sheet")),
        "foot": legible.tree(foot, _("At the foot of the pages")),
        "columns": list(labels().values()),
        "patients": patients,
        "nothing": _("Nothing was recorded of a patient in this time."),
        "missing": missing_words(legible),
    }


def _patient(patient: PatientSheet, legible: Legible) -> dict[str, Any]:
    number = dict(patient.facts).get(_("Record No."), "")
    whose = _("%(name)s, Record No. %(number)s") % {"name": patient.name, "number": number}
    if not number:
        whose = patient.name
    told = {
        "name": patient.name,
        "whose": whose,
        "facts": patient.facts,
        "ended": patient.ended,
        "lines": [_line(line) for line in patient.lines],
        "regimens": [_regimen(regimen, whose) for regimen in patient.regimens],
    }
    return legible.tree(told, _("Of %(name)s") % {"name": patient.name})


def _regimen(regimen: RegimenSheet, whose: str) -> dict[str, Any]:
    return {
        "whose": _("%(person)s. %(regimen)s") % {"person": whose, "regimen": regimen.title},
        "title": regimen.title,
        "facts": regimen.facts,
        "error": regimen.error,
        "lines": [_line(line) for line in regimen.lines],
    }


def _line(line: Line) -> dict[str, Any]:
    cells = [line.what, line.before, line.now, line.decided, line.recorded]
    return {
        "cells": cells,
        "error": line.error,
        "open": line.open,
        "is_long": sum(map(len, cells)) > LONG_ROW,
    }
