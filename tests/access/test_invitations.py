"""Inviting somebody: a link that works once, and a password that nobody else has seen."""

import re
from datetime import timedelta
from smtplib import SMTPException

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from access import actions
from access.actions import LinkIsDead
from access.models import Act, Clinic, Invitation, Membership, Role, User
from access.policies import RuleBroken
from tests.factories import PASSWORD, ClinicFactory, member
from tests.pages import Page

pytestmark = pytest.mark.django_db

ADDRESS = "new@example.org"


@pytest.fixture
def clinic() -> Clinic:
    return ClinicFactory.create(name="Riverside")


@pytest.fixture
def by(clinic) -> User:
    return member(clinic, Role.ADMINISTRATOR, name="H. Moreau")


def invited(clinic, by, **said) -> tuple[Invitation, str]:
    asked = {"email": ADDRESS, "name": "N. Ewe", "role": Role.RECORDER, **said}
    return actions.invite(clinic=clinic, by=by, **asked)


def opened(client, secret: str):
    """The page that the link leads to."""
    return client.get(reverse("invited-link", args=[secret]), follow=True)


def set_password(client, secret: str, password: str = PASSWORD, again: str | None = None):
    opened(client, secret)
    return client.post(
        reverse("invited"), {"password": password, "password_again": again or password}
    )


def people() -> tuple:
    return (
        list(User.objects.order_by("pk").values()),
        list(Membership.objects.order_by("pk").values()),
        list(Invitation.objects.order_by("pk").values()),
        Act.objects.count(),
    )


def test_the_invited_set_a_password_of_their_own_and_have_the_role(client, clinic, by):
    _invitation, secret = invited(clinic, by, profession="nurse", reason="Ward 3")
    page = Page(opened(client, secret))
    assert "Riverside" in page.text
    assert "H. Moreau" in page.text
    assert secret not in page.html
    assert set_password(client, secret).url == reverse("account_login")
    person = User.objects.get(email=ADDRESS)
    assert person.check_password(PASSWORD)
    assert (person.name, person.profession) == ("N. Ewe", "nurse")
    assert person.roles_by_clinic == {clinic.pk: {Role.RECORDER}}
    assert [(act.kind, act.by) for act in Act.objects.order_by("pk")] == [
        ("invited", by),
        ("joined", person),
    ]


def test_opening_the_link_uses_nothing_up(client, clinic, by):
    _invitation, secret = invited(clinic, by)
    before = people()
    for _each in range(3):
        assert opened(client, secret).status_code == 200
    assert people() == before


def test_the_secret_is_kept_nowhere(clinic, by):
    invitation, secret = invited(clinic, by)
    kept = [str(value) for row in (invitation, Act.objects.get()) for value in vars(row).values()]
    assert not any(secret in value for value in kept)


def test_a_link_works_once(client, clinic, by):
    _invitation, secret = invited(clinic, by)
    set_password(client, secret)
    before = people()
    assert opened(client, secret).status_code == 404
    with pytest.raises(LinkIsDead):
        actions.join_anew(secret=secret, password="another long password")
    assert people() == before


def wrong_links(clinic, by) -> dict[str, str]:
    _one, replaced = invited(clinic, by, email="a@example.org")
    actions.invite_again(invitation=_one, by=by)
    withdrawn, gone = invited(clinic, by, email="b@example.org")
    actions.withdraw(invitation=withdrawn, by=by)
    old, late = invited(clinic, by, email="c@example.org")
    Invitation.objects.filter(pk=old.pk).update(expires_at=timezone.now())
    other = member(clinic, Role.ADMINISTRATOR)
    _shut, of_the_shut = invited(clinic, other, email="d@example.org")
    actions.shut(person=other, reason="x", by=by)
    leaver = member(clinic, Role.ADMINISTRATOR)
    _left, of_the_leaver = invited(clinic, leaver, email="e@example.org")
    actions.end_role(membership=leaver.memberships.get(), by=by)
    return {
        "replaced": replaced,
        "withdrawn": gone,
        "too late": late,
        "of somebody shut out": of_the_shut,
        "of somebody who left": of_the_leaver,
        "never one": "x" * 43,
    }


def test_a_link_that_no_longer_stands_leads_nowhere(client, clinic, by):
    links = wrong_links(clinic, by)
    before = people()
    for why, secret in links.items():
        assert opened(client, secret).status_code == 404, why
        assert client.get(reverse("invited")).status_code == 404, why
        with pytest.raises(LinkIsDead):
            actions.join_anew(secret=secret, password=PASSWORD)
    assert people() == before


def test_a_link_that_dies_while_the_page_is_open_makes_no_account(client, clinic, by):
    invitation, secret = invited(clinic, by)
    opened(client, secret)
    actions.withdraw(invitation=invitation, by=by)
    before = people()
    assert set_password(client, secret).status_code == 404
    assert people() == before


