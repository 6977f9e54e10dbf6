"""Applications that meet every condition; a story changes what it needs."""

from __future__ import annotations

from imloop.law import load
from imloop.matters.stations.conditions import conditions
from support.city import at

USCC = "91450200MA5KABCD12"


def _conditions(subject: str, day: str) -> dict[str, object]:
    law = load().at(at(f"{day} 08:00").date(), "450200")
    return {c.code: {"holds": True, "evidence": f"附件 {c.code}"} for c in conditions(subject, law)}


def station_application(day: str, uscc: str, **change: object) -> dict[str, object]:
    """An I-station with one gas line in 450203."""
    equipment = [
        {
            "kind": kind,
            "model": "M-1",
            "serial": f"{kind}-77",
            "certificate_no": f"J-{kind}",
            "verified_since": "2026-01-05",
            "verified_until": "2027-01-05",
        }
        for kind in ("analyser", "dynamometer", "tachometer", "obd_reader", "weather_station")
    ]
    message: dict[str, object] = {
        "schema": "imloop.application/1",
        "subject": "istation",
        "name": "柳州市龙潭机动车检测有限公司",
        "place": "450203",
        "uscc": uscc,
        "legal_person": "覃大勇",
        "address": "鱼峰区龙潭路1号",
        "phone": "0772-5550188",
        "complaint_phone": "0772-12369",
        "opening_hours": "周一至周六 08:00–17:30",
        "lines": [{"code": "01", "methods": ["ASM", "TSI"], "equipment": equipment}],
        "staff": [
            {"name": "韦晓东", "role": "inspector"},
            {"name": "黄海燕", "role": "driver"},
            {"name": "莫丽", "role": "reviewer", "licence_no": "S-1", "qualified_until": "2028-01-01"},
        ],
        "certificates": [
            {
                "kind": "cma",
                "number": "CMA-20260001",
                "issuer": "广西市场监管局",
                "since": "2020-06-01",
                "until": "2026-06-01",
            }
        ],
        "conditions": _conditions("istation", day),
    }
    return {**message, **change}


def shop_application(day: str, uscc: str, **change: object) -> dict[str, object]:
    """An M-station in 450204 that takes petrol cars."""
    message: dict[str, object] = {
        "schema": "imloop.application/1",
        "subject": "mstation",
        "name": "柳州市鹅山汽车维修有限公司",
        "place": "450204",
        "uscc": uscc,
        "legal_person": "何志强",
        "address": "柳南区鹅山路8号",
        "phone": "0772-5550288",
        "complaint_phone": "0772-12328",
        "opening_hours": "每日 08:00–18:00",
        "staff": [{"name": "陈永福", "role": "technical_lead"}, {"name": "唐伟", "role": "technician"}],
        "certificates": [
            {
                "kind": "filing",
                "number": "BA-1",
                "issuer": "柳南区",
                "since": "2024-01-01",
                "until": "2030-01-01",
            }
        ],
        "capability": ["gasoline", "TWC", "O2S"],
        "brands": ["五菱", "宝骏"],
        "conditions": _conditions("mstation", day),
    }
    return {**message, **change}
