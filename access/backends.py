"""Who is at the keyboard: read anew for each request, together with where they belong."""

from allauth.account.auth_backends import AuthenticationBackend

from access.models import User


class ByEmail(AuthenticationBackend):
    """By e-mail address and password; in capitals too, and as slowly for an unknown address."""

    def get_user(self, user_id: int) -> User | None:
        """The person of a session with their open memberships, which every page asks for too.

        None for one who may no longer sign in.
        """
        user = User.objects.with_memberships(user_id)
        return user if user is not None and user.is_active else None
