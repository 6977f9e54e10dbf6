"""Plain messages: an ASM run whose CO decides pass or fail, and a repair with all three documents."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count

VIN = "LFV2A21K6J3123456"
PLATE = "桂B12345"
REGISTERED = {
    "vin": VIN,
    "plate": PLATE,
    "plate_colour": "blue",
    "fuel": "gasoline",
    "emission_stage": "4",
    "first_registered_on": "2010-05-01",
    "produced_on": "2010-03-01",
    "max_mass_kg": "1800",
    "reference_mass_kg": "1350",
}
"""The car of ``test_message`` as a row of the police's list."""
_numbers = count(1)


def test_message(start: datetime, *, station: str, co: float = 0.1, **change: object) -> dict[str, object]:
    """``imloop.test/1``: 10 s settling and 80 s of sampling at 25 km/h, then the same at 40 km/h; steady gases."""
    phase = ["5025.settle"] * 10 + ["5025.sample"] * 80 + ["2540.settle"] * 10 + ["2540.sample"] * 80
    rows = len(phase)
    speed = [25.0] * 90 + [40.0] * 90
    message: dict[str, object] = {
        "schema": "imloop.test/1",
        "test_no": f"{station}-01-{start:%Y%m%d}-{next(_numbers):05d}",
        "station": station,
        "line": "01",
        "method": "ASM",
        "purpose": "periodic",
        "outcome": "completed",
        "started_at": start.isoformat(),
        "ended_at": (start + timedelta(seconds=rows)).isoformat(),
        "vehicle": {
            "vin": VIN,
            "plate": PLATE,
            "plate_colour": "blue",
            "fuel": "gasoline",
            "emission_stage": "4",
            "produced_on": "2010-03-01",
            "max_mass_kg": 1800,
            "reference_mass_kg": 1350,
            "odometer_km": 50000,
            "owner": {"name": "韦小明", "phone": "13800000000"},
        },
        "ambient": {"temperature_c": 25.0, "humidity_pct": 54.0, "pressure_kpa": 101.3},
        "exterior": {"verdict": "pass", "items": {"devices_present": True, "visible_smoke": False}},
        "trace": {
            "columns": {
                "t_s": list(range(rows)),
                "phase": phase,
                "co_pct": [co] * rows,
                "hc_ppm": [30.0 + i % 3 for i in range(rows)],
                "no_ppm": [120.0 + i % 5 for i in range(rows)],
                "co2_pct": [14.6] * rows,
                "o2_pct": [0.4] * rows,
                "speed_kmh": speed,
                "power_kw": [9.1] * 90 + [7.3] * 90,
                "rpm": [2100.0 + i % 7 for i in range(rows)],
            }
        },
    }
    return {**message, **change}


test_message.__test__ = False  # type: ignore[attr-defined]


def repair_message(finished: datetime, *, shop: str, **change: object) -> dict[str, object]:
    number = next(_numbers)
    message: dict[str, object] = {
        "schema": "imloop.repair/1",
        "repair_no": f"W{finished:%Y%m%d}{number:05d}",
        "shop": shop,
        "vin": VIN,
        "plate": PLATE,
        "received_at": (finished - timedelta(hours=4)).isoformat(),
        "finished_at": finished.isoformat(),
        "odometer_km": 50020,
        "diagnosis": {"dtcs": ["P0172"], "text": "混合气过浓", "failed_items": ["co_5025_pct"]},
        "items": [{"code": "O2S", "name": "更换氧传感器", "hours": 1.5}],
        "parts": [
            {"name": "前氧传感器", "code": "0258", "quantity": 1, "serial": f"S{number}", "origin": "原厂"}
        ],
        "cost_yuan": "460.00",
        "technician": "覃师傅",
        "inspector": "韦质检",
        "documents": {
            "certificate_no": f"H{number}",
            "settlement_no": f"J{number}",
            "invoice_no": f"F{number}",
        },
        "warranty": {"days": 10, "km": 2000},
    }
    return {**message, **change}
