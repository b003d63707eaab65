import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Each index ends in the order of the search; those of the foreign keys alone say no more."""

    dependencies = [("access", "0002_access_events_from_the_spool")]

    operations = [
        migrations.RemoveIndex(model_name="accessedpatient", name="access_accessed_by_patient"),
        migrations.RemoveIndex(model_name="accessevent", name="access_event_clinic_at"),
        migrations.RemoveIndex(model_name="accessevent", name="access_event_user_at"),
        migrations.AlterField(
            model_name="accessedpatient",
            name="event",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="patients",
                to="access.accessevent",
            ),
        ),
        migrations.AlterField(
            model_name="accessevent",
            name="clinic",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="access.clinic",
            ),
        ),
        migrations.AlterField(
            model_name="accessevent",
            name="user",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddIndex(
            model_name="accessedpatient",
            index=models.Index(fields=["patient", "event"], name="access_accessed_by_patient"),
        ),
        migrations.AddIndex(
            model_name="accessevent",
            index=models.Index(fields=["clinic", "at", "id"], name="access_event_of_clinic"),
        ),
        migrations.AddIndex(
            model_name="accessevent",
            index=models.Index(fields=["clinic", "kind", "at", "id"], name="access_event_of_kind"),
        ),
        migrations.AddIndex(
            model_name="accessevent",
            index=models.Index(
                fields=["user", "clinic", "at", "id"], name="access_event_of_person"
            ),
        ),
        migrations.AddIndex(
            model_name="accessevent",
            index=models.Index(
                condition=models.Q(("clinic__isnull", True)),
                fields=["user", "at", "id"],
                name="access_event_of_no_clinic",
            ),
        ),
    ]
