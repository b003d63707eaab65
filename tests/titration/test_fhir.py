"""The history as a FHIR R4 Bundle: whole, every entry in it, and as the record says it."""

import re
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from access.models import AccessEvent, AccessKind, Role
from ledger import erasing
from ledger.models import Entry, ErasureReason, Head
from ledger.moments import Moment
from tests.everything import TEXTS, everything
from tests.factories import ClinicFactory, PatientFactory, context_of, member, stated
from tests.titration.doses import at, rate, times
from tests.titration.factories import (
    contact_of,
    effect_of,
    measure_of,
    medicine_of,
    observation_of,
    plan_of,
    planned_row,
    pump_event_of,
    regimen_of,
    report_of,
    step_of,
)
from tests.titration.fhir import check, extension, resources
from tests.titration.issuing import issue_of, revised, told
from titration import actions
from titration.exports import fhir, history
from titration.exports.contents import WHOLE, Contents
from titration.timeline import Effective

pytestmark = pytest.mark.django_db

NOW = datetime(2027, 11, 21, 10, 14, tzinfo=UTC)
ROOT = Path(__file__).parents[2]
# Of an earlier text of the patient, whose entry is told and whose text is not.
OF_AN_EARLIER_PATIENT = {"Dame", "9434765919", "XK 4471", "01632 960 997 ext 41"}


def exported(patient, moment=None, contents=WHOLE):
    record = history.read(patient, by=member(patient.clinic), now=NOW, moment=moment)
    return fhir.fhir_file(history.chosen(record, contents))


@pytest.fixture(scope="module")
def all_of_it(module_db):
    """Everything that a record can hold, and its Bundle."""
    patient = everything()
    return patient, exported(patient).decode()


@pytest.fixture
def clinic():
    return ClinicFactory(name="Spasticity Clinic", telephone="01632 960 111")


@pytest.fixture
def prescriber(clinic):
    return member(clinic, name="Dr A. Osei")


@pytest.fixture
def patient(clinic, prescriber):
    return PatientFactory(clinic=clinic, by=prescriber)


@pytest.fixture
def regimen(patient, prescriber):
    return regimen_of(patient, by=prescriber)


def requests(patient, intent="order"):
    found = resources(check(exported(patient)), "MedicationRequest")
    return [each for each in found if each["intent"] == intent]


def test_bundle_of_everything_is_whole(all_of_it):
    bundle = check(all_of_it[1])

    kinds = Counter(each["resourceType"] for each in resources(bundle))

    assert bundle["type"] == "collection"
    assert set(kinds) == {
        *("Patient", "Organization", "Practitioner", "Medication", "MedicationRequest"),
        *("MedicationStatement", "Procedure", "Observation", "AllergyIntolerance", "List"),
        *("Communication", "Task", "Provenance"),
    }


def test_every_entry_has_its_provenance(all_of_it):
    patient, file = all_of_it
    found = resources(check(file), "Provenance")

    entries = {entry.number: entry for entry in Entry.objects.filter(patient=patient.pk)}

    assert {extension(each, "entry") for each in found} == set(entries)
    for each in found:
        entry = entries[extension(each, "entry")]
        assert each["id"] == str(entry.pk)
        assert extension(each, "entry-digest") == entry.digest
        assert each["agent"][0]["who"]["display"] == entry.recorded_by_name
        assert datetime.fromisoformat(each["recorded"]) == entry.recorded_at


@pytest.mark.parametrize("text", sorted(set(TEXTS) - OF_AN_EARLIER_PATIENT))
def test_every_text_stands_in_it(all_of_it, text):
    assert text in all_of_it[1]


def test_nothing_erased_is_in_it_and_it_is_said_to_be_masked(all_of_it, db):
    patient, _file = all_of_it
    administrator = member(patient.clinic, Role.ADMINISTRATOR)
    reason = ErasureReason.REQUEST
    erasing.erase(clinic=patient.clinic, patient=patient.pk, reason=reason, by=administrator)

    file = exported(patient).decode()

    [told] = resources(check(file), "Patient")
    assert not [text for text in TEXTS if text in file]
    assert told["name"][0]["_family"]["extension"][0]["valueCode"] == "masked"
    assert "birthDate" not in told
    assert "_birthDate" in told


