"""The pages of patients: who reaches them, what they show, and what stays as it was."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from access.models import AccessEvent, AccessKind, Role
from ledger.models import Entry
from patients import actions, search
from patients.models import Patient, PatientVersion
from tests.factories import ClinicFactory, MembershipFactory, PatientFactory, UserFactory, member
from tests.pages import counted

pytestmark = pytest.mark.django_db

LIST = reverse("patient-list")
NEW = reverse("patient-new")


@pytest.fixture
def clinic():
    return ClinicFactory(name="North")


@pytest.fixture
def by(clinic):
    return member(clinic, name="J. Lind")


@pytest.fixture
def browser(client, by):
    client.force_login(by)
    return client


@pytest.fixture
def patient(clinic, by):
    return PatientFactory(
        clinic=clinic,
        by=by,
        family_name="Novak",
        given_names="Irena",
        nhs_number="9434765919",
        record_number="RN 17",
        telephone="01632 960983",
    )


def typed(**changed) -> dict[str, str]:
    """A new patient as typed into the form."""
    return {
        "submission": str(uuid4()),
        "family_name": "Kowalska",
        "given_names": "Łucja",
        "title": "Ms",
        "birth_day": "5",
        "birth_month": "6",
        "birth_year": "1977",
        "gender": "female",
        "nhs_number": "",
        "record_number": "",
        "telephone": "",
        **changed,
    }


def retyped(patient: Patient, **changed) -> dict[str, str]:
    """A patient's newest version as its form holds it, with what is changed."""
    version = patient.versions.get(entry__superseded_by=None)
    return {
        **typed(),
        "seen": str(version.pk),
        "family_name": version.family_name,
        "given_names": version.given_names,
        "title": version.title,
        "birth_day": str(version.birth_date.day),
        "birth_month": str(version.birth_date.month),
        "birth_year": str(version.birth_date.year),
        "gender": version.gender,
        "nhs_number": version.nhs_number,
        "record_number": version.record_number,
        "telephone": version.telephone,
        "status": version.status,
        "status_day": "",
        "status_month": "",
        "status_year": "",
        **changed,
    }


def address(name: str, patient: Patient) -> str:
    return reverse(name, args=[patient.pk])


def page(response) -> str:
    """The text of a page, with the spaces that a reader sees."""
    return " ".join(response.content.decode().split())


def events() -> list[tuple[str, set]]:
    """What was seen: the kind and the patients of each access event, the oldest first."""
    return [
        (event.kind, set(event.patients.values_list("patient", flat=True)))
        for event in AccessEvent.objects.order_by("pk")
    ]


# The list and the search


def test_list_shows_the_patients_of_the_clinic(browser, patient):
    shown = page(browser.get(LIST))

    for words in ("NOVAK, Irena (Ms)", "12-Mar-1961", "Female", "943 476 5919", "RN 17"):
        assert words in shown
    assert address("patient", patient) in shown


def test_list_writes_one_access_event_of_all_patients_shown(browser, clinic, by):
    shown = {PatientFactory(clinic=clinic, by=by).pk for _ in range(3)}

    browser.get(LIST)

    assert events() == [(AccessKind.LIST, shown)]


def test_search_writes_one_access_event_of_those_found(browser, clinic, by, patient):
    PatientFactory(clinic=clinic, by=by, family_name="Zed")

    browser.get(LIST, {"q": "novak"})

    assert events() == [(AccessKind.SEARCH, {patient.pk})]


def test_list_does_not_show_patients_of_other_clinics(browser):
    PatientFactory(family_name="Stranger")

    shown = page(browser.get(LIST))

    assert "STRANGER" not in shown
    assert "No patient is recorded yet." in shown


def test_list_leaves_out_clinics_where_charts_are_closed_to_the_person(browser, by):
    elsewhere = ClinicFactory()
    MembershipFactory(user=by, clinic=elsewhere, role=Role.AUDITOR)
    PatientFactory(clinic=elsewhere, family_name="Stranger")

    assert "STRANGER" not in page(browser.get(LIST))


def test_list_spans_the_clinics_of_the_person_and_names_them(browser, by, patient):
    south = ClinicFactory(name="South")
    MembershipFactory(user=by, clinic=south, role=Role.VIEWER)
    PatientFactory(clinic=south, family_name="Southern")

    shown = page(browser.get(LIST))

    assert "NOVAK" in shown
    assert "SOUTHERN" in shown
    assert "<bdi>South</bdi>" in shown


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.ADMINISTRATOR])
def test_list_is_refused_to_those_who_see_no_charts(client, clinic, role):
    client.force_login(member(clinic, role))

    assert client.get(LIST).status_code == 403
    assert events() == [(AccessKind.REFUSED, set())]


