"""Changes of the register that waited for a second person, or were decided by one, become proposals like all others. Their
journal names them by their former number, which the body keeps."""

from datetime import datetime, timedelta
from typing import Any

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps
from django.utils import timezone

from imloop.store.migrations import _frozen

_KINDS = {"list": "register-correction", "difference": "register-correction", "change": "vehicle-change"}
_STATES = {"waiting": "waiting", "applied": "confirmed", "rejected": "rejected"}
_OWNER = ("owner_name", "owner_phone")
_TIME = timedelta(hours=720)
"""From now on for what waits, as the law's data says of a new one."""


def move(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    new, now = apps.get_model("store", "Proposal"), timezone.now()
    held = apps.get_model("store", "HeldChange").objects.select_related("vehicle", "party").order_by("pk")
    new.objects.bulk_create((_proposal(new, row, now) for row in held.iterator(500)), batch_size=500)


def _proposal(new: Any, row: Any, now: datetime) -> Any:
    what = str(row.kind)
    body = {"what": what, "vehicle": row.vehicle_id, "fields": row.fields, "held": row.pk}
    body |= {"source": row.source, "evidence": row.evidence}
    body["why"], private = row.reason, {}
    if what == "change":
        private = {name: row.data[name] for name in _OWNER if row.data.get(name)}
        body["change"] = {name: value for name, value in row.data.items() if name not in _OWNER}
    if what == "mark":
        body["changed"] = row.data.get("changed", [])
    return new(
        kind=_KINDS.get(what, what),
        subject=row.vehicle.plate or row.vehicle.vin,
        place=row.party.place if row.party else "000000",
        vehicle_id=row.vehicle_id,
        body=body,
        private=private,
        batch=row.evidence if what == "list" else "",
        reason=row.reason,
        party_id=row.party_id,
        proposed_by=row.proposed_by,
        proposed_at=row.proposed_at,
        needs="own" if row.party else "police",
        asked_id=row.party_id,
        expires_at=row.decided_at or now + _TIME,
        state=_STATES[row.state],
        decided_at=row.decided_at,
        decided_by=row.decided_by,
        decision=row.decision,
    )


def thaw(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    _frozen.thaw(editor, "store_heldchange")


class Migration(migrations.Migration):
    dependencies = [("store", "0062_one_second_person")]

    operations = [
        migrations.RunPython(move),
        migrations.RunPython(thaw),
        migrations.DeleteModel("HeldChange"),
    ]
