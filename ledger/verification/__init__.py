"""Is the record what was written? Walks every chain and yields a finding for all that is not.

Constant memory: rows come by the thousand, damage that has to be compared by the hundred. It may
run beside a service that writes: what is committed meanwhile is read too.

Apps above register what compares their projections with the record, from AppConfig.ready.
"""

from collections.abc import Callable, Iterable, Iterator

from django.utils.translation import gettext as _

from access.models import Clinic
from ledger import guards
from ledger.checkpoints import Note
from ledger.verification.access import access
from ledger.verification.chain import Chain
from ledger.verification.findings import Damage, Finding, Tell, ignore
from ledger.verification.projections import differing, values
from ledger.verification.roles import roles
from ledger.verification.ruins import to_the_end
from ledger.verification.spelling import misspelt
from ledger.verification.strays import strays, submissions

__all__ = [
    "Damage",
    "Finding",
    "access",
    "clinic",
    "differing",
    "misspelt",
    "parts",
    "register",
    "strays",
    "unguarded",
    "values",
]

ProjectionCheck = Callable[[Clinic], Iterator[Finding]]
_projections: list[ProjectionCheck] = []


def register(check: ProjectionCheck) -> None:
    """Have `check` compare the disposable rows of each clinic that is verified."""
    if check not in _projections:
        _projections.append(check)


def clinic(clinic: Clinic, notes: Iterable[Note] = (), tell: Tell = ignore) -> Iterator[Finding]:
    """Everything of one clinic: its chain, against checkpoints too, who holds which role, and the
    disposable rows.

    `tell` hears how many entries were read, batch by batch.
    """
    for part in parts(clinic, notes, tell):
        yield from part


def parts(
    clinic: Clinic, notes: Iterable[Note] = (), tell: Tell = ignore
) -> list[Iterator[Finding]]:
    """What `clinic` finds, by what is read for it: none asks the database before it is walked."""
    chain = Chain(clinic, notes, tell)
    return [
        to_the_end(chain.findings(), chain.stopped, clinic),
        *(
            to_the_end(part(clinic), _stopped, clinic)
            for part in (submissions, roles, *_projections)
        ),
    ]


def _stopped() -> str:
    return _("what is derived from the entries could not be read to the end.")


def unguarded() -> Iterator[Finding]:
    """The tables that the database does not guard against changes as it was told to."""
    for table in guards.missing():
        says = _("table %(table)s is not guarded against changes.") % {"table": table}
        yield Finding(Damage.UNGUARDED, says)
