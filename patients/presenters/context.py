"""The context of a patient as pages and files tell it: finished strings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext as _

from ledger.models import Entry
from patients import wording
from patients.context import ALLERGIES, TOPICS, Status, TopicText
from patients.models import ContextConfirmation, ContextVersion, Patient
from patients.reading import KnownTopic

Facts = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class TopicCard:
    """One topic of the page. `words` stand where there are no `lines`; `entry` is the text's.

    A line is what it is about, and (label, words) of all else that is written. `is_lacking` says
    that nobody asked. `edit_url` and `entry` are for whom may record; "" otherwise.
    """

    code: str
    title: str
    words: str
    is_lacking: bool
    lines: Sequence[tuple[str, Facts]]
    recorded: str
    confirmed: str
    entry: str
    edit_url: str


def cards(patient: Patient, known: Sequence[KnownTopic], *, may_record: bool) -> list[TopicCard]:
    """The topics of the page, in their order."""
    return [_card(patient, each, may_record) for each in known]


def _card(patient: Patient, known: KnownTopic, may_record: bool) -> TopicCard:
    version, code = known.version, known.topic.code
    lines = (
        [] if version is None else [wording.line_facts(known.topic, x) for x in known.text.lines]
    )
    edit = f"{reverse('patient-context-edit', args=[patient.pk])}?topic={code}"
    return TopicCard(
        code=code,
        title=wording.topic_label(code),
        words="" if lines else said(version, code)[0],
        is_lacking=not known.is_asked,
        lines=lines,
        recorded=recorded_words(version) if version else "",
        confirmed=confirmed_words(known.confirmation) if known.confirmation else "",
        entry=str(version.pk) if version and may_record and known.is_asked else "",
        edit_url=edit if may_record else "",
    )


def said(version: ContextVersion | None, topic: str) -> list[str]:
    """What a text says, a string for each line; that it was erased, that nobody asked."""
    if version is None:
        return wording.text_words(TOPICS[topic], TopicText())
    if version.is_erased:
        return [_("erased")]
    return wording.text_words(TOPICS[topic], version.text)


def allergies_of(known: Sequence[KnownTopic]) -> str:
    """The allergies among these topics, for a banner."""
    [version] = [each.version for each in known if each.topic.code == ALLERGIES]
    if version is None:
        return wording.allergies_words(None, None)
    return (
        _("erased") if version.is_erased else wording.allergies_words(version.status, version.lines)
    )


def recorded_words(version: ContextVersion) -> str:
    """By whom, when and as which entry a text was recorded."""
    return _("Recorded by %(name)s, %(when)s, entry %(number)s.") % _entry_facts(version.entry)


def confirmed_words(confirmation: ContextConfirmation) -> str:
    """By whom and when a text was last confirmed."""
    return _("Confirmed unchanged by %(name)s, %(when)s.") % _entry_facts(confirmation.entry)


@dataclass(frozen=True, slots=True)
class Learned:
    """What an entry made known of a topic: a sentence, what the topic said before and says now."""

    entry: Entry
    sentence: str
    topic: str
    before: Sequence[str] = ()
    now: Sequence[str] = ()


def learned_since(patient: UUID, number: int) -> list[Learned]:
    """What was recorded and confirmed of the context after an entry, in order; two queries."""
    versions = {
        version.pk: version
        for version in ContextVersion.objects.filter(patient=patient).select_related("entry")
    }
    confirmations = ContextConfirmation.objects.filter(
        confirms__in=versions, entry__number__gt=number
    ).select_related("entry")
    found = [_learned(v, versions) for v in versions.values() if v.entry.number > number]
    found += [_confirmed(each, versions[each.confirms_id]) for each in confirmations]
    return sorted(found, key=lambda learned: learned.entry.number)


def _learned(version: ContextVersion, versions: Mapping[UUID, ContextVersion]) -> Learned:
    topic = wording.topic_label(version.topic)
    words = _("%(name)s wrote of the context: %(topic)s.")
    before = versions.get(version.entry.supersedes_id) if version.entry.supersedes_id else None
    return Learned(
        entry=version.entry,
        sentence=words % {"name": version.entry.recorded_by_name, "topic": topic},
        topic=topic,
        before=said(before, version.topic),
        now=said_of(version),
    )


def _confirmed(confirmation: ContextConfirmation, version: ContextVersion) -> Learned:
    topic = wording.topic_label(version.topic)
    words = _("%(name)s confirmed as unchanged: %(topic)s.")
    said_so = words % {"name": confirmation.entry.recorded_by_name, "topic": topic}
    return Learned(confirmation.entry, said_so, topic)


def _entry_facts(entry: Entry) -> dict[str, str]:
    return {
        "name": entry.recorded_by_name,
        "when": wording.moment_words(entry.recorded_at, ZoneInfo(entry.time_zone)),
        "number": f"{entry.number:,}",
    }


@dataclass(frozen=True, slots=True)
class ContextEvent:
    """One entry of the history: a text of a topic, or a confirmation of one."""

    entry: str
    recorded_by: str
    recorded_at: str
    topic: str
    what: str
    lines: Sequence[str]


def events(
    entries: Sequence[Entry],
    versions: Mapping[UUID, ContextVersion],
    confirmations: Mapping[UUID, ContextConfirmation],
) -> list[ContextEvent]:
    """These entries in their order; `confirmations` with what they confirm and its entry."""
    return [
        _confirmed_event(entry, confirmations[entry.pk])
        if entry.kind == ContextConfirmation.KIND
        else _event(
            entry, versions[entry.pk], _what(versions[entry.pk]), said_of(versions[entry.pk])
        )
        for entry in entries
    ]


def said_of(version: ContextVersion) -> list[str]:
    """What a text says, a string for each line."""
    return said(version, version.topic)


def _confirmed_event(entry: Entry, confirmation: ContextConfirmation) -> ContextEvent:
    version = confirmation.confirms
    words = _("Entry %(number)s confirmed unchanged") % {"number": f"{version.entry.number:,}"}
    return _event(entry, version, words, [])


def _what(version: ContextVersion) -> str:
    if version.status == Status.NOT_ASKED:
        return _("Taken back as entered in error")
    return _("Changed") if version.entry.supersedes_id else _("First recorded")


def _event(entry: Entry, version: ContextVersion, what: str, lines: Sequence[str]) -> ContextEvent:
    facts = _entry_facts(entry)
    return ContextEvent(
        entry=_("Entry %(number)s") % facts,
        recorded_by=facts["name"],
        recorded_at=facts["when"],
        topic=wording.topic_label(version.topic),
        what=what,
        lines=lines,
    )


@dataclass(frozen=True, slots=True)
class Conflict:
    """A topic of which somebody recorded another text while this one was typed."""

    topic: str
    recorded_by: str
    recorded: str
    theirs: Sequence[str]
    typed: Sequence[str]


def conflicts(known: Sequence[KnownTopic], typed: Mapping[str, TopicText]) -> list[Conflict]:
    """Both texts of each of these topics."""
    return [
        Conflict(
            topic=wording.topic_label(each.topic.code),
            recorded_by=each.version.entry.recorded_by_name,
            recorded=recorded_words(each.version),
            theirs=said_of(each.version),
            typed=wording.text_words(each.topic, typed[each.topic.code]),
        )
        for each in known
        if each.version is not None
    ]
