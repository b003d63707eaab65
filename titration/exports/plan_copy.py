"""What a copy of a plan holds, on paper or as a calendar file: one patient's newest version."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.utils.translation import gettext as _

from patients import wording as people
from patients.models import PatientVersion
from titration import actions, planning
from titration.models import CalendarTextVersion, Plan, Regimen, RegimenVersion, Review
from titration.planning import Standing
from titration.reading import issued, logged, planned
from titration.reading.issued import Issued
from titration.reading.planned import PlanLog, SignedVersion
from titration.timeline import StepRecord
from titration.wording.calendar import CalendarWords

STEPS, DAYS = "steps", "days"


@dataclass(frozen=True, order=True)
class Dated:
    """An entry that gave rows their days: a signature, or a text of a review that opened one."""

    number: int
    at: datetime


@dataclass(frozen=True)
class PlanCopy:
    """A plan as it stands, with whose it is and every copy that was recorded for the regimen.

    `dates` are the days on which the rows of the newest version start, and `dated` is the newest
    entry that gave rows their days.
    """

    plan: Plan
    person: PatientVersion
    regimen: RegimenVersion
    is_retracted: bool
    log: PlanLog
    standing: Standing
    live: Sequence[StepRecord]
    seen: int
    dated: Dated
    dates: tuple[date | None, ...]
    recorded: tuple[Issued, ...]

    @property
    def given_out(self) -> tuple[Issued, ...]:
        """Those that were not recorded in error."""
        return tuple(copy for copy in self.recorded if copy.withdrawn is None)

    @property
    def version(self) -> SignedVersion:
        return self.log.newest

    @property
    def refusal(self) -> str:
        """Why it is not given out; "" where it is."""
        if self.is_retracted:
            return _("The regimen was withdrawn as entered in error.")
        return issued.refusal(self.log, self.standing, self.live)

    def is_outdated(self, issue: Issued) -> bool:
        """Whether a copy of this plan no longer says what holds."""
        return issued.is_outdated(
            issue, self.log, self.standing, self.live, is_retracted=self.is_retracted
        )

    @property
    def replaces(self) -> Issued | None:
        """The newest copy that this version replaces."""
        return issued.replaced_by(self.log, self.version, self.given_out)

    @property
    def name(self) -> str:
        person = self.person
        return people.name_words(person.family_name, person.given_names, person.title)

    @property
    def medicine(self) -> str:
        """The medicine with its form: "Baclofen, tablet"."""
        words = {"medicine": self.regimen.medicine_name, "form": self.regimen.form}
        return _("%(medicine)s, %(form)s") % words if words["form"] else words["medicine"]


@dataclass(frozen=True)
class Options:
    """How the calendar is written: a row a step or a row a day from `first` on, in which words.

    `issue` is the copy that this is; none while it is only looked at.
    """

    rows: str = STEPS
    first: date | None = None
    text: CalendarTextVersion | None = None
    issue: Issued | None = None
    by: str = ""
    at: datetime = field(default_factory=datetime.now)

    @property
    def words(self) -> CalendarWords:
        return issued.words_of(self.text)


def read(plan: Plan) -> PlanCopy:
    """A plan with at least one version, as it stands now. Needs its clinic, regimen and patient.

    Not for a patient who was erased.
    """
    regimen = plan.regimen
    logs = planned.plan_logs([regimen.pk])[regimen.pk]
    log = next(each for each in logs if each.plan == plan.pk)
    history = logged.history(regimen)
    person = PatientVersion.objects.newest().select_related("entry").get(patient=regimen.patient_id)
    version, is_retracted = logged.text_of(regimen)
    copies = issued.all_issues([each.plan for each in logs])
    return PlanCopy(
        plan=plan,
        person=person,
        regimen=version,
        is_retracted=is_retracted,
        log=log,
        standing=log.standing(history, planned.ended_by(person)),
        live=history.live,
        seen=actions.newest_number(regimen, history, logs),
        dated=_dated(regimen, log.newest),
        dates=planning.laid_dates(log.rows, log.opened),
        recorded=tuple(copy for each in copies.values() for copy in each),
    )


def _dated(regimen: Regimen, version: SignedVersion) -> Dated:
    opening = Review.objects.filter(regimen=regimen, opens_row__isnull=False).values("review")
    texts = Review.objects.filter(review__in=opening).order_by("-entry__number")
    newest = texts.values_list("entry__number", "entry__recorded_at")[:1]
    return max([Dated(version.number, version.signed_at), *(Dated(*entry) for entry in newest)])
