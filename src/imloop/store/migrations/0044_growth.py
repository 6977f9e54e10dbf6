"""Indexes by which what is asked every day costs the same however much is kept: whether bytes were answered before,
what waits for a department, what a party handed in today."""

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps
from django.db.models import Q

_TABLE = "store_rawupload"


def drop_hashes_alone(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """By name: changing the field would make SQLite's table anew, without its triggers."""
    with editor.connection.cursor() as cursor:
        found = editor.connection.introspection.get_constraints(cursor, _TABLE)
    for name, constraint in found.items():
        if constraint["index"] and constraint["columns"] == ["sha256"]:
            editor.execute(f'DROP INDEX "{name}"')


class Migration(migrations.Migration):
    dependencies = [("store", "0046_natural_persons")]

    operations = [
        migrations.RemoveIndex("attachment", "attachment_sizes"),
        migrations.AddIndex(
            "attachment",
            models.Index(fields=["uploaded_at", "uploaded_by", "size"], name="attachment_day"),
        ),
        migrations.AddIndex(
            "finding",
            models.Index(
                fields=["station_code", "code"], condition=Q(resolved_at__isnull=True), name="finding_open"
            ),
        ),
        migrations.RemoveIndex("heldchange", "held_change_waiting"),
        migrations.AddIndex(
            "heldchange", models.Index(fields=["state", "proposed_at"], name="held_change_state")
        ),
        migrations.RemoveIndex("heldrun", "held_waiting"),
        migrations.AddIndex(
            "heldrun",
            models.Index(fields=["held_at"], condition=Q(settled_at__isnull=True), name="held_waiting"),
        ),
        migrations.AddIndex(
            "rawupload", models.Index(fields=["sha256", "party", "kind"], name="raw_content")
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(drop_hashes_alone, migrations.RunPython.noop)],
            state_operations=[migrations.AlterField("rawupload", "sha256", models.CharField(max_length=64))],
        ),
    ]
