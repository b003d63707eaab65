from django.apps import AppConfig


class PatientsConfig(AppConfig):
    name = "patients"

    def ready(self) -> None:
        from access.audit import companions
        from ledger import erasing, verification
        from patients import linked, projection

        companions.append(linked.reached)
        erasing.register(projection.forget)
        verification.register(projection.differences)
