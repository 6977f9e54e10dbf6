"""More of the same kinds, written down with their answers before they were played: notations, padding, money, days,
bytes and lists that the first ones do not have."""

from __future__ import annotations

from typing import Any

from neighbours.case import FAIL, PASS, REFUSED, UNREAD, Case, Row, Table, Upload
from neighbours.cases.deciding import DECIDES, FLAGS, INVALID, ITEMS, NOT_READY, WORDS
from neighbours.cases.fields import DAYS, LEFT_OUT, MONEY, NOTHING, READABLE, TAKEN
from neighbours.cases.lists import BOTH, FILE_REFUSED, LIST, ONE, PLAIN, WHOLE

NOTHING_SAID = {"status": (201, 422), "verdict": ("fail", "invalid", "not_ready")}
MALFORMED_TIME = {"status": 422, "path": "$.started_at"}
THE_DAY = "2019-05-01"
PUT: list[tuple[str, str, Any, dict[str, Any], str]] = [
    ("mil-off-wide", "obd.mil_on", "ＯＦＦ", PASS, FLAGS), ("mil-no-text", "obd.mil_on", "N", PASS, FLAGS),
    ("mil-zero-wide", "obd.mil_on", "０", PASS, FLAGS), ("mil-one-point-nought", "obd.mil_on", "1.0", INVALID, DECIDES),
    ("mil-unknown-word", "obd.mil_on", "未知", INVALID, DECIDES),
    ("mil-fault-word", "obd.mil_on", "故障", INVALID, DECIDES),
    ("mil-both", "obd.mil_on", "Y/N", INVALID, DECIDES), ("mil-parted-word", "obd.mil_on", "熄 灭", INVALID, DECIDES),
    ("mil-none-word", "obd.mil_on", "无", INVALID, FLAGS), ("mil-newline", "obd.mil_on", "TRUE\n", FAIL, FLAGS),
    ("mil-nothing", "obd.mil_on", "--", NOTHING_SAID, "docs/upload.md, obd.mil_on is answered"),
    ("mil-null-word", "obd.mil_on", "null", NOTHING_SAID, "docs/upload.md, obd.mil_on is answered"),
    ("mil-half", "obd.mil_on", 0.5, INVALID, DECIDES), ("mil-string-nan", "obd.mil_on", "NaN", INVALID, DECIDES),
    ("communication-padded", "obd.communication", " OK\0\0", PASS, FLAGS),
    ("communication-one-text", "obd.communication", "1", PASS, FLAGS),
    ("communication-no-wide", "obd.communication", "０", FAIL, FLAGS),
    ("communication-timeout", "obd.communication", "超时", INVALID, DECIDES),
    ("communication-na", "obd.communication", "N/A", NOTHING_SAID, "docs/upload.md, obd.communication is answered"),
    ("tampered-suspected", "obd.tampered", "疑似", INVALID, DECIDES),
    ("tampered-no-word", "obd.tampered", "否", PASS, FLAGS),
    ("exterior-padded", "exterior.verdict", "pass\0\0", PASS, WORDS),
    ("exterior-wide", "exterior.verdict", "ｐａｓｓ", PASS, WORDS),
    ("exterior-parted", "exterior.verdict", "合 格", INVALID, DECIDES),
    ("exterior-both", "exterior.verdict", "合格/不合格", INVALID, DECIDES),
    ("exterior-to-be-checked", "exterior.verdict", "待复核", INVALID, DECIDES),
    ("smoke-no-word", "exterior.items.visible_smoke", "否", PASS, FLAGS),
    ("smoke-little", "exterior.items.visible_smoke", "轻微", INVALID, DECIDES),
    ("fuel-padded", "vehicle.fuel", " 汽油\u3000", PASS, WORDS), ("fuel-upper", "vehicle.fuel", "GASOLINE",
    PASS, WORDS),
    ("fuel-either", "vehicle.fuel", "汽油/柴油", INVALID, DECIDES), ("fuel-true", "vehicle.fuel", True, INVALID,
    DECIDES),
    ("readiness-padded-names", "obd.readiness_incomplete", ["催化器", "催化器 ", "催化器\0", " 催化器"], PASS, ITEMS),
    ("readiness-numbers", "obd.readiness_incomplete", [0, 0, 0], UNREAD, DECIDES),
    ("readiness-flags", "obd.readiness_incomplete", [True, True, True], UNREAD, DECIDES),
    ("readiness-lists", "obd.readiness_incomplete", [["EGR"], ["催化器"], ["氧传感器"]], UNREAD, DECIDES),
    ("readiness-empty", "obd.readiness_incomplete", [], PASS, ITEMS),
    ("readiness-nul-within", "obd.readiness_incomplete", ["E\0GR", "催化器", "氧传感器"], UNREAD, NOTHING),
    ("readiness-dash-among", "obd.readiness_incomplete", ["EGR", "-", "催化器", "N/A", "氧传感器"], NOT_READY, ITEMS),
    ("owner-ctrl-z", "vehicle.owner.name", "某车主\x1a", TAKEN, NOTHING),
    ("owner-delete", "vehicle.owner.name", "某\x7f车主", LEFT_OUT, NOTHING),
    ("owner-next-line", "vehicle.owner.name", "某\x85车主", LEFT_OUT, NOTHING),
    ("inspector-nothing", "people.inspector", "N/A\0\0", {"status": (201, 422), "replay": True}, NOTHING),
    ("name-control-deep", "vendor", {"deep": [{"na\x01me": 1}]}, REFUSED, NOTHING),
    ("name-delete-deep", "vendor", [[{"a\x7f": 1}]], REFUSED, NOTHING),
    ("names-many-deep", "vendor", {"deep": {f"n{i}": i for i in range(257)}}, REFUSED, NOTHING),
    ("value-nul-deep", "vendor", {"deep": [["a\0b", "c\0"], {"x": "\0"}]}, READABLE, "contract, unknown keys"),
    ("ecu-vin-none-word", "obd.ecus.0.vin", "NONE", PASS | {"no_finding": ["obd-vin-differs"]}, NOTHING),
    ("ecu-vin-wide-blanks", "obd.ecus.0.vin", "\u3000" * 17, PASS | {"no_finding": ["obd-vin-differs"]}, NOTHING),
    ("ecu-vin-nines", "obd.ecus.0.vin", "9" * 17, PASS | {"no_finding": ["obd-vin-differs"]}, NOTHING),
    ("ecu-vin-ff-head", "obd.ecus.0.vin", lambda v: "\xff\xff" + v, PASS | {"no_finding":
    ["obd-vin-differs"]}, NOTHING),
    ("calid-ff-head", "obd.ecus.0.calid", "\xff\xffLQ7150A-E100", TAKEN, NOTHING),
    ("cvn-nul-only", "obd.ecus.0.cvn", "\0" * 8, TAKEN, NOTHING),
    ("fee-rounds-down", "fee_yuan", "99999999.994", TAKEN, MONEY),
    ("fee-rounds-into", "fee_yuan", "99999999.995", LEFT_OUT, MONEY),
    ("fee-minus-zero", "fee_yuan", "-0", TAKEN, MONEY),
    ("fee-wide-digits", "fee_yuan", "９０", LEFT_OUT, MONEY), ("fee-arabic-digits", "fee_yuan", "٩٠", LEFT_OUT, MONEY),
    ("fee-parted", "fee_yuan", "90 .00", LEFT_OUT, MONEY), ("fee-two-points", "fee_yuan", "9.0.0", LEFT_OUT, MONEY),
    ("fee-object", "fee_yuan", {"yuan": 90}, LEFT_OUT, MONEY), ("fee-huge-number", "fee_yuan", 10**30, LEFT_OUT, MONEY),
    ("fee-many-digits", "fee_yuan", "0." + "9" * 60, LEFT_OUT, MONEY),
    ("fee-point-alone", "fee_yuan", ".", LEFT_OUT, MONEY),
    ("odometer-2-31", "vehicle.odometer_km", 2**31, READABLE, MONEY),
    ("odometer-text", "vehicle.odometer_km", "１２３", READABLE, MONEY),
    ("mass-negative", "vehicle.max_mass_kg", -1, READABLE, MONEY),
    ("mass-10-400", "vehicle.max_mass_kg", 10**400, READABLE, MONEY),
    ("rated-speed-infinite", "vehicle.rated_speed_rpm", "Infinity", READABLE, MONEY),
    ("sequence-fraction", "sequence", 1.5, READABLE, "contract 2"),
    ("time-seconds", "started_at", 1764547200, MALFORMED_TIME, "contract, times are ISO 8601 with offset"),
    ("time-seconds-text", "started_at", "1764547200", MALFORMED_TIME, "contract, times are ISO 8601 with offset"),
    ("time-no-offset", "started_at", "2026-11-30 10:00:00", MALFORMED_TIME, "contract, times are ISO 8601 with offset"),
    ("time-true", "started_at", True, MALFORMED_TIME, "contract, times are ISO 8601 with offset"),
    ("time-hour-24", "started_at", "2026-11-30T24:00:00+08:00", MALFORMED_TIME, "contract, times are ISO 8601"),
]  # fmt: skip
DAY: list[tuple[str, Any, str | None]] = [
    ("year-dot-digits", "2016.111", None), ("one-digit-month", "2019-5-1", THE_DAY),
    ("mixed-signs", "2019/05-01", None),
    ("hour-24-of-day", "2019-05-01T24:00:00", None), ("afternoon-utc", "2019-05-01T16:00:00Z", "2019-05-02"),
    ("wide-digits", "２０１９-０５-０１", THE_DAY), ("seconds", "1556668800", None),
    ("seconds-number", 1556668800, None),
    ("week", "2019-W18-3", None), ("stamp", "20190501080000", THE_DAY),
    ("fraction", "2019-05-01 08:00:00.123", THE_DAY),
    ("chinese-midnight", "2019年05月01日 00:00", THE_DAY), ("day-first", "01-05-2019", None),
    ("nine-digits", "201905011", None),
    ("six-digits", "201905", None), ("offset-alone", "2019-05-01+08:00", None), ("true", True, None), ("list",
    ["2019-05-01"], None),
    ("excel-zero", "1899-12-30", None), ("net-zero", "0001-01-01T00:00:00", None), ("unix-zero", "0", None),
]  # fmt: skip
PLAIN_BYTES = "docs/vehicles.md, NDJSON in UTF-8, UTF-16 or GBK / GB 18030 with or without BOM"
NDJSON = (
    '{"vin":"{vin}","plate":"{plate}","owner_name":"覃某"}\n'
    '{"vin":"{vin2}","plate":"{plate2}","owner_name":"韦某"}\n'
)


