"""A clinic's words for its calendars: who writes and reads them, what they take, their versions."""

from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from access.models import Role
from ledger.models import Entry
from tests.factories import ClinicFactory, member
from tests.titration.issuing import words_in
from titration import dosing, wording
from titration.models import CalendarTextVersion
from titration.policies import RuleBroken
from titration.reading import issued
from titration.wording.calendar import GROUPS, LABELS, CalendarWords, label_problem
from titration.wording.languages import LANGUAGES, is_right_to_left, language_tag

pytestmark = pytest.mark.django_db

LIST = "/calendar-texts/"
NEW = "/calendar-texts/new/"


@pytest.fixture
def clinic():
    return ClinicFactory()


@pytest.fixture
def administrator(clinic, client):
    person = member(clinic, Role.ADMINISTRATOR)
    client.force_login(person)
    return person


def typed(**fields):
    return {
        "submission": str(uuid4()),
        "language": "cy",
        "standing_text": "Ffoniwch y clinig.",
        "label-morning": "Bore",
        "label-page": "Tudalen {page} o {pages}",
        "in_use": "on",
        **fields,
    }


def test_words_are_recorded_as_typed(client, clinic, administrator):
    response = client.post(NEW, typed())
    version = CalendarTextVersion.objects.get()
    assert response.url == reverse("calendar-text", args=[version.text_id])
    assert version.text.clinic == clinic
    assert (version.language, version.standing_text) == ("cy", "Ffoniwch y clinig.")
    assert version.labels == {"morning": "Bore", "page": "Tudalen {page} o {pages}"}
    assert version.in_use


def test_sending_the_form_twice_records_once(client, administrator):
    once = typed()
    assert client.post(NEW, once).status_code == client.post(NEW, once).status_code == 302
    assert CalendarTextVersion.objects.count() == 1


def test_another_language_goes_by_its_tag(client, administrator):
    client.post(NEW, typed(language="other", other="pt-br"))
    assert CalendarTextVersion.objects.get().language == "pt-BR"


@pytest.mark.parametrize("tag", ["", "welsh language", "c", "x-private", "cy-", "1a", "en_!!"])
def test_what_is_no_tag_is_refused(client, administrator, tag):
    response = client.post(NEW, typed(language="other", other=tag))
    assert "Write the tag of the language" in response.text
    assert "Ffoniwch y clinig.</textarea>" in response.text
    assert not Entry.objects.exists()


def test_a_language_comes_once_in_a_clinic(client, clinic, administrator):
    there = words_in(clinic, "cy")
    response = client.post(NEW, typed(language="other", other="CY"))
    assert "has words in this language already" in response.text
    assert f'href="/calendar-texts/{there.text_id}/">Open it' in response.text
    assert CalendarTextVersion.objects.count() == 1
    words_in(ClinicFactory(), "cy")


@pytest.mark.parametrize(
    "word",
    ["Tudalen", "Tudalen {page}", "{page} {pages} {page}", "{page} {pages} {", "{page} {tudalen}"],
)
def test_a_word_keeps_what_stands_in_braces(client, administrator, word):
    response = client.post(NEW, typed(**{"label-page": word}))
    assert "Keep {page} {pages} in it" in response.text
    assert not Entry.objects.exists()


def test_a_word_without_braces_takes_none():
    assert label_problem("morning", "Bore {x}") == "Write this word without braces."
    assert label_problem("morning", "Bore") == ""
    assert label_problem("morning", "x" * 201) != ""
    assert label_problem("morning", "a\nb") != ""
    assert label_problem("noon", "Bore") != ""


def test_an_action_refuses_such_a_word_too(clinic):
    with pytest.raises(RuleBroken) as refused:
        words_in(clinic, "cy", {"page": "Tudalen"})
    assert refused.value.field == "label-page"
    with pytest.raises(RuleBroken):
        words_in(clinic, "not a tag")


def test_a_change_is_a_new_version_and_the_old_one_stays(client, clinic, administrator):
    version = words_in(clinic, "cy", {"morning": "Bore"}, "Hen destun")
    url = reverse("calendar-text-edit", args=[version.text_id])
    page = client.get(url).text
    assert 'value="Bore"' in page
    assert "Hen destun</textarea>" in page
    response = client.post(url, typed(entry=version.pk, standing_text="Testun newydd"))
    page = client.get(response.url).text
    assert "Testun newydd" in page
    assert "Hen destun" in page
    assert CalendarTextVersion.objects.newest().get().standing_text == "Testun newydd"


