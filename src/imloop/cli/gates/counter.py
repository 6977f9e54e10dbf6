"""gate reception | retest | charge | conflict: questions at the station's counter; exit 0 allowed, 1 not."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated

import typer

from imloop.cli.common import VAR, AsJson, DataDir, connect
from imloop.cli.gates.vehicles import At, Plate, Vin, moment_of, operator, say

Station = Annotated[str, typer.Option(help="检验机构代码 · code of the I-station")]
MethodName = Annotated[str, typer.Option(help="检验方法，如 ASM · test method")]


def add_to(gate: typer.Typer) -> None:
    """Add the commands to ``imloop gate``."""
    gate.command()(reception)
    gate.command()(retest)
    gate.command()(charge)
    gate.command()(conflict)


def reception(
    station: Station,
    line: Annotated[str, typer.Option(help="检测线代码 · line")],
    method: MethodName,
    vin: Vin = "",
    plate: Plate = "",
    inspector: Annotated[str, typer.Option(help="检验员 · who tests")] = "",
    driver: Annotated[str, typer.Option(help="引车员 · who drives")] = "",
    reviewer: Annotated[str, typer.Option(help="审核人 · who reviews")] = "",
    at: At = "",
    as_json: AsJson = False,
    data: DataDir = VAR,
) -> None:
    """能否在此受理检验 · may the vehicle be tested here, on this line, by these people."""
    connect(data)
    from imloop.steps.appointments.ask_reception import ask_reception

    answer = ask_reception(
        operator(),
        station=station,
        line=line,
        method=method,
        at=moment_of(at),
        vin=vin,
        plate=plate,
        people={"inspector": inspector, "driver": driver, "reviewer": reviewer},
    )
    say(answer, as_json)


def retest(
    station: Station,
    vin: Vin = "",
    plate: Plate = "",
    at: At = "",
    as_json: AsJson = False,
    data: DataDir = VAR,
) -> None:
    """能否在此复检 · may the vehicle be retested here."""
    connect(data)
    from imloop.steps.cases.ask_permit import ask_permit

    say(ask_permit(operator(), station=station, at=moment_of(at), vin=vin, plate=plate), as_json)


def charge(
    station: Station,
    method: MethodName,
    vin: Vin = "",
    plate: Plate = "",
    charged: Annotated[str, typer.Option(help="实收金额（元） · yuan charged")] = "",
    at: At = "",
    as_json: AsJson = False,
    data: DataDir = VAR,
) -> None:
    """应收多少、收得对不对 · what may be charged; with --charged: was it right; without a vehicle: the price."""
    connect(data)
    from imloop.facts.days import day_of
    from imloop.facts.refusal import Malformed
    from imloop.facts.text import Text
    from imloop.steps.ground import registers
    from imloop.steps.prices.compare_charge import charge_for
    from imloop.steps.vehicles.find_vehicle import require_vehicle
    from imloop.store.models import PartyKind

    where = registers.party(station, PartyKind.ISTATION)
    day = day_of(moment_of(at))
    law = registers.law_at(day, where.place)
    vehicle = require_vehicle(vin, plate) if vin or plate else None
    if charged and not re.fullmatch(r"\d{1,6}(\.\d{1,2})?", charged):
        raise Malformed(
            "wrong-value",
            Text("--charged 应为金额，如 90.00。", "--charged must be an amount such as 90.00."),
        )
    yuan = Decimal(charged) if charged else None
    say(charge_for(vehicle, where, registers.method_of(method), day, law, yuan).to_json(), as_json)


def conflict(
    party: Annotated[str, typer.Option(help="检验机构或维修企业代码 · code of the I- or M-station")],
    at: At = "",
    as_json: AsJson = False,
    data: DataDir = VAR,
) -> None:
    """检修是否分离 · does the station share an owner, account or address with one of the other kind."""
    connect(data)
    from imloop.facts.days import day_of
    from imloop.steps.stations.conflicts import ask_conflict

    say(ask_conflict(operator(), party, day_of(moment_of(at))).to_json(), as_json)
