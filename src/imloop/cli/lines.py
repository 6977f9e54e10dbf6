"""imloop line: what a test line may test at a moment."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from imloop.cli.common import VAR, AsJson, DataDir, connect, print_json, print_table


def register(app: typer.Typer) -> None:
    app.command("line")(line)


def line(
    station: str,
    code: Annotated[str, typer.Argument(metavar="LINE")],
    at: Annotated[str, typer.Option(help="时刻，如 2026-03-05T09:00 · moment")] = "",
    data: DataDir = VAR,
    as_json: AsJson = False,
) -> None:
    """一条检测线此刻能做哪些方法，为什么 · what a line may test; exit 1 when any method is locked."""
    connect(data, quiet=True)
    from imloop.facts.days import read_moment
    from imloop.steps.ground import clock, registers
    from imloop.steps.lines.lookups import line_json, view
    from imloop.steps.lines.receive_check import the_line
    from imloop.store.models import PartyKind

    moment = read_moment(at, at="at") if at else clock.now()
    found = view(the_line(registers.party(station, PartyKind.ISTATION), code, moment), moment)
    if as_json:
        print_json(line_json(found))
    else:
        rows = [
            (method, "锁定 locked" if method in found["locked"] else "可检 open", reason)
            for method, reasons in found["standing"].items()
            for reason in ["\n".join(f"{r.code}: {r.text.zh} / {r.text.en} [{r.cite}]" for r in reasons)]
        ]
        print_table(("方法 method", "状态 state", "原因 reasons"), rows)
    if found["locked"]:
        sys.exit(1)
