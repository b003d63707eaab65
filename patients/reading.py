"""What is known of a patient's context, today or as known at an entry number."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from patients.context import NOT_ASKED, TOPICS, Topic, TopicText
from patients.models import ContextConfirmation, ContextVersion


@dataclass(frozen=True, slots=True)
class KnownTopic:
    """A topic: the newest text of it, and the newest confirmation of that; none where nobody asked.

    `earlier` are the texts before it, the oldest first, where they were asked for.
    """

    topic: Topic
    version: ContextVersion | None = None
    confirmation: ContextConfirmation | None = None
    earlier: Sequence[ContextVersion] = ()

    @property
    def text(self) -> TopicText:
        """What it says. Not of one that was erased."""
        return self.version.text if self.version else NOT_ASKED

    @property
    def is_asked(self) -> bool:
        """Whether there is something that can be confirmed."""
        return self.text != NOT_ASKED


def known_context(
    patient: UUID, known: int | None = None, *, with_earlier: bool = False
) -> list[KnownTopic]:
    """Every topic in its order, as known at an entry number; two queries. Entries are selected."""
    return known_contexts([patient], known, with_earlier=with_earlier)[patient]


def known_contexts(
    patients: Sequence[UUID], known: int | None = None, *, with_earlier: bool = False
) -> dict[UUID, list[KnownTopic]]:
    """As `known_context`, of several patients; two queries in all."""
    versions = ContextVersion.objects.up_to(known)
    if not with_earlier:
        versions = ContextVersion.objects.newest(known)
    texts: dict[tuple[UUID, str], list[ContextVersion]] = {}
    found = versions.filter(patient__in=patients).select_related("entry")
    for version in found.order_by("entry__number"):
        texts.setdefault((version.patient_id, version.topic), []).append(version)
    confirmed = _confirmed([of_topic[-1].pk for of_topic in texts.values()], known)
    return {
        patient: [
            _known(topic, texts.get((patient, code), []), confirmed)
            for code, topic in TOPICS.items()
        ]
        for patient in patients
    }


def _known(
    topic: Topic,
    texts: Sequence[ContextVersion],
    confirmed: Mapping[UUID, ContextConfirmation],
) -> KnownTopic:
    if not texts:
        return KnownTopic(topic)
    return KnownTopic(topic, texts[-1], confirmed.get(texts[-1].pk), texts[:-1])


def _confirmed(versions: Sequence[UUID], known: int | None) -> dict[UUID, ContextConfirmation]:
    """By text: the newest confirmation of it."""
    confirmations = ContextConfirmation.objects.up_to(known).filter(confirms__in=versions)
    ordered = confirmations.select_related("entry").order_by("entry__number")
    return {confirmation.confirms_id: confirmation for confirmation in ordered}
