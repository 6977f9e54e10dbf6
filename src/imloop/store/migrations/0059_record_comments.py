"""What people say about their own duty record: kept beside the entry, and never changed."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from imloop.store.migrations import _frozen

TABLE = "store_recordcomment"


def freeze(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    _frozen.freeze(editor, TABLE)


def thaw(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    _frozen.thaw(editor, TABLE)


class Migration(migrations.Migration):
    dependencies = [("store", "0058_complaints")]

    operations = [
        migrations.CreateModel(
            name="RecordComment",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                (
                    "entry",
                    models.PositiveBigIntegerField(
                        db_index=True, help_text="number in the journal; null: about the record as a whole", null=True
                    ),
                ),
                ("text", models.CharField(max_length=400)),
                ("at", models.DateTimeField()),
                (
                    "party",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.party"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="comments",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.RunPython(freeze, thaw),
    ]
