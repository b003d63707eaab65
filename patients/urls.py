from django.urls import path

from patients import views

urlpatterns = [
    path("patients/", views.patient_list, name="patient-list"),
    path("patients/new/", views.patient_new, name="patient-new"),
    path("patients/<uuid:patient>/edit/", views.patient_edit, name="patient-edit"),
    path("patients/<uuid:patient>/history/", views.patient_history, name="patient-history"),
]
