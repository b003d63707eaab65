"""What a text of the context may hold, and the words for it. No database."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patients import wording
from patients.context import MOST_LINES, TOPICS, Status, TopicText, problems

TODAY = date(2026, 11, 30)
KIDNEY = {"measure": "egfr", "value": "58", "unit": "mL/min/{1.73_m2}", "on": "2026-11-02"}


def found(topic: str, *lines, status: str = "stated") -> list[tuple[int, str, str]]:
    return list(problems(TOPICS[topic], TopicText(status, lines), today=TODAY))


@pytest.mark.parametrize(
    ("topic", "line"),
    [
        ("allergies", {"substance": "penicillin"}),
        ("allergies", {"substance": "latex", "reaction": "rash", "severity": "mild"}),
        ("medicines", {"medicine": "St John’s wort", "dose": "1 a day", "kind": "herbal"}),
        ("kidney", KIDNEY),
        ("setting", {"setting": "hospital", "from": "2026-11-03", "to": "2026-11-03"}),
        ("language", {"language": "Welsh", "interpreter": "needed"}),
    ],
)
def test_a_line_with_what_it_needs_is_well(topic, line):
    assert found(topic, line) == []


@pytest.mark.parametrize(
    ("topic", "line", "problem"),
    [
        ("allergies", {"reaction": "rash"}, (0, "substance", "missing")),
        ("allergies", {"substance": "x" * 201}, (0, "substance", "too_long")),
        ("allergies", {"substance": "x", "severity": "awful"}, (0, "severity", "choice")),
        ("allergies", {"substance": "x", "dose": "1"}, (0, "", "unknown")),
        ("kidney", {**KIDNEY, "value": "58.0"}, (0, "value", "figure")),
        ("kidney", {**KIDNEY, "value": "1,000"}, (0, "value", "figure")),
        ("kidney", {**KIDNEY, "on": "2026-12-01"}, (0, "on", "future")),
        ("kidney", {**KIDNEY, "on": "20261102"}, (0, "on", "none")),
        (
            "setting",
            {"setting": "home", "from": "2026-11-03", "to": "2026-11-02"},
            (0, "to", "before_from"),
        ),
    ],
)
def test_a_line_is_refused_for_what_is_wrong_with_it(topic, line, problem):
    assert found(topic, line) == [problem]


@pytest.mark.parametrize(
    ("topic", "status", "count", "code"),
    [
        ("allergies", "stated", 0, "empty"),
        ("allergies", "none-known", 1, "both"),
        ("allergies", "not-asked", 1, "both"),
        ("allergies", "perhaps", 0, "status"),
        ("language", "none-known", 0, "status"),
        ("allergies", "stated", MOST_LINES + 1, "too_many"),
        ("pregnancy", "stated", 2, "too_many"),
    ],
)
def test_status_and_lines_that_do_not_fit_are_refused(topic, status, count, code):
    line = {"state": "both"} if topic == "pregnancy" else {"substance": "x"}
    assert found(topic, *[line] * count, status=status) == [(0, "", code)]


@given(st.text(max_size=12))
def test_a_figure_is_taken_only_as_it_will_be_shown(typed):
    line = {**KIDNEY, "value": typed}
    if typed and found("kidney", line) == []:
        words = wording.part_words(TOPICS["kidney"], line, "value")
        assert words == f"{typed}\u00a0mL per minute per 1.73\u00a0m²"
        assert float(typed) >= 0


def test_every_topic_part_and_code_has_its_words():
    for topic in TOPICS.values():
        said = [wording.topic_label(topic.code), wording.lacking_words(topic.code)]
        if topic.has_none:
            said.append(wording.none_words(topic.code))
        for part in topic.parts:
            said.append(wording.part_label(part.name))
            said += [wording.choice_words(part.name, code) for code in part.choices]
        assert all(said)


def test_not_asked_and_none_known_are_said_in_other_words():
    for topic in TOPICS.values():
        lacking = wording.text_words(topic, TopicText())
        assert "not asked" in lacking[0]
        if topic.has_none:
            none = wording.text_words(topic, TopicText(str(Status.NONE_KNOWN)))
            assert none != lacking


def test_a_line_says_all_that_is_written_with_its_labels():
    line = {"medicine": "Sertraline", "dose": "50 mg mornings", "kind": "prescribed"}
    assert (
        wording.line_words(TOPICS["medicines"], line)
        == "Sertraline (Dose as told: “50 mg mornings”; Kind: prescribed)"
    )
    assert (
        wording.line_words(TOPICS["kidney"], KIDNEY)
        == "Estimated filtration rate (eGFR) (Value: 58\u00a0mL per minute per 1.73\u00a0m²; "
        "On: 02-Nov-2026)"
    )


@pytest.mark.parametrize(
    ("status", "lines", "words"),
    [
        (None, None, "not asked"),
        ("not-asked", [], "not asked"),
        ("none-known", [], "No known allergies"),
        ("stated", [{"substance": "penicillin", "reaction": "rash"}], "penicillin (rash)"),
        ("stated", [{"substance": "latex"}, {"substance": "nuts"}], "latex, nuts"),
        (
            "stated",
            [{"substance": "x" * 90}, {"substance": "y" * 20}] * 2,
            "x" * 90 + " and 3 more",
        ),
        ("stated", None, ""),
    ],
)
def test_allergies_of_a_banner(status, lines, words):
    assert wording.allergies_words(status, lines) == words
