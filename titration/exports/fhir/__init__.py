"""FHIR R4 (4.0.1), written by hand; docs/fhir.md says what stands where and what our terms mean.

Nothing is averaged or computed: what FHIR cannot hold goes to an extension as it was written.
"""

from titration.exports.fhir.bundle import bundle, fhir_file, resources_of, resources_of_all
from titration.exports.fhir.text import written

__all__ = ["bundle", "fhir_file", "resources_of", "resources_of_all", "written"]
