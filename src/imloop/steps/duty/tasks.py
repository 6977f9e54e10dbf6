"""People and keys who saw unusually many vehicles on one day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from urllib.parse import urlencode

from imloop.facts.text import Text
from imloop.steps.duty.duty_record import SUPERVISORS
from imloop.steps.duty.unusual import unusual
from imloop.steps.ground.access import Caller
from imloop.steps.ground.task import Source, Task
from imloop.store.models import Party


def lookers(caller: Caller, now: datetime) -> Iterator[Task]:
    for each in unusual(caller, now):
        party = Party.objects.filter(code=each.party).first()
        name = party.name if party else each.party
        about = Text(f"{name} · {each.person or '密钥'}", f"{name} · {each.person or 'keys'}")
        words = Text(
            f"一天看了 {each.vehicles} 辆不同的车，请询问缘由",
            f"saw {each.vehicles} different vehicles in a day: ask for the reason",
        )
        day = each.day.isoformat()
        asked = {"party": each.party, "person": each.person, "since": day, "until": day}
        yield Task("unusual-looks", each.day, None, words, about, f"/supervision/looks?{urlencode(asked)}")


SOURCES = (Source("unusual-looks", Text("查看异常", "unusual looks"), SUPERVISORS, lookers),)
