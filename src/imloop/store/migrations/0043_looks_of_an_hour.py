"""What somebody looked at within the hour is asked for each page of a list."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("store", "0045_marks_behind_plates")]

    operations = [
        migrations.AddIndex(
            model_name="look", index=models.Index(fields=["actor", "at"], name="look_actor_at")
        ),
    ]
