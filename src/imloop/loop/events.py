"""What can happen to a case. ``at`` is the event's own time: it decides law and phase, not the arrival."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from imloop.facts.text import Text
from imloop.loop.case import Origin, RepairFact, StationExit, Unlock


@dataclass(frozen=True, slots=True, kw_only=True)
class TestFailed:
    """``at``: when the run started. ``station`` is None only where a roadside check opens the case. ``known_at``: when
    the platform knew of it; None: its own hour is as good, as an outage kept it or a department found that it holds."""

    __test__ = False
    at: datetime
    station: str | None
    test_no: str
    items: tuple[str, ...]
    origin: Origin = Origin.PERIODIC
    odometer_km: float | None = None
    known_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TestPassed:
    """A retest of an open case that passed. ``at``: when the run started."""

    __test__ = False
    at: datetime
    station: str
    test_no: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RepairReported:
    """``at``: when the repair was finished; what it lacks was judged by the law of that day. ``failed_odometer_km``: as
    the line read it at the last failed test, for a record that comes after it."""

    at: datetime
    repair: RepairFact
    failed_odometer_km: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RepairReleased:
    """A department has looked at a repair that was held, and lets it count from now on. ``settled``: the lacks that it
    looked at, by code; None: decided before that was noted, all of them."""

    at: datetime
    shop: str
    repair_no: str
    approver: str
    reason: str
    settled: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlinePassed:
    """The clock says the last day is over."""

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlineRecomputed:
    """A calendar was published on which a provisional deadline depends."""

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ExitGranted:
    """The environment department lets the retest happen elsewhere (A12)."""

    at: datetime
    exit: StationExit


@dataclass(frozen=True, slots=True, kw_only=True)
class ExitEnded:
    """An exit that took effect before a second person looked at it was not confirmed. ``granted_at``: which one."""

    at: datetime
    granted_at: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UnlockedOnPaper:
    """In a declared outage the operator, or a voucher issued before it, allows a retest on paper (A9). ``at``: when
    the paper was accepted; ``again_at``: when another outage accepted it, where it had been shut with its first one."""

    at: datetime
    unlock: Unlock
    again_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnlockEnded:
    """An unlock that took effect before a second person looked at it was not confirmed. ``repairs``: by shop and
    number, records that came late and that it alone excused."""

    at: datetime
    unlock_no: str
    reason: str
    repairs: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperContradicted:
    """The repair record of a paper came, and differs from the paper. ``at``: when it came; ``differs``: keys of
    ``on_paper.DIFFERENCES``."""

    at: datetime
    unlock_no: str
    shop: str
    repair_no: str
    differs: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OutageTakenBack:
    """An outage does not count any more, or not for these hours: one person declared it and nobody confirmed it, or it
    was over earlier. ``unlocks``: papers that it alone accepted; ``repairs``: by shop and number, records whose time it
    alone explained."""

    at: datetime
    outage_no: str
    unlocks: tuple[str, ...] = ()
    repairs: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectionRaised:
    """The owner says that the failed test should not stand. ``ground``: one of the law's ``objection.grounds``;
    ``station`` and ``test_no``: which test, as numbers are each station's own; empty: raised before that was noted."""

    at: datetime
    ground: str
    words: str
    station: str = ""
    test_no: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectionRejected:
    """The environment department has checked, and the failed test stands."""

    at: datetime
    approver: str
    reason: str
    evidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseAnnulled:
    """The failed test should not stand, e.g. an objection was upheld. ``station`` and ``test_no``: which one; empty:
    decided before that was noted."""

    at: datetime
    approver: str
    reason: str
    evidence: str
    test_no: str = ""
    station: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class VehicleScrapped:
    """An authority has decided and ``evidence`` proves it: dismantling or deregistration (R22)."""

    at: datetime
    approver: str
    evidence: str


Event = (
    TestFailed
    | TestPassed
    | RepairReported
    | RepairReleased
    | DeadlinePassed
    | DeadlineRecomputed
    | ExitGranted
    | ExitEnded
    | UnlockedOnPaper
    | UnlockEnded
    | PaperContradicted
    | OutageTakenBack
    | ObjectionRaised
    | ObjectionRejected
    | CaseAnnulled
    | VehicleScrapped
)

EVENT_NAMES: dict[type, Text] = {
    TestFailed: Text("检验不合格", "test failed"),
    TestPassed: Text("检验合格", "test passed"),
    RepairReported: Text("上报维修", "repair reported"),
    RepairReleased: Text("维修记录核实放行", "held repair released"),
    DeadlinePassed: Text("期限已过", "deadline passed"),
    DeadlineRecomputed: Text("期限重算", "deadline recomputed"),
    ExitGranted: Text("准予变更复检站", "exit granted"),
    ExitEnded: Text("准予变更复检站未获确认，收回", "exit taken back, as nobody confirmed it"),
    UnlockedOnPaper: Text("故障期间凭纸质材料解锁", "unlocked on paper"),
    UnlockEnded: Text("凭纸质材料解锁未获确认，收回", "unlock on paper taken back, as nobody confirmed it"),
    PaperContradicted: Text("补传记录与纸质材料不一致", "record contradicts the paper"),
    OutageTakenBack: Text("系统故障不再作为依据", "outage counts no more"),
    ObjectionRaised: Text("车主提出异议", "objection raised"),
    ObjectionRejected: Text("异议不成立", "objection not upheld"),
    CaseAnnulled: Text("撤销案件", "case annulled"),
    VehicleScrapped: Text("车辆报废", "vehicle scrapped"),
}
