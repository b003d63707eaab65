"""Fill a new database with this version's own code and write its rows; see the package's text."""

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import date

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client, override_settings  # noqa: E402

from tests.factories import ClinicFactory, PatientFactory, member  # noqa: E402
from tests.pages import Page  # noqa: E402
from tests.titration.doses import times  # noqa: E402
from tests.titration.factories import regimen_of, step_of  # noqa: E402

APPS = ("access", "ledger", "patients", "titration")


def fill() -> None:
    """The demonstration, and a clinic in use with a log, a retraction and access events."""
    call_command("seed_demo", verbosity=0, stdout=sys.stderr)
    clinic = ClinicFactory(name="Harbour Clinic", time_zone="America/New_York")
    by = member(clinic, name="Dr A. Osei")
    name = {"family_name": "Żółkiewska-O'Neill", "given_names": "Irena"}
    patient = PatientFactory(clinic=clinic, by=by, **name)
    regimen = regimen_of(patient, by=by)
    step_of(regimen, date(2026, 3, 2), note='as the letter says: "5 mg"\nthree times\ta day')
    second = step_of(regimen, date(2026, 3, 9), components=(times(3, "7.5"),))
    step_of(regimen, date(2026, 3, 16), kind="withhold")
    client = Client()
    client.force_login(by)
    with override_settings(ALLOWED_HOSTS=["testserver"]):
        for path in ("/", "/patients/", f"/patients/{patient.pk}/"):
            client.get(path)
        path = f"/steps/{second.entry.subject}/retract/"
        client.post(path, {**Page(client.get(path)).values, "reason": "twice"})


def rows() -> dict[str, dict]:
    """Every row as SQLite holds it, its values as text; nobody's password."""
    tables = {}
    with closing(sqlite3.connect(connection.settings_dict["NAME"])) as database:
        names = database.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1")
        for (name,) in names.fetchall():
            if name.split("_")[0] not in APPS:
                continue
            found = database.execute(f'SELECT * FROM "{name}"')
            columns = [column[0] for column in found.description]
            held = [[None if v is None else str(v) for v in row] for row in found]
            for row in held if name == "access_user" else ():
                row[columns.index("password")] = "!"
            if held:
                tables[name] = {"columns": columns, "rows": held}
    return tables


def main() -> None:
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    fill()
    with connection.cursor() as cursor:
        cursor.execute("SELECT app, max(name) FROM django_migrations GROUP BY app")
        migrations = {app: name for app, name in cursor.fetchall() if app in APPS}
    commit = subprocess.check_output(["git", "rev-parse", "--short", "HEAD"], text=True).strip()
    text = json.dumps(
        {"commit": commit, "migrations": migrations, "tables": rows()}, ensure_ascii=False
    )
    sys.stdout.write(text.replace("], [", "],\n["))  # a row on a line


main()
