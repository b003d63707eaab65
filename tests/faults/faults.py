"""Which faults there are."""

from importlib import import_module
from types import ModuleType

FAULTS = ("kill_server", "cut_commit", "disk_full", "crowd", "older_database", "clock_back")
BY_HAND = ("wal_full",)
"""Those that take longer than a run of all tests has for one."""


class Unfit(Exception):
    """This machine, or this engine, cannot have the fault; the message says why."""


def load(name: str) -> ModuleType:
    """The module of a fault: it has `run(is_long)`, which returns what it did, in words."""
    return import_module(f"tests.faults.{name}")
