"""The account page: factors, sessions and what happened, as finished strings."""

from collections.abc import Iterable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from allauth.mfa.models import Authenticator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from access.account import OpenSession, where_words
from access.browsers import place_words
from access.models import AccountNotice, User
from access.wording import moment_words


def zone_of(user: User) -> ZoneInfo:
    """The clock that a person reads: that of their first clinic, else UTC."""
    held = user.memberships.open().order_by("pk").select_related("clinic").first()
    return held.clinic.zone if held else ZoneInfo("UTC")


@dataclass
class Passkey:
    pk: int
    name: str
    when: str


@dataclass
class Factors:
    """What a person has; `app` says since when, `codes` how many are left, "" for none."""

    passkeys: list[Passkey]
    app: str
    codes: str
    are_few: bool


def factors(found: Iterable[Authenticator], zone: ZoneInfo) -> Factors:
    by_type: dict[str, list[Authenticator]] = {}
    for each in found:
        by_type.setdefault(each.type, []).append(each)
    codes = by_type.get(Authenticator.Type.RECOVERY_CODES, [])
    left = len(codes[0].wrap().get_unused_codes()) if codes else 0
    words = ngettext("%(count)s code is left.", "%(count)s codes are left.", left) % {"count": left}
    apps = by_type.get(Authenticator.Type.TOTP, [])
    return Factors(
        [
            Passkey(each.pk, each.wrap().name, since(each, zone))
            for each in by_type.get(Authenticator.Type.WEBAUTHN, [])
        ],
        since(apps[0], zone) if apps else "",
        words if codes else "",
        bool(codes) and left < 3,
    )


def since(factor: Authenticator, zone: ZoneInfo) -> str:
    """When it was set up and when it was last used."""
    words = {"added": moment_words(factor.created_at, zone)}
    if factor.last_used_at is None:
        return _("Set up on %(added)s, not used since.") % words
    words["used"] = moment_words(factor.last_used_at, zone)
    return _("Set up on %(added)s, last used on %(used)s.") % words


@dataclass
class SessionRow:
    name: str
    where: str
    began: str
    last: str
    is_this: bool


def sessions(found: Iterable[OpenSession], this: str, zone: ZoneInfo) -> list[SessionRow]:
    return [
        SessionRow(
            each.name,
            place_words(each.browser, each.address),
            moment_words(each.began, zone),
            moment_words(each.last, zone),
            each.name == this,
        )
        for each in found
    ]


@dataclass
class NoticeRow:
    at: str
    what: str
    where: str
    is_new: bool


def notices(found: Iterable[AccountNotice], zone: ZoneInfo) -> list[NoticeRow]:
    return [
        NoticeRow(
            moment_words(each.at, zone),
            str(each.get_kind_display()),
            where_words(each),
            not each.seen_at,
        )
        for each in found
    ]
