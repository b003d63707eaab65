"""Recording through the pages: written, read back, confirmed, corrected, withdrawn, carried."""

from copy import deepcopy
from datetime import date, time, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from access.models import Role
from ledger.models import Entry, Retraction
from ledger.writing import Asking, writing
from tests.factories import ClinicFactory, PatientFactory, UserFactory, member
from tests.pages import Page, counted, typed_over
from tests.titration.doses import amount, at, times
from tests.titration.factories import medicine_of, regimen_of, step_of
from tests.titration.recording import STANDARD, Recording, address, day, record, rows_over
from titration import actions, projection, wording
from titration.dosing import Component as Written
from titration.dosing import Timing
from titration.forms.dosage import ComponentForm
from titration.forms.steps import CorrectionForm, StepForm
from titration.models import Component, Confirmation, DoseStep
from titration.timeline import Effective
from titration.typed import read_dose
from titration.wording import date_words

pytestmark = pytest.mark.django_db

THREE_TIMES_5 = {"amount": "5", "when": "times", "times": "3"}
UNEVEN = [
    {"amount": "5", "when": "morning"},
    {"amount": "5", "when": "midday"},
    {"amount": "10", "when": "bedtime"},
]
FIGURES = ("amount", "maximum", "volume", "concentration", "strengths", "calculation")


@pytest.fixture(scope="module")
def made_version(module_db):
    clinic = ClinicFactory()
    prescriber = member(clinic, name="Dr A. Osei")
    return regimen_of(PatientFactory(clinic=clinic, by=prescriber), by=prescriber)


@pytest.fixture
def version(made_version, client, db):
    version = deepcopy(made_version)
    client.force_login(version.responsible)
    return version


@pytest.fixture
def clinic(version):
    return version.regimen.clinic


@pytest.fixture
def prescriber(version):
    return version.responsible


@pytest.fixture
def regimen(version):
    return version.regimen


@pytest.fixture
def recorder(clinic):
    return member(clinic, Role.RECORDER, name="J. Lind")


def state_of_shared_fields() -> list:
    return [
        (form, name, vars(field) | {"widget": vars(field.widget)})
        for form in (ComponentForm, StepForm, CorrectionForm)
        for name, field in form.base_fields.items()
    ]


@pytest.fixture(scope="module", autouse=True)
def no_page_alters_fields_that_all_forms_of_a_class_share():
    before = deepcopy(state_of_shared_fields())
    yield
    assert state_of_shared_fields() == before


def today_in(clinic) -> date:
    return clinic.local(timezone.now()).date()


def boxes(on: date, **more):
    return day(str(on.day), str(on.month), str(on.year), **more)


def sent(client, regimen, *rows, **typed) -> Page:
    """The answer to a form filled in at once, without the page that it stands on."""
    form = {
        "submission": str(uuid4()),
        "seen": "0",
        "stage": "review",
        "decided_by": str(regimen.card.version.responsible_id),
        "reason": "start",
        "components-TOTAL_FORMS": "0",
        "components-INITIAL_FORMS": "0",
        "components-0-unit": "mg",
        **STANDARD,
        **typed,
    }
    filled = rows_over(form, list(rows)) if rows else form
    return Page(client.post(address(regimen), typed_over(filled, {})))


def written(step: DoseStep) -> tuple:
    return tuple(part.as_written() for part in DoseStep.objects.get(pk=step.pk).parts)


@pytest.fixture
def nothing_is_written():
    """Checks at the end of a test that the ledger holds what it held when the test asked."""
    counted = []

    def from_here() -> None:
        counted.append(Entry.objects.count())

    yield from_here
    assert counted, "the test never said from where on"
    assert Entry.objects.count() == counted[-1]


# Two screens


@pytest.mark.parametrize(
    ("kind", "before", "rows", "title"),
    [
        ("dose", None, [THREE_TIMES_5], "Read back: dose step"),
        ("single", None, [{"amount": "50", "when": "once"}], "Read back: single dose"),
        ("withhold", "dose", [], "Read back: withhold"),
        ("resume", "withhold", [THREE_TIMES_5], "Read back: resume"),
        ("stop", "dose", [], "Read back: stop"),
    ],
)
def test_a_step_is_recorded_only_when_confirmed(
    client, version, regimen, kind, before, rows, title
):
    if before:
        step_of(version)
    if before == "withhold":
        step_of(version, date(2026, 3, 9), "withhold")
    recording = Recording(client, address(regimen, kind))
    count = Entry.objects.count()
    page = recording.write(*rows, **day("16", "3", "2026"))
    assert title in page.text
    assert Entry.objects.count() == count
    done = recording.confirm()
    assert done.response.status_code == 302
    assert done.response.url == reverse("regimen", args=[regimen.pk])
    step = DoseStep.objects.order_by("entry__number").last()
    assert (step.kind, step.effective) == (kind, Effective(date(2026, 3, 16)))
    assert len(step.parts) == len(rows)
    assert Entry.objects.count() == count + 1


def test_the_read_back_stands_beside_the_instruction_before(client, version, regimen):
    step_of(version, components=(times(3, "5"),))
    page = sent(client, regimen, *UNEVEN, **day("9", "3", "2026"))
    assert "Instruction before 3 times a day" in page.text or "Three times a day" in page.text
    assert "Since 02-Mar-2026" in page.text
    assert (
        "Will be recorded Morning 5 mg Midday 5 mg Bedtime 10 mg Total per day 20 mg" in page.text
    )
    assert "From 09-Mar-2026" in page.text
    assert "Change in the total per day +5 mg" in page.text
    assert "By mouth: baclofen, tablet" in page.text
    assert "Recording as Dr A. Osei." in page.text


def test_the_button_that_records_names_the_patient(client, version, regimen):
    page = sent(client, regimen, THREE_TIMES_5)
    assert (
        f"Record for {version.regimen.patient.card.version.family_name.upper()}" in (page.text)
        or "Record for Novak" in page.text
    )


