"""The one page of every act of administration: what is about to happen, a form, a button."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from uuid import UUID, uuid5

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from access.forms.people import ActForm
from access.policies import RuleBroken
from access.signed_in import SignedInRequest


@dataclass
class Page:
    """What the page says. `back` is where it leads to afterwards, and `done` what is said there."""

    heading: str
    submit: str
    back: str
    done: str = ""
    lines: Sequence[str] = ()
    rows: Sequence[tuple[str, str]] = field(default_factory=list)


def carried_out(
    request: SignedInRequest,
    form: ActForm,
    action: Callable[..., Any],
    page: Page,
    **about: Any,
) -> HttpResponse:
    """Do what was asked for and go back; or show the form, with what is wrong beside its fields."""
    if request.method == "POST" and form.is_valid():
        asked = {**form.asked(), "submission": sent_as(request, form)}
        try:
            action(**asked, **about, by=request.user)
        except RuleBroken as rule:
            form.break_rule(rule)
        else:
            if page.done:
                messages.success(request, page.done)
            return redirect(page.back)
    is_refused = request.method == "POST" and form.errors
    status = HTTPStatus.UNPROCESSABLE_ENTITY if is_refused else HTTPStatus.OK
    return render(request, "access/act.html", {"form": form, "page": page}, status=status)


def sent_as(request: SignedInRequest, form: ActForm) -> UUID:
    """The number of what was sent: by this person, on this page, in these words.

    Sent twice it is the same and does its work once. The same form sent otherwise, as after going
    back to it, is another: nothing is taken for done that was not.
    """
    said = [(name, request.POST.getlist(name)) for name in form.fields]
    return uuid5(form.cleaned_data["submission"], repr((request.user.pk, request.path, said)))
