"""From the fixed list to the result: public numbers typed in by two departments, then every department's secret."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from datetime import date, datetime
from typing import Any

from imloop.facts.days import day_of
from imloop.facts.refusal import Conflict, Malformed, Unknown
from imloop.facts.text import Text
from imloop.proof import draw as proof
from imloop.steps.draws.prepare_draw import locked, part_of, tell
from imloop.steps.draws.roster import by_accounts
from imloop.steps.draws.seats import seat
from imloop.steps.ground.access import Caller
from imloop.steps.ground.ledger import Ledger, writing
from imloop.store.models import Draw, DrawNumber, DrawVisit, Party


def plain_number(text: str) -> str:
    """Digits and letters as typed, in groups with one blank between: however somebody writes the lottery's numbers."""
    return " ".join(re.findall(r"[0-9a-z]+", unicodedata.normalize("NFKC", text).lower()))


def enter_number(
    caller: Caller, no: str, source: str, value: str, now: datetime, fallback: str = ""
) -> DrawNumber:
    """A source's number: the first department enters it, another enters the same to confirm. ``fallback``: why the
    substitute is used, where the source had no result on its day."""
    plain, fallback = plain_number(value), fallback.strip()
    if not 0 < len(plain) <= 200 or len(fallback) > 200:
        raise Malformed(
            "wrong-value",
            Text("value 应为开奖号码或信标值。", "value: the numbers as published."),
            at="value",
        )
    with writing(now, caller) as ledger:
        draw = locked(caller, no, Draw.State.COMMITTED)
        mine = part_of(draw, caller).party
        _require_day(draw, source, bool(fallback), day_of(now))
        row = draw.numbers.filter(source=source).first()
        said = {"source": source, "value": plain, "fallback": fallback}
        if row is None or row.entered_by_id == mine.pk:
            _require_unconfirmed(row)
            row, _new = DrawNumber.objects.update_or_create(
                draw=draw,
                source=source,
                defaults={"value": plain, "fallback": fallback, "entered_by": mine, "entered_at": now},
            )
            ledger.note("draw-number-entered", no, said)
        else:
            _confirm(row, plain, bool(fallback), mine, now)
            ledger.note("draw-number-confirmed", no, said)
        tell(ledger, draw)
    return row


def _require_day(draw: Draw, source: str, fallback: bool, today: date) -> None:
    named = next((each for each in draw.frame["sources"] if each["code"] == source), None)
    if named is None:
        raise Unknown("unknown-source", Text(f"没有来源 {source}。", f"No source {source}."))
    day = date.fromisoformat(named["fallback"]["on"] if fallback else named["on"])
    if today < day:
        raise Conflict(
            "too-early", Text(f"该随机数 {day} 才产生。", f"This number is published on {day}, not before.")
        )


def _require_unconfirmed(row: DrawNumber | None) -> None:
    if row is not None and row.confirmed_at is not None:
        raise Conflict("number-fixed", Text("该号码已由两个部门确认。", "Two departments have confirmed it."))


def _confirm(row: DrawNumber, plain: str, fallback: bool, party: Party, now: datetime) -> None:
    _require_unconfirmed(row)
    if (row.value, bool(row.fallback)) != (plain, fallback):
        raise Conflict(
            "number-differs",
            Text(
                f"与{row.entered_by.name}录入的不同，请双方对照公布的号码。",
                f"It differs from what {row.entered_by.name} entered; check the published numbers again.",
            ),
        )
    row.confirmed_by, row.confirmed_at = party, now
    row.save(update_fields=["confirmed_by", "confirmed_at"])


def reveal(caller: Caller, no: str, nonce: str, now: datetime) -> Draw:
    """The department reveals its secret, when every public number is confirmed. The last one makes the draw."""
    nonce = nonce.strip().lower()
    with writing(now, caller) as ledger:
        draw = locked(caller, no, Draw.State.COMMITTED)
        part = part_of(draw, caller)
        missing = [each["code"] for each in draw.frame["sources"] if each["code"] not in confirmed(draw)]
        if missing:
            names = "、".join(missing)
            raise Conflict(
                "numbers-missing",
                Text(
                    f"先由两个部门录入公开随机数：{names}。",
                    f"Two departments must enter these first: {names}.",
                ),
            )
        if hashlib.sha256(nonce.encode()).hexdigest() != part.nonce_sha256:
            raise Malformed(
                "wrong-secret",
                Text(
                    "与交存的哈希不符，不是本部门的秘密数。", "It does not match the hash that was deposited."
                ),
                at="nonce",
            )
        part.nonce, part.revealed_at = nonce, now
        part.save(update_fields=["nonce", "revealed_at"])
        ledger.note("draw-revealed", no, {"nonce_sha256": part.nonce_sha256})
        if not draw.parts.filter(nonce="").exists():
            _draw(ledger, draw)
        tell(ledger, draw)
    return draw


def confirmed(draw: Draw) -> dict[str, DrawNumber]:
    return {row.source: row for row in draw.numbers.filter(confirmed_at__isnull=False)}


def values_of(draw: Draw) -> list[dict[str, str]]:
    """The confirmed public numbers in the order of the sources."""
    known = confirmed(draw)
    sources = [each["code"] for each in draw.frame["sources"] if each["code"] in known]
    return [
        {"source": code, "value": known[code].value, "fallback": known[code].fallback} for code in sources
    ]


def nonces_of(draw: Draw) -> dict[str, str]:
    return {part.party.code: part.nonce for part in draw.parts.select_related("party")}


def seed_of(draw: Draw) -> str:
    return proof.seed_of(draw.no, values_of(draw), nonces_of(draw))


def drawn_of(draw: Draw) -> list[dict[str, Any]]:
    """The result computed again from the stored data, as ``imloop.proof.draw`` gives it."""
    assert draw.header is not None and draw.people is not None
    return proof.result(seed_of(draw), draw.header, draw.frame["units"], draw.people)


def _draw(ledger: Ledger, draw: Draw) -> None:
    names = {unit["id"]: unit["name"] for unit in draw.frame["units"]}
    found = drawn_of(draw)
    DrawVisit.objects.bulk_create(
        DrawVisit(
            draw=draw,
            stratum=each["stratum"],
            unit=each["id"],
            name=names[each["id"]],
            pi=each["pi"],
            u=each["u"],
            uniform=each["uniform"],
            planned_on=date.fromisoformat(each["day"]),
            lead=each["lead"],
            member=each["member"],
        )
        for each in found
    )
    if by_accounts(draw):
        seat(ledger, draw, list(draw.visits.all()))
    draw.state, draw.drawn_at = Draw.State.DRAWN, ledger.now
    draw.save(update_fields=["state", "drawn_at"])
    ledger.note("draw-drawn", draw.no, {"result": proof.digest(found), "visits": len(found)})
