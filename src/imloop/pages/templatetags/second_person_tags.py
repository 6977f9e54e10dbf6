"""What a form says of the second person whom its act needs, before it is sent."""

from __future__ import annotations

from django import template
from django.template import Context

from imloop.facts.days import day_of
from imloop.pages.templatetags.imloop_tags import said
from imloop.steps.ground import clock
from imloop.steps.ground.registers import law_at
from imloop.steps.second_person.kinds import act_of
from imloop.steps.second_person.lookups import office_name
from imloop.steps.second_person.rules import rules_of
from imloop.steps.second_person.who_may import is_empty
from imloop.store.models import Party

register = template.Library()


@register.inclusion_tag("second_person/note.html", takes_context=True)
def second_person(context: Context, *kinds: str, owner: Party | None = None) -> dict[str, object]:
    """One line a kind; where nobody is there who could confirm, the field for why it cannot wait. ``owner``: the party
    concerned, where it is not the reader's."""
    caller = context["caller"]
    law = law_at(day_of(clock.now()), caller.place)
    needed = [rules for kind in kinds if (rules := rules_of(kind, law)) is not None]
    return {
        "lines": [
            {
                "name": said(act_of(rules.kind).name),
                "office": said(office_name(rules.needs)),
                "hours": f"{rules.hours:g}",
                "cite": rules.cite,
            }
            for rules in needed
        ],
        "alone": any(rules.break_glass and is_empty(rules.needs, caller, owner) for rules in needed),
        "alone_hours": f"{needed[0].alone_hours:g}" if needed else "",
        "kinds": "-".join(kinds),
    }
