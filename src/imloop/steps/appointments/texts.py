"""An appointment as JSON and as the journal names it; what the journal records of the day's reception."""

from __future__ import annotations

from imloop.facts.days import CHINA
from imloop.facts.text import Text
from imloop.gates.appointments.slots import Slot
from imloop.steps.cases import texts as cases
from imloop.store.models import Appointment

RETEST, PERIODIC = "retest", "periodic"
JOURNAL: dict[str, Text] = {
    "appointment-arrived": Text("预约到站", "appointment arrived"),
    "appointment-booked": Text("预约", "appointment booked"),
    "appointment-cancelled": Text("取消预约", "appointment cancelled"),
    "appointment-missed": Text("爽约", "appointment missed"),
    "day-closed": Text("公布停业日", "closed day announced"),
    "day-opened": Text("恢复营业", "closed day cancelled"),
    "hours-set": Text("设定营业时间", "hours set"),
    "walk-in": Text("现场取号", "walk-in"),
}
QUEUE_TOPICS = ("appointment-booked", "appointment-cancelled", *cases.TOPICS)
"""Messages that change who is expected and who waits at a station."""


def ticket(row: Appointment) -> str:
    """The number called out: F for retests (复检), J for periodic tests (检验)."""
    return f"{'F' if row.purpose == RETEST else 'J'}{row.number:03d}"


def subject_of(row: Appointment) -> str:
    return f"{row.station.code}/{row.day}/{row.number}"[:40]


def slot_json(slot: Slot) -> dict[str, object]:
    return {
        "line": slot.line,
        "starts_at": slot.starts_at.isoformat(),
        "ends_at": slot.ends_at.isoformat(),
        "for_retests": slot.for_retests,
    }


def appointment_json(row: Appointment, *, owner: bool = False) -> dict[str, object]:
    """What the station sees; ``owner``: with the token that opens and cancels it."""
    out: dict[str, object] = {
        "id": row.pk,
        "ticket": ticket(row),
        "station": row.station.code,
        "line": row.line.code,
        "method": row.method,
        "purpose": row.purpose,
        "starts_at": row.starts_at.astimezone(CHINA).isoformat(),
        "ends_at": row.ends_at.astimezone(CHINA).isoformat(),
        "walk_in": row.walk_in,
        "plate": row.plate,
        "case": row.case.case_no if row.case else None,
        "state": row.state,
        "why": row.why,
    }
    return {**out, "token": row.token} if owner else {**out, "phone": row.phone}