def test_list_asks_for_sign_in(client):
    response = client.get(LIST)

    assert response.status_code == 302
    assert response["Location"].startswith(reverse("account_login"))


@pytest.mark.parametrize("number", ["943 476 5919", "9434765919", "rn17", "RN-17"])
def test_exact_number_goes_straight_to_the_patient(browser, patient, number):
    response = browser.get(LIST, {"q": number})

    assert (response.status_code, response["Location"]) == (302, address("patient", patient))
    assert events() == [(AccessKind.SEARCH, {patient.pk})]


def test_number_of_two_patients_lists_both(browser, by, patient):
    south = ClinicFactory(name="South")
    MembershipFactory(user=by, clinic=south, role=Role.VIEWER)
    PatientFactory(clinic=south, family_name="Novakova", nhs_number="9434765919")

    shown = page(browser.get(LIST, {"q": "9434765919"}))

    assert "These patients have this number." in shown
    assert "NOVAKOVA" in shown


def test_what_is_searched_for_stays_out_of_every_address(browser, clinic, by):
    for n in range(search.PAGE + 1):
        born = date(1930, 1, 1) + timedelta(days=40 * n)
        PatientFactory(clinic=clinic, by=by, family_name="Quillfeather", birth_date=born)
    answer = browser.post(LIST, {"q": " quill  feather"})
    assert answer.status_code == 302
    assert "uill" not in answer.url
    answer = browser.post(LIST, {"q": " Quillfeather "})
    first = browser.get(answer.url).context["listing"]
    assert first.text == "Quillfeather"
    assert "uill" not in first.after_url
    second = browser.get(LIST + first.after_url).context["listing"]
    assert (second.text, len(second.rows)) == ("Quillfeather", 1)


def test_an_empty_search_leads_to_the_whole_list(browser):
    assert browser.post(LIST, {"q": "  "}).url == LIST


@pytest.mark.parametrize("veiled", ["x", "gAAAAA", "%00", "é", "A" * 5000])
def test_what_veils_nothing_finds_the_whole_list(browser, patient, veiled):
    shown = page(browser.get(LIST, {"find": veiled}))
    assert "NOVAK" in shown


def test_a_search_that_somebody_changed_finds_the_whole_list(browser, patient):
    address = browser.post(LIST, {"q": "nobody"}).url
    assert "No patient matches." in page(browser.get(address))
    at = address.index("find=") + 20
    other = "A" if address[at] != "A" else "B"
    assert "NOVAK" in page(browser.get(address[:at] + other + address[at + 1 :]))


def test_search_says_that_a_number_is_no_nhs_number(browser, patient):
    shown = page(browser.get(LIST, {"q": "943 476 5918"}))

    assert "its last digit does not fit the nine before it" in shown


def test_search_says_how_a_birth_date_was_read(browser, patient):
    shown = page(browser.get(LIST, {"q": "12.3.61"}))

    assert "The birth date was read as 12-Mar-1961." in shown
    assert "1 patient matches." in shown


def test_search_says_that_nobody_matches(browser, patient):
    assert "No patient matches." in page(browser.get(LIST, {"q": "nobody"}))


def test_search_says_more_than_the_most_instead_of_counting(browser, clinic, by, monkeypatch):
    monkeypatch.setattr(search, "MOST", 51)
    for _ in range(53):
        PatientFactory(clinic=clinic, by=by, given_names="Many")

    assert "More than 51 patients match" in page(browser.get(LIST, {"q": "many"}))


def test_addresses_of_pages_carry_no_names(browser, clinic, by):
    for _ in range(search.PAGE + 1):
        PatientFactory(clinic=clinic, by=by)

    first = browser.get(LIST).context["listing"]
    second = browser.get(LIST + first.after_url).context["listing"]

    assert first.after_url == f"?after={first.rows[-1].patient}"
    assert second.before_url == f"?before={second.rows[0].patient}"
    assert len(second.rows) == 1


@pytest.mark.parametrize("broken", ["after=x", "before=%00", "after=", "q=%00", "q=%F0%28"])
def test_list_answers_when_its_address_is_broken(browser, patient, broken):
    assert browser.get(f"{LIST}?{broken}").status_code == 200


