"""A copy to another department may be of anything, shows it frozen, and has files of its own by hash."""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps
from django.db.models import OuterRef, Q, Subquery

from imloop.store.migrations import _frozen

_OF = [
    ("matter", "事项"),
    ("test", "检验"),
    ("repair", "维修记录"),
    ("trace_back", "追溯倒查"),
    ("finding", "线索"),
]
_FREE = ("received_at", "received_by", "answer", "answered_at", "answered_by")


def name(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """Those there are, are of matters."""
    matters = apps.get_model("store", "Matter").objects.filter(pk=OuterRef("matter"))
    said = {name: Subquery(matters.values(field)) for name, field in (("reference", "matter_no"), ("title", "title"))}
    apps.get_model("store", "Copy").objects.update(of="matter", **said)


def freeze(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    _frozen.freeze(editor, "store_evidence")


def thaw(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    _frozen.thaw(editor, "store_evidence")


def freeze_copies(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    _frozen.freeze(editor, "store_copy", _FREE)


def thaw_copies(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    _frozen.thaw(editor, "store_copy")


def _copy(related_name: str) -> Any:
    return models.ForeignKey(
        null=True, on_delete=django.db.models.deletion.PROTECT, related_name=related_name, to="store.copy"
    )


class Migration(migrations.Migration):
    dependencies = [("store", "0064_one_mechanism_for_two")]

    operations = [
        migrations.RunPython(thaw, freeze),
        migrations.RenameModel("MatterCopy", "Copy"),
        migrations.AddField("copy", "of", models.CharField(choices=_OF, default="matter", max_length=12), False),
        migrations.AddField(
            "copy",
            "reference",
            models.CharField(
                default="", help_text="number of the object, with its station's code", max_length=150
            ),
            False,
        ),
        migrations.AddField("copy", "title", models.CharField(default="", max_length=120), False),
        migrations.AddField("copy", "shown", models.JSONField(default=dict)),
        migrations.AlterField(
            "copy",
            "matter",
            models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="copies", to="store.matter"
            ),
        ),
        migrations.AddIndex("copy", models.Index(fields=["of", "reference"], name="copy_of")),
        migrations.AddField("evidence", "copy", _copy("evidence")),
        migrations.AddField("attachment", "copy", _copy("files")),
        migrations.RemoveConstraint("evidence", "evidence_of_something"),
        migrations.AddConstraint(
            "evidence",
            models.CheckConstraint(
                condition=Q(matter__isnull=False) | Q(finding__isnull=False) | Q(copy__isnull=False),
                name="evidence_of_something",
            ),
        ),
        migrations.RunPython(name, migrations.RunPython.noop),
        migrations.RunPython(freeze, thaw),
        migrations.RunPython(freeze_copies, thaw_copies),
    ]
