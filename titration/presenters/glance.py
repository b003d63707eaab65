"""What a regimen's page says at a first glance of reports of intake and of contacts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from access.addresses import url_of
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
                url_of("intake-report", report.report) + query,
            )
            for report in standing[:MOST]
        ],
        url=url_of("intake", regimen.pk) + query,
        new_url=url_of("intake-new", regimen.pk) if may_record else "",
        grid_url=url_of("intake-grid", regimen.pk) if may_record else "",
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
            url_of("contact", last.contact) + query,
        )
        if last
        else None,
        calls=call_lines(texts, patient, may_record=may_record, query=query),
        url=url_of("contact-list", patient) + query,
        new_url=url_of("contact-new", patient) if may_record else "",
        visit_url=f"{url_of('visit', patient)}?step={regimen.pk}&report={regimen.pk}"
        if may_record
        else "",
    )
