"""Triggers that refuse change and removal of rows, on both databases."""

from collections.abc import Collection

from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def create_function(editor: BaseDatabaseSchemaEditor) -> None:
    """The function that PostgreSQL's triggers call; SQLite needs none."""
    if editor.connection.vendor == "postgresql":
        editor.execute(
            "CREATE FUNCTION imloop_frozen() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'rows of % are never changed or removed', TG_TABLE_NAME; END $$",
            params=None,  # no placeholders: the percent sign belongs to the function
        )


def drop_function(editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.vendor == "postgresql":
        editor.execute("DROP FUNCTION imloop_frozen()")


def freeze(editor: BaseDatabaseSchemaEditor, table: str, free: Collection[str] | None = None) -> None:
    """``free``: columns that may still change; None: nothing may."""
    of = f" OF {', '.join(_columns(editor, table, free))}" if free else ""
    for event in (f"UPDATE{of}", "DELETE"):
        name = f"{table}_no_{event.split()[0].lower()}"
        if editor.connection.vendor == "postgresql":
            editor.execute(
                f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW EXECUTE FUNCTION imloop_frozen()"
            )
        else:
            editor.execute(
                f"CREATE TRIGGER {name} BEFORE {event} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, 'rows of {table} are never changed or removed'); END"
            )


def thaw(editor: BaseDatabaseSchemaEditor, table: str) -> None:
    for event in ("update", "delete"):
        on = f" ON {table}" if editor.connection.vendor == "postgresql" else ""
        editor.execute(f"DROP TRIGGER {table}_no_{event}{on}")


def _columns(editor: BaseDatabaseSchemaEditor, table: str, free: Collection[str]) -> list[str]:
    with editor.connection.cursor() as cursor:
        found = editor.connection.introspection.get_table_description(cursor, table)
    return [column.name for column in found if column.name not in free]
