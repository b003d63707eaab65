"""Addresses of the work: medicines, regimens, dose steps."""

from django.urls import path

from titration.views import medicines, regimen, steps

urlpatterns = [
    path("medicines/", medicines.medicine_list, name="medicine-list"),
    path("medicines/new/", medicines.medicine_new, name="medicine-new"),
    path("medicines/<uuid:medicine>/", medicines.medicine, name="medicine"),
    path("medicines/<uuid:medicine>/edit/", medicines.medicine_edit, name="medicine-edit"),
    path("regimens/<uuid:regimen>/", regimen.regimen, name="regimen"),
    path("regimens/<uuid:regimen>/steps/new/", steps.step_new, name="step-new"),
    path("steps/<uuid:step>/correct/", steps.step_correct, name="step-correct"),
    path("steps/<uuid:step>/retract/", steps.step_retract, name="step-retract"),
    path("steps/<uuid:step>/confirm/", steps.step_confirm, name="step-confirm"),
]
