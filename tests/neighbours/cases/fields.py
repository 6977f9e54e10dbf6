"""Money, sizes, days, moments, numbers of the sender, names in the message."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from neighbours.case import REFUSED, Case, Upload

MONEY = "docs/upload.md, Money"
DAYS = "docs/upload.md, Days"
NOTHING = "docs/upload.md, Nothing"
NAMES = "docs/upload.md, Your own numbers"
READABLE = {"status": (201, 422), "replay": True}
LEFT_OUT = {"status": 201, "verdict": "pass", "finding": ["field-unreadable"], "replay": True}
TAKEN = {"status": 201, "verdict": "pass", "no_finding": ["field-unreadable"], "replay": True}


def _put(name: str, field: str, value: Any, right: dict[str, Any], clause: str) -> Case:
    said = repr(value)
    return Case(name, f"{field} = {said[:60]}", clause, (Upload(right, put={field: value}),))


def _bare(name: str, edit: tuple[str, str], right: dict[str, Any], clause: str) -> Case:
    """What no JSON writer writes, and senders' own programs do."""
    return Case(name, edit[1][:60], clause, (Upload(right, edit=(edit,)),))


def _day(how: str, value: Any, day: str | None) -> Case:
    right = {"status": 201, "record": {"vehicle.first_registered_on": day}}
    return _put(f"day-{how}", "vehicle.first_registered_on", value, right, DAYS)


def _time(how: str, value: Any, right: dict[str, Any], field: str = "started_at") -> Case:
    return _put(
        f"time-{how}", field, value, right, "contract, times are ISO 8601 with offset; docs/upload.md"
    )


def _number(how: str, value: Any, right: dict[str, Any], field: str = "test_no") -> Case:
    return _put(f"{field.replace('_', '-')}-{how}", field, value, right, NAMES)


def _twice(
    how: str, edit: tuple[str, str], base: str = "pass", code: str = "given-twice", **door: Any
) -> Case:
    step = Upload({"status": 422, "says": code}, base=base, edit=(edit,), **door)
    return Case(f"twice-{how}", edit[1].strip()[:60], "docs/dialects.md, given twice", (step,))


def _in(zone: int, at: datetime) -> str:
    return at.astimezone(timezone(timedelta(hours=zone))).isoformat()


