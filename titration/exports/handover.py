"""The handover letter: one page of where each regimen of a patient stands, and whom to call.

No text is cut: one that is too long for the page is named there, and stands in the letter of
record.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from patients.context import ALLERGIES
from patients.presenters.context import said
from titration import intake, planning, timeline, wording
from titration.exports.history import PatientRecord, RegimenRecord
from titration.exports.legible import Legible
from titration.exports.letter import Facts, born_words, letter, name_of
from titration.exports.log import printed_rows, printed_state
from titration.exports.pdf import missing_words, typeset
from titration.models import ReviewStatus
from titration.presenters.contacts import call_words, heading_words, tries_words
from titration.presenters.intake import heading_words as report_words
from titration.presenters.intake import told_words
from titration.presenters.log import LogRow, Shown, quoted, rows_of_logs
from titration.presenters.log import heading_words as step_words
from titration.presenters.plan_standing import standing_words
from titration.presenters.plan_text import end_words
from titration.presenters.planned import nothing_words
from titration.presenters.pumps import dates_now
from titration.presenters.regimen import indication_of, title_of
from titration.presenters.regimen_plans import given_words, plan_name, starts_words
from titration.presenters.reviews import heading_words as review_words
from titration.reading import contacted, issued
from titration.reading.planned import PlanLog, present_plan

MOST_TEXT = 320  # characters of one fact on the page
MOST_ALLERGIES = 1000
MOST_LINES = 8  # parts of a dose, each a line


def handover_file(record: PatientRecord) -> bytes:
    """The PDF of a patient's handover letter, one page. Needs the clinic read with the patient."""
    return typeset(document(record), record.at, "house.typ", "letter.typ", "handover.typ")


def document(record: PatientRecord) -> dict[str, Any]:
    """What handover.typ prints: finished strings, each of them legible."""
    legible = Legible()
    says = _("One page of the record; the letter of record has all of it.")
    kept = [each for each in record.regimens if each.withdrawal is None]
    logs = rows_of_logs([_read(each, record) for each in kept], record.patient.clinic, record.now)
    regimens = [_regimen(*each, record, legible) for each in zip(kept, logs, strict=True)]
    head = {
        "heading": _heading(record),
        "author": record.by,
        "facts": _of_person(record),
        "none": "" if kept else _("No regimen is recorded for this person."),
        "short": _(
            "No room on this page for all that is known of these. The rest stands in the letter "
            "of record."
        ),
        "left_out": [_left_out(count) for count in range(1, len(kept) + 1)],
    }
    return {
        **letter(record, legible, says),
        "head": legible.tree(head, _("At the head of this letter")),
        "words": {"state": _("Last recorded instruction")},
        "regimens": regimens,
        "missing": missing_words(legible),
    }


def _heading(record: PatientRecord) -> str:
    if record.erased:
        return _("Handover letter. %(erased)s.") % {"erased": record.erased}
    said = {"name": name_of(record), "date": born_words(record)}
    if said["date"]:
        return _("Handover letter: %(name)s, born %(date)s") % said
    return _("Handover letter: %(name)s") % said


def _left_out(count: int) -> str:
    words = ngettext(
        "%(count)s more regimen has no room on this page, which tells nothing of it. It stands in "
        "the letter of record.",
        "%(count)s more regimens have no room on this page, which tells nothing of them. They "
        "stand in the letter of record.",
        count,
    )
    return words % {"count": f"{count:,}"}


def _fitting(words: str, most: int = MOST_TEXT) -> str:
    """A text that the page has room for; in place of a longer one, where that stands."""
    if len(words) <= most:
        return words
    return _(
        "Too long for this page: a text of %(count)s characters, whole in the letter of record."
    ) % {"count": f"{len(words):,}"}


