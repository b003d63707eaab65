"""A proxy between the service and PostgreSQL that cuts the connection in a chosen COMMIT.

It reads the frontend's messages (PostgreSQL's protocol 3.0: a type byte, a length, a body), and so
knows which COMMIT ends a transaction that wrote an entry. TLS would hide that: use sslmode=disable.
"""

import socket
import threading
from contextlib import suppress
from enum import Enum

START = b"BEGIN"
END = b"COMMIT\0"
RECORDING = b'INSERT INTO "ledger_entry"'


class Cut(Enum):
    """When the connection is cut, seen from the database."""

    BEFORE = "before the COMMIT reaches it"
    AMID = "as the COMMIT reaches it"
    AFTER = "after it has committed, before its answer is heard"


class Proxy:
    """Listens on a port of this machine for one database; `cut` arms it for the next recording."""

    def __init__(self, host: str, port: str) -> None:
        self.upstream = (host or "localhost", port or "5432")
        self.cut: Cut | None = None
        self.cuts = 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.links: list[Link] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                client, _address = self.listener.accept()
            except OSError:
                return
            self.links.append(Link(self, client, self._connect()))

    def _connect(self) -> socket.socket:
        host, port = self.upstream
        if not host.startswith("/"):
            return socket.create_connection((host, int(port)))
        server = socket.socket(socket.AF_UNIX)
        server.connect(f"{host}/.s.PGSQL.{port}")
        return server

    def end(self) -> None:
        self.listener.close()
        for link in self.links:
            link.close()


class Link:
    """One connection of the service, passed on both ways."""

    def __init__(self, proxy: Proxy, client: socket.socket, server: socket.socket) -> None:
        self.proxy = proxy
        self.client = client
        self.server = server
        self.is_recording = False
        self.is_swallowing = False
        for pump in (self._to_server, self._to_client):
            threading.Thread(target=pump, daemon=True).start()

    def close(self) -> None:
        for end in (self.client, self.server):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def _to_server(self) -> None:
        with suppress(OSError):
            self._pass_start()
            while message := self._message():
                self._pass(message)
        self.close()

    def _pass_start(self) -> None:
        """The first message has a length and no type."""
        length = self._read(4)
        self.server.sendall(length + self._read(int.from_bytes(length, "big") - 4))

    def _message(self) -> bytes:
        kind = self._read(1)
        length = self._read(4)
        return kind + length + self._read(int.from_bytes(length, "big") - 4)

    def _read(self, count: int) -> bytes:
        data = b""
        while len(data) < count:
            more = self.client.recv(count - len(data))
            if not more:
                raise ConnectionResetError
            data += more
        return data

    def _pass(self, message: bytes) -> None:
        text = message[5:]
        if text.startswith(START):
            self.is_recording = False
        self.is_recording = self.is_recording or RECORDING in text
        cut = self.proxy.cut
        if cut is None or text != END or not self.is_recording:
            self.server.sendall(message)
            return
        self.proxy.cut = None
        self.proxy.cuts += 1
        self.is_swallowing = True
        if cut is not Cut.BEFORE:
            self.server.sendall(message)
        if cut is not Cut.AFTER:
            raise ConnectionAbortedError

    def _to_client(self) -> None:
        with suppress(OSError):
            while data := self.server.recv(65536):
                if self.is_swallowing:
                    break
                self.client.sendall(data)
        self.close()
