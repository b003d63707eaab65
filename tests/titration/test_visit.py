"""One visit on one screen: laid out, written, read back, recorded whole or not at all."""

from datetime import date, timedelta
from decimal import Decimal
from html import escape
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from access.models import Role, Session
from ledger.models import Entry
from tests.factories import PatientFactory, member
from tests.pages import Page, typed_over
from tests.titration.doses import times
from tests.titration.factories import (
    contact_of,
    effect_of,
    measure_of,
    medicine_of,
    observation_of,
    plan_of,
    planned_row,
    regimen_of,
    report_of,
    step_of,
)
from titration import actions, intake
from titration.models import (
    Contact,
    DoseStep,
    IntakeReport,
    Observation,
    PlannedRow,
    RowRecorded,
    SideEffect,
    WorklistRow,
)
from titration.policies import RuleBroken
from titration.reading import contacted, logged, observed, reported
from titration.timeline import Effective

pytestmark = pytest.mark.django_db


@pytest.fixture
def version():
    made = regimen_of()
    step_of(made)
    return made


@pytest.fixture
def nurse(client, version):
    person = member(version.regimen.clinic, Role.RECORDER)
    client.force_login(person)
    return person


def today_of(version) -> date:
    return version.regimen.clinic.local(timezone.now()).date()


class Visiting:
    """A visit on its way through its screens; `page` is the one that is shown."""

    def __init__(self, client: Client, version, query: str = "") -> None:
        self.client, self.version = client, version
        self.url = reverse("visit", args=[version.regimen.patient_id])
        self.page = Page(client.get(self.url + query))

    def send(self, stage: str, **typed) -> Page:
        data = typed_over(self.page.values, typed) | {"stage": stage}
        self.page = Page(self.client.post(self.url, data))
        return self.page

    def contact(self, **more) -> dict:
        return {
            "how": "telephone",
            "direction": "out",
            "reached": "reached",
            "which_day": today_of(self.version).isoformat(),
            "said": "Legs are easier",
            **more,
        }

    def step(self, amount: str = "7", **more) -> dict:
        """A dose step of the medicine from today, as the form names its boxes."""
        prefix = f"step-{self.version.regimen_id.hex}"
        said = {
            "which_day": today_of(self.version).isoformat(),
            "decided_by": str(self.version.responsible_id),
            "received_how": "telephone",
            "reason": "step-up",
            "components-0-amount": amount,
            "components-0-unit": "mg",
            "components-0-when": "times",
            "components-0-times": "3",
            "components-0-days": "every",
            **more,
        }
        return {f"{prefix}-{name}": value for name, value in said.items()}

    def report(self, **more) -> dict:
        prefix, today = f"report-{self.version.regimen_id.hex}", today_of(self.version)
        said = {
            "what": "missed",
            "reporter": "patient",
            "from_day": str(today.day),
            "from_month": str(today.month),
            "from_year": str(today.year),
            **more,
        }
        return {f"{prefix}-{name}": value for name, value in said.items()}

    def effect(self, place: int = 0, **more) -> dict:
        said = {
            "written_as": "side-effect",
            "symptom": "drowsiness",
            "which_day": today_of(self.version).isoformat(),
            "severity": "mild",
            "course": "continuing",
            **more,
        }
        return {f"effect-{place}-{name}": value for name, value in said.items()}

    @staticmethod
    def value(measure, figure: str, **more) -> dict:
        said = {"figure": figure, **more}
        return {f"{measure.pk.hex}-0-{name}": value for name, value in said.items()}


def whole(client, version) -> Visiting:
    """A visit with a step and a report of the medicine, laid out."""
    key = version.regimen_id
    return Visiting(client, version, f"?step={key}&report={key}")


