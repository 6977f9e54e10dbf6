"""Rows of the registers of parties from a file: each is entered or refused by itself, with its reason;
a block is one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from math import inf

from imloop.facts.codes import Method
from imloop.facts.days import day_in
from imloop.facts.digits import is_division
from imloop.facts.identifiers import is_number, parse_uscc
from imloop.facts.refusal import Conflict, Malformed, Refusal
from imloop.facts.text import Text
from imloop.steps.ground.access import Caller
from imloop.steps.ground.ledger import Ledger, writing
from imloop.steps.ground.rejected_row import Rejected, require_whole
from imloop.steps.vehicles.register.vehicle_row import COLUMNS as VEHICLE_COLUMNS
from imloop.store.models import Line, Party, PartyKind, Standing

Row = Mapping[str, str]


COLUMNS: dict[str, tuple[str, ...]] = {
    "stations": (
        "code",
        "name",
        "place",
        "uscc",
        "address",
        "phone",
        "longitude",
        "latitude",
        "since",
        "cite",
        "lines",
    ),
    "repairers": (
        "code",
        "name",
        "place",
        "uscc",
        "address",
        "phone",
        "longitude",
        "latitude",
        "since",
        "cite",
    ),
    "vehicles": VEHICLE_COLUMNS,
}
REQUIRED: dict[str, tuple[str, ...]] = {
    "stations": ("code", "name", "place", "since", "cite"),
    "repairers": ("code", "name", "place", "since", "cite"),
    "vehicles": (),
}


def enter_rows(kind: str, rows: Sequence[tuple[int, Row]], caller: Caller, now: datetime) -> list[Rejected]:
    """Enter a block of ``(row number, row)``. Returns what was refused; the rest is entered and journalled."""

    enter = {"stations": _enter_station, "repairers": _enter_repairer}[kind]
    rejected: list[Rejected] = []
    with writing(now, caller) as ledger:
        for number, row in rows:
            try:
                with ledger.attempt():
                    require_whole(row)
                    _require(kind, row)
                    enter(ledger, row)
            except Refusal as refusal:
                rejected.append(Rejected(number, f"{refusal.code}: {refusal.text.zh}"))
        ledger.note("import", kind, {"entered": len(rows) - len(rejected), "rejected": len(rejected)})
    return rejected


def _require(kind: str, row: Row) -> None:
    for column in REQUIRED[kind]:
        if not row.get(column):
            raise Malformed("missing", Text(f"缺少 {column}", f"{column} is missing"))


def _enter_station(ledger: Ledger, row: Row) -> None:
    station, since = _enter_party(row, PartyKind.ISTATION, Standing.State.NETWORKED)
    for line in filter(None, (part.strip() for part in row.get("lines", "").split(";"))):
        code, _, methods = line.partition(":")
        wanted = [method.strip() for method in methods.split("+") if method.strip()]
        unknown = [method for method in wanted if method not in list(Method)]
        if unknown or not wanted or not is_number(code.strip()):
            raise Malformed(
                "wrong-value",
                Text(f"lines：{line} 应如 01:ASM+TSI", f"lines: {line}, should be like 01:ASM+TSI"),
            )
        Line.objects.update_or_create(
            station=station, code=code.strip(), defaults={"methods": wanted, "since": since}
        )


def _enter_repairer(ledger: Ledger, row: Row) -> None:
    _enter_party(row, PartyKind.MSTATION, Standing.State.LISTED)


def _enter_party(row: Row, kind: PartyKind, state: Standing.State) -> tuple[Party, date]:
    place = row["place"]
    if not is_number(row["code"]):
        raise Malformed(
            "wrong-value",
            Text(
                f"code：{row['code']} 只能用字母、数字、汉字和 -_.:",
                f"code: {row['code']}: use letters, digits, Chinese characters and -_.: only",
            ),
        )
    if not is_division(place):
        raise Malformed(
            "wrong-value",
            Text(f"place：{place} 不是六位行政区划代码", f"place: {place} is not a GB/T 2260 code"),
        )
    uscc = parse_uscc(row["uscc"]) if row.get("uscc") else ""
    since = _day(row, "since")
    assert since is not None
    party, _ = Party.objects.update_or_create(
        code=row["code"],
        kind=kind,
        defaults={
            "name": row["name"],
            "place": place,
            "uscc": uscc,
            "address": row.get("address", ""),
            "phone": row.get("phone", ""),
            "longitude": _degrees(row, "longitude", 180),
            "latitude": _degrees(row, "latitude", 90),
        },
    )
    _stand(party, state, since, row["cite"])
    return party, since


def _stand(party: Party, state: Standing.State, since: date, cite: str) -> None:
    """The same row again changes nothing; another beginning would contradict what is kept."""
    running = party.standings.filter(state=state).exclude(until__lte=since).order_by("since").first()
    if running is None:
        Standing.objects.create(party=party, state=state, since=since, cite=cite)
    elif running.since != since:
        raise Conflict(
            "standing-overlaps",
            Text(
                f"since：{party.code} 自 {running.since} 起已{running.get_state_display()}，与 {since} 矛盾",
                f"since: {party.code} is {state} from {running.since} already, which contradicts {since}",
            ),
        )


def _day(row: Row, column: str) -> date | None:
    if not row.get(column):
        return None
    day = day_in(row[column])
    if day is None:
        raise Malformed("wrong-value", Text(f"{column}：{row[column]} 不是日期", f"{column}: not a date"))
    return day


def _degrees(row: Row, column: str, most: int) -> float | None:
    if not row.get(column):
        return None
    try:
        found = float(row[column])
    except ValueError:
        found = inf
    if not -most <= found <= most:
        raise Malformed(
            "wrong-value",
            Text(f"{column}：{row[column]} 应在 ±{most} 之间", f"{column}: not within ±{most}"),
        )
    return found
