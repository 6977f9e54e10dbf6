"""B7: separation of test and repair (national regime; R19). What I- and M-stations share."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from imloop.facts.text import Reason, Text
from imloop.gates.answer import Answer
from imloop.law import Law


@dataclass(frozen=True, slots=True)
class Firm:
    """A station as the registers describe it; an empty trait is not known and matches nothing."""

    code: str
    name: str
    uscc: str = ""
    legal_person: str = ""
    account: str = ""
    address: str = ""
    phone: str = ""


TRAITS = {
    "uscc": Text("统一社会信用代码", "unified social credit code"),
    "legal_person": Text("法定代表人", "legal representative"),
    "account": Text("收款账户", "settlement account"),
    "address": Text("地址", "address"),
    "phone": Text("电话", "phone"),
}


def shared(one: Firm, other: Firm) -> tuple[str, ...]:
    """Traits in which two firms agree, spelling and punctuation aside."""
    return tuple(
        trait for trait in TRAITS if _plain(one, trait) and _plain(one, trait) == _plain(other, trait)
    )


def conflicts(station: Firm, others: Iterable[Firm], law: Law) -> Answer:
    """What this I-station (or M-station) shares with stations of the other kind.

    Traits that prove one operator (law: decisive) refuse; a shared address or phone only asks for an on-site check.
    """
    return Answer.of("conflict", _found(station, others, law), {"party": station.code})


def _found(station: Firm, others: Iterable[Firm], law: Law) -> Iterator[Reason]:
    if not law.flag("station.may_not_repair"):
        return
    decisive, hints = law.words("station.conflict.decisive"), law.words("station.conflict.hints")
    for other in others:
        same = [trait for trait in shared(station, other) if trait in (*decisive, *hints)]
        if same:
            yield _reason(other, same, law, warning=not set(same) & set(decisive))


def _reason(other: Firm, same: list[str], law: Law, *, warning: bool) -> Reason:
    zh = "、".join(TRAITS[trait].zh for trait in same)
    en = ", ".join(TRAITS[trait].en for trait in same)
    code = "same-address-or-phone" if warning else "tests-and-repairs"
    return Reason(
        code,
        Text(f"与 {other.name}（{other.code}）的{zh}相同。", f"Same {en} as {other.name} ({other.code})."),
        law.cite("station.may_not_repair"),
        Text("请到现场核实是否为同一经营者。", "Check on site whether the same operator runs both.")
        if warning
        else Text(
            "检验机构不得从事排放维修；责令改正并依法处理。",
            "An I-station may not repair: order it to stop and open a case.",
        ),
        item=other.code,
        warning=warning,
    )


def _plain(firm: Firm, trait: str) -> str:
    text = str(getattr(firm, trait))
    if trait in ("phone", "account"):
        return re.sub(r"\D", "", text)
    return re.sub(r"[\W_]", "", text).upper()
