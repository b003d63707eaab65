"""kill -9 of the whole server while four people record; started again, and again.

Bounded: 3 rounds. Long: 200 rounds, some ten minutes. Holds: what was acknowledged is there, what
was not is there once when it is sent again, and the record verifies.
"""

import random
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.faults.service import CUT_OFF, Crowd, Service, check_recorded, writers

LONG, BOUNDED = 200, 3
PEOPLE = 4


def run(*, is_long: bool) -> str:
    rounds = LONG if is_long else BOUNDED
    people = writers(PEOPLE)
    chance = random.Random(1)
    cut = 0
    with TemporaryDirectory() as place:
        for number in range(rounds):
            service = Service(Path(place))
            try:
                crowd = Crowd(*(person.at(service.port).record for person in people))
                time.sleep(0.3 + chance.random())
            finally:
                service.kill()
            failures = crowd.end()
            strange = [error for error in failures if not isinstance(error, CUT_OFF)]
            assert not strange, f"round {number}: {strange}: {service.said()}"
            cut += sum(not sent.is_acknowledged for person in people for sent in person.sent)
            check_recorded(people)
        service = Service(Path(place))
        try:
            for person in people:
                page = person.at(service.port).record()
                assert person.sent[-1].is_acknowledged, f"{page.status}: {page.text}"
        finally:
            service.end()
    sent, acknowledged = check_recorded(people)
    assert sent == acknowledged
    assert cut, "no write was cut off: the kills tested nothing"
    return f"{rounds} rounds: {sent} steps, {cut} of them cut off and sent again"
