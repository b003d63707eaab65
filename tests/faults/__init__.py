"""Faults: what happens to the record when the machine fails under it.

Each module is one fault and runs on a database of its own, on the engine of DATABASE_URL:

    .venv/bin/python -m tests.faults kill_server           as in the tests: seconds
    .venv/bin/python -m tests.faults kill_server --long    as long as its own text says
    .venv/bin/python -m tests.faults --long                every fault

with DATABASE_URL=sqlite: or DATABASE_URL=postgres://user@127.0.0.1/faults, a name to which a number
is added; the user has to be allowed to make databases, and for `disk_full` tablespaces. Each ends
with `verify`, and with an error when anything of the record is missing, double or changed.
"""
