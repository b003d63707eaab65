"""FHIR R4 as others read it: the Bundle checked against its structure and its value sets.

fhir.resources checks structure (of R4B, whose resources used here are those of R4) and accepts any
word as a code: the required bindings that we use are typed here by hand, from hl7.org/fhir/R4.
"""

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from fhir.resources.R4B import get_fhir_model_class

from titration.fhir import BASE

REQUEST = {
    *("active", "on-hold", "cancelled", "completed", "entered-in-error", "stopped", "draft"),
    "unknown",
}
EVENT = {
    *("preparation", "in-progress", "not-done", "on-hold", "stopped", "completed"),
    *("entered-in-error", "unknown"),
}
WHEN = {
    *("MORN", "MORN.early", "MORN.late", "NOON", "AFT", "AFT.early", "AFT.late", "EVE"),
    *("EVE.early", "EVE.late", "NIGHT", "PHS", "HS", "WAKE", "C", "CM", "CD", "CV", "AC", "ACM"),
    *("ACD", "ACV", "PC", "PCM", "PCD", "PCV"),
}
PERIOD_UNITS = {"s", "min", "h", "d", "wk", "mo", "a"}
WEEKDAYS = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"}

REQUIRED = {
    "Bundle.type": {"document", "message", "transaction", "batch", "history", "collection"},
    "Patient.link.type": {"replaced-by", "replaces", "refer", "seealso"},
    "Patient.gender": {"male", "female", "other", "unknown"},
    "Patient.telecom.system": {"phone", "fax", "email", "pager", "url", "sms", "other"},
    "Organization.telecom.system": {"phone", "fax", "email", "pager", "url", "sms", "other"},
    "Medication.status": {"active", "inactive", "entered-in-error"},
    "MedicationRequest.status": REQUEST,
    "MedicationRequest.intent": {
        *("proposal", "plan", "order", "original-order", "reflex-order", "filler-order"),
        *("instance-order", "option"),
    },
    "MedicationRequest.dosageInstruction.timing.repeat.when": WHEN,
    "MedicationRequest.dosageInstruction.timing.repeat.periodUnit": PERIOD_UNITS,
    "MedicationRequest.dosageInstruction.timing.repeat.dayOfWeek": WEEKDAYS,
    "Procedure.extension.valueDosage.timing.repeat.when": WHEN,
    "Procedure.extension.valueDosage.timing.repeat.periodUnit": PERIOD_UNITS,
    "Procedure.extension.valueDosage.timing.repeat.dayOfWeek": WEEKDAYS,
    "MedicationStatement.status": {
        *("active", "completed", "entered-in-error", "intended", "stopped", "on-hold", "unknown"),
        "not-taken",
    },
    "MedicationAdministration.status": EVENT - {"preparation"},
    "Procedure.status": EVENT,
    "Communication.status": EVENT,
    "Observation.status": {
        *("registered", "preliminary", "final", "amended", "corrected", "cancelled"),
        *("entered-in-error", "unknown"),
    },
    "Task.status": {
        *("draft", "requested", "received", "accepted", "rejected", "ready", "cancelled"),
        *("in-progress", "on-hold", "failed", "completed", "entered-in-error"),
    },
    "Task.intent": {
        *("unknown", "proposal", "plan", "order", "original-order", "reflex-order"),
        *("filler-order", "instance-order", "option"),
    },
    "List.status": {"current", "retired", "entered-in-error"},
    "List.mode": {"working", "snapshot", "changes"},
    "AllergyIntolerance.reaction.severity": {"mild", "moderate", "severe"},
    "Provenance.entity.role": {"derivation", "revision", "quotation", "source", "removal"},
}
"""By path: the codes of a required binding."""

CODE_NAMES = {path.rsplit(".", 1)[-1] for path in REQUIRED} - {"type", "system"}

