"""One clinic's chain, walked from its first entry to its last in constant memory."""

from collections import defaultdict, namedtuple
from collections.abc import Collection, Iterable, Iterator
from itertools import islice
from typing import Any
from uuid import UUID

from django.db.models import Max, Q
from django.utils.translation import gettext as _

from access.models import Clinic
from ledger import canonical
from ledger.checkpoints import Note
from ledger.models import Entry, Erasure, Head, Record
from ledger.verification.contents import UNREADABLE_VALUES, Reader, is_erased, problems
from ledger.verification.findings import Damage, Finding, Tell, ignore
from ledger.writing import record_model

AT_ONCE = 2000
MOST_COMPARED = 200
"""How many damaged entries are held to the end, to see whether they changed places."""

NO_NUMBER = -1

Row = namedtuple("Row", ["id", *Entry.HEADER.values(), "digest"])  # type: ignore[misc]


class Chain:
    """The walk along one clinic's chain; what the last entries were, and what is still open."""

    def __init__(self, clinic: Clinic, notes: Iterable[Note] = (), tell: Tell = ignore) -> None:
        self.clinic = clinic
        self.tell = tell
        self.reader = Reader(clinic)
        self.notes = sorted(notes, key=lambda note: note.size)
        self.head: Head | None = None
        self.last: Any = None
        self.number = 0
        self.is_sound = True
        self.tips: set[str] | None = {canonical.NO_ENTRY}
        self.before: set[str] | None = None
        self.lookups = MOST_COMPARED
        self.gaps: list[int] = []
        self.misnumbered: list[Any] = []
        self.exchanged: list[tuple[Any, str]] = []

    def findings(self) -> Iterator[Finding]:
        """Everything that is not as it was written, in the order in which it comes to light."""
        for rows in self._batches():
            for row in rows:
                yield from self._entry(row)
            yield from self._records(rows)
            self.tell(len(rows))
        yield from self._moved()
        yield from self._end()
        yield from self._checkpoints()

    def stopped(self) -> str:
        """Says how far the walk came, where it could not go on."""
        says = _("the walk stopped after entry %(number)s: what comes next cannot be read.")
        return says % {"number": f"{self.number:,}"}

    def _batches(self) -> Iterator[list[Any]]:
        after: tuple[int, UUID | None] = (NO_NUMBER, None)
        while True:
            # The head first: every entry that it counts was committed before, and is read below.
            self.head = Head.objects.filter(clinic=self.clinic).first()
            rows = self._rows(*after)
            if not rows:
                return
            yield rows
            after = rows[-1].number, rows[-1].id

    def _rows(self, number: int, key: UUID | None) -> list[Any]:
        later = Q(number__gt=number)
        if key is not None:  # two entries of one number may lie on both sides of a batch's end
            later |= Q(number=number, id__gt=key)
        entries = Entry.objects.filter(later, clinic=self.clinic, number__gte=number)
        ordered = entries.order_by("number", "id")
        try:
            return [Row._make(row) for row in ordered.values_list(*Row._fields)[:AT_ONCE]]
        except UNREADABLE_VALUES:
            numbers = list(ordered.values_list("number", flat=True)[:AT_ONCE])
            return [row for number in dict.fromkeys(numbers) for row in self._rows_of(number)]

    def _rows_of(self, number: int) -> list[Any]:
        """The entries of one number; a bare number where a column holds what no uuid can be."""
        entries = Entry.objects.filter(clinic=self.clinic, number=number)
        try:
            return [Row._make(row) for row in entries.values_list(*Row._fields)]
        except UNREADABLE_VALUES:
            return [Row(**{**dict.fromkeys(Row._fields), "number": number, "kind": ""})]

    def _finding(self, damage: Damage, row: Any, says: str) -> Finding:
        return Finding(damage, says, self.clinic, row.number, row.kind)

    # The entries: numbers, header digests, links, times.

    def _entry(self, row: Any) -> Iterator[Finding]:
        yield from self._place(row)
        was_sound, self.is_sound = self.is_sound, self._is_sound(row, row.number)
        if not self.is_sound:
            if len(self.misnumbered) < MOST_COMPARED:
                self.misnumbered.append(row)
            else:
                yield self._edited(row)
        elif was_sound:
            if self.before is not None and row.previous_digest not in self.before:
                yield self._unlinked(row)
            if self.last is not None and row.recorded_at < self.last.recorded_at:
                says = _("it was recorded earlier than the entry before it.")
                yield self._finding(Damage.TIME, row, says)
        self.last = row

    def _place(self, row: Any) -> Iterator[Finding]:
        """Numbers without gap or repeat; keeps which digests the entry may follow."""
        if row.number == self.number + 1:
            self.before, self.tips = self.tips, {row.digest}
        elif row.number <= self.number:
            says = _("another entry has this number: the chain forks here.")
            yield self._finding(Damage.FORKED, row, says)
            if self.tips is not None:
                self.tips.add(row.digest)
        else:
            first, last = self.number + 1, row.number - 1
            self.gaps += islice(range(first, last + 1), MOST_COMPARED - len(self.gaps))
            yield Finding(Damage.MISSING, self._missing_words(first, last), self.clinic)
            self.before, self.tips = None, {row.digest}
        self.number = row.number

    def _missing_words(self, first: int, last: int) -> str:
        said = {"first": f"{first:,}", "last": f"{last:,}"}
        if first == last:
            if first == 1:
                return _("entry %(first)s, the first of all, is missing.") % said
            return _("entry %(first)s is missing.") % said
        if first == 1:
            return _("entries %(first)s to %(last)s, the first of all, are missing.") % said
        return _("entries %(first)s to %(last)s are missing.") % said

    def _is_sound(self, row: Any, number: int) -> bool:
        """Whether the entry's digest fits its header, had it this number."""
        columns = dict(zip(Entry.HEADER, row[1:-1], strict=True))
        header = {"clinic": self.clinic.uuid, **columns, "number": number}
        return canonical.digest("entry/1", header) == row.digest

    def _edited(self, row: Any) -> Finding:
        says = _("its header (who, when, for whom, after what) was changed.")
        return self._finding(Damage.EDITED_HEADER, row, says)

    def _unlinked(self, row: Any) -> Finding:
        """The link is broken although both entries are whole: a fork, or another entry before."""
        if row.previous_digest == canonical.NO_ENTRY:
            says = _("it stands as the first of a chain: the chain forks there.")
            return self._finding(Damage.FORKED, row, says)
        followed = None
        if self.lookups:
            self.lookups -= 1
            same = Entry.objects.filter(clinic=self.clinic, digest=row.previous_digest)
            followed = same.values_list("number", flat=True).first()
        if followed is None:
            says = _("it follows an entry that is not here: what stood before it was replaced.")
            return self._finding(Damage.UNLINKED, row, says)
        says = _("it follows entry %(number)s, as another does: the chain forks there.")
        return self._finding(Damage.FORKED, row, says % {"number": f"{followed:,}"})

    def _moved(self) -> Iterator[Finding]:
        """Damaged entries whose digest fits another place changed places with what stood there."""
        places = [*(row.number for row in self.misnumbered), *self.gaps]
        for row in self.misnumbered:
            others = (number for number in places if number != row.number)
            was = next((number for number in others if self._is_sound(row, number)), None)
            yield self._edited(row) if was is None else self._swapped(row, was)
        digests = {row.content_digest: row.number for row, _digest in self.exchanged}
        for row, digest in self.exchanged:
            if digest in digests:
                says = _("its record is that of entry %(number)s: the two changed places.")
                says %= {"number": f"{digests[digest]:,}"}
                yield self._finding(Damage.SWAPPED, row, says)
            else:
                says = _("its plain content (dates, amounts, codes) was changed.")
                yield self._finding(Damage.EDITED_CONTENT, row, says)

    def _swapped(self, row: Any, was: int) -> Finding:
        says = _("it was written as entry %(number)s: entries changed places.")
        return self._finding(Damage.SWAPPED, row, says % {"number": f"{was:,}"})

    # The records: what the entries say was added.

    def _records(self, rows: list[Any]) -> Iterator[Finding]:
        by_kind: dict[str, list[Any]] = defaultdict(list)
        for row in rows:
            if row.id is not None:
                by_kind[row.kind].append(row)
        erased: list[Any] = []
        for kind, entries in by_kind.items():
            try:
                model = record_model(kind)
            except LookupError:
                says = _("no table of this version holds records of its kind.")
                yield from (self._finding(Damage.UNREADABLE, row, says) for row in entries)
                continue
            yield from self._records_of(model, entries, erased)
        yield from self._without_erasure(erased)
        yield from self._superseding([row for row in rows if row.supersedes_id])

    def _records_of(
        self, model: type[Record], rows: list[Any], erased: list[Any]
    ) -> Iterator[Finding]:
        try:
            records = self.reader.records(model, rows[0].number, rows[-1].number)
        except UNREADABLE_VALUES:
            records = {}  # each by itself below
        for row in rows:
            record = records.get(row.id)
            if record is None or any(problems(record, row)):
                # Again by itself: what was erased between two queries is no damage.
                try:
                    record = self.reader.records(model, row.number, row.number).get(row.id)
                except UNREADABLE_VALUES:
                    says = _("its record holds a value that nothing here could have written.")
                    yield self._finding(Damage.UNREADABLE, row, says)
                    continue
                yield from self._damaged(record, row)
            if record is not None and is_erased(record):
                erased.append(row)

    def _damaged(self, record: Record | None, row: Any) -> Iterator[Finding]:
        if record is None:
            yield self._finding(Damage.NO_RECORD, row, _("its record is missing."))
            return
        found = list(problems(record, row))
        is_content = any(damage == Damage.EDITED_CONTENT for damage, _says in found)
        if is_content and len(self.exchanged) < MOST_COMPARED:
            self.exchanged.append((row, record.content_digest()))
            found = [(damage, says) for damage, says in found if damage == Damage.EDITED_TEXT]
        yield from (self._finding(damage, row, says) for damage, says in found)

    def _without_erasure(self, rows: list[Any]) -> Iterator[Finding]:
        """Texts that are gone, where no erasure of the patient was recorded afterwards."""
        patients = {row.patient for row in rows if row.patient is not None}
        erasures = Entry.objects.filter(clinic=self.clinic, kind=Erasure.KIND, subject__in=patients)
        newest = dict(erasures.values_list("subject").annotate(Max("number")).order_by())
        for row in rows:
            if newest.get(row.patient, NO_NUMBER) < row.number:
                says = _("its text is gone, and no erasure of this patient was recorded.")
                yield self._finding(Damage.ERASED, row, says)

    def _superseding(self, rows: Collection[Any]) -> Iterator[Finding]:
        keys = [row.supersedes_id for row in rows]
        columns = ("id", "clinic", "kind", "subject", "number")
        entries = Entry.objects.filter(pk__in=keys).values_list(*columns)
        found = {key: tuple(values) for key, *values in entries}
        for row in rows:
            clinic, kind, subject, number = found.get(row.supersedes_id, (None, "", None, 0))
            same = (clinic, kind, subject) == (self.clinic.pk, row.kind, row.subject)
            if not same or number >= row.number:
                says = _("what it supersedes is no earlier entry of the same kind and identity.")
                yield self._finding(Damage.SUPERSEDES, row, says)

    # The end: the head's row, and what was signed.

    def _end(self) -> Iterator[Finding]:
        last, head = self.number, self.head
        if head is None:
            if self.last is not None:
                says = _("the row that names the newest entry is missing.")
                yield Finding(Damage.HEAD, says, self.clinic)
        elif head.number > last:
            says = _(
                "the end is missing: %(count)s entries were counted, the last here is %(last)s."
            )
            says %= {"count": f"{head.number:,}", "last": f"{last:,}"}
            yield Finding(Damage.TRUNCATED, says, self.clinic)
        elif head.number < last:
            says = _("entry %(number)s is named as the newest, but entry %(last)s is.")
            says %= {"number": f"{head.number:,}", "last": f"{last:,}"}
            yield Finding(Damage.HEAD, says, self.clinic)
        elif self.last is not None and not self._is_head(head):
            says = _("the row that names the newest entry does not fit that entry.")
            yield Finding(Damage.HEAD, says, self.clinic)

    def _is_head(self, head: Head) -> bool:
        times = {head.recorded_at, self.last.recorded_at} if self.is_sound else set()
        return self.tips is not None and head.digest in self.tips and len(times) < 2

    def _checkpoints(self) -> Iterator[Finding]:
        for note in self.notes:
            said = {"size": f"{note.size:,}", "at": note.at, "last": f"{self.number:,}"}
            if note.size > self.number:
                says = _(
                    "the checkpoint of %(at)s knew %(size)s entries, the last here is %(last)s: "
                    "%(missing)s are missing. The end was cut off, or an older copy was restored."
                )
                said["missing"] = f"{note.size - self.number:,}"
                yield Finding(Damage.STALE, says % said, self.clinic)
            elif note.size and not self._has(note):
                says = _(
                    "entry %(size)s is not the one that the checkpoint of %(at)s signed: the "
                    "record was written anew since."
                )
                yield Finding(Damage.REWRITTEN, says % said, self.clinic)

    def _has(self, note: Note) -> bool:
        same = {"clinic": self.clinic, "number": note.size, "digest": note.head}
        return Entry.objects.filter(**same).exists()
