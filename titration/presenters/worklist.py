"""The worklist: its sections and what was recorded of late, as finished strings.

First which rows (`front_page`, `section_of`), so that the access event is written before anything
of them is read; then what they say (`words_of`).
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple
from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from access.models import Clinic, User
from access.policies import CONFIRM, VIEW_CHARTS, clinics_of
from patients import presenters as patients
from patients.finished import NOTHING, html
from titration import listed, reading, wording
from titration.dosing import Component
from titration.listed import Mark, Scope
from titration.models import DoseStep, RegimenCard, WorklistRow
from titration.presenters.log import heading_words, moment_words
from titration.presenters.regimen import title_of
from titration.worklist import TOPICS

PAGE, GLANCE, RECENT = 25, 6, 10
_NUMBER = re.compile("[0-9]{1,9}", re.ASCII)


class _Said(NamedTuple):
    """What a section is called, what its date is, and what is said when it is empty."""

    heading: str
    day: str
    empty: str


SAID = {
    "withheld": _Said(
        gettext_noop("Withheld, or stopped in the last 14 days"),
        gettext_noop("Since"),
        gettext_noop("Nothing is withheld, and nothing was stopped in the last 14 days."),
    ),
    "differs": _Said(
        gettext_noop("Differs from the record"),
        gettext_noop("Since"),
        gettext_noop("No plan waits for its prescriber, and no step is disputed."),
    ),
    "passed": _Said(
        gettext_noop("Planned date passed, nothing recorded"),
        gettext_noop("Planned for"),
        gettext_noop("No planned date has passed without a record."),
    ),
    "ahead": _Said(
        gettext_noop("Planned for today and the next 7 days"),
        gettext_noop("Planned for"),
        gettext_noop("Nothing is planned for today and the next 7 days."),
    ),
    "confirm": _Said(
        gettext_noop("To confirm"),
        gettext_noop("Recorded"),
        gettext_noop("No step waits for a confirmation."),
    ),
    "sign": _Said(
        gettext_noop("To sign"), gettext_noop("Asked"), gettext_noop("No plan waits to be signed.")
    ),
    "review": _Said(
        gettext_noop("Reviews overdue, or in the next 7 days"),
        gettext_noop("Review on"),
        gettext_noop("No review is overdue or booked for the next 7 days."),
    ),
    "no-review": _Said(
        gettext_noop("No review written"),
        gettext_noop("Since"),
        gettext_noop("Every medicine that goes on has a review written."),
    ),
    "plan-ended": _Said(
        gettext_noop("Plan ended, medicine continues"),
        gettext_noop("Ended"),
        gettext_noop("No medicine goes on after the end of its plan."),
    ),
    "nobody": _Said(
        gettext_noop("No responsible prescriber"),
        gettext_noop("Named"),
        gettext_noop("Every regimen has a responsible prescriber of the clinic."),
    ),
}


class Asked(NamedTuple):
    """What the address asks for; None where it does not say, or says what is none."""

    topic: str | None = None
    is_mine: bool = False
    prescriber: int | None = None
    medicine: UUID | None = None
    after: Mark | None = None
    before: Mark | None = None

    @classmethod
    def read(cls, query: Mapping[str, str]) -> "Asked":
        prescriber, topic = query.get("prescriber", ""), query.get("topic", "")
        return cls(
            topic=topic if topic in SAID else None,
            is_mine=query.get("mine") == "1",
            prescriber=int(prescriber) if _NUMBER.fullmatch(prescriber) else None,
            medicine=_uuid(query.get("medicine", "")),
            after=listed.read_mark(query.get("after", "")),
            before=listed.read_mark(query.get("before", "")),
        )

    def url(self, **others: object) -> str:
        """The address of the list with these things asked otherwise."""
        asked = self._replace(after=None, before=None)._replace(**others)  # type: ignore[arg-type]
        said = {
            "topic": asked.topic,
            "mine": "1" if asked.is_mine else None,
            "prescriber": asked.prescriber,
            "medicine": asked.medicine,
            "after": asked.after,
            "before": asked.before,
        }
        query = urlencode({name: str(value) for name, value in said.items() if value is not None})
        return reverse("worklist") + (f"?{query}" if query else "")


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


class Recent(NamedTuple):
    """A regimen by when it was last recorded on."""

    at: datetime
    clinic: int
    regimen: UUID
    patient: UUID


@dataclass(frozen=True)
class Section:
    """One section of the list: which rows, and how many there are in all.

    `rows` are what is shown of them, once that was read.
    """

    topic: str
    heading: str
    day: str
    empty: str
    count: str
    url: str
    found: Sequence[WorklistRow]
    has_more: bool = False
    earlier: str = ""
    later: str = ""
    rows: Sequence["Row"] = ()

    @property
    def confirms(self) -> bool:
        """Whether the reader may confirm something of it."""
        return any(row.confirms for row in self.rows)


@dataclass(frozen=True)
class Row:
    """The cells of one row; `confirms` is the step that the reader may confirm."""

    cells: SafeString
    confirms: "Confirmable | None" = None
    is_error: bool = False


class Confirmable(NamedTuple):
    """A step as its form names it."""

    step: UUID
    entry: UUID
    number: str


def front_page(asked: Asked, scope: Scope) -> list[Section]:
    """Every section with its first rows; two queries."""
    found = listed.first_rows(scope, GLANCE)
    full = [topic for topic, rows in found.items() if len(rows) > GLANCE]
    counts = listed.counts(scope, full)
    return [
        replace(
            _section(asked, topic, found[topic][:GLANCE], counts.get(topic, len(found[topic]))),
            has_more=topic in full,
        )
        for topic in TOPICS
    ]


def section_of(asked: Asked, scope: Scope, topic: str) -> Section:
    """A page of one section."""
    page = listed.section_page(scope, topic, PAGE, asked.after, asked.before)
    rows = page.rows
    count = listed.counts(scope, [topic]).get(topic, 0)
    return replace(
        _section(asked, topic, rows, count),
        earlier=asked.url(before=listed.mark_of(rows[0])) if rows and page.has_earlier else "",
        later=asked.url(after=listed.mark_of(rows[-1])) if rows and page.has_later else "",
    )


def _section(asked: Asked, topic: str, found: Sequence[WorklistRow], count: int) -> Section:
    said = SAID[topic]
    return Section(
        topic=topic,
        heading=_(said.heading),
        day=_(said.day),
        empty=_(said.empty),
        count=_count_words(count),
        url=asked.url(topic=topic),
        found=found,
    )


def _count_words(count: int) -> str:
    if count > listed.MOST_COUNTED:
        return _("more than %(count)s") % {"count": listed.MOST_COUNTED}
    return str(count)


def recent_keys(user: User) -> list[Recent]:
    """The regimens last recorded on, newest first; one query for each clinic, by its index."""
    found: list[Recent] = []
    for key in clinics_of(user, VIEW_CHARTS):
        cards = RegimenCard.objects.filter(clinic=key).order_by("-last_number")[:RECENT]
        found += [
            Recent(at, clinic, regimen, patient)
            for at, clinic, regimen, patient in cards.values_list(
                "last_recorded_at", "clinic", "regimen", "patient"
            )
            if at is not None
        ]
    return sorted(found, reverse=True)[:RECENT]


def words_of(
    sections: Sequence[Section],
    recent: Sequence[Recent],
    clinics: Mapping[int, Clinic],
    now: datetime,
    user: User,
) -> tuple[list[Section], list[Row]]:
    """The sections with what their rows say at `now`, and the recent regimens; clinics by id."""
    rows = [row for section in sections for row in section.found]
    regimens = {row.regimen_id for row in rows} | {key.regimen for key in recent}
    cards = RegimenCard.objects.select_related("version").in_bulk(regimens)
    in_force = _in_force(cards.values(), clinics, now)
    told = {row.about for row in rows if row.topic in ("confirm", "differs")}
    entries = told | {entry for entry in in_force.values() if entry}
    people = list({row.patient_id for row in rows} | {key.patient for key in recent})
    page = _Page(
        clinics=clinics,
        confirms=frozenset(clinics_of(user, CONFIRM)),
        user=user,
        people={row.patient: row for row in patients.rows(people)},
        cards=cards,
        in_force=in_force,
        steps=DoseStep.objects.select_related("entry").in_bulk(entries),
        parts=reading.components_of(entries),
        regimen_url=reverse("regimen", args=[_SOME]),
        labels=_labels(),
    )
    return (
        [replace(section, rows=list(page.rows(section))) for section in sections],
        [page.recent_row(key) for key in recent],
    )


_SOME = UUID(int=0)


def _in_force(
    cards: Iterable[RegimenCard], clinics: Mapping[int, Clinic], now: datetime
) -> dict[UUID, UUID | None]:
    """By regimen: the entry of the instruction in force.

    The row has it, unless a step recorded ahead has come since the row was made.
    """
    cards = list(cards)
    found = {card.pk: card.step_id for card in cards}
    here = {card.pk: clinics[card.clinic_id].local(now) for card in cards}
    stale = [card.pk for card in cards if card.next_on and card.next_on <= here[card.pk].date()]
    for regimen, log in reading.histories(stale).items():
        step = log.in_force(here[regimen])
        found[regimen] = step.entry if step else None
    return found


CELLS = """
<th scope="row"><a href="{patient_url}"><bdi>{patient}</bdi></a>{numbers}</th>
<td data-label="{regimen_label}">{error}<a href="{url}"><bdi>{regimen}</bdi></a></td>
<td class="lines">{words}{beside}</td>
<td class="date" data-label="{day_label}">{day}</td>
<td class="date" data-label="{telephone_label}">{telephone}</td>"""

RECENT_CELLS = """
<th scope="row"><a href="{patient_url}"><bdi>{patient}</bdi></a>{numbers}</th>
<td data-label="{regimen_label}">{error}<a href="{url}"><bdi>{regimen}</bdi></a></td>
<td class="lines">{words}</td>
<td class="date" data-label="{from_label}">{moment}</td>
<td class="date" data-label="{at_label}">{at}</td>"""


def _labels() -> dict[str, str]:
    """What the cells are, for a narrow screen; as the table's head says."""
    return {
        "regimen_label": _("Regimen"),
        "telephone_label": _("Telephone"),
        "from_label": _("From"),
        "at_label": _("Last entry"),
    }


