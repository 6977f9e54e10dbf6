"""Replay one real station's day through the public API: its queue and its times, with simulated tests attached."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import median

import httpx
from rich.console import Console
from rich.table import Table

from imloop.facts.codes import Method
from imloop.facts.refusal import Unknown
from imloop.facts.text import Text
from imloop.sim.progress import bar
from imloop.sim.traffic.station_queue import Task, attach_tests, last_working_day, read_queue
from imloop.sim.world.places import STATIONS, Station
from imloop.steps.ground.clock import now


@dataclass(slots=True)
class Refused:
    """Refusals under one reason code: the clause, and the minutes since the failed run ended."""

    cite: str
    text: str
    minutes: list[float] = field(default_factory=list)


@dataclass(slots=True)
class Summary:
    """What became of the day. ``not_refused``: test numbers of retests without a repair that got through."""

    station: str
    day: str
    tasks: int
    vehicles: int
    accepted: int = 0
    passed: int = 0
    failed: int = 0
    other: int = 0
    cases_opened: int = 0
    duplicates: int = 0
    permits_denied: int = 0
    refused: dict[str, Refused] = field(default_factory=dict)
    not_refused: list[str] = field(default_factory=list)
    unexpected: list[str] = field(default_factory=list)

    @property
    def refusals(self) -> int:
        return sum(len(group.minutes) for group in self.refused.values())

    @property
    def ok(self) -> bool:
        """No retest that the law forbids got through, and nothing else went wrong."""
        return not self.not_refused and not self.unexpected


def replay_day(
    file: Path,
    base_url: str,
    credentials: Path,
    *,
    station: str | None = None,
    day: date | None = None,
    speed: float = 60.0,
    seed: int = 1,
    progress: bool = True,
) -> Summary:
    """Upload the day's queue as ``station`` (default: the demo city's largest), at ``speed`` × real time
    (0: no waiting).

    Every vehicle with several tasks fails all but its last run; before each repeated task the permit is asked for,
    then the run is uploaded all the same, as the real station did. Raises ``Refusal`` for an unreadable file, an
    unknown station, missing credentials or a server that cannot be reached.
    """
    where = _station(station)
    queue = read_queue(file)
    headers = {"Authorization": f"Bearer {_key(credentials, where.code)}", "Content-Type": "application/json"}
    on = day or last_working_day(now().date())
    tasks = attach_tests(queue, where, on, seed)
    summary = Summary(where.code, on.isoformat(), len(queue), len({task.vehicle.vin for task in tasks}))
    try:
        with (
            httpx.Client(base_url=base_url, timeout=60.0) as client,
            bar(f"{where.code} {on}", len(queue), progress) as step,
        ):
            _Replay(client, headers, summary, _clock(tasks, speed)).run(tasks, step)
    except httpx.TransportError as error:
        raise Unknown(
            "server-unreachable", Text(f"无法连接 {base_url}：{error}", f"Cannot reach {base_url}: {error}")
        ) from error
    if progress:
        print_summary(summary)
    return summary


class _Replay:
    """Actions in the order of the day: permit questions, uploads, second copies."""

    def __init__(
        self,
        client: httpx.Client,
        headers: Mapping[str, str],
        summary: Summary,
        wait: Callable[[datetime], None],
    ) -> None:
        self.client, self.headers, self.summary, self.wait = client, headers, summary, wait
        self.failed_at: dict[str, datetime] = {}

    def run(self, tasks: Sequence[Task], step: Callable[[], None]) -> None:
        actions: list[tuple[datetime, int, Callable[[], None]]] = []
        for task in tasks:
            if task.again:
                actions.append((task.start, len(actions), partial(self._ask, task)))
            for copy in range(task.copies):
                moment = task.end + timedelta(seconds=8 + 20 * copy)
                actions.append((moment, len(actions), partial(self._send, task, step)))
        for moment, _, act in sorted(actions, key=lambda action: action[:2]):
            self.wait(moment)
            act()

    def _ask(self, task: Task) -> None:
        if task.vehicle.vin not in self.failed_at:
            return
        answer = self.client.get(
            "/api/v1/retest-permit",
            params={"vin": task.vehicle.vin, "station": self.summary.station, "at": task.start.isoformat()},
            headers=self.headers,
        )
        if answer.status_code != 200:
            self._surprise(task, answer)
        elif answer.json()["allowed"]:
            self.summary.not_refused.append(f"{task.test_no} (permit)")
        else:
            self.summary.permits_denied += 1

    def _send(self, task: Task, step: Callable[[], None]) -> None:
        answer = self.client.post("/api/v1/tests", content=task.body, headers=self.headers)
        step()
        forbidden = task.vehicle.vin in self.failed_at and self.failed_at[task.vehicle.vin] < task.start
        if answer.status_code == 201:
            self._accepted(task, answer.json())
            if forbidden:
                self.summary.not_refused.append(task.test_no)
        elif answer.status_code == 200:
            self.summary.duplicates += 1
            self._remember(task, answer.json())
        elif forbidden and answer.status_code in (403, 409, 422):
            self._refused(task, answer.json())
        else:
            self._surprise(task, answer)

    def _accepted(self, task: Task, receipt: Mapping[str, object]) -> None:
        summary = self.summary
        summary.accepted += 1
        summary.passed += receipt["verdict"] == "pass"
        summary.failed += receipt["verdict"] == "fail"
        summary.other += receipt["verdict"] not in ("pass", "fail")
        summary.cases_opened += receipt["verdict"] == "fail" and task.vehicle.vin not in self.failed_at
        self._remember(task, receipt)

    def _remember(self, task: Task, receipt: Mapping[str, object]) -> None:
        if receipt["verdict"] == "fail":
            self.failed_at.setdefault(task.vehicle.vin, task.end)

    def _refused(self, task: Task, problem: Mapping[str, object]) -> None:
        found = problem.get("reasons")
        reasons = [reason for reason in found if isinstance(reason, dict)] if isinstance(found, list) else []
        reason = next((reason for reason in reasons if not reason.get("warning")), problem)
        code, cite = str(reason["code"]), str(reason.get("cite") or problem.get("cite") or "")
        if not cite:
            self.summary.unexpected.append(f"{task.test_no}: {code} without a clause")
        text = str(reason.get("text") or problem.get("detail") or "")
        minutes = (task.start - self.failed_at[task.vehicle.vin]).total_seconds() / 60
        self.summary.refused.setdefault(code, Refused(cite, text)).minutes.append(round(minutes, 1))

    def _surprise(self, task: Task, answer: httpx.Response) -> None:
        self.summary.unexpected.append(f"{task.test_no}: {answer.status_code} {answer.text[:200]}")


def print_summary(summary: Summary, console: Console | None = None) -> None:
    """The day as a table, refusals with their clause."""
    console = console or Console()
    table = Table(title=f"{summary.station} · {summary.day}", show_header=False)
    for label, value in (
        ("任务 tasks", f"{summary.tasks}（{summary.vehicles} 辆 vehicles）"),
        ("受理 accepted", summary.accepted),
        ("合格 passed", summary.passed),
        ("不合格 failed", summary.failed),
        ("无结论 no verdict", summary.other),
        ("开立案件 cases opened", summary.cases_opened),
        ("重复上传 duplicates answered 200", summary.duplicates),
        ("复检询问被拒 permits denied", summary.permits_denied),
        ("未修复检被拒 retests refused", summary.refusals),
        ("漏拒 not refused", len(summary.not_refused)),
        ("意外 unexpected", len(summary.unexpected)),
    ):
        table.add_row(label, str(value))
    console.print(table)
    reasons = Table(title="拒绝 refused")
    for heading in ("原因 reason", "次数", "依据 clause", "距不合格 分钟 min / median / max"):
        reasons.add_column(heading, overflow="fold")
    for code, group in sorted(summary.refused.items()):
        span = f"{min(group.minutes):.1f} / {median(group.minutes):.1f} / {max(group.minutes):.1f}"
        reasons.add_row(code, str(len(group.minutes)), group.cite, span)
    console.print(reasons)
    for line in (*summary.not_refused, *summary.unexpected)[:10]:
        console.print(f"! {line}", markup=False)


def _clock(tasks: Sequence[Task], speed: float) -> Callable[[datetime], None]:
    """Wait until a moment of the replayed day has come, ``speed`` times faster than it did."""
    began, first = time.monotonic(), tasks[0].start

    def wait(moment: datetime) -> None:
        if speed > 0:
            time.sleep(max(0.0, (moment - first).total_seconds() / speed - (time.monotonic() - began)))

    return wait


def _station(code: str | None) -> Station:
    if code is None:
        return max(STATIONS, key=lambda station: sum(Method.ASM in methods for _, methods in station.lines))
    for station in STATIONS:
        if station.code == code:
            return station
    raise Unknown(
        "unknown-station", Text(f"演示城市没有检验机构 {code}。", f"The demo city has no I-station {code}.")
    )


def _key(credentials: Path, station: str) -> str:
    try:
        return str(json.loads(credentials.read_text(encoding="utf-8"))["keys"][station])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Unknown(
            "no-credentials",
            Text(f"{credentials} 中没有 {station} 的密钥。", f"{credentials} holds no key of {station}."),
        ) from error
