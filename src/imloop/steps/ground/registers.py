"""What nearly every step asks first: the law of the day, who is registered, which department is in charge,
how far two parties are apart."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from imloop.facts.codes import Method
from imloop.facts.places import distance_km, known_place
from imloop.facts.refusal import Malformed, Unknown
from imloop.facts.text import Text
from imloop.law import Law, load
from imloop.steps.ground.access import PUBLIC, SYSTEM, place_prefix
from imloop.steps.ground.actor import Actor
from imloop.store.models import Party, PartyKind, User
from imloop.store.statements import rows

_OTHERS = {
    SYSTEM.party_code: Text("平台", "the platform"),
    PUBLIC.party_code: Text("公众", "the public"),
    "applicant": Text("申请人", "the applicant"),
    "reporter": Text("举报人", "the reporter"),
}
"""Who acts without being registered."""


def law_at(day: date, place: str) -> Law:
    """``Malformed`` for a place that is none."""
    return load().at(day, known_place(place))


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


def in_words(line: str) -> Text:
    """Who acted: ``450200-environment/wei for li`` as ``柳州市生态环境局 · 韦小明（受李大勇委托）``; what bears no name
    stands for itself."""
    who = Actor.read(line)
    party = _name_of(who.party)
    if not who.person:
        return party
    names = names_of(who.people)
    person, behalf = (names.get(name) or name for name in (who.person, who.behalf))
    lent = Text(f"（受{behalf}委托）", f" (for {behalf})") if behalf else Text("", "")
    return Text(f"{party.zh} · {person}{lent.zh}", f"{party.en} · {person}{lent.en}")


def names_of(usernames: Iterable[str]) -> dict[str, str]:
    """What people are called, by user name; an account without a name has an empty one."""
    return dict(User.objects.filter(username__in=set(usernames)).values_list("username", "first_name"))


def _name_of(code: str) -> Text:
    known = _OTHERS.get("applicant" if code.startswith("matter:") else code)
    if known is not None:
        return known
    name = Party.objects.filter(code=code).values_list("name", flat=True).first() or code
    return Text(name, name)


def position_of(party: Party) -> tuple[float, float] | None:
    """Latitude and longitude, where they were entered."""
    if party.latitude is None or party.longitude is None:
        return None
    return party.latitude, party.longitude


def km_between(one: Party, other: Party) -> float | None:
    """As the crow flies; None where a position was not entered."""
    here, there = position_of(one), position_of(other)
    return None if here is None or there is None else distance_km(here, there)
