"""What a case is: inputs declared as changes of a sound message or table, each with the one right answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

DROP = object()
"""Put in a field's place: the field is left out."""
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
_NUMBERS: dict[str, int] = {}
HOME = "450203001"
"""The demo's I-station that sends, where a step names no other."""

UNREAD = {"status": (201, 422), "verdict": ("fail", "invalid", "not_ready")}
"""What decides and cannot be read: its part is no pass, or the message is malformed."""
REFUSED = {"status": (400, 422), "type": "application/problem+json"}
PASS = {"status": 201, "verdict": "pass", "no_reason": ("answer-unreadable",)}
FAIL = {"status": 201, "verdict": "fail"}


@dataclass(frozen=True, slots=True)
class Car:
    """A vehicle that the demo does not know; the same name is the same vehicle."""

    name: str

    @property
    def number(self) -> int:
        return _NUMBERS.setdefault(self.name, len(_NUMBERS))

    @property
    def vin(self) -> str:
        """17 characters whose ninth is the check digit of GB 16735; no two are alike but for a sign."""
        return with_check_digit(f"LNBSCHAA0RC{self.number * 611_953 % 10**6:06d}")

    @property
    def plate(self) -> str:
        """Two letters, three digits: a form that the demo's own vehicles do not have."""
        letters, digits = divmod(self.number * 77_003 % (24 * 24 * 1000), 1000)
        return f"桂B{LETTERS[letters // 24]}{LETTERS[letters % 24]}{digits:03d}"


def with_check_digit(vin: str) -> str:
    values = dict(
        zip("ABCDEFGHJKLMNPRSTUVWXYZ", [*range(1, 9), *range(1, 6), 7, 9, *range(2, 10)], strict=True)
    )
    weights = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
    total = sum(w * (int(c) if c.isdigit() else values[c]) for w, c in zip(weights, vin, strict=True))
    return vin[:8] + "0123456789X"[total % 11] + vin[9:]


@dataclass(frozen=True, slots=True)
class Upload:
    """A message sent. ``base``: a sound one (`pass`, `fail`, `repair`, or a dialect's name); ``put``: dotted path →
    value; ``edit``: what is replaced in its text; then it is encoded between ``head`` and ``tail``."""

    right: Mapping[str, Any]
    base: str = "pass"
    put: Mapping[str, Any] = field(default_factory=dict)
    edit: Sequence[tuple[str, str]] = ()
    car: str = ""
    encoding: str = "utf-8"
    head: bytes = b""
    tail: bytes = b""
    to: str = "tests"
    sender: str = HOME
    headers: Mapping[str, str | None] = field(default_factory=dict)
    name: str = "1"
    """Of the message: its number follows from it, so that the same name is the same number."""


@dataclass(frozen=True, slots=True)
class Call:
    """A question or a call. ``{vin}``, ``{plate}`` and ``{no}`` in the path are those of ``car`` and its message."""

    method: str
    path: str
    right: Mapping[str, Any]
    body: bytes | None = None
    sender: str | None = HOME
    headers: Mapping[str, str | None] = field(default_factory=dict)
    car: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A list for ``imloop import vehicles``. ``{vin}`` and ``{plate}`` in a text are those of the case's vehicle, with
    of a second one,
    ``{lower}`` and ``{dotted}`` the first one's otherwise written; ``rows`` make a workbook. ``right``:
    ``entered``, ``rejected``, ``exit``; ``kept`` ({"" or " 2": fields | None}) in the export afterwards."""

    right: Mapping[str, Any]
    text: str = ""
    file: str = "vehicles.csv"
    encoding: str = "utf-8"
    head: bytes = b""
    tail: bytes = b""
    rows: Sequence[Sequence[object]] = ()
    made: str = ""
    """Another way of making the file (:mod:`neighbours.tables`): `gzip`, `cut`, `bomb` …"""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the one long list that is entered at the end, with VIN, plate and this cell. ``kept``: what the
    register then says; None: the row is refused."""

    column: str
    value: str
    kept: Mapping[str, str] | None


@dataclass(frozen=True, slots=True)
class Case:
    """``clause``: the document that decides the right answer."""

    name: str
    says: str
    clause: str
    steps: tuple[Upload | Call | Table | Row, ...]
