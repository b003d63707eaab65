"""How a plan stands, in words: open, paused, waiting for its prescriber, or over and by what."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.models import Clinic
from ledger.models import Entry, Retraction
from patients.models import PatientVersion
from titration import planning
from titration.models import DoseStep
from titration.planning import Standing
from titration.presenters.log import moment_words, quoted, recorded_words
from titration.reading.planned import PlanLog, RecordedEvent, SignedVersion

CHIPS = {
    planning.OPEN: gettext_lazy("Open"),
    planning.PAUSED: gettext_lazy("Plan paused"),
    planning.AWAITING: gettext_lazy("Awaiting the prescriber"),
    planning.WITHDRAWN: gettext_lazy("Withdrawn"),
    planning.COMPLETED: gettext_lazy("Completed"),
    planning.CLOSED: gettext_lazy("Closed"),
}


@dataclass(frozen=True)
class StandingWords:
    """A plan's state as a chip and as a sentence that says since when, by whom and why."""

    state: str
    chip: str
    tone: str
    sentence: str


def standing_words(
    log: PlanLog, standing: Standing, clinic: Clinic, entries: Mapping[int, Entry] | None = None
) -> StandingWords:
    """One query for what another record than the plan's own brought about, else none.

    None either where `entries` has the entry by its number.
    """
    state = standing.state
    return StandingWords(
        state=state,
        chip=str(CHIPS[state]),
        tone="amber" if state in (planning.PAUSED, planning.AWAITING) else "",
        sentence=_sentence(log, standing, clinic, entries or {}),
    )


def _sentence(
    log: PlanLog, standing: Standing, clinic: Clinic, entries: Mapping[int, Entry]
) -> str:
    if standing.state in (planning.AWAITING, planning.CLOSED):
        entry = entries.get(standing.number)
        entry = entry or Entry.objects.get(clinic=clinic, number=standing.number)
        return _of_another_record(standing, entry, clinic)
    event = next((each for each in log.events if each.number == standing.number), None)
    if event is None:
        signed = next(each for each in log.versions if each.number == standing.number)
        return _("Open since %(name)s signed version %(version)s, %(when)s.") % {
            "version": signed.version,
            **signed_words(signed, clinic),
        }
    return _of_event(event, clinic)


def _of_event(event: RecordedEvent, clinic: Clinic) -> str:
    words = {
        "name": event.by_name,
        "when": moment_words(event.at, clinic),
        "number": f"{event.number:,}",
        "reason": quoted(event.reason_text),
    }
    match event.kind, bool(words["reason"]):
        case "paused", _with_reason:
            said = _(
                "Paused by %(name)s, %(when)s, entry %(number)s: %(reason)s. The last recorded "
                "instruction goes on, and the rows that remain wait."
            )
        case "withdrawn", _with_reason:
            said = _("Withdrawn by %(name)s, %(when)s, entry %(number)s: %(reason)s.")
        case "completed", True:
            said = _("Completed by %(name)s, %(when)s, entry %(number)s: %(reason)s.")
        case "completed", False:
            said = _("Completed by %(name)s, %(when)s, entry %(number)s.")
        case _kind, True:
            said = _("Goes on since %(name)s said so, %(when)s, entry %(number)s: %(reason)s.")
        case _kind, False:
            said = _("Goes on since %(name)s said so, %(when)s, entry %(number)s.")
    return said % words


def _of_another_record(standing: Standing, entry: Entry, clinic: Clinic) -> str:
    words = recorded_words(entry, clinic)
    match standing.state, standing.reason:
        case planning.AWAITING, _reason if entry.kind == DoseStep.KIND:
            said = _(
                "The rows that remain wait for the prescriber: %(name)s recorded an instruction "
                "from outside the plan, %(when)s, entry %(number)s."
            )
        case planning.AWAITING, _reason if entry.kind == Retraction.KIND:
            said = _(
                "The rows that remain wait for the prescriber: %(name)s withdrew an instruction as "
                "entered in error, %(when)s, entry %(number)s. The plan was signed while it stood."
            )
        case planning.AWAITING, _reason if entry.kind == PatientVersion.KIND:
            said = _(
                "The rows that remain wait for the prescriber: the patient is here again, as "
                "%(name)s recorded, %(when)s, entry %(number)s. What was taken meanwhile may not "
                "be recorded here."
            )
        case planning.AWAITING, _reason:
            said = _(
                "The rows that remain wait for the prescriber: %(name)s recorded something that "
                "differs from the plan, %(when)s, entry %(number)s."
            )
        case _state, "followed":
            said = _(
                "Closed by another plan of this medicine, which %(name)s signed, %(when)s, "
                "entry %(number)s."
            )
        case _state, "stop":
            said = _(
                "Closed by the stop of the medicine that %(name)s recorded, %(when)s, "
                "entry %(number)s."
            )
        case _state, "died":
            said = _(
                "Closed because the patient died, as %(name)s recorded, %(when)s, entry %(number)s."
            )
        case _:
            said = _(
                "Closed because the patient left the clinic, as %(name)s recorded, %(when)s, "
                "entry %(number)s."
            )
    return said % words


def signed_words(signed: SignedVersion, clinic: Clinic) -> dict[str, str]:
    """By whom, when and as which entry a version was signed: the parts of a sentence."""
    return {
        "name": signed.signed_by_name,
        "when": moment_words(signed.signed_at, clinic),
        "number": f"{signed.number:,}",
    }
