"""What a finding turned out to be, as two people at the desks say it."""

from __future__ import annotations

from django.test import Client

from imloop.store.models import Finding, Proposal

TRUE = {"outcome": "true", "reason": "视频核实"}


def look(window: Client, row: Finding) -> None:
    """At the test that it is about."""
    window.get(f"/tests/{row.subject}?station={row.station_code}")


def confirm(second: Client, row: Finding) -> None:
    """The second person looks at what it is about, and confirms what was proposed about it."""
    look(second, row)
    proposal = Proposal.objects.get(kind="finding-true", subject=f"finding/{row.pk}", state="waiting")
    answer = second.post(f"/proposals/{proposal.pk}", {"what": "confirm", "said": "已核对录像"})
    assert answer.status_code == 302, answer.content.decode()
    row.refresh_from_db()


def called_true(first: Client, second: Client, row: Finding, reason: str = TRUE["reason"]) -> None:
    """By one and then by the other; from the day on which that takes two."""
    answer = first.post(f"/findings/{row.pk}", {**TRUE, "reason": reason})
    assert answer.status_code == 302, answer.content.decode()
    confirm(second, row)
