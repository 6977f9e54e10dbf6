"""Commands that need no database: judge, law, deadline."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from imloop.cli.common import AsJson, in_line, print_json, print_table
from imloop.facts.days import day_of, read_day
from imloop.facts.places import is_place, known_place
from imloop.steps.ground.clock import now

if TYPE_CHECKING:
    from imloop.verdict.answer import ClaimCheck, Verdict

NATION = "000000"


def register(app: typer.Typer) -> None:
    app.command()(judge)
    app.command()(deadline)
    law = typer.Typer(help="法律数据 · the law as data", no_args_is_help=True)
    law.command()(show)
    law.command()(check)
    law.command()(stale)
    app.add_typer(law, name="law")


def judge(
    files: Annotated[list[Path], typer.Argument(help="imloop.test/1 文件 · upload files")],
    place: Annotated[str, typer.Option(help="行政区划代码；缺省取检验机构代码前六位 · GB/T 2260")] = "",
    on: Annotated[str, typer.Option(help="按哪一天的法律；缺省为检验当天 · use the law of this day")] = "",
    limit_set: Annotated[str, typer.Option(help="限值 a 或 b · limit set")] = "",
    explain: Annotated[bool, typer.Option("--explain", help="打印每一步计算 · print every step")] = False,
    as_json: AsJson = False,
) -> None:
    """复算检验结果（不需要数据库）· recompute uploads; exit 1 when any is not a pass."""
    from imloop.exchange.uploads.decode_inspection import decode_test
    from imloop.facts.refusal import Malformed, Refusal
    from imloop.facts.text import Text
    from imloop.law import load
    from imloop.verdict import judge as judge_record

    if limit_set not in ("", "a", "b"):
        raise Malformed("bad-limit-set", Text("限值只有 a 与 b。", "The limit set must be a or b."))
    day = read_day(on) if on else None
    if place:
        known_place(place)
    worst = 0
    for file in files:
        try:
            record = decode_test(file.read_bytes())
            code = place or (record.station[:6] if is_place(record.station[:6]) else NATION)
            law = load().at(day or day_of(record.started_at), code)
            verdict = judge_record(record, law, limit_set=limit_set or None)
        except (Refusal, OSError) as error:
            print(f"imloop: {file}: {in_line(error)}", file=sys.stderr)
            worst = 2
            continue
        worst = max(worst, 0 if verdict.result == "pass" else 1)
        if as_json:
            print_json(verdict.to_json())
        else:
            _print_verdict(file, verdict, explain)
    sys.exit(worst)


def _print_verdict(file: Path, verdict: Verdict, explain: bool) -> None:
    from imloop.facts.codes import METHOD_NAMES, RESULT_NAMES
    from imloop.facts.items import ITEMS

    words, method = RESULT_NAMES[verdict.result], METHOD_NAMES[verdict.method]
    law = f"{verdict.law_place}, {verdict.law_on}"
    print(f"{file.name}: {words.zh} · {words.en}  ({method.zh} {verdict.method}; {law})")
    rows = []
    for item in verdict.items:
        known = ITEMS[item.item]
        if item.low is None and item.high is None:
            outcome = "只记录"
        else:
            outcome = "合格" if item.passed else "不合格"
            outcome += "（不判定）" if item.advisory else ""
            outcome += "（临界）" if item.boundary else ""
        rows.append((known.label.zh, item.printed, item.printed_limit, known.unit, outcome, item.cite))
    if rows:
        print_table(["项目", "值", "限值", "单位", "判定", "依据"], rows)
    for title, found in (("原因", verdict.reasons), ("疑点", verdict.findings)):
        for reason in found:
            cite = f" [{reason.cite}]" if reason.cite else ""
            print(f"  {title} {reason.code}: {reason.text.zh}{cite}")
    _print_claim(verdict.claim)
    if explain:
        print_table(["步骤", "计算"], verdict.explain())
    print()


def _print_claim(claim: ClaimCheck) -> None:
    from imloop.facts.codes import RESULT_NAMES

    if claim.agrees is None:
        return
    said = f"机构报告{RESULT_NAMES[claim.verdict].zh}，" if claim.verdict else "机构报告的数值"
    rows = claim.reproduced_by["rows"] if claim.reproduced_by else None
    where = f"；数值复现于第 {rows[0]}–{rows[1]} 行" if isinstance(rows, list) else ""
    print(f"  {said}与复算{'一致' if claim.agrees else '不一致'}{where}")


def show(
    place: Annotated[str, typer.Option(help="行政区划代码 · GB/T 2260")] = NATION,
    on: Annotated[str, typer.Option(help="日期，缺省今天 · day")] = "",
    prefix: Annotated[str, typer.Option(help="只看此前缀的键 · only keys with this prefix")] = "",
    as_json: AsJson = False,
) -> None:
    """某地某日有效的规定与疑点阈值，逐条带出处 · law and thresholds of doubts in force, with their sources."""
    from imloop.law import load
    from imloop.law.report import show_rows, threshold_rows, title_rows
    from imloop.verdict import verdict_hash

    known_place(place)
    law = load().at(read_day(on) if on else day_of(now()), place)
    rows = [row for row in show_rows(law) if str(row["key"]).startswith(prefix)]
    thresholds = [row for row in threshold_rows(law) if str(row["key"]).startswith(prefix)]
    titles = [] if prefix else title_rows(load(), law)
    if as_json:
        print_json(
            {
                "place": place,
                "on": law.on.isoformat(),
                "hash": law.hash,
                "verdict_hash": verdict_hash(law),
                "values": rows,
                "titles": titles,
                "watch_hash": law.watch_hash,
                "thresholds": thresholds,
            }
        )
        return
    print(f"{place} · {law.on.isoformat()} · {law.hash[:16]}…")
    columns = ["键", "值", "单位", "出处", "自", "把握", "据以判断 · decided by"]
    print_table(columns, [_law_row(row) for row in [*rows, *titles]])
    if thresholds:
        print(f"\n疑点阈值，不是法律 · thresholds of doubts, not law · {law.watch_hash[:16]}…")
        shown = [(*(row[name] for name in _THRESHOLD_COLUMNS), _sureness(row)) for row in thresholds]
        print_table(["键", "值", "单位", "来源", "自", "把握"], shown)


_THRESHOLD_COLUMNS = ("key", "value", "unit", "source", "since")


def _law_row(row: dict[str, object]) -> tuple[object, ...]:
    value = "–" if row["value"] is None else row["value"]
    shown = (value, row["unit"], row["cite"], row["since"], _sureness(row))
    return row["key"] or "–", *shown, row["decided_by"] or "仅供查阅 · to be read only"


def _sureness(row: dict[str, object]) -> str:
    return f"{row['confidence']}: {row['confidence_says']} · {row['confidence_says_en']}"


def check(
    files: Annotated[list[Path] | None, typer.Argument(help="缺省为随包数据 · default: shipped data")] = None,
) -> None:
    """校验法律数据文件 · check the data files; exit 1 when invalid."""
    from imloop.law.report import check as faults_of

    faults = faults_of(files or None)
    for fault in faults:
        print(fault)
    if faults:
        sys.exit(1)
    print("法律数据有效 · the law data is valid")


def stale(
    months: Annotated[int, typer.Option(help="多少个月未复核 · months since confirmed")] = 12,
    as_json: AsJson = False,
) -> None:
    """久未复核的文本，以及没有人与印刷文本核对过的值 · texts nobody has confirmed for long, and values nobody has
    compared with the printed text."""
    from imloop.law import load
    from imloop.law.report import stale_rows, uncompared_rows

    rows, open_ones = stale_rows(load(), day_of(now()), months), uncompared_rows(load())
    if as_json:
        print_json({"stale": rows, "not_compared": open_ones})
        return
    if rows:
        print_table(list(rows[0]), [tuple(row.values()) for row in rows])
    else:
        print(f"{months} 个月内均已复核 · all confirmed within {months} months")
    print(
        "\n未与印刷文本核对的值；其中的处罚不得写入文书 · not compared with the printed text: no paper prints"
    )
    hidden = ("title", "file", "penalties")
    shown = [{key: value for key, value in row.items() if key not in hidden} for row in open_ones]
    print_table(list(shown[0]), [tuple(row.values()) for row in shown])


def deadline(
    start: Annotated[str, typer.Argument(metavar="DATE", help="告知日 · day of the notice")],
    days: Annotated[int, typer.Option(help="工作日数 · working days")] = 15,
    place: Annotated[str, typer.Option(help="行政区划代码 · GB/T 2260")] = NATION,
    as_json: AsJson = False,
) -> None:
    """限期：告知次日为第 1 个工作日 · the deadline; the day after the notice is day 1."""
    from imloop.facts.refusal import Malformed
    from imloop.facts.text import Text
    from imloop.law import load

    day = read_day(start)
    if not 0 < days <= 1000:
        raise Malformed("bad-days", Text("工作日数应在 1 至 1000 之间。", "Days must be between 1 and 1000."))
    counted = load().at(day, known_place(place)).working_days(day, days)
    if as_json:
        print_json(
            {
                "start": counted.start.isoformat(),
                "deadline": counted.deadline.isoformat(),
                "provisional": counted.provisional,
                "days": [each.isoformat() for each in counted.days],
            }
        )
        return
    note = "（部分年份日历尚未公布，暂定 · provisional）" if counted.provisional else ""
    print(f"{counted.deadline.isoformat()} {note}")
