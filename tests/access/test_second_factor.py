"""Nobody opens a clinic by the password alone; factors are set up, shown, changed and lost."""

import json
import re
import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from access import actions, secret
from access.models import (
    AccessEvent,
    AccessKind,
    AccountNotice,
    Act,
    ActKind,
    NoticeKind,
    Role,
    Session,
    User,
)
from tests.factories import PASSWORD, ClinicFactory, MembershipFactory, member
from tests.pages import Page
from tests.passkeys import HOST, PRESENT, Passkey
from tests.signed_in import PASSWORD_ALONE, app_of, code_of, has_shown

pytestmark = pytest.mark.django_db

ANSWER = {"id": "eA", "rawId": "eA", "type": "public-key", "response": {}}
SET_UP = "/accounts/second-factor/"
CODE = "/accounts/2fa/authenticate/"
ON_RECORD = ("--by", "J. Root", "--why", "Lost telephone")


@pytest.fixture
def osei() -> User:
    return member(ClinicFactory(), Role.PRESCRIBER, email="osei@example.org")


def by_password(client: Client, person: User, page: str = "/", password: str = PASSWORD):
    typed = {"login": person.email, "password": password, "next": page}
    return client.post(reverse("account_login"), typed)


def by_code(client: Client, code: str):
    return client.post(CODE, {"code": code})


# The door


@pytest.mark.parametrize("page", ["/", "/patients/", "/audit/", "/admin/", "/accounts/"])
@pytest.mark.parametrize("role", Role.values)
def test_the_password_alone_opens_no_page_of_a_clinic(client, role, page):
    person = member(ClinicFactory(), role, is_staff=True)
    by_password(client, person)

    answer = client.get(page)

    assert (answer.status_code, answer["Location"]) == (302, SET_UP)
    assert client.get(SET_UP).status_code == 200


def test_who_is_turned_away_at_the_door_leaves_an_access_event_as_a_refusal(client, osei):
    by_password(client, osei)
    client.get("/patients/")
    event = AccessEvent.objects.order_by("pk").last()
    assert (event.kind, event.route, event.user) == (AccessKind.REFUSED, "patient-list", osei)


def test_nothing_is_written_by_who_is_turned_away(client, osei):
    by_password(client, osei)
    assert client.post("/patients/new/", {"family_name": "Novak"})["Location"] == SET_UP


def test_a_person_of_demonstrations_alone_needs_no_second_factor(client):
    person = member(ClinicFactory(is_demo=True))
    assert by_password(client, person)["Location"] == "/"
    assert client.get("/").status_code == 200


@pytest.mark.parametrize("is_staff", [True, False])
def test_a_person_of_a_clinic_and_of_a_demonstration_needs_one(client, is_staff):
    person = member(ClinicFactory(is_demo=True), is_staff=is_staff)
    if not is_staff:
        MembershipFactory.create(clinic=ClinicFactory(), user=person, role=Role.VIEWER)
    by_password(client, person)
    assert client.get("/")["Location"] == SET_UP


def test_a_membership_of_a_clinic_counts_at_the_next_request(client):
    person = member(ClinicFactory(is_demo=True))
    by_password(client, person)
    assert client.get("/").status_code == 200
    MembershipFactory.create(clinic=ClinicFactory(), user=person)
    assert client.get("/")["Location"] == SET_UP


def test_who_signed_in_before_a_factor_was_set_up_elsewhere_has_to_show_it(client, osei):
    by_password(client, osei)
    key = app_of(osei)
    client.get("/patients/")

    asked = client.get(SET_UP)

    assert asked["Location"] == "/accounts/2fa/reauthenticate/?next=%2Fpatients%2F"
    shown = client.post(asked["Location"], {"code": code_of(key), "next": "/patients/"})
    assert shown["Location"] == "/patients/"
    assert client.get("/patients/").status_code == 200


# An authenticator app


