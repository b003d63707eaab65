"""Of whom a Bundle is: what its Patient says, as it is written there, and nothing put right."""

from collections.abc import Iterator
from typing import Any

from titration.fhir import NHS_NUMBER
from titration.importing.fhir.found import name_of
from titration.importing.fhir.nodes import Json
from titration.importing.shape import PersonSaid


def person_in(patient: Json) -> PersonSaid:
    """What a Patient says; of several names or telephone numbers the first."""
    name = next(_objects(patient.get("name")), {})
    numbers = [
        (_text(each.get("system")), _text(each.get("value")))
        for each in _objects(patient.get("identifier"))
    ]
    nhs = [value for system, value in numbers if system == NHS_NUMBER and value]
    telephones = [
        _text(each.get("value"))
        for each in _objects(patient.get("telecom"))
        if each.get("system") == "phone"
    ]
    return PersonSaid(
        identity=_text(patient.get("id")),
        name=name_of(patient),
        family_name=_text(name.get("family")),
        given_names=_joined(name.get("given")),
        title=_joined(name.get("prefix")),
        born=_text(patient.get("birthDate")),
        gender=_text(patient.get("gender")),
        nhs_number=next(iter(nhs), ""),
        telephone=next(iter(telephones), ""),
        died=_died(patient),
        numbers=tuple(pair for pair in numbers if pair[0] != NHS_NUMBER and pair[1]),
    )


def _died(patient: Json) -> str:
    is_dead = patient.get("deceasedBoolean") is True
    return _text(patient.get("deceasedDateTime")) or ("true" if is_dead else "")


def _objects(value: Any) -> Iterator[Json]:
    return (each for each in (value if isinstance(value, list) else []) if isinstance(each, dict))


def _joined(value: Any) -> str:
    return " ".join(filter(None, map(_text, value if isinstance(value, list) else [])))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
