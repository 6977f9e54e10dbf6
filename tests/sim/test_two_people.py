"""What takes two people in the demo city: some of it waits, some was confirmed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from imloop.facts.days import CHINA
from support.servers.databases import undone

NOW = datetime(2026, 12, 15, 18, 0, tzinfo=CHINA)
OFFICE = "450200-environment"


@pytest.fixture(scope="module")
def city(migrated: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    from imloop.sim.demo import load_demo

    folder = tmp_path_factory.mktemp("city")
    with undone():
        load_demo(folder, NOW, "http://127.0.0.1:8000", days=45, vehicles=60, progress=False)
        yield folder


def test_one_true_finding_waits_and_others_were_confirmed(city: Path, db: None) -> None:
    from imloop.store.models import Finding, JournalEntry, Proposal

    found = Proposal.objects.filter(kind="finding-true")
    waiting = found.get(state="waiting")
    row = Finding.objects.get(pk=waiting.body["finding"])
    assert (row.outcome, row.resolved_at) == ("", None) and waiting.expires_at > NOW
    confirmed = found.filter(state="confirmed")
    assert confirmed.exists() and found.count() == confirmed.count() + 1
    for each in confirmed:
        row = Finding.objects.get(pk=each.body["finding"])
        assert (row.outcome, row.resolved_by) == ("true", each.proposed_by)
        assert each.decided_by == f"{OFFICE}/environment2"
        for who in (each.proposed_by, each.decided_by):
            assert JournalEntry.objects.filter(kind="looked-up", actor=who).exists()


def test_a_finding_is_in_the_file_of_a_complaint(city: Path, db: None) -> None:
    from imloop.store.models import Evidence

    found = Evidence.objects.filter(matter__kind="complaint")
    assert {each.kind for each in found} >= {"finding", "test"}
    assert found.values("matter").distinct().count() == 1


def test_the_journal_tells_the_same(city: Path, db: None) -> None:
    from imloop.steps.journal.check_against_journal import unlike_the_journal

    assert unlike_the_journal() == []
