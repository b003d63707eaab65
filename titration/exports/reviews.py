"""The reviews of a regimen in the PDF history: the newest text of each."""

from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext as _

from access.models import Clinic
from titration.exports.listing import ListedRow, Listing
from titration.models import Review
from titration.presenters.log import quoted, recorded_words
from titration.presenters.reviews import heading_words


def review_listing(reviews: Sequence[Review], clinic: Clinic, today: date) -> Listing:
    """Every review, the latest day first; needs their entries."""
    latest = sorted(reviews, key=lambda review: (review.review_on, review.entry.number))
    return Listing(
        heading=_("Reviews, the latest first"),
        columns=[_("Review"), _("What for, and what was found and decided"), _("Recorded")],
        shares=[1.6, 3.4, 1.6],
        rows=[_row(review, clinic, today) for review in reversed(latest)],
    )


def _row(review: Review, clinic: Clinic, today: date) -> ListedRow:
    says = [words for words in (quoted(review.what_for), quoted(review.outcome)) if words]
    recorded = _("Recorded by %(name)s, %(when)s, entry %(number)s") % recorded_words(
        review.entry, clinic
    )
    return ListedRow([heading_words(review, today), "\n".join(says), recorded])
