"""The worklist: what waits for the person, what was recorded of late, as finished strings.

First which rows (`waiting_page`, `recent_keys`), so that the access event is written before
anything of them is read; then what they say.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from access.models import Clinic, User
from access.policies import CONFIRM, VIEW_CHARTS, clinics_of
from patients import presenters as patients
from titration import reading, wording
from titration.dosing import Component
from titration.models import AwaitingConfirmation, DoseStep, RegimenCard
from titration.presenters.log import heading_words, moment_words
from titration.presenters.regimen import title_of

PAGE = 25
MOST_COUNTED = 500
_MARK = re.compile("([0-9]{1,15})-([0-9]{1,15})")


class Key(NamedTuple):
    """Where a waiting step stands in the list, and what it is of."""

    clinic: int
    number: int
    step: UUID
    regimen: UUID
    patient: UUID


class Recent(NamedTuple):
    """A regimen by when it was last recorded on."""

    at: datetime
    clinic: int
    regimen: UUID
    patient: UUID


@dataclass(frozen=True)
class Waiting:
    """One page of the steps that wait for a person; `count` words are of all of them."""

    keys: Sequence[Key]
    count: str
    earlier: str
    later: str


@dataclass(frozen=True)
class Row:
    """A step of a patient's regimen in words."""

    patient: str
    patient_url: str
    regimen: str
    url: str
    is_error: bool
    words: str
    moment: str
    recorded_by: str
    recorded_at: str


def waiting_page(user: User, after: str = "", before: str = "") -> Waiting:
    """The steps of the user's that they have not confirmed, longest waiting first.

    `after` and `before` are the marks of a page's neighbours; what is no mark is left out.
    """
    waiting = AwaitingConfirmation.objects.visible_to(user).filter(
        prescriber=user, clinic__in=clinics_of(user, CONFIRM)
    )
    count = waiting[: MOST_COUNTED + 1].count()
    rows = waiting.values_list("clinic", "number", "step", "regimen", "regimen__patient")
    start, end = _mark(after), _mark(before)
    if end:
        clinic, number = end
        rows = rows.filter(Q(clinic__lt=clinic) | Q(clinic=clinic, number__lt=number))
        found = [Key(*row) for row in rows.order_by("-clinic", "-number")[: PAGE + 1]]
        keys, has_earlier, has_later = found[:PAGE][::-1], len(found) > PAGE, True
    else:
        if start:
            clinic, number = start
            rows = rows.filter(Q(clinic__gt=clinic) | Q(clinic=clinic, number__gt=number))
        found = [Key(*row) for row in rows.order_by("clinic", "number")[: PAGE + 1]]
        keys, has_earlier, has_later = found[:PAGE], bool(start), len(found) > PAGE
    return Waiting(
        keys=keys,
        count=_count_words(count),
        earlier=f"?before={_mark_of(keys[0])}" if keys and has_earlier else "",
        later=f"?after={_mark_of(keys[-1])}" if keys and has_later else "",
    )


def _mark_of(key: Key) -> str:
    return f"{key.clinic}-{key.number}"


def _mark(text: str) -> tuple[int, int] | None:
    match = _MARK.fullmatch(text)
    return (int(match[1]), int(match[2])) if match else None


def _count_words(count: int) -> str:
    if count > MOST_COUNTED:
        return _("more than %(count)s dose steps") % {"count": MOST_COUNTED}
    return ngettext("%(count)s dose step", "%(count)s dose steps", count) % {"count": count}


def recent_keys(user: User) -> list[Recent]:
    """The regimens last recorded on, newest first; one query for each clinic, by its index."""
    found: list[Recent] = []
    for key in clinics_of(user, VIEW_CHARTS):
        cards = RegimenCard.objects.filter(clinic=key).order_by("-last_number")[:PAGE]
        found += [
            Recent(at, clinic, regimen, patient)
            for at, clinic, regimen, patient in cards.values_list(
                "last_recorded_at", "clinic", "regimen", "patient"
            )
            if at is not None
        ]
    return sorted(found, reverse=True)[:PAGE]


def worklist_rows(
    waiting: Sequence[Key], recent: Sequence[Recent], clinics: Mapping[int, Clinic], now: datetime
) -> tuple[list[Row], list[Row]]:
    """What the waiting steps and the recent regimens say at `now`; `clinics` are by id."""
    keys: list[Key | Recent] = [*waiting, *recent]
    cards = RegimenCard.objects.select_related("version").in_bulk({key.regimen for key in keys})
    in_force = _in_force([cards[key.regimen] for key in recent], clinics, now)
    entries = {key.step for key in waiting} | {entry for entry in in_force.values() if entry}
    ids = list({key.patient for key in keys})
    page = _Page(
        clinics=clinics,
        people=dict(zip(ids, patients.rows(ids), strict=True)),
        cards=cards,
        steps=DoseStep.objects.select_related("entry").in_bulk(entries),
        parts=reading.components_of(entries),
    )
    return (
        [page.waiting_row(key) for key in waiting],
        [page.recent_row(key, in_force[key.regimen]) for key in recent],
    )


def _in_force(
    cards: Iterable[RegimenCard], clinics: Mapping[int, Clinic], now: datetime
) -> dict[UUID, UUID | None]:
    """By regimen: the entry of the instruction in force.

    The row has it, unless a step recorded ahead has come since the row was made.
    """
    found = {card.pk: card.step_id for card in cards}
    here = {card.pk: clinics[card.clinic_id].local(now) for card in cards}
    stale = [card.pk for card in cards if card.next_on and card.next_on <= here[card.pk].date()]
    for regimen, log in reading.histories(stale).items():
        step = log.in_force(here[regimen])
        found[regimen] = step.entry if step else None
    return found


@dataclass(frozen=True)
class _Page:
    """Everything that the rows of the page say, read at once."""

    clinics: Mapping[int, Clinic]
    people: Mapping[UUID, patients.Row]
    cards: Mapping[UUID, RegimenCard]
    steps: Mapping[UUID, DoseStep]
    parts: Mapping[UUID, Sequence[Component]]

    def waiting_row(self, key: Key) -> Row:
        entry = self.steps[key.step].entry
        return self._row(key, self.steps[key.step], entry.recorded_at, entry.recorded_by_name)

    def recent_row(self, key: Recent, entry: UUID | None) -> Row:
        return self._row(key, self.steps[entry] if entry else None, key.at)

    def _row(
        self, key: Key | Recent, step: DoseStep | None, at: datetime, recorded_by: str = ""
    ) -> Row:
        card = self.cards[key.regimen]
        return Row(
            patient=self.people[key.patient].name,
            patient_url=self.people[key.patient].url,
            regimen=title_of(card.version),
            url=reverse("regimen", args=[key.regimen]),
            is_error=card.is_retracted,
            words=self._words(step, card),
            moment=wording.effective_words(step.effective) if step else "",
            recorded_by=recorded_by,
            recorded_at=moment_words(at, self.clinics[key.clinic]),
        )

    def _words(self, step: DoseStep | None, card: RegimenCard) -> str:
        if step is None:
            if card.next_on:
                return _("No recorded instruction has begun yet.")
            return _("No recorded instruction stands.")
        dose = wording.dosage_words(self.parts.get(step.pk, ()))
        return "\n".join(words for words in (heading_words(step.kind), dose) if words)
