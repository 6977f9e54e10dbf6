"""How one run of a test is written: what it counts for, what is doubted and what became of that, its seconds."""

from __future__ import annotations

from collections.abc import Sequence

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from imloop.gates.inspections.counts import COUNTS_NAMES, Counts
from imloop.steps.findings.outcomes import OUTCOMES, outcome_of
from imloop.steps.findings.titles import title
from imloop.store.models import Finding

register = template.Library()


@register.filter
def counts_name(counts: str | None) -> str:
    """What a run counts for, in words."""
    return COUNTS_NAMES[Counts(counts)].in_(get_language() or "") if counts else ""


@register.filter
def finding_name(code: str) -> str:
    return title(code).in_(get_language() or "")


@register.filter
def seconds(span: Sequence[int]) -> str:
    """91–100, or 91 alone: the first and the last second of a test that something rests on."""
    first, last = span
    return f"{first}–{last}" if first != last else f"{first}"


@register.simple_tag
def outcome_tag(row: Finding) -> SafeString:
    """What became of a finding."""
    css = {"true": "fail", "not_true": "pass"}.get(row.outcome, "info")
    words = outcome_of(row).in_(get_language() or "")
    return format_html('<span class="tag {}">{}</span>', css if row.resolved_at else "wait", words)


@register.filter
def outcome_word(outcome: str) -> str:
    return OUTCOMES[outcome].in_(get_language() or "") if outcome else ""