MALFORMED_TIME = {"status": 422, "path": "$.started_at"}
FEES = [
    ("nan", "NaN", LEFT_OUT), ("infinity", "Infinity", LEFT_OUT), ("minus-infinity", "-inf", LEFT_OUT),
    ("exponent", "9e1", LEFT_OUT), ("negative", "-90.00", LEFT_OUT), ("beyond", "100000000.00", LEFT_OUT),
    ("huge", "9" * 400, LEFT_OUT), ("largest", "99999999.99", TAKEN), ("sign", "¥90.00", LEFT_OUT),
    ("unit", "90元", LEFT_OUT),
    ("thousands", "1,090.00", LEFT_OUT), ("decimal-comma", "90,00", LEFT_OUT), ("hex", "0x5A", LEFT_OUT),
    ("underscore", "9_0", LEFT_OUT), ("plus", "+90.00", LEFT_OUT), ("true", True, LEFT_OUT),
    ("list", ["90.00"], LEFT_OUT),
    ("padded", " 90.00 ", TAKEN), ("number", 90, TAKEN), ("dash", "-", TAKEN), ("na", "N/A", TAKEN),
    ("zero", "0.00", TAKEN),
]  # fmt: skip
THE_DAY = "2019-05-01"
CASES = [
    *(_put(f"fee-{how}", "fee_yuan", value, right, MONEY) for how, value, right in FEES),
    _bare("fee-bare-nan", ('"90.00"', "NaN"), {"status": (201, 400, 422), "replay": True}, MONEY),
    _bare("fee-bare-1e400", ('"90.00"', "1e400"), {"status": (201, 400, 422), "replay": True}, MONEY),
    _put("odometer-nan", "vehicle.odometer_km", "NaN", READABLE, MONEY),
    _put("odometer-1e308", "vehicle.odometer_km", 1e308, READABLE, MONEY),
    _put("odometer-negative", "vehicle.odometer_km", -5, READABLE, MONEY),
    _bare("mass-1e999", ('"max_mass_kg":1580', '"max_mass_kg":1e999'), {"status": (201, 400, 422), "replay": True},
        MONEY),
    _put("claim-nan", "claimed.values.co_5025_pct", "NaN", READABLE, "contract 3"),
    _put("sequence-huge", "sequence", 10**30, READABLE, "contract 2"),
    _put("sequence-2-63", "sequence", 2**63, READABLE, "contract 2"),
    _put("owner-nul-within", "vehicle.owner.name", "某\0车主", LEFT_OUT, NOTHING),
    _put("owner-newline", "vehicle.owner.name", "某\n车主", TAKEN, NOTHING),
    _put("model-escape", "vehicle.model", "LQ\x1b[31m", LEFT_OUT, NOTHING),
    _put("inspector-bell", "people.inspector", "覃\x07志明", LEFT_OUT, NOTHING),
    _put("owner-nul-tail", "vehicle.owner.name", "某车主\0\0", TAKEN, NOTHING),
    _put("owner-ff", "vehicle.owner.name", "\xff" * 8, TAKEN, NOTHING),
    _bare("owner-lone-surrogate", ("覃", "\\ud83d"), {"status": (201, 400, 422), "replay": True},
          "docs/upload.md: the same answer on both databases"),
    _put("unknown-key-nul", "vendor", {"remark": "a\0b", "number": "NaN"}, READABLE,
        "contract, unknown keys are ignored"),
    _put("unknown-name-nul", "ven\0dor", 1, REFUSED, NOTHING),
    _put("name-long", "n" * 65, 1, REFUSED, NOTHING),
    _put("names-many", "vendor", {f"n{i}": i for i in range(257)}, REFUSED, NOTHING),
    _bare("levels-deep", ('"sequence":null', '"deep":' + '{"a":' * 17 + "1" + "}" * 17), REFUSED, NOTHING),
    _bare("levels-very-deep", ('"sequence":null', '"deep":' + "[" * 100_000 + "]" * 100_000), REFUSED, NOTHING),
    _day("slashes", "2019/5/1", THE_DAY), _day("dots", "2019.5.1", THE_DAY), _day("chinese", "2019年5月1日", THE_DAY),
    _day("compact", "20190501", THE_DAY), _day("offset", "2019-05-01T08:00:00+08:00", THE_DAY),
    _day("utc-evening", "2019-04-30T16:00:00Z", THE_DAY),
    _day("utc-second-before", "2019-04-30T15:59:59Z", "2019-04-30"),
    _day("tokyo-midnight", "2019-05-01T00:00:00+09:00", "2019-04-30"), _day("midnight", "2019-05-01 00:00:00", THE_DAY),
    _day("honolulu", "2019-04-30T06:00:00-10:00", THE_DAY), _day("padded", " 2019-05-01 ", THE_DAY),
    _day("seven-digits", "2015112", None), _day("month-13", "2019-13-01", None),
    _day("february-30", "2019-02-30", None),
    _day("not-a-leap-year", "2019-02-29", None), _day("zeros", "0000-00-00", None), _day("excel-serial", "43586", None),
    _day("two-digit-year", "19-05-01", None), _day("american", "05/01/2019", None),
    _day("year-9999", "9999-12-31", None),
    _day("month-only", "2019年5月", None), _day("dash", "-", None), _day("java-day-of-year", "2019-04-98", None),
    _time("month-13", "2026-13-01T09:00:00+08:00", MALFORMED_TIME),
    _time("zeros", "0000-00-00 00:00:00", MALFORMED_TIME),
    _time("java-day-of-year", "2026-11-334 10:00:00", MALFORMED_TIME), _time("word", "昨天", MALFORMED_TIME),
    _time("dash", "-", MALFORMED_TIME), _time("offset-99", "2026-11-27T09:00:00+99:00", MALFORMED_TIME),
    _time("year-10000", "10000-01-01T00:00:00+08:00", MALFORMED_TIME),
    _time("year-one", "0001-01-01T00:00:00+08:00", {"status": (201, 422), "replay": True}),
    _time("next-day", _in(8, datetime.now(UTC) + timedelta(days=1)), {"status": 422}),
    Case("time-other-zones", "the same moments as UTC and in Tokyo", "contract, times are ISO 8601 with offset",
         (Upload({"status": 201, "verdict": "pass"}, put={"started_at": lambda t: _in(0, datetime.fromisoformat(t)),
                                                        "ended_at": lambda t: _in(9, datetime.fromisoformat(t))}),)),
    Case("time-ends-first", "it ends before it starts", "docs/errors.md, ends-before-start",
         (Upload({"status": 422, "says": "ends-before-start"}, put={"ended_at": "2026-01-01T00:00:00+08:00"}),)),
    _number("slash", "A/B-1", REFUSED | {"path": "$.test_no"}),
    _number("quote", "A'B-1", REFUSED | {"path": "$.test_no"}),
    _number("blank-within", "A B-1", REFUSED | {"path": "$.test_no"}),
    _number("signs", "---", REFUSED | {"path": "$.test_no"}),
    _number("long", "A" * 65, REFUSED | {"path": "$.test_no"}),
    _number("emoji", "A🚗1", REFUSED | {"path": "$.test_no"}),
    _number("zero-width", "A\u200bB-1", REFUSED | {"path": "$.test_no"}),
    _number("percent", "A%2FB", REFUSED | {"path": "$.test_no"}),
    _number("dots", "..", REFUSED | {"path": "$.test_no"}),
    _number("chinese", "检字2026:0001", {"status": 201, "verdict": "pass"}),
    _number("long", "012345678", REFUSED | {"path": "$.line"}, "line"),
    _twice("vehicle", ('"vehicle":{', '"vehicle":{},"vehicle":{')),
    _twice("vin", ('"vin":', '"vin":"LNBSCHAA0RC999999","vin":')),
    _twice("escaped", ('"plate":', '"pl\\u0061te":"桂B00000","plate":')),
    _twice("same-value", ('"mil_on":false', '"mil_on":false,"mil_on":false')),
    _twice("column", ('"co_pct":[', '"co_pct":[],"co_pct":[')), _twice("unknown", ('"sequence":null', '"x":1,"x":2')),
    _twice("ini-key", ("MilOn=0", "MilOn=1\nMilOn=0"), "line-ini"),
    _twice("ini-section", ("[Result]", "[Obd]\nMilOn=1\n[Result]"), "line-ini"),
    _twice("csv-name", ("号牌号码,", "号牌号码,桂B00000\n号牌号码,"), "line-csv"),
    _twice("csv-column", (",λ,", ",CO(%),"), "line-csv", "twice"),
    _twice("xml-element", ("<MilOn>0</MilOn>", "<MilOn>1</MilOn><MilOn>0</MilOn>"), "hj1238"),
    _twice("xml-part", ("<Result>", "<Obd><MilOn>1</MilOn></Obd><Result>"), "hj1238"),
    _twice("repair", ('"cost_yuan":', '"cost_yuan":"1.00","cost_yuan":'), "repair", to="repairs",
           sender="450203M01"),
]  # fmt: skip
