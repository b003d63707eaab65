"""What finds room: a thumb beside another box, a long profession in the bar."""

from django.urls import reverse

from access.models import User
from tests.e2e.browser import sign_in
from titration.models import IntakeReport

THUMB = 44  # pixels: WCAG 2.2, 2.5.5


def test_boxes_of_the_days_are_as_large_as_a_thumb(page, demonstration) -> None:
    sign_in(page, demonstration, User.objects.get(name="J. Lind"))
    page.set_viewport_size({"width": 390, "height": 844})
    regimen = IntakeReport.objects.first().regimen_id
    page.goto(demonstration + reverse("intake-grid", args=[regimen]))

    sizes = page.locator("table.days label").evaluate_all(
        "(labels) => labels.map((label) => label.getBoundingClientRect())"
        ".map(({width, height}) => Math.min(width, height))"
    )

    assert len(sizes) >= 14
    assert min(sizes) >= THUMB


def test_the_bar_is_one_line_whatever_the_profession_is(page, demonstration) -> None:
    doctor = User.objects.get(name="Dr P. Banerjee")
    doctor.profession = "consultant in rehabilitation medicine and in the palliation of spasticity"
    doctor.save()
    sign_in(page, demonstration, doctor)
    page.goto(demonstration)

    assert page.locator(".top").bounding_box()["height"] < 2 * THUMB