@pytest.mark.usefixtures("own_database")
def test_an_app_is_set_up_at_the_first_sign_in_and_leads_on_to_the_page(client, osei):
    by_password(client, osei, "/patients/")
    client.get("/patients/")
    page = Page(client.get(reverse("mfa_activate_totp")))
    key = re.search(r'class="key">(\w+)<', page.html)[1]

    done = client.post(reverse("mfa_activate_totp"), {"code": code_of(key)})

    codes = Page(client.get(done["Location"]))
    assert len(re.findall(r"\b\d{10}\b", codes.text)) == 10
    assert client.get(reverse("account_go_on"))["Location"] == "/patients/"
    assert client.get("/patients/").status_code == 200


@pytest.mark.usefixtures("own_database")
def test_recovery_codes_are_shown_once(client, osei):
    by_password(client, osei)
    key = re.search(r'class="key">(\w+)<', Page(client.get(reverse("mfa_activate_totp"))).html)[1]
    done = client.post(reverse("mfa_activate_totp"), {"code": code_of(key)})
    client.get(done["Location"])

    again = Page(client.get(done["Location"]))

    assert "are not shown again" in again.text
    assert not re.search(r"\b\d{10}\b", again.text)


@pytest.mark.parametrize("name", ["authenticate", "reauthenticate_webauthn", "add_webauthn"])
def test_no_other_form_trips_over_an_answer_that_is_no_passkeys(client, osei, name):
    app_of(osei)
    Passkey(osei).kept()
    if name == "authenticate":
        by_password(client, osei)
    else:
        client.force_login(osei)
    for answer in ("{}", "[]", '{"id": 3}', '{"response": null, "id": "x"}'):
        refused = client.post(reverse(f"mfa_{name}"), {"credential": answer})
        assert refused.status_code in (200, 302)
    assert Authenticator.objects.filter(type=Authenticator.Type.WEBAUTHN).count() == 1


@pytest.mark.parametrize("steps", [-1, 0, 1])
def test_the_code_of_the_app_opens_after_the_password(client, osei, steps):
    key = app_of(osei)
    asked = by_password(client, osei, "/patients/")
    assert asked["Location"] == CODE
    assert client.get("/patients/").status_code == 302

    opened = by_code(client, code_of(key, steps))

    assert opened["Location"] == "/patients/"
    assert client.get("/patients/").status_code == 200


@pytest.mark.parametrize("steps", [-2, 3])  # 2 is 1 where a half minute ends before it is sent
def test_a_code_of_another_minute_opens_nothing(client, osei, steps):
    key = app_of(osei)
    by_password(client, osei)
    assert by_code(client, code_of(key, steps)).status_code == 200
    assert client.get("/patients/").status_code == 302


def test_a_code_opens_once(osei):
    code = code_of(app_of(osei))
    first, second = Client(), Client()
    for client in (first, second):
        by_password(client, osei)
    by_code(first, code)

    refused = Page(by_code(second, code[:3] + " " + code[3:]))

    assert refused.errors == {"code": ["This is not right, or it was used before."]}
    assert second.get("/patients/").status_code == 302


def test_after_five_wrong_codes_the_right_one_waits_too(client, osei):
    key = app_of(osei)
    by_password(client, osei)
    for _guess in range(5):
        by_code(client, "000000")
    assert "Too many wrong ones." in Page(by_code(client, code_of(key))).text
    assert client.get("/patients/").status_code == 302


def test_who_has_the_password_and_no_code_is_told_of(client, osei, mailoutbox):
    """Once, at the third: who mistypes one or two is not written to."""
    app_of(osei)
    by_password(client, osei)
    counts = []
    for _guess in range(4):
        by_code(client, "000000")
        counts.append(len(mailoutbox))
    assert counts == [0, 0, 1, 1]
    assert osei.notices.get().kind == NoticeKind.WRONG_CODES
    assert "Your password was typed, and then wrong codes" in mailoutbox[0].subject


def test_who_guesses_codes_slowly_is_told_of_too(client, osei, mailoutbox, monkeypatch):
    """One an hour stays below every other limit."""
    app_of(osei)
    now = time.time()
    for hour in range(4):
        monkeypatch.setattr(time, "time", lambda hour=hour: now + hour * 3600)
        by_password(client, osei)
        by_code(client, "000000")
    assert [notice.kind for notice in osei.notices.all()] == [NoticeKind.WRONG_CODES]
    assert len(mailoutbox) == 1


