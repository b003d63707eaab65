"""The audit's pages: who saw whom, found by ids and days, with no patient in any address."""

import csv
import io
import re
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from access.models import AccessedPatient, AccessEvent, AccessKind, Membership, Role
from ledger import erasing, sealing
from ledger.models import ErasureReason
from patients import exports
from patients.models import PatientCard
from patients.wording.routes import WORDS, route_words
from tests.access.test_access_matrix import routes
from tests.factories import ClinicFactory, MembershipFactory, PatientFactory, UserFactory, member
from tests.pages import Page
from tests.test_house import ROOT

pytestmark = pytest.mark.django_db

AUDIT = reverse("audit")
FILE = reverse("audit-csv")
NIGHT = datetime(2026, 7, 16, 2, tzinfo=UTC)


@pytest.fixture
def clinic():
    return ClinicFactory(name="North", time_zone="Europe/London")


@pytest.fixture
def lind(clinic):
    return member(clinic, Role.RECORDER, name="J. Lind", profession="nurse")


@pytest.fixture
def auditor(clinic):
    return member(clinic, Role.AUDITOR, name="R. Castellan")


@pytest.fixture
def patient(clinic, lind):
    return PatientFactory(
        clinic=clinic,
        by=lind,
        family_name="Novak",
        given_names="Irena",
        nhs_number="9434765919",
        record_number="RN 17",
    )


@pytest.fixture
def browser(client, auditor):
    client.force_login(auditor)
    return client


def event(clinic, user, *patients, **said) -> AccessEvent:
    said = {"at": NIGHT, "kind": AccessKind.VIEW, "route": "regimen", "method": "GET", **said}
    made = AccessEvent.objects.create(clinic=clinic, user=user, **said)
    for patient in patients:
        AccessedPatient.objects.create(event=made, patient=patient)
    return made


def left(browser, send) -> list[AccessEvent]:
    """The events that a request leaves."""
    known = set(AccessEvent.objects.values_list("pk", flat=True))
    send()
    return list(AccessEvent.objects.exclude(pk__in=known))


def named(made: AccessEvent) -> set:
    return set(made.patients.values_list("patient", flat=True))


# The page


def test_a_line_says_who_saw_whom_and_when_by_the_clinics_clock(browser, clinic, lind, patient):
    event(clinic, lind, patient.pk)
    words = Page(browser.get(AUDIT)).text
    assert "16-Jul-2026 03:00" in words
    assert "J. Lind" in words
    assert "nurse" in words
    assert "viewed timeline of a regimen" in words
    assert "NOVAK, Irena" in words


def test_every_page_and_command_that_is_written_down_has_words_of_its_own():
    pages = {name for name, path in routes() if not path.startswith("/admin/")} - {"health"}
    commands = {
        name
        for file in (ROOT / "titration" / "management").rglob("*.py")
        for name in re.findall(r'audit\.ran\(\s*"(\w+)"', file.read_text())
    }
    assert len(commands) > 1
    assert set(WORDS) == pages | commands
    assert len(set(map(str, WORDS.values()))) == len(WORDS)
    assert route_words("admin:access_user_changelist") == "pages of support"
    assert route_words("a-page-of-old") == "a-page-of-old"


@pytest.mark.parametrize(
    ("query", "is_shown"), [("", False), ("?kind=all", True), ("?kind=typing", True)]
)
def test_saves_while_typing_are_shown_when_asked_for(browser, clinic, lind, query, is_shown):
    event(clinic, lind, kind=AccessKind.TYPING, route="plan-edit")
    assert ("draft of a plan" in Page(browser.get(AUDIT + query)).text) is is_shown


def test_a_refusal_of_somebody_not_signed_in_is_shown(browser, clinic, patient):
    event(clinic, None, patient.pk, kind=AccessKind.REFUSED)
    words = Page(browser.get(AUDIT)).text
    assert "not signed in was refused" in words


def test_an_event_from_the_spool_is_marked(browser, clinic, lind):
    event(clinic, lind, spooled=uuid4())
    assert "written down later, from the spool" in Page(browser.get(AUDIT)).text


