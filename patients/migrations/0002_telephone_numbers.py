from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("patients", "0001_patients_and_finding_them")]

    operations = [
        migrations.AddField(
            model_name="patientversion",
            name="telephone",
            field=models.CharField(blank=True, max_length=40, null=True, verbose_name="telephone"),
        ),
    ]
