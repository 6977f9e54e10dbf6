"""The demo city's random draws: last quarter's, published, and this quarter's, fixed and waiting for the lottery."""

from __future__ import annotations

import hashlib
import json
from datetime import date, datetime, time, timedelta
from pathlib import Path

from imloop.facts.days import CHINA, day_of
from imloop.sim.world.places import CITY
from imloop.steps.draws import numbers as draw_numbers
from imloop.steps.draws import prepare_draw
from imloop.steps.draws import visits as draw_visits
from imloop.steps.draws.plan import Plan, Source
from imloop.steps.ground.access import Caller, caller_for
from imloop.steps.ground.lookups import itself
from imloop.store.models import Draw, Party

SECRETS = "demo-draw-secrets.json"
_PEOPLE = {
    "environment": ("韦建平", "覃雪梅", "黄志强"),
    "market": ("莫晓燕", "梁文军", "廖国华"),
}
_LOTTERIES = (("ssq", "福利彩票双色球"), ("dlt", "体育彩票大乐透"))
_NUMBERS = {"ssq": "05 11 14 22 27 30 09", "dlt": "02 08 17 24 33 05 12"}
_RESULTS = (
    ("sound", "设备、记录和人员与登记一致，抽看的记录逐秒数据完整"),
    ("faults", "两份记录缺少环境参数，责令五个工作日内改正"),
    ("sound", "抽看的记录与实物一致"),
)


def enter_last_quarter(now: datetime) -> None:
    """From the list to the publication, before the demo's traffic begins."""
    day = day_of(now)
    this = date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)
    start = date(this.year, this.month - 3, 1) if this.month > 3 else date(this.year - 1, 10, 1)
    begun = datetime.combine(start + timedelta(days=5), time(9), CHINA)
    secrets = _secrets(quarter(start))
    row = _fixed(quarter(start), {"I": 2}, begun, 4, secrets)
    known = begun + timedelta(days=6)
    for code, value in _NUMBERS.items():
        for kind in _PEOPLE:
            draw_numbers.enter_number(_office(kind), row.no, code, value, known)
    for kind, secret in secrets.items():
        draw_numbers.reveal(_office(kind), row.no, secret, known + timedelta(hours=1))
    visits = row.visits.order_by("planned_on", "unit")
    for visit, (outcome, result) in zip(visits, _RESULTS, strict=False):
        at = datetime.combine(visit.planned_on, time(10), CHINA)
        draw_visits.open_visit(_office("environment"), row.no, visit.unit, at)
        at += timedelta(hours=5)
        draw_visits.record_visit(
            _office("market"), row.no, visit.unit, outcome=outcome, result=result, now=at
        )
    draw_visits.publish(_office("market"), row.no, whole=True, now=begun + timedelta(days=60))


def enter_this_quarter(data_dir: Path, now: datetime) -> None:
    """Fixed three days ago; the first lottery's number waits to be entered. The secrets lie in the data directory."""
    period = quarter(day_of(now))
    if Draw.objects.filter(place=CITY, period=period).exists():
        return
    secrets = _secrets(period)
    file = data_dir / SECRETS
    file.touch(mode=0o600)
    row = _fixed(period, {"I": 2, "M": 3, "F": 1}, now - timedelta(days=3), 2, secrets)
    file.write_text(json.dumps({row.no: secrets}, indent=2) + "\n", encoding="utf-8")


def quarter(day: date) -> str:
    return f"{day.year}Q{(day.month - 1) // 3 + 1}"


def _secrets(period: str) -> dict[str, str]:
    """The same wherever the demo is loaded in a quarter; in a real draw each department makes its own."""
    return {kind: hashlib.sha256(f"demo {period} {kind}".encode()).hexdigest() for kind in _PEOPLE}


def _office(kind: str) -> Caller:
    return caller_for(Party.objects.get(code=f"{CITY}-{kind}"), kind)


def _fixed(period: str, visits: dict[str, int], at: datetime, wait: int, secrets: dict[str, str]) -> Draw:
    """Prepared by the environment department, joined by both, fixed by the market department;
    lotteries ``wait`` days on."""
    day = day_of(at)
    sources = [
        Source(
            code,
            f"{name}（{day + timedelta(days=wait + n)} 开奖）",
            day + timedelta(days=wait + n),
            f"{name}下一期",
            day + timedelta(days=wait + n + 3),
        )
        for n, (code, name) in enumerate(_LOTTERIES)
    ]
    first = day + timedelta(days=wait + 4)
    plan = Plan(period, visits, first, first + timedelta(days=25), sources, {}, {})
    row = prepare_draw.prepare(_office("environment"), plan, at, itself)
    for hours, (kind, people) in enumerate(_PEOPLE.items(), 1):
        digest = hashlib.sha256(secrets[kind].encode()).hexdigest()
        own = str(row.frame["units"][0]["id"])
        conflicts = [{"inspector": people[0], "unit": own, "reason": "亲属在该站工作"}] if hours == 1 else []
        prepare_draw.join(
            _office(kind),
            row.no,
            nonce_sha256=digest,
            inspectors=people,
            conflicts=conflicts,
            now=at + timedelta(hours=hours),
        )
    return prepare_draw.commit(_office("market"), row.no, at + timedelta(hours=4))