def test_file_names_nobody_and_is_an_export(client, patient, prescriber, regimen):
    client.force_login(prescriber)

    response = client.get(reverse("patient-fhir", args=[patient.pk]))

    bundle = check(response.content)
    assert response.headers["Content-Type"] == "application/fhir+json"
    assert "no-store" in response.headers["Cache-Control"]
    assert re.fullmatch(
        rf'attachment; filename="dose-history-{str(patient.pk)[:8]}-[-\d]{{10}}\.fhir\.json"',
        response.headers["Content-Disposition"],
    )
    assert AccessEvent.objects.latest("pk").kind == AccessKind.EXPORT
    told = extension(bundle["meta"], "export")
    assert told["by"]["valueString"] == "Dr A. Osei"
    assert told["up-to-digest"]["valueString"] == Head.objects.get(clinic=patient.clinic).digest
    assert told["notice"]["valueString"].startswith("This is a record. It proposes no dose:")


def test_page_of_exports_links_to_it(client, patient, prescriber, regimen):
    client.force_login(prescriber)
    page = client.get(reverse("patient-export", args=[patient.pk])).content.decode()

    assert reverse("patient-fhir", args=[patient.pk]) in page


def test_every_resource_of_a_known_past_says_that_it_is_not_todays(patient, regimen):
    first = step_of(regimen, date(2026, 3, 2))
    step_of(regimen, date(2026, 3, 9), components=(times(2, "7"),))
    number = first.entry.number
    head = Head.objects.get(clinic=patient.clinic)
    moment = Moment(number, first.entry.digest, NOW, str(number))

    bundle = check(exported(patient, moment=moment))

    assert number < head.number
    for each in [bundle, *resources(bundle)]:
        [tag] = each["meta"]["tag"]
        assert tag["code"] == "not-todays"
        assert tag["display"].startswith("NOT TODAY'S RECORD: as known on")
    told = resources(bundle, "Provenance")
    assert max(extension(each, "entry") for each in told) == number
    assert len(resources(bundle, "MedicationRequest")) == 1


def test_of_one_regimen_nothing_is_told_of_another(patient, prescriber, regimen):
    other = regimen_of(patient, medicine_of(patient.clinic, "tizanidine"), by=prescriber)
    step_of(regimen)
    step_of(other, components=(times(2, "7"),))
    contact_of(patient, regimen=other.regimen, said="of tizanidine")
    effect_of(patient, regimen=other.regimen, words="of tizanidine")

    file = exported(patient, contents=Contents(regimens=frozenset({regimen.regimen_id})))

    bundle = check(file)
    assert b"tizanidine" not in file
    assert str(other.regimen_id).encode() not in file
    assert len(resources(bundle, "MedicationRequest")) == 1
    assert extension(bundle["meta"], "export")["part"]["valueBoolean"] is True


def test_steps_stand_as_orders_with_their_status(patient, regimen, prescriber):
    first = step_of(regimen, date(2026, 3, 2))
    step_of(regimen, date(2026, 3, 9), "withhold", reason="unwell", reason_text="in bed")
    step_of(regimen, date(2026, 3, 16), "resume", reason="restart")
    step_of(regimen, date(2026, 3, 23), "withhold", reason="supply")
    step_of(regimen, Effective(date(2026, 3, 20), "day", time(9, 30), 0), "single", reason="trial")
    wrong = step_of(regimen, date(2026, 3, 12))
    actions.retract_step(step=wrong, reason="twice", reason_text="", by=prescriber)
    step_of(regimen, date(2028, 3, 2), components=(times(3, "7"),))

    found = requests(patient)

    assert [(extension(each, "kind")["coding"][0]["code"], each["status"]) for each in found] == [
        ("dose", "completed"),
        ("withhold", "completed"),
        ("resume", "completed"),
        ("withhold", "on-hold"),
        ("single", "unknown"),
        ("dose", "entered-in-error"),
        ("dose", "active"),
    ]
    withheld = found[1]
    assert withheld["doNotPerform"] is True
    assert withheld["statusReason"]["text"] == "in bed"
    assert withheld["statusReason"]["coding"][0]["code"] == "unwell"
    assert withheld["dosageInstruction"][0]["text"] == "Withheld: the patient takes none"
    assert withheld["priorPrescription"]["reference"] == f"MedicationRequest/{first.pk}"
    assert all("statusReason" not in each for each in (found[0], found[2]))


