"""Patients as pages show them: rows and banners of finished strings."""

from patients.presenters.erased import erased_words
from patients.presenters.known import NotToday, known_words, not_today, not_today_words
from patients.presenters.linked import LinkedRecord, linked_records, regimen_counts, register_count
from patients.presenters.moved import Moved, moved_words
from patients.presenters.people import (
    Banner,
    Listing,
    Row,
    Version,
    banner,
    compared,
    linked_chip,
    listing,
    register_device,
    rows,
    search_url,
    table_body,
    versions,
)

__all__ = [
    "Banner",
    "LinkedRecord",
    "Listing",
    "Moved",
    "NotToday",
    "Row",
    "Version",
    "banner",
    "compared",
    "erased_words",
    "known_words",
    "linked_chip",
    "linked_records",
    "listing",
    "moved_words",
    "not_today",
    "not_today_words",
    "regimen_counts",
    "register_count",
    "register_device",
    "rows",
    "search_url",
    "table_body",
    "versions",
]
