"""The rules of the log, as small checks that raise. Forms ask them early, actions under the lock.

Who may do what is in access.policies; these are about what may be written.
"""

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from access.models import Clinic, Membership, Role, User
from access.policies import CONFIRM, REFUSALS, RuleBroken
from patients import folding
from patients.identity import Life
from patients.models import PatientCard, PatientStatus
from titration import dosing, planning, pump, timeline, wording
from titration.models import (
    KINDS_WITH_DOSE,
    PUMP_ROUTES,
    DoseStep,
    MedicineVersion,
    Regimen,
    RegimenCard,
    RegimenVersion,
    Route,
    reasons_for,
)
from titration.planning import PlanText, Standing
from titration.pump import PumpText
from titration.reading import planned
from titration.reading.logged import History
from titration.timeline import Effective, StepRecord

YEARS_AHEAD, YEARS_OF_A_PUMP = 2, 15
_TWO_YEARS = gettext_noop("This is more than two years ahead. Check the year.")
_FIFTEEN_YEARS = gettext_noop("This is more than fifteen years ahead. Check the year.")


class OnTheListAlready(RuleBroken):
    """The clinic's list has an item of this name; `item` is its id."""

    def __init__(self, field: str, message: str, item: UUID) -> None:
        super().__init__(field, message)
        self.item = item


class ChangedMeanwhile(Exception):
    """Something was recorded on the regimen after the page was read."""


