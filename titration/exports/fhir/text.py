"""FHIR as JSON text. Python's own encoder would turn figures into floats: here they stay exact.

Source: FHIR R4 JSON; the precision of a decimal is that of the figure that was typed.
"""

import json
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from titration import dosing

_encoded = json.JSONEncoder(ensure_ascii=False).encode


def written(value: Any) -> str:
    """The JSON text of a resource: decimals as typed, dates and times as FHIR writes them."""
    if isinstance(value, str):
        return _encoded(value)
    if isinstance(value, dict):
        members = [f'"{name}":{written(part)}' for name, part in value.items()]
        return f"{{{','.join(members)}}}"
    if isinstance(value, list | tuple):
        return f"[{','.join([written(part) for part in value])}]"
    if isinstance(value, Decimal):
        return dosing.plain(value)
    if isinstance(value, datetime):
        return f'"{value.isoformat()}"'
    if isinstance(value, time):
        return f'"{value.isoformat(timespec="seconds")}"'
    if isinstance(value, date | UUID):
        return f'"{value}"'
    return _encoded(value)
