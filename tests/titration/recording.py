"""Recording as a person does it: the write page is filled, read back, and confirmed."""

from typing import Any

from django.test import Client

from tests.pages import Page, typed_over

COUNTED = ("TOTAL_FORMS", "INITIAL_FORMS", "MIN_NUM_FORMS", "MAX_NUM_FORMS")


def rows_over(values: dict[str, Any], rows: list[dict[str, Any]]) -> dict[str, Any]:
    """The form's values with these parts of a dose typed in place of those that it shows.

    Each row holds what is typed; its other boxes are emptied. A part that the form shows beyond
    them is removed.
    """
    shown = int(values.get("components-TOTAL_FORMS", 0))
    kept = {
        name: value
        for name, value in values.items()
        if not name.startswith("components-") or name.endswith(COUNTED)
    }
    typed: dict[str, Any] = {"components-TOTAL_FORMS": str(max(shown, len(rows)))}
    for position in range(max(shown, len(rows))):
        row = rows[position] if position < len(rows) else {"DELETE": "on"}
        unit = values.get(f"components-{position}-unit") or values.get("components-0-unit")
        for name, value in {"unit": unit, "days": "every", **row}.items():
            typed[f"components-{position}-{name}"] = value
    return kept | typed


STANDARD = {
    "which_day": "other",
    "on_day": "2",
    "on_month": "3",
    "on_year": "2026",
    "received_how": "in-person",
}


def day(on_day: str, on_month: str, on_year: str, **more: Any) -> dict[str, Any]:
    return {"on_day": on_day, "on_month": on_month, "on_year": on_year, **more}


class Recording:
    """One step on its way through the two screens; `page` is the page that is shown."""

    def __init__(self, client: Client, url: str) -> None:
        self.client = client
        self.url = url
        self.page = Page(client.get(url))

    def send(self, button: tuple[str, str], typed: dict[str, Any] | None = None) -> Page:
        """Press a button of the form, after typing over it."""
        data = typed_over(self.page.values, typed or {})
        self.page = Page(self.client.post(self.url, {**data, button[0]: button[1]}))
        return self.page

    def write(self, *rows: dict[str, Any], **typed: Any) -> Page:
        """Fill in the write page and ask for it to be read back."""
        reason = "start" if "start" in self.page.form.choices["reason"] else "side-effect"
        values = typed_over(self.page.values, {"reason": reason, **STANDARD, **typed})
        if rows:
            values = rows_over(values, list(rows))
        self.page = Page(self.client.post(self.url, {**values, "stage": "review"}))
        return self.page

    def confirm(self) -> Page:
        return self.send(("stage", "confirm"))

    def change(self) -> Page:
        return self.send(("stage", "write"))


def address(regimen, kind: str = "dose") -> str:
    return f"/regimens/{regimen.pk}/steps/new/?kind={kind}"


def record(client: Client, regimen, *rows, kind: str = "dose", **typed) -> Page:
    """Record a step through both screens; returns the page that confirming led to."""
    recording = Recording(client, address(regimen, kind))
    recording.write(*rows, **typed)
    return recording.confirm()
