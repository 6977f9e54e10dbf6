"""The door that deployed remote-sensing senders know: SOAP 1.1, one operation for each kind, JSON in a string.

The operations and fields are those in use; the description (``readings.wsdl``) is our own. Two operations bring
readings. What the others bring is kept as it came, and not read: sites and instruments are entered by a person.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from xml.sax.saxutils import escape

import msgspec

from imloop.exchange.decode_readings import MOST_RECORDS, read_or_refuse
from imloop.exchange.dialects.containers import parse
from imloop.exchange.reading import parse_json
from imloop.exchange.text_bytes import decode
from imloop.exchange.uploads.take_readings import Found, take
from imloop.facts.records.reading import Reading
from imloop.facts.refusal import Malformed, Problem, Refusal
from imloop.facts.text import Text
from imloop.steps.ground.access import Caller
from imloop.steps.remote_sensing.keep_readings import Kept

WSDL = (Path(__file__).parent / "readings.wsdl").read_text(encoding="utf-8")
SPACE = "urn:imloop:remote-sensing:1"
_ENVELOPE = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body>'
    '<web:{name}Response xmlns:web="{space}"><return>{said}</return></web:{name}Response>'
    "</soapenv:Body></soapenv:Envelope>"
)
_SMOKE = {
    "jlbh": "record_no",
    "dwbh": "site",
    "jcsj": "at",
    "hphm": "plate",
    "rlzl": "fuel",
    "lgmhd": "ringelmann_grade",
}
_SENSING = {
    **_SMOKE,
    "ycxbh": "device",
    "cdpd": "slope_pct",
    "co2jg": "co2_pct",
    "coco2": "co_co2",
    "hcco2": "hc_co2",
    "noco2": "no_co2",
    "cojg": "co_pct",
    "hcjg": "hc_ppm",
    "nojg": "no_ppm",
    "btgdjg": "opacity_pct",
    "clsd": "speed_kmh",
    "cljsd": "acceleration_ms2",
    "vsp": "vsp_kw_t",
    "fs": "wind_ms",
    "fx": "wind_deg",
    "hjwd": "temperature_c",
    "sd": "humidity_pct",
    "dqy": "pressure_kpa",
}
READ: Mapping[str, Mapping[str, str]] = {
    "Monitoringdata": _SENSING,
    "blacksmokevehicle": {**_SMOKE, "jcxbh": "device"},
}
"""Operation → its fields and ours."""
KEPT_ONLY = (
    *("monitoringpoint", "monitoringline", "Vehicletrajectory", "trafficflow", "Vehicle"),
    *("environmentalquality", "mobilemonitor"),
)
_COLOURS = dict(zip("012345", ("blue", "yellow", "white", "black", "green", "aviation"), strict=True))
VERDICTS = {"1": "pass", "0": "fail", "2": "invalid", "999": ""}
"""Of ``pdjg``. A sender whose camera means something else by a code says so in the address that it sends to."""
_PATH = 300
"""A longer picture is the picture itself, of which the hash is kept beside the message."""


def verdicts_of(said: str) -> dict[str, str]:
    """``1:fail,0:pass`` as a sender's own meaning of its codes; empty: the usual one."""
    if not said:
        return VERDICTS
    pairs = [part.partition(":")[::2] for part in said.split(",")]
    if any(meant not in ("pass", "fail", "invalid", "") for _, meant in pairs):
        raise _bad("verdicts", "应如 1:fail,0:pass", "must be like 1:fail,0:pass")
    return {**VERDICTS, **dict(pairs)}


def take_soap(body: bytes, caller: Caller, now: datetime, verdicts: str = "") -> str:
    """The reply. Idempotent; raises ``Refusal`` after the bytes and the reason were kept."""
    name = ""
    found: Found
    try:
        meanings = verdicts_of(verdicts)
        name, rows = _operation(body)
        fields = READ.get(name)
        found = [(n, _read(row, fields, meanings)) for n, row in enumerate(rows, 1)] if fields else []
    except Refusal as refusal:
        found = refusal
    return _reply(name, take(body, found, caller, now))


