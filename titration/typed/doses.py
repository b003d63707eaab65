"""Doses as a person types them, in words: everything that pages print, and the short forms.

What is not understood to its last letter gives no dose at all, but a problem and where it stands.
The words read are English, as typed; what stands in quotation marks is kept as it is.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from titration import dosing
from titration.dosing import Component
from titration.typed.amounts import amount_at, is_bare
from titration.typed.parts import ALLOWED, Part
from titration.typed.pieces import TAKES, Source
from titration.typed.problems import NotUnderstood
from titration.typed.tokens import LEFT_OVER, TOKENS, WHEN
from titration.typed.vocabulary import LATIN, SPACES

LONGEST = 2000

_FLAGS = re.IGNORECASE | re.ASCII
_STOP = re.compile(r"(?:then\s+)?(?:stop|stopped)\.?|then\s+nothing\.?", _FLAGS)
_VERB = re.compile(
    r"\s*(?:take|give|apply|inject|inhale|insert|instil|instill|swallow|use)\s+", _FLAGS
)
_HARD = re.compile(r"[;\r\n]")
_SOFT = re.compile(r"[,:]|(?:and|plus)(?![A-Za-z0-9])|[&+]", _FLAGS)
# A dash right before a figure is a sign, and refused as one.
_LEADS = re.compile(r"[:=]|[–—-](?=\s)")
_WORD = re.compile(r"[^\s,;()“”\"]+|[()“”\"]")


@dataclass(frozen=True, slots=True)
class Read:
    """What was read of a dose.

    kind        "dose", "single" (a dose taken once), "stop", or "" when it was not understood
    components  the parts of a dose or a single dose; an anchor may be missing where one is
                counted from, for it may be the day on which a planned row starts
    problem     one of PROBLEMS, dosing.PROBLEMS or dosing.AMOUNT_ERRORS; "" when understood
    at          the span of the text that the problem is about, where there is one
    """

    kind: str
    components: tuple[Component, ...] = ()
    problem: str = ""
    at: tuple[int, int] | None = None


def read_dose(text: str, *, unit: str = "") -> Read:
    """Read a dose as typed; bare figures take `unit`, when one is given. Never raises."""
    try:
        return _read(text, unit)
    except NotUnderstood as problem:
        return Read("", (), problem.code, problem.at)


def checked(components: Sequence[Component]) -> Read:
    """What components make together: a dose, or a single dose. Raises NotUnderstood."""
    for code in dosing.check_components(components):
        if code not in ALLOWED:
            raise NotUnderstood(code)
    once = [component.timing.kind == "once" for component in components]
    if any(once) and not all(once):
        raise NotUnderstood("single_mixed")
    return Read("single" if all(once) else "dose", tuple(components))


def _read(text: str, unit: str) -> Read:
    if not text.strip():
        raise NotUnderstood("nothing_typed")
    if len(text) > LONGEST:
        raise NotUnderstood("too_long")
    plain = text.translate(SPACES)
    if _STOP.fullmatch(plain.strip()):
        return Read("stop")
    groups = _Reader(Source(text, plain, unit)).groups()
    components: list[Component] = []
    for group in groups:
        parts = [part.components() for part in group]
        if len({part.says_what_may_hold_for_others for part in group}) > 1:
            raise NotUnderstood("reach_unclear", (group[0].start, group[-1].end))
        components += [component for part in parts for component in part]
    _check_totals([part for group in groups for part in group])
    # Beside a figure in another unit, nobody can say which unit a bare figure is in.
    units = {component.amount.unit for component in components if component.amount}
    bare = [part for group in groups for part in group if part.is_bare]
    if bare and units != {unit}:
        raise NotUnderstood("unit_missing", bare[0].amount_at)
    if not components:
        raise NotUnderstood("not_understood", (0, len(text)))
    return checked(components)


def _check_totals(parts: Sequence[Part]) -> None:
    """ "30 mg daily, 10 mg three times a day" may say one thing twice: the total, and its parts."""
    regular = [part for part in parts if not part.is_as_needed]
    total = next((part for part in regular if part.may_be_a_total), None)
    if len(regular) > 1 and total:
        raise NotUnderstood("total_unclear", total.span)


@dataclass(slots=True)
class _Reader:
    """Walks over a text, piece by piece; raises NotUnderstood at the first that is unknown.

    Either each amount comes before its timing, or each after it: the first piece says which.
    """

    source: Source
    done: list[list[Part]] = field(default_factory=lambda: [[]])
    is_amount_first: bool = True
    joined: tuple[int, int] | None = None

    def groups(self) -> list[list[Part]]:
        """The parts, in groups that semicolons or line breaks set apart."""
        plain = self.source.plain
        verb = _VERB.match(plain)
        at = verb.end() if verb else 0
        while at < len(plain):
            if plain[at] == " ":
                at += 1
            elif _HARD.match(plain, at):
                self._close()
                self.done.append([])
                at += 1
            elif plain[at:].rstrip() == "." and self._part():
                break
            else:
                at = self._separator(at) or self._piece(at)
        self._close()
        return [group for group in self.done if group]

    def _close(self) -> None:
        if self.joined:
            raise NotUnderstood("not_understood", self.joined)

    def _part(self) -> Part | None:
        return self.done[-1][-1] if self.done[-1] else None

    def _new_part(self, at: int) -> Part:
        part = Part(at)
        self.done[-1].append(part)
        self.joined = None
        return part

    def _separator(self, at: int) -> int | None:
        part = self._part()
        if part is None:
            return None
        leads = not self.is_amount_first and part.amount is None
        if leads and (found := _LEADS.match(self.source.plain, at)):
            return found.end()
        found = _SOFT.match(self.source.plain, at)
        if not found or (found[0] == ":" and not self.is_amount_first):
            return None
        if found[0] not in ",:":
            if self.joined:
                raise NotUnderstood("not_understood", found.span())
            self.joined = found.span()
        return found.end()

    def _piece(self, at: int) -> int:
        for name, pattern in TOKENS:
            if found := pattern.match(self.source.plain, at):
                end = self._token(name, found)
                if end is not None:
                    return end
        return self._amount(at)

    def _amount(self, at: int) -> int:
        found = amount_at(self.source.text, self.source.plain, at, self.source.unit)
        if found is None:
            raise self._left_over(at)
        amount, end = found
        part = self._part()
        if part is None:
            self.is_amount_first = True
        if part is None or self.is_amount_first:
            part = self._new_part(at)
        elif part.amount is not None:
            raise NotUnderstood("timing_missing", (at, end))
        elif self.joined:
            raise NotUnderstood("not_understood", self.joined)
        part.amount, part.amount_at, part.end = amount, (at, end), end
        part.is_bare = is_bare(self.source.plain[at:end])
        return end

    def _token(self, name: str, found: re.Match[str]) -> int | None:
        """Take in a piece; where it ends. None when it is not one after all."""
        part, says_when = self._part(), name in WHEN
        if part is None:
            if not says_when:
                return None
            self.is_amount_first = False
        if part is None or (says_when and not self.is_amount_first and part.amount is not None):
            part = self._new_part(found.start())
        elif self.joined:
            # What follows "and" is another part, or belongs to a list that is one piece.
            raise NotUnderstood("not_understood", (self.joined[0], found.end()))
        return TAKES[name](self.source, name, part, found)

    def _left_over(self, at: int) -> NotUnderstood:
        plain = self.source.plain
        for code, pattern in LEFT_OVER:
            if found := pattern.match(plain, at):
                return NotUnderstood(code, found.span())
        word = _WORD.match(plain, at)
        span = word.span() if word else (at, at + 1)
        written = plain[slice(*span)]
        if written.lower().replace(".", "") in LATIN:
            return NotUnderstood("latin", span)
        if any(sign.isdigit() and not sign.isascii() for sign in written):
            return NotUnderstood("foreign_digits", span)
        return NotUnderstood("not_understood", span)
