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
    """``visits``: I, M, F → how many; ``methods``: pareto or poisson; ``excluded``: unit → reason."""

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

    def plan(self) -> Plan:
        sources = [
            Source(each.code, each.name, each.on, each.fallback.name, each.fallback.on)
            for each in self.sources
        ]
        return Plan(self.period, self.visits, self.first, self.last, sources, self.methods, self.excluded)


class ConflictIn(Schema):
    inspector: str
    unit: str
    reason: str


class JoinIn(Schema):
    model_config = example(
        nonce_sha256="ab" * 32,
        inspectors=["韦晓东", "莫丽"],
        conflicts=[{"inspector": "莫丽", "unit": "450203001", "reason": "配偶在该站工作"}],
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


class VisitOut(Schema):
    """``on`` null and ``outcome`` empty: not begun, not ended; ``papers``: what they were drawn from."""

    id: str
    name: str
    on: date | None
    papers: JsonObject
    looked_at: list[str]
    outcome: str
    result: str


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
    """``of``: a source's or a unit's name."""

    step: str
    of: str
    due: date | None


class PlannedVisitOut(VisitOut):
    """``uniform``: it belongs to the equal-chance part."""

    stratum: str
    planned_on: date
    lead: str
    member: str
    uniform: bool


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
