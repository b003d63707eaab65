"""What each table holds, in words."""

from django.utils.translation import gettext_lazy as _

TABLE_WORDS = {
    "patient": _("Who the patient is: a row for each text of the details, the newest last."),
    "context": _("A text for each topic that bears on dosing, the earlier texts too."),
    "context_lines": _("The lines of the texts of the context, a row for each."),
    "context_confirmations": _("Somebody asked again, and a text of the context was unchanged."),
    "regimens": _("One medicine by one route: a row for each text of it, the newest last."),
    "steps": _("The dose log: what the patient was instructed to take from which moment."),
    "components": _("The parts of the doses of steps, a row for each."),
    "confirmations": _("The named prescriber confirmed a step that somebody else typed."),
    "disputes": _("The named prescriber says that a step is not what they decided."),
    "plans": _("Signed versions of plans. Who recorded the entry signed it."),
    "planned_rows": _("The rows of signed plans."),
    "planned_components": _("The parts of the doses of planned rows, a row for each."),
    "plan_events": _("What a prescriber recorded of a plan beside its versions."),
    "rows_recorded": _("A dose step was recorded from a row of a signed plan."),
    "reviews": _("Reviews: booked, done, missed, cancelled. Each change is a row."),
    "copies": _("Copies of plans that were given out."),
    "copies_told": _("Who has a copy was told that it no longer holds."),
    "intake": _("What the patient is reported to have taken. It is no instruction."),
    "contacts": _("Calls, visits, letters and messages."),
    "observations": _("What was measured, rated or asked."),
    "side_effects": _("Side effects and signs of withdrawal, as they were written."),
    "pump_events": _("What was done to a pump and read off it."),
    "pump_rates": _("The programme of a pump, a row for each part of it."),
    "withdrawals": _("Lines that were withdrawn as entered in error, with all their corrections."),
    "erasures": _("The identity and the texts of the patient were erased."),
    "imported_files": _("Files that records of the patient were brought in from."),
    "origins": _("Where a record stood in such a file, and how it was recorded first."),
    "entries": _("The ledger’s entries: which record was added, by whom, when, after what."),
}
