"""Codes and addresses of FHIR R4 that the export writes and the import reads. Pure."""

BASE = "https://dose-ledger.example/fhir"
UCUM = "http://unitsofmeasure.org"
ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
TERMINOLOGY = "http://terminology.hl7.org/CodeSystem"

# FHIR R4 event-timing.
WHEN = {
    "morning": "MORN",
    "breakfast": "CM",
    "midday": "NOON",
    "lunch": "CD",
    "afternoon": "AFT",
    "dinner": "CV",
    "evening": "EVE",
    "bedtime": "HS",
    "night": "NIGHT",
}
PERIOD_UNITS = {"hour": "h", "day": "d", "week": "wk", "month": "mo"}
# FHIR R4 days-of-week, from Monday.
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
# What UCUM writes behind the unit of a rate.
RATE_UNITS = {"minute": "/min", "hour": "/h", "24 hours": "/(24.h)"}
IN_ERROR = "entered-in-error"
NHS_NUMBER = "https://fhir.nhs.uk/Id/nhs-number"


def own(name: str) -> str:
    """The address of an extension of ours."""
    return f"{BASE}/StructureDefinition/{name}"


def system(name: str) -> str:
    """The address of a code list of ours."""
    return f"{BASE}/CodeSystem/{name}"
