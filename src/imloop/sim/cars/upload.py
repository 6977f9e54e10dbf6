"""Messages as a station's or shop's software would send them: ``imloop.test/1`` and ``imloop.repair/1``."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import msgspec
import numpy as np

from imloop.exchange.uploads.decode_inspection import decode_test
from imloop.facts.codes import Method, Purpose, Result
from imloop.law import Law
from imloop.sim.cars.fleet import SimVehicle
from imloop.sim.traces.condition import Condition, Fault
from imloop.sim.traces.gas import Columns
from imloop.sim.traces.runs import trace
from imloop.sim.world.prices import PRICES
from imloop.verdict import Verdict, judge
from imloop.verdict.arithmetic import from_nano

SOFTWARE = {
    "name": "LineHost",
    "version": "4.2.1",
    "sha256": "5f1d6a3c0d0c2a8f2b74e2a6f9c1f0d3b6a7c4e9d8f1b2a3c4d5e6f708192a3b",
}


@dataclass(frozen=True, slots=True)
class Run:
    """Where, when and by whom one run is made. ``sequence``: the line's running number, None: not known;
    ``ambient``: °C, relative humidity %, kPa."""

    test_no: str
    station: str
    line: str
    sequence: int | None
    started_at: datetime
    purpose: Purpose = Purpose.PERIODIC
    ambient: tuple[float, float, float] = (25.0, 60.0, 100.6)
    people: Mapping[str, str] = field(default_factory=dict)
    equipment: Mapping[str, str] = field(default_factory=dict)


def run_message(
    rng: np.random.Generator, run: Run, vehicle: SimVehicle, state: Condition, law: Law
) -> tuple[dict[str, object], Verdict]:
    """A completed honest run: the trace ends where the standard ends it, the claim is what the line worked out."""
    columns = trace(rng, vehicle.method, vehicle.engine, state)
    message = _message(run, vehicle, state, columns, rng)
    verdict = judge(decode_test(encode(message)), law)
    shorter = _ended_early(vehicle.method, columns, verdict)
    if shorter is not None:
        message = _message(run, vehicle, state, shorter, rng)
        verdict = judge(decode_test(encode(message)), law)
    message["claimed"] = {"verdict": verdict.result.value, "values": _claimed(verdict)}
    return message, verdict


def aborted_message(
    rng: np.random.Generator, run: Run, vehicle: SimVehicle, state: Condition
) -> dict[str, object]:
    """A run that was broken off in its first seconds; uploaded all the same."""
    columns = trace(rng, vehicle.method, vehicle.engine, state)
    rows = int(rng.integers(12, 24))
    message = _message(run, vehicle, state, {name: values[:rows] for name, values in columns.items()}, rng)
    message["outcome"] = "aborted"
    return message


def encode(message: Mapping[str, object]) -> bytes:
    """The bytes on the wire: the same message always gives the same bytes."""
    return msgspec.json.encode(message)


def _message(
    run: Run, vehicle: SimVehicle, state: Condition, columns: Columns, rng: np.random.Generator
) -> dict[str, object]:
    ended = run.started_at + timedelta(seconds=len(columns["t_s"]) - 1)
    temperature, humidity, pressure = run.ambient
    message: dict[str, object] = {
        "schema": "imloop.test/1",
        "test_no": run.test_no,
        "station": run.station,
        "line": run.line,
        "sequence": run.sequence,
        "method": vehicle.method.value,
        "purpose": run.purpose.value,
        "outcome": "completed",
        "started_at": run.started_at.isoformat(),
        "ended_at": ended.isoformat(),
        "vehicle": dict(vehicle.facts),
        "people": dict(run.people),
        "equipment": dict(run.equipment),
        "software": SOFTWARE,
        "fee_yuan": f"{PRICES[vehicle.method]:.2f}",
        "ambient": {"temperature_c": temperature, "humidity_pct": humidity, "pressure_kpa": pressure},
        "exterior": {"verdict": "pass", "items": {"devices_present": True, "visible_smoke": False}},
    }
    if vehicle.obd_scope:
        message["obd"] = _obd(vehicle, state)
    message["trace"] = {"columns": columns}
    return message


def _obd(vehicle: SimVehicle, state: Condition) -> dict[str, object]:
    lamp = state.fault is Fault.OBD
    calibration = f"{vehicle.facts['model']}-E{vehicle.engine.rated_power_kw:03.0f}"
    number = sum(calibration.encode()) * 2654435761 % 2**32
    since_clear = 70 if state.fault is Fault.NOT_READY else 900 + vehicle.ordinal % 4000
    return {
        "communication": True,
        "mil_lamp_ok": True,
        "mil_on": lamp,
        "dashboard_matches": True,
        "dtcs": list(state.dtcs),
        "readiness_incomplete": list(state.not_ready),
        "ecus": [{"ecu": "engine", "vin": vehicle.vin, "calid": calibration, "cvn": f"{number:08X}"}],
        "distance_since_clear_km": since_clear,
        "warmups_since_clear": 4 if since_clear < 100 else 30 + vehicle.ordinal % 60,
    }


def _ended_early(method: Method, columns: Columns, verdict: Verdict) -> Columns | None:
    """An ASM run stops with the first window that passes (附录B); None: the run went to its end."""
    used = [item.rows[1] for item in verdict.items if item.rows is not None]
    if method is not Method.ASM or verdict.parts.get("exhaust") != Result.PASS or not used:
        return None
    rows = max(used) + 1
    return {name: values[:rows] for name, values in columns.items()}


def _claimed(verdict: Verdict) -> dict[str, float]:
    return {item.item: from_nano(item.rounded) for item in verdict.items}


@dataclass(frozen=True, slots=True)
class Job:
    """What a shop did about a failed vehicle. Money in yuan, hours of labour per item."""

    repair_no: str
    shop: str
    received_at: datetime
    finished_at: datetime
    items: Sequence[tuple[str, str, float]]
    parts: Sequence[Mapping[str, object]]
    text: str
    cost_yuan: float
    technician: str
    inspector: str
    before: Mapping[str, float]
    after: Mapping[str, float]
    odometer_km: int


def repair_message(job: Job, vehicle: SimVehicle, case_no: str, state: Condition) -> dict[str, object]:
    """The record with all three documents handed over and a warranty."""
    stem = job.repair_no.replace("-", "")
    return {
        "schema": "imloop.repair/1",
        "repair_no": job.repair_no,
        "shop": job.shop,
        "case_no": case_no,
        "vin": vehicle.vin,
        "plate": vehicle.plate,
        "received_at": job.received_at.isoformat(),
        "finished_at": job.finished_at.isoformat(),
        "odometer_km": job.odometer_km,
        "diagnosis": {"dtcs": list(state.dtcs), "text": job.text, "failed_items": list(job.before)},
        "items": [{"code": code, "name": name, "hours": str(hours)} for code, name, hours in job.items],
        "parts": [dict(part) for part in job.parts],
        "cost_yuan": f"{job.cost_yuan:.2f}",
        "technician": job.technician,
        "inspector": job.inspector,
        "before": dict(job.before),
        "after": dict(job.after),
        "documents": {
            "certificate_no": f"HGZ{stem}",
            "settlement_no": f"JSD{stem}",
            "invoice_no": f"25452{int(hashlib.sha256(stem.encode()).hexdigest(), 16) % 10**15:015d}",
            "photos": [],
        },
        "warranty": {"days": 30, "km": 5000},
    }
