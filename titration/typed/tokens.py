"""The pieces that may stand beside an amount, each a name and the pattern of its words."""

import re

from titration.typed.dates import DATE_SHAPE
from titration.typed.vocabulary import CLOCK, COUNT, END, ORDINALS, SLOT, SLOT_NAME, WEEKDAY

_FLAGS = re.IGNORECASE | re.ASCII
_QUOTED = r'\s*(?:“(?P<text>[^“”\r\n]*)”|"(?P<straight>[^"“”\r\n]*)")'
MOMENT = rf"(?:{SLOT}|{CLOCK})"
_JOIN = r"\s*(?:,\s*and\b|,|/|\+|&|\band\b)\s*"
_PERIOD = "hour|day|week|month"
_TO = r"\s*(?:to|or)\s+"
_FEW = rf"(?:(?P<few>once|{COUNT}(?:\s*times?)?){_TO})?"
TIMES = rf"{_FEW}(?P<count>once|twice|thrice|{COUNT}\s*times?){END}"
_EVERY = rf"""(?:
    every\s+(?:(?P<every>{COUNT})(?:{_TO}(?P<every_to>{COUNT}))?\s*(?P<every_unit>{_PERIOD})s?
             |(?P<ordinal>{"|".join(ORDINALS)})\s+
              (?:(?P<ordinal_unit>day|week|month)|(?P<ordinal_slot>{SLOT_NAME}))
             |(?P<each>{_PERIOD}|fortnight))
  | each\s+(?P<each_only>day|week|month)
  | (?:on\s+)?(?P<alternate>alternate)\s+(?:days?|(?P<alternate_slot>{SLOT_NAME}))
  | (?P<hourly>{COUNT})(?:{_TO}(?P<hourly_to>{COUNT}))?[\s-]*hourly
  | (?P<adverb>hourly|daily|weekly|fortnightly|monthly)
){END}"""

