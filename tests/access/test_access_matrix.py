"""Every address by every role, typed out by hand: an address that nobody listed fails.

The six figures of a row are what a prescriber, a recorder, a viewer, an auditor and an
administrator of the clinic get, and last somebody who belongs to no clinic. For people of another
clinic what has a patient or a medicine in its address is not there; what has none is their own.
"""

import re

import pytest
from django.urls import URLResolver, get_resolver

from access.models import AccessEvent, AccessKind, Role
from ledger.models import Entry
from tests.access.world import NOBODY, ROLES, World, events_of, patients_of

pytestmark = pytest.mark.django_db

# What was sent holds nothing, so a form that may be sent comes back and nothing is recorded.
WORK = {
    "worklist": ("/", "200 200 200 200 200 200", "405 405 405 405 405 405"),
    "changes": ("/changes/", "200 200 200 403 403 403", "405 405 405 405 405 405"),
    "handover": ("/handover/", "200 403 403 403 403 403", "200 403 403 403 403 403"),
    "changes-pdf": ("/changes.pdf", "200 200 200 403 403 403", "405 405 405 405 405 405"),
    "patient-list": ("/patients/", "200 200 200 403 403 403", "302 302 302 403 403 403"),
    "patient-new": ("/patients/new/", "200 200 403 403 403 403", "200 200 403 403 403 403"),
    "newcomer-new": ("/patients/new/import/", "200 200 403 403 403 403", "422 422 403 403 403 403"),
    "newcomer-read-back": (
        "/patients/new/import/read-back/",
        "302 302 403 403 403 403",
        "302 302 403 403 403 403",
    ),
    "newcomer-known": (
        "/patients/new/import/known/",
        "405 405 405 405 405 405",
        "400 400 403 403 403 403",
    ),
    "newcomer-put-aside": (
        "/patients/new/import/put-aside/",
        "405 405 405 405 405 405",
        "302 302 403 403 403 403",
    ),
    "patient": ("/patients/{patient}/", "200 200 200 403 403 404", "405 405 405 405 405 405"),
    "patient-edit": (
        "/patients/{patient}/edit/",
        "200 200 403 403 403 404",
        "200 200 403 403 403 404",
    ),
    "patient-history": (
        "/patients/{patient}/history/",
        "200 200 200 403 403 404",
        "405 405 405 405 405 405",
    ),
    "patient-context": (
        "/patients/{patient}/context/",
        "200 200 200 403 403 404",
        "405 405 405 405 405 405",
    ),
    "patient-context-edit": (
        "/patients/{patient}/context/edit/",
        "200 200 403 403 403 404",
        "200 200 403 403 403 404",
    ),
    "patient-context-confirm": (
        "/patients/{patient}/context/confirm/",
        "405 405 405 405 405 405",
        "302 302 403 403 403 404",
    ),
    "patient-context-history": (
        "/patients/{patient}/context/history/",
        "200 200 200 403 403 404",
        "405 405 405 405 405 405",
    ),
    "same-person-list": (
        "/patients/{patient}/same-person/",
        "200 200 200 403 403 404",
        "405 405 405 405 405 405",
    ),
    "same-person-new": (
        "/patients/{patient}/same-person/new/",
        "200 200 403 403 403 404",
        "302 302 403 403 403 404",
    ),
    "same-person-retract": (
        "/same-person/{link}/retract/",
        "200 200 403 403 403 404",
        "200 200 403 403 403 404",
    ),
    "transfer-list": (
        "/patients/{patient}/transfers/",
        "200 200 200 403 403 404",
        "405 405 405 405 405 405",
    ),
    "transfer-new": (
        "/patients/{patient}/transfers/new/",
        "200 200 403 403 403 404",
        "422 422 403 403 403 404",
    ),
    "transfer-retract": (
        "/transfers/{transfer}/retract/",
        "200 200 403 403 403 404",
        "422 422 403 403 403 404",
    ),
    "offer-list": ("/transfers/", "200 200 403 403 403 403", "405 405 405 405 405 405"),
    "offer": (
        "/transfers/{offer}/",
        "200 200 403 403 403 404",
        "422 422 403 403 403 404",
    ),
    "offer-decline": (
        "/transfers/{offer}/decline/",
        "200 200 403 403 403 404",
        "422 422 403 403 403 404",
    ),
    "patient-access": (
        "/patients/{patient}/access/",
        "200 403 403 200 200 404",
        "405 405 405 405 405 405",
    ),
    "audit": ("/audit/", "403 403 403 200 200 403", "403 403 403 200 200 403"),
    "audit-csv": ("/audit/export.csv", "403 403 403 200 200 403", "405 405 405 405 405 405"),
    "patient-export": (
        "/patients/{patient}/export/",
        "200 200 200 403 403 404",
        "405 405 405 405 405 405",
    ),
    "patient-pdf": (
        "/patients/{patient}/export.pdf",
        "200 200 200 403 403 404",
        "405 405 405 405 405 405",
    ),
    "patient-handover": (
        "/patients/{patient}/handover.pdf",
        "200 200 200 403 403 404",
        "405 405 405 405 405 405",
    ),
    "patient-csv": (
        "/patients/{patient}/export.csv",
        "200 200 200 403 403 404",
        "405 405 405 405 405 405",
    ),
    "patient-tables": (
        "/patients/{patient}/export.zip",
        "200 200 200 403 403 404",
        "405 405 405 405 405 405",
    ),
    "patient-fhir": (
        "/patients/{patient}/export.fhir.json",
        "200 200 200 403 403 404",
        "405 405 405 405 405 405",
    ),
    "patient-context-csv": (
        "/patients/{patient}/context.csv",
        "200 200 200 403 403 404",
        "405 405 405 405 405 405",
    ),
    "import-new": (
        "/patients/{patient}/import/",
        "200 200 403 403 403 404",
        "422 422 403 403 403 404",
    ),
    "import-columns": (
        "/patients/{patient}/import/columns/",
        "200 200 403 403 403 404",
        "422 422 403 403 403 404",
    ),
    "import-read-back": (
        "/patients/{patient}/import/read-back/",
        "302 302 403 403 403 404",
        "302 302 403 403 403 404",
    ),
    "import-record": (
        "/patients/{patient}/import/record/",
        "302 302 403 403 403 404",
        "302 302 403 403 403 404",
    ),
    "import-progress": (
        "/import/progress/",
        "200 200 200 200 200 200",
        "405 405 405 405 405 405",
    ),
    "import-put-aside": (
        "/patients/{patient}/import/put-aside/",
        "405 405 405 405 405 405",
        "302 302 403 403 403 404",
    ),
    "patient-known": (
        "/patients/{patient}/known/",
        "200 200 200 403 403 404",
        "405 405 405 405 405 405",
    ),
    "medicine-list": ("/medicines/", "200 200 200 403 200 403", "405 405 405 405 405 405"),
    "medicine-new": ("/medicines/new/", "403 403 403 403 200 403", "403 403 403 403 200 403"),
    "medicine": ("/medicines/{medicine}/", "200 200 200 403 200 404", "405 405 405 405 405 405"),
    "medicine-edit": (
        "/medicines/{medicine}/edit/",
        "403 403 403 403 200 404",
        "403 403 403 403 200 404",
    ),
    "carry-put-down": ("/carry/put-down/", "405 405 405 405 405 405", "302 302 302 302 302 302"),
    "regimen-new": (
        "/patients/{patient}/regimens/new/",
        "200 200 403 403 403 404",
        "200 200 403 403 403 404",
    ),
    "regimen": ("/regimens/{regimen}/", "200 200 200 403 403 404", "405 405 405 405 405 405"),
    "regimen-edit": (
        "/regimens/{regimen}/edit/",
        "200 200 403 403 403 404",
        "200 200 403 403 403 404",
    ),
    "regimen-history": (
        "/regimens/{regimen}/history/",
        "200 200 200 403 403 404",
        "405 405 405 405 405 405",
    ),
    "regimen-retract": (
        "/regimens/{regimen}/retract/",
        "200 200 403 403 403 404",
        "200 200 403 403 403 404",
    ),
    "pump": ("/regimens/{regimen}/pump/", "200 200 200 403 403 404", "405 405 405 405 405 405"),
    "pump-event-new": (
        "/regimens/{regimen}/pump/new/",
        "200 200 403 403 403 404",
        "422 422 403 403 403 404",
    ),
    "pump-event-correct": (
        "/pump-events/{event}/correct/",
        "200 200 403 403 403 404",
        "422 422 403 403 403 404",
    ),
    "pump-event-retract": (
        "/pump-events/{event}/retract/",
        "200 200 403 403 403 404",
        "200 200 403 403 403 404",
    ),
    "measure-list": ("/measures/", "200 200 200 403 200 403", "405 405 405 405 405 405"),
    "measure-new": ("/measures/new/", "403 403 403 403 200 403", "403 403 403 403 200 403"),
    "measure-starting-list": (
        "/measures/starting-list/",
        "405 405 405 405 405 405",
        "403 403 403 403 404 403",
    ),
    "measure": ("/measures/{measure}/", "200 200 200 403 200 404", "405 405 405 405 405 405"),
    "measure-edit": (
        "/measures/{measure}/edit/",
        "403 403 403 403 200 404",
        "403 403 403 403 200 404",
    ),
    "observation-list": (
        "/patients/{patient}/observations/",
        "200 200 200 403 403 404",
        "405 405 405 405 405 405",
    ),
    "observation-new": (
        "/patients/{patient}/observations/new/",
        "200 200 403 403 403 404",
        "200 200 403 403 403 404",
    ),
    "observation": (
        "/observations/{observation}/",
        "200 200 200 403 403 404",
        "405 405 405 405 405 405",
    ),
    "observation-correct": (
        "/observations/{observation}/correct/",
        "200 200 403 403 403 404",
        "200 200 403 403 403 404",
    ),
    "observation-retract": (
        "/observations/{observation}/retract/",
        "200 200 403 403 403 404",
        "200 200 403 403 403 404",
    ),
    "side-effect-new": (
        "/patients/{patient}/side-effects/new/",
        "200 200 403 403 403 404",
        "200 200 403 403 403 404",
    ),
    "side-effect": (
        "/side-effects/{effect}/",
        "200 200 200 403 403 404",
        "405 405 405 405 405 405",
    ),
    "side-effect-correct": (
        "/side-effects/{effect}/correct/",
        "200 200 403 403 403 404",
        "200 200 403 403 403 404",
    ),
    "side-effect-ended": (
        "/side-effects/{effect}/ended/",
        "200 200 403 403 403 404",
        "200 200 403 403 403 404",
    ),
    "side-effect-retract": (
        "/side-effects/{effect}/retract/",
        "200 200 403 403 403 404",
        "200 200 403 403 403 404",
    ),
    "review-new": (
        "/regimens/{regimen}/reviews/new/",
        "200 200 403 403 403 404",
        "200 200 403 403 403 404",
    ),
    "review": (
        "/reviews/{review}/",
        "200 200 403 403 403 404",
        "200 200 403 403 403 404",
    ),
    "intake": (
        "/regimens/{regimen}/intake/",
        "200 200 200 403 403 404",
        "405 405 405 405 405 405",
    ),
    "intake-new": (
        "/regimens/{regimen}/intake/new/",
        "200 200 403 403 403 404",
        "200 200 403 403 403 404",
    ),
    "intake-grid": (
        "/regimens/{regimen}/intake/days/",
        "200 200 403 403 403 404",
        "200 200 403 403 403 404",
    ),
    "intake-report": (
        "/intake/{report}/",
        "200 200 200 403 403 404",
        "405 405 405 405 405 405",
    ),
    "intake-correct": (
        "/intake/{report}/correct/",
        "200 200 403 403 403 404",
        "200 200 403 403 403 404",
    ),
    "intake-retract": (
        "/intake/{report}/retract/",
        "200 200 403 403 403 404",
        "200 200 403 403 403 404",
    ),
    "contact-list": (
        "/patients/{patient}/contacts/",
        "200 200 200 403 403 404",
        "405 405 405 405 405 405",
    ),
    "contact-new": (
        "/patients/{patient}/contacts/new/",
        "200 200 403 403 403 404",
        "200 200 403 403 403 404",
    ),
    "visit": (
        "/patients/{patient}/visit/",
        "200 200 403 403 403 404",
        "422 422 403 403 403 404",
    ),
    "contact": (
        "/contacts/{contact}/",
        "200 200 200 403 403 404",
        "405 405 405 405 405 405",
    ),
    "contact-correct": (
        "/contacts/{contact}/correct/",
        "200 200 403 403 403 404",
        "200 200 403 403 403 404",
    ),
    "contact-retract": (
        "/contacts/{contact}/retract/",
        "200 200 403 403 403 404",
        "200 200 403 403 403 404",
    ),
    "plan-new": (
        "/regimens/{regimen}/plans/new/",
        "200 200 403 403 403 404",
        "422 422 403 403 403 404",
    ),
    "plan-edit": (
        "/plans/{draft}/edit/",
        "200 200 403 403 403 404",
        "400 400 403 403 403 404",
    ),
    "plan-paste": (
        "/plans/{draft}/paste/",
        "200 200 403 403 403 404",
        "422 422 403 403 403 404",
    ),
    "plan-discard": (
        "/plans/{draft}/discard/",
        "200 200 403 403 403 404",
        "400 400 403 403 403 404",
    ),
    "step-new": (
        "/regimens/{regimen}/steps/new/",
        "200 200 403 403 403 404",
        "422 422 403 403 403 404",
    ),
    "step-correct": (
        "/steps/{step}/correct/",
        "200 200 403 403 403 404",
        "422 422 403 403 403 404",
    ),
    "step-retract": (
        "/steps/{step}/retract/",
        "200 200 403 403 403 404",
        "200 200 403 403 403 404",
    ),
    "step-confirm": (
        "/steps/{step}/confirm/",
        "405 405 405 405 405 405",
        "302 403 403 403 403 404",
    ),
    "step-dispute": (
        "/steps/{step}/dispute/",
        "405 405 405 405 405 405",
        "302 403 403 403 403 404",
    ),
    "plan": ("/plans/{plan}/", "200 200 200 403 403 404", "405 405 405 405 405 405"),
    "plan-calendar": (
        "/plans/{plan}/calendar.pdf",
        "200 200 200 403 403 404",
        "405 405 405 405 405 405",
    ),
    "plan-ical": (
        "/plans/{plan}/calendar.ics",
        "200 200 200 403 403 404",
        "405 405 405 405 405 405",
    ),
    "plan-issue": (
        "/plans/{plan}/issue/",
        "200 200 403 403 403 404",
        "200 200 403 403 403 404",
    ),
    "issue": ("/issues/{issue}/", "200 200 200 403 403 404", "405 405 405 405 405 405"),
    "issue-retract": (
        "/issues/{issue}/retract/",
        "200 200 403 403 403 404",
        "200 200 403 403 403 404",
    ),
    "issue-told": (
        "/issues/{issue}/told/",
        "200 200 403 403 403 404",
        "200 200 403 403 403 404",
    ),
    "calendar-text-list": (
        "/calendar-texts/",
        "200 200 200 403 200 403",
        "405 405 405 405 405 405",
    ),
    "calendar-text-new": (
        "/calendar-texts/new/",
        "403 403 403 403 200 403",
        "403 403 403 403 200 403",
    ),
    "calendar-text": (
        "/calendar-texts/{text}/",
        "200 200 200 403 200 404",
        "405 405 405 405 405 405",
    ),
    "calendar-text-edit": (
        "/calendar-texts/{text}/edit/",
        "403 403 403 403 200 404",
        "403 403 403 403 200 404",
    ),
    "plan-sign": (
        "/plans/{draft}/sign/",
        "200 403 403 403 403 404",
        "422 403 403 403 403 404",
    ),
    "plan-paused": (
        "/plans/{plan}/event/paused/",
        "200 403 403 403 403 404",
        "422 403 403 403 403 404",
    ),
    "plan-resumed": (  # it goes on already
        "/plans/{plan}/event/resumed/",
        "302 403 403 403 403 404",
        "422 403 403 403 403 404",
    ),
    "plan-continued": (
        "/plans/{plan}/event/continued/",
        "302 403 403 403 403 404",
        "422 403 403 403 403 404",
    ),
    "plan-withdrawn": (
        "/plans/{plan}/event/withdrawn/",
        "200 403 403 403 403 404",
        "422 403 403 403 403 404",
    ),
    "plan-completed": (
        "/plans/{plan}/event/completed/",
        "200 403 403 403 403 404",
        "422 403 403 403 403 404",
    ),
}

