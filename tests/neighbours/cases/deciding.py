"""Flags, verdicts, fuels and readiness items in the notations of real software."""

from __future__ import annotations

from typing import Any

from neighbours.case import DROP, FAIL, PASS, UNREAD, Case, Upload

FLAGS = "docs/upload.md, Yes and no"
DECIDES = "docs/upload.md, What decides is never guessed; contract 8"
WORDS = "docs/upload.md, Verdicts, Fuels"
ITEMS = "docs/upload.md, What decides: items of readiness_incomplete; fact sheet 1.9: more than two"
INVALID = {"status": 201, "verdict": "invalid", "reason": ("answer-unreadable",)}
NOT_READY = {"status": 201, "verdict": "not_ready"}

# field → (value, right answer)
MESSAGES: dict[str, list[tuple[str, Any, dict[str, Any], str]]] = {
    "obd.mil_on": [
        ("yes-word", "是", FAIL, FLAGS), ("lit", "亮", FAIL, FLAGS), ("activated", "已激活", FAIL, FLAGS),
        ("on-upper", "ON", FAIL, FLAGS), ("y-padded", "  y ", FAIL, FLAGS), ("true-nul", "true\0\0", FAIL, FLAGS),
        ("true-mixed-case", "TrUe", FAIL, FLAGS), ("real-word", "真", FAIL, FLAGS), ("one-text", "1", FAIL, FLAGS),
        ("one-float", 1.0, UNREAD, FLAGS), ("full-width-t", "Ｔ", UNREAD, DECIDES), ("off-word", "熄灭", PASS, FLAGS),
        ("zero", 0, PASS, FLAGS), ("f-lower", "f", PASS, FLAGS), ("not-lit", "未点亮", PASS, FLAGS),
        ("tick", "√", INVALID, DECIDES), ("normal", "正常", INVALID, FLAGS), ("two", 2, INVALID, DECIDES),
        ("list", [], UNREAD, DECIDES), ("object", {"on": False}, UNREAD, DECIDES),
        ("yes-and-more", "是?", INVALID, DECIDES), ("minus-one", -1, INVALID, DECIDES),
    ],
    "obd.communication": [
        ("failed-word", "失败", FAIL, FLAGS), ("unconnected", "未连接", FAIL, FLAGS), ("ng", "ng", FAIL, FLAGS),
        ("cross", "×", FAIL, FLAGS), ("success", "成功", PASS, FLAGS), ("tick", "✓", PASS, FLAGS),
        ("same-word", "一致", INVALID, FLAGS),
    ],
    "obd.mil_lamp_ok": [
        ("abnormal", "异常", FAIL, FLAGS), ("good", "良好", PASS, FLAGS), ("lit", "亮", INVALID, FLAGS),
    ],
    "obd.dashboard_matches": [
        ("differs", "不相符", FAIL, FLAGS), ("agrees", "一致", PASS, FLAGS), ("has", "有", INVALID, FLAGS),
    ],
    "exterior.items.devices_present": [
        ("lacking", "缺失", FAIL, FLAGS), ("none", "无", FAIL, FLAGS), ("complete", "齐全", PASS, FLAGS),
        ("lit", "亮", INVALID, FLAGS),
    ],
    "exterior.items.visible_smoke": [
        ("has", "有", FAIL, FLAGS), ("has-not", "没有", PASS, FLAGS), ("qualified", "合格", INVALID, FLAGS),
        ("tick", "√", INVALID, FLAGS),
    ],
    "obd.tampered": [
        ("exists", "存在", FAIL, FLAGS), ("does-not", "不存在", PASS, FLAGS), ("on", "on", INVALID, FLAGS),
    ],
    "exterior.verdict": [
        ("unqualified", "不合格", FAIL, WORDS), ("not-through", "未通过", FAIL, WORDS), ("cross", "×", FAIL, WORDS),
        ("false", False, FAIL, WORDS), ("through", "通过", PASS, WORDS), ("true", True, PASS, WORDS),
        ("digit", "1", INVALID, WORDS), ("number", 1, INVALID, WORDS), ("zero", 0, UNREAD, WORDS),
        ("upper-fail", "FAIL", UNREAD, WORDS), ("perhaps", "基本合格", INVALID, DECIDES),
    ],
    "vehicle.fuel": [
        ("chinese", "汽油", PASS, WORDS), ("letter", "A", PASS, WORDS), ("diesel-in-asm", "柴油", UNREAD, WORDS),
        ("diesel-letter-in-asm", "B", UNREAD, WORDS), ("unheard-of", "kerosene", INVALID, DECIDES),
        ("number", 92, INVALID, DECIDES),
    ],
    "obd.readiness_incomplete": [
        ("repeated", ["EGR", "EGR", "EGR"], PASS, ITEMS),
        ("repeated-padded", ["EGR ", " EGR", "EGR\0\0"], PASS, ITEMS),
        ("placeholders", ["-", "N/A", "  ", "null"], PASS, ITEMS),
        ("null-items", [None, "EGR", "催化器"], PASS, ITEMS),
        ("three-in-one", ["EGR,催化器,氧传感器"], NOT_READY, ITEMS),
        ("two-and-one", ["EGR,催化器", "氧传感器"], NOT_READY, ITEMS),
        ("as-text", "EGR,催化器,氧传感器", UNREAD, ITEMS), ("count", 3, UNREAD, DECIDES),
        ("object", {"EGR": 0, "催化器": 0, "氧传感器": 0}, UNREAD, DECIDES),
    ],
    "ambient.temperature_c": [
        ("word", "冷", UNREAD, DECIDES), ("nan", "NaN", UNREAD, DECIDES), ("infinity", "Infinity", UNREAD, DECIDES),
    ],
    "trace.columns.co_pct": [
        ("all-nan", lambda column: ["NaN"] * len(column), UNREAD, DECIDES),
        ("all-na", lambda column: ["#N/A"] * len(column), UNREAD, DECIDES),
        ("all-dash", lambda column: ["-"] * len(column), UNREAD, "docs/dialects.md, a missing sample"),
        ("all-true", lambda column: [True] * len(column), UNREAD, DECIDES),
        ("all-huge", lambda column: [1e308] * len(column), UNREAD, DECIDES),
        ("one-short", lambda column: column[:-1], {"status": 422, "path": "$.trace.columns.co_pct"}, "docs/api.md"),
        ("no-list", lambda column: 0.1, UNREAD, DECIDES),
    ],
    "trace.columns.phase": [
        ("mistyped", lambda column: [p.replace("sample", "sampel") for p in column], UNREAD, DECIDES),
        ("numbers", lambda column: [2 if "sample" in p else 0 for p in column], UNREAD, DECIDES),
        ("gone", DROP, UNREAD, DECIDES),
    ],
}  # fmt: skip


