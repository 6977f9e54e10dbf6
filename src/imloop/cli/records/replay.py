"""replay: recompute stored tests; with --what-if, under an assumed law."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from functools import lru_cache, partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from imloop.cli.common import VAR, AsJson, DataDir, connect_migrated, print_json, print_table
from imloop.facts.days import read_day

if TYPE_CHECKING:
    from imloop.law import Assumed
    from imloop.steps.inspections.replay import Replayed, Selection
    from imloop.steps.inspections.what_if_report import Report

T = TypeVar("T")
_SHOWN = 20


def register(app: typer.Typer) -> None:
    app.command()(replay)


def replay(
    since: Annotated[str, typer.Option(help="自哪一天 · first day")] = "",
    until: Annotated[str, typer.Option(help="至哪一天 · last day")] = "",
    place: Annotated[str, typer.Option(help="行政区划代码 · GB/T 2260")] = "",
    station: Annotated[str, typer.Option(help="检验机构代码 · station")] = "",
    method: Annotated[str, typer.Option(help="检验方法 · method")] = "",
    what_if: Annotated[Path | None, typer.Option(help="假设的规定 · assumed law, YAML")] = None,
    xlsx: Annotated[Path | None, typer.Option(help="另存为表格 · save a workbook")] = None,
    tell: Annotated[
        bool,
        typer.Option(
            "--tell",
            help="结论会改变的列入主管部门的疑点，原结论不变 · a finding for the department of each whose result "
            "would be another; what was judged stays",
        ),
    ] = False,
    processes: Annotated[int, typer.Option(help="进程数，0 为全部核 · processes, 0 for all cores")] = 0,
    as_json: AsJson = False,
    data: DataDir = VAR,
) -> None:
    """复算已存检验，须与原结论一致；或按假设的规定推演 · recompute stored tests: exit 1 when any differs
    or cannot be read."""
    connect_migrated(data, quiet=True)
    from imloop.steps.inspections.replay import Selection

    chosen = Selection(
        read_day(since) if since else None, read_day(until) if until else None, place, station, method
    )
    workers = processes or os.cpu_count() or 1
    if what_if is None:
        _replay(chosen, workers, xlsx, as_json, tell)
    else:
        _what_if(chosen, what_if.read_text(encoding="utf-8"), workers, xlsx, as_json)


def _in_blocks(chosen: Selection, work: Callable[[list[int]], T], workers: int) -> Iterator[T]:
    """Every block's result in the order of the tests, with a progress bar; as many blocks under way as workers."""
    from collections import deque
    from concurrent.futures import Future, ProcessPoolExecutor
    from multiprocessing import get_context

    from django.db import connections
    from rich.console import Console
    from rich.progress import Progress

    from imloop.steps.inspections.replay import BLOCK, blocks

    tests = chosen.tests()
    total = tests.count()
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("replay", total=total)
        if workers == 1 or total <= BLOCK:
            for keys in blocks(tests):
                yield work(keys)
                progress.advance(task, len(keys))
            return
        connections.close_all()
        pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_start)
        with pool:
            under_way: deque[tuple[int, Future[T]]] = deque()
            for keys in blocks(tests):
                under_way.append((len(keys), pool.submit(work, keys)))
                if len(under_way) > 2 * workers:
                    count, first = under_way.popleft()
                    yield first.result()
                    progress.advance(task, count)
            for count, waiting in under_way:
                yield waiting.result()
                progress.advance(task, count)


def _start() -> None:
    """A worker's own connection to the same database."""
    import django

    django.setup()


def _replayed(keys: list[int]) -> list[Replayed]:
    from imloop.exchange.uploads.decode_inspection import decode_kept_test
    from imloop.steps.inspections.replay import replay_block

    return replay_block(keys, decode_kept_test)


def _judged(text: str, keys: list[int]) -> Report:
    from imloop.exchange.uploads.decode_inspection import decode_kept_test
    from imloop.steps.inspections.what_if import judge_block

    return judge_block(keys, decode_kept_test, _assumed(text))