def test_change_it_keeps_what_was_typed(client, regimen):
    recording = Recording(client, address(regimen))
    typed = {"note": "5 mg with food,\nthen ring", "reason_text": "spasms", "on_time": "14:30"}
    recording.write(*UNEVEN, **typed)
    page = recording.change()
    assert page.status == 200
    assert page.errors == {}
    values = page.values
    assert [values[f"components-{i}-amount"] for i in range(3)] == ["5", "5", "10"]
    assert [values[f"components-{i}-when"] for i in range(3)] == ["morning", "midday", "bedtime"]
    assert values["note"].split() == typed["note"].split()
    assert values["reason_text"] == "spasms"
    assert values["on_time"] == "14:30"
    assert values["which_day"] == "other"


def test_confirming_after_a_change_records_the_change_once(client, regimen):
    recording = Recording(client, address(regimen))
    recording.write(THREE_TIMES_5)
    recording.change()
    recording.write({"amount": "7.5", "when": "evening"})
    recording.confirm()
    assert written(DoseStep.objects.get()) == (at("evening", "7.5"),)


# Errors beside their fields


WRONG_PARTS = [
    ("amount", {"amount": "0,5"}),
    ("amount", {"amount": ".5"}),
    ("amount", {"amount": "5.0"}),
    ("amount", {"amount": "1e3"}),
    ("amount", {"amount": "-5"}),
    ("amount", {"amount": "٥"}),
    ("amount", {"amount": "50-25"}),
    ("amount", {"amount": "50 to 25"}),
    ("amount", {"amount": "123456789"}),
    ("amount", {"amount": "0.1234567"}),
    ("amount", {"amount": ""}),
    ("when", {"when": ""}),
    ("when", {"when": "whenever"}),
    ("unit", {"unit": "mcg"}),
    ("times", {"times": ""}),
    ("times", {"times": "0"}),
    ("times", {"times": "three"}),
    ("clock", {"when": "clock"}),
    ("clock", {"when": "clock", "clock": "25:00"}),
    ("every", {"days": "period"}),
    ("weekdays", {"days": "weekdays"}),
    ("weekdays", {"days": "weekdays", "weekdays": ["8"]}),
    (
        "anchor_day",
        {"days": "period", "every": "2", "every_unit": "day", "anchor_year": "2026"},
    ),
    ("rate_per", {"when": "continuous"}),
    (
        "window_from",
        {"when": "continuous", "rate_per": "hour", "window_from": "08:00"},
    ),
    ("maximum", {"when": "needed", "maximum": "5 to 10"}),
    ("maximum_hours", {"when": "needed", "maximum": "20"}),
    ("as_needed_for", {"as_needed_for": "pain"}),
    ("strengths", {"strengths": "×" * 201}),
    ("volume", {"volume": "1 mL"}),
    ("concentration_unit", {"concentration": "50"}),
]


@pytest.mark.parametrize("wrong", [WRONG_PARTS[:16], WRONG_PARTS[16:]])
def test_the_error_of_each_part_stands_beside_its_field(client, regimen, nothing_is_written, wrong):
    nothing_is_written()
    rows = [
        {**THREE_TIMES_5, **({"times": ""} if "when" in typed else {}), **typed}
        for _field, typed in wrong
    ]
    page = sent(client, regimen, *rows, note="as said by telephone")
    assert page.status == 422
    assert page.values["note"] == "as said by telephone"
    for position, (field, typed) in enumerate(wrong):
        assert page.errors.get(f"components-{position}-{field}"), (typed, page.errors)
        for name, value in typed.items():
            if name in ("when", "unit", "weekdays"):
                continue  # a choice that is not on the list is not shown as chosen
            assert page.values[f"components-{position}-{name}"] == value


@pytest.mark.parametrize(
    "wrong",
    [
        {
            "on_day": day("31", "2", "2026"),
            "decided_by_name": {"decided_by": "outside", "decided_by_name": "x" * 151},
            "document_day": {"received_how": "letter", "document_year": "2026"},
            "reason_text": {"reason_text": "x" * 1001},
        },
        {
            "which_day": {"which_day": "yesterday"},
            "on_time": {"on_time": "half past two"},
            "decided_by": {"decided_by": "999999"},
            "received_how": {"received_how": "by pigeon"},
            "reason": {"reason": "tapered"},
            "note": {"note": "x" * 4001},
        },
    ],
)
def test_an_error_stands_beside_its_field(client, regimen, nothing_is_written, wrong):
    """Each wrong value by itself: test_step_form."""
    nothing_is_written()
    every = {name: value for typed in wrong.values() for name, value in typed.items()}
    page = sent(client, regimen, *UNEVEN, **every)
    assert page.status == 422
    assert set(page.errors) == set(wrong)
    assert [page.values[f"components-{i}-amount"] for i in range(3)] == ["5", "5", "10"]
    for name, value in every.items():
        if name not in page.form.choices:
            assert page.values[name] == value


@pytest.mark.parametrize("year", ["1900", "2999"])
def test_a_day_beyond_every_life_is_refused(client, regimen, nothing_is_written, year):
    nothing_is_written()
    page = sent(client, regimen, THREE_TIMES_5, **day("2", "3", year))
    assert page.status == 422
    assert list(page.errors) == ["on_day"]


def test_a_dose_without_a_part_is_refused(client, regimen, nothing_is_written):
    nothing_is_written()
    page = sent(client, regimen, {})
    assert page.status == 422
    assert "Write at least one amount and when it is taken." in page.text


def test_a_dose_of_nothing_is_refused(client, regimen, nothing_is_written):
    nothing_is_written()
    page = sent(client, regimen, {"amount": "0", "when": "morning"})
    assert page.status == 422
    assert "Every amount is zero." in page.text


