"""Run the bench: JSON lines to stdout, what goes on to stderr. Started by script/bench."""

import getpass
import json
import os
import signal
import sys
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from contextlib import ExitStack, redirect_stdout
from dataclasses import replace
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlencode

import psycopg2

from bench.exporting import Exported, exported
from bench.loading import Run, Site, run
from bench.measures import (
    AUTH1,
    INSERT,
    Log,
    Page,
    Timing,
    check,
    export,
    first_views,
    floors,
    pages,
    patient_page,
    plan_page,
    worklist_page,
)
from bench.recording import WRITERS, Recorder, entries_a_second, fdatasync_ms
from bench.services import WORKERS, database, environment, floor, manage, served
from bench.verifying import Verified, verified

CLIENTS = (1, 8)
STEPS_A_SECOND = 1_000_000 / 600
PDF_MS, CHART_MS = 300, 3
RECORD_TARGET = 2
GROWTH_TARGET = 1.5
NAMES = (
    *("timeline-20", "timeline-200", "list-50", "exact-number", "name-search"),
    *("pdf-200", "chart-200", "seed-load", "record-step", "entries", "verify"),
    *("plan-100", "patient-ten", "worklist", "export-clinic"),
)

NOTHING = {"REMEMBERED_MB": "0"}  # each view is the first one

Line = dict[str, Any]


def main() -> None:
    asked = arguments()
    try:
        psycopg2.connect(asked.server, connect_timeout=5).close()
    except psycopg2.OperationalError:
        sys.exit(f"script/bench: no PostgreSQL answers at {asked.server}; name one with --server.")
    signal.signal(signal.SIGTERM, lambda *_caught: sys.exit(143))  # clean up, as for Ctrl-C
    out = sys.stdout
    with ExitStack() as stack:
        stack.enter_context(redirect_stdout(sys.stderr))  # what commands print is no result
        url = stack.enter_context(database(asked.server, f"bench_ours_{os.getpid()}"))
        environ = environment(url, stack.enter_context(TemporaryDirectory()))
        manage(environ, "migrate", "--verbosity=0")
        manage(environ, "createcachetable")
        manage(environ, "collectstatic", "--no-input", "--verbosity=0")
        os.environ.update(environ, DJANGO_SETTINGS_MODULE="config.settings")
        for line in bench(asked, environ):
            out.write(json.dumps(line) + "\n")
            out.flush()


def arguments() -> Namespace:
    parser = ArgumentParser(prog="script/bench", description="Measure against a floor.")
    parser.add_argument("name", nargs="?", choices=NAMES, help="only this; all without it")
    parser.add_argument("--patients", type=int, default=2000, help="to load, with 10 steps each")
    parser.add_argument(
        "--chains",
        type=int,
        nargs="+",
        default=[20_000, 100_000],
        metavar="ENTRIES",
        help="how long the chains are that verify reads",
    )
    parser.add_argument(
        "--regimens",
        type=int,
        nargs="+",
        default=[1_000, 100_000],
        metavar="OPEN",
        help="how many open regimens the clinics have whose worklists are read",
    )
    parser.add_argument(
        "--exported",
        type=int,
        nargs="+",
        default=[10_000, 100_000],
        metavar="PATIENTS",
        help="how many patients the clinic has that is exported",
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2, help="of each run")
    parser.add_argument("--pause", type=float, default=3, help="seconds before each run")
    parser.add_argument(
        "--server",
        default=f"postgres://{getpass.getuser()}@127.0.0.1:5432/postgres",
        help="the PostgreSQL to use; the bench makes two databases of its own there",
    )
    return parser.parse_args()


def bench(asked: Namespace, environ: dict[str, str]) -> Iterator[Line]:
    """The lines of what was asked for; the largest clinics last, since they fill the tables."""
    if asked.name in (None, "verify"):
        yield from verify(asked)
    if asked.name in (None, "export-clinic"):
        yield from export_clinic(asked)
    if asked.name not in ("verify", "worklist", "export-clinic"):
        with ExitStack() as stack:
            yield from loaded(asked, environ, stack)
    if asked.name in (None, "worklist"):
        with ExitStack() as stack:
            yield from worklists(asked, environ, stack)