TOKENS = tuple(
    (name, re.compile(pattern, _FLAGS | re.VERBOSE))
    for name, pattern in (
        ("strengths", rf"strengths?\s+used{_QUOTED}"),
        ("product", rf"product{_QUOTED}"),
        ("calculation", rf"calculation{_QUOTED}"),
        ("instruction", rf"instruction{_QUOTED}"),
        ("in_words", rf"in\s+words(?:(?:\s*,)?\s+not\s+totalled)?\s*:?{_QUOTED}"),
        ("anchor", rf"count(?:ed|ing)\s+from\s+(?P<date>{DATE_SHAPE})"),
        (
            "changed",
            rf"""changed?\s+every\s+
            (?:(?P<count>{COUNT})\s*(?:(?P<days>days?)|(?P<weeks>weeks?)|hours?|hrs?|h)
              |(?P<week>week)){END}""",
        ),
        (
            "as_needed",
            rf"""(?:as|when|if|only\s+when)\s+(?:needed|required|necessary){END}
            (?:\s+for(?:{_QUOTED}|\s+(?P<words>[A-Za-z]+(?:[ -][A-Za-z]+){{0,7}}){END}))?""",
        ),
        ("maximum", rf"(?:at\s+most|max(?:imum)?(?:\s+of|[.:])?|(?:no|not)\s+more\s+than){END}"),
        ("volume_of", r"(?P<open>\()\s*(?:as\s+)?(?=[0-9.½¼¾])|(?:as|volume)\s+(?=[0-9.½¼¾])"),
        ("concentration", r"concentration\s+(?=[0-9.½¼¾])"),
        (
            "window",
            rf"""(?:(?:(?:each|every)\s+day|daily)\s+)?(?:from\s+)?
            (?P<start>{CLOCK})\s*(?:(?:to|until|till)\s+|[-–]\s*)(?P<end>{CLOCK})
            (?P<next_day>\s+(?:on\s+)?the\s+next\s+day{END})?""",
        ),
        (
            "rate",
            rf"""(?:per\s+|an?\s+|/\s*)(?:(?P<minute>minute|min)|hour|hr|h){END}
            |(?:per\s+|over\s+|/\s*)(?P<day>24)\s*(?:hours?|hrs?|h){END}""",
        ),
        ("single", rf"(?:once\s+only|one\s+dose\s+only|(?:as\s+)?(?:a\s+)?single\s+dose){END}"),
        (
            "one_day",
            rf"on\s+one\s+day\s+(?:of|in)\s+every\s+(?P<count>{COUNT})(?:\s*days){{0,1}}{END}",
        ),
        (
            "cycle",
            rf"""(?:on\s+)?(?:the\s+first|days\s+1\s*(?:to|[-–]))\s*(?P<on>{COUNT})(?:\s*days)?
            \s+(?:of|in)\s+(?:every|each|an?)\s+(?P<of>{COUNT})(?:[\s-]*days?(?:\s+cycle)?)?{END}""",
        ),
        (
            "on_off",
            rf"""(?P<on>{COUNT})\s*(?:days?|(?P<weeks>weeks?))\s+on{END}
            \s*(?:(?:,|/|,?\s*(?:and|then))\s*)?
            (?P<off>{COUNT})\s*(?:(?:(?P<days_off>days?)|(?P<weeks_off>weeks?))\s+)?off{END}""",
        ),
        (
            "one_week",
            rf"in\s+one\s+week\s+(?:of|in)\s+every\s+(?P<count>{COUNT})(?:\s*weeks){{0,1}}{END}",
        ),
        (
            "count",
            rf"""{TIMES}(?:
                \s*(?:an?\s+|per\s+|/\s*)(?P<per>{_PERIOD}|fortnight){END}
              | [\s-]+{_EVERY})""",
        ),
        (
            "count",
            rf"""(?:(?P<few>{COUNT}){_TO})?(?P<count>[1-9][0-9]{{0,4}})\s*[x×]\s*(?:
                (?:an?\s+|per\s+|/\s*)(?P<per>{_PERIOD}){END}
              | {_EVERY})""",
        ),
        ("every", _EVERY),
        (
            "weekdays",
            rf"""(?P<prefix>(?:(?:on|every|each)\s+){{0,2}})
            (?P<days>{WEEKDAY}(?:(?:{_JOIN}|\s*(?:to|through|[-–])\s*|\s+)(?:(?:on|every|each)\s+)?{WEEKDAY})*)""",
        ),
        ("moments", rf"{MOMENT}(?:{_JOIN}{MOMENT})*"),
        ("bare_count", TIMES),
        ("continuous", rf"continuous(?:ly)?{END}"),
        ("each_time", rf"each\s+time{END}"),
    )
)

# What says when: the others stand beside a dose.
WHEN = {
    *("window", "single", "one_day", "cycle", "on_off", "one_week", "count", "every"),
    *("weekdays", "moments", "bare_count", "as_needed", "in_words"),
}

LEFT_OVER = tuple(
    (code, re.compile(pattern, _FLAGS))
    for code, pattern in (
        ("range_words", rf"every\s+{COUNT}\s*[-‐‑‒–—~]\s*{COUNT}"),
        ("per_day", rf"(?:per\s+|an?\s+|/\s*)(?:day|week|month|24){END}|/7\b"),
        (
            "duration",
            rf"for\s+(?:the\s+(?:first|next)\s+)?(?:an?|{COUNT})(?:\s*(?:to|-)\s*{COUNT})?\s*(?:days?|weeks?|months?|nights?){END}|for\s+{COUNT}",
        ),
        (
            "more_steps",
            rf"(?:then|followed\s+by|increas\w*|reduc\w*|decreas\w*|titrat\w*|until){END}",
        ),
        ("night", rf"(?:in\s+the\s+night(?:time)?|(?:at\s+)?(?:tonight|midnight)){END}"),
        ("clock_unclear", r"(?:at\s+)?[0-9]{1,2}:[0-9]{1,2}(?::[0-9]{2})?|at\s+[0-9]{1,4}\b"),
        (
            "amount_in_words",
            rf"(?:an?\s+)?(?:half|quarter|one|two|three|four|five|six|seven|eight|nine|ten){END}",
        ),
    )
)
