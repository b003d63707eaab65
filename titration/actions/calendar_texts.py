"""Writes to a clinic's words for its dose calendars."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from access.models import Clinic, User
from access.policies import MANAGE_CATALOGUE, check
from ledger.models import Entry
from ledger.writing import Asking, verb, writing
from titration.models import CalendarText, CalendarTextVersion
from titration.policies import OnTheListAlready, RuleBroken
from titration.wording.calendar import label_problem
from titration.wording.languages import language_tag


@dataclass(frozen=True)
class CalendarWording:
    """What a clinic's calendars say in one language; `labels` by their codes."""

    language: str
    standing_text: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    in_use: bool = True


@verb
def add_calendar_text(*, clinic: Clinic, wording: CalendarWording, by: User, submission: Asking):
    """Approve the clinic's words in a language. Returns the CalendarTextVersion."""
    check(by, clinic, MANAGE_CATALOGUE)
    with writing(clinic, by=by, submission=submission) as log:
        text = CalendarText(clinic=clinic)
        version = _version(text, wording)
        log.create(text)
        return log.add(version, subject=text.pk)


@verb
def revise_calendar_text(
    *,
    text: CalendarText,
    seen: Entry,
    wording: CalendarWording,
    by: User,
    submission: Asking,
):
    """Change the clinic's words; `seen` is the entry of the version that is replaced."""
    check(by, text.clinic, MANAGE_CATALOGUE)
    with writing(text.clinic, by=by, submission=submission) as log:
        version = _version(text, wording)
        return log.add(version, subject=text.pk, supersedes=seen)


def _version(text: CalendarText, wording: CalendarWording) -> CalendarTextVersion:
    """Under the lock: two people can write in the same language at once."""
    tag = language_tag(wording.language)
    if tag is None:
        raise RuleBroken(
            "other",
            _("“%(tag)s” is no language tag. Write one such as cy, pt-BR or zh-Hant.")
            % {"tag": wording.language},
        )
    others = CalendarTextVersion.objects.newest().filter(text__clinic=text.clinic_id)
    twin = others.exclude(text=text.pk).filter(language__iexact=tag).first()
    if twin:
        message = _("The clinic has words in this language already. Change those.")
        raise OnTheListAlready("language", message, twin.text_id)
    for code, word in wording.labels.items():
        if problem := label_problem(code, word):
            raise RuleBroken(f"label-{code}", problem)
    return CalendarTextVersion(
        text=text,
        language=tag,
        standing_text=wording.standing_text,
        labels=dict(wording.labels),
        in_use=wording.in_use,
    )
