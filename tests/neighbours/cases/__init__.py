"""Every case, in the order in which they are played."""

from neighbours.case import Case
from neighbours.cases import deciding, doors, fields, identity, lists, messages, repairs

ALL: list[Case] = [
    case for module in (doors, repairs, deciding, identity, fields, messages, lists) for case in module.CASES
]
if len({case.name for case in ALL}) != len(ALL):
    raise ValueError("two cases of one name: their numbers and vehicles would be one, too")
