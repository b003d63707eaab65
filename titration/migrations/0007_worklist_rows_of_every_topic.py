import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def related(to: str, **options) -> models.ForeignKey:
    return models.ForeignKey(
        on_delete=django.db.models.deletion.CASCADE, to=to, **{"related_name": "+", **options}
    )


class Migration(migrations.Migration):
    """The rows are disposable: rebuild_projection makes them anew."""

    dependencies = [
        ("access", "0003_indexes_for_searching_access_events"),
        ("patients", "0002_telephone_numbers"),
        ("titration", "0006_received_from_a_signed_plan"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.DeleteModel(name="AwaitingConfirmation"),
        migrations.DeleteModel(name="WorklistRow"),
        migrations.CreateModel(
            name="WorklistRow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("clinic", related("access.clinic", db_index=False)),
                ("patient", related("patients.patient", db_index=False)),
                ("regimen", related("titration.regimen", related_name="worklist_rows")),
                ("medicine", related("titration.medicine", db_index=False)),
                ("whose", related(settings.AUTH_USER_MODEL, db_index=False)),
                ("topic", models.CharField(max_length=12)),
                ("day", models.DateField()),
                ("shown_from", models.DateField()),
                ("shown_until", models.DateField(null=True)),
                ("about", models.UUIDField()),
                ("number", models.PositiveBigIntegerField()),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=[
                            *("clinic", "topic", "day", "number", "about"),
                            *("shown_from", "shown_until"),
                        ],
                        name="titration_worklist",
                    ),
                    models.Index(
                        fields=[
                            *("clinic", "whose", "topic", "day", "number", "about"),
                            *("shown_from", "shown_until"),
                        ],
                        name="titration_worklist_mine",
                    ),
                    models.Index(
                        fields=["clinic", "medicine", "topic", "day", "number", "about"],
                        name="titration_worklist_medicine",
                    ),
                    models.Index(fields=["clinic", "shown_until"], name="titration_worklist_over"),
                ],
            },
        ),
    ]
