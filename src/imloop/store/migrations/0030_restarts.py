"""Beginnings from a backup: each an epoch of its own."""

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from imloop.store.migrations import _frozen


def freeze(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    _frozen.freeze(editor, "store_restart")


def thaw(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    _frozen.thaw(editor, "store_restart")


class Migration(migrations.Migration):
    dependencies = [("store", "0029_repair_papers")]

    operations = [
        migrations.CreateModel(
            name="Restart",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("epoch", models.CharField(max_length=24, unique=True)),
                ("begun_at", models.DateTimeField()),
                ("backup_at", models.DateTimeField()),
                ("last_entry", models.PositiveBigIntegerField()),
                ("last_seq", models.PositiveBigIntegerField()),
                ("first_seq", models.PositiveBigIntegerField()),
                ("numbers_from", models.PositiveIntegerField()),
            ],
        ),
        migrations.RunPython(freeze, thaw),
    ]
