"""Every case, in the order in which they are played."""

from neighbours.case import Case
from neighbours.cases import calls, deciding, doors, fields, identity, lists, messages, more, repairs

ALL: list[Case] = [
    case
    for module in (doors, calls, repairs, deciding, identity, fields, more, messages, lists)
    for case in module.CASES
]
if len({case.name for case in ALL}) != len(ALL):
    raise ValueError("two cases of one name: their numbers and vehicles would be one, too")
