"""kill -9 of the whole server while four people record; started again, and again.

Bounded: 3 rounds. Long: 200 rounds, some ten minutes. Holds: what was acknowledged is there, what
was not is there once when it is sent again, and the record verifies.
"""

import random
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.faults.service import CUT_OFF, Crowd, Sent, Service, Writer, check_recorded, writers

LONG, BOUNDED = 200, 3
PEOPLE = 4


def run(*, is_long: bool) -> str:
    rounds = LONG if is_long else BOUNDED
    people = writers(PEOPLE)
    chance = random.Random(1)
    cut = 0
    with TemporaryDirectory() as place:
        for _round in range(rounds):
            kill_once(people, Path(place), chance)
            cut += sum(not sent.is_acknowledged for sent in sent_by(people))
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


def kill_once(people: list[Writer], place: Path, chance: random.Random) -> None:
    """A service that is killed at some moment of somebody's write, once it has taken others."""
    before = sum(sent.is_acknowledged for sent in sent_by(people))
    service = Service(place)
    crowd = Crowd(*(person.at(service.port).record for person in people))
    try:
        wait_for(lambda: sum(sent.is_acknowledged for sent in sent_by(people)) > before, crowd)
        time.sleep(chance.uniform(0, 0.5))
        wait_for(lambda: any(sent.status is None for sent in sent_by(people)), crowd)
        time.sleep(chance.uniform(0, 0.03))
    finally:
        service.kill()
        failures = crowd.end()
    strange = [error for error in failures if not isinstance(error, CUT_OFF)]
    assert not strange, f"{strange}: {service.said()}"


def sent_by(people: list[Writer]) -> list[Sent]:
    return [sent for person in people for sent in list(person.sent)]


def wait_for(is_so: Callable[[], bool], crowd: Crowd) -> None:
    """Until it is so, or somebody in the crowd has failed, which is told afterwards."""
    until = time.monotonic() + 60
    while not is_so() and not crowd.failures:
        assert time.monotonic() < until, "nothing was recorded for a minute"
        time.sleep(0.002)