@pytest.mark.parametrize("query", [{}, {"q": "many"}, {"q": "1/1/1950"}])
def test_list_takes_the_same_queries_for_10_patients_and_50(browser, clinic, by, query):
    counts = []
    for size in (10, 40):
        for n in range(size):
            said = {"family_name": f"Fam{size}x{n}", "birth_date": date(1950, 1, 1)}
            PatientFactory(clinic=clinic, by=by, given_names="Many", **said)
        browser.get(LIST, query)  # the first request after signing in writes the session
        with counted() as queries:
            response = browser.get(LIST, query)
        counts.append(len(queries))
        assert len(response.context["listing"].rows) == (10 if size == 10 else 50)
    assert counts[0] == counts[1] <= 10


def test_person_who_died_is_marked(browser, by, patient):
    version = patient.versions.get()
    actions.revise_patient(
        patient=patient,
        seen=version.entry,
        identity=version.identity,
        standing=actions.Standing("died", date(2020, 2, 2)),
        by=by,
    )

    shown = page(browser.get(LIST))

    assert "Died on 02-Feb-2020" in shown
    assert "12-Mar-1961 (58y)" in shown


@pytest.mark.parametrize("name", ["王小明", "محمد", "N" * 100, "<b>Bold</b> & Co"])
def test_list_shows_names_of_every_kind_whole(browser, clinic, by, name):
    from django.utils.html import escape

    PatientFactory(clinic=clinic, by=by, family_name=name)

    assert escape(name.upper()) in page(browser.get(LIST))


def test_viewer_is_not_offered_to_add(client, clinic):
    client.force_login(member(clinic, Role.VIEWER))

    assert NEW not in page(client.get(LIST))


# Adding


def test_new_records_the_patient_and_goes_to_the_page(browser, by):
    response = browser.post(
        NEW, typed(nhs_number="943 476 5919", record_number="RN 9", telephone=" 01632  960 9 ")
    )

    version = PatientVersion.objects.get()
    assert response["Location"] == address("patient", version.patient)
    assert (version.family_name, version.given_names) == ("Kowalska", "Łucja")
    assert (version.birth_date, version.gender) == (date(1977, 6, 5), "female")
    assert (version.nhs_number, version.record_number) == ("9434765919", "RN 9")
    assert version.telephone == "01632 960 9"
    assert (version.entry.recorded_by, version.status) == (by, "here")
    assert events() == [(AccessKind.WRITE, {version.patient_id})]


def test_new_form_holds_no_patient(browser, patient):
    shown = page(browser.get(NEW))

    assert "NOVAK" not in shown
    assert events() == [(AccessKind.REQUEST, set())]


def test_new_form_sent_twice_records_once(browser):
    sent = typed()

    first, second = browser.post(NEW, sent), browser.post(NEW, sent)

    assert first["Location"] == second["Location"]
    assert Entry.objects.count() == 1


def test_new_form_sent_again_with_other_content_keeps_what_was_typed(browser):
    sent = typed()
    browser.post(NEW, sent)

    response = browser.post(NEW, {**sent, "family_name": "Wiśniewska"})

    shown = page(response)
    assert response.status_code == 409
    assert "This form was sent before, and added a patient then." in shown
    assert 'value="Wiśniewska"' in shown
    assert "KOWALSKA, Łucja (Ms)" in shown
    assert sent["submission"] not in shown
    assert Entry.objects.count() == 1


@pytest.mark.parametrize("role", [Role.VIEWER, Role.AUDITOR, Role.ADMINISTRATOR])
@pytest.mark.parametrize("method", ["get", "post"])
def test_new_is_refused_to_those_who_do_not_record(client, clinic, role, method):
    client.force_login(member(clinic, role))

    assert getattr(client, method)(NEW, typed()).status_code == 403
    assert not Patient.objects.exists()


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"family_name": " "}, "Fill this in."),
        ({"telephone": "01632 960983 or 960984"}, "Write one number only."),
        ({"telephone": "12"}, "A telephone number has three digits or more."),
        ({"family_name": "N" * 121}, "at most 120 characters"),
        ({"family_name": "---"}, "Write the family name in letters."),
        ({"birth_month": ""}, "Write day, month and year of birth."),
        ({"birth_day": "31", "birth_month": "2"}, "There is no such day."),
        ({"birth_year": "77"}, "Write the year of birth with four digits."),
        ({"birth_year": "2999"}, "This birth date has not come yet."),
        ({"birth_year": "1877"}, "This birth date is more than 130 years ago."),
        ({"gender": ""}, "Choose one."),
        ({"gender": "x"}, "Select a valid choice."),
        ({"nhs_number": "943 476 5918"}, "its last digit does not fit the nine before it"),
        ({"nhs_number": "943 476 591"}, "An NHS number has ten digits."),
        ({"nhs_number": "none"}, "An NHS number has digits only"),
        ({"submission": "x"}, "Enter a valid UUID."),
        ({"others": ["x"]}, "Select a valid choice."),
    ],
)
def test_new_is_refused_with_the_reason_and_what_was_typed(browser, changed, message):
    response = browser.post(NEW, typed(**changed))

    shown = page(response)
    assert response.status_code == 200
    assert message in shown
    assert 'value="Łucja"' in shown
    assert not Patient.objects.exists()
    assert not Entry.objects.exists()


