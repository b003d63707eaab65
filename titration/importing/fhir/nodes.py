"""An element of a resource with its path, which knows what of it was taken.

What nobody took was not understood, and is marked with its path. Nothing is skipped in silence.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from titration.fhir import BASE, own
from titration.importing.shape import Mark, Place

Json = dict[str, Any]


def place_of(part: str, path: str = "") -> Place:
    """An element of a resource: "MedicationRequest/7 dosageInstruction[0].text"."""
    return Place(" ".join(filter(None, [part, path])))


@dataclass
class Node:
    """An object at a path of the resource `part`; `marks` is shared by all of the resource."""

    value: Json
    part: str
    path: str
    marks: list[Mark]
    taken: set[str] = field(default_factory=set)
    own_taken: set[str] = field(default_factory=set)

    def path_of(self, name: str) -> str:
        return ".".join(filter(None, [self.path, name]))

    def fail(self, code: str, name: str = "", cell: object = "") -> None:
        """Mark an element, or this one."""
        self.marks.append(Mark(place_of(self.part, self.path_of(name)), code, str(cell)))

    def skip(self, *names: str) -> None:
        """Elements that say nothing of a dose."""
        self.taken.update(names)

    def _take(self, name: str, kind: type, blank: Any) -> Any:
        self.taken.add(name)
        if name not in self.value:
            return blank
        value = self.value[name]
        if not isinstance(value, kind):
            self.fail("fhir_type", name, _shown(value))
            return blank
        return value

    def text(self, name: str) -> str:
        return self._take(name, str, "")

    def flag(self, name: str) -> bool:
        return self._take(name, bool, False)

    def figure(self, name: str) -> Decimal | None:
        return self._take(name, Decimal, None)

    def whole(self, name: str) -> int | None:
        value = self.figure(name)
        if value is None:
            return None
        if value != value.to_integral_value() or not 0 < value < 10_000:
            self.fail("fhir_whole", name, value)
            return None
        return int(value)

    def node(self, name: str) -> "Node | None":
        value = self._take(name, dict, None)
        return None if value is None else self._child(value, name)

    def nodes(self, name: str) -> list["Node"]:
        values = self._take(name, list, [])
        found = []
        for at, value in enumerate(values):
            if isinstance(value, dict):
                found.append(self._child(value, f"{name}[{at}]"))
            else:
                self.fail("fhir_type", f"{name}[{at}]", _shown(value))
        return found

    def codes(self, name: str) -> list[str]:
        values = self._take(name, list, [])
        if not all(isinstance(value, str) for value in values):
            self.fail("fhir_type", name, _shown(values))
            return []
        return values

    def _child(self, value: Json, name: str) -> "Node":
        return Node(value, self.part, self.path_of(name), self.marks)

    def has_own(self, name: str) -> bool:
        return any(each.get("url") == own(name) for each in self._extensions())

    def own(self, name: str) -> "Node | None":
        """An extension of ours, whose value or parts the node has."""
        self.own_taken.add(name)
        for at, each in enumerate(self._extensions()):
            if each.get("url") == own(name):
                return self._child(each, f"extension[{at}]")
        return None

    def parts(self, name: str) -> "Node | None":
        """An extension of ours that is made of others, as an object of their values by name."""
        found = self.own(name)
        if found is None:
            return None
        values: Json = {}
        for each in found.nodes("extension"):
            key = each.text("url")
            value = next((v for k, v in each.value.items() if k.startswith("value")), None)
            if key == "weekday":
                values.setdefault(key, []).append(value)
            else:
                values[key] = value
        return Node(values, self.part, found.path, self.marks)

    def _extensions(self) -> list[Json]:
        found = self.value.get("extension", [])
        return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []

    def close(self, *, extensions: bool = True) -> None:
        """Mark what nobody took; also the extensions, where one could say something of a dose."""
        for each in self._extensions() if extensions else ():
            url = str(each.get("url", ""))
            if url.removeprefix(f"{BASE}/StructureDefinition/") not in self.own_taken:
                self.fail("fhir_extension", "extension", url)
        for name in self.value:
            if name not in self.taken and name not in ("extension", "id"):
                self.fail("fhir_element", name, _shown(self.value[name]))


def _shown(value: Any) -> str:
    if isinstance(value, Decimal | str):
        return str(value)
    return "…" if isinstance(value, dict | list) else str(value).lower()


def concept(node: Node | None) -> str:
    """The words of a CodeableConcept: its text, or the words or the code of its first coding."""
    if node is None:
        return ""
    if text := node.text("text"):
        node.skip("coding")
        return text
    for coding in node.nodes("coding"):
        return coding.text("display") or coding.text("code")
    return ""


def code_in(nodes: Iterable[Node], address: str) -> tuple[str, str]:
    """The code of a list among concepts, and the text beside it."""
    for node in nodes:
        for coding in node.nodes("coding"):
            if coding.text("system") == address:
                return coding.text("code"), node.text("text")
    return "", ""
