"""What the demo city's sites beside the road sent in the last weeks, as real senders do, and what people made of it."""

from __future__ import annotations

import base64
import json
import struct
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial

import numpy as np

from imloop.exchange.uploads.soap_readings import take_soap
from imloop.exchange.uploads.take_readings import take_readings
from imloop.facts.codes import Fuel
from imloop.facts.days import CHINA, day_of
from imloop.facts.refusal import Refusal
from imloop.sim.traffic.course import Course
from imloop.sim.two_people import office
from imloop.steps.ground.access import Caller, caller_for
from imloop.steps.remote_sensing.enter_sites import NewInstrument, NewSite, enter_instrument, enter_site
from imloop.steps.remote_sensing.hand_over import hand_over
from imloop.steps.remote_sensing.review import cannot_tell, review
from imloop.steps.remote_sensing.tell_owner import note_told, open_confirmed
from imloop.store.models import Party, RemoteReading, RemoteSite, Vehicle

BEAM, CAMERA, MOBILE = "YC-LT-01", "HY-WH-02", "YC-YD-03"
DAYS, A_DAY = 12, 24
_SMOKY = ((11, "first"), (9, "second"), (6, "clean"), (4, "unsure"), (2, ""), (1, ""))
"""Days ago a camera saw smoke, and what came of it."""


@dataclass(frozen=True, slots=True)
class _Seen:
    """``days`` ago a diesel bus was above the limit at the beam; ``end``: what people made of it."""

    days: float
    bus: int
    opacity: float
    end: str = ""


_STORY = (
    _Seen(11.3, 0, 41.5, "told"),
    _Seen(5.2, 0, 44.0, "evidence"),
    _Seen(8.4, 1, 38.2, "lead"),
    _Seen(3.1, 2, 33.0, "second"),
    _Seen(1.2, 1, 36.4),
    _Seen(0.6, 3, 52.5),
)


def enter_remote_sensing(course: Course) -> None:
    """Sites first, then each day's records; a load that was interrupted repeats none."""
    today = day_of(course.now)
    course.later(course.now - timedelta(days=DAYS + 1), partial(_sites, today))
    for back in range(DAYS, 0, -1):
        course.later(course.now - timedelta(days=back), partial(_day, back))
    for seen in _STORY:
        course.later(course.now - timedelta(days=seen.days), partial(_over, seen))
    for back, end in _SMOKY:
        course.later(course.now - timedelta(days=back) - timedelta(hours=2), partial(_smoke, back, end))


def _sites(today: date, when: datetime) -> None:
    if RemoteSite.objects.exists():
        return
    clerk, since = office("environment"), today - timedelta(days=120)
    ready = partial(
        NewSite,
        sign=True,
        geometry_ok=True,
        slope_pct=1.2,
        published_on=since,
        legal_review_on=since,
        technical_review_on=since,
    )
    for site in (
        ready(code=BEAM, name="柳太路遥感点（演示）", kind="horizontal", road="柳太路", direction="进城", lanes=2,
                longitude=109.3812, latitude=24.3605),
        ready(code=CAMERA, name="文惠桥黑烟抓拍点（演示）", kind="camera", road="文惠桥", direction="北向", lanes=3,
                longitude=109.4280, latitude=24.3122),
        NewSite(code=MOBILE, name="移动遥感车（演示）", kind="mobile", road="北外环路"),
    ):  # fmt: skip
        enter_site(clerk, site, when)
    for place, kind, model, serial, days in (
        (BEAM, "smoke", "OP-2", "OP2-0017", 200),
        (BEAM, "gas", "GA-5", "GA5-0231", 200),
        (BEAM, "speed", "SP-1", "SP1-0088", 150),
        (CAMERA, "camera", "BK-4K", "BK-3301", 90),
        (MOBILE, "smoke", "OP-2", "OP2-0009", -3),
    ):
        paper = NewInstrument(
            site=place,
            kind=kind,
            model=model,
            serial=serial,
            maker="演示仪器厂",
            certificate=f"柳检字（演示）{serial}",
            conforms=days > 0,
            verified_from=today + timedelta(days=days - 365),
            verified_until=today + timedelta(days=days),
        )
        enter_instrument(clerk, paper, when)


def _day(back: int, when: datetime) -> None:
    """A day of a sender: mostly clean, with the faults that real ones have; and the same once more."""
    dice = np.random.default_rng(back)
    records = [_clean(back, n, dice, when) for n in range(A_DAY)]
    records[3] |= {"plate": "桂B·1O0·23", "plate_confidence": 0.41}
    if back % 4 == 1:
        records[5] |= {"plate": "桂B1234567桂", "opacity_pct": 34.0, "verdict": "fail"}
    records[7] |= {"no_ppm": 2100, "no_ppm_valid": False}
    records[9] |= {"at": f"{when:%Y-%m}-{when.timetuple().tm_yday:03d} 10:00:00"}
    records[11] |= {"ringelmann_grade": 100}
    body = json.dumps({"schema": "imloop.readings/1", "readings": records}, ensure_ascii=False).encode()
    for _ in range(2):
        take_readings(body, _machine(), when)


