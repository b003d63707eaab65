"""The parts of which FHIR R4 resources are made, also those of our own terms.

docs/fhir.md says what each extension, code list and identifier of ours means. What is empty is left
out; what was erased stands as masked.
"""

from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from titration import dosing, wording
from titration.dosing import Amount
from titration.fhir import ABSENT, BASE, UCUM, own, system

Json = dict[str, Any]


def filled(parts: Mapping[str, Any]) -> Json:
    """These parts without the empty ones, which FHIR has no place for. False and 0 are values."""
    return {name: value for name, value in parts.items() if not _is_empty(value)}


def _is_empty(value: Any) -> bool:
    return value is None or (isinstance(value, str | list | dict) and not value)


MASKED: Json = {"extension": [{"url": ABSENT, "valueCode": "masked"}]}
"""What stands beside an element whose text was erased."""


def typed(name: str, text: Any) -> Json:
    """An element with what was typed: nothing for "", masked where it was erased (None)."""
    return {f"_{name}": MASKED} if text is None else filled({name: text})


def extension(name: str, value: Any, kind: str = "") -> list[Json]:
    """An extension of ours in a list, none for an empty value.

    `kind` names the type where the value does not tell it: "Code", "Dosage", "PositiveInt". A text
    that was erased is given as None with a kind.
    """
    if value is None and kind == "String":
        return [{"url": own(name), **MASKED}]
    if _is_empty(value):
        return []
    return [{"url": own(name), f"value{kind or _kind(value)}": value}]


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "Boolean"
    if isinstance(value, datetime):
        return "Instant"
    if isinstance(value, date):
        return "Date"
    if isinstance(value, time):
        return "Time"
    if isinstance(value, Decimal):
        return "Decimal"
    if isinstance(value, int):
        return "PositiveInt"
    if isinstance(value, UUID):
        return "Id"
    if isinstance(value, dict):
        return _kind_of_parts(value)
    return "String"


def _kind_of_parts(value: Json) -> str:
    if "numerator" in value:
        return "Ratio"
    if "coding" in value or "text" in value:
        return "CodeableConcept"
    if "reference" in value or "display" in value:
        return "Reference"
    return "Quantity"


def extensions(*found: list[Json]) -> list[Json]:
    """These extensions in one list."""
    return [each for extended in found for each in extended]


def group(name: str, *parts: list[Json]) -> list[Json]:
    """An extension of ours that is made of parts with short names, none where all are empty."""
    inner = [{**part, "url": part["url"].rpartition("/")[2]} for part in extensions(*parts)]
    return [{"url": own(name), "extension": inner}] if inner else []


def coded(listed: str, code: str, label: object = "", text: str | None = "") -> Json:
    """A concept by a code of a list of ours, with its words and what was typed beside it."""
    coding = filled({"system": system(listed), "code": code, "display": str(label)})
    return {"coding": [coding], **typed("text", text)}


def standard(url: str, code: str, label: str = "") -> Json:
    """A concept by a code of a list of FHIR's."""
    return {"coding": [filled({"system": url, "code": code, "display": label})]}


def refer(kind: str, key: UUID | str, display: str = "") -> Json:
    return filled({"reference": f"{kind}/{key}", "display": display})


def identifier(name: str, value: object) -> Json:
    return {"system": f"{BASE}/sid/{name}", "value": str(value)}


def quantity(value: Decimal, unit: str) -> Json:
    """An amount in a unit of dosing.UNITS, in UCUM; the figure is the one that was typed."""
    return {
        "value": value,
        "unit": wording.unit_words(unit, value),
        "system": UCUM,
        "code": dosing.UNITS[unit].ucum,
    }


def hours(count: int) -> Json:
    return {"value": Decimal(count), "unit": "h", "system": UCUM, "code": "h"}


def span(amount: Amount) -> Json:
    """A written range."""
    high = amount.low if amount.high is None else amount.high
    return {"low": quantity(amount.low, amount.unit), "high": quantity(high, amount.unit)}


def per_ml(value: Decimal | None, unit: str) -> Json:
    """A concentration; none where it was not written."""
    if value is None:
        return {}
    return {"numerator": quantity(value, unit), "denominator": quantity(Decimal(1), "mL")}


def notes(*texts: str | None) -> list[Json]:
    """Annotations with what was typed; erased ones are masked, empty ones left out."""
    return [typed("text", text) for text in texts if text != ""]
