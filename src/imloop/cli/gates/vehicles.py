"""gate cycle | mark | registration | road: ask a gate of the vehicle register; exit 0 allowed, 1 not."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from imloop.cli.common import VAR, AsJson, DataDir, connect, print_json

if TYPE_CHECKING:
    from imloop.steps.ground.access import Caller

Vin = Annotated[str, typer.Option(help="VIN")]
Plate = Annotated[str, typer.Option(help="号牌 · plate")]
Place = Annotated[str, typer.Option(help="行政区划代码，缺省为本平台所在地 · GB/T 2260")]
At = Annotated[str, typer.Option(help="时刻 ISO 8601，缺省现在 · moment")]


def add_to(gate: typer.Typer) -> None:
    """Add the commands to ``imloop gate``."""
    gate.command()(cycle)
    gate.command()(mark)
    gate.command()(registration)
    gate.command()(road)


def cycle(
    vin: Vin = "",
    plate: Plate = "",
    at: At = "",
    place: Place = "",
    as_json: AsJson = False,
    data: DataDir = VAR,
) -> None:
    """是否应在本地检验 · is a test due here."""
    connect(data)
    from imloop.steps.vehicles.ask_cycle import ask_cycle

    say(ask_cycle(operator(place), vin=vin, plate=plate, at=moment_of(at)).to_json(), as_json)


def mark(
    vin: Vin = "",
    plate: Plate = "",
    at: At = "",
    place: Place = "",
    as_json: AsJson = False,
    data: DataDir = VAR,
) -> None:
    """能否核发检验合格标志 · may a mark be issued."""
    connect(data)
    from imloop.steps.vehicles.ask_mark import ask_mark

    say(ask_mark(operator(place), vin=vin, plate=plate, at=moment_of(at)).to_json(), as_json)


def registration(
    application: Annotated[str, typer.Option(help="new | transfer_in")] = "new",
    vin: Vin = "",
    fuel: Annotated[str, typer.Option(help="燃料 · fuel")] = "",
    stage: Annotated[str, typer.Option(help="排放阶段 · emission stage")] = "",
    vehicle_type: Annotated[str, typer.Option(help="车辆类型 GA/T 16.4")] = "",
    usage: Annotated[str, typer.Option(help="使用性质 GA/T 16.3")] = "",
    max_mass_kg: Annotated[float | None, typer.Option(help="最大总质量 kg · maximum mass")] = None,
    at: At = "",
    place: Place = "",
    as_json: AsJson = False,
    data: DataDir = VAR,
) -> None:
    """能否注册登记、转入 · may the vehicle be registered here."""
    connect(data)
    from imloop.facts.records.vehicle import NewVehicle
    from imloop.steps.vehicles.ask_registration import ask_registration

    stated = NewVehicle(
        vin=vin,
        fuel=fuel,
        emission_stage=stage,
        vehicle_type=vehicle_type,
        usage=usage,
        max_mass_kg=max_mass_kg,
    )
    answer = ask_registration(operator(place), stated, at=moment_of(at), application=application)
    say(answer.to_json(), as_json)


def road(
    vin: Vin = "",
    plate: Plate = "",
    zone: Annotated[str, typer.Option(help="限行区代码 · zone")] = "",
    at: At = "",
    place: Place = "",
    as_json: AsJson = False,
    data: DataDir = VAR,
) -> None:
    """能否上路、进入限行区 · may the vehicle drive here."""
    connect(data)
    from imloop.steps.roads.ask_road import ask_road

    say(ask_road(operator(place), vin=vin, plate=plate, zone=zone, at=moment_of(at)).to_json(), as_json)


def operator(place: str = "") -> Caller:
    """Who runs commands on the server; sees everything of ``place``, of the platform's own place when empty."""
    from django.conf import settings

    from imloop.steps.ground.access import Caller

    return Caller("imloop", "admin", "平台", place or settings.PLACE)


def moment_of(text: str) -> datetime:
    """ISO 8601; now when empty; one without an offset is China's."""
    from imloop.facts.days import read_moment
    from imloop.steps.ground.clock import now

    return read_moment(text, at="at") if text else now()


def say(answer: Mapping[str, Any], as_json: bool) -> NoReturn:
    """Print an answer of contract §4 and leave with its exit code."""
    if as_json:
        print_json(answer)
    else:
        print("可以 · allowed" if answer["allowed"] else "不可以 · not allowed")
        for reason in answer["reasons"]:
            cite = f" [{reason['cite']}]" if reason["cite"] else ""
            then = f" → {reason['next']}" if reason.get("next") else ""
            print(
                f"  {'提示' if reason.get('warning') else '原因'} {reason['code']}: {reason['text']}{cite}{then}"
            )
    sys.exit(0 if answer["allowed"] else 1)
