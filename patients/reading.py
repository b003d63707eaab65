"""What is known of a patient's context, today or as known at an entry number."""

from collections.abc import Sequence
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
    versions = ContextVersion.objects.up_to(known)
    if not with_earlier:
        versions = ContextVersion.objects.newest(known)
    by_topic: dict[str, list[ContextVersion]] = {topic: [] for topic in TOPICS}
    found = versions.filter(patient=patient).select_related("entry")
    for version in found.order_by("entry__number"):
        by_topic[version.topic].append(version)
    newest = {topic: texts[-1] for topic, texts in by_topic.items() if texts}
    confirmed = _confirmed([version.pk for version in newest.values()], known)
    return [
        KnownTopic(
            topic,
            newest.get(code),
            confirmed.get(newest[code].pk) if code in newest else None,
            by_topic[code][:-1],
        )
        for code, topic in TOPICS.items()
    ]


def _confirmed(versions: Sequence[UUID], known: int | None) -> dict[UUID, ContextConfirmation]:
    """By text: the newest confirmation of it."""
    confirmations = ContextConfirmation.objects.up_to(known).filter(confirms__in=versions)
    ordered = confirmations.select_related("entry").order_by("entry__number")
    return {confirmation.confirms_id: confirmation for confirmation in ordered}
