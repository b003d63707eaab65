"""HTML that is finished in Python."""

from django.utils.safestring import SafeString

from patients.finished import html, placed


def test_words_are_escaped_and_finished_html_is_not():
    found = html("<b>{name}</b>{more}", name="O'Neill & <Co>", more=SafeString("<br>"))
    assert found == "<b>O&#x27;Neill &amp; &lt;Co&gt;</b><br>"
    assert isinstance(found, SafeString)


def test_a_pattern_without_places_stays_as_it_is():
    assert html("<br>", name="unused") == "<br>"


def test_a_word_is_no_pattern_itself():
    assert html("{first}{second}", first="{second}", second="{first}") == "{second}{first}"


def test_what_is_placed_before_is_escaped_once():
    pattern = placed('<td data-label="{label}">{name}</td>', label='A & "B"')
    assert html(pattern, name="<C>") == '<td data-label="A &amp; &quot;B&quot;">&lt;C&gt;</td>'
