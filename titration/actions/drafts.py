"""Writes of drafts: begin, save, discard, ask to sign. A draft is no record and counts for nothing.

Each save names the revision that it was typed over: over another one nothing is saved.
"""

from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from access.models import User
from access.policies import RECORD, check
from ledger.writing import check_not_erased, lock
from titration import projection, wording
from titration.actions.shared import check_regimen_stands
from titration.document import Document, document_of, read, tidy
from titration.models import Plan, PlanDraft, PlanVersion, Regimen
from titration.planning import PlanText
from titration.policies import RuleBroken


class DraftConflict(Exception):
    """Somebody saved the draft meanwhile: nothing was saved. `draft` is as it is now."""

    def __init__(self, draft: PlanDraft) -> None:
        super().__init__(str(draft.pk))
        self.draft = draft


class DraftGone(Exception):
    """The draft was signed or discarded meanwhile, or its patient erased: nothing was saved."""


def begin_draft(
    *,
    regimen: Regimen,
    document: Document,
    by: User,
    submission: UUID,
    revises: PlanVersion | None = None,
) -> PlanDraft:
    """Begin a plan for a regimen, or a revision of a signed version. Returns the PlanDraft.

    The draft takes the number of the form that asked, so that sent twice it is begun once.
    """
    check(by, regimen.clinic, RECORD)
    with transaction.atomic():
        lock(regimen.clinic)
        check_not_erased(regimen.patient_id)
        check_regimen_stands(regimen)
        begun = PlanDraft.objects.filter(pk=submission, regimen=regimen, begun_by=by).first()
        if begun is not None:
            return begun
        if Plan.objects.filter(pk=submission).exists():
            raise RuleBroken(None, _("This form was sent before. Open the page anew."))
        now = timezone.now()
        try:
            with transaction.atomic():
                return PlanDraft.objects.create(
                    id=submission,
                    clinic=regimen.clinic,
                    regimen=regimen,
                    revises=revises,
                    document=tidy(document),
                    begun_by=by,
                    begun_at=now,
                    saved_by=by,
                    saved_at=now,
                )
        except IntegrityError:
            raise RuleBroken(None, _("This form was sent before. Open the page anew.")) from None


def revision_of(text: PlanText, unit: str) -> Document:
    """A signed plan as the document of a draft that revises it, in the words that are read back."""
    with translation.override("en-gb"):
        return document_of(
            text, unit=unit, dose_words=wording.dosage_words, date_words=wording.date_words
        )


def save_draft(*, draft: PlanDraft, document: Document, seen: int, by: User) -> PlanDraft:
    """Save what is typed over the revision that it was typed on. Returns the draft as saved.

    What is saved already is not saved again. A change ends the request for a signature, which was
    for another text. Raises DraftConflict and DraftGone.
    """
    check(by, draft.clinic, RECORD)
    written = {"document": document, "saved_by": by, "saved_at": timezone.now()}
    mine = PlanDraft.objects.filter(pk=draft.pk, revision=seen).exclude(document=document)
    is_unasked = Q(asked_at__isnull=True)
    if not mine.filter(is_unasked).update(**written, revision=seen + 1) and mine.exists():
        with transaction.atomic():
            lock(draft.clinic)
            if mine.update(**written, revision=seen + 1, asked_at=None):
                projection.refresh([draft.regimen])
    saved = _present(draft)
    if saved.document != document:
        raise DraftConflict(saved)
    return saved


def discard_draft(*, draft: PlanDraft, seen: int, by: User) -> None:
    """Throw the draft away, as it was seen. Raises DraftConflict when it was saved meanwhile."""
    check(by, draft.clinic, RECORD)
    with transaction.atomic():
        lock(draft.clinic)
        deleted, _rows = PlanDraft.objects.filter(pk=draft.pk, revision=seen).delete()
        if deleted:
            projection.refresh([draft.regimen])
    if not deleted:
        present = PlanDraft.objects.filter(pk=draft.pk).select_related("saved_by").first()
        if present is not None:
            raise DraftConflict(present)


def ask_to_sign(*, draft: PlanDraft, seen: int, by: User) -> PlanDraft:
    """Mark the draft, as it was seen, as ready for its prescriber. Returns it.

    Raises RuleBroken while something keeps it from being signed, DraftConflict and DraftGone.
    """
    check(by, draft.clinic, RECORD)
    present = _present(draft)
    if present.revision != seen:
        raise DraftConflict(present)
    if read(present.document)[1]:
        raise RuleBroken(
            None, _("The plan cannot be signed yet. The list says what is still to be written.")
        )
    with transaction.atomic():
        lock(draft.clinic)
        asked = PlanDraft.objects.filter(pk=draft.pk, revision=seen)
        if not asked.update(asked_by=by, asked_at=timezone.now()):
            raise DraftConflict(_present(draft))
        projection.refresh([present.regimen])
    return _present(draft)


def _present(draft: PlanDraft) -> PlanDraft:
    """The draft as it is now. Raises DraftGone."""
    drafts = PlanDraft.objects.select_related("saved_by", "asked_by", "regimen__clinic")
    present = drafts.filter(pk=draft.pk).first()
    if present is None:
        raise DraftGone
    return present
