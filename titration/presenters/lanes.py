"""What stands under doses on their time axis: how the patient was, what was reported and done."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from titration import dosing, intake, pump, wording
from titration.chart import lanes
from titration.chart.lanes import BAR, OTHER_BAR, PAPER_BAR, Bar, Lane, Mark, Series
from titration.intake import Report
from titration.models import (
    MeasureKind,
    PumpAlarm,
    PumpEventKind,
    Review,
    ReviewStatus,
    Severity,
    WrittenAs,
)
from titration.presenters.contacts import mark_words as contact_words
from titration.presenters.observed import effect_words, series_words, value_words
from titration.pump import PumpRecord
from titration.reading.contacted import Contacted
from titration.reading.issued import Issued
from titration.reading.observed import Effect, Observed
from titration.timeline import Effective

INTAKE_LOOKS = {
    intake.AS_INSTRUCTED: lanes.TAKEN,
    intake.AS_PLANNED: lanes.AS_PLANNED,
    intake.MISSED: lanes.MISSED,
    intake.DIFFERENT: lanes.DIFFERENT,
    intake.STOPPED: lanes.STOPPED,
}


@dataclass(frozen=True, slots=True)
class Beside:
    """What stands of a patient beside the doses; corrected and withdrawn texts are left out.

    `reports`, `pumps` and `copies` are by regimen, of which `titles` has each that is drawn.
    """

    titles: Mapping[UUID, str]
    effects: Sequence[Effect] = ()
    scores: Sequence[Observed] = ()
    reviews: Sequence[Review] = ()
    contacts: Sequence[Contacted] = ()
    reports: Mapping[UUID, Sequence[Report]] = field(default_factory=dict)
    pumps: Mapping[UUID, Sequence[PumpRecord]] = field(default_factory=dict)
    copies: Mapping[UUID, Sequence[Issued]] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing for an axis of its own: a review alone is none."""
        by_regimen = (*self.reports.values(), *self.pumps.values())
        return not (self.effects or self.scores or self.contacts or any(by_regimen))


def lanes_of(beside: Beside) -> list[Lane]:
    """Everything as it stands under doses, the lanes of regimens in the order of their titles."""
    found = [
        *_of_regimens(beside, beside.reports, _("Intake as reported"), _intake_lane),
        *_of_regimens(beside, beside.pumps, _("Pump events"), _pump_lane),
        *_of_regimens(beside, beside.copies, _("On paper, with the patient"), _copies_lane),
    ]
    if beside.effects:
        bars = [
            Bar(
                start=each.effective,
                words=bar_words(each),
                end=each.ended,
                is_open=each.is_continuing,
                css=BAR if each.written_as == WrittenAs.SIDE_EFFECT else OTHER_BAR,
            )
            for each in beside.effects
        ]
        found.append(Lane(_("Side effects and signs of withdrawal, as written"), bars))
    if beside.scores:
        series = list(_series(beside.scores))
        found.append(Lane(_("Measurements and scores, as written"), (), series))
    if beside.contacts:
        marks = [Mark(each.effective, contact_words(each)) for each in beside.contacts]
        found.append(Lane(_("Contacts"), (), [Series("", marks, _contacts_words)]))
    done = [each for each in beside.reviews if each.status != ReviewStatus.CANCELLED]
    if done:
        marks = [Mark(Effective(each.review_on), str(each.get_status_display())) for each in done]
        found.append(Lane(_("Reviews"), (), [Series("", marks, _reviews_words)]))
    return found


def _of_regimens(
    beside: Beside, things: Mapping[UUID, Sequence], name: str, lane
) -> Iterator[Lane]:
    """A lane for each regimen of which there is anything; of several, each says whose it is."""
    for regimen, title in beside.titles.items():
        if not (of_it := things.get(regimen)):
            continue
        heading = name
        if len(beside.titles) > 1:
            heading = _("%(what)s: %(regimen)s") % {"what": name, "regimen": title}
        yield lane(heading, of_it)


