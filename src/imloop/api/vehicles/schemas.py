"""What calls about vehicles read and answer."""

from __future__ import annotations

from datetime import date, datetime

from ninja import Schema

from imloop.api.http.given import Day, Moment, Number
from imloop.api.http.schemas import ABSENT, GateOut, JsonObject, ReasonOut, example
from imloop.facts.records.vehicle import NewVehicle

JsonScalar = str | float | int | bool | None


class RegistrationAsked(Schema):
    """``application``: ``new`` or ``transfer_in``; the rest as far as it is known."""

    application: str = "new"
    vin: str = ""
    fuel: str = ""
    emission_stage: str = ""
    vehicle_type: str = ""
    usage: str = ""
    max_mass_kg: Number | None = None
    place: str = ""
    at: Moment | None = None

    def vehicle(self) -> NewVehicle:
        return NewVehicle(**self.dict(exclude={"application", "place", "at"}))


class MarkIn(Schema):
    """``reason``: for the second person, where the mark needs one."""

    vin: str = ""
    plate: str = ""
    reason: str = ""


class ChangeIn(Schema):
    model_config = example(
        kind="sold",
        on="2026-03-04",
        vin="LFV2A21K6J3123456",
        owner_name="黄海燕",
        owner_phone="13800000001",
        new_plate="桂B54321",
        reason="二手车交易发票、登记证书",
    )

    kind: str
    on: Day
    vin: str = ""
    plate: str = ""
    owner_name: str = ""
    owner_phone: str = ""
    new_plate: str = ""
    reason: str = ""


class EnrolmentIn(Schema):
    model_config = example(
        ground="operating",
        evidence="运输合同",
        since="2026-03-02",
        plate="粤A12345",
        operating_since="2025-12-01",
    )

    ground: str
    evidence: str
    since: Day
    until: Day | None = None
    vin: str = ""
    plate: str = ""
    operating_since: Day | None = None


class CycleOut(Schema):
    """``kind``: of the inspection that is due."""

    kind: str
    due_on: date | None
    opens_on: date | None
    reasons: list[ReasonOut] = ABSENT


class MarkGateOut(GateOut):
    """``valid_until``: of the mark that would be released."""

    valid_until: date | None
    cycle: CycleOut
    passed_on: date | None
    plate: str
    vin: str


class CycleGateOut(GateOut):
    """``origin``: own enrolled elsewhere."""

    cycle: CycleOut
    origin: str
    plate: str
    vin: str


class RegistrationGateOut(GateOut):
    """``stage_required`` null: none is asked of this kind of vehicle; ``group`` null: its kind is not known."""

    application: str
    stage: str | None
    stage_required: str | None
    group: str | None


class MarkOut(Schema):
    """``test_no`` empty: none was needed."""

    id: int
    vin: str
    plate: str
    valid_until: date
    test_no: str
    cite: str


class HeldOut(Schema):
    """A change that waits for a second person, or what became of it. ``vehicle``: its id; ``changes``: before, after;
    ``kind``: list change difference mark; ``state``: waiting applied rejected."""

    id: int
    kind: str
    state: str
    vehicle: int
    plate: str
    vin: str
    changes: dict[str, list[JsonScalar]]
    source: str
    reason: str
    evidence: str
    proposed_at: datetime
    proposed_by: str
    decided_at: datetime | None
    decided_by: str
    decision: str


class HeldList(Schema):
    held: list[HeldOut]


class DecisionIn(Schema):
    """``confirm`` false: rejected. ``said``: what was compared."""

    confirm: bool
    said: str = ""


class SettleIn(Schema):
    """``field``: by its name of contract §2; ``take_over``: the stated value is right, else the register is."""

    field: str
    take_over: bool
    reason: str


class SettledOut(Schema):
    """``held``: what now waits for a second person; null where the register stays as it is."""

    field: str
    held: HeldOut | None


class DifferingFieldOut(Schema):
    """``entered`` and its ``source`` (who, day, where written) beside ``stated``, ``by`` whom, ``on`` which day;
    ``settled_on``: since when the register is known to be right."""

    field: str
    code: str
    entered: JsonScalar
    source: list[str] | None
    stated: JsonScalar
    by: str
    on: str
    settled_on: str | None


class VehicleChangeOut(Schema):
    """``vehicle``: its id; ``status`` and ``plate``: as they are now."""

    id: int
    vehicle: int
    kind: str
    on: date
    status: str
    plate: str


class PlateOut(Schema):
    """``source``: who said so; ``until`` null: it bears the plate now."""

    plate: str
    since: date
    until: date | None
    source: str


class ChangeOut(Schema):
    kind: str
    on: date


class VehicleOut(Schema):
    """A vehicle without its owner. ``registered``: an authority entered it; ``facts``: the authorities' word;
    ``sources``: who said it, when, where it is written; ``stated``: what stations said, by whom, when."""

    id: int
    vin: str
    plate: str
    plate_colour: str
    fuel: str
    status: str
    registered: bool
    facts: JsonObject
    sources: JsonObject
    stated: JsonObject
    differences: list[DifferingFieldOut]
    waiting: list[HeldOut]
    cycle: CycleOut
    plates: list[PlateOut]
    changes: list[ChangeOut]


class EnrolmentOut(Schema):
    """``vehicle``: its id."""

    id: int
    vehicle: int
    ground: str
    cite: str
    since: date
    until: date | None
