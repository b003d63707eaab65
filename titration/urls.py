"""Addresses of the work: medicines, regimens, dose steps."""

from django.urls import path

from titration.views import medicines

urlpatterns = [
    path("medicines/", medicines.medicine_list, name="medicine-list"),
    path("medicines/new/", medicines.medicine_new, name="medicine-new"),
    path("medicines/<uuid:medicine>/", medicines.medicine, name="medicine"),
    path("medicines/<uuid:medicine>/edit/", medicines.medicine_edit, name="medicine-edit"),
]
