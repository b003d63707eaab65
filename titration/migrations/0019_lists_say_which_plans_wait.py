from django.db import migrations


class Migration(migrations.Migration):
    """No table changes: what the rows of lists say does, and so `migrate` makes them anew.

    A plan waits too where an instruction that it was signed on was withdrawn, or moved.
    """

    dependencies = [("titration", "0018_lists_are_made_anew")]
