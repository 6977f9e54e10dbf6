from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """Who saw unusually many vehicles on a day: counted in the background, as it reads every look."""

    dependencies = [("store", "0043_looks_of_an_hour")]

    operations = [
        migrations.CreateModel(
            name="UnusualDay",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("actor", models.CharField(max_length=80)),
                (
                    "place",
                    models.CharField(help_text="of the party; 000000 for who runs the platform", max_length=6),
                ),
                ("day", models.DateField()),
                ("vehicles", models.PositiveIntegerField(help_text="at least")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("day", "actor"), name="unusual_once_a_day"),
                ],
            },
        )
    ]
