"""The seals of access events and acts of administration, and what they cover."""

from collections.abc import Iterator, Sequence

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ledger import canonical
from ledger.checkpoints import Note
from ledger.models import AccessSeal
from ledger.sealing import AT_ONCE, SORTS, ahead, batch_digest
from ledger.verification.contents import UNREADABLE_VALUES
from ledger.verification.findings import Damage, Finding, Tell, ignore
from ledger.verification.ruins import to_the_end


def access(notes: Sequence[Note] = (), tell: Tell = ignore) -> Iterator[Finding]:
    """What is wrong with the seals, and with the events and the acts that they cover."""
    for part in (_seals(notes, tell), _ahead()):
        yield from to_the_end(part, _stopped)


def _stopped() -> str:
    return _("the access events or their seals could not be read to the end.")


def _seals(notes: Sequence[Note], tell: Tell) -> Iterator[Finding]:
    digest, number = canonical.NO_ENTRY, 0
    last: dict[bool, int | None] = dict.fromkeys(SORTS)
    is_unknown = dict.fromkeys(SORTS, False)
    heads = {}
    wanted = {note.size for note in notes}
    for sealed in AccessSeal.objects.order_by("number").iterator(chunk_size=AT_ONCE):
        said = {"number": f"{sealed.number:,}"}
        if sealed.made_digest() != sealed.digest:
            yield Finding(Damage.SEAL, _("seal %(number)s was changed.") % said)
        elif sealed.number != number + 1:
            says = _("the seals before seal %(number)s are missing.")
            yield Finding(Damage.SEAL, says % said)
            is_unknown = dict.fromkeys(SORTS, True)
        elif sealed.previous_digest != digest:
            says = _("seal %(number)s does not follow the one before it.")
            yield Finding(Damage.SEAL, says % said)
        sort = sealed.is_of_acts
        after = sealed.first_event - 1 if is_unknown[sort] else last[sort]
        yield from _batch(sealed, after)
        last[sort], is_unknown[sort] = sealed.last_event, False
        digest, number = sealed.digest, sealed.number
        if number in wanted:
            heads[number] = digest
        tell(sealed.count)
    yield from _checkpoints(notes, heads, number)


def _batch(sealed: AccessSeal, after: int | None) -> Iterator[Finding]:
    try:
        count, digest = batch_digest(SORTS[sealed.is_of_acts], after, sealed.last_event)
    except UNREADABLE_VALUES:
        count, digest = sealed.count, ""
    if (count, digest) == (sealed.count, sealed.events_digest):
        return
    said = {
        "first": f"{sealed.first_event:,}",
        "last": f"{sealed.last_event:,}",
        "sealed": f"{sealed.count:,}",
        "count": f"{count:,}",
    }
    differs = (count > sealed.count) - (count < sealed.count)
    damage, says = (OF_ACTS if sealed.is_of_acts else OF_EVENTS)[differs]
    yield Finding(damage, str(says) % said)


FEWER, AS_MANY, MORE = -1, 0, 1

OF_EVENTS = {
    FEWER: (
        Damage.ACCESS_MISSING,
        gettext_lazy(
            "access events %(first)s to %(last)s: %(sealed)s were sealed, %(count)s are here: "
            "some were deleted."
        ),
    ),
    AS_MANY: (
        Damage.ACCESS_EDITED,
        gettext_lazy(
            "access events %(first)s to %(last)s: one of them, or its patients, was changed."
        ),
    ),
    MORE: (
        Damage.ACCESS_ADDED,
        gettext_lazy(
            "access events %(first)s to %(last)s: %(sealed)s were sealed, %(count)s are here: "
            "some were put in later, or came more than five minutes late."
        ),
    ),
}
OF_ACTS = {
    FEWER: (
        Damage.ACTS_MISSING,
        gettext_lazy(
            "acts of administration %(first)s to %(last)s: %(sealed)s were sealed, %(count)s are "
            "here: some were deleted."
        ),
    ),
    AS_MANY: (
        Damage.ACTS_EDITED,
        gettext_lazy("acts of administration %(first)s to %(last)s: one of them was changed."),
    ),
    MORE: (
        Damage.ACTS_ADDED,
        gettext_lazy(
            "acts of administration %(first)s to %(last)s: %(sealed)s were sealed, %(count)s are "
            "here: some were put in later, or came more than five minutes late."
        ),
    ),
}


def _ahead() -> Iterator[Finding]:
    keys = ahead(timezone.now()).order_by("id").values_list("id", flat=True)
    for key in keys.iterator(chunk_size=AT_ONCE):
        says = _("access event %(key)s bears a time that has not come.")
        yield Finding(Damage.ACCESS_AHEAD, says % {"key": f"{key:,}"})


def _checkpoints(notes: Sequence[Note], heads: dict[int, str], last: int) -> Iterator[Finding]:
    for note in notes:
        said = {"size": f"{note.size:,}", "at": note.at, "last": f"{last:,}"}
        if note.size > last:
            says = _(
                "the checkpoint of %(at)s knew %(size)s seals, the last here is %(last)s: the end "
                "was cut off, or an older copy was restored."
            )
            yield Finding(Damage.STALE, says % said)
        elif note.size and heads.get(note.size) != note.head:
            says = _(
                "seal %(size)s is not the one that the checkpoint of %(at)s signed: the seals were "
                "written anew since."
            )
            yield Finding(Damage.REWRITTEN, says % said)
