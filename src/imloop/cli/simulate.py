"""sim run | day | sample."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from imloop.cli.common import VAR, AsJson, DataDir, connect_migrated, print_json
from imloop.facts.days import read_day


def register(app: typer.Typer) -> None:
    sim = typer.Typer(help="模拟城市 · a simulated city, always labelled", no_args_is_help=True)
    sim.command()(run)
    sim.command()(day)
    sim.command()(sample)
    app.add_typer(sim, name="sim")


def run(
    days: Annotated[int, typer.Option(help="天数 · days")] = 30,
    seed: Annotated[int, typer.Option(help="随机种子 · seed")] = 1,
    stations: Annotated[str, typer.Option(help="只用这些检验机构，逗号分隔 · only these stations")] = "",
    data: DataDir = VAR,
) -> None:
    """在已有城市里再跑若干天诚实车流 · add more days of honest traffic to the loaded city."""
    connect_migrated(data)
    from imloop.sim.more_days import run as run_traffic
    from imloop.steps.ground.clock import now

    count = run_traffic(
        days=days, seed=seed, stations=[s for s in stations.split(",") if s], data_dir=data, now=now()
    )
    print(f"{count} 次检验 · tests; 标签 · labels: {data / 'sim-labels.ndjson'}")


def day(
    file: Annotated[Path, typer.Argument(help="一站一日队列 · a station day's queue")],
    base_url: Annotated[str, typer.Option(help="服务地址 · server")] = "http://127.0.0.1:8000",
    credentials: Annotated[Path, typer.Option(help="demo-credentials.json")] = Path(
        "var/demo-credentials.json"
    ),
    station: Annotated[str, typer.Option(help="以哪个站的名义 · as which station")] = "",
    on: Annotated[str, typer.Option(help="重放到哪一天，缺省上一个工作日 · replay on this day")] = "",
    speed: Annotated[
        float, typer.Option(help="倍速，0 为不等待 · times real speed, 0 for no waiting")
    ] = 60.0,
    seed: Annotated[int, typer.Option(help="随机种子 · seed")] = 1,
    as_json: AsJson = False,
) -> None:
    """把一个站真实的一天经公开接口重放 · replay a real station's day through the public API."""
    from dataclasses import asdict

    from imloop.sim.traffic.station_day import replay_day

    summary = replay_day(
        file,
        base_url,
        credentials,
        station=station or None,
        day=read_day(on) if on else None,
        speed=speed,
        seed=seed,
    )
    if as_json:
        print_json(asdict(summary))
    sys.exit(0 if summary.ok else 1)


def sample(
    method: Annotated[
        str, typer.Argument(help="TSI | ASM | VMAS | IM195 | FREEACC | LUGDOWN | RINGELMANN | repair")
    ],
    station: Annotated[str, typer.Option(help="检验机构或维修站代码 · station or shop")] = "",
    line: Annotated[str, typer.Option(help="检测线 · line")] = "01",
    fail: Annotated[bool, typer.Option("--fail", help="超标 · a failing vehicle")] = False,
    at: Annotated[str, typer.Option(help="时间 ISO 8601，缺省刚才 · start time")] = "",
    plate: Annotated[str, typer.Option(help="号牌 · plate")] = "桂B8X6K2",
    case: Annotated[str, typer.Option(help="维修所属案件 · the repair's case")] = "",
    seed: Annotated[int, typer.Option(help="随机种子 · seed")] = 1,
    packed: Annotated[bool, typer.Option("--packed", help="过程数据压缩 · compress the trace")] = False,
) -> None:
    """写出一份可上传的报文 · write one message, ready to upload."""
    from imloop.sim.sample import REPAIR, sample_message, sample_repair
    from imloop.sim.world.places import SHOPS, STATIONS

    when = at or None
    if method == REPAIR:
        body = sample_repair(station or SHOPS[0].code, case_no=case, at=when, plate=plate, seed=seed)
    else:
        body = sample_message(
            method,
            station=station or STATIONS[0].code,
            line=line,
            fail=fail,
            at=when,
            plate=plate,
            seed=seed,
            packed=packed,
        )
    print(body.decode())