def loaded(asked: Namespace, environ: dict[str, str], stack: ExitStack) -> Iterator[Line]:
    """Load, check, serve, measure."""
    from bench import clinic  # not before the environment is that of the service

    def wants(name: str) -> bool:
        return asked.name in (None, name)

    seconds = clinic.load(asked.patients, 10)
    if wants("seed-load"):
        yield seed_load(asked.patients, seconds)
    for steps in (20, 200):
        clinic.load(1, steps, clinics=1, processes=1)
    *others, with_20, with_200 = clinic.newest_logs(12)
    ten = clinic.ten_regimens() if wants("patient-ten") else None
    clinic.settle()
    if wants("chart-200"):
        rounds = [1000 * clinic.chart_seconds(with_200, 20) for _n in range(asked.rounds)]
        yield alone("chart-200", rounds, CHART_MS, "drawing alone, in process, mean of 20 a round")
    if wants("entries"):
        yield from entries(asked)
    somebody = next(log for log in others if log.nhs_number)
    chosen = [page for page in pages(somebody, with_20, with_200) if wants(page.name)]
    if wants("plan-100"):
        chosen.append(plan_page(with_20, *clinic.sign_plan(with_20.regimen, rows=100)))
    if ten is not None:
        chosen.append(patient_page(ten))
    if not chosen and not wants("pdf-200") and not wants("record-step"):
        return

    ours = stack.enter_context(served("config.wsgi", environ, "/health/"))
    sign_in(ours, clinic.prescriber(), clinic.PASSWORD)
    least = stack.enter_context(floor(asked.server))
    events, answered = clinic.events(), ours.answered
    if wants("pdf-200"):
        yield pdf(asked, ours, with_200)
    if wants("record-step"):
        newest = clinic.newest_day(others[-1].regimen)
        yield record_step(asked, Recorder(ours, others[-1].regimen, newest), least)
    beside = [page for page in floors() if asked.name is None or page.name == AUTH1]
    legs = [(least, page) for page in beside] + [(ours, page) for page in chosen]
    sites = [ours]
    if firsts := first_views(chosen):
        sites.append(forgetful(environ, stack, ours))
        legs += [(sites[-1], page) for page in firsts]
    for clients in CLIENTS if chosen else ():
        yield from compare(asked, legs, clients)
    if clinic.events() - events < sum(site.answered for site in sites) - answered:
        raise RuntimeError("there are fewer access events than answers")


def worklists(asked: Namespace, environ: dict[str, str], stack: ExitStack) -> Iterator[Line]:
    """The first page of clinics of each size in the same rounds, and how it grows with them."""
    from bench import clinic
    from bench.worklists import fill

    people = [fill(f"Open {count}", count, clinic.PASSWORD) for count in asked.regimens]
    clinic.settle()
    ours = stack.enter_context(served("config.wsgi", environ, "/health/"))
    least = stack.enter_context(floor(asked.server))
    legs = [(least, page) for page in floors() if page.name == AUTH1]
    for count, person in zip(asked.regimens, people, strict=True):
        site, page = replace(ours, cookies={}), worklist_page(count)
        sign_in(site, person.email, clinic.PASSWORD)
        legs.append((site, page))
    anew = forgetful(environ, stack, ours)
    for site, page in legs[1:]:
        legs += [(replace(anew, cookies=site.cookies), first) for first in first_views([page])]
    for clients in CLIENTS:
        lines = list(compare(asked, legs, clients))
        yield from lines
        first, *others = lines[1 : 1 + len(people)]
        for line in others:
            yield {
                "name": f"{line['name']}-growth",
                "clients": clients,
                "ours": line["ours"],
                "floor": first["ours"],
                "ratio": round(line["ours"] / first["ours"], 2),
                "target": GROWTH_TARGET,
                "method": f"milliseconds, medians as above, ratio to {first['name']}",
            }


def forgetful(environ: dict[str, str], stack: ExitStack, ours: Site) -> Site:
    """The same service with each view the first one, for who is signed in to ours."""
    site = stack.enter_context(served("config.wsgi", environ | NOTHING, "/health/"))
    return replace(site, cookies=ours.cookies, answered=0)


def entries(asked: Namespace) -> Iterator[Line]:
    """Entries a second by several writers, into one clinic and into as many as there are."""
    from bench import clinic

    clinic.load(WRITERS, 10, clinics=WRITERS, processes=1)
    for name, regimens in (
        ("entries-one-clinic", clinic.several_of_one_clinic(WRITERS)),
        ("entries-a-clinic-each", clinic.one_of_each_clinic(WRITERS)),
    ):
        rates = [entries_a_second(regimens, asked.seconds) for _n in range(asked.rounds)]
        yield {
            "name": name,
            "ours": round(median(rates)),
            "floor": None,
            "ratio": None,
            "lowest": round(min(rates)),
            "highest": round(max(rates)),
            "target": None,
            "method": f"entries a second by {WRITERS} processes, median of {len(rates)} rounds",
        }


def record_step(asked: Namespace, recorder: Recorder, least: Site) -> Line:
    """One step through the whole stack against the floor's one INSERT, a run of each a round."""
    insert = next(page for page in floors() if page.name == INSERT)
    recorder.run(WORKERS * 2)
    ours, floor = [], []
    for _round in range(asked.rounds):
        time.sleep(asked.pause)
        floor.append(run(least, insert, clients=1, seconds=0, fewest=20))
        ours.append(recorder.run(20))
    method = (
        f"milliseconds for the request that records, one client, {WORKERS} sync workers, "
        f"{asked.rounds} rounds of 20, ratio to one INSERT of the same round; fdatasync of 8 kB "
        f"takes {fdatasync_ms():.2f} ms here"
    )
    return Timing("record-step", 1, ours, floor, RECORD_TARGET, method).line()


