"""Addresses of the work: medicines, regimens, dose steps."""

from django.urls import path

from titration.planning import EVENTS
from titration.views import (
    calendar_texts,
    changes,
    drafts,
    exports,
    issues,
    known,
    medicines,
    pasting,
    patient,
    plan_events,
    plans,
    regimen,
    regimens,
    reviews,
    signing,
    steps,
    worklist,
)

urlpatterns = [
    path("", worklist.worklist, name="worklist"),
    path("changes/", changes.changes, name="changes"),
    path("changes.pdf", changes.changes_pdf, name="changes-pdf"),
    path("medicines/", medicines.medicine_list, name="medicine-list"),
    path("medicines/new/", medicines.medicine_new, name="medicine-new"),
    path("medicines/<uuid:medicine>/", medicines.medicine, name="medicine"),
    path("medicines/<uuid:medicine>/edit/", medicines.medicine_edit, name="medicine-edit"),
    path("patients/<uuid:patient>/", patient.patient, name="patient"),
    path("patients/<uuid:patient>/export.pdf", exports.patient_pdf, name="patient-pdf"),
    path("patients/<uuid:patient>/export.csv", exports.patient_csv, name="patient-csv"),
    path("patients/<uuid:patient>/known/", known.patient_known, name="patient-known"),
    path("carry/put-down/", patient.carry_put_down, name="carry-put-down"),
    path("patients/<uuid:patient>/regimens/new/", regimens.regimen_new, name="regimen-new"),
    path("regimens/<uuid:regimen>/edit/", regimens.regimen_edit, name="regimen-edit"),
    path("regimens/<uuid:regimen>/history/", regimens.regimen_history, name="regimen-history"),
    path("regimens/<uuid:regimen>/retract/", regimens.regimen_retract, name="regimen-retract"),
    path("regimens/<uuid:regimen>/", regimen.regimen, name="regimen"),
    path("regimens/<uuid:regimen>/steps/new/", steps.step_new, name="step-new"),
    path("steps/<uuid:step>/correct/", steps.step_correct, name="step-correct"),
    path("steps/<uuid:step>/retract/", steps.step_retract, name="step-retract"),
    path("steps/<uuid:step>/confirm/", steps.step_confirm, name="step-confirm"),
    path("steps/<uuid:step>/dispute/", steps.step_dispute, name="step-dispute"),
    path("regimens/<uuid:regimen>/reviews/new/", reviews.review_new, name="review-new"),
    path("reviews/<uuid:review>/", reviews.review, name="review"),
    path("regimens/<uuid:regimen>/plans/new/", drafts.plan_new, name="plan-new"),
    path("plans/<uuid:draft>/edit/", drafts.plan_edit, name="plan-edit"),
    path("plans/<uuid:draft>/paste/", pasting.plan_paste, name="plan-paste"),
    path("plans/<uuid:draft>/discard/", drafts.plan_discard, name="plan-discard"),
    path("plans/<uuid:plan>/", plans.plan, name="plan"),
    path("plans/<uuid:plan>/calendar.pdf", issues.plan_calendar, name="plan-calendar"),
    path("plans/<uuid:plan>/calendar.ics", issues.plan_ical, name="plan-ical"),
    path("plans/<uuid:plan>/issue/", issues.plan_issue, name="plan-issue"),
    path("issues/<uuid:issue>/", issues.issue, name="issue"),
    path("issues/<uuid:issue>/told/", issues.issue_told, name="issue-told"),
    path("calendar-texts/", calendar_texts.calendar_text_list, name="calendar-text-list"),
    path("calendar-texts/new/", calendar_texts.calendar_text_new, name="calendar-text-new"),
    path("calendar-texts/<uuid:text>/", calendar_texts.calendar_text, name="calendar-text"),
    path(
        "calendar-texts/<uuid:text>/edit/",
        calendar_texts.calendar_text_edit,
        name="calendar-text-edit",
    ),
    path("plans/<uuid:draft>/sign/", signing.plan_sign, name="plan-sign"),
    *(
        path(
            f"plans/<uuid:plan>/event/{kind}/",
            plan_events.plan_event,
            {"kind": kind},
            name=f"plan-{kind}",
        )
        for kind in EVENTS
    ),
]