def test_nothing_of_another_clinic_is_shown(browser, clinic, lind):
    elsewhere = ClinicFactory()
    stranger = member(elsewhere, name="Dr Elsewhere")
    theirs = PatientFactory(clinic=elsewhere, by=stranger, family_name="Farrow")
    MembershipFactory(user=lind, clinic=elsewhere)
    Membership.objects.update(started_at=NIGHT)
    event(elsewhere, stranger, theirs.pk)
    event(None, lind, theirs.pk, kind=AccessKind.LIST)
    page = Page(browser.get(AUDIT))
    assert "listed" in page.text
    assert "Dr Elsewhere" not in page.html
    assert "FARROW" not in page.html
    assert str(theirs.pk) not in page.html


def test_an_auditor_reaches_no_chart_from_there(browser, clinic, lind, patient):
    event(clinic, lind, patient.pk)
    links = Page(browser.get(AUDIT)).links
    assert not [link for link in links if link.startswith("/patients/")]


def test_a_list_names_three_and_says_how_many_more(browser, clinic, lind):
    people = [PatientFactory(clinic=clinic, by=lind).pk for _patient in range(5)]
    made = event(clinic, lind, *people, kind=AccessKind.LIST)
    event(clinic, lind)
    page = Page(browser.get(AUDIT))
    assert "and 2 more" in page.text
    assert page.html.count("NOVAK") == 3
    [all_of_it] = [link for link in page.links if f"event={made.pk}" in link]
    assert Page(browser.get(all_of_it)).html.count("NOVAK") == 5


def test_the_patient_who_is_asked_for_is_named_first(browser, clinic, lind, patient):
    others = [PatientFactory(clinic=clinic, by=lind).pk for _patient in range(4)]
    for _event in range(2):
        event(clinic, lind, *others, patient.pk, kind=AccessKind.LIST)
    page = Page(browser.get(f"{AUDIT}?patient={patient.pk}&kind=list"))
    assert page.text.count("NOVAK, Irena (Ms)") == 1 + 2 * 1


def test_a_patient_who_was_erased_is_named_no_more(browser, clinic, lind, patient):
    event(clinic, lind, patient.pk)
    administrator = member(clinic, Role.ADMINISTRATOR)
    erasing.erase(clinic=clinic, patient=patient.pk, by=administrator, reason=ErasureReason.REQUEST)
    for page in (Page(browser.get(AUDIT)), Page(browser.get(f"{AUDIT}?patient={patient.pk}"))):
        assert "NOVAK" not in page.html
        assert "Erased on" in page.text
        assert any(f"patient={patient.pk}" in link for link in page.links)


def test_an_empty_audit_says_so(browser):
    assert "No access event is like this" in Page(browser.get(f"{AUDIT}?kind=export")).text


def test_how_far_the_record_goes_is_said(browser, patient):
    words = Page(browser.get(AUDIT)).text
    assert "Newest entry of the record entry 1," in words
    assert "Access events sealed none yet" in words
    assert "manage.py verify" in words


def test_how_far_the_seals_of_access_events_go_is_said(browser, clinic, lind):
    made = event(clinic, lind)
    sealing.seal()
    assert f"Access events sealed up to event {made.pk:,}," in Page(browser.get(AUDIT)).text


def test_pages_go_on_and_back_and_keep_what_was_asked(browser, clinic, lind, patient):
    for minute in range(120):
        event(clinic, lind, patient.pk, at=NIGHT + timedelta(minutes=minute))
    first = Page(browser.get(f"{AUDIT}?person={lind.pk}"))
    [older] = [link for link in first.links if "before=" in link]
    second = Page(browser.get(AUDIT + older))
    assert f"person={lind.pk}" in older
    assert "16-Jul-2026 04:59" in first.text
    assert "16-Jul-2026 04:09" in second.text
    [newer] = [link for link in second.links if "after=" in link]
    assert Page(browser.get(AUDIT + newer)).text.count("viewed") == first.text.count("viewed")


def test_the_page_costs_as_many_queries_with_more_events(browser, clinic, lind, patient):
    costs = []
    for _time in range(2):
        for _event in range(20):
            event(clinic, lind, patient.pk)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            browser.get(AUDIT)
        costs.append(len(asked))
    assert costs[0] == costs[1]


# What is asked for


