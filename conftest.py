"""What every test relies on: no network, the browser, steady property tests, shared set-up."""

import gc
import ipaddress
import os
import re
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.management.commands import flush
from django.db import connection, transaction
from django.http import FileResponse
from django.test import Client
from hypothesis import settings as hypothesis_settings
from pytest_django.django_compat import is_django_unittest

from ledger import reread

ROOT = Path(__file__).parent
E2E = ROOT / "tests" / "e2e"
VEILED = re.compile(r"\bfind=[\w%=-]+")  # a search in an address: another row of letters each time
LONGEST = "test_pages_are_accessible.py"  # begun first, another process does the rest meanwhile
IN_CI = os.environ.get("CI") == "true"

# Here property tests explore; in CI they repeat themselves, so that a red run means this change.
hypothesis_settings.register_profile("local", deadline=None)
hypothesis_settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
hypothesis_settings.register_profile("thorough", deadline=None, max_examples=10_000)
hypothesis_settings.load_profile("ci" if IN_CI else "local")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Browser tests go last, and on SQLite only those that are marked for it.

    A test of what only the other engine has is left out too: what is skipped is something missing.
    So is, on PostgreSQL, what reaches no database and has no browser: SQLite's run has said it.

    Last, because a browser leaves an event loop behind, in which Django refuses to query.
    """
    on_sqlite = settings.DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3"
    plain, browser, left_out = [], [], []
    for item in items:
        own = item.get_closest_marker("only_on")
        of_other = own is not None and (own.args[0] == "sqlite") != on_sqlite
        is_browser = item.path.is_relative_to(E2E)
        if of_other or not (on_sqlite or is_browser or reaches_database(item)):
            left_out.append(item)
        elif not is_browser:
            plain.append(item)
        elif on_sqlite and item.get_closest_marker("sqlite_too") is None:
            left_out.append(item)
        else:
            browser.append(item)
    config.hook.pytest_deselected(items=left_out)
    browser.sort(key=lambda item: item.path.name != LONGEST)
    items[:] = plain + browser


def reaches_database(item: pytest.Item) -> bool:
    """Whether the test may: without one of these, pytest-django refuses it every connection."""
    return (
        "django_db_setup" in item.fixturenames  # which every fixture with a database asks for
        or item.get_closest_marker("django_db") is not None
        or is_django_unittest(item)
    )


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Nothing that is collected is garbage: to look for some took half of the time."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()


def pytest_collection_finish() -> None:
    """What is loaded by now stays: looking through it for garbage again and again took a tenth."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 10, 10)


@pytest.fixture(autouse=True, scope="session")
def only_this_machine():
    """Refuse every connection that would leave this machine."""

    def is_here(host: object) -> bool:
        if host in (None, "", "localhost"):
            return True
        try:
            return ipaddress.ip_address(str(host)).is_loopback
        except ValueError:
            return False

    connect, getaddrinfo = socket.socket.connect, socket.getaddrinfo

    def local_connect(self, address):
        if self.family != socket.AF_UNIX and not is_here(address[0]):
            raise AssertionError(f"a test reached for {address[0]}")
        return connect(self, address)

    def local_getaddrinfo(host, *args, **kwargs):
        if not is_here(host):
            raise AssertionError(f"a test looked up {host}")
        return getaddrinfo(host, *args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", local_connect)
        patch.setattr(socket, "getaddrinfo", local_getaddrinfo)
        yield


@pytest.fixture(autouse=True, scope="session")
def flush_past_the_guards():
    """What empties the tables between tests takes the guards off; post_migrate puts them back.

    It empties those that have rows: to truncate them all took PostgreSQL a sixth of a second.
    """
    from ledger import guards

    handle = flush.Command.handle

    def past_the_guards(self, **options):
        guards.remove(options["database"])
        handle(self, **options)

    def sql_flush(self, _style, tables, **_options) -> list[str]:
        names = {name: self.quote_name(name) for name in tables}
        is_filled = (f"SELECT '{name}' WHERE EXISTS (SELECT FROM {names[name]})" for name in names)
        with self.connection.cursor() as cursor:
            cursor.execute(" UNION ALL ".join(is_filled))
            return [f"DELETE FROM {names[name]}" for (name,) in cursor.fetchall()]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(flush.Command, "handle", past_the_guards)
        if connection.vendor == "postgresql":
            patch.setattr(type(connection.ops), "sql_flush", sql_flush)
        yield


@pytest.fixture(autouse=True, scope="session")
def signed_in_with_a_second_factor():
    """Whoever a test signs in has shown a second factor, in a browser that knows them.

    Tests of signing in go by its pages.
    """
    from tests.signed_in import has_shown, is_known_here, sign_in

    force_login = Client.force_login

    def with_second_factor(self, user, backend=None):
        if backend or settings.SESSION_COOKIE_NAME in self.cookies:
            force_login(self, user, backend)
            has_shown(self, user)
        else:
            sign_in(self, user)
        is_known_here(self, user)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Client, "force_login", with_second_factor)
        yield


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict) -> dict:
    """Debian's Chromium, quiet: it speaks to the server under test and to nobody else."""
    chromium = shutil.which("chromium")
    if chromium is None:
        (pytest.fail if IN_CI else pytest.skip)(
            "Chromium is not installed: apt-get install chromium"
        )
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    return {
        **browser_type_launch_args,
        "executable_path": chromium,
        "args": [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--js-flags=--no-opt --no-maglev",  # a page of a test is gone before either pays
        ],
    }


