"""A written dose in the boxes of its form: sent back as it was laid out, it is the same dose."""

from dataclasses import replace

from django.http import HttpResponse, QueryDict
from django.template.loader import render_to_string
from hypothesis import assume, example, given, settings

from tests.pages import Page
from tests.titration import doses
from tests.titration.doses import amount, times
from titration.dosing import Component, Timing
from titration.forms.dosage import dosage_formset
from titration.forms.written_rows import row_of

NEEDED = replace(
    times(None, "503"), as_needed=True, maximum=amount("3", "g"), maximum_times=5, maximum_hours=24
)
ONCE_NEEDED = replace(NEEDED, timing=Timing("once"), as_needed_for="agitation")


def sent_back(parts: tuple[Component, ...], kind: str) -> tuple[Component, ...]:
    """What the form reads once a browser sends what it shows."""
    rows = [row_of(part, with_amount=True) for part in parts]
    shown = dosage_formset(kind=kind, units=["mg"], initial=rows)
    html = "".join(
        render_to_string("titration/_component_row.html", {"row": row, "single": kind == "single"})
        for row in shown.forms
    )
    [form] = Page(HttpResponse(f"<form>{shown.management_form}{html}</form>")).forms
    data = QueryDict(mutable=True)
    for name, value in form.values.items():
        data.setlist(name, value if isinstance(value, list) else [value])
    read = dosage_formset(data=data, kind=kind, units=["mg"])
    assert read.is_valid(), read.errors
    return read.components(None)


def as_typed(part: Component) -> Component:
    """Without the spaces at the ends of its texts, which no form keeps."""
    names = ("as_needed_for", "strengths", "product", "calculation", "instruction")
    return replace(part, **{name: getattr(part, name).strip() for name in names})


@given(doses.doses)
@example((NEEDED,))
@example((ONCE_NEEDED,))
@settings(max_examples=max(15, settings.default.max_examples // 10))
def test_a_written_dose_that_is_laid_out_and_sent_back_is_the_same(parts):
    singles = {part.timing.kind == "once" for part in parts}
    assume(len(singles) == 1)
    typed = tuple(map(as_typed, parts))
    assert sent_back(typed, "single" if True in singles else "dose") == typed


def test_the_unit_of_a_maximum_is_that_of_the_dose_unless_one_is_chosen():
    own = replace(NEEDED, maximum=amount("2011"))
    row = row_of(own, with_amount=True)
    data = {f"components-0-{name}": value for name, value in row.items()}
    data |= {"components-TOTAL_FORMS": 1, "components-INITIAL_FORMS": 0}
    for chosen, unit in (("", "mg"), ("g", "g")):
        read = dosage_formset(
            data=data | {"components-0-maximum_unit": chosen}, kind="dose", units=["mg"]
        )
        assert read.is_valid(), read.errors
        assert [part.maximum for part in read.components(None)] == [amount("2011", unit)]
