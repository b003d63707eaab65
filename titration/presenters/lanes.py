"""What stands under doses on their time axis: side effects, scores, reviews."""

from collections.abc import Iterable, Iterator, Sequence

from django.utils.translation import gettext as _

from titration import dosing
from titration.chart.lanes import BAR, OTHER_BAR, Bar, Lane, Mark, Series
from titration.models import MeasureKind, Review, ReviewStatus, Severity, WrittenAs
from titration.observed import Effect, Observed
from titration.presenters.observed import effect_words, series_words, value_words
from titration.timeline import Effective


def lanes_of(
    effects: Sequence[Effect], scores: Sequence[Observed], reviews: Sequence[Review] = ()
) -> list[Lane]:
    """Side effects, scores and reviews as they stand under doses."""
    lanes = []
    if effects:
        bars = [
            Bar(
                start=each.effective,
                words=bar_words(each),
                end=each.ended,
                is_open=each.is_continuing,
                css=BAR if each.written_as == WrittenAs.SIDE_EFFECT else OTHER_BAR,
            )
            for each in effects
        ]
        lanes.append(Lane(_("Side effects and signs of withdrawal, as written"), bars))
    if scores:
        lanes.append(Lane(_("Measurements and scores, as written"), (), list(_series(scores))))
    done = [each for each in reviews if each.status != ReviewStatus.CANCELLED]
    if done:
        marks = [Mark(Effective(each.review_on), str(each.get_status_display())) for each in done]
        lanes.append(Lane(_("Reviews"), (), [Series("", marks)]))
    return lanes


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