@pytest.mark.parametrize(
    ("password", "again", "words"),
    [
        ("short", None, "too short"),
        ("1q2w3e4r5t6y", None, "tried first"),
        ("n. ewe example", None, "too similar"),
        (PASSWORD, "another battery staple", "differ"),
        ("", None, "Fill this in."),
    ],
)
def test_a_bad_password_is_said_beside_its_field(client, clinic, by, password, again, words):
    _invitation, secret = invited(clinic, by)
    before = people()
    page = Page(set_password(client, secret, password, again))
    assert page.status == 422
    assert words in str(page.errors)
    assert people() == before


def test_a_long_password_counts_whole(client, clinic, by):
    _invitation, secret = invited(clinic, by)
    long = "a b c d e f g h " * 9
    set_password(client, secret, long)
    person = User.objects.get(email=ADDRESS)
    assert person.check_password(long)
    assert not person.check_password(long[:-1])


def test_whoever_has_an_account_signs_in_and_joins(client, clinic, by):
    person = member(ClinicFactory(), email=ADDRESS)
    _invitation, secret = invited(clinic, by)
    assert "You have an account" in Page(opened(client, secret)).text
    client.force_login(person)
    opened(client, secret)
    client.post(reverse("invited"))
    assert User.objects.get(pk=person.pk).roles_by_clinic[clinic.pk] == {Role.RECORDER}


def test_the_address_of_somebody_who_is_shut_out_is_no_way_in(client, clinic, by):
    person = member(ClinicFactory(), email=ADDRESS, is_active=False)
    _invitation, secret = invited(clinic, by)
    before = people()
    set_password(client, secret)
    assert people() == before
    person.refresh_from_db()
    assert not person.is_active


def test_an_invitation_is_for_nobody_else(client, clinic, by):
    _invitation, secret = invited(clinic, by)
    other = member(ClinicFactory())
    client.force_login(other)
    before = people()
    assert "Somebody else is signed in" in Page(set_password(client, secret)).text
    with pytest.raises(PermissionDenied):
        actions.join(secret=secret, by=other)
    assert people() == before


@pytest.mark.parametrize("email", ["moreau@example.org", "MOREAU@Example.org"])
def test_nobody_invites_themselves(clinic, email):
    by = member(clinic, Role.ADMINISTRATOR, email="moreau@example.org")
    before = people()
    with pytest.raises(PermissionDenied, match="another administrator"):
        invited(clinic, by, email=email)
    assert people() == before


def test_nobody_takes_an_invitation_that_they_sent(clinic):
    """Their address was another one when they sent it."""
    by = member(clinic, Role.ADMINISTRATOR, email="moreau@example.org")
    _invitation, secret = invited(clinic, by)
    User.objects.filter(pk=by.pk).update(email=ADDRESS)
    by.refresh_from_db()
    before = people()
    with pytest.raises(PermissionDenied, match="another administrator"):
        actions.join(secret=secret, by=by)
    assert people() == before


def test_an_administrator_of_another_clinic_invites_nobody(clinic):
    before = people()
    with pytest.raises(PermissionDenied):
        invited(clinic, member(ClinicFactory(), Role.ADMINISTRATOR))
    assert User.objects.count() == len(before[0]) + 1
    assert not Invitation.objects.exists()


def test_hours_count_from_when_they_join(clinic, by):
    _invitation, secret = invited(clinic, by, hours=8, reason="Locum")
    person = actions.join_anew(secret=secret, password=PASSWORD)
    held = person.memberships.get()
    assert held.until - held.started_at == timedelta(hours=8)
    assert held.reason == "Locum"


def test_somebody_who_belongs_is_not_invited(clinic, by):
    member(clinic, email=ADDRESS)
    before = people()
    with pytest.raises(RuleBroken, match="belong to the clinic already"):
        invited(clinic, by)
    assert people() == before


def test_nobody_is_invited_twice(clinic, by):
    invited(clinic, by)
    before = people()
    with pytest.raises(RuleBroken, match="invited already"):
        invited(clinic, by)
    assert people() == before


def test_somebody_whose_link_ran_out_is_invited_anew(clinic, by):
    old, _secret = invited(clinic, by)
    Invitation.objects.filter(pk=old.pk).update(expires_at=timezone.now())
    _invitation, secret = invited(clinic, by)
    assert actions.standing(secret).email == ADDRESS


# The administrator's page


def typed(**said) -> dict[str, str]:
    return {"email": ADDRESS, "name": "N. Ewe", "role": "viewer", **said}


def sent(client, **said):
    form = Page(client.get(reverse("person-invite"))).form
    return client.post(reverse("person-invite"), {**form.values, **typed(**said)}, follow=True)