def _message(field: str, name: str, value: Any, right: dict[str, Any], clause: str) -> Case:
    last = field.rsplit(".", 1)[-1].replace("_", "-")
    says = f"{field} = {'a column of its own' if callable(value) else 'left out' if value is DROP else repr(value)}"
    return Case(f"{last}-{name}", says, clause, (Upload(right, put={field: value}),))


def _dialect(name: str, dialect: str, edit: tuple[str, str], right: dict[str, Any], clause: str) -> Case:
    return Case(name, f"{dialect}: {edit[1]!r}", clause, (Upload(right, base=dialect, edit=(edit,)),))


UNKNOWN = "docs/dialects.md, a code that a map does not know"
CASES = [_message(field, *each) for field, many in MESSAGES.items() for each in many] + [
    _dialect("ini-mil-lit", "line-ini", ("MilOn=0", "MilOn=点亮"), FAIL, FLAGS),
    _dialect("ini-mil-tick", "line-ini", ("MilOn=0", "MilOn=√"), UNREAD, DECIDES),
    _dialect("ini-communication-word", "line-ini", ("Communication=1", "Communication=失败"), FAIL, FLAGS),
    _dialect("ini-readiness", "line-ini", ("NotReady=", "NotReady=EGR,催化器,氧传感器"), NOT_READY, ITEMS),
    _dialect("ini-exterior-nine", "line-ini", ("Pass=1\nDev", "Pass=9\nDev"), UNREAD, UNKNOWN),
    _dialect("ini-method-unknown", "line-ini", ("=WT", "=XX"), {"status": 422, "says": "TestType"}, UNKNOWN),
    _dialect(
        "ini-kind-unknown",
        "line-ini",
        ("TestKind=1", "TestKind=7"),
        {"status": 422, "says": "TestKind"},
        UNKNOWN,
    ),
    _dialect(
        "csv-method-short", "line-csv", ("稳态工况", "稳态"), {"status": 422, "says": "检测方法"}, UNKNOWN
    ),
    _dialect("csv-mil-lit", "line-csv", ("故障指示器点亮,0", "故障指示器点亮,亮"), FAIL, FLAGS),
    _dialect("csv-exterior-perhaps", "line-csv", ("检验结果,合格", "检验结果,基本合格"), UNREAD, UNKNOWN),
    _dialect("xml-smoke-word", "hj1238", ("<VisibleSmoke>0", "<VisibleSmoke>有"), FAIL, FLAGS),
    _dialect("xml-mil-unknown", "hj1238", ("<MilOn>0", "<MilOn>不详"), UNREAD, DECIDES),
    _dialect("xml-fuel-unknown", "hj1238", ("<FuelType>A", "<FuelType>K"), UNREAD, UNKNOWN),
]