def _clean(back: int, n: int, dice: np.random.Generator, when: datetime) -> dict[str, object]:
    at = when - timedelta(minutes=int(12 + 9 * n))
    return {
        "record_no": f"B{back:03d}{n:04d}",
        "site": MOBILE if n % 12 == 5 else BEAM,
        "device": "X1",
        "at": f"{at.astimezone(CHINA):%Y-%m-%d %H:%M:%S}",
        "plate": f"桂B{int(dice.integers(10000, 99999))}",
        "plate_colour": "yellow" if n % 3 else "blue",
        "plate_confidence": round(float(dice.uniform(0.91, 0.99)), 2),
        "opacity_pct": round(float(dice.uniform(1, 24)), 1),
        "no_ppm": int(dice.integers(60, 900)),
        "speed_kmh": int(dice.integers(25, 60)),
        "acceleration_ms2": round(float(dice.uniform(-0.2, 0.9)), 2),
        "verdict": "pass",
    }


def _buses() -> list[Vehicle]:
    return list(
        Vehicle.objects.filter(registered=True, fuel=Fuel.DIESEL, plate__startswith="桂B8").order_by("pk")
    )


def _over(seen: _Seen, when: datetime) -> None:
    buses = _buses()
    bus, number = buses[seen.bus % len(buses)], f"S{int(seen.days * 10):04d}"
    record = {
        "record_no": number,
        "site": BEAM,
        "device": "X1",
        "at": f"{(when - timedelta(minutes=30)).astimezone(CHINA):%Y-%m-%d %H:%M:%S}",
        "plate": bus.plate,
        "plate_colour": bus.plate_colour,
        "plate_confidence": 0.98,
        "opacity_pct": seen.opacity,
        "speed_kmh": 41,
        "acceleration_ms2": 0.4,
        "verdict": "fail",
    }
    body = json.dumps({"schema": "imloop.readings/1", "readings": [record]}, ensure_ascii=False).encode()
    take_readings(body, _machine(), when)
    _followed(number, seen.end, when + timedelta(minutes=20))


def _smoke(back: int, end: str, when: datetime) -> None:
    """By a camera, with its picture; it comes as deployed platforms send it, twenty times over."""
    number = f"H{back:04d}"
    plate = ("桂B61552", "桂B·71563", "未知", "桂B70023", "桂B71563", "桂B66310")[back % 6]
    row = {
        "jlbh": number, "dwbh": CAMERA, "jcxbh": "1", "cdxh": "2", "pdjg": "1", "hphm": plate, "cpys": "1",
        "jcsj": f"{(when - timedelta(minutes=9)).astimezone(CHINA):%Y-%m-%d %H:%M:%S}", "rlzl": "Z",
        "lgmhd": str(2 + back % 3), "tp1": base64.b64encode(picture(back)).decode(),
    }  # fmt: skip
    said = json.dumps([row], ensure_ascii=False)
    body = (
        '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:web="urn:demo">'
        "<soapenv:Body><web:blacksmokevehicle><datatype>blacksmokevehicle</datatype>"
        f"<datas>{said}</datas></web:blacksmokevehicle></soapenv:Body></soapenv:Envelope>"
    )
    for _ in range(20):
        take_soap(body.encode(), _machine(), when, "1:fail,0:pass")
    _followed(number, end, when + timedelta(minutes=20))


def _followed(number: str, end: str, when: datetime) -> None:
    """As far as ``end``; each person on their own."""
    row = RemoteReading.objects.get(record_no=number)
    if not end or row.reviews.exists():
        return
    one, other = office("environment"), caller_for(office_party(), "environment2")
    with suppress(Refusal):
        if end == "unsure":
            cannot_tell(one, row.pk, when)
        elif end == "clean":
            for who in (one, other):
                review(who, row.pk, holds=False, plate_ok=True, words="是水汽，不是烟（演示）", now=when)
        else:
            review(one, row.pk, holds=True, plate_ok=True, now=when)
        if end in ("told", "evidence", "lead"):
            review(other, row.pk, holds=True, plate_ok=True, now=when + timedelta(minutes=2))
        if end == "lead":
            hand_over(one, row.pk, when + timedelta(minutes=5))
        if end in ("told", "evidence"):
            open_confirmed(when + timedelta(minutes=15))
            note_told(one, row.pk, "sms", when + timedelta(minutes=16))


def office_party() -> Party:
    return Party.objects.get(code=office("environment").party_code)


def _machine() -> Caller:
    return caller_for(office_party())


def picture(seed: int) -> bytes:
    """A truck on a road with its smoke, as a PNG."""
    height, width = 180, 320
    dice = np.random.default_rng(seed)
    pixels = np.full((height, width, 3), 205, np.uint8)
    pixels[110:] = 120
    pixels[140:144, ::2] = 235
    pixels[70:132, 150:270] = (60, 90, 140)
    pixels[88:132, 262:296] = (70, 100, 150)
    for left in (170, 270):
        pixels[126:142, left : left + 18] = 30
    y, x = np.mgrid[0:height, 0:width]
    for n in range(5):
        away = ((x - 140 + 26 * n) / (16 + 6 * n)) ** 2 + ((y - 120 + 7 * n) / (10 + 4 * n)) ** 2
        cloud = away < 1
        pixels[cloud] = (pixels[cloud] * 0.45 + dice.integers(0, 25)).astype(np.uint8)
    rows = b"".join(b"\0" + row.tobytes() for row in pixels)
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunks(parts))


def _chunks(parts: tuple[tuple[bytes, bytes], ...]) -> Iterator[bytes]:
    for name, body in parts:
        yield struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
