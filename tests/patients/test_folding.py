"""Names reduced to plain letters."""

import re
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from patients import folding

NAMES = st.text(
    st.one_of(
        st.sampled_from("ŻżŁłØøĐđİıßẞæœþðħŧŋ'’-–·´ ʼ"),
        st.characters(categories=["L", "M", "N", "P", "Z", "Cf"]),
    ),
    max_size=40,
)


@pytest.mark.parametrize(
    ("name", "folded"),
    [
        ("Żółć", "zolc"),
        ("Łódź", "lodz"),
        ("ØSTERGÅRD", "ostergard"),
        ("Đorđević", "dordevic"),
        ("İstanbul", "istanbul"),
        ("Yıldız", "yildiz"),
        ("Weiß", "weiss"),
        ("WEIẞ", "weiss"),
        ("Æthelstan Œuvre", "aethelstan oeuvre"),
        ("Þórr Sigurðsson", "thorr sigurdsson"),
        ("Ħaż-Żebbuġ", "haz-zebbug"),
        ("Ŧeŋŋo", "tenno"),
        ("Νικόλαος", "νικολαοσ"),
        ("Ёлкин", "елкин"),
        ("王小明", "王小明"),
        ("أحمد", "احمد"),
        ("مُحَمَّد", "محمد"),
        ("O’Neill", "o-neill"),
        ("O´Neill", "o-neill"),
        ("Smith–Jones", "smith-jones"),
        ("Cel·la", "cel-la"),
        ("  Anna   Maria\t", "anna maria"),
        ("Ann.\x00Lee", "ann lee"),
        ("", ""),
    ],
)
def test_fold_gives_plain_letters(name, folded):
    assert folding.fold(name) == folded


@given(NAMES)
@example("ŉ")
@example("ΐ")
@example("ﬃ ﷺ ㍿")
@example("I\u0307")
def test_folding_twice_changes_nothing(name):
    once = folding.fold(name)

    assert folding.fold(once) == once


@given(NAMES)
def test_fold_does_not_care_how_marks_are_put_on_letters(name):
    apart = unicodedata.normalize("NFD", name)
    together = unicodedata.normalize("NFC", name)

    assert folding.fold(apart) == folding.fold(together)


@given(NAMES)
def test_fold_leaves_letters_digits_hyphens_and_single_spaces(name):
    folded = folding.fold(name)

    assert folded == " ".join(folded.split())
    kinds = {unicodedata.category(sign) for sign in folded if sign not in " -"}
    assert {kind for kind in kinds if kind[0] not in "LN" and kind != "Mc"} == set()


@pytest.mark.parametrize("mark", ["\u0301", "\u0327", "\u0328", "\u030c", "\u0323", "\u0338"])
def test_fold_drops_combining_marks(mark):
    assert folding.fold(f"No{mark}vak") == "novak"


@given(NAMES, NAMES)
def test_every_word_of_a_name_finds_it(family_name, given_names):
    stored = folding.name_words(family_name, given_names)

    for word in folding.typed_words(re.sub("[()]", " ", f"{given_names} {family_name}")):
        assert any(kept.startswith(word) for kept in stored)


@pytest.mark.parametrize(
    ("family_name", "given_names", "typed"),
    [
        ("O'Neill", "Aoife", "ONeill"),
        ("O'Neill", "Aoife", "o’neill"),
        ("O'Neill", "Aoife", "neill"),
        ("ONeill", "Aoife", "O'Neill"),
        ("O Neill", "Aoife", "oneill aoife"),
        ("Smith-Jones", "Ann", "jones smith"),
        ("Smith-Jones", "Ann", "smithjones"),
        ("Smith Jones", "Ann", "Smith-Jones"),
        ("van der Berg", "Kees", "vanderberg"),
        ("Brown Smith-Jones", "Ann", "smithjones"),
        ("Brown", "Mary-Jane", "maryjane brown"),
        ("王", "小明", "王小明"),
        ("王", "小明", "小明"),
        ("Novak", "Irena", "nov ir"),
        ("Novak", "Irena", "NOVAK, Irena (Ms)"),
    ],
)
def test_double_names_are_found_however_they_are_typed(family_name, given_names, typed):
    stored = folding.name_words(family_name, given_names)

    words = folding.typed_words(typed)
    assert words
    assert all(any(kept.startswith(word) for kept in stored) for word in words)


@given(NAMES, NAMES)
def test_no_stored_word_begins_another(family_name, given_names):
    stored = folding.name_words(family_name, given_names)

    pairs = [(one, other) for one in stored for other in stored if one != other]
    assert [pair for pair in pairs if pair[1].startswith(pair[0])] == []


@given(st.text(max_size=400), st.text(max_size=400))
def test_what_is_stored_is_cut_to_its_column(family_name, given_names):
    words = folding.name_words(family_name, given_names)

    assert max(map(len, words), default=0) <= folding.LONGEST
    assert len(folding.sort_name(family_name, given_names)) <= 2 * folding.LONGEST + 1