def _of_person(record: PatientRecord) -> Facts:
    """The allergies in full, the last contact, and the call backs that nobody has answered."""
    [allergies] = [each for each in record.context if each.topic.code == ALLERGIES]
    live = contacted.standing(record.contacts)
    last = _("No contact is recorded.")
    if live:
        last = _("%(contact)s; by %(name)s") % {
            "contact": heading_words(live[-1]),
            "name": live[-1].whose_name,
        }
    calls = [
        (
            _("Open: call back"),
            " ".join(
                filter(
                    None,
                    [_fitting(call_words(c)), tries_words(contacted.attempts(c, live))],
                )
            ),
        )
        for c in contacted.open_calls(live)
    ]
    return [
        (_("Allergies"), _fitting("; ".join(said(allergies.version, ALLERGIES)), MOST_ALLERGIES)),
        (_("Last contact"), last),
        *calls,
    ]


def _read(regimen: RegimenRecord, record: PatientRecord) -> Shown:
    """Of the log of a regimen what is to come, and what stands now."""
    history = regimen.history
    step, ahead = history.in_force(record.now), history.upcoming(record.now)
    return Shown(history, [*reversed(ahead), *([step] if step else [])], regimen.plans)


def _regimen(
    regimen: RegimenRecord, log: list[LogRow], record: PatientRecord, legible: Legible
) -> dict[str, Any]:
    """One regimen, with its instruction in short for where the page has no room for more."""
    title, history = title_of(regimen.version), regimen.history
    step = history.in_force(record.now)
    is_empty = not history.records
    state = printed_state(
        printed_rows(log, legible), str(step.entry) if step else "", is_empty=is_empty
    )
    of_step = next((row for row in log if step and row.entry == step.entry), None)
    note = legible.text(_note_words(of_step.note), title) if of_step else ""
    if state["row"] is not None:
        state["row"] = {**state["row"], "note": note}
        if len(state["row"]["lines"]) > MOST_LINES:
            state = {**state, "row": None, "words": legible.text(_too_long(), title)}
    facts = [(label, _fitting(words)) for label, words in _facts(regimen, record, log) if words]
    return {
        "state": {**state, "ahead": ""},
        "note": note,
        **legible.tree(
            {
                "title": title,
                "facts": facts,
                "short": _short(regimen, of_step, state["words"] if of_step is None else ""),
            },
            title,
        ),
    }


def _note_words(note: str) -> str:
    """What was typed with the instruction, or that there is more of it than the page can hold."""
    if len(note) <= MOST_TEXT:
        return note
    return _(
        "A note of %(count)s characters belongs to this instruction. It stands in the letter of "
        "record."
    ) % {"count": f"{len(note):,}"}


def _too_long() -> str:
    return _("The instruction is too long for this page. It stands in the letter of record.")


def _short(regimen: RegimenRecord, row: LogRow | None, words: str) -> str:
    """The last recorded instruction in one paragraph, never a part of one."""
    if row is None:
        return words
    step = next(each for each in regimen.history.live if each.entry == row.entry)
    dose = ": ".join(filter(None, [row.heading, wording.dosage_words(step.components)]))
    said = _("%(dose)s. Since %(moment)s. Decided by %(decided)s. %(confirmation)s.") % {
        "dose": dose,
        "moment": row.moment,
        "decided": row.decided,
        "confirmation": row.confirmation,
    }
    return said if len(said) <= 2 * MOST_TEXT else _too_long()


def _facts(regimen: RegimenRecord, record: PatientRecord, log: list[LogRow]) -> Facts:
    """What stands beside the instruction; "" where there is nothing to say."""
    version, today = regimen.version, record.now.date()
    plan = present_plan(regimen.plans, regimen.history, record.ended)
    state = timeline.state_of(regimen.history.in_force(record.now))
    disputed = [
        _("the instruction from %(moment)s is disputed") % {"moment": row.moment}
        for row in log
        if row.is_disputed
    ]
    return [
        (_("For"), indication_of(version)),
        (_("Recorded, not yet begun"), "; ".join(_ahead(regimen, record, log))),
        *(_plan_facts(plan, regimen, record) if plan else [(_("Plan"), _("No plan is open."))]),
        (_("Copies with the patient"), _copies_words(regimen, record)),
        *((fact.label, fact.words) for fact in dates_now(regimen.pump.pump)),
        (_("Supplied by"), quoted(version.supplied_by) or _("not recorded")),
        (_("Review"), _review_words(regimen, plan, today, is_going=state != timeline.STOPPED)),
        (_("Last report of the intake"), _report_words(regimen)),
        (_("Open: dispute"), "; ".join(disputed)),
        (_("Responsible prescriber"), version.responsible_name),
    ]


