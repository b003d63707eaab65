"""The copies of a plan that were given out, as finished strings: which are out, and which hold."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from access.models import Clinic
from titration import planning, wording
from titration.models import CalendarShape, IssuedAs, IssuedHow
from titration.planning import Standing
from titration.presenters.log import moment_words, or_erased, withdrawal_words
from titration.reading import issued
from titration.reading.issued import Issued, Told, Written
from titration.reading.planned import PlanLog
from titration.timeline import StepRecord
from titration.wording.languages import language_words


@dataclass(frozen=True)
class CopyLine:
    """One copy, and how its file is written.

    `told_url` is "" where nothing is to be told, `retract_url` where it is withdrawn, and both
    where this person does not record.
    """

    words: str
    written: str
    state: str
    tone: str
    recorded: str
    url: str
    told_url: str
    retract_url: str
    is_outdated: bool


@dataclass(frozen=True)
class Copies:
    """Every copy of one plan, newest first. `issue_url` is "" where the plan is not given out."""

    lines: list[CopyLine]
    notice: str
    issue_url: str


def copies(
    log: PlanLog,
    standing: Standing,
    given_out: Iterable[Issued],
    clinic: Clinic,
    *,
    live: Sequence[StepRecord],
    is_retracted: bool,
    may_record: bool = False,
) -> Copies:
    """The copies of a plan that stands so; `given_out` are its own (issued.all_issues).

    `live` are the steps of its regimen, and `is_retracted` says that this was withdrawn.
    """
    newest_first = sorted(given_out, key=lambda copy: copy.number, reverse=True)
    lines = [
        copy_line(
            copy,
            standing,
            clinic,
            is_outdated=issued.is_outdated(copy, log, standing, live, is_retracted=is_retracted),
            may_record=may_record,
        )
        for copy in newest_first
    ]
    waiting = [line for line in lines if line.is_outdated]
    notice = ""
    if waiting:
        notice = _("A copy that no longer holds is with the patient, and no telling is recorded.")
    may_issue = may_record and not is_retracted and not issued.refusal(log, standing, live)
    return Copies(lines, notice, reverse("plan-issue", args=[log.plan]) if may_issue else "")


def copy_line(
    copy: Issued, standing: Standing, clinic: Clinic, *, is_outdated: bool, may_record: bool
) -> CopyLine:
    """One copy; the `is_outdated` of the line says too that nobody was told."""
    is_outdated = is_outdated and copy.is_out
    state, tone = _("With the patient; it says what holds"), "green"
    if copy.withdrawn is not None:
        said = {"words": withdrawal_words(copy.withdrawn, clinic)}
        state, tone = _("ENTERED IN ERROR, %(words)s") % said, ""
    elif copy.told is not None:
        state, tone = told_words(copy.told), ""
    elif is_outdated:
        state, tone = _("With the patient; it no longer holds"), "rust"
    elif standing.state == planning.AWAITING:
        state, tone = _("With the patient; the plan waits for its prescriber"), "amber"
    return CopyLine(
        words=copy_words(copy),
        written=written_words(copy.written),
        state=state,
        tone=tone,
        recorded=_("Recorded by %(name)s, %(when)s, entry %(number)s.")
        % {
            "name": copy.by_name,
            "when": moment_words(copy.at, clinic),
            "number": f"{copy.number:,}",
        },
        url=reverse("issue", args=[copy.issue]),
        told_url=reverse("issue-told", args=[copy.issue]) if is_outdated and may_record else "",
        retract_url=reverse("issue-retract", args=[copy.issue])
        if may_record and copy.withdrawn is None
        else "",
        is_outdated=is_outdated,
    )


def copy_words(copy: Issued) -> str:
    """What was given out, when, how and to whom."""
    words = {
        "version": copy.version,
        "what": IssuedAs(copy.issued_as).label,
        "date": wording.date_words(copy.issued_on),
        "how": IssuedHow(copy.how).label,
        "whom": or_erased(copy.to_whom),
    }
    if words["whom"]:
        return (
            _("Version %(version)s, %(what)s, given out on %(date)s, %(how)s, to “%(whom)s”")
            % words
        )
    return _("Version %(version)s, %(what)s, given out on %(date)s, %(how)s") % words


def written_words(written: Written) -> str:
    """How the file of a copy is written; "" for words, and where the record does not have it."""
    said = {
        "language": language_words(written.language) if written.language else _("English"),
        "date": wording.date_words(written.first_on) if written.first_on else "",
    }
    match written.shape, written.names, written.alarm:
        case CalendarShape.DAYS, _names, _alarm:
            words = _("A row a day from %(date)s, in %(language)s")
        case CalendarShape.STEPS, _names, _alarm:
            words = _("A row a step, in %(language)s")
        case _shape, True, True:
            words = _("Titles name the medicine and the person; each entry reminds")
        case _shape, True, False:
            words = _("Titles name the medicine and the person")
        case _shape, False, True:
            words = _("Each entry reminds")
        case _:
            words = ""
    return words % said


def told_words(told: Told) -> str:
    """When, how and whom somebody told that the copy no longer holds, and who wrote that down."""
    words = {
        "date": wording.date_words(told.told_on),
        "how": IssuedHow(told.how).label,
        "whom": or_erased(told.to_whom),
        "name": told.by_name,
    }
    if words["whom"]:
        return (
            _("Told on %(date)s, %(how)s, to “%(whom)s”, that it no longer holds; by %(name)s")
            % words
        )
    return _("Told on %(date)s, %(how)s, that it no longer holds; by %(name)s") % words