def test_parts_that_cannot_stand_together_are_refused(client, regimen, nothing_is_written):
    nothing_is_written()
    whole_day = {"amount": "5", "when": "continuous", "rate_per": "hour"}
    page = sent(client, regimen, whole_day, {**whole_day, "amount": "7"})
    assert page.status == 422
    assert "There are several rates" in page.text


def test_a_part_that_is_removed_is_not_read(client, regimen):
    recording = Recording(client, address(regimen))
    page = recording.write(THREE_TIMES_5, {"amount": "what?", "when": "clock", "DELETE": "on"})
    assert "Read back: dose step" in page.text
    recording.confirm()
    assert written(DoseStep.objects.get()) == (times(3, "5"),)


def test_a_blank_part_is_left_out(client, regimen):
    recording = Recording(client, address(regimen))
    recording.write(THREE_TIMES_5, {})
    recording.confirm()
    assert written(DoseStep.objects.get()) == (times(3, "5"),)


def test_another_part_can_be_added_without_a_script(client, regimen, nothing_is_written):
    recording = Recording(client, address(regimen))
    nothing_is_written()
    page = recording.send(("add_row", "components"), {"components-0-amount": "0,5", "note": "kept"})
    assert page.values["components-TOTAL_FORMS"] == "2"
    assert page.values["components-0-amount"] == "0,5"
    assert page.values["components-1-amount"] == ""
    assert page.values["note"] == "kept"
    assert page.errors == {}, "nobody has finished typing yet"


@pytest.mark.parametrize(
    ("total", "button"),
    [
        ("", {"stage": "confirm"}),
        ("-1", {"stage": "confirm"}),
        ("no", {"stage": None, "add_row": "components"}),
        ("99999999", {"stage": "confirm"}),
    ],
)
def test_a_tampered_count_of_parts_records_nothing(
    client, regimen, nothing_is_written, total, button
):
    nothing_is_written()
    page = sent(client, regimen, **{"components-TOTAL_FORMS": total, **button})
    assert page.status in (200, 422)


@pytest.mark.parametrize("kind", ["", "plan", "DOSE", "<b>"])
def test_an_unknown_kind_is_a_dose(client, regimen, kind):
    assert "Record dose step" in Page(client.get(address(regimen, kind))).text


def test_amounts_sent_with_a_withhold_are_not_read(client, version, regimen):
    step_of(version)
    recording = Recording(client, address(regimen, "withhold"))
    recording.write({**THREE_TIMES_5, "unit": "mg"}, **day("9", "3", "2026"))
    recording.confirm()
    assert DoseStep.objects.get(kind="withhold").parts == []


@pytest.mark.parametrize("name", ["submission", "seen"])
def test_a_tampered_hidden_field_records_nothing(client, regimen, nothing_is_written, name):
    recording = Recording(client, address(regimen))
    recording.write(THREE_TIMES_5)
    nothing_is_written()
    assert recording.send(("stage", "confirm"), {name: "x"}).status == 422


def test_confirming_what_nobody_read_back_is_read_back_first(client, regimen, nothing_is_written):
    recording = Recording(client, address(regimen))
    recording.write(THREE_TIMES_5)
    nothing_is_written()
    assert "Read back: dose step" in recording.send(("stage", "confirm"), {"seen": ""}).text


# Moments


def test_today_is_the_clinics_own_day(client):
    for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):
        clinic = ClinicFactory(time_zone=zone)
        person = member(clinic)
        client.force_login(person)
        regimen = regimen_of(PatientFactory(clinic=clinic, by=person), by=person).regimen
        recording = Recording(client, address(regimen))
        assert f"Today, {date_words(today_in(clinic))}" in recording.page.text
        recording.write(
            THREE_TIMES_5, which_day=today_in(regimen.clinic).isoformat(), **day("", "", "")
        )
        recording.confirm()
        step = DoseStep.objects.get(regimen=regimen)
        assert step.effective == Effective(today_in(clinic))


@pytest.mark.parametrize(
    ("typed", "effective", "words"),
    [
        (day("", "3", "2024"), Effective(date(2024, 3, 1), "month"), "March 2024"),
        (day("", "March", "2024"), Effective(date(2024, 3, 1), "month"), "March 2024"),
        (day("", "", "2019"), Effective(date(2019, 1, 1), "year"), "2019"),
        (day("16", "nov", "2025"), Effective(date(2025, 11, 16)), "16-Nov-2025"),
        (
            day("16", "1", "2026", on_time="0830"),
            Effective(date(2026, 1, 16), "day", time(8, 30), 0),
            "16-Jan-2026 08:30",
        ),
        (
            day("16", "7", "2026", on_time="8.30"),
            Effective(date(2026, 7, 16), "day", time(8, 30), 60),
            "16-Jul-2026 08:30",
        ),
    ],
)
def test_a_moment_is_kept_as_finely_as_it_is_known(client, regimen, typed, effective, words):
    recording = Recording(client, address(regimen))
    assert f"From {words}" in recording.write(THREE_TIMES_5, **typed).text
    recording.confirm()
    assert DoseStep.objects.get().effective == effective


def test_an_hour_that_the_clocks_skip_is_refused(client, regimen, nothing_is_written):
    nothing_is_written()
    page = sent(client, regimen, THREE_TIMES_5, **day("29", "3", "2026", on_time="01:30"))
    assert "this time does not exist" in page.errors["on_time"][0]
    assert page.values["on_time"] == "01:30"


@pytest.mark.parametrize(("which", "offset"), [("0", 60), ("1", 0)])
def test_an_hour_that_comes_twice_is_asked_about(client, regimen, which, offset):
    recording = Recording(client, address(regimen))
    assert "which_hour" not in recording.page.values
    page = recording.write(THREE_TIMES_5, **day("25", "10", "2026", on_time="01:30"))
    assert page.errors == {"which_hour": ["Choose which of the two is meant."]}
    assert DoseStep.objects.count() == 0
    page = recording.send(("stage", "review"), {"which_hour": which})
    assert page.values["which_hour"] == which
    recording.confirm()
    assert DoseStep.objects.get().effective == Effective(
        date(2026, 10, 25), "day", time(1, 30), offset
    )


