"""临 and 使 stand behind a plate from now on, however they were written: what was stored otherwise is brought into that
form. A row that would then bear the name of another one is left to people, as before (``0026``)."""

from importlib import import_module

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from imloop.facts.identifiers import plain

_before = import_module("imloop.store.migrations.0026_normal_names")


def bring_into_normal_form(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    _before.bring_into_normal_form(apps, editor)
    HeldRun = apps.get_model("store", "HeldRun")
    for mark in ("临", "使"):
        for row in HeldRun.objects.filter(plate__startswith=mark, settled_at=None):
            row.plate = plain(row.plate)
            row.save(update_fields=["plate"])


class Migration(migrations.Migration):
    dependencies = [("store", "0044_growth")]

    operations = [migrations.RunPython(bring_into_normal_form, migrations.RunPython.noop)]
