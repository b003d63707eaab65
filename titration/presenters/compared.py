"""What was known of a patient once beside what is known today, and what was learned since."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import pairwise
from uuid import UUID

from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from access.models import Clinic
from ledger.models import Retraction
from ledger.moments import Moment, end_of
from patients import presenters as people
from patients.models import Patient, PatientVersion
from patients.presenters import context
from titration import dosing, timeline, wording
from titration.learned import (
    ADDED,
    CONFIRMED,
    CORRECTED,
    DISPUTED,
    Learned,
    learned_since,
)
from titration.models import RegimenVersion, StepKind
from titration.presenters import changed
from titration.presenters.compared_plans import details_of, plan_lines
from titration.presenters.log import (
    confirmation_words,
    heading_words,
    moment_words,
    quoted,
    withdrawal_reason,
)
from titration.presenters.observed_since import observed_since
from titration.presenters.regimen import place_of, title_of
from titration.presenters.sides import Side
from titration.presenters.versions import version_row
from titration.reading import logged
from titration.reading.logged import History, StepText
from titration.timeline import StepRecord

ADDITIONS = {
    StepKind.DOSE: lambda: _("%(name)s recorded a dose step from %(moment)s."),
    StepKind.WITHHOLD: lambda: _("%(name)s recorded that it is withheld from %(moment)s."),
    StepKind.RESUME: lambda: _("%(name)s recorded that it is resumed from %(moment)s."),
    StepKind.STOP: lambda: _("%(name)s recorded that it is stopped from %(moment)s."),
    StepKind.SINGLE: lambda: _("%(name)s recorded a single dose on %(moment)s."),
}


@dataclass(frozen=True)
class Line:
    """One entry that was learned since: a sentence, and the texts or details that it speaks of."""

    number: int
    entry: str
    sentence: str
    sides: Sequence[Side] = ()
    details: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True)
class Compared:
    """One regimen: what stood for the day as known then and as known now, and the lines between."""

    title: str
    url: str
    then_url: str
    then: Side
    now: Side
    is_same: bool
    verdict: str
    lines: Sequence[Line]


def compared(
    patient: Patient, moment: Moment, about: date, now: datetime, regimen: UUID | None = None
) -> dict[str, object]:
    """What the page shows of `about`, a day, as known at the moment and as known today.

    Needs the patient's clinic; all regimens, or the one that is chosen, in the order in which the
    patient's page has them at `now`. Fifteen queries at most where no plan and no review was
    recorded since.
    """
    versions = RegimenVersion.objects.filter(regimen__patient=patient).select_related("entry")
    if regimen is not None:
        versions = versions.filter(regimen=regimen)
    by_regimen: dict[UUID, list[RegimenVersion]] = {}
    for version in versions.order_by("entry__number"):
        by_regimen.setdefault(version.regimen_id, []).append(version)
    plans = plan_lines(patient, moment)
    comparison = _Comparison(patient.clinic, moment, about, by_regimen, plans)
    shown = sorted(by_regimen, key=lambda key: comparison.place(key, patient.clinic.local(now)))
    said = {"day": wording.date_words(about), "moment": people.known_words(moment)}
    return {
        "heading": _("%(day)s as known on %(moment)s, and as known today") % said,
        "regimens": [comparison.regimen(key) for key in shown],
        "patient_lines": _patient_lines(patient, moment),
        "context_lines": _context_lines(patient, moment),
        "contact_lines": comparison.plan_lines(patient.pk),
        "observed_lines": [
            Line(
                since.number,
                _entry_words(since.number, since.at, patient.clinic),
                since.sentence,
                details=since.details,
            )
            for since in observed_since(patient.pk, moment.number)
        ],
    }


class _Comparison:
    """Reads the logs of the regimens once, and writes what two moments make of each."""

    def __init__(
        self,
        clinic: Clinic,
        moment: Moment,
        about: date,
        versions: Mapping[UUID, Sequence[RegimenVersion]],
        plans: Mapping[UUID, Sequence[changed.Line]],
    ) -> None:
        self.clinic, self.moment, self.versions, self.plans = clinic, moment, versions, plans
        self.about = end_of(about, clinic.zone)
        self.day = wording.date_words(about)
        self.logs = logged.histories(versions)
        records = [record for log in self.logs.values() for record in log.records]
        self.texts = logged.step_texts(record.entry for record in records)
        then = [step for log in self.logs.values() if (step := self._stood(log, moment.number))]
        self.texts_then = logged.step_texts((step.entry for step in then), moment.number)
        subjects = {*versions, *(record.step for record in records)}
        retractions = Retraction.objects.filter(entry__subject__in=subjects)
        self.withdrawals = {r.entry.subject: r for r in retractions.select_related("entry")}

    def place(self, key: UUID, now: datetime) -> tuple:
        """Where the regimen stands on the page: what is withdrawn last, before it what stopped."""
        place = place_of(self.versions[key][-1])
        if key in self.withdrawals:
            return 2, place
        state = timeline.state_of(self.logs[key].in_force(now))
        return int(state == timeline.STOPPED), place

    def _stood(self, log: History, known: int | None) -> StepRecord | None:
        live = timeline.live_steps(log.records, log.withdrawals, known)
        return timeline.in_force(live, self.about)

    def regimen(self, key: UUID) -> Compared:
        """What the page shows of one regimen."""
        versions, log = self.versions[key], self.logs[key]
        then = self._side_then(key, self._stood(log, self.moment.number))
        heading, nothing = self._now_heading(), self._nothing_now(key)
        now = self._side(self._stood(log, None), self.texts, heading, nothing)
        is_same = replace(then, heading="") == replace(now, heading="")
        url = reverse("regimen", args=[key])
        return Compared(
            title=title_of(versions[-1]),
            url=url,
            then_url=url + self.moment.query if self._is_known(versions[0]) else "",
            then=then,
            now=now,
            is_same=is_same,
            verdict=self._verdict(is_same=is_same),
            lines=sorted(
                [
                    *self._step_lines(log),
                    *self._version_lines(versions),
                    *self._withdrawal_lines(key),
                    *self.plan_lines(key),
                ],
                key=lambda line: line.number,
            ),
        )

    def _verdict(self, *, is_same: bool) -> str:
        """Whether the two sides say the same; of which day, since that is seldom today."""
        if is_same:
            return _("the same for %(day)s") % {"day": self.day}
        return _("not the same for %(day)s") % {"day": self.day}

    def _is_known(self, record: RegimenVersion | Retraction) -> bool:
        return record.entry.number <= self.moment.number

    def _side_then(self, key: UUID, step: StepRecord | None) -> Side:
        heading = _("For %(day)s, as known on %(moment)s") % {
            "day": self.day,
            "moment": people.known_words(self.moment),
        }
        nothing = _("No instruction was recorded for that day.")
        withdrawal = self.withdrawals.get(key)
        if withdrawal and self._is_known(withdrawal):
            nothing = _("The regimen was withdrawn as entered in error.")
        if not self._is_known(self.versions[key][0]):
            nothing = _("The regimen was not recorded yet.")
        return self._side(step, self.texts_then, heading, nothing)

    def _now_heading(self) -> str:
        return _("For %(day)s, as known today") % {"day": self.day}

    def _nothing_now(self, key: UUID) -> str:
        if key in self.withdrawals:
            return _("The regimen was withdrawn as entered in error.")
        return _("No instruction is recorded for that day.")

    def _side(
        self,
        step: StepRecord | None,
        texts: Mapping[UUID, StepText],
        heading: str,
        nothing: str = "",
    ) -> Side:
        if step is None:
            return Side(heading, (), "", "", nothing, "")
        text = texts[step.entry]
        total = None if step.kind == timeline.SINGLE else dosing.total_per_day(step.components)
        confirmation = confirmation_words(text, self.clinic).words
        words = [heading_words(step.kind), quoted(text.note)]
        return Side(
            heading=heading,
            lines=wording.dosage_lines(step.components),
            total_label=wording.total_label(total) if total else "",
            total=wording.total_words(total) if total else "",
            words="\n".join(filter(None, words)),
            meta=_("From %(moment)s. Decided by %(name)s. Entry %(number)s. %(confirmation)s.")
            % {
                "moment": wording.effective_words(step.effective),
                "name": text.decided_by_name,
                "number": f"{step.number:,}",
                "confirmation": confirmation,
            },
        )

    def _step_lines(self, log: History) -> list[Line]:
        texts = [self.texts[record.entry] for record in log.records]
        found = learned_since(
            self.moment.number,
            log.records,
            log.withdrawals,
            {t.entry: t.confirmed_number for t in texts if t.confirmed_number is not None},
            {t.entry: t.disputed_number for t in texts if t.disputed_number is not None},
        )
        return [self._step_line(learned) for learned in found]

    def _step_line(self, learned: Learned) -> Line:
        text = self.texts[learned.step.entry]
        said = {
            "moment": wording.effective_words(learned.step.effective),
            "number": f"{learned.step.number:,}",
        }
        if learned.what == CONFIRMED and text.confirmed_at is not None:
            words = _("%(name)s confirmed entry %(number)s, which holds from %(moment)s.")
            said["name"] = text.confirmed_by_name or ""
            return self._line(learned.number, text.confirmed_at, words % said)
        if learned.what == DISPUTED and text.disputed_at is not None:
            return self._line(learned.number, text.disputed_at, _disputed_words(text, said))
        said["name"] = text.recorded_by_name
        if learned.what == ADDED:
            words = ADDITIONS[StepKind(learned.step.kind)]() % said
            sides = [self._side(learned.step, self.texts, _("Added"))]
            return self._line(learned.number, text.recorded_at, words, sides)
        if learned.what == CORRECTED and learned.before is not None:
            words = _("%(name)s corrected entry %(before)s: %(reason)s.") % {
                **said,
                "before": f"{learned.before.number:,}",
                "reason": quoted(text.correction_reason),
            }
            sides = [
                self._side(learned.before, self.texts, _("It said")),
                self._side(learned.step, self.texts, _("It says")),
            ]
            return self._line(learned.number, text.recorded_at, words, sides)
        return self._withdrawn(
            self.withdrawals[learned.step.step],
            _("%(name)s withdrew entry %(number)s as entered in error: %(reason)s."),
            said,
            [self._side(learned.step, self.texts, _("Withdrawn"))],
        )

    def _withdrawn(
        self, withdrawal: Retraction, words: str, said: dict[str, str], sides: Sequence[Side] = ()
    ) -> Line:
        name, reason = withdrawal.entry.recorded_by_name, withdrawal_reason(withdrawal)
        said = {**said, "name": name, "reason": reason}
        at = withdrawal.entry.recorded_at
        return self._line(withdrawal.entry.number, at, words % said, sides)

    def _withdrawal_lines(self, key: UUID) -> list[Line]:
        withdrawal = self.withdrawals.get(key)
        if withdrawal is None or self._is_known(withdrawal):
            return []
        words = _("%(name)s withdrew this regimen as entered in error: %(reason)s.")
        return [self._withdrawn(withdrawal, words, {})]

    def plan_lines(self, key: UUID) -> list[Line]:
        """What was learned of a regimen beside its steps, or of contacts with the patient."""
        entry = _("entry %(number)s")
        return [
            Line(
                number=line.numbers[0],
                entry=capfirst(entry % {"number": f"{line.numbers[0]:,}"}),
                sentence=_("%(what)s.") % {"what": line.what},
                details=details_of(line),
            )
            for line in self.plans.get(key, ())
        ]

    def _version_lines(self, versions: Sequence[RegimenVersion]) -> list[Line]:
        lines = []
        if not self._is_known(versions[0]):
            words = _("%(name)s opened this regimen.")
            lines.append(self._of_version(versions[0], words))
        for before, version in pairwise(versions):
            if not self._is_known(version):
                words = _("%(name)s changed the details of this regimen.")
                lines.append(self._of_version(version, words, self._changes(before, version)))
        return lines

    def _of_version(
        self, version: RegimenVersion, words: str, details: Sequence[tuple[str, str]] = ()
    ) -> Line:
        entry = version.entry
        sentence = words % {"name": entry.recorded_by_name}
        return self._line(entry.number, entry.recorded_at, sentence, details=details)

    def _changes(self, before: RegimenVersion, version: RegimenVersion) -> list[tuple[str, str]]:
        """(term, both texts) of what the version says otherwise."""
        was = dict(version_row(before, self.clinic).details)
        now = dict(version_row(version, self.clinic).details)
        nothing = _("nothing")
        return [
            (
                term,
                _("It said: %(was)s. It says: %(now)s.")
                % {"was": was.get(term, nothing), "now": now.get(term, nothing)},
            )
            for term in {**was, **now}
            if was.get(term) != now.get(term)
        ]

    def _line(
        self,
        number: int,
        at: datetime,
        sentence: str,
        sides: Sequence[Side] = (),
        details: Sequence[tuple[str, str]] = (),
    ) -> Line:
        return Line(number, _entry_words(number, at, self.clinic), sentence, sides, details)


def _disputed_words(text: StepText, said: dict[str, str]) -> str:
    said = {**said, "name": text.disputed_by_name or "", "text": quoted(text.dispute_says)}
    if not said["text"]:
        return _("%(name)s disputed entry %(number)s, which holds from %(moment)s.") % said
    return _("%(name)s disputed entry %(number)s, which holds from %(moment)s: %(text)s.") % said


def _entry_words(number: int, at: datetime, clinic: Clinic) -> str:
    return _("Entry %(number)s, %(when)s") % {
        "number": f"{number:,}",
        "when": moment_words(at, clinic),
    }


def _patient_lines(patient: Patient, moment: Moment) -> list[Line]:
    """What was learned since of the patient's own details: which of them changed."""
    versions = list(
        PatientVersion.objects.filter(patient=patient)
        .select_related("entry")
        .order_by("-entry__number")
    )
    lines = []
    for version, row in zip(versions, people.versions(versions), strict=True):
        entry = version.entry
        if entry.number <= moment.number:
            continue
        words = _("%(name)s changed the patient's details: %(changed)s.")
        if version is versions[-1]:
            words = _("%(name)s added the patient.")
        sentence = words % {"name": entry.recorded_by_name, "changed": row.changed}
        about = _entry_words(entry.number, entry.recorded_at, patient.clinic)
        lines.append(Line(entry.number, about, sentence))
    return lines[::-1]


def _context_lines(patient: Patient, moment: Moment) -> list[Line]:
    """What was learned since of the patient's context: both texts of each topic."""
    return [
        Line(
            learned.entry.number,
            _entry_words(learned.entry.number, learned.entry.recorded_at, patient.clinic),
            learned.sentence,
            details=[(learned.topic, _both(learned))] if learned.now else (),
        )
        for learned in context.learned_since(patient.pk, moment.number)
    ]


def _both(learned: context.Learned) -> str:
    return _("It said: %(was)s. It says: %(now)s.") % {
        "was": "; ".join(learned.before),
        "now": "; ".join(learned.now),
    }
