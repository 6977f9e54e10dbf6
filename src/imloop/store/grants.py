"""What the application's role on PostgreSQL may do: everything it needs, and no change or removal of kept rows.

The tables belong to another role, the one that migrates. The triggers that freeze rows are a second safeguard: the
application's role cannot switch them off.
"""

from __future__ import annotations

import re

from django.db import connection, transaction

from imloop.facts.refusal import Malformed
from imloop.facts.text import Text

APPEND_ONLY = (
    "store_journalentry",
    "store_journalseal",
    "store_caseevent",
    "store_notice",
    "store_test",
    "store_repair",
    "store_registerfile",
    "store_look",
    "store_lookedvehicle",
    "store_recordcomment",
    "store_remotereview",
)
"""Tables that may be read and added to; rows are never changed, removed or emptied."""
NEVER_REMOVED = ("store_rawupload", "store_journalhead", "store_proposal", "store_remotereading")
"""Tables whose rows change, as far as triggers let them, and stay."""


def statements(role: str) -> list[str]:
    """SQL for the owner of the tables to run after every migration; ``Malformed`` for an odd name."""
    if not re.fullmatch(r"[a-z_][a-z0-9_]{0,62}", role):
        raise Malformed(
            "wrong-value", Text(f"role：{role} 不是角色名。", f"role: {role} is not a role name.")
        )
    kept = ", ".join(APPEND_ONLY)
    return [
        f"GRANT USAGE ON SCHEMA public TO {role}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
        f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}",
        f"REVOKE UPDATE, DELETE, TRUNCATE, TRIGGER ON {kept} FROM {role}",
        f"REVOKE DELETE, TRUNCATE, TRIGGER ON {', '.join(NEVER_REMOVED)} FROM {role}",
    ]


def grant(role: str) -> None:
    """Run them; ``Malformed`` where the database knows no roles."""
    found = statements(role)
    if connection.vendor != "postgresql":
        raise Malformed("no-roles", Text("只有 PostgreSQL 有角色。", "Only PostgreSQL has roles."))
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in found:
            cursor.execute(statement)
