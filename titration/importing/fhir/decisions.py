"""What a person decides of a resource that says two things, or leaves one out. Never we."""

from collections.abc import Collection

STRUCTURE, AUTHORED, INSTRUCTED = "structure", "authored", "instructed"
HELD, OUT = "held", "out"

ANSWERS = {
    "fhir_disagrees": STRUCTURE,
    "fhir_start_missing": AUTHORED,
    "fhir_stated": INSTRUCTED,
    "fhir_completed": HELD,
    "fhir_beside": HELD,
}
"""By mark, what a person can say that clears it up.

structure: the structure of the dosage holds, and its words stand beside it as the instruction
authored: it holds from the day on which it was written
instructed: what is stated to be taken was instructed so
held: what was completed, nobody wrote when, or is active beside another order, held until what
was instructed next
out: the resource is not brought in, whatever its marks are
"""


def choices_for(codes: Collection[str]) -> tuple[str, ...]:
    """What can be decided of a resource with these marks; what clears up all of them is one.

    Not that a structure without an end holds beside other words, of what was completed: the words
    may say the end.
    """
    answers = {ANSWERS.get(code, OUT) for code in codes}
    if OUT in answers or {HELD, STRUCTURE} <= answers:
        return (OUT,)
    return ("+".join(sorted(answers)), OUT)
