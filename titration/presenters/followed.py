"""What the plans of a regimen say of each step of its log: from which row, on its date or not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from titration import planning, timeline, wording
from titration.planning import Row
from titration.reading.logged import History
from titration.reading.planned import PlanLog, SignedVersion
from titration.timeline import STOP, Segment, StepRecord


@dataclass(frozen=True)
class Followed:
    """The row that a step was recorded from, as the version says that it was recorded from.

    `place` and `version` count from 1. `days` are from the planned day to the recorded one, none
    where either is not known. `plan_on` is the day of the plan's first signature, where the
    regimen has more than one plan to be told apart.
    """

    place: int
    version: int
    planned_on: date | None
    days: int | None
    is_changed: bool
    plan_on: date | None = None


@dataclass(frozen=True)
class FollowedStep:
    """What the plans say of one text: the row it is of, or that it was recorded outside a plan."""

    row: Followed | None = None

    @property
    def is_outside(self) -> bool:
        return self.row is None

    @property
    def words(self) -> str:
        return row_words(self.row) if self.row else _("Outside the plan")


def followed_steps(plans: Sequence[PlanLog], history: History) -> dict[UUID, FollowedStep]:
    """By entry: what the plans say of the texts of a log. A text that is not here, nothing.

    The row is that of the whole line, so a correction keeps it. Outside the plan is a step that
    stands, was recorded while a plan was signed and not over, and holds on the day of its
    signature or later; how the plan stood meanwhile does not matter.
    """
    if not plans:
        return {}
    found: dict[UUID, FollowedStep] = {}
    rows = _Rows(plans)
    held = {segment.step.entry: segment for segment in timeline.segments(history.live)}
    live = {record.entry for record in history.live}
    for record in history.records:
        row = rows.of(record)
        if row is not None:
            found[record.entry] = FollowedStep(row)
        elif record.entry in live and any(_is_outside(plan, record, held) for plan in plans):
            found[record.entry] = FollowedStep()
    return found


def followed_row(
    plan: PlanLog, version: SignedVersion, place: int, step: StepRecord, *, is_alone: bool = True
) -> Followed:
    """A step beside the row of a version at a place that counts from 0."""
    row = version.text.rows[place]
    day = planning.laid_dates(version.text.rows, plan.opened)[place]
    return _followed(plan, version, place, row, day, step, is_alone=is_alone)


def row_words(row: Followed) -> str:
    """Which row, and how the step lies to it: "Row 3 of plan version 2, on its date"."""
    ref = {"row": f"{row.place:,}", "version": f"{row.version:,}"}
    if row.plan_on is None:
        said = {"row": _("Row %(row)s of plan version %(version)s") % ref}
    else:
        ref["date"] = wording.date_words(row.plan_on)
        said = {"row": _("Row %(row)s of the plan of %(date)s, version %(version)s") % ref}
    if row.planned_on is None:
        words = _("%(row)s, which had no date") % said
    elif row.days is None:
        said["date"] = wording.date_words(row.planned_on)
        words = _("%(row)s, planned for %(date)s") % said
    elif row.days == 0:
        words = _("%(row)s, on its date") % said
    else:
        words = _("%(row)s, %(when)s") % {**said, "when": days_words(row.days)}
    return _("%(words)s, changed") % {"words": words} if row.is_changed else words


def days_words(days: int) -> str:
    """How long after the planned date, or before it when negative; 0 is not asked."""
    if days > 0:
        return ngettext(
            "%(days)s day after the planned date", "%(days)s days after the planned date", days
        ) % {"days": f"{days:,}"}
    return ngettext(
        "%(days)s day before the planned date", "%(days)s days before the planned date", -days
    ) % {"days": f"{-days:,}"}


class _Rows:
    """The rows that lines were recorded from, each of the version that was the newest then."""

    def __init__(self, plans: Sequence[PlanLog]) -> None:
        self.is_alone = len(plans) == 1
        self.lines: dict[UUID, tuple[PlanLog, SignedVersion, int]] = {}
        self.days: dict[UUID, tuple[date | None, ...]] = {}
        for plan in plans:
            places: dict[UUID, Mapping[UUID, int]] = {
                version.entry: {row.row: place for place, row in enumerate(version.text.rows)}
                for version in plan.versions
            }
            for link in plan.links:
                version = version_at(plan, link.number)
                if version is not None and link.row in places[version.entry]:
                    place = places[version.entry][link.row]
                    self.lines[link.step] = (plan, version, place)

    def of(self, record: StepRecord) -> Followed | None:
        if record.step not in self.lines:
            return None
        plan, version, place = self.lines[record.step]
        if version.entry not in self.days:
            self.days[version.entry] = planning.laid_dates(version.text.rows, plan.opened)
        day, row = self.days[version.entry][place], version.text.rows[place]
        return _followed(plan, version, place, row, day, record, is_alone=self.is_alone)


def version_at(plan: PlanLog, number: int) -> SignedVersion | None:
    """The version of a plan that was the newest before an entry."""
    return next((v for v in reversed(plan.versions) if v.number < number), None)


def _followed(
    plan: PlanLog,
    version: SignedVersion,
    place: int,
    row: Row,
    day: date | None,
    step: StepRecord,
    *,
    is_alone: bool,
) -> Followed:
    is_dated = day is not None and step.effective.precision == "day"
    return Followed(
        place=place + 1,
        version=version.version,
        planned_on=day,
        days=(step.effective.on - day).days if is_dated and day else None,
        is_changed=not planning.is_as_planned(row, step, day),
        plan_on=None if is_alone else plan.versions[0].signed_on,
    )


def _is_outside(plan: PlanLog, record: StepRecord, held: Mapping[UUID, Segment]) -> bool:
    """Whether a plan was signed and not over when a step was recorded that holds since."""
    signed = version_at(plan, record.number)
    if signed is None or not _holds_since(signed.signed_on, record, held.get(record.entry)):
        return False
    since = range(signed.number + 1, record.number)
    is_ended = any(
        event.number in since and event.kind in (planning.WITHDRAWN, planning.COMPLETED)
        for event in plan.events
    )
    is_stopped = any(
        segment.step.number in since
        and segment.step.kind == STOP
        and _holds_since(signed.signed_on, segment.step, segment)
        for segment in held.values()
    )
    return not is_ended and not is_stopped


def _holds_since(day: date, record: StepRecord, segment: Segment | None) -> bool:
    """Whether a step holds on a day or later, as planning.standing has it; a single dose, its day
    alone."""
    if segment is None:
        return record.effective.on >= day
    return segment.end is None or segment.end.on > day
