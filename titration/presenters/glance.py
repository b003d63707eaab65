"""What a regimen's page says at a first glance of reports of intake and of contacts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.urls import reverse

from titration.intake import Report
from titration.models import Regimen
from titration.presenters.contacts import CallLine, call_lines, heading_words
from titration.presenters.intake import heading_words as report_words
from titration.presenters.intake import told_words
from titration.reading import contacted
from titration.reading.contacted import Contacted

MOST = 3


@dataclass(frozen=True)
class Linked:
    """A sentence, what stands beside it, and the page that it leads to."""

    words: str
    beside: str
    url: str


@dataclass(frozen=True)
class ReportedCard:
    """The reports of the latest days, and where they are all read and recorded."""

    reports: Sequence[Linked]
    url: str
    new_url: str
    grid_url: str


@dataclass(frozen=True)
class ContactsCard:
    """The last contact, the call backs that wait, and where contacts are read and recorded."""

    last: Linked | None
    calls: Sequence[CallLine]
    url: str
    new_url: str
    visit_url: str


def reported_card(
    regimen: Regimen, reports: Iterable[Report], *, may_record: bool, query: str
) -> ReportedCard:
    """The newest of the reports of the regimen that stand."""
    standing = sorted(reports, key=lambda text: (text.last_on, text.number), reverse=True)
    return ReportedCard(
        reports=[
            Linked(
                report_words(report),
                told_words(report) if report.is_differing else "",
                reverse("intake-report", args=[report.report]) + query,
            )
            for report in standing[:MOST]
        ],
        url=reverse("intake", args=[regimen.pk]) + query,
        new_url=reverse("intake-new", args=[regimen.pk]) if may_record else "",
        grid_url=reverse("intake-grid", args=[regimen.pk]) if may_record else "",
    )


def contacts_card(
    regimen: Regimen, texts: Sequence[Contacted], *, may_record: bool, query: str
) -> ContactsCard:
    """Of all texts of the patient's contacts, of whatever medicine."""
    patient, live = regimen.patient_id, contacted.standing(texts)
    last = live[-1] if live else None
    return ContactsCard(
        last=Linked(
            heading_words(last),
            last.whose_name,
            reverse("contact", args=[last.contact]) + query,
        )
        if last
        else None,
        calls=call_lines(texts, patient, may_record=may_record, query=query),
        url=reverse("contact-list", args=[patient]) + query,
        new_url=reverse("contact-new", args=[patient]) if may_record else "",
        visit_url=f"{reverse('visit', args=[patient])}?step={regimen.pk}&report={regimen.pk}"
        if may_record
        else "",
    )
