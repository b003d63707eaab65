"""A dose step as our own export writes it, which says all that the log has."""

from collections.abc import Iterator

from titration.fhir import system
from titration.importing.fhir.decisions import STRUCTURE
from titration.importing.fhir.dosage import read_dosage
from titration.importing.fhir.found import Found
from titration.importing.fhir.nodes import Node, code_in
from titration.importing.fhir.words import disagrees
from titration.importing.shape import StepSaid

WITHOUT_DOSE = {"withhold", "stop"}
DISPUTED = "disputed"


def own_step(bundle: Found, node: Node, decided: frozenset[str]) -> tuple[str, str, StepSaid]:
    """The path within the resource, its dose in words, and what it says."""
    kind, _text = code_in(_coded(node, "kind"), system("dose-step-kind"))
    received, _text = code_in(_coded(node, "received-how"), system("received-how"))
    effective, document = node.own("effective"), node.own("document-on")
    status_reason = node.node("statusReason")
    reasons = [*node.nodes("reasonCode"), *([status_reason] if status_reason else [])]
    listed = "stop-reason" if kind in WITHOUT_DOSE else "change-reason"
    reason, reason_text = code_in(reasons, system(listed))
    dosages = []
    if kind not in WITHOUT_DOSE:
        dosages = [read_dosage(each) for each in node.nodes("dosageInstruction")]
        for place, each in enumerate(dosages):
            if STRUCTURE not in decided and disagrees(each):
                node.fail("fhir_disagrees", f"dosageInstruction[{place}].text", each.text)
    notes = [note.text("text") for note in node.nodes("note") if _is_kept(note)]
    words = "; ".join(each.text for each in dosages)
    said = StepSaid(
        kind=kind,
        effective=bundle.moment(
            node, effective.text("valueDateTime") if effective else "", "extension"
        ),
        components=tuple(part for each in dosages for part in each.components),
        medicine=bundle.medicine(node),
        decided_by=bundle.person(node, "requester"),
        # Of a plan that was signed elsewhere: how that came here, a person says.
        received_how="" if received == "signed-plan" else received,
        document_on=bundle.day(document.text("valueDate")) if document else None,
        reason=reason,
        reason_text=reason_text,
        note="\n".join(notes),
    )
    node.skip("status", "intent", "doNotPerform", "dosageInstruction")
    node.close(extensions=False)
    return "", words, said


def _is_kept(note: Node) -> bool:
    """What was written, and that its prescriber disputed it; that one had not confirmed it stays
    behind with every confirmation.
    """
    said = note.own("confirmation")
    return said is None or said.text("valueCode") == DISPUTED


def _coded(node: Node, name: str) -> Iterator[Node]:
    found = node.own(name)
    value = found.node("valueCodeableConcept") if found else None
    if value:
        yield value
