"""The forms of a step without their page: each wrong value, and the field that is told."""

from datetime import date
from uuid import uuid4

import pytest
from django.http import QueryDict

from access.models import Clinic, User
from tests.titration.recording import STANDARD, day
from titration.forms import steps
from titration.forms.dosage import ComponentForm
from titration.forms.steps import CorrectionForm, RetractionForm, StepForm
from titration.models import ReceivedHow, Regimen

CLINIC = Clinic(time_zone="Europe/London")
PRESCRIBER = User(pk=7, name="Dr A. Osei")
RIGHT = {"decided_by": str(PRESCRIBER.pk), "reason": "start", **STANDARD}


@pytest.fixture(autouse=True)
def prescribers(monkeypatch):
    monkeypatch.setattr(steps, "prescribers_of", lambda _clinic: [PRESCRIBER])


def posted(**typed) -> QueryDict:
    """What a browser sends: a box that nobody ticked is not in it."""
    data = QueryDict(mutable=True)
    data.update({name: value for name, value in typed.items() if value is not None})
    return data


def errors(form_class: type[StepForm], **typed) -> dict:
    """By field, what is said of a step that is right but for this."""
    form = form_class(
        posted(submission=uuid4(), **RIGHT | typed),
        regimen=Regimen(clinic=CLINIC),
        kind="dose",
        by=PRESCRIBER,
        today=date(2026, 3, 9),
    )
    return form.errors


def test_what_is_right_is_said_nothing_of():
    assert errors(StepForm) == {}
    assert errors(CorrectionForm, correction_reason="slip") == {}


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("which_day", {"which_day": None, "on_day": "", "on_month": "", "on_year": ""}),
        ("which_day", {"which_day": "yesterday"}),
        ("on_day", day("", "", "")),
        ("on_day", day("31", "2", "2026")),
        ("on_day", day("2", "", "2026")),
        ("on_day", day("2", "3", "26")),
        ("on_day", day("2", "Mrz", "2026")),
        ("on_day", day("٢", "3", "2026")),
        ("on_time", {"on_time": "half past two"}),
        ("on_time", {"on_time": "24:00"}),
        ("on_time", day("", "3", "2026", on_time="14:30")),
        ("decided_by", {"decided_by": ""}),
        ("decided_by", {"decided_by": "999999"}),
        ("decided_by_name", {"decided_by": "outside"}),
        ("decided_by_name", {"decided_by": "outside", "decided_by_name": "   "}),
        ("decided_by_name", {"decided_by": "outside", "decided_by_name": "x" * 151}),
        ("received_how", {"received_how": None}),
        ("received_how", {"received_how": "by pigeon"}),
        ("document_day", {"received_how": "letter"}),
        ("document_day", {"received_how": "letter", "document_year": "2026"}),
        (
            "document_day",
            {
                "received_how": "other-service",
                "document_day": "31",
                "document_month": "4",
                "document_year": "2026",
            },
        ),
        (
            "document_day",
            {
                "received_how": "letter",
                "document_day": "1",
                "document_month": "1",
                "document_year": "2999",
            },
        ),
        ("reason", {"reason": ""}),
        ("reason", {"reason": "tapered"}),
        ("reason_text", {"reason": "other"}),
        ("reason_text", {"reason_text": "x" * 1001}),
        ("note", {"note": "x" * 4001}),
    ],
)
def test_a_wrong_value_is_said_beside_its_field(field, typed):
    assert list(errors(StepForm, **typed)) == [field]


@pytest.mark.parametrize(
    "typed", [{}, {"correction_reason": " "}, {"correction_reason": "x" * 301}]
)
def test_a_correction_needs_its_reason(typed):
    assert list(errors(CorrectionForm, **typed)) == ["correction_reason"]


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("reason", {}),
        ("reason", {"reason": "bored"}),
        ("reason_text", {"reason": "other"}),
        ("reason_text", {"reason": "other", "reason_text": "  "}),
        ("reason_text", {"reason": "twice", "reason_text": "x" * 1001}),
    ],
)
def test_a_withdrawal_needs_its_reason(field, typed):
    assert list(RetractionForm(posted(submission=uuid4(), **typed)).errors) == [field]


def offered(kind: str, unit: str) -> dict[str, tuple]:
    """The first that a part of a dose offers, by field."""
    form = ComponentForm(kind=kind, units=[unit])
    names = ("when", "unit", "maximum_unit")
    return {name: next(iter(form.fields[name].choices)) for name in names}


def test_a_part_offers_what_its_own_step_may_say_whatever_form_was_made_before():
    when, single = ("", "Choose when"), ("once", "Once")
    maximum = ("", "That of the dose")
    for _time in range(2):
        for unit in (("mg", "mg"), ("drop", "drops")):
            for kind, first in (("dose", when), ("single", single)):
                of_step = {"when": first, "unit": unit, "maximum_unit": maximum}
                assert offered(kind, unit[0]) == of_step


@pytest.mark.parametrize("form_class", [StepForm, CorrectionForm])
def test_what_one_step_offers_is_not_offered_to_the_next(form_class):
    def made(**more) -> StepForm:
        of_step = {"regimen": Regimen(clinic=CLINIC), "by": PRESCRIBER, "today": date(2026, 3, 9)}
        return form_class(**of_step | {"kind": "dose"} | more)

    signed = made(signer=User(pk=8, name="Dr B. Signer"), planned_on=date(2026, 3, 12), kind="stop")
    plain = made()
    for name in ("which_day", "decided_by", "received_how", "reason"):
        assert list(plain.fields[name].choices) != list(signed.fields[name].choices)
        assert list(made().fields[name].choices) == list(plain.fields[name].choices)
        assert list(form_class.base_fields[name].choices) in ([], ReceivedHow.choices)