# Nothing was sent, so nothing is done; what needs no more than the address is done, and undone.
PEOPLE = {
    "person-list": ("/people/", "403 403 403 403 200 403", "405 405 405 405 405 405"),
    "person-invite": ("/people/invite/", "403 403 403 403 200 403", "403 403 403 403 200 403"),
    "person": ("/people/{person}/", "403 403 403 403 200 404", "405 405 405 405 405 405"),
    "person-edit": (
        "/people/{person}/edit/",
        "403 403 403 403 200 404",
        "403 403 403 403 200 404",
    ),
    "person-grant": (
        "/people/{person}/roles/new/",
        "403 403 403 403 200 404",
        "403 403 403 403 200 404",
    ),
    "person-shut": (
        "/people/{person}/shut/",
        "403 403 403 403 200 404",
        "403 403 403 403 200 404",
    ),
    "person-sign-out": (
        "/people/{person}/sign-out/",
        "405 405 405 405 405 405",
        "403 403 403 403 302 404",
    ),
    "person-factors": (
        "/people/{person}/factors/",
        "403 403 403 403 200 404",
        "403 403 403 403 200 404",
    ),
    "membership-change": (
        "/roles/{membership}/change/",
        "403 403 403 403 200 404",
        "403 403 403 403 200 404",
    ),
    "membership-end": (
        "/roles/{membership}/end/",
        "403 403 403 403 200 404",
        "403 403 403 403 200 404",
    ),
    "invitation-again": (
        "/invitations/{invitation}/again/",
        "405 405 405 405 405 405",
        "403 403 403 403 302 404",
    ),
    "invitation-withdraw": (
        "/invitations/{invitation}/withdraw/",
        "405 405 405 405 405 405",
        "403 403 403 403 302 404",
    ),
    "clinic": ("/clinics/{clinic}/", "403 403 403 403 200 404", "403 403 403 403 200 404"),
    "acts": ("/audit/administration/", "403 403 403 200 200 403", "405 405 405 405 405 405"),
}
WORK |= PEOPLE

