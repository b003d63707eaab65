"""The database knows the act of exporting a clinic; nothing in it changes."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0009_act_of_taking_second_factors_away"),
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
                    ("clinic-exported", "exported the record of the clinic"),
                ],
                max_length=20,
            ),
        ),
    ]
