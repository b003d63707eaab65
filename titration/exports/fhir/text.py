"""FHIR as JSON text. Python's own encoder would turn figures into floats: here they stay exact.

Source: FHIR R4 JSON; the precision of a decimal is that of the figure that was typed.
"""

import json
from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from titration import dosing


def written(value: Any) -> str:
    """The JSON text of a resource: decimals as typed, dates and times as FHIR writes them."""
    return "".join(_pieces(value))


def _pieces(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from _listed("{}", (_member(name, part) for name, part in value.items()))
    elif isinstance(value, list | tuple):
        yield from _listed("[]", (_pieces(part) for part in value))
    elif isinstance(value, Decimal):
        yield dosing.plain(value)
    elif isinstance(value, datetime):
        yield f'"{value.isoformat()}"'
    elif isinstance(value, time):
        yield f'"{value.isoformat(timespec="seconds")}"'
    elif isinstance(value, date | UUID):
        yield f'"{value}"'
    else:
        yield json.dumps(value, ensure_ascii=False)


def _member(name: str, value: Any) -> Iterator[str]:
    yield f'"{name}":'
    yield from _pieces(value)


def _listed(brackets: str, parts: Iterator[Iterator[str]]) -> Iterator[str]:
    yield brackets[0]
    for place, part in enumerate(parts):
        if place:
            yield ","
        yield from part
    yield brackets[1]
