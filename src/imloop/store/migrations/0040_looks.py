"""Looks: what gates, lists and messages told, and of which vehicles. Kept as they came."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from imloop.store.migrations import _frozen

FROZEN = ("store_look", "store_lookedvehicle")


def freeze(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    for table in FROZEN:
        _frozen.freeze(editor, table)


def thaw(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    for table in FROZEN:
        _frozen.thaw(editor, table)


class Migration(migrations.Migration):
    dependencies = [("store", "0036_attachment_sizes")]

    operations = [
        migrations.CreateModel(
            name="Look",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.CharField(help_text="ISO 8601, as hashed", max_length=32)),
                ("door", models.CharField(max_length=32)),
                ("actor", models.CharField(db_index=True, max_length=80)),
                ("key", models.CharField(max_length=40)),
                ("asked", models.CharField(db_index=True, max_length=32)),
                ("purpose", models.CharField(max_length=200)),
                ("body", models.TextField()),
                ("hash", models.CharField(max_length=64)),
            ],
            options={
                "indexes": [models.Index(fields=["at"], name="look_at")],
            },
        ),
        migrations.CreateModel(
            name="LookedVehicle",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "look",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="seen", to="store.look"
                    ),
                ),
                (
                    "vehicle",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="looks", to="store.vehicle"
                    ),
                ),
            ],
        ),
        migrations.RunPython(freeze, thaw),
    ]