def link_in(message) -> str:
    return re.search(r"http://testserver/invited/([\w-]+)/", message.body)[1]


def test_the_link_goes_to_the_invited_and_no_administrator_sees_it(client, clinic, by):
    client.force_login(by)
    response = sent(client)
    [message] = mail.outbox
    assert message.to == [ADDRESS]
    assert "Riverside" in message.subject
    secret = link_in(message)
    assert secret not in response.content.decode()
    assert "on its way to new@example.org" in Page(response).text
    client.logout()
    set_password(client, secret)
    assert User.objects.filter(email=ADDRESS).exists()


def test_a_mail_server_that_fails_is_said_and_shows_no_link(client, clinic, by, monkeypatch):
    def fail(**_message):
        raise SMTPException

    monkeypatch.setattr("access.actions.invitations.send_mail", fail)
    client.force_login(by)
    page = Page(sent(client))
    assert "manage.py invite --email new@example.org" in page.text
    assert "Not sent" in page.text
    assert "/invited/" not in page.html


def test_the_same_form_twice_invites_once(client, clinic, by):
    client.force_login(by)
    form = Page(client.get(reverse("person-invite"))).form
    for _each in range(2):
        client.post(reverse("person-invite"), {**form.values, **typed()})
    assert Invitation.objects.count() == 1
    assert len(mail.outbox) == 1


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"email": "nonsense"}, "email"),
        ({"name": " "}, "name"),
        ({"role": "owner"}, "role"),
        ({"hours": "0", "reason": "x"}, "hours"),
        ({"hours": "745", "reason": "x"}, "hours"),
        ({"hours": "8"}, "reason"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_invites_nobody(client, clinic, by, said, field):
    client.force_login(by)
    page = Page(sent(client, **said))
    assert page.status == 422
    assert list(page.errors) == [field]
    assert page.values["name"] == typed(**said)["name"].strip() or field == "name"
    assert not Invitation.objects.exists()
    assert mail.outbox == []


def test_a_new_link_is_sent_and_the_one_before_is_dead(client, clinic, by):
    client.force_login(by)
    sent(client)
    client.post(reverse("invitation-again", args=[Invitation.objects.get().pk]))
    first, second = (link_in(message) for message in mail.outbox)
    assert actions.standing(second)
    with pytest.raises(LinkIsDead):
        actions.standing(first)


def test_a_withdrawn_invitation_is_gone_from_the_page(client, clinic, by):
    invitation, _secret = invited(clinic, by)
    client.force_login(by)
    page = client.post(reverse("invitation-withdraw", args=[invitation.pk]), follow=True)
    assert "its link is dead" in Page(page).text
    assert ADDRESS not in Page(client.get(reverse("person-list"))).text


# The command


def test_the_command_prints_a_link_for_the_first_administrator(client, clinic, capsys):
    call_command(
        "invite", email=ADDRESS, name="N. Ewe", role="administrator", by="R. Root", why="Begin"
    )
    [secret] = re.findall(r"/invited/([\w-]+)/", capsys.readouterr().out)
    set_password(client, secret)
    assert User.objects.get(email=ADDRESS).roles_by_clinic == {clinic.pk: {Role.ADMINISTRATOR}}
    assert Act.objects.order_by("pk").first().by_name == "R. Root"


def test_the_command_prints_a_new_link_of_what_waits(clinic, by, capsys):
    _invitation, old = invited(clinic, by)
    call_command("invite", email=ADDRESS, by="R. Root", why="No mail")
    [secret] = re.findall(r"/invited/([\w-]+)/", capsys.readouterr().out)
    assert actions.standing(secret).name == "N. Ewe"
    with pytest.raises(LinkIsDead):
        actions.standing(old)


def test_the_command_asks_for_what_a_new_invitation_needs(clinic):
    with pytest.raises(CommandError, match="--name and --role"):
        call_command("invite", email=ADDRESS, by="R. Root", why="Begin")
    assert not Invitation.objects.exists()


def test_the_command_opens_a_clinic_on_record():
    call_command(
        "open_clinic", name="Hill", time_zone="Europe/Rome", by="R. Root", why="New contract"
    )
    clinic = Clinic.objects.get()
    assert (clinic.name, clinic.time_zone) == ("Hill", "Europe/Rome")
    assert Act.objects.get().clinic == clinic


@pytest.mark.parametrize(
    "said", [{"time_zone": "Mars/North"}, {"name": " "}, {"name": "Riverside"}]
)
def test_the_command_opens_no_clinic_of_a_wrong_kind(clinic, said):
    asked = {"name": "Hill", "time_zone": "Europe/Rome", "by": "R. Root", "why": "x", **said}
    with pytest.raises(CommandError):
        call_command("open_clinic", **asked)
    assert Clinic.objects.count() == 1
