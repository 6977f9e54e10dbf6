"""What a phone takes along: the officer's tasks, the instruments of the office, and today's limits, so that a result
can be shown where there is no network. What counts is the platform's own result."""

from __future__ import annotations

from datetime import datetime

from imloop.facts.codes import Method
from imloop.facts.days import day_of
from imloop.facts.items import ITEMS
from imloop.facts.records.spot_check import ITEMS_OF, MEASURED_BY
from imloop.law import Law
from imloop.steps.ground import registers
from imloop.steps.ground.access import Caller
from imloop.steps.spot_checks.lookups import instruments, tasks
from imloop.store.models import SpotInstrument, SpotTask
from imloop.verdict.arithmetic import from_nano
from imloop.verdict.limits import limits_of, unseen_limits


def kit(caller: Caller, now: datetime) -> dict[str, object]:
    """``user``: who sends; of instruments only those that are verified today."""
    law, today = registers.law_at(day_of(now), caller.place), day_of(now)
    own = tasks(caller).filter(officers__username=caller.user, closed_at__isnull=True)
    carried = instruments(caller).filter(verified_from__lte=today, verified_until__gte=today)
    return {
        "user": caller.user,
        "day": today.isoformat(),
        "tasks": [_task(row) for row in own],
        "instruments": [_instrument(row) for row in carried],
        "blips": law.integer("freeacc.blips"),
        "rounded": law.word("rounding.official") == "rounded",
        "limits": {method.value: _limits(method, law) for method in MEASURED_BY},
    }


def _task(row: SpotTask) -> dict[str, object]:
    people = sorted((each.username, each.first_name or each.username) for each in row.officers.all())
    return {"number": row.number, "place": row.place_name, "plate": row.plate, "officers": people}


def _instrument(row: SpotInstrument) -> dict[str, str]:
    return {"kind": row.kind, "serial": row.serial, "until": row.verified_until.isoformat()}


def _limits(method: Method, law: Law) -> dict[str, dict[str, object]]:
    """Of its items; none where the limits of the day are not known."""
    if unseen_limits(law, method):
        return {}
    found = limits_of(law, method, law.word(f"limit_set.{method}"))
    return {
        name: {
            "decimals": ITEMS[name].decimals,
            "low": None if found[name].low is None else from_nano(found[name].low or 0),
            "high": None if found[name].high is None else from_nano(found[name].high or 0),
        }
        for name in ITEMS_OF[method]
        if name in found
    }
