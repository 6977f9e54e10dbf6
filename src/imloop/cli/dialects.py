"""``imloop dialect …``: the maps, and the self-test for authors of station software. No database needed."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from imloop.cli.common import AsJson, print_json, print_table

if TYPE_CHECKING:
    from imloop.exchange.dialects import Reading

STANDING = {
    "standard": "标准名称 · standard",
    "recorded": "线上所见 · recorded",
    "reading": "本平台的理解 · our reading",
}
STATES = {"read": "已读 · read", "missing": "缺少 · missing", "ignored": "未用 · ignored"}


def register(app: typer.Typer) -> None:
    dialect = typer.Typer(help="检测线软件的报文格式 · dialects of station software", no_args_is_help=True)
    dialect.command("list")(list_)
    dialect.command()(show)
    dialect.command()(check)
    dialect.command()(example)
    app.add_typer(dialect, name="dialect")


def list_(as_json: AsJson = False) -> None:
    """平台能读的格式 · the dialects the platform reads."""
    from imloop.exchange.dialects import every

    rows = [
        {
            "name": each.name,
            "title": each.title.zh,
            "title_en": each.title.en,
            "message": each.message,
            "containers": list(each.containers),
            "standing": each.standing,
            "cite": each.cite,
        }
        for each in every().values()
    ]
    if as_json:
        print_json(rows)
        return
    print_table(
        ["方言", "说明", "报文", "载体", "名称来源"],
        [
            (r["name"], r["title"], r["message"], "/".join(r["containers"]), STANDING[str(r["standing"])])
            for r in rows
        ],
    )


def show(
    name: Annotated[str, typer.Argument(metavar="NAME", help="方言 · a dialect")], as_json: AsJson = False
) -> None:
    """一种格式的对照表 · one dialect's field map as a table."""
    from imloop.exchange.dialects import named
    from imloop.exchange.dialects.report import map_rows

    dialect = named(name)
    rows = list(map_rows(dialect))
    if as_json:
        keys = ("theirs", "ours", "how", "required")
        print_json(
            {
                "name": name,
                "cite": dialect.cite,
                "fields": [dict(zip(keys, row, strict=True)) for row in rows],
            }
        )
        return
    print(f"{dialect.name} · {dialect.title.zh} · {dialect.title.en}")
    print(f"{STANDING[dialect.standing]}: {dialect.cite}")
    if rows:
        print_table(["对方字段 · theirs", "本平台字段 · ours", "读法 · how", "必填 · required"], rows)
    else:
        print("docs/upload.md")


def check(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="报文文件 · message files")],
    dialect: Annotated[str, typer.Option(help="应为此方言 · must be in this dialect")] = "",
    as_json: AsJson = False,
) -> None:
    """符合性自测：认出格式、逐项说明、解码、判定 · conformance self-test; exit 1 when a file does not conform."""
    worst = 0
    for file in files:
        answer = _checked(file.read_bytes(), dialect)
        worst = max(worst, 0 if answer["conformant"] else 1)
        if as_json:
            print_json({"file": str(file), **answer})
        else:
            _print(file, answer)
    sys.exit(worst)


def example(
    name: Annotated[str, typer.Argument(metavar="NAME", help="方言 · a dialect")],
    file: Annotated[Path, typer.Argument(metavar="FILE", help="imloop.test/1 文件 · a message of ours")],
    container: Annotated[str, typer.Option(help="载体 xml、json… · container")] = "",
) -> None:
    """把本平台报文写成该格式，作样例 · write one of our messages in the dialect, as an example."""
    from imloop.exchange.dialects import named, write
    from imloop.exchange.reading import parse_json
    from imloop.facts.refusal import Malformed
    from imloop.facts.text import Text

    dialect = named(name)
    if container and container not in dialect.containers:
        known = "、".join(dialect.containers)
        raise Malformed(
            "bad-container", Text(f"载体应为 {known}。", f"The container must be one of {known}.")
        )
    print(write(dialect, parse_json(file.read_bytes()), container))


def _checked(body: bytes, name: str) -> dict[str, object]:
    """The whole answer for one file."""
    from imloop.exchange.dialects import named, read
    from imloop.exchange.dialects.report import lines
    from imloop.facts.refusal import Malformed, Unknown

    if name:
        named(name)  # an unknown name is bad usage, whatever the file holds
    answer: dict[str, object] = {"conformant": False, "dialect": None, "fields": [], "problems": []}
    try:
        reading = read(body, None, name)
        answer |= {"dialect": reading.dialect.name, "kind": str(reading.kind)}
        answer["fields"] = [line.to_json() for line in lines(reading)]
        answer |= _decoded(body, reading)
        answer["conformant"] = True
    except Malformed as fault:
        answer["problems"] = [each.to_json() for each in fault.problems] or [
            {"path": "$", "code": fault.code, "detail": fault.text.zh, "detail_en": fault.text.en}
        ]
    except Unknown as fault:
        answer["problems"] = [
            {"path": "$", "code": fault.code, "detail": fault.text.zh, "detail_en": fault.text.en}
        ]
    return answer


def _decoded(body: bytes, reading: Reading) -> dict[str, object]:
    """What our decoder noted, and for a test the verdict under the law of its day and place."""
    from imloop.cli.offline import NATION
    from imloop.exchange.uploads.decode_check import decode_check
    from imloop.exchange.uploads.decode_inspection import decode_test
    from imloop.exchange.uploads.decode_repair import decode_repair
    from imloop.facts.days import day_of
    from imloop.facts.places import is_place
    from imloop.law import load
    from imloop.verdict import judge

    if reading.kind == "repair":
        return {"notes": list(decode_repair(body).notes)}
    if reading.kind == "check":
        return {"notes": list(decode_check(body).notes)}
    record = decode_test(body)
    place = record.station[:6] if is_place(record.station[:6]) else NATION
    verdict = judge(record, load().at(day_of(record.started_at), place))
    return {
        "notes": list(record.notes),
        "verdict": str(verdict.result),
        "claim_agrees": verdict.claim.agrees,
        "reasons": [reason.to_json() for reason in verdict.reasons],
    }


def _print(file: Path, answer: dict[str, object]) -> None:
    word = "符合 · conformant" if answer["conformant"] else "不符合 · not conformant"
    print(f"{file.name}: {answer['dialect'] or '?'} · {word}")
    fields, problems, notes = answer["fields"], answer["problems"], answer.get("notes", [])
    assert isinstance(fields, list) and isinstance(problems, list) and isinstance(notes, list)
    rows = [
        (
            STATES[line["state"]] + ("（必填）" if line["required"] and line["state"] == "missing" else ""),
            line["theirs"],
            line["ours"],
            line["value"],
        )
        for line in fields
    ]
    if rows:
        print_table(["", "对方字段 · theirs", "本平台字段 · ours", "值 · value"], rows)
    for problem in problems:
        print(f"  错误 {problem['code']} {problem['path']}: {problem['detail']} / {problem['detail_en']}")
    for note in notes:
        print(f"  提示 {note}")
    if "verdict" in answer:
        print(f"  判定 · verdict: {answer['verdict']}")
    print()