def test_the_session_has_a_new_key_after_signing_in(client, osei):
    key = app_of(osei)
    by_password(client, osei)
    before = client.session.session_key
    by_code(client, code_of(key))
    assert client.session.session_key != before
    assert not Session.objects.filter(pk=before).exists()


# Recovery codes


def test_a_recovery_code_opens_once_and_is_told(osei):
    app_of(osei)
    code = RecoveryCodes.activate(osei).get_unused_codes()[3]
    first, second = Client(), Client()
    for client in (first, second):
        by_password(client, osei)
        by_code(client, code)
    assert first.get("/patients/").status_code == 200
    assert second.get("/patients/").status_code == 302
    assert AccountNotice.objects.filter(user=osei, kind=NoticeKind.CODE_USED).count() == 1


def test_new_recovery_codes_take_the_place_of_the_old_ones(client, osei):
    app_of(osei)
    old = RecoveryCodes.activate(osei).get_unused_codes()
    client.force_login(osei)

    made = client.post(reverse("mfa_generate_recovery_codes"))

    new = re.findall(r"\b\d{10}\b", Page(client.get(made["Location"])).text)
    assert len(new) == 10
    assert not set(new) & set(old)


# Passkeys: what a browser does is in tests/e2e


@pytest.mark.parametrize(
    "answer",
    [
        *("", "x", "3", "[]", "null", "{}", '{"id": 3}', '{"response": null, "id": "x"}'),
        json.dumps(ANSWER),
        json.dumps(ANSWER | {"response": {"userHandle": 1}}),
    ],
)
def test_no_answer_that_is_no_passkeys_signs_in(client, osei, answer):
    client.get(reverse("mfa_login_webauthn"), headers={"Accept": "application/json"})

    refused = client.post(reverse("mfa_login_webauthn"), {"credential": answer, "next": "/audit/"})

    assert refused["Location"] == "/accounts/login/?next=%2Faudit%2F"
    assert client.get("/patients/")["Location"].startswith("/accounts/login/")


def asked_at_sign_in(client: Client) -> dict:
    headers = {"Accept": "application/json", "Host": HOST}
    return client.get(reverse("mfa_login_webauthn"), headers=headers).json()["request_options"]


def by_passkey(client: Client, answer: str):
    sent = {"credential": answer, "next": "/patients/"}
    return client.post(reverse("mfa_login_webauthn"), sent, headers={"Host": HOST})


def test_a_passkey_opens_by_itself(client, osei):
    passkey = Passkey(osei)
    passkey.kept()

    opened = by_passkey(client, passkey.answer(asked_at_sign_in(client)))

    assert opened["Location"] == "/patients/"
    assert client.get("/patients/").status_code == 200


def test_a_passkey_opens_after_the_password(client, osei):
    passkey = Passkey(osei)
    passkey.kept()
    client.defaults["HTTP_HOST"] = HOST
    by_password(client, osei, "/patients/")
    asked = json.loads(re.search(r'id="js_data"[^>]*>(.*?)<', client.get(CODE).content.decode())[1])

    opened = client.post(CODE, {"credential": passkey.answer(asked["request_options"])})

    assert opened["Location"] == "/patients/"
    assert client.get("/patients/").status_code == 200


@pytest.mark.parametrize(
    "how", [{"flags": PRESENT}, {"host": "localhost.example"}, {"host": "other"}]
)
def test_a_passkey_without_a_finger_or_for_another_site_opens_nothing(client, osei, how):
    passkey = Passkey(osei)
    passkey.kept()
    by_passkey(client, passkey.answer(asked_at_sign_in(client), **how))
    assert client.get("/patients/")["Location"].startswith("/accounts/login/")