def test_the_two_times_of_a_repeated_hour_read_apart(client, regimen):
    for which in "01":
        recording = Recording(client, address(regimen))
        recording.write(
            {"amount": "5", "when": "morning"},
            **day("25", "10", "2026", on_time="01:30", which_hour=which),
        )
        assert recording.confirm().status == 302
    assert DoseStep.objects.count() == 2


def test_a_step_of_the_past_says_so(client, clinic, regimen):
    on = today_in(clinic) - timedelta(days=3)
    page = sent(client, regimen, THREE_TIMES_5, **boxes(on))
    assert "This holds from 3 days ago." in page.text


def test_a_step_of_a_day_to_come_says_so(client, clinic, regimen):
    on = today_in(clinic) + timedelta(days=3)
    page = sent(client, regimen, THREE_TIMES_5, **boxes(on))
    assert "This holds from a day to come." in page.text


def test_today_stays_the_day_that_was_read_when_midnight_passes(client, regimen):
    yesterday = today_in(regimen.clinic) - timedelta(days=1)
    recording = Recording(client, address(regimen))
    recording.write(THREE_TIMES_5, which_day=yesterday.isoformat(), **day("", "", ""))
    recording.confirm()
    assert DoseStep.objects.get().effective == Effective(yesterday)


def test_today_and_a_typed_day_at_once_are_asked_about(client, regimen):
    today = today_in(regimen.clinic).isoformat()
    page = sent(client, regimen, THREE_TIMES_5, which_day=today, **day("2", "3", "2026"))
    assert "which_day" in page.errors
    assert not DoseStep.objects.exists()


def test_a_step_of_today_says_neither(client, regimen):
    page = sent(
        client,
        regimen,
        THREE_TIMES_5,
        which_day=today_in(regimen.clinic).isoformat(),
        **day("", "", ""),
    )
    assert "This holds from" not in page.text


def test_a_step_before_a_later_one_says_until_when_it_holds(client, version, regimen):
    step_of(version, date(2026, 3, 9))
    page = sent(client, regimen, THREE_TIMES_5, **day("2", "3", "2026"))
    assert "A later instruction is recorded from 09-Mar-2026: this one holds until then." in (
        page.text
    )


# Who decided, and how it was received


def test_an_outside_prescriber_is_kept_by_name(client, regimen):
    recording = Recording(client, address(regimen))
    page = recording.write(
        THREE_TIMES_5, decided_by="outside", decided_by_name=" Dr L. Marchetti, Northgate "
    )
    assert "Dr L. Marchetti, Northgate, from outside the clinic" in page.text
    recording.confirm()
    step = DoseStep.objects.get()
    assert (step.decided_by, step.decided_by_name) == (None, "Dr L. Marchetti, Northgate")


@pytest.mark.parametrize("how", ["letter", "other-service"])
def test_a_document_is_kept_with_its_date(client, regimen, how):
    recording = Recording(client, address(regimen))
    page = recording.write(
        THREE_TIMES_5,
        received_how=how,
        document_day="27",
        document_month="2",
        document_year="2026",
    )
    assert "of 27-Feb-2026" in page.text
    recording.confirm()
    assert DoseStep.objects.get().document_on == date(2026, 2, 27)


def test_decided_by_is_the_prescriber_who_types_and_nobody_for_a_recorder(
    client, version, regimen, prescriber, recorder
):
    assert Page(client.get(address(regimen))).values["decided_by"] == str(prescriber.pk)
    client.force_login(recorder)
    assert Page(client.get(address(regimen))).values["decided_by"] == ""


# Nothing is filled in that is an amount


def amounts_in(page: Page) -> dict[str, str]:
    """What stands in a box, as value or placeholder, where a figure of a dose is written."""
    return {
        name: value
        for name, value in page.form.typed.items()
        if value and name.rpartition("-")[2] in FIGURES
    }


def test_a_resumption_is_never_filled_in(client, version, regimen):
    step_of(version, components=(at("morning", "17"), at("bedtime", "19")))
    step_of(version, date(2026, 3, 9), "withhold")
    page = Page(client.get(address(regimen, "resume")))
    typed = {name: v for name, v in page.form.typed.items() if name.startswith("components-")}
    assert set(typed.values()) == {""}
    assert page.values["components-TOTAL_FORMS"] == "1"
    assert page.values["components-0-when"] == ""
    assert page.values["components-0-days"] == "every"


@pytest.mark.parametrize(("count", "typed", "shown_for"), [
    (2, "2", "when=times|hours"), (1, "", "when=times"),
])  # fmt: skip
def test_a_number_of_times_in_hours_is_shown_where_it_was_written(
    client, version, count, typed, shown_for
):
    """What the page's script hides is not sent: twice every 8 hours would be corrected to once."""
    eight_hourly = times(count, "5", period=8, period_unit="hour")
    step = step_of(version, components=(eight_hourly,))
    page = Page(client.get(reverse("step-correct", args=[step.step])))

    assert page.values["components-0-times"] == typed
    field = page.response.content.decode().split('name="components-0-times"')[0]
    assert field.rpartition('data-reveal="')[2].startswith(f'{shown_for}"')


def test_a_correction_offers_the_other_kinds_of_step(client, version):
    step = step_of(version)
    page = Page(client.get(reverse("step-correct", args=[step.step])))
    assert [link for link in page.links if link.startswith("?kind=")] == [
        "?kind=withhold",
        "?kind=resume",
        "?kind=stop",
        "?kind=single",
    ]
    page = Page(client.get(reverse("step-correct", args=[step.step]) + "?kind=stop"))
    assert "?kind=dose" in page.links
    assert "components-0-amount" not in page.values


