from django.db import migrations, models

import access.models


class Migration(migrations.Migration):
    """A time that Python cannot read would end every sealing of the events from there on."""

    dependencies = [("access", "0003_indexes_for_searching_access_events")]

    operations = [
        migrations.AddConstraint(
            model_name="accessevent",
            constraint=models.CheckConstraint(
                condition=access.models.IsInReach("at"), name="access_accessevent_at_in_reach"
            ),
        ),
    ]
