"""The database and the two services of one bench: made for it, and gone after it."""

import os
import secrets
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit, urlunsplit

import psycopg2
from psycopg2 import sql

from bench.loading import Site

ROOT = Path(__file__).resolve().parent.parent
WORKERS = 2
PORTS = range(8600, 8700)
GUNICORN = [
    *(sys.executable, "-m", "gunicorn", "--worker-class", "sync", "--workers", str(WORKERS)),
    *("--no-control-socket", "--log-level", "error"),
]


@contextmanager
def database(server: str, name: str) -> Iterator[str]:
    """A new database on the server; yields its address, and drops it afterwards."""
    connection = psycopg2.connect(server, connect_timeout=5)
    connection.autocommit = True
    quoted = sql.Identifier(name)
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("CREATE DATABASE {}").format(quoted))
        try:
            yield urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
        finally:
            cursor.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(quoted))
            connection.close()


def environment(url: str, static_root: str) -> dict[str, str]:
    """How a service finds itself in production, behind a proxy that speaks HTTPS."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return {
        **kept,
        "LOCAL": "false",
        "DEBUG": "false",
        "DATABASE_URL": url,
        "SECRET_KEY": secrets.token_urlsafe(50),
        "FACTOR_KEYS": secrets.token_urlsafe(50),
        "ALLOWED_HOSTS": "127.0.0.1",
        "TRUSTED_PROXY_COUNT": "1",
        "STATIC_ROOT": static_root,
    }


def manage(environ: dict[str, str], *arguments: str, settings: str = "config.settings") -> None:
    """Run a management command; its output goes to ours for errors."""
    subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-m", "django", *arguments],
        cwd=ROOT,
        env={**environ, "DJANGO_SETTINGS_MODULE": settings},
        check=True,
        stdout=sys.stderr,
    )


@contextmanager
def served(application: str, environ: dict[str, str], ready: str) -> Iterator[Site]:
    """A gunicorn of the application, ended afterwards with its workers."""
    port = free_port()
    server = subprocess.Popen(  # noqa: S603 - our own command
        [*GUNICORN, "--bind", f"127.0.0.1:{port}", application],
        cwd=ROOT,
        env=environ,
        stdout=sys.stderr,
    )
    try:
        site = Site(
            port,
            headers={"X-Forwarded-Proto": "https", "X-Forwarded-For": "127.0.0.1"},
            spent=lambda: processor_seconds(server.pid),
        )
        site.wait(ready, lambda: server.poll() is None)
        yield site
    finally:
        server.terminate()
        server.wait(30)


def processor_seconds(server: int) -> float:
    """What the workers of a server have cost the processor so far, as Linux tells it."""
    ticks = 0
    for worker in Path(f"/proc/{server}/task/{server}/children").read_text().split():
        times = Path(f"/proc/{worker}/stat").read_text().rpartition(")")[2].split()
        ticks += int(times[11]) + int(times[12])  # user and system
    return ticks / os.sysconf("SC_CLK_TCK")


def free_port() -> int:
    """The first port of the bench's range that nothing listens on."""
    for port in PORTS:
        with socket.socket() as candidate:
            if candidate.connect_ex(("127.0.0.1", port)):
                return port
    raise RuntimeError(f"no port from {PORTS.start} to {PORTS.stop - 1} is free")


@contextmanager
def floor(server: str) -> Iterator[Site]:
    """The floor, signed in."""
    with ExitStack() as stack:
        url = stack.enter_context(database(server, f"bench_floor_{os.getpid()}"))
        environ = environment(url, stack.enter_context(TemporaryDirectory()))
        manage(environ, "migrate", "--verbosity=0", settings="bench.floor.settings")
        site = stack.enter_context(served("bench.floor.wsgi", environ, "/empty/"))
        site.ask("/sign-in/")
        yield site
