"""The calendar file: RFC 5545 to the letter, events that keep their identity, no name unasked."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import ClinicFactory, PatientFactory, member
from tests.titration.doses import at
from tests.titration.factories import medicine_of, plan_of, planned_row, regimen_of, review_of
from tests.titration.issuing import TODAY, issue_of, opened, revised
from titration import actions
from titration.exports.ical import escaped, folded

pytestmark = pytest.mark.django_db

START = date(2026, 11, 30)


@pytest.fixture
def clinic():
    return ClinicFactory(name="Spasticity Clinic")


@pytest.fixture
def regimen(clinic, client):
    prescriber = member(clinic, name="Dr A. Osei")
    client.force_login(prescriber)
    patient = PatientFactory(clinic=clinic, by=prescriber, family_name="Novák", title="Ms")
    return regimen_of(patient, medicine_of(clinic, "Baclofen"), prescriber)


def three_rows():
    return (
        planned_row(START, at("morning", "7")),
        planned_row("1 week", at("morning", "11")),
        planned_row("review", at("morning", "13")),
    )


@pytest.fixture
def version(regimen):
    return plan_of(regimen, *three_rows(), end="review", review_on=date(2027, 1, 11))


def address(version, **query) -> str:
    return reverse("plan-ical", args=[version.plan_id], query=query)


# A strict reader of the part of RFC 5545 that a calendar file has.

LINE = re.compile(r"([A-Z][A-Z0-9-]*)((?:;[A-Z-]+=[^\";:,]+)*):(.*)", re.DOTALL)
ONCE = {"UID", "DTSTAMP", "DTSTART", "SEQUENCE", "STATUS", "SUMMARY", "LAST-MODIFIED", "CLASS"}


def unfolded(file: bytes) -> list[str]:
    """The lines of a file, each of at most 75 octets and ended by CRLF, put together again."""
    assert file.endswith(b"\r\n")
    lines = file[:-2].split(b"\r\n")
    assert not any(b"\n" in line or b"\r" in line for line in lines)
    assert all(len(line) <= 75 for line in lines)
    whole: list[str] = []
    for line in (line.decode("utf-8") for line in lines):
        assert line
        if line[0] == " ":
            whole[-1] += line[1:]
        else:
            whole.append(line)
    return whole


def text_of(value: str) -> str:
    """An escaped text as it was meant."""
    assert not re.search(r"(?<!\\)(?:\\\\)*[;,]", value), value
    assert not re.search(r"(?<!\\)(?:\\\\)*\\[^\\;,nN]", value), value
    return re.sub(r"\\(.)", lambda found: "\n" if found[1] in "nN" else found[1], value)


def read(file: bytes) -> tuple[dict[str, str], list[dict[str, str]]]:
    """(properties of the calendar, its events); each event's alarm as "VALARM"."""
    calendar: dict[str, str] = {}
    events: list[dict[str, str]] = []
    open_parts: list[str] = []
    alarm: list[str] = []
    for line in unfolded(file):
        match = LINE.fullmatch(line)
        assert match, line
        name, parameters, value = match.groups()
        if name == "BEGIN":
            open_parts.append(value)
            if value == "VEVENT":
                events.append({})
            alarm = []
        elif name == "END":
            assert open_parts.pop() == value
            if value == "VALARM":
                events[-1]["VALARM"] = " ".join(alarm)
        elif open_parts[-1] == "VALARM":
            alarm.append(line)
        elif open_parts[-1] == "VEVENT":
            assert name not in events[-1], f"{name} comes twice"
            events[-1][name] = text_of(value) if name in TEXTS else f"{parameters}:{value}"
        else:
            calendar[name] = text_of(value)
    assert open_parts == []
    assert all(events[n].keys() >= ONCE for n in range(len(events)))
    return calendar, events


TEXTS = {"SUMMARY", "DESCRIPTION"}


def got(client, version, **query):
    response = client.get(address(version, **query))
    assert response.status_code == 200
    return read(response.content)


def test_file_is_a_published_calendar(client, version):
    response = client.get(address(version))
    calendar, _events = read(response.content)

    assert response.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert "no-store" in response.headers["Cache-Control"]
    name = f"calendar-{str(version.plan_id)[:8]}-version-1-{TODAY:%Y-%m-%d}.ics"
    assert response.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    assert calendar["VERSION"] == "2.0"
    assert calendar["METHOD"] == "PUBLISH"
    assert calendar["X-WR-CALNAME"] == "Dates"
    assert calendar["PRODID"]


def test_each_dated_row_is_an_event_of_its_whole_day_and_the_review_too(client, version):
    _calendar, events = got(client, version)

    assert [(event["DTSTART"], event["SUMMARY"]) for event in events] == [
        (";VALUE=DATE:20261130", "Dose change"),
        (";VALUE=DATE:20261207", "Dose change"),
        (";VALUE=DATE:20270111", "Review"),
    ]
    assert {event["STATUS"] for event in events} == {":CONFIRMED"}


def test_nothing_names_the_medicine_or_the_person_unless_asked(client, version):
    plain = client.get(address(version)).content.decode()
    assert not re.search("baclofen|nov\u00e1k|irena|spasticity| mg", plain, re.IGNORECASE)
    assert "VALARM" not in plain

    _calendar, events = got(client, version, names=1)
    assert events[0]["SUMMARY"] == "Dose change: Baclofen, tablet, NOVÁK, Irena (Ms)"
    assert "7 mg" not in client.get(address(version, names=1)).content.decode()


def test_a_reminder_is_there_only_when_asked(client, version):
    _calendar, events = got(client, version, alarm=1)
    assert all("TRIGGER:PT9H" in event["VALARM"] for event in events)


