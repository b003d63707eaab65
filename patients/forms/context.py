"""The context as it is typed: for each topic a tick that there is none, or a line for each thing.

Lines that are typed are what is stated; without them and without a tick nobody asked. So a topic
takes one key where there is none, and its words where there is something.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from functools import cache
from typing import Any, cast
from uuid import UUID, uuid4

from django import forms
from django.forms.utils import ErrorDict
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.forms.written import WrittenForm
from ledger.models import Entry
from patients import birthdates
from patients.context import NOT_ASKED, TOPICS, Box, Line, Part, Status, Topic, TopicText
from patients.forms.people import day_box, line, month_box, year_box
from patients.models import ContextVersion, Patient
from patients.reading import KnownTopic
from patients.wording import choice_words, none_words, part_label, topic_label, topic_problem_words

PARTS = ("day", "month", "year")


class LineForm(WrittenForm):
    """One line of a topic. Cleans to `line`, which is None where nothing is typed."""

    use_required_attribute = False

    def __init__(self, *args: Any, topic: Topic, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.topic = topic
        self.line: Line | None = None
        for part in topic.parts:
            self.fields.update(_fields(part))

    def clean(self) -> None:
        written = {part.name: self._written(part) for part in self.topic.parts}
        self.line = {name: text for name, text in written.items() if text} or None

    def _written(self, part: Part) -> str:
        if part.box != Box.DAY:
            return " ".join(self.cleaned_data.get(part.name, "").split())
        boxes = [self.cleaned_data.get(f"{part.name}_{box}", "") for box in PARTS]
        if not any(boxes):
            return ""
        try:
            return birthdates.from_boxes(*boxes).isoformat()
        except birthdates.DateError as error:
            self.tell(part.name, "day" if error.code == "missing" else error.code)
            return ""

    def tell(self, part: str, code: str) -> None:
        """Say what is wrong with a part at its first box."""
        name = part if part in self.fields else f"{part}_day"
        self.add_error(name if name in self.fields else None, topic_problem_words(self.topic, code))

    @property
    def boxes(self) -> list[dict[str, Any]]:
        """What stands for each part: its `field`, or the three of a date under a `legend`."""
        return [
            {"legend": part_label(part.name), **{box: self[f"{part.name}_{box}"] for box in PARTS}}
            if part.box == Box.DAY
            else {"field": self[part.name]}
            for part in self.topic.parts
        ]


def _fields(part: Part) -> dict[str, forms.Field]:
    label = part_label(part.name)
    if part.box == Box.CHOICE:
        words = [(code, choice_words(part.name, code)) for code in part.choices]
        return {
            part.name: forms.ChoiceField(
                label=label, choices=[("", _("Choose")), *words], required=False
            )
        }
    if part.box == Box.DAY:
        boxes = (day_box(label), month_box(), year_box())
        return {f"{part.name}_{box}": field for box, field in zip(PARTS, boxes, strict=True)}
    if part.box == Box.FIGURE:
        return {part.name: line(label, 20, inputmode="decimal")}
    return {part.name: line(label, part.length)}


def _typed_again(topic: Topic, written: Line) -> dict[str, object]:
    """A line as somebody would type it."""
    typed: dict[str, object] = dict(written)
    for part in topic.parts:
        if part.box == Box.DAY and part.name in written:
            on = date.fromisoformat(written[part.name])
            boxes = (on.day, on.month, f"{on.year:04d}")
            typed |= {f"{part.name}_{b}": box for b, box in zip(PARTS, boxes, strict=True)}
    return typed


class TicksForm(forms.Form):
    """What is ticked of a topic, and the entry of the text that the form was opened on, `seen`."""

    use_required_attribute = False

    seen = forms.UUIDField(widget=forms.HiddenInput, required=False)
    none = forms.BooleanField(required=False)
    unasked = forms.BooleanField(
        label=gettext_lazy("What is recorded here was entered in error: nobody asked"),
        required=False,
    )

    def __init__(self, *args: Any, topic: Topic, is_recorded: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if topic.has_none:
            self.fields["none"].label = none_words(topic.code)
        else:
            del self.fields["none"]
        if not is_recorded:
            del self.fields["unasked"]


@cache
def _formset(most: int) -> type[forms.BaseFormSet]:
    return forms.formset_factory(
        LineForm, extra=0, max_num=most, absolute_max=most + 1, validate_max=True
    )


class Section:
    """One topic of the form: its `ticks`, and its lines as a formset, `rows`."""

    def __init__(self, topic: Topic, data: Any, known: TopicText, seen: Entry | None) -> None:
        self.topic = topic
        self.known = known
        self.seen = seen
        self.title = topic_label(topic.code)
        is_none = known.status == Status.NONE_KNOWN
        self.ticks = TicksForm(
            data,
            prefix=topic.code,
            initial={"seen": seen.pk if seen else None, "none": is_none},
            topic=topic,
            is_recorded=known != NOT_ASKED,
        )
        initial = [_typed_again(topic, line) for line in known.lines] if data is None else None
        formset = _formset(topic.most)
        self.rows: Any = formset(
            data, prefix=topic.code, initial=initial, form_kwargs={"topic": topic}
        )
        if data is None and not known.lines:
            self.rows.extra = 1

    @property
    def has_room(self) -> bool:
        """Whether another line can be written."""
        return not self.topic.is_single

    @property
    def forms(self) -> list[forms.Form]:
        """Its parts that hold errors."""
        return [self.ticks, *self.rows.forms]

    def is_valid(self) -> bool:
        return all([self.ticks.is_valid(), self.rows.is_valid()])

    @property
    def written(self) -> list[LineForm]:
        """The rows in which something is typed."""
        return [row for row in self.rows.forms if row.line]

    def text(self) -> TopicText:
        """What is typed, when the section is valid; where it is unclear, NOT_ASKED and an error."""
        lines = tuple(cast(Line, row.line) for row in self.written)
        ticks = self.ticks.cleaned_data
        if ticks.get("unasked"):
            if ticks.get("none") or lines:
                self.tell(0, "", "two_ticks" if ticks.get("none") else "both")
            return NOT_ASKED
        if ticks.get("none"):
            return TopicText(str(Status.NONE_KNOWN), lines)
        if lines:
            return TopicText(str(Status.STATED), lines)
        if self.known != NOT_ASKED:
            self.tell(0, "", "emptied")
        return NOT_ASKED

    def tell(self, place: int, part: str, code: str) -> None:
        """Say what is wrong with a line, or with the topic where there is no part."""
        if part:
            self.written[place].tell(part, code)
            return
        field = next((name for name in ("none", "unasked") if name in self.ticks.fields), None)
        self.ticks.add_error(field, topic_problem_words(self.topic, code))


class ContextForm:
    """Some topics of a patient's context in one form; all of it is recorded or nothing.

    `known` are the topics as they stand; what was typed over an earlier text is compared with that.
    """

    def __init__(
        self, data: QueryDict | None, *, patient: Patient, known: Iterable[KnownTopic]
    ) -> None:
        self.patient = patient
        self.data = data
        self.base = _BaseForm(data)
        known = list(known)
        topics = [each.topic.code for each in known]
        seen = self._seen(data, topics) if data is not None else None
        self.sections = [
            self._section(each, each.version if seen is None else seen.get(each.topic.code))
            for each in known
        ]

    def _section(self, known: KnownTopic, seen: ContextVersion | None) -> Section:
        text = seen.text if seen else NOT_ASKED
        return Section(known.topic, self.data, text, seen.entry if seen else None)

    def _seen(self, data: QueryDict, topics: Sequence[str]) -> dict[str, ContextVersion]:
        """By topic: the text that the form was opened on, of this patient and topic alone."""
        sent = {topic: _key(data.get(f"{topic}-seen", "")) for topic in topics}
        keys = [key for key in sent.values() if key]
        found = ContextVersion.objects.filter(patient=self.patient, pk__in=keys)
        versions = {(each.topic, each.pk): each for each in found.select_related("entry")}
        return {
            topic: versions[topic, key]
            for topic, key in sent.items()
            if key and (topic, key) in versions
        }

    def is_valid(self) -> bool:
        """Whether every box holds what it can, and what each topic says is clear."""
        is_shaped = all([self.base.is_valid(), *(part.is_valid() for part in self.sections)])
        self.texts = {part.topic.code: part.text() for part in self.sections} if is_shaped else {}
        return is_shaped and not self.has_errors

    @property
    def has_errors(self) -> bool:
        """Whether something is to be put right."""
        return any(form.errors for form in self.forms)

    @property
    def forms(self) -> list[forms.Form]:
        """Every form that may hold errors, in the order of the page."""
        return [self.base, *(form for section in self.sections for form in section.forms)]

    def asked(self) -> dict[str, Any]:
        """What the action is asked to record, when the form is valid."""
        return {
            "patient": self.patient,
            "texts": self.texts,
            "seen": {part.topic.code: part.seen for part in self.sections if part.seen},
            "submission": self.base.cleaned_data["submission"],
        }

    def tell(self, found: Iterable[tuple[str, int, str, str]]) -> None:
        """Say what is wrong where it stands: (topic, line, part, code)."""
        by_topic = {section.topic.code: section for section in self.sections}
        for topic, place, part, code in found:
            by_topic[topic].tell(place, part, code)

    def say(self, words: str) -> None:
        """Say above the form why nothing was recorded."""
        self.base.add_error(None, words)

    def withhold_errors(self) -> None:
        """Show the form as it is typed so far, with nothing said about it."""
        for form in self.forms:
            form._errors = ErrorDict()

    def overtaken(self, known: Iterable[KnownTopic]) -> list[str]:
        """The topics that are typed otherwise than they were seen, and were recorded since."""
        seen = {part.topic.code: part for part in self.sections}
        return [
            each.topic.code
            for each in known
            if self.texts[each.topic.code] != seen[each.topic.code].known
            and (each.version.entry if each.version else None) != seen[each.topic.code].seen
        ]

    def renewed(self, known: Sequence[KnownTopic], overtaken: Iterable[str]) -> "ContextForm":
        """The same typing over the newest texts of the topics that somebody recorded since."""
        data = cast(QueryDict, self.data).copy()
        data["submission"] = str(uuid4())
        newest = {each.topic.code: each.version for each in known}
        for topic in overtaken:
            version = newest[topic]
            data[f"{topic}-seen"] = str(version.pk) if version else ""
        return ContextForm(data, patient=self.patient, known=known)


class _BaseForm(forms.Form):
    submission = forms.UUIDField(initial=uuid4, widget=forms.HiddenInput)


def _key(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def with_another_row(data: QueryDict) -> QueryDict:
    """What was typed, with one more line for the topic that the button names."""
    data = data.copy()
    topic = TOPICS.get(data.get("add_row", ""))
    if topic is not None:
        name = f"{topic.code}-TOTAL_FORMS"
        total = data.get(name, "")
        if total.isascii() and total.isdecimal() and int(total) < topic.most:
            data[name] = str(int(total) + 1)
    return data
