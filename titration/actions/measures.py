"""Writes to the clinic's catalogue of measures."""

from dataclasses import asdict, dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from access.models import Clinic, User
from access.policies import MANAGE_CATALOGUE, check
from ledger.models import Entry
from ledger.writing import Asking, Log, verb, writing
from patients import folding
from titration import dosing
from titration.models import CodeSystem, Measure, MeasureKind, MeasureVersion
from titration.policies import OnTheListAlready, RuleBroken


@dataclass(frozen=True)
class MeasureText:
    """What a catalogue entry says; columns as in MeasureVersion, lists as tuples."""

    name: str
    kind: str
    unit: str = ""
    ucum: str = ""
    labels: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    code_system: str = ""
    code: str = ""
    part_codes: tuple[str, ...] = ()
    lowest: Decimal | None = None
    highest: Decimal | None = None
    sites: tuple[str, ...] = ()
    has_side: bool = False
    in_use: bool = True


@verb
def add_measure(*, clinic: Clinic, text: MeasureText, by: User, submission: Asking):
    """Put a measure on the clinic's list. Returns its MeasureVersion."""
    check(by, clinic, MANAGE_CATALOGUE)
    with writing(clinic, by=by, submission=submission) as log:
        return _add(log, text, _names(clinic))


@verb
def add_measures(*, clinic: Clinic, texts: tuple[MeasureText, ...], by: User, submission: Asking):
    """Put those of these measures on the list whose names it does not have, all at once.

    Returns the first MeasureVersion that was added. Refused where the list has all of them.
    """
    check(by, clinic, MANAGE_CATALOGUE)
    with writing(clinic, by=by, submission=submission) as log:
        names = _names(clinic)
        new = [text for text in texts if folding.fold(text.name) not in names]
        if not new:
            raise RuleBroken(None, _("The clinic's list has all of these measures already."))
        first, *_others = [_add(log, text, names) for text in new]
        return first


@verb
def revise_measure(
    *, measure: Measure, seen: Entry, text: MeasureText, by: User, submission: Asking
):
    """Change what the list says of a measure; `seen` is the entry of the version it replaces.

    What was observed before keeps its words.
    """
    check(by, measure.clinic, MANAGE_CATALOGUE)
    with writing(measure.clinic, by=by, submission=submission) as log:
        names = _names(measure.clinic)
        version = _version(measure, text, {n: m for n, m in names.items() if m != measure.pk})
        return log.add(version, subject=measure.pk, supersedes=seen)


def _add(log: Log, text: MeasureText, names: dict) -> MeasureVersion:
    measure = Measure(clinic=log.clinic)
    version = _version(measure, text, names)
    log.create(measure)
    names[folding.fold(text.name)] = measure.pk
    return log.add(version, subject=measure.pk)


def _names(clinic: Clinic) -> dict:
    """The measures of a clinic by their folded names. Under the lock."""
    newest = MeasureVersion.objects.newest().filter(measure__clinic=clinic)
    return {folding.fold(name): key for key, name in newest.values_list("measure", "name")}


def _version(measure: Measure, text: MeasureText, names: dict) -> MeasureVersion:
    """Refuses what could not be written down by: no name, a list of one, bounds out of order."""
    name = folding.fold(text.name)
    if not name:
        raise RuleBroken("name", _("Write the name of the measure."))
    if name in names:
        message = _("A measure of this name is on the clinic's list already.")
        raise OnTheListAlready("name", message, names[name])
    if text.kind not in MeasureKind.values:
        raise RuleBroken("kind", _("Choose how it is written."))
    is_number, is_choice = text.kind == MeasureKind.NUMBER, text.kind == MeasureKind.CHOICE
    if is_choice and len(text.choices) < 2:
        raise RuleBroken("choices", _("Write at least two choices, in their order."))
    if text.choices and not is_choice:
        raise RuleBroken("choices", _("Only one of a list has choices."))
    if (text.unit or text.ucum or text.labels) and not is_number:
        raise RuleBroken("unit", _("Only a number has a unit or two figures."))
    if text.labels and len(set(text.labels)) != 2:
        raise RuleBroken("labels", _("Write two different names, or none for a single figure."))
    if (text.lowest is not None or text.highest is not None) and not is_number:
        raise RuleBroken("lowest", _("Only a number has entry bounds."))
    for field in ("lowest", "highest"):
        bound = getattr(text, field)
        if bound is not None and not dosing.is_figure(bound):
            raise RuleBroken(field, _("Write a figure such as 20 or 36.5."))
    if text.lowest is not None and text.highest is not None and text.lowest > text.highest:
        raise RuleBroken("highest", _("The highest figure is below the lowest one."))
    if text.code_system not in ("", *CodeSystem.values) or bool(text.code) != bool(
        text.code_system
    ):
        raise RuleBroken("code", _("A code and whose code it is belong together."))
    if text.part_codes and (len(text.part_codes) != len(text.labels) or not text.code):
        raise RuleBroken("part_codes", _("Write one code for each of the two figures."))
    columns = asdict(text)
    for field in ("labels", "choices", "part_codes", "sites"):
        columns[field] = list(columns[field])
    return MeasureVersion(measure=measure, **columns)
