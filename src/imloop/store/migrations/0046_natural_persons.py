from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """Whether two accounts are one natural person, without keeping who it is."""

    dependencies = [("store", "0040_looks")]

    operations = [
        migrations.AddField(
            "user",
            "natural_person",
            models.CharField(
                blank=True,
                db_index=True,
                default="",
                help_text="keyed hash of the identity card's number",
                max_length=32,
            ),
        )
    ]
