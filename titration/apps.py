from django.apps import AppConfig


class TitrationConfig(AppConfig):
    name = "titration"

    def ready(self) -> None:
        from ledger import erasing, verification
        from titration import projection

        erasing.register(projection.forget)
        verification.register(projection.differences)
