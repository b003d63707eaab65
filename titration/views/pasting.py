"""A pasted table: shown as it was read and marked, and put into the draft once it is confirmed."""

from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from access import kept
from access.signed_in import SignedInRequest
from titration import document, typed, wording
from titration.actions import drafts as actions
from titration.actions.drafts import DraftConflict, DraftGone
from titration.document import Document, TooLong
from titration.forms.plans import PasteForm
from titration.models import PlanDraft
from titration.presenters import drafts as presenters
from titration.views.drafts import (
    as_revision,
    conflict_answer,
    draft_for,
    gone,
    revision_seen,
    signed_already,
)


@require_http_methods(["GET", "HEAD", "POST"])
def plan_paste(request: SignedInRequest, draft: UUID) -> HttpResponse:
    """Paste a table, see what is read of it, and only then put its rows into the draft."""
    if not PlanDraft.objects.filter(pk=draft).exists():
        return signed_already(request, draft)
    found = draft_for(request, draft)
    form = PasteForm(request.POST if request.method == "POST" else kept.give_back(request))
    if request.method != "POST":
        return paste_page(request, found, form)
    try:
        if form.is_valid():
            return pasted(request, found, form)
    except TooLong as refusal:
        form.add_error("pasted", too_long_words(refusal))
    except DraftGone:
        return gone(request, found)
    return paste_page(request, found, form, status=422)


def pasted(request: SignedInRequest, draft: PlanDraft, form: PasteForm) -> HttpResponse:
    """What was read of the table; once that is confirmed, its rows are put in. Raises TooLong."""
    table = read_table(draft, form)
    rows = rows_of(draft, table)
    if all(map(document.is_blank, rows)):
        form.add_error("pasted", _("No row was found: headings alone, or blanks, are no rows."))
        return paste_page(request, draft, form, status=422)
    do = request.POST.get("do", "")
    if do in ("replace", "insert"):
        return put_in(request, draft, rows, do)
    preview = document.tidy({**draft.document, "rows": rows, "undo": []})
    return paste_page(request, draft, form, preview=preview, table=table)


def paste_page(
    request: SignedInRequest,
    draft: PlanDraft,
    form: PasteForm,
    *,
    preview: Document | None = None,
    table: typed.Table | None = None,
    status: int = 200,
) -> HttpResponse:
    """The box to paste into; with a `preview`, what was read of each row, and where it goes."""
    after = form["after"].value() or ""
    context = presenters.page_of(draft) | {
        "form": form,
        "submission": uuid4(),
        # What is put in goes over the draft as it was when the person began to paste.
        "revision": as_revision(form["revision"].value() or "") or draft.revision,
    }
    if preview is not None and table is not None:
        read = document.read_rows(preview)
        context |= presenters.pasted_table(table, read)
        context |= {"place": presenters.place_of(draft.document, after)}
    return render(request, "titration/plan_paste.html", context, status=status)


def read_table(draft: PlanDraft, form: PasteForm) -> typed.Table:
    """The table as typed; its bare figures take the draft's unit, its columns if that was said."""
    slots = draft.document["slots"] if form.cleaned_data["in_columns"] else ()
    return typed.read_table(form.cleaned_data["pasted"], slots=slots, unit=draft.document["unit"])


def rows_of(draft: PlanDraft, table: typed.Table) -> list[dict]:
    return document.pasted_rows(table, unit=draft.document["unit"], date_words=wording.date_words)


def put_in(request: SignedInRequest, draft: PlanDraft, rows: list[dict], do: str) -> HttpResponse:
    """Put the rows into the draft: instead of its rows, or after the row that was named.

    When somebody saved the draft meanwhile, both texts are shown instead.
    """
    before, seen = draft.document, revision_seen(request)
    places = [row["row"] for row in before["rows"]]
    after = request.POST.get("after", "")
    at = places.index(after) + 1 if after in places else len(places)
    text = document.replaced(before, rows, at=None if do == "replace" else at)
    try:
        actions.save_draft(draft=draft, document=text, seen=seen, by=request.user)
    except DraftConflict as conflict:
        return conflict_answer(request, draft, text, conflict.draft)
    words = ngettext(
        "%(count)s row is put in. Undo takes it out again.",
        "%(count)s rows are put in. Undo takes them out again.",
        len(rows),
    )
    messages.success(request, words % {"count": len(rows)})
    return redirect(f"{reverse('plan-edit', args=[draft.pk])}#row-{rows[0]['row']}")


def too_long_words(refusal: TooLong) -> str:
    if refusal.cell == "rows":
        return _("A plan has at most 200 rows. Begin a second plan after it.")
    return _("A cell of the table is too long for a draft. Paste its text in parts.")
