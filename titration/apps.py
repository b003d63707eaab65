from django.apps import AppConfig


class TitrationConfig(AppConfig):
    name = "titration"

    def ready(self) -> None:
        from ledger import erasing, verification
        from patients import projection as people
        from titration import projection

        erasing.register(projection.forget)
        verification.register(projection.differences)
        people.register(projection.refresh_patient)
