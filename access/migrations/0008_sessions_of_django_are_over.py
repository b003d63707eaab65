from django.db import migrations


class Migration(migrations.Migration):
    """Sessions are in a table of our own now. The old ones may hold a form, and nobody reads them."""

    dependencies = [
        ("access", "0007_sessions_and_account_notices"),
        ("sessions", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL("DELETE FROM django_session", reverse_sql=migrations.RunSQL.noop),
    ]