def test_contact_step_and_report_are_recorded_in_one_write(client, version, nurse) -> None:
    visiting = whole(client, version)
    typed = visiting.contact() | visiting.step() | visiting.report()
    page = visiting.send("review", **typed)
    assert page.status == 200
    assert "7 mg" in page.text
    assert "nothing taken from" in page.text
    assert "“Legs are easier”" in page.text
    assert visiting.send("confirm").response.status_code == 302
    entries = Entry.objects.order_by("-number")[:3]
    assert [entry.kind for entry in entries] == ["intake-report", "dose-step", "contact"]
    assert len({entry.submission for entry in entries}) == 1
    [report] = intake.standing(reported.reports([version.regimen_id])[version.regimen_id])
    assert report.reported_on == today_of(version)
    assert len(logged.history(version.regimen).live) == 2


def test_a_contact_alone_is_a_visit(client, version, nurse) -> None:
    visiting = Visiting(client, version)
    visiting.send("review", **visiting.contact())
    assert visiting.send("confirm").response.status_code == 302
    assert Contact.objects.count() == 1


def test_medicines_are_laid_out_without_a_script_and_what_was_typed_is_kept(
    client, version, nurse
) -> None:
    visiting = Visiting(client, version)
    key = version.regimen_id.hex
    page = visiting.send(
        "lay", said="Legs are easier", **{f"step-{key}": "withhold", f"report-{key}": "on"}
    )
    assert page.status == 200
    assert page.values["said"] == "Legs are easier"
    assert f"step-{key}-reason" in page.values
    assert f"step-{key}-components-TOTAL_FORMS" not in page.values
    assert f"report-{key}-reporter_name" in page.values
    assert page.errors == {}


def test_no_amount_is_laid_out(client, version, nurse) -> None:
    page = whole(client, version).page
    typed = {name: value for name, value in page.form.typed.items() if "amount" in name}
    assert typed
    assert set(typed.values()) == {""}


def test_nothing_is_recorded_when_one_part_is_wrong_and_all_is_kept(client, version, nurse) -> None:
    visiting = whole(client, version)
    typed = visiting.contact() | visiting.step("7,5") | visiting.report(what="different")
    count = Entry.objects.count()
    page = visiting.send("review", **typed)
    key = version.regimen_id.hex
    assert page.status == 422
    assert {f"step-{key}-components-0-amount", f"report-{key}-taken"} <= set(page.errors)
    assert page.values["said"] == "Legs are easier"
    assert page.values[f"step-{key}-components-0-amount"] == "7,5"
    assert Entry.objects.count() == count


def test_the_list_of_errors_says_of_which_part_each_is(client, version, nurse) -> None:
    visiting = whole(client, version)
    page = visiting.send("review", **visiting.contact())
    title = "By mouth: baclofen"
    parts = [f"Record dose step: {title}", "From: Say from", f"Report of the intake: {title}"]
    places = [page.text.index(words) for words in [*parts, "From: Write the first day"]]
    assert places == sorted(places)


def test_a_part_without_errors_is_not_among_them(client, version, nurse) -> None:
    visiting = whole(client, version)
    page = visiting.send("review", **visiting.contact() | visiting.report())
    listed = page.text.partition("What is recorded beside the contact")[0]
    assert "Record dose step" in listed
    assert "Report of the intake" not in listed


def test_a_rule_of_the_record_stands_in_its_own_part(client, version, nurse) -> None:
    visiting = Visiting(client, version, f"?step={version.regimen_id}")
    prefix = f"step-{version.regimen_id.hex}"
    taken = logged.history(version.regimen).live[0].effective.on
    boxes = {"which_day": "other", "on_day": taken.day, "on_month": taken.month}
    step = visiting.step(**{k: str(v) for k, v in boxes.items()}, on_year=str(taken.year))
    page = visiting.send("review", **visiting.contact() | step)
    assert f"{prefix}-on_day" in page.errors
    assert not Contact.objects.exists()


