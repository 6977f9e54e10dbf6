"""The evidence of a matter by its numbers, and the department that holds it: what a penalty file is checked by.

What was named has the numbers from 1 on, in the order in which it was added; files have those from 501 on. A number
stays with its piece, as the facts of a case name them.
"""

from __future__ import annotations

from collections.abc import Iterator

from imloop.facts.days import day_of
from imloop.matters.matter import Exhibit, Holder
from imloop.store.models import Evidence, Matter, Party

FIRST_FILE = 501


def exhibits_of(row: Matter) -> tuple[Exhibit, ...]:
    """Everything in the file. A test or repair concerns the station that sent it, anything else the party."""
    return tuple(_named(row)) + tuple(
        Exhibit(number, file.name, "", file.sha256, day_of(file.uploaded_at))
        for number, file in enumerate(row.attachments.order_by("id").defer("body"), FIRST_FILE)
    )


def _named(row: Matter) -> Iterator[Exhibit]:
    found = list(row.evidence.order_by("id"))
    codes = {each.reference.partition("/")[0] for each in found if each.kind in _BY_STATION}
    names = dict(Party.objects.filter(code__in=codes).values_list("code", "name"))
    for number, each in enumerate(found, 1):
        about = names.get(each.reference.partition("/")[0], "") if each.kind in _BY_STATION else ""
        yield Exhibit(number, each.words or each.reference, about, each.sha256, day_of(each.added_at))


_BY_STATION = (Evidence.Kind.TEST, Evidence.Kind.REPAIR)


def holder_of(row: Matter) -> Holder:
    office = Party.objects.filter(code=row.office).first() if row.office else None
    party = row.party.name if row.party else ""
    return Holder(office.kind, office.place, party) if office else Holder(party=party)
