"""journal verify | root | export | seal | grants."""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from imloop.cli.common import VAR, AsJson, DataDir, connect, print_json, write_for_oneself
from imloop.facts.refusal import Malformed
from imloop.facts.text import Text


def register(app: typer.Typer) -> None:
    journal = typer.Typer(help="不可篡改日志 · the tamper-evident journal", no_args_is_help=True)
    journal.command()(verify)
    journal.command()(root)
    journal.command()(export)
    journal.command("seal")(seal_now)
    journal.command()(grants)
    app.add_typer(journal, name="journal")


def verify(
    file: Annotated[Path | None, typer.Argument(help="导出的日志；缺省查数据库 · exported file")] = None,
    roots: Annotated[
        Path | None, typer.Option(help="早先公布的根 JSON，另行留存 · roots as published, kept elsewhere")
    ] = None,
    data: DataDir = VAR,
) -> None:
    """检查日志链和公布的根 · check for changes and removals; exit 1 when found. Without roots kept elsewhere a journal
    that was written anew as a whole is not found out. A file needs no database."""
    from imloop.proof.journal import NOT_UNDERSTOOD, check_export, published_in, read_json

    try:
        published = published_in(read_json(roots.read_text(encoding="utf-8"))) if roots else None
        if file is None:
            connect(data, quiet=True)
            from imloop.steps.journal import prove_journal
            from imloop.steps.journal.looks import looks_unlike_the_journal

            found = prove_journal.check(published)
            found.faults.extend(looks_unlike_the_journal())
        else:
            with file.open(encoding="utf-8") as lines:
                found = check_export(lines, published)
    except NOT_UNDERSTOOD as error:
        raise Malformed(
            "malformed-journal", Text(f"不是日志文件：{error}", f"Not a journal file: {error}")
        ) from None
    if found.faults:
        print("\n".join(found.faults[:20]))
        print(f"{len(found.faults)} 处断裂 · breaks")
        sys.exit(1)
    if found.vouched:
        print("\n".join(found.vouched))
    if found.open:
        print("日志链自身完整，未与公布的根比对 · consistent in itself, not compared with published roots")
        sys.exit(found.code if roots else 0)
    else:
        print("日志链完整 · the journal is intact")


def root(data: DataDir = VAR, as_json: AsJson = False) -> None:
    """链尾和近三日的根 · the end of the chain and the roots of the last three days."""
    connect(data, quiet=True)
    from imloop.facts.days import day_of
    from imloop.proof.journal import seal_name
    from imloop.steps.ground.clock import now
    from imloop.steps.journal.prove_journal import published

    found = published(day_of(now()) - timedelta(days=2))
    if as_json:
        print_json(found)
        return
    print(f"{found['number']} {found['hash']}")
    for row in found["roots"]:
        print(f"{seal_name(row)}  {row['first']}–{row['last']}  {row['root']}")


def seal_now(data: DataDir = VAR) -> None:
    """封存前一小时：计算并公布其根 · close the hour before this one; imloop work does it each hour."""
    connect(data, quiet=True)
    from imloop.steps.ground.clock import now
    from imloop.steps.journal.looks import seal_looks
    from imloop.steps.journal.seals import seal

    seal_looks(now())
    sealed = seal(now())
    print("没有可封存的 · nothing to seal" if sealed is None else f"{sealed.name} {sealed.root}")


def grants(role: Annotated[str, typer.Argument(help="应用的数据库角色 · the app's database role")]) -> None:
    """PostgreSQL 授权语句：应用角色不能改删日志 · SQL that lets the role only add to the journal."""
    from imloop.store.grants import statements

    print("\n".join(f"{statement};" for statement in statements(role)))


def export(file: Path, data: DataDir = VAR) -> None:
    """导出全部条目，每行一个 JSON · every entry, one JSON per line."""
    write_for_oneself()
    connect(data)
    from imloop.cli.gates.vehicles import operator
    from imloop.steps.ground.seen import Door, seen
    from imloop.steps.journal import prove_journal

    seen(operator(), Door.JOURNAL, more={"entries": prove_journal.head()[0]})
    with file.open("w", encoding="utf-8") as out:
        print(f"{prove_journal.export_journal(out)} 条 · entries → {file}")
