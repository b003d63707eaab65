"""Fill demonstration clinics with many patients, through the same entries as the pages write."""

import time
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Callable
from multiprocessing import cpu_count, get_context
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from access.models import Clinic
from patients.models import Patient, PatientCard
from titration.demo.loading import Load, clinics
from titration.models import DoseStep, RegimenCard

COUNTED = (Patient, PatientCard, RegimenCard, DoseStep)


def number(text: str) -> int:
    """A whole number from 1 on."""
    if not text.isdecimal() or int(text) < 1:
        raise ArgumentTypeError(_("type a whole number from 1 on"))
    return int(text)


class Command(BaseCommand):
    help = "Fill demonstration clinics with invented patients who have a regimen with steps each."

    def add_arguments(self, parser: ArgumentParser) -> None:
        several = cpu_count() if connection.vendor == "postgresql" else 1
        parser.add_argument("--patients", type=number, required=True)
        parser.add_argument("--steps-per-patient", type=number, default=10)
        parser.add_argument(
            "--clinics",
            type=number,
            default=several,
            help="how many share the patients; each is written by one process at a time",
        )
        parser.add_argument("--processes", type=number, default=several)

    def handle(
        self,
        *args: Any,
        patients: int,
        steps_per_patient: int,
        processes: int,
        **options: Any,
    ) -> None:
        if Clinic.objects.filter(is_demo=False).exists():
            raise CommandError(_("This database holds a real clinic: nothing was loaded."))
        filled = clinics(min(options["clinics"], patients))
        shares = [(clinic, len(range(n, patients, len(filled)))) for n, clinic in enumerate(filled)]
        before = counts()
        self.began, self.wanted, self.done = time.monotonic(), patients, 0
        if processes == 1 or len(shares) == 1:
            load_here(shares, steps_per_patient, self.tell)
        else:
            load_in_processes(shares, steps_per_patient, processes, self.tell)
        check_counts(before, [patients, patients, patients, patients * steps_per_patient])
        self.stdout.write(
            _("Loaded %(patients)s patients with %(steps)s dose steps in %(seconds)s seconds.")
            % {
                "patients": f"{patients:,}",
                "steps": f"{patients * steps_per_patient:,}",
                "seconds": f"{time.monotonic() - self.began:,.0f}",
            }
        )

    def tell(self, done: int) -> None:
        """Print how far the load is, once for each tenth of it."""
        tenths = self.done * 10 // self.wanted
        self.done = done
        if done * 10 // self.wanted > tenths:
            line = _("%(done)s of %(patients)s patients, %(rate)s a second") % {
                "done": f"{done:,}",
                "patients": f"{self.wanted:,}",
                "rate": f"{done / (time.monotonic() - self.began):,.0f}",
            }
            self.stdout.write(line)
            self.stdout.flush()


Shares = list[tuple[Clinic, int]]


def load_here(shares: Shares, steps: int, tell: Callable[[int], None]) -> None:
    """Fill clinic after clinic; `tell` hears how many patients there are so far."""
    done = 0
    for clinic, count in shares:
        for written in Load(clinic, steps, timezone.localdate()).patients(count):
            done += written
            tell(done)


def load_in_processes(
    shares: Shares, steps: int, processes: int, tell: Callable[[int], None]
) -> None:
    """As `load_here`, in several processes at once, each with clinics of its own."""
    context = get_context("fork")
    counters = [context.Value("q", 0) for _n in range(processes)]

    def work(mine: Shares, counter: Any) -> None:
        load_here(mine, steps, lambda done: setattr(counter, "value", done))

    connection.close()  # a forked process must not speak on its parent's connection
    workers = [
        context.Process(target=work, args=(shares[n::processes], counter))
        for n, counter in enumerate(counters)
    ]
    for worker in workers:
        worker.start()
    while any(worker.is_alive() for worker in workers):
        workers[0].join(timeout=1)
        tell(sum(counter.value for counter in counters))
        time.sleep(0.2)
    if any(worker.exitcode for worker in workers):
        raise CommandError(_("A process of the load failed; what it says stands above."))


def counts() -> list[int]:
    return [model._default_manager.count() for model in COUNTED]


def check_counts(before: list[int], wanted: list[int]) -> None:
    """Every row that was to be written is there, and no other."""
    found = [now - then for now, then in zip(counts(), before, strict=True)]
    if found != wanted:
        raise CommandError(
            _("The tables grew by %(found)s rows instead of %(wanted)s.")
            % {"found": found, "wanted": wanted}
        )
