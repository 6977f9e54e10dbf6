"""A penalty case as it lies on the table before it is decided: who acted against whom, on which evidence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from imloop.matters.penalties.ranges import Act

RIGHTS = ("state", "defend", "hear")
"""What a notice tells the party that it may do."""


@dataclass(frozen=True, slots=True)
class Officer:
    """An investigator. ``card_until``: the last day the enforcement card is valid; None: there is none."""

    person: str
    card_no: str
    card_until: date | None


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper of the file and the party as it names it."""

    name: str
    party: str
    on: date


@dataclass(frozen=True, slots=True)
class Item:
    """A piece of evidence. ``about``: whom it concerns; ``proves``: which facts of the decision; ``sampling``: a
    sample's record; ``told_on``: when the party learned of a test's or expert's result."""

    name: str
    about: str
    proves: tuple[str, ...]
    sha256: str
    taken_on: date
    is_sample: bool = False
    sampling: str = ""
    is_result: bool = False
    told_on: date | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """``answer_until``: the last day that it names for an answer; ``fine``: the intended one."""

    served_on: date
    rights: frozenset[str]
    answer_until: date
    fine: int


@dataclass(frozen=True, slots=True)
class Hearing:
    asked_on: date
    announced_on: date | None = None
    held_on: date | None = None
    given_up_on: date | None = None
    chair: str = ""


@dataclass(frozen=True, slots=True)
class Discussion:
    """The heads of the department discussed the case; ``voters`` took part in the vote."""

    held_on: date
    voters: frozenset[str]


@dataclass(frozen=True, slots=True)
class LegalReview:
    reviewed_on: date
    by: str
    passed: bool


@dataclass(frozen=True, slots=True)
class Daily:
    """What a fine for each further day rests on: the order to put right, the check after it, the first decision."""

    days: int
    ordered_on: date | None = None
    checked_on: date | None = None
    first_served_on: date | None = None


@dataclass(frozen=True, slots=True)
class File:
    """``department`` decides, for ``area`` (a division code with what lies below it); ``place``: where the act was.
    ``acted_on``: the act, or the last day of one that went on. ``facts``: as the decision will state them.
    ``forbidden_by`` and ``punished_by``: as it will cite them. ``proposed``: by the table of discretion; None: none was
    made. ``complex``: several laws, or hard to judge; ``public_interest``: great public interest; ``serious_ground``:
    which ground of the law makes the case serious."""

    department: str
    area: str
    place: str
    officers: tuple[Officer, ...]
    reviewer: str
    party: str
    is_person: bool
    act: Act
    acted_on: date
    found_on: date
    harm: bool
    facts: tuple[str, ...]
    forbidden_by: str
    punished_by: str
    fine: int
    decided_on: date
    proposed: int | None = None
    mitigated_by: str = ""
    papers: tuple[Paper, ...] = ()
    evidence: tuple[Item, ...] = ()
    no_fault_claimed: bool = False
    no_fault_weighed: bool = False
    notice: Notice | None = None
    answered_on: tuple[date, ...] = ()
    waived_on: date | None = None
    hearing: Hearing | None = None
    discussions: tuple[Discussion, ...] = ()
    legal_reviews: tuple[LegalReview, ...] = ()
    complex: bool = False
    public_interest: bool = False
    serious_ground: str = ""
    daily: Daily | None = None

    @property
    def investigators(self) -> frozenset[str]:
        return frozenset(officer.person for officer in self.officers)
