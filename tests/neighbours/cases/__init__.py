"""Every case, in the order in which they are played."""

from neighbours.case import Case
from neighbours.cases import deciding, doors, fields, identity, lists, messages, repairs

ALL: list[Case] = [
    case for module in (doors, repairs, deciding, identity, fields, messages, lists) for case in module.CASES
]
