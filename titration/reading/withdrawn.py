"""What withdrew the texts of one line, whatever they are of: the entry of their retraction."""

from django.db.models import OuterRef, QuerySet, Subquery

from ledger.models import Entry, Retraction


def withdrawing(line: str) -> QuerySet[Entry]:
    """The entry that withdrew the line of a row, one at most; `line` is the field that names it."""
    return Entry.objects.filter(subject=OuterRef(line), kind=Retraction.KIND)


def withdrawal(line: str) -> Subquery:
    """The number of that entry, whenever it was; NULL where nothing withdrew the line."""
    return Subquery(withdrawing(line).values("number"))


def as_known(withdrawn: int | None, known: int | None) -> int | None:
    """The number of what withdrew a line, where that was known at the entry number `known`."""
    return None if withdrawn is None or (known is not None and withdrawn > known) else withdrawn
