"""The pictures of a letter: each regimen's, and all of them with the lanes below on one axis."""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from datetime import date

from django.utils.translation import gettext as _

from titration import intake
from titration.chart import PAPER, Plans, chart
from titration.chart.lanes import Lane
from titration.chart.many import Course, course_of, days_of, draw_many
from titration.chart.picture import Chart
from titration.exports import contents as parts
from titration.exports.contents import A4, LETTER
from titration.exports.history import PatientRecord, RegimenRecord
from titration.exports.shown import shown_contacts, shown_observed
from titration.presenters.lanes import Beside, lanes_of
from titration.presenters.picture import plans_picture
from titration.presenters.regimen import title_of
from titration.reading import contacted, observed
from titration.reading.issued import Issued
from titration.reading.observed import Effect, Observed
from titration.reading.planned import PlanLog, present_plan

# What fits on one page below the banner and a heading, in pixels of pictures as wide as its text.
MOST_HEIGHT = {A4: 880, LETTER: 780}

Draw = Callable[[Sequence[Course | Lane]], Chart | None]


def regimen_picture(regimen: RegimenRecord, record: PatientRecord) -> Chart | None:
    """A regimen by itself, cut to the chosen days; None where there is nothing to draw."""
    contents, title = record.contents, title_of(regimen.version)
    plans = _plans(regimen, record)
    if contents.is_of_all_days:
        return chart(
            regimen.history.live,
            title=title,
            route=str(regimen.version.get_route_display()),
            now=record.now,
            is_today=record.moment is None,
            width=PAPER,
            plans=plans,
        )
    course = course_of(title, regimen.history.live, record.now, plans)
    key = regimen.version.regimen_id
    on_paper = Beside(titles={key: title}, copies={key: _copies(regimen, record)})
    return _draw([course], lanes_of(on_paper), record, title, contents.since, contents.until)


def axis_pictures(record: PatientRecord) -> list[Chart]:
    """Everything that is drawn, on one axis: on as many pages as it takes, each of the same days.

    None where one regimen is all there is: its own picture is the same.
    """
    contents = record.contents
    courses = [
        course_of(title_of(each.version), each.history.live, record.now, plans)
        for each in record.regimens
        if each.withdrawal is None
        and ((plans := _plans(each, record)).present or each.history.live)
    ]
    lanes = lanes_of(_beside(record))
    if not lanes and len(courses) < 2:
        return []
    since, until = contents.since, contents.until
    title = _("All that is drawn, on one time axis")
    whole = _draw(courses, lanes, record, title, since, until)
    most = MOST_HEIGHT[contents.paper]
    if whole is None:
        return []
    if whole.height <= most:
        return [whole]
    since, until = days_of(courses, lanes, record.now, since, until)

    def draw(things: Sequence[Course | Lane]) -> Chart | None:
        courses = [each for each in things if isinstance(each, Course)]
        lanes = [each for each in things if isinstance(each, Lane)]
        return _draw(courses, lanes, record, title, since, until)

    return list(in_pages([*courses, *lanes], draw, most))


def in_pages(things: Sequence[Course | Lane], draw: Draw, most: int) -> Iterator[Chart]:
    """As many things as fit, page by page; of what alone is too high, a page of its own."""

    def is_too_high(count: int) -> bool:
        drawn = draw(things[:count])
        return drawn is not None and drawn.height > most

    while things:
        fitting = bisect_left(range(1, len(things) + 1), True, key=is_too_high)
        if drawn := draw(things[: max(fitting, 1)]):
            yield drawn
        things = things[max(fitting, 1) :]


def _draw(
    courses: Sequence[Course],
    lanes: Sequence[Lane],
    record: PatientRecord,
    title: str,
    since: date | None,
    until: date | None,
) -> Chart | None:
    return draw_many(
        courses,
        lanes,
        title=title,
        now=record.now,
        width=PAPER,
        prefix="axis",
        is_today=record.moment is None,
        since=since,
        until=until,
    )


def _present(regimen: RegimenRecord, record: PatientRecord) -> PlanLog | None:
    if not record.contents.has(parts.PLANS):
        return None
    return present_plan(regimen.plans, regimen.history, record.ended)


def _plans(regimen: RegimenRecord, record: PatientRecord) -> Plans:
    """The plan that is not over, where plans were chosen."""
    present = _present(regimen, record)
    return plans_picture(regimen.plans, present, regimen.copies if present else ())


def _beside(record: PatientRecord) -> Beside:
    """What stands beside the doses, of the parts that were chosen."""
    has = record.contents.has
    kept = {each.version.regimen_id: each for each in record.regimens if each.withdrawal is None}
    seen = observed.standing(shown_observed(record)) if has(parts.OBSERVED) else []
    return Beside(
        titles={key: title_of(each.version) for key, each in kept.items()},
        effects=[each for each in seen if isinstance(each, Effect)],
        scores=[each for each in seen if isinstance(each, Observed)],
        reviews=[r for each in kept.values() for r in each.reviews] if has(parts.PLANS) else (),
        contacts=contacted.standing(shown_contacts(record)) if has(parts.CONTACTS) else (),
        reports={key: intake.standing(each.reports) for key, each in kept.items()}
        if has(parts.INTAKE)
        else {},
        pumps={key: each.pump.live for key, each in kept.items()} if has(parts.PUMP) else {},
        copies={key: _copies(each, record) for key, each in kept.items()},
    )


def _copies(regimen: RegimenRecord, record: PatientRecord) -> list[Issued]:
    """Those of the plan that is not over, where plans were chosen."""
    present = _present(regimen, record)
    return [copy for copy in regimen.copies if present and copy.plan == present.plan]
