"""Which vehicle it was: plates and VINs as people and control units write them."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from neighbours.case import HOME, PASS, Call, Car, Case, Table, Upload

FORM = "docs/upload.md, Plate, VIN: one normal form"
NOTHING = "docs/upload.md, what names nothing is left empty"
MALFORMED = (
    "docs/upload.md, a plate that is none of GA 36 and a VIN that is not 17 letters and digits; fact sheet P"
)
FAILED = {"status": 201, "verdict": "fail", "case": True, "notice": True}
SHUT = {"status": 403, "code": "no-repair-record"}
FULL = {c: chr(ord(c) + 0xFEE0) for c in map(chr, range(0x21, 0x7F))}


def wide(text: str) -> str:
    return "".join(FULL.get(c, c) for c in text)


def parted(text: str, sign: str, at: int = 2) -> str:
    return text[:at] + sign + text[at:]


WRITINGS: dict[str, Any] = {
    "dot": lambda p: parted(p, "·"),
    "bullet": lambda p: parted(p, "•"),
    "hyphenation-point": lambda p: parted(p, "‧"),
    "katakana-dot": lambda p: parted(p, "・"),
    "hyphen": lambda p: parted(p, "-"),
    "underscore": lambda p: parted(p, "_"),
    "full-stop": lambda p: parted(p, "."),
    "zero-width": lambda p: parted(p, "\u200b", 4),
    "byte-order-mark": lambda p: "\ufeff" + p,
    "no-break-blank": lambda p: parted(p, "\u00a0"),
    "wide-blank": lambda p: parted(p, "\u3000", 3),
    "tab": lambda p: p + "\t",
    "nul-tail": lambda p: p + "\0\0\0",
    "ff-tail": lambda p: p + "\xff\xff\xff",
    "ff-head": lambda p: "\xff\xff" + p,
    "lower": str.lower,
    "full-width": wide,
    "all-at-once": lambda p: f" {parted(wide(p.lower()), '・', 2)}\u200b ",
}
"""One and the same plate or VIN, otherwise written."""


def _same(field: str, how: str) -> Case:
    """A failed run, then a pass that names the vehicle by the other writing alone: the gate stays shut."""
    name = f"{field}-{how}"
    other = "plate" if field == "vin" else "vin"
    written = WRITINGS[how](getattr(Car(name), field))
    second = {f"vehicle.{field}": written, f"vehicle.{other}": None, "obd.ecus.0.vin": None}
    steps = (Upload(FAILED, base="fail"), Upload(SHUT, put=second, name="2"))
    return Case(name, f"{field} written {written!r} is no other vehicle", FORM, steps)


def _two_cars(field: str, how: str, value: str) -> Case:
    """Two cars that both say nothing of the field: the second is not the first."""
    put = {f"vehicle.{field}": value, "obd.ecus.0.vin": None}
    right = PASS | {"no_finding": [f"{field}-malformed"]}
    name = f"{field}-nothing-{how}"
    steps = (Upload(FAILED, base="fail", put=put), Upload(right, put=put, car=f"{name} 2", name="2"))
    return Case(name, f"two cars with {field} {value!r} are two cars", NOTHING, steps)


def _one(name: str, says: str, clause: str, put: dict[str, Any], right: dict[str, Any]) -> Case:
    return Case(name, says, clause, (Upload(right, put=put),))


def _form(plate: str, malformed: bool, colour: str = "blue") -> Case:
    kind = "finding" if malformed else "no_finding"
    put = {"vehicle.plate": plate, "vehicle.plate_colour": colour}
    right = {"status": 201, kind: ["plate-malformed"]}
    return _one(
        f"plate-form-{plate}", f"{plate} is {'no' if malformed else 'a'} plate", MALFORMED, put, right
    )


def _ecu(how: str, value: Any, differs: bool = False) -> Case:
    kind = "finding" if differs else "no_finding"
    name = f"ecu-vin-{how}"
    written = value(Car(name).vin) if callable(value) else value
    right = {"status": 201, kind: ["obd-vin-differs"]} | ({} if differs else {"verdict": "pass"})
    says = f"{written!r} from the control unit is {'another VIN' if differs else 'no other VIN'}"
    return _one(name, says, f"{FORM}; fact sheet 10: blank is not a fail", {"obd.ecus.0.vin": written}, right)


def _unit(field: str, how: str, value: str) -> Case:
    right = {"status": 201, "verdict": "pass", "no_finding": ["field-unreadable"]}
    return _one(f"{field}-{how}", f"{field} {value!r}", NOTHING, {f"obd.ecus.0.{field}": value}, right)


def _asked(how: str) -> Case:
    name = f"asked-{how}"
    plate = quote(WRITINGS[how](Car(name).plate))
    shut = {"status": 200, "has": {"allowed": False}, "reason": ("no-repair-record",)}
    path = f"/api/v1/retest-permit?plate={plate}&station={HOME}"
    steps = (Upload(FAILED, base="fail"), Call("GET", path, shut))
    return Case(name, "a question asks for the same vehicle", "docs/api.md, Plates and VINs", steps)


def _known(name: str, says: str, put: dict[str, Any], right: dict[str, Any]) -> Case:
    """Two vehicles of the police list; then a run."""
    entered = Table(
        {"entered": 2, "rejected": 0},
        text="vin,plate,fuel\n{vin},{plate},gasoline\n{vin2},{plate2},gasoline\n",
    )
    return Case(name, says, "docs/upload.md, Which vehicle", (entered, Upload(right, put=put)))


def _off(vin: str) -> str:
    return vin[:-1] + ("1" if vin[-1] != "1" else "2")


DOUBTFUL = {"status": 201, "has": {"counts": "nothing", "counts_why": "identity-doubtful"}}
SECOND = Car("plate-of-another 2")
CASES = [
    *(_same("plate", how) for how in WRITINGS),
    *(_same("vin", how) for how in ("hyphen", "lower", "zero-width", "nul-tail", "full-width", "all-at-once",
        "no-break-blank", "ff-tail", "ff-head")),
    *(_asked(how) for how in ("dot", "lower", "full-width", "zero-width")),
    *(
        _two_cars("vin", how, value)
        for how, value in [
            ("word", "无"), ("na", "N/A"), ("na-lower", "n/a"), ("null", "null"), ("unknown", "未知"),
            ("zeros", "0" * 17),
            ("ones", "1" * 17), ("full-width-dash", "－"), ("dashes", "-----------------"), ("stars", "*" * 17),
        ]
    ),
    *(
        _two_cars("plate", how, value)
        for how, value in [("word", "无号牌"), ("unknown", "未知"), ("zeros", "0000000"), ("na", "Ｎ／Ａ"),
                           ("blank", "\u3000")]
    ),
    *(_form(plate, True) for plate in ("桂B1I345", "桂BO1234", "桂I12345", "桂B1234", "新G63263气", "TEST试验车",
                                          "B12345")),
    _form("浙A1234学", False, "yellow"), _form("桂BD12345", False, "green"), _form("桂BF12345", False, "green"),
    _form("桂B12345D", False, "yellow_green"),
    _one("vin-letter-o", "O is no letter of a VIN", MALFORMED, {"vehicle.vin": "LNBSCHAA0RCO12345"},
         {"status": 201, "finding": ["vin-malformed"]}),
    _one("vin-short", "16 characters are no VIN", MALFORMED, {"vehicle.vin": "LNBSCHAA0RC01234"},
         {"status": 201, "finding": ["vin-malformed"]}),
    _one("vin-check-digit", "another check digit is a doubt, not an error", MALFORMED,
         {"vehicle.vin": "LNBSCHAA0RC700001", "obd.ecus.0.vin": None},
         PASS | {"finding": ["vin-check-digit"], "no_finding": ["vin-malformed"]}),
    _one("no-name-at-all", "a run without plate and VIN proves nothing", "docs/upload.md, What a test counts for",
         {"vehicle.vin": "-", "vehicle.plate": "无号牌", "obd.ecus.0.vin": "\0" * 17},
         {"status": 201, "has": {"counts": "nothing", "counts_why": "vehicle-unidentified"}}),
    _ecu("ff", "\xff" * 17), _ecu("nul", "\0" * 17), _ecu("zeros", "0" * 17), _ecu("na", "N/A"),
    _ecu("blank", " " * 17),
    _ecu("full-width-dash", "－"), _ecu("lower", str.lower), _ecu("nul-tail", lambda v: v + "\0\0\0"),
    _ecu("nul-head", lambda v: "\0\0\0" + v), _ecu("hyphens", lambda v: parted(v, "-", 9)), _ecu("full-width", wide),
    _ecu("one-off", _off, differs=True),
    _unit("calid", "ff-tail", "LQ7150A-E100\xff\xff\xff\xff"), _unit("calid", "nul-only", "\0" * 16),
    _unit("calid", "na", "N/A"), _unit("calid", "nul-head", "\0\0LQ7150A-E100"),
    _unit("cvn", "blanks", "  F8A8184E  "), _unit("cvn", "dash", "-"), _unit("cvn", "ff", "\xff" * 8),
    _known("plate-of-another", "the plate of one car with the VIN of another", {"vehicle.plate": SECOND.plate},
        DOUBTFUL),
    _known("vin-one-off", "one sign off a known VIN, under its plate", {"vehicle.vin": _off, "obd.ecus.0.vin": None},
        DOUBTFUL),
    _known("ecu-of-another", "the control unit of another known car", {"obd.ecus.0.vin": Car("ecu-of-another 2").vin},
        DOUBTFUL),
    _known("vin-missing", "a known car without its VIN is only a finding", {"vehicle.vin": "-", "obd.ecus.0.vin": None},
           PASS | {"finding": ["vin-missing"], "has": {"counts": "cycle"}}),
    _known("fuel-by-register", "the register's word stands in for a fuel", {"vehicle.fuel": "kerosene"}, PASS),
]  # fmt: skip