def _ahead(regimen: RegimenRecord, record: PatientRecord, log: list[LogRow]) -> Iterator[str]:
    rows = {row.entry: row for row in log}
    for step in regimen.history.upcoming(record.now):
        said = [step_words(step.kind), wording.dosage_words(step.components)]
        yield _("from %(moment)s: %(dose)s. %(confirmation)s") % {
            "moment": wording.effective_words(step.effective),
            "dose": ": ".join(filter(None, said)),
            "confirmation": rows[step.entry].confirmation,
        }


def _plan_facts(plan: PlanLog, regimen: RegimenRecord, record: PatientRecord) -> Facts:
    """The plan that is not over: how it stands, and its next written row."""
    live, today = regimen.history.live, record.now.date()
    standing = plan.standing(regimen.history, record.ended)
    name = _("%(plan)s, signed by %(name)s, %(date)s") % {
        "plan": plan_name(plan),
        "name": plan.newest.signed_by_name,
        "date": wording.date_words(plan.newest.signed_on),
    }
    facts = [(_("Plan"), name)]
    if standing.state != planning.OPEN:
        words = standing_words(plan, standing, record.patient.clinic, record.behind_plans)
        facts.append((words.chip, words.sentence))
    remaining = planning.open_rows(plan.carried(live), today)
    if not remaining:
        text = plan.newest.text
        return [*facts, (_("After its last row"), end_words(text.end, text.review_on))]
    each = remaining[0]
    row = [wording.row_words(each.row, each.planned_on).replace("\n", "; "), starts_words(each)]
    if each.planned_on is not None and each.planned_on <= today:
        row.append(f"{nothing_words(each, today)}.")
    return [*facts, (_("Next written row"), "\n".join(row))]


def _copies_words(regimen: RegimenRecord, record: PatientRecord) -> str:
    """The copies of which no telling is recorded, and which of them no longer hold."""
    live = regimen.history.live
    by_plan = {log.plan: log for log in regimen.plans}
    said = []
    for copy in (copy for copy in regimen.copies if copy.is_out):
        log = by_plan[copy.plan]
        standing = log.standing(regimen.history, record.ended)
        words = {"version": copy.version, "given": given_words(copy)}
        if issued.is_outdated(copy, log, standing, live, is_retracted=False):
            said.append(_("version %(version)s, given %(given)s: NO LONGER HOLDS") % words)
        else:
            said.append(_("version %(version)s, given %(given)s") % words)
    if said or not regimen.plans:
        return "; ".join(said)
    return _("No copy of a plan is recorded as with the patient.")


def _review_words(
    regimen: RegimenRecord, plan: PlanLog | None, today: date, *, is_going: bool
) -> str:
    """The next review that is booked, or that none is written; "" where the medicine is over."""
    booked = [each for each in regimen.reviews if each.status == ReviewStatus.BOOKED]
    if booked:
        return review_words(booked[0], today)
    if plan is not None and plan.newest.text.review_on is not None:
        return _("none is booked; the plan names %(date)s") % {
            "date": wording.date_words(plan.newest.text.review_on)
        }
    return _("no review written") if is_going else ""


def _report_words(regimen: RegimenRecord) -> str:
    standing = intake.standing(regimen.reports)
    if not standing:
        return ""
    last = max(standing, key=lambda text: (text.last_on, text.number))
    if not last.is_differing:
        return report_words(last)
    return _("%(report)s. Prescriber told: %(told)s") % {
        "report": report_words(last),
        "told": told_words(last),
    }
