"""The one page of every act of administration: what is about to happen, a form, a button."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

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
        try:
            action(**form.asked(), **about, by=request.user)
        except RuleBroken as rule:
            form.break_rule(rule)
        else:
            if page.done:
                messages.success(request, page.done)
            return redirect(page.back)
    is_refused = request.method == "POST" and form.errors
    status = HTTPStatus.UNPROCESSABLE_ENTITY if is_refused else HTTPStatus.OK
    return render(request, "access/act.html", {"form": form, "page": page}, status=status)
