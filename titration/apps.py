from django.apps import AppConfig


class TitrationConfig(AppConfig):
    name = "titration"

    def ready(self) -> None:
        from access import leaving
        from access.audit import finders
        from ledger import erasing, verification
        from patients import projection as people
        from titration import actions, audit, projection

        finders.append(audit.subject)
        leaving.register(actions.left_to_hand_over)
        erasing.register(projection.forget)
        verification.register(projection.differences)
        people.register(projection.refresh_patient)
