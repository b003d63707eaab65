"""Log lines without patients in them."""

import logging
import traceback
from types import TracebackType


class WithoutMessages(logging.Formatter):
    """Leaves the text of exceptions out: a database quotes the refused row in its own."""

    def formatException(  # noqa: N802 - the library's name
        self,
        ei: tuple[type[BaseException], BaseException, TracebackType | None]
        | tuple[None, None, None],
    ) -> str:
        """Where it happened and the type of each exception in the chain, nothing they say."""
        lines: list[str] = []
        error = ei[1]
        while error is not None:
            lines = [*traceback.format_tb(error.__traceback__), f"{type(error).__name__}\n", *lines]
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        return "".join(lines).rstrip()