def _put(name: str, field: str, value: Any, right: dict[str, Any], clause: str) -> Case:
    shown = "of another form" if callable(value) else repr(value)[:60]
    return Case(f"more-{name}", f"{field} = {shown}", clause, (Upload(right, put={field: value}),))


def _day(how: str, value: Any, day: str | None) -> Case:
    right = {"status": 201, "record": {"vehicle.first_registered_on": day}}
    return _put(f"day-{how}", "vehicle.first_registered_on", value, right, DAYS)


def _file(name: str, says: str, right: dict[str, Any], clause: str = LIST, **table: Any) -> Case:
    return Case(f"more-list-{name}", says, clause, (Table(right, **({"text": PLAIN} | table)),))


def _cell(column: str, how: str, value: str, kept: Any, clause: str = LIST) -> Case:
    fields = kept if kept is None or isinstance(kept, dict) else {column: kept}
    name = f"more-list-{column.replace('_', '-')}-{how}"
    return Case(name, f"{column} {value[:40]!r}", clause, (Row(column, value, fields),))


CASES = [
    *(_put(*each) for each in PUT),
    *(_day(*each) for each in DAY),
    *(_file(f"ndjson-{how}", f"NDJSON in {how}", BOTH, PLAIN_BYTES, file="v.ndjson", text=NDJSON, **more)
      for how, more in {
          "gbk": {"encoding": "gbk"}, "gb18030": {"encoding": "gb18030"}, "ctrl-z": {"tail": b"\x1a"},
          "nul-tail": {"tail": b"\0" * 64}, "utf-16-be-mark": {"encoding": "utf-16-be", "head": b"\xfe\xff"},
      }.items()),
    _file("ndjson-cut", "a line that is cut off", FILE_REFUSED | {"kept": {" 2": None}}, WHOLE,
          file="v.ndjson", text=NDJSON.replace('"韦某"}', '"韦')),
    _file("ndjson-list", "a line that is no object", FILE_REFUSED, WHOLE, file="v.ndjson",
          text='{"vin":"{vin}","plate":"{plate}"}\n["{vin2}","{plate2}"]\n'),
    _file("utf-32", "in no promised encoding", FILE_REFUSED | {"exit": (1, 2)}, encoding="utf-32"),
    _file("nul-tail", "NULs at the end are no row", BOTH, tail=b"\0" * 512),
    _file("comma-lines", "lines of separators are no rows", BOTH, text=PLAIN + ",,\n,,\n,,\n"),
    _file("comma-lines-between", "a line of separators between", BOTH, text=PLAIN.replace("覃某\n", "覃某\n,,\n")),
    _file("heading-wide", "a heading twice, once in capitals", FILE_REFUSED, WHOLE,
          text="vin,plate,owner_name,owner_name\n{vin},{plate},覃某,韦某\n"),
    _file("quote-open-first", "a quote never closed, in the first row", FILE_REFUSED | {"kept": {"": None, " 2": None}},
          WHOLE, text=PLAIN.replace("覃某", '"覃某')),
    _file("ods", "an ending of another office", FILE_REFUSED, "docs/errors.md, unknown-format", file="v.ods"),
    _file("xlsm", "a workbook with macros", FILE_REFUSED, "docs/errors.md, unknown-format", file="v.xlsm"),
    _file("zip", "an archive", FILE_REFUSED, "docs/errors.md, unknown-format", file="v.zip"),
    *(_cell("owner_name", how, value, None, WHOLE) for how, value in [
        ("num-error", "#NUM!"), ("null-error", "#NULL!"), ("not-available-lower", "#n/a")]),
    _cell("owner_phone", "shortened-no-plus", "1.38E10", None, WHOLE),
    _cell("owner_phone", "point-nought", "13800000000.0", "13800000000", WHOLE),
    *(_cell("first_registered_on", how, value, None) for how, value in [
        ("seven-digits", "2015112"), ("year-dot-digits", "2016.111"), ("mixed-signs", "2015/03-02"),
        ("week", "2015-W10-1"), ("excel-zero", "1899-12-30"), ("hashes", "########"), ("month-only", "2015-03")]),
    _cell("first_registered_on", "wide-digits", "２０１５-０３-０２", "2015-03-02"),
    *(_cell("max_mass_kg", how, value, None) for how, value in [
        ("wide-digits", "１５８０kg"), ("shortened", "1.58E+3"), ("underscore", "1_580"), ("hex", "0x62C")]),
    *(_cell("status", how, value, kept) for how, value, kept in [
        ("g", "G", "active"), ("q", "Q", "active"), ("gq", "GQ", "active"), ("lower-b", "b", "moved_out"),
        ("scrapped-code", "scrapped", "scrapped"), ("question", "?", None), ("letter-and-word", "A正常", None)]),
    *(_cell("fuel", how, value, kept) for how, value, kept in [
        ("o", "O", ""), ("q", "Q", ""), ("both-words", "汽油和柴油", None), ("lower-b", "b", "diesel")]),
    _file("formula-tab", "a tab before = is no formula either", ONE | {"exit": (0,)}, "SECURITY.md, no cell is run",
          text='vin,plate,owner_name\n{vin},{plate},"\t=1+1"\n'),
]  # fmt: skip
