from django.apps import AppConfig


class PatientsConfig(AppConfig):
    name = "patients"

    def ready(self) -> None:
        from ledger import erasing, verification
        from patients import projection

        erasing.register(projection.forget)
        verification.register(projection.differences)
