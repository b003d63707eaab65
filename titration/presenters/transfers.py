"""Offers of a patient to another clinic, and how they were answered, as finished strings."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from access.models import User
from access.policies import VIEW_CHARTS, clinics_of
from ledger.models import Entry, Retraction
from ledger.moments import Moment
from ledger.writing import newest_number_of
from patients import linked, search
from patients import presenters as people
from patients.models import Arrival, Patient, Transfer, TransferEvent
from patients.presenters.people import Banner
from patients.wording import arrival_words, moment_words
from titration.models import Regimen, RegimenVersion, Review, ReviewStatus
from titration.presenters.contacts import call_words
from titration.presenters.log import quoted
from titration.presenters.patient import Standing, read_of, standings
from titration.presenters.regimen import place_of
from titration.presenters.reviews import heading_words as review_words
from titration.reading import contacted


@dataclass(frozen=True)
class Offered:
    """One offer with its answer; `error` is that it was taken back, `url` the record there."""

    heading: str
    says: str
    recorded: str
    answer: str
    answer_says: str
    error: str
    url: str = ""
    retract_url: str = ""


@dataclass(frozen=True)
class Moves:
    """Where a record came from, and every offer of the patient, the newest first."""

    came: str
    came_url: str
    offers: Sequence[Offered]
    waits: bool


def moves_of(patient: Patient, user: User, moment: Moment | None, *, may_record: bool) -> Moves:
    """As known at a moment; needs the patient's clinic. Four queries.

    A link leads to the record in the other clinic for whom that one is open.
    """
    known = moment.number if moment else None
    clinics = clinics_of(user, VIEW_CHARTS)
    rows = Transfer.objects.up_to(known).filter(patient=patient)
    found = list(rows.select_related("entry", "arrived").order_by("entry__number"))
    lines = {each.transfer for each in found}
    gone = Retraction.objects.up_to(known).filter(entry__subject__in=lines)
    withdrawn = {each.entry.subject: each for each in gone.select_related("entry")}
    answers = {each.transfer: each for each in found if each.event != TransferEvent.OFFERED}
    offers = [
        _offered(
            each,
            answers.get(each.transfer),
            withdrawn.get(each.transfer),
            is_open=each.to_id in clinics,
            may_record=may_record,
        )
        for each in reversed(found)
        if each.event == TransferEvent.OFFERED
    ]
    arrival = Arrival.objects.up_to(known).filter(patient=patient).select_related("entry").first()
    is_open = arrival is not None and arrival.sender_id in clinics
    return Moves(
        came=arrival_words(arrival) if arrival else "",
        came_url=reverse("patient", args=[arrival.left_id]) if arrival and is_open else "",
        offers=offers,
        waits=any(not each.answer and not each.error for each in offers),
    )


def _offered(
    offer: Transfer,
    answer: Transfer | None,
    withdrawal: Retraction | None,
    *,
    is_open: bool,
    may_record: bool,
) -> Offered:
    accepted = answer if answer and answer.event == TransferEvent.ACCEPTED else None
    told = Offered(
        heading=_("Offered to %(clinic)s; %(name)s answers for the patient until it is accepted")
        % {"clinic": offer.to_name, "name": offer.responsible_name},
        says=quoted(offer.says),
        recorded=_recorded_words(offer.entry),
        answer=_answer_words(answer) if answer else "",
        answer_says=quoted(answer.says) if answer else "",
        error=_withdrawn_words(withdrawal) if withdrawal else "",
    )
    if may_record and withdrawal is None and accepted is None:
        return replace(told, retract_url=reverse("transfer-retract", args=[offer.transfer]))
    if accepted is not None and is_open:
        return replace(told, url=reverse("patient", args=[accepted.arrived_id]))
    return told


def _said_of(entry: Entry) -> dict[str, str]:
    return {
        "name": entry.recorded_by_name,
        "when": moment_words(entry.recorded_at, entry.clinic.zone),
        "number": f"{entry.number:,}",
    }


def _recorded_words(entry: Entry) -> str:
    return _("Recorded by %(name)s, %(when)s, entry %(number)s.") % _said_of(entry)


def _answer_words(answer: Transfer) -> str:
    said = {**_said_of(answer.entry), "responsible": answer.responsible_name}
    if answer.event == TransferEvent.DECLINED:
        return _("Declined by %(name)s, %(when)s, entry %(number)s.") % said
    if answer.responsible_name:
        words = _(
            "Accepted by %(name)s, %(when)s, entry %(number)s. Responsible there: %(responsible)s."
        )
    else:
        words = _(
            "Accepted by %(name)s, %(when)s, entry %(number)s. Nobody there was named as "
            "responsible."
        )
    return words % said


def _withdrawn_words(withdrawal: Retraction) -> str:
    said = {**_said_of(withdrawal.entry), "reason": quoted(withdrawal.reason_text)}
    return _("Taken back by %(name)s, %(when)s, entry %(number)s: %(reason)s") % said


# What the other clinic is shown


@dataclass(frozen=True)
class OfferRow:
    """One offer in the list of the clinic that it was made to."""

    name: str
    facts: Sequence[tuple[str, str]]
    url: str


def offer_rows(offers: Sequence[Transfer]) -> list[OfferRow]:
    """The offers in their order; one query. Needs their entries and both clinics."""
    rows = {row.patient: row for row in people.rows([offer.patient_id for offer in offers])}
    return [
        OfferRow(
            name=row.name,
            facts=[
                fact
                for fact in (
                    (_("Born"), row.born),
                    (_("NHS No."), row.nhs_number),
                    (_("Record No. there"), row.record_number),
                    (_("Died or left"), row.ended),
                    *_made(offer),
                )
                if fact[1]
            ],
            url=reverse("offer", args=[offer.transfer]),
        )
        for offer in offers
        if (row := rows.get(offer.patient_id))
    ]


def _made(offer: Transfer) -> list[tuple[str, str]]:
    """From where, to where, by whom and why."""
    entry = offer.entry
    return [
        (_("From"), offer.patient.clinic.name),
        (_("To"), offer.to_name),
        (
            _("Offered"),
            _("by %(name)s, %(when)s")
            % {
                "name": entry.recorded_by_name,
                "when": moment_words(entry.recorded_at, entry.clinic.zone),
            },
        ),
        (_("Answers for the patient until then"), offer.responsible_name),
        (_("Telephone of that clinic"), offer.patient.clinic.telephone),
        (_("Why"), quoted(offer.says)),
    ]


@dataclass(frozen=True)
class OfferPage:
    """All that is shown of an offered patient before anybody accepts; no link leads there.

    `seen` is the newest entry that it tells of.
    """

    banner: Banner
    facts: Sequence[tuple[str, str]]
    standings: Sequence[Standing]
    elsewhere: str
    entries: str
    seen: int


def offer_page(offer: Transfer, now: datetime) -> OfferPage:
    """What the record there says at `now`, the aware local time of that clinic."""
    patient = offer.patient
    seen = newest_number_of(patient.pk)
    person = people.banner(patient, today=now.date())
    newest = RegimenVersion.objects.newest().filter(regimen__patient=patient)
    gone = Retraction.objects.filter(entry__subject__in=newest.values("regimen"))
    versions = newest.exclude(regimen__in=gone.values("entry__subject"))
    read = read_of(sorted(versions, key=place_of), patient, None)
    rows = [_unlinked(row) for row in standings(read, patient.clinic, now)]
    facts = [fact for fact in (*_made(offer), *_open(patient, now)) if fact[1]]
    others = len(linked.others(patient.pk))
    entries = Entry.objects.filter(patient=patient.pk).count()
    return OfferPage(
        banner=replace(person, url="", context_url="", linked=(), moved=()),
        facts=facts,
        standings=rows,
        elsewhere=_elsewhere_words(others) if others else "",
        entries=ngettext("%(count)s entry", "%(count)s entries", entries)
        % {"count": f"{entries:,}"},
        seen=seen,
    )


def _unlinked(row: Standing) -> Standing:
    """Without links into the other clinic."""
    return replace(row, url="", plan=replace(row.plan, url="") if row.plan else None)


def _open(patient: Patient, now: datetime) -> Iterable[tuple[str, str]]:
    """What somebody has still to do: reviews that are booked, call backs that wait."""
    regimens = Regimen.objects.filter(patient=patient)
    reviews = Review.objects.newest().filter(regimen__in=regimens, status=ReviewStatus.BOOKED)
    taken = Retraction.objects.filter(entry__subject__in=reviews.values("review"))
    for review in reviews.exclude(review__in=taken.values("entry__subject")).order_by("review_on"):
        yield _("Open: review"), review_words(review, now.date())
    for call in contacted.open_calls(contacted.standing(contacted.contacts([patient.pk]))):
        yield _("Open: call back"), call_words(call)


def _elsewhere_words(others: int) -> str:
    return ngettext(
        "That clinic has %(count)s other record of the same person. Nothing of it comes with this "
        "one: ask them for it.",
        "That clinic has %(count)s other records of the same person. Nothing of them comes with "
        "this one: ask them for it.",
        others,
    ) % {"count": f"{others:,}"}


def over_words(offer: Transfer) -> str:
    """Why an offer waits no longer, by whom and when; "" for one that waits."""
    line = Entry.objects.filter(subject=offer.transfer).select_related("clinic")
    ended = line.exclude(pk=offer.pk).order_by("number").last()
    if ended is None:
        return ""
    if ended.kind == Retraction.KIND:
        words = _("The offer was taken back by %(name)s, %(when)s.")
    elif ended.transfer.event == TransferEvent.DECLINED:
        words = _("The offer was declined by %(name)s, %(when)s.")
    else:
        words = _("The offer was accepted by %(name)s, %(when)s.")
    return words % _said_of(ended)


def alike_here(offer: Transfer) -> list[UUID]:
    """Patients of the clinic that it was made to who may be the same person."""
    version = offer.patient.versions.newest().get()
    return search.alike(offer.to, version.identity) if not version.is_erased else []
