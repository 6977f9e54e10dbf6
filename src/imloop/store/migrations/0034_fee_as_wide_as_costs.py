from __future__ import annotations

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from imloop.store.migrations import _frozen

_FREE = ("vehicle_id", "case_no", "counts", "counts_why")

def widen(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """SQLite keeps any number in the column as it is: only what reads it had to change."""
    if editor.connection.vendor == "postgresql":
        _frozen.thaw(editor, "store_test")  # its trigger names the column
        editor.execute("ALTER TABLE store_test ALTER COLUMN fee_yuan TYPE numeric(10, 2)")
        _frozen.freeze(editor, "store_test", _FREE)


class Migration(migrations.Migration):
    """A fee below a hundred million was taken, and from a million on could not be read again."""

    dependencies = [("store", "0033_known_browsers")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(widen, migrations.RunPython.noop)],
            state_operations=[
                migrations.AlterField(
                    "test",
                    "fee_yuan",
                    models.DecimalField(decimal_places=2, help_text="charged, as reported", max_digits=10, null=True),
                )
            ],
        )
    ]
