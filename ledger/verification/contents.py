"""Records as a verification reads them: a run of entry numbers at a time, parts included."""

import functools
from collections.abc import Iterator
from typing import Any, Protocol
from uuid import UUID

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext as _

from access.models import Clinic
from ledger import canonical
from ledger.models import Record
from ledger.verification.findings import Damage

MOST_KEPT = 10_000

UNREADABLE_VALUES = (ValueError, TypeError, ArithmeticError)
"""What reading raises for a value that no field of ours could have written, such as half a uuid."""


class Header(Protocol):
    """What of an entry its record has to fit."""

    form: str
    content_digest: str


class Reader:
    """Reads the records of one clinic; equal parts, of which there are many, are made once."""

    def __init__(self, clinic: Clinic) -> None:
        self.clinic = clinic
        self._made: dict[tuple, models.Model] = {}

    def records(self, model: type[Record], first: int, last: int) -> dict[UUID, Record]:
        """The records of one kind whose entries have these numbers, by key, with their parts."""
        run = {"entry__clinic": self.clinic, "entry__number__range": (first, last)}
        agrees = {
            f"agrees_{name}": Q(**{f"entry__{name}": F(way)}) for name, way in model.AGREES.items()
        }
        records = {r.pk: r for r in model._base_manager.filter(**run).annotate(**agrees)}
        for attribute, relation in model.PARTS.items():
            for record in records.values():
                setattr(record, attribute, [])
            for parent, part in self._parts(model, relation, run):
                if (owner := records.get(parent)) is not None:
                    getattr(owner, attribute).append(part)
        return records

    def _parts(
        self, model: type[Record], relation: str, run: dict[str, Any]
    ) -> Iterator[tuple[UUID, models.Model]]:
        part, parent, columns = _part(model, relation)
        of_run = {f"{parent.name}__{key}": value for key, value in run.items()}
        rows = part._base_manager.filter(**of_run).order_by("position")
        for key, *values in rows.values_list(parent.attname, *columns):
            yield key, self._make(part, columns, tuple(values))

    def _make(self, part: type[models.Model], columns: list[str], values: tuple) -> models.Model:
        try:
            made = self._made.get((part, values))
        except TypeError:  # a list among the values: such a part is made each time
            return part(**dict(zip(columns, values, strict=True)))
        if made is None:
            if len(self._made) >= MOST_KEPT:
                self._made.clear()
            made = self._made[part, values] = part(**dict(zip(columns, values, strict=True)))
        return made


@functools.cache
def _part(
    model: type[Record], relation: str
) -> tuple[type[models.Model], models.ForeignKey, list[str]]:
    """The table of a record's parts, its field that names the record, and its other columns."""
    parent: Any = model._meta.get_field(relation).field  # type: ignore[union-attr]
    part = parent.model
    fields = [f for f in part._meta.concrete_fields if not f.primary_key and f is not parent]
    return part, parent, [f.attname for f in fields]


def problems(record: Record, header: Header) -> Iterator[tuple[Damage, str]]:
    """What of a record is not as it was written: the damage, and a sentence on it."""
    if header.form != record.FORM:
        says = _("its form “%(form)s” is none that this version reads.") % {"form": header.form}
        yield Damage.UNREADABLE, says
        return
    try:
        yield from _digests(record, header)
    except UNREADABLE_VALUES:
        yield Damage.UNREADABLE, _("its record holds a value that nothing here could have written.")
    for name in record.AGREES:
        if not getattr(record, f"agrees_{name}"):  # nothing at all where a row on the way is gone
            says = _("its record is filed under another %(column)s than the entry says.")
            yield Damage.MISFILED, says % {"column": name}


def _digests(record: Record, header: Header) -> Iterator[tuple[Damage, str]]:
    text = record.sealed_content()
    has_text = any(value not in (None, "", []) for value in text.values())
    stored = record.sealed
    if record.salt is None:  # erased, or there never was a text
        is_text_whole = not has_text
    else:
        is_text_whole = stored == canonical.sealed_digest(record.salt, text)
    if not is_text_whole:
        yield Damage.EDITED_TEXT, _("its identity or free text (sealed content) was changed.")
    if record.content_digest() == header.content_digest and _in_order(record):
        return
    if record.salt is not None and not is_text_whole:
        record.sealed = canonical.sealed_digest(record.salt, text)
        is_seal_alone = record.content_digest() == header.content_digest
        record.sealed = stored
        if is_seal_alone:  # the text is as written, and what was changed is the digest kept over it
            return
    yield Damage.EDITED_CONTENT, _("its plain content (dates, amounts, codes) was changed.")


def _in_order(record: Record) -> bool:
    """Whether the parts stand in places 0, 1, 2 and so on."""
    return all(
        [part.position for part in getattr(record, attribute)] == list(range(len(parts)))
        for attribute in record.PARTS
        if (parts := getattr(record, attribute))
    )


def is_erased(record: Record) -> bool:
    """Whether a text of the record is gone, as an erasure leaves it.

    With its salt there, a text that is gone is found by its digest.
    """
    if record.salt is not None:
        return False
    if record.sealed is not None:
        return True
    rows: list[Any] = [part for name in record.PARTS for part in getattr(record, name)]
    return any(
        getattr(row, column) is None
        for row in [record, *rows]
        for column in row.ERASABLE
        if column != "salt"
    )