def test_a_stop_is_stopped_with_its_reason(patient, regimen):
    step_of(regimen, date(2026, 3, 2))
    step_of(regimen, date(2026, 3, 9), "stop", reason="complete")

    stopped = requests(patient)[1]

    assert stopped["status"] == "stopped"
    assert stopped["statusReason"]["coding"][0]["code"] == "complete"


def test_a_single_dose_is_an_administration_that_nobody_saw(patient, regimen):
    moment = Effective(date(2026, 7, 20), "day", time(9, 30), 60)
    once = replace(times(1, "2.5"), timing=replace(times(1, "1").timing, kind="once", times=None))
    step = step_of(regimen, moment, "single", components=(once,), reason="trial")

    [given] = resources(check(exported(patient)), "MedicationAdministration")

    assert given["status"] == "unknown"
    assert given["effectiveDateTime"] == "2026-07-20T09:30:00+01:00"
    assert given["dosage"]["dose"]["value"] == Decimal("2.5")
    assert given["request"]["reference"] == f"MedicationRequest/{step.pk}"


@pytest.mark.parametrize(("moment", "told"), [
    (Effective(date(2019, 1, 1), "year"), "2019"),
    (Effective(date(2024, 3, 1), "month"), "2024-03"),
    (Effective(date(2026, 3, 2)), "2026-03-02"),
    (Effective(date(2026, 7, 2), "day", time(14, 30), 60), "2026-07-02T14:30:00+01:00"),
])  # fmt: skip
def test_a_moment_is_told_as_finely_as_it_is_known(patient, regimen, moment, told):
    step_of(regimen, moment)

    [step] = requests(patient)

    [dosage] = step["dosageInstruction"]
    assert dosage["timing"]["repeat"]["boundsPeriod"] == {"start": told}
    assert extension(step, "effective") == told


def test_a_correction_is_a_revision_of_what_was_entered_in_error(patient, regimen, prescriber):
    first = step_of(regimen, date(2026, 3, 2))
    second = actions.correct_step(
        step=first,
        instruction=actions.Instruction(
            kind="dose",
            effective=Effective(date(2026, 3, 3)),
            decided_by=prescriber,
            decided_by_name=prescriber.name,
            received_how="in-person",
            reason="start",
            components=(times(3, "7"),),
        ),
        correction_reason="wrong day",
        by=prescriber,
    )

    bundle = check(exported(patient))

    old, new = resources(bundle, "MedicationRequest")
    told = {each["id"]: each for each in resources(bundle, "Provenance")}[str(second.pk)]
    assert (old["status"], new["status"]) == ("entered-in-error", "active")
    assert old["identifier"] == new["identifier"]
    assert told["entity"] == [
        {"role": "revision", "what": {"reference": f"MedicationRequest/{first.pk}"}}
    ]
    assert told["reason"] == [{"text": "wrong day"}]
    assert told["activity"]["coding"][0]["code"] == "UPDATE"


