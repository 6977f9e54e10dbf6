"""What was kept is never changed: triggers on both databases, and the first link of the journal's chain."""

import hashlib

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from imloop.store.migrations import _frozen

# table → columns that may still change; None: nothing may.
FROZEN = {
    "store_journalentry": None,
    "store_caseevent": None,
    "store_notice": None,
    "store_test": None,
    "store_repair": None,
    "store_rawupload": ("refused",),
}


def freeze(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("store", "JournalHead").objects.create(pk=1, number=0, hash=hashlib.sha256(b"imloop journal").hexdigest())
    _frozen.create_function(editor)
    for table, free in FROZEN.items():
        _frozen.freeze(editor, table, free)


def thaw(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    for table in FROZEN:
        _frozen.thaw(editor, table)
    _frozen.drop_function(editor)
    apps.get_model("store", "JournalHead").objects.filter(pk=1).delete()


class Migration(migrations.Migration):
    dependencies = [("store", "0001_tables")]
    operations = [migrations.RunPython(freeze, thaw)]
