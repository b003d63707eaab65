"""How fast a clinic is exported, beside a bare COPY of the same tables, and in how much memory.

Run as a module it exports the only clinic of the environment's database to a folder, in a process
that does nothing else.
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
from bench.verifying import peak


@dataclass(frozen=True)
class Exported:
    """One run: patients, rows in the tables of their record, lines in the files, their megabytes.

    `seconds` it took, and `processor` of those on a processor; `copied` the seconds that COPY takes
    for the same rows; `peak` the most memory that the process held until then, in megabytes.
    """

    patients: int
    rows: int
    lines: int
    megabytes: float
    seconds: float
    processor: float
    copied: float
    peak: float


def exported(server: str, name: str, sizes: list[int]) -> Iterator[Exported]:
    """Fill one clinic to each number of patients in turn, and export it."""
    with ExitStack() as stack:
        url = stack.enter_context(database(server, name))
        environ = environment(url, stack.enter_context(TemporaryDirectory()))
        manage(environ, "migrate", "--verbosity=0")
        patients = 0
        for size in sorted(sizes):
            more = ["--patients", str(size - patients)]
            manage(environ, "seed_load", *more, "--clinics", "1", "--processes", "1")
            patients = size
            with TemporaryDirectory() as folder:
                done = subprocess.run(  # noqa: S603 - our own command
                    [sys.executable, "-m", "bench.exporting", folder],
                    cwd=ROOT,
                    env={**environ, "DJANGO_SETTINGS_MODULE": "config.settings"},
                    check=True,
                    stdout=subprocess.PIPE,
                )
            yield Exported(**json.loads(done.stdout))


class Sink:
    """Takes what COPY writes, and counts its rows."""

    rows = 0

    def write(self, text: bytes) -> None:
        self.rows += text.count(b"\n")


def main() -> None:
    import django

    django.setup()

    from django.apps import apps
    from django.core.management import call_command
    from django.db import connection

    from ledger.models import AppendOnly, Submission
    from patients.models import Patient

    # The records with all their parts; what was sent as a form is no part of them.
    tables = [
        model._meta.db_table
        for model in apps.get_models()
        if issubclass(model, AppendOnly) and model is not Submission
    ]
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    folder = Path(sys.argv[1])
    began, spent = time.perf_counter(), time.process_time()
    with redirect_stdout(sys.stderr):
        call_command("export_clinic", output=folder, by="The bench", why="To measure")
    seconds, processor = time.perf_counter() - began, time.process_time() - spent
    most = peak()
    sink, began = Sink(), time.perf_counter()
    with connection.cursor() as cursor:
        for table in tables:
            cursor.copy_expert(f'COPY "{table}" TO STDOUT', sink)
    copied = time.perf_counter() - began
    manifest = json.loads((folder / "manifest.json").read_text())
    run = Exported(
        patients=Patient.objects.count(),
        rows=sink.rows,
        lines=sum(each["count"] for each in manifest["output"]),
        megabytes=sum(path.stat().st_size for path in folder.iterdir()) / 1e6,
        seconds=seconds,
        processor=processor,
        copied=copied,
        peak=most,
    )
    print(json.dumps(asdict(run)))  # noqa: T201


if __name__ == "__main__":
    main()