def test_an_answer_opens_once(osei):
    passkey = Passkey(osei)
    passkey.kept()
    first, second = Client(), Client()
    answer = passkey.answer(asked_at_sign_in(first))
    asked_at_sign_in(second)
    by_passkey(first, answer)
    by_passkey(second, answer)
    assert first.get("/patients/").status_code == 200
    assert second.get("/patients/").status_code == 302


def test_a_passkey_of_somebody_who_may_not_sign_in_opens_nothing(client, osei):
    passkey = Passkey(osei)
    passkey.kept()
    User.objects.update(is_active=False)
    opened = by_passkey(client, passkey.answer(asked_at_sign_in(client)))
    assert opened["Location"] == "/accounts/inactive/"
    assert client.get("/patients/")["Location"].startswith("/accounts/login/")


# Changing factors


def test_the_last_factor_stays_where_one_is_needed(client, osei):
    app_of(osei)
    client.force_login(osei)
    refused = Page(client.post(reverse("mfa_deactivate_totp")))
    assert "This is your only second factor." in refused.text
    assert Authenticator.objects.filter(user=osei).exists()


def test_the_last_passkey_stays_where_one_is_needed(client, osei):
    key = Passkey(osei).kept()
    client.force_login(osei)
    refused = Page(client.post(reverse("mfa_remove_webauthn", args=[key.pk])))
    assert "This is your only second factor." in refused.text
    app_of(osei)
    client.post(reverse("mfa_remove_webauthn", args=[key.pk]))
    assert [each.type for each in Authenticator.objects.all()] == ["totp"]


def test_nobody_removes_the_passkey_of_somebody_else(client, osei):
    key = Passkey(osei).kept()
    client.force_login(member(ClinicFactory(is_demo=True)))
    assert client.post(reverse("mfa_remove_webauthn", args=[key.pk])).status_code == 404
    assert Authenticator.objects.filter(pk=key.pk).exists()


@pytest.mark.parametrize(
    "page", ["mfa_activate_totp", "mfa_add_webauthn", "mfa_generate_recovery_codes"]
)
def test_factors_are_changed_by_who_proved_a_moment_ago_who_they_are(client, osei, page):
    client.force_login(osei)
    has_shown(client, osei, ago=301)
    answer = client.get(reverse(page))
    assert answer["Location"].startswith("/accounts/reauthenticate/?next=")


def test_who_has_a_second_factor_proves_themselves_by_that_and_not_by_the_password(client, osei):
    app_of(osei)
    client.force_login(osei)
    has_shown(client, osei, ago=301)
    assert client.get(reverse("mfa_add_webauthn"))["Location"].startswith(
        "/accounts/2fa/reauthenticate/"
    )
    refused = client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    assert refused["Location"] == "/accounts/2fa/reauthenticate/"


@pytest.mark.usefixtures("own_database")
def test_setting_up_an_app_ends_the_other_sessions_and_is_told(client, osei, mailoutbox):
    other = Client()
    other.force_login(osei)
    client.force_login(osei)
    key = re.search(r'class="key">(\w+)<', Page(client.get(reverse("mfa_activate_totp"))).html)[1]
    client.post(reverse("mfa_activate_totp"), {"code": code_of(key)})
    assert other.get("/patients/")["Location"].startswith("/accounts/login/")
    assert client.get("/patients/").status_code == 200
    assert [(mail.to, mail.subject) for mail in mailoutbox] == [
        (["osei@example.org"], "[localhost] Authenticator app set up")
    ]
    assert "change your password at once" in mailoutbox[0].body


# Kept encrypted


def test_what_is_kept_of_an_app_and_of_codes_does_not_hold_their_secrets(osei):
    key = app_of(osei)
    RecoveryCodes.activate(osei)
    kept = [json.dumps(each.data) for each in Authenticator.objects.order_by("pk")]
    assert key not in kept[0]
    seed = json.loads(kept[1])["seed"]
    assert re.fullmatch(r"gAAAA[\w=-]+", seed)


def test_what_waits_in_a_session_while_an_app_is_set_up_is_encrypted_too(client, osei):
    client.force_login(osei)
    key = re.search(r'class="key">(\w+)<', Page(client.get(reverse("mfa_activate_totp"))).html)[1]
    assert client.session["mfa.totp.secret"] == key
    assert key not in Session.objects.get().session_data


