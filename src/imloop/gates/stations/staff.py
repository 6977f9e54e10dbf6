"""Who may sign a test: on the station's staff that day, in that role, the qualification in force (R17, P六(二))."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from imloop.facts.text import Reason, Text
from imloop.law import Law


@dataclass(frozen=True, slots=True)
class StaffFact:
    """``until`` and ``qualified_until``: first days without; None: without end."""

    name: str
    role: str
    since: date
    until: date | None = None
    qualified_until: date | None = None

    def employed(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day < self.until)

    def qualified(self, day: date) -> bool:
        return self.qualified_until is None or day < self.qualified_until


_OWN_ROLE = frozenset({"reviewer"})
"""Roles that nobody on the staff may take over: the authorised signatory signs in person."""


def who_may(role: str, staff: Sequence[StaffFact], day: date) -> list[str]:
    """Names of those who may work in the role that day, who bear the role itself first."""
    able = [
        each
        for each in staff
        if each.employed(day) and each.qualified(day) and (role not in _OWN_ROLE or each.role == role)
    ]
    return list(
        dict.fromkeys(each.name for each in sorted(able, key=lambda each: (each.role != role, each.name)))
    )


def people_reasons(named: Mapping[str, str], staff: Sequence[StaffFact], day: date, law: Law) -> list[Reason]:
    """Reasons against the people named for a test, role → name; nothing where a station has no staff on file."""
    if not staff:
        return []
    found = (_reason(role, name, staff, day, law) for role, name in named.items() if name)
    return [reason for reason in found if reason is not None]


def _reason(role: str, name: str, staff: Iterable[StaffFact], day: date, law: Law) -> Reason | None:
    rows = [each for each in staff if each.name == name and each.employed(day)]
    if not rows:
        return Reason(
            "person-not-on-staff",
            Text(f"{name} 当日不在本机构人员登记内。", f"{name} was not on the station's staff that day."),
            law.cite("station.conditions"),
            Text(
                "请换在册人员，或先登记入职。", "Choose someone on the staff, or register the person first."
            ),
            item=role,
        )
    if role in _OWN_ROLE:
        rows = [each for each in rows if each.role == role]
        if not rows:
            return Reason(
                "person-not-in-role",
                Text(f"{name} 不是授权签字人。", f"{name} is not an authorised signatory."),
                law.cite("station.conditions"),
                Text("请由授权签字人签发。", "Have an authorised signatory sign."),
                item=role,
            )
    if any(each.qualified(day) for each in rows):
        return None
    return Reason(
        "qualification-expired",
        Text(f"{name} 的资格已到期。", f"The qualification of {name} has ended."),
        law.cite("station.conditions"),
        Text("请换资格有效的人员。", "Choose someone whose qualification is in force."),
        item=role,
    )