def test_a_rule_under_the_lock_leaves_nothing_half_written(version) -> None:
    by = version.responsible
    text = actions.ContactText(
        how="visit",
        direction="in",
        reached="reached",
        effective=Effective(today_of(version)),
        whose=by,
        whose_name=by.name,
    )
    wrong = actions.IntakeText(
        what="different",
        from_on=today_of(version),
        until_on=None,
        reporter="patient",
        reported_on=today_of(version),
    )
    count = Entry.objects.count()
    with pytest.raises(RuleBroken) as refusal:
        actions.record_visit(
            patient=version.regimen.patient,
            contact=text,
            reports=(actions.VisitReport(version.regimen, wrong),),
            by=by,
        )
    assert (refusal.value.what, refusal.value.field) == ("report", "taken")
    assert Entry.objects.count() == count
    assert not Contact.objects.exists()


def test_the_medicine_of_a_part_is_the_patients(version) -> None:
    clinic = version.regimen.clinic
    other = regimen_of(PatientFactory(clinic=clinic), medicine_of(clinic, "tizanidine"))
    by = version.responsible
    text = actions.ContactText(
        how="visit",
        direction="in",
        reached="reached",
        effective=Effective(today_of(version)),
        whose=by,
        whose_name=by.name,
    )
    report = actions.IntakeText(
        what="stopped",
        from_on=today_of(version),
        until_on=None,
        reporter="patient",
        reported_on=today_of(version),
    )
    with pytest.raises(RuleBroken, match="one of the patient's medicines"):
        actions.record_visit(
            patient=version.regimen.patient,
            contact=text,
            reports=(actions.VisitReport(other.regimen, report),),
            by=by,
        )
    assert not IntakeReport.objects.exists()


def test_the_same_visit_sent_twice_is_recorded_once(client, version, nurse) -> None:
    visiting = whole(client, version)
    visiting.send("review", **visiting.contact() | visiting.step() | visiting.report())
    data = visiting.page.values | {"stage": "confirm"}
    assert [client.post(visiting.url, data).status_code for _again in range(2)] == [302, 302]
    assert (Contact.objects.count(), IntakeReport.objects.count()) == (1, 1)
    assert DoseStep.objects.count() == 2


def test_what_was_recorded_meanwhile_is_read_before_it_is_confirmed(client, version, nurse) -> None:
    visiting = Visiting(client, version, f"?step={version.regimen_id}")
    visiting.send("review", **visiting.contact() | visiting.step())
    step_of(version, on=today_of(version) - timedelta(days=1), reason="step-up")
    page = visiting.send("confirm")
    assert page.status == 200
    assert "Recorded while your page was open." in page.text
    assert not Contact.objects.exists()
    assert visiting.send("confirm").response.status_code == 302
    assert Contact.objects.count() == 1


@pytest.mark.parametrize("stages", [("review", "confirm"), ("confirm", "confirm")])
def test_a_contact_and_a_report_of_the_day_that_came_meanwhile_are_read_first(
    client, version, nurse, stages
):
    """On the read-back, whether they came before it or after."""
    visiting = Visiting(client, version, f"?report={version.regimen_id}")
    typed = visiting.contact() | visiting.report()
    if stages[0] == "confirm":
        visiting.send("review", **typed)
        typed = {}
    today = today_of(version)
    contact_of(version.regimen.patient, nurse, on=today - timedelta(days=1), said="The day before")
    contact_of(version.regimen.patient, nurse, on=today, said="The first of them")
    report_of(version, from_on=today - timedelta(days=60), until_on=today, note="All the summer")
    page = visiting.send(stages[0], **typed)
    assert page.status == 200
    assert "Recorded while your page was open, of the same day or of the same sign." in page.text
    assert "“The first of them”" in page.text
    assert "“All the summer”" in page.text
    assert "The day before" not in page.text
    assert Contact.objects.count() == 2
    assert visiting.send(stages[1]).response.status_code == 302
    assert (Contact.objects.count(), IntakeReport.objects.count()) == (3, 2)


