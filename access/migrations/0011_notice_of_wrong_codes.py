from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0010_act_of_exporting_a_clinic"),
    ]

    operations = [
        migrations.AlterField(
            model_name="accountnotice",
            name="kind",
            field=models.CharField(
                choices=[
                    ("new-browser", "Signed in, in a browser not used before"),
                    ("password-changed", "Password changed"),
                    ("password-reset", "Password changed by a link from an e-mail"),
                    ("app-added", "Authenticator app set up"),
                    ("app-removed", "Authenticator app removed"),
                    ("passkey-added", "Passkey added"),
                    ("passkey-removed", "Passkey removed"),
                    ("codes-made", "New recovery codes made"),
                    ("code-used", "Signed in with a recovery code"),
                    ("wrong-codes", "Your password was typed, and then wrong codes"),
                    ("factors-reset", "Authenticator app, passkeys and recovery codes taken away"),
                ],
                max_length=20,
            ),
        ),
    ]
