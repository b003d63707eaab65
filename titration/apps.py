from django.apps import AppConfig


class TitrationConfig(AppConfig):
    name = "titration"

    def ready(self) -> None:
        from ledger import verification
        from titration import projection

        verification.register(projection.differences)
