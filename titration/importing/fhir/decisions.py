"""What a person decides of a resource that says two things, or leaves one out. Never we."""

from collections.abc import Collection

STRUCTURE, AUTHORED, INSTRUCTED, OUT = "structure", "authored", "instructed", "out"

ANSWERS = {
    "fhir_disagrees": STRUCTURE,
    "fhir_start_missing": AUTHORED,
    "fhir_stated": INSTRUCTED,
}
"""By mark, what a person can say that clears it up.

structure: the structure of the dosage holds, and its words stand beside it as the instruction
authored: it holds from the day on which it was written
instructed: what is stated to be taken was instructed so
out: the resource is not brought in, whatever its marks are
"""


def choices_for(codes: Collection[str]) -> tuple[str, ...]:
    """What can be decided of a resource with these marks; what clears up all of them is one."""
    if any(code not in ANSWERS for code in codes):
        return (OUT,)
    return ("+".join(sorted({ANSWERS[code] for code in codes})), OUT)