def test_a_new_key_is_put_first_and_the_old_one_goes_after_the_command(osei, settings, capsys):
    old, new = "o" * 40, "n" * 40
    settings.FACTOR_KEYS = [old]
    code = code_of(app_of(osei))
    codes = RecoveryCodes.activate(osei).get_unused_codes()
    settings.FACTOR_KEYS = [new, old]

    call_command("reseal_factors")

    settings.FACTOR_KEYS = [new]
    found = {each.type: each.wrap() for each in Authenticator.objects.all()}
    assert found["totp"].validate_code(code)
    assert found["recovery_codes"].get_unused_codes() == codes
    assert "2 secrets" in capsys.readouterr().out


def test_a_secret_that_no_key_opens_lets_nobody_in(client, osei, settings, caplog):
    code = code_of(app_of(osei))
    settings.FACTOR_KEYS = ["another" * 8]
    by_password(client, osei)
    assert by_code(client, code).status_code == 200
    assert client.get("/patients/").status_code == 302
    assert "FACTOR_KEYS: none of them opens" in caplog.text


def test_a_sealed_secret_is_sealed_otherwise_each_time():
    assert secret.seal("abc") != secret.seal("abc")
    assert secret.unseal(secret.seal("abc")) == "abc"


# Lost


def test_lost_factors_are_taken_away_sessions_end_and_the_person_is_told(osei, mailoutbox):
    app_of(osei)
    RecoveryCodes.activate(osei)
    clinic = osei.memberships.get().clinic
    administrator = member(clinic, Role.ADMINISTRATOR, name="H. Moreau")
    client = Client()
    client.force_login(osei)

    actions.reset_factors(person=osei, reason="Lost telephone", by=administrator)

    assert not Authenticator.objects.filter(user=osei).exists()
    assert client.get("/patients/")["Location"].startswith("/accounts/login/")
    assert "By H. Moreau." in mailoutbox[0].body
    by_password(client, osei)
    assert client.get("/patients/")["Location"] == SET_UP


def test_the_command_takes_lost_factors_away_and_is_logged(osei, caplog, capsys):
    app_of(osei)
    call_command("reset_factors", "--email", "OSEI@example.org", *ON_RECORD)
    act = Act.objects.get()
    assert (act.kind, act.person, act.by, act.by_name, act.reason) == (
        ActKind.FACTORS_RESET,
        osei,
        None,
        "J. Root",
        "Lost telephone",
    )
    assert not Authenticator.objects.exists()
    assert f"Second factors of person {osei.pk} taken away by a command" in caplog.text
    assert "osei" not in caplog.text
    assert AccountNotice.objects.get().kind == NoticeKind.FACTORS_RESET


def test_the_command_names_an_address_that_nobody_has(osei):
    with pytest.raises(CommandError, match=r"Nobody signs in as other@example\.org"):
        call_command("reset_factors", "--email", "other@example.org", *ON_RECORD)


def test_the_command_says_so_where_there_is_nothing_to_take_away(osei):
    with pytest.raises(CommandError, match="They have no second factor"):
        call_command("reset_factors", "--email", "osei@example.org", *ON_RECORD)
    assert not Act.objects.exists()
    assert not AccountNotice.objects.exists()


def test_a_new_password_by_e_mail_keeps_the_second_factor(client, osei, mailoutbox):
    app_of(osei)
    client.post(reverse("account_reset_password"), {"email": osei.email})
    link = re.search(r"http://testserver(\S+)", mailoutbox[0].body)[1]
    form = client.get(link)["Location"]
    new = "seven herons over the mud"
    client.post(form, {"password1": new, "password2": new})

    assert by_password(client, osei, password=new)["Location"] == CODE
    assert client.get("/patients/").status_code == 302


def test_only_the_password_is_proved_by_a_session_without_a_factor(client, osei):
    client.force_login(osei)
    has_shown(client, osei, PASSWORD_ALONE)
    assert client.get("/")["Location"] == SET_UP