@lru_cache(maxsize=1)
def _assumed(text: str) -> Assumed:
    from imloop.law import load, overlay

    return overlay(load(), text)


def _replay(chosen: Selection, workers: int, xlsx: Path | None, as_json: bool, tell: bool) -> None:
    tests, differing, corrected = 0, 0, 0
    kept: list[Replayed] = []
    for each in chain.from_iterable(_in_blocks(chosen, _replayed, workers)):
        tests += 1
        if each.same:
            continue
        differing += not each.law_corrected
        corrected += each.law_corrected
        if len(kept) < 10_000:
            kept.append(each)
    told = _tell(kept) if tell else 0
    if as_json:
        rows = [_row(each) for each in kept]
        counts = {"tests": tests, "differing": differing, "law_corrected": corrected, "told": told}
        print_json({**counts, "list": rows})
    else:
        same = tests - differing - corrected
        print(f"复算 {tests} 次检验 · replayed: {same} 一致 · same, {differing} 不一致 · differing", end="")
        print(f", {corrected} 法律数据已更正 · law data corrected", end="")
        print(f", {told} 已列入疑点 · listed for the department" if tell else "")
        _print_rows([_row(each) for each in kept])
    if xlsx is not None:
        _save(xlsx, {"replay": [_row(each) for each in kept]})
    sys.exit(1 if differing or corrected else 0)


def _tell(kept: list[Replayed]) -> int:
    from imloop.steps.ground.clock import now
    from imloop.steps.inspections.replay import list_for_the_department

    return list_for_the_department(kept, now())


def _row(each: Replayed) -> dict[str, object]:
    return {
        "test_no": each.test_no,
        "station": each.station,
        "stored": each.stored,
        "recomputed": each.recomputed,
        "differs": " ".join(each.differs),
        "law_corrected": each.law_corrected,
        "moved_by": "; ".join(each.moved_by),
    }


def _what_if(chosen: Selection, text: str, workers: int, xlsx: Path | None, as_json: bool) -> None:
    from imloop.steps.inspections.what_if_report import Report, report_sheets

    title = _assumed(text).title  # a faulty file is refused before any work
    report = Report()
    for part in _in_blocks(chosen, partial(_judged, text), workers):
        report.merge(part)
    if as_json:
        print_json({"title": title, **report.to_json()})
    else:
        _print_report(title, report)
    if xlsx is not None:
        _save(xlsx, report_sheets(report, title))
    sys.exit(1 if report.unreadable else 0)


def _print_report(title: str, report: Report) -> None:
    from imloop.steps.inspections.what_if_report import CHANGES, DIMENSION_NAMES, DIMENSIONS

    for row in report.unreadable[:_SHOWN]:
        print(f"不能读出，未计入 · cannot be read, not counted: {row}")

    print(f"{title or '推演 · what-if'}: {report.tests} 次检验 · tests")
    newly = report.changes
    print(
        f"  新增不合格 · newly fail {newly['newly_fail']}，新增合格 · newly pass {newly['newly_pass']}，"
        f"不再合格但检验已提前结束 · no longer pass, run ended too early to fail {newly['newly_invalid']}；"
        f"不合格 · fail {report.before['fail']} → {report.after['fail']}"
    )
    for name in DIMENSIONS:
        rows = [row for row in report.rows(name) if any(row[change] for change in CHANGES)]
        if rows:
            print(f"\n{DIMENSION_NAMES[name].zh} · {DIMENSION_NAMES[name].en}")
            _print_rows(rows)


def _print_rows(rows: list[dict[str, object]]) -> None:
    if not rows:
        return
    print_table(list(rows[0]), [list(row.values()) for row in rows[:_SHOWN]])
    if len(rows) > _SHOWN:
        print(f"… 共 {len(rows)} 行，全部见 --xlsx 或 --json · rows in all")


def _save(file: Path, sheets: dict[str, list[dict[str, object]]]) -> None:
    from imloop.exchange.tables.write_tables import write_sheets

    write_sheets(file, sheets)
    print(f"→ {file}", file=sys.stderr)