# For whoever it is; what a signed-in person gets and what an anonymous visitor gets, by GET.
OTHERS = {
    "health": ("/health/", 200, 200),
    "invited": ("/invited/", 404, 404),
    "invited-link": ("/invited/nothing-like-it/", 404, 404),
    "account": ("/accounts/", 200, 302),
    "account_second_factor": ("/accounts/second-factor/", 302, 302),
    "account_go_on": ("/accounts/second-factor/go-on/", 302, 302),
    "account_end_sessions": ("/accounts/sessions/end/", 405, 302),
    "account_notices_seen": ("/accounts/seen/", 405, 302),
    "account_stay": ("/accounts/stay/", 405, 302),
    "account_passkey_question": ("/accounts/passkey/question/", 405, 302),
    "account_login": ("/accounts/login/", 302, 200),
    "account_logout": ("/accounts/logout/", 200, 302),
    "account_signup": ("/accounts/signup/", 302, 200),
    "account_inactive": ("/accounts/inactive/", 200, 200),
    "account_reauthenticate": ("/accounts/reauthenticate/", 200, 302),
    "account_change_password": ("/accounts/password/change/", 200, 302),
    "account_reset_password": ("/accounts/password/reset/", 200, 200),
    "account_reset_password_done": ("/accounts/password/reset/done/", 200, 200),
    "account_reset_password_from_key": ("/accounts/password/reset/key/1-x/", 200, 200),
    "account_reset_password_from_key_done": ("/accounts/password/reset/key/done/", 200, 200),
    "mfa_index": ("/accounts/2fa/", 302, 302),
    "mfa_authenticate": ("/accounts/2fa/authenticate/", 302, 302),
    "mfa_reauthenticate": ("/accounts/2fa/reauthenticate/", 302, 302),
    "mfa_activate_totp": ("/accounts/2fa/totp/activate/", 200, 302),
    "mfa_deactivate_totp": ("/accounts/2fa/totp/deactivate/", 404, 302),
    "mfa_view_recovery_codes": ("/accounts/2fa/recovery-codes/", 404, 302),
    "mfa_generate_recovery_codes": ("/accounts/2fa/recovery-codes/generate/", 200, 302),
    "mfa_list_webauthn": ("/accounts/2fa/webauthn/", 302, 302),
    "mfa_add_webauthn": ("/accounts/2fa/webauthn/add/", 200, 302),
    "mfa_remove_webauthn": ("/accounts/2fa/webauthn/keys/1/remove/", 404, 302),
    "mfa_login_webauthn": ("/accounts/2fa/webauthn/login/", 302, 302),
    "mfa_reauthenticate_webauthn": ("/accounts/2fa/webauthn/reauthenticate/", 302, 302),
}


