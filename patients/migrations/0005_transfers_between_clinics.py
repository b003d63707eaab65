import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0011_notice_of_wrong_codes"),
        ("ledger", "0008_record_of_a_transfer"),
        ("patients", "0004_links_between_records_of_one_person"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Arrival",
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
                ("transfer", models.UUIDField(editable=False)),
                ("sender_name", models.CharField(max_length=200, verbose_name="from")),
                ("offered_by_name", models.CharField(max_length=150, verbose_name="offered by")),
                ("last_number", models.PositiveBigIntegerField()),
                ("last_digest", models.CharField(max_length=64)),
                (
                    "left",
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
                        related_name="arrivals",
                        to="patients.patient",
                    ),
                ),
                (
                    "responsible",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "sender",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="access.clinic",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("transfer",), name="patients_arrival_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Transfer",
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
                ("transfer", models.UUIDField(default=uuid.uuid4, editable=False)),
                (
                    "event",
                    models.CharField(
                        choices=[
                            ("offered", "offered"),
                            ("accepted", "accepted"),
                            ("declined", "declined"),
                        ],
                        max_length=10,
                        verbose_name="event",
                    ),
                ),
                ("to_name", models.CharField(max_length=200, verbose_name="to")),
                (
                    "responsible_name",
                    models.CharField(blank=True, max_length=150, verbose_name="responsible"),
                ),
                ("says", models.TextField(blank=True, null=True, verbose_name="why")),
                (
                    "arrived",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="patients.patient",
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="transfers",
                        to="patients.patient",
                    ),
                ),
                (
                    "responsible",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "to",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="access.clinic",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("event__in", ["offered", "accepted", "declined"])),
                        name="patients_transfer_event_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("arrived__isnull", False), ("event", "accepted")),
                            models.Q(
                                models.Q(("event", "accepted"), _negated=True), ("arrived", None)
                            ),
                            _connector="OR",
                        ),
                        name="patients_transfer_arrives_accepted",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("event", "offered")),
                        fields=("transfer",),
                        name="patients_transfer_offered_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("event", "offered"), _negated=True),
                        fields=("transfer",),
                        name="patients_transfer_answered_once",
                    ),
                ],
            },
        ),
    ]