def test_a_value_and_a_sign_that_came_meanwhile_are_read_first(client, version, nurse) -> None:
    patient, weight = version.regimen.patient, measure_of(version.regimen.clinic)
    visiting = Visiting(client, version, f"?version={weight.pk}&effects=1")
    typed = {
        f"{weight.pk.hex}-0-figure": "67",
        "effect-0-written_as": "side-effect",
        "effect-0-symptom": "drowsiness",
        "effect-0-which_day": today_of(version).isoformat(),
    }
    visiting.send("review", **visiting.contact() | typed)
    observation_of(patient, weight, today_of(version), by=nurse)
    effect_of(patient, by=nurse, reported_by="Her daughter")
    page = visiting.send("confirm")
    assert page.status == 200
    assert "61.5 kg" in page.text
    assert "Her daughter" in page.text
    assert not Contact.objects.exists()
    assert visiting.send("confirm").response.status_code == 302
    assert (Observation.objects.count(), SideEffect.objects.count()) == (2, 2)


def test_the_read_back_can_be_changed_and_keeps_everything(client, version, nurse) -> None:
    visiting = whole(client, version)
    visiting.send("review", **visiting.contact() | visiting.step() | visiting.report())
    page = visiting.send("write")
    key = version.regimen_id.hex
    assert page.values["said"] == "Legs are easier"
    assert page.values[f"step-{key}-components-0-amount"] == "7"
    assert page.values[f"report-{key}-what"] == "missed"


def test_a_report_that_differs_says_that_the_plan_will_wait(client, version, nurse) -> None:
    ahead = today_of(version) + timedelta(days=9)
    plan = plan_of(version, planned_row(ahead, times(3, "11")))
    visiting = Visiting(client, version, f"?report={version.regimen_id}")
    page = visiting.send("review", **visiting.contact() | visiting.report())
    assert "will wait for the prescriber" in page.text
    visiting.send("confirm")
    rows = WorklistRow.objects.filter(topic="differs")
    assert [row.about for row in rows] == [plan.plan_id]


def test_a_visit_answers_a_call_back(client, version, nurse) -> None:
    patient = version.regimen.patient
    call = contact_of(patient, nurse, call_back=today_of(version))
    visiting = Visiting(client, version, f"?answers={call.contact}")
    visiting.send("review", **visiting.contact())
    visiting.send("confirm")
    assert not contacted.open_calls(contacted.standing(contacted.contacts([patient.pk])))


# How the patient was


@pytest.fixture
def weight(version):
    return measure_of(version.regimen.clinic, lowest=Decimal(2), highest=Decimal(300))


def observing(client, version, *measures, effects: int = 1) -> Visiting:
    """A visit with side effects and a sheet laid out."""
    named = "".join(f"&version={measure.pk}" for measure in measures)
    return Visiting(client, version, f"?effects={effects}{named}")


def observed_of(version) -> tuple[list, list]:
    patient = version.regimen.patient_id
    values = [each.figure for each in observed.observations(patient)]
    return values, [each.symptom for each in observed.effects(patient)]


def test_side_effects_and_scores_are_recorded_in_the_one_write(
    client, version, nurse, weight
) -> None:
    visiting = observing(client, version, weight, effects=2)
    page = visiting.send(
        "review",
        **visiting.contact(),
        **visiting.effect(),
        **visiting.effect(1, symptom="nausea", regimen=str(version.regimen_id)),
        **visiting.value(weight, "71", note="with shoes"),
        **{"measured-measured_by": "the physiotherapist"},
    )
    assert page.status == 200
    for words in ("Drowsiness", "Nausea", "71 kg", "with shoes", "the physiotherapist"):
        assert words in page.text
    visiting.send("confirm")
    assert observed_of(version) == ([71], ["drowsiness", "nausea"])
    kinds = ["contact", "observation", "side-effect", "side-effect"]
    entries = Entry.objects.filter(kind__in=kinds).order_by("number")
    assert [entry.kind for entry in entries] == kinds
    assert len({entry.submission for entry in entries}) == 1
    [value] = observed.observations(version.regimen.patient_id)
    assert (value.effective.on, value.measured_by) == (today_of(version), "the physiotherapist")