def _operation(body: bytes) -> tuple[str, list[object]]:
    """Its name, and what stands in the JSON array."""
    envelope = parse("xml", decode(body))
    inside = envelope.get("Body")
    asked = {n: v for n, v in inside.items() if not n.startswith("@")} if isinstance(inside, dict) else {}
    if len(asked) != 1:
        raise _bad("Body", "应有且只有一个操作", "must hold one operation")
    ((name, said),) = asked.items()
    if name not in READ and name not in KEPT_ONLY:
        raise _bad("Body", f"可选 {' '.join((*READ, *KEPT_ONLY))}", "no such operation")
    datas = said.get("datas") if isinstance(said, dict) else None
    if not isinstance(datas, str):
        raise _bad("datas", "应为 JSON 数组", "must be a JSON array")
    rows = parse_json(f'{{"datas":{datas}}}').get("datas")
    if not isinstance(rows, list) or len(rows) > MOST_RECORDS:
        raise _bad(
            "datas", f"应为至多 {MOST_RECORDS} 项的 JSON 数组", f"must be an array of at most {MOST_RECORDS}"
        )
    return name, rows


def _read(row: object, fields: Mapping[str, str], meanings: Mapping[str, str]) -> Reading | Refusal:
    if not isinstance(row, dict):
        return read_or_refuse(row)
    found = {ours: row[theirs] for theirs, ours in fields.items() if row.get(theirs) not in (None, "")}
    colour, verdict = (
        str(row.get(name) or "").strip() if row.get(name) != 0 else "0" for name in ("cpys", "pdjg")
    )
    found["plate_colour"] = _COLOURS.get(colour, colour)
    found["verdict"] = meanings.get(verdict, verdict)
    found["photos"] = [_picture(row[name]) for name in ("tp1", "tp2") if row.get(name)]
    if isinstance(row.get("sp1"), str) and len(row["sp1"]) <= 64:
        found["video_sha256"] = row["sp1"]
    return read_or_refuse(found)


def _picture(said: object) -> object:
    if not isinstance(said, str) or len(said) <= _PATH:
        return said
    try:
        whole = base64.b64decode(said.rpartition(",")[2], validate=True)
    except (binascii.Error, ValueError):
        return said
    return f"sha256:{hashlib.sha256(whole).hexdigest()}"


def picture_in(body: bytes, record_no: str, digest: str) -> bytes | None:
    """The picture of this SHA-256 in the record of a message that was taken; None: it came as an address only."""
    _, rows = _operation(body)
    for row in rows:
        if isinstance(row, dict) and str(row.get("jlbh")) == record_no:
            for said in (row.get("tp1"), row.get("tp2")):
                if isinstance(said, str) and len(said) > _PATH and _picture(said) == f"sha256:{digest}":
                    return base64.b64decode(said.rpartition(",")[2])
    return None


def _reply(name: str, kept: Kept) -> str:
    """``status`` 1: everything was taken. The same each time that the same is sent."""
    refused = [
        {"record": number, "code": each.code, "text": each.text.zh, "text_en": each.text.en}
        for number, each in kept.refused
    ]
    said: dict[str, object] = {
        "status": 0 if refused else 1,
        "accepted": kept.new + kept.known,
        "refused": refused,
    }
    if name in KEPT_ONLY:
        said["text"] = "原文已保存；点位、设备由工作人员登记"
    return _ENVELOPE.format(name=name, space=SPACE, said=escape(msgspec.json.encode(said).decode()))


def _bad(at: str, zh: str, en: str) -> Malformed:
    words = Text(f"{at}：{zh}。", f"{at}: {en}.")
    return Malformed("malformed-soap", words, problems=(Problem(f"$.{at}", "malformed-soap", words),))
