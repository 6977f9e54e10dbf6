"""What was kept is never changed: triggers on both databases, and the first link of the journal's chain."""

import hashlib

from django.db import migrations

# table → columns that may still change; None: nothing may.
FROZEN = {
    "store_journalentry": None,
    "store_caseevent": None,
    "store_notice": None,
    "store_test": None,
    "store_repair": None,
    "store_rawupload": ("refused",),
}


def _columns(editor, table, free):
    with editor.connection.cursor() as cursor:
        found = editor.connection.introspection.get_table_description(cursor, table)
    return [column.name for column in found if column.name not in free]


def freeze(apps, editor):
    apps.get_model("store", "JournalHead").objects.create(pk=1, number=0, hash=hashlib.sha256(b"imloop journal").hexdigest())
    vendor = editor.connection.vendor
    if vendor == "postgresql":
        editor.execute(
            "CREATE FUNCTION imloop_frozen() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'rows of % are never changed or removed', TG_TABLE_NAME; END $$",
            params=None,  # no placeholders: the percent sign belongs to the function
        )
    for table, free in FROZEN.items():
        of = f" OF {', '.join(_columns(editor, table, free))}" if free else ""
        for event in (f"UPDATE{of}", "DELETE"):
            name = f"{table}_no_{event.split()[0].lower()}"
            if vendor == "postgresql":
                editor.execute(
                    f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW EXECUTE FUNCTION imloop_frozen()"
                )
            else:
                editor.execute(
                    f"CREATE TRIGGER {name} BEFORE {event} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, 'rows of {table} are never changed or removed'); END"
                )


def thaw(apps, editor):
    vendor = editor.connection.vendor
    for table in FROZEN:
        for event in ("update", "delete"):
            on = f" ON {table}" if vendor == "postgresql" else ""
            editor.execute(f"DROP TRIGGER {table}_no_{event}{on}")
    if vendor == "postgresql":
        editor.execute("DROP FUNCTION imloop_frozen()")
    apps.get_model("store", "JournalHead").objects.filter(pk=1).delete()


class Migration(migrations.Migration):
    dependencies = [("store", "0001_tables")]
    operations = [migrations.RunPython(freeze, thaw)]
