"""journal verify | root | export | seal | grants."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from imloop.cli.common import VAR, AsJson, DataDir, connect, print_json
from imloop.facts.refusal import Malformed
from imloop.facts.text import Text


def register(app: typer.Typer) -> None:
    journal = typer.Typer(help="不可篡改日志 · the tamper-evident journal", no_args_is_help=True)
    journal.command()(verify)
    journal.command()(root)
    journal.command()(export)
    journal.command()(seal)
    journal.command()(grants)
    app.add_typer(journal, name="journal")


def verify(
    file: Annotated[Path | None, typer.Argument(help="导出的日志；缺省查数据库 · exported file")] = None,
    roots: Annotated[
        Path | None, typer.Option(help="早先公布的每日根 JSON · roots as published earlier")
    ] = None,
    data: DataDir = VAR,
) -> None:
    """检查日志链和每日根 · check for changes and removals; exit 1 when found. A file needs no database."""
    from imloop.proof.journal import NotAJournal, days_in, export_faults

    try:
        published = days_in(json.loads(roots.read_text(encoding="utf-8"))) if roots else []
        if file is None:
            connect(data)
            from imloop.steps.journal import prove_journal

            faults = prove_journal.faults(published)
        else:
            with file.open(encoding="utf-8") as lines:
                faults = export_faults(lines, published)
    except (NotAJournal, ValueError) as error:
        raise Malformed(
            "malformed-journal", Text(f"不是日志文件：{error}", f"Not a journal file: {error}")
        ) from None
    for fault in faults[:20]:
        print(fault)
    if faults:
        print(f"{len(faults)} 处断裂 · breaks")
        sys.exit(1)
    print("日志链完整 · the journal is intact")


def root(data: DataDir = VAR, as_json: AsJson = False) -> None:
    """链尾和最近的每日根 · the end of the chain and the latest daily roots."""
    connect(data)
    from imloop.steps.journal.prove_journal import published

    found = published(10)
    if as_json:
        print_json(found)
        return
    print(f"{found['number']} {found['hash']}")
    for day in found["days"]:
        print(f"{day['day']}  {day['first']}–{day['last']}  {day['root']}")


def seal(data: DataDir = VAR) -> None:
    """封存前一日：计算并公布每日根 · close the day before today; imloop work does it each night."""
    connect(data)
    from imloop.steps.ground.clock import now
    from imloop.steps.journal.seal_days import seal_days

    sealed = seal_days(now())
    print("没有可封存的 · nothing to seal" if sealed is None else f"{sealed.day} {sealed.root}")


def grants(role: Annotated[str, typer.Argument(help="应用的数据库角色 · the app's database role")]) -> None:
    """PostgreSQL 授权语句：应用角色不能改删日志 · SQL that lets the role only add to the journal."""
    from imloop.store.grants import statements

    print("\n".join(f"{statement};" for statement in statements(role)))


def export(file: Path, data: DataDir = VAR) -> None:
    """导出全部条目，每行一个 JSON · every entry, one JSON per line."""
    connect(data)
    from imloop.steps.journal import prove_journal

    with file.open("w", encoding="utf-8") as out:
        print(f"{prove_journal.export_journal(out)} 条 · entries → {file}")
