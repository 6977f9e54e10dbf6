"""A field for a place: a list of names with their codes, found by typing either."""

from __future__ import annotations

from django import template

from imloop.facts.places import full_name, places_within

register = template.Library()


@register.inclusion_tag("parts/place.html")
def place_field(
    label: str, value: str, within: str, *, required: bool = False, hint: str = ""
) -> dict[str, object]:
    """``value``: a code, or what was typed; ``within``: whose parts are offered; read it by ``typed_place``."""
    name = full_name(value) if len(value) == 6 else ""
    return {
        "label": label,
        "value": f"{value} {name}".strip(),
        "places": places_within(within),
        "required": required,
        "hint": hint,
    }
