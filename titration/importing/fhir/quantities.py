"""Amounts, rates and maxima of a FHIR R4 Dosage, in the units that are kept."""

from titration import dosing
from titration.dosing import Amount
from titration.fhir import RATE_UNITS, UCUM
from titration.importing.fhir.nodes import Node
from titration.typed.vocabulary import unit_of

UNITS = {unit.ucum: code for code, unit in dosing.UNITS.items()}
# HL7 v3 orderableDrugForm, by which many prescribe in tablets.
FORMS = {"TAB": "tablet", "CAP": "capsule", "PUFF": "puff", "PATCH": "patch", "SUPP": "suppository"}
FORM_SYSTEM = "http://terminology.hl7.org/CodeSystem/v3-orderableDrugForm"
HOURS = {"h": 1, "d": 24}


def read_amount(dose: Node) -> tuple[Amount | None, str]:
    """The amount of each time, or the rate and what it is per."""
    for name in ("doseQuantity", "rateQuantity"):
        if found := dose.node(name):
            amount, per = read_quantity(found)
            if amount and (name == "rateQuantity") != bool(per):
                found.fail("fhir_rate", "code", found.value.get("code", ""))
            return amount, per
    for name in ("doseRange", "rateRange"):
        if found := dose.node(name):
            ends = [found.node("low"), found.node("high")]
            found.close()
            low, high = (read_quantity(end) if end else (None, "") for end in ends)
            if low[0] is None or high[0] is None:
                found.fail("fhir_range")
                return None, ""
            if (low[0].unit, low[1]) != (high[0].unit, high[1]):
                found.fail("fhir_range")
                return None, ""
            return Amount(low[0].low, high[0].low, low[0].unit), low[1]
    return None, ""


def read_quantity(node: Node) -> tuple[Amount | None, str]:
    """A figure in a unit of ours, and what a rate is per; marked where it has none."""
    value, unit = node.figure("value"), node.text("unit")
    address, code = node.text("system"), node.text("code")
    node.close()
    if value is None:
        node.fail("fhir_amount_missing", "value")
        return None, ""
    per = ""
    if address in ("", UCUM):
        for name, ending in RATE_UNITS.items():
            if code.endswith(ending):
                code, per = code.removesuffix(ending), name
    found = UNITS.get(code) if address in ("", UCUM) else None
    if address == FORM_SYSTEM:
        found = FORMS.get(code)
    if found is None and not code:
        found = unit_of(unit)
    if found is None:
        node.fail("fhir_unit", "code" if code else "unit", code or unit)
        return None, ""
    named = unit_of(unit.partition(" per ")[0])
    if named is not None and named != found:
        node.fail("fhir_unit_disagrees", "unit", f"{unit}, {code}")
        return None, ""
    return Amount(value, None, found), per


def read_maximum(node: Node) -> tuple[Amount | None, int | None]:
    ratio = node.node("maxDosePerPeriod")
    if ratio is None:
        return None, None
    numerator, denominator = ratio.node("numerator"), ratio.node("denominator")
    ratio.close()
    if numerator is None or denominator is None:
        ratio.fail("fhir_maximum")
        return None, None
    count, code = denominator.whole("value"), denominator.text("code")
    denominator.skip("system", "unit")
    denominator.close()
    if count is None or code not in HOURS:
        denominator.fail("fhir_maximum", "code", code)
        return None, None
    return read_quantity(numerator)[0], count * HOURS[code]


def most_times(node: Node) -> tuple[int | None, int | None]:
    found = node.parts("maximum-times")
    return (found.whole("times"), found.whole("hours")) if found else (None, None)
