"""journal verify | root | export."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from imloop.cli.common import DataDir, connect
from imloop.cli.server import VAR


def register(app: typer.Typer) -> None:
    journal = typer.Typer(help="不可篡改日志 · the tamper-evident journal", no_args_is_help=True)
    journal.command()(verify)
    journal.command()(root)
    journal.command()(export)
    app.add_typer(journal, name="journal")


def verify(
    file: Annotated[Path | None, typer.Argument(help="导出的日志；缺省查数据库 · exported file")] = None,
    data: DataDir = VAR,
) -> None:
    """检查日志链是否完整 · was anything changed or removed; exit 1 when so."""
    connect(data)
    from imloop.steps import journal

    if file is None:
        faults = journal.verify(journal.stored_entries(), journal.head())
    else:
        faults = journal.verify(_lines(file))
    for fault in faults[:20]:
        print(fault)
    if faults:
        print(f"{len(faults)} 处断裂 · breaks")
        sys.exit(1)
    print("日志链完整 · the journal is intact")


def _lines(file: Path) -> Iterator[dict[str, object]]:
    from imloop.facts.refusal import Malformed
    from imloop.facts.text import Text

    with file.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            try:
                entry = json.loads(line)
                keys = set(entry)
            except (ValueError, TypeError):
                keys = set()
            if not {"number", "at", "kind", "actor", "subject", "body", "previous", "hash"} <= keys:
                raise Malformed(
                    "malformed-journal", Text(f"第 {number} 行不是日志条目。", f"Line {number} is no entry.")
                )
            yield entry


def root(data: DataDir = VAR) -> None:
    """链尾：条数与散列 · the end of the chain."""
    connect(data)
    from imloop.steps import journal

    number, digest = journal.head()
    print(f"{number} {digest}")


def export(file: Path, data: DataDir = VAR) -> None:
    """导出全部条目，每行一个 JSON · every entry, one JSON per line."""
    connect(data)
    from imloop.steps import journal

    with file.open("w", encoding="utf-8") as out:
        print(f"{journal.export_journal(out)} 条 · entries → {file}")