@pytest.fixture(autouse=True)
def files_of_answers_are_closed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A server closes the file that it has sent; a test may look at the head of the answer."""
    answers: list[FileResponse] = []
    request = Client.request

    def noted(self, **environment):
        answer = request(self, **environment)
        if isinstance(answer, FileResponse):
            answers.append(answer)
        return answer

    monkeypatch.setattr(Client, "request", noted)
    yield
    for answer in answers:
        for close in answer._resource_closers:  # `close()` would end the connection of the test too
            close()


@pytest.fixture(autouse=True)
def remembered_is_as_made_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a page remembers is, in every test, what it would say had it remembered nothing."""
    remembered = reread.remembered
    reread.MEMORY.clear()

    @wraps(remembered)
    def compared(key, now, make):
        made = []
        found = remembered(key, now, lambda: made.append(make()) or made[0])
        if not made:
            with uncounted():
                anew = make().words
            assert VEILED.sub("", repr(anew)) == VEILED.sub("", repr(found.words))
        return found

    monkeypatch.setattr(reread, "remembered", compared)


@contextmanager
def uncounted() -> Iterator[None]:
    """Queries that a test which counts them does not see."""
    counted, connection.force_debug_cursor = connection.force_debug_cursor, False
    try:
        yield
    finally:
        connection.force_debug_cursor = counted


@pytest.fixture(scope="session")
def live_server(django_db_setup, live_server):
    """The server of browser tests, on the tests' database: begun after it, and ended before it."""
    return live_server


@pytest.fixture(autouse=True)
def limits_start_anew(request: pytest.FixtureRequest) -> None:
    """Browser tests commit, and the flush between them leaves the counted sign-ins behind."""
    if "live_server" in request.fixturenames:
        request.getfixturevalue("transactional_db")
        cache.clear()


COMMITTING = {"own_database", "transactional_db", "live_server"}


@pytest.fixture(scope="module")
def module_db(request: pytest.FixtureRequest, django_db_setup, django_db_blocker):
    """The database for fixtures of a whole module: what they write goes when the module ends.

    Each test's own changes are rolled back to it. Hand tests a `deepcopy` of objects made here, so
    that none sees what another did to them. A test that commits belongs in another module.
    """
    for item in request.session.items:
        marker = item.get_closest_marker("django_db")
        is_marked = marker is not None and marker.kwargs.get("transaction")
        if item.path == request.path and (is_marked or COMMITTING & set(item.fixturenames)):
            pytest.fail(f"{item.name} commits: it belongs in a module without module_db")
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker) -> Iterator[str]:
    """The name of a database as the migrations left it, to be copied.

    No test writes to it: what tests wrote and took back makes the other one grow on PostgreSQL,
    until to copy it takes five times as long.
    """
    from tests.databases import copied_database

    with django_db_blocker.unblock(), copied_database() as name:
        yield name


@pytest.fixture(autouse=True, scope="module")
def no_dead_rows(request: pytest.FixtureRequest, django_db_blocker) -> Iterator[None]:
    """Take out of PostgreSQL's tables, once a module ends, what its tests took back.

    The next ones would read through it: a demonstration took PostgreSQL 4.4 seconds after three
    that were taken back, and takes 0.6 where they are taken out, which takes 0.02.
    """
    if connection.vendor != "postgresql":
        yield
        return
    request.getfixturevalue("django_db_setup")
    yield
    with django_db_blocker.unblock():
        with connection.cursor() as cursor:
            cursor.execute("VACUUM")
        connection.close()  # of a browser's event loop: what drops the database does not see it


@pytest.fixture
def own_database(django_db_setup: str, db) -> Iterator[str]:
    """A database of its own for one test, gone after it: the test may commit and use threads.

    Quicker than emptying the test database, and whatever happens to it happens to the copy alone.
    """
    from tests.databases import connected_to, copied_database

    with copied_database(django_db_setup) as name, connected_to(name):
        yield name
