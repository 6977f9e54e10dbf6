"""import, export."""

from __future__ import annotations

import csv
import hashlib
import json
from pathlib import Path
from typing import Annotated

import typer

from imloop.cli.common import DataDir, connect_migrated
from imloop.cli.server import VAR

BLOCK = 500


def register(app: typer.Typer) -> None:
    app.command(name="import")(import_rows)
    app.command()(export)


def import_rows(
    kind: Annotated[str, typer.Argument(help="stations | repairers | vehicles")],
    file: Annotated[Path, typer.Argument(help="CSV, XLSX, NDJSON, Parquet")],
    data: DataDir = VAR,
) -> None:
    """导入登记资料；可中断续传；被拒的行另存 · import a register; resumable; rejected rows are written beside."""
    connect_migrated(data)
    from rich.progress import Progress

    from imloop.exchange.files import read_rows
    from imloop.steps.access import SYSTEM
    from imloop.steps.clock import now
    from imloop.steps.registry_rows import COLUMNS, enter_rows

    _require_kind(kind, COLUMNS)
    rows = list(read_rows(file))
    _require_columns(kind, rows[0] if rows else {})
    digest = hashlib.sha256(file.read_bytes()).hexdigest()[:16]
    mark = data / "imports" / f"{kind}-{digest}.json"
    mark.parent.mkdir(parents=True, exist_ok=True)
    state = json.loads(mark.read_text()) if mark.exists() else {"done": 0, "rejected": []}
    with Progress(transient=True) as progress:
        task = progress.add_task(kind, total=len(rows), completed=state["done"])
        while state["done"] < len(rows):
            start = state["done"]
            block = [(start + i + 2, row) for i, row in enumerate(rows[start : start + BLOCK])]
            state["rejected"] += [list(each) for each in enter_rows(kind, block, SYSTEM, now())]
            state["done"] = start + len(block)
            mark.write_text(json.dumps(state))
            progress.update(task, completed=state["done"])
    print(
        f"{kind}: {len(rows) - len(state['rejected'])} 行已导入 · entered, {len(state['rejected'])} 行被拒 · rejected"
    )
    if state["rejected"]:
        rejected = file.with_suffix(".rejected.csv")
        with rejected.open("w", encoding="utf-8-sig", newline="") as out:
            writer = csv.writer(out)
            writer.writerow(["row", "reason"])
            writer.writerows(state["rejected"])
        print(f"原因见 · reasons: {rejected}")
        raise typer.Exit(1)


def export(
    kind: Annotated[str, typer.Argument(help="stations repairers vehicles cases tests repairs findings")],
    file: Annotated[Path, typer.Argument(help="CSV, XLSX, NDJSON, Parquet")],
    data: DataDir = VAR,
) -> None:
    """导出为文件 · export to a file; the ending names the format."""
    connect_migrated(data)
    from rich.progress import Progress

    from imloop.exchange.files import write_rows
    from imloop.steps.access import Caller
    from imloop.steps.clock import now
    from imloop.steps.exports import EXPORTS, note_export

    _require_kind(kind, EXPORTS)
    columns, rows = EXPORTS[kind]
    operator = Caller("imloop", "admin", "平台", "000000")
    with Progress(transient=True) as progress:
        count = write_rows(file, columns, progress.track(rows(operator), description=kind))
    note_export(kind, count, operator, now())
    print(f"{count} 行 · rows → {file}")


def _require_kind(kind: str, known: object) -> None:
    from imloop.facts.refusal import Unknown
    from imloop.facts.text import Text

    assert isinstance(known, dict)
    if kind not in known:
        kinds = " ".join(known)
        raise Unknown("unknown-kind", Text(f"{kind}：可选 {kinds}。", f"{kind}: choose one of {kinds}."))


def _require_columns(kind: str, row: dict[str, str]) -> None:
    from imloop.facts.refusal import Malformed
    from imloop.facts.text import Text
    from imloop.steps.registry_rows import COLUMNS, REQUIRED

    missing = [column for column in REQUIRED[kind] if column not in row]
    if missing or not set(row) & set(COLUMNS[kind]):
        names = " ".join(COLUMNS[kind])
        raise Malformed(
            "wrong-columns",
            Text(f"缺少列 {' '.join(missing) or names}；应有 {names}。", f"Columns wanted: {names}."),
        )
