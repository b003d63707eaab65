"""The words of the context: topics, what stands for none and for not asked, lines as written."""

from collections.abc import Iterable, Sequence
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from patients.context import Box, Line, Status, Topic, TopicText
from patients.wording.people import date_words

MOST_SIGNS = 100
"""Signs of allergies that a banner shows; the first of them stands there whole."""

_TOPICS = {
    "allergies": gettext_lazy("Allergies"),
    "conditions": gettext_lazy("Conditions"),
    "medicines": gettext_lazy("Other medicines"),
    "sedatives": gettext_lazy("Alcohol and sedatives"),
    "pregnancy": gettext_lazy("Pregnancy and breastfeeding"),
    "kidney": gettext_lazy("Kidney function"),
    "setting": gettext_lazy("Care setting"),
    "language": gettext_lazy("Language and interpreter"),
    "giver": gettext_lazy("Who gives the doses"),
}
_NONE = {
    "allergies": gettext_lazy("No known allergies"),
    "conditions": gettext_lazy("No known conditions"),
    "medicines": gettext_lazy("No other medicines known"),
    "sedatives": gettext_lazy("No alcohol and no sedatives known"),
    "pregnancy": gettext_lazy("Neither pregnant nor breastfeeding, as far as known"),
    "kidney": gettext_lazy("No measurement of kidney function known"),
}
_LACKING = {
    "allergies": gettext_lazy("Allergies not asked"),
    "conditions": gettext_lazy("Conditions not asked"),
    "medicines": gettext_lazy("Other medicines not asked"),
    "sedatives": gettext_lazy("Alcohol and sedatives not asked"),
    "pregnancy": gettext_lazy("Pregnancy and breastfeeding not asked"),
    "kidney": gettext_lazy("Kidney function not asked"),
    "setting": gettext_lazy("Care setting not asked"),
    "language": gettext_lazy("Language and interpreter not asked"),
    "giver": gettext_lazy("Who gives the doses was not asked"),
}
_PARTS = {
    "amount": gettext_lazy("How much, how often"),
    "condition": gettext_lazy("Condition"),
    "dose": gettext_lazy("Dose as told"),
    "from": gettext_lazy("From"),
    "giver": gettext_lazy("Given by"),
    "interpreter": gettext_lazy("Interpreter"),
    "kind": gettext_lazy("Kind"),
    "language": gettext_lazy("Language"),
    "measure": gettext_lazy("Measured"),
    "medicine": gettext_lazy("Medicine"),
    "note": gettext_lazy("Note"),
    "on": gettext_lazy("On"),
    "place": gettext_lazy("Where"),
    "prescriber": gettext_lazy("Prescribed by"),
    "reaction": gettext_lazy("Reaction"),
    "setting": gettext_lazy("Setting"),
    "severity": gettext_lazy("Severity as told"),
    "since": gettext_lazy("Since"),
    "source": gettext_lazy("Source"),
    "state": gettext_lazy("State"),
    "substance": gettext_lazy("Substance"),
    "to": gettext_lazy("To"),
    "unit": gettext_lazy("Unit"),
    "until": gettext_lazy("Until"),
    "value": gettext_lazy("Value"),
    "who": gettext_lazy("Who"),
}
_CHOICES = {
    "giver": {
        "patient": gettext_lazy("The patient"),
        "family": gettext_lazy("A relative or friend"),
        "professional": gettext_lazy("A nurse or paid carer"),
        "other": gettext_lazy("Somebody else"),
    },
    "interpreter": {
        "needed": gettext_lazy("needed"),
        "not-needed": gettext_lazy("not needed"),
    },
    "kind": {
        "prescribed": gettext_lazy("prescribed"),
        "over-the-counter": gettext_lazy("bought over the counter"),
        "herbal": gettext_lazy("herbal or a supplement"),
    },
    "measure": {
        "egfr": gettext_lazy("Estimated filtration rate (eGFR)"),
        "creatinine-clearance": gettext_lazy("Creatinine clearance"),
        "serum-creatinine": gettext_lazy("Serum creatinine"),
    },
    "setting": {
        "home": gettext_lazy("At home"),
        "hospital": gettext_lazy("In hospital"),
        "other": gettext_lazy("Elsewhere"),
    },
    "severity": {
        "mild": gettext_lazy("mild"),
        "moderate": gettext_lazy("moderate"),
        "severe": gettext_lazy("severe"),
    },
    "state": {
        "pregnant": gettext_lazy("Pregnant"),
        "breastfeeding": gettext_lazy("Breastfeeding"),
        "both": gettext_lazy("Pregnant and breastfeeding"),
    },
    "unit": {
        "mL/min/{1.73_m2}": gettext_lazy("mL per minute per 1.73\u00a0m²"),
        "mL/min": gettext_lazy("mL per minute"),
        "umol/L": gettext_lazy("micromoles per litre"),
        "mg/dL": gettext_lazy("mg per decilitre"),
    },
}
"""By part, the words of its codes."""

_QUOTED = frozenset({"amount", "dose"})
"""What may hold a dose in the words of whoever told it stands in quotation marks."""


