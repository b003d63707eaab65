"""Patients as pages show them: rows and banners of finished strings."""

from patients.presenters.people import (
    Banner,
    Listing,
    Row,
    Version,
    banner,
    compared,
    listing,
    rows,
    versions,
)

__all__ = [
    "Banner",
    "Listing",
    "Row",
    "Version",
    "banner",
    "compared",
    "listing",
    "rows",
    "versions",
]
