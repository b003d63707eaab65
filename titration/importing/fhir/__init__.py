"""FHIR R4 (4.0.1) Bundles read as dose steps; docs/fhir.md says what is read and what is not."""

from titration.importing.fhir.bundle import read_bundle
from titration.importing.fhir.decisions import choices_for

__all__ = ["choices_for", "read_bundle"]
