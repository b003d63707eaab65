"""Who is at the keyboard: read anew for each request, together with where they belong."""

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.backends import BaseBackend, ModelBackend

from access.models import User


class WithMemberships(BaseBackend):
    """Reads the person and their open memberships at once: every page asks for both."""

    def get_user(self, user_id: int) -> User | None:
        """The person of a session; None for one who may no longer sign in."""
        user = User.objects.with_memberships(user_id)
        return user if user is not None and user.is_active else None


class ByEmail(WithMemberships, ModelBackend):
    """Django's own way of signing in."""


class ByAnyEmail(WithMemberships, AuthenticationBackend):
    """That of allauth, which takes an address in capitals too."""
