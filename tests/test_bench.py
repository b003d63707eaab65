"""The bench: what it counts, what it refuses to time, how it reckons ratios."""

import subprocess
import sys
from collections.abc import Iterator
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from uuid import UUID

import pytest

from bench import __main__ as bench
from bench.exporting import Exported
from bench.loading import Answer, Page, Run, Site, run
from bench.measures import Log, Timing, check, first_views, pages, patient_page
from bench.services import ROOT
from bench.verifying import Verified


class Service(BaseHTTPRequestHandler):
    """Answers "/" with a cookie, and everything else with 404."""

    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/" else 404)
        self.send_header("Set-Cookie", "session=abc; Path=/")
        self.end_headers()
        self.wfile.write(b"hello")

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def site() -> Iterator[Site]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
    thread = Thread(target=server.serve_forever, args=[0.01])  # how often it looks for its end
    thread.start()
    yield Site(server.server_port)
    server.shutdown()
    thread.join()
    server.server_close()


def page(path: str = "/", body: bytes = b"hello", status: HTTPStatus = HTTPStatus.OK) -> Page:
    return Page("page", path, None, lambda answer: answer.body == body, status)


@pytest.mark.parametrize("clients", [1, 8])
def test_a_run_asks_at_least_so_often(site: Site, clients: int) -> None:
    answer = run(site, page(), clients, seconds=0, fewest=16)
    assert site.answered == 16
    assert 0 < answer.time < 1000


def test_a_run_stops_at_an_answer_of_another_status(site: Site) -> None:
    with pytest.raises(RuntimeError, match="404"):
        run(site, page("/gone/"), 2, seconds=0)


def test_cookies_are_kept(site: Site) -> None:
    site.ask("/")
    assert site.cookies == {"session": "abc"}


@pytest.mark.parametrize(
    "wrong", [page("/gone/"), page(body=b"sign in"), page(status=HTTPStatus.FOUND)]
)
def test_a_page_that_is_not_what_it_is_known_by_is_never_timed(site: Site, wrong: Page) -> None:
    with pytest.raises(RuntimeError, match="page answers"):
        check(site, wrong)


def test_a_page_that_is_what_it_is_known_by_may_be_timed(site: Site) -> None:
    check(site, page())


def test_ratios_are_those_of_each_round() -> None:
    ours = [Run(20, 8), Run(60, 8), Run(30, 8)]
    floor = [Run(10, 4), Run(20, 4), Run(30, 2)]
    line = Timing("page", 8, ours, floor, target=2.5, method="").line()
    assert (line["ours_processor"], line["ratio_processor"]) == (8, 2)
    assert (line["lowest"], line["ratio"], line["highest"]) == (1, 2, 3)
    assert (line["ours"], line["floor"], line["target"]) == (30, 20, 2.5)


def test_every_page_of_the_issue_is_measured() -> None:
    log = Log("p", "r", "L000001", "9990000018", "Novak Ire", "16-Nov-2026")
    named = {page.name for page in pages(log, log, log)}
    others = {"pdf-200", "chart-200", "seed-load", "record-step", "entries", "verify"}
    others |= {"plan-100", patient_page(log).name, "worklist", "export-clinic"}
    assert named | others == set(bench.NAMES)


def test_a_page_is_measured_as_it_is_first_seen_too_but_what_is_never_remembered() -> None:
    log = Log("p", "r", "L000001", "9990000018", "Novak Ire", "16-Nov-2026")
    named = [page.name for page in first_views(pages(log, log, log))]
    assert named == [
        "timeline-20-first",
        "timeline-200-first",
        "list-50-first",
        "name-search-first",
    ]


def test_a_page_of_ten_regimens_is_known_by_all_of_them() -> None:
    log = Log("p", "", "L000001", "9990000018", "", "16-Nov-2026")
    holds = patient_page(log).holds
    links = [b"/regimens/%s/" % str(UUID(int=number)).encode() for number in range(10)]
    body = b"<svg> L000001 16-Nov-2026 " + b"".join(links)
    assert holds(Answer(200, "", body))
    assert not holds(Answer(200, "", body.replace(links[9], links[0])))
    assert not holds(Answer(200, "", body.replace(b"<svg>", b"")))


def test_an_unknown_name_is_refused(monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    monkeypatch.setattr(sys, "argv", ["bench", "timeline-21"])
    with pytest.raises(SystemExit):
        bench.arguments()
    assert "timeline-21" in capsys.readouterr().err


def test_a_server_that_does_not_answer_is_told_in_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["bench", "--server", "postgres://nobody@127.0.0.1:1/none"])
    with pytest.raises(SystemExit, match="no PostgreSQL answers"):
        bench.main()


def test_verify_is_measured_at_each_length_beside_the_shortest(monkeypatch, capsys) -> None:
    runs = [Verified(20_000, 4, 2, 80), Verified(100_000, 10, 8, 82)]
    monkeypatch.setattr(bench, "verified", lambda *_asked: iter(runs))
    monkeypatch.setattr(sys, "argv", ["bench", "verify", "--chains", "20000", "100000"])
    short, long = bench.verify(bench.arguments())
    assert (short["name"], short["ours"], short["peak_ratio"]) == ("verify-20000", 5000, 1)
    assert (long["ours"], long["ours_processor"], long["peak_ratio"]) == (10_000, 12_500, 1.02)


def test_an_export_is_measured_at_each_size_beside_a_bare_copy(monkeypatch) -> None:
    runs = [
        Exported(10_000, 440_000, 330_000, 490, 100, 50, 2, 80),
        Exported(100_000, 4_400_000, 3_300_000, 4900, 1000, 500, 25, 84),
    ]
    monkeypatch.setattr(bench, "exported", lambda *_asked: iter(runs))
    monkeypatch.setattr(sys, "argv", ["bench", "export-clinic"])
    small, large = bench.export_clinic(bench.arguments())
    assert (small["ours"], small["ours_processor"], small["floor"]) == (4400, 8800, 220_000)
    assert (small["ratio"], small["peak_ratio"]) == (50, 1)
    assert (large["name"], large["peak_ratio"]) == ("export-clinic-100000", 1.05)


def test_the_peak_of_memory_never_falls() -> None:
    """In a process of its own: the peak of this one may be far above what it holds now."""
    script = """
from bench.verifying import peak
before = peak()
held = b"x" * 60_000_000
during = peak()
del held
print(before, during, peak())
"""
    run = [sys.executable, "-c", script]
    told = subprocess.run(run, capture_output=True, text=True, check=True, cwd=ROOT)
    before, during, after = map(float, told.stdout.split())
    assert during >= before + 20
    assert after >= before + 20