def routes(resolver=None, prefix: str = "/"):
    """(name, path with its converters) of every address that the service answers."""
    for pattern in (resolver or get_resolver()).url_patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern, path)
        else:
            yield pattern.name or "", path


def ours() -> dict[str, str]:
    return {name: path for name, path in routes() if not path.startswith("/admin/")}


def test_every_address_is_listed():
    assert set(ours()) == set(WORK) | set(OTHERS)


@pytest.mark.parametrize("name", WORK)
def test_a_listed_address_is_the_one_it_says(name):
    path, _get, _post = WORK[name]
    assert re.sub("<(?:uuid|int):[a-z]+>", "{}", ours()[name]) == re.sub("{[a-z]+}", "{}", path)


ASKED_OFTEN = ("import-progress", "get")  # several times a second, of nobody: leaves no event


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("name", WORK)
def test_each_role_gets_what_is_written_here_and_leaves_one_event(browser_of, world, name, method):
    path, by_get, by_post = WORK[name]
    expected = (by_get if method == "get" else by_post).split()
    count = Entry.objects.count()
    got, left = [], {}
    for role in ROLES:
        send = getattr(browser_of(world.people[role]), method)
        left[role] = events_of(lambda: got.append(status_of(send(world.address(path)))))  # noqa: B023
    assert dict(zip(ROLES, got, strict=True)) == dict(zip(ROLES, expected, strict=True))
    assert Entry.objects.count() == count
    for role, status in zip(ROLES, got, strict=True):
        if (name, method) == ASKED_OFTEN:
            assert left[role] == []
        else:
            [event] = left[role]
            assert (event.route, event.method) == (name, method.upper())
            tells_who_asked_for_whom(event, world, role, path, status)