def effective_at(zone: ZoneInfo, on: date, clock, fold: int = 0) -> Effective:
    """A day, or a day with a clock time kept with its UTC offset in the clinic's zone.

    An hour that the clocks skip is refused. `fold` 1 is the second of an hour that comes twice.
    """
    if clock is None:
        return Effective(on)
    local = datetime.combine(on, clock, tzinfo=zone).replace(fold=fold)
    offset = local.utcoffset() or timedelta()
    there_and_back = (local - offset).replace(tzinfo=ZoneInfo("UTC")).astimezone(zone)
    if there_and_back.replace(tzinfo=None) != local.replace(tzinfo=None):
        raise RuleBroken(
            "time",
            _("The clocks go forward that night and this time does not exist. Type another time."),
        )
    return Effective(on, "day", clock, int(offset.total_seconds() // 60))


def comes_twice(zone: ZoneInfo, on: date, clock) -> bool:
    """Whether the clocks go back over this time, so that it exists twice."""
    local = datetime.combine(on, clock, tzinfo=zone)
    return local.utcoffset() != local.replace(fold=1).utcoffset() and (
        local.utcoffset() or timedelta()
    ) > (local.replace(fold=1).utcoffset() or timedelta())


def check_effective(effective: Effective, today: date, life: Life) -> None:
    """Refuse a date before the patient's birth, after their death, or years ahead."""
    if life.born and effective.on < _rounded_down(life.born, effective):
        raise RuleBroken(
            "effective",
            _("This is before the patient's birth on %(date)s. Check the date.")
            % {"date": wording.date_words(life.born)},
        )
    if effective.on > today + timedelta(days=366 * YEARS_AHEAD):
        raise RuleBroken(
            "effective",
            _(_TWO_YEARS),
        )
    if life.died_on and effective.on > life.died_on:
        raise RuleBroken(
            "effective",
            _("The record says that the patient died on %(date)s. Check the date.")
            % {"date": wording.date_words(life.died_on)},
        )


def check_has_come(effective: Effective, now: datetime) -> None:
    """Refuse a moment to come, at the clinic's local time, for what is told of once it was."""
    if effective.on > now.date():
        raise RuleBroken(
            "effective", _("This day has not come yet. Record it once it was. Check the date.")
        )
    if not effective.has_come(now):
        raise RuleBroken(
            "time", _("This time has not come yet. Record it once it was. Check the time.")
        )


def check_born(on: date, patient: PatientCard, field: str) -> None:
    """Refuse a day before the patient's birth."""
    if patient.birth_date and on < patient.birth_date:
        raise RuleBroken(
            field,
            _("This is before the patient's birth on %(date)s. Check the date.")
            % {"date": wording.date_words(patient.birth_date)},
        )


def check_day(on: date, today: date, patient: PatientCard, field: str) -> None:
    """As check_effective, for a day of the field `field`."""
    try:
        check_effective(Effective(on), today, patient.version.life)
    except RuleBroken as rule:
        raise RuleBroken(field, rule.message) from None


def _rounded_down(day: date, effective: Effective) -> date:
    if effective.precision == "year":
        return day.replace(month=1, day=1)
    return day.replace(day=1) if effective.precision == "month" else day


def check_moment_free(
    live: tuple[StepRecord, ...], effective: Effective, kind: str, apart_from=None
) -> None:
    """Refuse a second live step for a moment that already has one."""
    holder = timeline.holder_of_moment(live, effective, kind, apart_from)
    if holder is not None:
        raise RuleBroken(
            "effective",
            _(
                "Entry %(number)s already holds from %(moment)s. Correct that entry, "
                "or give a clock time that tells the two apart."
            )
            % {
                "number": f"{holder.number:,}",
                "moment": wording.effective_words(effective),
            },
        )


def check_order(
    live: tuple[StepRecord, ...], effective: Effective, kind: str, apart_from: UUID | None = None
) -> None:
    """Refuse to withhold, resume or stop what is not there to withhold, resume or stop.

    And what would make a step that is already recorded start again what is stopped.
    """
    before = timeline.before(live, effective, apart_from)
    if not timeline.fits(kind, timeline.state_of(before)):
        raise out_of_place(kind)
    newest = max((step.number for step in live), default=0)
    added = StepRecord(uuid4(), newest + 1, uuid4(), kind, effective)
    if apart_from is None:
        changed = [*live, added]
    else:
        changed = [added if step.step == apart_from else step for step in live]
    # Sorting keeps the place of those for one month or year: a new one comes last.
    _check_restarts(live, sorted(changed, key=lambda step: step.effective.order), "effective")


def check_withdrawal(live: tuple[StepRecord, ...], line: UUID) -> None:
    """Refuse to withdraw a step without which a later one would start again what is stopped."""
    _check_restarts(live, [step for step in live if step.step != line], None)


def out_of_place(kind: str) -> RuleBroken:
    """That there is nothing to withhold, resume or stop."""
    if kind == timeline.RESUME:
        says = _(
            "Nothing is withheld at that moment, so there is nothing to resume. Record a dose."
        )
    elif kind == timeline.WITHHOLD:
        says = _("No dose is recorded at that moment, so there is nothing to withhold.")
    else:
        says = _("No dose is recorded at that moment, so there is nothing to stop.")
    return RuleBroken("kind", says)


def _check_restarts(
    live: Iterable[StepRecord], changed: Iterable[StepRecord], field: str | None
) -> None:
    """Refuse a change after which a resumption ends a stop; what does so already is let be."""
    known = {step.step for step in timeline.restarts(live)}
    new = [step for step in timeline.restarts(changed) if step.step not in known]
    if new:
        raise restarted(new[0], field)


def restarted(step: StepRecord, field: str | None) -> RuleBroken:
    """That a step which is recorded would start again what is stopped."""
    return RuleBroken(
        field,
        _(
            "Entry %(number)s resumes from %(moment)s, and would start again what is stopped. "
            "Withdraw that entry first; then record this."
        )
        % {
            "number": f"{step.number:,}",
            "moment": wording.effective_words(step.effective),
        },
    )


def check_dosage(kind: str, components: tuple[dosing.Component, ...]) -> None:
    """A dose has at least one well-formed component; withhold and stop have none."""
    if kind not in KINDS_WITH_DOSE:
        if components:
            raise RuleBroken("kind", _("Withhold and stop carry no amounts."))
        return
    if not components:
        raise RuleBroken("components", wording.problem_words("empty_dose"))
    problems = dosing.check_components(components)
    if problems:
        raise RuleBroken("components", wording.problem_words(problems[0]))


def check_reason(kind: str, reason: str) -> None:
    """The reason is of the coded list that this kind of step takes."""
    if reason not in reasons_for(kind).values:
        raise RuleBroken("reason", _("Choose a reason from the list."))


def check_prescribes_at(prescriber: User | None, clinic: Clinic, field: str = "decided_by") -> None:
    """A named prescriber may sign in and holds an open prescriber membership in the clinic."""
    if prescriber is None:
        return
    roles = prescriber.roles_by_clinic.get(clinic.pk, frozenset())
    if not prescriber.is_active or Role.PRESCRIBER not in roles:
        raise RuleBroken(
            field,
            _("%(name)s is not a prescriber of this clinic. Choose one from the list.")
            % {"name": prescriber.name},
        )


def stands_for(by: User, regimen: Regimen, named: Iterable[int]) -> set[int]:
    """Of the prescribers named in steps of a regimen, those whose steps `by` confirms or disputes.

    Each their own. Who prescribes in the clinic no longer can say nothing of theirs: then the
    responsible prescriber of the regimen does.
    """
    others = set(named) - {by.pk}
    own = set(named) & {by.pk}
    if not others or regimen.card.version.responsible_id != by.pk:
        return own
    present = Membership.objects.open().filter(
        clinic=regimen.clinic_id,
        user__in=others,
        role=Role.PRESCRIBER,
        user__is_active=True,
    )
    return own | (others - set(present.values_list("user_id", flat=True)))


def check_can_confirm(by: User, step: DoseStep) -> None:
    """Only the prescriber named in a step confirms it, or who stands for them once they left."""
    named = step.decided_by_id
    if named is None or named not in stands_for(by, step.regimen, {named}):
        raise PermissionDenied(REFUSALS[CONFIRM])


def check_medicine(version: MedicineVersion) -> None:
    """A medicine has a name of its own in the clinic, and routes, units and strengths that we know.

    To be asked under the lock: two people can add the same name at once.
    """
    name = folding.fold(version.name)
    if not name:
        raise RuleBroken("name", _("Write the name of the medicine."))
    others = MedicineVersion.objects.newest().filter(medicine__clinic=version.medicine.clinic_id)
    for medicine, other in others.values_list("medicine", "name"):
        if medicine != version.medicine_id and folding.fold(other) == name:
            message = _("A medicine of this name is on the clinic's list already.")
            raise OnTheListAlready("name", message, medicine)
    if not version.routes or set(version.routes) - set(Route.values):
        raise RuleBroken("routes", _("Choose at least one route from the list."))
    if not version.units or set(version.units) - set(dosing.UNITS):
        raise RuleBroken("units", _("Choose at least one unit from the list."))
    for strength in version.strengths:
        check_strength(strength)


_IN_THOUSANDS = re.compile(r"[1-9][0-9]{0,2}(?:,[0-9]{3})+", re.ASCII)


def check_strength(text: str) -> None:
    """A strength is a figure and a unit, perhaps "per" something; two medicines in one have two.

    "10 mg", "5 mg per 5 mL", "2,000 micrograms per mL", "25 micrograms per hour", "10 mg/100 mg".
    "5 mg/5 mL" is refused: "per" is written out.
    """
    unit = "|".join(re.escape(words) for words in sorted(_unit_spellings(), reverse=True))
    part = re.compile(
        rf"(?P<figure>\S+) (?P<unit>{unit})(?: per (?:(?P<per>\S+) )?(?:{unit}|hours?|dose))?"
    )
    found = [part.fullmatch(piece.strip()) for piece in re.split(r"/| \+ ", text)]
    matches = [match for match in found if match is not None]
    units = {match["unit"] for match in matches}
    if len(matches) < len(found) or (len(found) > 1 and units & {"mL", "L"}):
        raise RuleBroken(
            "strengths",
            _(
                "“%(strength)s” is not written as a strength. Write a figure, a space and a "
                "unit in full, and where it belongs “per” with a volume, a dose or hours."
            )
            % {"strength": text},
        )
    for match in matches:
        for figure in filter(None, match.group("figure", "per")):
            _check_strength_figure(text, figure)


def _unit_spellings() -> Iterable[str]:
    for unit in dosing.UNITS:
        yield from {wording.unit_words(unit, Decimal(1)), wording.unit_words(unit)}


def _check_strength_figure(text: str, figure: str) -> None:
    if _IN_THOUSANDS.fullmatch(figure):  # as packs print it
        figure = figure.replace(",", "")
    try:
        dosing.parse_figures(figure)
    except dosing.AmountError as error:
        raise RuleBroken(
            "strengths",
            _("“%(strength)s”: %(problem)s")
            % {"strength": text, "problem": wording.problem_words(error.code)},
        ) from None


def check_offered(text: RegimenVersion, medicine: MedicineVersion) -> None:
    """The clinic's list has this route, form and unit for the medicine, and the medicine itself."""
    if medicine.medicine.clinic_id != text.regimen.clinic_id:
        raise RuleBroken("medicine", _("Choose a medicine from this clinic's list."))
    if text.route not in medicine.routes:
        raise RuleBroken("route", _("The medicine list does not have this route for it."))
    if text.unit not in medicine.units:
        raise RuleBroken("unit", _("The medicine list does not have this unit for it."))
    if text.form and text.form not in medicine.forms:
        raise RuleBroken("form", _("The medicine list does not have this form for it."))


def check_alone(version: RegimenVersion) -> None:
    """Refuse a second standing regimen of the same medicine by the same route for the patient."""
    alike = RegimenCard.objects.filter(
        patient=version.regimen.patient_id,
        version__medicine=version.medicine_id,
        version__route=version.route,
        is_retracted=False,
    )
    if alike.exclude(pk=version.regimen_id).exists():
        raise RuleBroken(
            "another",
            _("The patient has this medicine by this route already. Tick this to have two."),
        )


def check_present(patient: PatientCard) -> None:
    """Refuse a plan for a patient who died or left."""
    status = patient.version.status
    if status == PatientStatus.DIED:
        raise RuleBroken(None, _("The record says that the patient died. No plan is signed."))
    if status == PatientStatus.LEFT:
        raise RuleBroken(
            None,
            _("The record says that the patient left the clinic. Correct that first, then sign."),
        )


def check_plan(text: PlanText) -> None:
    """A plan that can be carried out without doubt: the first problem of planning.check_plan."""
    problems = planning.check_plan(text)
    if problems:
        raise RuleBroken(None, wording.plan_problem_words(problems[0]))


def check_no_open_plan(plans: Iterable[planned.PlanLog], log: History) -> None:
    """Refuse a second plan for a regimen beside one that is not over."""
    if any(not plan.standing(log).is_over for plan in plans):
        says = _(
            "This regimen has a signed plan already. Revise that plan, or withdraw or complete it "
            "first; what you wrote stays in the draft."
        )
        raise RuleBroken(None, says)


def check_not_ended(standing: Standing) -> None:
    """Refuse a version of a plan that a prescriber withdrew or completed: that is not undone."""
    match standing.state:
        case planning.WITHDRAWN:
            said = _("The plan was withdrawn and takes no further version. Begin a new plan.")
        case planning.COMPLETED:
            said = _("The plan was completed and takes no further version. Begin a new plan.")
        case _:
            return
    raise RuleBroken(None, said)


EVENTS_OF_STATE = {
    planning.OPEN: {"paused", "withdrawn", "completed"},
    planning.PAUSED: {"resumed", "withdrawn", "completed"},
    planning.AWAITING: {"continued", "paused", "withdrawn", "completed"},
}


def check_plan_event(standing: Standing, kind: str) -> None:
    """Refuse what does not fit how a plan stands: to pause what is paused, to end what is over."""
    if kind not in EVENTS_OF_STATE.get(standing.state, set()):
        raise RuleBroken(
            None,
            _("The plan no longer stands as the page showed it. Look at it as it is now."),
        )


def check_pump(text: PumpText, route: str, today: date) -> None:
    """An event of a pump that does not contradict itself, of a medicine that a pump can give.

    A date whose year was mistyped would be silent for as long.
    """
    if route not in PUMP_ROUTES:
        raise RuleBroken(None, _("No pump gives a medicine by this route."))
    if text.rates and (problems := dosing.check_components(text.rates)):
        raise RuleBroken("components", wording.problem_words(problems[0]))
    for field, code in pump.check_text(text):
        raise RuleBroken(field, wording.pump_problem_words(code))
    for field, on, years, words in (
        ("low_reservoir_on", text.low_reservoir_on, YEARS_AHEAD, _TWO_YEARS),
        ("refill_on", text.refill_on, YEARS_AHEAD, _TWO_YEARS),
        ("replacement_on", text.replacement_on, YEARS_OF_A_PUMP, _FIFTEEN_YEARS),
    ):
        if on is not None and on > today + timedelta(days=366 * years):
            raise RuleBroken(field, _(words))
