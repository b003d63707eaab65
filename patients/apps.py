from django.apps import AppConfig


class PatientsConfig(AppConfig):
    name = "patients"

    def ready(self) -> None:
        from ledger import verification
        from patients import projection

        verification.register(projection.differences)
