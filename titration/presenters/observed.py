"""How the patient was, as finished strings: tables of it, and every text of one line."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from access.models import Clinic
from ledger.models import Retraction
from titration import wording
from titration.models import (
    Course,
    MeasureKind,
    Severity,
    Side,
    Symptom,
    WrittenAs,
)
from titration.presenters.log import (
    CORRECTED,
    LIVE,
    WITHDRAWN,
    moment_words,
    or_erased,
    quoted,
    withdrawal_words,
)
from titration.presenters.texts import TextCard
from titration.reading.observed import Effect, Observed

COURSES = {
    Course.CONTINUING: gettext_lazy("continuing"),
    Course.NOT_STATED: gettext_lazy("end not stated"),
}


@dataclass(frozen=True, slots=True)
class ObservedRow:
    """One observation of a table. `error` says that it was entered in error."""

    url: str
    when: str
    name: str
    where: str
    value: str
    by: str
    note: str
    number: str
    error: str


@dataclass(frozen=True, slots=True)
class EffectRow:
    """One side effect of a table."""

    url: str
    what: str
    written_as: str
    words: str
    severity: str
    began: str
    ended: str
    is_continuing: bool
    regimen: str
    said_by: str
    number: str


@dataclass(frozen=True)
class TextRow:
    """One text of a line: `status` is live, corrected or withdrawn, `error` says so in words."""

    details: Sequence[tuple[str, str]]
    status: str
    error: str
    number: str
    recorded_by: str
    recorded_at: str


def value_words(observed: Observed) -> str:
    """What was written: a figure with its unit, a choice, an answer, or words."""
    match observed.kind:
        case MeasureKind.NUMBER if observed.figure is not None:
            if observed.second_figure is None:
                return wording.measured_words(observed.figure, observed.unit)
            return wording.pair_words(
                observed.figure, observed.second_figure, observed.unit, observed.labels
            )
        case MeasureKind.CHOICE:
            return observed.choice
        case MeasureKind.YES_NO:
            return wording.yes_words(bool(observed.yes))
        case _:
            return quoted(observed.words)


def place_words(observed: Observed) -> str:
    """Where it was measured: "knee flexors, left"; nothing where it has no place."""
    side = str(Side(observed.side).label) if observed.side else ""
    return pgettext("a place and its side", ", ").join(filter(None, [observed.site, side]))


def series_words(observed: Observed) -> str:
    """The measure and where it was measured."""
    place = place_words(observed)
    if not place:
        return observed.name
    return _("%(measure)s, %(place)s") % {"measure": observed.name, "place": place}


def effect_words(effect: Effect) -> str:
    """What it was: the word of the list; for another one the person's own."""
    if effect.symptom == Symptom.OTHER:
        return quoted(effect.words) or str(_("Other"))
    return str(Symptom(effect.symptom).label)


def ended_words(effect: Effect) -> str:
    """When it ended, or that it goes on, or that nothing is said of it."""
    if effect.ended is not None:
        return wording.effective_words(effect.ended)
    return str(COURSES[Course(effect.course)])


def observed_rows(found: Iterable[Observed], query: str = "") -> list[ObservedRow]:
    """Observations in their order; `query` ends their addresses."""
    return [
        ObservedRow(
            url=reverse("observation", args=[each.line]) + query,
            when=wording.effective_words(each.effective),
            name=each.name,
            where=place_words(each),
            value=value_words(each),
            by=or_erased(each.measured_by),
            note=quoted(each.note),
            number=f"{each.number:,}",
            error=_("ENTERED IN ERROR") if each.withdrawn else "",
        )
        for each in found
    ]


def effect_rows(
    found: Iterable[Effect], titles: Mapping[UUID, str], query: str = ""
) -> list[EffectRow]:
    """Side effects, those that go on first, then the newest first."""
    ordered = sorted(found, key=lambda each: each.order, reverse=True)
    ordered.sort(key=lambda each: not each.is_continuing)
    return [
        EffectRow(
            url=reverse("side-effect", args=[each.line]) + query,
            what=effect_words(each),
            written_as=str(WrittenAs(each.written_as).label),
            words="" if each.symptom == Symptom.OTHER else quoted(each.words),
            severity=str(Severity(each.severity).label),
            began=wording.effective_words(each.effective),
            ended=ended_words(each),
            is_continuing=each.is_continuing,
            regimen=titles.get(each.regimen, "") if each.regimen else "",
            said_by=or_erased(each.reported_by),
            number=f"{each.number:,}",
        )
        for each in ordered
    ]


