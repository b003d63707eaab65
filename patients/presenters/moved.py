"""To which clinic patients were offered or went, and from which they came, as pages say it."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from access.addresses import url_of
from patients import transferred
from patients.wording import arrival_words, transfer_words


@dataclass(frozen=True, slots=True)
class Moved:
    """The sentence of the banner, and the page that tells more."""

    words: str
    url: str


def moved(
    patient: UUID, *, is_here: bool, known: int | None = None, query: str = ""
) -> list[Moved]:
    """The sentences of a patient, as known at an entry number; `query` ends the addresses."""
    words = moved_words({patient: is_here}, known).get(patient, [])
    url = url_of("transfer-list", patient) + query
    return [Moved(each, url) for each in words]


def moved_words(patients: Mapping[UUID, bool], known: int | None = None) -> dict[UUID, list[str]]:
    """By patient the sentences, the first about where they are; two queries.

    `patients` says of each whether they are with the clinic. Who never moved is not among them.
    """
    newest = transferred.newest(patients, known)
    came = transferred.arrivals(patients, known)
    found: dict[UUID, list[str]] = {}
    for key, is_here in patients.items():
        said = [transfer_words(newest[key], is_here=is_here)] if key in newest else []
        said += [arrival_words(came[key])] if key in came else []
        if said:
            found[key] = said
    return found
