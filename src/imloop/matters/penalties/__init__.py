"""Penalty cases: which fine an act may cost, by which law, how high, within which days; what makes a file fail. Pure.

choose(act, law) -> Range                 what may be imposed, by the law of the act or a milder later one
propose(range, picked, law) -> Proposal   how high within it, line by line
defects(file, law) -> tuple[Reason, ...]  what forbids deciding the file as it stands
"""

from imloop.matters.penalties.catalogue import VIOLATIONS, Payer, Violation
from imloop.matters.penalties.checks import VETOES, defects
from imloop.matters.penalties.discretion import Proposal, propose
from imloop.matters.penalties.ranges import Act, Counted, Range, choose, of_several

__all__ = [
    "VETOES",
    "VIOLATIONS",
    "Act",
    "Counted",
    "Payer",
    "Proposal",
    "Range",
    "Violation",
    "choose",
    "defects",
    "of_several",
    "propose",
]
