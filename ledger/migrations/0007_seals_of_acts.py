from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0006_imported_files_and_origins"),
    ]

    operations = [
        migrations.AddField(
            model_name="accessseal",
            name="is_of_acts",
            field=models.BooleanField(default=False),
        ),
    ]
