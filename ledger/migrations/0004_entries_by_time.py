from django.db import migrations, models


class Migration(migrations.Migration):
    """What was known at a time is the newest entry by then, found without reading the others."""

    dependencies = [
        ("access", "0001_people_clinics_and_access_events"),
        ("ledger", "0003_seals_of_access_events"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(
                fields=["clinic", "recorded_at", "number"], name="ledger_entry_by_time"
            ),
        ),
    ]
