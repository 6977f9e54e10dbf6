"""Every act that needs a second person, as one proposes it; and the second person, of the office the law names."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from imloop.api.draws.schemas import PlanIn
from imloop.facts.codes import Fuel
from imloop.facts.records.inspection import Vehicle as Stated
from imloop.steps.accounts import second_factor
from imloop.steps.accounts.staffing import reset_second_factor
from imloop.steps.cases.grant_exit import annul_case, grant_exit
from imloop.steps.couriers.receivers import add_receiver
from imloop.steps.draws import prepare_draw
from imloop.steps.draws.void_draw import void
from imloop.steps.findings.resolve_finding import resolve
from imloop.steps.ground.access import Caller, caller_for
from imloop.steps.ground.lookups import itself
from imloop.steps.lines.lock_line import NewOrder, order_line
from imloop.steps.matters.complaints import identity
from imloop.steps.matters.complaints.receive import Report, receive
from imloop.steps.matters.kept.address import token_of
from imloop.steps.matters.open_matter import open_measure
from imloop.steps.matters.take_step import take_step, take_step_by_token
from imloop.steps.outages.declare_outage import Declaration, declare
from imloop.steps.outages.unlock_by_operator import PaperSeen, unlock_by_operator
from imloop.steps.prices.publish_price import NewPrice, set_price
from imloop.steps.second_person.decide import confirm
from imloop.steps.vehicles.ask_mark import release_mark
from imloop.steps.vehicles.note_statement import note_statement
from imloop.steps.vehicles.register import word
from imloop.steps.vehicles.register.change_vehicle import ReportedChange, change_vehicle
from imloop.steps.vehicles.register.enter_vehicles import Seen, enter_vehicles
from imloop.steps.vehicles.register.settle_difference import settle_difference
from imloop.store.models import (
    Case,
    Draw,
    Fee,
    Finding,
    JournalEntry,
    LineOrder,
    Mark,
    Matter,
    Outage,
    PaperUnlock,
    Party,
    PartyKind,
    Proposal,
    Receiver,
    SecondFactor,
    User,
    Vehicle,
)
from support.city import FAR, LISTED, NEAR, PLACE, City, at
from support.messages.uploads import PLATE, REGISTERED, VIN
from support.stories.draw_story import plan

ENV, TRANSPORT, MARKET, POLICE, SUPERVISOR, ADMIN = (
    f"{PLACE}-{kind}" for kind in ("environment", "transport", "market", "police", "supervisor", "admin")
)
NOW = at("2026-12-02 10:00")
WORDS = {"reason": "原站停业，已实地核实", "evidence": "柳环函〔2026〕12号"}


def another(code: str, name: str = "", *, head: bool = True) -> Caller:
    """Another person of a party, who acted on nothing yet."""
    party = Party.objects.get(code=code)
    name = name or f"second-{code}"
    User.objects.get_or_create(username=name, defaults={"party": party, "password": "!", "is_head": head})
    return replace(caller_for(party), user=name)


def confirmed(made: object, now: datetime) -> Proposal:
    """What was proposed, confirmed by another person of the office that is asked."""
    assert isinstance(made, Proposal), made
    assert made.asked is not None, "nobody is asked"
    return confirm(another(made.asked.code), made.pk, said="已核对原始材料", now=now)


@dataclass(frozen=True)
class Story:
    """``propose`` is told who and when; ``done`` says whether it has happened; ``office``: who confirms."""

    propose: Callable[[City, datetime], object]
    done: Callable[[], bool]
    office: str


def failed(city: City) -> str:
    case: str = city.test("2026-12-01 09:00", co=0.9).body["case"]
    return case


def exit_(city: City, now: datetime, who: Caller | None = None, **change: Any) -> object:
    case = Case.objects.first() or Case.objects.get(case_no=failed(city))
    said = {"kind": "no-line", "to_station": FAR, "expires_on": date(2026, 12, 20), **WORDS, **change}
    return grant_exit(who or city.callers[ENV], case.case_no, now=now, **said)


def annulment(city: City, now: datetime) -> object:
    case = Case.objects.first() or Case.objects.get(case_no=failed(city))
    return annul_case(city.callers[ENV], case.case_no, now=now, **WORDS)


def order(
    city: City, now: datetime, kind: str = "unlock", who: Caller | None = None, **change: Any
) -> object:
    wanted = NewOrder(
        **{"kind": kind, "methods": ["ASM"], "until": NOW + timedelta(days=3), **WORDS, **change}
    )
    return order_line(who or city.callers[ENV], NEAR, "01", wanted, now)


def outage(city: City, now: datetime, who: Caller | None = None) -> object:
    said = Declaration(scope="platform", cause="机房断电，平台停止服务", starts_at=NOW)
    return declare(who or city.callers[ENV], said, now)


def paper(city: City, now: datetime, who: Caller | None = None, **change: Any) -> object:
    if not Outage.objects.exists():
        failed(city)
        declarer = another(ADMIN, "declarer") if Party.objects.filter(code=ADMIN) else city.callers[ENV]
        confirmed(outage(city, NOW, declarer), NOW)
    said = {"station": NEAR, "shop": LISTED, "plate": PLATE, "settlement_no": "J1"}
    seen = PaperSeen(**{**said, "reason": "电话核对结算清单", **change})
    return unlock_by_operator(who or another(ENV, "operator"), seen, now)


def price(city: City, now: datetime, **change: Any) -> object:
    said = {"place": PLACE, "method": "ASM", "yuan": Decimal("90"), "since": date(2026, 12, 2)}
    wanted = NewPrice(**{**said, "cite": "柳价费〔2026〕8号", **change})
    return set_price(city.callers[MARKET], wanted, now)


def administrator() -> Caller:
    Party.objects.get_or_create(
        code=ADMIN, defaults={"kind": PartyKind.ADMIN, "name": "admin", "place": PLACE}
    )
    return another(ADMIN, "administrator")


def factor(city: City, now: datetime) -> object:
    who = administrator()
    user = User.objects.get(username=another(ENV, "loser").user)
    second_factor.begin(user)
    return reset_second_factor(who, "loser", reason="手机丢失，当面核对", now=now)


def courier(city: City, now: datetime) -> object:
    said = {"code": "out", "name": "省厅", "way": "http", "address": "https://example.gov.cn/in"}
    return add_receiver(administrator(), party=ENV, topics=[], now=now, **said)


def decision(city: City, now: datetime) -> object:
    """A suspension that was notified, and whose station waived its hearing."""
    opener = another(ENV, "opener")
    found = {"ground": "false_report", "findings": "数据雷同", "evidence": "比对表"}
    matter = open_measure(opener, "suspension", NEAR, found, now)
    told = {"served_on": "2026-12-02", "intended": "暂停联网一个月"}
    take_step(opener, matter.matter_no, "notify", told, now)
    take_step_by_token(token_of(matter), "waive_hearing", {}, now)
    decided = {
        "decision_no": "柳环停〔2026〕9号",
        "since": "2026-12-08",
        "until": "2027-01-08",
        "reasons": "出具虚假报告，事实清楚",
        "remedy": "更换分析仪并检定",
    }
    return take_step(city.callers[ENV], matter.matter_no, "decide", decided, now)


def void_of_a_draw(city: City, now: datetime) -> object:
    sources = [
        {"code": code, "name": code, "on": day, "fallback": {"name": f"{code} 下期", "on": "2026-12-11"}}
        for code, day in (("ssq", "2026-12-08"), ("dlt", "2026-12-09"))
    ]
    wanted = plan(period="2026Q4", first="2026-12-14", last="2026-12-25", sources=sources)
    draw = prepare_draw.prepare(city.callers[ENV], PlanIn(**wanted).plan(), now, itself)
    return void(city.callers[ENV], draw.no, "名单漏了一家检验机构", now)


def lead(city: City, now: datetime) -> object:
    """About a test that is there no more: nobody can look at it."""
    row = Finding.objects.create(
        created_at=now,
        code="claim-differs",
        station_code=NEAR,
        subject="there-no-more",
        subject_kind="test",
        data={"code": "claim-differs", "text": "不符", "text_en": "differs"},
    )
    return resolve(city.callers[ENV], row.pk, outcome="true", reason="录像核实属实", now=now)


def reporter(city: City, now: datetime) -> object:
    text = "一辆红色货车冒黑烟，味道很大"
    said = {"plate": "桂B12345", "kind": "truck"}
    report = Report("smoky_vehicle", "vehicle", text, PLACE, name="韦小明", phone="13907720120", answers=said)
    number = receive(report, now).matter.matter_no
    return identity.ask(another(ENV, "head"), number, "需要核实时间", now)


def is_readable() -> bool:
    number = Matter.objects.get().matter_no
    return identity.readable(another(ENV, "head"), number, NOW + timedelta(hours=2)) is not None


def difference(city: City, now: datetime) -> object:
    """The police wrote petrol, a station states electric."""
    row = Vehicle()
    word.register(row, {"vin": VIN, "plate": PLATE, "fuel": "gasoline"}, word.POLICE, now.date(), "list")
    row.save()
    note_statement(row, Stated(vin=VIN, plate=PLATE, fuel=Fuel.ELECTRIC), by=f"{NEAR}/T-1", on=now.date())
    who = city.callers[f"{PLACE}-police"]
    return settle_difference(who, row.pk, "fuel", take_over=False, reason="实车核对为汽油", now=now)


def settled() -> bool:
    return len(Vehicle.objects.get().stated["fuel"]) == 4


def correction(city: City, now: datetime) -> object:
    """A list of the police makes a known petrol car electric."""
    listed(city, "2026-12-01 08:00")
    return listed(city, f"{now:%Y-%m-%d} 09:00", fuel="electric")


def listed(city: City, when: str, **change: str) -> Proposal | None:
    who = replace(another(POLICE, "lister"), key="")
    rows = [(2, {**REGISTERED, **change})]
    enter_vehicles(rows, who, at(when), Seen(), evidence="d" * 16, reason="录入错误，见登记证书")
    return Proposal.objects.filter(kind="register-correction").first()


def back_on_the_road(city: City, now: datetime) -> object:
    listed(city, "2026-12-01 08:00")
    Vehicle.objects.update(status="cancelled")
    said = {"kind": "moved_in", "on": date(2026, 12, 2), "vin": VIN, "reason": "恢复登记，见档案"}
    return change_vehicle(another(POLICE, "lister"), ReportedChange(**said, owner_name="黄某"), now)


def mark(city: City, now: datetime) -> object:
    listed(city, "2026-12-01 08:00", fuel="electric", first_registered_on="2024-12-05")
    return release_mark(another(POLICE, "lister"), vin=VIN, now=now, reason="免检车辆，已核对登记")


STORIES = {
    "register-right": Story(difference, settled, f"{PLACE}-police"),
    "finding-true": Story(lead, lambda: Finding.objects.get().outcome == "true", ENV),
    "reporter": Story(reporter, is_readable, SUPERVISOR),
    "exit": Story(exit_, lambda: bool(Case.objects.get().snapshot["exits"]), TRANSPORT),
    "annulment": Story(annulment, lambda: Case.objects.get().state == "annulled", SUPERVISOR),
    "line-lock": Story(lambda c, n: order(c, n, "lock"), LineOrder.objects.exists, MARKET),
    "line-unlock": Story(order, LineOrder.objects.exists, MARKET),
    "outage": Story(outage, Outage.objects.exists, SUPERVISOR),
    "paper-unlock": Story(paper, PaperUnlock.objects.exists, TRANSPORT),
    "price": Story(price, Fee.objects.exists, MARKET),
    "second-factor": Story(factor, lambda: not SecondFactor.objects.exists(), ENV),
    "station-decision": Story(decision, lambda: Matter.objects.get().state == "in_force", ENV),
    "draw-void": Story(void_of_a_draw, lambda: Draw.objects.get().state == "voided", SUPERVISOR),
    "register-correction": Story(correction, lambda: Vehicle.objects.get().fuel == "electric", POLICE),
    "vehicle-change": Story(back_on_the_road, lambda: Vehicle.objects.get().status == "active", POLICE),
    "mark": Story(mark, Mark.objects.exists, POLICE),
    "courier": Story(courier, Receiver.objects.exists, ENV),
}


def entry(kind: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(JournalEntry.objects.filter(kind=kind).latest("number").body)
    return found
