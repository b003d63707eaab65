"""Steps withdrawn because they belong elsewhere, held in the session until entered there.

Only their identities are held, in the order of their moments. They leave with the session, so the
next person at a shared computer carries nothing.
"""

from collections.abc import Iterable

from django.http import HttpRequest

from access.policies import RECORD, clinics_of
from titration.models import DoseStep

KEY = "carry"


def put(request: HttpRequest, steps: Iterable[DoseStep]) -> None:
    """Carry these steps, instead of what was carried before."""
    held = sorted(steps, key=lambda step: step.effective.order)
    request.session[KEY] = [str(step.pk) for step in held]


def carried(request: HttpRequest) -> list[DoseStep]:
    """The steps that the person carries, in order; only of clinics where they record."""
    held = request.session.get(KEY)
    if not held:
        return []
    steps = DoseStep.objects.filter(regimen__clinic__in=clinics_of(request.user, RECORD))
    found = {str(step.pk): step for step in steps.filter(pk__in=held)}
    return [found[key] for key in held if key in found]


def copied_step(request: HttpRequest) -> DoseStep | None:
    """The carried step that `?copy=` names; none when it names no carried one."""
    wanted = request.GET.get("copy")
    return next((step for step in carried(request) if str(step.pk) == wanted), None)


def drop(request: HttpRequest, step: DoseStep) -> None:
    """Carry this step no longer: it was entered where it belongs."""
    held = [key for key in request.session.get(KEY, []) if key != str(step.pk)]
    if held:
        request.session[KEY] = held
    else:
        put_down(request)


def put_down(request: HttpRequest) -> None:
    """Carry nothing any longer."""
    request.session.pop(KEY, None)
