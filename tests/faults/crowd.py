"""Eight people write and eight read at once: nobody is told that the database is locked.

Bounded: 2 seconds. Long: 5 minutes. Holds: every page is answered as if nobody else were there,
every step is there once, and the slowest answer stays below the 20 seconds that writers wait.
"""

import time
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.faults.service import SPOOL, Crowd, Writer, check_recorded, served, writers

LONG, BOUNDED = 300, 2
PEOPLE = 8


def run(*, is_long: bool) -> str:
    people = writers(PEOPLE)
    took: list[float] = []
    read = 0

    def write(person: Writer) -> None:
        began = time.monotonic()
        page = person.record()
        took.append(time.monotonic() - began)
        assert page.status == 302, f"a writer was answered {page.status}: {page.text}"

    def look(person: Writer) -> None:
        nonlocal read
        for path in (f"/regimens/{person.regimen.pk}/", "/patients/", "/"):
            status = person.browser.get(path).status_code
            assert status == 200, f"a reader of {path} was answered {status}"
            read += 1

    # Two services, so that two processes share the database, as with several workers.
    with TemporaryDirectory() as place:
        folder = Path(place)
        with served(folder, threads=8) as first, served(folder, threads=8) as second:
            for number, person in enumerate(people):
                person.at((first, second)[number % 2].port)
            readers = [Writer(person.regimen, dict(person.cookies)) for person in people]
            for number, reader in enumerate(readers):
                reader.at((second, first)[number % 2].port)
            crowd = Crowd(
                *(lambda person=person: write(person) for person in people),
                *(lambda reader=reader: look(reader) for reader in readers),
            )
            time.sleep(LONG if is_long else BOUNDED)
            failures = crowd.end()
            said = first.said() + second.said()
        assert not failures, f"{failures[0]} ({len(failures)} in all): {said[-3000:]}"
        assert "locked" not in said.lower(), said[-3000:]
        assert "Error" not in said, said[-3000:]
        assert not (folder / SPOOL).exists(), "an access event had to go to the spool"
    sent, acknowledged = check_recorded(people)
    assert sent == acknowledged
    assert all(person.sent for person in people), "somebody never had their turn"
    assert max(took) < 20
    return f"{sent} steps written and {read} pages read at once, the slowest in {max(took):.1f} s"
