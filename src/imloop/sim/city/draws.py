"""The demo city's random draws: last quarter's, published; this quarter's, being visited; the next one's, fixed and
waiting for the lottery."""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from pathlib import Path

from imloop.facts.days import CHINA, day_of
from imloop.facts.refusal import Conflict
from imloop.gates.vehicles.cycle import months_later
from imloop.sim.world.places import CITY
from imloop.steps.draws import numbers as draw_numbers
from imloop.steps.draws import officers as draw_officers
from imloop.steps.draws import prepare_draw
from imloop.steps.draws import visits as draw_visits
from imloop.steps.draws.plan import Plan, Source
from imloop.steps.draws.seats import standing
from imloop.steps.ground.access import Caller, caller_for, caller_of
from imloop.steps.ground.lookups import itself
from imloop.store.models import Draw, DrawVisit, Party

SECRETS = "demo-draw-secrets.json"
_PEOPLE = {
    "environment": ("environment", "environment2", "environment3", "environment4"),
    "market": ("market", "market2", "market3"),
}
"""Whose inspectors are drawn, by user name."""
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
    _draw(row, secrets, begun + timedelta(days=6))
    visits = row.visits.order_by("planned_on", "unit")
    for visit, (outcome, result) in zip(visits, _RESULTS, strict=False):
        at = datetime.combine(visit.planned_on, time(10), CHINA)
        lead, member = _begun(visit, at)
        _confirmed(member, visit, at + timedelta(hours=1))
        at += timedelta(hours=5)
        draw_visits.record_visit(lead, row.no, visit.unit, outcome=outcome, result=result, now=at)
    draw_visits.publish(_office("market"), row.no, whole=True, now=begun + timedelta(days=60))


def enter_this_quarter(now: datetime) -> None:
    """Drawn, and the first visits have begun today: in one both officers confirmed, in one the second has still to, and
    of another somebody cannot come."""
    period = quarter(day_of(now))
    if Draw.objects.filter(place=CITY, period=period).exists():
        return
    secrets = _secrets(period)
    row = _fixed(period, {"I": 2, "M": 2}, now - timedelta(days=12), 2, secrets)
    _draw(row, secrets, now - timedelta(days=8))
    whole, waiting, replaced, _later = row.visits.select_related("draw").order_by("planned_on", "unit")
    _lead, member = _begun(whole, now - timedelta(hours=3))
    _confirmed(member, whole, now - timedelta(hours=2))
    _begun(waiting, now - timedelta(hours=1))
    gone = standing(replaced)[1].user
    said = {"officer": gone.username, "ground": "absent", "reason": "检查当日参加执法培训，不能到场"}
    draw_officers.step_back(caller_of(gone), row.no, replaced.unit, **said, now=now - timedelta(hours=1))


def enter_next_quarter(data_dir: Path, now: datetime) -> None:
    """Fixed three days ago; the first lottery's number waits to be entered. The secrets lie in the data directory."""
    period = quarter(months_later(day_of(now).replace(day=1), 3))
    if Draw.objects.filter(place=CITY, period=period).exists():
        return
    secrets = _secrets(period)
    file = data_dir / SECRETS
    file.touch(mode=0o600)
    row = _fixed(period, {"I": 2, "M": 3, "F": 1}, now - timedelta(days=3), 2, secrets)
    file.write_text(json.dumps({row.no: secrets}, indent=2) + "\n", encoding="utf-8")


def _draw(row: Draw, secrets: dict[str, str], at: datetime) -> None:
    for code, value in _NUMBERS.items():
        for kind in _PEOPLE:
            draw_numbers.enter_number(_office(kind), row.no, code, value, at)
    for kind, secret in secrets.items():
        draw_numbers.reveal(_office(kind), row.no, secret, at + timedelta(hours=1))


def _begun(visit: DrawVisit, at: datetime) -> list[Caller]:
    """By the first of its officers; returns both."""
    officers = [caller_of(each.user) for each in standing(visit)]
    draw_visits.open_visit(officers[0], visit.draw.no, visit.unit, at)
    return officers


def _confirmed(officer: Caller, visit: DrawVisit, at: datetime) -> None:
    with suppress(Conflict):  # in the days before the law asks for it nobody waits for their word
        draw_officers.confirm_presence(officer, visit.draw.no, visit.unit, at)


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
    last = first + timedelta(days=25)
    plan = Plan(period, visits, first, last, sources, {}, {}, accounts=True)
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
