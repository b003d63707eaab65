"""Walk every chain and say what is not as it was written; ends with an error if anything is not."""

from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db.models import Sum
from django.utils.translation import gettext as _

from access.management.bar import Bar
from access.models import Clinic
from ledger import checkpoints, verification
from ledger.checkpoints import CheckpointError, Note
from ledger.models import AccessSeal, Head
from ledger.verification import Damage, Finding
from ledger.verification.ruins import NOT_READ

MOST_LINES = 1000
"""Findings of one chain that are written out; the others are counted."""


def uuid(text: str) -> UUID:
    """The uuid of a clinic, as typed."""
    try:
        return UUID(text)
    except ValueError as error:
        raise ArgumentTypeError(_("type the uuid of a clinic")) from error


def add_checkpoint_arguments(parser: ArgumentParser) -> None:
    """The checkpoints to verify against, and the key that they were signed with."""
    parser.add_argument(
        "--checkpoint",
        type=Path,
        nargs="+",
        action="extend",
        default=[],
        metavar="FILE",
        help="signed checkpoints that the chains must continue",
    )
    parser.add_argument(
        "--public-key",
        type=Path,
        metavar="FILE",
        help="what checkpoint_key printed; without it, CHECKPOINT_KEY's own",
    )


class Command(BaseCommand):
    help = "Check that the record is what was written; each finding on a line of its own."

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_checkpoint_arguments(parser)
        parser.add_argument("--clinic", type=uuid, help="only this clinic, by its uuid")

    def handle(
        self,
        *args: Any,
        checkpoint: list[Path],
        public_key: Path | None,
        clinic: UUID | None,
        **options: Any,
    ) -> None:
        try:
            notes, unfit = read(checkpoint, public_key, clinic)
        except CheckpointError as error:
            raise CommandError(str(error)) from error
        clinics = Clinic.objects.order_by("pk")
        if clinic is not None:
            clinics = clinics.filter(uuid=clinic)
            if not clinics:
                raise CommandError(_("There is no clinic %(uuid)s here.") % {"uuid": clinic})
        self.bar = Bar(self.stderr, total(clinic))
        self.found = self.tell(unfit)
        for one in clinics:
            self.verify(one, [note for note in notes if note.clinic == one.uuid])
        if clinic is None:
            self.verify_the_rest(notes, {one.uuid for one in clinics})
        self.bar.clear()
        if self.found:
            raise CommandError(_("Findings: %(count)s.") % {"count": f"{self.found:,}"})

    def verify(self, clinic: Clinic, notes: list[Note]) -> None:
        before = self.bar.done
        found = self.tell(verification.clinic(clinic, notes, self.bar.advance))
        said = {
            "clinic": clinic,
            "entries": f"{self.bar.done - before:,}",
            "checkpoints": f"{len(notes):,}",
            "found": f"{found:,}",
        }
        self.bar.clear()
        self.stdout.write(
            _("%(clinic)s: entries %(entries)s, checkpoints %(checkpoints)s, findings %(found)s.")
            % said
        )
        self.found += found

    def verify_the_rest(self, notes: list[Note], clinics: set[UUID]) -> None:
        """What belongs to no one clinic: sealed access events, rows that belong to nothing."""
        unknown = (note for note in notes if note.clinic and note.clinic not in clinics)
        found = self.tell(map(gone, unknown))
        before = self.bar.done
        of_access = [note for note in notes if note.clinic is None]
        found += self.tell(verification.access(of_access, self.bar.advance))
        said = {
            "events": f"{self.bar.done - before:,}",
            "checkpoints": f"{len(of_access):,}",
        }
        found += self.tell(verification.strays())
        found += self.tell(verification.misspelt())
        found += self.tell(verification.unguarded())
        self.bar.clear()
        self.stdout.write(
            _(
                "Sealed access events and acts %(events)s, checkpoints %(checkpoints)s, "
                "findings %(found)s."
            )
            % {**said, "found": f"{found:,}"}
        )
        self.found += found

    def tell(self, findings: Iterable[Finding]) -> int:
        """Write each finding on a line; returns how many there are."""
        count = 0
        for count, finding in enumerate(findings, 1):
            if count <= MOST_LINES:
                self.bar.clear()
                self.stdout.write(str(finding).replace("\n", " "))
        if count > MOST_LINES:
            left = {"count": f"{count - MOST_LINES:,}"}
            self.stdout.write(_("and %(count)s more findings") % left)
        return count


def read(
    files: list[Path], public: Path | None, clinic: UUID | None
) -> tuple[list[Note], list[Finding]]:
    """The notes that the key has signed; a finding for each that it has not, or that is lacking."""
    if not files:
        return [], []
    if public is not None:
        key = checkpoints.public_key(public)
    elif settings.CHECKPOINT_KEY:
        key = checkpoints.private_key(Path(settings.CHECKPOINT_KEY)).public_key()
    else:
        raise CommandError(_("Name the key that signed with --public-key, or set CHECKPOINT_KEY."))
    notes, unfit = [], []
    for path in files:
        for note in checkpoints.read(path):
            if checkpoints.is_signed_by(note, key):
                notes.append(note)
            else:
                says = _("the checkpoint of %(origin)s in %(path)s is not signed by this key.")
                says %= {"origin": note.origin, "path": path}
                unfit.append(Finding(Damage.CHECKPOINT, says))
    for origin in checkpoints.unmentioned(notes, clinic):
        says = _("no checkpoint given is of %(origin)s, which was there before the newest.")
        unfit.append(Finding(Damage.CHECKPOINT, says % {"origin": origin}))
    return notes, unfit


def gone(note: Note) -> Finding:
    says = _("the clinic %(clinic)s of a checkpoint of %(at)s, with %(size)s entries, is not here.")
    said = {"clinic": note.clinic, "at": note.at, "size": f"{note.size:,}"}
    return Finding(Damage.STALE, says % said)


def total(clinic: UUID | None) -> int:
    """How many entries and sealed events there are to read; 0 where no number says so."""
    heads = Head.objects.filter(clinic__uuid=clinic) if clinic is not None else Head.objects.all()
    try:
        entries = heads.aggregate(total=Sum("number"))["total"] or 0
        if clinic is not None:
            return int(entries)
        return int(entries + (AccessSeal.objects.aggregate(total=Sum("count"))["total"] or 0))
    except NOT_READ:
        return 0
