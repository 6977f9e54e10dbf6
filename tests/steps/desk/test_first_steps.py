"""What an empty installation lacks, step by step."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from imloop.facts.refusal import Malformed, NotAllowed
from imloop.steps.accounts import lookups, staffing
from imloop.steps.accounts.create_user import create_user, first_administrator
from imloop.steps.accounts.keys import issue_key
from imloop.steps.desk.first_steps import first_steps
from imloop.steps.ground.access import Caller, caller_of
from imloop.steps.prices.publish_price import NewPrice, set_price
from imloop.steps.stations.registry_rows import register_parties
from imloop.store.models import Party, PartyKind
from support.city import at

NOW = at("2026-03-05 09:00")
PLACE = "450200"
KINDS = ("environment", "transport", "market", "police", "supervisor")
STATION = {
    "code": "S1",
    "name": "一站",
    "place": "450203",
    "since": "2026-01-01",
    "cite": "一号",
    "lines": "01:ASM",
}
SHOP = {"code": "M1", "name": "一修", "place": "450203", "since": "2026-01-01", "cite": "一号"}


def boss(place: str = PLACE) -> Caller:
    return caller_of(first_administrator(f"boss-{place}", "a long password", place, NOW))


def done(caller: Caller) -> list[bool]:
    return [step.done for step in first_steps(caller, NOW)]


def price(caller: Caller, yuan: str = "90", **change: object) -> None:
    given = {"place": PLACE, "method": "ASM", "since": date(2026, 1, 1), "cite": "核定一号", **change}
    set_price(caller, NewPrice(yuan=Decimal(yuan), **given), NOW)  # type: ignore[arg-type]


def offices(caller: Caller, place: str = PLACE) -> None:
    rows = [{"kind": kind, "name": f"{place} {kind}", "place": place} for kind in KINDS]
    register_parties("departments", rows, caller, NOW, reason="机构名录")


def test_each_step_is_ticked_when_it_is_done_and_not_before(db: None) -> None:
    caller = boss()
    ticks = [done(caller)]
    offices(caller)
    ticks.append(done(caller))
    register_parties("stations", [{**STATION, "lines": ""}], caller, NOW)
    assert not done(caller)[1], "a station without a line tests nothing"
    register_parties("stations", [{**STATION, "code": "S2"}], caller, NOW)
    Party.objects.get(code="S1").lines.create(code="01", methods=["ASM"], since=date(2026, 1, 1))
    ticks.append(done(caller))
    register_parties("repairers", [SHOP], caller, NOW)
    ticks.append(done(caller))
    for kind in KINDS:
        create_user(kind, "a long password", Party.objects.get(code=f"{PLACE}-{kind}"), NOW)
    ticks.append(done(caller))
    for code in ("S1", "S2", "M1"):
        assert not done(caller)[4]
        issue_key(Party.objects.get(code=code), NOW)
    ticks.append(done(caller))
    price(caller)
    ticks.append(done(caller))
    assert [each.count(True) for each in ticks] == list(range(7))


def test_what_is_missing_is_named_and_leads_to_its_form(db: None) -> None:
    caller = boss()
    offices(caller)
    Party.objects.filter(code=f"{PLACE}-market").delete()
    create_user("env", "a long password", Party.objects.get(code=f"{PLACE}-environment"), NOW)
    departments, _, _, people, *_ = first_steps(caller, NOW)
    assert (departments.count, [each.zh for each in departments.missing]) == (4, [f"{PLACE} 市场监管"])
    assert len(people.missing) == 3 and people.link.startswith(f"/people?party={PLACE}-")


def test_a_department_of_the_province_is_in_charge_of_its_cities(db: None) -> None:
    caller = boss("450000")
    offices(caller, "450000")
    register_parties("stations", [STATION], caller, NOW)
    assert done(caller)[0]
    register_parties("stations", [{**STATION, "code": "S3", "place": "450300"}], caller, NOW)
    assert done(caller)[0]


def test_another_place_is_not_counted(db: None) -> None:
    offices(boss())
    assert [step.count for step in first_steps(boss("330100"), NOW)] == [0, 0, 0, 1, 0, 0]


def test_an_administrator_manages_the_people_of_their_place_alone(db: None) -> None:
    here, there, province = boss(), boss("330100"), boss("450000")
    offices(here)
    party = f"{PLACE}-environment"
    assert staffing.may_manage(here, party, NOW.date()) and staffing.may_manage(province, party, NOW.date())
    assert not staffing.may_manage(there, party, NOW.date())
    assert not staffing.may_manage(here, "450000-admin", NOW.date()), "nor of the place around it"
    with pytest.raises(NotAllowed):
        staffing.invite(there, party, name="张三", as_head=True, now=NOW)
    assert {row.place for row in lookups.parties(there)} == {"330100"}


def test_an_administrator_enters_the_first_price_and_the_market_regulator_the_next(db: None) -> None:
    caller = boss()
    price(caller)
    with pytest.raises(NotAllowed, match="market-decides"):
        price(caller, "100", since=date(2026, 2, 1))
    market = Caller(f"{PLACE}-market", PartyKind.MARKET, "市场", PLACE, "m")
    price(market, "100", since=date(2026, 2, 1))
    with pytest.raises(NotAllowed, match="not-your-place"):
        price(caller, place="330100")


def test_there_is_no_administrator_of_nowhere(db: None) -> None:
    with pytest.raises(Malformed):
        boss("999999")
