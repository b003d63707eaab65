"""The database knows the act of taking somebody's second factors away; nothing in it changes."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0008_sessions_of_django_are_over"),
    ]

    operations = [
        migrations.AlterField(
            model_name="act",
            name="kind",
            field=models.CharField(
                choices=[
                    ("invited", "invited"),
                    ("invited-again", "made a new link for the invitation"),
                    ("uninvited", "withdrew the invitation"),
                    ("joined", "took the invitation"),
                    ("granted", "gave the role"),
                    ("changed", "changed the role"),
                    ("ended", "ended the role"),
                    ("name", "changed the name"),
                    ("profession", "changed the profession"),
                    ("shut", "shut the account"),
                    ("opened", "opened the account again"),
                    ("signed-out", "ended the sessions"),
                    ("factors-reset", "took away the second factors"),
                    ("clinic-opened", "opened the clinic"),
                    ("clinic-name", "changed the clinic's name"),
                    ("clinic-telephone", "changed the clinic's telephone number"),
                    ("clinic-time-zone", "changed the clinic's time zone"),
                ],
                max_length=20,
            ),
        ),
    ]
