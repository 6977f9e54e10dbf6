"""An installation of its own for a fuzzer: the tables on SQLite, in memory as far as that goes."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from unittest.mock import patch

if TYPE_CHECKING:
    from fuzz.door import Doors


@contextmanager
def installed() -> Iterator[Doors]:
    """The small city behind its doors, on the morning of ``door.NOW``; answers are compared with what is declared."""
    with tempfile.TemporaryDirectory(prefix="imloop-fuzz-") as name:
        os.environ |= {
            "IMLOOP_DATA": f"{name}/data",
            "IMLOOP_SECRET_KEY": "only-for-tests",
            "IMLOOP_CALLS_PER_MINUTE": "0",
        }
        os.environ |= {"IMLOOP_PUBLIC_ASKS_PER_MINUTE": "1000000000"}
        os.environ |= {"DJANGO_SETTINGS_MODULE": "imloop.site.settings", "IMLOOP_DEPARTMENT_TOTP": "0"}
        from support.servers.databases import Databases

        os.environ["DATABASE_URL"] = Databases("", Path(name)).migrated("fuzz")
        import django

        django.setup()
        from fuzz.door import NOW, Doors
        from imloop.steps.ground import clock
        from support.answers import answers_checked
        from support.city import City
        from support.servers.databases import undone

        with answers_checked(), patch.object(clock, "now", lambda: NOW), undone():
            yield Doors(City.build())
