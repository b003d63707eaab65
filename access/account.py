"""What happens to somebody's account: they are told, sessions end, lost factors are taken away.

Nothing here decides who may: the caller has asked its policy.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from allauth.core.internal import ratelimit
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.cache import cache
from django.core.mail import send_mail
from django.db import transaction
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from access import browsers
from access.models import AccountNotice, NoticeKind, Session, User
from access.wording import moment_words

log = logging.getLogger(__name__)

FROM = "from"
"""In a session: the browser and the address that its person signed in from."""
ONCE_IN = 24 * 60 * 60
"""Seconds within which a person is told once of wrong codes after their password."""
SHOWN = timedelta(days=90)
"""How far back the account page lists what happened."""


def tell(
    user: User, kind: NoticeKind, request: HttpRequest | None = None, by: User | None = None
) -> AccountNotice:
    """Write down what happened, for the next page that the person opens, and send an e-mail.

    `by` is who did it where it was somebody else. An e-mail that cannot be sent stops nothing: the
    notice stands.
    """
    notice = put_down(user, kind, request, by)
    send(notice)
    return notice


def wrong_code(user: User, request: HttpRequest) -> None:
    """Somebody knew the password and no code: the third time within a day the person is told.

    They mistype the two that ACCOUNT_RATE_LIMITS lets pass themselves; whoever guesses, however
    slowly, is told of once a day, not thirty times.
    """
    counted = ratelimit.consume(
        request, app="allauth.account", action="wrong_codes", key=str(user.pk)
    )
    if counted is None and cache.add(f"wrong-codes-told:{user.pk}", True, timeout=ONCE_IN):
        tell(user, NoticeKind.WRONG_CODES, request)


def put_down(
    user: User, kind: NoticeKind, request: HttpRequest | None = None, by: User | None = None
) -> AccountNotice:
    """As `tell`, without the e-mail: for inside a write, which waits for no mail server."""
    place = browsers.where(request) if request is not None else {"browser": "", "address": ""}
    with transaction.atomic():
        notice = AccountNotice.objects.create(user=user, kind=kind, by=by, **place)
        User.objects.filter(pk=user.pk).update(has_notices=True)
    return notice


def send(notice: AccountNotice) -> None:
    """The e-mail about what `put_down` wrote."""
    site = settings.ALLOWED_HOSTS[0]
    what = notice.get_kind_display()
    context = {
        "what": what,
        "at": moment_words(notice.at, ZoneInfo("UTC")),
        "where": where_words(notice),
        "current_site": {"domain": site},
    }
    body = render_to_string("account/email/notice.txt", context)
    try:
        send_mail(f"[{site}] {what}", body, None, [notice.user.email])
    except OSError:
        log.exception("The e-mail about a change to an account could not be sent.")


def where_words(notice: AccountNotice) -> str:
    """Where it was done, or by whom where that was somebody else."""
    if notice.browser:
        return browsers.place_words(notice.browser, notice.address)
    if notice.by is not None:
        return _("By %(name)s.") % {"name": notice.by}
    return _("By a command on the server.")


def seen(user: User) -> None:
    """The person has seen what they were told, up to now."""
    with transaction.atomic():
        AccountNotice.objects.filter(user=user, seen_at=None).update(seen_at=timezone.now())
        User.objects.filter(pk=user.pk).update(has_notices=False)


def end_sessions(user: User, keep: str | None = None) -> int:
    """End what a person is signed in to, but for the session with the key `keep`. How many."""
    ended, _kinds = Session.objects.filter(user=user).exclude(session_key=keep).delete()
    return ended


def end_session(user: User, name: str) -> bool:
    """End the one of a person's sessions that `name_of` calls so; whether there was one."""
    for key in Session.objects.filter(user=user).values_list("session_key", flat=True):
        if constant_time_compare(name_of(key), name):
            Session.objects.filter(session_key=key).delete()
            return True
    return False


def name_of(key: str | None) -> str:
    """What a session is called on a page: its key itself would open it."""
    return salted_hmac("access.account.session", key or "").hexdigest()[:24]


def take_factors(user: User) -> int:
    """Take away authenticator app, passkeys and recovery codes: how many there were.

    Their sessions end, and they set up anew at the next sign-in, by their password. Whoever calls
    it, access.actions.reset_factors, puts it on record and tells them.
    """
    with transaction.atomic():
        taken, _kinds = Authenticator.objects.filter(user=user).delete()
        end_sessions(user)
    return taken


@dataclass
class OpenSession:
    """A browser in which a person is signed in; `last` is when they did something, to a minute."""

    name: str
    browser: str
    address: str
    began: datetime
    last: datetime


def open_sessions(user: User) -> list[OpenSession]:
    """The person's sessions that are not over, the newest first."""
    now = timezone.now()
    found = []
    for row in Session.objects.filter(user=user, expire_date__gt=now):
        data: dict[str, Any] = row.get_decoded()
        place = data.get(FROM, {})
        began = datetime.fromtimestamp(data.get("began", 0), tz=now.tzinfo)
        last = row.expire_date - timedelta(seconds=settings.SESSION_IDLE)
        found.append(
            OpenSession(
                name_of(row.session_key),
                place.get("browser", ""),
                place.get("address", ""),
                began,
                max(began, last),
            )
        )
    return sorted(found, key=lambda each: each.began, reverse=True)


def recent_notices(user: User) -> list[AccountNotice]:
    """What happened to the account lately, the newest first; what is not seen yet stands too."""
    since = timezone.now() - SHOWN
    found = AccountNotice.objects.filter(user=user, at__gt=since).select_related("by")
    return list(found.order_by("-at")[:20])