def observation_details(observed: Observed) -> list[tuple[str, str]]:
    """(term, description) of what an observation says."""
    details = [
        (_("Measure"), observed.name),
        (_("Value"), value_words(observed)),
        (_("Where"), place_words(observed)),
        (_("When"), wording.effective_words(observed.effective)),
        (_("Measured by"), or_erased(observed.measured_by)),
        *choices_details(observed),
        *remarks_details(observed),
    ]
    return [(term, words) for term, words in details if words]


def choices_details(observed: Observed) -> list[tuple[str, str]]:
    """(term, description) of what could be chosen of, or nothing."""
    choices = pgettext("between choices", ", ").join(observed.choices)
    return [(_("Choices, in their order"), choices)] if choices else []


def remarks_details(observed: Observed) -> list[tuple[str, str]]:
    """(term, description) of what is remarked of an observation."""
    checked = _("said to be right when it was recorded") if observed.is_checked else ""
    details = [
        (_("Note"), quoted(observed.note)),
        (_("Beyond the entry bounds"), checked),
        (_("Corrected because"), quoted(observed.correction_reason)),
    ]
    return [(term, words) for term, words in details if words]


def effect_details(effect: Effect, titles: Mapping[UUID, str]) -> list[tuple[str, str]]:
    """(term, description) of what a side effect says."""
    details = [
        (_("Written as"), str(WrittenAs(effect.written_as).label)),
        (_("What it was"), str(Symptom(effect.symptom).label)),
        (_("In words"), quoted(effect.words)),
        (_("How severe"), str(Severity(effect.severity).label)),
        (_("Began"), wording.effective_words(effect.effective)),
        (_("Ended"), ended_words(effect)),
        (_("Beside the regimen"), titles.get(effect.regimen, "") if effect.regimen else _("none")),
        (_("Said by"), or_erased(effect.reported_by)),
        (_("Corrected because"), quoted(effect.correction_reason)),
    ]
    return [(term, words) for term, words in details if words]


def details_of(text: Observed | Effect, titles: Mapping[UUID, str]) -> list[tuple[str, str]]:
    """(term, description) of what either says; `titles` are those of the regimens."""
    if isinstance(text, Effect):
        return effect_details(text, titles)
    return observation_details(text)


def newer_cards(
    found: Iterable[Observed | Effect], clinic: Clinic, titles: Mapping[UUID, str]
) -> list[TextCard]:
    """What somebody else wrote of the same while a page was open; nothing is done with it here."""
    return [
        TextCard(
            entry=each.entry,
            line=each.line,
            heading=effect_words(each) if isinstance(each, Effect) else series_words(each),
            details=details_of(each, titles),
            number=f"{each.number:,}",
            recorded_by=each.recorded_by_name,
            recorded_at=moment_words(each.recorded_at, clinic),
            status=LIVE,
            error="",
            url=reverse(
                "side-effect" if isinstance(each, Effect) else "observation", args=[each.line]
            ),
            correct_url="",
            retract_url="",
        )
        for each in found
    ]


def text_rows(
    texts: Sequence[Observed | Effect],
    clinic: Clinic,
    titles: Mapping[UUID, str],
    withdrawal: Retraction | None,
) -> list[TextRow]:
    """Every text of a line, newest first; `texts` are oldest first."""
    rows = []
    for each in reversed(texts):
        status = WITHDRAWN if withdrawal else LIVE if each is texts[-1] else CORRECTED
        error = withdrawal_words(withdrawal, clinic) if withdrawal else ""
        if status == CORRECTED:
            error = _("a later entry took its place")
        rows.append(
            TextRow(
                details=details_of(each, titles),
                status=status,
                error=error,
                number=f"{each.number:,}",
                recorded_by=each.recorded_by_name,
                recorded_at=moment_words(each.recorded_at, clinic),
            )
        )
    return rows
