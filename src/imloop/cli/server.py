"""serve (and prepare), work, check, user, key, bench."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Annotated

import typer

from imloop.cli.common import AsJson, DataDir, connect, connect_migrated, print_json

VAR = Path("var")


def register(app: typer.Typer) -> None:
    app.command()(serve)
    app.command(hidden=True)(prepare)
    app.command()(work)
    app.command()(check)
    app.command()(user)
    app.command()(key)
    app.command()(bench)


def serve(
    demo: Annotated[bool, typer.Option("--demo", help="装入演示城市 · load the demo city")] = False,
    host: Annotated[str, typer.Option(help="监听地址 · address")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="端口 · port")] = 8000,
    workers: Annotated[int, typer.Option(help="进程数；SQLite 用 1 · processes")] = 1,
    clock: Annotated[
        bool, typer.Option("--work/--no-work", help="同时运行后台任务 · also run background work")
    ] = True,
    data: DataDir = VAR,
) -> None:
    """启动网站与接口 · web and API."""
    base_url = os.environ.setdefault("IMLOOP_BASE_URL", f"http://{host}:{port}")
    os.environ["IMLOOP_DATA"] = str(data)
    if demo:
        os.environ.setdefault("IMLOOP_DEPARTMENT_TOTP", "0")  # the demo's passwords are in a file
    imloop = [sys.executable, "-m", "imloop.cli"]
    # In a process of its own: what preparing needed is given back before serving begins.
    prepared = subprocess.call([*imloop, "prepare", *(["--demo"] if demo else [])])
    if prepared:
        raise typer.Exit(prepared)
    _print_welcome(base_url, data, demo)
    child = subprocess.Popen([*imloop, "work"]) if clock else None
    try:
        _serve_forever(host, port, workers)
    finally:
        if child is not None:
            child.terminate()
            child.wait(timeout=10)


def prepare(demo: Annotated[bool, typer.Option("--demo")] = False, data: DataDir = VAR) -> None:
    """建表，装入演示城市或询问首位管理员 · tables, and the demo city or the first administrator."""
    connect_migrated(data)
    from django.conf import settings

    from imloop.steps import people
    from imloop.steps.clock import now

    if demo:
        from imloop.sim.demo import load_demo

        load_demo(data, now(), settings.BASE_URL)
    elif people.nobody_yet():
        _ask_first_administrator()


def _serve_forever(host: str, port: int, workers: int) -> None:
    from granian import Granian
    from granian.constants import Interfaces

    from imloop.site.settings import CALLS_AT_ONCE, STREAMS

    Granian(
        "imloop.site.worker:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=CALLS_AT_ONCE + STREAMS,  # idle ones end by themselves
        backpressure=256 + STREAMS,
        log_access=False,
        log_level="error",  # it warns of so many threads
    ).serve()


def _ask_first_administrator() -> None:
    from django.conf import settings

    from imloop.steps.clock import now
    from imloop.steps.people import first_administrator

    username = os.environ.get("IMLOOP_ADMIN", "")
    password = os.environ.get("IMLOOP_ADMIN_PASSWORD", "")
    if not (username and password):
        if not sys.stdin.isatty():
            print(
                "尚无管理员：运行 imloop user，或设置 IMLOOP_ADMIN 与 IMLOOP_ADMIN_PASSWORD · no administrator yet"
            )
            return
        username = typer.prompt("首位管理员用户名 · first administrator")
        password = typer.prompt("密码（至少 10 位）· password", hide_input=True, confirmation_prompt=True)
    _require_good(password)
    first_administrator(username, password, settings.PLACE, now())


def _require_good(password: str) -> None:
    from django.contrib.auth.password_validation import validate_password
    from django.core.exceptions import ValidationError
    from django.utils.translation import override

    from imloop.facts.refusal import Malformed
    from imloop.facts.text import Text

    try:
        validate_password(password)
    except ValidationError as error:
        words = " ".join(error.messages)
        with override("en"):
            english = " ".join(error.messages)
        raise Malformed("weak-password", Text(words, english)) from None


def _print_welcome(base_url: str, data: Path, demo: bool) -> None:
    print(f"\n  imloop  {base_url}   (API {base_url}/api/docs)")
    if demo:
        print(f"  账号与密钥 · accounts and keys: {data / 'demo-credentials.json'}")
        print(f"  先看 · first: 用 environment 账号登录 {base_url}/login → 今天需要处理 → 打开一个案件")
        print("               log in as environment, open the work list, then one case\n")


def work(
    once: Annotated[bool, typer.Option("--once", help="只做一遍 · one pass")] = False,
    every: Annotated[float, typer.Option(help="时钟任务的间隔秒 · seconds between clock passes")] = 60.0,
    data: DataDir = VAR,
) -> None:
    """后台任务：外送消息；逾期、日历重算、失联、证书到期、封存日志 · couriers every second; clocks: overdue cases, deadlines,
    lost links, certificates, the journal's day."""
    connect(data)
    from django.db import OperationalError, close_old_connections

    from imloop.exchange.courier import carry
    from imloop.steps.clock import now

    next_clocks = 0.0
    while True:
        close_old_connections()
        try:
            if time.monotonic() >= next_clocks:
                next_clocks = time.monotonic() + every
                _clocks(once)
            carry(now)
        except OperationalError as error:  # a busy or restarting database: the next pass does it
            print(f"imloop work: {error}", file=sys.stderr)
        if once:
            _print_lags()
            return
        time.sleep(1.0)


