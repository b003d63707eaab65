"""Sending a form to an action, with what the ledger refuses said on the form."""

from http import HTTPStatus
from typing import cast

from django.http import QueryDict
from django.utils.translation import gettext as _

from ledger.writing import SubmissionConflict
from titration.forms.submission import SubmissionForm
from titration.policies import RuleBroken


def attempt(form: SubmissionForm, action, **asked):
    """What the action recorded; none when a rule refused it, and then the form says which.

    The form is valid and keeps what was typed. AlreadySuperseded and ChangedMeanwhile go on to the
    view: they have pages of their own.
    """
    try:
        return action(submission=form.cleaned_data["submission"], **asked)
    except RuleBroken as rule:
        form.break_rule(rule)
    except SubmissionConflict as conflict:
        sent_before(form, conflict)
    return None


def sent_before(form: SubmissionForm, conflict: SubmissionConflict) -> None:
    """Say on the form that it recorded something else when it was sent first."""
    form.status = HTTPStatus.CONFLICT
    form.add_error(
        None,
        _(
            "This form was sent before with other content, which entry %(number)s holds. "
            "Open the page anew to record something else."
        )
        % {"number": f"{conflict.entry.number:,}"},
    )


def read_anew(form: SubmissionForm, **hidden: object) -> None:
    """Let the form, as typed, be sent again over what is recorded now: `entry` or `seen`."""
    data = cast(QueryDict, form.data).copy()
    for name, value in hidden.items():
        data[form.add_prefix(name)] = str(value)
    form.data = data


def status_of(form: SubmissionForm) -> int:
    """The status of a page that shows the form again with what is wrong with it."""
    refused = form.status != HTTPStatus.OK
    return form.status if refused else HTTPStatus.UNPROCESSABLE_ENTITY