def seed_load(patients: int, seconds: float) -> Line:
    """The load: steps a second against what a million in ten minutes takes."""
    return {
        "name": "seed-load",
        "ours": round(patients * 10 / seconds),
        "floor": None,
        "ratio": None,
        "target": round(STEPS_A_SECOND),
        "method": f"steps a second: {patients:,} patients with 10 each in {seconds:.0f} s",
    }


def verify(asked: Namespace) -> Iterator[Line]:
    """Entries a second and the peak of memory at each length, beside the peak at the shortest."""
    runs: list[Verified] = []
    for done in verified(asked.server, f"bench_verify_{os.getpid()}", asked.chains):
        runs.append(done)
        yield {
            "name": f"verify-{done.entries}",
            "ours": round(done.entries / done.seconds),
            "floor": None,
            "ratio": None,
            "target": None,
            "ours_processor": round(done.entries / done.processor),
            "peak": round(done.peak, 1),
            "peak_ratio": round(done.peak / runs[0].peak, 2),
            "method": (
                f"entries a second of the whole command, one process: {done.entries:,} entries of "
                f"one clinic in {done.seconds:.1f} s; peak in MB, ratio to the shortest chain's"
            ),
        }


def export_clinic(asked: Namespace) -> Iterator[Line]:
    """Rows a second and the peak of memory at each size, beside COPY of the same tables."""
    runs: list[Exported] = []
    for done in exported(asked.server, f"bench_export_{os.getpid()}", asked.exported):
        runs.append(done)
        yield {
            "name": f"export-clinic-{done.patients}",
            "ours": round(done.rows / done.seconds),
            "floor": round(done.rows / done.copied),
            "ratio": round(done.seconds / done.copied, 1),
            "target": None,
            "ours_processor": round(done.rows / done.processor),
            "peak": round(done.peak, 1),
            "peak_ratio": round(done.peak / runs[0].peak, 2),
            "method": (
                f"rows a second of the whole command, one process: {done.rows:,} rows of "
                f"{done.patients:,} patients as {done.lines:,} resources, "
                f"{done.megabytes:,.0f} MB, in {done.seconds:.1f} s; floor: COPY of the same "
                "tables; ratio of the seconds; peak in MB, ratio to the fewest patients'"
            ),
        }


def alone(name: str, rounds: list[float], target: float, method: str) -> Line:
    """A figure in milliseconds that no floor stands beside."""
    return {
        "name": name,
        "ours": round(median(rounds), 2),
        "floor": None,
        "ratio": None,
        "lowest": round(min(rounds), 2),
        "highest": round(max(rounds), 2),
        "target": target,
        "method": f"milliseconds, {method}, median of {len(rounds)} rounds",
    }


def pdf(asked: Namespace, ours: Site, log: Log) -> Line:
    """The history of 200 steps as a PDF, asked for by one client."""
    page = export(log)
    check(ours, page)
    rounds = []
    for _round in range(asked.rounds):
        time.sleep(asked.pause)
        rounds.append(run(ours, page, clients=1, seconds=0, fewest=5).time)
    return alone(page.name, rounds, PDF_MS, "one client, mean of 5 answers a round")


def compare(asked: Namespace, legs: list[tuple[Site, Page]], clients: int) -> Iterator[Line]:
    """Interleaved rounds of all legs; each page's time against that of auth1 in the same round."""
    for site, page in legs:
        check(site, page)
        run(site, page, clients=WORKERS, seconds=0, fewest=10)  # every worker is warm
    runs: dict[str, list[Run]] = {page.name: [] for _site, page in legs}
    for number in range(asked.rounds):
        first = number % len(legs)
        for site, page in legs[first:] + legs[:first]:
            time.sleep(asked.pause)
            runs[page.name].append(run(site, page, clients, asked.seconds))
    method = (
        f"milliseconds for an answer, {clients} clients, {WORKERS} sync workers, {asked.rounds} "
        f"interleaved rounds of {asked.seconds:g} s after {asked.pause:g} s of rest, "
        f"ratio to auth1 of the same round, {asked.patients:,} patients"
    )
    for _site, page in legs:
        ratio = Timing(page.name, clients, runs[page.name], runs[AUTH1], page.target, method)
        yield ratio.line()


def sign_in(site: Site, email: str, password: str) -> None:
    """Sign in as a person does, through the form."""
    from django.conf import settings  # not before the environment is that of the service

    path = "/accounts/login/"
    site.ask(path)
    token = site.cookies[settings.CSRF_COOKIE_NAME]
    form = {"login": email, "password": password, "csrfmiddlewaretoken": token}
    answer = site.ask(
        path,
        urlencode(form).encode(),
        **{
            "Content-Type": "application/x-www-form-urlencoded",
            "Referer": f"https://127.0.0.1:{site.port}{path}",
        },
    )
    if answer.location != "/" or settings.SESSION_COOKIE_NAME not in site.cookies:
        raise RuntimeError(f"signing in answered {answer.status}")


if __name__ == "__main__":
    main()
