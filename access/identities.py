"""Identities as PostgreSQL's driver reads them.

A page has the same few hundred from one table after another: of a regimen in every row of its log,
of an entry with its step, its doses and its texts. To make one of its text takes longer than all
else that the driver does with it, and two that are the same object are known to be equal at once.
"""

from functools import lru_cache
from uuid import UUID

from psycopg2 import extensions

MOST = 4096
"""Identities that a process keeps, a quarter of a kB each."""

UUID_OID = 2950
"""PostgreSQL's number of the type uuid."""

identity = lru_cache(MOST)(UUID)
"""The identity that a text is, the same object each time."""

IDENTITIES = extensions.new_type(
    (UUID_OID,), "IDENTITIES", lambda text, _cursor: None if text is None else identity(text)
)
"""A type of the driver."""
