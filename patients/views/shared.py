"""How a page of a patient is reached, how a form of a person says what an action refused, and from
which entry down a history is shown."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from access import policies
from access.signed_in import SignedInRequest
from ledger import moments, writing
from patients import actions, presenters, wording
from patients.forms import AlikeForm, IdentityForm
from patients.models import Patient


def reach(request: SignedInRequest, patient: UUID, action: str) -> Patient:
    """The patient, for somebody who may do this: 404 outside their clinics, 403 inside."""
    visible = Patient.objects.visible_to(request.user).select_related("clinic")
    person = get_object_or_404(visible, pk=patient)
    policies.check(request.user, person.clinic, action)
    if action == policies.RECORD:
        writing.check_not_erased(person.pk)
        moments.refuse(request.GET.get("known"))
    return person


def before_number(request: SignedInRequest) -> int | None:
    """The number of the entry below which a page of a history begins; None for the newest."""
    before = request.GET.get("before", "")
    # What a number column holds.
    return int(before) if len(before) < 19 and before.isascii() and before.isdecimal() else None


@contextmanager
def telling(form: IdentityForm) -> Iterator[None]:
    """A rule that the action finds broken is told in the form; what was typed stays in it."""
    try:
        yield
    except actions.Unfit as error:
        form.tell(error.problems)
    except actions.ProbableDuplicate as error:
        form.ask_about(error.patients)
    except actions.NothingChanged:
        form.add_error(None, _("This is what is recorded already. Nothing was recorded anew."))
    except (writing.AlreadySuperseded, writing.SubmissionConflict) as error:
        form.overtaken(error.entry)


def with_alike(form: AlikeForm) -> dict[str, Any]:
    """The context of a page with a form, after its access event."""
    alike = presenters.rows(form.alike)
    form.offer((row.patient, wording.somebody_else_words(row.name, row.born)) for row in alike)
    return {"form": form, "alike": presenters.table_body(alike), "rows": alike}
