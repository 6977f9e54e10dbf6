"""A repair as an M-station reports it (contract §5, JT/T 1132.2 plus what the loop needs)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from decimal import Decimal
from types import MappingProxyType

from imloop.facts.days import CHINA
from imloop.facts.text import Text

REPAIR_ITEMS: dict[str, Text] = {
    "TWC": Text("三元催化转化器", "three-way catalyst"),
    "O2S": Text("氧传感器", "oxygen sensor"),
    "EGR": Text("废气再循环（EGR）", "exhaust gas recirculation"),
    "DPF": Text("颗粒捕集器（DPF）", "particulate filter"),
    "DOC": Text("氧化催化器（DOC）", "oxidation catalyst"),
    "SCR": Text("选择性催化还原（SCR）", "selective catalytic reduction"),
    "UREA": Text("尿素系统", "urea system"),
    "NOXS": Text("氮氧传感器", "NOx sensor"),
    "PLUG": Text("火花塞", "spark plugs"),
    "COIL": Text("点火线圈", "ignition coil"),
    "INJ": Text("喷油嘴", "injector"),
    "FUELP": Text("燃油压力与滤清", "fuel pressure and filter"),
    "MAF": Text("空气流量传感器", "air-flow sensor"),
    "THR": Text("节气门", "throttle body"),
    "PCV": Text("曲轴箱通风（PCV）", "crankcase ventilation"),
    "EVAP": Text("碳罐与燃油蒸发控制", "evaporative control"),
    "TURBO": Text("增压与中冷", "turbocharger and intercooler"),
    "ECU": Text("电控单元与标定", "engine control unit"),
    "EXH": Text("排气管漏气", "exhaust leak"),
    "OIL": Text("烧机油治理", "oil consumption"),
    "CLEAN": Text("免拆清洗", "in-situ cleaning"),
    "OTHER": Text("其他", "other"),
}


DOCUMENT_NAMES: dict[str, Text] = {
    "certificate": Text("竣工出厂合格证", "certificate"),
    "settlement": Text("结算清单", "settlement list"),
    "invoice": Text("发票", "invoice"),
}


@dataclass(frozen=True, slots=True)
class RepairItem:
    code: str
    name: str
    hours: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Part:
    name: str
    code: str = ""
    quantity: Decimal = Decimal(1)
    serial: str = ""
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Documents:
    """The three papers of the plan (P四(二)2): 竣工出厂合格证, 结算清单, 发票; empty string = not handed over."""

    certificate_no: str = ""
    settlement_no: str = ""
    invoice_no: str = ""
    photos: tuple[str, ...] = ()

    @property
    def present(self) -> frozenset[str]:
        """Which of ``certificate``, ``settlement``, ``invoice`` were handed over."""
        return frozenset(self.numbers)

    @property
    def numbers(self) -> dict[str, str]:
        """The numbers as written, by document; without those that were not handed over."""
        written = {
            "certificate": self.certificate_no,
            "settlement": self.settlement_no,
            "invoice": self.invoice_no,
        }
        return {name: number for name, number in written.items() if number.strip()}


def came_in_by(received_at: datetime, finished_at: datetime) -> datetime:
    """The latest moment at which the vehicle may have come in: JT/T 1132.2 gives the day alone, which reads as
    midnight."""
    if received_at.astimezone(CHINA).time() != time():
        return received_at
    return min(received_at + timedelta(days=1), finished_at)


@dataclass(frozen=True, slots=True)
class Warranty:
    """From the repair's completion, the earlier of the two ends (R21)."""

    days: int
    km: int


@dataclass(frozen=True, slots=True)
class RepairRecord:
    """One repair. ``case_no`` or the vehicle (``vin``/``plate``) names the case. Money in yuan."""

    repair_no: str
    shop: str
    received_at: datetime
    finished_at: datetime
    case_no: str = ""
    vin: str = ""
    plate: str = ""
    odometer_km: float | None = None
    diagnosis: str = ""
    dtcs: tuple[str, ...] = ()
    failed_items: tuple[str, ...] = ()
    items: tuple[RepairItem, ...] = ()
    parts: tuple[Part, ...] = ()
    cost_yuan: Decimal | None = None
    technician: str = ""
    inspector: str = ""
    before: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    after: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    documents: Documents = field(default_factory=Documents)
    warranty: Warranty | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StationPapers:
    """The papers of a repairer without access to the platform, entered by the station of the retest: as on the invoice,
    ``name`` and ``uscc`` say who repaired."""

    record: RepairRecord
    name: str
    uscc: str