@pytest.mark.parametrize("month", ["6", "06", "Jun", "june"])
def test_month_of_birth_is_typed_in_figures_or_by_name(browser, month):
    browser.post(NEW, typed(birth_month=month))

    assert PatientVersion.objects.get().birth_date == date(1977, 6, 5)


NOVAK = {
    "family_name": "NOVÁK",
    "birth_day": "12",
    "birth_month": "3",
    "birth_year": "1961",
    "given_names": "Irene",
}


@pytest.mark.parametrize(
    "changed", [NOVAK, {"nhs_number": "943 476 5919"}, {"record_number": "rn17"}]
)
def test_new_shows_a_probable_duplicate_before_recording(browser, patient, changed):
    response = browser.post(NEW, typed(**changed))

    shown = page(response)
    assert "NOVAK, Irena (Ms)" in shown
    assert address("patient", patient) in shown
    assert f'value="{typed(**changed)["given_names"]}"' in shown
    assert Entry.objects.count() == 1
    assert events() == [(AccessKind.WRITE, {patient.pk})]


def test_new_records_a_probable_duplicate_when_said_to_be_another(browser, patient):
    browser.post(NEW, typed(**NOVAK, others=[str(patient.pk)]))

    assert Patient.objects.count() == 2


def test_new_does_not_show_who_is_alike_in_another_clinic(browser):
    PatientFactory(family_name="Kowalska", birth_date=date(1977, 6, 5))

    response = browser.post(NEW, typed())

    assert response.status_code == 302


def test_new_asks_for_the_clinic_only_where_the_person_may_record(browser, by, clinic):
    south, west = ClinicFactory(name="South"), ClinicFactory(name="West")
    MembershipFactory(user=by, clinic=south, role=Role.RECORDER)
    MembershipFactory(user=by, clinic=west, role=Role.VIEWER)

    choices = browser.get(NEW).context["form"].fields["chosen_clinic"].queryset

    assert list(choices) == [clinic, south]


def test_new_does_not_ask_for_the_only_clinic(browser):
    assert "chosen_clinic" not in page(browser.get(NEW))


def test_new_goes_to_the_chosen_clinic(browser, by):
    south = ClinicFactory(name="South")
    MembershipFactory(user=by, clinic=south, role=Role.RECORDER)

    browser.post(NEW, typed(chosen_clinic=str(south.pk)))

    assert Patient.objects.get().clinic == south


@pytest.mark.parametrize("role", [None, Role.VIEWER])
def test_new_is_refused_for_a_clinic_where_the_person_may_not_record(browser, by, role):
    south, west = ClinicFactory(name="South"), ClinicFactory(name="West")
    MembershipFactory(user=by, clinic=south, role=Role.RECORDER)
    if role:
        MembershipFactory(user=by, clinic=west, role=role)

    response = browser.post(NEW, typed(chosen_clinic=str(west.pk)))

    assert "Select a valid choice." in page(response)
    assert not Patient.objects.exists()


# Changing


def test_edit_form_holds_the_newest_version(browser, patient):
    form = browser.get(address("patient-edit", patient)).context["form"]

    assert form["family_name"].value() == "Novak"
    assert [form[f"birth_{part}"].value() for part in ("day", "month", "year")] == [12, 3, "1961"]
    assert form["nhs_number"].value() == "943 476 5919"
    assert events() == [(AccessKind.VIEW, {patient.pk})]