def test_who_decided_and_whether_they_stand_by_it_is_told(clinic, patient, regimen, prescriber):
    recorder = member(clinic, Role.RECORDER, name="J. Lind")
    step_of(regimen, date(2026, 3, 2))
    step_of(regimen, date(2026, 3, 9), by=recorder)
    confirmed = step_of(regimen, date(2026, 3, 16), by=recorder)
    actions.confirm_step(step=confirmed, by=prescriber)
    step_of(regimen, date(2026, 3, 23), decided_by=None, decided_by_name="Dr Elsewhere")

    bundle = check(exported(patient))

    found = resources(bundle, "MedicationRequest")
    told = [extension(each, "confirmation") for each in found]
    assert told == ["own", "awaiting", "confirmed", "outside"]
    assert [note["text"] for note in found[1]["note"]] == ["Not yet confirmed by Dr A. Osei"]
    assert extension(found[1]["note"][0], "confirmation") == "awaiting"
    assert found[1]["recorder"]["display"] == "J. Lind"
    assert found[3]["requester"]["display"] == "Dr Elsewhere"
    names = {each["name"][0]["text"] for each in resources(bundle, "Practitioner")}
    assert names == {"Dr A. Osei", "J. Lind", "Dr Elsewhere"}
    answered = [
        each for each in resources(bundle, "Provenance")
        if extension(each, "entry-kind") == "confirmation"
    ]  # fmt: skip
    assert answered[0]["target"] == [{"reference": f"MedicationRequest/{confirmed.pk}"}]
    assert answered[0]["agent"][0]["type"]["coding"][0]["code"] == "verifier"


def test_a_plan_is_a_request_with_its_rows_in_sequence(patient, regimen):
    version = plan_of(
        regimen,
        planned_row(date(2026, 11, 2), at("morning", "7"), at("bedtime", "11 to 13")),
        planned_row("1 week", times(1, "5", period=2), words="with food"),
        planned_row("review", times(2, "3")),
        planned_row("2 weeks", kind="words", words="Ring the clinic"),
        planned_row("1 week", kind="stop"),
        purpose="taper",
        end="stop",
    )

    [plan] = requests(patient, "plan")

    rows = plan["dosageInstruction"]
    assert plan["status"] == "active"
    assert plan["identifier"][0]["value"] == str(version.plan_id)
    assert [row["sequence"] for row in rows] == [1, 1, 2, 3, 4, 5]
    assert [row["text"] for row in rows[3:]] == [
        "3\xa0mg twice a day (3\xa0mg each time)",
        "Ring the clinic",
        "Stop",
    ]
    assert [row.get("timing", {}).get("repeat", {}).get("boundsPeriod") for row in rows] == [
        *2 * [{"start": "2026-11-02", "end": "2026-11-08"}],
        {"start": "2026-11-09"},
        None,
        None,
        None,
    ]
    assert "counted from 09-Nov-2026" in rows[2]["text"]
    assert extension(rows[2]["timing"], "counted-from-start") is True
    assert extension(rows[2]["timing"], "counted-from") is None
    assert rows[2]["additionalInstruction"] == [{"text": "with food"}]
    told = extension(rows[2], "planned-row")
    assert told["count"]["valuePositiveInt"] == 1
    assert told["unit"]["valueCode"] == "week"
    assert told["row"]["valueId"] == str(version.rows[1].row)


def test_a_paused_plan_is_on_hold_and_an_older_version_was_replaced(patient, regimen, prescriber):
    first = plan_of(regimen, planned_row(date(2026, 11, 2), times(2, "7")))
    second = revised(first)
    paused = actions.record_plan_event(
        plan=first.plan, kind="paused", reason_text="flu", seen=second.entry.number, by=prescriber
    )

    bundle = check(exported(patient))

    old, new = resources(bundle, "MedicationRequest")
    assert (old["status"], new["status"]) == ("stopped", "on-hold")
    assert new["statusReason"]["coding"][0]["code"] == "paused"
    assert new["priorPrescription"]["reference"] == f"MedicationRequest/{first.pk}"
    told = {each["id"]: each for each in resources(bundle, "Provenance")}[str(paused.entry.pk)]
    assert told["reason"][0]["text"] == "flu"
    assert told["target"][-1] == {"reference": f"MedicationRequest/{second.pk}"}


