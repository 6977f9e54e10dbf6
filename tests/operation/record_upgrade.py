"""Write ``before_upgrade.json.zst``: every row of a small installation as an older version kept it.

Run it from a checkout of that version: ``PYTHONPATH=tests python tests/operation/record_upgrade.py``. It is written
once for a release and then kept: ``test_upgrade.py`` must go on reading what real installations hold.
"""

from __future__ import annotations

import base64
import json
import os
import tempfile
from pathlib import Path

import zstandard

FILE = Path(__file__).with_name("before_upgrade.json.zst")
LATEST = "0017_journal_looks"
_MADE_BY_TRIGGERS = ("store_stationtoken",)


def record(folder: str) -> dict[str, object]:
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "imloop.site.settings",
        "IMLOOP_DATA": folder,
        "DATABASE_URL": f"sqlite:///{folder}/old.sqlite3",
    }
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection
    from imloop.steps.journal.seal_days import seal_days

    from imloop.steps.cases.declare_overdue import declare_overdue
    from support.city import City, at

    call_command("migrate", "store", LATEST, verbosity=0)
    city = City.build()
    city.test("2026-03-02 09:00", co=0.9, test_no="T-1")
    city.repair("2026-03-03 15:00")
    seal_days(at("2026-03-04 00:05"))
    city.test("2026-03-04 09:00", co=0.9, test_no="T-2")
    declare_overdue(at("2026-05-04 09:00"))
    seal_days(at("2026-05-05 00:05"))
    tables = {}
    with connection.cursor() as cursor:
        for table in sorted(connection.introspection.table_names(cursor)):
            if not table.startswith("store_") or table in _MADE_BY_TRIGGERS:
                continue
            cursor.execute(f"SELECT * FROM {table}")
            rows = [[_plain(value) for value in row] for row in cursor.fetchall()]
            if rows:
                tables[table] = {"columns": [column[0] for column in cursor.description], "rows": rows}
    return {"migration": LATEST, "tables": tables}


def _plain(value: object) -> object:
    """JSON of what SQLite gives; bytes as ``{"base64": …}``."""
    if isinstance(value, bytes):
        return {"base64": base64.b64encode(value).decode()}
    return value if value is None or isinstance(value, (int, float, str)) else str(value)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        text = json.dumps(record(name), ensure_ascii=False).encode()
    FILE.write_bytes(zstandard.ZstdCompressor(level=19).compress(text))
