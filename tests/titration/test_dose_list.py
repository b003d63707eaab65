"""The lines of a dose as finished HTML."""

from dataclasses import dataclass, field

from django.template import Context
from django.template.loader import engines

from titration.wording import DoseLine


@dataclass
class Dose:
    lines: list[DoseLine] = field(default_factory=list)
    total_label: str = ""
    total: str = ""


def written(dose: Dose) -> str:
    template = engines["django"].engine.from_string("{% load doses %}{% dose_list dose %}")
    return template.render(Context({"dose": dose})).replace("\n", "")


def test_each_part_has_its_line_with_what_was_written_beside_it():
    lines = [DoseLine("Noon", "17 mg", ""), DoseLine("Evening", "19 mg", "product “<A>”")]
    assert written(Dose(lines)) == (
        '<dl class="slots"><div><dt>Noon</dt><dd>17 mg</dd></div>'
        '<div><dt>Evening</dt><dd>19 mg</dd><dd class="detail">product “&lt;A&gt;”</dd></div></dl>'
    )


def test_a_total_comes_last_with_its_label():
    lines = [DoseLine("Three times a day", "17 mg each time", "")]
    assert written(Dose(lines, "Total per day", "51 mg")).endswith(
        '</div><div class="sum"><dt>Total per day</dt><dd>51 mg</dd></div></dl>'
    )