def status_of(response) -> str:
    response.getvalue()
    return str(response.status_code)


def tells_who_asked_for_whom(event: AccessEvent, world: World, role: str, path: str, status: str):
    assert event.user == world.people[role]
    assert (event.kind == AccessKind.REFUSED) == (status in ("403", "404"))
    is_of_a_patient = any(part in path for part in ("{patient}", "{regimen}", "{step}"))
    if status in ("200", "422", "403", "404") and is_of_a_patient:
        assert patients_of(event) == {world.patient}
    is_strangers = role == NOBODY and (status == "405" or "{" not in path)
    is_senders = "{offer}" in path or (path == WORK["offer-list"][0] and status == "200")
    clinic = world.offer.patient.clinic if is_senders else world.clinic
    assert event.clinic == (None if is_strangers else clinic)


OF_NO_PATIENT = ("{medicine}", "{measure}", "{text}", "{clinic}", "{person}", "{membership}")


def records(name: str) -> bool:
    """Whether it is a page of a patient that a viewer may not open, as those that record are."""
    path, by_get, _post = WORK[name]
    is_of_patient = "{" in path and not any(part in path for part in OF_NO_PATIENT)
    prescriber, _recorder, viewer, auditor = by_get.split()[:4]
    return is_of_patient and prescriber in ("200", "302") and viewer == auditor == "403"


