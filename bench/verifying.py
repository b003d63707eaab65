"""How fast `verify` reads, and how much memory it takes however long the chain is.

Run as a module it verifies the database of the environment, in a process that does nothing else.
"""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, redirect_stdout
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.services import ROOT, database, environment, manage

STEPS = 10
ENTRIES = STEPS + 2
"""Entries of a loaded patient: the patient, the regimen, the steps."""


@dataclass(frozen=True)
class Verified:
    """One run: entries in the chain, seconds it took, and of the processor alone.

    `peak` is the most memory that the process held, in megabytes.
    """

    entries: int
    seconds: float
    processor: float
    peak: float


def verified(server: str, name: str, sizes: list[int]) -> Iterator[Verified]:
    """Fill one chain to each of the sizes in turn, and verify it."""
    with ExitStack() as stack:
        url = stack.enter_context(database(server, name))
        environ = environment(url, stack.enter_context(TemporaryDirectory()))
        manage(environ, "migrate", "--verbosity=0")
        entries = 0
        for size in sorted(sizes):
            more = ["--patients", str(max(1, (size - entries) // ENTRIES))]
            manage(environ, "seed_load", *more, "--clinics", "1", "--processes", "1")
            done = subprocess.run(
                [sys.executable, "-m", "bench.verifying"],
                cwd=ROOT,
                env={**environ, "DJANGO_SETTINGS_MODULE": "config.settings"},
                check=True,
                stdout=subprocess.PIPE,
            )
            run = Verified(**json.loads(done.stdout))
            entries = run.entries
            yield run


def peak() -> float:
    """The most memory that this process has held, in megabytes, as Linux tells it."""
    [line] = [
        line
        for line in Path("/proc/self/status").read_text().splitlines()
        if line.startswith("VmHWM:")
    ]
    return int(line.split()[1]) / 1024


def main() -> None:
    import django

    django.setup()

    from django.core.management import call_command
    from django.db import connection

    from ledger.models import Entry

    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    entries = Entry.objects.count()
    began, spent = time.perf_counter(), time.process_time()
    with redirect_stdout(sys.stderr):
        call_command("verify")
    seconds, processor = time.perf_counter() - began, time.process_time() - spent
    print(json.dumps(asdict(Verified(entries, seconds, processor, peak()))))  # noqa: T201


if __name__ == "__main__":
    main()
