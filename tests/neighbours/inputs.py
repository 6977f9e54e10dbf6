"""From what a case declares to the bytes that are sent."""

from __future__ import annotations

import copy
import json
import subprocess
import tempfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from imloop.facts.days import CHINA
from neighbours.case import DROP, HOME, Car, Case, Upload
from torture.site import IMLOOP

DIALECTS = ("line-ini", "line-csv", "hj1238")
SHOP = f"{HOME[:6]}M01"


def _made(*arguments: str) -> str:
    return subprocess.run([*IMLOOP, *arguments], capture_output=True, text=True, check=True).stdout


def number_of(case: Case, name: str) -> str:
    return f"NB-{zlib.crc32(case.name.encode()):08x}-{name}"


def with_put(message: dict[str, Any], put: Mapping[str, Any]) -> dict[str, Any]:
    """``message`` with each dotted path set to its value, or to what the value makes of the one before."""
    for path, value in put.items():
        at: Any = message
        *way, last = path.split(".")
        for part in way:
            at = at[int(part)] if isinstance(at, list) else at[part]
        key: Any = int(last) if isinstance(at, list) else last
        if value is DROP:
            del at[key]
        else:
            at[key] = value(at[key]) if callable(value) else value
    return message


@dataclass(slots=True)
class Inputs:
    """Sound messages made once by the product's own command; each run gets a time of its own, later than the last."""

    now: datetime
    cursor: datetime = field(init=False)
    sound: dict[str, dict[str, Any]] = field(init=False)
    texts: dict[str, str] = field(init=False)
    cases: dict[str, str] = field(default_factory=dict)
    """Car → number of its open case, for its repair."""

    def __post_init__(self) -> None:
        self.cursor = self.now - timedelta(hours=14)
        sample = ("sim", "sample", "ASM", "--seed", "5", "--station", HOME)
        self.sound = {
            "pass": json.loads(_made(*sample)),
            "fail": json.loads(_made(*sample, "--fail")),
            "repair": json.loads(
                _made("sim", "sample", "repair", "--station", SHOP, "--case", "450200-2026-000001")
            ),
        }
        for base in ("pass", "fail"):
            self.sound[base]["sequence"] = None
            self.sound[base]["vehicle"]["owner"] = {"name": "覃某", "phone": "13800000000"}
        with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as file:
            json.dump(self.sound["pass"], file)
            file.flush()
            self.texts = {name: _made("dialect", "example", name, file.name) for name in DIALECTS}

    def body(self, case: Case, step: Upload) -> bytes:
        car = Car(step.car or case.name)
        text = self._text(case, step, car)
        for old, new in step.edit:
            if old not in text:
                raise ValueError(f"{case.name}: {old!r} is not in the message, the case would prove nothing")
            text = text.replace(old, new)
        return step.head + text.encode(step.encoding) + step.tail

    def _text(self, case: Case, step: Upload, car: Car) -> str:
        number = number_of(case, step.name)
        if step.base == "nothing":
            return ""
        if step.base in DIALECTS:
            return self._dialect(step.base, car, number)
        make = self._repair if step.base == "repair" else self._run
        message = make(step.base, car, number)
        return json.dumps(with_put(message, step.put), ensure_ascii=False, separators=(",", ":"))

    def _run(self, base: str, car: Car, number: str) -> dict[str, Any]:
        message = copy.deepcopy(self.sound[base])
        message |= {"test_no": number} | self._times(f"{car.name} {number}", base)
        message["vehicle"] |= {"vin": car.vin, "plate": car.plate}
        message["obd"]["ecus"][0]["vin"] = car.vin
        return message

    def _times(self, what: str, base: str) -> dict[str, str]:
        """The same message has the same time when it is sent again."""
        if what not in self._given:
            seconds = len(self.sound[base]["trace"]["columns"]["t_s"]) - 1
            self._given[what] = (self.cursor, self.cursor + timedelta(seconds=seconds))
            self.cursor += timedelta(seconds=seconds + 20)
        started, ended = self._given[what]
        return {"started_at": started.isoformat(), "ended_at": ended.isoformat()}

    _given: dict[str, tuple[datetime, datetime]] = field(default_factory=dict)

    def _repair(self, base: str, car: Car, number: str) -> dict[str, Any]:
        message = copy.deepcopy(self.sound[base])
        now = datetime.now(CHINA).replace(microsecond=0)
        papers = {
            f"{kind}_no": f"{kind[:3]}-{number}".upper() for kind in ("certificate", "settlement", "invoice")
        }
        message["documents"] |= papers
        return message | {
            "repair_no": number,
            "case_no": self.cases.get(car.name, "none"),
            "vin": car.vin,
            "plate": car.plate,
            "received_at": (now - timedelta(minutes=2)).isoformat(),
            "finished_at": now.isoformat(),
        }

    def _dialect(self, name: str, car: Car, number: str) -> str:
        sound, times = self.sound["pass"], self._times(f"{car.name} {number}", "pass")
        text = self.texts[name].replace(sound["test_no"], number).replace(sound["vehicle"]["vin"], car.vin)
        for key in ("started_at", "ended_at"):
            old, new = (
                datetime.fromisoformat(each).strftime("%Y-%m-%d %H:%M:%S")
                for each in (sound[key], times[key])
            )
            text = text.replace(old, new)
        return text.replace(sound["vehicle"]["plate"], car.plate)