def _intake_lane(heading: str, reports: Sequence[Report]) -> Lane:
    """A bar from the first to the last day of each report, whatever others say of those days."""
    return Lane(
        heading,
        [
            Bar(
                start=Effective(each.from_on),
                words="",
                end=Effective(each.last_on + timedelta(days=1)),
                is_open=each.until_on is None,
                css=lanes.TIMES_MISSED if each.slots else INTAKE_LOOKS[each.what],
            )
            for each in reports
        ],
    )


def _pump_lane(heading: str, records: Sequence[PumpRecord]) -> Lane:
    """Changed concentrations and alarms in rows of their own, so that no other mark hides them."""
    events: list[Mark] = []
    concentrations: list[Mark] = []
    alarms: list[Mark] = []
    for record in sorted(records, key=lambda record: record.order):
        text = record.text
        kind = str(PumpEventKind(text.kind).label)
        is_alarm = text.kind == PumpEventKind.ALARM
        if is_alarm or text.alarm == pump.HEARD:
            words = str(PumpAlarm(text.alarm).label) if text.alarm else kind
            alarms.append(Mark(text.effective, words))
        if not is_alarm:
            row = concentrations if text.kind == pump.CONCENTRATION else events
            row.append(Mark(text.effective, kind))
    rows = (("", events), (_("Concentration"), concentrations), (_("Alarm"), alarms))
    return Lane(heading, (), [Series(name, row, _events_words) for name, row in rows if row])


def _copies_lane(heading: str, copies: Sequence[Issued]) -> Lane:
    return Lane(
        heading,
        [
            Bar(
                start=Effective(copy.issued_on),
                words=_("v%(version)s given %(date)s")
                % {"version": copy.version, "date": wording.date_words(copy.issued_on)},
                end=Effective(copy.told.told_on) if copy.told else None,
                is_open=copy.told is None,
                css=PAPER_BAR,
            )
            for copy in copies
        ],
    )


def _contacts_words(count: int) -> str:
    return ngettext("%(count)s contact", "%(count)s contacts", count) % {"count": count}


def _reviews_words(count: int) -> str:
    return ngettext("%(count)s review", "%(count)s reviews", count) % {"count": count}


def _events_words(count: int) -> str:
    return ngettext("%(count)s event", "%(count)s events", count) % {"count": count}


def bar_words(effect: Effect) -> str:
    """What it was and how severe, as short as a lane needs it."""
    words = effect_words(effect)
    if len(words) > 40:
        words = f"{words[:38]}…"
    if effect.severity == Severity.NOT_STATED:
        return words
    return _("%(symptom)s, %(severity)s") % {
        "symptom": words,
        "severity": Severity(effect.severity).label,
    }


def _series(scores: Iterable[Observed]) -> Iterator[Series]:
    """Each measure at each place in a row of its own, those of one measure together."""
    found: dict[tuple, list[Observed]] = {}
    for each in scores:
        if each.kind != MeasureKind.TEXT:
            found.setdefault(each.series, []).append(each)
    for of_row in sorted(found.values(), key=lambda row: _row_name(row[0]).casefold()):
        marks = [Mark(each.effective, _mark_words(each)) for each in of_row]
        yield Series(_row_name(of_row[0]), marks)
    words = [Mark(each.effective, each.name) for each in scores if each.kind == MeasureKind.TEXT]
    if words:
        yield Series(_("In words"), words)


def _row_name(first: Observed) -> str:
    words = series_words(first)
    if first.labels:
        words = _("%(measure)s, %(first)s / %(second)s") % {
            "measure": words,
            "first": first.labels[0],
            "second": first.labels[1],
        }
    if not first.unit:
        return words
    return _("%(measure)s, in %(unit)s") % {"measure": words, "unit": first.unit}


def _mark_words(each: Observed) -> str:
    """The written value without its unit, which stands at the beginning of the row."""
    if each.figure is None:
        return value_words(each)
    if each.second_figure is None:
        return dosing.figure(each.figure)
    return f"{dosing.figure(each.figure)} / {dosing.figure(each.second_figure)}"
