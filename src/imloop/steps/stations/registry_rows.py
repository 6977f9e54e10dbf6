"""The registers of parties, row by row, from a form or a file: whoever enters one must be administrator of its place,
and every new or changed party is journalled with the reason. Of a file each row is entered or refused by itself; a
block is one transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime

from imloop.facts.codes import Method
from imloop.facts.days import day_in
from imloop.facts.digits import amount
from imloop.facts.identifiers import is_number, parse_uscc
from imloop.facts.places import known_place
from imloop.facts.refusal import Conflict, Malformed, NotAllowed, Problem, Refusal, require_reason
from imloop.facts.text import Text
from imloop.steps.ground.access import OFFICES, SYSTEM, Caller, require_place
from imloop.steps.ground.ledger import Ledger, writing
from imloop.steps.ground.rejected_row import Rejected, require_whole
from imloop.steps.vehicles.register.vehicle_row import COLUMNS as VEHICLE_COLUMNS
from imloop.store.models import Line, Party, PartyKind, Standing

Row = Mapping[str, str]
MOST_OF_CODE, MOST_OF_LINE = 40, 8
"""Characters of a party's code and of a line's."""

COLUMNS: dict[str, tuple[str, ...]] = {
    "departments": ("kind", "name", "place", "code", "address", "phone", "cite"),
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
    "departments": ("kind", "name", "place"),
    "stations": ("code", "name", "place", "since", "cite"),
    "repairers": ("code", "name", "place", "since", "cite"),
    "vehicles": (),
}


def enter_rows(
    kind: str, rows: Sequence[tuple[int, Row]], caller: Caller, now: datetime, *, reason: str = ""
) -> list[Rejected]:
    """Enter a block of ``(row number, row)``, rows of known parties again. Returns what was refused; the rest is
    entered and journalled. ``reason``: why, for the journal; a row's ``cite`` where it is empty; a row with neither is
    refused."""
    rejected: list[Rejected] = []
    with writing(now, caller) as ledger:
        for number, row in rows:
            try:
                with ledger.attempt():
                    require_whole(row)
                    _enter(ledger, kind, row, reason)
            except Refusal as refusal:
                rejected.append(Rejected(number, f"{refusal.code}: {refusal.text.zh}"))
        ledger.note("import", kind, {"entered": len(rows) - len(rejected), "rejected": len(rejected)})
    return rejected


def register_parties(
    kind: str, rows: Sequence[Row], caller: Caller, now: datetime, *, reason: str = ""
) -> None:
    """Enter parties that are not registered yet, all of them or none: the first fault is raised. ``Conflict`` for a
    code that is taken."""
    with writing(now, caller) as ledger:
        for row in rows:
            known = Party.objects.filter(code=code_of(kind, row)).first()
            if known is not None:
                raise Conflict("party-known", Text(f"{known} 已登记。", f"{known} is registered already."))
            _enter(ledger, kind, row, reason)


def code_of(kind: str, row: Row) -> str:
    """A department may leave it out: there is one of a kind in a place."""
    code = row.get("code", "")
    return code or (f"{row.get('place', '')}-{row.get('kind', '')}" if kind == "departments" else "")


def _enter(ledger: Ledger, kind: str, row: Row, reason: str) -> None:
    for column in REQUIRED[kind]:
        if not row.get(column):
            raise Malformed(
                "missing",
                Text(f"缺少 {column}", f"{column} is missing"),
                problems=[Problem(f"$.{column}", "missing", Text("请填写", "required"))],
            )
    why = reason.strip() or row.get("cite", "").strip()
    require_reason(why)
    _ENTER[kind](ledger, row, why)


def _enter_department(ledger: Ledger, row: Row, reason: str) -> None:
    if row["kind"] not in OFFICES:
        kinds = " ".join(OFFICES)
        raise Malformed(
            "wrong-value", Text(f"kind：可选 {kinds}", f"kind: {row['kind']}: choose one of {kinds}")
        )
    _enter_party(ledger, row, PartyKind(row["kind"]), {}, reason)


def _enter_station(ledger: Ledger, row: Row, reason: str) -> None:
    lines = _lines(row.get("lines", ""))
    station, since = _enter_standing_party(ledger, row, PartyKind.ISTATION, {"lines": lines}, reason)
    for code, methods in lines.items():
        Line.objects.update_or_create(
            station=station, code=code, defaults={"methods": methods, "since": since}
        )


def _lines(text: str) -> dict[str, list[str]]:
    """``01:ASM+TSI;02:LUGDOWN`` as line → methods."""
    found = {}
    for line in filter(None, (part.strip() for part in text.split(";"))):
        code, _, methods = line.partition(":")
        wanted = [method.strip() for method in methods.split("+") if method.strip()]
        unknown = [method for method in wanted if method not in list(Method)]
        if unknown or not wanted or not is_number(code.strip()) or len(code.strip()) > MOST_OF_LINE:
            raise Malformed(
                "wrong-value",
                Text(f"lines：{line} 应如 01:ASM+TSI", f"lines: {line}, should be like 01:ASM+TSI"),
            )
        found[code.strip()] = wanted
    return found


def _enter_repairer(ledger: Ledger, row: Row, reason: str) -> None:
    _enter_standing_party(ledger, row, PartyKind.MSTATION, {}, reason)


_ENTER: dict[str, Callable[[Ledger, Row, str], None]] = {
    "departments": _enter_department,
    "stations": _enter_station,
    "repairers": _enter_repairer,
}
_STATES = {PartyKind.ISTATION: Standing.State.NETWORKED, PartyKind.MSTATION: Standing.State.LISTED}


def _enter_standing_party(
    ledger: Ledger, row: Row, kind: PartyKind, said: Mapping[str, object], reason: str
) -> tuple[Party, date]:
    """A station with its standing from the day ``since`` on."""
    since = _day(row, "since")
    assert since is not None
    party = _enter_party(ledger, row, kind, {"since": since, "cite": row["cite"], **said}, reason)
    _stand(party, _STATES[kind], since, row["cite"])
    return party, since


def _enter_party(ledger: Ledger, row: Row, kind: PartyKind, said: Mapping[str, object], reason: str) -> Party:
    """``said``: what the journal tells of it besides kind, name and place."""
    code, place = code_of("departments", row), known_place(row["place"])
    if not is_number(code) or len(code) > MOST_OF_CODE:
        raise Malformed(
            "wrong-value",
            Text(
                f"code：{code} 只能用字母、数字、汉字和 -_.:",
                f"code: {code}: use letters, digits, Chinese characters and -_.: only",
            ),
        )
    known = Party.objects.filter(code=code).first()
    _require_registrar(ledger.caller, place, known)
    if known is not None and known.kind != kind:
        raise Conflict(
            "code-taken",
            Text(f"code：{code} 是 {known.get_kind_display()}", f"code: {code} is a party of another kind"),
        )
    facts: dict[str, object] = {
        "name": row["name"],
        "place": place,
        "uscc": parse_uscc(row["uscc"]) if row.get("uscc") else "",
        "address": row.get("address", ""),
        "phone": row.get("phone", ""),
        "longitude": _degrees(row, "longitude", 180),
        "latitude": _degrees(row, "latitude", 90),
    }
    before = {} if known is None else {name: getattr(known, name) for name in facts}
    party, new = Party.objects.update_or_create(code=code, defaults={"kind": kind, **facts})
    changed = [name for name in facts if name in before and before[name] != facts[name]]
    if new or changed:
        body = {"kind": kind, "name": party.name, "place": place, **said, "reason": reason}
        ledger.note("party-registered" if new else "party-changed", code, {**body, "changed": changed})
    return party


def _require_registrar(caller: Caller, place: str, known: Party | None) -> None:
    """An administrator of the place or of one around it, both of where the party is and of where it will be."""
    if caller.kind not in (PartyKind.ADMIN, SYSTEM.kind):
        raise NotAllowed(
            "administrators-only",
            Text("由系统管理人员登记单位。", "Only an administrator registers parties."),
        )
    for each in {place, known.place if known else place}:
        require_place(caller, each)


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
    found = amount(row[column])
    if found is None or not -most <= found <= most:
        raise Malformed(
            "wrong-value",
            Text(f"{column}：{row[column]} 应在 ±{most} 之间", f"{column}: not within ±{most}"),
        )
    return found
