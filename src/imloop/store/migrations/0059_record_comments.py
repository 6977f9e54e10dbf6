"""What people say about their own duty record: kept beside the entry, and never changed. Findings have files, and may
end in a proceeding."""

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
        migrations.AddField(
            model_name="attachment",
            name="finding",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="files",
                to="store.finding",
            ),
        ),
        migrations.AlterField(
            model_name="finding",
            name="outcome",
            field=models.CharField(
                blank=True,
                choices=[
                    ("true", "属实"),
                    ("not_true", "不属实"),
                    ("handed_over", "移送"),
                    ("proceeding", "已立案"),
                    ("gone", "原因已消除"),
                ],
                default="",
                help_text="handed_over: still open; empty on a resolved one: resolved before outcomes were asked for",
                max_length=12,
            ),
        ),
    ]
