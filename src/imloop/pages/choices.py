"""What a list's filter offers, as pairs of value and name for ``parts/choose.html``, and what it was asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from django.utils.translation import gettext as _

from imloop.facts.days import read_day
from imloop.facts.places import name_of
from imloop.steps.ground.access import Caller, city_of
from imloop.steps.reports import open_lists
from imloop.steps.stations import lookups as station_lookups
from imloop.store.models import Party, PartyKind

Choices = list[tuple[str, str]]


def day_asked(asked: Mapping[str, str], name: str) -> date | None:
    """A day of the filter, as a field for days sends it; None where it was left open."""
    typed = asked.get(name)
    return read_day(typed, at=name) if typed else None


def named(parties: Iterable[Party]) -> Choices:
    return [(party.code, party.name) for party in parties]


def named_alike(names: Iterable[str]) -> Choices:
    """Of what is called as it is written: a line, a person."""
    return [(name, name) for name in names]


def station_kinds() -> Choices:
    return [
        (PartyKind.ISTATION.value, _("排放检验机构")),
        (PartyKind.MSTATION.value, _("维修治理站")),
    ]


def stations(caller: Caller) -> Choices:
    """I-stations of a department's city; a station has its own alone and is offered none."""
    if not caller.is_department:
        return []
    return named(station_lookups.parties(PartyKind.ISTATION, city_of(caller.place)))


def places(caller: Caller) -> Choices:
    """Districts of a department's place in which there are stations; none where all are in one."""
    found = open_lists.places(caller.place) if caller.is_department else []
    return [(code, name_of(code) or code) for code in found] if len(found) > 1 else []
