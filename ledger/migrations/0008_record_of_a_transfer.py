from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0007_seals_of_acts"),
    ]

    operations = [
        migrations.AlterField(
            model_name="importedfile",
            name="file_format",
            field=models.CharField(
                choices=[
                    ("csv", "table (CSV)"),
                    ("xlsx", "spreadsheet (XLSX)"),
                    ("ledger-csv", "Dose Ledger tables (CSV)"),
                    ("fhir", "FHIR R4 Bundle"),
                    ("transfer", "transfer from another clinic of this server"),
                ],
                max_length=20,
                verbose_name="format",
            ),
        ),
    ]
