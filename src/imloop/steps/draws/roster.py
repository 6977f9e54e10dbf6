"""The inspectors of a draw as they are fixed with its list, and who of them may not visit whom.

Since the law says so they are accounts of the departments that take part. What is published numbers them and calls them
by their names: a user name opens a log-in and is shown to nobody outside.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from imloop.facts.refusal import Conflict
from imloop.facts.text import Text
from imloop.law import Law
from imloop.proof import draw as proof
from imloop.steps.draws.frame import fleet_id
from imloop.steps.second_person.on_site import accounts_named
from imloop.steps.second_person.who_may import accounts_alike, alike
from imloop.store.models import Draw, DrawPart, DrawVisit, Party, User

BY_ACCOUNT = "draw.officers_confirm"
WORKS_THERE = "在该单位任职或者曾任职"
_LAST_VISITORS = "最近两次检查之一的检查人员"


@dataclass(frozen=True, slots=True)
class Member:
    """``number``: as published; ``said``: as their department's deposit calls them; ``user``: None in draws by name."""

    number: str
    name: str
    department: str
    said: str
    user: User | None = None


def by_accounts(draw: Draw) -> bool:
    """Whether its inspectors are accounts that confirm themselves, as its rules have fixed since it was prepared."""
    return "officers" in draw.frame["rules"]


def least_officers(draw: Draw) -> int:
    return int(draw.frame["rules"]["officers"])


def accounts_of(party: str, names: Sequence[str], law: Law) -> list[User]:
    """Those a department names, each by the user name of an active account of its own."""
    cite = law.cite(BY_ACCOUNT) if law.get(BY_ACCOUNT) else ""
    return accounts_named(party, names, at="inspectors", cite=cite)


def members(parts: Sequence[DrawPart], law: Law, *, accounts: bool) -> list[Member]:
    """Of all departments, in the order of what was deposited."""
    if not accounts:
        return [
            Member(f"{part.party.code}/{name}", name, part.party.code, name)
            for part in parts
            for name in part.inspectors
        ]
    return [
        Member(number_of(part, count), user.first_name or f"{count} 号", part.party.code, user.username, user)
        for part in parts
        for count, user in enumerate(accounts_of(part.party.code, part.inspectors, law), 1)
    ]


def number_of(part: DrawPart, count: int) -> str:
    return f"{part.party.code}/{count}"


def people_of(draw: Draw, parts: Sequence[DrawPart], law: Law) -> dict[str, object]:
    """Inspectors, and who may not visit whom: as deposited, who works or worked there, and whoever made one of the last
    two visits."""
    found = members(parts, law, accounts=by_accounts(draw))
    _require_one_account_each(found)
    roster = [{"id": each.number, "name": each.name, "department": each.department} for each in found]
    number = {(each.department, each.said): each.number for each in found}
    barred = {
        (number[part.party.code, each["inspector"]], each["unit"]): each["reason"]
        for part in parts
        for each in part.conflicts
    }
    for key in _who_work_there(found, draw.frame["units"]):
        barred.setdefault(key, WORKS_THERE)
    for unit in draw.frame["units"]:
        came = _last_visitors(unit["id"])
        for each in found:
            if f"{each.department}/{each.name}" in came or (each.user and each.user.username in came):
                barred.setdefault((each.number, unit["id"]), _LAST_VISITORS)
    conflicts = [
        {"inspector": person, "unit": unit, "reason": reason}
        for (person, unit), reason in sorted(barred.items())
    ]
    return {"no": draw.no, "salt": draw.salt, "roster": roster, "conflicts": conflicts}


def _require_one_account_each(found: Sequence[Member]) -> None:
    """One person under two accounts would be two officers of a visit, or have two chances."""
    twice = accounts_alike(each.user for each in found if each.user is not None)
    if twice:
        names = "、".join(sorted(twice))
        raise Conflict(
            "same-person-twice",
            Text(
                f"检查人员账号 {names} 看来是同一人（证件、姓名或邮箱相同）：请只列一个；"
                "同名而不是同一人的，各自登记身份证号后再列。",
                f"The accounts {names} seem to be one person (the same card, name or address): list one of them. "
                "Namesakes each enter their own identity card first.",
            ),
            at="inspectors",
        )


def _who_work_there(found: Sequence[Member], units: Sequence[proof.Row]) -> list[tuple[str, str]]:
    """Inspector and unit, where the same natural person has or had an account of the unit, or is its legal person."""
    listed = {str(unit["id"]) for unit in units}
    mine = [each for each in found if each.user is not None]
    if not mine:
        return []
    pairs = []
    for party in Party.objects.filter(code__in=listed):
        named = {
            each.number for each in mine if each.user and each.user.first_name == party.legal_person != ""
        }
        pairs += [(number, party.code) for number in named]
    names = {str(unit["name"]) for unit in units}
    staff = User.objects.filter(party__code__in=listed) | User.objects.filter(party__name__in=names)
    for other in staff.select_related("party"):
        assert other.party is not None
        unit = other.party.code if other.party.code in listed else fleet_id(other.party.name)
        pairs += [(each.number, unit) for each in mine if each.user and alike(each.user, other)]
    return pairs


def works_at(user: User, unit: Mapping[str, str]) -> bool:
    """The same of one person, by what is known now."""
    mine = Member("1", user.first_name, "", user.username, user)
    return bool(_who_work_there([mine], [unit]))


def _last_visitors(unit: str) -> set[str]:
    """Of the last two visits, by user name, or as an earlier draw had them: department/name."""
    done = DrawVisit.objects.filter(unit=unit, opened_on__isnull=False).order_by("-opened_on")[:2]
    came: set[str] = set()
    for visit in done:
        there = visit.officers.filter(left_at=None).values_list("user__username", flat=True)
        came |= set(there) or {visit.lead, visit.member}
    return came