def test_a_copy_that_was_given_out_is_a_communication(patient, regimen):
    version = plan_of(regimen, planned_row(date(2026, 11, 2), times(2, "7")))
    issue = issue_of(version, to_whom="Her sister")
    revised(version)
    told(issue, told_on=issue.issued_on)

    given, answer = resources(check(exported(patient)), "Communication")

    assert given["payload"] == [
        {"contentReference": {"reference": f"MedicationRequest/{version.pk}"}}
    ]
    assert given["recipient"] == [{"display": "Her sister"}]
    assert answer["inResponseTo"] == [{"reference": f"Communication/{issue.pk}"}]


def test_a_pump_event_is_a_procedure_with_what_the_print_out_says(patient, regimen):
    pump = regimen_of(
        patient,
        medicine_of(patient.clinic, "baclofen in a pump"),
        unit="microgram",
        route="intrathecal",
    )
    pump_event_of(
        pump,
        rates=(rate("120.5", "24 hours"),),
        mode="continuous",
        concentration=Decimal(500),
        concentration_unit="microgram",
        volume_filled=Decimal("18.5"),
        bolus=Decimal("2.5"),
        bolus_unit="microgram",
        bolus_lockout_minutes=0,
    )

    [event] = resources(check(exported(patient)), "Procedure")

    [dose] = extension(event, "pump-rate")["doseAndRate"]
    assert dose["rateQuantity"]["value"] == Decimal("120.5")
    assert dose["rateQuantity"]["code"] == "ug/(24.h)"
    assert extension(event, "volume-filled")["value"] == Decimal("18.5")
    assert extension(event, "concentration")["numerator"]["code"] == "ug"
    assert extension(event, "patient-bolus")["lockout-minutes"]["valueUnsignedInt"] == 0


def test_none_known_and_not_asked_are_told_apart(patient, prescriber):
    context_of(patient, prescriber, allergies=stated())

    lists = {each["title"]: each for each in resources(check(exported(patient)), "List")}

    assert len(lists) == 9
    assert lists["Allergies"]["emptyReason"]["coding"][0]["code"] == "nilknown"
    assert lists["Other medicines"]["emptyReason"]["coding"][0]["code"] == "notasked"


def test_queries_do_not_grow_with_the_record(client, patient, prescriber, regimen):
    client.force_login(prescriber)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get(reverse("patient-fhir", args=[patient.pk]))
        return len(captured)

    def grow(regimen, week: int) -> None:
        on = date(2026, 1, 5) + timedelta(weeks=week)
        step_of(regimen, on, components=(times(2, "7"), at("bedtime", "11")))
        wrong = step_of(regimen, on + timedelta(days=1))
        actions.retract_step(step=wrong, reason="twice", reason_text="", by=prescriber)
        report_of(regimen)
        contact_of(patient)
        observation_of(patient, weight)
        effect_of(patient)

    weight = measure_of(patient.clinic)
    plan_of(regimen, planned_row(date(2026, 11, 2), times(2, "7")))
    grow(regimen, 0)
    few = queries()
    for week in range(1, 5):
        grow(regimen, week)
    other = regimen_of(patient, medicine_of(patient.clinic, "tizanidine"), by=prescriber)
    plan_of(other, planned_row(date(2026, 11, 2), times(2, "7")))
    grow(other, 9)

    assert queries() == few


def test_the_documentation_tells_of_every_term_of_ours():
    told = (ROOT / "docs" / "fhir.md").read_text()
    source = "".join(
        path.read_text() for path in (ROOT / "titration" / "exports" / "fhir").glob("*.py")
    )
    terms = re.findall(r'(?:extension|group|coded|identifier)\(\s*"([a-z-]+)"', source)

    assert not [term for term in sorted(set(terms)) if f"`{term}`" not in told]
