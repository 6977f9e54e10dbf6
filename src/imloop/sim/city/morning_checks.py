"""The demo city's lines check themselves every morning, so that a demo that is served for days goes on testing."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from imloop.exchange.uploads.intake import take_check
from imloop.facts.days import CHINA, day_of
from imloop.facts.records.check import CheckKind
from imloop.facts.refusal import Refusal
from imloop.sim.city.checks import LASTS, MORNING, check_message, demo_lines, records
from imloop.steps.ground.access import caller_for
from imloop.steps.journal.demo_mark import is_demo
from imloop.store.models import Equipment, EquipmentCheck


def morning_checks(now: datetime) -> int:
    """Upload what is missing of today's self-checks through the same upload function as the stations'; returns how
    many. Nothing before the morning's checks are over, and nothing in a database that is not the demo's."""
    morning = datetime.combine(day_of(now), MORNING, CHINA)
    if now < morning + LASTS or not is_demo():
        return 0
    lines = demo_lines()
    done = set(
        EquipmentCheck.objects.filter(line__in=lines, finished_at__gte=morning).values_list("line", "kind")
    )
    sent = 0
    for line in lines:
        kinds = set(Equipment.objects.filter(line=line, until__isnull=True).values_list("kind", flat=True))
        for record in records(line, kinds, morning, morning):
            if (line.pk, CheckKind(record.kind)) in done:
                continue
            # A line that was taken out of service sends nothing.
            with suppress(Refusal):
                sent += take_check(check_message(record), caller_for(line.station), now).created
    return sent
