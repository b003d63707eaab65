"""What the prescriber named in a step says of it: that it is theirs, or that it is not."""

from collections.abc import Callable
from uuid import UUID, uuid5

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from access import addresses
from access.signed_in import SignedInRequest
from ledger.models import Record
from ledger.writing import AlreadySuperseded, SubmissionConflict
from patients import transferred
from patients.models import PatientStatus
from patients.wording import on_words
from titration import actions
from titration.forms.steps import DisputeForm
from titration.models import DoseStep
from titration.policies import RuleBroken
from titration.views.steps import step_to_record


@require_POST
def step_confirm(request: SignedInRequest, step: UUID) -> HttpResponse:
    """The named prescriber confirms a step that somebody else typed: one click.

    A text is confirmed once, so its own identity numbers the form: a second click is the same
    submission and answers as the first.
    """
    return _answered(request, step, "confirmation", actions.confirm_step, _("Confirmed."))


@require_POST
def step_dispute(request: SignedInRequest, step: UUID) -> HttpResponse:
    """The named prescriber says that a step is not what they decided: one click, words or none.

    Numbered like a confirmation.
    """
    form = DisputeForm(request.POST)
    done = _("Disputed. The entry stands as it is until it is corrected or withdrawn.")
    if not form.is_valid():
        found = step_to_record(request, step, confirms=True)
        for words in form.errors.get("says", ()):
            messages.error(request, str(words))
        return redirect(_way_back(request, found))
    return _answered(
        request, step, "dispute", actions.dispute_step, done, says=form.cleaned_data["says"]
    )


def _answered(
    request: SignedInRequest, line: UUID, name: str, act: Callable[..., Record], done: str, **said
) -> HttpResponse:
    """What the named prescriber says of a step, and the way back with what came of it."""
    found = step_to_record(request, line, confirms=True)
    try:
        if str(found.pk) != request.POST.get("entry"):
            raise AlreadySuperseded(found.entry)
        act(step=found, by=request.user, submission=uuid5(found.pk, name), **said)
    except RuleBroken as rule:
        messages.error(request, rule.message)
    except AlreadySuperseded:
        messages.error(request, _("Somebody changed this entry first. Read it again below."))
    except SubmissionConflict:
        messages.error(request, _("You said this of the entry already, in other words."))
    else:
        messages.success(request, done)
        _tell_of_another_clinic(request, found)
    return redirect(_way_back(request, found))


def _tell_of_another_clinic(request: SignedInRequest, step: DoseStep) -> None:
    """Who went to another clinic has their record there too, which this does not reach."""
    patient = step.regimen.patient
    acceptance = transferred.accepted([patient.pk]).get(patient.pk)
    if acceptance is not None and patient.card.version.status != PatientStatus.HERE:
        words = _("%(clinic)s has the record as it was on %(on)s, without this. Tell them.")
        said = {"clinic": acceptance.to_name, "on": on_words(acceptance.entry)}
        messages.warning(request, words % said)


def _way_back(request: SignedInRequest, step: DoseStep) -> str:
    """The list that the button stood in, when it says so, else the step's regimen."""
    asked = addresses.of_ours(request.POST.get("back", ""))
    return asked or reverse("regimen", args=[step.regimen_id])
