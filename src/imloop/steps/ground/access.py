"""Who acts, and which objects they may see or change: object-level access in one place.

I-station   its own tests and the cases of vehicles that failed there
M-station   the cases it repaired, and any open case whose number (or plate + VIN tail) the owner gave it
department  everything in its place: a city sees its city, a province its province
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q

from imloop.facts.refusal import NotAllowed
from imloop.facts.text import Text
from imloop.steps.ground.actor import Actor
from imloop.store.models import Party, PartyKind, User

OFFICE_NAMES: dict[PartyKind, Text] = {
    PartyKind.ENVIRONMENT: Text("生态环境", "environment"),
    PartyKind.TRANSPORT: Text("交通运输", "transport"),
    PartyKind.MARKET: Text("市场监管", "market supervision"),
    PartyKind.POLICE: Text("公安交管", "traffic police"),
    PartyKind.SUPERVISOR: Text("监督", "supervision"),
    PartyKind.ADMIN: Text("系统管理", "administration"),
}
OFFICES = tuple(OFFICE_NAMES)
"""The departments, and who runs the platform for them."""


ASK_OF_VEHICLES = tuple(kind for kind in OFFICES if kind != PartyKind.MARKET)
"""Departments that ask gates about vehicles: all but who looks after instruments and prices."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who acts: a party, the person if one is logged in or calls with a key of their own, and the id of that or the
    machine's key. ``kind`` is a ``PartyKind`` value; ``behalf``: who lent the person the right they use; ``alone``: why
    the act cannot wait for a second person, where nobody is there who could confirm it."""

    party_code: str
    kind: str
    name: str
    place: str
    user: str = ""
    key: str = ""
    behalf: str = ""
    alone: str = ""

    @property
    def who(self) -> Actor:
        return Actor(self.party_code, self.user, self.behalf, self.key)

    @property
    def actor(self) -> str:
        """How rows and the journal name the caller in one line."""
        return str(self.who)

    @property
    def is_department(self) -> bool:
        return self.kind in OFFICES


PUBLIC = Caller("public", "public", "公众", "000000")
SYSTEM = Caller("imloop", "system", "平台", "000000")


def caller_for(party: Party, user: str = "") -> Caller:
    return Caller(party.code, party.kind, party.name, party.place, user)


def caller_of(user: User) -> Caller:
    """The caller behind a session. A user without a party can do nothing."""
    if user.party is None:
        raise NotAllowed("no-party", Text("该账号未归属任何单位。", "This account belongs to no party."))
    return caller_for(user.party, user.get_username())


def place_prefix(place: str) -> str:
    """GB/T 2260 prefix of everything inside a place: 450200 → 4502, 450000 → 45, 000000 → everything."""
    if place.endswith("0000"):
        return place[:2] if place[:2] != "00" else ""
    return place[:4] if place.endswith("00") else place


def city_of(place: str) -> str:
    """The city that a county lies in; a city, a province and the whole country are themselves."""
    return f"{place[:4]}00"


def covers(outer: str, inner: str) -> bool:
    return inner.startswith(place_prefix(outer))


def require_kind(caller: Caller, *kinds: str) -> None:
    """Refuse a caller of another kind, naming what is needed."""
    if caller.kind not in kinds:
        raise NotAllowed(
            "wrong-kind-of-party",
            Text(
                f"此操作只对{'、'.join(PartyKind(k).label for k in kinds)}开放。",
                f"Only open to: {', '.join(kinds)}.",
            ),
        )


def require_person(caller: Caller) -> None:
    """Refuse a department's machine: its keys deliver and read, a person decides. ``writing`` asks this of every step
    that does not say otherwise."""
    if caller.is_department and not caller.user:
        raise NotAllowed(
            "person-needed",
            Text(
                "部门的决定由人作出，机器密钥只能报送和读取：请登录网页办理，或用本人密钥（在“接口密钥”页申请）。",
                "A department decides by a person; a machine's key only delivers and reads. Log in and decide on the "
                "page, or call with a personal key (ask for yours on the page of keys).",
            ),
        )


def require_own(caller: Caller, kind: str, named: str) -> None:
    """Refuse a message that speaks for another station than the caller, who must be of the kind. ``named``: the code
    in the message; a name gives no right, as two may have the same."""
    require_kind(caller, kind)
    if named == caller.party_code:
        return
    words = Text(
        f"密钥属于 {caller.party_code}，不能代 {named} 上传。",
        f"The key belongs to {caller.party_code}; it cannot upload for {named}.",
    )
    if kind == PartyKind.MSTATION:
        raise NotAllowed("not-your-shop", words)
    raise NotAllowed("not-your-station", words)


def require_place(caller: Caller, place: str) -> None:
    """Refuse a department of elsewhere."""
    if not covers(caller.place, place):
        raise NotAllowed("not-your-place", Text("只能办理本地的事项。", "Only within your own area."))


def sees(caller: Caller, station: Party) -> bool:
    """Whether what a station made is the caller's to see: its own, or a department's of its place."""
    return covers(caller.place, station.place) if caller.is_department else caller.party_code == station.code


def own(caller: Caller, place_field: str, station_field: str, shop_field: str | None) -> Q:
    """The rows a caller may see, as a filter. ``*_field`` are look-up paths to the place and the party codes."""
    if caller.is_department:
        return Q(**{f"{place_field}__startswith": place_prefix(caller.place)})
    if caller.kind == PartyKind.ISTATION:
        return Q(**{station_field: caller.party_code})
    if caller.kind == PartyKind.MSTATION and shop_field is not None:
        return Q(**{shop_field: caller.party_code})
    return Q(pk__in=[])
