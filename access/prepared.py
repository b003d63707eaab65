"""Statements that PostgreSQL plans once in a connection.

    cursor.execute(Statement(sql), values)

To plan what reads a whole page takes several times as long as to answer it, and psycopg2 has every
statement planned anew. What a connection is asked for again is prepared in it, and from then on
only the values are sent. docs/adr/0038 says why one plan may serve them all. On SQLite a statement
is plain SQL.
"""

import re
from collections import OrderedDict
from collections.abc import Sequence
from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from hashlib import blake2b
from typing import Any
from uuid import UUID

from psycopg2 import ProgrammingError, errors, extensions

from access.identities import IDENTITIES

MOST = 100
"""Statements that a connection knows: the largest takes its server 2 MB, most a tenth of that."""


class Statement(str):
    """SQL that is asked again and again, with other values."""

    __slots__ = ()


class Repeated(Statement):
    """A Statement that is asked with the same values each time: they are put into SQL once."""

    sent: "tuple[Shape, bytes] | None" = None


Shape = tuple[str | bytes, ...]
"""SQL, and for each of its values the type, or the value itself as it is written in SQL."""


class Connection(extensions.connection):
    """Makes cursors that prepare. Its plans are made for all values, none is compiled, and what is
    found by a key is found by its index, in a small table too."""

    def __init__(self, dsn: str, *others: Any) -> None:
        options = extensions.parse_dsn(dsn).get("options", "")
        options += " -c plan_cache_mode=force_generic_plan -c jit=off -c random_page_cost=1.1"
        super().__init__(extensions.make_dsn(dsn, options=options.strip()), *others)
        extensions.register_type(IDENTITIES, self)
        self.names: OrderedDict[Shape, str | None] = OrderedDict()
        """By what this connection was asked for: the name of what is prepared; none where it was
        asked for once, and "" where PostgreSQL cannot prepare it."""


class Cursor(extensions.cursor):
    """Prepares a Statement when its connection is asked for it again."""

    connection: Connection
    _asked: tuple[str, Any] | None = None

    def execute(self, query: Any, vars: Any = None) -> None:  # noqa: A002 - the driver's name
        self._asked = None
        is_plain = self.name is None and vars is not None  # no DECLARE, and marks to be filled in
        if is_plain and isinstance(query, Statement) and self._executed(query, vars):
            self._asked = query, vars
        else:
            super().execute(query, vars)

    @property
    def query(self) -> bytes | None:
        """What was asked last, with its values: a log of queries says more than a name."""
        return self.mogrify(*self._asked) if self._asked else super().query

    def _executed(self, query: Statement, values: Sequence[Any]) -> bool:
        """Whether a prepared statement answered: its rows wait to be fetched."""
        shape, given = self._sent(query, values)
        names = self.connection.names
        if shape not in names:
            names[shape] = None
            self._forget_what_is_over()
            return False
        names.move_to_end(shape)
        name = names[shape]
        if name is None:
            name = names[shape] = self._prepare(shape)
        if not name:
            return False
        try:
            super().execute(b"EXECUTE %b%b" % (name.encode(), given))
        except (errors.InvalidSqlStatementName, errors.FeatureNotSupported):
            names[shape] = ""  # the session was reset, or a table altered, behind our back
            if self._is_within_transaction():
                raise
            return False
        return True

    def _sent(self, query: Statement, values: Sequence[Any]) -> tuple[Shape, bytes]:
        """What is prepared, and the values that are sent each time, in brackets."""
        if isinstance(query, Repeated) and query.sent:
            return query.sent
        sql, values = _with_lists(query, values)
        kinds = [_kind(value) or self.mogrify("%s", [value]) for value in values]
        given = [
            _written(value) if type(value) is list else value
            for value, kind in zip(values, kinds, strict=True)
            if type(kind) is str
        ]
        marks = f"({', '.join(['%s'] * len(given))})"
        sent = (sql, *kinds), self.mogrify(marks, given) if given else b""
        if isinstance(query, Repeated):
            query.sent = sent
        return sent

    def _prepare(self, shape: Shape) -> str:
        """Its name from now on: that of its text, so that no name ever stands for another text."""
        sql, kinds = str(shape[0]), shape[1:]
        types = [kind for kind in kinds if isinstance(kind, str)]
        places = iter(range(1, len(types) + 1))
        text = sql % tuple(
            f"${next(places)}" if isinstance(kind, str) else kind.decode() for kind in kinds
        )
        typed = f"({', '.join(types)})" if types else ""
        name = f"s{blake2b(f'{typed} {text}'.encode(), digest_size=16).hexdigest()}"
        prepare = f"PREPARE {name} {typed} AS {text}"
        is_within = self._is_within_transaction()
        try:
            around = f"SAVEPOINT {name}; {prepare}; RELEASE SAVEPOINT {name}"
            super().execute(around if is_within else prepare)
        except ProgrammingError:
            if is_within:
                super().execute(f"ROLLBACK TO SAVEPOINT {name}; RELEASE SAVEPOINT {name}")
            return ""
        return name

    def _forget_what_is_over(self) -> None:
        names = self.connection.names
        while len(names) > MOST:
            _shape, name = names.popitem(last=False)
            if name:
                with suppress(errors.InvalidSqlStatementName):
                    super().execute(f"DEALLOCATE {name}")

    def _is_within_transaction(self) -> bool:
        idle = extensions.TRANSACTION_STATUS_IDLE
        return not self.connection.autocommit or self.connection.info.transaction_status != idle


