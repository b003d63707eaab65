"""The line: the software keeps, orders and adds up what people wrote, and originates no dose.

Every number with a unit that a reader meets, in pages, in the picture and in the PDF, is an amount
that somebody wrote, or a total per day or a difference of two that is worked out here anew, by
other means, and stands under its label. All amounts are primes of their own, so that a figure from
anywhere else is found out.
"""

import io
import re
from dataclasses import replace
from datetime import date, time, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from html.parser import HTMLParser
from types import SimpleNamespace

import pytest
from django.utils import timezone
from pypdf import PdfReader

from access.models import Role
from tests.factories import ClinicFactory, PatientFactory, context_of, member, stated
from tests.pages import INLINE, Page
from tests.titration.doses import amount, at, rate, times
from tests.titration.factories import medicine_of, plan_of, planned_row, regimen_of, step_of
from tests.titration.fhir import check, objects
from tests.titration.recording import Recording, address, day
from titration import actions, downtime
from titration.dosing import Component
from titration.exports import downtime as pages
from titration.fhir import UCUM
from titration.models import DoseStep, PlanVersion
from titration.reading import logged
from titration.timeline import Effective

pytestmark = pytest.mark.django_db

UNITS = "mg|micrograms?|mL|g|units?|tablets?|patch(?:es)?|mmol"
FIGURE = r"[0-9][0-9,]*(?:\.[0-9]+)?"
NUMBER = re.compile(rf"([+\u2212]?)({FIGURE})(?: to ({FIGURE}))?\s(?:{UNITS})\b")

# What else may stand with a unit: the strengths of the medicine list, which are no doses, and what
# a person typed in words beside a dose, shown in quotation marks.
STRENGTHS = {"113", "127", "131"}

# A measurement of the kidneys that somebody wrote, and beside it a dose in the words of whoever
# told it, which stands in quotation marks.
KIDNEY = "257"
CONTEXT = {
    "kidney": stated(
        {"measure": "egfr", "value": KIDNEY, "unit": "mL/min", "on": "2026-03-02"},
    ),
    "medicines": stated({"medicine": "Sertraline", "dose": "263 mg at night"}),
    "sedatives": stated({"substance": "Wine", "amount": "269 mL"}),
}
QUOTED = re.compile("“[^”]*”")


def figure(value: Fraction | Decimal) -> str:
    if isinstance(value, Fraction):
        value = Decimal(value.numerator) / Decimal(value.denominator)
    return f"{value.normalize():,f}"


def amounts_of(step) -> set[str]:
    """Every figure that was written for the step, or for the row of a plan."""
    return {
        figure(Decimal(value))
        for part in step.parts
        for value in (part.low, part.high, part.maximum_low, part.volume, part.concentration)
        if value is not None
    }


def total_of(step) -> tuple[Fraction, Fraction] | None:
    """Lowest and highest total of a day, counted hour by hour; none where days differ."""
    low = high = Fraction(0)
    for part in step.parts:
        if part.as_needed:
            continue
        if step.kind == "single" or part.timing not in ("slot", "clock", "times"):
            return None
        if part.weekdays or (part.period_unit, part.period) != ("day", 1):
            if part.period_unit != "hour":
                return None
            count = part.times * len(range(0, 24, part.period))
        else:
            count = part.times or 1
        low += count * Fraction(part.low)
        high += count * Fraction(part.high if part.high is not None else part.low)
    return (low, high) if low or high else None


