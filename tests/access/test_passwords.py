"""Passwords: long ones whole, known ones refused, no rule about their signs."""

import re

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.urls import reverse

from access.models import User
from tests.factories import PASSWORD, ClinicFactory, member

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery",
        "żółw w deszczu",
        "482913047562",
        "aaaa bbbb cccc dddd",
        "x" * 60 + " " + "y" * 1000,
        "  spaces at the ends  ",
    ],
)
def test_a_password_of_twelve_characters_and_more_of_any_signs_is_taken(password):
    validate_password(password, User(email="lind@example.org", name="J. Lind"))


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("elevenchars", "password_too_short"),
        ("passwordpassword", "password_too_common"),
        ("PasswordPassword", "password_too_common"),
        ("123456789012", "password_too_common"),
        ("qwertyuiop123", "password_too_common"),
        ("lind@example.org", "password_too_similar"),
    ],
)
def test_a_password_that_is_short_known_to_all_or_the_persons_name_is_refused(password, code):
    with pytest.raises(ValidationError) as refusal:
        validate_password(password, User(email="lind@example.org", name="J. Lind"))
    assert code in {error.code for error in refusal.value.error_list}


@pytest.mark.parametrize(
    ("password", "is_taken"),
    [
        ("dose-ledger-2026", False),
        ("Prescriber 123456", False),
        ("Wickenham clinic 7!", False),
        ("herons over Wickenham", True),
        ("a dose of herons", True),
    ],
)
def test_a_password_made_of_the_names_of_this_place_is_refused(password, is_taken):
    ClinicFactory(name="Wickenham Pain Clinic")
    try:
        validate_password(password)
    except ValidationError as refusal:
        codes = {error.code for error in refusal.error_list}
        assert (codes, is_taken) == ({"password_of_this_place"}, False)
    else:
        assert is_taken


def test_a_refused_password_is_said_beside_the_field_and_changes_nothing(client):
    person = member(ClinicFactory())
    client.force_login(person)
    typed = {"oldpassword": PASSWORD, "password1": "qwertyuiop123", "password2": "qwertyuiop123"}
    page = client.post(reverse("account_change_password"), typed)
    assert "on the lists that are tried first" in page.content.decode()
    assert User.objects.get(pk=person.pk).check_password(PASSWORD)


def test_passwords_are_typed_where_managers_fill_them(client):
    """Hidden while typed, and with what a password manager goes by."""
    pages = [client.get(reverse("account_login"))]
    client.force_login(member(ClinicFactory()))
    pages.append(client.get(reverse("account_change_password")))
    boxes = [
        box
        for page in pages
        for box in re.findall(r"<input[^>]*>", page.content.decode())
        if "password" in box
    ]
    assert len(boxes) == 4
    for box in boxes:
        assert 'type="password"' in box
        assert re.search('autocomplete="(current|new)-password"', box)


def test_the_last_sign_of_a_long_password_counts(client):
    person = member(ClinicFactory(is_demo=True), password="x" * 500 + "a")
    typed = {"login": person.email, "password": "x" * 500 + "b"}
    assert client.post(reverse("account_login"), typed).status_code == 200
    typed["password"] = "x" * 500 + "a"
    assert client.post(reverse("account_login"), typed)["Location"] == "/"
