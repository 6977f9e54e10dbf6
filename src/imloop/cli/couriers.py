"""imloop courier: outside systems to which a party's messages are delivered."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from imloop.cli.common import VAR, AsJson, DataDir, connect, print_json

courier = typer.Typer(help="向外部系统送达 · messages to outside systems", no_args_is_help=True)
Reason = Annotated[str, typer.Option(help="理由，记入日志 · reason, recorded in the journal")]


def register(app: typer.Typer) -> None:
    app.add_typer(courier, name="courier")


@courier.command("list")
def list_(data: DataDir = VAR, as_json: AsJson = False) -> None:
    """接收方、积压和失败 · receivers, with what is waiting and what failed."""
    connect(data, quiet=True)
    from imloop.steps.couriers.deliveries import lags
    from imloop.steps.couriers.receivers import receivers
    from imloop.steps.ground.access import SYSTEM

    rows = [
        {
            "code": lag.receiver.code,
            "party": lag.receiver.party.code,
            "way": lag.receiver.way,
            "address": lag.receiver.address,
            "paused": lag.receiver.paused,
            "cursor": lag.receiver.cursor,
            "waiting": lag.waiting,
            "oldest": lag.oldest.isoformat() if lag.oldest else None,
            "dead": lag.dead,
            "differing": lag.differing,
            "failing_since": lag.receiver.failing_since.isoformat() if lag.receiver.failing_since else None,
            "tries": lag.receiver.tries,
            "last_error": lag.receiver.last_error,
        }
        for lag in lags(receivers(SYSTEM))
    ]
    if as_json:
        print_json(rows)
        return
    print_lags()


def print_lags() -> None:
    """Print a line per receiver: waiting since when, refused or differing messages, the last error. China's time."""
    from imloop.facts.days import CHINA
    from imloop.steps.couriers.deliveries import lags
    from imloop.steps.couriers.receivers import receivers
    from imloop.steps.ground.access import SYSTEM

    def shown(moment: datetime | None) -> str:
        return f"{moment.astimezone(CHINA):%Y-%m-%d %H:%M}" if moment else ""

    for lag in lags(receivers(SYSTEM)):
        row = lag.receiver
        said = [f"待送 waiting {lag.waiting}" + (f" · {shown(lag.oldest)} 起 on" if lag.oldest else "")]
        said += [f"被拒 dead {lag.dead}", f"不一致 differing {lag.differing}"]
        if row.paused:
            said.append("已暂停 paused")
        if row.failing_since:
            said.append(f"送不到 failing since {shown(row.failing_since)}：{row.last_error}")
        print(f"{row.code} ← {row.party.code}: {' · '.join(said)}")


@courier.command()
def add(
    code: str,
    party: Annotated[str, typer.Option(help="送出哪个单位的消息 · whose messages")],
    to: Annotated[
        str, typer.Option(help="https:// 或 sftp:// 地址，或文件夹的绝对路径 · URL or absolute folder")
    ],
    name: Annotated[str, typer.Option(help="名称 · name")] = "",
    topics: Annotated[str, typer.Option(help="只送这些主题，逗号分隔 · only these topics")] = "",
    data: DataDir = VAR,
) -> None:
    """新设接收方，自下一条消息起；部门的由其负责人确认 · add a receiver, once the department's head confirms it."""
    connect(data)
    from imloop.steps.couriers.receivers import add_receiver, way_of
    from imloop.steps.ground import clock
    from imloop.steps.ground.access import SYSTEM
    from imloop.store.models import Proposal

    row = add_receiver(
        SYSTEM,
        code=code,
        name=name or code,
        party=party,
        way=way_of(to),
        address=to,
        topics=[topic.strip() for topic in topics.split(",") if topic.strip()],
        now=clock.now(),
    )
    if isinstance(row, Proposal):
        print(
            f"{code} ← {party}：待该单位负责人在 /proposals/{row.pk} 确认 · its head confirms it there first"
        )
        return
    print(f"{row.code} ← {party}，自第 {row.cursor + 1} 条起 · from message {row.cursor + 1}")


@courier.command()
def pause(code: str, reason: Reason = "", data: DataDir = VAR) -> None:
    """暂停，消息留待 · pause; waiting messages are kept in order."""
    _set_paused(code, True, reason, data)


@courier.command()
def resume(code: str, reason: Reason = "", data: DataDir = VAR) -> None:
    """恢复，立即再送 · resume at once."""
    _set_paused(code, False, reason, data)


def _set_paused(code: str, paused: bool, reason: str, data: DataDir) -> None:
    connect(data)
    from imloop.steps.couriers.receivers import set_paused
    from imloop.steps.ground import clock
    from imloop.steps.ground.access import SYSTEM

    set_paused(SYSTEM, code, paused=paused, reason=reason, now=clock.now())
    print("已暂停 · paused" if paused else "已恢复 · resumed")


@courier.command()
def replay(
    code: str,
    seq: Annotated[int, typer.Argument(help="自此序号起重送 · from this sequence number on")],
    reason: Reason,
    data: DataDir = VAR,
) -> None:
    """从某一序号起重送 · send everything again from a sequence number on."""
    connect(data)
    from imloop.steps.couriers.receivers import replay_from
    from imloop.steps.ground import clock
    from imloop.steps.ground.access import SYSTEM

    count = replay_from(SYSTEM, code, seq=seq, reason=reason, now=clock.now())
    print(f"{count} 条将重送 · messages will be sent again")
