"""What was not understood of a FHIR Bundle, and what can be decided of it."""

from django.utils.translation import gettext_lazy, gettext_noop

FHIR_MESSAGES = {
    # The file as a whole.
    "json_broken": gettext_noop(
        "The file is no whole JSON: it ends too early or is damaged in the line that is named. "
        "Have it exported anew."
    ),
    "json_deep": gettext_noop("The file is nested too deep to be read."),
    "json_encoding": gettext_noop(
        "FHIR is written in UTF-8, and this file is not. Have it exported anew, or saved in UTF-8."
    ),
    "json_number": gettext_noop("The file holds a figure that cannot be kept as it is written."),
    "json_signs": gettext_noop("The file spells signs that no text has. Have it exported anew."),
    "json_twice": gettext_noop(
        "An element stands twice in one place, with two values. Have the file exported anew."
    ),
    "fhir_names_nobody": gettext_noop(
        "The Bundle has no Patient, so that it does not say whose it is. Add the patient, then "
        "import the file on the patient’s page."
    ),
    "fhir_no_bundle": gettext_noop("The file is JSON, and no FHIR R4 Bundle with resources."),
    "fhir_no_doses": gettext_noop(
        "The Bundle holds no order and no statement that could be a dose step."
    ),
    "fhir_several_patients": gettext_noop(
        "The Bundle is about more than one patient. Have it exported for one."
    ),
    "fhir_other_person": gettext_noop(
        "The file is of somebody born on this day, and this patient was not. Choose the right "
        "patient, or correct the details of this one."
    ),
    # A resource.
    "fhir_amount_missing": gettext_noop("No amount stands here. Words alone are not read."),
    "fhir_beside": gettext_noop(
        "Another order of this medicine begins later and is active too, and this one has no end. "
        "Say that it held until what was instructed next; or, where both are taken together, leave "
        "it out and record what is taken in one step."
    ),
    "fhir_bounds_coarse": gettext_noop(
        "Where this ends is counted in days from its start, and one of the two is no plain day."
    ),
    "fhir_bounds_differ": gettext_noop(
        "Dosages of one place in the sequence hold for different days."
    ),
    "fhir_bounds_gap": gettext_noop(
        "This does not start where the one before it in the sequence ends."
    ),
    "fhir_code_differs": gettext_noop(
        "The code of the timing and the elements beside it say different things."
    ),
    "fhir_completed": gettext_noop(
        "By its status it was completed, and until when it held is not written. Whether it held "
        "until what was instructed next is for you to say."
    ),
    "fhir_count": gettext_noop("A number of times in all is not read, but for once."),
    "fhir_disagrees": gettext_noop(
        "The words of the dosage and its structure say different things. Which of the two holds "
        "is for you to say."
    ),
    "fhir_dosage_missing": gettext_noop("The resource has no dosage."),
    "fhir_duration": gettext_noop("A duration is read in days, weeks and months."),
    "fhir_element": gettext_noop("This element is not read, and could change the dose."),
    "fhir_extension": gettext_noop("This extension is not known, and could change the dose."),
    "fhir_frequency": gettext_noop(
        "How often in which span is not told in a way that has one meaning."
    ),
    "fhir_maximum": gettext_noop("A maximum is read as an amount in so many hours or days."),
    "fhir_medicine_missing": gettext_noop("The medicine has no name."),
    "fhir_not_perform": gettext_noop(
        "This orders that something is not given. Withhold it in the log, or leave it out."
    ),
    "fhir_period": gettext_noop("A period is read in hours, days, weeks and months."),
    "fhir_range": gettext_noop("A range needs two amounts in one unit."),
    "fhir_rate": gettext_noop(
        "A rate is read per minute, per hour or per 24 hours, and an amount is none."
    ),
    "fhir_sequence": gettext_noop(
        "Some dosages have a place in the sequence and others have none."
    ),
    "fhir_several_amounts": gettext_noop("More than one amount stands here."),
    "fhir_start_missing": gettext_noop("From which day it holds is not written."),
    "fhir_stated": gettext_noop(
        "This states what is taken, and not that somebody instructed it. Whether it was "
        "instructed is for you to say."
    ),
    "fhir_status": gettext_noop(
        "By its status it may not hold, and since when is not written. Record that in the log, or "
        "leave it out."
    ),
    "fhir_timing_code": gettext_noop("This code of a timing is not read."),
    "fhir_timing_missing": gettext_noop("When the dose is taken is not written."),
    "fhir_type": gettext_noop("The element is not of the kind that FHIR says."),
    "fhir_unit": gettext_noop("This unit is not one of those that are kept."),
    "fhir_unit_disagrees": gettext_noop("The unit in words and its code are two different ones."),
    "fhir_weekday": gettext_noop("This is no day of the week by FHIR."),
    "fhir_weekdays": gettext_noop(
        "Several days, or several times a day, in one week of several: how FHIR counts them has "
        "more than one reading."
    ),
    "fhir_when": gettext_noop("This time of day is not one of those that are kept."),
    "fhir_when_and_time": gettext_noop(
        "A time of day and a clock time stand beside each other. FHIR has the one or the other."
    ),
    "fhir_whole": gettext_noop("A whole number above 0 belongs here."),
}

DECISIONS = {
    "structure": gettext_lazy("The structure holds; the words are kept beside it"),
    "authored": gettext_lazy("It holds from the day on which it was written"),
    "authored+structure": gettext_lazy(
        "The structure holds from the day on which it was written; the words are kept beside it"
    ),
    "instructed": gettext_lazy("It was instructed so: record it as an instruction"),
    "held": gettext_lazy("It held until what was instructed next"),
    "authored+held": gettext_lazy(
        "It held from the day on which it was written until what was instructed next"
    ),
    "held+instructed": gettext_lazy(
        "It was instructed so, and held until what was instructed next"
    ),
    "authored+held+instructed": gettext_lazy(
        "It was instructed so, and held from the day on which it was written until what was "
        "instructed next"
    ),
    "authored+instructed": gettext_lazy(
        "It was instructed so, from the day on which it was written"
    ),
    "instructed+structure": gettext_lazy(
        "It was instructed as the structure says; the words are kept beside it"
    ),
    "authored+instructed+structure": gettext_lazy(
        "It was instructed as the structure says, from the day on which it was written; the words "
        "are kept beside it"
    ),
    "out": gettext_lazy("Leave it out"),
}
