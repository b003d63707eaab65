"""What was worded once is not worded again: a page repeats the same few dates and doses."""

from collections.abc import Callable, Hashable
from functools import lru_cache, wraps
from typing import TypeVar

from django.utils.translation import get_language

Value = TypeVar("Value", bound=Hashable)
Words = TypeVar("Words")


def once_per_language(write: Callable[[Value], Words]) -> Callable[[Value], Words]:
    """Remember the last few thousand things that a pure function wrote, in each language.

    Not for what holds text that a person typed: it would outlive its page in memory.
    """

    @lru_cache(maxsize=4096)
    def remembered(_language: str | None, value: Value) -> Words:
        return write(value)

    @wraps(write)
    def words(value: Value) -> Words:
        return remembered(get_language(), value)

    return words
