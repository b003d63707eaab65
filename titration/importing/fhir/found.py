"""The resources of a Bundle, by the addresses that lead to them, and what several of them say."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from zoneinfo import ZoneInfo

from titration.importing.fhir.nodes import Json, Node, concept
from titration.importing.moments import Days, read_day, read_moment
from titration.importing.shape import First
from titration.timeline import Effective
from titration.typed import NotUnderstood

UNREAD = Effective(date.min)
"""What stands for a moment that was marked: nothing is made of it."""


@dataclass
class Found:
    """`decided` is by resource ("MedicationRequest/<id>") what a person said of it; `left_out`
    counts what was not brought in, by type and why; `beside` are the orders that another active one
    of their medicine may take the place of.
    """

    resources: list[Json]
    days: Days
    decided: Mapping[str, frozenset[str]]
    by_address: dict[str, Json] = field(default_factory=dict)
    left_out: Counter = field(default_factory=Counter)
    beside: frozenset[str] = frozenset()

    def named(self, node: Node, name: str) -> tuple[Json, str]:
        """The resource that a reference leads to, in the Bundle or contained; and its words."""
        reference = node.value.get(name)
        node.skip(name)
        if not isinstance(reference, dict):
            return {}, ""
        address, display = reference.get("reference", ""), reference.get("display", "")
        contained = node.value.get("contained", [])
        for each in contained if isinstance(contained, list) else []:
            if isinstance(each, dict) and address == f"#{each.get('id')}":
                return each, str(display)
        return self.by_address.get(str(address), {}), str(display)

    def medicine(self, node: Node) -> str:
        """The medicine in words, with its form and route as far as they are written."""
        direct = node.node("medicationCodeableConcept")
        resource, display = self.named(node, "medicationReference")
        medication = Node(resource, node.part, "medicationReference", [])
        name = concept(direct) or concept(medication.node("code")) or display
        if not name:
            node.fail("fhir_medicine_missing", "medicationReference")
        route = medication.own("route")
        routed = concept(route.node("valueCodeableConcept")) if route else _route(node)
        return ", ".join(filter(None, [name, concept(medication.node("form")), routed]))

    def person(self, node: Node, name: str) -> str:
        """The name of a person whom an element names."""
        resource, display = self.named(node, name)
        if display or resource.get("resourceType") not in ("Practitioner", "PractitionerRole"):
            return display
        return name_of(resource)

    def moment(self, node: Node, written: str, name: str) -> Effective:
        try:
            return read_moment(written, "", self.days)
        except NotUnderstood as problem:
            node.fail(problem.code, name, written)
            return UNREAD

    def day(self, written: str) -> date | None:
        """The day of a date or a moment; none where there is none that can be read."""
        try:
            return read_day(written[:10], self.days) if written else None
        except NotUnderstood:
            return None

    @cached_property
    def clinic(self) -> str:
        """The name of the first Organization."""
        found = (r for r in self.resources if r["resourceType"] == "Organization")
        return str(next(found, {}).get("name", ""))

    def first(self, node: Node) -> First:
        """How a step was recorded first: by our own Provenance, else by what the resource says."""
        told = self.by_address.get(f"Provenance/{node.value.get('id')}", {})
        provenance = Node(told, node.part, "", [])
        number, digest = provenance.own("entry"), provenance.own("entry-digest")
        zone = provenance.own("time-zone")
        agents = [self.person(agent, "who") for agent in provenance.nodes("agent")]
        recorder = agents[0] if agents else self.person(node, "recorder")
        written = provenance.text("recorded") or node.text("authoredOn")
        return First(
            number=_number(number.figure("valuePositiveInt")) if number else None,
            digest=_digest(digest.text("valueString")) if digest else "",
            clinic=self.clinic[:200] if told else "",
            recorded_by=recorder[:150],
            recorded_at=_instant(written),
            time_zone=_zone(zone.text("valueString")) if zone else "",
        )


def _route(node: Node) -> str:
    """The route of the first dosage: it tells two regimens of one medicine apart."""
    for name in ("dosageInstruction", "dosage"):
        dosages = node.value.get(name)
        for each in dosages if isinstance(dosages, list) else []:
            if isinstance(each, dict):
                return concept(Node(each, node.part, name, []).node("route"))
    return ""


def name_of(person: Json) -> str:
    """The first name that a Patient or Practitioner has, in one line."""
    names = person.get("name", [])
    for each in names if isinstance(names, list) else []:
        if isinstance(each, dict):
            parts = [each.get("prefix"), each.get("given"), [each.get("family")]]
            words = [str(p) for part in parts if isinstance(part, list) for p in part if p]
            return str(each.get("text") or " ".join(words))
    return ""


def _number(value: Decimal | None) -> int | None:
    return int(value) if value is not None and 0 < value < 10**15 and value % 1 == 0 else None


def _digest(written: str) -> str:
    return written if re.fullmatch("[0-9a-f]{64}", written) else ""


def _zone(written: str) -> str:
    """A time zone that there is; "" for what is none."""
    try:
        ZoneInfo(written)
    except (KeyError, ValueError, OSError):
        return ""
    return written


def _instant(written: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(written)
    except ValueError:
        return None
    # At the ends of time another zone may be beyond the days that there are.
    return found if found.tzinfo and 1 < found.year < 9999 else None
