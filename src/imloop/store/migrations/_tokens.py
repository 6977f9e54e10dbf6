"""Triggers that change a station's token with every row the gates ask about it, on both databases."""

from django.db.backends.base.schema import BaseDatabaseSchemaEditor

# table → the station's id, given the row as {row}
OWNERS = {
    "store_party": "{row}.id",
    "store_standing": "{row}.party_id",
    "store_staff": "{row}.party_id",
    "store_line": "{row}.station_id",
    "store_lineorder": "(SELECT station_id FROM store_line WHERE id = {row}.line_id)",
    "store_equipment": "(SELECT station_id FROM store_line WHERE id = {row}.line_id)",
    "store_equipmentcheck": "(SELECT station_id FROM store_line WHERE id = {row}.line_id)",
    "store_certificate": (
        "COALESCE({row}.party_id, (SELECT l.station_id FROM store_equipment e JOIN store_line l ON l.id = e.line_id"
        " WHERE e.id = {row}.equipment_id))"
    ),
}
EVENTS = {"insert": ("NEW",), "update": ("OLD", "NEW"), "delete": ("OLD",)}


def create(editor: BaseDatabaseSchemaEditor) -> None:
    postgres = editor.connection.vendor == "postgresql"
    for table, owner in OWNERS.items():
        for event, rows in EVENTS.items():
            changes = " ".join(_change(owner.format(row=row), postgres) for row in rows)
            name = f"{table}_token_{event}"
            if postgres:
                editor.execute(
                    f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {changes} RETURN NULL; END $$",
                    params=None,
                )
                editor.execute(
                    f"CREATE TRIGGER {name} AFTER {event.upper()} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()"
                )
            else:
                editor.execute(f"CREATE TRIGGER {name} AFTER {event.upper()} ON {table} BEGIN {changes} END")


def drop(editor: BaseDatabaseSchemaEditor) -> None:
    for table in OWNERS:
        for event in EVENTS:
            name = f"{table}_token_{event}"
            if editor.connection.vendor == "postgresql":
                editor.execute(f"DROP TRIGGER {name} ON {table}")
                editor.execute(f"DROP FUNCTION {name}()")
            else:
                editor.execute(f"DROP TRIGGER {name}")


def _change(owner: str, postgres: bool) -> str:
    if postgres:
        token = "md5(random()::text || clock_timestamp()::text)"
        return (
            f"INSERT INTO store_stationtoken (party_id, token) SELECT o.id, {token} FROM (SELECT {owner} AS id) o"
            " WHERE o.id IS NOT NULL ON CONFLICT (party_id) DO UPDATE SET token = EXCLUDED.token;"
        )
    return (
        "INSERT OR REPLACE INTO store_stationtoken (party_id, token)"
        f" SELECT o.id, lower(hex(randomblob(16))) FROM (SELECT {owner} AS id) o WHERE o.id IS NOT NULL;"
    )
