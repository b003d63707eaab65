"""What the entries of a patient alone say: added, another standing, other details, erased; context.

Entries that one form made of several topics are a line each.
"""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from access.models import Clinic
from ledger.models import Entry, Erasure, ImportedFile
from patients import wording as people
from patients.models import (
    Arrival,
    ContextConfirmation,
    ContextVersion,
    PatientVersion,
    SamePerson,
    Transfer,
    TransferEvent,
)
from patients.presenters import context
from titration.changes import Changes, Key, PatientChanges
from titration.presenters.changed.line import Line, changed_fields, recorded_cell, stacked
from titration.presenters.changed.observed import observed_line
from titration.presenters.changed.told import contact_line
from titration.presenters.log import quoted, withdrawal_words


def patient_lines(changes: Changes, of: PatientChanges, clinic: Clinic) -> list[Line]:
    """The entries of a patient that are of no regimen, in their order. No query."""
    return list(_lines(changes, of, clinic))


def _lines(changes: Changes, of: PatientChanges, clinic: Clinic) -> Iterator[Line]:
    for key in of.keys:
        if key.kind == Erasure.KIND:
            erasure = changes.erasures[key.entry]
            yield Line(
                numbers=(key.number,),
                what=_("Erased"),
                now=_("The identity and the texts of this person were taken out of the record."),
                decided=str(erasure.get_reason_display()),
                recorded=_by(erasure.entry, clinic),
            )
        elif key.kind == ImportedFile.KIND:
            yield _file(changes.files[key.entry], clinic)
        elif key.kind == ContextConfirmation.KIND:
            yield _confirmed(changes.confirmations[key.entry], clinic)
        elif key.kind == ContextVersion.KIND:
            yield _context(key, of, clinic)
        elif key.kind == Transfer.KIND:
            yield _transfer(changes.transfers[key.entry], clinic)
        elif key.kind == Arrival.KIND:
            yield _arrival(changes.arrivals[key.entry], clinic)
        elif key.entry in changes.withdrawals and key.subject in changes.offers:
            yield _taken_back(changes, key, clinic)
        elif key.subject in changes.links:
            yield _link(changes, key, clinic)
        elif line := contact_line(changes, of.contacts, key, clinic) or observed_line(
            changes, key, clinic
        ):
            yield line
        else:
            yield _version(key, of, clinic)


def _file(file: ImportedFile, clinic: Clinic) -> Line:
    """What it brought in is told where it belongs."""
    count = ngettext("%(count)s row", "%(count)s rows", file.rows) % {"count": f"{file.rows:,}"}
    now = stacked([quoted(file.name), str(file.get_file_format_display()), count])
    recorded = _by(file.entry, clinic)
    return Line((file.entry.number,), _("File imported"), now=now, recorded=recorded)


def _link(changes: Changes, key: Key, clinic: Clinic) -> Line:
    """That another record is of the same person, or that this was withdrawn."""
    link = changes.links[key.subject]
    other = changes.others[link.other_id]
    who = _("a record that was erased") if other.is_erased else people.who_words(other)
    words = _("Same person as %(who)s") % {"who": who}
    if key.kind == SamePerson.KIND:
        what, by = _("Linked to another record"), _by(link.entry, clinic)
        reason = str(link.get_reason_display())
        return Line((key.number,), what, now=words, decided=reason, recorded=by)
    withdrawal = changes.withdrawals[key.entry]
    return Line(
        (key.number,),
        _("Withdrawn as entered in error"),
        before=words,
        recorded=_by(withdrawal.entry, clinic),
        error=withdrawal_words(withdrawal, clinic),
    )


def _transfer(transfer: Transfer, clinic: Clinic) -> Line:
    """An offer to another clinic, or how that clinic answered it."""
    what = {
        TransferEvent.OFFERED: _("Offered to another clinic"),
        TransferEvent.DECLINED: _("The other clinic declined"),
        TransferEvent.ACCEPTED: _("Transferred to another clinic"),
    }[TransferEvent(transfer.event)]
    responsible = _("Responsible: %(name)s") % {"name": transfer.responsible_name}
    return Line(
        (transfer.entry.number,),
        what,
        now=stacked([transfer.to_name, responsible if transfer.responsible_name else ""]),
        decided=quoted(transfer.says),
        recorded=_by(transfer.entry, clinic),
    )


def _taken_back(changes: Changes, key: Key, clinic: Clinic) -> Line:
    withdrawal = changes.withdrawals[key.entry]
    return Line(
        (key.number,),
        _("Offer taken back"),
        before=changes.offers[key.subject].to_name,
        decided=quoted(withdrawal.reason_text),
        recorded=_by(withdrawal.entry, clinic),
    )


def _arrival(arrival: Arrival, clinic: Clinic) -> Line:
    """What came with it is told where it belongs."""
    offered = _("Offered by %(name)s") % {"name": arrival.offered_by_name}
    return Line(
        (arrival.entry.number,),
        _("Came from another clinic"),
        now=stacked([arrival.sender_name, offered]),
        recorded=_by(arrival.entry, clinic),
    )


def _confirmed(confirmation: ContextConfirmation, clinic: Clinic) -> Line:
    version = confirmation.confirms
    what = _("%(topic)s: confirmed unchanged") % {"topic": people.topic_label(version.topic)}
    now = stacked(context.said_of(version))
    number = confirmation.entry.number
    return Line((number,), what, now=now, recorded=_by(confirmation.entry, clinic))


def _context(key: Key, of: PatientChanges, clinic: Clinic) -> Line:
    """A text of a topic beside the one before it."""
    texts = {version.pk: version for version in of.context}
    version = texts[key.entry]
    before = texts.get(version.entry.supersedes_id)
    return Line(
        (key.number,),
        people.topic_label(version.topic),
        before=stacked(context.said(before, version.topic)),
        now=stacked(context.said_of(version)),
        recorded=_by(version.entry, clinic),
    )


def _version(key: Key, of: PatientChanges, clinic: Clinic) -> Line:
    place = next(i for i, each in enumerate(of.versions) if each.pk == key.entry)
    version = of.versions[place]
    recorded = _by(version.entry, clinic)
    if place == 0:
        return Line((key.number,), _("Patient added"), recorded=recorded)
    earlier = of.versions[place - 1]
    before, now = changed_fields(_facts(earlier), _facts(version))
    what = _("Details of the patient changed")
    if earlier.standing != version.standing:
        what = people.standing_words(version.status, version.status_on)
    return Line((key.number,), what, before=before, now=now, recorded=recorded)


def _facts(version: PatientVersion) -> list[tuple[str, str | None]]:
    """(term, description) of what is known; None for what was erased."""
    if version.is_erased:
        return [(_("Status"), people.standing_words(version.status, version.status_on))]
    return [
        (_("Name"), people.name_words(version.family_name, version.given_names, version.title)),
        (_("Born"), people.date_words(version.birth_date) if version.birth_date else None),
        (_("Gender"), people.gender_words(version.gender)),
        (_("NHS No."), people.nhs_words(version.nhs_number)),
        (_("Record No."), version.record_number),
        (_("Telephone"), version.telephone or ""),
        (_("Status"), people.standing_words(version.status, version.status_on)),
    ]


def _by(entry: Entry, clinic: Clinic) -> str:
    return recorded_cell(entry.recorded_by_name, entry.recorded_at, entry.number, clinic)
