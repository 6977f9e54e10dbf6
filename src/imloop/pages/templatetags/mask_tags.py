"""How a vehicle is written on lists: stations read their own in full, departments open the row first."""

from __future__ import annotations

from django import template

from imloop.facts.mask import masked_in, masked_plate, masked_vin
from imloop.pages.templatetags.imloop_tags import plate, spoken
from imloop.steps.ground.access import Caller

register = template.Library()


@register.filter
def plate_for(text: str, caller: Caller) -> str:
    return masked_plate(text) if caller.is_department else plate(text)


@register.filter
def vin_for(text: str, caller: Caller) -> str:
    return masked_vin(text) if caller.is_department else text


@register.filter
def said_to(text: str, caller: Caller) -> str:
    return masked_in(text) if caller.is_department else text


@register.simple_tag
def spoken_to(caller: Caller, thing: dict[str, object], key: str) -> str:
    """A stored sentence in the reader's language."""
    return said_to(str(spoken(thing, key)), caller)
