"""What the calls about draws read and answer."""

from __future__ import annotations

from datetime import date, datetime

from ninja import Field, Schema

from imloop.api.http.given import Day
from imloop.api.http.schemas import ABSENT, JsonObject, example
from imloop.steps.draws.plan import Plan, Source


class FallbackIn(Schema):
    name: str
    on: Day


class SourceIn(Schema):
    """``name``: such as 双色球 第 2026004 期; ``on``: the day it is published; ``fallback``: the substitute."""

    code: str
    name: str
    on: Day
    fallback: FallbackIn


class PlanIn(Schema):
    """``visits``: I, M, F → how many; ``methods``: pareto or poisson; ``excluded``: unit → reason; ``accounts``: the
    inspectors are accounts that confirm themselves, also before 2026-12-01, from when they always are."""

    model_config = example(
        period="2026Q1",
        visits={"I": 5, "M": 3},
        first="2026-01-12",
        last="2026-01-23",
        sources=[
            {
                "code": "ssq",
                "name": "双色球 第 2026004 期",
                "on": "2026-01-08",
                "fallback": {"name": "双色球 第 2026005 期", "on": "2026-01-11"},
            },
            {
                "code": "dlt",
                "name": "大乐透 第 2026004 期",
                "on": "2026-01-09",
                "fallback": {"name": "大乐透 第 2026005 期", "on": "2026-01-12"},
            },
        ],
    )

    period: str
    visits: dict[str, int]
    first: Day
    last: Day
    sources: list[SourceIn]
    methods: dict[str, str] = {}
    excluded: dict[str, str] = {}
    accounts: bool = False

    def plan(self) -> Plan:
        sources = [
            Source(each.code, each.name, each.on, each.fallback.name, each.fallback.on)
            for each in self.sources
        ]
        span = self.first, self.last
        return Plan(
            self.period, self.visits, *span, sources, self.methods, self.excluded, accounts=self.accounts
        )


class ConflictIn(Schema):
    inspector: str
    unit: str
    reason: str


class JoinIn(Schema):
    """``inspectors``: user names of active accounts of the department; names, of a draw prepared before 2026-12-01."""

    model_config = example(
        nonce_sha256="ab" * 32,
        inspectors=["weixiaodong", "moli"],
        conflicts=[{"inspector": "moli", "unit": "450203001", "reason": "配偶在该站工作"}],
    )

    nonce_sha256: str
    inspectors: list[str] = []
    conflicts: list[ConflictIn] = []


class NumberIn(Schema):
    """``fallback``: why the substitute is used; empty: the named source itself."""

    source: str
    value: str
    fallback: str = ""


class RevealIn(Schema):
    nonce: str


class VoidIn(Schema):
    reason: str


class ResultIn(Schema):
    """``outcome``: sound, faults, impossible."""

    outcome: str
    result: str


class StepBackIn(Schema):
    """``officer``: the user name; ``ground``: absent or conflicted."""

    model_config = example(officer="moli", ground="absent", reason="当天外出培训，不能到场")

    officer: str
    ground: str
    reason: str


class PublishIn(Schema):
    """``whole``: the whole list with every chance; false: the drawn units, and each station its own proof."""

    whole: bool = True


class DrawLineOut(Schema):
    """``commitment`` empty: the list is not fixed yet; ``void_reason`` empty: it is not void."""

    no: str
    period: str
    place: str
    state: str
    prepared_at: datetime
    prepared_by: str
    commitment: str
    published_at: datetime | None
    void_reason: str


class DrawsOut(Schema):
    draws: list[DrawLineOut]


class OwnDrawLineOut(DrawLineOut):
    """``waits``: steps that wait for the caller."""

    waits: list[str]


class OwnDrawsOut(Schema):
    draws: list[OwnDrawLineOut]


class DepartmentOut(Schema):
    """One that takes part; ``revealed``: its secret is given."""

    code: str
    name: str
    nonce_sha256: str
    joined_at: datetime
    revealed: bool


class SteppedBackOut(Schema):
    """``ground``: absent or conflicted; ``next``: who came, as the next that was drawn; empty: nobody was left."""

    id: str
    ground: str
    next: str


