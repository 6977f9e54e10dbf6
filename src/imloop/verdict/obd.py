"""OBD 检查 (GB 18285-2018 ch. 7, GB 3847-2018): in scope by fuel, mass class and production date; fail rules;
more than two readiness items incomplete is no verdict but a return visit."""

from __future__ import annotations

from datetime import date

from imloop.facts.codes import DIESEL_FUELS, EXEMPT_FUELS
from imloop.facts.test_record import Obd, TestRecord, Vehicle
from imloop.facts.text import Reason, Text
from imloop.law import Law

_DRIVE = Text("请正常行驶使监测就绪后再来检验。", "Drive until the monitors are ready, then come back.")
_REPAIR = Text("请维修 OBD 指示的故障后复检。", "Have the fault repaired, then retest.")


def scope_from(vehicle: Vehicle, law: Law) -> date:
    """Vehicles produced from this day on are in scope."""
    if vehicle.fuel in DIESEL_FUELS:
        return law.day("obd.scope.diesel")
    heavy = vehicle.max_mass_kg is not None and vehicle.max_mass_kg > law.number("obd.heavy_above_kg")
    return law.day("obd.scope.gasoline_heavy" if heavy else "obd.scope.gasoline_light")


def judge_obd(record: TestRecord, law: Law) -> tuple[str, list[Reason], list[Reason]]:
    """Part result, reasons, findings."""
    vehicle, obd = record.vehicle, record.obd
    findings = _doubts(record) if obd is not None else []
    if vehicle.fuel in EXEMPT_FUELS:
        return "not_required", [], findings
    produced = vehicle.produced_on or vehicle.first_registered_on
    if produced is None:
        if obd is None:
            unknown = Text(
                "未报生产日期，无法判断是否应做 OBD 检查。", "No production date: OBD scope unknown."
            )
            return "not_required", [], [*findings, Reason("production-date-missing", unknown)]
    elif produced < scope_from(vehicle, law):
        return "not_required", [], findings
    if not law.flag("obd.decisive"):
        return "not_required", [], findings
    if obd is None:
        words = Text(
            "应做 OBD 检查但没有上传 OBD 数据。", "OBD data is missing though the vehicle is in scope."
        )
        reason = Reason("obd-data-missing", words, law.cite("upload.obd_required"))
        return (
            ("invalid", [reason], findings)
            if law.flag("upload.obd_required")
            else ("not_reported", [], [reason])
        )
    failed = _failures(obd, law)
    if failed:
        return "fail", failed, findings
    if len(obd.readiness_incomplete) > law.integer("obd.max_incomplete"):
        count = len(obd.readiness_incomplete)
        words = Text(f"{count} 项就绪状态未完成。", f"{count} readiness items are incomplete.")
        return "not_ready", [Reason("obd-not-ready", words, law.cite("obd.max_incomplete"), _DRIVE)], findings
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


def _doubts(record: TestRecord) -> list[Reason]:
    obd, vin = record.obd, record.vehicle.vin
    assert obd is not None
    found = []
    read = {ecu.vin.upper() for ecu in obd.ecus if ecu.vin}
    if vin and read and vin not in read:
        words = Text(
            f"ECU 中的 VIN 为 {'、'.join(sorted(read))}，与车辆不符。", "The VIN in the ECU is another one."
        )
        found.append(Reason("obd-vin-differs", words))
    warmups, km = obd.warmups_since_clear, obd.distance_since_clear_km
    if warmups is not None and km is not None and warmups <= 2 and km < 50 and obd.readiness_incomplete:
        words = Text(f"故障码刚清除（{km:g} km、{warmups:g} 次暖机）。", f"Codes were cleared {km:g} km ago.")
        found.append(Reason("obd-recently-cleared", words))
    return found
