"""serve (and prepare), work, check, user, bench."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from imloop.cli.common import VAR, AsJson, DataDir, connect, connect_migrated, print_json
from imloop.cli.runs import keep_run
from imloop.cli.serving.free_port import require_free
from imloop.cli.serving.keep_alive import Background, counting_together, serve_forever


def register(app: typer.Typer) -> None:
    app.command()(serve)
    app.command(hidden=True)(prepare)
    app.command()(migrate)
    app.command()(check)
    app.command()(user)
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
    require_free(host, port)
    base_url = os.environ.setdefault("IMLOOP_BASE_URL", f"http://{host}:{port}")
    os.environ["IMLOOP_DATA"] = str(data)
    if demo:
        os.environ.setdefault("IMLOOP_DEPARTMENT_TOTP", "0")  # the demo's passwords are in a file
    imloop = [sys.executable, "-m", "imloop.cli"]
    # In a process of its own: what preparing needed is given back before serving begins.
    prepared = subprocess.call([*imloop, "prepare", "--host", host, *(["--demo"] if demo else [])])
    if prepared:
        raise typer.Exit(prepared)
    _print_welcome(base_url, data, demo)
    background = Background([*imloop, "work", "--attended"]) if clock else None
    try:
        with counting_together(workers):
            serve_forever(host, port, workers)
    finally:
        if background is not None:
            background.stop()


def prepare(
    demo: Annotated[bool, typer.Option("--demo")] = False,
    host: Annotated[str, typer.Option()] = "",
    data: DataDir = VAR,
) -> None:
    """建表，装入演示城市或询问首位管理员 · tables, and the demo city or the first administrator. Refused for what must
    not be on an address open to others (``host``: on which it is going to listen)."""
    connect_migrated(data, quiet=True)
    from django.conf import settings

    from imloop.sim.demo import load_demo, remember_demo
    from imloop.steps.accounts.create_user import nobody_yet
    from imloop.steps.ground.clock import now

    remember_demo(now())
    _require_safe(host, demo)
    _keep_the_law()
    if demo:
        load_demo(data, now(), settings.BASE_URL)
    elif nobody_yet():
        keep_run()
        _ask_first_administrator()


def _require_safe(host: str, demo: bool) -> None:
    from imloop.facts.refusal import NotAllowed
    from imloop.facts.text import Text
    from imloop.steps.desk.open_address import dangers

    if found := dangers(host, demo=demo).values():
        raise NotAllowed(
            "not-on-an-open-address",
            Text("".join(each.zh for each in found), " ".join(each.en for each in found)),
        )


def migrate(
    app_role: Annotated[
        str,
        typer.Option(
            "--app-role",
            help="PostgreSQL：授予应用角色所需的权限 · grant the application's role what it needs",
        ),
    ] = "",
    data: DataDir = VAR,
) -> None:
    """建表或升级到本版本；serve 启动时也会做 · create or upgrade the tables; serve does it, too."""
    connect_migrated(data)
    _keep_the_law()
    if app_role:
        from imloop.store.grants import grant

        grant(app_role)
    print("数据库为最新 · the tables are up to date")


def _keep_the_law() -> None:
    from imloop.steps.ground.clock import now
    from imloop.steps.journal.law_in_use import keep_law

    keep_law(now())


def _ask_first_administrator() -> None:
    from django.conf import settings

    from imloop.steps.accounts.create_user import first_administrator
    from imloop.steps.ground.clock import now

    username = os.environ.get("IMLOOP_ADMIN", "")
    password = os.environ.get("IMLOOP_ADMIN_PASSWORD", "")
    if not (username and password):
        if not sys.stdin.isatty():
            print(
                "尚无管理员：运行 imloop user NAME，或设置 IMLOOP_ADMIN 与 IMLOOP_ADMIN_PASSWORD 后再启动 · no "
                "administrator yet: run imloop user NAME, or set both and start again"
            )
            return
        username, password = typer.prompt("首位管理员用户名 · first administrator"), ""
    first_administrator(username, _good_password(password), settings.PLACE, now())


def _good_password(given: str) -> str:
    """``given``, or what is typed: a weak one is asked for again. A weak one that was given is refused."""
    from imloop.facts.refusal import Malformed
    from imloop.steps.accounts.name_and_password import require_good

    if given:
        require_good(given)
        return given
    while True:
        typed: str = typer.prompt(
            "密码（至少 10 位）· password, at least 10 characters",
            hide_input=True,
            confirmation_prompt="再输一次 · once more",
        )
        try:
            require_good(typed)
        except Malformed as weak:
            print(f"{weak.text.zh} {weak.text.en}", file=sys.stderr)
        else:
            return typed


def _print_welcome(base_url: str, data: Path, demo: bool) -> None:
    print(f"\n  imloop  {base_url}   (API {base_url}/api/docs)")
    if not demo:
        print(f"  起步 · first steps: {base_url}/first-steps\n")
    else:
        print(f"  账号与密钥 · accounts and keys: {data / 'demo-credentials.json'}")
        print("    30 天后失效，再运行一次即换新 · they end after 30 days; run this again for new ones")
        print(f"  先看 · first: 用 environment 账号登录 {base_url}/login → 今天需要处理 → 打开一个案件")
        print("               log in as environment, open the work list, then one case")
        print("  站端采集 · a station's agent, in other terminals:")
        print(f"    imloop agent demo --data {data}")
        print("    imloop agent run --config agent-demo/agent.toml")
        print("    imloop sim sample ASM --station 450203001 > agent-demo/inbox/one.json\n")


def check(data: DataDir = VAR, as_json: AsJson = False) -> None:
    """安装自检：数据库、日志链、案件、法律数据 · check the installation; exit 1 when something is wrong."""
    connect(data, quiet=True)
    from django.conf import settings

    from imloop.law.report import check as law_faults
    from imloop.site.private_files import open_to_others
    from imloop.steps.accounts.name_and_password import odd_user_names
    from imloop.steps.desk import health
    from imloop.steps.desk.law_at_hand import place_without_text, verdicts_without_text
    from imloop.steps.desk.odd_names import odd_names
    from imloop.steps.desk.open_address import dangers
    from imloop.steps.ground.clock import now
    from imloop.steps.journal import prove_journal
    from imloop.steps.journal.check_against_journal import unlike_the_journal

    faults = {"law": [str(fault) for fault in law_faults(None)], "files": open_to_others()}
    faults["address"] = [each.en for each in dangers().values()]
    # As /readyz says it; whether background work runs is asked there: here nothing need run.
    for each in health.checks(now()):
        if each.name != "work":
            faults[each.name] = [] if each.fault is None else [each.fault.en]
    if not faults["database"]:
        faults["journal"] += prove_journal.faults()
        faults["cases"] = prove_journal.faulty_cases()
        faults["uploads"] = unlike_the_journal()
        faults["law"] += [] if faults["law"] else verdicts_without_text()
    # Work for people, nothing is broken:
    notes = [] if faults["law"] else [*place_without_text(settings.PLACE)]
    notes += [] if faults["database"] else [*odd_names(), *odd_user_names()]
    if as_json:
        print_json({**faults, "notes": notes})
    else:
        for part, found in faults.items():
            print(f"{part:10} {'ok' if not found else '; '.join(found)}")
        for note in notes:
            print(f"{'note':10} {note}")
    sys.exit(1 if any(faults.values()) else 0)


def user(
    username: str,
    party: Annotated[
        str, typer.Option(help="单位代码；缺省为系统管理 · party code; default: administration")
    ] = "",
    place: Annotated[
        str,
        typer.Option(
            help="管理哪里：市、省（450000）或全部（000000），缺省 IMLOOP_PLACE · administrator of which place"
        ),
    ] = "",
    name: Annotated[str, typer.Option(help="姓名 · what people call them")] = "",
    data: DataDir = VAR,
) -> None:
    """新建人员账号 · create a person; the password is asked for, or taken from IMLOOP_PASSWORD. Without a party: an
    administrator of a city, of a province and all its cities, or of every place (000000)."""
    connect_migrated(data)
    from django.conf import settings

    from imloop.facts.refusal import Unknown
    from imloop.facts.text import Text
    from imloop.steps.accounts.create_user import create_user, first_administrator
    from imloop.steps.ground.clock import now
    from imloop.store.models import Party

    owner = Party.objects.filter(code=party).first() if party else None
    if party and owner is None:
        raise Unknown("unknown-party", Text(f"没有单位 {party}。", f"There is no party {party}."))
    password = _good_password(os.environ.get("IMLOOP_PASSWORD", ""))
    if owner is None:
        first_administrator(username, password, place or settings.PLACE, now(), name=name)
    else:
        create_user(username, password, owner, now(), name=name, must_change_password=True)
    print(f"{username} ok")


def bench(
    name: Annotated[str, typer.Argument(help="P1 P2 P3 P4 P5 P10 REPLAY；缺省全部 · default all")] = "",
) -> None:
    """跑公布的性能数字 · run the published benchmarks (from a source checkout)."""
    from imloop.facts.refusal import Unknown
    from imloop.facts.text import Text

    script = Path(__file__).resolve().parents[4] / "benchmarks" / "run.py"
    if not script.exists():
        raise Unknown(
            "no-benchmarks",
            Text("性能脚本只在源码目录中。", "Benchmarks ship with the source checkout only."),
        )
    sys.exit(subprocess.call([sys.executable, str(script), *([name] if name else [])]))