def test_side_effects_and_measures_are_laid_out_when_asked_for_without_a_script(
    client, version, nurse, weight
) -> None:
    visiting = Visiting(client, version)
    assert not [name for name in visiting.page.values if name.startswith("effect-")]
    page = visiting.send("lay", said="Legs are easier", effects="1", version=[str(weight.pk)])
    assert page.status == 200
    assert page.errors == {}
    assert page.values["said"] == "Legs are easier"
    assert page.values["effect-0-words"] == ""
    assert page.values[f"{weight.pk.hex}-0-figure"] == ""


def test_what_is_chosen_and_not_laid_out_is_laid_out_before_it_is_read(
    client, version, nurse
) -> None:
    visiting = Visiting(client, version)
    page = visiting.send("review", **visiting.contact(), effects="1")
    assert (page.status, page.errors) == (200, {})
    assert "More is laid out below. Nothing is recorded yet." in page.text
    assert "effect-0-words" in page.values


def test_a_sheet_that_is_left_empty_records_nothing_of_it(client, version, nurse, weight) -> None:
    visiting = observing(client, version, weight, effects=0)
    page = visiting.send("review", **visiting.contact())
    assert "Measurements and scores" not in page.text
    visiting.send("confirm")
    assert (Contact.objects.count(), Observation.objects.count()) == (1, 0)


def test_what_is_wrong_of_a_side_effect_or_a_value_stands_beside_its_box(
    client, version, nurse, weight
) -> None:
    visiting = observing(client, version, weight)
    count = Entry.objects.count()
    typed = visiting.effect(symptom="other") | visiting.value(weight, "7,5")
    page = visiting.send("review", **visiting.contact(), **typed)
    assert (page.status, set(page.errors)) == (422, {f"{weight.pk.hex}-0-figure"})
    page = visiting.send("review", **visiting.value(weight, "71"))
    assert (page.status, set(page.errors)) == (422, {"effect-0-words"})
    assert page.values["effect-0-symptom"] == "other"
    assert page.values[f"{weight.pk.hex}-0-figure"] == "71"
    assert Entry.objects.count() == count


def test_a_figure_beyond_the_entry_bounds_is_asked_about_once(
    client, version, nurse, weight
) -> None:
    visiting = observing(client, version, weight, effects=0)
    page = visiting.send("review", **visiting.contact(), **visiting.value(weight, "701"))
    assert (page.status, set(page.errors)) == (422, {f"{weight.pk.hex}-0-figure"})
    assert not Contact.objects.exists()
    page = visiting.send("review", **{f"{weight.pk.hex}-0-is_checked": "on"})
    assert page.status == 200
    visiting.send("confirm")
    assert observed_of(version) == ([701], [])


def test_a_value_that_a_rule_refuses_under_the_lock_leaves_nothing(
    client, version, nurse, weight
) -> None:
    visiting = observing(client, version, weight)
    visiting.send(
        "review", **visiting.contact(), **visiting.effect(), **visiting.value(weight, "71")
    )
    count = Entry.objects.count()
    page = visiting.send("confirm", **{f"{weight.pk.hex}-0-figure": "701"})
    assert (page.status, set(page.errors)) == (422, {f"{weight.pk.hex}-0-figure"})
    assert page.values[f"{weight.pk.hex}-0-figure"] == "701"
    assert page.values["effect-0-symptom"] == "drowsiness"
    assert Entry.objects.count() == count
    assert not SideEffect.objects.exists()


def test_the_visit_asks_no_more_queries_for_more_measures(client, version, nurse, weight) -> None:
    others = [measure_of(version.regimen.clinic, f"Score {place}") for place in range(4)]

    def count(*measures) -> int:
        with CaptureQueriesContext(connection) as queries:
            observing(client, version, *measures)
        return len(queries)

    count(weight)
    assert count(weight, *others) == count(weight)


