"""``imloop agent …``: for a station's own computer. No database but its own spool."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from imloop.cli.common import AsJson, DataDir, print_json, print_table

if TYPE_CHECKING:
    from imloop.agent.config import Config

ConfigFile = Annotated[
    Path | None,
    typer.Option("--config", help="设置文件 agent.toml · settings file", envvar="IMLOOP_AGENT_CONFIG"),
]
SpoolDir = Annotated[Path | None, typer.Option("--spool", help="暂存目录 · spool folder")]
DEFAULT = Path("agent.toml")


def register(app: typer.Typer) -> None:
    agent = typer.Typer(
        help="站端采集 · the station's own agent: spool, upload, vouchers", no_args_is_help=True
    )
    agent.command()(init)
    agent.command()(demo)
    agent.command()(run)
    agent.command()(queue)
    agent.command()(retry)
    voucher = typer.Typer(help="离线凭单 · vouchers for an outage", no_args_is_help=True)
    voucher.command("list")(list_vouchers)
    voucher.command()(use)
    agent.add_typer(voucher, name="voucher")
    app.add_typer(agent, name="agent")


def init(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="设置文件 · settings file")] = DEFAULT,
    url: Annotated[str, typer.Option(prompt="平台地址 · platform URL", help="平台地址 · platform URL")] = "",
    station: Annotated[
        str, typer.Option(prompt="站点编号 · station code", help="站点编号 · station code")
    ] = "",
    key_file: Annotated[
        str, typer.Option(prompt="密钥文件 · key file", help="密钥文件，仅本人可读 · key file of mode 600")
    ] = "station.key",
    watch: Annotated[
        str, typer.Option(prompt="监视文件夹 · watched folder", help="监视文件夹 · watched folder")
    ] = "inbox",
    port: Annotated[
        int, typer.Option(prompt="本机端口 · local port", help="本机端口，0 为不用 · 0 for none")
    ] = 8123,
    lines: Annotated[
        str,
        typer.Option(
            prompt="检测线编号，逗号分隔 · line codes", help="检测线编号 · line codes, separated by commas"
        ),
    ] = "01",
) -> None:
    """写一个设置文件（逐项询问）· write a settings file, asking for each setting."""
    from imloop.agent.config import write_config

    write_config(file, url=url, station=station, key_file=key_file, watch=watch, port=port, lines=lines)
    print(f"{file} · imloop agent run --config {file}")


def demo(
    station: Annotated[str, typer.Argument(help="演示城市的站点编号 · station code")] = "450203001",
    folder: Annotated[Path, typer.Option(help="写到哪里 · where to write")] = Path("agent-demo"),
    data: DataDir = Path("var"),
) -> None:
    """对着演示城市试用：写好设置和密钥 · write settings and key of a demo station."""
    from imloop.agent.demo import prepare

    settings = prepare(data / "demo-credentials.json", station, folder)
    print(f"{settings} · imloop agent run --config {settings}")


def _config(file: Path | None, **given: object) -> Config:
    from imloop.agent.config import read_config

    if file is None and DEFAULT.exists() and not given.get("spool"):
        file = DEFAULT
    return read_config(file, **given)


def run(
    config: ConfigFile = None,
    url: Annotated[str | None, typer.Option(help="平台地址 · platform URL")] = None,
    station: Annotated[str | None, typer.Option(help="站点编号 · station code")] = None,
    key_file: Annotated[Path | None, typer.Option(help="密钥文件，权限 600 · key file, mode 600")] = None,
    spool: SpoolDir = None,
    watch: Annotated[Path | None, typer.Option(help="监视文件夹 · watched folder")] = None,
    port: Annotated[int | None, typer.Option(help="本机端口 · local port on 127.0.0.1")] = None,
    line: Annotated[list[str] | None, typer.Option(help="检测线编号 · line code, may repeat")] = None,
) -> None:
    """运行：收件、暂存、签名、按序上传 · take in, keep, sign, upload in order, until stopped."""
    from imloop.agent.run import run as run_agent

    given = {
        "url": url,
        "station": station,
        "key_file": key_file,
        "spool": spool,
        "watch": watch,
        "port": port,
    }
    settings = _config(config, **given, lines=tuple(line) if line else None)
    run_agent(settings, os.environ.get("IMLOOP_AGENT_KEY", "").strip())


def _spool_of(config: Path | None, spool: Path | None) -> tuple[Path, str]:
    """The spool's folder and the station's code, as far as they are known."""
    if spool is not None:
        return spool, ""
    found = _config(config)
    return found.spool, found.station


def queue(
    config: ConfigFile = None,
    spool: SpoolDir = None,
    state: Annotated[str, typer.Option(help="waiting、sent、refused · only this state")] = "",
    limit: Annotated[int, typer.Option(help="最多几条 · how many at most")] = 30,
    as_json: AsJson = False,
) -> None:
    """队列：等待、已上传、拒收 · messages waiting, sent and refused; exit 1 when something was refused."""
    from imloop.agent.run import china_now
    from imloop.agent.spool import Spool
    from imloop.agent.status import status

    folder, station = _spool_of(config, spool)
    if not (folder / "spool.sqlite3").exists():
        raise ValueError(f"{folder}: no spool")
    kept = Spool(folder)
    found, items = status(kept, station, china_now()), kept.items(state, limit)
    if as_json:
        names = (
            "id",
            "kind",
            "state",
            "dialect",
            "sha256",
            "accepted_at",
            "tries",
            "status",
            "error",
            "settled_at",
        )
        rows = [{name: getattr(item, name) for name in names} for item in items]
        print_json({**found.to_json(), "items": rows})
    else:
        told = found.to_json()
        print(
            f"等待 {told['waiting']} · 已上传 {told['sent']} · 拒收 {told['refused']} · "
            f"积压 {told['backlog_minutes']} 分钟"
            f" · 最近联通 {told['last_contact'] or '–'}"
        )
        if told["waiting"] and told["last_error"]:
            print(f"最近的错误 · last error: {told['last_error']}")
        print_table(
            ["号", "报文", "状态", "收到", "次数", "答复"],
            [(i.id, i.kind, i.state, i.accepted_at[:19], i.tries, i.error or i.status) for i in items],
        )
    kept.close()
    sys.exit(1 if found.figures.refused else 0)


def retry(
    number: Annotated[int, typer.Argument(metavar="ID", help="队列号 · number in the queue")],
    config: ConfigFile = None,
    spool: SpoolDir = None,
) -> None:
    """把拒收的报文再传一次 · queue a refused message again; exit 1 when there is none."""
    from imloop.agent.spool import Spool

    kept = Spool(_spool_of(config, spool)[0])
    done = kept.retry(number)
    kept.close()
    print("已重新排队 · queued again" if done else "没有这条拒收的报文 · no such refused message")
    sys.exit(0 if done else 1)


def list_vouchers(config: ConfigFile = None, as_json: AsJson = False) -> None:
    """本机的离线凭单 · the vouchers on this computer."""
    from imloop.agent.paper import Paper
    from imloop.agent.run import open_spool

    found = _config(config)
    kept = open_spool(found)
    rows = [held.to_json() for held in Paper(kept, found.station).held()]
    kept.close()
    if as_json:
        print_json(rows)
    elif rows:
        print_table(
            ["凭单号", "日期", "校验码", "已用"],
            [(r["number"], r["day"], r["code"], r["item"]) for r in rows],
        )
    else:
        print("本机没有离线凭单：联网时每小时自动领取 · none yet: they are fetched every hour while online")


def use(
    plate: Annotated[str, typer.Option(prompt="号牌 · plate", help="号牌 · plate")],
    vin: Annotated[str, typer.Option(prompt="VIN", help="车辆识别代号 · VIN")],
    shop: Annotated[str, typer.Option(prompt="维修站编号或名称 · repair shop", help="维修站 · repair shop")],
    settlement: Annotated[
        str, typer.Option(prompt="结算清单号 · settlement list no.", help="结算清单号 · list no.")
    ],
    certificate: Annotated[
        str, typer.Option(prompt="竣工出厂合格证号 · certificate no.", help="合格证号 · certificate no.")
    ],
    number: Annotated[
        str, typer.Option(help="凭单号，缺省用今天的第一张 · voucher, default: today's first")
    ] = "",
    config: ConfigFile = None,
    as_json: AsJson = False,
) -> None:
    """断网时用一张凭单放行复检：离线核验、落盘、排队核销 · use a voucher: checked offline, kept, redeemed later."""
    from imloop.agent.paper import Paper
    from imloop.agent.run import china_now, open_spool
    from imloop.facts.refusal import Unknown
    from imloop.facts.text import Text

    found, now = _config(config), china_now()
    kept = open_spool(found)
    paper = Paper(kept, found.station)
    if not number:
        left = paper.usable(now)
        if not left:
            raise Unknown("no-voucher-left", Text("今天没有可用的离线凭单。", "No voucher is left today."))
        number = left[0].voucher.number
    papers = {
        "plate": plate,
        "vin": vin,
        "shop": shop,
        "settlement_no": settlement,
        "certificate_no": certificate,
    }
    item = paper.use(number, papers, now)
    kept.close()
    if as_json:
        print_json({"number": number, "item": item.id, "used_at": item.accepted_at})
    else:
        print(f"凭单 {number} 已使用，核销排在队列第 {item.id} 号；请在纸质登记表上记录。")
        print(
            f"Voucher {number} is used; its redemption is no. {item.id} in the queue. Enter it on the paper form."
        )