def test_the_second_of_two_changes_gets_both_texts_and_keeps_what_was_typed(
    client, clinic, administrator
):
    version = words_in(clinic, "cy")
    url = reverse("calendar-text-edit", args=[version.text_id])
    client.post(url, typed(entry=version.pk, standing_text="Theirs"))
    mine = typed(entry=version.pk, standing_text="Mine")
    response = client.post(url, mine)
    assert response.status_code == 409
    assert "recorded a change while you were typing" in response.text
    assert "Theirs" in response.text
    assert "Mine</textarea>" in response.text
    assert CalendarTextVersion.objects.count() == 2


def test_what_is_not_offered_stays_on_the_list(client, clinic, administrator):
    words_in(clinic, "cy", in_use=False)
    words_in(clinic, "fr")
    assert "Not offered" in client.get(LIST).text
    assert [text.language for text in issued.calendar_texts(clinic.pk)] == ["fr"]


def test_english_stands_first_among_what_is_offered(clinic):
    for tag in ("cy", "en-GB", "ar"):
        words_in(clinic, tag)
    assert [text.language for text in issued.calendar_texts(clinic.pk)] == ["en-GB", "ar", "cy"]


@pytest.mark.parametrize("role", [Role.PRESCRIBER, Role.RECORDER, Role.VIEWER])
def test_others_read_the_words_and_do_not_change_them(client, clinic, role):
    version = words_in(clinic, "cy")
    client.force_login(member(clinic, role))
    assert "Welsh (cy)" in client.get(LIST).text
    assert "Add a language" not in client.get(LIST).text
    assert client.post(NEW, typed()).status_code == 403
    edit = reverse("calendar-text-edit", args=[version.text_id])
    assert client.get(edit).status_code == 403
    assert CalendarTextVersion.objects.count() == 1


def test_words_of_another_clinic_are_not_found(client, administrator):
    version = words_in(ClinicFactory(), "cy", standing_text="Elsewhere")
    for name in ("calendar-text", "calendar-text-edit"):
        assert client.get(reverse(name, args=[version.text_id])).status_code == 404
    assert "Elsewhere" not in client.get(LIST).text


def test_an_empty_list_says_what_to_do(client, administrator):
    assert "No words are approved yet." in client.get(LIST).text


def test_the_list_takes_the_same_queries_at_any_length(client, clinic, administrator):
    def queries() -> int:
        client.get(LIST)  # what is asked once in a process
        with CaptureQueriesContext(connection) as asked:
            client.get(LIST)
        return len(asked)

    tags = iter(LANGUAGES)
    words_in(clinic, next(tags), by=administrator)
    few = queries()
    for _language in range(8):
        words_in(clinic, next(tags), by=administrator)
    assert queries() == few <= 10


def test_each_label_has_one_code_and_every_time_of_day_has_one():
    assert sum(len(labels) for _title, labels in GROUPS) == len(LABELS)
    for slot in dosing.SLOTS:
        assert str(LABELS[slot]) == wording.slot_label(slot)


def test_a_label_without_an_approved_word_stands_in_english():
    words = CalendarWords("cy", {"morning": "Bore"})
    assert (words.label("morning"), words.label("bedtime")) == ("Bore", "Bedtime")
    assert (words.is_own("morning"), words.is_own("bedtime")) == (True, False)


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("cy", "cy"),
        (" ZH_hant ", "zh-Hant"),
        ("sr-latn-rs", "sr-Latn-RS"),
        ("es-419", "es-419"),
        ("de-1996", "de-1996"),
        ("e", None),
        ("en--GB", None),
        ("engl", None),
        ("en-x-own", None),
    ],
)
def test_a_tag_is_read_in_its_usual_letters(text, tag):
    assert language_tag(text) == tag


@pytest.mark.parametrize(
    ("tag", "expected"),
    [("ar", True), ("fa-IR", True), ("ckb", True), ("pa", False), ("pa-Arab", True),
     ("az-Latn", False), ("ku", False), ("he", True), ("zh-Hant", False), ("", False)],
)  # fmt: skip
def test_the_way_of_writing_goes_by_the_language_and_its_script(tag, expected):
    assert is_right_to_left(tag) == expected