class Course:
    """A course with one step of every shape, corrected, withdrawn, withheld and ahead."""

    def __init__(self, client) -> None:
        self.clinic = ClinicFactory()
        self.prescriber = member(self.clinic, name="Dr A. Osei")
        self.recorder = member(self.clinic, Role.RECORDER)
        client.force_login(self.prescriber)
        patient = PatientFactory(clinic=self.clinic, by=self.prescriber)
        medicine = medicine_of(self.clinic, strengths=("113 mg", "127 mg per 131 mL"))
        self.mouth = regimen_of(patient, medicine, self.prescriber)
        self.pump = regimen_of(
            patient, medicine, self.prescriber, route="intrathecal", unit="microgram", form=""
        )
        self.tapered = regimen_of(
            patient, medicine_of(self.clinic, "gabapentin", strengths=()), self.prescriber
        )
        self.patient = patient
        context_of(patient, self.recorder, **CONTEXT)
        self.record()
        self.plan = self.signed()
        self.steps = {
            version: list(
                DoseStep.objects.filter(regimen=version.regimen_id).order_by("effective_on")
            )
            for version in (self.mouth, self.pump, self.tapered)
        }

    def signed(self) -> PlanVersion:
        """A plan of rows of every kind; of two a step was recorded, one of them another dose."""
        begun = timezone.localdate() - timedelta(days=20)
        once = replace(
            times(1, "199"), timing=replace(times(1, "1").timing, kind="once", times=None)
        )
        version = plan_of(
            self.tapered,
            planned_row(begun, times(3, "167")),
            planned_row("1 week", times(2, "223"), words="241 mg if it is cold"),
            planned_row("1 week", at("morning", "191"), at("bedtime", "193")),
            planned_row("1 week", times(2, "173 to 179")),
            planned_row("1 week", times(1, "181", period=2)),
            planned_row("1 week", once, kind="single"),
            planned_row("review", times(2, "227")),
            planned_row("1 week", kind="words", words="Then 251 mg"),
            planned_row("1 week", kind="stop"),
            purpose="taper",
            end="stop",
        )
        for place, dose in ((0, times(3, "167")), (1, times(2, "233"))):
            actions.record_step(
                regimen=self.tapered.regimen,
                instruction=actions.Instruction(
                    kind="dose",
                    effective=Effective(begun + timedelta(weeks=place)),
                    decided_by=self.prescriber,
                    decided_by_name=self.prescriber.name,
                    received_how="signed-plan",
                    reason="step-down",
                    components=(dose,),
                ),
                from_row=actions.FromRow(version.pk, version.rows[place].row),
                by=self.prescriber,
            )
        return version

    @cached_property
    def rows(self) -> list[SimpleNamespace]:
        """The rows of the plan, each with its parts, as steps have them."""
        return [
            SimpleNamespace(
                kind=row.kind,
                parts=[part for part in self.plan.parts if part.of_row == row.position],
            )
            for row in self.plan.rows
        ]

    def record(self) -> None:
        weeks = iter(range(100))

        def step(*parts: Component, kind: str = "dose", version=self.mouth, **more) -> DoseStep:
            on = date(2026, 3, 2) + timedelta(weeks=next(weeks))
            return step_of(version, more.pop("on", on), kind, tuple(parts), **more)

        needed = replace(times(None, "43"), as_needed=True, maximum=amount("211"), maximum_hours=24)
        beside = replace(
            at("morning", "73"),
            strengths="1 × 137 mg",
            volume=Decimal("79"),
            concentration=Decimal("83"),
            concentration_unit="mg",
            calculation="0.139 mg per kg × 149 kg",
        )
        step(times(3, "17"))
        step(at("morning", "19"), at("bedtime", "23"))
        step(
            replace(times(1, "101"), timing=replace(times(1, "1").timing, kind="once", times=None)),
            kind="single",
            reason="trial",
        )
        step(kind="withhold")
        step(at("morning", "29"), at("evening", "31"), kind="resume")
        step(times(2, "37 to 41"))
        step(times(2, "47"), needed)
        wrong = step(times(3, "53"), by=self.recorder)
        twice = step(times(3, "61"))
        step(times(1, "67", period=2, anchor=date(2026, 5, 4)))
        step(at("evening", "71", weekdays=(1,)))
        step(beside, at("evening", "1999"))
        step(times(1, "0.307", period=6, period_unit="hour"))
        step(times(5, "89"), on=timezone.localdate() + timedelta(days=30))
        actions.retract_step(step=twice, reason="twice", reason_text="", by=self.prescriber)
        actions.correct_step(
            step=wrong,
            instruction=actions.Instruction(
                kind="dose",
                effective=wrong.effective,
                decided_by=self.prescriber,
                decided_by_name=self.prescriber.name,
                received_how="telephone",
                reason="effect",
                components=(times(3, "59"),),
                note="59 mg, he said",
            ),
            correction_reason="slip",
            by=self.recorder,
        )
        step(rate("97", "hour", changed_every_hours=72), version=self.pump)
        night = {"window_from": time(22), "window_to": time(6)}
        step(
            rate("103", "24 hours", window_from=time(6), window_to=time(22)),
            rate("107", "24 hours", **night),
            version=self.pump,
        )
        step(rate("109", "24 hours"), version=self.pump)

    @cached_property
    def written(self) -> set[str]:
        steps = [step for steps in self.steps.values() for step in steps]
        doses = {figure for written in (*steps, *self.rows) for figure in amounts_of(written)}
        return doses | {KIDNEY}

    @cached_property
    def totals(self) -> set[str]:
        steps = [step for steps in self.steps.values() for step in steps]
        return {figure(value) for each in (*steps, *self.rows) for value in total_of(each) or ()}

    @property
    def planned_differences(self) -> set[str]:
        """What was recorded from the second row is more than planned: 2 × 233 and not 2 × 223."""
        return {"+20"}

    @cached_property
    def differences(self) -> set[str]:
        """What each total is more or less than the one before it, with its sign."""
        signed = set()
        for version, steps in self.steps.items():
            live = {record.entry for record in logged.history(version.regimen).live}
            before = None
            for step in (step for step in steps if step.pk in live and step.kind != "single"):
                total, needed = total_of(step), any(part.as_needed for part in step.parts)
                now = (total[0], needed) if total and total[0] == total[1] else None
                if before and now and before[1] == now[1]:
                    sign = "+" if now[0] > before[0] else "\u2212"
                    signed.add(sign + figure(abs(now[0] - before[0])))
                before = now
        return signed

    def check(self, words: str, label: str = "") -> int:
        """Every number with a unit in the words is written, or worked out and labelled so."""
        found = 0
        for sign, low, high in NUMBER.findall(QUOTED.sub(" ", words)):
            for number in filter(None, (low, high)):
                found += 1
                where = f"{number} in “{words}” under “{label}”"
                if label == "Difference":
                    assert sign + number in self.planned_differences, where
                    assert "total per day" in words, where
                elif sign:
                    assert sign + number in self.differences, where
                    assert "Change" in label, where
                elif number in self.totals and number not in self.written:
                    assert re.search("total per day", f"{label} {words}", re.IGNORECASE), where
                else:
                    assert number in self.written | STRENGTHS, where
        return found


