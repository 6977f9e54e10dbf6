"""work: deliver messages every second, timed tasks every minute."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Annotated

import structlog
import typer

from imloop.cli.common import VAR, DataDir, connect
from imloop.cli.couriers import print_lags

if TYPE_CHECKING:
    from imloop.exchange.couriers.rounds import Rounds

_failed: list[str] = []
"""Duties of this round that could not be done."""
log = structlog.get_logger("imloop.work")


def register(app: typer.Typer) -> None:
    app.command()(work)


def work(
    once: Annotated[bool, typer.Option("--once", help="只做一遍 · one pass")] = False,
    every: Annotated[
        float, typer.Option(help="时钟任务的间隔秒 · seconds between passes of the timed tasks")
    ] = 60.0,
    attended: Annotated[bool, typer.Option("--attended", hidden=True)] = False,
    data: DataDir = VAR,
) -> None:
    """后台任务：外送消息；逾期、日历重算、失联、证书到期、纸质复检核对、封存日志 · deliver messages every second; timed
    tasks: overdue cases, deadlines, lost links, certificates, retests on paper, the journal's day."""
    connect(data, quiet=True)
    from django.db import close_old_connections

    from imloop.exchange.couriers.rounds import Rounds
    from imloop.site.parent import end_with_parent
    from imloop.steps.ground.clock import now

    if attended:
        end_with_parent()
    rounds = Rounds(now, partial(_attempt, "couriers"))
    if once:
        _clocks(always_say=True)
        _attempt("couriers", rounds.begin)
        rounds.finish()
        print_lags()
        return
    threading.Thread(target=_couriers, args=(rounds,), name="couriers", daemon=True).start()
    while True:
        close_old_connections()
        _clocks(always_say=False)
        time.sleep(every)


def _couriers(rounds: Rounds) -> None:
    """Apart from the timed tasks: neither waits for the other."""
    from django.db import close_old_connections

    while True:
        close_old_connections()
        _attempt("couriers", rounds.begin)
        time.sleep(1.0)


def _attempt(name: str, duty: Callable[[], int | None]) -> int:
    """Run one duty; if it fails, the next pass tries again and the other duties go on. Returns how much was done."""
    from django.db import InterfaceError, OperationalError, close_old_connections

    try:
        return duty() or 0
    except (OperationalError, InterfaceError) as error:  # a busy, full or restarting database
        log.warning("database away", duty=name, exc_info=error)
    except Exception as error:
        log.error("failed", duty=name, exc_info=error)
    close_old_connections()
    _failed.append(name)
    return 0


def _clocks(always_say: bool) -> None:
    """The tasks that fall due by time alone."""
    from imloop.steps.accounts.keys import forget_nonces
    from imloop.steps.cases.declare_overdue import declare_overdue, recompute_deadlines
    from imloop.steps.desk.acts import lapse_proposals
    from imloop.steps.desk.health import passed
    from imloop.steps.duty.unusual import count_when_due
    from imloop.steps.ground.clock import now
    from imloop.steps.journal.looks import seal_looks
    from imloop.steps.journal.seals import seal
    from imloop.steps.lines.heartbeats import notice_lost_links
    from imloop.steps.outages.match_papers import find_unmatched
    from imloop.steps.remote_sensing.tell_owner import open_confirmed
    from imloop.steps.repairs.shop_figures import count_figures
    from imloop.steps.reports.paper_shares import watch_shares
    from imloop.steps.stations.certificates import warn_of_expiry
    from imloop.store.query_statistics import refresh

    _failed.clear()
    overdue = _attempt("overdue", lambda: declare_overdue(now()))
    recomputed = _attempt("deadlines", lambda: recompute_deadlines(now()))
    _attempt("proposals", lambda: lapse_proposals(now()))
    _attempt("lost links", lambda: notice_lost_links(now()))
    _attempt("certificates", lambda: warn_of_expiry(now()))
    _attempt("readings", lambda: open_confirmed(now()))
    _attempt("papers", lambda: find_unmatched(now()))
    _attempt("paper shares", lambda: watch_shares(now()))
    _attempt("nonces", lambda: forget_nonces(now()))
    _attempt("looks", lambda: seal_looks(now()))
    _attempt("unusual looks", lambda: count_when_due(now()))
    _attempt("journal seal", lambda: int(seal(now()) is not None))
    _attempt("shop figures", lambda: count_figures(now()))
    _attempt("demo", _demo_morning)
    _attempt("query statistics", refresh)
    _attempt("sign of life", lambda: passed(now(), list(_failed)))
    if always_say or overdue or recomputed:
        print(f"逾期 {overdue} · 重算 {recomputed} / overdue {overdue}, recomputed {recomputed}")


def _demo_morning() -> int:
    """A served demo city checks its lines every morning, and its accounts end; any other installation is left alone."""
    from imloop.steps.journal.demo_mark import is_demo

    if not is_demo():
        return 0
    from imloop.sim.city.morning_checks import morning_checks
    from imloop.sim.credentials import end_accounts
    from imloop.steps.ground.clock import now

    end_accounts(now())
    return morning_checks(now())
