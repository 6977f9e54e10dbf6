"""Proposals can be about a vehicle, be a row of a list, and hold what names an owner."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from imloop.store.migrations import _frozen

_TABLE = "store_proposal"
_FREE = ("state", "done", "decided_at", "decided_by", "decision")


def freeze(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    _frozen.freeze(editor, _TABLE, _FREE)


def thaw(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    _frozen.thaw(editor, _TABLE)


class Migration(migrations.Migration):
    dependencies = [("store", "0060_resolved_about")]

    operations = [
        migrations.RunPython(thaw, freeze),  # SQLite makes the table anew, without its triggers
        migrations.AddField(
            "proposal",
            "vehicle",
            models.ForeignKey(
                help_text="the one that it is about, where it is about one of the register",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="proposals",
                to="store.vehicle",
            ),
        ),
        migrations.AddField(
            "proposal",
            "private",
            models.JSONField(
                default=dict, help_text="what it needs besides that names an owner: in no journal and no answer"
            ),
        ),
        migrations.AddField(
            "proposal",
            "batch",
            models.CharField(
                blank=True,
                default="",
                help_text="SHA-256 of the list it is a row of: a list is confirmed as one",
                max_length=80,
            ),
        ),
        migrations.AddIndex(
            "proposal",
            models.Index(fields=["batch"], condition=models.Q(("batch", ""), _negated=True), name="proposal_batch"),
        ),
        migrations.RunPython(freeze, thaw),
    ]