def test_edit_records_a_new_version(browser, patient):
    response = browser.post(
        address("patient-edit", patient), retyped(patient, family_name="Novak-Łoś")
    )

    assert response["Location"] == address("patient", patient)
    assert [v.family_name for v in patient.versions.order_by("entry__number")] == [
        "Novak",
        "Novak-Łoś",
    ]
    assert events() == [(AccessKind.WRITE, {patient.pk})]


@pytest.mark.parametrize("status", ["died", "left"])
def test_edit_records_that_the_patient_died_or_left_and_undoes_it(browser, patient, status):
    gone = {"status": status, "status_day": "2", "status_month": "2", "status_year": "2020"}
    browser.post(address("patient-edit", patient), retyped(patient, **gone))
    newest = patient.versions.get(entry__superseded_by=None)
    assert (newest.status, newest.status_on) == (status, date(2020, 2, 2))

    browser.post(address("patient-edit", patient), retyped(patient, **{**gone, "status": "here"}))
    newest = patient.versions.get(entry__superseded_by=None)
    assert (newest.status, newest.status_on) == ("here", None)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"status": "died"}, "Write on which day."),
        (
            {"status": "left", "status_day": "1", "status_month": "1", "status_year": "1950"},
            "This day is before the birth date.",
        ),
        (
            {"status": "died", "status_day": "1", "status_month": "1", "status_year": "2999"},
            "This day has not come yet.",
        ),
        ({"status": "gone"}, "Select a valid choice."),
        ({}, "This is what is recorded already."),
        ({"family_name": ""}, "Fill this in."),
        ({"seen": "x"}, "Enter a valid UUID."),
    ],
)
def test_edit_is_refused_with_the_reason(browser, patient, changed, message):
    response = browser.post(address("patient-edit", patient), retyped(patient, **changed))

    assert message in page(response)
    assert Entry.objects.count() == 1


def test_edit_is_refused_when_opened_on_another_patient(browser, clinic, by, patient):
    other = PatientFactory(clinic=clinic, by=by)
    sent = retyped(patient, title="Dr", seen=str(other.versions.get().pk))

    response = browser.post(address("patient-edit", patient), sent)

    assert "This form is not of this patient." in page(response)
    assert Entry.objects.count() == 2


def test_edit_shows_both_texts_when_somebody_changed_the_patient_first(browser, clinic, patient):
    sent = retyped(patient, given_names="Irene")
    version = patient.versions.get()
    theirs = actions.revise_patient(
        patient=patient,
        seen=version.entry,
        identity=replace(version.identity, given_names="Irenka"),
        by=member(clinic, name="Dr A. Osei"),
    )

    response = browser.post(address("patient-edit", patient), sent)

    shown = page(response)
    assert response.status_code == 409
    assert "<bdi>Dr A. Osei</bdi> recorded a change while you were typing" in shown
    assert "<bdi>Irenka</bdi>" in shown
    assert "<bdi>Irene</bdi>" in shown
    assert 'value="Irene"' in shown
    assert f'value="{theirs.pk}"' in shown
    assert Entry.objects.count() == 2


def test_edit_records_over_theirs_when_sent_again_from_the_conflict(browser, clinic, patient):
    sent = retyped(patient, given_names="Irene")
    version = patient.versions.get()
    actions.revise_patient(
        patient=patient,
        seen=version.entry,
        identity=replace(version.identity, given_names="Irenka"),
        by=member(clinic),
    )
    conflict = browser.post(address("patient-edit", patient), sent).context["form"]

    hidden = {name: conflict[name].value() for name in ("seen", "submission")}
    browser.post(address("patient-edit", patient), {**sent, **hidden})

    newest = patient.versions.get(entry__superseded_by=None)
    assert newest.given_names == "Irene"
    assert Entry.objects.count() == 3


def test_edit_sent_twice_records_once(browser, patient):
    sent = retyped(patient, title="Dr")

    for _ in range(2):
        response = browser.post(address("patient-edit", patient), sent)
        assert response["Location"] == address("patient", patient)
    assert Entry.objects.count() == 2


def test_edit_shows_whom_the_change_makes_alike(browser, clinic, by, patient):
    other = PatientFactory(clinic=clinic, by=by, family_name="Kowalska")

    response = browser.post(
        address("patient-edit", patient), retyped(patient, family_name="Kowalska")
    )

    assert address("patient", other) in page(response)
    assert Entry.objects.count() == 2
    assert events() == [(AccessKind.WRITE, {patient.pk, other.pk})]