def _clocks(always_say: bool) -> None:
    """What falls due by time alone."""
    from imloop.steps.certificates import warn_of_expiry
    from imloop.steps.clock import now
    from imloop.steps.declare_overdue import declare_overdue, recompute_deadlines
    from imloop.steps.link import notice_lost_links
    from imloop.steps.seal_days import seal_days
    from imloop.steps.shop_figures import count_figures

    overdue, recomputed = declare_overdue(now()), recompute_deadlines(now())
    notice_lost_links(now())
    warn_of_expiry(now())
    seal_days(now())
    count_figures(now())
    _demo_morning()
    if always_say or overdue or recomputed:
        print(f"逾期 {overdue} · 重算 {recomputed} / overdue {overdue}, recomputed {recomputed}")


def _print_lags() -> None:
    from imloop.steps.access import SYSTEM
    from imloop.steps.deliveries import lags
    from imloop.steps.receivers import receivers

    for lag in lags(receivers(SYSTEM)):
        since = f" · {lag.oldest:%Y-%m-%d %H:%M}" if lag.oldest else ""
        failing = lag.receiver.failing_since
        print(
            f"{lag.receiver.code}: 待送 waiting {lag.waiting}{since} · 被拒 dead {lag.dead}"
            f" · 不一致 differing {lag.differing}"
            + (f" · 送不到 failing since {failing:%Y-%m-%d %H:%M}" if failing else "")
        )


def _demo_morning() -> None:
    """A served demo city checks its lines every morning; any other installation is left alone."""
    from imloop.sim.whose import is_demo

    if is_demo():
        from imloop.sim.mornings import morning_checks
        from imloop.steps.clock import now

        morning_checks(now())


def check(data: DataDir = VAR, as_json: AsJson = False) -> None:
    """安装自检：数据库、日志链、案件、法律数据 · is everything sound; exit 1 when not."""
    connect(data)
    from django.core.management import call_command
    from django.core.management.base import CommandError

    from imloop.law.report import check as law_faults
    from imloop.steps import journal

    faults = {"law": [str(fault) for fault in law_faults(None)], "database": [], "journal": [], "cases": []}
    try:
        call_command("migrate", check_unapplied=True, verbosity=0)
    except (CommandError, SystemExit):
        faults["database"] = ["unapplied migrations: run imloop serve"]
    else:
        faults["journal"] = journal.faults()
        faults["cases"] = journal.faulty_cases()
    if as_json:
        print_json(faults)
    else:
        for part, found in faults.items():
            print(f"{part:10} {'ok' if not found else '; '.join(found)}")
    sys.exit(1 if any(faults.values()) else 0)


def user(
    username: str,
    party: Annotated[str, typer.Option(help="单位代码；缺省为系统管理 · party code")] = "",
    data: DataDir = VAR,
) -> None:
    """新建人员账号 · create a person; the password is asked for, or taken from IMLOOP_PASSWORD."""
    connect_migrated(data)
    from django.conf import settings

    from imloop.facts.refusal import Unknown
    from imloop.facts.text import Text
    from imloop.steps.clock import now
    from imloop.steps.people import create_user, first_administrator
    from imloop.store.models import Party

    given = os.environ.get("IMLOOP_PASSWORD", "")
    password = given or typer.prompt("密码 · password", hide_input=True, confirmation_prompt=True)
    _require_good(password)
    if not party:
        first_administrator(username, password, settings.PLACE, now())
    else:
        owner = Party.objects.filter(code=party).first()
        if owner is None:
            raise Unknown("unknown-party", Text(f"没有单位 {party}。", f"No party {party}."))
        create_user(username, password, owner, now(), must_change_password=True)
    print(f"{username} ok")


def key(
    party: str,
    revoke: Annotated[str, typer.Option(help="吊销此密钥编号 · revoke this key id")] = "",
    data: DataDir = VAR,
) -> None:
    """给单位发一把接口密钥（只显示一次），或吊销 · issue (shown once) or revoke an API key."""
    connect_migrated(data)
    from imloop.facts.refusal import Unknown
    from imloop.facts.text import Text
    from imloop.steps.clock import now
    from imloop.steps.keys import issue_key, revoke_key
    from imloop.store.models import ApiKey, Party

    owner = Party.objects.filter(code=party).first()
    if owner is None or (revoke and not ApiKey.objects.filter(key_id=revoke, party=owner).exists()):
        raise Unknown(
            "unknown-party",
            Text(f"没有单位或密钥 {party} {revoke}。", f"No such party or key: {party} {revoke}."),
        )
    if revoke:
        revoke_key(revoke, now())
        print(f"{revoke} revoked")
    else:
        print(issue_key(owner, now()))


def bench(name: Annotated[str, typer.Argument(help="P1 P3 P4；缺省全部 · default all")] = "") -> None:
    """跑公布的性能数字 · run the published figures (from a source checkout)."""
    from imloop.facts.refusal import Unknown
    from imloop.facts.text import Text

    script = Path(__file__).resolve().parents[3] / "benchmarks" / "run.py"
    if not script.exists():
        raise Unknown(
            "no-benchmarks",
            Text("性能脚本只在源码目录中。", "Benchmarks ship with the source checkout only."),
        )
    sys.exit(subprocess.call([sys.executable, str(script), *([name] if name else [])]))
