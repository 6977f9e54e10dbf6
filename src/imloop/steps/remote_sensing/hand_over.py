"""What two people confirmed is handed on as a lead: the one door from readings to whatever follows them."""

from __future__ import annotations

from datetime import datetime

from imloop.facts.days import CHINA
from imloop.facts.records.reading import POLLUTANT_NAMES, Pollutant
from imloop.facts.refusal import Conflict
from imloop.facts.text import Reason, Text
from imloop.steps.ground.access import Caller, require_kind
from imloop.steps.ground.findings import keep_findings
from imloop.steps.ground.ledger import Ledger, writing
from imloop.steps.remote_sensing.review import State, own_reading
from imloop.store.models import Finding, PartyKind, RemoteReading


def hand_over(caller: Caller, reading_id: int, now: datetime) -> Finding:
    """What two people confirmed becomes a lead: no verdict, and no evidence before every point of Penalty Law 41 holds.
    What becomes of it is decided as with every finding."""
    require_kind(caller, PartyKind.ENVIRONMENT)
    with writing(now, caller) as ledger:
        row = own_reading(caller, reading_id)
        if row.state != State.CONFIRMED:
            raise Conflict(
                "not-confirmed",
                Text(
                    "两人审核属实后才能转为线索。", "Two people have to confirm it before it becomes a lead."
                ),
            )
        row.finding, row.state = _lead(ledger, row), State.HANDED
        row.save(update_fields=["finding", "state"])
        ledger.note("reading-handed-over", row.record_no, {"reading": row.pk, "finding": row.finding.pk})
    return row.finding


def _lead(ledger: Ledger, row: RemoteReading) -> Finding:
    above = [Pollutant(name) for name in row.over.split(",") if name]
    values = row.data["values"]
    said = "、".join(f"{POLLUTANT_NAMES[each].zh} {values[each]:g}" for each in above) or "设备判为超标"
    told = (
        ", ".join(f"{POLLUTANT_NAMES[each].en} {values[each]:g}" for each in above)
        or "called a fail by the device"
    )
    plate, moment = row.plate or row.plate_read or "—", f"{row.at.astimezone(CHINA):%Y-%m-%d %H:%M}"
    reason = Reason(
        "smoke-seen" if Pollutant.RINGELMANN in above else "remote-over-limit",
        Text(
            f"{plate} {moment} 通过 {row.site_code}：{said}，两人审核属实；只是线索。",
            f"{plate} passed {row.site_code} at {moment}: {told}; two people confirmed it. A lead, no verdict.",
        ),
        item=row.record_no,
    )
    about = ("vehicle", row.plate) if row.plate else ("reading", row.record_no)
    keep_findings(ledger, *about, row.sender.code, [reason])
    return Finding.objects.filter(code=reason.code, subject=about[1], station_code=row.sender.code).latest(
        "pk"
    )
