"""What the PDF says of a patient's context: every topic as it stands, and the texts before."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from patients import wording
from patients.models import ContextVersion
from patients.presenters.context import confirmed_words, recorded_words, said
from patients.reading import KnownTopic
from titration.exports.listing import ListedRow, Listing

SHARES = (1, 3.2, 1.8)


def context_listings(known: Sequence[KnownTopic]) -> list[Listing]:
    """The topics, and the texts that were replaced, in the order of their entries.

    A topic that nobody asked about is there and says so.
    """
    texts = [version for each in known for version in each.earlier]
    return [
        Listing(
            heading=_("As it is known"),
            columns=[_("Topic"), _("What is recorded"), _("Recorded and confirmed")],
            shares=SHARES,
            rows=[_row(each) for each in known],
        ),
        Listing(
            heading=_("Earlier texts of the context"),
            columns=[_("Topic"), _("What it said"), _("Recorded")],
            shares=SHARES,
            rows=[_earlier(each) for each in sorted(texts, key=_number)],
        ),
    ]


def _number(version: ContextVersion) -> int:
    return version.entry.number


def _row(known: KnownTopic) -> ListedRow:
    code, version = known.topic.code, known.version
    recorded = [recorded_words(version)] if version else []
    if known.confirmation:
        recorded.append(confirmed_words(known.confirmation))
    says = "\n".join(said(version, code))
    return ListedRow([wording.topic_label(code), says, "\n".join(recorded)])


def _earlier(version: ContextVersion) -> ListedRow:
    says = "\n".join(said(version, version.topic))
    return ListedRow([wording.topic_label(version.topic), says, recorded_words(version)])