@pytest.mark.parametrize(
    ("on", "off", "field"), [("", "2", "days_on"), ("5", "", "days_off"), ("5", "995", "days_off")]
)
def test_days_on_and_off_are_both_written(client, regimen, nothing_is_written, on, off, field):
    nothing_is_written()
    typed = {**THREE_TIMES_5, "days": "cycle", "days_on": on, "days_off": off}
    page = sent(client, regimen, typed)
    assert page.status == 422
    assert list(page.errors) == [f"components-0-{field}"]
    assert (page.values["components-0-days_on"], page.values["components-0-days_off"]) == (on, off)


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"when": "times", "times": "3 to 2"}, "times"),
        ({"when": "times", "times": "2-3"}, "times"),
        ({"when": "times", "times": "2 or 4"}, "times"),
        ({"when": "hours", "times": "", "hours": "8 or 12"}, "hours"),
        ({"when": "hours", "times": "", "hours": ""}, "hours"),
        ({"when": "hours", "times": "", "hours": "6 to 4"}, "hours"),
        ({"days": "period", "every": "2 to 3", "every_unit": "day"}, "every"),
        ({"days": "weekdays", "weekdays": ["1"], "every": "2 to 3"}, "every"),
    ],
)
def test_a_range_of_times_that_says_nothing_is_refused_beside_it(
    client, regimen, nothing_is_written, typed, field
):
    nothing_is_written()
    page = sent(client, regimen, {**THREE_TIMES_5, **typed})
    assert page.status == 422
    assert list(page.errors) == [f"components-0-{field}"]


@pytest.mark.parametrize(
    ("row", "typed"),
    [
        ({"when": "times", "times": "2 or 3"}, "5 mg 2 or 3 times a day"),
        ({"when": "times", "times": "2 OR  3"}, "5 mg two or three times a day"),
        ({"when": "hours", "times": "", "hours": "7 or 8"}, "5 mg every 7 or 8 hours"),
    ],
)
def test_neighbours_with_or_between_them_are_a_range_as_in_typed_text(client, regimen, row, typed):
    page = sent(client, regimen, {**THREE_TIMES_5, **row})
    assert page.status == 200
    read = read_dose(typed)
    assert " ".join(wording.dosage_words(read.components).split()) in page.text
    assert not read.problem


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ({"amount": "5", "when": "words", "instruction": "by the chart"}, "when"),
        ({"when": "words", "instruction": "by the chart", "product": "Lioresal"}, "when"),
        ({"when": "words", "instruction": "by the chart", "as_needed": "on"}, "when"),
        ({"when": "words", "instruction": " "}, "instruction"),
        ({"when": "words", "instruction": "by the chart", "times": "3"}, "times"),
        ({"when": "times", "times": "3", "instruction": "by the chart"}, "amount"),
    ],
)
def test_words_instead_of_an_amount_are_all_of_their_part(
    client, regimen, nothing_is_written, row, field
):
    nothing_is_written()
    page = sent(client, regimen, row)
    assert page.status == 422
    assert list(page.errors) == [f"components-0-{field}"]


def test_a_dose_with_a_part_in_words_is_read_back_without_a_total(client, regimen):
    page = sent(
        client, regimen, THREE_TIMES_5, {"when": "words", "instruction": "2 by the ward chart"}
    )
    assert page.status == 200
    read = page.text.partition("Will be recorded")[2]
    assert "In words, not totalled “2 by the ward chart”" in read
    assert "Total per day" not in read


def test_what_does_not_belong_to_the_timing_is_said_beside_it_and_kept(
    client, regimen, nothing_is_written
):
    wrong = [
        ("times", {"when": "morning", "times": "3"}),
        ("clock", {"when": "morning", "times": "", "clock": "08:00"}),
        ("hours", {"hours": "6"}),
        ("window_from", {"window_from": "08:00"}),
        ("changed_every_hours", {"changed_every_hours": "72"}),
        ("weekdays", {"weekdays": ["2"]}),
        ("every", {"every": "2"}),
        ("days_on", {"days_on": "5"}),
        ("days_off", {"days": "period", "every": "7", "every_unit": "day", "days_off": "2"}),
        ("anchor_day", {"anchor_day": "2", "anchor_month": "3", "anchor_year": "2026"}),
        ("every", {"when": "continuous", "times": "", "rate_per": "hour", "every": "2"}),
    ]
    nothing_is_written()
    page = sent(client, regimen, *({**THREE_TIMES_5, **typed} for _name, typed in wrong))
    assert page.status == 422
    for position, (name, typed) in enumerate(wrong):
        field = f"components-{position}-{name}"
        assert "This is not part of" in " ".join(page.errors[field])
        assert page.values[field] in (typed[name], *typed[name])


def test_the_next_dose_has_the_timings_and_no_amount(client, version, regimen):
    needed = Written(
        amount("19"),
        Timing("times"),
        as_needed=True,
        as_needed_for="spasms",
        maximum=amount("57"),
        maximum_hours=24,
        strengths="1 × 19 mg",
        volume=Decimal("23"),
        concentration=Decimal("29"),
        concentration_unit="mg",
        calculation="0.31 mg per kg × 61 kg",
    )
    step_of(version, components=(at("morning", "17"), needed))
    page = Page(client.get(address(regimen)))
    assert amounts_in(page) == {}
    assert [page.values[f"components-{i}-when"] for i in range(2)] == ["morning", "needed"]
    boxes = [value for name, value in page.form.typed.items() if name.startswith("components-")]
    assert "".join(boxes) == "", "neither as a value nor as a placeholder"


@pytest.mark.parametrize("kind", ["single", "withhold", "stop"])
def test_other_kinds_have_neither(client, version, regimen, kind):
    step_of(version, components=(at("morning", "17"),))
    page = Page(client.get(address(regimen, kind)))
    assert amounts_in(page) == {}
    assert page.values.get("components-0-when", "once") == "once"


# Others at work at the same time


