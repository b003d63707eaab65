"""Finding patients, on whichever engine the tests run on."""

from dataclasses import replace
from datetime import date

import pytest
from django.db import connection

from patients import actions, folding, search
from patients.models import PatientWord
from tests.factories import ClinicFactory, IdentityFactory, PatientFactory, member

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 21)


@pytest.fixture
def clinic():
    return ClinicFactory()


@pytest.fixture
def by(clinic):
    return member(clinic)


@pytest.fixture
def add(clinic, by):
    """Add a patient by family name, given names and what else is said; returns the key."""

    def call(family_name, given_names="", **said):
        said.setdefault("birth_date", date(1950, 1, 1))
        names = {"family_name": family_name, "given_names": given_names}
        return PatientFactory(clinic=clinic, by=by, **names, **said).pk

    return call


def found(text, *clinics, **pages) -> list:
    return search.find(text, clinics=[c.pk for c in clinics], today=TODAY, **pages).patients


@pytest.mark.parametrize(
    ("family_name", "given_names", "typed"),
    [
        ("Żółkiewska", "Łucja", "zolk luc"),
        ("Zolkiewska", "Lucja", "Łucja ŻÓŁKIEWSKA"),
        ("Østergård", "Søren", "ostergard soren"),
        ("Đorđević", "Đuro", "dordevic duro"),
        ("İnönü", "Işıl", "inonu isil"),
        ("Weiß", "Jürgen", "WEISS jurgen"),
        ("Weiss", "Jurgen", "weiß JÜRGEN"),
        ("Nova\u0301k", "Irena", "Novák"),
        ("O'Neill", "Aoife", "ONeill"),
        ("ONeill", "Aoife", "O’Neill"),
        ("Smith-Jones", "Ann", "jones ann"),
        ("Smith-Jones", "Ann", "smith-jo"),
        ("王", "小明", "王小明"),
        ("王", "小明", "小明"),
        ("أحمد", "محمد", "احمد"),
        ("Müller_%", "Al", "muller"),
        ("𠮷田", "太郎", "𠮷"),
    ],
)
def test_name_is_found_by_folded_words_in_any_order(clinic, add, family_name, given_names, typed):
    patient = add(family_name, given_names)
    add("Quite", "Other")

    assert found(typed, clinic) == [patient]


@pytest.mark.parametrize(
    "typed", ["ovak", "Novak Anna", "Irenak", "N_vak", "…", "“”", "\x00", "%", "' OR 1=1 --"]
)
def test_name_is_not_found_by_other_words(clinic, add, typed):
    add("Novak", "Irena")

    assert found(typed, clinic) == []


def test_empty_search_lists_all_by_name(clinic, add):
    last, first, middle = add("Zed"), add("Łoś", "B"), add("Losa", "A")

    assert found("  ", clinic) == [first, middle, last]


@pytest.mark.parametrize("typed", ["12/3/1961", "12-Mar-1961", "12 March 61", "12031961"])
def test_birth_date_finds_patients(clinic, add, typed):
    patient = add("Novak", birth_date=date(1961, 3, 12))
    add("Nowak", birth_date=date(1961, 12, 3))

    assert found(typed, clinic) == [patient]


@pytest.mark.parametrize("typed", ["nov 12/3/1961", "12 Mar 1961 irena", "ire 12.3.61 novak"])
def test_birth_date_and_words_find_together(clinic, add, typed):
    patient = add("Novak", "Irena", birth_date=date(1961, 3, 12))
    add("Novak", "Irena", birth_date=date(1962, 3, 12))
    add("Nosek", "Ida", birth_date=date(1961, 3, 12))

    assert found(typed, clinic) == [patient]


@pytest.mark.parametrize("typed", ["943 476 5919", "9434765919", "rn-0042", "RN 00 42"])
def test_exact_number_finds_its_patient(clinic, add, typed):
    patient = add("Novak", nhs_number="9434765919", record_number="RN 0042")
    add("Nowak", record_number="RN 00421")

    result = search.find(typed, clinics=[clinic.pk], today=TODAY)

    assert (result.patients, result.by_number) == ([patient], True)


def test_record_number_wins_when_it_reads_as_a_birth_date(clinic, add):
    patient = add("Novak", record_number="12031961")
    add("Nowak", birth_date=date(1961, 3, 12))

    assert found("12031961", clinic) == [patient]


def test_nobody_is_found_outside_the_clinics(clinic, add):
    add("Novak", nhs_number="9434765919")
    other = ClinicFactory()

    for typed in ("", "novak", "1/1/1950", "9434765919"):
        assert found(typed, other) == []