@pytest.mark.parametrize("name", list(filter(records, WORK)))
def test_a_page_that_records_is_not_shown_as_known_earlier(browser_of, world, name):
    address = world.address(WORK[name][0])
    client = browser_of(world.people[Role.PRESCRIBER])
    answer = client.get(address, {"known": world.step.entry.number})
    assert answer.status_code == 400
    assert "This page writes in today’s record." in answer.text


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("name", [name for name in WORK if "{" in WORK[name][0]])
def test_nothing_of_another_clinic_is_there(browser_of, strangers, world, name, method):
    path, by_get, by_post = WORK[name]
    is_method_known = "405" not in (by_get if method == "get" else by_post)
    for person in strangers.values():
        response = getattr(browser_of(person), method)(world.address(path))
        assert response.status_code == (404 if is_method_known else 405)


@pytest.mark.parametrize("name", WORK)
def test_the_anonymous_are_sent_to_sign_in(client, world, name):
    address = world.address(WORK[name][0])
    for method in (client.get, client.post, client.put, client.delete):
        response = method(address)
        assert response.status_code == 302
        assert response.url.startswith("/accounts/login/")


@pytest.mark.parametrize("name", WORK)
def test_no_other_method_is_known(browser_of, world, name):
    client = browser_of(world.people[Role.PRESCRIBER])
    address = world.address(WORK[name][0])
    for method in (client.put, client.patch, client.delete):
        assert method(address).status_code == 405


@pytest.mark.parametrize("name", WORK)
def test_ended_memberships_open_nothing(browser_of, world, name):
    path, by_get, _post = WORK[name]
    person = world.people[Role.PRESCRIBER]
    membership = person.memberships.get()
    membership.ended_at = membership.started_at
    membership.save()
    answer = browser_of(person).get(world.address(path))
    assert answer.status_code == int(by_get.split()[-1])


@pytest.mark.parametrize("name", OTHERS)
def test_what_is_nobodys_data_answers_as_written_here(client, world, name):
    address, signed_in, anonymous = OTHERS[name]
    assert client.get(address).status_code == anonymous
    client.force_login(world.people[Role.VIEWER])
    assert client.get(address).status_code == signed_in


def test_the_admin_is_for_support_staff(client, world):
    addresses = [path for _name, path in routes() if path.startswith("/admin/")]
    assert len(addresses) > 10
    for person in (None, world.people[Role.ADMINISTRATOR], world.people[Role.PRESCRIBER]):
        if person:
            client.force_login(person)
        for path in addresses:
            address = re.sub(r"<[^>]*>|\(\?P<[^)]*\)|\^|\$", "1", path)
            assert client.get(address).status_code in (302, 403, 404), address