class Boxes(HTMLParser):
    """(label, words) of each cell, description and paragraph of a page."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []
        self._label = self._term = ""
        self._is_term = False
        self._words: list[str] = []
        self.feed(source)
        self._end()

    def _end(self) -> None:
        words = " ".join("".join(self._words).split())
        if words:
            self.found.append((self._label, words))
            if self._is_term:
                self._term = words
        self._words = []

    def handle_starttag(self, tag, attrs) -> None:
        attributes = dict(attrs)
        for name in ("value", "placeholder", "aria-label", "title"):
            if attributes.get(name) and attributes.get("type") != "hidden":
                self.found.append((self._label, attributes[name]))
        if tag in INLINE:
            return
        self._end()
        self._is_term = tag == "dt"
        if tag == "td":
            self._label = attributes.get("data-label") or ""
        elif tag == "dd":
            self._label = self._term
        elif tag not in ("br",):
            self._label = ""

    def handle_endtag(self, tag) -> None:
        if tag not in INLINE:
            self._end()
            self._is_term = False

    def handle_data(self, data) -> None:
        self._words.append(data)


@pytest.fixture
def course(client):
    return Course(client)


def paths(course: Course) -> dict[str, int]:
    """Pages that show doses, and how many numbers with a unit each shows at the least."""
    step = course.steps[course.mouth][0]
    known = f"known={step.entry.number}"
    return {
        f"/regimens/{course.mouth.regimen_id}/?log=all": 30,
        f"/regimens/{course.pump.regimen_id}/": 4,
        f"/regimens/{course.tapered.regimen_id}/?plan=all": 20,
        f"/plans/{course.plan.plan_id}/": 9,
        f"/regimens/{course.mouth.regimen_id}/?{known}": 1,
        f"/patients/{course.patient.pk}/known/?{known}&about=2026-03-02": 30,
        f"/patients/{course.patient.pk}/": 2,
        f"/patients/{course.patient.pk}/context/": 1,
        f"/patients/{course.patient.pk}/context/history/": 1,
        f"/regimens/{course.mouth.regimen_id}/retract/": 20,
        f"/regimens/{course.mouth.regimen_id}/history/": 0,
        f"/regimens/{course.mouth.regimen_id}/edit/": 0,
        f"/regimens/{course.mouth.regimen_id}/steps/new/": 1,
        f"/regimens/{course.pump.regimen_id}/steps/new/?kind=single": 1,
        f"/steps/{step.step}/correct/": 1,
        f"/steps/{step.step}/retract/": 1,
        "/": 1,
        "/patients/": 0,
    }


def test_the_figures_of_the_fixture_tell_one_from_another(course):
    assert len(course.written) > 25
    assert course.written & course.totals == set()
    assert course.differences == {"\u22129", "\u22122,070.772", "+443.772", "\u221235"}
    unsigned = {d[1:] for d in course.differences | course.planned_differences}
    assert unsigned & (course.written | course.totals | STRENGTHS) == set()


def test_a_figure_from_elsewhere_is_found_out(course):
    for words, label in (
        ("Morning 151 mg", ""),
        ("17 to 151 mg", ""),
        ("51 mg", "Dose as written"),
        ("+9 mg", "Change"),
        ("\u22129 mg", "Total per day"),
    ):
        with pytest.raises(AssertionError):
            course.check(words, label)


def test_pages_show_only_what_was_written_or_worked_out_under_its_label(client, course):
    for path, least in paths(course).items():
        response = client.get(path)
        assert response.status_code == 200, path
        page = response.content.decode()
        without_picture = re.sub(r"<svg class=\"timeline\".*?</svg>", " ", page, flags=re.DOTALL)
        found = sum(course.check(words, label) for label, words in Boxes(without_picture).found)
        assert found >= least, f"{path} shows {found} numbers with a unit"


def test_a_read_back_shows_only_what_was_written_or_worked_out(client, course):
    recording = Recording(client, address(course.mouth.regimen))
    page = recording.write(
        {"amount": "157", "when": "morning"},
        {"amount": "163", "when": "bedtime"},
        **day("12", "3", "2026"),
    )
    typed, total = {"157", "163"}, "320"
    seen = set()
    for label, words in Boxes(page.html).found:
        for sign, low, high in NUMBER.findall(QUOTED.sub(" ", words)):
            if sign:
                assert (sign + low, "Change" in label) == ("+278", True)
            elif low == total:
                assert "Total per day" in label
            else:
                seen.add(low)
                assert {low, high or low} <= course.written | course.totals | typed
    assert typed <= seen


def picture(page: str) -> list[str]:
    found = re.search(r"<svg class=\"timeline\".*?</svg>", page, re.DOTALL)
    assert found
    texts = re.findall(r"<(?:text|title|desc)[^>]*>([^<]*)<", found[0])
    return [" ".join(text.split()) for text in texts]


def test_the_picture_shows_only_what_was_written_or_worked_out(client, course):
    for version, least in ((course.mouth, 5), (course.pump, 2), (course.tapered, 4)):
        texts = picture(client.get(f"/regimens/{version.regimen_id}/").content.decode())
        heading = " ".join(texts)
        found = sum(course.check(text, heading) for text in texts)
        assert found >= least, texts
        known = course.written | course.totals
        for text in texts:
            if re.fullmatch(rf"{FIGURE}(?: to {FIGURE})?", text):
                is_year = re.fullmatch("20[0-9]{2}", text)
                assert is_year or set(text.split(" to ")) <= known | {"0"}, text


def test_the_pdf_shows_only_what_was_written_or_worked_out(client, course):
    content = client.get(f"/patients/{course.patient.pk}/export.pdf").content
    assert figures_of_pdf(content, course) > 30
    assert course.written <= set(re.findall(FIGURE, words_of_pdf(content))), "an amount is missing"


def test_chosen_letters_show_only_what_was_written_or_worked_out(client, course):
    address = f"/patients/{course.patient.pk}"
    pump = f"choice=1&regimen={course.pump.regimen_id}&from=2026-01-01&part=plans"
    for path, least in ((f"export.pdf?{pump}", 4), ("handover.pdf", 8)):
        assert figures_of_pdf(client.get(f"{address}/{path}").content, course) > least, path


def test_the_pack_of_the_clinic_shows_only_what_was_written_or_worked_out(course):
    known = downtime.up_to(course.clinic, timezone.now())
    [part] = pages.parts_of(known, downtime.patients_of(known))
    assert figures_of_pdf(pages.pdf_file(known, part), course) > 5


def words_of_pdf(content: bytes) -> str:
    text = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    return " ".join(text.split())


def figures_of_pdf(content: bytes, course: Course) -> int:
    """How many figures there are, each of which was written or worked out."""
    words = words_of_pdf(content)
    assert "Total per day" in words
    found = 0
    for sign, low, high in NUMBER.findall(QUOTED.sub(" ", words)):
        for number in filter(None, (low, high)):
            found += 1
            signed = course.differences | course.planned_differences
            known = signed if sign else course.written | course.totals | STRENGTHS
            assert sign + number in known, number
    return found


def test_fhir_tells_only_what_was_written_and_all_of_it(client, course):
    """No total, no average: figures are those of the record, and text is in the words of pages."""
    bundle = check(client.get(f"/patients/{course.patient.pk}/export.fhir.json").content)

    measured = [each for each in objects(bundle) if each.get("system") == UCUM]
    figures = {figure(Decimal(each["value"])) for each in measured if each["code"] != "h"}
    assert figures - {"1"} == course.written
    for each in objects(bundle):
        if "doseAndRate" in each:
            assert course.check(each["text"], "Dose as written")


def test_no_form_holds_an_amount_that_nobody_asked_for(client, course):
    figures = ("amount", "maximum", "volume", "concentration", "strengths", "calculation")
    known = course.written | course.totals | STRENGTHS
    for kind in ("dose", "single", "withhold", "resume", "stop"):
        for version in (course.mouth, course.pump):
            page = Page(client.get(address(version.regimen, kind)))
            for form in page.forms:
                held = {n: v for n, v in form.typed.items() if v}
                assert not [n for n in held if n.rpartition("-")[2] in figures], held
                assert not set(held.values()) & known, held
    for path in ("/medicines/new/", f"/patients/{course.patient.pk}/regimens/new/"):
        for form in Page(client.get(path)).forms:
            assert not set(form.typed.values()) & known


def test_a_withheld_stretch_has_no_figure(client, course):
    version = regimen_of(course.patient, course.mouth.medicine.versions.get(), course.prescriber)
    step_of(version, date(2026, 3, 2), components=(times(3, "173"),))
    step_of(version, Effective(date(2026, 3, 9)), "withhold")
    page = Page(client.get(f"/regimens/{version.regimen_id}/"))
    log = page.text.partition("Dose log")[2]
    withheld = log.partition("09-Mar-2026")[2].partition("02-Mar-2026")[0]
    assert NUMBER.findall(withheld) == []
