"""Who did something, in words."""

from __future__ import annotations

from django import template
from django.utils.translation import get_language

from imloop.steps.ground.registers import in_words

register = template.Library()


@register.filter
def who(line: str) -> str:
    """Party and person from the line that rows and the journal keep."""
    return in_words(line).in_(get_language() or "")
