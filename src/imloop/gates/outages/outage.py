"""Is there a declared outage that allows a retest on paper, for this station at this moment (A9)?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from imloop.facts.text import Reason, Text
from imloop.law import Law


class Scope(StrEnum):
    """What is down. ``own_fault``: a station's own power, network or equipment; it is only recorded."""

    PLATFORM = "platform"
    LINK = "link"
    PLACE = "place"
    STATIONS = "stations"
    OWN_FAULT = "own_fault"


SCOPE_NAMES: dict[Scope, Text] = {
    Scope.PLATFORM: Text("整个平台", "the whole platform"),
    Scope.LINK: Text("一个联网环节", "one exchange link"),
    Scope.PLACE: Text("一个行政区划", "one division"),
    Scope.STATIONS: Text("指定的检验机构", "named stations"),
    Scope.OWN_FAULT: Text("检验机构自身故障", "a station's own fault"),
}

LINK_NAMES: dict[str, Text] = {
    "mstation-transport": Text("维修站 → 交通运输", "M-stations → transport"),
    "transport-environment": Text("交通运输 → 生态环境", "transport → environment"),
    "environment-istation": Text("生态环境 → 检验机构", "environment → I-stations"),
}
"""The law's ``outage.links`` in words: the links on a repair record's way to the station that waits for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutageFact:
    """``prefix``: GB/T 2260 digits that all places inside share; ``until``: the moment it ended, None while it runs."""

    outage_no: str
    scope: Scope
    prefix: str
    link: str
    stations: frozenset[str]
    since: datetime
    until: datetime | None

    def at(self, moment: datetime) -> bool:
        return self.since <= moment and (self.until is None or moment <= self.until)

    def reaches(self, station: str, place: str) -> bool:
        """Is a station in ``place`` among those it concerns?"""
        if self.scope in (Scope.STATIONS, Scope.OWN_FAULT):
            return station in self.stations
        return place.startswith(self.prefix)

    @property
    def delays_tests(self) -> bool:
        """Does it keep from arriving what an I-station sends? A link between repairers and departments does not."""
        if self.scope is Scope.LINK:
            return self.link == "environment-istation"
        return self.scope is not Scope.OWN_FAULT

    def counts(self, law: Law) -> bool:
        """Does it keep repair records from the stations, so that paper may replace them?"""
        if self.scope is Scope.LINK:
            return self.link in law.words("outage.links")
        return self.scope is not Scope.OWN_FAULT


def outage_for(
    known: Iterable[OutageFact], *, station: str, place: str, at: datetime, law: Law
) -> OutageFact | Reason:
    """The outage that allows a retest on paper, the one declared first; else why there is none."""
    here = [each for each in known if each.reaches(station, place) and each.at(at)]
    found = next((each for each in here if each.counts(law)), None)
    if found is not None:
        return found
    if any(each.scope is Scope.OWN_FAULT for each in here):
        return Reason(
            "fallback-own-fault",
            Text(
                "本站自身故障不是系统故障，不能凭纸质材料复检。",
                "A fault at one station is not a system outage and does not allow retests on paper.",
            ),
            law.cite("outage.paper_accepted"),
            Text(
                "停止检验，故障排除后自动补传。",
                "Stop testing; once repaired, the line sends what it has kept.",
            ),
        )
    return Reason(
        "fallback-outside-outage",
        Text("该时刻没有对本站宣布过系统故障。", "No outage was declared for this station at that moment."),
        law.cite("outage.paper_accepted"),
        Text(
            "请生态环境部门或平台运维先宣布故障；事后宣布的，凭单随即生效。",
            "Ask the environment department or the operator to declare it; once that is done, even afterwards, "
            "the voucher is valid.",
        ),
    )
