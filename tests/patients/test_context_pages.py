"""The pages of the context: what they show, how they are typed, and what stays as it was."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from access.models import AccessEvent, Role
from ledger import erasing
from ledger.models import Entry, ErasureReason
from patients.context import TOPICS, TopicText
from patients.models import ContextConfirmation
from patients.reading import known_context
from tests.factories import ClinicFactory, PatientFactory, context_of, member, stated
from tests.pages import Page, typed_over

pytestmark = pytest.mark.django_db

PENICILLIN = {"substance": "penicillin", "reaction": "rash"}
SERTRALINE = {"medicine": "Sertraline", "dose": "50 mg mornings", "kind": "prescribed"}


@pytest.fixture
def clinic():
    return ClinicFactory()


@pytest.fixture
def nurse(clinic):
    return member(clinic, Role.RECORDER, name="J. Lind")


@pytest.fixture
def patient(clinic, nurse):
    return PatientFactory(clinic=clinic, by=nurse)


@pytest.fixture
def browser(client, nurse):
    client.force_login(nurse)
    return client


def address(patient, name="patient-context") -> str:
    return reverse(name, args=[patient.pk])


def opened(browser, patient, query="") -> Page:
    return Page(browser.get(address(patient, "patient-context-edit") + query))


def sent(browser, patient, page, query="", **typed) -> Page:
    """The form sent with what is typed over it: allergies__0__substance="latex"."""
    boxes = {name.replace("__", "-"): value for name, value in typed.items()}
    data = typed_over(page.values, boxes)
    return Page(browser.post(address(patient, "patient-context-edit") + query, data))


def texts(patient) -> dict[str, TopicText]:
    return {each.topic.code: each.text for each in known_context(patient.pk)}


def test_all_topics_are_recorded_from_one_form(browser, patient):
    page = sent(
        browser,
        patient,
        opened(browser, patient),
        allergies__0__substance=" penicillin ",
        allergies__0__reaction="rash",
        conditions__none="on",
        medicines__0__medicine="Sertraline",
        medicines__0__dose="50 mg mornings",
        medicines__0__kind="prescribed",
        kidney__0__measure="egfr",
        kidney__0__value="58",
        kidney__0__unit="mL/min/{1.73_m2}",
        kidney__0__on_day="2",
        kidney__0__on_month="Mar",
        kidney__0__on_year="2026",
    )

    assert page.response.url == address(patient)
    found = texts(patient)
    assert found["allergies"] == stated(PENICILLIN)
    assert found["conditions"] == stated()
    assert found["medicines"] == stated(SERTRALINE)
    assert found["kidney"].lines[0]["on"] == "2026-03-02"
    assert found["language"] == TopicText()


def test_the_form_opens_as_it_is_recorded_and_records_nothing_anew(browser, patient, nurse):
    setting = stated({"setting": "hospital", "place": "Ward 4", "from": "2026-11-03"})
    context_of(patient, nurse, allergies=stated(PENICILLIN), conditions=stated(), setting=setting)
    count = Entry.objects.count()

    page = sent(browser, patient, opened(browser, patient))

    assert "This is what is recorded already" in page.text
    assert Entry.objects.count() == count


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        (
            {"allergies__0__reaction": "rash"},
            "allergies-0-substance",
            "Write this too, or empty the rest",
        ),
        ({"kidney__0__value": "58.0"}, "kidney-0-value", "no zeros after the last one"),
        ({"kidney__0__on_day": "31"}, "kidney-0-on_day", "Write day, month and year"),
        (
            {"allergies__none": "on", "allergies__0__substance": "latex"},
            "allergies-none",
            "Lines are written below",
        ),
    ],
)
def test_what_is_wrong_stands_beside_its_box_and_nothing_is_recorded(
    browser, patient, typed, field, words
):
    count = Entry.objects.count()
    page = sent(
        browser, patient, opened(browser, patient), conditions__0__condition="epilepsy", **typed
    )
    assert any(words in error for error in page.errors[field])
    assert page.values["conditions-0-condition"] == "epilepsy"
    assert Entry.objects.count() == count


def test_emptied_lines_are_asked_about_and_a_tick_takes_them_back(browser, patient, nurse):
    context_of(patient, nurse, allergies=stated({"substance": "penicillin"}))
    count = Entry.objects.count()

    page = sent(browser, patient, opened(browser, patient), allergies__0__substance="")
    assert "Nothing is written here any more" in page.text
    assert Entry.objects.count() == count

    sent(browser, patient, page, allergies__unasked="on")
    assert texts(patient)["allergies"] == TopicText()
    assert "Allergies not asked" in Page(browser.get(address(patient))).text


def test_another_line_comes_without_a_script_and_without_errors(browser, patient):
    page = opened(browser, patient)
    count = Entry.objects.count()
    page = sent(browser, patient, page, allergies__0__reaction="rash", add_row="allergies")
    assert page.errors == {}
    assert page.values["allergies-0-reaction"] == "rash"
    assert page.values["allergies-1-substance"] == ""
    assert Entry.objects.count() == count


def test_one_topic_alone_is_typed_at_its_own_address(browser, patient):
    page = opened(browser, patient, "?topic=giver")
    assert "allergies-none" not in page.form.choices
    sent(browser, patient, page, "?topic=giver", giver__0__giver="family")
    assert texts(patient)["giver"] == stated({"giver": "family"})
    assert opened(browser, patient, "?topic=mood").status == 404


def test_of_two_people_on_one_topic_the_second_sees_both_texts_and_loses_nothing(
    browser, patient, nurse
):
    context_of(patient, nurse, allergies=stated({"substance": "nuts"}))
    page = opened(browser, patient)
    context_of(patient, member(patient.clinic, name="Dr Osei"), allergies=stated(PENICILLIN))
    count = Entry.objects.count()

    answer = sent(
        browser,
        patient,
        page,
        allergies__0__substance="latex",
        conditions__0__condition="epilepsy",
    )

    assert answer.status == 409
    assert "Dr Osei recorded a change while you were typing" in answer.text
    assert "penicillin (Reaction: rash)" in answer.text
    assert answer.values["allergies-0-substance"] == "latex"
    assert answer.values["conditions-0-condition"] == "epilepsy"
    assert Entry.objects.count() == count

    sent(browser, patient, answer)
    assert texts(patient)["allergies"] == stated({"substance": "latex"})
    assert texts(patient)["conditions"] == stated({"condition": "epilepsy"})


def test_one_press_confirms_all_that_was_on_the_page(browser, patient, nurse):
    context_of(patient, nurse, allergies=stated(PENICILLIN), conditions=stated())
    page = Page(browser.get(address(patient)))
    [form] = [f for f in page.forms if isinstance(f.values.get("seen"), list)]

    for _twice in range(2):
        browser.post(form.action, form.values)

    assert ContextConfirmation.objects.count() == 2
    assert Page(browser.get(address(patient))).text.count("Confirmed unchanged by J. Lind") == 2


def test_nothing_is_confirmed_of_a_page_that_is_no_longer_true(browser, patient, nurse):
    context_of(patient, nurse, allergies=stated(), conditions=stated())
    page = Page(browser.get(address(patient)))
    [form] = [f for f in page.forms if isinstance(f.values.get("seen"), list)]
    context_of(patient, member(patient.clinic, name="Dr Osei"), allergies=stated(PENICILLIN))

    page = Page(browser.post(form.action, form.values, follow=True))

    assert "Nothing was confirmed: Dr Osei recorded a change" in page.text
    assert not ContextConfirmation.objects.exists()


def test_the_page_says_what_is_known_of_every_topic_and_by_whom(browser, patient, nurse):
    context_of(patient, nurse, allergies=stated(PENICILLIN), conditions=stated())
    text = Page(browser.get(address(patient))).text
    assert "penicillin Reaction rash" in text
    assert "No known conditions" in text
    assert "Kidney function not asked" in text
    assert "Recorded by J. Lind" in text


def test_the_page_as_known_then_says_so_and_offers_nothing_to_record(browser, patient, nurse):
    context_of(patient, nurse, allergies=stated())
    known = Entry.objects.latest("number").number
    context_of(patient, nurse, allergies=stated(PENICILLIN))

    page = Page(browser.get(f"{address(patient)}?known={known}"))

    assert "NOT TODAY'S RECORD" in page.text
    assert "No known allergies" in page.text
    assert "penicillin" not in page.text
    assert not any("/context/edit/" in link for link in page.links)
    assert f"{address(patient)}?known={known}" in page.links  # the banner's


def test_every_page_of_the_patient_shows_the_allergies_and_leads_to_the_rest(
    browser, patient, nurse
):
    context_of(patient, nurse, allergies=stated(PENICILLIN))
    for name in ("patient", "patient-history", "patient-edit"):
        page = Page(browser.get(address(patient, name)))
        assert "penicillin (rash)" in page.text
        assert address(patient) in page.links


def test_who_opens_no_chart_reads_no_allergies(client, patient, nurse):
    context_of(patient, nurse, allergies=stated(PENICILLIN))
    client.force_login(member(patient.clinic, Role.AUDITOR))
    page = Page(client.get(address(patient, "patient-access")))
    assert page.status == 200
    assert "penicillin" not in page.text
    assert "Allergies" not in page.text


def test_the_history_has_every_text_and_confirmation_in_pages(browser, patient, nurse, monkeypatch):
    monkeypatch.setattr("patients.search.PAGE", 2)
    first = context_of(patient, nurse, allergies=stated())
    browser.post(address(patient, "patient-context-confirm"), {"seen": first["allergies"].entry.pk})
    context_of(patient, nurse, allergies=stated(PENICILLIN))

    page = Page(browser.get(address(patient, "patient-context-history")))
    assert "Changed penicillin (Reaction: rash)" in page.text
    assert "confirmed unchanged" in page.text
    assert "First recorded" not in page.text

    [older] = [link for link in page.links if "before=" in link]
    page = Page(browser.get(address(patient, "patient-context-history") + older))
    assert "First recorded No known allergies" in page.text


def test_what_was_written_of_an_erased_person_is_gone(browser, patient, nurse):
    context_of(patient, nurse, allergies=stated(PENICILLIN), conditions=stated())
    by = member(patient.clinic, Role.ADMINISTRATOR)
    erasing.erase(clinic=patient.clinic, patient=patient.pk, reason=ErasureReason.REQUEST, by=by)
    for name in ("patient-context", "patient-context-history"):
        page = Page(browser.get(address(patient, name)))
        assert "erased" in page.text
        assert "penicillin" not in page.text
        assert "No known conditions" in page.text
    assert opened(browser, patient).status == 403


def test_each_page_leaves_one_event_that_names_the_patient(browser, patient):
    for name in ("patient-context", "patient-context-edit", "patient-context-history"):
        browser.get(address(patient, name))
        event = AccessEvent.objects.latest("pk")
        assert event.route == name
        assert [each.patient for each in event.patients.all()] == [patient.pk]


@pytest.mark.parametrize(
    "name", ["patient-context", "patient-context-edit", "patient-context-history"]
)
def test_the_queries_do_not_grow_with_what_is_known(browser, patient, nurse, name):
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert browser.get(address(patient, name)).status_code == 200
        return len(asked)

    context_of(patient, nurse, allergies=stated())
    few = queries()
    many = stated(*[{"substance": f"substance {n}"} for n in range(30)])
    none = {topic.code: stated() for topic in TOPICS.values() if topic.has_none}
    context_of(patient, nurse, **{**none, "allergies": many})
    assert queries() == few <= 18
