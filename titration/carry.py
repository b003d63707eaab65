"""Steps withdrawn because they belong elsewhere, held in the session until entered there.

Only their identities are held, in the order of their moments. They leave with the session, so the
next person at a shared computer carries nothing.
"""

from collections.abc import Iterable

from access.policies import RECORD, clinics_of
from access.signed_in import SignedInRequest
from titration.models import DoseStep

KEY = "carry"


def put(request: SignedInRequest, steps: Iterable[DoseStep]) -> None:
    """Carry these steps too, after what is carried already."""
    added = [str(step.pk) for step in sorted(steps, key=lambda step: step.effective.order)]
    request.session[KEY] = list(dict.fromkeys([*request.session.get(KEY, []), *added]))


def held_in(request: SignedInRequest) -> tuple[str, ...]:
    """What the session holds, in order."""
    return tuple(request.session.get(KEY, ()))


def carried(request: SignedInRequest) -> list[DoseStep]:
    """The steps that the person carries, in order; only of clinics where they record."""
    held = held_in(request)
    if not held:
        return []
    steps = DoseStep.objects.filter(regimen__clinic__in=clinics_of(request.user, RECORD))
    found = {str(step.pk): step for step in steps.filter(pk__in=list(held))}
    return [found[key] for key in held if key in found]


def drop(request: SignedInRequest, step: DoseStep) -> None:
    """Carry this step no longer: it was entered where it belongs."""
    held = [key for key in request.session.get(KEY, []) if key != str(step.pk)]
    if held:
        request.session[KEY] = held
    else:
        put_down(request)


def put_down(request: SignedInRequest) -> None:
    """Carry nothing any longer."""
    request.session.pop(KEY, None)
