"""import, export."""

from __future__ import annotations

import csv
import sys
from pathlib import Path
from typing import Annotated

import typer

from imloop.cli.common import VAR, DataDir, connect_migrated, write_for_oneself


def register(app: typer.Typer) -> None:
    app.command(name="import")(import_rows)
    app.command()(export)


def import_rows(
    kind: Annotated[str, typer.Argument(help="departments | stations | repairers | vehicles | readings")],
    file: Annotated[Path, typer.Argument(help="CSV, XLSX, NDJSON, Parquet")],
    reason: Annotated[
        str, typer.Option(help="依据或更正理由 · on what it rests, or why known vehicles change")
    ] = "",
    sender: Annotated[
        str, typer.Option(help="发送单位代码，readings 必填 · code of the office that measured, for readings")
    ] = "",
    data: DataDir = VAR,
) -> None:
    """导入登记资料；可中断续传；被拒的行另存 · import a register; resumable; rejected rows go to a separate file."""
    write_for_oneself()
    connect_migrated(data)
    from rich.progress import Progress

    from imloop.exchange.imports import COLUMNS, import_file, rejected_rows
    from imloop.exchange.tables.read_tables import count_lines
    from imloop.steps.ground.access import SYSTEM, caller_for
    from imloop.steps.ground.clock import now
    from imloop.steps.ground.registers import any_party

    _require_kind(kind, COLUMNS)
    folder = data / "imports"
    caller = caller_for(any_party(sender)) if kind == "readings" else SYSTEM
    with Progress(transient=True) as progress:
        task = progress.add_task(kind, total=None)

        def advance(rows: int) -> None:
            if rows and progress.tasks[task].total is None:
                progress.update(task, total=count_lines(file))
            progress.update(task, completed=rows)

        done = import_file(kind, file, folder, caller, now, advance, reason=reason)
    print(f"{kind}: {done.entered} 行已导入 · entered, {done.rejected} 行被拒 · rejected")
    if done.held:
        print(f"{done.held} 辆待公安人员复核 · wait for a person of the police: /proposals")
    if done.rejected:
        rejected = file.with_suffix(".rejected.csv")
        with rejected.open("w", encoding="utf-8-sig", newline="") as out:
            writer = csv.writer(out)
            writer.writerow(["row", "reason"])
            writer.writerows(rejected_rows(folder, kind, done.digest))
        print(f"原因见 · reasons: {rejected}")
        raise typer.Exit(1)


def export(
    kind: Annotated[str, typer.Argument(help="stations repairers vehicles cases tests repairs findings")],
    file: Annotated[Path, typer.Argument(help="CSV, XLSX, NDJSON, Parquet")],
    data: DataDir = VAR,
) -> None:
    """导出为文件 · export to a file; the file extension gives the format. Exit 1 when a row cannot be read."""
    write_for_oneself()
    connect_migrated(data)
    from rich.progress import Progress

    from imloop.exchange.tables.write_tables import write_rows
    from imloop.steps.ground.access import Caller
    from imloop.steps.ground.clock import now
    from imloop.steps.ground.seen import Door, seen
    from imloop.steps.reports.exports import EXPORTS, note_export
    from imloop.store.sound_rows import BadRow

    _require_kind(kind, EXPORTS)
    columns, rows = EXPORTS[kind]
    operator = Caller("imloop", "admin", "平台", "000000")
    left_out: list[BadRow] = []
    seen(operator, Door.EXPORT, more={"kind": kind})
    with Progress(transient=True) as progress:
        count = write_rows(file, columns, progress.track(rows(operator, left_out.append), description=kind))
    note_export(kind, count, operator, now())
    print(f"{count} 行 · rows → {file}")
    for row in left_out:
        print(f"不能读出，未导出 · cannot be read, left out: {row}")
    sys.exit(1 if left_out else 0)


def _require_kind(kind: str, known: object) -> None:
    from imloop.facts.refusal import Unknown
    from imloop.facts.text import Text

    assert isinstance(known, dict)
    if kind not in known:
        kinds = " ".join(known)
        raise Unknown("unknown-kind", Text(f"{kind}：可选 {kinds}。", f"{kind}: choose one of {kinds}."))
