"""Canonical bytes of what a record says, and the digests over them.

Pure: standard library only. The same content gives the same bytes on every engine and machine, for
ever: a change here is a new form of a record ("dose-step/2"), never an edit. Golden vectors in
tests/ledger/test_canonical.py hold it.
"""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from hashlib import sha256
from typing import Any, TypeAlias
from uuid import UUID

Plain: TypeAlias = "bool | int | str | list[Plain] | dict[str, Plain] | None"

PLAIN_TYPES = frozenset({type(None), bool, int, str})

NO_ENTRY = "0" * 64
"""The digest before the first entry of a clinic."""


_encoder = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def plain(value: object) -> Plain:
    """`value` in JSON's own terms: decimals without exponent or trailing zeros, moments in UTC.

    A float has no canonical form, and neither has an object of a kind not listed: TypeError. A
    clock time is whole minutes: ValueError for one with seconds.
    """
    kind = type(value)
    if kind in PLAIN_TYPES:
        return value  # type: ignore[return-value]
    way = WAYS.get(kind) or next(
        (way for base, way in WAYS.items() if isinstance(value, base)), None
    )
    if way is None:
        raise TypeError(f"{kind.__name__} has no canonical form")
    return way(value)


def _decimal(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _moment(value: datetime) -> str:
    if value.tzinfo is None:
        raise TypeError("a moment without a time zone has no canonical form")
    return value.astimezone(UTC).isoformat(timespec="microseconds")


def _clock(value: time) -> str:
    if value.second or value.microsecond:
        raise ValueError("a clock time with seconds has no canonical form")
    return value.isoformat(timespec="minutes")


def _mapping(value: Mapping) -> Plain:
    return {
        str(key): item if type(item) in PLAIN_TYPES else plain(item) for key, item in value.items()
    }


def _items(value: list | tuple) -> Plain:
    return [plain(item) for item in value]


WAYS: dict[type, Callable[[Any], Plain]] = {
    str: lambda value: value,
    int: lambda value: value,
    Decimal: _decimal,
    datetime: _moment,
    date: date.isoformat,
    time: _clock,
    UUID: str,
    Mapping: _mapping,
    dict: _mapping,
    list: _items,
    tuple: _items,
}
"""How each type is written; a subtype as the first that it is of."""


def canonical_bytes(value: object) -> bytes:
    """UTF-8 JSON with sorted keys, no spaces, nothing escaped that need not be."""
    return _encoder.encode(plain(value)).encode()


def digest(label: str, value: object) -> str:
    """SHA-256, as hex, over a label that says what it is and the canonical bytes."""
    return sha256(label.encode() + b"\n" + canonical_bytes(value)).hexdigest()


def sealed_digest(salt: str, value: object) -> str:
    """The salted digest by which identity and free text enter a record's content."""
    return digest(f"sealed/1 {salt}", value)