def test_a_step_recorded_meanwhile_is_shown_and_asked_about_again(client, version, regimen):
    recording = Recording(client, address(regimen))
    recording.write(THREE_TIMES_5, **day("9", "3", "2026"))
    other = step_of(version, components=(times(3, "17"),))
    count = Entry.objects.count()
    page = recording.confirm()
    assert page.status == 200
    assert "Recorded while your page was open." in page.text
    assert f"entry {other.entry.number}" in page.text
    assert "17 mg" in page.text
    assert Entry.objects.count() == count
    assert recording.confirm().status == 302
    assert Entry.objects.count() == count + 1


def test_a_withdrawal_meanwhile_is_shown_and_asked_about_again(client, version, regimen):
    step = step_of(version, components=(times(3, "17"),))
    recording = Recording(client, address(regimen))
    recording.write(THREE_TIMES_5, **day("9", "3", "2026"))
    actions.retract_step(step=step, reason="twice", reason_text="", by=version.responsible)
    count = Entry.objects.count()
    page = recording.confirm()
    assert page.status == 200
    assert "Recorded while your page was open." in page.text
    assert "ENTERED IN ERROR" in page.text
    assert Entry.objects.count() == count
    assert recording.confirm().status == 302


def test_sending_the_same_twice_records_once_and_lands_on_the_same_page(client, regimen):
    recording = Recording(client, address(regimen))
    recording.write(THREE_TIMES_5)
    data = {**recording.page.values, "stage": "confirm"}
    answers = [client.post(recording.url, data) for _ in range(2)]
    assert [(answer.status_code, answer.url) for answer in answers] == [
        (302, reverse("regimen", args=[regimen.pk]))
    ] * 2
    assert DoseStep.objects.count() == 1


def test_sending_the_same_form_with_other_content_is_a_conflict(client, regimen):
    recording = Recording(client, address(regimen))
    recording.write(THREE_TIMES_5)
    data = {**recording.page.values, "stage": "confirm"}
    client.post(recording.url, data)
    count = Entry.objects.count()
    recording.page = page = Page(client.post(recording.url, {**data, "components-0-amount": "17"}))
    assert page.status == 409
    assert "already sent once, with other content" in page.text
    assert "5 mg each time" in page.text
    assert "17 mg each time" in page.text
    assert Entry.objects.count() == count
    assert page.values["components-0-amount"] == "17"
    assert page.values["submission"] != data["submission"]


# Correcting


def correct_url(step: DoseStep) -> str:
    return reverse("step-correct", args=[step.step])


def test_a_correction_starts_from_the_recorded_text(client, version):
    step = step_of(version, components=(at("morning", "17"), at("bedtime", "19")))
    page = Page(client.get(correct_url(step)))
    assert [page.values[f"components-{i}-amount"] for i in range(2)] == ["17", "19"]
    assert (page.values["on_day"], page.values["on_month"]) == ("2", "3")
    assert page.values["entry"] == str(step.pk)


def test_a_correction_is_a_new_entry_and_the_old_text_stays(client, version):
    step = step_of(version, components=(at("morning", "17"),))
    recording = Recording(client, correct_url(step))
    page = recording.write({"amount": "19", "when": "morning"}, correction_reason="typing slip")
    assert "As recorded Morning 17 mg" in page.text
    recording.confirm()
    corrected = DoseStep.objects.exclude(pk=step.pk).get()
    assert corrected.step == step.step
    assert corrected.entry.supersedes_id == step.pk
    assert corrected.correction_reason == "typing slip"
    shown = Page(client.get(reverse("regimen", args=[version.regimen_id])))
    assert "ENTERED IN ERROR" in shown.text
    assert "17 mg" in shown.text


def test_a_correction_needs_its_reason(client, version, nothing_is_written):
    recording = Recording(client, correct_url(step_of(version)))
    nothing_is_written()
    page = recording.write(THREE_TIMES_5, correction_reason=" ")
    assert page.errors["correction_reason"]


def test_the_second_of_two_corrections_sees_both_texts_and_loses_nothing(
    client, version, prescriber
):
    step = step_of(version, components=(at("morning", "17"),))
    recording = Recording(client, correct_url(step))
    recording.write(
        {"amount": "19", "when": "morning"}, correction_reason="mine", note="word for word"
    )
    theirs = Recording(client, correct_url(step))
    theirs.write({"amount": "23", "when": "morning"}, correction_reason="theirs")
    theirs.confirm()
    count = Entry.objects.count()
    page = recording.confirm()
    assert page.status == 409
    assert "In the record now Morning 23 mg" in page.text.replace("ENTERED IN ERROR", "") or (
        "23 mg" in page.text
    )
    assert "What you typed" in page.text
    assert "19 mg" in page.text
    assert page.values["note"] == "word for word"
    assert Entry.objects.count() == count
    page = recording.send(("stage", "review"))
    assert "As recorded Morning 23 mg" in page.text
    assert recording.confirm().status == 302
    newest = DoseStep.objects.order_by("entry__number").last()
    assert newest.entry.supersedes.supersedes_id == step.pk
    assert written(newest) == (at("morning", "19"),)


def test_correcting_a_withdrawn_step_offers_only_to_leave_it(client, version):
    step = step_of(version)
    recording = Recording(client, correct_url(step))
    recording.write(THREE_TIMES_5, correction_reason="slip")
    actions.retract_step(step=step, reason="twice", reason_text="", by=version.responsible)
    page = recording.confirm()
    assert page.status == 409
    assert ("stage", "review") not in page.form.buttons


# Withdrawing


def retract_url(step: DoseStep) -> str:
    return reverse("step-retract", args=[step.step])


@pytest.mark.parametrize("reason", ["wrong-patient", "wrong-medicine"])
def test_a_step_of_elsewhere_is_carried(client, version, reason):
    step = step_of(version)
    page = Recording(client, retract_url(step)).send(("", ""), {"reason": reason})
    assert page.status == 302
    assert Retraction.objects.get().reason == reason
    assert client.session["carry"] == [str(step.pk)]


