"""The journal is sealed by the hour: roots of days are kept under the name of their day. A draw keeps what was published of it."""

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from imloop.store.migrations import _frozen

ROWS = ("first", "last", "root", "sealed_at")


def keep_days(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """A seal for each day of former versions, in their order."""
    Day, Seal = apps.get_model("store", "JournalDay"), apps.get_model("store", "JournalSeal")
    Seal.objects.bulk_create(
        (
            Seal(name=day.day.isoformat(), **{name: getattr(day, name) for name in ROWS})
            for day in Day.objects.order_by("last").iterator(500)
        ),
        batch_size=500,
    )
    _frozen.thaw(editor, "store_journalday")
    _frozen.freeze(editor, "store_journalseal")


class Migration(migrations.Migration):

    dependencies = [
        ("store", "0031_held_names"),
    ]

    operations = [
        migrations.CreateModel(
            name="JournalSeal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "name",
                    models.CharField(
                        help_text="the hour 2026-03-02T14; former versions sealed days: 2026-03-02",
                        max_length=13,
                        unique=True,
                    ),
                ),
                ("first", models.PositiveBigIntegerField()),
                ("last", models.PositiveBigIntegerField(unique=True)),
                ("root", models.CharField(max_length=64)),
                ("sealed_at", models.DateTimeField()),
            ],
        ),
        migrations.RunPython(keep_days, elidable=False),
        migrations.DeleteModel(name="JournalDay"),
        migrations.AddField(
            model_name="draw",
            name="export",
            field=models.JSONField(help_text="imloop.draw/1 as published; its hash is in the journal", null=True),
        ),
    ]
