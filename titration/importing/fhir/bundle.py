"""The dose steps of a FHIR R4 Bundle: of our own export, and of what other systems order.

Of a resource a person may decide what decisions.py lists; without that, what is unclear is marked.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from zoneinfo import ZoneInfo

from titration.fhir import IN_ERROR
from titration.importing.fhir.decisions import AUTHORED, HELD, OUT
from titration.importing.fhir.document import open_bundle
from titration.importing.fhir.found import Found
from titration.importing.fhir.nodes import Json, Node, place_of
from titration.importing.fhir.orders import foreign_steps
from titration.importing.fhir.own import own_step
from titration.importing.fhir.people import person_in
from titration.importing.grid import MOST_ROWS, FileProblem
from titration.importing.moments import Days
from titration.importing.shape import FileRead, ReadRow, Tell, silent

_UNUSUAL = re.compile(r"[^A-Za-z0-9.-]")
ORDERS = {"order", "original-order", "reflex-order", "filler-order", "instance-order"}
LEFT_OUT = {IN_ERROR, "cancelled", "draft", "intended", "not-taken"}

# What says nothing of a dose, or is read elsewhere.
BESIDE = (
    *("resourceType", "id", "meta", "text", "language", "implicitRules", "identifier", "contained"),
    *("subject", "encounter", "recorder", "authoredOn", "dateAsserted", "basedOn", "partOf"),
    *("groupIdentifier", "priorPrescription", "supportingInformation", "category", "priority"),
    *("courseOfTherapyType", "insurance", "dispenseRequest", "substitution", "eventHistory"),
    *("performer", "performerType", "reportedBoolean", "reportedReference", "derivedFrom"),
    *("reasonReference", "detectedIssue", "context", "instantiatesUri", "instantiatesCanonical"),
)


def read_bundle(
    content: bytes,
    zone: ZoneInfo,
    decided: Mapping[str, frozenset[str]] | None = None,
    tell: Tell = silent,
) -> FileRead:
    """The steps of a Bundle; `decided` is by resource ("MedicationRequest/<id>") what was decided.

    `tell` is told of each resource. Raises FileProblem for a file that is no whole Bundle of one
    patient.
    """
    bundle = _opened(open_bundle(content), Days(zone), decided or {})
    rows: list[ReadRow] = []
    orders = list(_orders(bundle))
    bundle.beside = _beside(bundle, orders)
    for done, (part, resource) in enumerate(orders, 1):
        tell(done, len(orders))
        rows += _rows(bundle, resource, part)
    if len(rows) > MOST_ROWS:
        raise FileProblem("too_many_rows")
    if not rows and not bundle.decided:
        raise FileProblem("fhir_no_doses")
    person = next((r for r in bundle.resources if r["resourceType"] == "Patient"), None)
    return FileRead(
        tuple(rows),
        left_out=tuple(sorted(bundle.left_out.items())),
        person=person_in(person) if person else None,
    )


def _orders(bundle: Found) -> Iterator[tuple[str, Json]]:
    """What may be an instruction, by its part; of all else is counted that it is left out."""
    parts: Counter[str] = Counter()
    for resource in bundle.resources:
        kind = resource["resourceType"]
        if kind not in ("MedicationRequest", "MedicationStatement"):
            bundle.left_out[kind] += 1
            continue
        part = f"{kind}/{_UNUSUAL.sub('?', str(resource.get('id', '')))[:64]}"
        parts[part] += 1
        yield part if parts[part] == 1 else f"{part}#{parts[part]}", resource


def _beside(bundle: Found, orders: Iterable[tuple[str, Json]]) -> frozenset[str]:
    """Of the active orders of one medicine that have no end, all but the last to begin.

    Whether the next one takes their place, or is taken beside them, is not written.
    """
    begun: dict[str, list[tuple[tuple, str]]] = {}
    for part, resource in orders:
        said = bundle.decided.get(part, frozenset())
        node = Node(resource, part, "", [])
        if resource.get("status") != "active" or OUT in said or _why_left_out(node):
            continue
        steps = [] if _is_ours(node) else foreign_steps(bundle, node, said | {AUTHORED})
        if steps and (last := steps[-1][-1]).kind == "dose":
            begun.setdefault(last.medicine, []).append((last.effective.order, part))
    return frozenset(part for found in begun.values() for _order, part in sorted(found)[:-1])


def _is_ours(node: Node) -> bool:
    return node.value["resourceType"] == "MedicationRequest" and node.has_own("kind")


def _opened(found: Json, days: Days, decided: Mapping[str, frozenset[str]]) -> Found:
    listed = found.get("entry", [])
    entries = [
        entry
        for entry in (listed if isinstance(listed, list) else [])
        if isinstance(entry, dict) and isinstance(entry.get("resource"), dict)
    ]
    resources = [entry["resource"] for entry in entries]
    if not resources or not all(isinstance(r.get("resourceType"), str) for r in resources):
        raise FileProblem("fhir_no_bundle")
    bundle = Found(resources, days, decided)
    for entry in entries:
        resource = entry["resource"]
        bundle.by_address[f"{resource['resourceType']}/{resource.get('id')}"] = resource
        bundle.by_address[str(entry.get("fullUrl"))] = resource
    subjects = {
        reference["reference"]
        for each in resources
        for reference in (each.get("subject"), each.get("patient"))
        if isinstance(reference, dict) and isinstance(reference.get("reference"), str)
    }
    known = {id(bundle.by_address[a]) if a in bundle.by_address else a for a in subjects}
    if len(known) > 1 or sum(r["resourceType"] == "Patient" for r in resources) > 1:
        raise FileProblem("fhir_several_patients")
    return bundle


def _rows(bundle: Found, resource: Json, part: str) -> list[ReadRow]:
    """The steps of one request or statement, or its marks; none of one that is left out."""
    node = Node(resource, part, "", [])
    said = bundle.decided.get(part, frozenset())
    reason = OUT if OUT in said else _why_left_out(node)
    if reason:
        bundle.left_out[f"{resource['resourceType']} {reason}"] += 1
        return []
    node.skip(*BESIDE)
    steps = [own_step(bundle, node, said)] if _is_ours(node) else foreign_steps(bundle, node, said)
    if part in bundle.beside and HELD not in said:
        node.fail("fhir_beside", "status", resource["status"])
    first = bundle.first(node)
    status, source = str(resource.get("status", "")), bundle.person(node, "informationSource")
    if node.marks:
        told = _shown(resource)
        parts = tuple(part for _path, _text, step in steps for part in step.components)
        marks = tuple(node.marks)
        cells = (status, *told, source)
        return [ReadRow(place_of(part), cells, None, marks, structure=parts)]
    bounds = _shown(resource)[0]
    return [
        ReadRow(place_of(part, path), (status, bounds, text, source), step, (), first)
        for path, text, step in steps
    ]


def _why_left_out(node: Node) -> str:
    """Why a resource is no instruction: an error, a plan, what was reported; "" where it is one."""
    status, intent = node.text("status"), node.text("intent")
    if status in LEFT_OUT:
        return status
    if intent and intent not in ORDERS:
        return intent
    is_reported = node.has_own("intake") or node.has_own("medicine-kind")
    return "reported" if is_reported else ""


def _shown(resource: Json) -> tuple[str, str]:
    """The bounds and the words of its dosages, as they stand in the file."""
    dosages = resource.get("dosageInstruction", resource.get("dosage", []))
    bounds, words = [], []
    for dosage in dosages if isinstance(dosages, list) else []:
        if not isinstance(dosage, dict):
            continue
        words.append(str(dosage.get("text", "")))
        timing = dosage.get("timing")
        repeat = timing.get("repeat") if isinstance(timing, dict) else None
        for name in ("boundsPeriod", "boundsDuration"):
            bound = repeat.get(name) if isinstance(repeat, dict) else None
            if isinstance(bound, dict):
                days = " – ".join(str(bound[n]) for n in ("start", "end") if bound.get(n))
                count = (str(bound[n]) for n in ("value", "code") if bound.get(n))
                bounds.append(" ".join(filter(None, [days, *count])))
    return "; ".join(filter(None, bounds)), "; ".join(filter(None, words))
