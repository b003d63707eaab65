from django.apps import AppConfig


class TitrationConfig(AppConfig):
    name = "titration"

    def ready(self) -> None:
        from access.audit import finders
        from ledger import erasing, verification
        from patients import projection as people
        from titration import audit, projection

        finders.append(audit.subject)
        erasing.register(projection.forget)
        verification.register(projection.differences)
        people.register(projection.refresh_patient)
