"""The machine's clock is set back, and forward, between entries: order follows the numbers.

Bounded: 12 entries. Long: 2,000. Holds: numbers have no gap, no entry is recorded before the one
before it, the log shows the entries in the order of their numbers, and the record verifies.
"""

import random
from datetime import date, timedelta
from unittest.mock import patch

from django.utils import timezone

from ledger.models import Entry
from tests.titration.factories import regimen_of, step_of
from titration.reading import logged

LONG, BOUNDED = 2000, 12
REACH = 3 * 24 * 3600
"""Seconds, either way."""


def run(*, is_long: bool) -> str:
    regimen = regimen_of()
    chance = random.Random(1)
    truly_now = timezone.now
    back = 0
    shown = truly_now()
    for number in range(LONG if is_long else BOUNDED):
        before = shown
        shown = truly_now() + timedelta(seconds=chance.uniform(-REACH, REACH))
        back += shown < before
        with patch("django.utils.timezone.now", return_value=shown):
            step_of(regimen, date(1990, 1, 1) + timedelta(number))
    assert back, "the clock was never set back"
    entries = list(Entry.objects.order_by("number"))
    assert [entry.number for entry in entries] == list(range(1, len(entries) + 1))
    moments = [entry.recorded_at for entry in entries]
    assert moments == sorted(moments), "an entry is recorded before the one before it"
    steps = [entry.number for entry in entries if entry.kind == "dose-step"]
    log = sorted(logged.history(regimen.regimen).records, key=lambda step: step.number)
    assert [step.number for step in log] == steps
    assert [step.effective.on for step in log] == sorted(step.effective.on for step in log)
    return f"{len(entries)} entries, the clock set back {back} times"
