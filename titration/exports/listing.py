"""A table of records in the PDF history that needs no layout of its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from titration.exports.legible import Legible

LONG_ROW = 900  # characters; such a row may break over pages


@dataclass(frozen=True)
class ListedRow:
    """A cell for each column, of one or more lines; `error` says how one no longer stands."""

    cells: Sequence[str]
    error: str = ""


@dataclass(frozen=True)
class Listing:
    """`shares` is how wide the columns are, as parts of the page."""

    heading: str
    columns: Sequence[str]
    shares: Sequence[float]
    rows: Sequence[ListedRow]


def listings_part(
    listings: Sequence[Listing], legible: Legible, place: str
) -> list[dict[str, Any]]:
    """What history.typ prints of them, each text legible; those without rows are left out."""
    return [
        {
            "shares": list(listing.shares),
            **legible.tree(
                {
                    "heading": listing.heading,
                    "columns": list(listing.columns),
                    "rows": [_row(row) for row in listing.rows],
                },
                place,
            ),
        }
        for listing in listings
        if listing.rows
    ]


def _row(row: ListedRow) -> dict[str, Any]:
    return {
        "cells": list(row.cells),
        "error": row.error,
        "is_long": sum(map(len, row.cells)) > LONG_ROW,
    }
