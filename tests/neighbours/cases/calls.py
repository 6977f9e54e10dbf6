"""Calls that came later than uploads (complaints, alerts, opening hours, papers of a station, questions with a day or a
moment): bodies, days and moments are read there as everywhere."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from neighbours.case import Call, Case

BODY = "docs/upload.md, any encoding of dialects is read, a name given twice is refused; docs/api.md, 400, 415, 422"
NOTHING = "docs/upload.md, Nothing: control characters, names, levels"
DAYS = "docs/upload.md, Days: what may be two days is none; a moment is the day in China"
MOMENTS = "contract, times are ISO 8601; docs/api.md, Days and moments of a call"
FORM = "docs/api.md: every error is problem+json"
PROBLEM = {"type": "application/problem+json"}
TAKEN: dict[str, Any] = {"status": 201}
TWICE = PROBLEM | {"status": 422, "code": "given-twice"}
NOT_JSON = PROBLEM | {"status": 400, "code": "malformed-json"}
ENVIRONMENT, POLICE, MARKET = "450200-environment", "450200-police", "450200-market"
SMOKE: dict[str, Any] = {
    "category": "smoky_vehicle", "place": "450203", "text": "一辆红色货车冒黑烟，味道很大",
    "address": "飞鹅路与跃进路口", "answers": {"plate": "桂B12345", "kind": "truck"},
}  # fmt: skip
WRITTEN = json.dumps(SMOKE, ensure_ascii=False)
ALERT: dict[str, Any] = {
    "level": "orange", "since": "2027-03-10T18:00:00+08:00", "until": "2027-03-12T18:00:00+08:00",
    "rules": [{"everywhere": True, "except": ["electric", "emergency"], "odd_even": True}],
}  # fmt: skip
PLATE = quote("桂B12345")


def _wrong(path: str, status: int = 422) -> dict[str, Any]:
    return PROBLEM | {"status": status, "path": path}


def _told(
    how: str, says: str, body: bytes | str, right: dict[str, Any], clause: str = BODY, **more: Any
) -> Case:
    sent = body if isinstance(body, bytes) else body.encode()
    step = Call("POST", "/api/v1/public/complaints", right, body=sent, sender=None, **more)
    return Case(f"call-told-{how}", says, clause, (step,))


def _with(**change: Any) -> str:
    return json.dumps(SMOKE | change, ensure_ascii=False)


def _posted(
    how: str, path: str, by: str, body: dict[str, Any], right: dict[str, Any], clause: str = MOMENTS
) -> Case:
    step = Call("POST", f"/api/v1/{path}", right, body=json.dumps(body).encode(), sender=by)
    return Case(f"call-{how}", f"{path} {json.dumps(body, ensure_ascii=False)[:60]}", clause, (step,))


def _asked(how: str, path: str, by: str | None, right: dict[str, Any], clause: str = MOMENTS) -> Case:
    return Case(
        f"call-{how}", f"GET {path}"[:90], clause, (Call("GET", f"/api/v1/{path}", right, sender=by),)
    )


NO_MOMENT = {"seven-digits": "2015112", "seconds": "1764547200", "dots": "2016.111", "year-one": "0001-01-01T00:00:00Z",
             "year-9999": "9999-12-31T23:59:59-14:00", "hour-24": "2026-12-01T24:00:00+08:00",
             "word": quote("昨天"), "blank": "%20"}  # fmt: skip
GATES = {
    "permit": (f"retest-permit?plate={PLATE}&station=450203001", "450203001"),
    "mark": (f"gates/inspection-mark?plate={PLATE}", ENVIRONMENT),
    "registration": ("gates/registration?fuel=diesel", POLICE),
    "lines": ("lines?station=450203001", ENVIRONMENT),
}
CASES = [
    _told("plain", "as the form says it (so that the others can fail)", WRITTEN, TAKEN),
    *(_told(how, f"in {how}", WRITTEN.encode(how), TAKEN)
      for how in ("utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gbk", "gb18030")),
    _told("nul-tail", "NUL and Ctrl-Z at the end", WRITTEN.encode() + b"\x1a\0\0\0", TAKEN),
    _told("utf-32", "in no promised encoding", WRITTEN.encode("utf-32"), PROBLEM | {"status": (400, 422)}),
    _told("damaged", "UTF-8 that was hit", WRITTEN.encode().replace("红".encode(), b"\xe7\xba"),
          PROBLEM | {"status": (400, 422)}),
    _told("twice", "what happened, twice", WRITTEN[:-1] + ',"text":"另一段话，不知道哪个算数"}', TWICE),
    _told("twice-same", "twice with one value", WRITTEN[:-1] + ',"place":"450203"}', TWICE),
    _told("twice-within", "an answer twice", WRITTEN.replace('"kind"', '"plate":"桂B00000","kind"'), TWICE),
    _told("twice-escaped", "twice, once escaped", WRITTEN.replace('"kind"', '"pl\\u0061te":"桂B00000","kind"'), TWICE),
    _told("nul-within", "NUL within a text", _with(text="一辆红色货车\0冒黑烟"), _wrong("$.text"), NOTHING),
    _told("escape-within", "ESC within a text", _with(address="路口\x1b[31m"), _wrong("$.address"), NOTHING),
    _told("control-in-answer", "a control within an answer", _with(answers={"plate": "桂B\x0012345", "kind": "truck"}),
          _wrong("$.answers.plate"), NOTHING),
    _told("nul-at-end", "a text filled up with NUL", _with(address="飞鹅路\0\0\0"), TAKEN, NOTHING),
    _told("nul-name", "NUL in a name", _with(**{"a\0b": 1}), PROBLEM | {"status": 422}, NOTHING),
    _told("long-name", "a name of 65 signs", _with(**{"n" * 65: 1}), PROBLEM | {"status": 422}, NOTHING),
    _told("many-names", "257 names in one object", _with(x={f"n{i}": i for i in range(257)}),
          PROBLEM | {"status": 422}, NOTHING),
    _told("deep", "17 levels", WRITTEN[:-1] + ',"x":' + '{"a":' * 17 + "1" + "}" * 18, PROBLEM | {"status": 422},
          NOTHING),
    _told("very-deep", "100,000 levels", "[" * 100_000, NOT_JSON),
    _told("lone-surrogate", "half a sign", WRITTEN.replace("红色", "红\\ud83d色"), NOT_JSON),
    _told("lone-surrogate-answer", "half a sign in an answer", WRITTEN.replace("桂B12345", "\\udc00"), NOT_JSON),
    _told("bare-nan", "NaN", WRITTEN[:-1] + ',"latitude":NaN,"longitude":109.4}', NOT_JSON),
    _told("bare-infinity", "Infinity", WRITTEN[:-1] + ',"latitude":Infinity,"longitude":109.4}', NOT_JSON),
    _told("text-nan", "NaN as a text", _with(latitude="NaN", longitude=109.4), _wrong("$.latitude")),
    _told("text-inf", "inf as a text", _with(latitude=24.3, longitude="-inf"), _wrong("$.longitude")),
    _told("list", "a list", f"[{WRITTEN}]", NOT_JSON), _told("cut", "cut off", WRITTEN[:-1], NOT_JSON),
    _told("html", "a page", "<html></html>", NOT_JSON), _told("empty", "nothing", "", PROBLEM | {"status": (400, 422)}),
    _told("null", "null", "null", PROBLEM | {"status": (400, 422)}),
    _told("gzip", "compressed", WRITTEN, PROBLEM | {"status": 415}, headers={"Content-Encoding": "gzip"}),
    _told("multipart", "a form", WRITTEN, PROBLEM | {"status": 415},
          headers={"Content-Type": "multipart/form-data; boundary=x"}),
    _told("curl-type", "with the type that curl gives", WRITTEN, TAKEN,
          headers={"Content-Type": "application/x-www-form-urlencoded"}),
    *(_told(f"day-{how}", f"seen on {value!r}", _with(on=value), right, DAYS) for how, value, right in [
        ("utc-evening", "2026-11-29T16:00:00Z", TAKEN), ("slashes", "2026/11/29", TAKEN),
        ("chinese", "2026年11月29日", TAKEN), ("compact", "20261129", TAKEN), ("dots", "2026.11.29", TAKEN),
        ("seven-digits", "2026112", _wrong("$.on")), ("seconds", "1764547200", _wrong("$.on")),
        ("seconds-number", 1764547200, _wrong("$.on")), ("zero", 0, _wrong("$.on")), ("true", True, _wrong("$.on")),
        ("february-30", "2026-02-30", _wrong("$.on")), ("year-9999", "9999-12-31", _wrong("$.on")),
        ("american", "11/29/2026", _wrong("$.on")), ("list", [], _wrong("$.on")),
    ]),
    *(_posted(f"alert-{how}", "alerts", ENVIRONMENT, ALERT | {"since": value}, _wrong("$.since")) for how, value in [
        ("seven-digits", "2015112"), ("seconds", "1764547200"), ("seconds-number", 1764547200), ("true", True),
        ("year-one", "0001-01-01"), ("year-9999", "9999-12-31T23:59:59-14:00"), ("month-13", "2027-13-01"),
        ("word", "明天"), ("empty", ""),
    ]),
    _posted("alert-utc", "alerts", ENVIRONMENT, ALERT | {"since": "2027-03-10T10:00:00Z"}, TAKEN),
    *(_posted(f"hours-{how}", "opening-hours", "450203001",
              {"since": "2027-03-01", "hours": [{"opens": "08:00", "closes": value}]}, PROBLEM | {"status": 422})
      for how, value in [("offset", "12:00+08:00"), ("zulu", "12:00Z"), ("seconds", 43200), ("hour-24", "24:00"),
                         ("digits", "1200"), ("wide", "１２:００"), ("empty", "")]),
    *(_posted(f"paper-number-{how}", "parties/450203001/certificates", MARKET,
              {"kind": "cma", "number": value, "issuer": "广西市场监管局", "since": "2026-06-01",
              "until": "2032-06-01"},
              _wrong("$.number"), NOTHING)
      for how, value in [("escape", "CMA-\x1b[31m1"), ("nul", "CMA\x001"), ("delete", "CMA\x7f1")]),
    _posted("paper-until-9999", "parties/450203001/certificates", MARKET,
            {"kind": "cma", "number": "CMA-X", "issuer": "x", "since": "2026-06-01", "until": "9999-12-31"},
            _wrong("$.until"), DAYS),
    *(_posted(f"price-{how}", "prices", MARKET,
              {"place": "450200", "method": "ASM", "yuan": value, "since": "2027-03-01",
              "cite": "柳发改价格〔2027〕1号"},
              _wrong("$.yuan"), "docs/upload.md, Money")
      for how, value in [("exponent", "9e1"), ("plus", "+90"), ("underscore", "9_0"), ("wide", "９０"), ("nan", "NaN"),
                         ("inf", "Infinity"), ("tenths-of-a-cent", "90.001"), ("unit", "90元"), ("true", True),
                         ("huge", "9" * 60)]),
    *(_asked(f"{gate}-{how}", f"{path}&at={value}", by, _wrong("$.at"))
      for gate, (path, by) in GATES.items() for how, value in NO_MOMENT.items()),
    _asked("permit-compact", f"{GATES['permit'][0]}&at=20261201", "450203001",
           {"status": 200, "has": {"at": "2026-12-01T00:00:00+08:00"}}),
    _asked("permit-zulu", f"{GATES['permit'][0]}&at=2026-11-30T16:00:00Z", "450203001", {"status": 200}),
    *(_asked(f"figures-{how}", f"complaints/figures?until={value}", ENVIRONMENT, _wrong("$.until"), DAYS)
      for how, value in [("year-9999", "9999-12-31"), ("seconds", "0"), ("seven-digits", "2015112")]),
    _asked("conflict-before-law", "gates/conflict?party=450203001&on=1990-01-01", MARKET, PROBLEM | {"status": 404},
           "docs/errors.md, law-missing"),
    _asked("registration-no-place", f"gates/registration?fuel=diesel&place={quote('柳州')}", POLICE,
           PROBLEM | {"status": 422}, FORM),
    *(_asked(f"not-there-{how}", path, by, PROBLEM | {"status": (404, 422)}, FORM) for how, path, by in [
        ("complaint-nul", "complaints/A%00B", ENVIRONMENT), ("progress-nul", "public/complaints/A%00B", None),
        ("copy-huge", f"copies/{10**30}", ENVIRONMENT), ("proposal-huge", f"proposals/{2**63}", ENVIRONMENT),
        ("copy-file", "copies/1/files/..%2Fetc", ENVIRONMENT),
    ]),
    *(Case(f"call-not-allowed-{m.lower()}-{p.replace('/', '-')}", f"{m} {p}", FORM,
           (Call(m, f"/api/v1/{p}", PROBLEM | {"status": 405}, body=b"{}"),)) for m, p in [
        ("DELETE", "complaints"), ("PUT", "copies"), ("PATCH", "proposals/1"), ("PUT", "findings/1/evidence"),
        ("POST", "public/complaint-categories"), ("DELETE", "public/complaints/x/photos")]),
]  # fmt: skip
