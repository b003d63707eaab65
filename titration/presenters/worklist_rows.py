"""What the rows of the worklist say, as finished cells: every table is read once for the page."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from typing import NamedTuple
from uuid import UUID

from django.db.models import QuerySet
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from access.addresses import url_of
from access.composed import Composed
from access.models import Clinic, User
from access.policies import CONFIRM, RECORD, SIGN, clinics_of
from patients import presenters as patients
from patients.finished import NOTHING, html
from titration import listed, planning, wording
from titration.dosing import Component
from titration.intake import Report
from titration.listed import Person
from titration.models import (
    COMPONENT_FIELDS,
    DoseStep,
    PlannedComponent,
    PlannedRow,
    RegimenCard,
    RegimenVersion,
    WorklistRow,
    written_component,
)
from titration.presenters.links import link_to
from titration.presenters.log import heading_words, moment_words
from titration.presenters.pumps import pump_dates_words
from titration.presenters.regimen import title_of
from titration.presenters.worklist import Confirmable, Recent, Row, Said, Section
from titration.presenters.worklist_told import (
    Waiting,
    calls_of,
    differing_words,
    offers_of,
    reports_of,
    reviews_of,
    waiting_words,
)
from titration.pump import PumpText
from titration.reading import logged, pumped
from titration.timeline import Effective

PLANNED, TOLD = ("passed", "ahead"), ("confirm", "differs")
PUMP = ("pump-alarm", "pump-refill")
WITHOUT_MEDICINE = {
    "call-back": ("contact-list", gettext_noop("No medicine in particular")),
    "offer": ("transfer-list", gettext_noop("The whole record")),
}


class _Planned(NamedTuple):
    """A planned row: of which plan, and what it says."""

    plan: UUID
    row: planning.Row


class _Card(NamedTuple):
    """What lists say of a regimen."""

    regimen: UUID
    clinic: int
    step: UUID | None
    next_on: date | None
    is_retracted: bool
    route: str
    medicine: str
    form: str
    responsible_name: str
    responsible: int


class _Step(NamedTuple):
    """What a row says of an instruction beside its dose."""

    entry: UUID
    number: int
    step: UUID
    kind: str
    on: date
    precision: str
    time: time | None
    offset: int | None
    recorded_by_name: str
    decided_by_name: str
    disputed_by_name: str | None

    @property
    def effective(self) -> Effective:
        return Effective(self.on, self.precision, self.time, self.offset)


@Composed
def _cards(regimens: Sequence[UUID]) -> QuerySet:
    """The columns of _Card."""
    of_version = ("route", "medicine_name", "form", "responsible_name", "responsible_id")
    return RegimenCard.objects.filter(pk__in=regimens).values_list(
        *("regimen_id", "clinic_id", "step_id", "next_on", "is_retracted"),
        *(f"version__{name}" for name in of_version),
    )


@Composed
def _steps(entries: Sequence[UUID]) -> QuerySet:
    """The columns of _Step."""
    return DoseStep.objects.filter(pk__in=entries).values_list(
        *("entry_id", "entry__number", "step", "kind", "effective_on", "effective_precision"),
        *("effective_time", "effective_offset", "entry__recorded_by_name", "decided_by_name"),
        "dispute__entry__recorded_by_name",
    )


@Composed
def _planned_rows(rows: Sequence[UUID]) -> QuerySet:
    """Rows of newest versions: their version and place in it, their plan, what they say."""
    newest = PlannedRow.objects.filter(version__entry__superseded_by=None, row__in=rows)
    return newest.values_list("version_id", "position", "version__plan_id", "row", "kind", "words")


@Composed
def _planned_parts(versions: Sequence[UUID], positions: Sequence[int]) -> QuerySet:
    """Parts of planned doses: their version and row, COMPONENT_FIELDS."""
    parts = PlannedComponent.objects.filter(version__in=versions, of_row__in=positions)
    return parts.order_by("position").values_list("version_id", "of_row", *COMPONENT_FIELDS)


def words_of(
    sections: Sequence[Section],
    recent: Sequence[Recent],
    clinics: Mapping[int, Clinic],
    former: Mapping[int, Sequence[Person]],
    now: datetime,
    user: User,
) -> Said:
    """What is said at `now`; clinics, and who prescribes there no longer, by the clinic."""
    rows = [row for section in sections for row in section.found]
    regimens = {row.regimen_id for row in rows if row.regimen_id}
    regimens |= {key.regimen for key in recent}
    cards = {row[0]: _Card(*row) for row in _cards(list(regimens))}
    days = listed.days_of(clinics.values(), now)
    begun = [c for c in cards.values() if c.next_on and c.next_on <= days[c.clinic]]
    in_force = _in_force(cards.values(), begun, clinics, now)
    entries = {entry for entry in in_force.values() if entry}
    entries |= {row.about for row in rows if row.topic in TOLD}
    people = list({row.patient_id for row in rows} | {key.patient for key in recent})
    page = _Page(
        user=user,
        clinics=clinics,
        may={action: frozenset(clinics_of(user, action)) for action in (CONFIRM, RECORD, SIGN)},
        people={row.patient: row for row in patients.rows(people)},
        cards=cards,
        in_force=in_force,
        steps={row[0]: _Step(*row) for row in _steps(list(entries))},
        parts=logged.components_of(entries),
        planned=_planned({row.about for row in rows if row.topic in PLANNED}),
        reviews=reviews_of({row.about for row in rows if row.topic == "review"}),
        pumps=pumped.texts_of({row.about for row in rows if row.topic in PUMP}),
        former={key: frozenset(each.user for each in held) for key, held in former.items()},
        reports=reports_of([row for row in rows if row.topic == "differs"]),
        calls=calls_of({row.patient_id for row in rows if row.topic == "call-back"}),
        offers=offers_of({row.patient_id for row in rows if row.topic == "offer"}),
    )
    return Said(
        [replace(section, rows=list(page.rows(section))) for section in sections],
        [page.recent_row(key) for key in recent],
        bool(begun),
    )


def _in_force(
    cards: Iterable[_Card], begun: Iterable[_Card], clinics: Mapping[int, Clinic], now: datetime
) -> dict[UUID, UUID | None]:
    """By regimen: the entry of the instruction in force.

    The row has it, unless a step recorded ahead may have come since the row was made: its day has
    `begun`.
    """
    found = {card.regimen: card.step for card in cards}
    stale = {card.regimen: clinics[card.clinic].local(now) for card in begun}
    for regimen, log in logged.histories(stale).items() if stale else ():
        step = log.in_force(stale[regimen])
        found[regimen] = step.entry if step else None
    return found


def _planned(rows: set[UUID]) -> dict[UUID, _Planned]:
    """The planned rows of these identities, as the newest version of their plan has them."""
    found = list(_planned_rows(list(rows)))
    versions, positions = {row[0] for row in found}, {row[1] for row in found}
    parts: dict[tuple[UUID, int], list[Component]] = {}
    for version, of_row, *values in _planned_parts(list(versions), list(positions)):
        parts.setdefault((version, of_row), []).append(written_component(values))
    return {
        row: _Planned(
            plan,
            planning.Row(
                row,
                kind,
                "on",
                components=tuple(parts.get((version, position), ())),
                words=words or "",
            ),
        )
        for version, position, plan, row, kind, words in found
    }


CELLS = """
<th scope="row"><a href="{patient_url}"><bdi>{patient}</bdi></a>{ended}{linked}{numbers}</th>
<td>{error}<a href="{url}"><bdi>{regimen}</bdi></a></td>
<td class="lines">{words}{beside}</td>
<td class="date" data-label="{day_label}">{day}</td>
<td class="call">{telephone}</td>"""

RECENT_CELLS = """
<th scope="row"><a href="{patient_url}"><bdi>{patient}</bdi></a>{ended}{linked}{numbers}</th>
<td>{error}<a href="{url}"><bdi>{regimen}</bdi></a></td>
<td class="lines">{words}</td>
<td data-label="{from_label}">{moment}</td>
<td class="date" data-label="{at_label}">{at}</td>"""


@dataclass(frozen=True)
class _Page:
    """Everything that the rows of the page say, read at once. `may`: where the reader may what."""

    user: User
    clinics: Mapping[int, Clinic]
    may: Mapping[str, frozenset[int]]
    people: Mapping[UUID, patients.Row]
    cards: Mapping[UUID, _Card]
    in_force: Mapping[UUID, UUID | None]
    steps: Mapping[UUID, _Step]
    parts: Mapping[UUID, Sequence[Component]]
    planned: Mapping[UUID, _Planned]
    reviews: Mapping[UUID, str]
    pumps: Mapping[UUID, PumpText]
    former: Mapping[int, frozenset[int]]
    reports: Mapping[UUID, Report]
    calls: Mapping[UUID, Waiting]
    offers: Mapping[UUID, str]
    titles: dict[tuple[str, str, str], str] = field(default_factory=dict)

    def rows(self, section: Section) -> Iterator[Row]:
        """What the rows say; none of a regimen that went since they were found."""
        for row in section.found:
            is_there = row.regimen_id is None or row.regimen_id in self.cards
            if row.patient_id in self.people and is_there:
                yield self._row(section, row)

    def _row(self, section: Section, row: WorklistRow) -> Row:
        told = self.steps.get(row.about)
        person = self.people[row.patient_id]
        words = ""
        if row.regimen_id is not None:
            is_written = told is not None and row.topic == "confirm"
            step = told if is_written else self._last(row.regimen_id)
            words = self._words(step, row.regimen_id)
        cells = html(
            CELLS,
            **self._shared(row.patient_id, row.regimen_id, row.topic),
            words=words,
            beside=self._beside(row, told),
            day_label=section.day,
            day=wording.date_words(row.day),
            telephone=link_to(person.telephone_url, person.telephone),
        )
        return Row(cells, self._confirmable(row, told))

    def recent_row(self, key: Recent) -> Row:
        step = self._last(key.regimen)
        cells = html(
            RECENT_CELLS,
            **self._shared(key.patient, key.regimen),
            words=self._words(step, key.regimen),
            from_label=_("From"),
            moment=wording.effective_words(step.effective) if step else "",
            at_label=_("Last entry"),
            at=moment_words(key.at, self.clinics[key.clinic]),
        )
        return Row(cells, is_error=self.cards[key.regimen].is_retracted)

    def _last(self, regimen: UUID) -> _Step | None:
        entry = self.in_force[regimen]
        return self.steps[entry] if entry else None

    def _shared(self, patient: UUID, regimen: UUID | None, topic: str = "") -> dict[str, str]:
        """The cells that say of whom a row is, and of which medicine, if it is of one."""
        page, without = WITHOUT_MEDICINE.get(topic, WITHOUT_MEDICINE["call-back"])
        person = self.people[patient]
        card = self.cards[regimen] if regimen else None
        number = person.record_number or person.nhs_number
        return {
            "patient": person.name,
            "patient_url": person.url,
            "numbers": html(' <span class="meta">{number}</span>', number=number)
            if number
            else NOTHING,
            "ended": html(' <span class="chip rust">{words}</span>', words=person.ended)
            if person.ended
            else NOTHING,
            "linked": patients.linked_chip(person),
            "error": html("<b>{words}</b> ", words=_("ENTERED IN ERROR"))
            if card and card.is_retracted
            else NOTHING,
            "regimen": self._title(card) if card else _(without),
            "url": url_of("regimen", regimen) if regimen else url_of(page, patient),
        }

    def _title(self, card: _Card) -> str:
        """As title_of, once for all rows that say the same."""
        key = card.route, card.medicine, card.form
        if key not in self.titles:
            version = RegimenVersion(route=card.route, medicine_name=card.medicine, form=card.form)
            self.titles[key] = title_of(version)
        return self.titles[key]

    def _words(self, step: _Step | None, regimen: UUID) -> str:
        if step is None:
            if self.cards[regimen].next_on:
                return _("No recorded instruction has begun yet.")
            return _("No recorded instruction stands.")
        dose = wording.dosage_words(self.parts.get(step.entry, ()))
        return "\n".join(words for words in (heading_words(step.kind), dose) if words)

    def _beside(self, row: WorklistRow, told: _Step | None) -> SafeString:
        """What a row says beside the instruction, and the link to what it tells of."""
        words, link = self._why(row, told), self._way(row)
        if not words and not link:
            return NOTHING
        space = " " if words and link else ""
        return html(
            '<span class="meta">{words}{space}{link}</span>', words=words, space=space, link=link
        )

    def _why(self, row: WorklistRow, told: _Step | None) -> str:
        if row.topic == "offer":
            return self.offers.get(row.patient_id, "")
        if row.topic == "call-back":
            return waiting_words(self.calls.get(row.about))
        if row.about in self.reports:
            return differing_words(self.reports[row.about])
        if row.regimen_id is None:
            return ""
        said = {"name": self.cards[row.regimen_id].responsible_name}
        if told is not None:
            said = {
                "moment": wording.effective_words(told.effective),
                "name": told.recorded_by_name,
                "prescriber": told.decided_by_name,
                "disputed_by": told.disputed_by_name or "",
                "dose": self._words(told, row.regimen_id),
            }
        match row.topic:
            case "passed" | "ahead" if row.about in self.planned:
                said = {"dose": wording.row_words(self.planned[row.about].row, row.day)}
                words = _("Planned: %(dose)s")
            case "differs" if told is None:
                words = _("The plan waits for its prescriber.")
            case "differs" if told and told.entry != self.in_force[row.regimen_id]:
                words = _(
                    "Not in force now: %(dose)s\n"
                    "From %(moment)s. Recorded by %(name)s, disputed by %(disputed_by)s."
                )
            case "differs":
                words = _("From %(moment)s. Recorded by %(name)s, disputed by %(disputed_by)s.")
            case "confirm" if told is not None:
                words = _("From %(moment)s. Recorded by %(name)s, decided by %(prescriber)s.")
            case "nobody":
                words = _("%(name)s is named, and does not prescribe here.")
            case "pump-alarm" | "pump-refill" if row.about in self.pumps:
                return pump_dates_words(row.topic, self.pumps[row.about])
            case "review":
                said = {"what": self.reviews.get(row.about, "")}
                words = _("For: %(what)s") if said["what"] else ""
            case _:
                words = ""
        return words % said

    def _way(self, row: WorklistRow) -> SafeString:
        """A link to the plan, the draft or the review, for who may open it."""
        records = row.clinic_id in self.may[RECORD]
        match row.topic:
            case "passed" | "ahead" if row.about in self.planned:
                return link_to(url_of("plan", self.planned[row.about].plan), _("Open the plan"))
            case "differs" if row.about in self.reports:
                return link_to(url_of("intake-report", row.about), _("Open the report"))
            case "call-back" if records:
                new = url_of("contact-new", row.patient_id)
                return link_to(f"{new}?answers={row.about}", _("Record the call back"))
            case "call-back":
                return link_to(url_of("contact", row.about), _("Open the contact"))
            case "differs" if row.about not in self.steps:
                return link_to(url_of("plan", row.about), _("Open the plan"))
            case "plan-ended":
                return link_to(url_of("plan", row.about), _("Open the plan"))
            case "pump-alarm" | "pump-refill" if row.regimen_id:
                return link_to(url_of("pump", row.regimen_id), _("Open the pump"))
            case "sign" if row.clinic_id in self.may[SIGN]:
                return link_to(url_of("plan-sign", row.about), _("Read and sign"))
            case "sign" if records:
                return link_to(url_of("plan-edit", row.about), _("Open the draft"))
            case "review" if row.about not in self.reviews:
                return link_to(url_of("plan", row.about), _("Open the plan"))
            case "review" if records:
                return link_to(url_of("review", row.about), _("Open the review"))
            case "no-review" if records and row.regimen_id:
                return link_to(url_of("review-new", row.regimen_id), _("Book a review"))
        return NOTHING

    def _confirmable(self, row: WorklistRow, told: _Step | None) -> Confirmable | None:
        if told is None or row.topic != "confirm" or row.clinic_id not in self.may[CONFIRM]:
            return None
        stands_for = (
            self.former.get(row.clinic_id, frozenset())
            if row.regimen_id and self.cards[row.regimen_id].responsible == self.user.pk
            else frozenset()
        )
        if row.whose_id not in {self.user.pk, *stands_for}:
            return None
        return Confirmable(told.step, told.entry, f"{told.number:,}")