def test_the_record_says_of_itself_what_it_is(client, version):
    _calendar, events = got(client, version)
    assert all(event["DESCRIPTION"].endswith(RECORD_ONLY) for event in events)


RECORD_ONLY = (
    "This is a record. It proposes no dose: every amount and date was written by the person named "
    "beside it."
)


def test_a_file_that_is_not_recorded_as_given_out_says_so(client, version):
    _calendar, events = got(client, version)
    assert all(event["DESCRIPTION"].startswith("For checking only.") for event in events)
    issue = issue_of(version, issued_as="ical", how="message")
    _calendar, events = got(client, version, issue=issue.entry.subject)
    assert not any("For checking only." in event["DESCRIPTION"] for event in events)


def test_a_newer_file_moves_the_same_events_and_cancels_what_is_gone(client, regimen):
    first, second, third = rows = three_rows()
    version = plan_of(regimen, *rows)
    _calendar, before = got(client, version)
    moved = planned_row("2 weeks", at("morning", "11"), row=second.row)
    newer = revised(version, planned_row(START, at("morning", "7")), moved, third)

    _calendar, after = got(client, newer)

    by_uid = {event["UID"]: event for event in after}
    assert [event["UID"] for event in before] == [f":{first.row}", f":{second.row}"]
    assert by_uid[f":{second.row}"]["DTSTART"] == ";VALUE=DATE:20261214"
    assert by_uid[f":{second.row}"]["STATUS"] == ":CONFIRMED"
    assert by_uid[f":{first.row}"]["STATUS"] == ":CANCELLED"
    assert {event["SEQUENCE"] for event in before} == {f":{version.entry.number}"}
    assert {event["SEQUENCE"] for event in after} == {f":{newer.entry.number}"}
    assert len(by_uid) == len(after)


def test_a_file_from_after_a_review_moves_what_one_from_before_it_had(client, regimen):
    gate = planned_row("review", at("morning", "13"))
    version = plan_of(regimen, planned_row(TODAY, at("morning", "7")), gate)
    booked = review_of(regimen)
    review = opened(booked, gate, TODAY + timedelta(days=3))
    _calendar, before = got(client, version)
    newest = opened(review, gate, TODAY + timedelta(days=30))

    _calendar, after = got(client, version)

    assert [event["UID"] for event in before] == [event["UID"] for event in after]
    assert after[1]["DTSTART"] == f";VALUE=DATE:{TODAY + timedelta(days=30):%Y%m%d}"
    assert {event["SEQUENCE"] for event in before} == {f":{review.entry.number}"}
    assert {event["SEQUENCE"] for event in after} == {f":{newest.entry.number}"}
    at_review = newest.entry.recorded_at.astimezone(UTC)
    assert {event["DTSTAMP"] for event in after} == {f":{at_review:%Y%m%dT%H%M%SZ}"}


def test_a_file_from_after_an_opening_was_taken_back_cancels_what_an_earlier_one_had(
    client, regimen
):
    gate = planned_row("review", at("morning", "13"))
    version = plan_of(
        regimen,
        planned_row(TODAY, at("morning", "7")),
        gate,
        after := planned_row("1 week", at("morning", "17")),
    )
    review = opened(review_of(regimen), gate, TODAY + timedelta(days=3))
    issue_of(version, issued_as="ical")
    text = actions.ReviewText(status="done", review_on=TODAY, what_for="Tone", whose=review.whose)
    actions.update_review(review=review, text=text, by=review.whose)

    _calendar, events = got(client, version)

    cancelled = {event["UID"] for event in events if event["STATUS"] == ":CANCELLED"}
    assert cancelled == {f":{gate.row}", f":{after.row}"}


def test_cancelled_events_remind_of_nothing(client, regimen):
    version = plan_of(regimen, *three_rows())
    newer = revised(version, planned_row(START, at("morning", "7")))
    _calendar, events = got(client, newer, alarm=1)
    assert all(("VALARM" in event) == (event["STATUS"] == ":CONFIRMED") for event in events)


def test_the_stamp_is_that_of_the_signature(client, version):
    _calendar, [event, *_rest] = got(client, version)
    signed = version.entry.recorded_at.astimezone(UTC)
    assert event["DTSTAMP"] == f":{signed:%Y%m%dT%H%M%SZ}"
    assert client.get(address(version)).content == client.get(address(version)).content


@pytest.mark.parametrize("zone", ["Europe/London", "America/New_York"])
@pytest.mark.parametrize("first", [date(2027, 3, 1), date(2027, 10, 15)])
def test_days_stay_days_across_a_change_of_the_clocks(client, clinic, regimen, zone, first):
    clinic.time_zone = zone
    clinic.save()
    rows = [planned_row(first, at("morning", "5"))]
    rows += [planned_row("1 day", at("morning", str(n))) for n in range(11, 51)]
    _calendar, events = got(client, plan_of(regimen, *rows))
    days = [datetime.strptime(event["DTSTART"][-8:], "%Y%m%d").date() for event in events]  # noqa: DTZ007
    assert days == [first + timedelta(days=n) for n in range(41)]


words = st.text(max_size=300).map(lambda text: "\n".join(text.splitlines()))


@given(words)
def test_any_text_comes_back_from_its_folded_lines(text):
    file = "".join(f"{line}\r\n" for line in folded("SUMMARY", text)).encode()
    [line] = unfolded(file)
    kept = "".join(
        sign for sign in text if sign in "\n\t" or sign.isprintable() or ord(sign) > 0x9F
    )
    assert text_of(line.removeprefix("SUMMARY:")) == kept


def test_signs_that_mean_something_are_escaped():
    assert escaped("a, b; c \\ d\ne") == "a\\, b\\; c \\\\ d\\ne"
    assert escaped("a\x00\x7f\x85b") == "a\\nb"
