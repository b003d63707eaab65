"""Addresses that a request brings along, of the page to go back to: ours, or none."""

from django.utils.http import url_has_allowed_host_and_scheme


def of_ours(asked: str) -> str:
    """The address when it is one of this service, written from its root; "" for anything else."""
    is_ours = asked.startswith("/") and url_has_allowed_host_and_scheme(asked, allowed_hosts=None)
    return asked if is_ours else ""
