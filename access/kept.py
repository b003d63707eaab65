"""What somebody typed while their session ended waits in the browser's next one for the sign-in.

An anonymous browser that sends one of our forms is sent to sign in. What it sent is put into the
session that begins with that answer, so that only the same browser gets it back: on the page that
it was typed on, once. Opening any other page first drops it. Nothing of it is in an address.

Only for a browser in which somebody has signed in before (access.browsers): a stranger stores
nothing here.
"""

from collections.abc import Callable

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.http.response import HttpResponseBase

from access import browsers

KEY = "kept-form"
LONGEST = 64 * 1024
"""Characters. A form of ours is shorter."""
PROOFS = frozenset({"password", "passkey"})
UNATTENDED = "X-Unattended"
"""The header of what a page sends by itself, with nobody at the keyboard."""


def keep(request: HttpRequest) -> None:
    """Keep what was sent, if it is one of our forms: those carry a submission. Never a password.

    A form that carries one, as a signature does, is filled in anew.
    """
    typed = request.POST.copy()
    typed.pop("csrfmiddlewaretoken", None)
    if PROOFS & set(typed):
        return
    text = typed.urlencode()
    if browsers.is_known(request) and "submission" in typed and len(text) <= LONGEST:
        request.session[KEY] = [request.get_full_path(), text]


def give_back(request: HttpRequest) -> QueryDict | None:
    """What was kept of the form on this page, once; None where nothing was.

    For pages that are opened: what is sent now stands, and the page says that it came back.
    """
    path, text = request.session.get(KEY, ("", ""))
    if request.method != "GET" or path != request.get_full_path():
        return None
    del request.session[KEY]
    request.is_given_back = True  # type: ignore[attr-defined]
    return QueryDict(text)


def drop_elsewhere(request: HttpRequest) -> None:
    """Drop what was kept when another page than its own is opened, but one of signing in."""
    match = request.resolver_match
    if match is not None and match.route.startswith("accounts/"):
        return
    if KEY in request.session and request.session[KEY][0] != request.get_full_path():
        del request.session[KEY]


class SignInMiddleware(LoginRequiredMiddleware):
    """Lets nobody in unsigned; what they had typed when their session ended is not lost."""

    def process_view(
        self,
        request: HttpRequest,
        view_func: Callable[..., HttpResponseBase],
        view_args: tuple[object, ...],
        view_kwargs: dict[str, object],
    ) -> HttpResponseBase | None:
        if request.user.is_authenticated and getattr(view_func, "login_required", True):
            drop_elsewhere(request)
        return super().process_view(request, view_func, view_args, view_kwargs)

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        if request.user.is_authenticated and UNATTENDED not in request.headers:
            request.session.extend()  # type: ignore[attr-defined]
        return response

    def handle_no_permission(
        self, request: HttpRequest, view_func: Callable[..., HttpResponseBase]
    ) -> HttpResponseRedirect:
        if request.method == "POST":
            keep(request)
        return super().handle_no_permission(request, view_func)
