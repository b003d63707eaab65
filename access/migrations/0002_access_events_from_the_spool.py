from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("access", "0001_people_clinics_and_access_events")]

    operations = [
        migrations.AddField(
            model_name="accessevent",
            name="spooled",
            field=models.UUIDField(editable=False, null=True),
        ),
        migrations.AddConstraint(
            model_name="accessevent",
            constraint=models.UniqueConstraint(
                condition=models.Q(("spooled__isnull", False)),
                fields=("spooled",),
                name="access_accessevent_spooled_once",
            ),
        ),
    ]
