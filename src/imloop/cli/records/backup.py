"""imloop backup | restore: the whole installation in one file, and back into an empty one."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from imloop.cli.common import VAR, AsJson, DataDir, connect, connect_new, print_json


def register(app: typer.Typer) -> None:
    app.command()(backup)
    app.command()(restore)


@contextmanager
def _bar(title: str) -> Iterator[Callable[[int, int], None]]:
    from rich.console import Console
    from rich.progress import Progress

    with Progress(transient=True, console=Console(stderr=True)) as progress:
        task = progress.add_task(title, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)


def backup(
    file: Annotated[Path, typer.Argument(help="如 imloop-2026-03-05.tar.zst")],
    with_secrets: Annotated[
        bool, typer.Option("--with-secrets", help="含 secret-key 与签名密钥 · with the keys")
    ] = False,
    data: DataDir = VAR,
    as_json: AsJson = False,
) -> None:
    """备份整个平台到一个文件，运行中即可 · back up the whole installation to one file, while it runs;
    exit 1 when a value could not be read."""
    connect(data)
    from imloop.cli.gates.vehicles import operator
    from imloop.steps.ground.clock import now
    from imloop.steps.ground.seen import Door, seen
    from imloop.store.backup import write_backup

    seen(operator(), Door.BACKUP, more={"with_secrets": with_secrets})
    with _bar("备份 backup") as advance:
        manifest = write_backup(file, data, now(), secrets=with_secrets, advance=advance)
    unreadable = manifest["unreadable"]
    assert isinstance(unreadable, list)
    if as_json:
        print_json(manifest)
        sys.exit(1 if unreadable else 0)
    tables, journal = manifest["tables"], manifest["journal"]
    assert isinstance(tables, list) and isinstance(journal, dict)
    rows = sum(table["rows"] for table in tables)
    print(f"{file}: {rows} 行 · rows; 日志 journal {journal['number']} {journal['hash']}")
    if not with_secrets:
        print(
            "不含密钥；另存 secret-key、signing-key.pem、sftp-key · the keys are not included: keep them elsewhere"
        )
    for row in unreadable:
        print(f"不能读出，备份中为空 · cannot be read, and is empty in the backup: {row}")
    sys.exit(1 if unreadable else 0)


def restore(
    file: Path,
    force: Annotated[
        bool, typer.Option("--force", help="清除现有内容，先询问 · empty it first, after asking")
    ] = False,
    moved: Annotated[
        bool,
        typer.Option(
            "--moved", help="备份后原平台再未运行，编号接续 · nothing ran since the backup: numbers go on"
        ),
    ] = False,
    data: DataDir = VAR,
) -> None:
    """恢复到空的平台，升级表结构，检查并核对日志，另起序号 · restore into an empty installation, check it and begin
    a new epoch; exit 1 when something is wrong."""
    connect_new(data)
    from imloop.site.private_files import close_to_others
    from imloop.store.backup import clear, holds_something, verified
    from imloop.store.backup import restore as put_back

    manifest = verified(file)
    if holds_something():
        _ask_to_empty(force)
    clear()
    close_to_others()
    with _bar("恢复 restore") as advance:
        changed = put_back(file, manifest, data, advance)
    for row in manifest.get("unreadable", []):
        print(f"备份时已不能读出 · could not be read when the backup was made: {row}")
    for each in changed:
        print(f"空字符已替换为 ␀ · a NUL was replaced by ␀: {each}")
    faults = _faults()
    for fault in faults[:20]:
        print(fault)
    from imloop.steps.journal.prove_journal import head
    from imloop.steps.journal.seals import latest as latest_seals

    number, digest = head()
    latest = latest_seals(1)
    root = f"{latest[0].name} {latest[0].root}" if latest else "—"
    same = (number, digest) == (manifest["journal"]["number"], manifest["journal"]["hash"])
    if not same:
        print("日志末条与清单不同 · the journal's end differs from the manifest")
    print(f"日志 journal {number} {digest} · 最近的根 root {root}")
    _begin_again(manifest["created_at"], moved)
    sys.exit(0 if same and not faults and not changed and not manifest.get("unreadable") else 1)


def _begin_again(written: str, as_it_was: bool) -> None:
    from datetime import datetime

    from imloop.steps.ground.clock import now
    from imloop.steps.journal.begin_again import begin_again, moved

    backup_at = datetime.fromisoformat(written)
    if as_it_was:
        moved(backup_at, now())
        return
    began = begin_again(backup_at, now())
    print(
        f"新的序列 epoch {began.epoch}: 消息从 {began.first_seq} 之后编号，{began.last_seq} 以后的读取位置答复 409；"
        f"各类编号留出间隔 · messages go on after {began.first_seq}, places after {began.last_seq} are answered 409; "
        "numbers leave a gap"
    )


def _ask_to_empty(force: bool) -> None:
    from imloop.facts.refusal import Conflict
    from imloop.facts.text import Text

    if not force:
        raise Conflict(
            "not-empty",
            Text(
                "平台里已有内容；只能恢复到空的平台。",
                "The platform is not empty; a backup can only be restored into an empty one.",
            ),
        )
    if not typer.confirm("现有内容将全部清除，继续？· everything in it will be lost; continue?"):
        raise typer.Exit(2)


def _faults() -> list[str]:
    from imloop.steps.journal import prove_journal

    return [*prove_journal.faults(), *prove_journal.faulty_cases()]
