"""What browsers are told of every answer."""

import re
from base64 import urlsafe_b64decode
from http.cookies import SimpleCookie

import pytest
from django.urls import reverse

from access.models import Role
from config.headers import PERMISSIONS
from tests.factories import ClinicFactory, PatientFactory, UserFactory, member
from tests.test_house import Inline
from tests.test_settings import manage

pytestmark = pytest.mark.django_db

CSP = {
    "default-src": "'none'",
    "object-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
}


@pytest.fixture
def patient():
    return PatientFactory()


def answers(client, patient) -> dict:
    """An answer of every kind: page, refusal, redirect, nobody's page, the admin's."""
    found = {
        "sign in": client.get(reverse("account_login")),
        "health": client.get("/health/"),
        "sent to sign in": client.get("/"),
    }
    client.force_login(member(patient.clinic))
    found |= {
        "patient": client.get(reverse("patient", args=[patient.pk])),
        "pdf": client.get(reverse("patient-pdf", args=[patient.pk])),
        "csv": client.get(reverse("patient-csv", args=[patient.pk])),
        "refused": client.get(reverse("person-list")),
        "not there": client.get("/nothing/"),
        "not answered": client.delete("/"),
    }
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    found["admin"] = client.get("/admin/access/membership/")
    return found


def test_every_answer_carries_them(client, patient):
    for kind, answer in answers(client, patient).items():
        said = answer.headers
        assert said["Cross-Origin-Resource-Policy"] == "same-origin", kind
        assert said["Permissions-Policy"] == PERMISSIONS, kind
        assert said["X-Content-Type-Options"] == "nosniff", kind
        assert said["Referrer-Policy"] == "same-origin", kind
        assert said["Cross-Origin-Opener-Policy"] == "same-origin", kind
        assert said["X-Frame-Options"] == "DENY", kind
        parts = said["Content-Security-Policy"].split("; ")
        assert dict(part.split(" ", 1) for part in parts) == CSP, kind


@pytest.mark.parametrize("is_debugged", [True, False])
def test_only_the_pages_of_errors_under_debug_have_styles_within(client, settings, is_debugged):
    settings.DEBUG = is_debugged
    assert ("Content-Security-Policy" in client.get("/nowhere/").headers) is not is_debugged
    assert "Content-Security-Policy" in client.get("/accounts/login/").headers


def test_files_carry_them_too(settings):
    """Whitenoise answers for them, and this middleware stands outside of it."""
    order = settings.MIDDLEWARE
    files = order.index("whitenoise.middleware.WhiteNoiseMiddleware")
    assert order.index("config.headers.HeadersMiddleware") < files


def test_nothing_of_a_page_is_kept_by_a_browser(client, patient):
    for kind, answer in answers(client, patient).items():
        if kind in ("patient", "pdf", "csv", "refused", "not there", "not answered", "admin"):
            assert "no-store" in answer.headers["Cache-Control"], kind


def test_the_pages_of_the_admin_hold_nothing_inline(client, patient):
    person = UserFactory(is_staff=True, is_superuser=True)
    client.force_login(person)
    for name in ("", "access/user/", f"access/user/{person.pk}/change/", "access/act/"):
        page = client.get(f"/admin/{name}")
        assert page.status_code == 200
        assert Inline(page.content.decode()).found == [], name


@pytest.mark.parametrize(
    ("typed", "cleared"), [({}, '"cache", "storage"'), ({"next": "/patients/"}, '"cache"')]
)
def test_signing_out_clears_what_the_browser_kept(client, typed, cleared):
    """But for a form that the next person sends: it waits in the store of the page."""
    client.force_login(member(ClinicFactory(), Role.VIEWER))
    assert "Clear-Site-Data" not in client.get("/accounts/logout/").headers
    assert client.post("/accounts/logout/", typed).headers["Clear-Site-Data"] == cleared


def test_cookies_of_the_service_are_of_this_host_alone():
    done = manage(
        "shell",
        "-c",
        "from django.conf import settings as s;"
        "print(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.BROWSER_COOKIE_NAME,"
        " s.TOLD_COOKIE_NAME, s.SESSION_COOKIE_SECURE,"
        " s.CSRF_COOKIE_SECURE, s.SESSION_COOKIE_DOMAIN, s.SESSION_COOKIE_PATH,"
        " s.SESSION_COOKIE_HTTPONLY, s.SESSION_COOKIE_SAMESITE, s.SECURE_HSTS_SECONDS)",
    )
    said = done.stdout.split()[-11:]
    assert said == [
        *("__Host-session", "__Host-csrf", "__Host-signed-in-here", "__Host-told"),
        *("True", "True", "None", "/", "True", "Lax", "31536000"),
    ], done.stderr


def test_no_cookie_names_another_host(client):
    answer = client.get(reverse("account_login"))
    cookies = SimpleCookie(answer.cookies.output(header=""))
    assert cookies
    assert all(not cookie["domain"] and cookie["path"] == "/" for cookie in cookies.values())


def test_what_has_just_happened_is_legible_in_no_cookie(client, settings):
    """A cookie outlives the session, and is read by who has the browser."""
    settings.TOLD_COOKIE_NAME, settings.SESSION_COOKIE_SECURE = "__Host-told", True
    clinic = ClinicFactory()
    person = member(clinic, Role.VIEWER)
    client.force_login(member(clinic, Role.ADMINISTRATOR))
    done = client.post(reverse("person-sign-out", args=[person.pk]))
    [told] = [cookie for name, cookie in done.cookies.items() if name.startswith("__Host-told-")]
    assert "session" not in urlsafe_b64decode(told.value).decode(errors="replace")
    assert [told[name] for name in ("max-age", "path", "samesite", "domain")] == [
        60,
        "/",
        "Lax",
        "",
    ]
    assert told["httponly"]
    assert told["secure"]


def test_nothing_of_a_patient_is_in_an_address_of_the_pages(client, patient):
    client.force_login(member(patient.clinic))
    page = client.get(reverse("patient-list")).content.decode()
    addresses = re.findall(r'(?:href|action|src)="([^"]*)"', page)
    assert addresses
    name = patient.versions.get().family_name
    assert not [address for address in addresses if name.lower() in address.lower()]
