"""What the rules ask of an observation and of a side effect, before and under the lock."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.utils.translation import gettext as _

from patients.models import Patient, PatientCard
from titration import dosing, policies, wording
from titration.actions.shared import card_of
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

    @property
    def about(self) -> tuple[UUID, str, str, date] | None:
        """As `reading.observed.Observed.about`; none of a correction."""
        if self.version is None:
            return None
        return self.version.measure_id, self.site, self.side, self.effective.on


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

    @property
    def about(self) -> str:
        """As `reading.observed.Effect.about`."""
        return self.symptom


class OneRefused(RuleBroken):
    """A rule refuses one of many; `position` is its place among those of its kind.

    `what` is "observation" or "effect", and of a visit also "contact", "step" or "report".
    """

    def __init__(self, rule: RuleBroken, what: str, position: int = 0) -> None:
        super().__init__(rule.field, rule.message)
        self.what = what
        self.position = position
        self.is_beyond_bounds = isinstance(rule, BeyondBounds)


class BeyondBounds(RuleBroken):
    """A figure lies beyond the entry bounds, and nobody has said yet that it is right."""


def check_observations(
    patient: Patient, texts: Sequence[ObservationText], now: datetime
) -> list[OneRefused]:
    """What the rules refuse of new observations; `now` is the clinic's."""

    def check_one(text: ObservationText, card: PatientCard) -> None:
        version = text.version
        if version is None or version.measure.clinic_id != patient.clinic_id:
            raise RuleBroken("measure", _("Choose a measure from this clinic's list."))
        check_moment(text.effective, card, now)
        check_value(version, text, version)

    return _refused(patient, texts, "observation", check_one)


def check_effects(patient: Patient, texts: Sequence[EffectText], now: datetime) -> list[OneRefused]:
    """What the rules refuse of new side effects; `now` is the clinic's."""

    def check_one(text: EffectText, card: PatientCard) -> None:
        check_moment(text.effective, card, now)
        check_effect(patient, text, now.date())

    return _refused(patient, texts, "effect", check_one)


def _refused(patient: Patient, texts: Sequence, what: str, check_one: Callable) -> list[OneRefused]:
    card = card_of(patient.pk) if texts else None
    refused = []
    for position, text in enumerate(texts):
        try:
            check_one(text, card)
        except RuleBroken as rule:
            refused.append(OneRefused(rule, what, position))
    return refused


def check_value(
    words: MeasureWords,
    text: ObservationText,
    catalogue: MeasureVersion,
    kept: Observation | None = None,
) -> None:
    """The value is written as its measure is: of its kind, with its place, within entry bounds.

    `words` are those of the measure as they are kept, `catalogue` has the places and the bounds.
    `kept` is the text that is corrected, whose place may stay although the list has it no longer,
    and which may stay without one where the list had none then.
    Raises RuleBroken, BeyondBounds for a figure that is to be looked at again.
    """
    if text.side not in ("", *Side.values):
        raise RuleBroken("side", _("Choose a side."))
    sites = [*catalogue.sites, *([kept.site] if kept and kept.site else [])]
    was_without = kept is not None and not kept.site and not text.site
    if not was_without and (text.site not in sites if sites else text.site):
        raise RuleBroken("site", _("Choose where it was measured."))
    has_side = catalogue.has_side or bool(kept and kept.side)
    was_without = kept is not None and not kept.side and not text.side
    if has_side != bool(text.side) and not was_without:
        raise RuleBroken("side", _("Choose a side."))
    check_kind(words, text)
    if words.kind == MeasureKind.NUMBER and not text.is_checked:
        _check_bounds(words, text, catalogue)


def check_kind(words: MeasureWords, text: ObservationText) -> None:
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


def check_effect(
    patient: Patient, text: EffectText, today: date, kept: SideEffect | None = None
) -> None:
    """A side effect is of the lists, of a regimen of the patient or of none, and ends in order.

    `kept` is the text before, which stays beside its regimen although that was withdrawn since.
    """
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
    is_kept = kept is not None and regimen is not None and regimen.pk == kept.regimen_id
    if (
        regimen is not None
        and not is_kept
        and (
            regimen.patient_id != patient.pk
            or RegimenCard.objects.filter(regimen=regimen, is_retracted=True).exists()
        )
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


def check_moment(effective: Effective, card: PatientCard, now: datetime) -> None:
    """What was is never ahead of now; as for a dose, not before birth nor after death."""
    if not effective.has_come(now):
        raise RuleBroken("effective", _("This has not come yet. Write when it was."))
    policies.check_effective(effective, now.date(), card.version.life)
