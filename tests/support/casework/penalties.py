"""The desks of a penalty case: who opens, files, reviews, hears and decides it, each by a key of their own."""

from __future__ import annotations

from typing import Any

from imloop.steps.accounts.create_user import create_user
from imloop.steps.accounts.keys import issue_key
from imloop.steps.ground import clock
from imloop.store.models import Party
from support.city import NEAR, at
from support.doors import Doors

OFFICE = "450200-environment"
TEAM = ("zhang", "li", "wang", "head", "deputy", "fazhi")
OPENED = {
    "party_name": "",
    "violation": "forged_report",
    "payer": "station",
    "acted_on": "2026-08-20",
    "found_on": "2026-09-01",
    "findings": "三份报告出自同一条曲线",
}
REPORTED = {
    "officer_a": "zhang",
    "card_a": "桂-0001",
    "card_a_until": "2027-12-31",
    "officer_b": "li",
    "card_b": "桂-0002",
    "card_b_until": "2027-12-31",
    "findings": "三份报告出自同一条曲线〔1〕",
    "vehicles": "3",
    "level_harm": "middle",
    "level_fault": "middle",
    "level_manner": "high",
    "levels_why": "三份报告同一曲线，拒不说明",
}
NOTICE = {
    "served_on": "2026-09-18",
    "how": "direct",
    "answer_until": "2026-09-24",
    "rights": "all",
    "compared": "yes",
}
DISCUSSED = {"discussed_on": "2026-10-15", "voter_1": "head", "voter_2": "deputy", "conclusion": "同意处罚"}
DECIDED = {"decision_no": "柳环罚〔2026〕9号", "reasons": "虚假报告属实", "compared": "yes"}


class Team:
    """People of one office. ``team("zhang", number, "report", …)`` takes a step by a key of that person."""

    def __init__(self, doors: Doors, office: str = OFFICE, people: tuple[str, ...] = TEAM) -> None:
        self.doors, self.number = doors, ""
        party = Party.objects.get(code=office)
        for name in people:
            create_user(name, "a-long-password", party, clock.now())
            doors.use_key(name, issue_key(party, at("2026-01-01 08:00"), person=name))

    def open(
        self, who: str = "zhang", kind: str = "penalty", *, expect: int | None = None, **said: Any
    ) -> Any:
        """``party``, ``vin``, ``plate`` say against whom; the rest are answers of the first step."""
        about = {name: said.pop(name) for name in ("party", "vin", "plate") if name in said}
        fields = {**OPENED, **said}
        if about.get("party"):
            fields["party_name"] = fields["party_name"] or Party.objects.get(code=about["party"]).name
        body = {"kind": kind, **about, "fields": fields}
        answer = self.doors.post("matters", body, by=who, expect=expect)
        self.number = str(answer.get("matter_no", ""))
        return answer

    def __call__(self, who: str, step: str, given: dict[str, Any] | None = None, **said: Any) -> Any:
        expect = said.pop("expect", None)
        return self.doors.step(self.number, step, by=who, expect=expect, **{**(given or {}), **said})

    def evidence(self, reference: str, who: str = "zhang", kind: str = "test") -> None:
        self.doors.post(
            f"matters/{self.number}/evidence",
            {"kind": kind, "reference": reference, "words": "过程数据"},
            by=who,
        )

    def until_heard(self, reference: str, **reported: Any) -> None:
        """Opened against the near station, filed, reported, reviewed, told, and nobody answered."""
        self.doors.at("2026-09-02 09:00")
        self.open(party=NEAR)
        self("head", "file", file_no="柳环立〔2026〕9号")
        self.evidence(reference)
        self.doors.at("2026-09-10 09:00")
        self("zhang", "report", REPORTED, **reported)
        self("wang", "clear", opinion="事实清楚")
        self.doors.at("2026-09-18 09:00")
        self("zhang", "notify", NOTICE)
        self.doors.at("2026-09-28 09:00")
        self("zhang", "no_hearing_asked")

    def until_served(self) -> None:
        """Discussed, decided and served."""
        self.doors.at("2026-10-15 09:00")
        self("zhang", "discuss", DISCUSSED)
        self.doors.at("2026-10-16 09:00")
        self("head", "impose", DECIDED)
        self.doors.at("2026-10-19 09:00")
        self("zhang", "serve", served_on="2026-10-19", how="direct")