def test_other_reasons_carry_nothing(client, version):
    step = step_of(version)
    Recording(client, retract_url(step)).send(
        ("", ""), {"reason": "other", "reason_text": "recorded in the old book"}
    )
    assert Retraction.objects.get().reason_text == "recorded in the old book"
    assert "carry" not in client.session


def test_a_withdrawal_needs_its_reason(client, version, nothing_is_written):
    recording = Recording(client, retract_url(step_of(version)))
    nothing_is_written()
    page = recording.send(("", ""), {"reason_text": "of an old book"})
    assert page.errors["reason"]
    assert page.values["reason_text"] == "of an old book"


def test_withdrawing_twice_withdraws_once(client, version):
    recording = Recording(client, retract_url(step_of(version)))
    data = {**recording.page.values, "reason": "twice"}
    answers = [client.post(recording.url, data) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert Retraction.objects.count() == 1


def test_withdrawing_again_with_another_reason_says_that_it_was_sent(client, version):
    recording = Recording(client, retract_url(step_of(version)))
    data = {**recording.page.values, "reason": "twice"}
    client.post(recording.url, data)
    page = Page(client.post(recording.url, {**data, "reason": "wrong-patient"}))
    assert page.status == 409
    assert "sent before with other content" in page.text
    assert Retraction.objects.count() == 1


def test_a_text_that_somebody_corrected_is_not_withdrawn_unread(
    client, version, nothing_is_written
):
    step = step_of(version)
    withdrawal = Recording(client, retract_url(step))
    correction = Recording(client, correct_url(step))
    correction.write({"amount": "19", "when": "morning"}, correction_reason="slip")
    correction.confirm()
    nothing_is_written()
    page = withdrawal.send(("", ""), {"reason": "other", "reason_text": "of an old book"})
    assert page.status == 409
    assert "What you had read ENTERED IN ERROR corrected by Dr A. Osei" in page.text
    assert "In the record now Morning 19 mg" in page.text
    assert page.values["reason_text"] == "of an old book"


def test_a_correction_that_was_read_is_withdrawn_when_sent_again(client, version):
    step = step_of(version)
    withdrawal = Recording(client, retract_url(step))
    correction = Recording(client, correct_url(step))
    correction.write({"amount": "19", "when": "morning"}, correction_reason="slip")
    correction.confirm()
    withdrawal.send(("", ""), {"reason": "twice"})
    assert withdrawal.send(("", "")).status == 302
    assert Retraction.objects.get().entry.subject == step.step


def test_a_withdrawal_after_somebody_elses_keeps_what_was_typed(
    client, version, nothing_is_written
):
    step = step_of(version)
    recording = Recording(client, retract_url(step))
    actions.retract_step(step=step, reason="twice", reason_text="", by=version.responsible)
    nothing_is_written()
    page = recording.send(("", ""), {"reason": "other", "reason_text": "of an old book"})
    assert page.status == 409
    assert "It is withdrawn already." in page.text
    assert page.values["reason_text"] == "of an old book"
    assert page.form.buttons == []


def test_a_carried_step_fills_the_form_of_the_right_patient(client, clinic, version, prescriber):
    step = step_of(version, components=(at("morning", "17"), at("bedtime", "19")))
    Recording(client, retract_url(step)).send(("", ""), {"reason": "wrong-patient"})
    right = regimen_of(
        PatientFactory(clinic=clinic, by=prescriber),
        medicine_of(clinic, "tizanidine"),
        by=prescriber,
    )
    url = reverse("step-new", args=[right.regimen_id]) + f"?copy={step.pk}"
    assert url in Page(client.get(reverse("patient", args=[right.regimen.patient_id]))).links
    recording = Recording(client, url)
    assert [recording.page.values[f"components-{i}-amount"] for i in range(2)] == ["17", "19"]
    recording.send(("stage", "review"))
    assert recording.confirm().status == 302
    copied = DoseStep.objects.get(regimen=right.regimen)
    assert written(copied) == written(step)
    assert copied.effective == step.effective
    assert "carry" not in client.session


def test_a_step_of_another_clinic_is_not_copied(client, regimen):
    elsewhere = step_of()
    response = client.get(f"{address(regimen)}&copy={elsewhere.pk}")
    assert response.status_code == 404


@pytest.mark.parametrize("copy", ["x", "00000000-0000-0000-0000-000000000000"])
def test_a_copy_of_nothing_is_not_found(client, regimen, copy):
    assert client.get(f"{address(regimen)}&copy={copy}").status_code == 404


# Confirming


@pytest.fixture
def unconfirmed(version, recorder):
    return step_of(version, by=recorder)


def confirm(client, step: DoseStep):
    return client.post(reverse("step-confirm", args=[step.step]), {"entry": str(step.pk)})


def test_the_named_prescriber_confirms(client, version, unconfirmed):
    page = Page(client.get(reverse("regimen", args=[version.regimen_id])))
    assert "Not yet confirmed by Dr A. Osei" in page.text
    assert confirm(client, unconfirmed).status_code == 302
    assert Confirmation.objects.get().confirms == unconfirmed
    page = Page(client.get(reverse("regimen", args=[version.regimen_id])))
    assert "Not yet confirmed" not in page.text
    assert "Confirmed by Dr A. Osei" in page.text


def test_nobody_else_confirms(client, clinic, unconfirmed, recorder, nothing_is_written):
    nothing_is_written()
    for person in (member(clinic), recorder, member(clinic, Role.VIEWER)):
        client.force_login(person)
        assert confirm(client, unconfirmed).status_code == 403


def test_confirming_twice_confirms_once(client, unconfirmed):
    confirm(client, unconfirmed)
    assert confirm(client, unconfirmed).status_code == 302
    assert Confirmation.objects.count() == 1


def test_a_step_that_the_prescriber_typed_needs_no_confirmation(
    client, version, nothing_is_written
):
    step = step_of(version)
    nothing_is_written()
    assert confirm(client, step).status_code == 302


def test_a_text_that_was_corrected_is_not_confirmed_unread(
    client, version, unconfirmed, nothing_is_written
):
    correction = Recording(client, correct_url(unconfirmed))
    correction.write(THREE_TIMES_5, correction_reason="slip")
    correction.confirm()
    nothing_is_written()
    assert confirm(client, unconfirmed).status_code == 302
    assert Confirmation.objects.count() == 0


# Who may


@pytest.mark.parametrize("role", [Role.VIEWER, Role.AUDITOR, Role.ADMINISTRATOR])
def test_others_do_not_record(client, clinic, version, regimen, nothing_is_written, role):
    recording = Recording(client, address(regimen))
    recording.write(THREE_TIMES_5)
    client.force_login(member(clinic, role))
    nothing_is_written()
    assert client.get(recording.url).status_code == 403
    assert recording.confirm().status == 403


@pytest.mark.parametrize("somebody", [member, lambda clinic: UserFactory()])
def test_another_clinics_regimen_is_not_found(client, regimen, nothing_is_written, somebody):
    recording = Recording(client, address(regimen))
    recording.write(THREE_TIMES_5)
    client.force_login(somebody(ClinicFactory()))
    nothing_is_written()
    assert client.get(recording.url).status_code == 404
    assert recording.confirm().status == 404


def test_a_step_of_another_clinic_is_not_found(client, prescriber):
    step = step_of()
    for name in ("step-correct", "step-retract"):
        assert client.get(reverse(name, args=[step.step])).status_code == 404
    assert confirm(client, step).status_code == 404


def test_a_recorder_records_and_corrects(client, version, regimen, recorder):
    client.force_login(recorder)
    decided_by = str(version.responsible_id)
    assert record(client, regimen, THREE_TIMES_5, decided_by=decided_by).status == 302
    step = DoseStep.objects.get()
    assert step.entry.recorded_by == recorder
    recording = Recording(client, correct_url(step))
    recording.write({"amount": "7", "when": "morning"}, correction_reason="slip")
    assert recording.confirm().status == 302


# The order of the log


@pytest.mark.parametrize(
    ("kind", "before", "words"),
    [
        ("resume", [], "Nothing is withheld at that moment"),
        ("resume", ["dose"], "Nothing is withheld at that moment"),
        ("withhold", [], "there is nothing to withhold"),
        ("withhold", ["dose", "withhold"], "there is nothing to withhold"),
        ("withhold", ["dose", "stop"], "there is nothing to withhold"),
        ("stop", [], "there is nothing to stop"),
        ("stop", ["dose", "stop"], "there is nothing to stop"),
    ],
)
def test_what_is_not_there_cannot_be_ended(
    client, version, regimen, nothing_is_written, kind, before, words
):
    for week, earlier in enumerate(before):
        step_of(version, date(2026, 3, 2) + timedelta(weeks=week), earlier)
    nothing_is_written()
    rows = [THREE_TIMES_5] if kind == "resume" else []
    page = Recording(client, address(regimen, kind)).write(*rows, **day("1", "6", "2026"))
    assert page.status == 422
    assert words in page.text


def test_a_second_step_of_one_moment_is_refused(client, version, regimen, nothing_is_written):
    step = step_of(version)
    nothing_is_written()
    page = sent(client, regimen, THREE_TIMES_5)
    assert f"Entry {step.entry.number} already holds from 02-Mar-2026." in page.errors["on_day"][0]


def test_a_moment_taken_while_reading_back_is_refused_under_the_lock(client, version, regimen):
    recording = Recording(client, address(regimen))
    recording.write(THREE_TIMES_5)
    step = step_of(version, components=(times(3, "17"),))
    page = recording.confirm()
    assert page.status == 422
    assert f"Entry {step.entry.number} already holds from 02-Mar-2026." in page.errors["on_day"][0]
    assert page.values["components-0-amount"] == "5"
    assert DoseStep.objects.count() == 1


def test_a_withdrawn_regimen_takes_no_step(client, version, regimen, nothing_is_written):
    recording = Recording(client, address(regimen))
    actions.retract_regimen(regimen=regimen, reason="twice", reason_text="", by=version.responsible)
    nothing_is_written()
    recording.write(THREE_TIMES_5)
    page = recording.confirm()
    assert page.status == 422
    assert "This regimen was withdrawn as entered in error." in page.text


# Queries


def steps_in(version, count: int) -> None:
    """A log of so many steps, in one write."""
    regimen = version.regimen
    asking = Asking(uuid4(), b"")
    with writing(regimen.clinic, by=version.responsible, submission=asking) as log:
        for number in range(count):
            step = DoseStep(
                regimen=regimen,
                kind="dose",
                effective_on=date(2025, 1, 1) + timedelta(days=number),
                decided_by=version.responsible,
                decided_by_name=version.responsible.name,
                received_how="letter",
                reason="start",
                reason_text="",
                note="",
                correction_reason="",
            )
            step.parts = [Component.of(step, 0, times(3, str(number + 1)))]
            patient = regimen.patient_id
            log.add(step, subject=step.step, patient=patient, children=step.parts)
        log.flush()
        projection.refresh([regimen])


PAGES = ("/regimens/{}/", "/regimens/{}/?log=all", "/regimens/{}/steps/new/?kind=dose")


def test_pages_ask_as_much_of_200_steps_as_of_10(client, clinic, prescriber, version):
    long = regimen_of(PatientFactory(clinic=clinic, by=prescriber), version_of(version), prescriber)
    steps_in(version, 10)
    steps_in(long, 200)

    def queries(regimen) -> dict[str, int]:
        lengths = {}
        for page in PAGES:
            with counted() as asked:
                assert client.get(page.format(regimen.pk)).status_code == 200
            lengths[page] = len(asked)
        return lengths

    queries(version.regimen)
    assert queries(long.regimen) == queries(version.regimen)


def version_of(version):
    return version.medicine.versions.get()
