from django.urls import path

from patients.views import people

urlpatterns = [
    path("patients/", people.patient_list, name="patient-list"),
    path("patients/new/", people.patient_new, name="patient-new"),
    path("patients/<uuid:patient>/edit/", people.patient_edit, name="patient-edit"),
    path("patients/<uuid:patient>/history/", people.patient_history, name="patient-history"),
]
