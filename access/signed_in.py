"""What a view is given: a request with somebody behind it."""

from django.http import HttpRequest

from access.models import User


class SignedInRequest(HttpRequest):
    """The type of every request past SignInMiddleware, which lets nobody else through."""

    user: User
