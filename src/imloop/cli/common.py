"""What commands share: the data directory, the database, tables."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from imloop.cli.runs import keep_run
from imloop.facts.refusal import Refusal, Unknown
from imloop.facts.text import Text

DataDir = Annotated[Path, typer.Option("--data", help="数据目录 · data directory", envvar="IMLOOP_DATA")]
VAR = Path("var")
"""The data directory where none is named."""
_NO_WRAP = 100_000
"""Columns; a table takes no more than its cells need."""
AsJson = Annotated[bool, typer.Option("--json", help="机器可读 · for machines")]


def connect(data: Path, *, quiet: bool = False) -> None:
    """Connect this process to the database of an installation that is there, and keep who runs what (``runs.py``);
    ``quiet``: a command that neither acts nor takes anything out."""
    _set_up(data, new=False)
    if not quiet:
        keep_run()


def connect_new(data: Path) -> None:
    """For who fills an installation that may not be there yet."""
    _set_up(data, new=True)


def _set_up(data: Path, *, new: bool) -> None:
    if not new and not os.environ.get("DATABASE_URL") and not (data / "imloop.sqlite3").exists():
        raise Unknown(
            "no-installation",
            Text(
                f"{data} 里没有 imloop 的数据：请核对 --data，或先运行 imloop migrate。",
                f"There is no imloop in {data}: look at --data, or run imloop migrate first.",
            ),
        )
    os.environ["IMLOOP_DATA"] = str(data)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "imloop.site.settings")
    import django

    django.setup()


def connect_migrated(data: Path, *, quiet: bool = False) -> None:
    """As ``connect``, with the files closed to others and the tables made or brought up to date."""
    connect_new(data)
    from django.core.management import call_command

    from imloop.site.private_files import close_to_others

    close_to_others()
    call_command("migrate", verbosity=0, interactive=False)
    if not quiet:
        keep_run()


def write_for_oneself() -> None:
    """Files that this command makes hold owners and plates: nobody else of this machine reads them."""
    os.umask(0o077)


def in_line(error: Exception) -> str:
    """What is wrong, on one line and in both languages."""
    if isinstance(error, Refusal):
        cite = f" [{error.cite}]" if error.cite else ""
        said = f"{error.code}: {error.text.zh} / {error.text.en}{cite}"
    elif isinstance(error, FileNotFoundError):
        said = f"没有这个文件或目录：{error.filename} / no such file or directory: {error.filename}"
    else:
        said = f"{type(error).__name__}: {error}"
    return " ".join(said.splitlines())


def print_json(value: object) -> None:
    print(json.dumps(value, ensure_ascii=False, default=str))


def print_table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """As wide as the terminal; where another program reads it, one row is one line."""
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*("" if cell is None else str(cell) for cell in row))
    width = None if sys.stdout.isatty() else _NO_WRAP
    Console(width=width).print(table)
