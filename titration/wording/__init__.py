"""Every sentence about a dose, its timing, its date and its problems, in the reader's language.

Written out by ISMP 2021 and NHS England dose syntax practice: no abbreviations, weekdays of a
dose in capitals, a no-break space before the unit, a comma from 1,000, and "each time" wherever
an amount could be taken for that of the day. What a person typed stands in quotation marks. Two
different doses never read the same. Only stored figures are shown, or totals said to be totals.
"""

from titration.wording.dates import (
    date_words,
    effective_words,
    month_words,
    short_month_words,
    weekday_words,
)
from titration.wording.doses import (
    DoseLine,
    basis_label,
    component_words,
    dosage_lines,
    dosage_words,
    slot_label,
    timing_words,
)
from titration.wording.figures import (
    amount_words,
    difference_words,
    range_words,
    total_label,
    total_sentence,
    total_words,
    unit_words,
)
from titration.wording.imports import (
    cell_words,
    import_words,
    mark_words,
    mark_words_beside,
    place_words,
)
from titration.wording.observed import bounds_words, measured_words, pair_words, yes_words
from titration.wording.plans import (
    apart_words,
    interval_words,
    lacks_counting_day,
    plan_problem_words,
    row_words,
    start_words,
)
from titration.wording.problems import problem_words
from titration.wording.pumps import (
    bridge_words,
    concentration_words,
    patient_bolus_words,
    pump_problem_words,
    volume_words,
)
from titration.wording.typed import typed_problem_words

__all__ = [
    "DoseLine",
    "amount_words",
    "apart_words",
    "basis_label",
    "bounds_words",
    "bridge_words",
    "cell_words",
    "component_words",
    "concentration_words",
    "date_words",
    "difference_words",
    "dosage_lines",
    "dosage_words",
    "effective_words",
    "import_words",
    "interval_words",
    "lacks_counting_day",
    "mark_words",
    "mark_words_beside",
    "measured_words",
    "month_words",
    "pair_words",
    "patient_bolus_words",
    "place_words",
    "plan_problem_words",
    "problem_words",
    "pump_problem_words",
    "range_words",
    "row_words",
    "short_month_words",
    "slot_label",
    "start_words",
    "timing_words",
    "total_label",
    "total_sentence",
    "total_words",
    "typed_problem_words",
    "unit_words",
    "volume_words",
    "weekday_words",
    "yes_words",
]