@pytest.mark.parametrize("name", ["patient-edit", "patient-history"])
def test_pages_of_another_clinics_patient_are_not_found(browser, name):
    stranger = PatientFactory()

    response = browser.get(address(name, stranger))

    assert response.status_code == 404
    assert events() == [(AccessKind.REFUSED, {stranger.pk})]


def test_edit_of_another_clinics_patient_changes_nothing(browser):
    stranger = PatientFactory()

    response = browser.post(address("patient-edit", stranger), retyped(stranger, title="Dr"))

    assert response.status_code == 404
    assert Entry.objects.count() == 1


@pytest.mark.parametrize("role", [Role.VIEWER, Role.AUDITOR, Role.ADMINISTRATOR])
@pytest.mark.parametrize("method", ["get", "post"])
def test_edit_is_refused_to_those_who_do_not_record(client, clinic, patient, role, method):
    client.force_login(member(clinic, role))

    response = getattr(client, method)(
        address("patient-edit", patient), retyped(patient, title="Dr")
    )

    assert response.status_code == 403
    assert Entry.objects.count() == 1


def test_page_has_a_link_that_dials_the_telephone_number(browser, patient):
    shown = page(browser.get(address("patient", patient)))

    assert 'href="tel:01632960983"' in shown
    assert ">01632 960983</span></a>" in shown


# The history


def test_history_shows_every_version_with_who_and_when(browser, by, patient):
    version = patient.versions.get()
    changed = replace(version.identity, family_name="Nowak", nhs_number="", telephone="999")
    actions.revise_patient(patient=patient, seen=version.entry, identity=changed, by=by)

    shown = page(browser.get(address("patient-history", patient)))

    for words in ("Entry 1", "Entry 2", "J. Lind", "First recorded"):
        assert words in shown
    assert "Family name, NHS number, Telephone" in shown
    assert shown.index("<td") < shown.index(">999</td>") < shown.index(">01632 960983</td>")
    assert shown.index("Nowak, Irena (Ms)") < shown.index("Novak, Irena (Ms)")
    assert events() == [(AccessKind.VIEW, {patient.pk})]


def test_history_goes_on_over_pages(browser, by, patient, monkeypatch):
    monkeypatch.setattr(search, "PAGE", 2)
    for title in ("Mrs", "Dr"):
        version = patient.versions.get(entry__superseded_by=None)
        identity = replace(version.identity, title=title)
        actions.revise_patient(patient=patient, seen=version.entry, identity=identity, by=by)
    start = address("patient-history", patient)

    first = browser.get(start).context
    second = browser.get(start + first["older_url"]).context

    assert [version.changed for version in first["versions"]] == ["Title", "Title"]
    assert [version.changed for version in second["versions"]] == ["First recorded"]
    assert (first["newer_url"], second["newer_url"], second["older_url"]) == ("", start, "")


@pytest.mark.parametrize("before", ["9" * 19, "9" * 5000, "-1", "x"])
def test_history_from_below_no_entry_begins_at_the_newest(browser, by, patient, before):
    address = reverse("patient-history", args=[patient.pk])
    answer = browser.get(address, {"before": before})
    assert answer.status_code == 200
    assert answer.context["versions"] == browser.get(address).context["versions"]


def test_history_takes_the_same_queries_for_one_version_and_many(browser, by, patient):
    counts = []
    for titles in ([], [f"T{n}" for n in range(12)]):
        for title in titles:
            version = patient.versions.get(entry__superseded_by=None)
            identity = replace(version.identity, title=title)
            actions.revise_patient(patient=patient, seen=version.entry, identity=identity, by=by)
        with CaptureQueriesContext(connection) as queries:
            browser.get(address("patient-history", patient))
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.ADMINISTRATOR])
def test_history_is_refused_to_those_who_see_no_charts(client, clinic, patient, role):
    client.force_login(member(clinic, role))

    assert client.get(address("patient-history", patient)).status_code == 403


def test_history_offers_no_change_to_a_viewer(client, clinic, patient):
    client.force_login(member(clinic, Role.VIEWER))

    shown = page(client.get(address("patient-history", patient)))

    assert "NOVAK, Irena (Ms)" in shown
    assert address("patient-edit", patient) not in shown


def test_person_without_a_clinic_reaches_nothing(client, patient):
    client.force_login(UserFactory())

    assert client.get(LIST).status_code == 403
    assert client.get(NEW).status_code == 403
    assert client.get(address("patient-edit", patient)).status_code == 404
