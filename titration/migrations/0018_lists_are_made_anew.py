from django.db import migrations


class Migration(migrations.Migration):
    """No table changes: what the rows of lists say does, and so `migrate` makes them anew.

    A card has the day here on which the next step comes, also of a step that was written by the
    clock of a clinic further east; and the worklist lists no step of who was handed on with it.
    """

    dependencies = [("titration", "0017_ranges_of_times_and_periods")]
