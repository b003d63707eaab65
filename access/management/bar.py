"""How far a long command is, on a terminal."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management.base import OutputWrapper

from access import progress


class Bar:
    """A bar on a terminal, and nothing at all elsewhere."""

    WIDTH = 30
    PAUSE = 0.2

    def __init__(self, stream: OutputWrapper, total: int) -> None:
        self.stream = stream
        self.total = total
        self.done = 0
        self.is_shown = stream.isatty()
        self.began = self.drawn = time.monotonic()

    def advance(self, count: int) -> None:
        self.done += count
        now = time.monotonic()
        if self.is_shown and now - self.drawn >= self.PAUSE:
            self.drawn = now
            part = min(1, self.done / self.total) if self.total else 1
            bar = ("█" * round(part * self.WIDTH)).ljust(self.WIDTH, "░")
            rate = self.done / (now - self.began)
            self._write(f"\r{bar} {part:4.0%} {self.done:,} ({rate:,.0f}/s)")

    def tell(self, done: int, total: int) -> None:
        """As `advance`, of work that says itself how much there is; for access.progress."""
        self.total = total
        self.advance(done - self.done)

    def clear(self) -> None:
        """Take the bar off its line, before a line of text is written."""
        if self.is_shown:
            self._write("\r\033[K")

    def _write(self, text: str) -> None:
        self.stream.write(text, style_func=str, ending="")
        self.stream.flush()


@contextmanager
def on_terminal(stream: OutputWrapper) -> Iterator[None]:
    """A bar for what is told meanwhile (access.progress); taken off at the end."""
    bar = Bar(stream, 0)
    try:
        with progress.shown(bar.tell):
            yield
    finally:
        bar.clear()