@pytest.mark.parametrize(
    ("days", "shown"),
    [
        ({"from_day": "16", "from_month": "7", "from_year": "2026"}, True),
        ({"from_day": "17", "from_month": "Jul", "from_year": "2026"}, False),
        ({"to_day": "16", "to_month": "July", "to_year": "2026"}, True),
        ({"to_day": "15", "to_month": "7", "to_year": "2026"}, False),
    ],
)
def test_days_are_those_of_the_clinic_and_whole(browser, clinic, lind, days, shown):
    midnight = datetime(2026, 7, 15, 23, tzinfo=UTC)  # in London, summer
    for at in (midnight, midnight + timedelta(hours=23, minutes=59)):
        event(clinic, lind, at=at)
    page = Page(browser.get(AUDIT, days))
    assert ("16-Jul-2026 00:00" in page.text) is shown
    assert ("16-Jul-2026 23:59" in page.text) is shown


@pytest.mark.parametrize(
    ("days", "said"),
    [
        ({"from_day": "16"}, "Write day, month and year"),
        ({"from_day": "31", "from_month": "2", "from_year": "2026"}, "There is no such day"),
        ({"from_day": "1", "from_month": "1", "from_year": "0001"}, "There is no such day"),
        ({"to_day": "31", "to_month": "12", "to_year": "9999"}, "There is no such day"),
        ({"to_day": "1", "to_month": "1", "to_year": "26"}, "four digits"),
        (
            {
                "from_day": "2",
                "from_month": "1",
                "from_year": "2026",
                "to_day": "1",
                "to_month": "1",
                "to_year": "2026",
            },
            "This day is before the first one",
        ),
    ],
)
def test_days_that_are_none_are_said_and_kept(browser, clinic, lind, days, said):
    event(clinic, lind)
    page = Page(browser.get(AUDIT, days))
    assert said in page.text
    assert "16-Jul-2026 03:00" not in page.text
    assert next(iter(days.values())) in page.html


def test_a_person_is_chosen_among_members_past_and_present(browser, clinic, lind):
    lind.memberships.update(ended_at=NIGHT)
    member(ClinicFactory(), name="Dr Elsewhere")
    page = Page(browser.get(AUDIT))
    [form] = [form for form in page.forms if "person" in form.choices]
    assert str(lind.pk) in form.choices["person"]
    assert "Dr Elsewhere" not in page.html


def test_a_stranger_with_events_here_is_found(browser, clinic):
    stranger = UserFactory(name="Dr Elsewhere")
    event(clinic, stranger, kind=AccessKind.REFUSED)
    page = Page(browser.get(f"{AUDIT}?person={stranger.pk}"))
    assert page.text.count("was refused") >= 1
    assert "Dr Elsewhere" in page.text


@pytest.mark.parametrize("person", ["unknown", "9" * 30, "-1"])
def test_a_stranger_without_events_is_nobody(browser, person):
    UserFactory(name="Dr Elsewhere")
    page = Page(browser.get(f"{AUDIT}?person={person}"))
    assert page.status == 200
    assert "Dr Elsewhere" not in page.html


@pytest.mark.parametrize("query", ["patient=x", f"patient={UUID(int=9)}", "event=0", "event=9" * 9])
def test_what_is_not_there_is_not_found(browser, clinic, lind, query):
    event(clinic, lind)
    page = Page(browser.get(f"{AUDIT}?{query}"))
    assert page.status == 200
    assert "J. Lind" not in page.text.split("Times are by")[1].split("How far")[1]


def test_an_auditor_of_two_clinics_chooses_one(browser, auditor, clinic, lind):
    south = ClinicFactory(name="South")
    MembershipFactory(user=auditor, clinic=south, role=Role.AUDITOR)
    event(clinic, lind)
    event(south, member(south, name="Dr South"))
    assert "J. Lind" in Page(browser.get(AUDIT)).text
    page = Page(browser.get(f"{AUDIT}?clinic={south.pk}"))
    assert "Dr South" in page.text
    assert "J. Lind" not in page.html


def test_another_clinics_audit_is_not_chosen(browser, clinic):
    elsewhere = ClinicFactory()
    event(elsewhere, member(elsewhere, name="Dr Elsewhere"))
    assert "Dr Elsewhere" not in Page(browser.get(f"{AUDIT}?clinic={elsewhere.pk}")).html


# A number, which no address holds


@pytest.mark.parametrize("number", ["943 476 5919", "9434765919", "rn17", "RN 17"])
def test_a_number_leads_to_the_events_of_its_patient(browser, clinic, lind, patient, number):
    event(clinic, lind, patient.pk)
    event(clinic, lind, PatientFactory(clinic=clinic, by=lind, family_name="Farrow").pk)
    answer = browser.post(f"{AUDIT}?kind=view", {"number": number})
    assert answer.status_code == 302
    assert answer.url == f"{AUDIT}?kind=view&patient={patient.pk}"
    page = Page(browser.get(answer.url))
    assert "Only events that name NOVAK, Irena" in page.text
    assert "943 476 5919" in page.text
    assert "FARROW" not in page.html


