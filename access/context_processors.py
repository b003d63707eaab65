"""What every page knows about the person at the keyboard."""

from django.http import HttpRequest

from access import kept, policies


def person(request: HttpRequest) -> dict[str, object]:
    """`may`: what the person may do somewhere; `in_demo`: a clinic of theirs is a demonstration.

    `session_idle` and `session_left`: seconds to the end of the session if nothing more is done
    than opening this page, and in any case. `is_kept`: somebody sent a form from this browser after
    their session had ended, and it waits for the sign-in.
    """
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        session = getattr(request, "session", {})
        return {"may": {}, "in_demo": False, "is_kept": kept.KEY in session}
    return {
        "may": {
            "view_charts": policies.allows_anywhere(user, policies.VIEW_CHARTS),
            "record": policies.allows_anywhere(user, policies.RECORD),
            "sign": policies.allows_anywhere(user, policies.SIGN),
            "view_catalogue": policies.allows_anywhere(user, policies.VIEW_CATALOGUE),
            "view_audit": policies.allows_anywhere(user, policies.VIEW_AUDIT),
            "manage_people": policies.allows_anywhere(user, policies.MANAGE_PEOPLE),
        },
        "in_demo": user.is_in_demo,
        "session_idle": request.session.idle_left(),  # type: ignore[attr-defined]
        "session_left": request.session.left(),  # type: ignore[attr-defined]
    }
