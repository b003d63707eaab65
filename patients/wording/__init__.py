"""Every sentence about a person and what is known of them.

Finished strings: templates only place them.
"""

from patients.wording.context import (
    allergies_words,
    choice_words,
    lacking_words,
    line_facts,
    line_words,
    none_words,
    part_label,
    part_words,
    text_words,
    topic_label,
    topic_problem_words,
)
from patients.wording.linked import (
    erased_record_words,
    has_other_record_words,
    one_of_words,
    same_person_words,
    who_words,
)
from patients.wording.people import (
    born_words,
    date_words,
    ended_words,
    erased_words,
    found_words,
    gender_words,
    moment_words,
    name_words,
    nhs_words,
    problem_words,
    same_record_words,
    short_month,
    somebody_else_words,
    standing_words,
    written_name,
)
from patients.wording.routes import route_words
from patients.wording.transferred import arrival_words, on_words, transfer_words

__all__ = [
    "allergies_words",
    "arrival_words",
    "born_words",
    "choice_words",
    "date_words",
    "ended_words",
    "erased_record_words",
    "erased_words",
    "found_words",
    "gender_words",
    "has_other_record_words",
    "lacking_words",
    "line_facts",
    "line_words",
    "moment_words",
    "name_words",
    "nhs_words",
    "none_words",
    "on_words",
    "one_of_words",
    "part_label",
    "part_words",
    "problem_words",
    "route_words",
    "same_person_words",
    "same_record_words",
    "short_month",
    "somebody_else_words",
    "standing_words",
    "text_words",
    "topic_label",
    "topic_problem_words",
    "transfer_words",
    "who_words",
    "written_name",
]