def test_a_number_leads_only_to_patients_of_the_clinic(browser, patient):
    elsewhere = ClinicFactory()
    PatientFactory(clinic=elsewhere, by=member(elsewhere), record_number="RN 99")
    page = Page(browser.post(AUDIT, {"number": "RN 99"}))
    assert page.errors["number"] == ["No patient of the clinic has this number. Type all of it."]


@pytest.mark.parametrize("typed", ["", "Novak", "94347"])
def test_what_is_no_whole_number_finds_nobody(browser, patient, typed):
    page = Page(browser.post(AUDIT, {"number": typed}))
    assert page.status == 200
    assert "NOVAK" not in page.html
    assert "number" in page.errors


def test_several_patients_of_one_number_are_shown_to_choose(browser, clinic, lind, patient):
    twin = PatientFactory(clinic=clinic, by=lind, family_name="Farrow", record_number="RN 18")
    PatientCard.objects.filter(pk=twin.pk).update(record_number_folded="rn17")
    page = Page(browser.post(AUDIT, {"number": "RN 17"}))
    assert "Several patients have this number" in page.text
    for somebody in (patient, twin):
        assert any(f"patient={somebody.pk}" in link for link in page.links)


# Reading it is written down


def test_reading_leaves_an_event_of_the_patients_who_are_named(browser, clinic, lind, patient):
    event(clinic, lind, patient.pk)
    [made] = left(browser, lambda: browser.get(AUDIT))
    assert (made.kind, made.clinic, made.route) == (AccessKind.LIST, clinic, "audit")
    assert named(made) == {patient.pk}


def test_a_number_that_is_looked_up_leaves_an_event(browser, clinic, patient):
    [made] = left(browser, lambda: browser.post(AUDIT, {"number": "RN 17"}))
    assert (made.kind, made.clinic) == (AccessKind.SEARCH, clinic)
    assert named(made) == {patient.pk}


def test_the_file_leaves_an_event_before_it_is_made(browser, clinic, patient, monkeypatch):
    def fail(*_asked):
        raise RuntimeError

    monkeypatch.setattr(exports.search, "every", fail)
    [made] = left(browser, lambda: browser.get(f"{FILE}?patient={patient.pk}"))
    assert (made.kind, made.clinic, made.route) == (AccessKind.EXPORT, clinic, "audit-csv")
    assert named(made) == {patient.pk}


# The file


def rows(answer) -> list[dict[str, str]]:
    """The rows of the file without its last line, which counts them."""
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    *lines, end = csv.DictReader(io.StringIO(text))
    assert end["event"] == "end"
    assert end["at"] == str(len(lines))
    return lines


def test_the_file_holds_what_the_page_finds(browser, clinic, lind, patient):
    made = event(clinic, lind, patient.pk)
    event(clinic, lind, kind=AccessKind.EXPORT)
    answer = browser.get(f"{FILE}?kind=view")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"].startswith('attachment; filename="access-20')
    assert rows(answer) == [
        {
            "event": str(made.pk),
            "at": "2026-07-16T03:00:00+01:00",
            "person": str(lind.pk),
            "name": "J. Lind",
            "email": lind.email,
            "kind": "view",
            "method": "GET",
            "route": "regimen",
            "patient": str(patient.pk),
            "loaded_from_spool": "",
        }
    ]


def test_the_file_names_no_patient(browser, clinic, lind, patient):
    event(clinic, lind, patient.pk)
    text = b"".join(browser.get(FILE).streaming_content).decode()
    assert "novak" not in text.lower()
    assert "9434765919" not in text


def test_the_file_holds_a_row_for_each_patient_of_the_clinic(browser, clinic, lind, patient):
    other, stranger = PatientFactory(clinic=clinic, by=lind), PatientFactory()
    event(clinic, lind, patient.pk, other.pk, stranger.pk, kind=AccessKind.LIST)
    found = rows(browser.get(f"{FILE}?kind=list"))
    assert [row["patient"] for row in found] == [str(patient.pk), str(other.pk)]