def topic_label(topic: str) -> str:
    """The heading of a topic: "Other medicines"."""
    return str(_TOPICS[topic])


def none_words(topic: str) -> str:
    """That there is none, as far as known: "No known allergies"."""
    return str(_NONE[topic])


def lacking_words(topic: str) -> str:
    """That nobody asked: "Allergies not asked"."""
    return str(_LACKING[topic])


def part_label(part: str) -> str:
    """What a part of a line is called: "Reaction"."""
    return str(_PARTS[part])


def part_words(topic: Topic, line: Line, name: str) -> str:
    """What is written in a part; "" where nothing is. A figure stands with its unit."""
    [part] = [part for part in topic.parts if part.name == name]
    written = line.get(name, "")
    if not written:
        return ""
    if part.box == Box.CHOICE:
        return str(_CHOICES[name].get(written, written))
    if part.box == Box.DAY:
        return date_words(date.fromisoformat(written))
    if part.box == Box.FIGURE:
        return f"{written}\u00a0{part_words(topic, line, 'unit')}"
    return f"“{written}”" if name in _QUOTED else written


def choice_words(part: str, code: str) -> str:
    """A code of a part that is chosen, in words."""
    return str(_CHOICES[part][code])


def line_facts(topic: Topic, line: Line) -> tuple[str, list[tuple[str, str]]]:
    """What a line is about, and (label, words) of all else that is written in it."""
    first, *others = [part for part in topic.parts if part.name != "unit"]
    facts = [(part_label(part.name), part_words(topic, line, part.name)) for part in others]
    return part_words(topic, line, first.name), [fact for fact in facts if fact[1]]


def line_words(topic: Topic, line: Line) -> str:
    """A line in one string: "Penicillin (Reaction: rash; Severity as told: severe)"."""
    head, facts = line_facts(topic, line)
    if not facts:
        return head
    beside = "; ".join(_("%(term)s: %(words)s") % {"term": t, "words": w} for t, w in facts)
    return _("%(head)s (%(beside)s)") % {"head": head, "beside": beside}


def text_words(topic: Topic, text: TopicText) -> list[str]:
    """What is known of a topic, a string for each line, and one where there is none."""
    if text.status == Status.NOT_ASKED:
        return [lacking_words(topic.code)]
    if text.status == Status.NONE_KNOWN:
        return [none_words(topic.code)]
    return [line_words(topic, line) for line in text.lines]


def allergies_words(status: str | None, lines: Sequence[Line] | None) -> str:
    """The allergies for a banner, as many as fit; "" when they were erased.

    They stand under their label, where "not asked" is enough. The reaction stands beside the
    substance: "penicillin (rash), latex and 2 more".
    """
    if status is None or status == Status.NOT_ASKED:
        return _("not asked")
    if status == Status.NONE_KNOWN:
        return none_words("allergies")
    return _shortened([_allergy(line) for line in lines or ()])


def _allergy(line: Line) -> str:
    reaction = line.get("reaction", "")
    if not reaction:
        return line["substance"]
    return _("%(substance)s (%(reaction)s)") % {
        "substance": line["substance"],
        "reaction": reaction,
    }


def _shortened(names: Iterable[str]) -> str:
    names = list(names)
    shown = names[:1]
    for name in names[1:]:
        if len(", ".join([*shown, name])) > MOST_SIGNS:
            break
        shown.append(name)
    words, more = ", ".join(shown), len(names) - len(shown)
    if not more:
        return words
    return ngettext("%(words)s and %(count)s more", "%(words)s and %(count)s more", more) % {
        "words": words,
        "count": more,
    }


def topic_problem_words(topic: Topic, code: str) -> str:
    """Say what is wrong with a text; patients.context gives the codes."""
    return str(_PROBLEMS[code]) % {"most": topic.most}


_PROBLEMS = {
    "status": gettext_lazy("This cannot be said of this topic. Write what is known."),
    "empty": gettext_lazy("Write what is known, one thing on each line."),
    "both": gettext_lazy("Lines are written below. Empty them, or take the tick away."),
    "too_many": gettext_lazy("This is more than can be kept here. Write at most %(most)s."),
    "unknown": gettext_lazy("This form is of another version. Open it anew."),
    "missing": gettext_lazy("Write this too, or empty the rest of the line."),
    "choice": gettext_lazy("Choose one from the list."),
    "figure": gettext_lazy(
        "Write the figure in digits, with a point where it has decimals, and no zeros after the "
        "last one, as in 58 or 58.5."
    ),
    "day": gettext_lazy("Write day, month and year, as in 12 3 2026."),
    "none": gettext_lazy("There is no such day. Write day, month and year, as in 12 3 2026."),
    "year": gettext_lazy("Write the year with four digits."),
    "future": gettext_lazy("This day has not come yet. Check the date."),
    "before_from": gettext_lazy("This day is before the one from which it holds."),
    "too_long": gettext_lazy("This is too long. Write less."),
    "emptied": gettext_lazy(
        "Nothing is written here any more. Write what is known, tick that there is none, or tick "
        "that what is recorded was entered in error."
    ),
    "two_ticks": gettext_lazy("Only one of these two can be true. Take one tick away."),
}