SYSTEMS = {
    "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical": {
        *("active", "inactive", "resolved"),
    },
    "http://terminology.hl7.org/CodeSystem/condition-clinical": {
        *("active", "recurrence", "relapse", "inactive", "remission", "resolved"),
    },
    "http://terminology.hl7.org/CodeSystem/list-empty-reason": {
        *("nilknown", "notasked", "withheld", "unavailable", "notstarted", "closed"),
    },
    "http://terminology.hl7.org/CodeSystem/provenance-participant-type": {
        *("enterer", "performer", "author", "verifier", "legal", "attester", "informant"),
        *("custodian", "assembler", "composer"),
    },
    "http://terminology.hl7.org/CodeSystem/v3-DataOperation": {
        *("CREATE", "DELETE", "EXECUTE", "READ", "UPDATE", "APPEND", "ABORT", "NULLIFY"),
    },
    "http://terminology.hl7.org/CodeSystem/v3-ParticipationMode": {
        *("ELECTRONIC", "PHYSICAL", "VERBAL", "DICTATE", "FACE", "PHONE", "WRITTEN", "MAILWRIT"),
    },
    "http://terminology.hl7.org/CodeSystem/v3-ActReason": {"HTEST"},
}
"""By address: codes of HL7's own lists."""

ABSENT = {"masked", "unknown"}


def read(file: bytes | str) -> Any:
    """The JSON with every figure as it is written."""
    return json.loads(file, parse_float=Decimal)


def leaves(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Every value that is no object and no list, by its path."""
    if isinstance(value, dict):
        for name, part in value.items():
            yield from leaves(part, f"{path}.{name}")
    elif isinstance(value, list):
        for part in value:
            yield from leaves(part, path)
    else:
        yield path, value


def objects(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for part in value:
            yield from objects(part)


def resources(bundle: dict[str, Any], kind: str = "") -> list[dict[str, Any]]:
    found = [entry["resource"] for entry in bundle["entry"]]
    return [each for each in found if not kind or each["resourceType"] == kind]


def check(file: bytes | str) -> dict[str, Any]:
    """The Bundle, which is whole: structure, codes, identities, references."""
    get_fhir_model_class("Bundle").model_validate_json(file)
    bundle = read(file)
    check_codes(bundle, "Bundle")
    for resource in resources(bundle):
        check_codes(resource, resource["resourceType"])
    check_references(bundle)
    return bundle


def check_codes(resource: dict[str, Any], kind: str) -> None:
    for path, value in leaves({k: v for k, v in resource.items() if k != "entry"}, kind):
        name = path.rsplit(".", 1)[-1]
        if path in REQUIRED:
            assert value in REQUIRED[path], (path, value)
        else:
            assert name not in CODE_NAMES, f"{path} is a code that no table holds"
    for found in objects(resource):
        system, code = found.get("system", ""), found.get("code")
        if code is not None and "hl7.org" in system:
            assert code in SYSTEMS[system], (system, code)
        if "extension" in found:
            for extension in found["extension"]:
                url = extension["url"]
                is_ours = url.startswith(BASE) or "/" not in url
                assert is_ours or extension["valueCode"] in ABSENT, url
        assert all(value not in ("", [], {}) for value in found.values()), found


def check_references(bundle: dict[str, Any]) -> None:
    """Each resource once, at an address that agrees with it, and every reference among them."""
    addresses = [entry["fullUrl"] for entry in bundle["entry"]]
    assert len(set(addresses)) == len(addresses)
    keys = {f"{each['resourceType']}/{each['id']}" for each in resources(bundle)}
    assert {f"{BASE}/{key}" for key in keys} == set(addresses)
    named = {found["reference"] for found in objects(bundle) if "reference" in found}
    assert named <= keys


def extension(found: dict[str, Any], name: str) -> Any:
    """The value of an extension of ours; of one made of others, those by name; None for none."""
    for each in found.get("extension", ()):
        if each["url"] == f"{BASE}/StructureDefinition/{name}":
            inner = each.get("extension")
            if inner is None:
                return next(v for k, v in each.items() if k.startswith("value"))
            return {part["url"]: part for part in inner}
    return None
