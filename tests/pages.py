"""Pages as a person reads and fills them: their words, their forms, the error beside each field."""

from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from typing import Any

from django.contrib import messages
from django.contrib.messages.storage.base import Message
from django.db import connection
from django.http import HttpRequest, HttpResponseRedirect
from django.test import Client
from django.test.utils import CaptureQueriesContext

from access.told import Told
from ledger import reread

TYPED_INTO = {"text", "hidden", "email", "search", "tel", "number", "password", ""}
VOID = {"input", "br", "meta", "link", "img", "hr", "wbr"}
# Where one box ends and the next word begins; inside a line, tags part nothing.
INLINE = {"a", "b", "bdi", "small", "span", "strong", "em", "i", "abbr", "time", "tspan"}


class Form:
    """A form with what its controls hold, by name; a name sent several times holds a list."""

    def __init__(self, attributes: dict[str, str]) -> None:
        self.attributes = attributes
        self.values: dict[str, Any] = {}
        self.typed: dict[str, str] = {}
        self.buttons: list[tuple[str, str]] = []
        self.choices: dict[str, list[str]] = {}

    @property
    def action(self) -> str:
        return self.attributes.get("action", "")

    @property
    def is_post(self) -> bool:
        return self.attributes.get("method", "").lower() == "post"

    def hold(self, name: str, value: str) -> None:
        if name not in self.values:
            self.values[name] = value
        elif isinstance(self.values[name], list):
            self.values[name].append(value)
        else:
            self.values[name] = [self.values[name], value]


class _Reader(HTMLParser):
    """Collects words and forms. What stands in a <template> is on no page until a script runs."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.forms: list[Form] = []
        self.errors: dict[str, list[str]] = {}
        self.links: list[str] = []
        self._form: Form | None = None
        self._silent = 0
        self._select: tuple[str, list[tuple[str, bool]]] | None = None
        self._textarea: str | None = None
        self._written = ""
        self._error: str | None = None

    def handle_starttag(self, tag: str, attrs) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if tag in ("template", "head", "style", "script"):
            self._silent += 1
        if self._silent:
            return
        if tag not in INLINE:
            self.words.append(" ")
        if tag == "form":
            self._form = Form(attributes)
            self.forms.append(self._form)
        if tag == "a":
            self.links.append(attributes.get("href", ""))
        if "field-error" in attributes.get("class", "").split():
            self._error = attributes.get("id", "").removesuffix("_error").removeprefix("id_")
            self.errors.setdefault(self._error, [])
        if tag == "li" and self._error is not None:
            self.errors[self._error].append("")
        self._control(tag, attributes)

    def _control(self, tag: str, attributes: dict[str, str]) -> None:
        form, name = self._form, attributes.get("name", "")
        if form is None or "disabled" in attributes:
            return
        if tag == "input":
            kind = attributes.get("type", "")
            value = attributes.get("value", "")
            if kind in ("radio", "checkbox"):
                form.choices.setdefault(name, []).append(attributes.get("value", "on"))
                if "checked" in attributes:
                    form.hold(name, attributes.get("value", "on"))
            elif kind in TYPED_INTO:
                form.hold(name, value)
                if kind != "hidden":
                    form.typed[name] = value + attributes.get("placeholder", "")
        elif tag == "textarea":
            self._textarea, self._written = name, ""
        elif tag == "select":
            self._select = (name, [])
        elif tag == "option" and self._select:
            self._select[1].append((attributes.get("value", ""), "selected" in attributes))
        elif tag == "button":
            form.buttons.append((name, attributes.get("value", "")))

    def handle_endtag(self, tag: str) -> None:
        if tag in ("template", "head", "style", "script"):
            self._silent -= 1
            return
        if self._silent:
            return
        if tag not in INLINE:
            self.words.append(" ")
        if tag == "form":
            self._form = None
        elif tag == "ul":
            self._error = None
        elif tag == "textarea" and self._textarea is not None and self._form:
            # A browser drops one line break after the tag.
            text = self._written.removeprefix("\r\n").removeprefix("\n")
            self._form.hold(self._textarea, text)
            self._form.typed[self._textarea] = text
            self._textarea = None
        elif tag == "select" and self._select and self._form:
            name, options = self._select
            chosen = [value for value, is_selected in options if is_selected]
            self._form.choices[name] = [value for value, _is_selected in options]
            self._form.hold(name, chosen[0] if chosen else options[0][0] if options else "")
            self._select = None

    def handle_data(self, data: str) -> None:
        if self._silent:
            return
        self.words.append(data)
        if self._textarea is not None:
            self._written += data
        if self._error is not None and self.errors[self._error]:
            self.errors[self._error][-1] += data.strip()


class Page:
    """A response as it is read; `text` has every run of space as one plain space."""

    def __init__(self, response) -> None:
        self.response = response
        self.status = response.status_code
        self.html = response.content.decode()
        reader = _Reader()
        reader.feed(self.html)
        self.text = " ".join("".join(reader.words).split())
        self.forms = reader.forms
        self.links = reader.links
        self.errors = {name: found for name, found in reader.errors.items() if name}
        # A client of a test is believed without one, a browser is not.
        assert all("csrfmiddlewaretoken" in form.values for form in self.forms if form.is_post)

    @property
    def form(self) -> Form:
        """The form of the page that is for typing: the one before sign-out and the like."""
        entries = [form for form in self.forms if "data-entry" in form.attributes]
        return (entries or [form for form in self.forms if form.is_post])[-1]

    @property
    def values(self) -> dict[str, Any]:
        return self.form.values


def typed_over(values: dict[str, Any], typed: dict[str, Any]) -> dict[str, Any]:
    """What a form sends after somebody typed over it; None takes a value out."""
    return {name: value for name, value in {**values, **typed}.items() if value is not None}


@contextmanager
def counted() -> Iterator[list[str]]:
    """What pages ask that remember nothing: each statement once, but none that reads it again."""
    reread.MEMORY.clear()
    asked: list[str] = []
    with CaptureQueriesContext(connection) as queries:
        yield asked
    said = dict.fromkeys(query["sql"] for query in queries)
    asked += [sql for sql in said if not sql.startswith("SELECT (SELECT string_agg(q::text")]


def tell(client: Client, address: str, *words: str, at: str = "/") -> list[Message] | None:
    """As an answer of the page `at` does that tells this and leads to an address.

    Returns what it could not take.
    """
    request = HttpRequest()
    request.path, request.session = at, client.session
    request.COOKIES = {name: cookie.value for name, cookie in client.cookies.items()}
    storage, answer = Told(request), HttpResponseRedirect(address)
    for each in words:
        storage.add(messages.SUCCESS, each)
    left = storage.update(answer)
    client.cookies.update(answer.cookies)
    return left
