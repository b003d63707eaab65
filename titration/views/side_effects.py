"""Side effects and signs of withdrawal: recording one, that it ended, correcting, withdrawing."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from access import kept
from access.policies import RECORD, VIEW_CHARTS
from access.signed_in import SignedInRequest
from ledger.writing import AlreadySuperseded, newest_number_of
from patients.models import Patient
from titration import actions
from titration.forms.observations import (
    EndForm,
    SideEffectCorrectionForm,
    SideEffectForm,
    effect_initial,
)
from titration.models import Course, Regimen, RegimenVersion, SideEffect
from titration.policies import ChangedMeanwhile
from titration.presenters.observed import effect_words
from titration.presenters.regimen import title_of
from titration.presenters.texts import TextCard
from titration.reading import observed
from titration.views.attempts import attempt
from titration.views.observations import (
    line_of,
    meanwhile,
    number_of,
    overtaken,
    page_of,
    patient_for,
    patient_of,
    retract,
    text_to_record,
)


def regimens_beside(patient: Patient, kept: UUID | None = None) -> dict[str, tuple[str, Regimen]]:
    """The patient's standing regimens by key: the title and the regimen.

    `kept` is the one that a side effect stands beside already, also where it was withdrawn since.
    """
    offered = Q(regimen__card__is_retracted=False) | Q(regimen=kept)
    versions = RegimenVersion.objects.newest().filter(offered, regimen__patient=patient)
    read = versions.select_related("regimen").order_by("entry__number")
    return {str(version.regimen_id): (title_of(version), version.regimen) for version in read}


@require_http_methods(["GET", "HEAD", "POST"])
def side_effect_new(request: SignedInRequest, patient: UUID) -> HttpResponse:
    """Record a side effect or a sign of withdrawal."""
    found = patient_for(request, patient, RECORD)
    form = SideEffectForm(
        request.POST or kept.give_back(request),
        initial={"seen": newest_number_of(found.pk)},
        clinic=found.clinic,
        now=found.clinic.local(timezone.now()),
        regimens=regimens_beside(found),
    )
    newer: list[TextCard] = []
    if request.method == "POST" and form.is_valid():
        said = {"patient": found, "effects": (form.text(),), "by": request.user}
        said["seen"] = form.cleaned_data["seen"]
        try:
            if attempt(form, actions.record_observations, **said):
                messages.success(request, _("It is recorded."))
                return redirect("observation-list", found.pk)
        except ChangedMeanwhile:
            newer = meanwhile(form, found, [form.text()])
    context = page_of(request, found, "") | {
        "form": form,
        "newer": newer,
        "heading": _("Side effect or sign of withdrawal"),
        "back": reverse("observation-list", args=[found.pk]),
    }
    return render(request, "titration/side_effect_form.html", context, status=form.status)


@require_safe
def side_effect(request: SignedInRequest, effect: UUID) -> HttpResponse:
    """Every text of a side effect, newest first."""
    found = patient_for(request, patient_of(request, SideEffect, effect=effect), VIEW_CHARTS)
    context = page_of(request, found, reverse("side-effect", args=[effect]))
    texts = observed.effect_texts(effect, number_of(context["moment"]))
    context |= {
        **line_of(found, texts, context["moment"]),
        "heading": effect_words(texts[-1]),
        "line": effect,
        "is_effect": True,
        "may_end": texts[-1].course != Course.ENDED,
    }
    return render(request, "titration/observed.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def side_effect_correct(request: SignedInRequest, effect: UUID) -> HttpResponse:
    """Type a side effect again; the old text stays, entered in error."""
    found = text_to_record(request, SideEffect, effect=effect)
    clinic = found.patient.clinic
    form = SideEffectCorrectionForm(
        request.POST or kept.give_back(request),
        initial={**effect_initial(found, clinic), "entry": found.pk},
        clinic=clinic,
        now=clinic.local(timezone.now()),
        regimens=regimens_beside(found.patient, found.regimen_id),
    )
    context: dict[str, Any] = {"form": form, "heading": _("Correct what is written")}
    if request.method == "POST" and form.is_valid():
        said = {"effect": found, "text": form.text(), "by": request.user}
        said["correction_reason"] = form.cleaned_data["correction_reason"]
        try:
            if attempt(form, actions.correct_effect, **said):
                messages.success(request, _("The correction is recorded."))
                return redirect("side-effect", effect)
        except AlreadySuperseded as conflict:
            context |= overtaken(form, found, conflict, observed.effect_texts(effect))
    context |= page_of(request, found.patient, "") | {"back": reverse("side-effect", args=[effect])}
    return render(request, "titration/side_effect_form.html", context, status=form.status)


@require_http_methods(["GET", "HEAD", "POST"])
def side_effect_ended(request: SignedInRequest, effect: UUID) -> HttpResponse:
    """Record that a side effect has ended; everything else that is written of it stays."""
    found = text_to_record(request, SideEffect, effect=effect)
    clinic = found.patient.clinic
    form = EndForm(
        request.POST or kept.give_back(request),
        initial={"entry": found.pk},
        clinic=clinic,
        now=clinic.local(timezone.now()),
    )
    texts = observed.effect_texts(effect)
    context: dict[str, Any] = {"form": form, "heading": effect_words(texts[-1])}
    if request.method == "POST" and form.is_valid():
        said = {"effect": found, "ended": form.effective, "by": request.user}
        try:
            if attempt(form, actions.end_effect, **said):
                messages.success(request, _("The end is recorded."))
                return redirect("observation-list", found.patient_id)
        except AlreadySuperseded as conflict:
            context |= overtaken(form, found, conflict, texts)
    context |= page_of(request, found.patient, "") | {"back": reverse("side-effect", args=[effect])}
    return render(request, "titration/side_effect_ended.html", context, status=form.status)


@require_http_methods(["GET", "HEAD", "POST"])
def side_effect_retract(request: SignedInRequest, effect: UUID) -> HttpResponse:
    """Withdraw a side effect as entered in error."""
    found = text_to_record(request, SideEffect, effect=effect)
    texts = observed.effect_texts(effect)
    return retract(request, found, texts, effect_words(texts[-1]), "side-effect")
