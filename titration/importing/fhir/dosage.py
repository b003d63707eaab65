"""A FHIR R4 Dosage as parts of a dose. What is not understood is marked with its path."""

from dataclasses import dataclass

from titration import dosing
from titration.dosing import Amount, Component
from titration.importing.fhir.nodes import Node, concept
from titration.importing.fhir.quantities import (
    most_times,
    read_amount,
    read_maximum,
    read_quantity,
)
from titration.importing.fhir.timings import Bounds, close_repeat, read_bounds, read_timings


@dataclass(frozen=True)
class DosageSaid:
    """What a dosage says: its parts, its bounds, its words, what is written beside."""

    components: tuple[Component, ...]
    bounds: Bounds
    text: str
    beside: tuple[str, ...]
    sequence: int | None


def read_dosage(node: Node) -> DosageSaid:
    """The parts of a dosage; none where something of it is marked."""
    before = len(node.marks)
    text = node.text("text")
    beside = [node.text("patientInstruction")]
    beside += [concept(each) for each in node.nodes("additionalInstruction")]
    sequence = node.whole("sequence")
    node.skip("route")
    timing = node.node("timing")
    bounds = read_bounds(timing)
    parts = _parts(node, timing)
    node.close()
    if timing:
        timing.close()
    for part in parts:
        for code in dosing.check_component(part):
            node.fail(code, "", text)
    is_read = len(node.marks) == before
    found = tuple(parts) if is_read else ()
    return DosageSaid(found, bounds, text, tuple(filter(None, beside)), sequence)


def _parts(node: Node, timing: Node | None) -> list[Component]:
    instruction = _string(node, "instruction")
    if instruction and "doseAndRate" not in node.value:
        close_repeat(timing)
        return [Component(None, dosing.IN_WORDS, instruction=instruction)]
    given = node.nodes("doseAndRate")
    if len(given) != 1:
        node.fail("fhir_several_amounts" if given else "fhir_amount_missing", "doseAndRate")
        if timing:
            timing.skip("repeat", "code")  # of no use without an amount
        return []
    [dose] = given
    dose.skip("type")
    amount, rate_per = read_amount(dose)
    dose.close()
    needed = node.node("asNeededCodeableConcept")
    as_needed = node.flag("asNeededBoolean") or needed is not None
    timings = read_timings(node, timing, rate_per, as_needed=as_needed)
    maximum, hours = read_maximum(node)
    times, within = most_times(node)
    volume = _extended(node, "volume")
    concentration = _concentration(node)
    if amount is None:
        return []
    return [
        Component(
            amount,
            each,
            as_needed=as_needed,
            as_needed_for=concept(needed),
            maximum=maximum,
            maximum_times=times,
            maximum_hours=hours if hours is not None else within,
            strengths=_string(node, "strengths-used"),
            volume=volume.low if volume else None,
            concentration=concentration.low if concentration else None,
            concentration_unit=concentration.unit if concentration else "",
            product=_string(node, "product"),
            calculation=_string(node, "calculation"),
            instruction=instruction,
        )
        for each in timings
    ]


def _string(node: Node, name: str) -> str:
    found = node.own(name)
    return found.text("valueString") if found else ""


def _extended(node: Node, name: str) -> Amount | None:
    found = node.own(name)
    value = found.node("valueQuantity") if found else None
    return read_quantity(value)[0] if value else None


def _concentration(node: Node) -> Amount | None:
    found = node.own("concentration")
    ratio = found.node("valueRatio") if found else None
    numerator = ratio.node("numerator") if ratio else None
    return read_quantity(numerator)[0] if numerator else None