def test_everything_that_was_laid_out_comes_back_when_the_session_had_ended(
    client, version, nurse, weight
) -> None:
    visiting = observing(client, version, weight)
    typed = visiting.contact() | visiting.effect() | visiting.value(weight, "71")
    Session.objects.all().delete()
    sent = visiting.page.values | typed | {"stage": "review"}
    answer = client.post(visiting.url, sent)
    assert answer.url.startswith("/accounts/login/")
    client.force_login(nurse)
    page = Page(client.get(visiting.url))
    assert page.values["said"] == "Legs are easier"
    assert page.values["effect-0-symptom"] == "drowsiness"
    assert page.values[f"{weight.pk.hex}-0-figure"] == "71"
    assert not Contact.objects.exists()


# What was recorded together


def test_the_contact_names_what_was_recorded_with_it(client, version, nurse) -> None:
    visiting = whole(client, version)
    visiting.send("review", **visiting.contact() | visiting.step() | visiting.report())
    visiting.send("confirm")
    numbers = dict(Entry.objects.values_list("kind", "number").order_by("number"))
    step, report = numbers["dose-step"], numbers["intake-report"]
    contact = numbers["contact"]
    page = Page(client.get(reverse("contact-list", args=[version.regimen.patient_id])))
    words = (
        "Recorded at the same time: "
        f"dose step, entry {step:,}; report of the intake, entry {report:,}"
    )
    assert words in page.text
    assert f"contact, entry {contact:,}" not in page.text
    page = Page(client.get(reverse("intake", args=[version.regimen_id])))
    assert f"Recorded at the same time: contact, entry {contact:,}; dose step" in page.text
    known = Page(
        client.get(reverse("contact-list", args=[version.regimen.patient_id]) + f"?known={step}")
    )
    assert f"report of the intake, entry {report:,}" not in known.text


def test_a_contact_alone_names_nothing_beside_it(client, version, nurse) -> None:
    contact_of(version.regimen.patient, nurse)
    page = Page(client.get(reverse("contact-list", args=[version.regimen.patient_id])))
    assert "Recorded at the same time" not in page.text


# A step from a row of the signed plan


def row_named(version, row) -> str:
    key = version.regimen_id
    return f"?step={key}:row-{row}"


@pytest.fixture
def planned(version):
    """A plan whose first row is on the day after the step that stands, and its next one after."""
    on = today_of(version) - timedelta(days=1)
    rows = (planned_row(on, times(3, "7")), planned_row("2 weeks", times(3, "11")))
    return plan_of(version, *rows)


def rows_of(plan) -> list:
    return list(PlannedRow.objects.filter(version=plan).order_by("position"))


def test_the_next_row_is_offered_filled_and_recorded_with_its_link(
    client, version, nurse, planned
) -> None:
    first, second = rows_of(planned)
    visiting = Visiting(client, version)
    offered = visiting.page.form.choices[f"step-{version.regimen_id.hex}"]
    assert offered[1] == f"row-{first.row}"
    page = visiting.send("lay", **{f"step-{version.regimen_id.hex}": offered[1]})
    prefix = f"step-{version.regimen_id.hex}"
    assert page.values[f"{prefix}-components-0-amount"] == "7"
    assert page.values[f"{prefix}-received_how"] == "signed-plan"
    assert "The form is filled in from this row as it was signed." in page.text
    today = today_of(version).isoformat()
    typed = {f"{prefix}-which_day": today, f"{prefix}-reason": "step-up"}
    page = visiting.send("review", **visiting.contact(), **typed)
    assert page.status == 200
    assert "Row 1 of plan version 1, 1 day after the planned date" in page.text
    assert "outside the signed plan" not in page.text
    assert visiting.send("confirm").response.status_code == 302
    assert RowRecorded.objects.get().row == first.row
    assert len({e.submission for e in Entry.objects.order_by("-number")[:3]}) == 1
    log = Page(client.get(reverse("regimen", args=[version.regimen_id])))
    assert "Row 1 of plan version 1, 1 day after the planned date" in log.text
    again = Visiting(client, version).page.form.choices[f"step-{version.regimen_id.hex}"]
    assert again[1] == f"row-{second.row}"


