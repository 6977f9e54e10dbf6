"""Requests to read who reported become proposals like all else that needs two persons."""

from datetime import timedelta
from typing import Any

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.exceptions import IrreversibleError
from django.db.migrations.state import StateApps

_HOURS = 72
"""Within which a proposal of this kind is to be confirmed."""


def move(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    proposals, parties = apps.get_model("store", "Proposal"), apps.get_model("store", "Party")
    offices = {party.code: party for party in parties.objects.exclude(kind__in=("istation", "mstation"))}
    supervisors = {party.place: party for party in parties.objects.filter(kind="supervisor")}
    openings = apps.get_model("store", "IdentityOpening").objects.order_by("pk")
    for row in openings.select_related("complaint__matter").iterator():
        proposals.objects.create(**_proposal(row, offices, supervisors))


def _proposal(row: Any, offices: dict[str, Any], supervisors: dict[str, Any]) -> dict[str, Any]:
    matter = row.complaint.matter
    near = (matter.place, f"{matter.place[:4]}00", f"{matter.place[:2]}0000", "000000")
    asked = next((supervisors[place] for place in near if place in supervisors), None)
    return {
        "kind": "reporter",
        "subject": matter.matter_no,
        "place": matter.place,
        "body": {"opening": row.pk},
        "reason": row.reason,
        "party": offices.get(row.office),
        "proposed_by": f"{row.office}/{row.asked_by}"[:80],
        "proposed_at": row.asked_at,
        "needs": "supervisor",
        "asked": asked,
        "expires_at": row.asked_at + timedelta(hours=_HOURS),
        "state": "waiting" if row.decided_at is None else "confirmed" if row.allowed else "rejected",
        "decided_at": row.decided_at,
        "decided_by": f"{asked.code if asked else 'supervisor'}/{row.decided_by}"[:80] if row.decided_by else "",
    }


def keep(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """The table from before has no room for who confirms and until when: going back would lose the requests."""
    known = apps.get_model("store", "Proposal").objects.filter(kind="reporter").count()
    if known:
        raise IrreversibleError(
            f"查看举报人的申请有 {known} 件，退回旧版本会丢失：请从升级前的备份恢复。 · "
            f"Going back would lose {known} requests to read who reported: restore a backup from before the upgrade."
        )


class Migration(migrations.Migration):
    dependencies = [("store", "0063_held_changes_are_proposals")]

    operations = [
        migrations.RunPython(move, keep),
        migrations.DeleteModel(name="IdentityOpening"),
    ]