def test_patients_of_several_clinics_are_found_together(clinic, add):
    other = ClinicFactory()
    second = PatientFactory(clinic=other, family_name="Novakova").pk
    first = add("Novak")

    assert found("novak", clinic, other) == [first, second]
    assert found("", clinic, other) == [first, second]


def test_patient_is_found_by_the_newest_name_alone(clinic, by, add):
    patient = PatientFactory(clinic=clinic, by=by, family_name="Novak")
    version = patient.versions.get()
    actions.revise_patient(
        patient=patient,
        seen=version.entry,
        identity=replace(version.identity, family_name="Kowalska"),
        by=by,
    )

    assert found("kowal", clinic) == [patient.pk]
    assert found("novak", clinic) == []


@pytest.fixture
def many(clinic, by):
    """Two pages and a bit, by name; twins share their name, so that only the key orders them."""
    from ledger import writing

    @writing.verb
    def load(*, clinic, people, by, submission):
        with writing.writing(clinic, by=by, submission=submission) as log:
            return actions.enter(log, people)[0]

    people = [
        IdentityFactory(family_name=f"Many{n // 4:03}", given_names="A", birth_date=TODAY)
        for n in range(2 * search.PAGE + 7)
    ]
    load(clinic=clinic, people=people, by=by)
    cards = clinic.patients.order_by("card__sort_name", "pk")
    return list(cards.values_list("pk", flat=True))


@pytest.mark.parametrize("typed", ["", "many", "21/11/2026", "many 21/11/2026"])
def test_pages_go_through_everybody_once_and_back(clinic, many, typed):
    pages, after = [], None
    while True:
        page = search.find(typed, clinics=[clinic.pk], today=TODAY, after=after)
        pages.append(page.patients)
        if (after := page.after) is None:
            break
    back, before = [page.patients], page.before
    while before is not None:
        page = search.find(typed, clinics=[clinic.pk], today=TODAY, before=before)
        back.insert(0, page.patients)
        before = page.before

    assert [patient for page in pages for patient in page] == many
    assert [len(page) for page in pages] == [search.PAGE, search.PAGE, 7]
    assert [patient for page in back for patient in page] == many


def test_page_starts_at_the_beginning_when_its_patient_is_of_another_clinic(clinic, many):
    stranger = PatientFactory(family_name="Zed").pk

    assert found("", clinic, after=stranger) == many[: search.PAGE]


def test_count_tells_how_many_match(clinic, many, add):
    add("Other")

    assert search.find("many", clinics=[clinic.pk], today=TODAY).count == len(many)


def test_count_stops_beyond_the_most(clinic, many, monkeypatch):
    monkeypatch.setattr(search, "MOST", 60)

    assert search.find("many", clinics=[clinic.pk], today=TODAY).count == 61


def test_list_is_never_counted(clinic, many):
    assert search.find("", clinics=[clinic.pk], today=TODAY).count is None


def test_text_is_cut_when_it_is_endless(clinic, add):
    add("Novak")

    assert found("novak " * 100_000, clinic) == found("novak", clinic)


def explained(queryset) -> str:
    """The plan of a query, when the table is large enough for an index to pay."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
    return queryset.explain()


def test_word_prefix_uses_the_index_on_either_engine(clinic):
    words = PatientWord.objects.filter(clinic=clinic, word__begins="nov").values("patient")

    plan = explained(words)

    assert "patients_word_prefix" in plan
    if connection.vendor == "postgresql":
        assert "word ~>=~ 'nov'" in plan
        assert "word ~<~ 'now'" in plan
    else:
        assert "word>? AND word<?" in plan


@pytest.mark.parametrize("sign", ["%", "_", "\\", "'"])
def test_word_prefix_takes_every_sign_as_itself(clinic, add, sign):
    patient = add("Novak")
    PatientWord.objects.create(clinic=clinic, patient_id=patient, word=f"a{sign}b")

    assert PatientWord.objects.filter(word__begins=f"a{sign}").count() == 1
    assert PatientWord.objects.filter(word__begins=f"b{sign}").count() == 0
    assert PatientWord.objects.filter(word__begins=f"n{sign}").count() == 0


def test_words_are_those_that_folding_gives(clinic, add):
    patient = add("O'Neill", "Mary-Jane")

    words = PatientWord.objects.filter(patient=patient).values_list("word", flat=True)
    assert set(words) == folding.name_words("O'Neill", "Mary-Jane")
