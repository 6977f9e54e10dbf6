"""What stands in a matter's file besides its steps: clocks, what must be put right, evidence, links, copies."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest
from django.utils.translation import gettext as _

from imloop.matters import Matter as Fact
from imloop.matters.clocks import Clock
from imloop.matters.table import TIMERS
from imloop.pages.guard import words
from imloop.steps.ground import clock, registers
from imloop.steps.ground.access import Caller
from imloop.steps.leads.attach_lead import add_to_file
from imloop.steps.matters import lookups as matter_lookups
from imloop.steps.matters.copies.answer import is_late
from imloop.store.models import Evidence, Matter, MatterLink

EVIDENCE_KINDS = (
    Evidence.Kind.TEST,
    Evidence.Kind.REPAIR,
    Evidence.Kind.CASE,
    Evidence.Kind.FINDING,
    Evidence.Kind.VIDEO,
)
"""What is added by naming it; a file is handed in as one."""


def file_context(row: Matter, fact: Fact, day: date) -> dict[str, object]:
    return {
        "assigned": registers.names_of([row.assigned_to]).get(row.assigned_to, row.assigned_to),
        "clocks": [clock_shown(each, day) for each in fact.clocks if each.ended_on is None],
        "requirements": [matter_lookups.requirement_json(each, day) for each in fact.requirements],
        "evidence": [(kind_name(each.kind), each) for each in row.evidence.order_by("id")],
        "links": [
            (_link_name(str(each["kind"]), back=bool(each["back"])), each)
            for each in matter_lookups.links_of(row)
        ],
        "copies": [
            (each, is_late(each, day)) for each in row.copies.select_related("to").order_by("sent_at", "id")
        ],
        "evidence_kinds": [(kind.value, kind_name(kind)) for kind in EVIDENCE_KINDS],
    }


def clock_shown(clock: Clock, day: date) -> dict[str, object]:
    """``share``: how much of the time is used up, in per cent, for the bar."""
    whole = max((clock.due_on - clock.started_on).days, 1)
    used = ((clock.paused_on or day) - clock.started_on).days
    label = TIMERS.get(clock.name)
    return {
        "clock": clock,
        "label": words(label) if label else _("本环节期限"),
        "share": min(max(round(100 * used / whole), 0), 100),
        "late": clock.is_late(day),
    }


def kind_name(kind: str) -> str:
    """What a piece of evidence is."""
    names = {
        Evidence.Kind.TEST: _("检验"),
        Evidence.Kind.REPAIR: _("维修记录"),
        Evidence.Kind.CASE: _("闭环案件"),
        Evidence.Kind.FINDING: _("线索"),
        Evidence.Kind.FILE: _("文件、照片"),
        Evidence.Kind.VIDEO: _("视频"),
    }
    return names[Evidence.Kind(kind)]


def _link_name(kind: str, *, back: bool) -> str:
    names = {
        MatterLink.Kind.MERGED: (_("并入"), _("并入本事项的")),
        MatterLink.Kind.OPENED_FROM: (_("立案来源"), _("由此立案")),
        MatterLink.Kind.TWIN: (_("关联事项"), _("关联事项")),
    }
    return names[MatterLink.Kind(kind)][back]


def sent_evidence(request: HttpRequest, caller: Caller, matter_no: str) -> None:
    """Keep what the form for evidence names."""
    form = request.POST
    add_to_file(
        caller,
        matter_no,
        kind=form.get("kind", ""),
        reference=form.get("reference", ""),
        sha256=form.get("sha256", ""),
        words=form.get("words", ""),
        now=clock.now(),
    )
