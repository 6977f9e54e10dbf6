"""Whether the reader may open what a link would lead to: a page names nothing as a link that refuses its reader."""

from __future__ import annotations

from django import template
from django.urls import resolve

from imloop.steps.ground.access import Caller, sees
from imloop.store.models import Test

register = template.Library()


@register.filter
def open_to(address: str, caller: Caller) -> bool:
    """A page of ours, by the reader's kind of party, as ``pages/guard.py`` has marked the view."""
    kinds: tuple[str, ...] = vars(resolve(address).func)["audience"]
    return caller.kind in kinds


@register.filter
def shown_to(test: Test, caller: Caller) -> bool:
    """The page of a test, its report and its seconds."""
    return sees(caller, test.station)
