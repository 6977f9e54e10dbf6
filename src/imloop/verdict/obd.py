"""OBD 检查 (GB 18285-2018 ch. 7, GB 3847-2018): in scope by fuel, mass class and production date; fail rules;
more than two readiness items incomplete is no verdict but a return visit."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType

from imloop.facts.codes import DIESEL_FUELS, DIESEL_METHODS, Method
from imloop.facts.records.inspection import Obd, TestRecord, Vehicle
from imloop.facts.text import Reason, Text
from imloop.law import Law
from imloop.verdict.unread import unread_in

_DRIVE = Text("请正常行驶使监测就绪后再来检验。", "Drive until the monitors are ready, then come back.")
_CONNECT = Text("请补做 OBD 检查并上传。", "Do the OBD check and upload it.")
_SAY_WHEN = Text(
    "请按机动车登记证书填报生产日期，或补做 OBD 检查，一并上传。",
    "State the day of production as the registration certificate has it, or do the OBD check, and upload it.",
)
_REPAIR = Text("请维修 OBD 指示的故障后复检。", "Have the fault repaired, then retest.")


_ANSWERS: Mapping[str, Text] = MappingProxyType(
    {
        "communication": Text("通讯状态", "communication"),
        "mil_on": Text("故障灯状态", "the malfunction lamp"),
    }
)
"""Without these there is no OBD check that could be passed."""


def scope_key(vehicle: Vehicle, method: Method, law: Law) -> str:
    """Which scope rule holds; its value is the day of production from which OBD is checked.

    An unknown fuel is what the method is made for; an unknown mass is light.
    """
    diesel = vehicle.fuel in DIESEL_FUELS if vehicle.fuel else method in DIESEL_METHODS
    if diesel:
        return "obd.scope.diesel"
    heavy = vehicle.max_mass_kg is not None and vehicle.max_mass_kg > law.number("obd.heavy_above_kg")
    return "obd.scope.gasoline_heavy" if heavy else "obd.scope.gasoline_light"


def judge_obd(record: TestRecord, law: Law) -> tuple[str, list[Reason], list[Reason]]:
    """Part result, reasons, findings."""
    obd = record.obd
    findings = _doubts(obd, record.vehicle) if obd is not None else []
    required = _required(record, law)
    if required is False:
        return "not_required", [], findings
    absent = [_scope_unknown(record, law)] if required is None else []
    if not law.flag("obd.decisive"):
        # Checked and reported only, until the day from which the check decides.
        return "not_required", [], findings + (_failures(obd, law) if obd is not None else absent)
    if obd is None:
        reason = absent[0] if absent else _data_missing(law)
        if law.flag("upload.obd_required"):
            return "invalid", [reason], findings
        return "not_reported", [], [*findings, reason]
    return _judge_data(record, obd, law, findings)


def _required(record: TestRecord, law: Law) -> bool | None:
    """In scope or not; None: it is left open. A vehicle is registered after it is produced, and not years later."""
    scope = law.day(scope_key(record.vehicle, record.method, law))
    if record.vehicle.produced_on is not None:
        return record.vehicle.produced_on >= scope
    registered = record.vehicle.first_registered_on
    if registered is None or scope <= registered < scope + timedelta(days=law.integer("obd.stock_days")):
        return None
    return registered >= scope


def _scope_unknown(record: TestRecord, law: Law) -> Reason:
    words = Text(
        "未报生产日期，无法判断是否应做 OBD 检查。", "No production date: whether OBD is due is unknown."
    )
    scope = scope_key(record.vehicle, record.method, law)
    return Reason("production-date-missing", words, law.cite(scope), _SAY_WHEN)


def _data_missing(law: Law) -> Reason:
    words = Text("应做 OBD 检查但没有上传 OBD 数据。", "OBD data is missing though the vehicle is in scope.")
    return Reason("obd-data-missing", words, law.cite("upload.obd_required"), _CONNECT)


def _judge_data(
    record: TestRecord, obd: Obd, law: Law, findings: list[Reason]
) -> tuple[str, list[Reason], list[Reason]]:
    failed = _failures(obd, law)
    if failed:
        return "fail", failed, findings
    unread = unread_in(record, "obd", law, "obd.fail_rules")
    if unread:
        return "invalid", unread, findings
    count = len(obd.readiness_incomplete)
    if count > law.integer("obd.max_incomplete"):
        words = Text(f"{count} 项就绪状态未完成。", f"{count} readiness items are incomplete.")
        return "not_ready", [Reason("obd-not-ready", words, law.cite("obd.max_incomplete"), _DRIVE)], findings
    unsaid = [name for name in _ANSWERS if getattr(obd, name) is None]
    if unsaid:
        names = [_ANSWERS[name] for name in unsaid]
        zh, en = "与".join(name.zh for name in names), " and ".join(name.en for name in names)
        words = Text(f"OBD 数据没有报{zh}。", f"The OBD data says nothing of {en}.")
        reason = Reason("obd-data-missing", words, law.cite("upload.obd_required"), _CONNECT)
        if law.flag("upload.obd_required"):
            return "invalid", [reason], findings
        return "not_reported", [], [*findings, reason]
    return "pass", [], findings


def _failures(obd: Obd, law: Law) -> list[Reason]:
    rules = (
        (
            obd.communication is False,
            "obd-no-communication",
            "OBD 不能通讯。",
            "The OBD does not communicate.",
        ),
        (obd.mil_on is True, "obd-mil-on", "故障指示灯被激活。", "The malfunction lamp is on."),
        (
            obd.mil_lamp_ok is False,
            "obd-mil-lamp-faulty",
            "故障指示灯电路故障。",
            "The malfunction lamp is faulty.",
        ),
        (
            obd.dashboard_matches is False,
            "obd-mil-inconsistent",
            "仪表故障灯与 ECU 记录不一致。",
            "The dashboard lamp contradicts the ECU.",
        ),
        (obd.tampered is True, "obd-tampered", "OBD 有篡改、屏蔽迹象。", "Signs of tampering with the OBD."),
    )
    cite = law.cite("obd.fail_rules")
    return [Reason(code, Text(zh, en), cite, _REPAIR) for hit, code, zh, en in rules if hit]


def _doubts(obd: Obd, vehicle: Vehicle) -> list[Reason]:
    found = []
    read = {ecu.vin for ecu in obd.ecus if ecu.vin}
    if vehicle.vin and read and vehicle.vin not in read:
        words = Text(
            f"ECU 中的 VIN 为 {'、'.join(sorted(read))}，与车辆不符。", "The VIN in the ECU is another one."
        )
        found.append(Reason("obd-vin-differs", words))
    warmups, km = obd.warmups_since_clear, obd.distance_since_clear_km
    if warmups is not None and km is not None and warmups <= 2 and km < 50 and obd.readiness_incomplete:
        words = Text(f"故障码刚清除（{km:g} km、{warmups:g} 次暖机）。", f"Codes were cleared {km:g} km ago.")
        found.append(Reason("obd-recently-cleared", words))
    return found