@dataclass(frozen=True)
class _Page:
    """Everything that the rows of the page say, read at once."""

    clinics: Mapping[int, Clinic]
    confirms: frozenset[int]
    user: User
    people: Mapping[UUID, patients.Row]
    cards: Mapping[UUID, RegimenCard]
    in_force: Mapping[UUID, UUID | None]
    steps: Mapping[UUID, DoseStep]
    parts: Mapping[UUID, Sequence[Component]]
    regimen_url: str
    labels: Mapping[str, str]

    def rows(self, section: Section) -> Iterator[Row]:
        """What the rows say; none of a patient who was erased since they were found."""
        for row in section.found:
            if row.patient_id in self.people and row.regimen_id in self.cards:
                yield self._row(section, row)

    def _row(self, section: Section, row: WorklistRow) -> Row:
        told = self.steps.get(row.about)
        step = told or self._in_force(row.regimen_id)
        telephone = self.people[row.patient_id].telephone
        cells = html(
            CELLS,
            **self._shared(row.patient_id, row.regimen_id),
            words=self._words(step, row.regimen_id),
            beside=self._beside(row, told),
            day_label=section.day,
            day=wording.date_words(row.day),
            telephone=html(
                '<a href="{url}">{number}</a>',
                url=self.people[row.patient_id].telephone_url,
                number=telephone,
            )
            if telephone
            else NOTHING,
        )
        return Row(cells, self._confirmable(row, told))

    def recent_row(self, key: Recent) -> Row:
        step = self._in_force(key.regimen)
        cells = html(
            RECENT_CELLS,
            **self._shared(key.patient, key.regimen),
            words=self._words(step, key.regimen),
            moment=wording.effective_words(step.effective) if step else "",
            at=moment_words(key.at, self.clinics[key.clinic]),
        )
        return Row(cells, is_error=self.cards[key.regimen].is_retracted)

    def _in_force(self, regimen: UUID) -> DoseStep | None:
        entry = self.in_force[regimen]
        return self.steps[entry] if entry else None

    def _shared(self, patient: UUID, regimen: UUID) -> dict[str, str]:
        """The cells that say of whom a row is, and of which medicine."""
        person, card = self.people[patient], self.cards[regimen]
        number = person.record_number or person.nhs_number
        return {
            **self.labels,
            "patient": person.name,
            "patient_url": person.url,
            "numbers": html(' <span class="meta">{number}</span>', number=number)
            if number
            else NOTHING,
            "error": html("<b>{words}</b> ", words=_("ENTERED IN ERROR"))
            if card.is_retracted
            else NOTHING,
            "regimen": title_of(card.version),
            "url": self.regimen_url.replace(str(_SOME), str(regimen)),
        }

    def _words(self, step: DoseStep | None, regimen: UUID) -> str:
        if step is None:
            if self.cards[regimen].next_on:
                return _("No recorded instruction has begun yet.")
            return _("No recorded instruction stands.")
        dose = wording.dosage_words(self.parts.get(step.pk, ()))
        return "\n".join(words for words in (heading_words(step.kind), dose) if words)

    def _beside(self, row: WorklistRow, told: DoseStep | None) -> SafeString:
        """What a row says beside the instruction: of a step that waits, since when and by whom."""
        match row.topic:
            case "differs" if told is None:
                words = _("The plan waits for its prescriber.")
            case "differs":
                words = _("From %(moment)s. Recorded by %(name)s, disputed by %(prescriber)s.")
            case "confirm":
                words = _("From %(moment)s. Recorded by %(name)s, decided by %(prescriber)s.")
            case "nobody":
                words = _("%(name)s is named, and prescribes here no longer.")
            case _:
                return NOTHING
        said = {"name": self.cards[row.regimen_id].version.responsible_name}
        if told is not None:
            said = {
                "moment": wording.effective_words(told.effective),
                "name": told.entry.recorded_by_name,
                "prescriber": told.decided_by_name,
            }
        return html('<span class="meta">{words}</span>', words=words % said)

    def _confirmable(self, row: WorklistRow, told: DoseStep | None) -> Confirmable | None:
        is_theirs = row.whose_id == self.user.pk and row.clinic_id in self.confirms
        if told is None or row.topic != "confirm" or not is_theirs:
            return None
        return Confirmable(told.step, told.pk, f"{told.entry.number:,}")
