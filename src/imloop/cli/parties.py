"""party add | list."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from imloop.cli.common import VAR, AsJson, DataDir, connect, connect_migrated, print_json, print_table

_STATIONS = {"istation": "stations", "mstation": "repairers"}
"""Kind of party → register; every other kind is a department."""


def register(app: typer.Typer) -> None:
    party = typer.Typer(help="单位登记 · departments and stations", no_args_is_help=True)
    party.command()(add)
    party.command("list")(list_)
    app.add_typer(party, name="party")


def add(
    kind: Annotated[
        str,
        typer.Argument(
            help="environment | transport | market | police | supervisor | admin | istation | mstation"
        ),
    ],
    name: Annotated[str, typer.Argument(help="名称 · name")],
    place: Annotated[str, typer.Option(help="行政区划代码 · GB/T 2260")],
    reason: Annotated[str, typer.Option(help="依据，记入日志 · on what it rests, for the journal")],
    code: Annotated[str, typer.Option(help="代码；部门缺省为 地区-种类 · a department's: PLACE-KIND")] = "",
    since: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="站点自哪天起，缺省今天 · default today")
    ] = None,
    lines: Annotated[str, typer.Option(help="检测线 · lines, such as 01:ASM+TSI;02:LUGDOWN")] = "",
    data: DataDir = VAR,
) -> None:
    """登记一个单位；许多个用 imloop import · register one party; for many: imloop import."""
    connect_migrated(data)
    from imloop.facts.days import day_of
    from imloop.steps.ground.access import SYSTEM
    from imloop.steps.ground.clock import now
    from imloop.steps.stations.registry_rows import code_of, register_parties

    at = now()
    day = (since.date() if since else day_of(at)).isoformat()
    row = {
        "code": code,
        "kind": kind,
        "name": name,
        "place": place,
        "since": day,
        "cite": reason,
        "lines": lines,
    }
    registry = _STATIONS.get(kind, "departments")
    register_parties(registry, [row], SYSTEM, at, reason=reason)
    print(f"{code_of(registry, row)} {name}")


def list_(
    place: Annotated[str, typer.Option(help="只看某地 · only of this place")] = "000000",
    data: DataDir = VAR,
    as_json: AsJson = False,
) -> None:
    """登记的单位 · the parties that are registered."""
    connect(data, quiet=True)
    from imloop.facts.places import known_place
    from imloop.steps.stations.lookups import everybody

    rows = [(row.code, row.kind, row.place, row.name) for row in everybody(known_place(place))]
    columns = ("code", "kind", "place", "name")
    if as_json:
        print_json([dict(zip(columns, row, strict=True)) for row in rows])
    else:
        print_table(columns, rows)
