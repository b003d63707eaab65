"""Run faults on a new database: see the text of this package."""

import os
import signal
import sys
import time
from argparse import ArgumentParser

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
django.setup()

from django.core.management import call_command  # noqa: E402

from tests.databases import connected_to, empty_database  # noqa: E402
from tests.faults.faults import BY_HAND, FAULTS, Unfit, load  # noqa: E402


def main() -> None:
    parser = ArgumentParser(prog="python -m tests.faults", description="Break things.")
    parser.add_argument(
        "name", nargs="?", choices=[*FAULTS, *BY_HAND], help="only this; all without it"
    )
    parser.add_argument("--long", action="store_true", help="as long as each fault's text says")
    asked = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_caught: sys.exit(143))  # clean up, as for Ctrl-C
    for name in [asked.name] if asked.name else [*FAULTS, *BY_HAND]:
        began = time.monotonic()
        with empty_database() as database, connected_to(database):
            call_command("migrate", verbosity=0)
            call_command("createcachetable", verbosity=0)
            try:
                told = load(name).run(is_long=asked.long)
                call_command("verify")
            except Unfit as unfit:
                told = f"NOT RUN: {unfit}"
        sys.stdout.write(f"{name}: {told} ({time.monotonic() - began:.0f} s)\n")


main()