def test_a_row_fills_nothing_in_a_visit_when_another_dose_is_recorded(
    client, version, nurse, planned
) -> None:
    """The second row follows the first, of which nothing is recorded."""
    page = Visiting(client, version, row_named(version, rows_of(planned)[1].row)).page
    assert "The form is blank" in page.text
    typed = [value for name, value in page.form.typed.items() if name.endswith("-amount")]
    assert set(typed) == {""}


def test_a_row_that_waits_is_not_laid_out_and_it_is_said_why(
    client, version, nurse, planned
) -> None:
    actions.record_plan_event(
        plan=planned.plan, kind="paused", reason_text="Away", seen=planned.entry.number,
        by=version.responsible,
    )  # fmt: skip
    page = Visiting(client, version, row_named(version, rows_of(planned)[0].row)).page
    assert "The plan is paused" in page.text
    assert f"step-{version.regimen_id.hex}-reason" not in page.values


def test_a_row_recorded_by_somebody_else_meanwhile_is_refused_and_all_is_kept(
    client, version, nurse, planned
) -> None:
    prefix = f"step-{version.regimen_id.hex}"
    visiting = Visiting(client, version, row_named(version, rows_of(planned)[0].row))
    today = today_of(version).isoformat()
    typed = {f"{prefix}-which_day": today, f"{prefix}-reason": "step-up"}
    visiting.send("review", **visiting.contact(), **typed)
    other = Visiting(client, version, row_named(version, rows_of(planned)[0].row))
    other.send("review", **other.contact(), **typed)
    other.send("confirm")
    count = Entry.objects.count()
    page = visiting.send("confirm")
    assert (page.status, Entry.objects.count()) == (409, count)
    assert "Row 1 is recorded already" in page.text
    assert page.values["said"] == "Legs are easier"


def test_a_row_of_another_medicine_is_no_part_of_a_visit(client, version, nurse) -> None:
    other = regimen_of(
        PatientFactory(clinic=version.regimen.clinic),
        medicine_of(version.regimen.clinic, "tizanidine"),
    )
    row = rows_of(plan_of(other))[0].row
    page = Visiting(client, version, row_named(version, row)).page
    assert not [name for name in page.values if name.endswith("-reason")]


# Rows of a sheet, and who signs in next


def test_another_value_of_a_measure_is_added_without_a_script(
    client, version, nurse, weight
) -> None:
    visiting = observing(client, version, weight)
    key = weight.pk.hex
    data = typed_over(visiting.page.values, {**visiting.value(weight, "71"), "add_row": key})
    page = Page(client.post(visiting.url, data))
    assert page.values[f"{key}-0-figure"] == "71"
    assert page.values[f"{key}-1-figure"] == ""
    assert page.errors == {}
    visiting.page = page
    visiting.send("review", **visiting.contact(), **visiting.effect(), **{f"{key}-1-figure": "72"})
    visiting.send("confirm")
    assert observed_of(version) == ([71, 72], ["drowsiness"])


def test_who_signs_in_next_finds_the_same_forms_laid_out(client, version, nurse, weight) -> None:
    visiting = Visiting(client, version)
    key = version.regimen_id.hex
    chosen = {f"step-{key}": "withhold", f"report-{key}": "on", "effects": "2"}
    page = visiting.send("lay", version=[str(weight.pk)], said="Legs are easier", **chosen)
    [url] = {link for link in page.links if link.startswith("/accounts/logout/")}
    address = parse_qs(urlsplit(url).query)["next"][0]
    assert f'data-switch="{escape(address)}"' in page.html
    again = Page(client.get(address))
    assert set(again.values) == set(page.values)
