"""A pump's print-out in words: concentration, boluses, volumes, and what cannot be as typed."""

from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from titration.wording.figures import range_words

_MESSAGES = {
    "alarm_missing": gettext_noop("Choose whether an alarm was heard, or choose another event."),
    "bolus_missing": gettext_noop(
        "Write the amount of each bolus by the patient, or leave it all out."
    ),
    "bridge_missing": gettext_noop("Write the amount of the bridge bolus, or leave it out."),
    "concentration_half": gettext_noop("Write the concentration with its unit, or leave both out."),
    "concentration_missing": gettext_noop("Write the new concentration as the print-out has it."),
    "concentration_zero": gettext_noop("Write the concentration as a figure above zero."),
    "limit_half": gettext_noop("Write both: how many boluses, and within how many hours."),
    "removed_runs": gettext_noop(
        "A pump that is taken out has no programme and no filling. Leave them out, or choose "
        "another event."
    ),
    "unit_missing": gettext_noop("Choose the unit."),
}


def pump_problem_words(code: str) -> str:
    """Say what a code of pump.check_text means and what to do."""
    return _(_MESSAGES[code])


def concentration_words(figure: Decimal, unit: str) -> str:
    """Write a concentration: "2,000 micrograms per mL"."""
    return _("%(amount)s per mL") % {"amount": range_words(figure, None, unit)}


def volume_words(volume: Decimal) -> str:
    """Write a volume: "18.2 mL"."""
    return range_words(volume, None, "mL")


def patient_bolus_words(
    amount: Decimal, unit: str, times: int | None, hours: int | None, lockout: int | None
) -> str:
    """Write a bolus that the patient may give, with its limits, each as far as it is written."""
    said = [_("%(amount)s each time") % {"amount": range_words(amount, None, unit)}]
    if times is not None and hours is not None:
        said.append(
            _("at most %(times)s in %(hours)s")
            % {
                "times": ngettext("%(count)s time", "%(count)s times", times) % {"count": times},
                "hours": ngettext("%(count)s hour", "%(count)s hours", hours) % {"count": hours},
            }
        )
    if lockout is not None:
        said.append(_("not again within %(minutes)s") % {"minutes": minutes_words(lockout)})
    return ", ".join(said)


def bridge_words(amount: Decimal, unit: str, minutes: int | None) -> str:
    """Write a bridge bolus: "37.5 micrograms over 95 minutes"."""
    words = range_words(amount, None, unit)
    if minutes is None:
        return words
    return _("%(amount)s over %(minutes)s") % {"amount": words, "minutes": minutes_words(minutes)}


def minutes_words(minutes: int) -> str:
    return ngettext("%(count)s minute", "%(count)s minutes", minutes) % {"count": f"{minutes:,}"}
