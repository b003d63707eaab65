"""What was made of the record is remembered for as long as the record reads the same.

    words, _rows = reread.remembered(("regimen", regimen, ...), now, make)

`make` is a function of the key, of the moment and of the rows that it reads; the language in which
it writes belongs to the key. The first time, its queries are written down as they are asked, with
the rows that answered them. From then on the same queries are asked each time, in one statement,
and where every row of every answer is what it was, so are the words. Whatever differs, by a write
through an action or by one past it, is another answer, and the words are made anew: nothing is
ever taken back or marked as stale, and no query can be forgotten, since those that are asked again
are those that were asked.

What is kept are the words and the rows of some hundred pages, in the memory of a process, up to the
setting REMEMBERED_MB; they are written nowhere. docs/adr/0025 says why.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from sys import getsizeof
from threading import Lock
from typing import Any, Generic, NamedTuple, TypeVar

from django.conf import settings
from django.db import Error, connection
from django.utils.translation import get_language

from access.prepared import Repeated

Words = TypeVar("Words")
Query = tuple[str, Any]
"""A statement that reads, and its parameters."""
Answers = tuple[str | None, ...]


class Hold(NamedTuple):
    """A stretch of time in which the same rows say the same; aware, and without its end."""

    since: datetime
    until: datetime


def hold(now: datetime, *, is_clocked: bool = False) -> Hold:
    """The quarter of an hour that a moment is of: in every time zone a day begins with one.

    Its minute for what `is_clocked`: it has clock times, which are known to the minute.
    """
    minutes = 1 if is_clocked else 15
    since = now.astimezone(UTC).replace(second=0, microsecond=0)
    since -= timedelta(minutes=since.minute % minutes)
    return Hold(since, since + timedelta(minutes=minutes))


class Made(NamedTuple, Generic[Words]):
    """What was made, and for how long it holds if the rows stay as they are."""

    words: Words
    hold: Hold


class Remembered(NamedTuple, Generic[Words]):
    """The words, and the rows that they were made of, as text."""

    words: Words
    rows: Answers


@dataclass(frozen=True, slots=True)
class _Kept:
    """What was made, the queries that it was made of, and the rows that answered them, as text."""

    made: Made[Any]
    queries: tuple[Query, ...]
    answers: Answers

    @property
    def bytes(self) -> int:
        """About what it takes in memory."""
        words, asked = self.made.words, [sql for sql, _parameters in self.queries]
        is_finished = isinstance(words, tuple) and all(isinstance(text, str) for text in words)
        texts = words if is_finished else [repr(words)]
        return sum(map(getsizeof, [*texts, *asked, *self.answers]))


class Memory:
    """Keeps what was asked for last, up to so many bytes."""

    def __init__(self, most_bytes: int) -> None:
        self.most_bytes = most_bytes
        self.bytes = 0
        self._kept: OrderedDict[Hashable, _Kept] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, key: Hashable, now: datetime) -> _Kept | None:
        with self._lock:
            kept = self._kept.get(key)
            if kept is None or not kept.made.hold.since <= now < kept.made.hold.until:
                return None
            self._kept.move_to_end(key)
            return kept

    def put(self, key: Hashable, kept: _Kept, now: datetime) -> None:
        """Keep it; let go of what holds no longer, and of what was not asked for longest."""
        with self._lock:
            over = [other for other, old in self._kept.items() if old.made.hold.until <= now]
            for other in {key, *over}:
                self._drop(other)
            self._kept[key] = kept
            self.bytes += kept.bytes
            while self.bytes > self.most_bytes:
                self._drop(next(iter(self._kept)))

    def clear(self) -> None:
        with self._lock:
            self._kept.clear()
            self.bytes = 0

    def _drop(self, key: Hashable) -> None:
        kept = self._kept.pop(key, None)
        if kept is not None:
            self.bytes -= kept.bytes


MEMORY = Memory(settings.REMEMBERED_MB * 2**20)


def remembered(key: Hashable, now: datetime, make: Callable[[], Made[Words]]) -> Remembered[Words]:
    """What `make` writes, made anew unless all that it reads still reads the same.

    `key` holds everything that it depends on beside the rows and `now`, which is aware.
    """
    key = (key, get_language())
    kept = MEMORY.get(key, now)
    if kept is not None and _asked_again(kept.queries) == kept.answers:
        return Remembered(kept.made.words, kept.answers)
    with one_moment():
        asked: list[Query] = []
        with connection.execute_wrapper(_writing_down(asked)):
            made = make()
        queries = _composed(asked)
        answers = _asked_again(queries)
    MEMORY.put(key, _Kept(made, queries, answers), now)
    return Remembered(made.words, answers)


_BEGIN = {
    "postgresql": "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
    "sqlite": "BEGIN DEFERRED",
}


@contextmanager
def one_moment() -> Iterator[None]:
    """Everything within reads the database as it is at one moment, and writes nothing.

    So what is asked again finds the very rows that the words were made of. Within a transaction,
    which no page has, that one's moment has to do.
    """
    if connection.in_atomic_block:
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute(_BEGIN[connection.vendor])
        try:
            yield
            cursor.execute("ROLLBACK")
        except BaseException:
            with suppress(Error):
                cursor.execute("ROLLBACK")
            raise


def _writing_down(asked: list[Query]) -> Callable[..., Any]:
    """Writes down each query that is asked. RuntimeError for a statement that does not read."""

    def wrapper(execute, sql, params, many, context):
        if many or not sql.lstrip("( \n").startswith("SELECT"):
            raise RuntimeError("words that are remembered are made by reading alone")
        asked.append((sql, params))
        return execute(sql, params, many, context)

    return wrapper


def _composed(asked: Sequence[Query]) -> tuple[Query, ...]:
    """The queries that ask all of these again, each once.

    On PostgreSQL one statement, which answers each with a text: a way to the server and back for
    each of a dozen, and their values made into those of Python, would cost more than all else.
    """
    told = tuple({(query[0], repr(query[1])): query for query in asked}.values())
    if connection.vendor != "postgresql" or not told:
        return told
    # Each is a statement of ours, as the driver has just sent it: without values it has no marks.
    each = [sql if values is not None else sql.replace("%", "%%") for sql, values in told]
    texts = [f"(SELECT string_agg(q::text, E'\\n') FROM ({sql}) AS q)" for sql in each]  # noqa: S608
    values = [value for _sql, values in told for value in values or ()]
    return ((Repeated(f"SELECT {', '.join(texts)}"), values),)


def _asked_again(queries: Sequence[Query]) -> Answers:
    """What the queries answer now, as text."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql" and queries:
            [query] = queries
            cursor.execute(*query)
            return tuple(cursor.fetchone())
        answers = []
        for query in queries:
            cursor.execute(*query)
            answers.append(repr(cursor.fetchall()))
    return tuple(answers)
