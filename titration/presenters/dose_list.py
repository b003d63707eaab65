"""A dose as written, as finished HTML: a template would place each of its words."""

from collections.abc import Sequence
from typing import Protocol

from django.utils.safestring import SafeString

from patients.finished import NOTHING, html
from titration import wording

WHOLE = """<dl class="slots">{lines}{sum}
</dl>"""
LINE = """
<div>
<dt>{label}</dt>
<dd>{amount}</dd>{detail}
</div>"""
DETAIL = """
<dd class="detail">{detail}</dd>"""
SUM = """
<div class="sum">
<dt>{label}</dt>
<dd>{total}</dd>
</div>"""


class Dose(Protocol):
    """A line for each component and, where there is one, their total under its label."""

    @property
    def lines(self) -> Sequence[wording.DoseLine]: ...

    @property
    def total_label(self) -> str: ...

    @property
    def total(self) -> str: ...


def dose_list(dose: Dose) -> SafeString:
    """The lines of a dose, the total last."""
    lines = (
        html(
            LINE,
            label=label,
            amount=amount,
            detail=html(DETAIL, detail=detail) if detail else NOTHING,
        )
        for label, amount, detail in dose.lines
    )
    total = html(SUM, label=dose.total_label, total=dose.total) if dose.total else NOTHING
    return html(WHOLE, lines=SafeString("".join(lines)), sum=total)
