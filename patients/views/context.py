"""The context of a patient: what is known of each topic, typed, confirmed, and its history."""

from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from access import audit, kept, policies
from access.models import AccessKind
from access.signed_in import SignedInRequest
from ledger import moments, writing
from ledger.models import Entry
from ledger.moments import Moment
from patients import actions, presenters, search
from patients.context import TOPICS
from patients.forms import ContextForm, with_another_row
from patients.models import ContextConfirmation, ContextVersion, Patient
from patients.presenters import context as presenter
from patients.reading import KnownTopic, known_context
from patients.views.shared import before_number, reach


@require_safe
def patient_context(request: SignedInRequest, patient: UUID) -> HttpResponse:
    """What is known of each topic, today or as known at a moment."""
    person = reach(request, patient, policies.VIEW_CHARTS)
    audit.saw(request, AccessKind.VIEW, [person.pk], clinic=person.clinic)
    moment = moments.known(request.GET.get("known"), person.clinic, timezone.now())
    return render(request, "patients/context.html", _page(request, person, moment))


def _page(request: SignedInRequest, person: Patient, moment: Moment | None) -> dict[str, object]:
    banner = presenters.banner(person, moment=moment)
    known = known_context(person.pk, moment.number if moment else None)
    may_record = moment is None and not banner.is_erased
    may_record = may_record and policies.allows(request.user, person.clinic, policies.RECORD)
    cards = presenter.cards(person, known, may_record=may_record)
    return {
        "banner": banner,
        "not_today": presenters.not_today(moment, reverse("patient-context", args=[person.pk])),
        "patient": person,
        "may_record": may_record,
        "may_export": policies.allows(request.user, person.clinic, policies.EXPORT_CHARTS),
        "cards": cards,
        "confirmable": [card.entry for card in cards if card.entry],
        "submission": uuid4(),
    }


@require_http_methods(["GET", "HEAD", "POST"])
def patient_context_edit(request: SignedInRequest, patient: UUID) -> HttpResponse:
    """Type all topics in one form, or the one that `?topic=` names."""
    person = reach(request, patient, policies.RECORD)
    is_sent = request.method == "POST"
    topics = request.GET.getlist("topic") or list(TOPICS)
    if not set(topics) <= set(TOPICS):
        raise Http404
    kind = AccessKind.WRITE if is_sent else AccessKind.VIEW
    audit.saw(request, kind, [person.pk], clinic=person.clinic)
    known = [each for each in known_context(person.pk) if each.topic.code in topics]
    data = request.POST if is_sent else kept.give_back(request)
    if data is not None and "add_row" in data:
        data = with_another_row(data)
    form = ContextForm(data, patient=person, known=known)
    if is_sent and "add_row" in request.POST:
        form.withhold_errors()
    elif is_sent and form.is_valid():
        return _record(request, form, known)
    return _form_page(request, form)


def _record(request: SignedInRequest, form: ContextForm, known: list[KnownTopic]) -> HttpResponse:
    """Recorded, or the form again with the reason why not."""
    try:
        version = actions.record_context(by=request.user, **form.asked())
    except actions.UnfitContext as error:
        form.tell(error.problems)
    except actions.NothingChanged:
        form.say(_("This is what is recorded already. Nothing was recorded anew."))
    except writing.SubmissionConflict as error:
        form.say(
            _(
                "This form was sent before with other content, and recorded then as entry "
                "%(number)s. What is typed now differs from that, and is not recorded."
            )
            % {"number": f"{error.entry.number:,}"}
        )
    except writing.AlreadySuperseded:
        return _overtaken(request, form, {each.topic.code for each in known})
    else:
        number = version.entry.number
        messages.success(request, _("Recorded as entry %(number)d.") % {"number": number})
        return redirect("patient-context", form.patient.pk)
    return _form_page(request, form)


