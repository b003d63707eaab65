"""A visit read back in full words before it is recorded."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from uuid import UUID

from django.utils.translation import gettext as _

from titration import planning, wording
from titration.actions import ContactText, EffectText, IntakeText, ObservationText
from titration.intake import Report
from titration.models import MeasureWords, Reached, slots_of
from titration.presenters.contacts import call_words, how_words
from titration.presenters.intake import heading_words as report_words
from titration.presenters.intake import told_words
from titration.presenters.log import quoted
from titration.presenters.observed import effect_details, effect_words, series_words, value_words
from titration.presenters.recording import ReadBack
from titration.reading.contacted import Contacted
from titration.reading.logged import History
from titration.reading.observed import Effect, Observed
from titration.reading.planned import PlanLog, present_plan

_NOBODY = UUID(int=0)
_NEVER = datetime.fromtimestamp(0, UTC)


@dataclass(frozen=True)
class Part:
    """One part of the visit, read back: `facts` as (term, description), or a step's read-back."""

    title: str
    heading: str
    facts: Sequence[tuple[str, str]] = ()
    notices: Sequence[str] = ()
    step: ReadBack | None = None
    newer: Sequence[object] = field(default_factory=tuple)
    is_gone: bool = False
    is_plan_newer: bool = False


def contact_part(text: ContactText, titles: Mapping[UUID, str], calls: Sequence[Contacted]) -> Part:
    """The contact in words."""
    drafted = _contacted(text)
    earlier = next((call for call in calls if call.contact == text.answers), None)
    facts = [
        (_("With whom"), quoted(text.with_whom)),
        (_("About"), titles.get(text.regimen.pk, "") if text.regimen else ""),
        (_("What came of it"), str(Reached(text.reached).label)),
        (_("What was said"), quoted(text.said)),
        (_("What they were told"), quoted(text.told)),
        (_("Who had the contact"), text.whose_name),
        (_("Answers the call back of"), how_words(earlier) if earlier else ""),
        (_("Call back"), call_words(drafted)),
        (_("Nobody tries again"), _("Yes") if text.is_last_try else ""),
    ]
    return Part(
        _("Contact"), how_words(drafted), facts=[(term, words) for term, words in facts if words]
    )


def report_part(title: str, text: IntakeText, plans: Sequence[PlanLog], log: History) -> Part:
    """A report in words, and what it does to a signed plan."""
    report = _report(text)
    facts = [
        (_("Reported on"), wording.date_words(text.reported_on)),
        (_("Their name"), quoted(text.reporter_name)),
        (_("Prescriber told"), told_words(report)),
        (_("Note"), quoted(text.note)),
    ]
    notices = [_("A report is no instruction, and changes none.")]
    if _makes_wait(report, plans, log):
        notices.append(_("The remaining rows of the signed plan will wait for the prescriber."))
    return Part(
        _("Report of the intake: %(medicine)s") % {"medicine": title},
        report_words(report),
        facts=[(term, words) for term, words in facts if words],
        notices=notices,
    )


def effect_part(text: EffectText, titles: Mapping[UUID, str]) -> Part:
    """A side effect in words."""
    effect = _effect(text)
    return Part(
        _("Side effect or sign of withdrawal"),
        effect_words(effect),
        facts=effect_details(effect, titles),
    )


def measured_part(texts: Sequence[ObservationText]) -> Part:
    """What was measured in words, a line for each value."""
    observed = [_observed(text) for text in texts]
    facts = [
        (_("When"), wording.effective_words(observed[0].effective)),
        (_("Measured by"), quoted(observed[0].measured_by)),
    ]
    for each in observed:
        beyond = _("said to be right when it was recorded") if each.is_checked else ""
        facts += [
            (series_words(each), value_words(each)),
            (_("Note"), quoted(each.note)),
            (_("Beyond the entry bounds"), beyond),
        ]
    return Part(
        _("Measurements and scores"), "", facts=[(term, words) for term, words in facts if words]
    )


def _makes_wait(report: Report, plans: Sequence[PlanLog], log: History) -> bool:
    present = present_plan(plans, log)
    return (
        present is not None
        and report.is_differing
        and report.last_on >= present.versions[0].signed_on
        and present.standing(log).state in (planning.OPEN, planning.PAUSED)
    )


def _contacted(text: ContactText) -> Contacted:
    """A contact that is not recorded yet, for its words."""
    return Contacted(
        entry=_NOBODY,
        number=0,
        contact=_NOBODY,
        patient=_NOBODY,
        regimen=text.regimen.pk if text.regimen else None,
        how=text.how,
        direction=text.direction,
        reached=text.reached,
        with_whom=text.with_whom,
        said=text.said,
        told=text.told,
        whose_name=text.whose_name,
        answers=text.answers,
        call_back_on=text.call_back_on,
        call_back_time=text.call_back_time,
        call_back_for=text.call_back_for,
        call_back_by=text.call_back_by.pk if text.call_back_by else None,
        call_back_name=text.call_back_name,
        is_last_try=text.is_last_try,
        correction_reason="",
        by_name="",
        at=_NEVER,
        submission=_NOBODY,
        effective=text.effective,
    )


def _report(text: IntakeText) -> Report:
    """A report that is not recorded yet, for its words."""
    return Report(
        entry=_NOBODY,
        number=0,
        report=_NOBODY,
        regimen=_NOBODY,
        what=text.what,
        from_on=text.from_on,
        until_on=text.until_on,
        slots=slots_of(text.slots),
        version=text.version.version if text.version else None,
        taken=text.taken,
        reporter=text.reporter,
        reporter_name=text.reporter_name,
        reported_on=text.reported_on,
        told_name=text.told_name,
        told_on=text.told_on,
        note=text.note,
        correction_reason="",
        by_name="",
        at=_NEVER,
        recorded_on=date.min,
        submission=_NOBODY,
    )


def _effect(text: EffectText) -> Effect:
    """A side effect that is not recorded yet, for its words."""
    return Effect(
        entry=_NOBODY,
        number=0,
        recorded_by_name="",
        recorded_at=_NEVER,
        line=_NOBODY,
        patient=_NOBODY,
        regimen=text.regimen.pk if text.regimen else None,
        written_as=text.written_as,
        symptom=text.symptom,
        words=text.words,
        severity=text.severity,
        course=text.course,
        reported_by=text.reported_by,
        correction_reason="",
        effective=text.effective,
        ended=text.ended,
    )


def _observed(text: ObservationText) -> Observed:
    """An observation that is not recorded yet, for its words."""
    assert text.version is not None  # noqa: S101 - a new one has its measure
    return Observed(
        entry=_NOBODY,
        number=0,
        recorded_by_name="",
        recorded_at=_NEVER,
        line=_NOBODY,
        patient=_NOBODY,
        measure=text.version.measure_id,
        **{name: getattr(text.version, name) for name in MeasureWords.WORDS},
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
        effective=text.effective,
    )
