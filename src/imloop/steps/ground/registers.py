"""What nearly every step asks first: the law of the day, who is registered, which department is in charge."""

from __future__ import annotations

from datetime import date

from imloop.facts.codes import Method
from imloop.facts.refusal import Malformed, Unknown
from imloop.facts.text import Text
from imloop.law import Law, load
from imloop.steps.ground.access import place_prefix
from imloop.store.models import Party, PartyKind
from imloop.store.statements import rows


def law_at(day: date, place: str) -> Law:
    return load().at(day, place)


def party(code: str, kind: str) -> Party:
    """A registered party of a kind, or ``Unknown``."""
    found = Party.objects.filter(code=code, kind=kind).first()
    if found is None:
        label = PartyKind(kind).label
        code_kind = "unknown-station" if kind == PartyKind.ISTATION else "unknown-shop"
        raise Unknown(code_kind, Text(f"{label} {code} 未登记。", f"No {kind} is registered under {code}."))
    return found


def any_party(code: str) -> Party:
    """A party of whatever kind, or ``Unknown``."""
    found = Party.objects.filter(code=code).first()
    if found is None:
        raise Unknown("unknown-party", Text(f"没有单位 {code}。", f"No party {code}."))
    return found


def method_of(text: str) -> Method:
    """The method named by its code, or ``Malformed``."""
    if text not in list(Method):
        raise Malformed("wrong-value", Text(f"没有检验方法 {text}。", f"No method {text}."))
    return Method(text)


def department(kind: str, place: str) -> Party | None:
    """The most local department of a kind that is in charge of a place."""
    around = [place, f"{place[:4]}00", f"{place[:2]}0000", "000000"]
    candidates = rows(Party, "kind = %s AND place IN (%s, %s, %s, %s)", [str(kind), *around])
    return max(candidates, key=lambda found: len(place_prefix(found.place)), default=None)
