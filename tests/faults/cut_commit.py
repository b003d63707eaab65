"""The connection to PostgreSQL is cut in the COMMIT of a recording, by a proxy of our own.

Bounded: once before, amid and after the commit. Long: 100 times each. Holds: the person is told
that nobody knows whether it was recorded, and sending the form from that page records it once.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

from django.db import connection

from ledger.models import Submission
from tests.databases import address
from tests.faults.faults import Unfit
from tests.faults.proxy import Cut, Proxy
from tests.faults.service import Sent, Writer, check_recorded, heading, served, writers

LONG, BOUNDED = 100, 1
UNKNOWN = "It is not known whether this was recorded"


def run(*, is_long: bool) -> str:
    if connection.vendor != "postgresql":
        raise Unfit("SQLite has no connection that could be cut")
    to = connection.settings_dict
    proxy = Proxy(to["HOST"], to["PORT"])
    (person,) = writers(1)
    by_proxy = address(to["NAME"], f"127.0.0.1:{proxy.port}") + "?sslmode=disable"
    rounds = LONG if is_long else BOUNDED
    committed = 0
    try:
        with TemporaryDirectory() as place, served(Path(place), by_proxy) as service:
            person.at(service.port)
            for _round in range(rounds):
                for cut in Cut:
                    committed += cut_once(person, proxy, cut)
    finally:
        proxy.end()
    sent, acknowledged = check_recorded([person])
    assert sent == acknowledged == proxy.cuts == rounds * len(Cut)
    return f"{sent} commits cut, {committed} of them had gone through; each step is there once"


def cut_once(person: Writer, proxy: Proxy, cut: Cut) -> bool:
    """One recording that is cut, and sent again from the page; whether the first had committed."""
    sent = person.read_back()
    proxy.cut = cut
    page = person.send(sent)
    assert (page.status, heading(page)) == (503, UNKNOWN), f"{cut}: {page.status} {page.text}"
    was_committed = Submission.objects.filter(uuid=sent.submission).exists()
    assert cut is not Cut.BEFORE or not was_committed
    assert cut is not Cut.AFTER or was_committed
    again = Sent(sent.path, page.values)
    assert again.submission == sent.submission
    page = person.send(again)
    assert again.is_acknowledged, f"{cut}: {page.status} {page.text}"
    person.sent.remove(sent)
    return was_committed
