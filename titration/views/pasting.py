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
from titration.views.drafts import draft_for, gone


@require_http_methods(["GET", "HEAD", "POST"])
def plan_paste(request: SignedInRequest, draft: UUID) -> HttpResponse:
    """Paste a table, see what is read of it, and only then put its rows into the draft."""
    found = draft_for(request, draft)
    form = PasteForm(request.POST if request.method == "POST" else kept.give_back(request))
    if request.method != "POST":
        return paste_page(request, found, form)
    if not form.is_valid():
        return paste_page(request, found, form, status=422)
    table = read_table(found, form)
    rows = rows_of(found, table)
    do = request.POST.get("do", "")
    try:
        if do in ("replace", "insert"):
            return put_in(request, found, rows, do)
        preview = document.tidy({**found.document, "rows": rows, "undo": []})
    except TooLong as refusal:
        form.add_error("pasted", too_long_words(refusal))
        return paste_page(request, found, form, status=422)
    except DraftGone:
        return gone(request, found)
    return paste_page(request, found, form, preview=preview, table=table)


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
    context = presenters.page_of(draft) | {"form": form, "submission": uuid4()}
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
    """Put the rows into the draft: instead of its rows, or after the row that was named."""
    before = draft.document
    places = [row["row"] for row in before["rows"]]
    after = request.POST.get("after", "")
    at = places.index(after) + 1 if after in places else len(places)
    text = document.replaced(before, rows, at=None if do == "replace" else at)
    try:
        actions.save_draft(draft=draft, document=text, seen=draft.revision, by=request.user)
    except DraftConflict:
        messages.warning(request, _("Somebody saved this draft meanwhile. Paste the table again."))
        return redirect("plan-paste", draft.pk)
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
