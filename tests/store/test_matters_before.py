"""Matters stored before they had clocks and publications of their own."""

from __future__ import annotations

from datetime import date
from importlib import import_module

import pytest
from django.apps import apps

from imloop.steps.matters.as_fact import whole
from imloop.store.models import Matter, MatterEvent, Party, Publication
from support.city import at


@pytest.mark.usefixtures("db")
def test_their_day_becomes_a_clock_and_what_was_shown_is_shown() -> None:
    party = Party.objects.create(code="450203001", kind="istation", name="x", place="450203")
    row = Matter.objects.create(
        matter_no="450203-S2026-00001",
        kind="suspension",
        place="450203",
        party=party,
        title="x",
        state="in_force",
        opened_at=at("2026-11-18 09:00"),
        due_on=date(2027, 1, 19),
        token_sha256="t",
    )
    for number, step in enumerate(("open", "decide"), start=1):
        MatterEvent.objects.create(
            matter=row,
            number=number,
            kind=step,
            at=at("2026-11-20 23:30"),
            actor="a/b",
            after="in_force",
            law_hash="0" * 64,
            data={},
        )
    migration = import_module("imloop.store.migrations.0057_matter_file")
    migration.start_clocks(apps, None)
    migration.publish(apps, None)
    row.refresh_from_db()
    fact = whole(row)
    assert (fact.state_due, fact.published) == (date(2027, 1, 19), True)
    assert [(clock.started_on, clock.of_party) for clock in fact.clocks] == [(date(2026, 11, 20), True)]
    assert Publication.objects.get().event.kind == "decide"
