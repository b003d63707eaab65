from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.migrations.executor import MigrationExecutor
from django.db.models.signals import post_migrate


class TitrationConfig(AppConfig):
    name = "titration"

    def ready(self) -> None:
        from access import leaving, zones
        from access.audit import finders
        from ledger import erasing, verification
        from patients import projection as people
        from patients.presenters import register_count, register_device
        from titration import actions, audit, projection
        from titration.presenters import pumps
        from titration.reading import logged

        finders.append(audit.subject)
        leaving.register(actions.left_to_hand_over)
        erasing.register(projection.forget)
        verification.register(projection.differences)
        zones.register(projection.rebuild_clinic)
        people.register(projection.refresh_patient)
        register_device(pumps.in_place_words)
        register_count(logged.regimen_counts)
        post_migrate.connect(_fill_lists, sender=self)


def _fill_lists(*, using: str, plan: Sequence[tuple[Any, bool]] = (), **_kwargs: Any) -> None:
    """Make the disposable rows anew once the tables are those of this version.

    A version that lists more would otherwise show an empty worklist for a record that is not.
    """
    from titration import projection

    is_changed = any(migration.app_label == TitrationConfig.name for migration, _is_undone in plan)
    if using != DEFAULT_DB_ALIAS or not is_changed:
        return
    executor = MigrationExecutor(connections[using])
    if not executor.migration_plan(executor.loader.graph.leaf_nodes(TitrationConfig.name)):
        projection.rebuild()
