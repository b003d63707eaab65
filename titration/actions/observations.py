"""Writes of how the patient was: observations and side effects, many in one submission.

`add_observations` and `add_effects` take an open Log, so that a visit can be recorded whole.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from access.models import User
from access.policies import RECORD, check
from ledger.writing import Asking, Log, check_newest, verb, writing
from patients.models import Patient
from titration.actions.observed_rules import (
    EffectText,
    ObservationText,
    check_effect,
    check_effects,
    check_moment,
    check_observations,
    check_value,
)
from titration.actions.shared import card_of, today_of, withdraw
from titration.models import Course, MeasureVersion, MeasureWords, Observation, SideEffect
from titration.policies import ChangedMeanwhile, RuleBroken
from titration.reading import observed
from titration.reading.observed import Effect, Observed
from titration.timeline import Effective


@verb
def record_observations(
    *,
    patient: Patient,
    observations: tuple[ObservationText, ...] = (),
    effects: tuple[EffectText, ...] = (),
    by: User,
    submission: Asking,
    seen: int | None = None,
):
    """Record observations and side effects of a patient, all or none. Returns the first record.

    `seen` is the newest entry of the patient that the person's page knew: ChangedMeanwhile when
    somebody recorded the same measure of the same day, or the same sign, since.
    """
    check(by, patient.clinic, RECORD)
    with writing(patient.clinic, by=by, submission=submission) as log:
        if seen is not None and newer_alike(patient, (*observations, *effects), seen):
            raise ChangedMeanwhile
        if not observations and not effects:
            raise RuleBroken(None, _("Nothing is written yet. Write at least one value."))
        records = [
            *add_observations(log, patient, observations),
            *add_effects(log, patient, effects),
        ]
        return records[0]


def newer_alike(
    patient: Patient, texts: Iterable[ObservationText | EffectText], seen: int
) -> list[Observed | Effect]:
    """What somebody recorded after the entry `seen` that may be the same as one of these texts."""
    about = {text.about for text in texts}
    return observed.newer_alike(patient.pk, about, seen) if about else []


def add_observations(
    log: Log, patient: Patient, texts: Sequence[ObservationText]
) -> list[Observation]:
    """Check and add observations in an open write, in their order. Raises OneRefused."""
    for refused in check_observations(patient, texts, _now_of(log)):
        raise refused
    added = []
    for text in texts:
        version = text.version
        assert version is not None  # noqa: S101 - it was checked
        words = {name: getattr(version, name) for name in MeasureWords.WORDS}
        observation = _observation(patient, version.measure_id, words, text)
        added.append(log.add(observation, subject=observation.observation, patient=patient.pk))
    return added


def add_effects(log: Log, patient: Patient, texts: Sequence[EffectText]) -> list[SideEffect]:
    """Check and add side effects in an open write, in their order. Raises OneRefused."""
    for refused in check_effects(patient, texts, _now_of(log)):
        raise refused
    added = []
    for text in texts:
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
        check_moment(text.effective, card_of(patient.pk), _now_of(log))
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


def _check_corrected(correction_reason: str) -> None:
    if not correction_reason.strip():
        raise RuleBroken("correction_reason", _("Write why the entry is corrected."))


def _now_of(log: Log) -> datetime:
    return log.clinic.local(log.recorded_at)


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
    check_moment(text.effective, card_of(patient.pk), _now_of(log))
    check_effect(patient, text, today_of(log), effect)
    later = _effect(patient, text)
    later.effect = effect.effect
    later.correction_reason = correction_reason
    return log.add(later, subject=later.effect, patient=patient.pk, supersedes=effect.entry)
