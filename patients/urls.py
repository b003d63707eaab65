from django.urls import path

from patients.views import audit, context, people, same_person

urlpatterns = [
    path("patients/", people.patient_list, name="patient-list"),
    path("patients/new/", people.patient_new, name="patient-new"),
    path("patients/<uuid:patient>/edit/", people.patient_edit, name="patient-edit"),
    path("patients/<uuid:patient>/history/", people.patient_history, name="patient-history"),
    path("patients/<uuid:patient>/context/", context.patient_context, name="patient-context"),
    path(
        "patients/<uuid:patient>/context/edit/",
        context.patient_context_edit,
        name="patient-context-edit",
    ),
    path(
        "patients/<uuid:patient>/context/confirm/",
        context.patient_context_confirm,
        name="patient-context-confirm",
    ),
    path(
        "patients/<uuid:patient>/context/history/",
        context.patient_context_history,
        name="patient-context-history",
    ),
    path(
        "patients/<uuid:patient>/same-person/",
        same_person.same_person_list,
        name="same-person-list",
    ),
    path(
        "patients/<uuid:patient>/same-person/new/",
        same_person.same_person_new,
        name="same-person-new",
    ),
    path(
        "same-person/<uuid:link>/retract/",
        same_person.same_person_retract,
        name="same-person-retract",
    ),
    path("patients/<uuid:patient>/access/", audit.patient_access, name="patient-access"),
    path("audit/", audit.audit, name="audit"),
    path("audit/export.csv", audit.audit_csv, name="audit-csv"),
]
