"""Writes of how the patient was: observations and side effects, many in one submission.

`add_observations` and `add_effects` take an open Log, so that a visit can be recorded whole.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.utils.translation import gettext as _

from access.models import User
from access.policies import RECORD, check
from ledger.writing import Asking, Log, check_newest, verb, writing
from patients.models import Patient, PatientCard
from titration import dosing, policies, wording
from titration.actions.shared import card_of, today_of, withdraw
from titration.models import (
    Course,
    MeasureKind,
    MeasureVersion,
    MeasureWords,
    Observation,
    Regimen,
    RegimenCard,
    Severity,
    Side,
    SideEffect,
    Symptom,
    WrittenAs,
)
from titration.policies import RuleBroken
from titration.timeline import Effective


@dataclass(frozen=True)
class ObservationText:
    """What an observation says; columns as in Observation.

    `version` is what the catalogue said as the person read it. A correction has none: it keeps
    the words of the text that it corrects.
    """

    effective: Effective
    version: MeasureVersion | None = None
    figure: Decimal | None = None
    second_figure: Decimal | None = None
    choice: str = ""
    yes: bool | None = None
    words: str = ""
    site: str = ""
    side: str = ""
    is_checked: bool = False
    measured_by: str = ""
    note: str = ""


@dataclass(frozen=True)
class EffectText:
    """What a side effect says; `effective` is when it started, columns as in SideEffect."""

    effective: Effective
    written_as: str
    symptom: str
    words: str = ""
    severity: str = Severity.NOT_STATED.value
    course: str = Course.NOT_STATED.value
    ended: Effective | None = None
    regimen: Regimen | None = None
    reported_by: str = ""


class OneRefused(RuleBroken):
    """A rule refuses one of many; `position` is its place, `what` "observation" or "effect"."""

    def __init__(self, rule: RuleBroken, what: str, position: int) -> None:
        super().__init__(rule.field, rule.message)
        self.what = what
        self.position = position
        self.is_beyond_bounds = isinstance(rule, BeyondBounds)


class BeyondBounds(RuleBroken):
    """A figure lies beyond the entry bounds, and nobody has said yet that it is right."""


@verb
def record_observations(
    *,
    patient: Patient,
    observations: tuple[ObservationText, ...] = (),
    effects: tuple[EffectText, ...] = (),
    by: User,
    submission: Asking,
):
    """Record observations and side effects of a patient, all or none. Returns the first record."""
    check(by, patient.clinic, RECORD)
    with writing(patient.clinic, by=by, submission=submission) as log:
        if not observations and not effects:
            raise RuleBroken(None, _("Nothing is written yet. Write at least one value."))
        records = [
            *add_observations(log, patient, observations),
            *add_effects(log, patient, effects),
        ]
        return records[0]


def add_observations(
    log: Log, patient: Patient, texts: Sequence[ObservationText]
) -> list[Observation]:
    """Check and add observations in an open write, in their order. Raises OneRefused."""
    card = card_of(patient.pk) if texts else None
    added = []
    for position, text in enumerate(texts):
        try:
            version = text.version
            if version is None or version.measure.clinic_id != patient.clinic_id:
                raise RuleBroken("measure", _("Choose a measure from this clinic's list."))
            _check_moment(log, text.effective, card)
            check_value(version, text, version)
        except RuleBroken as rule:
            raise OneRefused(rule, "observation", position) from rule
        words = {name: getattr(version, name) for name in MeasureWords.WORDS}
        observation = _observation(patient, version.measure_id, words, text)
        added.append(log.add(observation, subject=observation.observation, patient=patient.pk))
    return added


def add_effects(log: Log, patient: Patient, texts: Sequence[EffectText]) -> list[SideEffect]:
    """Check and add side effects in an open write, in their order. Raises OneRefused."""
    card = card_of(patient.pk) if texts else None
    added = []
    for position, text in enumerate(texts):
        try:
            _check_moment(log, text.effective, card)
            check_effect(patient, text, today_of(log))
        except RuleBroken as rule:
            raise OneRefused(rule, "effect", position) from rule
        effect = _effect(patient, text)
        added.append(log.add(effect, subject=effect.effect, patient=patient.pk))
    return added


@verb
def correct_observation(
    *,
    observation: Observation,
    text: ObservationText,
    correction_reason: str,
    by: User,
    submission: Asking,
):
    """Correct an observation by a new text of its line, with the words of its measure as written.

    AlreadySuperseded when somebody corrected or withdrew it first.
    """
    patient = observation.patient
    check(by, patient.clinic, RECORD)
    with writing(patient.clinic, by=by, submission=submission) as log:
        check_newest(observation.entry)
        _check_corrected(correction_reason)
        _check_moment(log, text.effective, card_of(patient.pk))
        newest = MeasureVersion.objects.newest().get(measure=observation.measure_id)
        check_value(observation, text, newest, kept=observation)
        words = {name: getattr(observation, name) for name in MeasureWords.WORDS}
        corrected = _observation(patient, observation.measure_id, words, text)
        corrected.observation = observation.observation
        corrected.correction_reason = correction_reason
        return log.add(
            corrected,
            subject=corrected.observation,
            patient=patient.pk,
            supersedes=observation.entry,
        )


@verb
def correct_effect(
    *, effect: SideEffect, text: EffectText, correction_reason: str, by: User, submission: Asking
):
    """Correct a side effect by a new text of its line."""
    check(by, effect.patient.clinic, RECORD)
    with writing(effect.patient.clinic, by=by, submission=submission) as log:
        check_newest(effect.entry)
        _check_corrected(correction_reason)
        return _next_effect(log, effect, text, correction_reason)


@verb
def end_effect(*, effect: SideEffect, ended: Effective, by: User, submission: Asking):
    """Record that a side effect has ended. What else its newest text says stays."""
    check(by, effect.patient.clinic, RECORD)
    with writing(effect.patient.clinic, by=by, submission=submission) as log:
        check_newest(effect.entry)
        if effect.course == Course.ENDED:
            raise RuleBroken(None, _("The record says already when it ended. Correct it instead."))
        text = EffectText(
            effective=effect.effective,
            written_as=effect.written_as,
            symptom=effect.symptom,
            words=effect.words or "",
            severity=effect.severity,
            course=Course.ENDED.value,
            ended=ended,
            regimen=effect.regimen,
            reported_by=effect.reported_by or "",
        )
        return _next_effect(log, effect, text, "")


@verb
def retract_observed(
    *, record: Observation | SideEffect, reason: str, reason_text: str, by: User, submission: Asking
):
    """Withdraw an observation or a side effect, with its corrections, as entered in error.

    `record` is the newest text of the line as the person saw it. Returns the Retraction.
    """
    patient = record.patient
    check(by, patient.clinic, RECORD)
    with writing(patient.clinic, by=by, submission=submission) as log:
        check_newest(record.entry)
        return withdraw(log, patient.pk, record.entry.subject, reason, reason_text)


def check_value(
    words: MeasureWords,
    text: ObservationText,
    catalogue: MeasureVersion,
    kept: Observation | None = None,
) -> None:
    """The value is written as its measure is: of its kind, with its place, within entry bounds.

    `words` are those of the measure as they are kept, `catalogue` has the places and the bounds.
    `kept` is the text that is corrected, whose place may stay although the list has it no longer.
    Raises RuleBroken, BeyondBounds for a figure that is to be looked at again.
    """
    if text.side not in ("", *Side.values):
        raise RuleBroken("side", _("Choose a side."))
    sites = [*catalogue.sites, *([kept.site] if kept and kept.site else [])]
    if text.site not in sites if sites else text.site:
        raise RuleBroken("site", _("Choose where it was measured."))
    has_side = catalogue.has_side or bool(kept and kept.side)
    if has_side != bool(text.side):
        raise RuleBroken("side", _("Choose a side."))
    _check_kind(words, text)
    if words.kind == MeasureKind.NUMBER and not text.is_checked:
        _check_bounds(words, text, catalogue)


def _check_kind(words: MeasureWords, text: ObservationText) -> None:
    """The value stands in the column of its kind and in no other."""
    figures = (text.figure, text.second_figure)
    match words.kind:
        case MeasureKind.NUMBER:
            for field, figure, is_there in (
                ("figure", text.figure, True),
                ("second_figure", text.second_figure, bool(words.labels)),
            ):
                if (figure is not None) != is_there:
                    raise RuleBroken(field, _("Write the figure."))
                if figure is not None and not dosing.is_figure(figure):
                    raise RuleBroken(field, wording.problem_words("not_a_number"))
            is_alone = not text.choice and text.yes is None and not text.words
        case MeasureKind.CHOICE:
            if text.choice not in words.choices:
                raise RuleBroken("choice", _("Choose one of the list."))
            is_alone = figures == (None, None) and text.yes is None and not text.words
        case MeasureKind.YES_NO:
            if text.yes is None:
                raise RuleBroken("yes", _("Choose yes or no."))
            is_alone = figures == (None, None) and not text.choice and not text.words
        case _:
            if not text.words.strip():
                raise RuleBroken("words", _("Write what was found."))
            is_alone = figures == (None, None) and not text.choice and text.yes is None
    if not is_alone:
        raise RuleBroken(None, _("A measure has one kind of value."))


def _check_bounds(words: MeasureWords, text: ObservationText, catalogue: MeasureVersion) -> None:
    """Ask once of a figure beyond the entry bounds: they catch typing slips and judge none."""
    for field in ("figure", "second_figure"):
        figure = getattr(text, field)
        if figure is None:
            continue
        is_below = catalogue.lowest is not None and figure < catalogue.lowest
        is_above = catalogue.highest is not None and figure > catalogue.highest
        if is_below or is_above:
            raise BeyondBounds(
                field,
                _(
                    "Written as %(figure)s. Entry bounds of this measure: %(bounds)s. They only "
                    "catch slips in typing: check what was typed, and tick that it is right."
                )
                % {
                    "figure": wording.measured_words(figure, words.unit),
                    "bounds": wording.bounds_words(catalogue.lowest, catalogue.highest),
                },
            )


def check_effect(patient: Patient, text: EffectText, today: date) -> None:
    """A side effect is of the lists, of a regimen of the patient or of none, and ends in order."""
    for field, choices in (
        ("written_as", WrittenAs),
        ("symptom", Symptom),
        ("severity", Severity),
        ("course", Course),
    ):
        if getattr(text, field) not in choices.values:
            raise RuleBroken(field, _("Choose one of the list."))
    if text.symptom == Symptom.OTHER and not text.words.strip():
        raise RuleBroken("words", _("Write in words what it was."))
    regimen = text.regimen
    if regimen is not None and (
        regimen.patient_id != patient.pk
        or RegimenCard.objects.filter(regimen=regimen, is_retracted=True).exists()
    ):
        raise RuleBroken("regimen", _("Choose a regimen of this patient, or none."))
    if (text.course == Course.ENDED) != (text.ended is not None):
        raise RuleBroken("ended", _("Write when it ended, or say that it goes on."))
    if text.ended is not None:
        _check_ended(text.effective, text.ended, today)


def _check_ended(began: Effective, ended: Effective, today: date) -> None:
    if ended.time is not None:
        raise RuleBroken("ended", _("The end is a day, a month or a year."))
    if ended.on > today:
        raise RuleBroken("ended", _("This day has not come yet. Say that it goes on."))
    if _last_day(ended) < began.on:
        raise RuleBroken("ended", _("It cannot have ended before it began. Check both dates."))


def _last_day(moment: Effective) -> date:
    """The last day on which a moment may lie."""
    if moment.precision == "year":
        return moment.on.replace(month=12, day=31)
    if moment.precision == "month":
        return (moment.on + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return moment.on


def _check_corrected(correction_reason: str) -> None:
    if not correction_reason.strip():
        raise RuleBroken("correction_reason", _("Write why the entry is corrected."))


def _check_moment(log: Log, effective: Effective, card: PatientCard | None) -> None:
    """What was is never ahead of now; as for a dose, not before birth nor after death."""
    if not effective.has_come(log.clinic.local(log.recorded_at)):
        raise RuleBroken("effective", _("This has not come yet. Write when it was."))
    if card is not None:
        policies.check_effective(effective, today_of(log), card)


def _observation(patient: Patient, measure, words: dict, text: ObservationText) -> Observation:
    return Observation(
        patient=patient,
        measure_id=measure,
        **words,
        **Observation.effective_columns(text.effective),
        site=text.site,
        side=text.side,
        figure=text.figure,
        second_figure=text.second_figure,
        choice=text.choice,
        yes=text.yes,
        words=text.words,
        is_checked=text.is_checked,
        measured_by=text.measured_by,
        note=text.note,
        correction_reason="",
    )


def _effect(patient: Patient, text: EffectText) -> SideEffect:
    return SideEffect(
        patient=patient,
        regimen=text.regimen,
        **SideEffect.effective_columns(text.effective),
        written_as=text.written_as,
        symptom=text.symptom,
        words=text.words,
        severity=text.severity,
        course=text.course,
        ended_on=text.ended.on if text.ended else None,
        ended_precision=text.ended.precision if text.ended else "",
        reported_by=text.reported_by,
        correction_reason="",
    )


def _next_effect(
    log: Log, effect: SideEffect, text: EffectText, correction_reason: str
) -> SideEffect:
    patient = effect.patient
    _check_moment(log, text.effective, card_of(patient.pk))
    check_effect(patient, text, today_of(log))
    later = _effect(patient, text)
    later.effect = effect.effect
    later.correction_reason = correction_reason
    return log.add(later, subject=later.effect, patient=patient.pk, supersedes=effect.entry)
