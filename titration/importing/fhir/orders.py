"""What another system orders, as dose steps: a step for each place in the sequence.

What it states to be taken is such an order only where a person says that it was instructed.

A place holds from its own start, or from where the one before it ends by its bounds. Where the last
one ends by its bounds the medicine stops. Nothing else is laid on a date: of what was completed
without an end, a person says that it held until what was instructed next.
"""

from collections.abc import Iterator
from datetime import timedelta

from titration.dosing import Component
from titration.importing.fhir.decisions import AUTHORED, HELD, INSTRUCTED, STRUCTURE
from titration.importing.fhir.dosage import DosageSaid, read_dosage
from titration.importing.fhir.found import UNREAD, Found
from titration.importing.fhir.nodes import Node, concept
from titration.importing.fhir.timings import Bounds
from titration.importing.fhir.words import disagrees
from titration.importing.shape import StepSaid
from titration.planning.dates import add_months
from titration.timeline import Effective

# What was put on hold or stopped does not say since when.
COMPLETED = "completed"
STANDING = {"active", COMPLETED}
Step = tuple[str, str, StepSaid]
Group = list[tuple[int, DosageSaid]]


def foreign_steps(bundle: Found, node: Node, decided: frozenset[str]) -> list[Step]:
    """By step: the path within the resource, the dose in words, what it says."""
    status = node.text("status")
    if status not in STANDING:
        node.fail("fhir_status", "status", status)
    if node.value["resourceType"] == "MedicationStatement" and INSTRUCTED not in decided:
        node.fail("fhir_stated")
    if node.flag("doNotPerform"):
        node.fail("fhir_not_perform", "doNotPerform", "true")
    name = "dosageInstruction" if "dosageInstruction" in node.value else "dosage"
    dosages = [read_dosage(each) for each in node.nodes(name)]
    if not dosages:
        node.fail("fhir_dosage_missing", name)
    for place, each in enumerate(dosages):
        if STRUCTURE not in decided and disagrees(each):
            node.fail("fhir_disagrees", f"{name}[{place}].text", each.text)
    authored = node.text("authoredOn") or node.text("dateAsserted")
    around = StepSaid(
        kind="dose",
        effective=UNREAD,
        medicine=bundle.medicine(node),
        decided_by=bundle.person(node, "requester"),
        received_how="other-service",
        document_on=bundle.day(authored),
        reason_text="; ".join(filter(None, map(concept, node.nodes("reasonCode")))),
        note="\n".join(filter(None, (note.text("text") for note in node.nodes("note")))),
    )
    outer = _outer(node, authored if AUTHORED in decided else "")
    node.skip("status", "statusReason", "intent", "informationSource")
    node.close(extensions=False)
    groups = _groups(node, name, dosages)
    if status == COMPLETED and HELD not in decided and groups and _is_open(groups[-1], outer):
        node.fail("fhir_completed", "status", status)
    return list(_steps(bundle, node, name, groups, outer, around))


def _is_open(last: Group, outer: Bounds) -> bool:
    """Whether the last place in the sequence goes on without an end that is written."""
    bounds = last[0][1].bounds
    return not (bounds.end or bounds.count is not None or outer.end or _is_single(last))


def _is_single(group: Group) -> bool:
    parts = [part for _at, said in group for part in said.components]
    return bool(parts) and all(part.timing.kind == "once" for part in parts)


def _outer(node: Node, fallback: str) -> Bounds:
    """From when a statement holds, and what a person said of a request without a start."""
    start, end = node.text("effectiveDateTime"), ""
    if period := node.node("effectivePeriod"):
        start, end = period.text("start"), period.text("end")
    return Bounds(start or fallback, end)


def _groups(node: Node, name: str, dosages: list[DosageSaid]) -> list[Group]:
    """The dosages by their place in the sequence; without places, all beside one another."""
    places = {said.sequence for said in dosages}
    if None in places and len(places) > 1:
        node.fail("fhir_sequence", name)
    ordered = sorted(enumerate(dosages), key=lambda each: each[1].sequence or 0)
    groups: list[Group] = []
    for each in ordered:
        if groups and groups[-1][0][1].sequence == each[1].sequence:
            groups[-1].append(each)
        else:
            groups.append([each])
    return groups


def _steps(
    bundle: Found, node: Node, name: str, groups: list[Group], outer: Bounds, around: StepSaid
) -> Iterator[Step]:
    ends: Effective | None = None
    for place, group in enumerate(groups):
        path = f"{name}[{group[0][0]}]"
        bounds = group[0][1].bounds
        if any(said.bounds != bounds for _at, said in group):
            node.fail("fhir_bounds_differ", f"{path}.timing.repeat")
        start = bounds.start or (outer.start if not place else "")
        begins = (
            bundle.moment(node, start, f"{path}.timing.repeat.boundsPeriod.start")
            if start
            else ends
        )
        if begins is None:
            node.fail("fhir_start_missing", f"{path}.timing.repeat.boundsPeriod.start")
            return
        if ends is not None and begins != ends:
            node.fail("fhir_bounds_gap", f"{path}.timing.repeat")
        components = tuple(part for _at, said in group for part in said.components)
        is_single = _is_single(group)
        yield path, _words(group), _step(around, begins, components, group, is_single=is_single)
        is_last = place == len(groups) - 1
        until = bounds.end or (outer.end if is_last else "")
        ends = None if is_single else _ends(bundle, node, path, begins, bounds, until)
    if ends is not None:
        yield (
            name,
            "",
            StepSaid(
                "stop",
                ends,
                medicine=around.medicine,
                decided_by=around.decided_by,
                received_how=around.received_how,
                document_on=around.document_on,
                reason="complete",
            ),
        )


def _ends(
    bundle: Found, node: Node, path: str, begins: Effective, bounds: Bounds, until: str
) -> Effective | None:
    """The day after the last one on which a dosage holds by its bounds; none without an end."""
    if not until and bounds.count is None:
        return None
    if begins.precision != "day" or begins.time is not None:
        node.fail("fhir_bounds_coarse", f"{path}.timing.repeat")
        return None
    if until:
        last = bundle.moment(node, until, f"{path}.timing.repeat.boundsPeriod.end")
        if last.precision != "day" or last.time is not None or last.on < begins.on:
            node.fail("fhir_bounds_coarse", f"{path}.timing.repeat.boundsPeriod.end", until)
            return None
        return Effective(last.on + timedelta(days=1))
    count = bounds.count or 0
    if bounds.unit == "month":
        after = add_months(begins.on, count)
        return Effective(after) if after else None
    return Effective(begins.on + timedelta(days=count * (7 if bounds.unit == "week" else 1)))


def _words(group: Group) -> str:
    return "; ".join(said.text for _at, said in group if said.text)


def _step(
    around: StepSaid,
    begins: Effective,
    components: tuple[Component, ...],
    group: Group,
    *,
    is_single: bool,
) -> StepSaid:
    """The words of the dosage stand beside its dose as the instruction that was given."""
    words = [said.text for _at, said in group]
    words += [beside for _at, said in group for beside in said.beside]
    return StepSaid(
        kind="single" if is_single else "dose",
        effective=begins,
        components=components,
        medicine=around.medicine,
        decided_by=around.decided_by,
        received_how=around.received_how,
        document_on=around.document_on,
        reason_text=around.reason_text,
        note="\n".join(filter(None, [*words, around.note])),
    )
