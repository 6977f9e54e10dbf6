"""Whoever owns the tables and changes a list or a decision of the register is named by ``imloop check``."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from django.db import connection

from imloop.exchange.imports import import_file
from imloop.steps.journal.check_against_journal import unlike_the_journal
from imloop.steps.second_person.decide import confirm
from imloop.store.models import Proposal, RegisterFile
from support.city import City, at

POLICE = "450200-police"
CHANGES = {
    "a list's bytes": "UPDATE store_registerfile SET body = {other}",
    "a list": "DELETE FROM store_registerfile",
    "what was proposed": "UPDATE store_proposal SET reason = 'x'",
    "the decision": "UPDATE store_proposal SET state = 'rejected'",
    "a proposal": "DELETE FROM store_proposal",
}


@pytest.fixture
def corrected(city: City, tmp_path: Path) -> None:
    when = at("2026-03-02 09:00")
    for number, fuel in enumerate(("diesel", "gasoline")):
        file = tmp_path / f"{number}.csv"
        file.write_text(f"vin,plate,fuel\nLFV2A21K6J3123456,桂B12345,{fuel}\n", encoding="utf-8")
        import_file("vehicles", file, tmp_path / "marks", city.callers[POLICE], lambda: when, reason="更正")
    second = replace(city.callers[POLICE], user="second")
    confirm(second, Proposal.objects.get().pk, said="是", now=when)
    assert unlike_the_journal() == []


@pytest.mark.parametrize("what", CHANGES)
def test_a_changed_list_or_decision_is_named(corrected: None, what: str) -> None:
    with connection.cursor() as cursor:
        for table in ("registerfile", "proposal"):
            for event in ("update", "delete"):
                on = f" ON store_{table}" if connection.vendor == "postgresql" else ""
                cursor.execute(f"DROP TRIGGER store_{table}_no_{event}{on}")
        other = "'\\x00'::bytea" if connection.vendor == "postgresql" else "x'00'"
        cursor.execute(CHANGES[what].replace("{other}", other))
    assert unlike_the_journal()
    assert RegisterFile.objects.count() == (0 if what == "a list" else 2)
