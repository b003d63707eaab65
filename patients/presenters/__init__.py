"""Patients as pages show them: rows and banners of finished strings."""

from patients.presenters.known import NotToday, known_words, not_today, not_today_words
from patients.presenters.people import (
    Banner,
    Listing,
    Row,
    Version,
    banner,
    compared,
    erased_words,
    listing,
    register_device,
    rows,
    search_url,
    table_body,
    versions,
)

__all__ = [
    "Banner",
    "Listing",
    "NotToday",
    "Row",
    "Version",
    "banner",
    "compared",
    "erased_words",
    "known_words",
    "listing",
    "not_today",
    "not_today_words",
    "register_device",
    "rows",
    "search_url",
    "table_body",
    "versions",
]
