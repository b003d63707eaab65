"""The plans of a regimen in its history: how each stands, its rows, what was recorded of them."""

from typing import Any

from django.utils.translation import gettext as _

from access.models import Clinic
from titration.exports.history import PatientRecord, RegimenRecord
from titration.exports.legible import Legible
from titration.presenters.plan_standing import signed_words, standing_words
from titration.presenters.plan_text import facts
from titration.presenters.planned import PlannedRow, planned_labels, planned_rows
from titration.presenters.regimen_plans import given_words, plan_name
from titration.reading.issued import Issued
from titration.reading.planned import PlanLog

LONG_ROW = 900  # characters; such a row may break over pages


def plan_words() -> list[str]:
    """The heads of the columns of the table of rows."""
    return list(planned_labels().values())


def plans_part(
    regimen: RegimenRecord, record: PatientRecord, legible: Legible, title: str
) -> list[dict[str, Any]]:
    """Every signed plan of a regimen, the newest first; the rows of those that are not over.

    A plan that is over is told in its facts alone: what was recorded from its rows stands in the
    log, with the row beside it.
    """
    live, clinic, today = regimen.history.live, record.patient.clinic, record.now.date()
    found = []
    for log in reversed(regimen.plans):
        standing = log.standing(regimen.history, record.ended)
        how = standing_words(log, standing, clinic, record.behind_plans)
        name = plan_name(log)
        rows = [] if standing.is_over else planned_rows(log.carried(live), today)
        part = {
            "name": name,
            "facts": [
                *_signatures(log, clinic),
                (_("How it stands"), how.sentence),
                *(facts(log.newest.text) if not standing.is_over else ()),
                *_given(log, regimen.copies),
            ],
            "rows": [_row(row) for row in rows],
        }
        found.append(legible.tree(part, f"{title}, {name}"))
    return found


def _signatures(log: PlanLog, clinic: Clinic) -> list[tuple[str, str]]:
    return [
        (
            _("Version %(version)s") % {"version": version.version},
            _("signed by %(name)s, %(when)s, entry %(number)s") % signed_words(version, clinic),
        )
        for version in reversed(log.versions)
    ]


def _given(log: PlanLog, copies: tuple[Issued, ...]) -> list[tuple[str, str]]:
    given = [
        _("version %(version)s, given %(given)s")
        % {"version": copy.version, "given": given_words(copy)}
        for copy in copies
        if copy.plan == log.plan
    ]
    return [(_("Copies given"), "; ".join(given))] if given else []


ROW_TEXTS = (
    *(
        "number",
        "planned",
        "dose",
        "dose_total",
        "typed",
        "recorded",
        "given",
        "given_total",
        "entry",
    ),
    *("difference", "words"),
)


def _row(row: PlannedRow) -> dict[str, Any]:
    texts = {name: getattr(row, name) for name in ROW_TEXTS}
    return {**texts, "is_long": sum(map(len, texts.values())) > LONG_ROW}
