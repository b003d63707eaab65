"""An empty view, one with a signed-in person and a query, one with a signed-in person and a row."""

from uuid import uuid4

from django.contrib.auth import login
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import Group, User
from django.http import HttpRequest, HttpResponse


def empty(request: HttpRequest) -> HttpResponse:
    return HttpResponse("empty")


def sign_in(request: HttpRequest) -> HttpResponse:
    """Signs in the one person there is. Only the bench ever serves this."""
    user, _is_new = User.objects.get_or_create(username="floor")
    Group.objects.get_or_create(name="one")
    # The floor has Django's own person; the type checker knows only ours.
    login(request, user, "django.contrib.auth.backends.ModelBackend")  # type: ignore[arg-type]
    return HttpResponse("signed in")


@login_required
def auth1(request: HttpRequest) -> HttpResponse:
    """Three queries: the session, the person, and one row."""
    return HttpResponse(f"{request.user.get_username()}: {Group.objects.get(name='one').name}")


@login_required
def insert(request: HttpRequest) -> HttpResponse:
    """Three statements: the session, the person, and one new row."""
    return HttpResponse(Group.objects.create(name=uuid4().hex).name)