class VisitOut(Schema):
    """``on`` null and ``outcome`` empty: not begun, not ended; ``papers``: what they were drawn from; ``officers``: who
    confirmed having been there, by the numbers of ``people``, and ``stepped_back``: where inspectors are accounts."""

    id: str
    name: str
    on: date | None
    papers: JsonObject
    looked_at: list[str]
    outcome: str
    result: str
    officers: list[str] = ABSENT
    stepped_back: list[SteppedBackOut] = ABSENT


class PublicNumberOut(Schema):
    """``fallback``: why the substitute is used; empty: the named source itself."""

    source: str
    value: str
    fallback: str


class DrawOut(DrawLineOut):
    """All that is public by now; once published the file imloop.draw/1, which ``/public/draws/check.pyz`` verifies.
    ``numbers``: every unit without its name, where the list is not shown as a whole; ``journal``: the entries of
    commitment and publication, with their places under the hourly roots."""

    schema_: str = Field(alias="schema")
    departments: list[DepartmentOut]
    voided_at: datetime = ABSENT
    voided_by: str = ABSENT
    header: JsonObject = ABSENT
    committed_at: datetime = ABSENT
    journal_number: int = ABSENT
    largest_ratio_pct: int = ABSENT
    values: list[PublicNumberOut] = ABSENT
    nonces: dict[str, str] = ABSENT
    people: JsonObject = ABSENT
    whole: bool = ABSENT
    units: list[JsonObject] = ABSENT
    paths: dict[str, list[str]] = ABSENT
    drawn: list[JsonObject] = ABSENT
    visits: list[VisitOut] = ABSENT
    numbers: list[JsonObject] = ABSENT
    journal: JsonObject = ABSENT


class FallbackOut(Schema):
    name: str
    on: date


class SourceOut(Schema):
    code: str
    name: str
    on: date
    fallback: FallbackOut


class WaitOut(Schema):
    """``of``: a source's or a unit's name; ``who``: the user name of whom it waits for, empty: the office."""

    step: str
    of: str
    who: str
    due: date | None


class OfficerOut(Schema):
    """``number``: as published; ``state``: drawn, asked, there, stepped_back; ``proposal``: where they are asked."""

    officer: str
    name: str
    number: str
    department: str
    state: str
    proposal: int | None
    ground: str
    reason: str
    stand_in: str


class PlannedVisitOut(VisitOut):
    """``uniform``: it belongs to the equal-chance part; ``team``: its officers, where they are accounts."""

    stratum: str
    planned_on: date
    lead: str
    member: str
    uniform: bool
    team: list[OfficerOut] = ABSENT


class SealedDrawOut(DrawOut):
    """With the list and every chance, for the departments."""

    strata: list[JsonObject]
    sources: list[SourceOut]
    days: list[date]
    list_: list[JsonObject] = Field(alias="list")
    excluded: list[dict[str, str]]
    waits: list[WaitOut]
    plan: list[PlannedVisitOut]


class OwnProofOut(Schema):
    """imloop.draw-own/1. ``unit``: the station's line of the list; ``path``: from it to the published root; ``u``: its
    number."""

    schema_: str = Field(alias="schema")
    no: str
    commitment: str
    unit: JsonObject
    path: list[str]
    u: str
    drawn: bool


class JoinedOut(Schema):
    """``inspectors``: how many it named."""

    no: str
    nonce_sha256: str
    inspectors: int


class NumberOut(Schema):
    source: str
    value: str
    confirmed: bool


class RevealedOut(Schema):
    no: str
    state: str


class BegunOut(Schema):
    unit: str
    looked_at: list[str]


class OutcomeOut(Schema):
    unit: str
    outcome: str


class AskedOut(Schema):
    """``officers``: user names of those who are asked now."""

    unit: str
    officers: list[str]


class ThereOut(Schema):
    """``officer``: who says that they are there."""

    unit: str
    officer: str


class StandInOut(Schema):
    """``next``: user name of who comes; empty: nobody is left, and only ``impossible`` may be recorded."""

    unit: str
    officer: str
    next: str
