"""The JSON of a FHIR Bundle, read strictly: whole, in UTF-8, each name once, figures as written."""

import json
from decimal import Decimal
from typing import Any

from titration.importing.grid import MOST_BYTES, FileProblem

MOST_DIGITS = 40
_MARK = b"\xef\xbb\xbf"


def is_json(content: bytes) -> bool:
    """Whether a file looks as if it were JSON, in whatever encoding: an object opens it."""
    return content.removeprefix(_MARK).lstrip()[:1] == b"{" or content[:4] in (
        b"\xff\xfe{\x00",
        b"\xfe\xff\x00{",
    )


def open_bundle(content: bytes) -> dict[str, Any]:
    """The Bundle of a file; every figure is a Decimal with the digits that stand there.

    Raises FileProblem, which names the line where the JSON breaks off.
    """
    if len(content) > MOST_BYTES:
        raise FileProblem("file_too_large")
    try:
        text = content.removeprefix(_MARK).decode("utf-8")
    except UnicodeDecodeError:
        raise FileProblem("json_encoding") from None
    if "\x00" in text:
        raise FileProblem("json_encoding")
    try:
        found = json.loads(
            text,
            parse_float=_figure,
            parse_int=_figure,
            parse_constant=_constant,
            object_pairs_hook=_once,
        )
    except json.JSONDecodeError as error:
        raise FileProblem("json_broken", str(error.lineno)) from None
    except RecursionError:
        raise FileProblem("json_deep") from None
    _check_signs(found)
    if not isinstance(found, dict) or found.get("resourceType") != "Bundle":
        raise FileProblem("fhir_no_bundle")
    return found


def _check_signs(found: Any) -> None:
    """Every text can be kept: JSON can spell signs that no text has (NUL, half of a pair)."""
    text = json.dumps(found, ensure_ascii=False, default=str)
    try:
        text.encode()
    except UnicodeEncodeError:
        raise FileProblem("json_signs") from None
    if "\\u0000" in text:
        raise FileProblem("json_signs")


def _figure(digits: str) -> Decimal:
    if len(digits) > MOST_DIGITS:
        raise FileProblem("json_number")
    value = Decimal(digits)
    if abs(value.adjusted()) > MOST_DIGITS:
        raise FileProblem("json_number")
    return value


def _constant(_name: str) -> None:
    raise FileProblem("json_number")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object, of which each name stands once: of two values none is the right one."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise FileProblem("json_twice")
    return found
