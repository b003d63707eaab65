"""What is worked out from a clinic's time zone, and is made anew when the clinic gets another.

This app knows no record: apps above register, from AppConfig.ready, what they keep of that kind.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from access.models import Clinic

Follower = Callable[["Clinic"], object]
followers: list[Follower] = []


def register(follower: Follower) -> None:
    """Have `follower` called, inside the write, with a clinic whose time zone has changed."""
    if follower not in followers:
        followers.append(follower)


def changed(clinic: "Clinic") -> None:
    """Tell every follower."""
    for follower in followers:
        follower(clinic)
