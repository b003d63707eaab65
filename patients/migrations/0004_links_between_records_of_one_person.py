import django.db.models.deletion
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0005_erasures"),
        ("patients", "0003_context_of_dosing"),
    ]

    operations = [
        migrations.CreateModel(
            name="SamePerson",
            fields=[
                (
                    "entry",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="%(class)s",
                        serialize=False,
                        to="ledger.entry",
                    ),
                ),
                ("salt", models.CharField(editable=False, max_length=32, null=True)),
                ("sealed", models.CharField(editable=False, max_length=64, null=True)),
                ("line", models.UUIDField(default=uuid.uuid4, editable=False)),
                ("twin", models.UUIDField(editable=False)),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("said", "the person said so"),
                            ("relative", "a relative or carer said so"),
                            ("document", "an identity document or number was compared"),
                            ("service", "another service or a letter says so"),
                            ("records", "both records tell the same history"),
                        ],
                        max_length=10,
                        verbose_name="reason",
                    ),
                ),
                (
                    "other",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="patients.patient",
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="same_people",
                        to="patients.patient",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("patient", models.F("other")), _negated=True),
                        name="patients_sameperson_two_records",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("reason__in", ["said", "relative", "document", "service", "records"])
                        ),
                        name="patients_sameperson_reason_known",
                    ),
                    models.UniqueConstraint(fields=("line",), name="patients_sameperson_line_once"),
                ],
            },
        ),
    ]
