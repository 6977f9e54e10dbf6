"""``imloop.readings/1``: records of remote sensing and smoke cameras, from JSON or a row of a table.

Each record is read or refused by itself. Its numbers are optional, and never left out in silence: what is no number
refuses the record, what cannot be that number is a doubt beside it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from imloop.exchange.reading import parse_json
from imloop.exchange.tables.delimited import has_lost_digits
from imloop.facts.answers import flag_of, is_nothing
from imloop.facts.identifiers import is_number, plain, plate_fault
from imloop.facts.padding import has_control, unpadded
from imloop.facts.records.reading import (
    RANGES,
    DeviceVerdict,
    Reading,
    measured,
    moment_in,
    why_no_moment,
)
from imloop.facts.refusal import Malformed, Problem, Refusal
from imloop.facts.text import Reason, Text

SCHEMA = "imloop.readings/1"
MOST_RECORDS = 5000
_COLOURS = ("blue", "yellow", "white", "black", "green", "yellow_green", "aviation")
_TEXTS = {"device": 40, "vehicle_class": 20, "fuel": 16, "video_sha256": 64}
_LONGEST_PLATE, _MOST_OF_PLATE = 40, 12
_MOST_PHOTOS, _LONGEST_PHOTO = 4, 300
COLUMNS = (
    *("record_no", "site", "at", "plate", "plate_colour", "plate_confidence", "verdict", *_TEXTS, "photos"),
    *RANGES,
    *(f"{name}_valid" for name in RANGES),
)
REQUIRED = ("record_no", "site", "at")


def decode_readings(body: bytes) -> list[tuple[int, Reading | Refusal]]:
    """Each record with its number in the message, from 1. ``Malformed`` where there are no records."""
    message = parse_json(body)
    records = message.get("readings")
    if message.get("schema") != SCHEMA or not isinstance(records, list):
        raise _fault(
            "$.readings", "wrong-schema", f"应为 {SCHEMA}，readings 为数组", f"not {SCHEMA} with a list"
        )
    if len(records) > MOST_RECORDS:
        raise _fault(
            "$.readings", "too-many", f"一次至多 {MOST_RECORDS} 条", f"at most {MOST_RECORDS} at once"
        )
    return [
        (number, read_or_refuse(record, f"$.readings[{number - 1}]"))
        for number, record in enumerate(records, 1)
    ]


def read_or_refuse(record: object, path: str = "$") -> Reading | Refusal:
    if not isinstance(record, Mapping):
        return _fault(path, "wrong-value", "应为对象", "must be an object")
    try:
        return read_record(record, path)
    except Malformed as refusal:
        return refusal


def read_record(record: Mapping[str, object], path: str = "$") -> Reading:
    """``Malformed`` names every fault of the record at once."""
    reader = _Record(record, path)
    moment = reader.moment()
    values, off = reader.numbers()
    confidence = reader.share("plate_confidence")
    given = {name: reader.text(name, longest) for name, longest in _TEXTS.items()}
    plate_read, plate, doubts = reader.plate()
    record_no, site = reader.number("record_no"), reader.number("site")
    colour = reader.one_of("plate_colour", _COLOURS)
    verdict = reader.one_of("verdict", tuple(DeviceVerdict))
    photos = reader.photos()
    if reader.problems or moment is None:
        first = reader.problems[0]
        raise Malformed(first.code, first.text, problems=reader.problems)
    counted, outside = measured(values, off)
    return Reading(
        record_no=record_no,
        site=site,
        at=moment,
        device=given["device"],
        plate=plate,
        plate_read=plate_read,
        plate_colour=colour,
        confidence=confidence,
        vehicle_class=given["vehicle_class"],
        fuel_said=given["fuel"],
        values=counted,
        off=off,
        verdict=verdict,
        photos=photos,
        video=given["video_sha256"],
        reasons=(*doubts, *outside),
    )


class _Record:
    def __init__(self, record: Mapping[str, object], path: str) -> None:
        self.record = record
        self.path = path
        self.problems: list[Problem] = []

    def fault(self, key: str, code: str, zh: str, en: str) -> None:
        self.problems.append(Problem(f"{self.path}.{key}", code, Text(f"{key}：{zh}。", f"{key}: {en}.")))

    def text(self, key: str, longest: int) -> str:
        value = self.record.get(key)
        if value is None or value == "":
            return ""
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            value = str(value)
        if not isinstance(value, str) or has_control(value) or len(value := value.strip()) > longest:
            self.fault(
                key, "wrong-value", f"应为至多 {longest} 字的文字", f"must be text of at most {longest} signs"
            )
            return ""
        return value

    def number(self, key: str) -> str:
        """A number of the sender's own: opaque, never parsed."""
        text = self.text(key, 64)
        if not text and not any(each.path == f"{self.path}.{key}" for each in self.problems):
            self.fault(key, "missing", "缺少必填项", "required")
        elif isinstance(self.record.get(key), float) or has_lost_digits(text):
            self.fault(
                key,
                "digits-lost",
                "是表格软件改写过的数，丢了位数",
                "rewritten by a spreadsheet, digits are lost",
            )
        elif text and not is_number(text):
            self.fault(
                key,
                "wrong-value",
                "只能用字母、数字、汉字和 -_.:",
                "use letters, digits, Chinese and -_.: only",
            )
        return text

    def moment(self) -> datetime | None:
        text = self.text("at", 40)
        if not text:
            self.fault("at", "missing", "缺少必填项", "required")
            return None
        found = moment_in(text)
        if found is None:
            self.problems.append(Problem(f"{self.path}.at", "bad-date", why_no_moment(text)))
        return found

    def numbers(self) -> tuple[dict[str, float], tuple[str, ...]]:
        """Those given, and those whose flag is off."""
        values: dict[str, float] = {}
        off: list[str] = []
        for name, value in self.record.items():
            if name in RANGES:
                if (found := self._float(name, value)) is not None:
                    values[name] = found
            elif name.endswith("_valid") and name[:-6] in RANGES and not is_nothing(value):
                flag = flag_of("valid", value)
                if flag is None:
                    self.fault(name, "wrong-value", "应为是或否", "must be yes or no")
                elif not flag:
                    off.append(name[:-6])
        return values, tuple(sorted(off))

    def _float(self, key: str, value: object) -> float | None:
        try:
            if isinstance(value, str) and "_" not in value:
                return float(unpadded(value))
            if isinstance(value, (int, float)) and not isinstance(value, bool):
                return float(value)
        except (ValueError, OverflowError):
            pass
        if is_nothing(value):
            return None
        self.fault(key, "wrong-value", "应为数字", "must be a number")
        return None

    def share(self, key: str) -> float | None:
        """0 to 1, or a percentage to 100."""
        found = self._float(key, self.record.get(key))
        if found is None or 0 <= found <= 1:
            return found
        if 1 < found <= 100:
            return found / 100
        self.fault(key, "wrong-value", "应为 0 至 1，或者百分数", "must be 0 to 1, or per cent")
        return None

    def one_of(self, key: str, known: Sequence[str]) -> str:
        text = self.text(key, 20)
        if text and text not in known:
            self.fault(key, "wrong-value", f"可选 {' '.join(known)}", f"choose one of {' '.join(known)}")
        return text

    def plate(self) -> tuple[str, str, tuple[Reason, ...]]:
        """As it came, its normal form, and a doubt where that is no plate: its length says nothing."""
        value = self.record.get("plate")
        read = unpadded(value) if isinstance(value, str) else ""
        if value is not None and not isinstance(value, str):
            self.fault("plate", "wrong-value", "应为文字", "must be text")
        if has_control(read):
            self.fault("plate", "wrong-value", "含有控制字符", "holds a control character")
        normal = plain(read)
        fault = plate_fault(normal) if normal else None
        kept = normal if len(normal) <= _MOST_OF_PLATE else ""
        return read[:_LONGEST_PLATE], kept, (fault,) if fault else ()

    def photos(self) -> tuple[str, ...]:
        value = self.record.get("photos")
        found = value.split() if isinstance(value, str) else value
        if found is None:
            return ()
        if (
            not isinstance(found, list)
            or len(found) > _MOST_PHOTOS
            or not all(_is_address(each) for each in found)
        ):
            self.fault(
                "photos",
                "wrong-value",
                f"至多 {_MOST_PHOTOS} 个地址或散列值",
                "at most four addresses or hashes",
            )
            return ()
        return tuple(found)


def _is_address(each: object) -> bool:
    return isinstance(each, str) and 0 < len(each) <= _LONGEST_PHOTO and not has_control(each)


def _fault(path: str, code: str, zh: str, en: str) -> Malformed:
    words = Text(f"报文有误：{zh}。", f"Faulty message: {en}.")
    return Malformed(code, words, problems=(Problem(path, code, words),))