PREPARING = {"connection_factory": Connection, "cursor_factory": Cursor}
"""Options of the driver."""


class Sent(str):
    """A text that is sent as a value: no index is partial by it."""

    __slots__ = ()


_TYPES = {UUID: "uuid", date: "date", Decimal: "numeric", Sent: "text"}
LISTED = frozenset({"bigint", "timestamptz", "uuid", "date", "numeric"})
"""Types whose values a list has as they are written, without a quote or a comma in them."""


def _kind(value: Any) -> str | None:
    """The type that a value is sent as; none for what stays in the text of the statement.

    Texts do but for those that are Sent: they are the kinds and topics that an index is partial by,
    and a plan is no good that was made without knowing them.
    """
    kind = type(value)
    if kind is list:
        return _kind_of_list(value)
    if kind is int:
        return "bigint" if -(2**63) <= value < 2**63 else None
    if kind is datetime:
        return "timestamptz" if value.tzinfo else None
    return _TYPES.get(kind)


def _kind_of_list(values: list[Any]) -> str | None:
    kinds = {"uuid"} if set(map(type, values)) == {UUID} else set(map(_kind, values))
    [only] = kinds if len(kinds) == 1 else [None]
    return f"{only}[]" if only in LISTED else None


def _written(values: list[Any]) -> str:
    """A list as one text, which PostgreSQL reads sooner than an expression for each value."""
    if type(values[0]) is UUID:
        return f"{{{','.join([f'{one.int:032x}' for one in values])}}}"
    return f"{{{','.join(map(str, values))}}}"


_LIST = re.compile(r"(?<!NOT )\bIN \(((?:%s, )*%s)\)")
_MARK = re.compile(r"%.")


def _with_lists(sql: str, values: Sequence[Any]) -> tuple[str, list[Any]]:
    """With one value for each list: a longer list is then no other statement."""
    sql, lists = _lists(sql)
    given: list[Any] = []
    end = 0
    for first, after in lists:
        given += [*values[end:first], list(values[first:after])]
        end = after
    return sql, [*given, *values[end:]]


@lru_cache(maxsize=4 * MOST)
def _lists(sql: str) -> tuple[str, list[tuple[int, int]]]:
    """The SQL with one mark for each list, and which values each list has."""
    lists = []
    for found in _LIST.finditer(sql):
        first = _MARK.findall(sql, 0, found.start()).count("%s")
        lists.append((first, first + found[1].count("%s")))
    return _LIST.sub("= ANY (%s)", sql), lists
