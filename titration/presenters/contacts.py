"""Contacts in words: how and with whom, what was said and told, and the call back."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from access.models import Clinic
from ledger.models import Retraction
from titration import wording
from titration.models import ContactHow, Direction, Reached
from titration.presenters.log import moment_words, quoted
from titration.presenters.texts import TextCard, corrected_words, status_of
from titration.reading import contacted
from titration.reading.contacted import Contacted
from titration.reading.together import Together, beside

HOW_WORDS = {
    (ContactHow.TELEPHONE, Direction.IN): lambda: _("They telephoned"),
    (ContactHow.TELEPHONE, Direction.OUT): lambda: _("We telephoned"),
    (ContactHow.VISIT, Direction.IN): lambda: _("They came to us"),
    (ContactHow.VISIT, Direction.OUT): lambda: _("We visited them"),
    (ContactHow.LETTER, Direction.IN): lambda: _("A letter came"),
    (ContactHow.LETTER, Direction.OUT): lambda: _("We wrote a letter"),
    (ContactHow.MESSAGE, Direction.IN): lambda: _("A message came"),
    (ContactHow.MESSAGE, Direction.OUT): lambda: _("We sent a message"),
}


def mark_words(text: Contacted) -> str:
    """How it was had and, where nobody was reached, that: "We telephoned: nobody was reached"."""
    how = HOW_WORDS[ContactHow(text.how), Direction(text.direction)]()
    return how if text.reached == Reached.REACHED else _reached_words(text, how)


def how_words(text: Contacted) -> str:
    """How it was had, and when: "They telephoned, 16-Nov-2026 at 14:30"."""
    how = HOW_WORDS[ContactHow(text.how), Direction(text.direction)]()
    return _("%(how)s, %(moment)s") % {
        "how": how,
        "moment": wording.effective_words(text.effective),
    }


def heading_words(text: Contacted) -> str:
    """How it was had, when, and where nobody was reached, that."""
    if text.reached == Reached.REACHED:
        return how_words(text)
    return _reached_words(text, how_words(text))


def _reached_words(text: Contacted, contact: str) -> str:
    return _("%(contact)s: %(reached)s") % {
        "contact": contact,
        "reached": str(Reached(text.reached).label).lower(),
    }


def call_words(text: Contacted) -> str:
    """The call back that a contact sets: when, who, and what for."""
    if text.call_back_on is None:
        return ""
    words = {
        "date": wording.date_words(text.call_back_on),
        "time": f"{text.call_back_time:%H:%M}" if text.call_back_time else "",
        "name": text.call_back_name,
        "what": quoted(text.call_back_for),
    }
    match bool(words["time"]), bool(words["what"]):
        case True, True:
            return _("%(date)s at %(time)s, by %(name)s, for %(what)s") % words
        case True, False:
            return _("%(date)s at %(time)s, by %(name)s") % words
        case False, True:
            return _("%(date)s, by %(name)s, for %(what)s") % words
    return _("%(date)s, by %(name)s") % words


def tries_words(count: int) -> str:
    """How often it was tried in vain; "" for never."""
    if not count:
        return ""
    return ngettext(
        "Tried %(count)s time, nobody was reached.",
        "Tried %(count)s times, nobody was reached.",
        count,
    ) % {"count": f"{count:,}"}


def contact_cards(
    texts: Sequence[Contacted],
    shown: Iterable[Contacted],
    clinic: Clinic,
    titles: Mapping[UUID, str],
    withdrawals: Mapping[UUID, Retraction],
    *,
    together: Together | None = None,
    may_record: bool = False,
    query: str = "",
) -> list[TextCard]:
    """The texts `shown`, of all `texts` of the patient; `titles` are those of regimens.

    `withdrawals` are by line, each with its entry; `together` what was recorded in one form.
    """
    live = contacted.standing(texts)
    answered_by: dict[UUID | None, Contacted] = {t.answers: t for t in live if t.answers}
    by_line = {text.contact: text for text in texts}
    newest = {text.contact: text.entry for text in texts}
    return [
        _card(
            text,
            clinic,
            details=_details(text, live, by_line, answered_by, titles),
            status=status_of(text, newest[text.contact]),
            together=beside(together or {}, text.submission, text.number),
            withdrawal=withdrawals.get(text.contact),
            may_record=may_record,
            query=query,
        )
        for text in shown
    ]


def _card(
    text: Contacted,
    clinic: Clinic,
    *,
    details: Sequence[tuple[str, str]],
    status: str,
    together: Sequence[str],
    withdrawal: Retraction | None,
    may_record: bool,
    query: str,
) -> TextCard:
    may_change = may_record and status == "live"
    return TextCard(
        entry=text.entry,
        line=text.contact,
        heading=heading_words(text),
        details=details,
        number=f"{text.number:,}",
        recorded_by=text.by_name,
        recorded_at=moment_words(text.at, clinic),
        status=status,
        error=corrected_words(status, withdrawal, clinic),
        url=reverse("contact", args=[text.contact]) + query,
        correct_url=reverse("contact-correct", args=[text.contact]) if may_change else "",
        retract_url=reverse("contact-retract", args=[text.contact]) if may_change else "",
        together=together,
    )


def _details(
    text: Contacted,
    live: Sequence[Contacted],
    by_line: Mapping[UUID, Contacted],
    answered_by: Mapping[UUID | None, Contacted],
    titles: Mapping[UUID, str],
) -> list[tuple[str, str]]:
    answer = answered_by.get(text.contact)
    earlier = by_line.get(text.answers) if text.answers else None
    details = [
        (_("With whom"), quoted(text.with_whom)),
        (_("About"), titles.get(text.regimen, "") if text.regimen else ""),
        (_("What was said"), quoted(text.said)),
        (_("What they were told"), quoted(text.told)),
        (_("Who had the contact"), text.whose_name),
        (_("What came of it"), str(Reached(text.reached).label)),
        (_("Answers the call back of"), how_words(earlier) if earlier else ""),
        (_("Call back"), call_words(text)),
        (_("Tries"), tries_words(contacted.attempts(text, live))),
        (_("Call back answered by"), how_words(answer) if answer and text.call_back_on else ""),
        (_("Nobody tries again"), _("Yes") if text.is_last_try else ""),
        (_("Why the entry is corrected"), quoted(text.correction_reason)),
    ]
    return [(term, words) for term, words in details if words]


@dataclass(frozen=True)
class CallLine:
    """A call back that waits: what it says, how often it was tried, and where it is answered."""

    words: str
    tries: str
    url: str
    answer_url: str


def call_lines(
    texts: Sequence[Contacted], patient: UUID, *, may_record: bool, query: str = ""
) -> list[CallLine]:
    """The call backs of a patient that wait, the first due first."""
    live = contacted.standing(texts)
    new = reverse("contact-new", args=[patient])
    return [
        CallLine(
            words=call_words(call),
            tries=tries_words(contacted.attempts(call, live)),
            url=reverse("contact", args=[call.contact]) + query,
            answer_url=f"{new}?answers={call.contact}" if may_record else "",
        )
        for call in contacted.open_calls(live)
    ]
