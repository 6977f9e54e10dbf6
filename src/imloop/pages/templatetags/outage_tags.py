"""What every page says while an outage runs, and how papers are called."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django import template
from django.conf import settings
from django.template import Context
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from imloop.facts.days import day_of
from imloop.law import Law
from imloop.law.sentences import PAPER_NAMES, outage_papers
from imloop.steps.ground import clock, registers
from imloop.steps.ground.access import Caller
from imloop.steps.outages import known_outages
from imloop.steps.repairs.lookups import papers_of
from imloop.steps.stations.declared_outages import as_fact
from imloop.store.models import Outage, PartyKind, Repair

register = template.Library()


@register.inclusion_tag("outages/outage_banner.html", takes_context=True)
def outage_banner(context: Context) -> dict[str, object]:
    """Running outages: for a station those that affect it, for anyone else all that are published."""
    caller, now = context.get("caller"), clock.now()
    rows = [row for row in known_outages.running() if _concerns(row, caller)]
    if not rows:
        return {}
    law = registers.law_at(day_of(now), settings.PLACE)
    return {
        "rows": rows,
        "papers": _accepted(rows, law),
        "link": _link(caller),
        "station": isinstance(caller, Caller) and caller.kind == PartyKind.ISTATION,
    }


def _concerns(row: Outage, caller: object) -> bool:
    if not isinstance(caller, Caller) or caller.kind != PartyKind.ISTATION:
        return True
    return as_fact(row).reaches(caller.party_code, caller.place)


def _accepted(rows: list[Outage], law: Law) -> tuple[str, ...]:
    """Papers accepted instead of the repair record while one of them runs."""
    counts = any(as_fact(row).counts(law) for row in rows)
    return outage_papers(law) if counts else ()


def _link(caller: object) -> str:
    if isinstance(caller, Caller):
        if caller.kind == PartyKind.ISTATION:
            return "/desk/istation/outage"
        if caller.is_department:
            return "/outages"
    return "/public/outages"


@register.filter
def paper_name(name: str) -> str:
    return PAPER_NAMES[name].in_(get_language() or "")


@register.filter
def papers_named(repair: Repair) -> list[tuple[str, str]]:
    """The documents of a repair, name and number."""
    return [(name.in_(get_language() or ""), number) for _paper, name, number in papers_of(repair)]


@register.filter
def paper_names(names: Iterable[str]) -> str:
    return _("、").join(map(paper_name, names))


@register.filter
def bold_paper_names(names: Iterable[str]) -> SafeString:
    return format_html_join(_("、"), "<b>{}</b>", ((paper_name(name),) for name in names))


@register.filter
def lasted(row: Outage) -> str:
    """Hours and minutes from its start to its end, or to now."""
    until: datetime = row.ends_at or clock.now()
    minutes = int((until - row.starts_at).total_seconds()) // 60
    return _("%(h)s 小时 %(m)s 分") % {"h": minutes // 60, "m": minutes % 60}
