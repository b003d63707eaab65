"""The medicines and measures of a clinic's lists that records which are brought in refer to."""

from typing import Any

from access.models import Clinic
from ledger.writing import Log
from patients import folding
from titration import policies
from titration.models import (
    Measure,
    MeasureVersion,
    MeasureWords,
    Medicine,
    MedicineVersion,
)


class Catalogue:
    """Finds what the clinic's lists have under the words of a record.

    What they do not have is added as it is written in the record, and offered for nothing new.
    """

    def __init__(self, log: Log) -> None:
        self.log = log
        self.medicines = _medicines(log.clinic)
        self.measures = _measures(log.clinic)

    def medicine(self, said: dict[str, Any]) -> Medicine:
        """The medicine that a text of a regimen names. Raises RuleBroken for its strengths."""
        name = folding.fold(said["medicine_name"])
        if name not in self.medicines:
            for strength in said["strengths"]:
                policies.check_strength(strength)
            medicine = self.medicines[name] = Medicine(clinic=self.log.clinic)
            version = MedicineVersion(
                medicine=medicine,
                name=said["medicine_name"],
                forms=[said["form"]] if said["form"] else [],
                routes=[said["route"]],
                units=[said["unit"]],
                strengths=said["strengths"],
                in_use=False,
            )
            self.log.create(medicine)
            self.log.add(version, subject=medicine.pk)
        return self.medicines[name]

    def measure(self, said: dict[str, Any]) -> Measure:
        """The measure whose words an observation repeats."""
        words = {name: said[name] for name in MeasureWords.WORDS}
        key = _key(words)
        if key not in self.measures:
            measure = self.measures[key] = Measure(clinic=self.log.clinic)
            sites = [said["site"]] if said["site"] else []
            has_side = bool(said["side"])
            version = MeasureVersion(
                measure=measure, **words, sites=sites, has_side=has_side, in_use=False
            )
            self.log.create(measure)
            self.log.add(version, subject=measure.pk)
        return self.measures[key]


def _medicines(clinic: Clinic) -> dict[str, Medicine]:
    newest = MedicineVersion.objects.newest().filter(medicine__clinic=clinic)
    return {folding.fold(each.name): each.medicine for each in newest.select_related("medicine")}


def _measures(clinic: Clinic) -> dict[tuple, Measure]:
    newest = MeasureVersion.objects.newest().filter(measure__clinic=clinic)
    return {_key(each.words_content()): each.measure for each in newest.select_related("measure")}


def _key(words: dict[str, Any]) -> tuple:
    """What tells a measure from others: its name, and how its value is written."""
    written = (words["kind"], words["unit"], *map(tuple, (words["labels"], words["choices"])))
    return folding.fold(words["name"]), *written