def test_the_file_goes_on_beyond_a_page(browser, clinic, lind):
    event_count = 1203
    AccessEvent.objects.bulk_create(
        AccessEvent(clinic=clinic, user=lind, at=NIGHT, kind="write", route="x", method="GET")
        for _event in range(event_count)
    )
    found = rows(browser.get(f"{FILE}?kind=write"))
    assert len({row["event"] for row in found}) == event_count


def test_the_file_is_made_while_it_is_sent(browser, clinic, lind):
    AccessEvent.objects.bulk_create(
        AccessEvent(clinic=clinic, user=lind, at=NIGHT, kind="write", route="x", method="GET")
        for _event in range(2500)
    )
    answer = browser.get(f"{FILE}?kind=write")
    with CaptureQueriesContext(connection) as asked:
        for _line in zip(range(500), answer.streaming_content, strict=False):
            pass
    assert 0 < len([query for query in asked if "access_accessevent" in query["sql"]]) <= 3


@pytest.mark.parametrize("name", ["=1+1", "@SUM(A1)", "\t+3", "-2+3"])
def test_nothing_in_the_file_is_a_formula(browser, clinic, name):
    event(clinic, member(clinic, name=name, email="=x@example.org"))
    [row] = rows(browser.get(f"{FILE}?kind=view"))
    assert row["name"] == f"'{name}"
    assert row["email"] == "'=x@example.org"


def test_the_file_of_what_cannot_be_asked_is_the_page_that_says_so(browser):
    answer = browser.get(f"{FILE}?from_day=1")
    assert (answer.status_code, answer.url) == (302, f"{AUDIT}?from_day=1")


# The list of one patient


def test_a_patients_list_says_who_saw_them(client, clinic, lind, patient):
    event(clinic, lind, patient.pk)
    event(clinic, member(clinic, name="Dr Other"), uuid4())
    client.force_login(member(clinic, name="Dr A. Osei"))
    page = Page(client.get(reverse("patient-access", args=[patient.pk])))
    assert "J. Lind" in page.text
    assert "Dr A. Osei" in page.text.split("Your own reading")[1]
    assert "Dr Other" not in page.html


def test_a_patients_list_leaves_an_event(browser, clinic, patient):
    [made] = left(browser, lambda: browser.get(reverse("patient-access", args=[patient.pk])))
    assert (made.kind, made.clinic) == (AccessKind.VIEW, clinic)
    assert named(made) == {patient.pk}


def test_a_patients_list_leads_an_auditor_to_no_chart(browser, patient):
    page = Page(browser.get(reverse("patient-access", args=[patient.pk])))
    assert "NOVAK, Irena" in page.text
    assert reverse("patient", args=[patient.pk]) not in page.links


@pytest.mark.parametrize(("asked", "says_so"), [({"known": "2026-03-05"}, True), ({}, False)])
def test_a_patients_list_says_that_it_is_of_no_moment(
    browser, clinic, lind, patient, asked, says_so
):
    event(clinic, lind, patient.pk)

    page = Page(browser.get(reverse("patient-access", args=[patient.pk]), asked))

    assert ("These are accesses, not the record" in page.text) is says_so
    assert "J. Lind" in page.text


def test_the_page_of_a_moment_links_to_the_list_of_now(client, lind, patient):
    client.force_login(member(patient.clinic, Role.PRESCRIBER))

    page = Page(client.get(reverse("patient", args=[patient.pk]), {"known": "1"}))

    assert reverse("patient-access", args=[patient.pk]) in page.links


def test_a_patients_list_has_pages(browser, clinic, lind, patient):
    for minute in range(60):
        event(clinic, lind, patient.pk, at=NIGHT + timedelta(minutes=minute))
    address = reverse("patient-access", args=[patient.pk])
    [older] = [link for link in Page(browser.get(address)).links if "before=" in link]
    assert "16-Jul-2026 03:05" in Page(browser.get(address + older)).text


@pytest.mark.parametrize(
    ("role", "is_linked"),
    [(Role.PRESCRIBER, True), (Role.RECORDER, False), (Role.VIEWER, False)],
)
def test_a_patients_page_links_to_it_for_those_allowed(client, clinic, patient, role, is_linked):
    client.force_login(member(clinic, role))
    page = Page(client.get(reverse("patient", args=[patient.pk])))
    assert (reverse("patient-access", args=[patient.pk]) in page.links) is is_linked