def _overtaken(request: SignedInRequest, form: ContextForm, topics: set[str]) -> HttpResponse:
    """Both texts of each topic that somebody recorded since, above the form as it is typed."""
    known = [each for each in known_context(form.patient.pk) if each.topic.code in topics]
    overtaken = form.overtaken(known)
    found = presenter.conflicts(
        [each for each in known if each.topic.code in overtaken], form.texts
    )
    return _form_page(request, form.renewed(known, overtaken), conflicts=found, status=409)


def _form_page(
    request: SignedInRequest, form: ContextForm, status: int = 200, **more: object
) -> HttpResponse:
    context = {
        "banner": presenters.banner(form.patient),
        "patient": form.patient,
        "form": form,
        **more,
    }
    return render(request, "patients/context_edit.html", context, status=status)


@require_POST
def patient_context_confirm(request: SignedInRequest, patient: UUID) -> HttpResponse:
    """Confirm that the texts that were on the page, `seen`, are unchanged."""
    person = reach(request, patient, policies.RECORD)
    audit.saw(request, AccessKind.WRITE, [person.pk], clinic=person.clinic)
    seen = _entries(person, request.POST.getlist("seen"))
    try:
        actions.confirm_context(
            patient=person, seen=seen, by=request.user, submission=_submission(request)
        )
    except (actions.NothingChanged, writing.SubmissionConflict):
        messages.error(request, _("Nothing was confirmed. Look at the page as it is now."))
    except writing.AlreadySuperseded as error:
        words = _(
            "Nothing was confirmed: %(name)s recorded a change while you were reading. "
            "Read the page as it is now, and confirm again."
        )
        messages.error(request, words % {"name": error.entry.recorded_by_name})
    else:
        words = ngettext(
            "%(count)d topic confirmed as unchanged.",
            "%(count)d topics confirmed as unchanged.",
            len(seen),
        )
        messages.success(request, words % {"count": len(seen)})
    return redirect("patient-context", person.pk)


def _entries(person: Patient, sent: list[str]) -> list[Entry]:
    """The entries of the texts that were on the page, in their order."""
    keys = [key for key in map(_key, sent) if key]
    found = Entry.objects.filter(patient=person.pk, kind=ContextVersion.KIND, pk__in=keys)
    return list(found.order_by("number"))


def _submission(request: SignedInRequest) -> UUID:
    return _key(request.POST.get("submission", "")) or uuid4()


def _key(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


@require_safe
def patient_context_history(request: SignedInRequest, patient: UUID) -> HttpResponse:
    """Every text of every topic and every confirmation, the newest first."""
    person = reach(request, patient, policies.VIEW_CHARTS)
    audit.saw(request, AccessKind.VIEW, [person.pk], clinic=person.clinic)
    moment = moments.known(request.GET.get("known"), person.clinic, timezone.now())
    address = reverse("patient-context-history", args=[person.pk])
    context = {
        "banner": presenters.banner(person, moment=moment),
        "not_today": presenters.not_today(moment, address),
        "patient": person,
        **_events(person, before_number(request), moment, address),
    }
    return render(request, "patients/context_history.html", context)


def _events(
    person: Patient, before: int | None, moment: Moment | None, address: str
) -> dict[str, object]:
    """One page of the history, up to a moment; from below the entry `before`. Three queries."""
    kinds = (ContextVersion.KIND, ContextConfirmation.KIND)
    entries = Entry.objects.filter(patient=person.pk, kind__in=kinds)
    if moment is not None:
        entries = entries.filter(number__lte=moment.number)
    if before is not None:
        entries = entries.filter(number__lt=before)
    found = list(entries.order_by("-number")[: search.PAGE + 1])
    page = found[: search.PAGE]
    keys = [entry.pk for entry in page]
    older: dict[str, str | int] = {}
    if len(found) > len(page):
        older = {"before": page[-1].number} | ({"known": moment.text} if moment else {})
    return {
        "events": presenter.events(
            page,
            ContextVersion.objects.select_related("entry").in_bulk(keys),
            ContextConfirmation.objects.select_related("confirms__entry").in_bulk(keys),
        ),
        "newer_url": address + (moment.query if moment else "") if before is not None else "",
        "older_url": f"?{urlencode(older)}" if older else "",
    }
