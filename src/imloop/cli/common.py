"""What commands share: the data directory, the database, tables."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

DataDir = Annotated[Path, typer.Option("--data", help="数据目录 · data directory", envvar="IMLOOP_DATA")]
VAR = Path("var")
"""The data directory where none is named."""
AsJson = Annotated[bool, typer.Option("--json", help="机器可读 · for machines")]


def connect(data: Path) -> None:
    """Connect this process to the database."""
    os.environ["IMLOOP_DATA"] = str(data)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "imloop.site.settings")
    import django

    django.setup()


def connect_migrated(data: Path) -> None:
    """As ``connect``, with the files closed to others and the tables brought up to date."""
    connect(data)
    from django.core.management import call_command

    from imloop.site.private_files import close_to_others

    close_to_others()
    call_command("migrate", verbosity=0, interactive=False)


def print_json(value: object) -> None:
    print(json.dumps(value, ensure_ascii=False, default=str))


def print_table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*("" if cell is None else str(cell) for cell in row))
    Console().print(table)
